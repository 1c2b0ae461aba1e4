"""Compare names that are written differently and mean one thing.

A name reaches the graph with the accidents of its layout: full-width letters (Ａ股), spaces torn into
it (聊 城 市), quotation marks (“好品金湖”平台), five kinds of middle dot in names of Uyghur or foreign
origin (阿里木·买买提). `normalize_name` takes these away and nothing else: it expands no abbreviation.
A surface that only points at something (该局, 我市, 平台) is no name and never becomes an alias.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from kg.gazetteer import load_gazetteer
from kg.model import EntityId
from kg.schema import Schema

__all__ = [
    "LEGAL_FORM",
    "entity_id",
    "is_deictic",
    "is_registered",
    "normalize_name",
    "split_phase",
    "tidy",
    "without_role",
]

# How the name of a registered company ends (企业名称登记管理规定, art. 13), longest first.
LEGAL_FORM = r"(?:(?:集团)?(?:股份)?有限(?:责任)?公司|公司)"

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
# Parts of a place without which place: 城区 of 莘县城区.
_PARTS_OF_PLACES = frozenset({"城区", "主城区", "市区", "县城", "城乡", "乡镇", "农村", "乡村"})
# Counted, not named: 两个镇, 14家企业, 三个项目, 各条公路. The classifier keeps 三河市 and 五河县 names.
_COUNTED = re.compile(
    r"(?:[\d一二两三四五六七八九十百千数多几各]+余?)(?:个|家|项|条|座|处|所|批)(.+)"
)
_PHASE = re.compile(r"(.*?)((?:第?[一二三四五六七八九十]|\d)期(?:工程|项目)?)")


@lru_cache(maxsize=200_000)
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


@lru_cache(maxsize=200_000)
def tidy(text: str) -> str:
    r"""Return *text* as a label: one line, no spaces beside Chinese characters.

    >>> tidy("聊 城\n高新区 PDH plant")
    '聊城高新区PDH plant'
    """
    line = " ".join(text.split())
    return re.sub(r"(?<=[^\x00-\x7f]) | (?=[^\x00-\x7f])", "", line)


def is_deictic(surface: str, schema: Schema) -> bool:
    """Say whether *surface* stands for an entity without naming it.

    Beyond the lexicon's list this is a rule of the language: a general head alone (平台), a pointing
    word or a number before one (该平台, 这家企业, 两个镇), a phase of nothing (一期, 项目二期). A single
    character (市 of 市司法局) never names.
    """
    word = normalize_name(surface)
    deictic = schema.words.get("deictic", frozenset())
    heads = schema.words.get("generic-head", frozenset())
    if len(word) < 2 or word in deictic or word in heads:
        return True
    if word in _PARTS_OF_PLACES:
        return True
    if (counted := _COUNTED.fullmatch(word)) and counted[1] in heads | _SHORT_HEADS:
        return True
    if (phase := _PHASE.fullmatch(word)) and phase[1] in {"", "项目", "工程"}:
        return True
    if load_gazetteer().lookup(word):  # 贵州 does not point at a 州
        return False
    for pointer in _POINTERS:
        head = word.removeprefix(pointer)
        if head != word and (head in heads or head in _SHORT_HEADS):
            return True
    return False


def split_phase(name: str, schema: Schema) -> tuple[str, str]:
    """Return the general head and the phase of a name that has nothing else, or two empty strings.

    >>> from kg.schema import load_schema
    >>> split_phase("平台二期", load_schema()), split_phase("鲁西平台二期", load_schema())
    (('平台', '二期'), ('', ''))
    """
    found = _PHASE.fullmatch(normalize_name(name))
    if found and found[1] in schema.words.get("generic-head", frozenset()):
        return found[1], found[2]
    return "", ""


_REGISTERED = re.compile(rf".{{4,}}{LEGAL_FORM}")
_LONGEST_REGION = 12
# What a company is to a project, in front of its name: 业主单位山东绫泽纺织科技股份有限公司.
_ROLE = re.compile(
    r"(?:项目)?(?:(?:业主|建设|施工|承建|承办|运营|投资|实施|设计|监理|总包|中标|供货)(?:单位|方|企业)|业主)"
)


@lru_cache(maxsize=200_000)
def is_registered(name: str) -> bool:
    """Say whether *name* is a full company name: region, name proper, trade, legal form.

    >>> is_registered("聊城鲁西聚碳酸酯有限公司"), is_registered("鲁西聚碳酸酯有限公司")
    (True, False)
    """
    key = normalize_name(name)
    if not _REGISTERED.fullmatch(key):
        return False
    gazetteer = load_gazetteer()
    return any(gazetteer.lookup(key[:end]) for end in range(2, _LONGEST_REGION))


def without_role(name: str) -> str:
    """Return a registered name without the role in front of it, any other name as it is.

    >>> without_role("建设单位莘县明珂城建运营有限公司"), without_role("建设方案")
    ('莘县明珂城建运营有限公司', '建设方案')
    """
    role = _ROLE.match(name)
    rest = name[role.end() :] if role else name
    return rest if is_registered(rest) else name


def entity_id(type_: str, name: str, schema: Schema, discriminator: str = "") -> EntityId:
    """Return the readable id of an entity, ``person:王伟·聊城市工信局``."""
    suffix = f"·{discriminator}" if discriminator else ""
    return EntityId(f"{schema.classes[type_].prefix}:{normalize_name(name)}{suffix}")
