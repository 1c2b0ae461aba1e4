"""Judgements in a build: what they change, and what is said of those that change nothing."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from itertools import permutations

import pytest

from kg.model import EntityId, Extraction, PartialDate, Quantity, Resolution
from kg.resolution import resolve
from kg.review import Applied, apply_judgements, constraints
from kg.review.applying import JUDGED
from kg.review.judgements import ClaimKey, Judgement, Kind, Pair
from tests.factories import make_article, make_extraction, make_mention, make_relation


def corpus() -> list[Extraction]:
    """Build three articles: one firm under two names, a wrong loan told twice, a plan."""
    first = make_article("工商银行向鲁西集团放款2亿元。鲁西集团总投资64亿元。", id="daily/a1")
    bank, luxi = (
        make_mention(first, "工商银行", "Company"),
        make_mention(first, "鲁西集团", "Company"),
    )
    second = make_article("工商银行向鲁西集团放款2亿元。东阿化工计划建设港口。", id="evening/a1")
    bank2, luxi2 = (make_mention(second, name, "Company") for name in ("工商银行", "鲁西集团"))
    donge, port = (
        make_mention(second, "东阿化工", "Company"),
        make_mention(second, "港口", "Project"),
    )
    third = make_article("鲁西化工位于聊城市。德上连接线位于聊城市。", id="web/a1")
    chemicals, place = (
        make_mention(third, "鲁西化工", "Company"),
        make_mention(third, "聊城市", "Place"),
    )
    road = make_mention(third, "德上连接线", "Place")
    money = {"amount": Decimal(200_000_000), "currency": "CNY"}
    return [
        make_extraction(
            first,
            [bank, luxi],
            [
                make_relation(first, "finances", bank, luxi, quote="放款2亿元", **money),
                make_relation(
                    first, "totalInvestment", luxi, Quantity(Decimal("6.4e9"), "CNY", "64亿元")
                ),
                make_relation(first, "startDate", luxi, PartialDate("2021-09")),
            ],
        ),
        make_extraction(
            second,
            [bank2, luxi2, donge, port],
            [
                make_relation(second, "finances", bank2, luxi2, quote="放款2亿元", **money),
                make_relation(second, "builds", donge, port, modality="planned", confidence=0.4),
            ],
        ),
        make_extraction(
            third,
            [chemicals, place, road],
            [
                make_relation(third, "locatedIn", chemicals, place),
                make_relation(third, "locatedIn", road, place),
            ],
        ),
    ]


def build(*judgements: Judgement) -> Applied:
    extractions = corpus()
    resolution = resolve(extractions, judgements=constraints(judgements))
    return apply_judgements(resolution, extractions, judgements)


def labels(resolution: Resolution) -> set[str]:
    return {entity.label for entity in resolution.entities}


def said(resolution: Resolution) -> set[tuple[str, str]]:
    return {(statement.subject, statement.predicate) for statement in resolution.statements}


LUXI, CHEMICALS, BANK, ROAD = (
    EntityId(f"{id_}")
    for id_ in ("company:鲁西集团", "company:鲁西化工", "company:工商银行", "place:德上连接线")
)
LENT = ClaimKey(BANK, "finances", LUXI)
PLAN = ClaimKey(EntityId("company:东阿化工"), "builds", "project:港口", (("modality", "planned"),))


def test_same_joins_two_names_with_all_their_claims() -> None:
    applied = build(Judgement(Kind.SAME, Pair(LUXI, CHEMICALS)))
    assert applied.problems == ()
    assert len({"鲁西集团", "鲁西化工"} & labels(applied.resolution)) == 1
    (luxi,) = (e for e in applied.resolution.entities if e.label.startswith("鲁西"))
    assert {(luxi.id, "locatedIn"), (luxi.id, "totalInvestment")} <= said(applied.resolution)


def test_a_wrong_claim_goes_and_is_known_by_less_than_all_its_details() -> None:
    for details in ((), (("amount", "200000000"),)):
        key = ClaimKey(BANK, "finances", LUXI, details)
        applied = build(Judgement(Kind.CLAIM_WRONG, key))
        assert applied.problems == ()
        assert (BANK, "finances") not in said(applied.resolution)


def test_a_claim_with_other_details_is_another_claim() -> None:
    key = ClaimKey(BANK, "finances", LUXI, (("amount", "300000000"),))
    applied = build(Judgement(Kind.CLAIM_WRONG, key, line=7))
    assert [(it.judgement.line, it.problem) for it in applied.problems] == [
        (7, "no claim of this build says so")
    ]
    assert (BANK, "finances") in said(applied.resolution)


@pytest.mark.parametrize("where", [{"document": "daily"}, {"document": "daily/a1"}])
def test_a_claim_wrong_in_one_document_rests_on_the_other(where: dict[str, str]) -> None:
    applied = build(Judgement(Kind.CLAIM_WRONG, LENT, **where))
    (loan,) = (s for s in applied.resolution.statements if s.predicate == "finances")
    assert [evidence.article_id for evidence in loan.evidence] == ["evening/a1"]


def test_a_right_claim_is_certain() -> None:
    applied = build(Judgement(Kind.CLAIM_RIGHT, PLAN))
    (plan,) = (s for s in applied.resolution.statements if s.predicate == "builds")
    assert plan.confidence == 1
    assert JUDGED in {evidence.method for evidence in plan.evidence}
    assert plan.qualifier("modality") == "planned"


def test_a_plan_that_is_judged_a_fact_is_none() -> None:
    applied = build(Judgement(Kind.CLAIM_RIGHT, PLAN, "fact"))
    (fact,) = (s for s in applied.resolution.statements if s.predicate == "builds")
    assert fact.qualifier("modality") is None


def test_a_plan_is_not_what_was_judged_when_the_deed_was() -> None:
    deed = ClaimKey(PLAN.subject, PLAN.predicate, PLAN.object)
    assert build(Judgement(Kind.CLAIM_WRONG, deed)).problems


@pytest.mark.parametrize(
    "key",
    [
        ClaimKey(LUXI, "totalInvestment", "6400000000", (("unit", "CNY"),)),
        ClaimKey(LUXI, "startDate", "2021-09"),
    ],
    ids=["amount", "date"],
)
def test_facts_are_known_by_their_values(key: ClaimKey) -> None:
    applied = build(Judgement(Kind.CLAIM_WRONG, key))
    assert (LUXI, key.predicate) not in said(applied.resolution)


def test_rename_gives_a_label_and_keeps_the_id_and_the_old_name() -> None:
    applied = build(Judgement(Kind.RENAME, LUXI, "鲁西集团有限公司"))
    entity = applied.resolution.entity_by_id()[LUXI]
    assert entity.label == "鲁西集团有限公司"
    assert "鲁西集团" in entity.aliases


def test_a_name_that_is_taken_is_not_given() -> None:
    (outcome,) = build(Judgement(Kind.RENAME, LUXI, "鲁西化工")).outcomes
    assert "judge them the same" in outcome.problem


def test_retype_moves_the_claims_that_still_fit_and_tells_of_the_others() -> None:
    applied = build(Judgement(Kind.RETYPE, ROAD, "Project"))
    assert ("project:德上连接线", "locatedIn") in said(applied.resolution)
    assert applied.dropped == ()
    applied = build(Judgement(Kind.RETYPE, LUXI, "Event"))
    assert ("event:鲁西集团", "totalInvestment") in said(applied.resolution)
    assert applied.dropped == (f"{BANK} finances {LUXI}",)
    assert "finances" not in {predicate for _, predicate in said(applied.resolution)}


def test_other_judgements_hold_under_the_old_class_and_the_new() -> None:
    retype = Judgement(Kind.RETYPE, CHEMICALS, "Organization")
    new = EntityId("organization:鲁西化工")
    same = Judgement(Kind.SAME, Pair(new, LUXI))
    wrong = Judgement(Kind.CLAIM_WRONG, ClaimKey(CHEMICALS, "locatedIn", "place:聊城市"))
    for order in permutations((retype, same, wrong)):
        applied = build(*order)
        assert applied.problems == ()
        assert len({"鲁西集团", "鲁西化工"} & labels(applied.resolution)) == 1


def test_a_class_that_the_extraction_found_meanwhile_is_no_problem() -> None:
    assert build(Judgement(Kind.RETYPE, EntityId("zone:德上连接线"), "Place")).problems == ()


@pytest.mark.parametrize(
    "judgement",
    [
        Judgement(Kind.SAME, Pair(LUXI, EntityId("company:没有公司"))),
        Judgement(Kind.RENAME, EntityId("company:没有公司"), "有公司"),
        Judgement(Kind.RETYPE, EntityId("company:没有公司"), "Agency"),
        Judgement(
            Kind.CLAIM_RIGHT, ClaimKey(EntityId("company:没有公司"), "builds", "project:港口")
        ),
    ],
    ids=["pair", "rename", "retype", "claim"],
)
def test_what_is_not_there_is_reported(judgement: Judgement) -> None:
    assert len(build(judgement).problems) == 1


def test_without_judgements_nothing_changes() -> None:
    extractions = corpus()
    resolution = resolve(extractions)
    assert apply_judgements(resolution, extractions, ()).resolution is resolution
    unsure: Sequence[Judgement] = [Judgement(Kind.UNSURE, LENT)]
    assert apply_judgements(resolution, extractions, unsure).resolution == resolution
