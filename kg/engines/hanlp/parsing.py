"""Take sentences through HanLP: what it says of each, in offsets of the text.

A model may do everything at once or one thing; several single-task models may stand in a row, the
tokenizer first. Sentences go in batches of limited size, cut where they are long, because HanLP's
memory grows with the longest of a batch. Where no component cuts words, characters are the words.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from kg.annotation import CoarseName
from kg.engines.hanlp.alignment import align, cut, harmless
from kg.engines.hanlp.compat import kind_of
from kg.engines.hanlp.labels import Label, label_of_name, label_of_pos
from kg.errors import AnnotatorUnavailable
from kg.model import Argument, Frame, Span, Token

__all__ = ["SOURCE", "Parse", "Parser"]

SOURCE = "tagger hanlp"  # HanLP's recognizers are taggers, and the scorers know that voice
BATCH_SENTENCES = 32

_ORDER = ("multi", "tok", "pos", "ner", "srl", "dep")
# Of several layers of these kinds the first that is there; the rest of a model counts in fine words.
_PREFERRED = {"tok": ("tok/fine", "tok"), "pos": ("pos/ctb", "pos/pku", "pos", "pos/863")}
_ALL_LAYERS = ("ner", "srl", "dep")


@dataclass(slots=True)
class Parse:
    """What HanLP says of one sentence; offsets are those of the article."""

    tokens: list[Token] = field(default_factory=list)
    names: list[CoarseName] = field(default_factory=list)
    frames: list[Frame] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Piece:
    """A sentence, or as much of it as goes in at once."""

    sentence: int
    span: Span  # in the text
    words: str  # harmless, and as long


class Parser:
    """One or more loaded components."""

    def __init__(self, components: Iterable[Any]) -> None:
        """Sort *components* by what each needs of the others.

        Raises:
            AnnotatorUnavailable: one of them does nothing that an extraction could use.
        """
        by_kind: dict[str, Any] = {}
        for component in components:
            kind = kind_of(component)
            if not kind or kind in by_kind:
                why = "a second one of its kind" if kind else "of no use here"
                raise AnnotatorUnavailable(
                    f"HanLP's {type(component).__name__} is {why}; give models that cut words (tok), "
                    "tag them (pos), find names (ner), roles (srl) or dependencies (dep), one of each"
                )
            by_kind[kind] = component
        self._components = [(kind, by_kind[kind]) for kind in _ORDER if kind in by_kind]

    def parse(self, text: str, sentences: Sequence[Span]) -> list[Parse]:
        """Return what HanLP says of each of *sentences* in *text*."""
        pieces = [
            _Piece(index, span, words)
            for index, sentence in enumerate(sentences)
            for span in cut(text, sentence)
            if (words := harmless(span.of(text))).strip()
        ]
        found = [Parse() for _ in sentences]
        for begin in range(0, len(pieces), BATCH_SENTENCES):
            batch = pieces[begin : begin + BATCH_SENTENCES]
            layers = self._layers([piece.words for piece in batch])
            for row, piece in enumerate(batch):
                _add(
                    found[piece.sentence], piece, {name: rows[row] for name, rows in layers.items()}
                )
        return found

    def _layers(self, sentences: Sequence[str]) -> dict[str, list[Any]]:
        """Return HanLP's layers, one entry a sentence, by names such as tok/fine and ner/msra."""
        layers: dict[str, list[Any]] = {}
        for kind, component in self._components:
            if kind == "multi":
                layers.update(component(list(sentences), tasks=_tasks(component.tasks)))
            elif kind == "tok":
                layers["tok"] = component(list(sentences))
            else:
                words = _layer(layers, "tok") or list(map(_characters, sentences))
                options = {"conll": False} if kind == "dep" else {}
                layers.setdefault("tok", words)
                layers[kind] = component(words, **options)
        return layers


def _tasks(names: Iterable[str]) -> list[str]:
    """Return which of a model's tasks are worth their time."""
    there = list(names)
    first = (next((n for n in preferred if n in there), None) for preferred in _PREFERRED.values())
    return [*filter(None, first), *(n for n in there if n.partition("/")[0] in _ALL_LAYERS)]


def _characters(sentence: str) -> list[str]:
    return [character for character in sentence if not character.isspace()]


def _layer(layers: Mapping[str, Any], kind: str) -> Any:
    """Return the layer of *kind* that the others are counted in, None where there is none."""
    names = [*_PREFERRED.get(kind, ()), *(n for n in layers if n.partition("/")[0] == kind)]
    return next((layers[name] for name in names if name in layers), None)


# ----------------------------------------------------------------------- from words to offsets


def _add(parse: Parse, piece: _Piece, layers: Mapping[str, Any]) -> None:
    words = _layer(layers, "tok") or []
    spans = [
        span.shift(piece.span.begin) if span is not None else None
        for span in align(piece.words, words)
    ]
    tags = _layer(layers, "pos") or [""] * len(words)
    arcs = _layer(layers, "dep") or [(None, None)] * len(words)
    parse.tokens += _tokens(spans, tags, arcs, first=len(parse.tokens))
    recognized = [layers[name] for name in layers if name.partition("/")[0] == "ner"]
    for names in recognized:
        found = ((label_of_name(label), begin, end) for _, label, begin, end in names)
        parse.names += _names(found, spans)
    if not recognized:
        tagged = ((label_of_pos(tag), at, at + 1) for at, tag in enumerate(tags))
        parse.names += _names(tagged, spans)
    parse.frames += filter(None, (_frame(roles, spans) for roles in _layer(layers, "srl") or ()))


def _tokens(
    spans: Sequence[Span | None],
    tags: Sequence[str],
    arcs: Sequence[tuple[int | None, str | None]],
    *,
    first: int,
) -> Iterator[Token]:
    """Yield the tokens that have a place; HanLP counts heads from 1, with 0 for none."""
    placed = [at for at, span in enumerate(spans) if span is not None]
    index = {at + 1: first + new for new, at in enumerate(placed)}
    for at in placed:
        head, relation = arcs[at]
        span = spans[at]
        if span is not None:
            yield Token(span, tags[at], index.get(head or 0), relation)


def _names(
    found: Iterable[tuple[Label | None, int, int]], spans: Sequence[Span | None]
) -> Iterator[CoarseName]:
    for label, begin, end in found:
        span = _covering(spans, begin, end)
        if label is not None and span is not None:
            yield CoarseName(span, label.types, label.score, SOURCE)


def _frame(
    roles: Iterable[tuple[str, str, int, int]], spans: Sequence[Span | None]
) -> Frame | None:
    predicate = None
    arguments = []
    for _, role, begin, end in roles:
        span = _covering(spans, begin, end)
        if span is not None and role == "PRED":
            predicate = span
        elif span is not None:
            arguments.append(Argument(role, span))
    if predicate is None or not arguments:
        return None
    return Frame(predicate, tuple(sorted(arguments, key=lambda a: (a.span, a.role))))


def _covering(spans: Sequence[Span | None], begin: int, end: int) -> Span | None:
    """Return the span of the words from *begin* to *end*, None where an edge has no place."""
    if not 0 <= begin < end <= len(spans):
        return None
    left, right = spans[begin], spans[end - 1]
    return Span(left.begin, right.end) if left is not None and right is not None else None
