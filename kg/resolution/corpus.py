"""What resolution learns of a corpus before it decides anything."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from kg.model import ArticleId, Extraction
from kg.resolution.ambiguity import AmbiguousNames
from kg.resolution.geography import Geography
from kg.resolution.projects import Projects
from kg.resolution.stories import find_stories
from kg.schema import Schema

__all__ = ["Corpus", "read_corpus"]


@dataclass(frozen=True, slots=True)
class Corpus:
    """Where the articles take place, which are reprints, whose the projects are."""

    geography: Geography
    names: AmbiguousNames
    projects: Projects
    stories: Mapping[ArticleId, ArticleId]  # each article and the first of its story
    schema: Schema


def read_corpus(extractions: Sequence[Extraction], schema: Schema, home: str | None) -> Corpus:
    """Read what the articles say of regions, owners and each other."""
    geography = Geography(extractions, home)
    return Corpus(
        geography,
        AmbiguousNames(extractions, geography, schema),
        Projects(extractions, geography),
        find_stories(extraction.article for extraction in extractions),
        schema,
    )
