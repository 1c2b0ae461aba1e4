"""Numbers of a news text with their units: 6.4亿元, 17万余户, 同比增长9.7%.

A number is digits or Chinese numerals, perhaps with a magnitude (万, 亿), and counts only with a unit
behind it: what has none is a part of a name (“十四五”, “4012”品牌), a date, a telephone or document
number, a version. Magnitudes are multiplied out; words that make the number a bound (超过, 近, 余,
左右) are read but are not part of it. Units, currencies and bounds come from ontology/attributes.ttl.

Deliberately not read: 一 before a measure word, which is an article (一座厂房), 几百 and 数十, which
state no number, and fractions in words (三分之一), except tenths (三成) and 百分之.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal, InvalidOperation
from functools import lru_cache

import cn2an

from kg.errors import QuantityError
from kg.model import Bound, Quantity, Span
from kg.schema import Schema, load_schema

__all__ = [
    "FoundQuantity",
    "dimension",
    "find_quantities",
    "parse_money",
    "parse_quantity",
    "written_unit",
]

_MAX_INTEGER_DIGITS = 18  # longer rows of digits are identifiers, not amounts
_MAGNITUDE = {"十": 1, "百": 2, "千": 3, "万": 4, "亿": 8}
_TWO_DIGITS = re.compile(r"[一二三四五六七八九两]{2}")  # 六七家 is no 67
_CHINESE_DIGITS = "一二三四五六七八九两十"
_FULL_WIDTH = str.maketrans("０１２３４５６７８９．，％／", "0123456789.,%/")

# 千 of 五千千瓦 belongs to the unit; 千 of 三千万 to the number.
_THOUSAND = r"千(?![瓦米克伏升卡赫])"
_DIGITS = r"[0-9０-９]{1,3}(?:[,，][0-9０-９]{3})+(?![0-9０-９])|[0-9０-９]+"
_ARABIC = rf"(?:{_DIGITS})(?:[.．·][0-9０-９]+)?"
_CHINESE = rf"[一二三四五六七八九两十](?:[零〇一二三四五六七八九十百万亿两]|{_THOUSAND})*"
_SCALE = rf"(?:[十百]|{_THOUSAND})?(?:万亿|[万亿])|[十百]|{_THOUSAND}"
# MDI-50, GB/T 1234, V2.0, 第3号: a number glued to letters or to 第 of another count names something.
_NOT_INSIDE = r"(?<![A-Za-z0-9０-９.．/\-_第])"
_TENTHS = re.compile(
    r"(?<![第一二三四五六七八九十百千万0-9])([一二三四五六七八九两1-9])成"
    r"([一二三四五六七八九半])?(?![立功员为本绩分果熟都就品效长])"
)
_PERCENT_WORDS = re.compile(
    rf"百分之([一二三四五六七八九十百零两]+(?:点[零一二三四五六七八九]+)?|{_ARABIC})"
)
_SCALED = re.compile(rf"(?P<scale>{_SCALE})?")
_ALONE = (
    r"(?P<bound>超过?|将近|(?<!附)近|(?<![以之])上|逾|(?<![通经])过|突破|(?<![到传直])达到?|破)"
    rf"(?P<scale>[十百]?[万亿]|千[万亿]|万亿|百|{_THOUSAND})"
)
# 百亿级项目, 千亿级产业集群: the size of an investment or of a trade, in yuan.
_MONEY_CLASS = re.compile(r"(?P<scale>[十百千]亿|万亿)级")
# 从380公里到400米 tells of a change, 3公里到5公里 of a range.
_RANGE_GAP = re.compile(r"[ 　]?(?:[—–\-~～－]{1,2}|至|到)[ 　]?")
_CHANGE_BEFORE = re.compile(r"[从由自][^，。；]{0,8}$")
# 每公斤从150元涨到260元 states a price by weight; 每亩增收3000元 an amount for each mu, so only the
# units by which goods are priced count.
_PRICED_BY = re.compile(r"每(公斤|斤|吨|度|千克|股|平方米|立方米|千瓦时)[^，。；！？\n每]{0,10}$")
_MAX_PRICED_BY_CHARS = 16
# Behind these a number with its unit makes another word: 三位一体, 五台山, 3年级, 10年来 is a duration.
_OTHER_WORD = re.compile(r"一体|山|级(?!以)|代(?!表)|度(?!假)|初|底|末|版|月|季")
_AMBIGUOUS = frozenset({"年", "位", "台", "个", "项"})
_AMOUNT_WORD = re.compile(
    r"(?:投资?|资金?|金|额|款|收入|产值|市值|利润|营收|规模|资本|成本|支出|斥资|豪掷|耗资)[^，。；\d]{0,6}$"
)
_BARE_AMOUNT = re.compile(
    r"[ 　]?(?P<scale>[十百千]?(?:万亿|亿)|千万|百万)(?=[，。；！？、）)\s]|$|左右|以上|以下|的)"
)


@dataclass(frozen=True, slots=True)
class FoundQuantity:
    """A number with its unit and where it stands.

    A range (3—5年) has its lower end in `quantity` and the other in `upper`; `is_ordinal` tells 第3位
    from 3位.
    """

    span: Span  # of number and unit; words of a bound stand outside
    quantity: Quantity
    upper: Decimal | None = None
    is_ordinal: bool = False


@dataclass(frozen=True, slots=True)
class _Lexis:
    """The words of attributes.ttl as patterns."""

    number: re.Pattern[str]
    magnitude: re.Pattern[str]  # 超百亿元: a bound, a magnitude and a unit, no digit
    tail: re.Pattern[str]  # magnitude, 多|余 and unit behind a number
    before: tuple[tuple[re.Pattern[str], Bound], ...]
    after: tuple[tuple[re.Pattern[str], Bound], ...]
    no_bound: re.Pattern[str]
    code_by_currency: Mapping[str, str]
    word_by_code: Mapping[str, str]
    dimension_by_unit: Mapping[str, str]
    needs_digits: frozenset[str]
    ranks: frozenset[str]
    ratios: frozenset[str]


@lru_cache(maxsize=1)
def _lexis() -> _Lexis:
    schema = load_schema()
    words = schema.words
    code_by_currency = {
        word: name.removeprefix("currency-")
        for name, found in words.items()
        if name.startswith("currency-")
        for word in found
    }
    dimension_by_unit = {
        word: name.removeprefix("unit-")
        for name, found in words.items()
        if name.startswith("unit-") and name not in ("unit-rate-base", "unit-rank")
        for word in sorted(found)
    }
    dimension_by_unit |= dict.fromkeys((*code_by_currency, *code_by_currency.values()), "money")
    units = _alternatives((*code_by_currency, *dimension_by_unit))
    rate = _alternatives(schema.word_list("unit-rate-base"))
    tail = re.compile(
        rf"[ 　]?(?P<scale>{_SCALE})??[ 　]?(?P<more>[多余来])?(?P<scale2>万亿|[万亿])?[ 　]?"
        rf"(?P<more2>[多余])?(?P<unit>(?:{units})(?:[（(][套台次辆个间户][)）])?(?:[/／](?:{rate}))?)"
    )
    return _Lexis(
        re.compile(rf"{_NOT_INSIDE}(?P<ordinal>第)?(?P<number>{_ARABIC}|{_CHINESE})"),
        re.compile(rf"{_ALONE}(?P<unit>{units})"),
        tail,
        tuple((_ending(schema, f"bound-{b.value}-before"), b) for b in Bound),
        tuple((_beginning(schema, f"bound-{b.value}-after"), b) for b in Bound),
        re.compile(rf"(?:{_alternatives(schema.word_list('bound-not'))})$"),
        code_by_currency,
        _word_by_code(code_by_currency),
        dimension_by_unit,
        schema.word_list("numeral-needs-digits"),
        schema.word_list("unit-rank"),
        schema.word_list("unit-ratio"),
    )


def _word_by_code(code_by_currency: Mapping[str, str]) -> Mapping[str, str]:
    """Return the usual word of each currency: of 美元 and 美金 the one that sorts first."""
    words: dict[str, str] = {}
    for word, code in sorted(code_by_currency.items()):
        words.setdefault(code, word)
    return words | {"CNY": "CNY"}


def _alternatives(words: Iterable[str]) -> str:
    return "|".join(map(re.escape, sorted(set(words), key=lambda word: (-len(word), word))))


def _ending(schema: Schema, name: str) -> re.Pattern[str]:
    return re.compile(rf"(?:{_alternatives(schema.word_list(name))})[了为达到 　]{{0,2}}$")


def _beginning(schema: Schema, name: str) -> re.Pattern[str]:
    return re.compile(rf"[ 　]?(?:{_alternatives(schema.word_list(name))})")


@lru_cache(maxsize=64)  # facts and qualifiers ask for the same sentences of an article
def find_quantities(text: str, *, begin: int = 0) -> tuple[FoundQuantity, ...]:
    """Find the numbers with units of *text*, in text order.

    Args:
        text: a sentence or paragraph.
        begin: offset of *text* in its article; spans are shifted by it.

    >>> [(q.quantity.value, q.quantity.unit) for q in find_quantities("总投资64亿元，占地260余亩")]
    [(Decimal('6400000000'), 'CNY'), (Decimal('260'), '亩')]
    """
    lexis = _lexis()
    found = [*_in_digits(text, lexis), *_in_magnitudes(text, lexis), *_in_words(text)]
    found = list(_apart(sorted(found, key=lambda quantity: quantity.span)))
    if begin:
        found = [replace(quantity, span=quantity.span.shift(begin)) for quantity in found]
    return tuple(found)


def _apart(found: Iterable[FoundQuantity]) -> Iterator[FoundQuantity]:
    """Leave out what begins inside another: nobody means two numbers by 百分之64.5亿元."""
    end = 0
    for quantity in found:
        if quantity.span.begin >= end:
            end = quantity.span.end
            yield quantity


def parse_quantity(text: str) -> Quantity:
    """Read a text that is one number with its unit, perhaps with a bound.

    >>> parse_quantity("超过17万户")
    Quantity(value=Decimal('170000'), unit='户', text='17万户', bound=<Bound.LOWER: 'lower'>)

    Raises:
        QuantityError: *text* is not one number with a unit.
    """
    found = [found for found in find_quantities(text) if found.upper is None]
    if len(found) != 1:
        raise QuantityError(f"{text!r} is not one number with a unit, such as 17万户")
    return found[0].quantity


def parse_money(text: str) -> Decimal:
    """Read an amount of money as a news text writes it, in yuan.

    万 and 亿 are multiplied out, so the caller never meets 万元. Words that make the amount a bound
    (超过, 近, 以上) are not part of it: "超过2亿元" says less than "2亿元".

    >>> parse_money("200万元")
    Decimal('2000000')

    Raises:
        QuantityError: *text* is not one amount in 元.
    """
    quantity = parse_quantity(text)
    if quantity.unit != "CNY":
        raise QuantityError(f"{text!r} is an amount of {quantity.unit}, not of 元")
    return quantity.value


def dimension(unit: str) -> str:
    """Return what *unit* measures: money, ratio, count, area, mass, time … or rate (元/吨).

    >>> dimension("CNY"), dimension("亩"), dimension("元/吨")
    ('money', 'area', 'rate')
    """
    if "/" in unit:
        return "rate"
    return _lexis().dimension_by_unit.get(re.sub(r"[（(].*", "", unit), "count")


def written_unit(quantity: Quantity) -> str:
    """Return the unit as the annotation guideline has it: CNY, else as written (美元 for USD).

    >>> written_unit(parse_quantity("3.9亿美元"))
    '美元'
    """
    return _lexis().word_by_code.get(quantity.unit, quantity.unit)


def _in_digits(text: str, lexis: _Lexis) -> Iterator[FoundQuantity]:
    position = 0
    while (match := lexis.number.search(text, position)) is not None:
        found = _read(text, match, lexis)
        position = match.end() if found is None else found.span.end
        if found is not None:
            yield found


def _read(text: str, number: re.Match[str], lexis: _Lexis) -> FoundQuantity | None:
    """Read what a number makes with the words behind it: nothing, a quantity or a range."""
    tail = lexis.tail.match(text, number.end())
    if tail is not None and not _is_quantity(text, number, tail, lexis):
        return None
    gap = _RANGE_GAP.match(text, (tail or _scaled(text, number)).end())
    if gap is not None and _CHANGE_BEFORE.search(text[: number.start()][-10:]) is None:
        high = lexis.number.match(text, gap.end())
        high_tail = high and lexis.tail.match(text, high.end())
        if high and high_tail and _is_quantity(text, high, high_tail, lexis):
            return _range(text, number, tail, high, high_tail, lexis)
    if tail is None:
        return _bare_amount(text, number)
    return _found(text, number, tail, lexis)


def _scaled(text: str, number: re.Match[str]) -> re.Match[str]:
    """Return the match of the magnitude behind *number*, or *number* itself: 30万 of 30万到50万元."""
    return _SCALED.match(text, number.end()) or number


def _range(
    text: str,
    low: re.Match[str],
    low_tail: re.Match[str] | None,
    high: re.Match[str],
    high_tail: re.Match[str],
    lexis: _Lexis,
) -> FoundQuantity | None:
    found = _found(text, high, high_tail, lexis)
    scaled = low_tail or _SCALED.match(text, low.end())
    value = _value(low["number"], scaled.groupdict() if scaled else {})
    if found is None or value is None:
        return None
    if low_tail is None and scaled is not None and not scaled["scale"]:
        value = _plain(value.scaleb(_exponent(high_tail)))  # 3—5万吨 is 30,000 to 50,000
    span = Span(low.start(), found.span.end)
    quantity = Quantity(value, found.quantity.unit, span.of(text), Bound.LOWER)
    return FoundQuantity(span, quantity, upper=found.quantity.value)


def _found(
    text: str, number: re.Match[str], tail: re.Match[str], lexis: _Lexis
) -> FoundQuantity | None:
    value = _value(number["number"], tail.groupdict())
    if value is None:
        return None
    span = Span(number.start(), tail.end())
    bound = Bound.LOWER if tail["more"] or tail["more2"] else _bound(text, span, lexis)
    unit = _unit(text, span, tail["unit"], lexis)
    quantity = Quantity(value, unit, span.of(text), bound)
    return FoundQuantity(span, quantity, is_ordinal=bool(number["ordinal"]))


def _is_quantity(text: str, number: re.Match[str], tail: re.Match[str], lexis: _Lexis) -> bool:
    """Tell 17万户 from 2022年, 第3条, 一座, 三方 and 三位一体."""
    digits, unit = number["number"], tail["unit"]
    if (
        unit[-1].isascii()
        and text[tail.end() : tail.end() + 1].isascii()
        and text[tail.end() : tail.end() + 1].isalpha()
    ):
        return False  # 5GHz is no 5 GH
    if number["ordinal"]:
        return unit in lexis.ranks and not tail["scale"]
    if lexis.dimension_by_unit.get(unit) == "money":
        return True
    if digits[0] == "十" and text[number.start() - 1 : number.start()] in ("数", "几", "好"):
        return False  # 数十家 states no number
    has_scale = bool(tail["scale"] or tail["scale2"])
    if digits == "一" and not has_scale and unit not in lexis.ratios:
        return False
    if len(digits) == 1 and not digits.isdigit() and not has_scale and unit in lexis.needs_digits:
        return False
    if unit in _AMBIGUOUS and not tail["scale"] and _OTHER_WORD.match(text, tail.end()):
        return False
    if unit == "年":
        return len(digits) < 4 and not has_scale and digits[:1] not in "0〇零"
    if unit == "期":
        return text[number.start() - 1 : number.start()] in ("分", "班", "办", "了")
    return True


def _unit(text: str, span: Span, unit: str, lexis: _Lexis) -> str:
    code = lexis.code_by_currency.get(unit)
    if code is None:
        return (
            unit.translate(_FULL_WIDTH).removeprefix("个")
            if unit.endswith("百分点")
            else unit.translate(_FULL_WIDTH)
        )
    priced = _PRICED_BY.search(text[max(0, span.begin - _MAX_PRICED_BY_CHARS) : span.begin])
    return f"{code}/{priced[1]}" if priced else code


def _value(digits: str, tail: Mapping[str, str | None]) -> Decimal | None:
    exponent = sum(_MAGNITUDE[c] for key in ("scale", "scale2") for c in tail.get(key) or "")
    if digits[0] in _CHINESE_DIGITS:
        return _chinese_value(digits, exponent)
    plain = digits.translate(_FULL_WIDTH).replace("·", ".").replace(",", "")
    if len(plain) > _MAX_INTEGER_DIGITS:
        return None
    try:
        value = Decimal(plain)
    except InvalidOperation:  # other digits of Unicode that look like ours
        return None
    return _plain(value * (Decimal(10) ** exponent))


def _plain(value: Decimal) -> Decimal:
    """Drop zeros that multiplication left: 9.2044万 is 92044, not 92044.0000."""
    whole = value.to_integral_value()
    return whole.quantize(Decimal(1)) if value == whole else value


@lru_cache(maxsize=4096)
def _chinese_value(digits: str, exponent: int) -> Decimal | None:
    if len(digits) > _MAX_INTEGER_DIGITS or _TWO_DIGITS.search(digits):
        return None
    try:
        return _plain(Decimal(cn2an.cn2an(digits, "smart")) * (Decimal(10) ** exponent))
    except ValueError:  # 一二三产业: characters of numerals that make no number
        return None


def _exponent(tail: re.Match[str]) -> int:
    return sum(_MAGNITUDE[c] for key in ("scale", "scale2") for c in tail[key] or "")


def _bound(text: str, span: Span, lexis: _Lexis) -> Bound | None:
    before = text[max(0, span.begin - 6) : span.begin]
    if lexis.no_bound.search(before) is None:
        for pattern, bound in lexis.before:
            if pattern.search(before):
                return bound
    for pattern, bound in lexis.after:
        if pattern.match(text, span.end):
            return bound
    return None


def _bare_amount(text: str, number: re.Match[str]) -> FoundQuantity | None:
    """Read 总投资25亿, as headlines write it: a magnitude, money by the word before, no unit."""
    tail = _BARE_AMOUNT.match(text, number.end())
    before = text[max(0, number.start() - 10) : number.start()]
    if tail is None or _AMOUNT_WORD.search(before) is None:
        return None
    value = _value(number["number"], tail.groupdict())
    span = Span(number.start(), tail.end())
    return FoundQuantity(span, Quantity(value, "CNY", span.of(text))) if value else None


def _in_magnitudes(text: str, lexis: _Lexis) -> Iterator[FoundQuantity]:
    """Yield 超百亿元 and 近千名: a magnitude alone behind a bound means one of it."""
    for match in lexis.magnitude.finditer(text):
        exponent = sum(_MAGNITUDE[character] for character in match["scale"])
        span = Span(match.start("scale"), match.end())
        unit = _unit(text, span, match["unit"], lexis)
        bound = Bound.UPPER if match["bound"].endswith("近") else Bound.LOWER
        value = Decimal(10) ** exponent
        yield FoundQuantity(span, Quantity(value, unit, span.of(text), bound))
    for match in _MONEY_CLASS.finditer(text):
        exponent = sum(_MAGNITUDE[character] for character in match["scale"])
        quantity = Quantity(Decimal(10) ** exponent, "CNY", match.group(), Bound.ABOUT)
        yield FoundQuantity(Span(*match.span()), quantity)


def _in_words(text: str) -> Iterator[FoundQuantity]:
    """Yield 三成 (30 %), 九成五 and 百分之三十."""
    for match in _TENTHS.finditer(text):
        tenths = Decimal(cn2an.cn2an(match[1], "smart")) * 10
        rest = {"半": Decimal(5), None: Decimal(0)}.get(match[2])
        value = tenths + (Decimal(cn2an.cn2an(match[2], "smart")) if rest is None else rest)
        yield FoundQuantity(Span(*match.span()), Quantity(value, "%", match.group()))
    for match in _PERCENT_WORDS.finditer(text):
        digits = match[1]
        value_or_none = _value(digits, {}) if "点" not in digits else _decimal_words(digits)
        if value_or_none is not None:
            yield FoundQuantity(Span(*match.span()), Quantity(value_or_none, "%", match.group()))


def _decimal_words(digits: str) -> Decimal | None:
    try:
        return Decimal(str(cn2an.cn2an(digits, "smart")))
    except ValueError:
        return None
