"""What an article says: ``extract(AnnotatedArticle) -> Extraction``.

Candidate names become mentions with full names (mentions, names, regions), deictic words get their
antecedents (coreference), and claims are read off the sentences: relations between mentions
(relations) and facts with numbers, dates and states (facts).
"""

from __future__ import annotations

from kg.extraction.coreference import find_deictic
from kg.extraction.mentions import find_mentions
from kg.extraction.relations import find_relations
from kg.extraction.regions import find_home, region_context
from kg.model import AnnotatedArticle, Extraction

__all__ = ["extract", "find_home"]


def extract(annotated: AnnotatedArticle, *, home: str | None = None) -> Extraction:
    """Extract mentions, relations and facts.

    Args:
        annotated: the article with its sentences and candidate names.
        home: the region that 我市 means where the article names none, such as 聊城市.
    """
    context = region_context(annotated, home)
    named = find_mentions(annotated, context)
    mentions = sorted(
        [*named, *find_deictic(annotated, named, context)],
        key=lambda mention: (mention.span.begin, -mention.span.end, mention.type),
    )
    relations = find_relations(annotated, mentions, context)
    return Extraction(
        annotated.article,
        tuple(mentions),
        tuple(relations),
        tuple(s.span for s in annotated.sentences),
    )
