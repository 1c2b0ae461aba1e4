from __future__ import annotations

import pytest

from kg.visualization.wording import amount_in_words, date_in_words, value_in_words


@pytest.mark.parametrize(
    ("text", "unit", "bound", "words"),
    [
        ("6400000000", "CNY", "", "64亿元"),
        ("6400000000", "CNY", "lower", "64亿元以上"),
        ("320000000", "USD", "upper", "近3.2亿美元"),
        ("1200000", "吨", "about", "约120万吨"),
        ("12.50", "%", "", "12.5%"),
        ("-3", "%", "", "-3%"),
        ("12345", "户", "", "1.2345万户"),
        ("123456789", "CNY", "", "12345.6789万元"),
        ("0", "个", "", "0个"),
        ("很多", "户", "", "很多户"),
        ("NaN", "", "", "NaN"),
    ],
)
def test_amounts_are_written_as_news_write_them(
    text: str, unit: str, bound: str, words: str
) -> None:
    assert amount_in_words(text, unit=unit, bound=bound) == words


@pytest.mark.parametrize(
    ("iso", "words"),
    [
        ("2022", "2022年"),
        ("2022-09", "2022年9月"),
        ("2022-12-05", "2022年12月5日"),
        ("近日", "近日"),
    ],
)
def test_dates_are_written_as_far_as_they_are_known(iso: str, words: str) -> None:
    assert date_in_words(iso) == words


def test_words_stay_as_they_are() -> None:
    assert value_in_words("已投产") == "已投产"
