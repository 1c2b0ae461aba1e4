"""What HanLP and torch train, numpy must run to the same names."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from kg.annotation.chains import Packing, read_spans
from kg.annotation.tagger import Encoder, Tagger
from kg.characters import Vocabulary

torch = pytest.importorskip("torch")
pytest.importorskip("hanlp")

from kg.training.export import model_arrays, write_model  # noqa: E402
from kg.training.network import LegalCRF, NestedNameRecognizer, labels_of  # noqa: E402
from kg.training.projection import GoldArticle, label_article  # noqa: E402
from kg.training.tagger import TrainingSettings, predict, samples_of, train  # noqa: E402

# HanLP 2.1.5 and torch warn about each other's habits.
pytestmark = [pytest.mark.model, pytest.mark.filterwarnings("ignore")]

CITIES = ["聊城市", "莘县", "临清市", "济南市", "高唐县", "东阿县"]
OFFICES = ["司法局", "财政局", "商务局", "税务局"]


def made_articles() -> list[GoldArticle]:
    """Return a few sentences whose names a network learns in seconds."""
    articles = []
    for index, city in enumerate(CITIES):
        for office in OFFICES:
            text = f"昨天，{city}{office}表示支持。{city}很美。记者在{city}看到水库。"
            entities: list[dict[str, Any]] = [
                {"id": "e1", "type": "Agency", "name": city + office},
                {"id": "e2", "type": "Place", "name": city},
            ]
            article = {"id": "a1", "title": "", "entities": entities}
            articles.append(label_article(f"x_{index}", article, text))
    return articles


@pytest.fixture(scope="module")
def encoder() -> Encoder:
    text = "".join(sorted(set("".join(a.text for a in made_articles()))))
    vocabulary = Vocabulary([ord(c) for c in text], np.arange(500, 900, 3))
    return Encoder(vocabulary, {"office": OFFICES, "city": CITIES[:3]})


@pytest.fixture(scope="module")
def recognizer(encoder: Encoder, tmp_path_factory: pytest.TempPathFactory) -> NestedNameRecognizer:
    logging.disable(logging.INFO)
    settings = TrainingSettings(
        hidden_size=24, epochs=20, batch_sentences=8, rate=5e-3, average=0.8
    )
    folder = tmp_path_factory.mktemp("recognizer")
    trained = train(samples_of(made_articles(), encoder), encoder, None, folder, settings)
    logging.disable(logging.NOTSET)
    return trained


def test_nested_names_are_learned(recognizer: NestedNameRecognizer, encoder: Encoder) -> None:
    tagger = Tagger(model_arrays(recognizer, encoder, {}))
    article = made_articles()[0]
    names = {(article.text[n.begin : n.end], n.type, n.layer) for n in predict(tagger, article)}
    assert names == {("聊城市司法局", "Agency", 0), ("聊城市", "Place", 1), ("聊城市", "Place", 0)}


def test_numpy_finds_the_spans_that_hanlp_finds(
    recognizer: NestedNameRecognizer, encoder: Encoder
) -> None:
    tagger = Tagger(model_arrays(recognizer, encoder, {}))
    samples = samples_of(made_articles(), encoder)
    labels = recognizer.predict(samples)
    sentences = ["".join(sample["token"]) for sample in samples]
    for article in made_articles():
        inside = [i for i, sentence in enumerate(sentences) if sentence in article.text]
        tagged = tagger.tag([sentences[i] for i in inside], article.text)
        for index, names in zip(inside, tagged, strict=True):
            expected = {
                (*span, layer)
                for layer, path in enumerate(labels[index])
                for span in read_spans(path)
            }
            assert {(n.begin, n.end, n.type, n.layer) for n in names} == expected


def test_emissions_agree(recognizer: NestedNameRecognizer, encoder: Encoder) -> None:
    tagger = Tagger(model_arrays(recognizer, encoder, {}))
    samples = sorted(samples_of(made_articles(), encoder), key=lambda s: -len(s["token"]))[:4]
    with torch.no_grad():
        expected, _ = recognizer.feed_batch({"encoded": [s["encoded"] for s in samples]})
    packing = Packing([len(s["token"]) for s in samples])
    by_layer = tagger.emissions([s["encoded"] for s in samples], packing)
    ours = np.concatenate([*by_layer], axis=1)
    theirs = expected.numpy()[packing.columns, packing.times]
    assert np.abs(ours - theirs).max() < 1e-3


def test_equal_training_writes_equal_bytes(
    recognizer: NestedNameRecognizer, encoder: Encoder, tmp_path: Path
) -> None:
    arrays = model_arrays(recognizer, encoder, {"trained": "2026-11-25"})
    for name in ("one", "two"):
        write_model(arrays, tmp_path / f"{name}.npz")
    assert (tmp_path / "one.npz").read_bytes() == (tmp_path / "two.npz").read_bytes()
    assert Tagger.load(tmp_path / "one.npz").meta["trained"] == "2026-11-25"


def test_faster_normalizer_is_hanlps() -> None:
    from hanlp.layers.crf.crf import CRF

    torch.manual_seed(0)
    ours = LegalCRF(labels_of(["Place", "Agency"]))
    theirs = CRF(ours.num_tags, batch_first=True)
    theirs.load_state_dict(ours.state_dict())
    emissions = torch.randn(3, 7, ours.num_tags)
    tags = torch.zeros(3, 7, dtype=torch.long)
    tags[0, 1:4] = torch.tensor([1, 2, 3])
    mask = torch.ones(3, 7, dtype=torch.bool)
    mask[1, 4:] = False
    assert torch.allclose(ours(emissions, tags, mask), theirs(emissions, tags, mask), atol=1e-3)


def test_illegal_moves_stay_illegal(recognizer: NestedNameRecognizer) -> None:
    labels = recognizer.config.labels[0]
    moves = recognizer.model.chains[0].transitions
    assert moves[labels.index("B-Place"), labels.index("O")].item() == pytest.approx(-100)
