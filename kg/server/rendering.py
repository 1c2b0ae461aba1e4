"""Turn views into pages.

Everything a document says is escaped by Jinja, on every page and without exception: no markup is made
outside the templates.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from kg.schema import load_schema
from kg.server.links import address, page_of, page_of_reference
from kg.server.views.neighbourhood import Spot
from kg.server.wording import Wording
from kg.visualization.looks import look_of

__all__ = ["STATIC", "corners", "render", "type_colours"]

STATIC = Path(__file__).parent / "static"
_TEMPLATES = Path(__file__).parent / "templates"

# Corners of a shape and where the first is, in degrees clockwise from the right.
_POLYGONS: Mapping[str, tuple[int, float]] = {
    "square": (4, 45),
    "diamond": (4, 0),
    "triangle": (3, -90),
    "triangleDown": (3, 90),
    "hexagon": (6, 0),
}


def render(template: str, context: Mapping[str, Any]) -> str:
    """Return a page."""
    return _environment().get_template(template).render(context)


@lru_cache(maxsize=1)
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals.update(
        page_of=page_of, page_of_reference=page_of_reference, address=address, corners=corners
    )
    environment.filters.update(is_web=_is_web, relation_name=_relation_name)
    return environment


def _is_web(address_: str) -> bool:
    """Say whether an address may be a link: a document may name a javascript: one."""
    return address_.startswith(("http://", "https://"))


def _relation_name(name: str, wording: Wording) -> str:
    return wording.relation(name)


def corners(spot: Spot) -> str:
    """Return the points of a node's shape for SVG, "" for a circle."""
    shape, _ = look_of(spot.type)
    if shape not in _POLYGONS and shape != "star":
        return ""
    return " ".join(f"{x:.1f},{y:.1f}" for x, y in _corners(shape, spot))


def _corners(shape: str, spot: Spot) -> list[tuple[float, float]]:
    count, first = (10, -90.0) if shape == "star" else _POLYGONS[shape]
    corners = []
    for number in range(count):
        inner = shape == "star" and number % 2
        radius = spot.radius * (0.5 if inner else 1.15)
        angle = math.radians(first + 360 * number / count)
        corners.append((spot.x + radius * math.cos(angle), spot.y + radius * math.sin(angle)))
    return corners


@lru_cache(maxsize=1)
def type_colours() -> str:
    """Return the colours of the classes as a style sheet: the same as in `kg show`."""
    rule = "{} {{ background: {}; fill: {}; }}".format
    return "\n".join(
        rule(f".dot.{name.lower()}, .symbol.{name.lower()}", *[look_of(name)[1]] * 2)
        for name in load_schema().classes
    )
