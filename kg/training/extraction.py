"""Train the scorers of relations and of entities on annotated documents.

Both learn from mentions as the pipeline finds them, not from the annotators' own, so that they meet
in training the mistakes they will meet in use. An entity of the pipeline stands for the gold entity
with the same name or alias; a pair is a positive example where the gold data relate its two ends.
What annotators marked optional is no example at all.

scikit-learn fits the regressions (liblinear); only numpy is needed to use them.
"""

from __future__ import annotations

import hashlib
import json
import logging
import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression

from kg.annotation import annotate_with, attach_names
from kg.annotation.combination import TAGGER
from kg.annotation.sentences import split_sentences
from kg.evaluation import DEICTIC
from kg.extraction import all_mentions
from kg.extraction.clauses import SentenceView, sentence_views
from kg.extraction.keep import add_fact_roles, entity_features, group_mentions
from kg.extraction.linear import LinearModel, hash_features
from kg.extraction.pair_features import article_facts, pair_columns
from kg.extraction.pairs import EntityKey, Pair, possible_pairs
from kg.extraction.regions import RegionContext, region_context
from kg.extraction.relations import relations_by_rule
from kg.extraction.scorer import roles_of
from kg.model import (
    AnnotatedArticle,
    Article,
    ArticleId,
    DocumentId,
    Mention,
    NamedEntity,
    Piece,
    Relation,
    Span,
)
from kg.schema import load_schema
from kg.training.projection import GoldArticle, read_gold

__all__ = [
    "Example",
    "TrainingArticle",
    "annotate_as_gold",
    "read_articles",
]

logger = logging.getLogger(__name__)

RELATION_BUCKETS = 1 << 18
ENTITY_BUCKETS = 1 << 16
RELATION_C = 0.3  # inverse strength of the L2 penalty; 0.3, 1 and 3 were tried, within 0.5 points
ENTITY_C = 0.3
FOLDS = 5


# ------------------------------------------------------------------------------------- data


@dataclass(frozen=True, slots=True)
class TrainingArticle:
    """An annotated article with what a tagger says of it that has not seen it."""

    document: Mapping[str, Any]  # the annotations, as in the file
    article: Article
    tagged: tuple[NamedEntity, ...] | None  # None: rules alone

    def annotated(self) -> AnnotatedArticle:
        """Return the article as the pipeline would annotate it."""
        return annotate_with(self.article, self.tagged)


def read_articles(folders: Iterable[Path], jackknife: Path | None = None) -> list[TrainingArticle]:
    """Read the annotated single-article documents of *folders*.

    Args:
        folders: of `.json` annotations with `.txt` beside them.
        jackknife: predictions of the tagger (`kg.training.tagger` writes them), each by a model
            that was trained without the document.
    """
    tagged = _read_jackknife(jackknife) if jackknife is not None else {}
    found = []
    for folder in folders:
        for gold in read_gold(folder):
            document = json.loads((folder / f"{gold.document}.json").read_text("utf-8"))
            names = tagged.get(gold.document, ()) if jackknife is not None else None
            found.append(TrainingArticle(document, _article(document, gold), names))
    return found


def _read_jackknife(path: Path) -> dict[str, tuple[NamedEntity, ...]]:
    lines = (json.loads(line) for line in path.read_text("utf-8").splitlines())
    return {
        line["doc"]: tuple(
            NamedEntity(Span(name["begin"], name["end"]), name["type"], name["score"], TAGGER)
            for name in line["names"]
        )
        for line in lines
    }


def _article(document: Mapping[str, Any], gold: GoldArticle) -> Article:
    iso = document["articles"][0].get("date") or ""
    whole = Span(0, len(gold.text))
    return Article(
        ArticleId(f"{gold.document}/a1"),
        DocumentId(gold.document),
        gold.text.partition("\n")[0],
        gold.text,
        (Piece(whole, whole),),
        published=date.fromisoformat(iso) if len(iso) == len("2022-12-19") else None,
    )


def normalize(text: str) -> str:
    """Return *text* as names are compared: NFKC, no blanks or quotation marks, lower case."""
    return re.sub(r"[\s“”\"'‘’「」《》·]", "", unicodedata.normalize("NFKC", text)).lower()


@dataclass(slots=True)
class Example:
    """An article as the pipeline sees it, and what the gold data say of it."""

    document: str
    article: Article
    mentions: list[Mention]
    views: list[SentenceView]
    context: RegionContext
    by_rule: list[Relation]
    pairs: list[Pair]
    rows: list[NDArray[np.int64]]
    pair_labels: list[dict[str, int]]  # relation -> 1, or 0 for optional (no example)
    entity_labels: dict[EntityKey, int]  # 1, -1, or 0 for optional
    gold_entities: int
    gold_relations: dict[str, int] = field(default_factory=dict)


def make_example(document: Mapping[str, Any], annotated: AnnotatedArticle) -> Example:
    """Run the rules over an article and label what they find with the gold data."""
    context = region_context(annotated)
    mentions = all_mentions(annotated, context)
    views = list(sentence_views(annotated, mentions))
    by_rule = relations_by_rule(views, context)
    pairs = list(possible_pairs(views, context).values())
    facts = article_facts(views, context, by_rule)
    rows = [pair_columns(pair, facts, RELATION_BUCKETS) for pair in pairs]
    gold = _Gold(document)
    matches = {key: gold.matching(key, found) for key, found in group_mentions(mentions).items()}
    return Example(
        document["doc"],
        annotated.article,
        mentions,
        views,
        context,
        by_rule,
        pairs,
        rows,
        [gold.pair_label(matches[pair.subject], matches[pair.object]) for pair in pairs],
        gold.entity_labels(matches),
        gold.required_entities,
        gold.required_relations,
    )


def annotate_as_gold(document: Mapping[str, Any], article: Article) -> AnnotatedArticle:
    """Annotate *article* with the annotators' own names wherever they stand; no deictic ones."""
    names = []
    for entity in (e for a in document["articles"] for e in a["entities"]):
        for form in {entity["name"], *entity.get("aliases", ())}:
            if len(form) > 1 and not DEICTIC.fullmatch(normalize(form)):
                for match in re.finditer(re.escape(form), article.text):
                    names.append(NamedEntity(Span(*match.span()), entity["type"], 0.99, "gold"))
    sentences = attach_names(split_sentences(article), names)
    return AnnotatedArticle(article, sentences, "gold")


class _Gold:
    """A document's gold entities and triples, matched as the scorer matches them."""

    def __init__(self, document: Mapping[str, Any]) -> None:
        self._names: list[tuple[str, str, frozenset[str], bool]] = []
        self._triples: dict[tuple[int, int], dict[str, int]] = defaultdict(dict)
        self.required_relations: dict[str, int] = defaultdict(int)
        symmetric = {r.name for r in load_schema().relations.values() if r.symmetric}
        for article in document["articles"]:
            index = {}
            for entity in article["entities"]:
                index[entity["id"]] = len(self._names)
                self._names.append(_gold_entity(entity))
            for relation in article["relations"]:
                if relation["s"] not in index or relation["o"] not in index:
                    continue
                subject, object_ = index[relation["s"]], index[relation["o"]]
                optional = bool(relation.get("optional")) or any(
                    self._names[end][3] for end in (subject, object_)
                )
                self.required_relations[relation["p"]] += not optional
                ends = [(subject, object_)]
                if relation["p"] in symmetric:
                    ends.append((object_, subject))
                for pair in ends:
                    known = self._triples[pair].get(relation["p"], 0)
                    self._triples[pair][relation["p"]] = max(known, int(not optional))

    @property
    def required_entities(self) -> int:
        return sum(not optional for *_, optional in self._names)

    def matching(self, key: EntityKey, mentions: Sequence[Mention]) -> list[int]:
        """Return the gold entities that *key* stands for, types left aside."""
        name = normalize(key[1])
        names = {normalize(m.text) for m in mentions} | {name}
        names -= {n for n in names if DEICTIC.fullmatch(n) and n != name}
        return [
            index
            for index, (_, gold_name, gold_names, _) in enumerate(self._names)
            if name in gold_names or gold_name in names
        ]

    def pair_label(self, subjects: Iterable[int], objects: Sequence[int]) -> dict[str, int]:
        found: dict[str, int] = {}
        for subject in subjects:
            for object_ in objects:
                for predicate, required in self._triples.get((subject, object_), {}).items():
                    found[predicate] = max(found.get(predicate, 0), required)
        return found

    def entity_labels(self, matches: Mapping[EntityKey, Sequence[int]]) -> dict[EntityKey, int]:
        """Label each entity; of several that match one gold entity the most mentioned counts."""
        labels: dict[EntityKey, int] = {}
        taken: set[int] = set()
        for key, found in matches.items():
            same_type = [i for i in found if self._names[i][0] == key[0]]
            free = [i for i in same_type if i not in taken]
            if not free:
                labels[key] = -1
                continue
            exact = [i for i in free if self._names[i][1] == normalize(key[1])]
            index = (exact or free)[0]
            taken.add(index)
            labels[key] = 0 if self._names[index][3] else 1
        return labels


def _gold_entity(entity: Mapping[str, Any]) -> tuple[str, str, frozenset[str], bool]:
    name = normalize(entity["name"])
    names = {name, *(normalize(alias) for alias in entity.get("aliases", ()))} - {""}
    named = frozenset(n for n in names if n == name or not DEICTIC.fullmatch(n))
    return entity["type"], name, named, bool(entity.get("optional"))


# ------------------------------------------------------------------------------------ fitting


def _matrix(rows: Sequence[NDArray[np.int64]], buckets: int) -> sp.csr_matrix:
    lengths = np.fromiter((row.size for row in rows), dtype=np.int64)
    indptr = np.concatenate(([0], np.cumsum(lengths)))
    indices = np.concatenate(rows) if rows else np.zeros(0, dtype=np.int64)
    ones = np.ones(indices.size, dtype=np.float32)
    return sp.csr_matrix((ones, indices, indptr), shape=(len(rows), buckets))


def fit_relations(examples: Sequence[Example], threshold: float) -> LinearModel:
    """Fit one regression a relation over the pairs its domain and range admit."""
    schema = load_schema()
    labels = tuple(schema.relations)
    features = _matrix([row for e in examples for row in e.rows], RELATION_BUCKETS)
    pairs = [pair for e in examples for pair in e.pairs]
    truth = [label for e in examples for label in e.pair_labels]
    weights = np.zeros((RELATION_BUCKETS, len(labels)), dtype=np.float32)
    bias = np.full(len(labels), -20.0, dtype=np.float32)  # a relation without examples never holds
    for column, name in enumerate(labels):
        admitted = np.array([schema.allows(name, p.subject[0], p.object[0]) for p in pairs])
        # missing: negative; 1: positive; 0: optional, no example
        target = np.array([label.get(name, -1) for label in truth])
        use = admitted & (target != 0)
        if (target[use] == 1).sum() < 3:
            continue
        model = LogisticRegression(C=RELATION_C, solver="liblinear")
        model.fit(features[use], target[use] == 1)
        weights[:, column], bias[column] = model.coef_[0], model.intercept_[0]
    thresholds = np.full(len(labels), threshold, dtype=np.float32)
    return LinearModel(labels, weights, bias, thresholds)


def _entity_rows(
    example: Example,
    scores: NDArray[np.float32],
    labels: Sequence[str],
    facts: Sequence[Relation],
) -> tuple[list[EntityKey], list[NDArray[np.int64]]]:
    roles = roles_of(example.pairs, scores, labels)
    add_fact_roles(roles, example.mentions, facts)
    groups = group_mentions(example.mentions)
    rows = [
        hash_features(
            entity_features(key, found, example.article, roles.get(key, {})), ENTITY_BUCKETS
        )
        for key, found in groups.items()
    ]
    return list(groups), rows


def fit_entities(
    examples: Sequence[Example],
    scores: Sequence[NDArray[np.float32]],
    labels: Sequence[str],
    facts: Sequence[Sequence[Relation]],
    threshold: float,
) -> LinearModel:
    """Fit the regression that says which entities are right.

    Args:
        examples: the articles.
        scores: for each its pair scores from a model that has not seen it.
        labels: the relations of the scores' columns.
        facts: for each example what a model that has not seen it says of its mentions.
        threshold: what an entity must reach.
    """
    rows: list[NDArray[np.int64]] = []
    target: list[int] = []
    for example, pair_scores, said in zip(examples, scores, facts, strict=True):
        keys, entity_rows = _entity_rows(example, pair_scores, labels, said)
        for key, row in zip(keys, entity_rows, strict=True):
            if example.entity_labels[key] != 0:
                rows.append(row)
                target.append(example.entity_labels[key])
    model = LogisticRegression(C=ENTITY_C, solver="liblinear")
    model.fit(_matrix(rows, ENTITY_BUCKETS), np.array(target) == 1)
    weights = model.coef_.T.astype(np.float32)
    bias = model.intercept_.astype(np.float32)
    return LinearModel(("keep",), weights, bias, np.array([threshold], dtype=np.float32))


def fold_of(document: str, folds: int = FOLDS) -> int:
    """Return the fold of a document; it depends on the name only, so all stages agree."""
    return int(hashlib.md5(document.encode(), usedforsecurity=False).hexdigest(), 16) % folds
