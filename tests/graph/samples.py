"""A small corpus with everything a graph can hold: the deals and figures are written for the tests."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from kg.graph import Graph, build_graph
from kg.model import (
    Bound,
    Document,
    Extraction,
    MentionKind,
    PartialDate,
    Quantity,
    Resolution,
)
from kg.resolution import resolve
from tests.factories import (
    make_article,
    make_document,
    make_extraction,
    make_mention,
    make_relation,
    make_run,
)

NOMINAL = MentionKind.NOMINAL


def chemical_works() -> Extraction:
    """Build an article on a project: money, place, status, a plan and a denial."""
    article = make_article(
        "鲁西集团年产120万吨双酚A项目位于聊城高新区，总投资超过64亿元。"
        "鲁西集团投资50亿元建设该项目，项目已于2022年12月开工。"
        "工商银行聊城分行向鲁西集团放款2亿元。"
        "聊城高新区位于聊城市。莘县化工产业园位于莘县，莘县隶属聊城市。"
        "鲁西集团计划入驻莘县化工产业园，尚未与中化集团签约。"
        "市司法局局长王伟说，该局出台了《聊城市优化营商环境条例》。",
        headline="双酚A项目开工",
        published=date(2022, 12, 19),
        id="daily/a1",
    )
    group = make_mention(article, "鲁西集团", "Company")
    project = make_mention(article, "年产120万吨双酚A项目", "Project")
    again = make_mention(
        article, "项目", "Project", name="年产120万吨双酚A项目", kind=NOMINAL, nth=2
    )
    zone = make_mention(article, "聊城高新区", "Zone")
    bank = make_mention(article, "工商银行聊城分行", "Company")
    city = make_mention(article, "聊城市", "Place")
    park = make_mention(article, "莘县化工产业园", "Zone")
    county = make_mention(article, "莘县", "Place", nth=1)
    sinochem = make_mention(article, "中化集团", "Company")
    bureau = make_mention(article, "市司法局", "Agency", name="聊城市司法局")
    it = make_mention(article, "该局", "Agency", name="聊城市司法局", kind=NOMINAL)
    wang = make_mention(article, "王伟", "Person")
    rules = make_mention(article, "聊城市优化营商环境条例", "Policy")
    money = Quantity(Decimal("6.4E+9"), "CNY", "64亿元", Bound.LOWER)
    relations = [
        make_relation(article, "investsIn", group, project, quote="投资50亿元",
                      amount=Decimal(5000000000), currency="CNY"),
        make_relation(article, "builds", group, project, quote="建设该项目", date="2022-12"),
        make_relation(article, "totalInvestment", project, money, quote="总投资超过64亿元"),
        make_relation(article, "startDate", project, PartialDate("2022-12", "2022年12月")),
        make_relation(article, "status", project, "开工", quote="已于2022年12月开工"),
        make_relation(article, "finances", bank, group, quote="放款2亿元",
                      amount=Decimal(200000000), currency="CNY"),
        make_relation(article, "locatedIn", project, zone, quote="位于聊城高新区"),
        make_relation(article, "locatedIn", zone, city, quote="聊城高新区位于聊城市"),
        make_relation(article, "locatedIn", park, county, quote="莘县化工产业园位于莘县"),
        make_relation(article, "locatedIn", county, city, quote="莘县隶属聊城市"),
        make_relation(article, "joins", group, park, quote="计划入驻", modality="planned"),
        make_relation(article, "cooperatesWith", group, sinochem, quote="尚未与中化集团签约",
                      negated=True),
        make_relation(article, "holdsPosition", wang, bureau, quote="市司法局局长王伟",
                      title="局长"),
        make_relation(article, "issued", it, rules, quote="该局出台了"),
        make_relation(article, "jurisdiction", bureau, city, quote="市司法局", confidence=0.55,
                      method="name"),
    ]  # fmt: skip
    mentions = [
        group,
        project,
        again,
        zone,
        bank,
        city,
        park,
        county,
        sinochem,
        bureau,
        it,
        wang,
        rules,
    ]
    return make_extraction(article, mentions, relations)


def conference() -> Extraction:
    """Build an article that repeats a claim, contradicts a figure and adds an event."""
    article = make_article(
        "鲁西集团建设年产120万吨双酚A项目，总投资60亿元。"
        "聊城市启动“项目提质年”活动，聊城市召开项目推进大会，鲁西集团参加大会。"
        "鲁西集团与莱茵科斯特公司合作，鲁西集团生产双酚A。",
        headline="全市项目推进大会召开",
        published=date(2023, 1, 6),
        id="post/a1",
    )
    group = make_mention(article, "鲁西集团", "Company")
    project = make_mention(article, "年产120万吨双酚A项目", "Project")
    city = make_mention(article, "聊城市", "Place")
    action = make_mention(article, "“项目提质年”活动", "Policy", name="“项目提质年”活动")
    meeting = make_mention(article, "项目推进大会", "Event", nth=1)
    partner = make_mention(article, "莱茵科斯特公司", "Company")
    product = make_mention(article, "双酚A", "Product", nth=1)
    less = Quantity(Decimal(6000000000), "CNY", "60亿元")
    relations = [
        make_relation(article, "builds", group, project, quote="建设年产", date="2022-12",
                      confidence=0.9, method="other-rule"),
        make_relation(article, "totalInvestment", project, less, quote="总投资60亿元"),
        make_relation(article, "launched", city, action, quote="启动“项目提质年”活动"),
        make_relation(article, "hosts", city, meeting, quote="召开项目推进大会"),
        make_relation(article, "joins", group, meeting, quote="参加大会"),
        make_relation(article, "cooperatesWith", group, partner, quote="合作"),
        make_relation(article, "produces", group, product, quote="生产双酚A"),
    ]  # fmt: skip
    return make_extraction(
        article, [group, project, city, action, meeting, partner, product], relations
    )


def documents() -> list[Document]:
    """Build the two files the articles stand in."""
    texts = [(e.article.document_id, e.article.text) for e in (chemical_works(), conference())]
    return [
        make_document(text, id=document_id, publisher="聊城日报", published=date(2023, 1, 6))
        for document_id, text in texts
    ]


def division_code(name: str, around: Sequence[str] = ()) -> str | None:
    """Return the codes of the sample's places."""
    return {"聊城市": "371500", "莘县": "371522"}.get(name)


def sample_extractions() -> list[Extraction]:
    return [chemical_works(), conference()]


def sample_resolution() -> Resolution:
    return resolve(sample_extractions(), division_code=division_code)


def sample_graph() -> Graph:
    return build_graph(sample_resolution(), sample_extractions(), documents(), make_run())
