"""Join entities that different articles call by different names.

One article introduces 山东昱珩铜箔材料有限公司（以下简称昱珩铜箔）, the next speaks of 昱珩铜箔 only; as two
entities they hide what the corpus knows. Pairs that may be one come from indices (`identity`, `alike`,
`aliases`), so that their number grows with the names; each has a score and a reason. The best are
joined first; what a person judged comes before all of them. Where there is a reason but doubt, the
pair is recorded for review and stays two.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import chain, product

from kg.model import Decision, Verdict
from kg.resolution.aliases import alias_pairs
from kg.resolution.alike import longer_names, misspelt_names, short_companies
from kg.resolution.clusters import Cluster
from kg.resolution.constraints import ConstrainedClusters
from kg.resolution.corpus import Corpus
from kg.resolution.identity import identity_pairs, is_present_name
from kg.resolution.names import is_registered
from kg.resolution.pairs import Pairs
from kg.resolution.projects import same_projects, without_conflicts
from kg.schema import Schema

__all__ = ["current", "link_clusters"]

logger = logging.getLogger(__name__)


def link_clusters(
    clusters: Sequence[Cluster],
    corpus: Corpus,
    constraints: Sequence[Decision] = (),
    apart: Sequence[Decision] = (),
) -> tuple[list[Cluster], list[Decision]]:
    """Return the clusters, joined, and the decisions.

    Those of a person (*constraints*) win, then what single articles keep *apart*. Names come before aliases: 阿泽生物 is used by one company only once 阿泽生物科技股份有限公司 is known
    to be 山东阿泽生物科技股份有限公司.
    """
    linker = _Linker(clusters, corpus.schema, constraints, apart)
    decisions = linker.apply_constraints()
    decisions += linker.join(
        chain(
            identity_pairs(clusters, corpus.geography),
            longer_names(clusters, corpus.names.is_ambiguous),
        )
    )
    linker = _Linker(linker.merged(), corpus.schema, constraints, apart)
    linker.apply_constraints()
    named = linker.clusters
    decisions += linker.join(
        chain(
            without_conflicts(
                alias_pairs(named, corpus.schema, corpus.names.is_ambiguous),
                named,
                corpus.projects,
            ),
            same_projects(named, corpus.projects),
            short_companies(named),
            misspelt_names(named),
        )
    )
    return linker.merged(), decisions


class _Linker:
    """Clusters under constraints."""

    def __init__(
        self,
        clusters: Sequence[Cluster],
        schema: Schema,
        constraints: Sequence[Decision],
        apart: Sequence[Decision],
    ) -> None:
        self.clusters = clusters
        self._schema = schema
        self._constraints = constraints
        self._apart = apart
        self._links = ConstrainedClusters(len(clusters))
        self._judged = {frozenset((each.left, each.right)) for each in constraints}

    def apply_constraints(self) -> list[Decision]:
        """Join and forbid what was judged; what contradicts an earlier judgement is left out.

        What must stay apart comes first: no SAME, also not by way of others, undoes a DIFFERENT.
        """
        has_any = self._constraints or self._apart
        index_by_id = _index_by_id(self.clusters, self._schema) if has_any else {}
        applied = []
        for verdict, act in (
            (Verdict.DIFFERENT, self._links.forbid),
            (Verdict.SAME, self._links.join),
        ):
            for each in self._constraints:
                ends = index_by_id.get(each.left), index_by_id.get(each.right)
                if each.verdict is not verdict or ends[0] is None or ends[1] is None:
                    continue
                if act(ends[0], ends[1]):
                    applied.append(each)
                else:
                    logger.warning(
                        "%s = %s contradicts other judgements and is not applied",
                        each.left,
                        each.right,
                    )
        for each in self._apart:
            ends = index_by_id.get(each.left), index_by_id.get(each.right)
            if ends[0] is not None and ends[1] is not None:
                self._links.forbid(ends[0], ends[1])
        return applied

    def join(self, pairs: Pairs) -> Iterator[Decision]:
        """Join the pairs that nobody has judged, the surest first, and yield why."""
        for (left, right), reason in sorted(pairs, key=lambda entry: (-entry[1].score, entry[0])):
            if self._judged and self._is_judged(left, right):
                continue
            if self._links.are_one(left, right):
                continue
            if reason.verdict is Verdict.SAME and not self._links.join(left, right):
                continue  # forbidden, also by way of what they are joined to
            ids = self.clusters[left].id(self._schema), self.clusters[right].id(self._schema)
            yield Decision(*ids, reason.verdict, reason.score, reason.words)

    def _is_judged(self, left: int, right: int) -> bool:
        known_as = (self.clusters[index].ids(self._schema) for index in (left, right))
        return any(frozenset(pair) in self._judged for pair in product(*known_as))

    def merged(self) -> list[Cluster]:
        """Return the clusters as they were joined."""
        groups = self._links.groups()
        return [_merge([self.clusters[i] for i in group], self._schema) for group in groups]


def _index_by_id(clusters: Sequence[Cluster], schema: Schema) -> Mapping[str, int]:
    """Return the clusters by their ids, the present and the former ones."""
    index_by_id: dict[str, int] = {id_: i for i, c in enumerate(clusters) for id_ in c.former}
    return index_by_id | {cluster.id(schema): i for i, cluster in enumerate(clusters)}


def current(
    decisions: Iterable[Decision],
    clusters: Sequence[Cluster],
    judgements: Sequence[Decision],
    schema: Schema,
) -> Iterator[Decision]:
    """Yield the decisions; what is open names the entities as they came out.

    A doubt that is settled, by a person or because the two became one on other grounds, is left out.
    """
    index_by_id = _index_by_id(clusters, schema)

    def ends(decision: Decision) -> tuple[str, ...]:
        found = (index_by_id.get(end) for end in (decision.left, decision.right))
        names = (decision.left, decision.right)
        return tuple(
            name if index is None else clusters[index].id(schema)
            for name, index in zip(names, found, strict=True)
        )

    judged = {frozenset(ends(judgement)) for judgement in judgements}
    for decision in decisions:
        if decision.verdict is not Verdict.UNSURE:
            yield decision
            continue
        left, right = ends(decision)
        if left != right and frozenset((left, right)) not in judged:
            yield replace(decision, left=left, right=right)


# ------------------------------------------------------------------------------------ merging


def _merge(clusters: Sequence[Cluster], schema: Schema) -> Cluster:
    """Return one cluster under the present, else the fullest name.

    Words in front of a registered name don't count.
    """
    if len(clusters) == 1:
        return clusters[0]
    names = [
        c for c in clusters if not any(_has_words_before(c.key, other.key) for other in clusters)
    ]
    chief = min(
        names or clusters,
        key=lambda c: (not is_present_name(c), -len(c.key), c.key, c.type, c.discriminator),
    )
    members = sorted(
        (member for cluster in clusters for member in cluster.members),
        key=lambda member: (member.article_id, member.type, member.key),
    )
    former = frozenset(id_ for cluster in clusters for id_ in cluster.ids(schema))
    return Cluster(chief.type, chief.key, chief.discriminator, tuple(members), former)


def _has_words_before(key: str, registered: str) -> bool:
    return key != registered and key.endswith(registered) and is_registered(registered)
