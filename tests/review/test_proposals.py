"""Questions on a built graph: what is asked, in which order, and what is not asked twice."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from decimal import Decimal

import pyoxigraph as ox
import pytest

from kg.errors import InputError
from kg.graph import build_graph, memory_store
from kg.model import Decision, EntityId, Extraction, Quantity, Verdict
from kg.resolution import resolve
from kg.review import Judgement, Question, judge
from kg.review.judgements import ClaimKey, Kind, Pair
from kg.review.proposals import propose_from_store
from tests.factories import (
    make_article,
    make_document,
    make_extraction,
    make_mention,
    make_relation,
    make_run,
)


def yuan(text: str, number: str) -> Quantity:
    return Quantity(Decimal(number), "CNY", text)


def articles() -> list[Extraction]:
    """Build two reports on a harbour, which differ on its cost, and a poor claim on a small matter."""
    first = make_article(
        "东阿化工投资建设东阿港项目，总投资64亿元。", headline="东阿港开工", id="daily/a1"
    )
    donge, port = (
        make_mention(first, "东阿化工", "Company"),
        make_mention(first, "东阿港项目", "Project"),
    )
    second = make_article("东阿港项目总投资46亿元，东阿化工尚未建设。李村位于王镇。", id="web/a1")
    port2, donge2 = (
        make_mention(second, "东阿港项目", "Project"),
        make_mention(second, "东阿化工", "Company"),
    )
    village, town = make_mention(second, "李村", "Place"), make_mention(second, "王镇", "Place")
    return [
        make_extraction(
            first,
            [donge, port],
            [
                make_relation(first, "builds", donge, port, confidence=0.9),
                make_relation(first, "totalInvestment", port, yuan("64亿元", "6.4e9")),
            ],
        ),
        make_extraction(
            second,
            [port2, donge2, village, town],
            [
                make_relation(second, "builds", donge2, port2, negated=True),
                make_relation(second, "totalInvestment", port2, yuan("46亿元", "4.6e9")),
                make_relation(second, "locatedIn", village, town, confidence=0.3),
            ],
        ),
    ]


@pytest.fixture(scope="module")
def store() -> ox.Store:
    extractions = articles()
    documents = [make_document(e.article.text, id=e.article.document_id) for e in extractions]
    return memory_store(build_graph(resolve(extractions), extractions, documents, make_run()))


DOUBT = Decision("company:东阿化工", "project:东阿港项目", Verdict.UNSURE, 0.5, "名称相近")
VILLAGES = Decision("place:李村", "place:王镇", Verdict.SAME, 0.85, "同一篇报道中互为别称")
SURE = Decision("place:李村", "company:东阿化工", Verdict.DIFFERENT, 0.95, "类型不同")
GONE = Decision("place:李村", "place:张村", Verdict.UNSURE, 0.5, "名称相近")
DECISIONS = (DOUBT, VILLAGES, SURE, GONE)


def ask(store: ox.Store, judgements: Iterable[Judgement] = (), **options: bool) -> list[Question]:
    return propose_from_store(store, DECISIONS, judgements, **options)


def test_doubtful_names_claims_and_contradictions_are_asked(store: ox.Store) -> None:
    asked = ask(store)
    assert sorted((question.kind, question.reason) for question in asked) == [
        ("claim", "low confidence (0.30)"),
        ("conflict", "said and denied"),
        ("conflict", "several values of one totalInvestment"),
        ("merge", "joined as one: 同一篇报道中互为别称 (0.85)"),
        ("merge", "left as two: 名称相近 (0.50)"),
    ]


def test_what_carries_most_comes_first(store: ox.Store) -> None:
    asked = ask(store)
    assert asked[0].reason == "several values of one totalInvestment"  # 64亿元 hang on it
    assert [question.rank for question in asked] == sorted((q.rank for q in asked), reverse=True)


def test_sides_stand_beside_each_other_with_their_sentences(store: ox.Store) -> None:
    (values,) = (q for q in ask(store) if "totalInvestment" in q.reason)
    assert [side.title for side in values.sides] == [
        "东阿港项目 总投资 64亿元",
        "东阿港项目 总投资 46亿元",
    ] or [side.title for side in values.sides] == [
        "东阿港项目 总投资 46亿元",
        "东阿港项目 总投资 64亿元",
    ]
    (names,) = (q for q in ask(store) if q.reason.startswith("left as two"))
    left, right = names.sides
    assert (left.title, right.title) == ("公司 东阿化工", "项目 东阿港项目")
    assert left.passages[0].text == "东阿化工投资建设东阿港项目，总投资64亿元。"
    assert left.passages[0].document == "daily.txt"


def answered(question: Question, answer: str) -> list[Judgement]:
    return list(judge(question, answer, by="王芳", at="2023-05-04"))


def test_an_answer_to_a_question_is_a_judgement_with_who_and_when(store: ox.Store) -> None:
    (poor,) = (q for q in ask(store) if q.kind == "claim")
    (judgement,) = answered(poor, "w")
    key = ClaimKey(EntityId("place:李村"), "locatedIn", "place:王镇")
    assert judgement == Judgement(Kind.CLAIM_WRONG, key, by="王芳", at="2023-05-04")
    with pytest.raises(InputError, match="answer right, wrong, unsure"):
        answered(poor, "perhaps")


def test_one_value_of_two_is_right_and_the_other_wrong(store: ox.Store) -> None:
    (values,) = (q for q in ask(store) if "totalInvestment" in q.reason)
    kinds = [judgement.kind for judgement in answered(values, "only 2")]
    assert kinds == [Kind.CLAIM_WRONG, Kind.CLAIM_RIGHT]


def test_one_thing_of_two_classes_gets_one_of_them(store: ox.Store) -> None:
    (names,) = (q for q in ask(store) if q.reason.startswith("left as two"))
    retype, same = answered(names, "same Project")
    assert (retype.kind, retype.target, retype.value) == (
        Kind.RETYPE,
        "company:东阿化工",
        "Project",
    )
    assert same.target == Pair(EntityId("project:东阿港项目"), EntityId("project:东阿化工"))


def test_nothing_that_was_answered_is_asked_again(store: ox.Store) -> None:
    for question in ask(store):
        for answer in question.answers:
            judgements = answered(question, answer.name)
            again = {each.id for each in ask(store, judgements)}
            assert question.id not in again, (question.text, answer.name)


def test_what_could_not_be_decided_is_asked_again_on_request(store: ox.Store) -> None:
    asked = ask(store)
    judgements = [each for question in asked for each in answered(question, "unsure")]
    assert ask(store, judgements) == []
    assert ask(store, judgements, unsure=True) == asked
    assert ask(store, judgements, judged=True) == asked


def test_ids_of_questions_do_not_depend_on_the_order_of_names(store: ox.Store) -> None:
    turned = Decision(DOUBT.right, DOUBT.left, DOUBT.verdict, DOUBT.score, DOUBT.reason)
    ids = {
        q.id for d in (DOUBT, turned) for q in propose_from_store(store, [d]) if q.kind == "merge"
    }
    assert len(ids) == 1


def test_what_engines_disagree_on_is_asked() -> None:
    article = make_article("东阿化工投资建设东阿港项目。", id="daily/a1")
    firm = make_mention(article, "东阿化工", "Company")
    port = make_mention(article, "东阿港项目", "Project")
    claim = make_relation(article, "builds", firm, port, confidence=0.9)
    method = "builtin/builds-active 建设; against llm:m: 东阿港项目 is Place"
    disputed = replace(claim, evidence=replace(claim.evidence, method=method))
    extractions = [make_extraction(article, [firm, port], [disputed])]
    graph = build_graph(
        resolve(extractions), extractions, [make_document(article.text, id="daily")], make_run()
    )
    (question,) = propose_from_store(memory_store(graph), [])
    assert question.reason == "engines disagree: llm:m: 东阿港项目 is Place"
