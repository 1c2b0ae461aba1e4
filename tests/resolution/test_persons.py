"""One person or two of one name."""

from __future__ import annotations

from datetime import date

from kg.model import Decision, Extraction, Verdict
from kg.resolution import resolve
from tests.factories import make_article, make_extraction, make_mention, make_relation


def report(
    id_: str, *, body: str = "", names: tuple[str, ...] = (), day: date | None = None
) -> Extraction:
    """Build an article in which 王伟 holds a post at *body* and which names other firms."""
    article = make_article("、".join((body, *names, "王伟")), published=day, id=f"{id_}/a1")
    person = make_mention(article, "王伟", "Person")
    mentions = [person, *(make_mention(article, name, "Company") for name in names)]
    relations = []
    if body:
        mentions.append(make_mention(article, body, "Agency"))
        relations.append(
            make_relation(article, "holdsPosition", person, mentions[-1], title="局长")
        )
    return make_extraction(article, mentions, relations)


def persons(*reports: Extraction, judgements: tuple[Decision, ...] = ()) -> list[str]:
    entities = resolve(reports, judgements=judgements).entities
    return [entity.id for entity in entities if entity.type == "Person"]


ONE, OTHER = report("a", body="聊城市工信局"), report("b", body="扬州市教育局")


def test_a_post_at_one_body_under_two_names_is_one_person() -> None:
    assert persons(ONE, report("b", body="聊城市工业和信息化局")) == ["person:王伟"]


def test_a_villager_is_not_the_official_of_his_name() -> None:
    assert persons(ONE, report("b", names=("昌邑种粮合作社",))) == [
        "person:王伟",
        "person:王伟·聊城市工信局",
    ]


def test_two_articles_on_one_firm_mean_one_person() -> None:
    firm = ("昱珩铜箔",)
    assert persons(report("a", names=firm), report("b", names=firm)) == ["person:王伟"]


def test_two_articles_without_anything_in_common_do_not() -> None:
    found = persons(report("a", names=("昱珩铜箔",)), report("b", names=("恒砺轴承",)))
    assert found == ["person:王伟·a·a1", "person:王伟·b·a1"]


def test_posts_in_two_places_within_a_year_are_two_people_later_it_may_be_a_transfer() -> None:
    def verdict(year: int) -> Verdict:
        early = report("a", body="聊城市工信局", day=date(2020, 1, 1))
        late = report("b", body="扬州市教育局", day=date(year, 6, 1))
        (decision,) = resolve([early, late]).decisions
        return decision.verdict

    assert verdict(2020) is Verdict.DIFFERENT
    assert verdict(2023) is Verdict.UNSURE


def test_a_person_judged_one_is_one() -> None:
    left, right = persons(ONE, OTHER)
    judgement = Decision(left, right, Verdict.SAME, 1.0, "调任")
    assert len(persons(ONE, OTHER, judgements=(judgement,))) == 1
