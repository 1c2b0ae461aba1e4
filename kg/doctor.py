"""Say what is installed here, and what each missing piece would add.

Nothing is imported that a build would not import: versions come from the packages' metadata, and
what must work is tried on one triple, one picture.
"""

from __future__ import annotations

import os
import platform
import re
import shutil
import sys
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from importlib.metadata import PackageNotFoundError, requires, version

from kg import __version__
from kg.engines import describe_engines
from kg.errors import KgError
from kg.schema import load_schema, ontology_path

__all__ = ["Finding", "examine"]

DISTRIBUTION = "kg-news"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at."""

    name: str
    ok: bool
    detail: str  # version or place; for what is missing, what it would add and how to get it
    required: bool = True

    def as_dict(self) -> dict[str, object]:
        """Return the finding as JSON has it."""
        return asdict(self)


def examine() -> tuple[Finding, ...]:
    """Look at everything a command may need."""
    return (
        Finding("kg", True, __version__),
        _python(),
        *_packages(),
        *_engines(),
        _ontology(),
        _gazetteer(),
        _store(),
        _picture(),
        *_optional(),
    )


def _python() -> Finding:
    found = (
        f"{platform.python_version()}, {platform.system()} {platform.machine()}, {sys.executable}"
    )
    return Finding("python", sys.version_info >= (3, 10), found)


def _packages() -> Iterator[Finding]:
    """Look for what pyproject.toml asks for in all circumstances."""
    try:
        requirements = requires(DISTRIBUTION) or []
    except PackageNotFoundError:
        yield Finding("packages", False, "kg runs uninstalled; pip install -e .", required=False)
        return
    for requirement in requirements:
        name = re.match(r"[\w.-]+", requirement)
        if name is not None and ";" not in requirement:
            yield _package(name[0])


def _package(name: str) -> Finding:
    try:
        return Finding(name, True, version(name))
    except PackageNotFoundError:
        return Finding(name, False, f"missing; pip install {name}")


def _engines() -> Iterator[Finding]:
    """Ask each engine; only the builtin one is needed."""
    for name, state in describe_engines():
        yield Finding(f"engine {name}", state.ok, state.detail, required=name == "builtin")


def _ontology() -> Finding:
    try:
        schema = load_schema()
    except KgError as error:
        return Finding("ontology", False, str(error))
    parts = (
        f"{len(schema.classes)} classes",
        f"{len(schema.relations)} relations",
        f"{len(schema.attributes)} attributes",
        f"{len(schema.cues)} cue sets",
    )
    return Finding("ontology", True, f"{', '.join(parts)}; {ontology_path()}")


def _gazetteer() -> Finding:
    path = ontology_path() / "places.csv"
    try:
        with path.open(encoding="utf-8") as stream:
            regions = sum(1 for _ in stream) - 1
    except OSError as error:
        return Finding("gazetteer", False, f"{error}; install kg again")
    return Finding("gazetteer", True, f"{regions} administrative divisions")


def _store() -> Finding:
    import pyoxigraph as ox

    store = ox.Store()
    node = ox.NamedNode("https://example.org/聊城市")
    store.add(ox.Quad(node, node, ox.Literal("聊城市")))
    answer = store.query("ASK { ?s ?p '聊城市' }")
    return Finding(
        "SPARQL", bool(answer), "Oxigraph answers" if answer else "Oxigraph misses a triple"
    )


def _picture() -> Finding:
    try:
        from pyvis.network import Network
    except ImportError as error:
        return Finding("pictures", False, f"pyvis does not load: {error}")
    network = Network()
    network.add_node("聊城市")
    return Finding("pictures", network.num_nodes() == 1, "pyvis draws")


def _optional() -> Iterator[Finding]:
    for command in ("chromium", "google-chrome"):
        if place := shutil.which(command):
            yield Finding("browser", True, place, required=False)
            break
    else:
        adds = "would let the tests look at the pictures; apt-get install chromium"
        yield Finding("browser", False, adds, required=False)
    if "UV" in os.environ or shutil.which("uv"):
        yield Finding("uv", True, "uv run kg works", required=False)
    else:
        yield Finding("uv", False, "would install faster; pip install uv", required=False)
