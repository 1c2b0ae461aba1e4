"""Which construction projects are one."""

from __future__ import annotations

from decimal import Decimal

import pytest

from kg.model import Extraction, Quantity, Verdict
from kg.resolution import resolve
from kg.resolution.projects import read_project
from tests.factories import make_article, make_extraction, make_mention, make_relation


def report(
    id_: str, project: str, *, owner: str = "", place: str = "", yuan: int = 0
) -> Extraction:
    """Build an article on *project* with what it says of it."""
    article = make_article(f"{owner}建设{project}，位于{place}。", id=f"{id_}/a1")
    mention = make_mention(article, project, "Project")
    mentions, relations = [mention], []
    if owner:
        mentions.append(make_mention(article, owner, "Company"))
        relations.append(make_relation(article, "builds", mentions[-1], mention))
    if place:
        mentions.append(make_mention(article, place, "Place", nth=article.text.count(place) - 1))
        relations.append(make_relation(article, "locatedIn", mention, mentions[-1]))
    if yuan:
        relations.append(
            make_relation(article, "totalInvestment", mention, Quantity(Decimal(yuan), "CNY", ""))
        )
    return make_extraction(article, mentions, relations)


def projects(*reports: Extraction) -> list[str]:
    return [entity.id for entity in resolve(reports).entities if entity.type == "Project"]


@pytest.mark.parametrize(
    ("name", "subject", "numbers", "phase"),
    [
        ("年产120万吨双酚A项目一期工程", "双酚A", {"120万吨"}, "一"),
        ("年产8000万套精密轴承项目", "精密轴承", {"8000万套"}, ""),
        ("30万吨级原油码头", "原油码头", {"30万吨"}, ""),
        ("铜箔扩建项目(二期)", "铜箔", set(), "二"),
    ],
)
def test_a_name_says_what_how_much_and_which_phase(
    name: str, subject: str, numbers: set[str], phase: str
) -> None:
    found = read_project(name)
    assert (found.subject, found.numbers, found.phase) == (subject, numbers, phase)


@pytest.mark.parametrize(
    "shared",
    [{"owner": "昱珩铜箔"}, {"place": "莘县"}, {"yuan": 640_000_000}],
    ids=["owner", "place", "sum"],
)
def test_a_description_is_one_project_where_it_shares_a_trait(shared: dict[str, str]) -> None:
    name = "年产10万吨铜箔项目"
    found = projects(report("a", name, **shared), report("b", name, **shared))  # type: ignore[arg-type]
    assert found == [f"project:{name}"]


def test_a_description_in_two_counties_is_two_projects() -> None:
    name = "污水处理厂项目"
    found = projects(report("a", name, place="莘县"), report("b", name, place="冠县"))
    assert found == [f"project:{name}·冠县", f"project:{name}·莘县"]


def test_a_description_of_which_nothing_is_said_stays_with_its_story() -> None:
    name = "年产10万吨铜箔项目"
    resolution = resolve([report("a", name, place="莘县"), report("b", name)])
    assert len([e for e in resolution.entities if e.type == "Project"]) == 2
    assert [decision.verdict for decision in resolution.decisions] == [Verdict.UNSURE]


def test_a_name_of_its_own_is_one_project_everywhere() -> None:
    assert len(projects(report("a", "塬上云谷数据中心"), report("b", "塬上云谷数据中心"))) == 1


def test_a_line_is_named_by_its_ends() -> None:
    assert len(projects(report("a", "济郑高铁"), report("b", "济郑高铁"))) == 1


def test_the_owners_name_in_front_makes_no_other_project() -> None:
    found = projects(
        report("a", "年产120万吨双酚A项目", owner="鲁西集团"),
        report("b", "鲁西集团年产120万吨双酚A项目", owner="鲁西集团"),
    )
    assert found == ["project:鲁西集团年产120万吨双酚A项目"]


@pytest.mark.parametrize(
    "other",
    ["年产20万吨双酚A项目", "年产120万吨双酚A项目二期工程", "年产120万吨聚碳酸酯项目"],
    ids=["capacity", "phase", "product"],
)
def test_another_capacity_phase_or_product_is_another_project(other: str) -> None:
    one = report("a", "年产120万吨双酚A项目", owner="鲁西集团")
    assert len(projects(one, report("b", other, owner="鲁西集团"))) == 2


def test_a_missing_capacity_is_left_to_a_person() -> None:
    resolution = resolve(
        [
            report("a", "年产8000万套精密轴承项目", owner="砺衡轴承"),
            report("b", "砺衡轴承精密轴承项目", owner="砺衡轴承"),
        ]
    )
    assert [decision.verdict for decision in resolution.decisions] == [Verdict.UNSURE]
