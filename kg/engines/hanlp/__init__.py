"""HanLP's models as an engine: ``hanlp``, ``hanlp:NAME_OR_FOLDER``, ``hanlp:TOKENIZER,RECOGNIZER``.

HanLP reads the sentences; what it sees joins what kg sees. Its names stand beside those of our rules
and our tagger, its roles and dependencies propose relations that no fixed order of words gives away,
and the scorers weigh all of it as they always do. So this engine knows what the builtin one knows and
something more, and costs torch and a model to have it.

labels.py      what HanLP's labels mean
alignment.py   where its words stand in the text
parsing.py     sentences in, names, words and roles out
models.py      where models are, and how to get them
compat.py      the only module that imports hanlp, with what is wrong with it
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import cached_property

from kg.annotation import ANNOTATOR, annotate_joined
from kg.annotation.sentences import split_sentences
from kg.engines.hanlp import compat
from kg.engines.hanlp.models import DEFAULT_MODEL, Model, cached_models, find_model
from kg.engines.hanlp.parsing import Parser
from kg.engines.interface import EngineState
from kg.errors import AnnotatorUnavailable, KgError
from kg.extraction import extract
from kg.model import Article, Extraction

__all__ = ["HanlpEngine", "describe", "make_engine"]

INSTALL = (
    "pip install torch --index-url https://download.pytorch.org/whl/cpu; "
    'pip install "kg-news[hanlp]" (1.2 GB; without the first, 5.7 GB of CUDA on Linux)'
)


class HanlpEngine:
    """Annotates with HanLP as well, then extracts as the builtin engine does."""

    def __init__(self, models: Sequence[Model]) -> None:
        """Take models that are on this machine; they are loaded when the first article comes."""
        self._models = tuple(models)

    def __reduce__(self) -> tuple[object, ...]:
        """Travel to another process as the places of the models, not as the models."""
        return HanlpEngine, (self._models,)

    @cached_property
    def identity(self) -> str:
        """Return the versions of kg's annotator and of HanLP, and which models, by content."""
        models = ", ".join(f"{model.name} {model.digest()}" for model in self._models)
        return f"{ANNOTATOR} with HanLP {compat.hanlp_version()}: {models}"

    @cached_property
    def _parser(self) -> Parser:
        return Parser(
            compat.load_component(model.folder, encoder=model.encoder) for model in self._models
        )

    def extract_all(
        self, articles: Sequence[Article], *, home: str | None = None
    ) -> Iterator[Extraction]:
        parsed = [
            self._parser.parse(article.text, [s.span for s in split_sentences(article)])
            for article in articles
        ]
        names = ([name for parse in parses for name in parse.names] for parses in parsed)
        for annotated, parses in zip(annotate_joined(articles, names), parsed, strict=True):
            sentences = (
                replace(sentence, tokens=tuple(parse.tokens), frames=tuple(parse.frames))
                for sentence, parse in zip(annotated.sentences, parses, strict=True)
            )
            joined = replace(annotated, sentences=tuple(sentences), annotator=self.identity)
            yield extract(joined, home=home)


def make_engine(argument: str = "") -> HanlpEngine:
    """Return the engine with the models that *argument* names, the small one if it names none.

    Raises:
        AnnotatorUnavailable: HanLP, a model or its encoder is not here; how to get it.
        ValueError: there is no such model.
    """
    if missing := compat.missing_packages():
        raise AnnotatorUnavailable(
            f"the engine hanlp needs {', '.join(missing)}: {INSTALL}; or use --engine builtin"
        )
    names = [name.strip() for name in (argument or DEFAULT_MODEL).split(",")]
    return HanlpEngine([find_model(name) for name in names if name])


def describe() -> EngineState:
    """Say what of HanLP is here, for ``kg doctor``."""
    if missing := compat.missing_packages():
        return EngineState(
            False, f"more names, roles and dependencies; {', '.join(missing)} missing: {INSTALL}"
        )
    models = list(cached_models())
    found = f"HanLP {compat.hanlp_version()}; models: {', '.join(models) or 'none downloaded'}"
    try:
        find_model(DEFAULT_MODEL)
    except KgError as error:
        return EngineState(False, f"{found}\n{error}")
    return EngineState(True, found)
