"""The compliance suite: passed by the engines that are here, failed by each that breaks a promise."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import lru_cache
from importlib.metadata import EntryPoint, EntryPoints

import pytest

from kg.engines import load_engine, registry
from kg.engines.builtin import BuiltinEngine
from kg.engines.compliance import CHECKS, Check, Noncompliance, check_engine
from kg.engines.interface import EngineState
from kg.model import Article, Extraction, Span


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_builtin_engine_keeps_what_engines_keep(check: Check) -> None:
    check(load_engine("builtin"))


def test_builtin_engine_is_the_same_in_a_worker() -> None:
    check_engine(load_engine("builtin"), spec="builtin")


# -------------------------------------------------------------------------- broken on purpose

Change = Callable[[Extraction], Extraction]


@lru_cache
def _builtin(articles: tuple[Article, ...], home: str | None) -> list[Extraction]:
    return list(BuiltinEngine().extract_all(articles, home=home))


class Changed:
    """The builtin engine with a *change* to what it says."""

    identity = "changed 1"

    def __init__(self, change: Change) -> None:
        self._change = change

    def extract_all(
        self, articles: Sequence[Article], *, home: str | None = None
    ) -> Iterator[Extraction]:
        yield from map(self._change, _builtin(tuple(articles), home))


def mentions(**changes: object) -> Change:
    return lambda e: replace(e, mentions=tuple(replace(m, **changes) for m in e.mentions))  # type: ignore[arg-type]


def relations(**changes: object) -> Change:
    return lambda e: replace(e, relations=tuple(replace(r, **changes) for r in e.relations))  # type: ignore[arg-type]


def evidence(**changes: object) -> Change:
    return lambda e: replace(
        e,
        relations=tuple(
            replace(r, evidence=replace(r.evidence, **changes))  # type: ignore[arg-type]
            for r in e.relations
        ),
    )


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        pytest.param(mentions(text="无"), "its text is not the text there", id="invented text"),
        pytest.param(mentions(span=Span(0, 10**6)), "ends behind the text", id="span too long"),
        pytest.param(mentions(type="Firm"), "no class of the ontology", id="unknown type"),
        pytest.param(mentions(score=1.5), "its score", id="score above 1"),
        pytest.param(mentions(name=" "), "without a name", id="empty name"),
        pytest.param(
            mentions(id="m1"), "comes twice|no mention of the article", id="ids not unique"
        ),
        pytest.param(evidence(quote="据悉"), "not the text there", id="invented quote"),
        pytest.param(evidence(method=""), "names no method", id="no method"),
        pytest.param(evidence(confidence=-1), "confidence", id="negative confidence"),
        pytest.param(evidence(article_id="x/a1"), "another article", id="foreign evidence"),
        pytest.param(relations(predicate="loves"), "of the ontology", id="unknown predicate"),
        pytest.param(relations(subject="nobody"), "no mention of the article", id="end missing"),
        pytest.param(
            lambda e: replace(e, sentences=e.sentences * 2), "overlaps", id="sentences twice"
        ),
        pytest.param(
            lambda e: replace(e, article=replace(e.article, text=e.article.text + "。")),
            "unchanged",
            id="article edited",
        ),
    ],
)
def test_broken_promise_is_named(change: Change, complaint: str) -> None:
    with pytest.raises(Noncompliance, match=complaint):
        check_engine(Changed(change))


def test_engine_that_changes_its_mind_is_found() -> None:
    class Moody(BuiltinEngine):
        calls = 0

        def extract_all(
            self, articles: Sequence[Article], *, home: str | None = None
        ) -> Iterator[Extraction]:
            self.calls += 1
            for extraction in super().extract_all(articles, home=home):
                yield extraction if self.calls % 2 else replace(extraction, relations=())

    with pytest.raises(Noncompliance, match="second run"):
        check_engine(Moody())


# --------------------------------------------------------------------- engines of other packages


class Toy:
    """A third party's engine: it sees nothing, which is not forbidden."""

    identity = "toy 1"

    def extract_all(
        self, articles: Sequence[Article], *, home: str | None = None
    ) -> Iterator[Extraction]:
        for article in articles:
            yield Extraction(article, (), ())


def make_toy(argument: str = "") -> Toy:
    return Toy()


def describe() -> EngineState:
    return EngineState(True, "toy 1, of wood")


@pytest.fixture
def installed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Announce the toy as a package would."""
    points = EntryPoints([EntryPoint("toy", f"{__name__}:make_toy", registry.GROUP)])
    monkeypatch.setattr(registry, "entry_points", lambda group: points.select(group=group))


@pytest.mark.usefixtures("installed")
def test_engine_of_another_package_is_found_by_its_entry_point() -> None:
    engine = registry.make_engine("toy:anything")
    assert engine.identity == "toy 1"
    check_engine(engine)
    assert "toy" in registry.engine_names()
    assert dict(registry.describe_engines())["toy"].detail == "toy 1, of wood"


@pytest.mark.usefixtures("installed")
def test_engine_of_another_package_votes() -> None:
    engine = registry.make_engine("builtin+toy:small")
    assert engine.identity.endswith("+ toy 1")
    check_engine(engine)


def test_engine_that_cannot_be_imported_is_listed_with_the_reason(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    points = EntryPoints([EntryPoint("broken", "no_such_package:make", registry.GROUP)])
    monkeypatch.setattr(registry, "entry_points", lambda group: points.select(group=group))
    state = dict(registry.describe_engines())["broken"]
    assert not state.ok
    assert "no_such_package" in state.detail


def test_asking_the_engines_imports_no_torch() -> None:
    list(registry.describe_engines())
    assert "torch" not in sys.modules or "hanlp" in sys.modules  # those of other tests
