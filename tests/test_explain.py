"""Claims in words, with the sentence behind each."""

from __future__ import annotations

import pyoxigraph as ox
import pytest

from kg.explain import amount_in_words, explain, to_text
from kg.graph import build_graph, memory_store
from kg.model import Article
from kg.resolution import resolve
from tests.factories import make_article, make_extraction, make_mention, make_relation, make_run
from tests.graph.samples import sample_graph


@pytest.fixture(scope="module")
def store() -> ox.Store:
    return memory_store(sample_graph())


def test_an_entity_is_explained_with_sentence_article_rule_and_confidence(store: ox.Store) -> None:
    text = to_text(explain(store, "鲁西集团"))
    assert "鲁西集团 投资 年产120万吨双酚A项目（金额 50亿元）" in text
    assert "“鲁西集团投资50亿元建设该项目，项目已于2022年12月开工。”" in text
    assert "双酚A项目开工 · 聊城日报 · 2022-12-19 · daily.txt" in text
    assert "规则 other-rule、rule，可信度 0.90" in text


@pytest.mark.parametrize("name", ["市司法局", "聊城市司法局", " agency:聊城市司法局 "])
def test_an_entity_is_known_by_any_name(store: ox.Store, name: str) -> None:
    topic = explain(store, name)
    assert topic.entity is not None
    assert topic.entity.label == "聊城市司法局"
    assert any("王伟 任职 聊城市司法局（职务 局长）" in e.sentence for e in topic.explanations)


def test_a_statement_is_explained_by_its_id(store: ox.Store) -> None:
    statement_id = explain(store, "王伟").explanations[0].statement_id
    for text in (statement_id, f"statement:{statement_id}"):
        (explanation,) = explain(store, text).explanations
        assert explanation.sentence == "王伟 任职 聊城市司法局（职务 局长）"


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("鲁西集团", "参加入驻 莘县化工产业园（计划中）"),
        ("中化集团", "中化集团 合作 鲁西集团（原文否定）"),
        ("年产120万吨双酚A项目", "总投资 超过64亿元"),
        ("年产120万吨双酚A项目", "开始日期 2022-12"),
        ("鲁西集团", "建设 年产120万吨双酚A项目（时间 2022-12）"),
    ],
)
def test_what_qualifies_a_claim_is_said(store: ox.Store, name: str, words: str) -> None:
    assert any(words in explanation.sentence for explanation in explain(store, name).explanations)


def test_claims_not_made_are_marked(store: ox.Store) -> None:
    explanations = explain(store, "中化集团").explanations
    assert [explanation.asserted for explanation in explanations] == [False]


def test_part_of_a_name_offers_candidates(store: ox.Store) -> None:
    topic = explain(store, "司法局")
    assert not topic
    assert [node.id for node in topic.candidates] == ["agency:聊城市司法局"]
    assert "agency:聊城市司法局" in to_text(topic)


def test_nothing_known_explains_nothing(store: ox.Store) -> None:
    topic = explain(store, "火星殖民公司")
    assert not topic
    assert not topic.candidates


def deal(id: str) -> tuple[Article, str]:
    return make_article("鲁西集团与莱茵科斯特公司合作。", headline=f"合作{id}", id=f"{id}/a1"), id


def test_a_reprint_is_one_voice_with_two_articles() -> None:
    extractions = []
    for article, _ in (deal("daily"), deal("web")):
        left, right = (make_mention(article, n, "Company") for n in ("鲁西集团", "莱茵科斯特公司"))
        claim = make_relation(article, "cooperatesWith", left, right)
        extractions.append(make_extraction(article, [left, right], [claim]))
    store = memory_store(build_graph(resolve(extractions), extractions, [], make_run()))
    (explanation,) = explain(store, "鲁西集团").explanations
    (source,) = explanation.sources
    assert [article.headline for article in source.articles] == ["合作daily", "合作web"]


def test_one_name_of_two_entities_offers_both() -> None:
    article = make_article("聊城高新区位于聊城市。聊城高新区发布通知。")
    mentions = [
        make_mention(article, "聊城高新区", "Zone"),
        make_mention(article, "聊城高新区", "Agency", nth=1),
    ]
    extraction = make_extraction(article, mentions)
    store = memory_store(build_graph(resolve([extraction]), [extraction], [], make_run()))
    found = explain(store, "聊城高新区").candidates
    assert [node.id for node in found] == ["agency:聊城高新区", "zone:聊城高新区"]


def test_control_characters_do_not_reach_the_terminal() -> None:
    article = make_article("鲁西\x1b[31m集团。")
    extraction = make_extraction(article, [make_mention(article, "鲁西\x1b[31m集团", "Company")])
    store = memory_store(build_graph(resolve([extraction]), [extraction], [], make_run()))
    assert "\x1b" not in to_text(explain(store, "company:鲁西[31m集团"))


@pytest.mark.parametrize(
    ("number", "unit", "words"),
    [
        ("6400000000", "CNY", "64亿元"),
        ("52820000000", "CNY", "528.2亿元"),
        ("170000", "户", "17万户"),
        ("12345", "户", "12345户"),
        ("-3.5", "%", "-3.5%"),
        ("0", "", "0"),
        ("many", "户", "many户"),
    ],
)
def test_amounts_read_as_papers_write_them(number: str, unit: str, words: str) -> None:
    assert amount_in_words(number, unit) == words
