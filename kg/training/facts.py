"""Train the scorer of facts on annotated documents.

``python -m kg.training.facts --gold DIR… --out kg/models`` learns which of the entities around a
number, date or state it is said of, or none (`kg.extraction.fact_scorer`). Each article is seen twice:
with the annotators' own entities, so that it is learnt what a subject looks like, and with the
entities the pipeline finds, so that it is learnt to drop a value whose subject is missing.

The loss is the softmax over a value's candidates and "nobody". Where annotators gave a value to
several entities any of them is right; a subject they marked optional is left out of the sum; a value
whose subject is no candidate is nobody's, as giving it to another would be wrong. scipy minimizes it
(L-BFGS); only numpy is needed to use the weights. Telling the scorer whose the value behind is, as it is
told of the one before, was tried: it relies on that and repeats its own mistakes (F1 0.460).
"""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray
from scipy.optimize import fmin_l_bfgs_b

from kg.evaluation import DEICTIC
from kg.extraction import all_mentions
from kg.extraction.clauses import sentence_views
from kg.extraction.fact_features import ValueScene, nobody_features
from kg.extraction.fact_rows import columns_of, scene_rows
from kg.extraction.fact_scorer import GATE, KINDS, Subjects, last_columns, value_scenes
from kg.extraction.facts import find_facts_with
from kg.extraction.keep import group_mentions
from kg.extraction.linear import LinearModel
from kg.extraction.pairs import EntityKey
from kg.extraction.quantities import written_unit
from kg.extraction.regions import region_context
from kg.model import (
    AnnotatedArticle,
    Article,
    Mention,
    MentionId,
    MentionKind,
    PartialDate,
    Quantity,
    Span,
    Value,
)
from kg.training.extraction import TrainingArticle, fold_of, normalize

__all__ = [
    "FactExample",
    "Score",
    "cross_validate",
    "fit",
    "gold_mentions",
    "make_example",
    "score",
]

logger = logging.getLogger(__name__)

_Vector = NDArray[np.float64]

BUCKETS = 1 << 18
PENALTY = 4.0  # L2; F1 in cross-validation is 0.460 with 1, 0.470 with 2, 0.472 with 4 and 8
MIN_WEIGHT = 0.02  # smaller weights are dropped from the file; the scores don't move
MAX_ITERATIONS = 120
# number, date, state: F1 in cross-validation is flat (within half a point) from 0.16 to 0.28, 0.16 to 0.3
# and 0.05 to 0.13; of those values ones where precision leads. Of the gate, a log-odds: at -3 it
# leaves out more than half of the values, and F1 stays what it is without.
THRESHOLDS = (0.26, 0.26, 0.13, -3.0)
FOLDS = 5


@dataclass(slots=True)
class FactExample:
    """An article with mentions, and the gold facts they can answer."""

    document: str
    annotated: AnnotatedArticle
    mentions: list[Mention]
    gold_by_entity: Mapping[EntityKey, frozenset[int]]  # indices of gold entities
    facts: tuple[_GoldFact, ...]


@dataclass(frozen=True, slots=True)
class _GoldFact:
    subject: int
    value: str
    unit: str
    optional: bool


# ---------------------------------------------------------------------------------------- data


def gold_mentions(document: Mapping[str, Any], article: Article) -> list[Mention]:
    """Return mentions where the article has the names and aliases of its gold entities."""
    spans: dict[tuple[Span, str, str], Mention] = {}
    for entity in document["articles"][0]["entities"]:
        for form in {entity["name"], *entity.get("aliases", ())}:
            if len(form) < 2 and form != "其":
                continue
            for match in re.finditer(re.escape(form), article.text):
                span = Span(*match.span())
                mention = _mention(article, span, entity)
                spans.setdefault((span, mention.type, mention.name), mention)
    longest_first = sorted(spans.values(), key=lambda m: (-len(m.span), m.span, m.type))
    kept: list[Mention] = []
    for mention in longest_first:
        if not any(
            m.span.overlaps(mention.span) and not m.span.contains(mention.span) for m in kept
        ):
            kept.append(mention)
    return sorted(kept, key=lambda m: (m.span.begin, -m.span.end, m.type))


def _mention(article: Article, span: Span, entity: Mapping[str, Any]) -> Mention:
    text = span.of(article.text)
    kind = MentionKind.NAME
    if text in ("其", "该", "此"):
        kind = MentionKind.PRONOMINAL
    elif DEICTIC.match(text):
        kind = MentionKind.NOMINAL
    mention_id = MentionId(f"{article.id}#{span.begin}-{span.end}-{entity['type']}-{entity['id']}")
    return Mention(mention_id, article.id, span, text, kind, entity["type"], entity["name"])


def make_example(
    document: Mapping[str, Any], annotated: AnnotatedArticle, mentions: list[Mention]
) -> FactExample:
    """Match the entities of *mentions* with the gold ones, as the scorer matches them."""
    gold = document["articles"][0]
    index_by_id = {entity["id"]: index for index, entity in enumerate(gold["entities"])}
    names = [(normalize(entity["name"]), _forms(entity)) for entity in gold["entities"]]
    gold_by_entity = {}
    for key, found in group_mentions(mentions).items():
        name = normalize(key[1])
        forms = {normalize(m.text) for m in found if not DEICTIC.match(m.text)} | {name}
        gold_by_entity[key] = frozenset(
            index
            for index, (gold_name, gold_forms) in enumerate(names)
            if name in gold_forms or gold_name in forms
        )
    facts = tuple(
        _GoldFact(
            index_by_id[fact["s"]],
            str(fact["v"]),
            normalize(str(fact["unit"])),
            bool(fact.get("optional")),
        )
        for fact in gold.get("facts", ())
        if fact["s"] in index_by_id
    )
    return FactExample(document["doc"], annotated, mentions, gold_by_entity, facts)


def _forms(entity: Mapping[str, Any]) -> frozenset[str]:
    aliases = {normalize(alias) for alias in entity.get("aliases", ()) if not DEICTIC.match(alias)}
    return frozenset({normalize(entity["name"])} | aliases - {""})


def examples_of(training: TrainingArticle) -> tuple[FactExample, FactExample]:
    """Return an article with the annotators' entities, and with the pipeline's."""
    annotated = training.annotated()
    found = all_mentions(annotated, region_context(annotated))
    return (
        make_example(
            training.document, annotated, gold_mentions(training.document, training.article)
        ),
        make_example(training.document, annotated, found),
    )


# ------------------------------------------------------------------------------------- fitting


@dataclass(slots=True)
class _Choices:
    """The choices of one kind: rows of features, grouped by value."""

    rows: list[NDArray[np.int64]] = field(default_factory=list)
    groups: list[int] = field(default_factory=list)
    right: list[bool] = field(default_factory=list)
    count: int = 0


@dataclass(slots=True)
class _Values:
    """The features of each value alone, and whether annotators made a fact of it."""

    rows: list[NDArray[np.int64]] = field(default_factory=list)
    facts: list[bool] = field(default_factory=list)


def _collect(example: FactExample, choices: Mapping[str, _Choices], values: _Values) -> None:
    views = list(sentence_views(example.annotated, example.mentions))
    scenes = [s for s in value_scenes(views, example.annotated.article) if s.candidates]
    static = _rows_by_scene(scenes)
    subjects = Subjects()
    for scene, rows in zip(scenes, static, strict=True):
        required, optional = _subjects(example, scene.value.value)
        answers = [example.gold_by_entity.get(c.entity, frozenset()) for c in scene.candidates]
        before = subjects.before(scene)
        subjects.take(scene, _taken(scene, answers, required, optional))
        nobody = columns_of(nobody_features(scene), BUCKETS)
        values.rows.append(columns_of(scene.clues, BUCKETS))
        values.facts.append(bool(required or optional))
        right = [bool(answer & required) for answer in answers]
        if not any(right) and optional:
            continue
        neutral = [bool(a & optional) and not r for a, r in zip(answers, right, strict=True)]
        if before[0] is not None:
            rows = [
                np.concatenate((row, last_columns(c.entity, before, BUCKETS)))
                for row, c in zip(rows, scene.candidates, strict=True)
            ]
        _add(choices[scene.value.kind], [*rows, nobody], right, neutral)


def _rows_by_scene(scenes: Sequence[ValueScene]) -> Iterator[list[NDArray[np.int64]]]:
    rows = scene_rows(scenes, BUCKETS)
    ends = np.cumsum(rows.lengths)
    each = iter(np.split(rows.columns, ends[:-1]))
    for scene in scenes:
        yield [next(each) for _ in scene.candidates]


def _taken(
    scene: ValueScene,
    answers: Sequence[frozenset[int]],
    required: frozenset[int],
    optional: frozenset[int],
) -> EntityKey | None:
    for wanted in (required, optional):
        for candidate, answer in zip(scene.candidates, answers, strict=True):
            if answer & wanted:
                return candidate.entity
    return None


def _add(
    choices: _Choices,
    rows: Sequence[NDArray[np.int64]],
    right: Sequence[bool],
    neutral: Sequence[bool],
) -> None:
    for row, is_right, is_neutral in zip(rows, right, neutral, strict=False):
        if not is_neutral:
            choices.rows.append(row)
            choices.right.append(is_right)
            choices.groups.append(choices.count)
    choices.rows.append(rows[-1])
    choices.right.append(not any(right))
    choices.groups.append(choices.count)
    choices.count += 1


def _subjects(example: FactExample, value: Value) -> tuple[frozenset[int], frozenset[int]]:
    """Return the gold subjects of a value: required ones, and optional ones."""
    text, unit = _written(value)
    same = [f for f in example.facts if f.unit == unit and _close(f.value, text)]
    required = frozenset(f.subject for f in same if not f.optional)
    return required, frozenset(f.subject for f in same) - required


def _written(value: Value) -> tuple[str, str]:
    if isinstance(value, Quantity):
        return str(value.value), normalize(written_unit(value))
    return (value.iso if isinstance(value, PartialDate) else value), ""


def _close(gold: str, found: str) -> bool:
    try:
        a, b = float(gold), float(found)
    except ValueError:
        return normalize(gold) == normalize(found)
    return abs(a - b) <= 0.01 * max(abs(a), abs(b))


def fit(examples: Iterable[FactExample], thresholds: Sequence[float] = THRESHOLDS) -> LinearModel:
    """Fit the scorer: a column of weights for numbers, dates and states, and one for the gate."""
    choices = {kind: _Choices() for kind in KINDS}
    values = _Values()
    for example in examples:
        _collect(example, choices, values)
    labels = (*KINDS, GATE)
    weights = np.zeros((BUCKETS, len(labels)), dtype=np.float32)
    for column, kind in enumerate(KINDS):
        if choices[kind].count:
            weights[:, column] = _fit_choices(choices[kind])
    weights[:, -1] = _fit_gate(values)
    weights[np.abs(weights) < MIN_WEIGHT] = 0.0
    bias = np.zeros(len(labels), dtype=np.float32)
    return LinearModel(labels, weights, bias, np.array(thresholds, dtype=np.float32))


class _Features:
    """Rows of columns as a sparse matrix over the columns that occur."""

    def __init__(self, rows: Sequence[NDArray[np.int64]]) -> None:
        lengths = np.fromiter((row.size for row in rows), dtype=np.int64)
        self._used, columns = np.unique(np.concatenate(rows), return_inverse=True)
        starts = np.concatenate(([0], np.cumsum(lengths)))
        shape = (len(rows), self._used.size)
        self._matrix = sp.csr_matrix((np.ones(columns.size, np.float32), columns, starts), shape)
        self._transposed = self._matrix.T.tocsr()

    def minimize(self, loss: Callable[[_Vector], tuple[float, _Vector]]) -> NDArray[np.float32]:
        """Return the weights with the least penalized loss; *loss* sees the rows' scores."""

        def penalized(weights: _Vector) -> tuple[float, _Vector]:
            value, slope = loss((self._matrix @ weights.astype(np.float32)).astype(np.float64))
            gradient = (self._transposed @ slope.astype(np.float32)).astype(np.float64)
            value += 0.5 * PENALTY * float(weights @ weights)
            return value, gradient + PENALTY * weights

        best, _, _ = fmin_l_bfgs_b(penalized, np.zeros(self._used.size), maxiter=MAX_ITERATIONS)
        weights = np.zeros(BUCKETS, dtype=np.float32)
        weights[self._used] = best
        return weights


def _fit_choices(choices: _Choices) -> NDArray[np.float32]:
    groups = np.array(choices.groups)
    first = np.concatenate(([0], np.flatnonzero(np.diff(groups)) + 1))
    right = np.array(choices.right, dtype=np.float64)

    def loss(scores: _Vector) -> tuple[float, _Vector]:
        odds = np.exp(scores - np.maximum.reduceat(scores, first)[groups])
        everyone = np.add.reduceat(odds, first)
        righteous = np.add.reduceat(odds * right, first)
        slope = odds / everyone[groups] - odds * right / righteous[groups]
        return float(np.log(everyone).sum() - np.log(righteous).sum()), slope

    return _Features(choices.rows).minimize(loss)


def _fit_gate(values: _Values) -> NDArray[np.float32]:
    signs = np.where(np.array(values.facts), 1.0, -1.0)

    def loss(scores: _Vector) -> tuple[float, _Vector]:
        margins = signs * scores
        return float(np.logaddexp(0.0, -margins).sum()), -signs / (1.0 + np.exp(margins))

    return _Features(values.rows).minimize(loss)


# ------------------------------------------------------------------------------------ measuring


@dataclass(frozen=True, slots=True)
class Score:
    """Right, predicted and gold facts; optional ones count neither way."""

    right: int
    predicted: int
    gold: int

    def __add__(self, other: Score) -> Score:
        return Score(
            self.right + other.right, self.predicted + other.predicted, self.gold + other.gold
        )

    def __str__(self) -> str:
        precision = self.right / max(1, self.predicted)
        recall = self.right / max(1, self.gold)
        f1 = 2 * precision * recall / max(1e-9, precision + recall)
        return f"P {precision:.3f} R {recall:.3f} F1 {f1:.3f} ({self.right}/{self.predicted}/{self.gold})"


def score(example: FactExample, model: LinearModel | None) -> Score:
    """Compare an article's facts with the gold ones."""
    entity_by_mention = {m.id: (m.type, m.name) for m in example.mentions}
    answers = []
    for relation in find_facts_with(example.annotated, example.mentions, model):
        subjects = example.gold_by_entity[entity_by_mention[relation.subject]]
        answers.append((subjects, *_written(relation.object)))
    right, neutral, used = 0, 0, set()
    facts = sorted(set(example.facts), key=lambda f: (f.optional, f.subject, f.value))
    for fact in facts:
        for index, (subjects, value, unit) in enumerate(answers):
            is_same = fact.unit == unit and _close(fact.value, value)
            if index not in used and fact.subject in subjects and is_same:
                used.add(index)
                right += not fact.optional
                neutral += fact.optional
                break
    return Score(right, len(answers) - neutral, sum(not f.optional for f in facts))


def cross_validate(
    examples: Sequence[tuple[FactExample, FactExample]], folds: int = FOLDS
) -> Iterator[tuple[FactExample, FactExample, LinearModel]]:
    """Yield each article with a model fitted without its fold."""
    for fold in range(folds):
        seen = [e for pair in examples for e in pair if fold_of(e.document, folds) != fold]
        model = fit(seen)
        logger.info("fold %d of %d fitted", fold + 1, folds)
        for by_gold, found in examples:
            if fold_of(by_gold.document, folds) == fold:
                yield by_gold, found, model
