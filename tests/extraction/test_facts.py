"""Facts: numbers, dates and states with the right subject. No model unless a test says so."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import pytest

from kg.annotation.sentences import split_sentences
from kg.extraction.clauses import sentence_views
from kg.extraction.fact_scorer import Subjects, choose_subjects, load_fact_model, value_scenes
from kg.extraction.fact_states import find_states
from kg.extraction.fact_subjects import respective_subjects
from kg.extraction.fact_values import find_values
from kg.extraction.facts import find_facts, find_facts_with
from kg.model import AnnotatedArticle, Mention, MentionKind, PartialDate, Quantity, Relation
from tests.factories import make_article, make_mention

REPORT = date(2022, 12, 19)
Named = Sequence[tuple[str, str]]


def annotate(body: str, named: Named) -> tuple[AnnotatedArticle, list[Mention]]:
    article = make_article(body, published=REPORT)
    annotated = AnnotatedArticle(article, split_sentences(article), "test")
    mentions = []
    for text, type_ in named:
        for nth in range(body.count(text)):
            mentions.append(make_mention(article, text, type_, nth=nth))
    return annotated, sorted(mentions, key=lambda m: (m.span.begin, -m.span.end))


def said(relation: Relation, mentions: Sequence[Mention]) -> tuple[str, str, str, str]:
    """Return subject, attribute, value and unit of a fact."""
    subject = next(m.name for m in mentions if m.id == relation.subject)
    value = relation.object
    if isinstance(value, Quantity):
        return subject, relation.predicate, str(value.value), value.unit
    return subject, relation.predicate, value.iso if isinstance(value, PartialDate) else value, ""


def facts(body: str, named: Named) -> set[tuple[str, str, str, str]]:
    annotated, mentions = annotate(body, named)
    return {said(r, mentions) for r in find_facts_with(annotated, mentions, None)}


PROJECT = "双酚A项目"


@pytest.mark.parametrize(
    ("body", "named", "expected"),
    [
        pytest.param(
            "双酚A项目位于高新区，总投资64亿元，占地260亩。",
            [(PROJECT, "Project"), ("高新区", "Zone")],
            {
                (PROJECT, "totalInvestment", "6400000000", "CNY"),
                (PROJECT, "area", "260", "亩"),
            },
            id="subject carried across commas, the project before the zone",
        ),
        pytest.param(
            "鲁西集团加紧建设年产120万吨双酚A项目。",
            [("鲁西集团", "Company"), ("年产120万吨双酚A项目", "Project")],
            {("年产120万吨双酚A项目", "capacity", "1200000", "吨")},
            id="number inside a name",
        ),
        pytest.param(
            "在莘县，总投资3.2亿元的面食产业园引进两家企业。",
            [("莘县", "Place"), ("面食产业园", "Zone")],
            {
                ("面食产业园", "totalInvestment", "320000000", "CNY"),
                ("面食产业园", "count", "2", "家"),
            },
            id="a value that modifies the name behind it",
        ),
        pytest.param(
            "莘县规模以上工业增加值同比增长11.6%，能耗下降4.6%。",
            [("莘县", "Place")],
            {("莘县", "growth", "11.6", "%"), ("莘县", "growth", "-4.6", "%")},
            id="a fall is negative",
        ),
        pytest.param(
            "莘县本地配套率降至12%。",
            [("莘县", "Place")],
            {("莘县", "other", "12", "%")},
            id="a level reached is no change",
        ),
        pytest.param(
            "漂浮电站计划今年底投产。",
            [("漂浮电站", "Project")],
            {("漂浮电站", "completionDate", "2022-12", "")},
            id="date of completion",
        ),
        pytest.param(
            "智慧平台于2021年4月正式上线。",
            [("智慧平台", "Platform")],
            {("智慧平台", "launchDate", "2021-04", "")},
            id="date of launch",
        ),
        pytest.param(
            "新材料项目已完成立项备案手续。",
            [("新材料项目", "Project")],
            {("新材料项目", "status", "已完成立项备案手续", "")},
            id="state behind the name",
        ),
        pytest.param(
            "12月19日，记者从莘县获悉这一消息。",
            [("莘县", "Place")],
            set(),
            id="when somebody spoke is no fact",
        ),
    ],
)
def test_value_finds_attribute_and_subject(
    body: str, named: Named, expected: set[tuple[str, str, str, str]]
) -> None:
    assert facts(body, named) == expected


def test_topic_is_carried_into_the_next_sentence() -> None:
    found = facts("鲁北电站开工建设。占地120亩。", [("鲁北电站", "Project")])
    assert ("鲁北电站", "area", "120", "亩") in found


def test_topic_is_not_carried_into_the_next_paragraph() -> None:
    found = facts(
        "鲁北电站开工建设。\n占地120亩的是华能公司。",
        [("鲁北电站", "Project"), ("华能公司", "Company")],
    )
    assert ("鲁北电站", "area", "120", "亩") not in found


def test_region_word_takes_the_figures_of_the_region() -> None:
    annotated, mentions = annotate("全县新签约项目48个。", [])
    whole = make_mention(
        annotated.article, "全县", "Place", name="嘉祥县", kind=MentionKind.NOMINAL
    )
    (fact,) = find_facts_with(annotated, [*mentions, whole], None)
    assert said(fact, [whole]) == ("嘉祥县", "count", "48", "个")


def test_same_fact_twice_is_one() -> None:
    body = "鲁北电站总投资6亿元。鲁北电站总投资达6亿元。"
    annotated, mentions = annotate(body, [("鲁北电站", "Project")])
    assert len(find_facts_with(annotated, mentions, None)) == 1


def test_plan_and_denial_are_kept() -> None:
    body = "鲁北电站计划投资6亿元。莘县没有增加3个项目。"
    annotated, mentions = annotate(body, [("鲁北电站", "Project"), ("莘县", "Place")])
    planned, denied = find_facts_with(annotated, mentions, None)
    assert planned.qualifier("modality") == "planned"
    assert denied.qualifier("negated") is True


def test_number_keeps_the_date_it_holds_for() -> None:
    annotated, mentions = annotate("2021年，莘县实现产值6亿元。", [("莘县", "Place")])
    (fact,) = find_facts_with(annotated, mentions, None)
    assert fact.qualifier("date") == "2021"


def test_evidence_is_the_text_at_its_span_and_short() -> None:
    body = "鲁北电站由省能源集团与市城投公司按照七比三的比例共同出资并委托设计院设计，总投资6亿元，占地120亩。"
    annotated, mentions = annotate(body, [("鲁北电站", "Project"), ("省能源集团", "Company")])
    for fact in find_facts_with(annotated, mentions, None):
        evidence = fact.evidence
        assert evidence.quote == evidence.span.of(annotated.article.text)
        assert isinstance(fact.object, Quantity)
        assert fact.object.text in evidence.quote
        assert len(evidence.quote) <= 40
        assert evidence.sentence is not None
        assert evidence.sentence.contains(evidence.span)


@pytest.mark.parametrize(
    ("body", "named", "state"),
    [
        (
            "高性能新材料项目已完成立项备案手续。",
            [("高性能新材料项目", "Project")],
            "已完成立项备案手续",
        ),
        ("禽肉项目目前正在试生产。", [("禽肉项目", "Project")], "正在试生产"),
        ("隧道尚未开工，手续仍在报批。", [("隧道", "Project")], "尚未开工"),
        ("与在建的梧州高速相接。", [("梧州高速", "Project")], "在建"),
        ("加快推进聊邯长高铁。", [("聊邯长高铁", "Project")], "加快推进"),
        ("因征迁受阻，工程被责令停工。", [("工程", "Project")], "被责令停工"),
    ],
)
def test_predicate_that_tells_a_stage_is_found(body: str, named: Named, state: str) -> None:
    annotated, mentions = annotate(body, named)
    (view,) = sentence_views(annotated, mentions)
    assert state in [found.span.of(body) for found in find_states(view)]


def test_predicate_without_a_stage_is_none() -> None:
    annotated, mentions = annotate("莘县是农业大县。", [("莘县", "Place")])
    (view,) = sentence_views(annotated, mentions)
    assert find_states(view) == ()


def test_attribute_is_told_by_the_nearest_word_for_that_unit() -> None:
    body = "项目占地100亩，总投资5亿元，年产轴承3万套，同比增长8%，注册用户9万户。"
    annotated, mentions = annotate(body, [])
    (view,) = sentence_views(annotated, mentions)
    numbers = [v for v in find_values(view, REPORT) if v.kind == "number"]
    assert [v.attribute for v in numbers] == [
        "area",
        "totalInvestment",
        "capacity",
        "growth",
        "registeredUsers",
    ]


def test_article_without_mentions_has_no_facts() -> None:
    annotated, mentions = annotate("总投资64亿元，占地260亩。", [])
    assert find_facts(annotated, mentions) == ()


def test_subject_taken_is_told_to_the_values_behind_it_in_the_paragraph() -> None:
    body = "鲁北电站占地120亩，总投资6亿元。\n当地有企业86家。"
    annotated, mentions = annotate(body, [("鲁北电站", "Project")])
    scenes = list(value_scenes(list(sentence_views(annotated, mentions)), annotated.article))
    numbers = [scene for scene in scenes if scene.value.kind == "number"]
    subjects, before = Subjects(), []
    for scene in numbers:
        before.append(subjects.before(scene))
        subjects.take(scene, ("Project", "鲁北电站"))
    assert before == [(None, -1), (("Project", "鲁北电站"), 1), (None, -1)]


def test_value_that_is_no_fact_is_given_no_candidates() -> None:
    annotated, mentions = annotate("鲁北电站占地120亩。", [("鲁北电站", "Project")])
    views = list(sentence_views(annotated, mentions))
    assert not list(value_scenes(views, annotated.article, lambda clues: False))


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        pytest.param("全县产值812亿元，同比下降3.6%。", "-3.6", id="a fall by"),
        pytest.param("全县产值812亿元，同比增长3.6%。", "3.6", id="a growth by"),
        pytest.param("不良率下降至3.6%。", "3.6", id="a level reached"),
    ],
)
def test_size_of_a_fall_is_negative(body: str, expected: str) -> None:
    (view,) = sentence_views(*annotate(body, []))
    ratios = [v.value for v in find_values(view, REPORT) if v.dimension == "ratio"]
    assert [str(v.value) for v in ratios if isinstance(v, Quantity)] == [expected]


def test_rows_of_numbers_go_with_the_list_before_respectively() -> None:
    body = "高唐县、冠县分别完成投资12亿元和8亿元，增长5%、6%，新签项目9个。"
    (view,) = sentence_views(*annotate(body, [("高唐县", "Place"), ("冠县", "Place")]))
    values = find_values(view, REPORT)
    subjects = respective_subjects(view, values)
    assert [subjects[v.span][1] for v in values if v.span in subjects] == [
        "高唐县",
        "冠县",
        "高唐县",
        "冠县",
    ]


def test_number_counts_what_a_name_was_taken_for() -> None:
    (view,) = sentence_views(*annotate("平台接入31家银行。", [("31家银行", "Company")]))
    assert [v.span.of(view.text) for v in find_values(view, REPORT)] == ["31家"]


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        pytest.param("双酚A项目占地260亩", set(), id="a name is no bare kind"),
        pytest.param("项目占地260亩", {"Project"}, id="a project by its kind"),
        pytest.param("全县完成投资9亿元", {"县"}, id="a region by its level"),
    ],
)
def test_kinds_spoken_of_alone_are_noticed(body: str, expected: set[str]) -> None:
    annotated, mentions = annotate(f"莘县报道。{body}。", [(PROJECT, "Project"), ("莘县", "Place")])
    scenes = list(value_scenes(list(sentence_views(annotated, mentions)), annotated.article))
    assert scenes[-1].called == expected


def test_model_is_sure_of_plain_sentences() -> None:
    model = load_fact_model()
    if model is None:
        pytest.skip("no trained scorer")
    body = "莘县重点项目进展顺利。\n双酚A项目位于莘县，总投资64亿元，占地260亩。"
    annotated, mentions = annotate(body, [(PROJECT, "Project"), ("莘县", "Place")])
    views = list(sentence_views(annotated, mentions))
    chosen = {
        (c.subject.entity[1], c.value.attribute)
        for c in choose_subjects(views, annotated.article, model)
    }
    assert {(PROJECT, "totalInvestment"), (PROJECT, "area")} <= chosen


@pytest.mark.parametrize(
    "unit",
    [
        "总投资6亿元，",
        "鲁北电站，",
        "1月1日开工，",
        "已完成",
        "鲁北电站总投资6亿元；",
        "鲁北电站、鲁北电站分别1亿元，",
    ],
)
def test_long_hostile_text_is_read(unit: str) -> None:
    """With a quadratic step this would take minutes and hang the suite; benchmarks time it."""
    body = unit * (10_000 // len(unit))
    annotated, mentions = annotate(body, [("鲁北电站", "Project")])
    text = annotated.article.text
    assert all(f.evidence.span.of(text) for f in find_facts(annotated, mentions))
