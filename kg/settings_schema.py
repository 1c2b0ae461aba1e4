"""What may stand in a kg.toml, as JSON Schema, so that an editor completes and checks it.

VS Code with Even Better TOML reads it where the first line of the file is ``#:schema ./kg.schema.json``.
`kg.settings` stays the judge: it says what is wrong in words.
"""

from __future__ import annotations

from dataclasses import fields
from typing import Any

from kg.schema import load_schema
from kg.settings import BASE_IRI, ENGINE, TABLES, Settings

__all__ = ["settings_schema"]

_DESCRIPTIONS = {
    "publisher": "没有写明报社的文档由谁发布 / the paper of documents that name none",
    "home": "“我市”指哪里，用全称，如 聊城市 / what 我市 means: the region's full name",
    "base_iri": "实体 IRI 的开头，以 / 或 # 结尾 / what the IRIs of entities begin with; ends in / or #",
    "engine": "由什么识别，如 builtin；用 + 连接则投票 / what finds names; joined by + they vote",
    "min_confidence": "低于此可信度的陈述略去，0 到 1 / claims below are left out, 0 to 1",
    "excluded_relations": "不要的关系和属性 / relations and attributes to leave out",
}


def settings_schema() -> dict[str, Any]:
    """Return the schema, with the relations of the ontology as it is here."""
    return {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "kg.toml",
        "description": "语料的设置 / settings of a corpus",
        "type": "object",
        "additionalProperties": False,
        "properties": {
            table: {
                "type": "object",
                "additionalProperties": False,
                "properties": {name: _property(name) for name in names},
            }
            for table, names in TABLES.items()
        },
    }


def _property(name: str) -> dict[str, Any]:
    default = {field.name: field.default for field in fields(Settings)}[name]
    described = {"description": _DESCRIPTIONS[name], **_TYPES.get(name, _TEXT)}
    if name == "excluded_relations":
        schema = load_schema()
        known = sorted({*schema.relations, *schema.attributes})
        described["items"] = {"enum": known}
    return described if default in (None, ()) else {**described, "default": default}


_TEXT: dict[str, Any] = {"type": "string", "pattern": r"\S"}
_TYPES: dict[str, dict[str, Any]] = {
    "base_iri": {"type": "string", "pattern": f"^{BASE_IRI}$"},
    "engine": {"type": "string", "pattern": f"^{ENGINE.pattern}$"},
    "min_confidence": {"type": "number", "minimum": 0, "maximum": 1},
    "excluded_relations": {"type": "array", "uniqueItems": True},
}
