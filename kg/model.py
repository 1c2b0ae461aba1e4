"""The dataclasses that travel between the stages: read this file first.

::

    Document ─split─> Article ─annotate─> AnnotatedArticle ─extract─> Extraction ─resolve─> Resolution
    (a file)          (a news item)       (sentences, names)          (mentions,            (entities,
                                                                       relations)            statements)

Everything is frozen and slotted. Sequences are tuples, sorted where order has no meaning. Every
offset is half-open and counts Unicode code points from 0, as Python slices, NIF and RFC 5147 do.
Ids are strings with a type of their own, so that mypy tells an article from an entity.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from typing import NewType, TypeAlias

from kg.errors import InternalError

__all__ = [
    "AnnotatedArticle",
    "Article",
    "ArticleId",
    "Bound",
    "Box",
    "Decision",
    "Document",
    "DocumentId",
    "Entity",
    "EntityId",
    "Evidence",
    "Extraction",
    "LayoutLine",
    "Mention",
    "MentionId",
    "MentionKind",
    "NamedEntity",
    "PartialDate",
    "Piece",
    "Qualifier",
    "Quantity",
    "Relation",
    "RelationId",
    "Resolution",
    "Run",
    "Sentence",
    "Span",
    "Statement",
    "StatementId",
    "Token",
    "Value",
    "Verdict",
]

DocumentId = NewType("DocumentId", str)
ArticleId = NewType("ArticleId", str)
MentionId = NewType("MentionId", str)
RelationId = NewType("RelationId", str)
EntityId = NewType("EntityId", str)
StatementId = NewType("StatementId", str)


# ------------------------------------------------------------------------------------- text


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """A range of characters, half-open: ``text[begin:end]``."""

    begin: int
    end: int

    def __post_init__(self) -> None:
        if not 0 <= self.begin < self.end:
            raise InternalError(f"not a span: {self.begin}..{self.end}")

    def __len__(self) -> int:
        return self.end - self.begin

    def of(self, text: str) -> str:
        """Return the characters of *text* in this range."""
        return text[self.begin : self.end]

    def contains(self, other: Span) -> bool:
        """Say whether *other* lies inside (equal counts)."""
        return self.begin <= other.begin and other.end <= self.end

    def overlaps(self, other: Span) -> bool:
        """Say whether the two share a character."""
        return self.begin < other.end and other.begin < self.end

    def shift(self, by: int) -> Span:
        """Return the range moved by *by* characters."""
        return Span(self.begin + by, self.end + by)


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle on a printed page, in PDF points from the top left corner."""

    page: int  # from 0
    left: float
    top: float
    right: float
    bottom: float


@dataclass(frozen=True, slots=True)
class LayoutLine:
    """One printed line of a document whose format tells where words stand (PDF)."""

    span: Span  # in Document.text
    box: Box
    size: float  # font size, points


@dataclass(frozen=True, slots=True)
class Document:
    r"""A file as received, decoded.

    `text` has ``\n`` newlines and is never edited afterwards; for a format that is not text (PDF)
    it is the text layer. Metadata is what the file itself says; what its articles say is theirs.
    """

    id: DocumentId  # the file stem
    path: str  # relative to the corpus, with /
    format: str  # media type, such as text/html
    text: str
    sha256: str  # of the bytes
    publisher: str | None = None
    published: date | None = None
    title: str | None = None
    url: str | None = None
    reporters: tuple[str, ...] = ()
    layout: tuple[LayoutLine, ...] = ()  # empty where the format has no boxes


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of an article that stands in its document character by character."""

    article_span: Span
    document_span: Span


@dataclass(frozen=True, slots=True)
class Article:
    """One news item put together.

    `text` is the headline (if any), then one paragraph a line; all later offsets are into it.
    """

    id: ArticleId  # document_id/a1… in reading order
    document_id: DocumentId
    headline: str  # "" if none survives; kicker and headline are separated by one space
    text: str
    pieces: tuple[Piece, ...]  # ordered, disjoint, leading from the article back to the file
    reporters: tuple[str, ...] = ()
    published: date | None = None
    publisher: str | None = None
    url: str | None = None
    complete: bool = True  # false for a headline without body

    @property
    def body_begin(self) -> int:
        """Offset of the first body character in `text`."""
        return len(self.headline) + 1 if self.headline else 0

    @property
    def body(self) -> str:
        """The paragraphs below the headline."""
        return self.text[self.body_begin :]


# ------------------------------------------------------------------------------- annotation


@dataclass(frozen=True, slots=True)
class Token:
    """A word, where an annotator cuts words."""

    span: Span
    pos: str  # CTB tag
    head: int | None = None  # index in the sentence
    deprel: str | None = None


@dataclass(frozen=True, slots=True)
class NamedEntity:
    """A name that an annotator sees: a candidate, not yet a mention."""

    span: Span
    type: str  # class of the ontology, or "" where the annotator cannot tell
    score: float  # in [0, 1]: a ranking, not a probability
    source: str  # which rule or model
    head: str = ""  # said once for a list: 机制 for “创新券” in “揭榜挂帅”“创新券”等机制


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence of an article with what the annotator says of it."""

    article_id: ArticleId
    index: int
    span: Span
    paragraph: int  # 0 is the headline where there is one
    tokens: tuple[Token, ...] = ()
    names: tuple[NamedEntity, ...] = ()  # candidates, may overlap and nest; sorted by span


@dataclass(frozen=True, slots=True)
class AnnotatedArticle:
    """An article cut into sentences (disjoint, in text order) with candidate names."""

    article: Article
    sentences: tuple[Sentence, ...]
    annotator: str  # name and version


# ------------------------------------------------------------------------------- extraction


class MentionKind(str, Enum):
    """How words refer to their entity (ACE)."""

    NAME = "name"  # 聊城市司法局
    NOMINAL = "nominal"  # 平台, 我市, the 市 of 市司法局
    PRONOMINAL = "pronominal"  # 其, 该


class Bound(str, Enum):
    """How a number is meant: 超过, 以上, 余 set a lower bound, 近, 不足 an upper one."""

    LOWER = "lower"
    UPPER = "upper"
    ABOUT = "about"  # 约, 左右


@dataclass(frozen=True, slots=True)
class Mention:
    """Words of an article that refer to something.

    `name` is the fullest name a reader of this article can give: 聊城市司法局 for 市司法局 and for
    该局. Mentions of equal type and name are one entity of the article.
    """

    id: MentionId  # article_id#begin-end-type
    article_id: ArticleId
    span: Span
    text: str  # == span.of(article.text)
    kind: MentionKind
    type: str  # class of the ontology
    name: str
    score: float = 1.0
    method: str = ""  # which rule or model found it


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number with its unit, 万 and 亿 multiplied out; money in yuan has the unit CNY."""

    value: Decimal
    unit: str  # CNY, USD… for money, else as written: 户, 吨, 亩, %
    text: str
    bound: Bound | None = None


@dataclass(frozen=True, slots=True)
class PartialDate:
    """A date known to the year, month or day: ISO prefix 2022, 2022-12 or 2022-12-19."""

    iso: str
    text: str = ""  # the words it was read from

    @property
    def precision(self) -> str:
        """``year``, ``month`` or ``day``."""
        return {4: "year", 7: "month", 10: "day"}[len(self.iso)]


Value: TypeAlias = Quantity | PartialDate | str
"""What a fact says: a number with a unit, a date, or words (a status)."""


@dataclass(frozen=True, slots=True)
class Qualifier:
    """Amount, date, title or status of a claim.

    Names: amount, currency, unit, date, title, status, negated, attributedTo.
    """

    name: str
    value: str | Decimal | bool


@dataclass(frozen=True, slots=True)
class Evidence:
    """The words a claim rests on and where they stand."""

    article_id: ArticleId
    span: Span  # of the quote, in the article text
    quote: str  # == span.of(article.text)
    method: str  # the rule or model
    confidence: float  # in [0, 1]: a ranking, not a probability
    sentence: Span | None = None  # the whole sentence around the quote


@dataclass(frozen=True, slots=True)
class Relation:
    """A claim of one article: between mentions, or (a fact) between a mention and a value."""

    id: RelationId
    predicate: str  # relation or attribute of the ontology
    subject: MentionId
    object: MentionId | Value
    evidence: Evidence
    qualifiers: tuple[Qualifier, ...] = ()  # sorted by name
    is_fact: bool = False  # object is a Value: a plain str is then words, not a mention id

    def qualifier(self, name: str) -> str | Decimal | bool | None:
        """Return the value of the qualifier *name*, if it is there."""
        return next((q.value for q in self.qualifiers if q.name == name), None)


@dataclass(frozen=True, slots=True)
class Extraction:
    """What one article says: mentions and relations, both in text order."""

    article: Article
    mentions: tuple[Mention, ...]
    relations: tuple[Relation, ...]
    sentences: tuple[Span, ...] = ()

    def mention_by_id(self) -> Mapping[MentionId, Mention]:
        """Return the mentions under their ids."""
        return {mention.id: mention for mention in self.mentions}


# ------------------------------------------------------------------------------- resolution


class Verdict(str, Enum):
    """Whether two things are one."""

    SAME = "same"
    DIFFERENT = "different"
    UNSURE = "unsure"


@dataclass(frozen=True, slots=True)
class Decision:
    """Why two names are, are not, or may be one entity."""

    left: str
    right: str
    verdict: Verdict
    score: float
    reason: str


@dataclass(frozen=True, slots=True)
class Entity:
    """The thing referred to, across the corpus."""

    id: EntityId  # type prefix and local name: company:鲁西集团
    type: str
    label: str
    aliases: tuple[str, ...]  # sorted, without the label, without deictic words
    mentions: tuple[MentionId, ...]
    division_code: str | None = None  # GB/T 2260, for places


@dataclass(frozen=True, slots=True)
class Statement:
    """A claim between entities, or between an entity and a value, with all its evidence."""

    id: StatementId  # hash of all but the evidence
    predicate: str
    subject: EntityId
    object: EntityId | Value
    qualifiers: tuple[Qualifier, ...]
    evidence: tuple[Evidence, ...]  # at least one
    is_fact: bool = False
    sources: int = 1  # independent ones: reprints of one story count once
    superseded_by: StatementId | None = None  # a later report's value of the same attribute

    def qualifier(self, name: str) -> str | Decimal | bool | None:
        """Return the value of the qualifier *name*, if it is there."""
        return next((q.value for q in self.qualifiers if q.name == name), None)

    @property
    def confidence(self) -> float:
        """The best evidence's confidence."""
        return max(evidence.confidence for evidence in self.evidence)


@dataclass(frozen=True, slots=True)
class Resolution:
    """Entities and statements of a corpus, with the decisions behind them."""

    entities: tuple[Entity, ...]
    statements: tuple[Statement, ...]
    decisions: tuple[Decision, ...] = ()
    reprints: tuple[tuple[ArticleId, ArticleId], ...] = ()  # an article and the first of its story

    def entity_by_id(self) -> Mapping[EntityId, Entity]:
        """Return the entities under their ids."""
        return {entity.id: entity for entity in self.entities}


@dataclass(frozen=True, slots=True)
class Run:
    """One execution of the pipeline: everything needed to repeat it."""

    id: str
    started: datetime  # with a zone
    ended: datetime
    software: str  # kg and its version
    annotator: str
    corpus_sha256: str
    settings: tuple[tuple[str, str], ...] = field(default=())
