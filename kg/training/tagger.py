"""Train the name tagger with HanLP's API and write the file that runs without it.

``python -m kg.training.tagger --gold DIR… --raw FILE… --out kg/models`` reads annotated news, learns
vectors and a language model from raw news, cross-validates by document, trains on everything and
writes `tagger.npz` with its data card. It needs torch, hanlp and gensim; the product needs none.
"""

from __future__ import annotations

import logging
import random
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

from kg.annotation.tagger import Encoded, Encoder, TaggedName, Tagger
from kg.schema import load_schema
from kg.training.network import NestedNameRecognizer, labels_of
from kg.training.projection import GoldArticle, LabelledSentence, split_gold

__all__ = ["TrainingSettings", "article_folds", "predict", "train"]

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class TrainingSettings:
    """What a training run depends on besides its data."""

    hidden_size: int = 160
    epochs: int = 12
    batch_sentences: int = 32
    rate: float = 2e-3
    vector_rate: float = 3e-4
    drop: float = 0.5
    input_drop: float = 0.25
    unknown_drop: float = 0.03
    average: float = 0.99  # decay of the running average of the weights, per step
    warmup_steps: int = 60
    freeze_vectors: bool = False
    max_chars: int = 400
    seed: int = 1


def article_folds(
    articles: Sequence[GoldArticle], count: int, seed: int = 1
) -> list[list[GoldArticle]]:
    """Deal *articles* into folds, each with its share of every source (eb, xwlb, flash, mun)."""
    shuffled = sorted(articles, key=lambda a: a.document)
    random.Random(seed).shuffle(shuffled)  # noqa: S311  no secret, a fixed order
    shuffled.sort(key=lambda a: a.document.split("_")[0])
    return [shuffled[index::count] for index in range(count)]


def samples_of(
    articles: Iterable[GoldArticle], encoder: Encoder, max_chars: int = 400
) -> list[dict[str, Any]]:
    """Return the sentences of *articles* as HanLP samples."""
    samples = []
    for article in articles:
        sentences = [s for s in split_gold(article) if len(s.text) <= max_chars]
        encoded = encoder([s.text for s in sentences], article.text)
        samples += [_sample(s, e) for s, e in zip(sentences, encoded, strict=True)]
    return samples


def _sample(sentence: LabelledSentence, encoded: Encoded) -> dict[str, Any]:
    layers = [["O"] * len(sentence.text) for _ in range(2)]
    for found in sentence.spans:
        labels, (begin, end) = layers[found.layer], (found.span.begin, found.span.end)
        if end - begin == 1:
            labels[begin] = f"S-{found.type}"
            continue
        labels[begin:end] = [f"I-{found.type}"] * (end - begin)
        labels[begin], labels[end - 1] = f"B-{found.type}", f"E-{found.type}"
    return {"token": list(sentence.text), "tag": layers[0], "inner": layers[1], "encoded": encoded}


def train(
    samples: list[dict[str, Any]],
    encoder: Encoder,
    language_model: Mapping[str, Any] | None,
    folder: Path,
    settings: TrainingSettings,
) -> NestedNameRecognizer:
    """Fit HanLP's recognizer to *samples*; *folder* keeps its weights and log."""
    torch.set_num_threads(1)
    types = [name for name in load_schema().classes if name != "Official"]
    recognizer = NestedNameRecognizer()
    recognizer.language_model = language_model
    character_size, pair_size = 64, 50
    recognizer.fit(
        samples,
        None,
        str(folder),
        batch_size=settings.batch_sentences,
        epochs=settings.epochs,
        rnn_hidden=settings.hidden_size,
        lr=settings.rate,
        drop=settings.drop,
        seed=settings.seed,
        devices=-1,
        embed=character_size,
        tagging_scheme="IOBES",
        labels=[labels_of(types), labels_of(types)],
        character_count=encoder.vocabulary.base,
        pair_count=len(encoder.vocabulary.pairs) + 2,
        character_size=character_size,
        pair_size=pair_size,
        cue_count=len(encoder.features.columns),
        input_drop=settings.input_drop,
        unknown_drop=settings.unknown_drop,
        freeze_vectors=settings.freeze_vectors,
        vector_lr=settings.vector_rate,
        ema=settings.average,
        warmup=settings.warmup_steps,
    )
    return recognizer


def predict(tagger: Tagger, article: GoldArticle) -> list[TaggedName]:
    """Tag an article, offsets in its text."""
    sentences = list(split_gold(article))
    tagged = tagger.tag([s.text for s in sentences], article.text)
    return [
        TaggedName(n.begin + s.begin, n.end + s.begin, n.type, n.score, n.layer)
        for s, names in zip(sentences, tagged, strict=True)
        for n in names
    ]
