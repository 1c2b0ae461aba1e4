"""What a person judged wins over every rule, also by way of others, and is never asked again."""

from __future__ import annotations

import itertools
import logging

import pytest

from kg.model import Decision, Extraction, Resolution, Verdict
from kg.resolution import resolve
from tests.factories import make_article, make_extraction, make_mention

FULL, NO_REGION, SHORT = "山东昱珩铜箔材料有限公司", "山东昱珩铜箔材料有限责任公司", "昱珩铜箔材料"


def article(name: str, type_: str = "Company") -> Extraction:
    text = make_article(f"{name}。", id=f"{type_}-{name}/a1")
    return make_extraction(text, [make_mention(text, name, type_)])


def judge(left: str, right: str, verdict: Verdict) -> Decision:
    return Decision(f"company:{left}", f"company:{right}", verdict, 1.0, "看过原文")


def labels(resolution: Resolution) -> set[str]:
    return {entity.label for entity in resolution.entities}


ARTICLES = [article(name) for name in (FULL, NO_REGION, SHORT)]


def test_the_rules_alone_join_three_names() -> None:
    assert len(resolve(ARTICLES).entities) == 1


@pytest.mark.parametrize(
    ("left", "right"), list(itertools.permutations((FULL, NO_REGION, SHORT), 2))
)
def test_what_is_judged_different_stays_apart_by_way_of_others_too(left: str, right: str) -> None:
    for order in itertools.permutations(ARTICLES):
        resolution = resolve(order, judgements=[judge(left, right, Verdict.DIFFERENT)])
        together = [e for e in resolution.entities if {left, right} <= {e.label, *e.aliases}]
        assert not together
        assert len(resolution.entities) >= 2  # three where the short name could be either's


def test_an_equal_identity_can_be_judged_apart() -> None:
    judgement = Decision("place:上海", "place:上海市", Verdict.DIFFERENT, 1.0, "")
    articles = [article("上海", "Place"), article("上海市", "Place")]
    assert len(resolve(articles).entities) == 1
    assert len(resolve(articles, judgements=[judgement]).entities) == 2


def test_two_types_can_be_judged_one() -> None:
    judgement = Decision("zone:聊城高新区", "place:聊城高新区", Verdict.SAME, 1.0, "")
    articles = [article("聊城高新区", "Place"), article("聊城高新区", "Zone")]
    resolution = resolve(articles, judgements=[judgement])
    assert len(resolution.entities) == 1
    assert resolution.decisions == (judgement,)


def test_a_doubt_that_was_judged_is_not_recorded_again() -> None:
    articles = [article("山东昱珩铜箔材料有限公司"), article("山东昱衡铜箔材料有限公司")]
    (doubt,) = resolve(articles).decisions
    assert doubt.verdict is Verdict.UNSURE
    for verdict in Verdict:
        judgement = Decision(doubt.left, doubt.right, verdict, 1.0, "")
        after = resolve(articles, judgements=[judgement])
        assert not [d for d in after.decisions if d.verdict is Verdict.UNSURE]
        assert len(after.entities) == (1 if verdict is Verdict.SAME else 2)


def test_a_judgement_of_a_name_that_was_joined_since_still_holds() -> None:
    other = "昱珩新材"
    resolution = resolve(
        [*ARTICLES, article(other)], judgements=[judge(SHORT, other, Verdict.SAME)]
    )
    assert len(resolution.entities) == 1


def test_a_contradiction_is_told_and_the_difference_kept(caplog: pytest.LogCaptureFixture) -> None:
    judgements = [
        judge("甲化工", "乙化工", Verdict.SAME),
        judge("乙化工", "丙化工", Verdict.SAME),
        judge("甲化工", "丙化工", Verdict.DIFFERENT),
    ]
    articles = [article(name) for name in ("甲化工", "乙化工", "丙化工")]
    with caplog.at_level(logging.WARNING):
        resolution = resolve(articles, judgements=judgements)
    assert len(resolution.entities) == 2
    assert "company:乙化工 = company:丙化工" in caplog.text


def test_a_judgement_of_what_the_corpus_lacks_does_nothing() -> None:
    judgement = judge(FULL, "没有的公司", Verdict.SAME)
    assert resolve(ARTICLES, judgements=[judgement]) == resolve(ARTICLES)


def test_what_is_open_names_the_entities_as_they_came_out() -> None:
    text = make_article(f"{FULL}即烟店老厂。", id="alias/a1")
    mentions = [
        make_mention(text, FULL, "Company"),
        make_mention(text, "烟店老厂", "Company", name=FULL),
    ]
    articles = [*ARTICLES, make_extraction(text, mentions), article("烟店老厂")]
    resolution = resolve(articles)
    ids = {entity.id for entity in resolution.entities}
    doubts = [d for d in resolution.decisions if d.verdict is Verdict.UNSURE]
    assert doubts
    assert all({doubt.left, doubt.right} <= ids for doubt in doubts)
