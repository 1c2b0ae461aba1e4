"""What the tools answer, as data: the fields become the JSON schema that a client sees.

Models of pydantic, which the SDK stands on: it makes no schema of a dataclass with slots.
"""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict

from kg.mcp.quotation import NOTICE

__all__ = [
    "ClaimAnswer",
    "Claims",
    "EntityAnswer",
    "Found",
    "Neighbour",
    "Neighbours",
    "ParameterAnswer",
    "Question",
    "Questions",
    "RowAnswer",
    "Rows",
    "SourceAnswer",
]


class _Answer(BaseModel):
    """Something a tool answers."""

    model_config = ConfigDict(frozen=True)


class SourceAnswer(_Answer):
    """A sentence and an article it stands in."""

    sentence: str
    headline: str
    date: str  # ISO
    publisher: str
    document: str
    url: str
    reprints: int = 0  # other articles with the same sentence


class EntityAnswer(_Answer):
    """An entity; its id is what the other tools take."""

    id: str
    name: str
    type: str
    type_zh: str
    aliases: list[str] = []


class ClaimAnswer(_Answer):
    """A claim: what a text says of an entity, and where."""

    id: str
    words: str  # 鲁西集团 投资 年产120万吨双酚A项目（金额 64亿元）
    subject: str  # id
    relation: str
    object: str  # id of the other entity, or the value
    qualifiers: dict[str, str]
    certainty: str  # stated, planned, hearsay, denied
    confidence: float  # a ranking of the extraction, not a probability
    sources: list[SourceAnswer]
    more_sources: int = 0


class Found(_Answer):
    """Entities with a name."""

    entities: list[EntityAnswer]
    exact: bool  # false: no entity has just this name; these have similar ones
    more: int = 0
    notice: str = NOTICE


class Claims(_Answer):
    """Claims about one entity, or the entities that may have been meant."""

    entity: EntityAnswer | None
    relations: dict[str, int]  # how many claims there are of each, whatever was asked for
    claims: list[ClaimAnswer]
    total: int
    candidates: list[EntityAnswer] = []
    notice: str = NOTICE


class Neighbour(_Answer):
    """An entity one claim away, and the claims between the two."""

    entity: EntityAnswer
    claims: list[ClaimAnswer]
    more_claims: int = 0


class Neighbours(_Answer):
    """What an entity is connected with, best connected first."""

    entity: EntityAnswer | None
    neighbours: list[Neighbour]
    total: int
    candidates: list[EntityAnswer] = []
    notice: str = NOTICE


class ParameterAnswer(_Answer):
    """What a ready question asks for."""

    name: str
    example: str
    help: str


class Question(_Answer):
    """A ready question."""

    name: str
    title: str
    title_en: str
    parameters: list[ParameterAnswer]


class Questions(_Answer):
    """All ready questions."""

    questions: list[Question]


class RowAnswer(_Answer):
    """A row, and sentences of claims between the things that stand in it."""

    cells: dict[str, str | int | float | bool | None]
    sources: list[SourceAnswer]


class Rows(_Answer):
    """The answer to a query."""

    columns: list[str]
    rows: list[RowAnswer]
    truncated: bool  # there were more
    notice: str = NOTICE
