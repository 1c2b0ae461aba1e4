"""Which mentions of a corpus are one entity, and what is said of it."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from decimal import Decimal

import pytest

from kg.errors import OntologyError
from kg.model import (
    Bound,
    Decision,
    Extraction,
    MentionKind,
    PartialDate,
    Quantity,
    Verdict,
)
from kg.resolution import resolve
from tests.factories import make_article, make_extraction, make_mention, make_relation
from tests.graph.samples import division_code, sample_extractions, sample_resolution


def official(body: str, *, id: str, name: str = "王伟") -> Extraction:
    """Build an article in which a person holds a post at *body*, or none if it is ""."""
    article = make_article(f"{body}局长{name}说，今年的目标已经完成。", id=id)
    person = make_mention(article, name, "Person")
    if not body:
        return make_extraction(article, [person])
    agency = make_mention(article, body, "Agency")
    post = make_relation(article, "holdsPosition", person, agency, title="局长")
    return make_extraction(article, [agency, person], [post])


def ids(*extractions: Extraction, prefix: str = "person:") -> list[str]:
    entities = resolve(extractions).entities
    return [entity.id for entity in entities if entity.id.startswith(prefix)]


# --------------------------------------------------------------------------------- entities


def test_ids_are_the_type_and_the_name() -> None:
    assert "company:鲁西集团" in sample_resolution().entity_by_id()


def test_each_mention_is_in_exactly_one_entity() -> None:
    mentions = [m.id for extraction in sample_extractions() for m in extraction.mentions]
    held = [m for entity in sample_resolution().entities for m in entity.mentions]
    assert sorted(held) == sorted(mentions)


def test_the_label_keeps_the_quotation_marks_that_the_id_drops() -> None:
    entity = sample_resolution().entity_by_id()["policy:项目提质年活动"]  # type: ignore[index]
    assert entity.label == "“项目提质年”活动"
    assert entity.aliases == ()


def test_deictic_surfaces_are_no_aliases() -> None:
    entity = sample_resolution().entity_by_id()["agency:聊城市司法局"]  # type: ignore[index]
    assert entity.aliases == ("市司法局",)


def test_only_places_get_a_division_code() -> None:
    codes = {e.id: e.division_code for e in sample_resolution().entities if e.division_code}
    assert codes == {"place:聊城市": "371500", "place:莘县": "371522"}
    assert division_code("聊城高新区") is None


def test_a_code_is_asked_for_with_the_places_around() -> None:
    article = make_article("店子镇位于博兴县。")
    town, county = (make_mention(article, name, "Place") for name in ("店子镇", "博兴县"))
    extraction = make_extraction(
        article, [town, county], [make_relation(article, "locatedIn", town, county)]
    )
    asked: dict[str, list[str]] = {}

    def code(name: str, around: Sequence[str]) -> str | None:
        asked[name] = list(around)
        return None

    resolve([extraction], division_code=code)
    assert asked == {"店子镇": ["博兴县"], "博兴县": []}


def test_a_role_in_front_is_no_part_of_a_company_name() -> None:
    name = "山东绫泽纺织科技股份有限公司"
    (entity,) = resolve(
        [groups(f"业主单位{name}开工。", {f"业主单位{name}": f"业主单位{name}"}, id="a/a1")]
    ).entities
    assert (entity.label, entity.aliases) == (name, ())


def test_equal_names_of_different_types_stay_apart_and_are_recorded() -> None:
    one = make_article("聊城高新区很大。", id="a/a1")
    other = make_article("聊城高新区发布通知。", id="b/a1")
    resolution = resolve(
        [
            make_extraction(one, [make_mention(one, "聊城高新区", "Zone")]),
            make_extraction(other, [make_mention(other, "聊城高新区", "Agency")]),
        ]
    )
    assert [entity.id for entity in resolution.entities] == ["agency:聊城高新区", "zone:聊城高新区"]
    assert [decision.verdict for decision in resolution.decisions] == [Verdict.UNSURE]


def test_a_mention_of_nothing_but_quotation_marks_is_left_out() -> None:
    article = make_article("他说“”。")
    assert not resolve(
        [make_extraction(article, [make_mention(article, "“”", "Company")])]
    ).entities


def test_an_unknown_type_is_an_ontology_error() -> None:
    article = make_article("鲁西集团")
    with pytest.raises(OntologyError, match="Dragon"):
        resolve([make_extraction(article, [make_mention(article, "鲁西集团", "Dragon")])])


# -------------------------------------------------------------------------------- namesakes


def test_namesakes_at_bodies_of_different_places_are_told_apart() -> None:
    found = ids(official("聊城市工信局", id="a/a1"), official("扬州市教育局", id="b/a1"))
    assert found == ["person:王伟·扬州市教育局", "person:王伟·聊城市工信局"]


def test_a_person_with_one_body_in_two_articles_is_one() -> None:
    found = ids(official("聊城市工信局", id="a/a1"), official("聊城市工信局", id="b/a1"))
    assert found == ["person:王伟"]


def test_posts_at_two_bodies_of_one_place_may_be_one_career() -> None:
    place = make_article("聊城市发布数据。", id="c/a1")
    city = make_extraction(place, [make_mention(place, "聊城市", "Place")])
    found = ids(official("聊城市工信局", id="a/a1"), official("聊城市发改委", id="b/a1"), city)
    assert found == ["person:王伟"]


def test_a_person_without_a_post_does_not_split_a_name() -> None:
    assert ids(official("聊城市工信局", id="a/a1"), official("", id="b/a1")) == ["person:王伟"]


def test_a_person_without_a_post_is_given_to_neither_of_two_namesakes() -> None:
    found = ids(
        official("聊城市工信局", id="a/a1"),
        official("扬州市教育局", id="b/a1"),
        official("", id="c/a1"),
    )
    assert found == ["person:王伟", "person:王伟·扬州市教育局", "person:王伟·聊城市工信局"]


def test_a_person_without_a_post_belongs_to_the_body_its_article_names() -> None:
    article = make_article("聊城市工信局召开会议，王伟出席。", id="c/a1")
    mentions = [
        make_mention(article, "聊城市工信局", "Agency"),
        make_mention(article, "王伟", "Person"),
    ]
    found = resolve(
        [
            official("聊城市工信局", id="a/a1"),
            official("扬州市教育局", id="b/a1"),
            make_extraction(article, mentions),
        ]
    ).entity_by_id()
    assert len(found["person:王伟·聊城市工信局"].mentions) == 2  # type: ignore[index]


# ---------------------------------------------------------------------------------- aliases


def groups(text: str, names: dict[str, str], *, id: str) -> Extraction:
    """Build an article with companies: surface -> canonical name."""
    article = make_article(text, id=id)
    return make_extraction(
        article,
        [make_mention(article, surface, "Company", name=name) for surface, name in names.items()],
    )


LONG = "鲁西化工集团股份有限公司"


def test_a_short_name_that_one_company_only_uses_is_that_company() -> None:
    resolution = resolve(
        [
            groups(f"{LONG}开工，鲁西化工说。", {LONG: LONG, "鲁西化工": LONG}, id="a/a1"),
            groups("鲁西化工开工。", {"鲁西化工": "鲁西化工"}, id="b/a1"),
        ]
    )
    (entity,) = resolution.entities
    assert (entity.id, entity.aliases) == (f"company:{LONG}", ("鲁西化工",))
    assert [(d.left, d.right, d.verdict) for d in resolution.decisions] == [
        (f"company:{LONG}", "company:鲁西化工", Verdict.SAME)
    ]


def test_a_judgement_keeps_apart_what_the_rules_join() -> None:
    judgement = Decision(f"company:{LONG}", "company:鲁西化工", Verdict.DIFFERENT, 1.0, "reviewed")
    extractions = [
        groups(f"{LONG}开工，鲁西化工说。", {LONG: LONG, "鲁西化工": LONG}, id="a/a1"),
        groups("鲁西化工开工。", {"鲁西化工": "鲁西化工"}, id="b/a1"),
    ]
    assert len(resolve(extractions, judgements=[judgement]).entities) == 2


NORTH, SOUTH = "山东恒砺轴承有限公司", "江苏恒砺轴承制造有限公司"


@pytest.mark.parametrize(
    "extra",
    [
        pytest.param({SOUTH: SOUTH, "恒砺轴承": SOUTH}, id="two use it"),
        pytest.param({SOUTH: SOUTH}, id="another's name contains it"),
    ],
)
def test_a_short_name_that_two_could_bear_joins_nothing(extra: dict[str, str]) -> None:
    resolution = resolve(
        [
            groups(f"{NORTH}（简称恒砺轴承）开工。", {NORTH: NORTH, "恒砺轴承": NORTH}, id="a/a1"),
            groups(f"{SOUTH}（简称恒砺轴承）开工。", extra, id="b/a1"),
            groups("恒砺轴承开工。", {"恒砺轴承": "恒砺轴承"}, id="c/a1"),
        ]
    )
    assert {entity.label for entity in resolution.entities} == {NORTH, SOUTH, "恒砺轴承"}


def test_an_alias_that_is_not_made_of_the_name_is_recorded_and_not_joined() -> None:
    resolution = resolve(
        [
            groups(f"{NORTH}即烟店老厂。", {NORTH: NORTH, "烟店老厂": NORTH}, id="a/a1"),
            groups("烟店老厂开工。", {"烟店老厂": "烟店老厂"}, id="b/a1"),
        ]
    )
    assert len(resolution.entities) == 2
    assert [decision.verdict for decision in resolution.decisions] == [Verdict.UNSURE]


def test_one_employer_under_two_names_does_not_split_its_manager() -> None:
    full = make_article("山东禾棠农业装备有限公司（简称禾棠农装）董事长兰志成说。", id="a/a1")
    mentions = [
        make_mention(full, "山东禾棠农业装备有限公司", "Company"),
        make_mention(full, "禾棠农装", "Company", name="山东禾棠农业装备有限公司"),
        make_mention(full, "兰志成", "Person"),
    ]
    short = make_article("禾棠农装董事长兰志成说。", id="b/a1")
    others = [make_mention(short, "禾棠农装", "Company"), make_mention(short, "兰志成", "Person")]
    posts = [
        make_relation(full, "holdsPosition", mentions[2], mentions[0], title="董事长"),
        make_relation(short, "holdsPosition", others[1], others[0], title="董事长"),
    ]
    resolution = resolve(
        [make_extraction(full, mentions, posts[:1]), make_extraction(short, others, posts[1:])]
    )
    assert [e.id for e in resolution.entities] == [
        "company:山东禾棠农业装备有限公司",
        "person:兰志成",
    ]
    assert [len(statement.evidence) for statement in resolution.statements] == [2]


@pytest.mark.parametrize(
    ("longer", "shorter", "type_", "label"),
    [
        pytest.param("中国证监会", "证监会", "Agency", "中国证监会", id="the state in front"),
        pytest.param("中共聊城市委", "聊城市委", "Agency", "中共聊城市委", id="the party in front"),
        pytest.param(
            "鲁西集团聊城鲁西聚碳酸酯有限公司",
            "聊城鲁西聚碳酸酯有限公司",
            "Company",
            "聊城鲁西聚碳酸酯有限公司",
            id="the owner in front of a registered name",
        ),
    ],
)
def test_names_that_differ_in_front_only_are_one(
    longer: str, shorter: str, type_: str, label: str
) -> None:
    one, other = (make_article(f"{name}发布。", id=f"{name}/a1") for name in (longer, shorter))
    resolution = resolve(
        [
            make_extraction(one, [make_mention(one, longer, type_)]),
            make_extraction(other, [make_mention(other, shorter, type_)]),
        ]
    )
    assert [entity.label for entity in resolution.entities] == [label]


@pytest.mark.parametrize("place", ["莘县", ""])
def test_a_name_without_its_county_is_joined_where_the_county_is_mentioned(place: str) -> None:
    article = make_article(f"{place}菌香蔬菜专业合作社开业。", id="b/a1")
    mentions = [make_mention(article, "菌香蔬菜专业合作社", "Company")]
    if place:
        mentions.append(make_mention(article, place, "Place"))
    full = "莘县菌香蔬菜专业合作社"
    resolution = resolve(
        [groups(f"{full}开业。", {full: full}, id="a/a1"), make_extraction(article, mentions)]
    )
    companies = [e for e in resolution.entities if e.type == "Company"]
    assert len(companies) == (1 if place else 2)


def test_names_are_joined_before_aliases_are_counted() -> None:
    full, without = "山东阿泽生物科技股份有限公司", "阿泽生物科技股份有限公司"
    extractions = [
        groups(f"{full}（简称阿泽生物）", {full: full, "阿泽生物": full}, id="a/a1"),
        groups(f"阿泽生物即{without}。", {without: without}, id="b/a1"),
        groups("阿泽生物开工。", {"阿泽生物": "阿泽生物"}, id="c/a1"),
    ]
    (entity,) = resolve(extractions).entities
    assert (entity.label, entity.aliases) == (full, ("阿泽生物", without))


def test_a_name_that_begins_with_its_trade_may_be_any_countys() -> None:
    full, without = "莘县城市建设投资有限公司", "城市建设投资有限公司"
    extractions = [
        groups(f"{full}开工。", {full: full}, id="a/a1"),
        groups(f"{without}开工。", {without: without}, id="b/a1"),
    ]
    assert len(resolve(extractions).entities) == 2


def test_a_branch_of_another_place_is_not_joined() -> None:
    names = ["鲁泽银行聊城分行", "鲁泽银行", "聊城市市场监管局", "阳谷县市场监管局"]
    article = make_article("、".join(names))
    resolution = resolve(
        [make_extraction(article, [make_mention(article, name, "Agency") for name in names])]
    )
    assert len(resolution.entities) == 4


# ----------------------------------------------------------------------------------- naming


@pytest.mark.parametrize(
    ("surface", "name", "type_"),
    [
        ("鲁西集团", "聊城鲁西聚碳酸酯有限公司", "Company"),
        ("鲁西集团", "鲁西集团聊城鲁西聚碳酸酯有限公司", "Company"),
        ("聊城市生态环境局", "聊城市生态环境局阳谷县分局", "Agency"),
        ("年产120万吨双酚A项目", "年产120万吨双酚A项目一期工程", "Project"),
    ],
)
def test_the_whole_is_no_alias_of_its_part(surface: str, name: str, type_: str) -> None:
    article = make_article(f"{name}开工。{surface}开工。")
    nth = 1 if surface in name else 0
    mentions = [
        make_mention(article, name, type_),
        make_mention(article, surface, type_, name=name, nth=nth),
    ]
    resolution = resolve([make_extraction(article, mentions)])
    assert {(e.label, e.aliases) for e in resolution.entities} == {(name, ()), (surface, ())}
    assert [decision.verdict for decision in resolution.decisions] == [Verdict.DIFFERENT]


def test_what_only_counts_or_points_is_no_entity_and_says_nothing() -> None:
    article = make_article("乔庄镇、纯化镇两个镇位于博兴县。")
    towns, county = (make_mention(article, name, "Place") for name in ("两个镇", "博兴县"))
    relation = make_relation(article, "locatedIn", towns, county)
    resolution = resolve([make_extraction(article, [towns, county], [relation])])
    assert [entity.label for entity in resolution.entities] == ["博兴县"]
    assert not resolution.statements


def test_a_phase_is_named_after_the_only_platform_of_its_article() -> None:
    article = make_article("“水城惠企”平台上线。平台二期正在招标。")
    resolution = resolve(
        [
            make_extraction(
                article,
                [
                    make_mention(article, "“水城惠企”平台", "Platform"),
                    make_mention(article, "平台二期", "Project"),
                ],
            )
        ]
    )
    assert [(e.label, e.aliases) for e in resolution.entities] == [
        ("“水城惠企”平台", ()),
        ("“水城惠企”平台二期", ("平台二期",)),
    ]


def test_phases_of_unnamed_platforms_are_not_joined_across_articles() -> None:
    extractions = []
    for id_ in ("a/a1", "b/a1"):
        article = make_article("平台二期正在招标。", id=id_)
        extractions.append(make_extraction(article, [make_mention(article, "平台二期", "Project")]))
    assert ids(*extractions, prefix="project:") == [
        "project:平台二期·a·a1",
        "project:平台二期·b·a1",
    ]


def test_a_quotation_mark_without_its_partner_is_not_in_the_label() -> None:
    article = make_article("推出“智慧金融服务平台。")
    mention = make_mention(article, "“智慧金融服务平台", "Platform")
    (entity,) = resolve([make_extraction(article, [mention])]).entities
    assert entity.label == "智慧金融服务平台"


def test_aliases_in_both_directions_of_one_article_merge() -> None:
    article = make_article(f"{LONG}即鲁西化工。鲁西化工即{LONG}。")
    mentions = [
        make_mention(article, LONG, "Company"),
        make_mention(article, "鲁西化工", "Company", name=LONG),
        make_mention(article, "鲁西化工", "Company", nth=1),
        make_mention(article, LONG, "Company", name="鲁西化工", nth=1),
    ]
    resolution = resolve([make_extraction(article, mentions)])
    assert [(entity.id, entity.aliases) for entity in resolution.entities] == [
        (f"company:{LONG}", ("鲁西化工",))
    ]
    assert [decision.verdict for decision in resolution.decisions] == [Verdict.SAME]


def test_a_judgement_merges_what_the_rules_leave_apart() -> None:
    judgement = Decision(f"company:{LONG}", "company:鲁西集团", Verdict.SAME, 1.0, "reviewed")
    extractions = [
        groups(f"{LONG}开工。", {LONG: LONG}, id="a/a1"),
        groups("鲁西集团开工。", {"鲁西集团": "鲁西集团"}, id="b/a1"),
    ]
    resolution = resolve(extractions, judgements=[judgement])
    assert [entity.id for entity in resolution.entities] == [f"company:{LONG}"]


# ------------------------------------------------------------------------------- statements


def test_two_articles_that_say_the_same_strengthen_one_statement() -> None:
    built = [s for s in sample_resolution().statements if s.predicate == "builds"]
    assert len(built) == 1
    assert [evidence.article_id for evidence in built[0].evidence] == ["daily/a1", "post/a1"]
    assert built[0].confidence == 0.9


def test_the_order_of_the_articles_does_not_matter() -> None:
    extractions = [*sample_extractions(), official("聊城市工信局", id="x/a1")]
    results = {resolve(order) for order in itertools.permutations(extractions)}
    assert len(results) == 1


def test_the_order_of_the_articles_does_not_decide_what_is_joined() -> None:
    extractions = [
        groups(f"{LONG}开工，鲁西化工说。", {LONG: LONG, "鲁西化工": LONG}, id="a/a1"),
        groups("鲁西化工开工。", {"鲁西化工": "鲁西化工"}, id="b/a1"),
        groups(f"业主{LONG}开工。", {f"业主{LONG}": f"业主{LONG}"}, id="c/a1"),
    ]
    assert len({resolve(order) for order in itertools.permutations(extractions)}) == 1


def test_the_same_article_twice_changes_nothing() -> None:
    assert resolve(sample_extractions() * 2) == resolve(sample_extractions())


def test_a_symmetric_relation_is_one_statement_in_either_direction() -> None:
    article = make_article("鲁西集团与莱茵科斯特公司合作。")
    left, right = (make_mention(article, n, "Company") for n in ("鲁西集团", "莱茵科斯特公司"))
    relations = [
        make_relation(article, "cooperatesWith", left, right),
        make_relation(article, "cooperatesWith", right, left),
    ]
    assert len(resolve([make_extraction(article, [left, right], relations)]).statements) == 1


def test_equal_amounts_in_other_words_are_one_statement() -> None:
    article = make_article("项目A总投资6.4亿元，即64000万元。")
    project = make_mention(article, "项目A", "Project")
    amounts = [
        Quantity(Decimal("640000000"), "CNY", "6.4亿元"),
        Quantity(Decimal("6.4E+8"), "CNY", "64000万元"),
    ]
    relations = [make_relation(article, "totalInvestment", project, a) for a in amounts]
    statements = resolve([make_extraction(article, [project], relations)]).statements
    assert len(statements) == 1


@pytest.mark.parametrize(
    "other",
    [
        Quantity(Decimal(640000001), "CNY", ""),
        Quantity(Decimal(640000000), "USD", ""),
        Quantity(Decimal(640000000), "CNY", "", Bound.LOWER),
        PartialDate("2022"),
        "640000000",
    ],
)
def test_different_values_are_different_statements(other: Quantity | PartialDate | str) -> None:
    article = make_article("项目A总投资6.4亿元。")
    project = make_mention(article, "项目A", "Project")
    values = [Quantity(Decimal(640000000), "CNY", ""), other]
    relations = [make_relation(article, "totalInvestment", project, value) for value in values]
    assert len(resolve([make_extraction(article, [project], relations)]).statements) == 2


def test_a_relation_of_an_entity_to_itself_is_dropped() -> None:
    article = make_article("鲁西集团投资该集团。")
    group = make_mention(article, "鲁西集团", "Company")
    it = make_mention(article, "该集团", "Company", name="鲁西集团", kind=MentionKind.NOMINAL)
    extraction = make_extraction(
        article, [group, it], [make_relation(article, "investsIn", group, it)]
    )
    assert not resolve([extraction]).statements
