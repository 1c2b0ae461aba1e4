"""Judge the names an article's mentions were given, before they meet those of other articles.

Inside one article a wrong name does little harm; across a corpus it joins what is two. Four things are
put right here, each by what the words themselves say: words that only count or point (两个镇, 城区) name
nothing; a role is no part of a name (业主单位山东绫泽纺织科技股份有限公司); a name that is whole in itself is not short for its own part (聊城市生态环境局 is not its
阳谷县分局, 鲁西集团 not the 聚碳酸酯有限公司 it owns); and 平台二期 is the second phase of the one platform
its article speaks of.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace

from kg.model import Decision, Extraction, Mention, MentionKind, Verdict
from kg.resolution.names import (
    LEGAL_FORM,
    entity_id,
    is_deictic,
    normalize_name,
    split_phase,
    tidy,
    without_role,
)
from kg.schema import Schema

__all__ = ["judge_names", "stands_for"]

# A name with such an end is complete: what follows it in a longer name is a part, a branch or a
# subsidiary (聊城市生态环境局|阳谷县分局, 鲁泽银行|聊城分行, 鲁西集团|聊城鲁西聚碳酸酯有限公司).
_WHOLE = {
    "Agency": re.compile(r"(?:局|厅|委|委员会|政府)$"),
    "Company": re.compile(r"(?:集团|公司|银行)$"),
    "Project": re.compile(r"(?:项目|工程)$"),
}
# … unless it only completes the word: 市委|员会, 鲁泽银行|股份有限公司, 改造工程|项目.
_COMPLETION = {
    "Agency": re.compile(r"员会$"),
    "Company": re.compile(rf"(?:集团)?{LEGAL_FORM}$"),
    "Project": re.compile(r"(?!.*(?:期|标段|子项))"),
}
_TYPES_OF_PHASES = frozenset({"Platform", "Project", "Zone"})


def judge_names(extraction: Extraction, schema: Schema) -> tuple[Extraction, frozenset[Decision]]:
    """Return the extraction with its mentions renamed or left out, and what was told apart.

    A relation keeps the ids of its mentions; one whose mention is left out says nothing any more.
    """
    named = [_with_a_name(mention, schema) for mention in extraction.mentions]
    mentions = tuple(mention for mention in named if mention is not None)
    decisions: set[Decision] = set()
    judged = []
    for mention in mentions:
        if mention.kind is MentionKind.NAME and not stands_for(
            mention.text, mention.name, mention.type
        ):
            decisions.add(_told_apart(mention, schema))
            mention = replace(mention, name=mention.text)
        judged.append(mention)
    completed = tuple(_complete_phase(mention, judged, schema) for mention in judged)
    return replace(extraction, mentions=completed), frozenset(decisions)


def _with_a_name(mention: Mention, schema: Schema) -> Mention | None:
    """Return the mention with a name that names (莘县城区, not 城区), None where there is none."""
    for name in (mention.name, mention.text):
        word = normalize_name(name)
        # One character is too short to be told from a torn word, but 铜, 盐 and 煤 are products.
        is_product = len(word) == 1 and mention.type in {"Industry", "Product"}
        if word and (is_product or not is_deictic(name, schema)):
            is_company = mention.type == "Company"
            return replace(mention, name=without_role(name) if is_company else name)
    return None


def stands_for(surface: str, name: str, type_: str) -> bool:
    """Say whether *surface* can be another way to write *name*.

    >>> stands_for("中通客车", "中通客车股份有限公司", "Company")
    True
    >>> stands_for("鲁西集团", "聊城鲁西聚碳酸酯有限公司", "Company")
    False
    """
    short, long = normalize_name(surface), normalize_name(name)
    if short == long or type_ not in _WHOLE:
        return True
    if type_ == "Company" and short.endswith("集团") and "集团" not in long:
        return False  # a group is called 集团 in full too; it is the owner
    rest = long.partition(short)[2]
    is_part = rest and _WHOLE[type_].search(short) and not _COMPLETION[type_].match(rest)
    return not is_part


def _told_apart(mention: Mention, schema: Schema) -> Decision:
    left, right = (entity_id(mention.type, name, schema) for name in (mention.text, mention.name))
    return Decision(left, right, Verdict.DIFFERENT, 0.8, "名称本身完整，另一方是其下属或组成部分")


def _complete_phase(mention: Mention, mentions: Iterable[Mention], schema: Schema) -> Mention:
    """Return 平台二期 as “水城惠企”平台二期, where the article names one platform only."""
    head, phase = split_phase(mention.name, schema)
    if not phase or mention.type not in _TYPES_OF_PHASES:
        return mention
    wholes = {normalize_name(name): name for name in _names_ending_in(head, mentions)}
    if len(wholes) != 1:
        return mention
    return replace(mention, name=tidy(next(iter(wholes.values()))) + phase)


def _names_ending_in(head: str, mentions: Iterable[Mention]) -> Iterator[str]:
    for mention in mentions:
        name = normalize_name(mention.name)
        if mention.type in _TYPES_OF_PHASES and name.endswith(head) and name != head:
            yield mention.name
