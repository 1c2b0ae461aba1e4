"""Claims read off sentences by rule alone: no model takes part, so each row shows one language fact."""

from __future__ import annotations

import numpy as np
import pytest

from kg.annotation import annotate
from kg.extraction import RULES_ALONE, Scorers, extract, extract_with
from kg.extraction.linear import LinearModel
from kg.model import Extraction, MentionKind
from tests.factories import make_article


def rules(text: str, home: str | None = None) -> Extraction:
    return extract_with(annotate(make_article(text)), RULES_ALONE, home=home)


def claims(extraction: Extraction) -> set[tuple[str, str, str]]:
    name = {mention.id: mention.name for mention in extraction.mentions}
    return {
        (name[r.subject], r.predicate, name[r.object])  # type: ignore[index]
        for r in extraction.relations
        if not r.is_fact
    }


@pytest.mark.parametrize(
    ("text", "claim"),
    [
        pytest.param(
            "聊城市司法局出台《法治化营商环境评价办法》。",
            ("聊城市司法局", "issued", "法治化营商环境评价办法"),
            id="active",
        ),
        pytest.param(
            "聊城市司法局近日开会。",
            ("聊城市司法局", "jurisdiction", "聊城市"),
            id="agency serves its region",
        ),
        pytest.param(
            "全市大会在聊城市召开，市司法局发言。",
            ("聊城市司法局", "jurisdiction", "聊城市"),
            id="the 市 of 市司法局",
        ),
        pytest.param(
            "莘县诚义食品有限公司投产。",
            ("莘县诚义食品有限公司", "locatedIn", "莘县"),
            id="place in a name",
        ),
        pytest.param(
            "记者来到聊城市莘县采访。", ("莘县", "locatedIn", "聊城市"), id="chain of places"
        ),
        pytest.param(
            "华莱士集团与莘县签约。", ("华莱士集团", "cooperatesWith", "莘县"), id="mutual"
        ),
        pytest.param(
            "聊城富锋汽车部件有限公司总经理张延飞介绍情况。",
            ("张延飞", "holdsPosition", "聊城富锋汽车部件有限公司"),
            id="title before a person",
        ),
        pytest.param(
            "江阴市长王锡南出席。", ("王锡南", "holdsPosition", "江阴市"), id="head of a region"
        ),
    ],
)
def test_rules_read_claims_off_sentences(text: str, claim: tuple[str, str, str]) -> None:
    assert claim in claims(rules(text))


def test_a_relation_the_model_has_never_seen_is_decided_by_its_cues() -> None:
    shape = (1 << 10, 1)
    never = LinearModel(
        ("hosts",),
        np.zeros(shape, np.float32),
        np.array([-20], np.float32),
        np.array([0.5], np.float32),
    )
    annotated = annotate(make_article("聊城市司法局出台《法治化营商环境评价办法》。"))
    extraction = extract_with(annotated, Scorers(never, None, None))
    assert ("聊城市司法局", "issued", "法治化营商环境评价办法") in claims(extraction)


def test_positions_keep_the_title_as_written() -> None:
    extraction = rules("聊城市财政局党组书记、局长王海磊介绍。")
    [relation] = [r for r in extraction.relations if r.predicate == "holdsPosition"]
    assert relation.qualifier("title") == "党组书记、局长"


def test_the_country_in_a_firms_name_locates_nothing() -> None:
    assert not any(claim[1] == "locatedIn" for claim in claims(rules("中国华能集团公司投资建厂。")))


def test_a_defined_short_name_is_an_alias() -> None:
    extraction = rules("山东钢铁集团有限公司（以下简称“山钢集团”）开工。山钢集团表示，进展顺利。")
    names = {m.text: m.name for m in extraction.mentions if m.type == "Company"}
    assert names["山钢集团"] == "山东钢铁集团有限公司"


@pytest.mark.parametrize(
    ("text", "word", "name"),
    [
        pytest.param("聊城市开会。我市加快发展。", "我市", "聊城市", id="our city"),
        pytest.param("莘县开会。全县上下行动。", "全县", "莘县", id="the whole county"),
        pytest.param("聊城市司法局开会。该局提出要求。", "该局", "聊城市司法局", id="that bureau"),
        pytest.param(
            "聊城富锋汽车部件有限公司获贷款。该公司表示感谢。",
            "该公司",
            "聊城富锋汽车部件有限公司",
            id="that company",
        ),
    ],
)
def test_deictic_words_find_their_antecedent(text: str, word: str, name: str) -> None:
    nominal = {m.text: m.name for m in rules(text).mentions if m.kind is MentionKind.NOMINAL}
    assert nominal[word] == name


def test_two_equally_good_antecedents_yield_none() -> None:
    text = "昨日，聊城富锋汽车部件有限公司与莘县诚义食品有限公司签约。该公司表示满意。"
    assert "该公司" not in {m.text for m in rules(text).mentions}


BODY = (
    "聊城市司法局牵头制定《法治化营商环境评价办法》。莘县诚义食品有限公司投资1.2亿元建设禽肉深加工项目，"
    "由中铁十五局集团有限公司承建。该公司总经理李清利说，项目计划明年投产。邮储银行聊城市分行为其放款200万元。"
)


def test_mentions_and_quotes_are_the_text_at_their_span() -> None:
    extraction = extract(annotate(make_article(BODY, headline="莘县项目开工")), home="聊城市")
    text = extraction.article.text
    assert extraction.mentions
    assert extraction.relations
    assert all(m.text == m.span.of(text) for m in extraction.mentions)
    assert all(r.evidence.quote == r.evidence.span.of(text) for r in extraction.relations)
    ids = {m.id for m in extraction.mentions}
    assert all(r.subject in ids and (r.is_fact or r.object in ids) for r in extraction.relations)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "\n",
        "😀" * 100,
        "a b c",
        "聊城市" * 3000,
        "公司与公司签约，" * 500,
        "１２３亿元" * 200,
        "﻿鉅鑫國際有限公司投資",
    ],
    ids=["empty", "newline", "emoji", "latin", "one word", "pairs", "full width", "traditional"],
)
def test_odd_articles_do_no_harm(text: str) -> None:
    extract(annotate(make_article(text)))
