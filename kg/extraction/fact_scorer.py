"""Decide what each number, date and state of an article is said of, or that it is no fact.

The learned scorer weighs the candidates of a value against each other and against "nobody": a
softmax over one linear score each. Numbers, dates and states have weights of their own. Without
weights (`kg/models/facts.npz`) the rules choose, and states, which no rule can tell from other
predicates, are left out except where a project's name stands right before 已, 正在 or 尚未.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from kg.extraction.clauses import SentenceView
from kg.extraction.fact_features import (
    ValueScene,
    nobody_features,
    subject_features,
    type_features,
    value_scene,
)
from kg.extraction.fact_subjects import (
    Candidate,
    article_topics,
    candidates,
    carry_topic,
)
from kg.extraction.fact_values import FactValue, find_values
from kg.extraction.linear import LinearModel, hash_features
from kg.extraction.pairs import EntityKey
from kg.model import Article, Span

__all__ = [
    "KINDS",
    "Choice",
    "ValueWalk",
    "choose_by_rules",
    "choose_subjects",
    "fact_model_path",
    "load_fact_model",
    "scene_rows",
    "subject_probabilities",
]

KINDS = ("number", "date", "state")  # columns of the model

MAX_CONFIDENCE = 0.999  # nothing read off a text is certain
RULE_CONFIDENCE = {
    "inside": 0.9,
    "head": 0.85,
    "clause": 0.75,
    "carried": 0.6,
    "topic": 0.5,
    "behind": 0.45,
    "headline": 0.4,
    "focus": 0.4,
}


@dataclass(frozen=True, slots=True)
class Choice:
    """The subject chosen for a value, by which rule or model, and how sure that is."""

    view: SentenceView
    value: FactValue
    subject: Candidate
    method: str
    confidence: float


def fact_model_path() -> Path:
    """Return where the bundled weights are, or would be."""
    return Path(__file__).parent.parent / "models" / "facts.npz"


@lru_cache(maxsize=1)
def load_fact_model() -> LinearModel | None:
    """Return the bundled scorer, or None where none was trained yet."""
    path = fact_model_path()
    return LinearModel.load(path) if path.exists() else None


class ValueWalk:
    """The values of an article in text order, each with what came before it.

    Values share subjects: "总投资64亿元，占地260亩". So whoever walks along tells each time which subject it
    took, by `take`.
    """

    def __init__(self, views: Sequence[SentenceView], article: Article) -> None:
        self._views = views
        self._published = article.published
        self._topics = article_topics(views, article.body_begin)
        self._last: tuple[EntityKey, int] | None = None

    def scenes(self) -> Iterator[ValueScene]:
        """Yield the scene of each value."""
        paragraph = -1
        for index, view in enumerate(self._views):
            if view.sentence.paragraph != paragraph:
                paragraph, self._topics.carried, self._last = view.sentence.paragraph, None, None
            for value in find_values(view, self._published):
                found = candidates(self._views, index, value, self._topics)
                yield value_scene(view, value, found, self._topics, self._last)
            carry_topic(view, self._topics)

    def take(self, scene: ValueScene, subject: EntityKey | None) -> None:
        """Note the subject of a value; states, mostly no facts, tell nothing about the next."""
        if subject is not None and scene.value.kind != "state":
            self._last = (subject, scene.value.span.begin)


def choose_by_rules(views: Sequence[SentenceView], article: Article) -> list[Choice]:
    """Return the subjects that the rules choose."""
    walk = ValueWalk(views, article)
    found = []
    for scene in walk.scenes():
        walk.take(scene, scene.chosen)
        subject = next((c for c in scene.candidates if c.entity == scene.chosen), None)
        if subject is not None and _rules_keep(scene, subject):
            confidence = RULE_CONFIDENCE[scene.rule]
            found.append(Choice(scene.view, scene.value, subject, scene.rule, confidence))
    return found


_STATED = re.compile(r"已|正在|尚未|仍未|暂未|未能|全面|正式|顺利")
_STAGED = frozenset({"Project", "Zone", "Platform"})


def _rules_keep(scene: ValueScene, subject: Candidate) -> bool:
    """Say whether a rule vouches for a value: 项目已竣工, and dates whose event stands in reach."""
    value = scene.value
    if value.kind == "state":
        return (
            value.begins == "name"
            and subject.entity[0] in _STAGED
            and subject.place == "clause"
            and _STATED.match(str(value.value)) is not None
        )
    if value.kind == "date":
        return subject.entity[0] in _DATED and scene.rule in ("clause", "carried", "head")
    return not scene.topics.in_headline(scene.view)


_DATED = frozenset({"Project", "Zone", "Platform", "Policy", "Event"})


def choose_subjects(
    views: Sequence[SentenceView], article: Article, model: LinearModel
) -> list[Choice]:
    """Return the subjects that the model believes in."""
    walk = ValueWalk(views, article)
    found = []
    for scene in walk.scenes():
        if not scene.candidates:
            continue
        scores = subject_probabilities(scene, model)
        best = int(scores[:-1].argmax())
        subject, score = scene.candidates[best], float(scores[best])
        walk.take(scene, subject.entity if score > scores[-1] else None)
        if score >= model.thresholds[KINDS.index(scene.value.kind)]:
            confidence = min(round(score, 3), MAX_CONFIDENCE)
            found.append(Choice(scene.view, scene.value, subject, "model", confidence))
    return _without_rival_states(found)


def scene_rows(scene: ValueScene, buckets: int) -> list[NDArray[np.int64]]:
    """Return the features of each candidate, then of nobody."""
    types = {candidate.entity[0] for candidate in scene.candidates}
    shared = {type_: hash_features(type_features(scene, type_), buckets) for type_ in types}
    rows = [
        np.concatenate((shared[c.entity[0]], hash_features(subject_features(scene, c), buckets)))
        for c in scene.candidates
    ]
    return [*rows, hash_features(nobody_features(scene), buckets)]


def subject_probabilities(scene: ValueScene, model: LinearModel) -> NDArray[np.float64]:
    """Return how likely each candidate is the subject; the last value is nobody's."""
    column = KINDS.index(scene.value.kind)
    weights = model.weights[:, column]
    scores = np.array([weights[row].sum() for row in scene_rows(scene, model.buckets)])
    odds = np.exp(scores - scores.max())
    return np.asarray(odds / odds.sum(), dtype=np.float64)


def _without_rival_states(choices: Sequence[Choice]) -> list[Choice]:
    """Of predicates that overlap (已完成备案, 完成备案) keep the likeliest."""
    kept: list[Choice] = []
    taken: list[Span] = []
    for choice in sorted(choices, key=lambda c: (-c.confidence, c.value.span)):
        if choice.value.kind == "state":
            if any(choice.value.span.overlaps(span) for span in taken):
                continue
            taken.append(choice.value.span)
        kept.append(choice)
    return sorted(kept, key=lambda c: (c.value.span, c.value.attribute))
