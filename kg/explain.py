"""Say in words what the graph claims of something, and why.

A graph is trusted when each claim can be read back in the words of the paper: who says so, where,
on which day, and by which rule the claim was read from the sentence. Reprints are one voice: equal
sentences of several articles are quoted once, with all their articles.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from kg.graph.reader import ArticleView, Claim, GraphReader, Node
from kg.graph.source import TripleSource
from kg.printable import blanked

__all__ = ["Explanation", "Source", "Topic", "candidates", "explain", "explain_claim", "to_text"]

# At most so many names are offered when a name is not exactly known.
_MAX_CANDIDATES = 20

_QUALIFIER_WORDS = {
    "amount": "金额",
    "date": "时间",
    "title": "职务",
    "status": "状态",
    "attributedTo": "据",
}
_BOUND_WORDS = {"lower": "超过", "upper": "不到", "about": "约"}
_MODALITY_WORDS = {"planned": "计划中", "hearsay": "据传"}


@dataclass(frozen=True, slots=True)
class Source:
    """A sentence and the articles it stands in."""

    sentence: str
    articles: tuple[ArticleView, ...]  # more than one for a reprint


@dataclass(frozen=True, slots=True)
class Explanation:
    """One claim in words, with its sources."""

    statement_id: str
    sentence: str  # 鲁西集团 投资 年产120万吨双酚A项目（金额 50亿元）
    asserted: bool
    confidence: float
    methods: tuple[str, ...]
    sources: tuple[Source, ...]


@dataclass(frozen=True, slots=True)
class Topic:
    """What was asked about: one entity or claim with its explanations, or several to choose from."""

    entity: Node | None
    explanations: tuple[Explanation, ...]
    candidates: tuple[Node, ...] = ()  # filled when the name fits none or several

    def __bool__(self) -> bool:
        return bool(self.explanations or self.entity)


def explain(store: TripleSource, text: str) -> Topic:
    """Explain an entity (by id, IRI, label or alias) or a statement (by id or IRI).

    A name of several entities explains none of them: they are the `candidates`. So are the
    entities whose names contain an unknown *text*.
    """
    reader = GraphReader(store)
    text = text.strip()
    if claim := reader.find_claim(text):
        return Topic(None, (explain_claim(claim),))
    found = reader.find_entities(text)
    if len(found) == 1:
        claims = reader.claims_about(found[0].iri)
        return Topic(found[0], tuple(explain_claim(claim) for claim in claims))
    return Topic(None, (), tuple(found) or tuple(candidates(reader, text)))


def candidates(reader: GraphReader, text: str) -> list[Node]:
    """Return entities whose label or alias contains *text* or is contained in it, closest first."""
    close: list[tuple[int, str, Node]] = []
    for node in reader.entities():
        gaps = [
            abs(len(name) - len(text))
            for name in (node.label, *node.aliases)
            if len(text) > 1 and len(name) > 1 and (text in name or name in text)
        ]
        if gaps:
            close.append((min(gaps), node.id, node))
    return [node for _, _, node in sorted(close, key=lambda entry: entry[:2])[:_MAX_CANDIDATES]]


def explain_claim(claim: Claim) -> Explanation:
    """Put one claim into words."""
    articles_by_sentence: dict[str, list[ArticleView]] = defaultdict(list)
    for quote in claim.quotes:
        articles_by_sentence[quote.text].append(quote.article)
    return Explanation(
        statement_id=claim.id,
        sentence=_in_words(claim),
        asserted=claim.asserted,
        confidence=claim.confidence,
        methods=claim.methods,
        sources=tuple(
            Source(sentence, tuple(dict.fromkeys(articles)))
            for sentence, articles in articles_by_sentence.items()
        ),
    )


def _in_words(claim: Claim) -> str:
    if claim.object:
        ends = f"{claim.subject.label} {claim.predicate_zh} {claim.object.label}"
    else:
        bound = _BOUND_WORDS.get(claim.qualifier("bound"), "")
        ends = f"{claim.subject.label} {claim.predicate_zh} {bound}{_value(claim)}"
    remarks = [*_states(claim), *_qualifiers(claim)]
    return f"{ends}（{'，'.join(remarks)}）" if remarks else ends


def _states(claim: Claim) -> Iterable[str]:
    if claim.qualifier("negated") == "true":
        yield "原文否定"
    if modality := claim.qualifier("modality"):
        yield _MODALITY_WORDS.get(modality, modality)
    if claim.is_superseded:
        yield "后来的报道另有数值"


def _qualifiers(claim: Claim) -> Iterable[str]:
    for name, value in claim.qualifiers:
        if name == "amount":
            unit = claim.qualifier("currency") or claim.qualifier("unit")
            yield f"{_QUALIFIER_WORDS[name]} {amount_in_words(value, unit)}"
        elif name in _QUALIFIER_WORDS and not (name == "date" and claim.datatype == "date"):
            yield f"{_QUALIFIER_WORDS[name]} {value}"


def _value(claim: Claim) -> str:
    if claim.datatype == "decimal":
        return amount_in_words(claim.value, claim.qualifier("unit"))
    return claim.value


def amount_in_words(number: str, unit: str) -> str:
    """Return a number as Chinese papers write it.

    >>> amount_in_words("6400000000", "CNY"), amount_in_words("170000", "户")
    ('64亿元', '17万户')
    """
    try:
        value = Decimal(number)
    except InvalidOperation:
        return f"{number}{unit}"
    word = "元" if unit == "CNY" else unit
    for size, name in ((Decimal(10) ** 8, "亿"), (Decimal(10) ** 4, "万")):
        # 12345户 stays as it is: 1.2345万户 would be no rounder.
        if abs(value) >= size and (value / size * 100) % 1 == 0:
            return f"{_plain(value / size)}{name}{word}"
    return f"{_plain(value)}{word}"


def _plain(value: Decimal) -> str:
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


# ------------------------------------------------------------------------------------- text


def to_text(topic: Topic) -> str:
    """Return a topic as plain text for a terminal, control characters of documents removed."""
    lines: list[str] = []
    if topic.entity:
        node = topic.entity
        also = f"  又称 {'、'.join(node.aliases)}" if node.aliases else ""
        lines += [f"{node.label}（{node.type_label}） {node.id}{also}", ""]
    for explanation in topic.explanations:
        lines += [*_explanation_lines(explanation), ""]
    if topic.candidates:
        lines.append("可能是：")
        lines += [f"  {node.id}  {node.label}（{node.type_label}）" for node in topic.candidates]
    return "\n".join(map(blanked, lines)).rstrip() + "\n"


def _explanation_lines(explanation: Explanation) -> Iterable[str]:
    yield f"• {explanation.sentence}"
    for source in explanation.sources:
        yield f"    “{source.sentence.strip()}”"
        for article in source.articles:
            parts = (article.headline, article.publisher, article.published, article.document_path)
            yield f"    —— {' · '.join(part for part in parts if part)}"
    methods = "、".join(explanation.methods) or "?"
    yield (
        f"    规则 {methods}，可信度 {explanation.confidence:.2f}，"
        f"statement:{explanation.statement_id}"
    )
