from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from kg.engines.llm.answers import (
    Answer,
    ProposedEntity,
    ProposedFact,
    ProposedRelation,
)
from kg.engines.llm.grounding import Grounded, ground
from kg.model import Article, PartialDate, Quantity, Relation, Span
from tests.factories import make_article

BODY = """\
3月15日，市工业和信息化局召开座谈会。局长周明远介绍，宏远轴承有限公司计划投资1.2亿元建设“年产20万套轴承项目”，项目占地260余亩，位于冠县经济开发区。
去年，宏远轴承实现营业收入8600万元，同比下降5.2%。该公司还与聊城大学合作，尚未签约。"""
ARTICLE = make_article(BODY, headline="聊城：轴承产业提质", published=date(2023, 3, 16))

ENTITIES = (
    ProposedEntity("聊城市", "Place", ("聊城",)),
    ProposedEntity("市工业和信息化局", "Agency", ()),
    ProposedEntity("周明远", "Person", ("局长",)),
    ProposedEntity("宏远轴承有限公司", "Company", ("宏远轴承", "该公司")),
    ProposedEntity("年产20万套轴承项目", "Project", ("项目",)),
    ProposedEntity("冠县经济开发区", "Zone", ()),
    ProposedEntity("聊城大学", "Organization", ()),
)
BUILDS = {
    "subject": "宏远轴承有限公司",
    "relation": "builds",
    "object": "年产20万套轴承项目",
    "quote": "宏远轴承有限公司计划投资1.2亿元建设“年产20万套轴承项目”",
}
REVENUE = {
    "subject": "宏远轴承",
    "attribute": "revenue",
    "value": "8600万元",
    "quote": "宏远轴承实现营业收入8600万元",
}


def grounded(
    *claims: dict[str, str],
    entities: tuple[ProposedEntity, ...] = ENTITIES,
    article: Article = ARTICLE,
) -> Grounded:
    relations = tuple(ProposedRelation(**claim) for claim in claims if "relation" in claim)
    facts = tuple(ProposedFact(**claim) for claim in claims if "attribute" in claim)
    answer = Answer(entities, relations, facts)
    return ground(article, [(Span(0, len(article.text)), answer)], method="llm:toy", home="聊城市")


def only(result: Grounded) -> Relation:
    (relation,) = result.extraction.relations
    assert not result.dropped
    return relation


def names(result: Grounded) -> dict[tuple[str, str], list[str]]:
    found: dict[tuple[str, str], list[str]] = {}
    for mention in result.extraction.mentions:
        found.setdefault((mention.type, mention.name), []).append(mention.text)
    return found


# ----------------------------------------------------------------------------- entities


def test_every_mention_of_a_name_is_marked_and_deictic_words_with_it() -> None:
    found = names(grounded())
    assert found["Company", "宏远轴承有限公司"] == ["宏远轴承有限公司", "宏远轴承", "该公司"]
    assert found["Agency", "聊城市工业和信息化局"] == ["市工业和信息化局"]
    # in the headline, in 市工业和信息化局 and in 聊城大学
    assert found["Place", "聊城市"] == ["聊城", "市", "聊城"]


def test_mentions_stand_in_the_article() -> None:
    for mention in grounded().extraction.mentions:
        assert mention.span.of(ARTICLE.text) == mention.text


@pytest.mark.parametrize(
    "entity",
    [
        pytest.param(ProposedEntity("鲁西集团", "Company", ()), id="invented"),
        pytest.param(ProposedEntity("宏远轴承集团", "Company", ()), id="invented form"),
        pytest.param(ProposedEntity("该公司", "Company", ()), id="no name"),
        pytest.param(ProposedEntity("县", "Place", ()), id="one character"),
    ],
)
def test_entity_that_the_article_does_not_name_is_dropped(entity: ProposedEntity) -> None:
    result = grounded(entities=(entity,))
    assert result.extraction.mentions == ()
    assert result.dropped == {"entity not in the article": 1}


def test_full_name_that_only_the_model_knows_gives_way_to_the_longest_written() -> None:
    entity = ProposedEntity("山东宏远轴承有限公司", "Company", ("宏远轴承", "宏远轴承有限公司"))
    assert set(names(grounded(entities=(entity,)))) == {("Company", "宏远轴承有限公司")}


def test_agency_gets_its_region_from_the_article_not_from_the_model() -> None:
    at_home = ProposedEntity("聊城市工业和信息化局", "Agency", ("市工业和信息化局",))
    abroad = ProposedEntity("菏泽市工业和信息化局", "Agency", ("市工业和信息化局",))
    for entity in (at_home, abroad):
        assert ("Agency", "聊城市工业和信息化局") in names(grounded(entities=(entity,)))


def test_name_inside_another_that_the_model_tells_apart_is_an_entity() -> None:
    article = make_article("鲁岬三建滨州项目部进场施工。")
    entities = (
        ProposedEntity("鲁岬三建滨州项目部", "Company", ()),
        ProposedEntity("鲁岬三建", "Company", ()),
    )
    assert set(names(grounded(entities=entities, article=article))) == {
        ("Company", "鲁岬三建滨州项目部"),
        ("Company", "鲁岬三建"),
    }


def test_words_that_two_entities_share_are_marked_once() -> None:
    article = make_article("莘县税务局签约。")
    entities = (ProposedEntity("莘县", "Place", ()), ProposedEntity("莘县税务", "Place", ("莘县",)))
    mentions = grounded(entities=entities, article=article).extraction.mentions
    assert len({mention.id for mention in mentions}) == len(mentions)


PHASES = "鑫昊板材彩涂线改造项目分两期建设。一期已投产，二期正在施工，一期产值5亿元。"


def test_phase_that_the_text_names_by_its_number_alone_is_an_entity() -> None:
    project = ProposedEntity("鑫昊板材彩涂线改造项目", "Project", ())
    first = ProposedEntity("鑫昊板材彩涂线改造项目一期", "Project", ("一期",))
    article = make_article(PHASES)
    found = names(grounded(entities=(project, first), article=article))
    assert found["Project", "鑫昊板材彩涂线改造项目一期"] == ["一期", "一期"]


def test_name_composed_of_what_stands_in_the_text_is_one() -> None:
    article = make_article("禾棠农装今年投产。当地另有一个技改项目。")
    entity = ProposedEntity("禾棠农装技改项目", "Project", ("技改项目",))
    assert names(grounded(entities=(entity,), article=article)) == {
        ("Project", "禾棠农装技改项目"): ["技改项目"]
    }


@pytest.mark.parametrize(
    "entities",
    [
        pytest.param(
            (ProposedEntity("恒砺彩涂线改造项目一期", "Project", ("一期",)),),
            id="of nothing named",
        ),
        pytest.param(
            (
                ProposedEntity("鑫昊板材彩涂线改造项目", "Project", ()),
                ProposedEntity("莘县物流园一期", "Project", ("一期",)),
            ),
            id="of something else",
        ),
    ],
)
def test_phase_of_what_the_text_does_not_name_is_none(
    entities: tuple[ProposedEntity, ...],
) -> None:
    found = names(grounded(entities=entities, article=make_article(PHASES)))
    assert not [name for _, name in found if name.endswith("一期")]


def test_names_of_one_answer_stay_apart_and_those_of_two_are_joined() -> None:
    article = make_article("昱珩铜箔集团有限公司扩产。昱珩铜箔增资。")
    long = ProposedEntity("昱珩铜箔集团有限公司", "Company", ())
    short = ProposedEntity("昱珩铜箔", "Company", ())
    whole = Span(0, len(article.text))
    together = ground(article, [(whole, Answer((long, short)))], method="llm")
    apart = ground(article, [(whole, Answer((long,))), (whole, Answer((short,)))], method="llm")
    assert len(names(together)) == 2
    assert len(names(apart)) == 1


# ---------------------------------------------------------------------------- relations


def test_claim_with_its_quote_becomes_a_relation_with_evidence() -> None:
    result = grounded(BUILDS)
    relation, mentions = only(result), result.extraction.mention_by_id()
    assert mentions[relation.subject].text == "宏远轴承有限公司"
    evidence = relation.evidence
    assert evidence.span.of(ARTICLE.text) == evidence.quote == BUILDS["quote"]
    assert (evidence.method, evidence.confidence) == ("llm:toy", 0.8)
    assert evidence.sentence is not None
    assert evidence.sentence.contains(evidence.span)


def test_quote_in_other_dress_is_evidence_in_the_words_of_the_article() -> None:
    quote = '宏远轴承有限公司计划投资1.2亿元建设"年产２０万套轴承项目"'
    assert only(grounded(BUILDS | {"quote": quote})).evidence.quote == BUILDS["quote"]


def test_long_quote_is_cut_to_what_shows_the_ends() -> None:
    quote = BODY.split("。")[1]
    evidence = only(grounded(BUILDS | {"quote": quote})).evidence
    assert "宏远轴承有限公司" in evidence.quote
    assert "年产20万套轴承项目" in evidence.quote
    assert len(evidence.quote) <= 40


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        pytest.param(
            {"quote": "宏远轴承有限公司建成了该项目"}, "quote not in the article", id="invented"
        ),
        pytest.param(
            {"quote": "宏远轴承有限公司计划……轴承项目"}, "quote not in the article", id="spliced"
        ),
        pytest.param({"quote": "召开座谈会"}, "quote names neither end", id="beside the point"),
        pytest.param({"object": "鲁西集团"}, "end is no entity of the article", id="invented end"),
        pytest.param({"object": "周明远"}, "outside domain or range", id="wrong range"),
        pytest.param({"subject": "周明远"}, "outside domain or range", id="wrong domain"),
        pytest.param({"object": "宏远轴承"}, "outside domain or range", id="to itself"),
    ],
)
def test_claim_that_does_not_stand_in_the_article_is_dropped(
    change: dict[str, str], reason: str
) -> None:
    result = grounded(BUILDS | change)
    assert result.extraction.relations == ()
    assert result.dropped == {reason: 1}


def test_name_within_another_name_is_named_in_the_quote() -> None:
    article = make_article(
        "旭硝子公司扩产。玻璃基板项目开工仪式昨日举行。玻璃基板项目总投资5亿元。"
    )
    entities = (
        ProposedEntity("旭硝子公司", "Company", ()),
        ProposedEntity("玻璃基板项目", "Project", ()),
        ProposedEntity("玻璃基板项目开工仪式", "Event", ()),
    )
    claim = {
        "subject": "旭硝子公司",
        "relation": "builds",
        "object": "玻璃基板项目",
        "quote": "玻璃基板项目开工仪式昨日举行",
    }
    assert only(grounded(claim, entities=entities, article=article)).evidence.confidence == 0.6


def test_quoting_the_whole_article_proves_nothing() -> None:
    article = make_article(BODY + "\n" + "轴承产业持续向好。" * 40)
    result = grounded(BUILDS | {"quote": article.text}, article=article)
    assert result.dropped == {"quote too long": 1}


def test_qualifiers_are_read_from_the_words_of_the_sentence() -> None:
    claim = BUILDS | {"relation": "investsIn", "amount": "1.2亿元", "date": "3月15日"}
    relation = only(grounded(claim))
    assert relation.qualifier("amount") == Decimal(120_000_000)
    assert relation.qualifier("currency") == "CNY"
    assert relation.qualifier("date") is None  # it stands in another sentence
    assert relation.qualifier("modality") == "planned"  # 计划


@pytest.mark.parametrize(
    "words", [pytest.param("3亿元", id="invented"), pytest.param("20万套", id="no money")]
)
def test_amount_that_the_sentence_does_not_state_is_left_out(words: str) -> None:
    assert only(grounded(BUILDS | {"amount": words})).qualifier("amount") is None


def test_title_is_kept_as_written() -> None:
    claim = {
        "subject": "周明远",
        "relation": "holdsPosition",
        "object": "市工业和信息化局",
        "quote": "局长周明远介绍",
        "title": "局长",
    }
    relation = only(grounded(claim))
    assert relation.qualifier("title") == "局长"
    assert relation.evidence.confidence == 0.6  # the agency stands in the sentence before


def test_denial_is_read_by_rule_whatever_the_model_says() -> None:
    claim = {
        "subject": "该公司",
        "relation": "cooperatesWith",
        "object": "聊城大学",
        "quote": "该公司还与聊城大学合作，尚未签约",
        "status": "已签约",
    }
    relation = only(grounded(claim))
    assert relation.qualifier("status") != "已签约"


def test_claim_made_twice_is_one() -> None:
    assert len(grounded(BUILDS, BUILDS).extraction.relations) == 1


# -------------------------------------------------------------------------------- facts


def test_value_is_read_by_our_parsers() -> None:
    relation = only(grounded(REVENUE))
    assert isinstance(relation.object, Quantity)
    assert (relation.object.value, relation.object.unit) == (Decimal(86_000_000), "CNY")
    assert relation.qualifier("date") == "2022"  # 去年 of a report of 2023


@pytest.mark.parametrize(
    ("claim", "value"),
    [
        pytest.param(
            {"attribute": "growth", "value": "5.2%", "quote": "同比下降5.2%"},
            Decimal("-5.2"),
            id="fall",
        ),
        pytest.param(
            {"attribute": "growth", "value": "下降5.2%", "quote": "同比下降5.2%"},
            Decimal("-5.2"),
            id="with its word",
        ),
    ],
)
def test_fall_is_negative(claim: dict[str, str], value: Decimal) -> None:
    relation = only(grounded({"subject": "宏远轴承"} | claim))
    assert isinstance(relation.object, Quantity)
    assert relation.object.value == value


def test_bound_and_number_in_a_name_are_read() -> None:
    area, capacity = grounded(
        {
            "subject": "年产20万套轴承项目",
            "attribute": "area",
            "value": "260余亩",
            "quote": "项目占地260余亩",
        },
        {
            "subject": "年产20万套轴承项目",
            "attribute": "capacity",
            "value": "20万套",
            "quote": "年产20万套轴承项目",
        },
    ).extraction.relations[::-1]
    values: Any = area.object, capacity.object
    assert [value.value for value in values] == [260, 200_000]
    assert values[0].bound == "lower"


def test_date_gets_the_year_of_the_report() -> None:
    article = make_article("宏远轴承有限公司的新厂今年6月投产。", published=date(2023, 3, 16))
    relation = only(
        grounded(
            {
                "subject": "宏远轴承有限公司",
                "attribute": "completionDate",
                "value": "今年6月",
                "quote": "新厂今年6月投产",
            },
            entities=(ENTITIES[3],),
            article=article,
        )
    )
    assert isinstance(relation.object, PartialDate)
    assert relation.object.iso == "2023-06"


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        pytest.param({"value": "9600万元"}, "value not in the quote", id="another number"),
        pytest.param({"value": "86000000"}, "value not in the quote", id="worked out"),
        pytest.param({"value": "营业收入"}, "value cannot be read", id="no number"),
        pytest.param(
            {"value": "8600万元，同比下降5.2%", "quote": "8600万元，同比下降5.2%"},
            "value cannot be read",
            id="two numbers",
        ),
        pytest.param({"attribute": "startDate"}, "value cannot be read", id="no date"),
        pytest.param({"attribute": "area"}, "value cannot be read", id="money for an area"),
        pytest.param(
            {"quote": "营业收入9600万元"}, "quote not in the article", id="invented quote"
        ),
        pytest.param(
            {"subject": "鲁西集团"}, "end is no entity of the article", id="invented subject"
        ),
    ],
)
def test_fact_that_does_not_stand_in_the_article_is_dropped(
    change: dict[str, str], reason: str
) -> None:
    result = grounded(REVENUE | change)
    assert result.extraction.relations == ()
    assert result.dropped == {reason: 1}


def test_quote_is_looked_for_in_the_piece_that_was_asked_about() -> None:
    article = make_article("宏远轴承有限公司投产。\n宏远轴承有限公司投产。")
    second = Span(article.text.index("\n") + 1, len(article.text))
    fact = ProposedFact("宏远轴承有限公司", "status", "投产", "宏远轴承有限公司投产")
    result = ground(article, [(second, Answer((ENTITIES[3],), (), (fact,)))], method="llm")
    (relation,) = result.extraction.relations
    assert second.contains(relation.evidence.span)


def test_nothing_said_is_nothing_found() -> None:
    for article in (ARTICLE, make_article("")):
        result = ground(article, [], method="llm")
        assert (result.extraction.mentions, result.extraction.relations) == ((), ())


def test_generic_alias_does_not_mark_every_such_word() -> None:
    article = make_article("宏远轴承有限公司的轴承生产线投产。当地另有九条生产线。")
    entities = (ProposedEntity("轴承生产线", "Project", ("生产线",)),)
    assert names(grounded(entities=entities, article=article)) == {
        ("Project", "轴承生产线"): ["轴承生产线"]
    }
