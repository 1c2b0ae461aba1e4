"""The commands: help, exit codes, what goes to stdout and what to stderr."""

from __future__ import annotations

import json
import re
import shlex
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from importlib.metadata import EntryPoint, EntryPoints
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result

import kg.doctor
import kg.query
from kg import __version__
from kg.cli import main
from kg.console import BROKEN_PIPE, COULD_NOT_RUN, FALLS_SHORT, INTERRUPTED
from kg.engines import registry
from kg.model import Article, Extraction
from kg.pipeline import BuildReport
from tests.conftest import DOCUMENTS

Kg = Callable[..., Result]


@pytest.fixture
def kg_(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Kg:
    """Return a function that runs a command in an empty folder, with wide help and no colours."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "200")

    def run(*arguments: object, stdin: str | bytes | None = None) -> Result:
        return CliRunner().invoke(main, [str(each) for each in arguments], input=stdin)

    return run


def expect(result: Result, code: int = 0) -> Result:
    assert result.exit_code == code, result.output
    return result


# ---------------------------------------------------------------------------------------- help


def test_commands_stand_in_the_order_of_the_pipeline() -> None:
    reading = ["build", "extract", "query", "explain", "show", "serve", "mcp", "export", "validate"]
    judging = [
        "review",
        "link",
        "diff",
        "watch",
        "retract",
        "publish",
        "evaluate",
        "doctor",
        "train",
    ]
    assert list(main.commands) == [*reading, *judging]


@pytest.mark.parametrize("name", list(main.commands))
def test_help_has_a_sentence_and_examples(kg_: Kg, name: str) -> None:
    help_ = expect(kg_(name, "--help")).stdout
    assert "Examples:\n" in help_
    assert main.commands[name].get_short_help_str(60).endswith(".")


def examples() -> list[str]:
    return [
        line.strip()
        for command in main.commands.values()
        for line in (command.epilog or "").splitlines()[2:]
    ]


@pytest.mark.parametrize("example", examples())
def test_example_is_understood(example: str) -> None:
    """Parse, without running, every kg command of the examples."""
    for part in example.split(" | "):
        words = shlex.split(re.sub(r"[<>] \S+", "", part))
        if words[0] != "kg":
            continue
        command = main.commands[words[1]]
        context = click.Context(command, info_name=words[1])
        command.parse_args(context, words[2:])


def test_version(kg_: Kg) -> None:
    assert __version__ in expect(kg_("--version")).stdout


def test_misspelled_command_is_a_usage_error(kg_: Kg) -> None:
    assert "biuld" in expect(kg_("biuld"), COULD_NOT_RUN).stderr


# --------------------------------------------------------------------------------------- build


def test_build_reports_on_stderr_where_to_look(kg_: Kg, corpus: Path) -> None:
    result = expect(kg_("build", corpus, "-o", "out"))
    assert result.stdout == ""
    assert "read 3 documents, skipped 0" in result.stderr
    for name in ("graph.ttl", "graph.html", "statements.csv"):
        assert str(Path("out") / name) in result.stderr
        assert (Path("out") / name).is_file()


def test_build_skips_a_bad_document_and_says_so(kg_: Kg, corpus: Path) -> None:
    (corpus / "empty.txt").touch()
    result = expect(kg_("build", corpus, "-o", "out"))
    assert "skipped 1" in result.stderr
    assert "empty.txt: the file is empty" in result.stderr


def test_strict_build_stops(kg_: Kg, corpus: Path) -> None:
    (corpus / "empty.txt").touch()
    assert "empty.txt" in expect(kg_("build", corpus, "--strict"), COULD_NOT_RUN).stderr
    assert not Path("exports/graph.ttl").exists()


def test_build_of_nothing_falls_short(kg_: Kg, tmp_path: Path) -> None:
    (tmp_path / "empty.txt").touch()
    assert "nothing was written" in expect(kg_("build", "empty.txt"), FALLS_SHORT).stderr


def test_missing_path_cannot_run(kg_: Kg) -> None:
    assert "nowhere" in expect(kg_("build", "nowhere"), COULD_NOT_RUN).stderr


def test_mistake_in_the_settings_cannot_run(kg_: Kg, corpus: Path) -> None:
    (corpus / "kg.toml").write_text('[corpus]\nhom = "聊城市"\n', "utf-8")
    result = expect(kg_("build", corpus), COULD_NOT_RUN)
    assert "kg.toml: unknown key 'hom' in [corpus]; did you mean 'home'?" in result.stderr


def test_folder_that_cannot_be_made_is_named(kg_: Kg, corpus: Path) -> None:
    result = expect(kg_("build", corpus, "-o", corpus / "finance.txt" / "out"), COULD_NOT_RUN)
    assert "finance.txt" in result.stderr
    assert "Traceback" not in result.output


def test_build_from_standard_input(kg_: Kg) -> None:
    expect(kg_("build", "-", "-o", "out", stdin=DOCUMENTS["finance.txt"].encode("gb18030")))
    assert "鲁西" not in Path("out/graph.ttl").read_text("utf-8")
    assert "聊城智慧金融服务平台" in Path("out/graph.ttl").read_text("utf-8")


# ------------------------------------------------------------------------------------- extract


def test_extract_prints_a_document_a_line(kg_: Kg, corpus: Path) -> None:
    lines = expect(kg_("extract", corpus)).stdout.splitlines()
    annotations = {each["doc"]: each for each in map(json.loads, lines)}
    assert annotations.keys() == {Path(name).stem for name in DOCUMENTS}
    (article,) = annotations["2022-12-23-luxi"]["articles"]
    assert article["title"] == "高新区 驱动创新链 壮大产业链"
    assert article["date"] == "2022-12-23"
    text = f"{article['title']}\n{article['body']}"
    for claim in [*article["relations"], *article["facts"]]:
        assert text[claim["begin"] : claim["end"]] == claim["evidence"]


def test_extract_reads_standard_input(kg_: Kg) -> None:
    result = expect(kg_("extract", "-", stdin=DOCUMENTS["finance.txt"]))
    assert json.loads(result.stdout)["doc"] == "stdin"


def test_extract_of_nothing_falls_short(kg_: Kg) -> None:
    result = expect(kg_("extract", "-", stdin=""), FALLS_SHORT)
    assert result.stdout == ""
    assert "empty" in result.stderr


# ------------------------------------------------------------------- commands on a built graph


def test_query_without_argument_lists_the_ready_ones(kg_: Kg) -> None:
    table = expect(kg_("query")).stdout
    assert all(query.name in table and query.title in table for query in kg.query.cookbook())
    assert len(json.loads(expect(kg_("query", "--json")).stdout)) == len(kg.query.cookbook())


COMPANIES = "SELECT ?name WHERE { ?o a kg:Company ; skos:prefLabel ?name } ORDER BY ?name"


@pytest.mark.parametrize("format_", ["table", "csv", "json", "xml"])
def test_query_answers_in_every_form(kg_: Kg, built: BuildReport, format_: str) -> None:
    result = expect(kg_("query", COMPANIES, "-o", built.out, "--format", format_))
    assert "鲁西集团" in result.stdout
    assert result.stderr == ""


def test_query_constructs_turtle(kg_: Kg, built: BuildReport) -> None:
    text = "CONSTRUCT { ?o a kg:Company } WHERE { ?o a kg:Company }"
    assert (
        "company:鲁西集团" in expect(kg_("query", text, "-o", built.out, "--format", "ttl")).stdout
    )


def test_query_comes_from_a_file_or_standard_input(kg_: Kg, built: BuildReport) -> None:
    Path("question.rq").write_text(COMPANIES, "utf-8")
    from_file = expect(kg_("query", "question.rq", "-o", built.out, "--json")).stdout
    from_stdin = expect(kg_("query", "-", "-o", built.out, "--json", stdin=COMPANIES)).stdout
    assert from_file == from_stdin


def test_ready_query_takes_parameters(kg_: Kg, built: BuildReport) -> None:
    arguments = ("query", "companies-in-place", "-o", built.out, "--set")
    expect(kg_(*arguments, "place=乌有市"), FALLS_SHORT)
    assert "parameter" in expect(kg_(*arguments, "plaice=聊城市"), COULD_NOT_RUN).stderr
    assert "NAME=VALUE" in expect(kg_(*arguments, "place"), COULD_NOT_RUN).stderr


@pytest.mark.parametrize(
    ("query", "code", "message"),
    [
        ("larges-investments", COULD_NOT_RUN, "did you mean largest-investments"),
        ("SELECT ?x WHERE { ?x }", COULD_NOT_RUN, "not a SPARQL query"),
        ("INSERT DATA { kg:a kg:b kg:c }", COULD_NOT_RUN, ""),
        ("SELECT ?x WHERE { ?x a kg:Nothing }", FALLS_SHORT, ""),
        ("ASK { ?x a kg:Nothing }", FALLS_SHORT, ""),
        ("describe company:鲁西集团", 0, ""),
    ],
    ids=["misspelled", "no SPARQL", "update", "no rows", "no", "describe"],
)
def test_query_exits_with(kg_: Kg, built: BuildReport, query: str, code: int, message: str) -> None:
    assert message in expect(kg_("query", query, "-o", built.out), code).stderr


def test_limit_says_that_there_is_more(kg_: Kg, built: BuildReport) -> None:
    query = "SELECT ?s WHERE { ?s ?p ?o }"
    result = expect(kg_("query", query, "-o", built.out, "--limit", 2, "--format", "csv"))
    assert len(result.stdout.splitlines()) == 3
    assert "only the first 2 rows" in result.stderr


@pytest.mark.parametrize(
    "command",
    [("query", "ASK {}"), ("explain", "聊城市"), ("show",), ("export", "nt"), ("validate",)],
)
def test_without_a_build_the_remedy_is_named(kg_: Kg, command: tuple[str, ...]) -> None:
    assert "kg build" in expect(kg_(*command), COULD_NOT_RUN).stderr


def test_explain_quotes_the_sentence_and_the_article(kg_: Kg, built: BuildReport) -> None:
    text = expect(kg_("explain", "鲁西集团", "-o", built.out)).stdout
    assert "2021年9月，鲁西集团启动年产120万吨双酚A项目" in text
    assert "2022-12-23-luxi.md" in text
    statement = re.search(r"statement:\w+", text)
    assert statement is not None
    assert "鲁西集团" in expect(kg_("explain", statement[0], "-o", built.out)).stdout


def test_explain_as_json(kg_: Kg, built: BuildReport) -> None:
    topic = json.loads(expect(kg_("explain", "鲁西集团", "-o", built.out, "--json")).stdout)
    assert topic["entity"]["label"] == "鲁西集团"
    assert topic["explanations"]


def test_explain_offers_what_is_close(kg_: Kg, built: BuildReport) -> None:
    result = expect(kg_("explain", "120万吨双酚", "-o", built.out), FALLS_SHORT)
    assert "年产120万吨双酚A项目" in result.stderr
    assert result.stdout == ""


def test_show_writes_one_file_and_prints_its_name(kg_: Kg, built: BuildReport) -> None:
    result = expect(kg_("show", "鲁西集团", "-o", built.out, "-o", "picture.html"))
    assert result.stdout.strip() == "picture.html"
    assert "鲁西集团" in Path("picture.html").read_text("utf-8")


def test_show_draws_communities_on_request(kg_: Kg, built: BuildReport) -> None:
    expect(kg_("show", "--overview", "-o", built.out, "-o", "picture.html"))
    assert "sigma.js" in Path("picture.html").read_text("utf-8")


def test_show_of_an_unknown_entity_names_it(kg_: Kg, built: BuildReport) -> None:
    result = kg_("show", "乌有公司", "-o", built.out, "-o", "picture.html")
    assert "乌有公司" in expect(result, COULD_NOT_RUN).stderr


@pytest.mark.parametrize(
    "format_", ["ttl", "nt", "trig", "jsonld", "rdfxml", "graphml", "gexf", "cypher"]
)
def test_export_prints(kg_: Kg, built: BuildReport, format_: str) -> None:
    printed = expect(kg_("export", format_, "-o", built.out)).stdout
    assert "鲁西集团" in printed or "\\u9c81" in printed or "%E9%B2%81" in printed


def test_export_of_turtle_is_the_file_of_the_build(kg_: Kg, built: BuildReport) -> None:
    result = expect(kg_("export", "ttl", "-o", built.out))
    assert result.stdout_bytes == (built.out / "graph.ttl").read_bytes()


def test_export_of_tables_prints_their_names(kg_: Kg, built: BuildReport) -> None:
    lines = expect(kg_("export", "csv", "-o", built.out, "--to", "tables")).stdout.splitlines()
    assert lines == [str(Path("tables") / "nodes.csv"), str(Path("tables") / "edges.csv")]


def test_unknown_format_lists_the_known(kg_: Kg, built: BuildReport) -> None:
    assert "graphml" in expect(kg_("export", "docx", "-o", built.out), COULD_NOT_RUN).stderr


def test_validate_conforms(kg_: Kg, built: BuildReport) -> None:
    expect(kg_("validate", "-o", built.out))
    expect(kg_("validate", built.out / "graph.ttl"))
    result = expect(kg_("validate", "-", "--json", stdin=(built.out / "graph.ttl").read_bytes()))
    assert json.loads(result.stdout)["conforms"] is True


def test_validate_finds_what_falls_short(kg_: Kg, built: BuildReport) -> None:
    turtle = (built.out / "graph.ttl").read_text("utf-8")
    bare = "<https://w3id.org/kg-news/id/statement/0> a kg:Statement .\n"
    expect(kg_("validate", "-", stdin=turtle + bare), FALLS_SHORT)


def test_validate_of_no_turtle_cannot_run(kg_: Kg) -> None:
    expect(kg_("validate", "-", stdin="a b c"), COULD_NOT_RUN)


# ------------------------------------------------------------------------------------ evaluate


@pytest.fixture
def gold(kg_: Kg, corpus: Path) -> Path:
    """Return a folder with annotations beside the corpus that agree with the extraction."""
    folder = corpus / "gold"
    folder.mkdir()
    (folder / "all.jsonl").write_text(expect(kg_("extract", corpus)).stdout, "utf-8")
    return folder


def test_evaluate_extracts_the_documents_of_the_gold_data(kg_: Kg, gold: Path) -> None:
    result = expect(kg_("evaluate", gold, "--json"))
    assert json.loads(result.stdout)["total"]["entity"]["f"] == 1.0
    assert "1.000" in expect(kg_("evaluate", gold)).stdout


def test_evaluate_compares_what_a_pipe_brings(kg_: Kg, gold: Path) -> None:
    one = (gold / "all.jsonl").read_text("utf-8").splitlines()[0]
    result = expect(
        kg_("evaluate", gold, "-", "--json", "--floor", "entity=0.9", stdin=one), FALLS_SHORT
    )
    assert "entity F1" in result.stderr
    scores = json.loads(result.stdout)
    assert scores["total"]["entity"]["p"] == 1.0
    assert scores["total"]["entity"]["r"] < 1.0


def test_folder_without_annotations_cannot_be_gold(kg_: Kg, tmp_path: Path) -> None:
    assert "no annotations" in expect(kg_("evaluate", tmp_path), COULD_NOT_RUN).stderr


def test_evaluate_lists_mistakes(kg_: Kg, gold: Path) -> None:
    empty = '{"doc": "finance", "articles": []}'
    result = expect(kg_("evaluate", gold, "-", "--show", "3", stdin=empty))
    assert result.stdout.count("\nmissed\t") == 3


@pytest.mark.parametrize("floor", ["entity", "entity=x", "entities=0.5"])
def test_floor_that_is_none_cannot_run(kg_: Kg, gold: Path, floor: str) -> None:
    result = kg_("evaluate", gold, gold, "--floor", floor)
    assert "KIND=F1" in expect(result, COULD_NOT_RUN).stderr


def test_evaluate_without_the_texts_says_where_to_name_them(
    kg_: Kg, gold: Path, tmp_path: Path
) -> None:
    moved = tmp_path / "far" / "away"
    moved.mkdir(parents=True)
    (gold / "all.jsonl").rename(moved / "all.jsonl")
    assert "--corpus" in expect(kg_("evaluate", moved), COULD_NOT_RUN).stderr
    expect(kg_("evaluate", moved, "--corpus", gold.parent))


class Silent:
    """An engine that sees nothing."""

    identity = "silent 1"

    def extract_all(
        self, articles: Sequence[Article], *, home: str | None = None
    ) -> Iterator[Extraction]:
        for article in articles:
            yield Extraction(article, (), ())


@pytest.fixture
def silent(monkeypatch: pytest.MonkeyPatch) -> None:
    """Install the silent engine as another package would."""
    silent = EntryPoint("silent", f"{__name__}:{Silent.__name__}", registry.GROUP)
    monkeypatch.setattr(registry, "entry_points", EntryPoints([silent]).select)
    monkeypatch.setattr(Silent, "__init__", lambda self, argument: None)


@pytest.mark.usefixtures("silent")
def test_engines_stand_side_by_side(kg_: Kg, gold: Path) -> None:
    result = expect(kg_("evaluate", gold, "--engines", "builtin,silent:x", "--json"))
    scores = {
        engine: each["total"]["entity"]["f"] for engine, each in json.loads(result.stdout).items()
    }
    assert scores == {"builtin": 1.0, "silent:x": 0.0}
    table = expect(kg_("evaluate", gold, "--engines", "builtin,silent:x")).stdout
    (line,) = re.findall(r"entity F1.*", table)
    assert re.findall(r"[01]\.\d+", line) == ["1.000", "0.000"]
    floor = kg_("evaluate", gold, "--engines", "silent,builtin", "--floor", "entity=0.9")
    expect(floor, FALLS_SHORT)


def test_engines_are_compared_on_the_texts_only(kg_: Kg, gold: Path) -> None:
    expect(kg_("evaluate", gold, gold, "--engines", "builtin"), COULD_NOT_RUN)


def test_misspelled_engine_ends_a_comparison_before_it_begins(kg_: Kg, gold: Path) -> None:
    result = kg_("evaluate", gold, "--engines", "builtin,bultin")
    assert "bultin" in expect(result, COULD_NOT_RUN).stderr


# -------------------------------------------------------------------------------------- doctor


def test_doctor_finds_everything_here(kg_: Kg) -> None:
    findings = json.loads(expect(kg_("doctor", "--json")).stdout)
    assert {"kg", "python", "engine builtin", "ontology", "gazetteer", "SPARQL", "pictures"} <= {
        finding["name"] for finding in findings
    }
    assert "ok" in expect(kg_("doctor")).stdout


def test_doctor_names_what_is_missing(kg_: Kg, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = ["click>=8.1", "no-such-package>=2", "tomli>=2; python_version < '3.11'"]
    monkeypatch.setattr(kg.doctor, "requires", lambda _: asked)
    findings = json.loads(expect(kg_("doctor", "--json"), FALLS_SHORT).stdout)
    details = {finding["name"]: finding["detail"] for finding in findings if not finding["ok"]}
    assert details.pop("no-such-package") == "missing; pip install no-such-package"
    assert "tomli" not in details


# ----------------------------------------------------------------------------------- the shell


def test_interrupt_is_quiet(kg_: Kg, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted() -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(kg.query, "cookbook", interrupted)
    result = expect(kg_("query"), INTERRUPTED)
    assert "interrupted" in result.stderr
    assert "Traceback" not in result.output


def start(*arguments: str) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "kg", *arguments]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE)


def test_reader_that_leaves_early_is_no_error() -> None:
    process = start("query", "--json")
    assert process.stdout is not None
    process.stdout.close()
    assert process.wait() == BROKEN_PIPE
    assert process.stderr is not None
    assert process.stderr.read() == b""
    process.stderr.close()


@pytest.mark.parametrize(
    ("arguments", "unwanted"),
    [
        ("--help", {"rdflib", "pyoxigraph", "rich", "numpy", "lxml", "torch"}),
        ("query", {"trafilatura", "pyshacl", "pyvis", "networkx", "pypdfium2", "torch", "hanlp"}),
    ],
)
def test_command_loads_only_what_it_needs(arguments: str, unwanted: set[str]) -> None:
    code = (
        "import sys; from kg.cli import main; main.main([sys.argv[1]], standalone_mode=False); "
        "print(*sys.modules, file=sys.stderr)"
    )
    result = subprocess.run(
        [sys.executable, "-c", code, arguments], capture_output=True, check=True
    )
    assert not unwanted & set(result.stderr.decode().split())
