"""Cluster under constraints: what a person has judged stays as judged.

A union-find alone merges by way of others: a judgement that A and C are two would be undone by A = B
and B = C. Here a pair told apart stays apart whatever joins its neighbours (cannot-link, Wagstaff et al.
2001, "Constrained K-means Clustering with Background Knowledge").
"""

from __future__ import annotations

from collections import defaultdict

__all__ = ["ConstrainedClusters", "UnionFind"]


class UnionFind:
    """Disjoint sets of the numbers 0…size-1; the smallest member stands for its set."""

    def __init__(self, size: int) -> None:
        self._parent = list(range(size))

    def find(self, item: int) -> int:
        while self._parent[item] != item:
            self._parent[item] = self._parent[self._parent[item]]
            item = self._parent[item]
        return item

    def join(self, left: int, right: int) -> None:
        low, high = sorted((self.find(left), self.find(right)))
        self._parent[high] = low

    def groups(self) -> list[list[int]]:
        """Return the sets, each ascending, in the order of their first members."""
        members: dict[int, list[int]] = defaultdict(list)
        for item in range(len(self._parent)):
            members[self.find(item)].append(item)
        return list(members.values())


class ConstrainedClusters:
    """Disjoint sets with pairs that must not meet in one."""

    def __init__(self, size: int) -> None:
        self._links = UnionFind(size)
        self._enemies: dict[int, set[int]] = defaultdict(set)  # of roots, both ways

    def forbid(self, left: int, right: int) -> bool:
        """Keep two apart for good; false where they are one already."""
        one, other = self._links.find(left), self._links.find(right)
        if one == other:
            return False
        self._enemies[one].add(other)
        self._enemies[other].add(one)
        return True

    def join(self, left: int, right: int) -> bool:
        """Join two unless that is forbidden; say whether they are one now."""
        one, other = self._links.find(left), self._links.find(right)
        if one == other:
            return True
        if other in self._enemies.get(one, ()):
            return False
        self._links.join(one, other)
        kept, gone = sorted((one, other))
        for enemy in self._enemies.pop(gone, set()):
            self._enemies[enemy].discard(gone)
            self._enemies[enemy].add(kept)
            self._enemies[kept].add(enemy)
        return True

    def are_one(self, left: int, right: int) -> bool:
        """Say whether the two are in one set."""
        return self._links.find(left) == self._links.find(right)

    def groups(self) -> list[list[int]]:
        """Return the sets, each ascending, in the order of their first members."""
        return self._links.groups()
