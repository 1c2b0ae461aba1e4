"""Compare predicted articles with gold ones: precision, recall, F1, and what went wrong.

Everything is counted per document, each entity and each claim once, whatever article it stands in: a
page cut wrongly costs titles and bodies, not every claim a second time.

entity
    right when its type equals the gold type and its name is the gold name or one of the gold aliases,
    or the gold name is one of its own. One predicted entity answers one gold entity.
relation
    right when a gold one has the same relation and both ends are right, their types left aside.
    A symmetric relation is right in both directions.
fact
    right when a gold one has the same subject, value (within 1 %) and unit; which attribute it was
    filed under is not compared, since annotators seldom agree on that.

What annotators marked optional counts neither as missed nor, when predicted, as wrong.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any, TypeVar

from kg.errors import InputError
from kg.jsonl import Annotation
from kg.schema import load_schema

__all__ = ["Count", "Evaluation", "Interval", "Mistake", "evaluate", "find_documents"]

BOOTSTRAP_SAMPLES = 1000
BOOTSTRAP_SEED = 20221219  # any number, but the same one each time
VALUE_TOLERANCE = 0.01

# A name says who serves where: 莘县司法局 gives both away. Scores without these two relations tell
# more about reading.
GIVEN_BY_NAMES = frozenset({"locatedIn", "jurisdiction"})

# Words that stand for an entity without naming it. An alias 我市 in the gold data must not make a
# prediction right that is itself called 市.
DEICTIC = re.compile(
    r"(我|全|该|本|此|这|其|各|两)?"
    r"(市|县|省|区|局|厅|平台|集团|企业|公司|项目|园区|单位|中心|家|镇|村|委|政府|银行|基地)"
)

Triple = tuple[int, str, int]
Fact = tuple[int, str, str, str]


@dataclass(frozen=True, slots=True)
class Count:
    """How many of a kind were right, predicted, and in the gold data."""

    right: int = 0
    predicted: int = 0
    gold: int = 0

    @property
    def precision(self) -> float:
        """Share of the predicted that is right."""
        return self.right / self.predicted if self.predicted else 0.0

    @property
    def recall(self) -> float:
        """Share of the gold that was found."""
        return self.right / self.gold if self.gold else 0.0

    @property
    def f1(self) -> float:
        """Harmonic mean of precision and recall."""
        both = self.precision + self.recall
        return 2 * self.precision * self.recall / both if both else 0.0

    def __add__(self, other: Count) -> Count:
        return Count(
            self.right + other.right, self.predicted + other.predicted, self.gold + other.gold
        )


@dataclass(frozen=True, slots=True)
class Interval:
    """Where F1 would fall in 95 of 100 samples of as many documents."""

    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Mistake:
    """An entity, relation or fact that was missed, or predicted wrongly."""

    document: str
    kind: str
    words: tuple[str, ...]

    def __str__(self) -> str:
        return "\t".join((self.document, self.kind, *self.words))


@dataclass(frozen=True, slots=True)
class Evaluation:
    """The result of a comparison."""

    documents: int
    total: Mapping[str, Count]  # entity, entity_untyped, relation, relation_core, fact
    intervals: Mapping[str, Interval]  # of F1, for the names of `total`
    types: Mapping[str, Count]
    relations: Mapping[str, Count]
    missed: tuple[Mistake, ...]
    wrong: tuple[Mistake, ...]

    def as_dict(self) -> dict[str, Any]:
        """Return the result in the form of the reference scorer, with the intervals added."""
        return {
            "documents": self.documents,
            "total": {name: _count_dict(count) for name, count in self.total.items()},
            "intervals": {name: [it.low, it.high] for name, it in self.intervals.items()},
            "types": {name: _count_dict(count) for name, count in self.types.items()},
            "relations": {name: _count_dict(count) for name, count in self.relations.items()},
            "missed": [str(mistake) for mistake in self.missed],
            "wrong": [str(mistake) for mistake in self.wrong],
        }


def _count_dict(count: Count) -> dict[str, float]:
    scores = {"p": count.precision, "r": count.recall, "f": count.f1}
    rounded = {name: round(score, 4) for name, score in scores.items()}
    return rounded | {"tp": count.right, "pred": count.predicted, "gold": count.gold}


def evaluate(
    gold: Mapping[str, Annotation],
    predicted: Mapping[str, Annotation],
    *,
    samples: int = BOOTSTRAP_SAMPLES,
) -> Evaluation:
    """Compare the documents of *gold* with those of *predicted*; others in *predicted* are ignored.

    Raises:
        InputError: an annotation lacks a required key.
    """
    comparisons = [
        _Comparison.of(name, annotation, predicted.get(name, {"articles": []}))
        for name, annotation in gold.items()
    ]
    total = {name: _sum(each.total[name] for each in comparisons) for name in TOTALS}
    return Evaluation(
        documents=len(comparisons),
        total=total,
        intervals={
            name: _bootstrap([each.total[name] for each in comparisons], samples) for name in TOTALS
        },
        types=_sum_by_name(each.types for each in comparisons),
        relations=_sum_by_name(each.relations for each in comparisons),
        missed=tuple(mistake for each in comparisons for mistake in each.missed),
        wrong=tuple(mistake for each in comparisons for mistake in each.wrong),
    )


def find_documents(
    names: Collection[str], gold: Path, folders: Iterable[Path]
) -> list[tuple[Path, str]]:
    """Return the files with these stems, sorted, each with its name; earlier folders win.

    A page that is there as text and as PDF is taken as text, which is what it was annotated from.

    Args:
        names: ids of annotated documents.
        gold: the annotations, which are none of the documents.
        folders: where to look, with all below.

    Raises:
        InputError: one of them is nowhere.
    """
    annotations = {gold, *gold.glob("*.jsonl")}
    found: dict[str, Path] = {}
    for folder in folders:
        for path in sorted(folder.rglob("*"), key=lambda path: (path.suffix == ".pdf", path)):
            usable = path.stem in names and path.suffix != ".json" and path not in annotations
            if usable and path.is_file():
                found.setdefault(path.stem, path)
    if missing := sorted(set(names) - found.keys()):
        listed = ", ".join(missing[:3]) + ("…" if len(missing) > 3 else "")
        raise InputError(
            f"the text of {listed} is not beside the gold data",
            path=gold,
            remedy="say where with --corpus DIR",
        )
    return sorted((path, path.name) for path in found.values())


TOTALS = ("entity", "entity_untyped", "relation", "relation_core", "fact")


def _sum(counts: Iterable[Count]) -> Count:
    return sum(counts, Count())


def _sum_by_name(tables: Iterable[Mapping[str, Count]]) -> dict[str, Count]:
    sums: dict[str, Count] = {}
    for table in tables:
        for name, count in table.items():
            sums[name] = sums.get(name, Count()) + count
    return dict(sorted(sums.items()))


def _bootstrap(counts: Sequence[Count], samples: int) -> Interval:
    """Resample whole documents: the claims of one article stand or fall together."""
    import numpy as np

    if not counts:
        return Interval(0.0, 0.0)
    table = np.array([(count.right, count.predicted, count.gold) for count in counts])
    random = np.random.default_rng(BOOTSTRAP_SEED)
    draws = random.integers(0, len(counts), size=(samples, len(counts)))
    scores = [Count(*map(int, table[draw].sum(axis=0))).f1 for draw in draws]
    low, high = np.percentile(scores, (2.5, 97.5))
    return Interval(round(float(low), 4), round(float(high), 4))


# ------------------------------------------------------------------------------ one document


@dataclass(slots=True)
class _Thing:
    """An entity of a document, put together from its articles."""

    type: str
    name: str  # normalized
    label: str
    names: set[str]  # normalized; with the aliases
    optional: bool

    def matches(self, other: _Thing) -> bool:
        """Say whether one is called by the other's name."""
        return other.name in self.names or self.name in other.names


@dataclass(slots=True)
class _Side:
    """The entities and claims of one annotated document, merged over its articles."""

    things: list[_Thing] = field(default_factory=list)
    triples: dict[Triple, bool] = field(default_factory=dict)  # claim -> whether it is optional
    facts: dict[Fact, bool] = field(default_factory=dict)

    @classmethod
    def of(cls, annotation: Annotation) -> _Side:
        side = cls()
        index_by_key: dict[tuple[str, str], int] = {}
        for article in annotation["articles"]:
            index_by_id = {
                entity["id"]: side._add_thing(entity, index_by_key)
                for entity in article.get("entities", [])
            }
            for triple, optional in _triples(article, index_by_id):
                side.triples[triple] = side.triples.get(triple, True) and optional
            for fact, optional in _facts(article, index_by_id):
                side.facts[fact] = side.facts.get(fact, True) and optional
        for subject, relation, object_ in side.triples:
            if side.things[subject].optional or side.things[object_].optional:
                side.triples[subject, relation, object_] = True
        return side

    def _add_thing(
        self, entity: Mapping[str, Any], index_by_key: dict[tuple[str, str], int]
    ) -> int:
        name = _normalize(entity["name"])
        names = {_normalize(alias) for alias in (entity["name"], *entity.get("aliases", []))}
        names = {
            other for other in names if other and (other == name or not DEICTIC.fullmatch(other))
        }
        optional = bool(entity.get("optional", False))
        index = index_by_key.setdefault((entity["type"], name), len(self.things))
        if index == len(self.things):
            self.things.append(_Thing(entity["type"], name, entity["name"], names, optional))
        else:
            self.things[index].names |= names
            self.things[index].optional &= optional
        return index


def _triples(
    article: Mapping[str, Any], index_by_id: Mapping[str, int]
) -> Iterator[tuple[Triple, bool]]:
    for claim in article.get("relations", []):
        if claim["s"] in index_by_id and claim["o"] in index_by_id:
            triple = (index_by_id[claim["s"]], claim["p"], index_by_id[claim["o"]])
            yield triple, bool(claim.get("optional"))


def _facts(
    article: Mapping[str, Any], index_by_id: Mapping[str, int]
) -> Iterator[tuple[Fact, bool]]:
    for claim in article.get("facts", []):
        if claim["s"] in index_by_id:
            value, unit = str(claim.get("v")), str(claim.get("unit", ""))
            fact = (index_by_id[claim["s"]], claim.get("p", "other"), value, unit)
            yield fact, bool(claim.get("optional"))


@dataclass(slots=True)
class _Comparison:
    """Counts and mistakes of one document."""

    document: str
    gold: _Side
    predicted: _Side
    total: dict[str, Count] = field(default_factory=lambda: dict.fromkeys(TOTALS, Count()))
    types: dict[str, Count] = field(default_factory=dict)
    relations: dict[str, Count] = field(default_factory=dict)
    missed: list[Mistake] = field(default_factory=list)
    wrong: list[Mistake] = field(default_factory=list)

    @classmethod
    def of(cls, document: str, gold: Annotation, predicted: Annotation) -> _Comparison:
        try:
            comparison = cls(document, _Side.of(gold), _Side.of(predicted))
        except (KeyError, TypeError) as error:
            raise InputError(
                f"not in the annotation format: {error!r}",
                path=document,
                remedy="every entity needs id, type and name, every claim s, p and o or v",
            ) from error
        comparison._compare_entities(typed=True)
        comparison._compare_entities(typed=False)
        comparison._compare_relations()
        comparison._compare_facts()
        return comparison

    # ---- entities

    def _compare_entities(self, *, typed: bool) -> None:
        answers = self._match_entities(typed=typed)
        found = {id(thing) for thing in answers.values()}
        for thing in self.gold.things:
            if not thing.optional:
                right = id(thing) in found
                self._count_entity(thing, Count(right=int(right), gold=1), typed=typed)
                if typed and not right:
                    self._note(self.missed, "entity", thing.type, thing.label)
        for index, thing in enumerate(self.predicted.things):
            if index in answers and answers[index].optional:
                continue
            self._count_entity(thing, Count(predicted=1), typed=typed)
            if typed and index not in answers:
                self._note(self.wrong, "entity", thing.type, thing.label)

    def _match_entities(self, *, typed: bool) -> dict[int, _Thing]:
        """Return the gold entity that each predicted one answers, required ones served first."""
        answers: dict[int, _Thing] = {}
        for thing in sorted(self.gold.things, key=lambda thing: thing.optional):
            hits = [
                index
                for index, other in enumerate(self.predicted.things)
                if index not in answers
                and thing.matches(other)
                and (not typed or other.type == thing.type)
            ]
            if hits:  # equal names first, then any alias
                best = min(hits, key=lambda index: self.predicted.things[index].name != thing.name)
                answers[best] = thing
        return answers

    def _count_entity(self, thing: _Thing, count: Count, *, typed: bool) -> None:
        if typed:
            self._add(self.total, "entity", count)
            self._add(self.types, thing.type, count)
        else:
            self._add(self.total, "entity_untyped", count)

    # ---- relations

    def _compare_relations(self) -> None:
        answers = _match_claims(self.gold.triples, self.predicted.triples, self._same_triple)
        found = set(answers.values())
        for triple in _required(self.gold.triples):
            self._count_relation(triple[1], Count(right=int(triple in found), gold=1))
            if triple not in found:
                self._note(self.missed, "relation", *_triple_words(self.gold, triple))
        for triple in sorted(self.predicted.triples):
            if triple in answers and self.gold.triples[answers[triple]]:
                continue
            self._count_relation(triple[1], Count(predicted=1))
            if triple not in answers:
                self._note(self.wrong, "relation", *_triple_words(self.predicted, triple))

    def _same_triple(self, gold: Triple, predicted: Triple) -> bool:
        (left, relation, right), (first, other_relation, second) = gold, predicted
        if relation != other_relation:
            return False
        return (self._same_thing(left, first) and self._same_thing(right, second)) or (
            relation in _symmetric_relations()
            and self._same_thing(left, second)
            and self._same_thing(right, first)
        )

    def _same_thing(self, gold: int, predicted: int) -> bool:
        return self.gold.things[gold].matches(self.predicted.things[predicted])

    def _count_relation(self, relation: str, count: Count) -> None:
        self._add(self.total, "relation", count)
        self._add(self.relations, relation, count)
        if relation in _core_relations():
            self._add(self.total, "relation_core", count)

    # ---- facts

    def _compare_facts(self) -> None:
        answers = _match_claims(self.gold.facts, self.predicted.facts, self._same_fact)
        found = set(answers.values())
        for fact in _required(self.gold.facts):
            self._add(self.total, "fact", Count(right=int(fact in found), gold=1))
            if fact not in found:
                self._note(self.missed, "fact", *_fact_words(self.gold, fact))
        for fact in sorted(self.predicted.facts):
            if fact in answers and self.gold.facts[answers[fact]]:
                continue
            self._add(self.total, "fact", Count(predicted=1))
            if fact not in answers:
                self._note(self.wrong, "fact", *_fact_words(self.predicted, fact))

    def _same_fact(self, gold: Fact, predicted: Fact) -> bool:
        return (
            self._same_thing(gold[0], predicted[0])
            and _same_value(gold[2], predicted[2])
            and _normalize(gold[3]) == _normalize(predicted[3])
        )

    # ---- bookkeeping

    @staticmethod
    def _add(table: dict[str, Count], name: str, count: Count) -> None:
        table[name] = table.get(name, Count()) + count

    def _note(self, mistakes: list[Mistake], kind: str, *words: str) -> None:
        mistakes.append(Mistake(self.document, kind, words))


Claim = TypeVar("Claim", Triple, Fact)


def _match_claims(
    gold: Mapping[Claim, bool], predicted: Iterable[Claim], same: Callable[[Claim, Claim], bool]
) -> dict[Claim, Claim]:
    """Return the gold claim that each predicted one answers, required ones served first."""
    free = sorted(predicted)
    answers: dict[Claim, Claim] = {}
    for claim in sorted(gold, key=lambda claim: (gold[claim], claim)):
        hit = next((other for other in free if same(claim, other)), None)
        if hit is not None:
            answers[hit] = claim
            free.remove(hit)
    return answers


def _required(claims: Mapping[Claim, bool]) -> list[Claim]:
    return sorted(claim for claim, optional in claims.items() if not optional)


def _triple_words(side: _Side, triple: Triple) -> tuple[str, str, str]:
    return side.things[triple[0]].label, triple[1], side.things[triple[2]].label


def _fact_words(side: _Side, fact: Fact) -> tuple[str, str, str, str]:
    return side.things[fact[0]].label, *fact[1:]


def _same_value(left: str, right: str) -> bool:
    try:
        first, second = float(left), float(right)
    except ValueError:
        return _normalize(left) == _normalize(right)
    return abs(first - second) <= VALUE_TOLERANCE * max(abs(first), abs(second))


def _normalize(text: object) -> str:
    """Return *text* in NFKC and lower case, without white space and quotation marks."""
    return re.sub(r"[\s“”\"'‘’「」《》·]", "", unicodedata.normalize("NFKC", str(text))).lower()


@lru_cache(maxsize=1)
def _symmetric_relations() -> frozenset[str]:
    relations = load_schema().relations.values()
    return frozenset(relation.name for relation in relations if relation.symmetric)


@lru_cache(maxsize=1)
def _core_relations() -> frozenset[str]:
    return frozenset(load_schema().relations) - GIVEN_BY_NAMES
