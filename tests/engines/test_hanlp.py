"""HanLP's components, trained on the spot, loaded and run by the engine: no mock of HanLP anywhere."""

from __future__ import annotations

import json
import shutil
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from kg.engines import load_engine
from kg.engines.compliance import CHECKS, Check
from kg.engines.interface import Engine
from kg.errors import AnnotatorUnavailable, SettingsError
from kg.model import Extraction, Span
from kg.pipeline import build
from kg.settings import Settings
from tests.conftest import write_corpus
from tests.engines import tiny_hanlp
from tests.factories import make_article

pytest.importorskip("hanlp")
pytest.importorskip("torch")

from kg.engines.hanlp import compat, find_model
from kg.engines.hanlp.parsing import Parse, Parser

# HanLP 2.1.5, torch and transformers warn about each other's habits.
pytestmark = [pytest.mark.model, pytest.mark.filterwarnings("ignore")]

TEXT = "鲁西集团在聊城市投资建设铜箔项目。信发集团董事长王海磊表示，莘县很美。"


@pytest.fixture(scope="module")
def engine(multi_task_model: Path) -> Engine:
    return load_engine(f"hanlp:{multi_task_model}")


def parsed(text: str, *models: Path) -> tuple[Parse, ...]:
    components = [compat.load_component(model) for model in models]
    sentences = [Span(0, len(text))] if "。" not in text else sentences_of(text)
    return tuple(Parser(components).parse(text, sentences))


def sentences_of(text: str) -> list[Span]:
    ends = [index + 1 for index, character in enumerate(text) if character == "。"]
    return [Span(begin, end) for begin, end in zip([0, *ends], ends, strict=False)]


def extracted(engine: Engine, text: str) -> Extraction:
    (extraction,) = engine.extract_all([make_article(text)], home="聊城市")
    return extraction


# ------------------------------------------------------------------------------- what it sees


def test_words_names_and_roles_stand_where_the_text_has_them(multi_task_model: Path) -> None:
    first, second = parsed(TEXT, multi_task_model)
    assert [token.span.of(TEXT) for token in first.tokens] == [
        "鲁西集团", "在", "聊城市", "投资", "建设", "铜箔", "项目", "。",
    ]  # fmt: skip
    assert [name.span.of(TEXT) for name in first.names] == ["鲁西集团", "聊城市"]
    assert [name.span.of(TEXT) for name in second.names] == ["信发集团", "王海磊", "莘县"]
    roles = {(a.role, a.span.of(TEXT)) for frame in first.frames for a in frame.arguments}
    assert ("ARG0", "鲁西集团") in roles
    assert ("ARG1", "铜箔项目") in roles
    assert first.tokens[3].head is None
    assert [first.tokens[t.head or 0].span.of(TEXT) for t in first.tokens[:2]] == ["投资", "投资"]


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("鲁西集团 在　聊城市\t投资建设铜箔项目。", id="blanks of all kinds"),
        pytest.param(
            "😀鲁西集团\u200b在聊城市…投资\x00建设ＡＢ铜箔项目。", id="what folds or vanishes"
        ),
        pytest.param("鲁西集团在聊城市投资建设铜箔项目，" * 30, id="longer than a batch takes"),
        pytest.param("\ud800\u202e\x07", id="nothing to read"),
    ],
)
def test_tokens_are_exact_in_odd_text(text: str, multi_task_model: Path) -> None:
    (parse,) = parsed(text, multi_task_model)
    end = 0
    for token in parse.tokens:
        assert token.span.begin >= end
        assert token.span.of(text).strip() == token.span.of(text)
        end = token.span.end
    for name in parse.names:
        assert name.span.end <= len(text)
    assert all(token.head is None or token.head < len(parse.tokens) for token in parse.tokens)


def test_names_join_those_of_the_rules(engine: Engine) -> None:
    method = {m.text: m.method for m in extracted(engine, TEXT).mentions}
    assert "tagger hanlp" in method["鲁西集团"].split("+")
    assert "ending 集团" in method["鲁西集团"].split("+")
    assert "tagger hanlp" in method["王海磊"].split("+")


def test_organization_is_a_company_here(engine: Engine) -> None:
    types = {m.text: m.type for m in extracted(engine, TEXT).mentions}
    assert types["鲁西集团"] == "Company"
    assert types["莘县"] == "Place"


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_engine_keeps_what_engines_keep(check: Check, engine: Engine) -> None:
    check(engine)


# -------------------------------------------------------------------------- single-task models


def test_recognizer_behind_a_tokenizer(tokenizer_model: Path, recognizer_model: Path) -> None:
    first, _ = parsed(TEXT, tokenizer_model, recognizer_model)
    assert [name.span.of(TEXT) for name in first.names] == ["鲁西集团", "聊城市"]


def test_recognizer_alone_reads_characters(recognizer_model: Path) -> None:
    first, _ = parsed(TEXT, recognizer_model)
    assert [len(token.span) for token in first.tokens] == [1] * len(first.tokens)


def test_two_models_in_one_engine(tokenizer_model: Path, recognizer_model: Path) -> None:
    both = load_engine(f"hanlp:{recognizer_model},{tokenizer_model}")  # in whatever order
    assert "tagger hanlp" in extracted(both, TEXT).mentions[0].method


def test_two_tokenizers_are_one_too_many(tokenizer_model: Path) -> None:
    twice = load_engine(f"hanlp:{tokenizer_model},{tokenizer_model}")
    with pytest.raises(AnnotatorUnavailable, match="a second one of its kind"):
        extracted(twice, TEXT)


def test_rnn_recognizer_survives_labels_that_spell_nothing(tmp_path: Path) -> None:
    from hanlp.utils.span_util import InvalidTagSequence

    model = tiny_hanlp.train_rnn_recognizer(tmp_path)
    component = compat.load_component(model)
    words = [list("".join(sample.words)) for sample in tiny_hanlp.samples()]
    component(words)
    with pytest.raises(InvalidTagSequence):
        super(type(component), component).predict_data(words, 8)


# ------------------------------------------------------------------------ models and encoders


def test_model_that_was_moved_finds_its_encoder(multi_task_model: Path, tmp_path: Path) -> None:
    for place in ("model", "encoder"):
        shutil.copytree(multi_task_model.parent / place, tmp_path / place)
    config = tmp_path / "model" / "config.json"
    here = str(multi_task_model.parent / "encoder")
    config.write_text(
        config.read_text("utf-8").replace(here, "/trained/elsewhere/encoder"), "utf-8"
    )
    model = find_model(str(tmp_path / "model"))
    assert model.encoder == ("/trained/elsewhere/encoder", tmp_path / "encoder")
    moved = load_engine(f"hanlp:{tmp_path / 'model'}")
    assert "tagger hanlp" in extracted(moved, TEXT).mentions[0].method


def test_missing_encoder_is_named(multi_task_model: Path, tmp_path: Path) -> None:
    shutil.copytree(multi_task_model, tmp_path / "model")
    config = tmp_path / "model" / "config.json"
    here = str(multi_task_model.parent / "encoder")
    config.write_text(
        config.read_text("utf-8").replace(here, "/trained/elsewhere/electra"), "utf-8"
    )
    with pytest.raises(AnnotatorUnavailable, match=r"needs the encoder /trained/elsewhere/electra"):
        load_engine(f"hanlp:{tmp_path / 'model'}")


@pytest.fixture
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("the network was asked")

    monkeypatch.setattr(socket, "create_connection", refuse)
    monkeypatch.setattr(socket.socket, "connect", refuse)


@pytest.mark.usefixtures("no_network")
def test_missing_model_is_two_downloads_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HANLP_HOME", str(tmp_path))
    with pytest.raises(AnnotatorUnavailable) as caught:
        load_engine("hanlp:CLOSE_TOK_POS_NER_SRL_DEP_SDP_CON_ELECTRA_BASE_ZH")
    steps = [line for line in str(caught.value).splitlines() if "curl" in line]
    assert [Path(step.split()[-1]).parent.name for step in steps] == ["mtl", "transformers"]
    assert str(tmp_path) in steps[0]
    assert "CC BY-NC-SA" in str(caught.value)


def test_downloaded_archive_is_unpacked(multi_task_model: Path, tmp_path: Path) -> None:
    """What the printed steps leave behind is enough: the rest happens without the network."""
    name = "CLOSE_TOK_POS_NER_SRL_DEP_SDP_CON_ELECTRA_SMALL_ZH"
    archive = compat.pretrained_urls()[name].rpartition("/")[2]
    shutil.make_archive(
        str(tmp_path / "mtl" / archive.removesuffix(".zip")),
        "zip",
        multi_task_model.parent,
        multi_task_model.name,
    )
    # a process of its own: HanLP reads HANLP_HOME when it is imported
    code = f"from kg.engines import load_engine; print(load_engine('hanlp:{name}').identity)"
    environment = {"HANLP_HOME": str(tmp_path), "PYTHONPATH": str(Path.cwd()), "PATH": ""}
    result = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=False
    )
    assert name in result.stdout, result.stderr
    assert find_model(str(multi_task_model)).digest() in result.stdout


@pytest.mark.parametrize(
    ("model", "complaint"),
    [
        pytest.param("MSRA_NER", "did you mean MSRA_NER_", id="half a name"),
        pytest.param("./nowhere", "there is no folder", id="no such folder"),
    ],
)
def test_unknown_model_is_named_with_a_remedy(model: str, complaint: str) -> None:
    with pytest.raises(SettingsError, match=complaint):
        load_engine(f"hanlp:{model}")


@pytest.mark.parametrize(
    ("config", "complaint"),
    [
        pytest.param(None, "no config.json in it", id="empty folder"),
        pytest.param("{", "cannot be read", id="no JSON"),
        pytest.param('{"epochs": 3}', "names no class", id="no component"),
        pytest.param(
            '{"classpath": "hanlp.components.Nothing"}', "cannot load", id="no such class"
        ),
        pytest.param('{"classpath": "os.system"}', "code of its own", id="a class of others"),
        pytest.param(
            '{"classpath": "hanlp.components.mtl.x", "encoder": {"classpath": "shutil.rmtree"}}',
            "code of its own",
            id="a class of others, deeper",
        ),
    ],
)
def test_folder_that_is_no_model(config: str | None, complaint: str, tmp_path: Path) -> None:
    if config is not None:
        (tmp_path / "config.json").write_text(config, "utf-8")
    with pytest.raises(AnnotatorUnavailable, match=complaint):
        extracted(load_engine(f"hanlp:{tmp_path}"), TEXT)


def test_file_that_a_component_wants_from_the_network_is_named(
    multi_task_model: Path, tmp_path: Path
) -> None:
    shutil.copytree(multi_task_model, tmp_path / "model")
    config = tmp_path / "model" / "config.json"
    changed = json.loads(config.read_text("utf-8"))
    changed["encoder"]["transformer"] = "hfl/chinese-electra-180g-small-discriminator"
    config.write_text(json.dumps(changed), "utf-8")
    with pytest.raises(AnnotatorUnavailable, match="electra_zh_small"):
        compat.load_component(tmp_path / "model")


# -------------------------------------------------------------------------------- many processes


def test_workers_find_what_one_process_finds(multi_task_model: Path, tmp_path: Path) -> None:
    settings = Settings(home="聊城市", engine=f"hanlp:{multi_task_model}")
    corpus = write_corpus(tmp_path / "corpus")
    for jobs in (1, 2):
        report = build([corpus], tmp_path / str(jobs), settings=settings, jobs=jobs)
        assert not report.skipped
        assert "with HanLP" in json.loads(report.as_json())["run"]["annotator"]
    graphs = [(tmp_path / str(jobs) / "statements.csv").read_bytes() for jobs in (1, 2)]
    assert graphs[0] == graphs[1]
