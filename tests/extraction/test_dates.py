"""Dates as news writes them, most of them relative to the report's."""

from __future__ import annotations

import time
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.extraction.dates import find_dates

REPORT = date(2022, 12, 19)


def read(text: str, published: date | None = REPORT) -> list[str]:
    return [
        found.date.iso + (f"/{found.end.iso}" if found.end else "")
        for found in find_dates(text, published=published)
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("1—11月，全县固定资产投资增长10%", "2022-01", id="months of last year"),
        pytest.param("1至2月，全市进出口增长", "2023-01", id="months of this year"),
        pytest.param("前三季度完成投资", "2022-01", id="quarters of last year"),
        pytest.param("拟于4—6月开工", "2023-04", id="months ahead"),
    ],
)
def test_months_from_the_first_on_are_over(text: str, expected: str) -> None:
    (found,) = find_dates(text, published=date(2023, 3, 13))
    assert found.date.iso == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("2021年4月正式上线", ["2021-04"], id="year and month"),
        pytest.param("二〇二二年", ["2022"], id="Chinese year"),
        pytest.param("2023-04-18，2024/3/5", ["2023-04-18", "2024-03-05"], id="ISO"),
        pytest.param("计划今年底投产", ["2022-12"], id="今年底"),
        pytest.param("明年6月竣工", ["2023-06"], id="明年"),
        pytest.param("去年12月29日开市", ["2021-12-29"], id="去年"),
        pytest.param("3月22日召开", ["2022-03-22"], id="year from the report"),
        pytest.param("昨日（18日）", ["2022-12-18"], id="bracketed day"),
        pytest.param("本月29日", ["2022-12-29"], id="本月"),
        pytest.param("上月底印发", ["2022-11"], id="上月"),
        pytest.param("22日获悉", ["2022-11-22"], id="a day still ahead is last month's"),
        pytest.param("将于22日举行", ["2022-12-22"], id="unless it is planned"),
        pytest.param("前三季度", ["2022-01/2022-09"], id="three quarters"),
        pytest.param("2013年上半年", ["2013-01/2013-06"], id="half a year"),
        pytest.param("1—11月", ["2022-01/2022-11"], id="months"),
        pytest.param("今年前四个月", ["2022-01/2022-04"], id="first months"),
        pytest.param("7月6日至8日", ["2022-07-06/2022-07-08"], id="days"),
        pytest.param("5月13-16日", ["2022-05-13/2022-05-16"], id="days, month named once"),
        pytest.param("11月20日至12月5日", ["2022-11-20/2022-12-05"], id="across months"),
        pytest.param("“十四五”期间", ["2021/2025"], id="five-year plan"),
        pytest.param("到“十四五”末", ["2025"], id="end of the plan"),
        pytest.param("2023—2025年", ["2023/2025"], id="years"),
        pytest.param(
            "2021年9月启动，10月26日建成", ["2021-09", "2021-10-26"], id="year carried on"
        ),
        pytest.param(
            "去年12月立项，6月开工", ["2021-12", "2022-06"], id="carried into the next year"
        ),
        pytest.param("2021年启动。10月建成", ["2021", "2022-10"], id="but not beyond the sentence"),
        pytest.param("近日，日前，近年来", [], id="no date"),
        pytest.param("历时13个月，7日内办结，3.5月", [], id="durations"),
        pytest.param("2月30日", [], id="no such day"),
        pytest.param("公司目前年产20万吨，投产后年产值18亿元", [], id="two words that meet"),
        pytest.param("前年开工，后年投产", ["2020", "2024"], id="years before and after next"),
    ],
)
def test_date_is_resolved_against_the_report(text: str, expected: list[str]) -> None:
    assert read(text) == expected


@pytest.mark.parametrize(
    ("text", "published", "expected"),
    [
        pytest.param("12月15日开工", date(2023, 1, 5), "2022-12-15", id="just past"),
        pytest.param("3月1日起施行", date(2023, 2, 20), "2023-03-01", id="just ahead"),
        pytest.param("预计10月投产", date(2023, 2, 20), "2023-10", id="planned far ahead"),
        pytest.param("计划1月开工", date(2022, 12, 20), "2023-01", id="planned over new year"),
    ],
)
def test_month_without_year_is_the_likelier_one(text: str, published: date, expected: str) -> None:
    assert read(text, published) == [expected]


def test_without_report_date_only_the_text_counts() -> None:
    assert read("今年3月，2021年4月，昨日，5月", None) == ["2021-04", "2021-05"]


def test_words_and_spans_lead_back_to_the_text() -> None:
    article = "标题\n计划今年底投产"
    (found,) = find_dates(article[3:], published=REPORT, begin=3)
    assert found.span.of(article) == "今年底" == found.date.text
    assert found.date.precision == "month"


@given(
    st.text(alphabet="0123456789年月日号至—-今明去底上半季度第前一二三十〇“五”。（）", max_size=60)
)
def test_any_text_is_read_without_error(text: str) -> None:
    for found in find_dates(text, published=REPORT):
        assert found.date.text == found.span.of(text)


@pytest.mark.parametrize(
    "unit", ["1", "2022年", "1月", "今年", "1月—", "“十四五", "二〇", "前", "1日"]
)
def test_time_is_linear_in_hostile_text(unit: str) -> None:
    begin = time.process_time()
    find_dates(unit * (20_000 // len(unit)), published=REPORT)
    assert time.process_time() - begin < 1.0
