"""Pictures to test with: a small one from real facts, made-up ones of any size, a hostile one."""

from __future__ import annotations

import random

from kg.schema import load_schema
from kg.visualization import Claim, Picture, PictureEdge, PictureNode, Quote

HEADLINE = "高新区：驱动创新链 壮大产业链"
SENTENCE = (
    "鲁西集团在聊城高新区投资建设的年产120万吨双酚A项目，总投资64亿元，一期工程已于12月投产。"
)

HOSTILE = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "</script><script>alert(1)</script>",
    "<!-- <script>",
    "javascript:alert(1)",
    "<a href='x' onmouseover=alert(1)>href</a>",
    "{{ 7*7 }}{% raw %}",
    "山东省" * 70 + "有限公司",
    "第一行\n第二行\r\n第三行",
    "\u202e反写公司\u202c",
    "行\u2028分隔\u2029符",
    "半个\ud83d字",
    "&amp;&lt;b&gt;",
    "__proto__",
)


def claim(relation: str, subject: str, object_: str, **fields: object) -> Claim:
    quote = Quote(SENTENCE, HEADLINE, "2022-12-20", "聊城日报")
    return Claim(relation, subject, object_, **{"quotes": (quote,), **fields})  # type: ignore[arg-type]


def edge(source: str, relation: str, target: str, *claims: Claim) -> PictureEdge:
    label = load_schema().relations[relation].label_zh
    said = claims or (claim(relation, source, target),)
    return PictureEdge(f"{source} {relation} {target}", source, target, relation, label, said)


def small_picture() -> Picture:
    """Build a picture with facts, parallel edges in both directions, a plan, a denial, a loner."""
    group, project, zone = "鲁西集团", "年产120万吨双酚A项目", "聊城高新区"
    facts = (
        claim("totalInvestment", project, "64亿元"),
        claim("status", project, "投产", confidence=0.7),
    )
    return Picture(
        nodes=(
            PictureNode(group, group, "Company", ("鲁西化工集团",)),
            PictureNode(project, project, "Project", ("双酚A项目",), facts),
            PictureNode(zone, zone, "Zone", ("高新区",)),
            PictureNode("聊城市", "聊城市", "Place", ("我市",), undrawn=12),
            PictureNode("张金成", "张金成", "Person"),
            PictureNode("中国化学", "中国化学", "Company"),
        ),
        edges=(
            edge(
                group,
                "investsIn",
                project,
                claim("investsIn", group, project, qualifiers=(("amount", "50亿元"),)),
            ),
            edge(group, "builds", project),
            edge(project, "partOf", group),
            edge(project, "locatedIn", zone),
            edge(zone, "locatedIn", "聊城市"),
            edge(
                group, "joins", zone, claim("joins", group, zone, status="planned", confidence=0.4)
            ),
            edge(
                "张金成",
                "holdsPosition",
                group,
                claim(
                    "holdsPosition",
                    "张金成",
                    group,
                    qualifiers=(("title", "董事长"),),
                    status="negated",
                ),
            ),
        ),
        undrawn_nodes=40,
        undrawn_edges=70,
    )


def hostile_picture() -> Picture:
    """Build a picture in which every text that documents may bring is hostile."""
    nodes = tuple(
        PictureNode(
            f"{text}#{i}",
            text,
            "Company",
            (text,),
            (Claim("status", text, text, (("title", text),)),),
        )
        for i, text in enumerate(HOSTILE)
    )
    edges = tuple(
        PictureEdge(
            f"{text}{i}",
            nodes[0].id,
            node.id,
            "cooperatesWith",
            text,
            (
                Claim(
                    "cooperatesWith",
                    nodes[0].label,
                    text,
                    (("title", text),),
                    "",
                    0.5,
                    (Quote(text, text, text, text),),
                ),
            ),
        )
        for i, (text, node) in enumerate(zip(HOSTILE[1:], nodes[1:], strict=True))
    )
    return Picture(nodes, edges)


_REGIONS = (
    "聊城市",
    "莘县",
    "东阿县",
    "临清市",
    "冠县",
    "高唐县",
    "茌平区",
    "阳谷县",
    "东昌府区",
    "德州市",
    "济南市",
)
_TRADES = (
    "化工",
    "轴承",
    "铜业",
    "纺织",
    "生物科技",
    "新能源",
    "食品",
    "汽车部件",
    "物流",
    "装备制造",
    "建材",
)
_NAMES = (
    "鲁",
    "信发",
    "中通",
    "东泰",
    "森盛",
    "诚义",
    "瑞捷",
    "金号",
    "祥光",
    "时风",
    "华润",
    "富锋",
    "昌润",
)
_FORMS = {
    "Company": "{region}{name}{trade}有限公司",
    "Project": "{name}年产{number}万吨{trade}项目",
    "Agency": "{region}{name}管理局",
    "Person": "王{name}",
    "Zone": "{region}{trade}产业园",
    "Policy": "{region}{trade}产业发展规划（20{number}年）",
    "Product": "{name}牌{trade}产品",
    "Platform": "{name}{trade}服务平台",
}


def made_up_picture(size: int, *, seed: int = 1) -> Picture:
    """Build a picture as news make them: regions as hubs, many small stars, some loners."""
    chance = random.Random(seed)  # noqa: S311  the same picture each time
    schema = load_schema()
    nodes: dict[str, PictureNode] = {
        name: PictureNode(name, name, "Place") for name in _REGIONS[:size]
    }
    while len(nodes) < size:
        type_ = chance.choice(list(_FORMS))
        name = _FORMS[type_].format(
            region=chance.choice(_REGIONS), name=chance.choice(_NAMES) + chance.choice(_NAMES),
            trade=chance.choice(_TRADES), number=chance.randint(10, 99),
        )  # fmt: skip
        facts = (claim("amount", name, f"{chance.randint(1, 99)}亿元"),)
        nodes.setdefault(name, PictureNode(name, name, type_, (name[:4],), facts))
    ids = list(nodes)
    edges: dict[str, PictureEdge] = {}
    linked = ids[: max(2, round(size * 0.93))]  # the rest stays without relations
    for position, source in enumerate(linked[1:], 1):
        for _ in range(chance.choice((1, 1, 1, 2, 4))):
            # The older and better known, the likelier to be written about.
            target = linked[int(position * chance.random() ** 2.2)]
            relation = chance.choice(sorted(schema.relations))
            made = edge(source, relation, target)
            edges[made.id] = made
    return Picture(tuple(nodes.values()), tuple(edges.values()))
