"""The file in which people's judgements stand, read strictly and written one line at a time.

What a person decided about a graph must outlive the graph: builds come and go, extraction gets
better, ids are hashes. So a judgement says what it is about in words that stay, type and name, and
stands on a line of its own in `judgements.yaml` beside kg.toml, under version control::

    - {kind: same, left: 'company:鲁西集团', right: 'company:鲁西化工集团', by: 王芳, at: 2023-05-04}
    - {kind: claim wrong, subject: 'company:鲁西集团', predicate: builds, object: 'project:双酚A项目',
       by: 王芳, at: 2023-05-04, note: the contractor is another firm}

YAML because a line has named fields, may carry a comment, and merges: judgements are only appended,
a later one on the same thing replaces an earlier one, and to take one back its line is removed. What
the file says wrongly is an error with its line; what it says of things that are gone is reported by
the build and kept.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from difflib import get_close_matches
from pathlib import Path

import yaml

from kg.errors import InputError
from kg.graph.files import read_optional, replace_file
from kg.model import EntityId
from kg.review.judgements import ClaimKey, Judgement, Kind, Pair, Target, effective
from kg.schema import load_schema
from kg.settings import find_settings_file

__all__ = [
    "JUDGEMENTS_FILE",
    "append_judgements",
    "find_beside_settings",
    "judgement_line",
    "read_judgements",
    "remove_judgement",
]

JUDGEMENTS_FILE = "judgements.yaml"

_HEAD = """\
# What people decided about this graph; docs/review.md. One judgement a line, the newest last: kg build
# applies them all, kg review appends. To take one back, remove its line.
"""
# The C parser reads ten thousand lines in a second; both keep every value a text (no, 2023-05-04).
_LOADER = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
_WIDE = 2**20  # columns: one judgement, one line


def find_beside_settings(paths: Sequence[Path], name: str = JUDGEMENTS_FILE) -> Path:
    """Return where the file *name* of a corpus is, or would be: beside kg.toml, else in the corpus."""
    settings = find_settings_file(paths)
    if settings is not None:
        return settings.parent / name
    folders = [path if path.is_dir() else path.parent for path in paths]
    beside = [place for folder in folders for place in (folder, folder.resolve().parent)]
    found = (folder / name for folder in beside if (folder / name).is_file())
    return next(found, folders[0] / name)


# ------------------------------------------------------------------------------------ reading


def read_judgements(path: Path) -> tuple[Judgement, ...]:
    """Read all judgements of a file, in its order; none where there is no file.

    Raises:
        InputError: the file is not YAML, a judgement is not one, or two contradict each other; the
            message names the line.
    """
    judgements = tuple(_parse(node, path) for node in _entries(read_optional(path), path))
    _require_consistent(judgements, path)
    return judgements


def _entries(text: str, path: Path) -> list[yaml.Node]:
    try:
        root = yaml.compose(text, Loader=_LOADER)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        raise InputError(
            f"not YAML: {getattr(error, 'problem', None) or error}",
            path=path,
            line=mark.line + 1 if mark else None,
            remedy="write one judgement a line: - {kind: same, left: …, right: …}",
        ) from error
    if root is None:
        return []
    if not isinstance(root, yaml.SequenceNode):
        raise InputError("not a list of judgements", path=path, line=root.start_mark.line + 1)
    return list(root.value)


def _parse(node: yaml.Node, path: Path) -> Judgement:
    line = node.start_mark.line + 1
    try:
        return _judgement(_Fields(node), line)
    except ValueError as error:
        raise InputError(str(error), path=path, line=line) from error


class _Fields:
    """The fields of one judgement; each is taken once, and none may be left."""

    def __init__(self, node: yaml.Node) -> None:
        self._values: dict[str, yaml.Node] = {}
        for key, value in _pairs(node):
            if key in self._values:
                raise ValueError(f"{key} stands twice")
            self._values[key] = value

    def text(self, name: str, *, required: bool = False) -> str:
        node = self._values.pop(name, None)
        if node is None and not required:
            return ""
        value = node.value if isinstance(node, yaml.ScalarNode) else None
        if not isinstance(value, str) or not value.strip():
            raise ValueError(f"{name} is missing" if node is None else f"{name} must be a text")
        return value.strip()

    def mapping(self, name: str) -> dict[str, str]:
        node = self._values.pop(name, None)
        if node is None:
            return {}
        pairs = list(_pairs(node, name))
        return {key: str(value.value) for key, value in pairs if isinstance(value, yaml.ScalarNode)}

    def has(self, name: str) -> bool:
        return name in self._values

    def finish(self, kind: Kind) -> None:
        if self._values:
            name = sorted(self._values)[0]
            near = get_close_matches(name, _FIELDS, n=1)
            hint = f"; did you mean {near[0]}?" if near and near[0] != name else ""
            raise ValueError(f"{kind.value} takes no {name}{hint}")


def _pairs(node: yaml.Node, what: str = "a judgement") -> Iterable[tuple[str, yaml.Node]]:
    if not isinstance(node, yaml.MappingNode):
        raise ValueError(f"{what} is written {{name: value, …}}")
    return [(str(key.value), value) for key, value in node.value]


_COMMON = ("by", "at", "note")
_CLAIM = ("subject", "predicate", "object", "with")
_FIELDS = (
    *("kind", "left", "right", *_CLAIM, "as", "document", "quote", "entity", "name", "type"),
    *_COMMON,
)


def _judgement(fields: _Fields, line: int) -> Judgement:
    kind = _kind(fields.text("kind", required=True))
    target = _TARGETS[kind](fields)
    value = {
        Kind.RENAME: lambda: fields.text("name", required=True),
        Kind.RETYPE: lambda: _class(fields.text("type", required=True)),
        Kind.CLAIM_RIGHT: lambda: _status(fields.text("as")),
    }.get(kind, str)()
    is_wrong = kind is Kind.CLAIM_WRONG
    judgement = Judgement(
        kind,
        target,
        value,
        document=fields.text("document") if is_wrong else "",
        quote=fields.text("quote") if is_wrong else "",
        by=fields.text("by"),
        at=_moment(fields.text("at")),
        note=fields.text("note"),
        line=line,
    )
    fields.finish(kind)
    return judgement


def _kind(text: str) -> Kind:
    try:
        return Kind(text)
    except ValueError:
        known = [kind.value for kind in Kind]
        near = get_close_matches(text, known, n=1)
        hint = f"did you mean {near[0]}?" if near else f"known are {', '.join(known)}"
        raise ValueError(f"no kind {text!r}; {hint}") from None


def _pair(fields: _Fields) -> Pair:
    left, right = (_entity(fields.text(side, required=True)) for side in ("left", "right"))
    if left == right:
        raise ValueError(f"left and right are both {left}")
    return Pair(left, right)


def _claim(fields: _Fields) -> ClaimKey:
    subject = _entity(fields.text("subject", required=True))
    predicate = fields.text("predicate", required=True)
    schema = load_schema()
    known = [*schema.relations, *schema.attributes]
    if predicate not in known:
        near = get_close_matches(predicate, known, n=1)
        hint = f"did you mean {near[0]}?" if near else "see ontology/kg.ttl"
        raise ValueError(f"no relation {predicate!r}; {hint}")
    object_ = fields.text("object", required=True)
    if predicate in schema.relations:
        object_ = _entity(object_)
    return ClaimKey(subject, predicate, object_, tuple(sorted(fields.mapping("with").items())))


def _pair_or_claim(fields: _Fields) -> Target:
    return _claim(fields) if fields.has("subject") else _pair(fields)


def _named(fields: _Fields) -> EntityId:
    return _entity(fields.text("entity", required=True))


_TARGETS: Mapping[Kind, Callable[[_Fields], Target]] = {
    Kind.SAME: _pair,
    Kind.DIFFERENT: _pair,
    Kind.UNSURE: _pair_or_claim,
    Kind.CLAIM_RIGHT: _claim,
    Kind.CLAIM_WRONG: _claim,
    Kind.RENAME: _named,
    Kind.RETYPE: _named,
}


def _entity(text: str) -> EntityId:
    prefix, colon, name = text.partition(":")
    prefixes = sorted(definition.prefix for definition in load_schema().classes.values())
    if not colon or not name.strip() or prefix not in prefixes:
        near = get_close_matches(prefix, prefixes, n=1)
        hint = f"did you mean {near[0]}:…?" if near else f"known are {', '.join(prefixes)}"
        raise ValueError(f"{text!r} is no TYPE:NAME, such as company:鲁西集团; {hint}")
    return EntityId(text)


def _class(text: str) -> str:
    classes = load_schema().classes
    if text not in classes:
        near = get_close_matches(text, classes, n=1)
        hint = f"did you mean {near[0]}?" if near else f"known are {', '.join(classes)}"
        raise ValueError(f"no class {text!r}; {hint}")
    return text


def _status(text: str) -> str:
    if text not in {"", "fact"}:
        raise ValueError(
            f"as: {text!r} is unknown; as: fact says that it is no mere plan or hearsay"
        )
    return text


def _moment(text: str) -> str:
    # Python 3.10 reads neither Z nor 2023-05-04T10.
    try:
        datetime.fromisoformat(re.sub(r"Z$", "+00:00", text) or "2000-01-01")
    except ValueError:
        raise ValueError(f"at: {text!r} is no ISO date, such as 2023-05-04") from None
    return text


def _require_consistent(judgements: Sequence[Judgement], path: Path) -> None:
    """Raise where names judged different were judged the same, also by way of others."""
    pairs = [(each, each.target) for each in effective(judgements) if isinstance(each.target, Pair)]
    group: dict[EntityId, EntityId] = {}

    def chief(name: EntityId) -> EntityId:
        while group.get(name, name) != name:
            name = group[name]
        return name

    for judgement, pair in pairs:
        if judgement.kind is Kind.SAME:
            group[chief(pair.left)] = chief(pair.right)
    for judgement, pair in pairs:
        if judgement.kind is Kind.DIFFERENT and chief(pair.left) == chief(pair.right):
            raise InputError(
                f"{pair.left} and {pair.right} are judged different, and by other judgements the same",
                path=path,
                line=judgement.line or None,
                remedy="take one of them back: kg review --judged lists all",
            )


# ------------------------------------------------------------------------------------ writing


def judgement_line(judgement: Judgement) -> str:
    """Return a judgement as its line of the file, without the line break."""
    text = yaml.dump(
        _as_fields(judgement),
        Dumper=yaml.SafeDumper,
        default_flow_style=True,
        allow_unicode=True,
        sort_keys=False,
        width=_WIDE,
    )
    return f"- {text.strip()}"


def _as_fields(judgement: Judgement) -> dict[str, object]:
    target = judgement.target
    fields: dict[str, object] = {"kind": judgement.kind.value}
    if isinstance(target, Pair):
        fields |= {"left": str(target.left), "right": str(target.right)}
    elif isinstance(target, ClaimKey):
        ends = {"subject": str(target.subject), "predicate": target.predicate}
        fields |= ends | {"object": str(target.object), "with": dict(target.details)}
    else:
        fields["entity"] = str(target)
    names = {Kind.RENAME: "name", Kind.RETYPE: "type", Kind.CLAIM_RIGHT: "as"}
    fields[names.get(judgement.kind, "")] = judgement.value
    for name in ("document", "quote", *_COMMON):
        fields[name] = getattr(judgement, name)
    return {name: value for name, value in fields.items() if name and value}


def append_judgements(path: Path, judgements: Sequence[Judgement]) -> int:
    """Append what a file does not say yet; return how many judgements that is.

    The file is made where it is missing. Nothing that stands there is touched, not even its line ends.

    Raises:
        InputError: the file is not sound, or the new judgements contradict what it says.
    """
    before_them = read_judgements(path)
    known = {(each.key, each.kind, each.value) for each in effective(before_them)}
    new = [each for each in judgements if (each.key, each.kind, each.value) not in known]
    if not new:
        return 0
    _require_consistent((*before_them, *new), path)
    try:
        before = path.read_bytes()
    except FileNotFoundError:
        before = _HEAD.encode()
    gap = b"" if before.endswith(b"\n") or not before else b"\n"
    lines = "".join(f"{judgement_line(judgement)}\n" for judgement in new)
    with replace_file(path) as file:
        file.write(before + gap + lines.encode("utf-8", "replace"))
    return len(new)


def remove_judgement(path: Path, line: int | None = None) -> Judgement:
    """Remove the judgement on *line*, the last where none is named; return it.

    Raises:
        InputError: there is none.
    """
    judgements = read_judgements(path)
    chosen = [each for each in judgements if line in (None, each.line)]
    if not chosen:
        what = "there are no judgements" if line is None else f"no judgement begins on line {line}"
        raise InputError(what, path=path, remedy="kg review --judged lists them with their lines")
    judgement = chosen[-1]
    later = [each.line for each in judgements if each.line > judgement.line]
    lines = path.read_bytes().splitlines(keepends=True)
    end = _end(lines, judgement.line, min(later, default=len(lines) + 1))
    with replace_file(path) as file:
        file.write(b"".join(lines[: judgement.line - 1] + lines[end:]))
    return judgement


def _end(lines: Sequence[bytes], begin: int, bound: int) -> int:
    """Return after which line a judgement ends; comments before the next one stay."""
    end = bound - 1
    while end > begin and lines[end - 1].lstrip()[:1] in (b"#", b""):
        end -= 1
    return end
