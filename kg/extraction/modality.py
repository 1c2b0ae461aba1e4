"""How a clause means what it says: denied, planned or hearsay.

尚未, 计划 and 据称 turn a claim into something else, unless they are part of another word (未来,
批而未供, 计划指标) or of a name (《三年行动计划》). The words and the words that only contain them stand in
ontology/lexicon.ttl.
"""

from __future__ import annotations

import re
from functools import lru_cache

from kg.extraction.clauses import SentenceView
from kg.model import Span
from kg.schema import load_schema

__all__ = ["modal_word"]


@lru_cache(maxsize=4)
def _pattern(name: str) -> tuple[re.Pattern[str], frozenset[str]]:
    """Return a pattern of the list's words and the words that only contain them, longest first."""
    schema = load_schema()
    words, protected = schema.word_list(name), schema.word_list("not-modal")
    ordered = sorted({*words, *protected}, key=lambda word: (-len(word), word))
    return re.compile("|".join(map(re.escape, ordered))), protected - words


def modal_word(name: str, view: SentenceView, span: Span) -> str | None:
    """Return the first word of the list *name* in *span* that stands outside names.

    Args:
        name: ``negation``, ``planned`` or ``hearsay``.
        view: the sentence around *span*.
        span: where to look, in the article's text.
    """
    pattern, protected = _pattern(name)
    for match in pattern.finditer(view.text, span.begin, span.end):
        found = Span(*match.span())
        inside_name = any(m.span.overlaps(found) for m in view.outer)
        if match.group() not in protected and not inside_name:
            return match.group()
    return None
