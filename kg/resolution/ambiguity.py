"""Say which names two articles may use for two things.

鲁西集团 is one firm wherever it is named; 张庄村, 市发改委, 污水处理厂项目 and 工作方案 are as many things as there are articles.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from kg.model import Extraction
from kg.resolution.bodies import has_level, is_contextual
from kg.resolution.companies import read_company
from kg.resolution.geography import Geography
from kg.resolution.kinds import is_kind
from kg.resolution.names import normalize_name, split_phase
from kg.resolution.projects import read_project
from kg.schema import Schema

__all__ = ["AmbiguousNames"]

# Kinds of places that every county has under the same names: 人民路, 张庄村, 中心广场.
_LOCAL_PLACE = re.compile(
    r".+(?:村|社区|路|街|大街|大道|巷|胡同|镇|乡|街道|小区|广场|公园|大桥|桥|水库)"
)
# 济郑高铁, 青银高速: one character for each end of the line.
_ROUTE = re.compile(
    r"[^\W\d]{2,4}(?:高铁|高速|高速公路|铁路|城际|城际铁路|管道|管线|运河)(?:项目|工程)?"
)
_GOODS = frozenset({"Industry", "Product"})


class AmbiguousNames:
    """Says which names two articles may use for two things."""

    def __init__(
        self, extractions: Iterable[Extraction], geography: Geography, schema: Schema
    ) -> None:
        self._geography = geography
        self._schema = schema
        self._goods = {
            normalize_name(mention.name)
            for extraction in extractions
            for mention in extraction.mentions
            if mention.type in _GOODS
        }

    def is_ambiguous(self, type_: str, key: str) -> bool:
        """Say whether a normalized name is borne by several things of its type."""
        if split_phase(key, self._schema)[1]:
            return True
        if type_ == "Place":
            return self._is_ambiguous_place(key)
        if type_ in {"Agency", "Organization"}:
            return self._is_ambiguous_body(type_, key)
        if type_ == "Company":
            company = read_company(key)
            return not company.code and (has_level(key) or is_kind(company.core))
        if type_ == "Project":
            return self._is_descriptive(key)
        return type_ in {"Event", "Platform", "Policy", "Zone"} and is_kind(key)

    def _is_ambiguous_place(self, key: str) -> bool:
        if self._geography.is_ambiguous(key):
            return True
        is_local = _LOCAL_PLACE.fullmatch(key) is not None
        return is_local and self._geography.leading(key)[0] is None

    def _is_ambiguous_body(self, type_: str, key: str) -> bool:
        if is_contextual(key, type_) or self._geography.begins_ambiguously(key):
            return True
        return type_ == "Organization" and is_kind(key)

    def _is_descriptive(self, key: str) -> bool:
        """Say whether a project's name tells what is built and not which.

        年产10万吨铜箔项目, 污水处理厂项目 and, where 生物基尼龙 is a product of the corpus, 生物基尼龙项目.
        """
        if _ROUTE.fullmatch(key) or any(True for _ in self._geography.gazetteer.find(key)):
            return False
        name = read_project(key)
        return bool(name.numbers) or name.subject in self._goods or is_kind(name.subject)
