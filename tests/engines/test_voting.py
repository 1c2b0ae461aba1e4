"""What several engines say, put to a vote."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal

import pytest

from kg.engines import load_engine
from kg.engines.ballots import ALONE, CONTRADICTED
from kg.engines.builtin import BuiltinEngine
from kg.engines.compliance import CHECKS, Check
from kg.engines.voting import VotingEngine, vote
from kg.errors import InternalError, SettingsError
from kg.methods import contradictions, said_by
from kg.model import Article, Extraction, Mention, Quantity, Relation
from tests.factories import make_article, make_extraction, make_mention, make_relation

TEXT = "鲁西集团投资建设双酚A项目，总投资64亿元。"
ARTICLE = make_article(TEXT)
YUAN = Quantity(Decimal(6_400_000_000), "CNY", "64亿元")
LESS = Quantity(Decimal(6_400_000), "CNY", "64亿元")


def mention(
    text: str, type_: str, *, score: float = 0.8, method: str = "tagger", name: str | None = None
) -> Mention:
    return replace(make_mention(ARTICLE, text, type_, name=name), score=score, method=method)


def saying(mentions: Sequence[Mention], *relations: Relation) -> Extraction:
    sentence = make_extraction(ARTICLE).sentences[0]
    found = (replace(r, evidence=replace(r.evidence, sentence=sentence)) for r in relations)
    return make_extraction(ARTICLE, mentions, found)


def builds(firm: Mention, project: Mention, *, method: str, confidence: float = 0.6) -> Relation:
    return make_relation(
        ARTICLE, "builds", firm, project, quote=TEXT[:13], method=method, confidence=confidence
    )


FIRM, PROJECT = mention("鲁西集团", "Company"), mention("双酚A项目", "Project")


def only(relations: Sequence[Relation]) -> Relation:
    (relation,) = relations
    return relation


# ------------------------------------------------------------------------------------ confidence


@pytest.mark.parametrize(
    ("methods", "expected"),
    [
        pytest.param(("builds 建设", "llm"), 1 - 0.4 * 0.4, id="two ways of seeing it"),
        pytest.param(("builds 建设", "builds 建设"), 0.6, id="one rule, asked twice"),
        pytest.param(("tagger+ending 局", "tagger"), 0.6, id="a voice in common"),
        pytest.param(("a+b", "c", "b+c"), 0.6, id="each with the third"),
    ],
)
def test_witnesses_are_ways_of_finding_not_engines(methods: Sequence[str], expected: float) -> None:
    said = {
        f"engine{index}": saying([FIRM, PROJECT], builds(FIRM, PROJECT, method=method))
        for index, method in enumerate(methods)
    }
    relation = only(vote(said).relations)
    assert relation.evidence.confidence == pytest.approx(expected)
    assert said_by(relation.evidence.method) == tuple(said)


def test_engine_alone_is_believed_less() -> None:
    said = {
        "builtin": saying([FIRM, PROJECT]),
        "llm:qwen": saying([FIRM, PROJECT], builds(FIRM, PROJECT, method="llm")),
    }
    evidence = only(vote(said).relations).evidence
    assert evidence.confidence == pytest.approx(0.6 * ALONE)
    assert evidence.method == "llm:qwen/llm"


def test_one_engine_keeps_its_confidence() -> None:
    said = {"builtin": saying([FIRM, PROJECT], builds(FIRM, PROJECT, method="builds 建设"))}
    assert only(vote(said).relations).evidence.confidence == pytest.approx(0.6)


# -------------------------------------------------------------------------------------- entities


def test_mentions_of_one_place_become_one() -> None:
    longer = mention("鲁西集团", "Company", method="llm", name="鲁西集团有限公司")
    joined = vote({"builtin": saying([FIRM, PROJECT]), "llm": saying([longer])})
    firm, project = joined.mentions
    assert (firm.name, firm.method) == ("鲁西集团", "builtin/tagger+llm/llm")
    assert firm.score == pytest.approx(1 - 0.2 * 0.2)
    assert project.score == pytest.approx(0.8 * ALONE)


def test_names_that_end_together_are_one_and_keep_one_span() -> None:
    article = make_article("山东聊城富锋公司投产。")
    long, short = (
        make_mention(article, text, "Company") for text in ("山东聊城富锋公司", "富锋公司")
    )
    joined = vote(
        {
            "a": make_extraction(article, [replace(long, score=0.9, method="x")]),
            "b": make_extraction(article, [replace(short, score=0.6, method="y")]),
        }
    )
    (only_one,) = joined.mentions
    assert only_one.text == "山东聊城富锋公司"


def test_part_inside_a_name_stays_itself() -> None:
    article = make_article("聊城市司法局很好。")
    agency, place = (
        make_mention(article, "聊城市司法局", "Agency"),
        make_mention(article, "聊城市", "Place"),
    )
    joined = vote(
        {"a": make_extraction(article, [agency, place]), "b": make_extraction(article, [agency])}
    )
    assert [m.type for m in joined.mentions] == ["Agency", "Place"]


def test_crossing_mentions_cannot_both_stand() -> None:
    article = make_article("聊城市司法局长王伟到会。")
    agency, other = (
        make_mention(article, "聊城市司法局", "Agency"),
        make_mention(article, "局长王伟", "Person"),
    )
    joined = vote(
        {
            "a": make_extraction(article, [replace(agency, score=0.9)]),
            "b": make_extraction(article, [replace(other, score=0.5)]),
        }
    )
    assert [m.text for m in joined.mentions] == ["聊城市司法局"]


# --------------------------------------------------------------------------------- disagreement


def test_other_type_is_recorded_and_lowers_what_rests_on_it() -> None:
    agency = mention("鲁西集团", "Agency", score=0.5, method="llm")
    said = {
        "builtin": saying([FIRM, PROJECT], builds(FIRM, PROJECT, method="builds 建设")),
        "llm": saying([agency, PROJECT]),
    }
    joined = vote(said)
    firm = joined.mentions[0]
    assert firm.type == "Company"
    assert contradictions(firm.method) == ("llm: Agency",)
    evidence = only(joined.relations).evidence
    assert contradictions(evidence.method) == ("llm: 鲁西集团 is Agency",)
    assert evidence.confidence == pytest.approx(0.6 * ALONE * CONTRADICTED)


def test_same_words_taken_for_another_entity_are_recorded() -> None:
    """One engine takes 鲁西集团 for short for a firm that another tells apart from it."""
    article = make_article("鲁西集团的聊城鲁西聚碳酸酯有限公司建设双酚A项目。")
    long = "聊城鲁西聚碳酸酯有限公司"
    short, firm = (
        make_mention(article, "鲁西集团", "Company"),
        make_mention(article, long, "Company"),
    )
    project = make_mention(article, "双酚A项目", "Project")
    claim = make_relation(article, "builds", short, project, method="llm", confidence=0.6)
    joined = vote(
        {
            "builtin": make_extraction(article, [replace(short, name=long), firm, project]),
            "llm": make_extraction(article, [replace(short, score=0.6), firm, project], [claim]),
        }
    )
    assert contradictions(joined.mentions[0].method) == ("llm: 鲁西集团",)
    evidence = only(joined.relations).evidence
    assert contradictions(evidence.method) == ("llm: 鲁西集团 is 鲁西集团",)
    assert evidence.confidence == pytest.approx(0.6 * ALONE * CONTRADICTED)


def test_claim_whose_end_lost_its_type_is_dropped() -> None:
    """A 项目 cannot invest: what rested on the type that was voted down goes with it."""
    wrong = mention("双酚A项目", "Company", score=0.3, method="llm")
    claim = make_relation(ARTICLE, "investsIn", wrong, FIRM, quote=TEXT[:13], method="llm")
    joined = vote({"builtin": saying([FIRM, PROJECT]), "llm": saying([FIRM, wrong], claim)})
    assert joined.relations == ()


def test_other_value_is_recorded() -> None:
    def cost(value: Quantity, method: str) -> Relation:
        return make_relation(
            ARTICLE,
            "totalInvestment",
            PROJECT,
            value,
            quote="总投资64亿元",
            method=method,
            confidence=0.8,
        )

    joined = vote(
        {
            "builtin": saying([FIRM, PROJECT], cost(YUAN, "fact")),
            "llm": saying([FIRM, PROJECT], cost(LESS, "llm")),
        }
    )
    by_value = {
        r.object.value: r.evidence for r in joined.relations if isinstance(r.object, Quantity)
    }
    assert contradictions(by_value[YUAN.value].method) == ("llm: 6400000 CNY",)
    assert contradictions(by_value[LESS.value].method) == ("builtin: 6400000000 CNY",)
    assert by_value[YUAN.value].confidence == pytest.approx(0.8 * ALONE * CONTRADICTED)


def test_two_values_that_both_read_contradict_nobody() -> None:
    def cost(value: Quantity, method: str) -> Relation:
        return make_relation(
            ARTICLE, "totalInvestment", PROJECT, value, quote="总投资64亿元", method=method
        )

    both = {
        label: saying([PROJECT], cost(YUAN, label), cost(LESS, label))
        for label in ("builtin", "llm")
    }
    joined = vote(both)
    assert len(joined.relations) == 2
    assert not any(contradictions(r.evidence.method) for r in joined.relations)


def test_symmetric_relation_said_both_ways_is_one() -> None:
    article = make_article("鲁西集团与信发集团签约。")
    one, other = (make_mention(article, text, "Company") for text in ("鲁西集团", "信发集团"))
    joined = vote(
        {
            "a": make_extraction(
                article, [one, other], [make_relation(article, "cooperatesWith", one, other)]
            ),
            "b": make_extraction(
                article, [one, other], [make_relation(article, "cooperatesWith", other, one)]
            ),
        }
    )
    assert len(joined.relations) == 1


def test_engines_that_answer_about_other_articles_are_a_bug() -> None:
    other = make_extraction(make_article("别的。"))
    with pytest.raises(InternalError, match="other articles"):
        vote({"a": saying([]), "b": other})


# ------------------------------------------------------------------------------------- the engine


class HalfBlind:
    """Says the half of what the builtin engine says, and mistakes firms for agencies now and then."""

    identity = "half blind 1"

    def extract_all(
        self, articles: Sequence[Article], *, home: str | None = None
    ) -> Iterator[Extraction]:
        for extraction in BuiltinEngine().extract_all(articles, home=home):
            mentions = tuple(m for m in extraction.mentions if len(m.name) % 3)
            ids = {m.id for m in mentions}
            kept = tuple(
                r
                for r in extraction.relations
                if r.subject in ids and (r.is_fact or r.object in ids)
            )
            yield replace(extraction, mentions=mentions, relations=kept)


@pytest.fixture(scope="module")
def engine() -> VotingEngine:
    return VotingEngine({"builtin": BuiltinEngine(), "half": HalfBlind()})


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_vote_keeps_what_engines_keep(check: Check, engine: VotingEngine) -> None:
    check(engine)


def test_engine_cannot_vote_twice() -> None:
    with pytest.raises(SettingsError, match="cannot vote twice"):
        load_engine("builtin+builtin")


class Counting(HalfBlind):
    """Has something to tell of what it cost."""

    def __init__(self, number: int) -> None:
        self.number = number

    def take_counts(self) -> Mapping[str, int]:
        return {"tokens": self.number}

    def report(self, counts: Mapping[str, int]) -> Sequence[str]:
        return [f"{counts['tokens']} tokens"]


def test_engines_that_count_report_each_for_itself() -> None:
    engine = VotingEngine({"builtin": BuiltinEngine(), "a": Counting(3), "b": Counting(4)})
    doubled = {name: 2 * number for name, number in engine.take_counts().items()}
    assert list(engine.report(doubled)) == ["6 tokens", "8 tokens"]
