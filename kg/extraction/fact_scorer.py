"""Decide what each number, date and state of an article is said of, or that it is no fact.

The learned scorer weighs the candidates of a value against each other and against "nobody": a
softmax over one linear score each. Numbers, dates and states have weights of their own. Without
weights (`kg/models/facts.npz`) the rules choose, and states, which no rule can tell from other
predicates, are left out except where a project's name stands right before 已, 正在 or 尚未.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from kg.extraction.clauses import SentenceView
from kg.extraction.fact_features import (
    ValueScene,
    last_features,
    nobody_features,
    value_clues,
    value_scene,
)
from kg.extraction.fact_rows import Rows, columns_of, scene_rows
from kg.extraction.fact_subjects import (
    Candidate,
    article_topics,
    candidates,
    carry_topic,
    respective_subjects,
)
from kg.extraction.fact_values import FactValue, find_values
from kg.extraction.linear import LinearModel
from kg.extraction.pairs import EntityKey
from kg.model import Article, Span

__all__ = [
    "GATE",
    "KINDS",
    "Choice",
    "Subjects",
    "choose_by_rules",
    "choose_subjects",
    "fact_model_path",
    "last_columns",
    "load_fact_model",
    "value_scenes",
]

KINDS = ("number", "date", "state")  # columns of the model
GATE = "gate"  # its fourth column: whether a value may be a fact at all, whoever it is said of

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


def value_scenes(
    views: Sequence[SentenceView],
    article: Article,
    admits: Callable[[Sequence[str]], bool] | None = None,
    *,
    for_rules: bool = False,
) -> Iterator[ValueScene]:
    """Yield each value of an article with its candidates, in text order.

    Args:
        views: the sentences.
        article: their article.
        admits: says by its clues whether a value may be a fact at all; else no subject is looked for.
        for_rules: leave out what only the model's features need.
    """
    topics = article_topics(views, article.body_begin)
    paragraph = -1
    for index, view in enumerate(views):
        if view.sentence.paragraph != paragraph:
            paragraph, topics.carried = view.sentence.paragraph, None
        in_headline = topics.in_headline(view)
        values = find_values(view, article.published)
        respective = respective_subjects(view, values)
        for value in values:
            clause = view.clauses[view.clause_index(value.span.begin)]
            clues: tuple[str, ...] = ()
            if not for_rules:
                clues = tuple(value_clues(view, clause, value, in_headline=in_headline))
            if admits is None or admits(clues):
                found = candidates(views, index, value, topics)
                own = respective.get(value.span)
                yield value_scene(view, value, found, topics, clues, own, for_rules=for_rules)
        carry_topic(view, topics)


class Subjects:
    """The subject taken last, as what comes behind in the paragraph often shares it.

    "总投资64亿元，占地260亩": whoever walks along the values tells each time which subject it took.
    """

    def __init__(self) -> None:
        self._last: EntityKey | None = None
        self._view: SentenceView | None = None
        self._clause = 0

    def before(self, scene: ValueScene) -> tuple[EntityKey | None, int]:
        """Return the last subject in the scene's paragraph, and how many clauses ago (or -1)."""
        if self._view is None or self._view.sentence.paragraph != scene.view.sentence.paragraph:
            return None, -1
        if self._view is not scene.view:
            return self._last, -1
        return self._last, scene.view.clause_index(scene.value.span.begin) - self._clause

    def take(self, scene: ValueScene, subject: EntityKey | None) -> None:
        """Note the subject of a value; states, mostly no facts, tell nothing about the next."""
        if subject is not None and scene.value.kind != "state":
            self._last, self._view = subject, scene.view
            self._clause = scene.view.clause_index(scene.value.span.begin)


def choose_by_rules(views: Sequence[SentenceView], article: Article) -> list[Choice]:
    """Return the subjects that the rules choose."""
    found = []
    for scene in value_scenes(views, article, for_rules=True):
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
    gate = model.labels.index(GATE)
    weights, threshold = model.weights[:, gate], model.thresholds[gate]

    def admits(clues: Sequence[str]) -> bool:
        return bool(weights[columns_of(clues, model.buckets)].sum() >= threshold)

    scenes = [scene for scene in value_scenes(views, article, admits) if scene.candidates]
    subjects, found = Subjects(), []
    for scene, scores in zip(scenes, _scores(scenes, model), strict=True):
        _add_last(scores, scene, subjects.before(scene), model)
        odds = np.exp(scores - scores.max())
        chances = odds / odds.sum()
        best = int(chances[:-1].argmax())
        subject, chance = scene.candidates[best], float(chances[best])
        subjects.take(scene, subject.entity if chance > chances[-1] else None)
        if chance >= model.thresholds[KINDS.index(scene.value.kind)]:
            confidence = min(round(chance, 3), MAX_CONFIDENCE)
            found.append(Choice(scene.view, scene.value, subject, "model", confidence))
    return _without_rival_states(found)


def _scores(scenes: Sequence[ValueScene], model: LinearModel) -> Iterator[NDArray[np.float64]]:
    """Yield for each scene the scores of its candidates, then that of nobody."""
    rows = scene_rows(scenes, model.buckets)
    kinds = np.array([KINDS.index(scene.value.kind) for scene in scenes], dtype=np.int64)
    counts = [len(scene.candidates) for scene in scenes]
    places = rows.columns * len(model.labels)  # in the flat table, which has a column a kind
    places += np.repeat(np.repeat(kinds, counts), rows.lengths)
    scores = Rows(places, rows.lengths).scores(model.weights.reshape(-1))
    ends = np.cumsum(counts)
    for scene, kind, end in zip(scenes, kinds, ends, strict=True):
        nobody = model.weights[columns_of(nobody_features(scene), model.buckets), kind].sum()
        yield np.append(scores[end - len(scene.candidates) : end].astype(np.float64), nobody)


def _add_last(
    scores: NDArray[np.float64],
    scene: ValueScene,
    before: tuple[EntityKey | None, int],
    model: LinearModel,
) -> None:
    """Add to each candidate's score how it stands to the subject taken before."""
    if before[0] is None:
        return
    column = KINDS.index(scene.value.kind)
    for index, candidate in enumerate(scene.candidates):
        columns = last_columns(candidate.entity, before, model.buckets)
        scores[index] += model.weights[columns, column].sum()


def last_columns(
    candidate: EntityKey, before: tuple[EntityKey | None, int], buckets: int
) -> NDArray[np.int64]:
    """Return the columns of a candidate that tell how it stands to the subject before."""
    return _last_columns(candidate == before[0], before[1], candidate[0], buckets)


@lru_cache(maxsize=1024)
def _last_columns(same: bool, clauses: int, type_: str, buckets: int) -> NDArray[np.int64]:
    features = last_features(same=same, clauses=clauses)
    return columns_of([*features, *(f"{type_}|{feature}" for feature in features)], buckets)


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
