"""Which of several figures is the latest."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from kg.model import Extraction, PartialDate, Quantity, Resolution, Statement, Value
from kg.resolution import resolve
from tests.factories import make_article, make_extraction, make_mention, make_relation
from tests.resolution.test_stories import OTHER, STORY

PROJECT = "塬上云谷数据中心"


def yuan(hundred_millions: float) -> Quantity:
    return Quantity(Decimal(str(hundred_millions)) * 10**8, "CNY", f"{hundred_millions}亿元")


def report(
    day: int | None,
    *values: Value,
    attribute: str = "totalInvestment",
    text: str = "",
    type: str = "Project",
    **qualifiers: str,
) -> Extraction:
    """Build an article of 2023-05-*day* that gives these values."""
    published = date(2023, 5, day) if day else None
    article = make_article(f"{PROJECT}。{text}", published=published, id=f"{day}/a1")
    subject = make_mention(article, PROJECT, type)
    facts = [make_relation(article, attribute, subject, v, **qualifiers) for v in values]
    return make_extraction(article, [subject], facts)


def older(resolution: Resolution) -> dict[str, str]:
    """Return the superseded values with what superseded them."""
    by_id = {statement.id: statement for statement in resolution.statements}
    return {
        _text(statement): _text(by_id[statement.superseded_by])
        for statement in resolution.statements
        if statement.superseded_by
    }


def _text(statement: Statement) -> str:
    value = statement.object
    return value if isinstance(value, str) else value.text


def test_the_value_reported_last_supersedes_the_others() -> None:
    resolution = resolve([report(3, yuan(64)), report(1, yuan(60)), report(2, yuan(62))])
    assert older(resolution) == {"60亿元": "64亿元", "62亿元": "64亿元"}
    assert len(resolution.statements) == 3


def test_a_value_that_is_confirmed_later_stands() -> None:
    assert older(resolve([report(1, yuan(64)), report(2, yuan(60)), report(3, yuan(64))])) == {
        "60亿元": "64亿元"
    }


def test_a_stage_and_a_date_are_superseded_too() -> None:
    assert older(
        resolve([report(1, "开工", attribute="status"), report(2, "投产", attribute="status")])
    ) == {"开工": "投产"}
    dates = [PartialDate("2023-12", "今年底"), PartialDate("2024-06", "明年6月")]
    reports = [report(day, it, attribute="completionDate") for day, it in enumerate(dates, 1)]
    assert older(resolve(reports)) == {"今年底": "明年6月"}


def test_two_values_in_one_article_measure_two_things() -> None:
    assert not older(resolve([report(1, yuan(60)), report(2, yuan(64), yuan(20))]))


def test_without_a_date_nobody_knows_which_is_later() -> None:
    assert not older(resolve([report(1, yuan(60)), report(None, yuan(64))]))


def test_two_values_of_one_day_are_left_as_they_are() -> None:
    later = report(2, yuan(64))
    other = make_article(f"{PROJECT}。", published=date(2023, 5, 2), id="other/a1")
    subject = make_mention(other, PROJECT, "Project")
    fact = make_relation(other, "totalInvestment", subject, yuan(65))
    assert not older(
        resolve([report(1, yuan(60)), later, make_extraction(other, [subject], [fact])])
    )


def test_a_figure_of_a_date_stays_true_of_that_date() -> None:
    reports = [report(day, yuan(value), date=f"2022-0{day}") for day, value in ((1, 60), (2, 64))]
    assert not older(resolve(reports))


def test_what_is_not_revisable_is_not_superseded() -> None:
    assert not older(
        resolve([report(1, yuan(6), attribute="revenue"), report(2, yuan(7), attribute="revenue")])
    )


def test_what_a_place_invests_is_the_sum_of_many_things() -> None:
    assert not older(
        resolve([report(1, yuan(60), type="Place"), report(2, yuan(64), type="Place")])
    )


def test_a_reprint_is_as_old_as_its_story_and_no_second_source() -> None:
    reprint = report(9, yuan(60), text=STORY)
    resolution = resolve(
        [report(1, yuan(60), text=STORY), reprint, report(5, yuan(64), text=OTHER)]
    )
    assert older(resolution) == {"60亿元": "64亿元"}
    assert resolution.reprints == (("9/a1", "1/a1"),)
    assert sorted(statement.sources for statement in resolution.statements) == [1, 1]
    assert sorted(len(statement.evidence) for statement in resolution.statements) == [1, 2]
