"""Say values the way a Chinese news text would.

The graph holds 6400000000 with unit CNY and 2022-12 with no words around them; a reader wants
64亿元 and 2022年12月.
"""

from __future__ import annotations

import re
from decimal import Decimal, InvalidOperation

__all__ = ["amount_in_words", "date_in_words", "value_in_words"]

_MONEY = {
    "CNY": "元",
    "USD": "美元",
    "EUR": "欧元",
    "HKD": "港元",
    "JPY": "日元",
    "GBP": "英镑",
    "TWD": "新台币",
    "KRW": "韩元",
}

# 以上 may include the number itself, as kg:bound "lower" does (超过, 以上, 余).
_BOUNDS = {"lower": "{}以上", "upper": "近{}", "about": "约{}"}

_DATE = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?")


def value_in_words(text: str, *, unit: str = "", bound: str = "") -> str:
    """Return a literal of the graph in words, unchanged where it is neither number nor date.

    >>> value_in_words("6400000000", unit="CNY", bound="lower"), value_in_words("2022-12")
    ('64亿元以上', '2022年12月')
    """
    if unit or bound:
        return amount_in_words(text, unit=unit, bound=bound)
    # A bare four-digit number may be a year or a count; kg gives counts a unit (个, 户).
    return date_in_words(text)


def amount_in_words(text: str, *, unit: str = "", bound: str = "") -> str:
    """Return a number with 万 or 亿 and its unit.

    >>> amount_in_words("12345000", unit="CNY"), amount_in_words("-3.50", unit="%")
    ('1234.5万元', '-3.5%')
    """
    try:
        number = Decimal(text)
    except InvalidOperation:
        return f"{text}{unit}"
    words = _scaled(number) + _MONEY.get(unit, unit)
    return _BOUNDS.get(bound, "{}").format(words)


def _scaled(number: Decimal) -> str:
    """Return *number* in 亿 or 万 where that takes at most four decimals, as news texts write."""
    if not number.is_finite():
        return str(number)
    for power, word in ((8, "亿"), (4, "万")):
        scaled = number.scaleb(-power)
        if abs(scaled) >= 1 and scaled == round(scaled, 4):
            return _plain(scaled) + word
    return _plain(number)


def _plain(number: Decimal) -> str:
    text = format(number, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def date_in_words(iso: str) -> str:
    """Return an ISO date, month or year in Chinese, anything else unchanged.

    >>> date_in_words("2022-12-19"), date_in_words("在建")
    ('2022年12月19日', '在建')
    """
    match = _DATE.fullmatch(iso)
    if match is None:
        return iso
    parts = zip(match.groups(), "年月日", strict=True)
    return "".join(f"{int(digits)}{mark}" for digits, mark in parts if digits)
