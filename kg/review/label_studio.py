"""Annotate in bulk with Label Studio: our extraction out as pre-annotations, people's work back as gold.

A task is an article; its spans carry a class, relations between spans a relation of the ontology, and
a text area beside each span its full name (https://labelstud.io/guide/task_format). Three things have
no form there: amounts and dates of a claim, facts whose value stands nowhere as such, and which
pronouns are no aliases. They travel in the task's data, which Label Studio keeps as it is, and come
back with every claim that was left as it was.

Label Studio counts UTF-16 code units, as JavaScript does
(https://github.com/HumanSignal/label-studio/issues/1347); offsets are converted both ways.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias
from xml.etree import ElementTree as ET  # builds XML only, parses none

from kg import __version__
from kg.errors import InputError, InternalError, QuantityError
from kg.extraction.quantities import parse_quantity, written_unit
from kg.jsonl import Annotation, article_claims, to_annotation, without_repeats
from kg.model import Document, Extraction, MentionId, PartialDate, Quantity, Span, Value
from kg.schema import load_schema

__all__ = ["Task", "from_tasks", "labeling_config", "read_tasks", "to_tasks"]

Task: TypeAlias = dict[str, Any]

VALUE = "Value"  # the label of spans that are no entities: 64亿元, 2022年12月
_MAX_EVIDENCE_CHARS = 40  # of a claim that an annotator added, as the guideline has it


# ------------------------------------------------------------------------------------- export


def to_tasks(document: Document, extractions: Iterable[Extraction]) -> Iterator[Task]:
    """Yield a task with pre-annotations for each article of a document."""
    for extraction in extractions:
        (article,) = to_annotation(document, [extraction])["articles"]
        regions = _Regions(extraction)
        claims = [
            regions.add_claim(relation, claim) for relation, claim in article_claims(extraction)
        ]
        confidences = [relation.evidence.confidence for relation in extraction.relations]
        carried = {name: value for name, value in article.items() if name not in _REMADE}
        yield {
            "data": {
                "text": extraction.article.text,
                "document": str(document.id),
                "kg": {"article": carried, "claims": claims},
            },
            "predictions": [
                {
                    "model_version": f"kg {__version__}",
                    "score": round(sum(confidences) / len(confidences), 4) if confidences else 0.0,
                    "result": regions.results,
                }
            ],
        }


_REMADE = frozenset({"relations", "facts"})  # of the article: made anew from what comes back


class _Regions:
    """The spans and relations of one article, as Label Studio writes them."""

    def __init__(self, extraction: Extraction) -> None:
        self._text = extraction.article.text
        self.results: list[dict[str, Any]] = []
        self._id_by_mention: dict[MentionId, str] = {}
        self._id_by_value: dict[Span, str] = {}
        self._words: dict[str, str] = {}  # of values
        for number, mention in enumerate(extraction.mentions):
            id_ = f"m{number}"
            self._id_by_mention[mention.id] = id_
            self._add(id_, mention.span, mention.type)
            self._add_name(id_, mention.span, mention.name)

    def _place(self, span: Span) -> dict[str, Any]:
        begin, end = (_to_utf16(self._text, offset) for offset in (span.begin, span.end))
        return {"start": begin, "end": end, "text": span.of(self._text)}

    def _add(self, id_: str, span: Span, label: str) -> None:
        value = self._place(span) | {"labels": [label]}
        common = {"id": id_, "from_name": "type", "to_name": "text", "type": "labels"}
        self.results.append({**common, "value": value})

    def _add_name(self, id_: str, span: Span, name: str) -> None:
        value = self._place(span) | {"text": [name]}
        common = {"id": id_, "from_name": "name", "to_name": "text", "type": "textarea"}
        self.results.append({**common, "value": value})

    def add_claim(self, relation: Any, claim: Mapping[str, Any]) -> dict[str, Any]:
        """Add a relation; return what must travel beside it."""
        source = self._id_by_mention[relation.subject]
        if relation.is_fact:
            target = self._value_id(relation.object, relation.evidence.span)
        else:
            target = self._id_by_mention[MentionId(str(relation.object))]
        if target:
            self.results.append(
                {
                    "type": "relation",
                    "from_id": source,
                    "to_id": target,
                    "direction": "right",
                    "labels": [relation.predicate],
                }
            )
        kept = {name: value for name, value in claim.items() if name not in {"s", "p", "o"}}
        words = self._words.get(target, "")
        ends = {"from": source, "to": target, "p": relation.predicate, "words": words}
        return {**ends, "claim": kept}

    def _value_id(self, value: MentionId | Value, evidence: Span) -> str:
        """Return the region of a value, "" where its words stand nowhere in the evidence."""
        words = value.text if isinstance(value, Quantity | PartialDate) else str(value)
        begin = self._text.find(words, evidence.begin, evidence.end) if words else -1
        if begin < 0:
            return ""
        span = Span(begin, begin + len(words))
        if span not in self._id_by_value:
            self._id_by_value[span] = f"v{len(self._id_by_value)}"
            self._words[self._id_by_value[span]] = words
            self._add(self._id_by_value[span], span, VALUE)
        return self._id_by_value[span]


def labeling_config() -> str:
    """Return the labeling interface for the tasks: all classes and relations of the ontology."""
    schema = load_schema()
    view = ET.Element("View")
    relations = ET.SubElement(view, "Relations", choice="multiple")
    for relation in (*schema.relations, *schema.attributes):
        ET.SubElement(relations, "Relation", value=relation)
    labels = ET.SubElement(view, "Labels", name="type", toName="text")
    for class_ in (*schema.classes, VALUE):
        ET.SubElement(labels, "Label", value=class_)
    ET.SubElement(view, "Text", name="text", value="$text")
    name = {"name": "name", "toName": "text", "perRegion": "true", "placeholder": "full name"}
    ET.SubElement(view, "TextArea", name)
    ET.indent(view)
    return ET.tostring(view, encoding="unicode") + "\n"


def _to_utf16(text: str, offset: int) -> int:
    return offset + sum(char > "\uffff" for char in text[:offset])


def _from_utf16(text: str, units: int) -> int:
    offset = passed = 0
    while passed < units and offset < len(text):
        passed += 2 if text[offset] > "\uffff" else 1
        offset += 1
    return offset


# ------------------------------------------------------------------------------------- import


def read_tasks(path: Path) -> list[Task]:
    """Read a JSON export of Label Studio.

    Raises:
        InputError: the file is no such export.
    """
    try:
        tasks = json.loads(path.read_text("utf-8-sig"))
    except (OSError, ValueError) as error:
        raise InputError(f"not readable as JSON: {error}", path=path) from error
    tasks = tasks if isinstance(tasks, list) else [tasks]
    for number, task in enumerate(tasks, 1):
        data = task.get("data") if isinstance(task, dict) else None
        if not isinstance(data, dict) or not isinstance(data.get("text"), str):
            raise InputError(
                f"task {number} has no data.text",
                path=path,
                remedy="export as JSON (not JSON-MIN) from a project made of kg's tasks",
            )
    return tasks


def from_tasks(tasks: Iterable[Task], *, path: Path | str = "tasks") -> list[Annotation]:
    """Return the annotations of people as annotated documents; tasks nobody finished are left out.

    Of several annotations of a task the one marked as ground truth counts, else the last.

    Raises:
        InputError: an annotation contradicts its text or the ontology; the message names the task.
    """
    articles: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for number, task in enumerate(tasks, 1):
        results = _chosen(task)
        if results is None:
            continue
        data = task["data"]
        try:
            article = _Article(data, results).as_annotation()
        except (
            AttributeError,
            IndexError,
            InternalError,
            KeyError,
            TypeError,
            ValueError,
        ) as error:
            name = f"task {task.get('id', number)}"
            raise InputError(f"{name}: {_reason(error)}", path=path) from error
        articles[str(data.get("document", ""))].append(article)
    return [{"doc": document, "articles": found} for document, found in articles.items()]


def _reason(error: Exception) -> str:
    return f"{error.args[0]!r} is missing" if isinstance(error, KeyError) else str(error)


def _chosen(task: Task) -> Sequence[Mapping[str, Any]] | None:
    done = [it for it in task.get("annotations") or () if not it.get("was_cancelled")]
    chosen = next((it for it in done if it.get("ground_truth")), done[-1] if done else None)
    return chosen.get("result") or [] if chosen is not None else None


@dataclass(frozen=True, slots=True)
class _Region:
    """A span as it comes back."""

    id: str
    span: Span
    text: str
    label: str
    name: str

    @property
    def key(self) -> tuple[str, str]:
        """What makes spans one entity of the article."""
        return self.label, self.name


class _Article:
    """One annotated task."""

    def __init__(self, data: Mapping[str, Any], results: Sequence[Mapping[str, Any]]) -> None:
        self._text: str = data["text"]
        carried = data.get("kg") or {}
        self._article: dict[str, Any] = dict(carried.get("article") or _bare_article(self._text))
        self._claims: list[Mapping[str, Any]] = list(carried.get("claims") or ())
        self._before = {(it["type"], it["name"]): it for it in self._article.pop("entities", ())}
        self._regions = {region.id: region for region in self._read_regions(results)}
        self._relations = list(_read_relations(results))
        ordered = sorted(self._regions.values(), key=lambda region: (region.span, region.id))
        self._entities = [region for region in ordered if region.label != VALUE]
        keys = dict.fromkeys(region.key for region in self._entities)
        known = [key for key in self._before if key in keys]
        self._ids = {key: f"e{n}" for n, key in enumerate(dict.fromkeys((*known, *keys)), 1)}

    def _read_regions(self, results: Sequence[Mapping[str, Any]]) -> Iterator[_Region]:
        names = {
            it["id"]: it["value"]["text"][0].strip()
            for it in results
            if it.get("type") == "textarea" and it["value"].get("text")
        }
        classes = load_schema().classes
        full: dict[tuple[str, str], str] = {}
        for it in results:
            if it.get("type") != "labels":
                continue
            value = it["value"]
            begin, end = (_from_utf16(self._text, value[end]) for end in ("start", "end"))
            span, label = Span(begin, end), value["labels"][0]
            text = span.of(self._text)
            if value.get("text") not in (None, text):
                raise ValueError(f"{value['text']!r} does not stand at {begin}…{end}: {text!r}")
            if label != VALUE and label not in classes:
                raise ValueError(f"{label!r} is no class of the ontology")
            # An added span without a name is called as its likes are.
            name = names.get(it["id"]) or full.get((label, text)) or text.replace("\n", "")
            full.setdefault((label, text), name)
            yield _Region(it["id"], span, text, label, name)

    def as_annotation(self) -> dict[str, Any]:
        """Return the article in the annotation format."""
        claims = [*self._kept_claims(), *self._new_claims()]
        return {
            **self._article,
            "entities": [self._entity(key, id_) for key, id_ in self._ids.items()],
            "relations": without_repeats([claim for claim in claims if "o" in claim]),
            "facts": without_repeats([claim for claim in claims if "v" in claim]),
        }

    def _entity(self, key: tuple[str, str], id_: str) -> dict[str, Any]:
        regions = [region for region in self._entities if region.key == key]
        forms = dict.fromkeys(region.text.replace("\n", "") for region in regions)
        before = self._before.get(key, {}).get("aliases")
        if before is not None:
            # 其 was exported as a span and is no alias; what people added is one.
            added = {it.text.replace("\n", "") for it in regions if it.id not in self._exported()}
            kept = [alias for alias in before if alias in forms]
            forms = dict.fromkeys((*kept, *(form for form in forms if form in added)))
        aliases = [form for form in forms if form != key[1]]
        return {"id": id_, "type": key[0], "name": key[1], "aliases": aliases}

    def _exported(self) -> frozenset[str]:
        return frozenset(id_ for id_ in self._regions if id_[:1] in "mv" and id_[1:].isdecimal())

    def _kept_claims(self) -> Iterator[dict[str, Any]]:
        there = set(self._relations)
        for carried in self._claims:
            source, target, predicate = carried["from"], carried["to"], carried["p"]
            if target and (source, target, predicate) not in there:
                continue  # somebody removed it
            if source in self._regions:
                yield self._claim(source, predicate, target, self._carried(carried))

    def _carried(self, carried: Mapping[str, Any]) -> Mapping[str, Any]:
        """Return what travelled beside a claim, without the value where its span was moved."""
        region, words = self._regions.get(carried["to"]), carried.get("words")
        if region is None or not words or region.text == words:
            return carried["claim"]  # type: ignore[no-any-return]
        return {key: value for key, value in carried["claim"].items() if key not in {"v", "unit"}}

    def _new_claims(self) -> Iterator[dict[str, Any]]:
        schema = load_schema()
        carried = {(it["from"], it["to"], it["p"]) for it in self._claims}
        for source, target, predicate in dict.fromkeys(self._relations):
            if (source, target, predicate) in carried:
                continue
            if predicate not in schema.relations and predicate not in schema.attributes:
                raise ValueError(f"{predicate!r} is no relation of the ontology")
            evidence = self._evidence(self._regions[source], self._regions[target])
            yield self._claim(source, predicate, target, evidence)

    def _claim(
        self, source: str, predicate: str, target: str, more: Mapping[str, Any]
    ) -> dict[str, Any]:
        claim: dict[str, Any] = {"s": self._ids[self._regions[source].key], "p": predicate}
        region = self._regions.get(target)
        if region is None or region.label == VALUE:
            value = {} if "v" in more or region is None else _value(region.text)
            return claim | value | dict(more)
        return {**claim, "o": self._ids[region.key], "q": {}, **more}

    def _evidence(self, one: _Region, other: _Region) -> dict[str, Any]:
        begin = min(one.span.begin, other.span.begin)
        end = max(one.span.end, other.span.end)
        end = min(end, begin + _MAX_EVIDENCE_CHARS)
        return {"evidence": self._text[begin:end], "begin": begin, "end": end}


def _read_relations(results: Sequence[Mapping[str, Any]]) -> Iterator[tuple[str, str, str]]:
    for it in results:
        if it.get("type") == "relation":
            ends = (it["from_id"], it["to_id"])
            source, target = reversed(ends) if it.get("direction") == "left" else ends
            for label in it.get("labels") or ():
                yield source, target, label


def _value(text: str) -> dict[str, Any]:
    try:
        quantity = parse_quantity(text)
    except QuantityError:
        return {"v": text, "unit": ""}
    number = quantity.value
    is_whole = number == number.to_integral_value()
    return {"v": int(number) if is_whole else float(number), "unit": written_unit(quantity)}


def _bare_article(text: str) -> dict[str, Any]:
    """Return what is known of a task that kg did not make."""
    flat = text.replace("\n", "")
    known: dict[str, Any] = {
        "id": "a1",
        "title": "",
        "reporters": [],
        "date": None,
        "complete": True,
    }
    return {**known, "starts": flat[:12], "ends": flat[-12:], "body": text}
