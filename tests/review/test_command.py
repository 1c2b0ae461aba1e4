"""The loop as a person goes through it: build, review, judge, build again."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from kg.cli import main
from kg.pipeline import BuildReport
from kg.review import read_judgements
from kg.review.judgement_file import judgement_line

Run = Callable[..., Result]


@pytest.fixture
def place(built: BuildReport, tmp_path: Path) -> Path:
    """Return a copy of the built small corpus, whose folder one may write to."""
    shutil.copytree(built.out.parent, tmp_path / "work")
    return tmp_path / "work"


@pytest.fixture
def run(place: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.chdir(place)
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.setenv("KG_REVIEWER", "王芳")
    monkeypatch.setattr(
        "kg.review.claim_doubts.LOW_CONFIDENCE", 0.9
    )  # so that there is much to ask

    def invoke(*arguments: str, stdin: str | None = None, code: int = 0) -> Result:
        result = CliRunner().invoke(main, [*arguments], input=stdin)
        assert result.exit_code == code, result.output
        return result

    invoke("build", "corpus", "-o", "out", "--home", "聊城市")
    return invoke


def questions(run: Run) -> list[dict[str, object]]:
    return json.loads(run("review", "-o", "out", "--json").stdout)


def test_the_loop(run: Run, place: Path) -> None:
    asked = questions(run)
    assert asked
    run("review", "-o", "out", "--csv", "doubts.csv")
    sheet = place / "doubts.csv"
    content = sheet.read_text("utf-8-sig")
    first = str(asked[0]["id"])
    sheet.write_text(content.replace(f"{first},", f"{first},wrong", 1), "utf-8-sig")
    run("review", "-o", "out", "--apply", "doubts.csv")
    file = place / "corpus" / "judgements.yaml"
    (judgement,) = read_judgements(file)
    assert judgement.by == "王芳"
    assert first not in {each["id"] for each in questions(run)}
    report = run("build", "corpus", "-o", "out", "--home", "聊城市")
    assert "1 judgements applied" in report.stderr
    assert len(questions(run)) == len(asked) - 1
    listed = run("review", "-o", "out", "--judged").stdout
    assert "judgements.yaml:3: {kind: claim wrong" in listed
    run("review", "-o", "out", "--undo", "3")
    run("build", "corpus", "-o", "out", "--home", "聊城市")
    assert questions(run) == asked


def test_asking_in_the_terminal(run: Run, place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kg.commands.reviewing._is_terminal", lambda: True)
    first, *_ = questions(run)
    key, other = (each["key"] for each in first["answers"][:2])  # type: ignore[index]
    keys = f"x\n{other}\nz\nn: 见正文\n{key}\n\nq\n"
    shown = run("review", "-o", "out", "--limit", "2", stdin=keys)
    assert "doubt" in shown.stdout
    assert "'x' is none of the keys" in shown.stderr
    judgement, *_ = read_judgements(place / "corpus" / "judgements.yaml")
    wanted = first["answers"][0]["judgements"][0]  # type: ignore[index]
    assert judgement_line(judgement).startswith(wanted.removesuffix("}"))
    assert judgement.note == "见正文"


@pytest.mark.parametrize(
    ("line", "complaint"),
    [("- {kind: sane}", "judgements.yaml:1: no kind 'sane'; did you mean same?"), ("- {", "YAML")],
)
def test_a_file_that_is_not_sound_stops_the_build(
    run: Run, place: Path, line: str, complaint: str
) -> None:
    (place / "corpus" / "judgements.yaml").write_text(line, "utf-8")
    before = (place / "out" / "graph.ttl").read_bytes()
    assert complaint in run("build", "corpus", "-o", "out", code=2).stderr
    assert (place / "out" / "graph.ttl").read_bytes() == before


def test_what_could_not_be_applied_is_said_with_its_line(run: Run, place: Path) -> None:
    line = "\n- {kind: rename, entity: 'company:没有公司', name: 有公司}\n"
    (place / "corpus" / "judgements.yaml").write_text(line, "utf-8")
    said = run("build", "corpus", "-o", "out").stderr
    assert "judgements.yaml:2: no entity is company:没有公司" in said
    record = json.loads((place / "out" / "report.json").read_text("utf-8"))["judgements"]
    assert record["file"] == "../corpus/judgements.yaml"
    assert record["not_applied"] == [{"line": 2, "problem": "no entity is company:没有公司"}]


def test_a_bad_row_is_named_and_the_others_are_applied(run: Run, place: Path) -> None:
    run("review", "-o", "out", "--csv", "doubts.csv")
    sheet = place / "doubts.csv"
    lines = sheet.read_text("utf-8-sig").split("\n")
    row = lines[1]
    lines[1:] = [row.replace(",", ",unsure", 1), row.replace(",", ",nonsense", 1)]
    sheet.write_text("\n".join(lines), "utf-8-sig")
    said = run("review", "-o", "out", "--apply", "doubts.csv", code=1).stderr
    assert "doubts.csv:3: 'nonsense' is no answer" in said
    assert len(read_judgements(place / "corpus" / "judgements.yaml")) == 1


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["--list", "--csv", "x.csv"], "choose one"),
        (["--undo"], "no judgements"),
        (["--undo", "eleven"], "name the line"),
        (["--apply", "none.csv"], "none.csv"),
    ],
)
def test_wrong_use_is_told(run: Run, arguments: list[str], complaint: str) -> None:
    assert complaint in run("review", "-o", "out", *arguments, code=2).stderr


def test_without_a_build_there_is_nothing_to_review(run: Run) -> None:
    assert "kg build" in run("review", "-o", "nowhere", code=2).stderr
