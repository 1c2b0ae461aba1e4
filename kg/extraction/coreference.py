"""What 我市, 该公司, 平台 and the 市 of 市司法局 stand for.

A deictic word names nothing by itself. 我市 is the region the article is about; 该公司 is the company
spoken of last, if there is one only in reach: two equally good antecedents yield none.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from functools import lru_cache

from kg.extraction.mentions import make_mention
from kg.extraction.names import agency_name, leading_regions
from kg.extraction.regions import RegionContext
from kg.model import AnnotatedArticle, Mention, MentionKind, Span
from kg.schema import load_schema

__all__ = ["find_deictic"]

REACH_SENTENCES = 4  # how far back an antecedent may stand

_REGION_WORD = {
    "deictic-province": ("省", "自治区"),
    "deictic-city": ("市", "州"),
    "deictic-county": ("县", "旗"),
    "deictic-district": ("区",),
}
_TYPE_WORD = {
    "deictic-company": "Company",
    "deictic-project": "Project",
    "deictic-platform": "Platform",
    "deictic-agency": "Agency",
    "deictic-zone": "Zone",
    "deictic-event": "Event",
    "deictic-organization": "Organization",
}
_LEVEL = re.compile(r"自治区|省|市|县|区|州|盟|旗")


@lru_cache(maxsize=1)
def _words() -> tuple[re.Pattern[str], dict[str, str]]:
    schema = load_schema()
    list_by_word = {
        word: name
        for name in (*_REGION_WORD, *_TYPE_WORD, "deictic-country")
        for word in schema.word_list(name)
    }
    ordered = sorted(list_by_word, key=lambda word: (-len(word), word))
    return re.compile("|".join(map(re.escape, ordered))), list_by_word


def find_deictic(
    annotated: AnnotatedArticle, mentions: Sequence[Mention], context: RegionContext
) -> list[Mention]:
    """Return nominal mentions for the deictic words that can be resolved."""
    return [
        *_region_words(annotated, mentions, context),
        *_agency_regions(annotated, mentions, context),
        *_anaphors(annotated, mentions, context),
    ]


def _nominal(
    annotated: AnnotatedArticle, span: Span, type_: str, name: str, method: str
) -> Mention:
    article = annotated.article
    return make_mention(
        article.id, article.text, span, MentionKind.NOMINAL, type_, name, method=method
    )


def _free(mentions: Sequence[Mention]) -> set[int]:
    return {offset for m in mentions for offset in range(m.span.begin, m.span.end)}


def _region_words(
    annotated: AnnotatedArticle, mentions: Sequence[Mention], context: RegionContext
) -> Iterator[Mention]:
    pattern, list_by_word = _words()
    text = annotated.article.text
    covered = {
        offset
        for m in mentions
        if m.type != "Place"
        for offset in range(m.span.begin + 1, m.span.end)
    }
    for match in pattern.finditer(text):
        kind = list_by_word[match.group()]
        span = Span(*match.span())
        if span.begin in covered:
            continue
        if kind == "deictic-country":
            if match.group() != "全国" or text[span.end : span.end + 1] not in "人政":
                yield _nominal(annotated, span, "Place", "中国", match.group())
            continue
        for word in _REGION_WORD.get(kind, ()):
            region = context.meant_by(word, span.begin)
            if region is not None:
                yield _nominal(annotated, span, "Place", region.name, match.group())
                break


def _agency_regions(
    annotated: AnnotatedArticle, mentions: Sequence[Mention], context: RegionContext
) -> Iterator[Mention]:
    """The 市 of 市司法局 mentions 聊城市; an agency named in full has its region inside already."""
    places = {m.span for m in mentions if m.type == "Place"}
    for mention in mentions:
        if mention.type != "Agency":
            continue
        level = _LEVEL.match(mention.text)
        _, region = agency_name(mention.text, mention.span.begin, context)
        if level is not None and region is not None:
            span = Span(mention.span.begin, mention.span.begin + level.end())
            yield _nominal(annotated, span, "Place", region.name, "region of an agency")
            continue
        for found, begin, end in leading_regions(mention.text, context):
            span = Span(mention.span.begin + begin, mention.span.begin + end)
            if span not in places:
                yield make_mention(
                    annotated.article.id,
                    annotated.article.text,
                    span,
                    MentionKind.NAME,
                    "Place",
                    found.name,
                    method="region of an agency",
                )


def _anaphors(
    annotated: AnnotatedArticle, mentions: Sequence[Mention], context: RegionContext
) -> Iterator[Mention]:
    pattern, list_by_word = _words()
    text = annotated.article.text
    taken = _free(mentions)
    begins = [sentence.span.begin for sentence in annotated.sentences]
    for match in pattern.finditer(text):
        type_ = _TYPE_WORD.get(list_by_word[match.group()])
        if type_ is None or not taken.isdisjoint(range(*match.span())):
            continue
        if not _stands_alone(text, match):
            continue
        index = bisect_right(begins, match.start()) - 1
        antecedent = _antecedent(annotated, mentions, type_, match.start(), index)
        if antecedent is not None:
            yield _nominal(
                annotated, Span(*match.span()), type_, antecedent.name, f"anaphor {match.group()}"
            )


def _stands_alone(text: str, match: re.Match[str]) -> bool:
    """Say whether a bare 公司 or 项目 is a noun phrase of its own, not the end of a longer one.

    该公司 always is; a bare 公司 only where a clause begins or a function word stands before it.
    """
    word = match.group()
    if word[0] in "该本此这我":
        return True
    before = text[match.start() - 1 : match.start()]
    return before in (
        "",
        "\n",
        "，",
        "。",
        "；",
        "：",
        "、",
        "“",
        "”",
        "在",
        "由",
        "为",
        "对",
        "使",
        "了",
        "后",
        "，",
    )


def _antecedent(
    annotated: AnnotatedArticle,
    mentions: Sequence[Mention],
    type_: str,
    offset: int,
    sentence_index: int,
) -> Mention | None:
    """Return the last mention of *type_* before *offset*, if its sentence offers no second one."""
    for index in range(sentence_index, max(-1, sentence_index - REACH_SENTENCES), -1):
        span = annotated.sentences[index].span
        inside = [
            m
            for m in mentions
            if m.type == type_
            and m.kind is MentionKind.NAME
            and span.contains(m.span)
            and m.span.end <= offset
        ]
        names = {m.name for m in inside}
        if len(names) == 1:
            return inside[-1]
        if names:
            opening = [m for m in inside if m.span.begin == span.begin]
            return opening[0] if opening and index < sentence_index else None
    return None
