"""The tagger's arithmetic on networks made by chance, and its names on the shipped one."""

from __future__ import annotations

import hashlib
import itertools
import json
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from kg.annotation.tagger import MODEL_PATH, TaggedName, Tagger
from kg.errors import AnnotatorUnavailable

LABELS = ["O", "B-Place", "I-Place", "E-Place", "S-Place"]
SIZE = 6


def make_arrays(seed: int = 0) -> dict[str, npt.NDArray[np.generic]]:
    """Return a model file's arrays with random weights."""
    rng = np.random.default_rng(seed)

    def chance(*shape: int) -> npt.NDArray[np.float32]:
        return rng.normal(0, 0.7, shape).astype(np.float32)

    def text(value: object) -> npt.NDArray[np.uint8]:
        return np.frombuffer(json.dumps(value).encode(), dtype=np.uint8)

    cues = 3 * 1 + 3 + 4 + 8
    arrays: dict[str, npt.NDArray[np.generic]] = {
        "meta": text({"format": 1, "labels": [LABELS, LABELS]}),
        "words": text({"kind": ["市"]}),
        "characters": np.array([ord(c) for c in "聊城市局0aA"], dtype=np.uint16),
        "pairs": np.array([2 * 9 + 3], dtype=np.int32),
        "character_vectors": chance(9, 4),
        "pair_vectors": chance(3, 3),
        "input_weights": chance(4 + 3 + 3 + cues, 2 * 4 * SIZE),
        "hidden_weights_0": chance(SIZE, 4 * SIZE),
        "hidden_weights_1": chance(SIZE, 4 * SIZE),
        "biases": chance(2 * 4 * SIZE),
        "output_weights": chance(2 * SIZE, 2 * len(LABELS)),
        "output_biases": chance(2 * len(LABELS)),
    }
    for layer in (0, 1):
        arrays[f"chain_{layer}_start"] = chance(len(LABELS))
        arrays[f"chain_{layer}_end"] = chance(len(LABELS))
        arrays[f"chain_{layer}_moves"] = chance(len(LABELS), len(LABELS))
    return arrays


@pytest.fixture(scope="module")
def random_tagger() -> Tagger:
    return Tagger(make_arrays())


@pytest.fixture(scope="module")
def shipped_tagger() -> Tagger:
    if not MODEL_PATH.exists():
        pytest.skip("no trained tagger in kg/models")
    return Tagger.load()


SENTENCES = [
    pytest.param("", id="empty"),
    pytest.param(" ", id="blank"),
    pytest.param("市", id="one character"),
    pytest.param("🎉🎉聊城市🚀", id="emoji"),
    pytest.param("The quick brown fox invests 200 million.", id="Latin"),
    pytest.param("聊城市\n市局", id="line break"),
    pytest.param("聊" * 10_000, id="no punctuation for 10,000 characters"),
    pytest.param("\ud800\udc00聊", id="lone surrogates"),
    pytest.param("聊城市\x00局\ufeff", id="control characters"),
]


@pytest.mark.parametrize("sentence", SENTENCES)
def test_any_text_yields_spans_inside_it(random_tagger: Tagger, sentence: str) -> None:
    (names,) = random_tagger.tag([sentence])
    for name in names:
        assert 0 <= name.begin < name.end <= len(sentence)
        assert 0 <= name.score <= 1
        assert name.layer in (0, 1)
    for layer in (0, 1):
        spans = [(n.begin, n.end) for n in names if n.layer == layer]
        assert all(left[1] <= right[0] for left, right in itertools.pairwise(spans))


def test_no_sentences_yield_no_names(random_tagger: Tagger) -> None:
    assert random_tagger.tag([]) == []


def test_company_in_a_batch_does_not_change_a_sentence(random_tagger: Tagger) -> None:
    sentences = ["聊城市局", "局", "", "聊城" * 40, "市局aA0聊"]
    text = "\n".join(sentences)
    together = random_tagger.tag(sentences, text)
    for sentence, names in zip(sentences, together, strict=True):
        (alone,) = random_tagger.tag([sentence], text)
        assert [(n.begin, n.end, n.type, n.layer) for n in alone] == [
            (n.begin, n.end, n.type, n.layer) for n in names
        ]
        assert [n.score for n in alone] == pytest.approx([n.score for n in names], rel=1e-3)


def test_documents_tagged_at_once_keep_their_names(random_tagger: Tagger) -> None:
    documents = [(["聊城市局", "局"], "聊城市局\n局"), ([], None), (["聊城" * 300, "市局aA"], None)]
    for (sentences, text), together in zip(
        documents, random_tagger.tag_all(documents), strict=True
    ):
        alone = random_tagger.tag(sentences, text)
        assert list(map(keys, together)) == list(map(keys, alone))


def keys(names: list[TaggedName]) -> list[tuple[int, int, str, int]]:
    return [(n.begin, n.end, n.type, n.layer) for n in names]


def test_missing_model_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(AnnotatorUnavailable, match="kg train"):
        Tagger.load(tmp_path / "tagger.npz")


def test_damaged_model_says_what_to_do(tmp_path: Path) -> None:
    path = tmp_path / "tagger.npz"
    path.write_bytes(b"PK\x03\x04 not really")
    with pytest.raises(AnnotatorUnavailable, match="kg train"):
        Tagger.load(path)


def test_model_of_another_format_is_refused(tmp_path: Path) -> None:
    arrays = make_arrays()
    arrays["meta"] = np.frombuffer(b'{"format": 99}', dtype=np.uint8)
    path = tmp_path / "tagger.npz"
    np.savez(path, **arrays)  # type: ignore[arg-type]
    with pytest.raises(AnnotatorUnavailable, match="format 99"):
        Tagger.load(path)


def named(text: str, names: list[TaggedName]) -> set[tuple[str, str, int]]:
    return {(text[n.begin : n.end], n.type, n.layer) for n in names if n.score >= 0.5}


@pytest.mark.model
@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        pytest.param(
            "山东聊城富锋汽车部件有限公司负责人张延飞通过聊城智慧金融服务平台提出融资需求。",
            {
                ("山东聊城富锋汽车部件有限公司", "Company", 0),
                ("山东", "Place", 1),
                ("张延飞", "Person", 0),
                ("聊城智慧金融服务平台", "Platform", 0),
                ("聊城", "Place", 1),
            },
            id="places inside a firm and a platform",
        ),
        pytest.param(
            "市司法局印发《关于进一步优化法治化营商环境的若干措施》，在莘县化工产业园设立工作站。",
            {
                ("市司法局", "Agency", 0),
                ("关于进一步优化法治化营商环境的若干措施", "Policy", 0),
                ("莘县化工产业园", "Zone", 0),
                ("莘县", "Place", 1),
            },
            id="an agency without its city",
        ),
        pytest.param(
            "中通客车与聊城大学签约，共建研究院。",
            {("中通客车", "Company", 0), ("聊城大学", "Organization", 0)},
            id="a firm without a legal form",
        ),
    ],
)
def test_shipped_model_names_what_a_reader_would(
    shipped_tagger: Tagger, sentence: str, expected: set[tuple[str, str, int]]
) -> None:
    (names,) = shipped_tagger.tag([sentence])
    assert expected <= named(sentence, names)


@pytest.mark.model
@pytest.mark.parametrize("sentence", SENTENCES)
def test_shipped_model_takes_any_text(shipped_tagger: Tagger, sentence: str) -> None:
    (names,) = shipped_tagger.tag([sentence])
    assert all(0 <= n.begin < n.end <= len(sentence) for n in names)


@pytest.mark.model
def test_equal_input_gives_equal_output(shipped_tagger: Tagger) -> None:
    sentences = ["鲁西集团年产120万吨双酚A项目位于聊城高新区。", "市财政局局长王伟介绍。"] * 20
    assert shipped_tagger.tag(sentences) == Tagger.load().tag(sentences)


@pytest.mark.model
def test_data_card_belongs_to_the_model() -> None:
    if not MODEL_PATH.exists():
        pytest.skip("no trained tagger in kg/models")
    digest = hashlib.sha256(MODEL_PATH.read_bytes()).hexdigest()
    assert f"`{digest}`" in MODEL_PATH.with_suffix(".md").read_text("utf-8")


def test_alternatives_come_on_demand_and_once(random_tagger: Tagger) -> None:
    sentences = ["聊城市局在市局", "局" * 900]
    plain = random_tagger.tag(sentences)
    wide = random_tagger.tag(sentences, min_alternative=0.02)
    for best, names in zip(plain, wide, strict=True):
        keys = [(n.begin, n.end, n.type) for n in names]
        assert len(keys) == len(set(keys))
        assert {(n.begin, n.end) for n in best} <= {(n.begin, n.end) for n in names}
        assert all(n.best or n.score >= 0.02 for n in names)
    assert any(not n.best for n in wide[0])
