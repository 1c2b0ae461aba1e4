"""Compare names that are written differently and mean one thing.

A name reaches the graph with the accidents of its layout: full-width letters (Ａ股), spaces torn into
it (聊 城 市), quotation marks (“好品金湖”平台), five kinds of middle dot in names of Uyghur or foreign
origin (阿里木·买买提). `normalize_name` takes these away and nothing else: it expands no abbreviation.
A surface that only points at something (该局, 我市, 平台) is no name and never becomes an alias.
"""

from __future__ import annotations

import re
import unicodedata

from kg.schema import Schema

__all__ = ["is_deictic", "normalize_name", "tidy"]

# 《》 count: the guideline keeps them out of names, and headlines write 〈〉 inside them.
_QUOTATION_MARKS = frozenset("“”‘’\"'「」『』《》〈〉")
# Bullet, hyphenation point, katakana dot and dot operator stand in for · in typeset names.
_MIDDLE_DOTS = str.maketrans(dict.fromkeys("•‧・⋅", "·"))
# Words that point: 我市, 全县, 该局, 本公司, 此项目, 这家企业, 其平台, 各镇, 两家, 上述公司.
_POINTERS = (
    "上述",
    "这家",
    "那家",
    "这个",
    "该",
    "我",
    "全",
    "本",
    "此",
    "这",
    "那",
    "其",
    "各",
    "两",
    "贵",
)
# One-character heads after a pointer (该局, 我市, 全村): too short for the lexicon's generic-head list.
_SHORT_HEADS = frozenset("市县省区州局厅委办部院所校行司厂店家镇乡村企园")


def normalize_name(name: str) -> str:
    """Return the form in which equal names are equal strings; may be empty.

    >>> normalize_name("“好品 金湖”平台")
    '好品金湖平台'
    >>> normalize_name("ＰＤＨ装置（一期）")
    'PDH装置(一期)'
    """
    text = unicodedata.normalize("NFKC", name).translate(_MIDDLE_DOTS)
    kept = "".join(
        char
        for char in text
        if char not in _QUOTATION_MARKS and unicodedata.category(char) not in _UNSEEN
    )
    return unicodedata.normalize("NFKC", kept)  # accents that a dropped character kept apart


# Separators (spaces, line breaks), controls, formats such as the zero-width space, lone surrogates.
_UNSEEN = frozenset({"Zs", "Zl", "Zp", "Cc", "Cf", "Cs"})


def tidy(text: str) -> str:
    r"""Return *text* as a label: one line, no spaces beside Chinese characters.

    >>> tidy("聊 城\n高新区 PDH plant")
    '聊城高新区PDH plant'
    """
    line = " ".join(text.split())
    return re.sub(r"(?<=[^\x00-\x7f]) | (?=[^\x00-\x7f])", "", line)


def is_deictic(surface: str, schema: Schema) -> bool:
    """Say whether *surface* stands for an entity without naming it.

    Beyond the lexicon's list this is a rule of the language: a general head alone (平台), or a
    pointing word before one (该平台, 这家企业, 我局). A single character (市 of 市司法局) never names.
    """
    word = normalize_name(surface)
    deictic = schema.words.get("deictic", frozenset())
    heads = schema.words.get("generic-head", frozenset())
    if len(word) < 2 or word in deictic or word in heads:
        return True
    for pointer in _POINTERS:
        head = word.removeprefix(pointer)
        if head != word and (head in heads or head in _SHORT_HEADS):
            return True
    return False
