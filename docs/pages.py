"""Write the pages that would be wrong within a week if people wrote them.

The cookbook shows each question with its answer on the sample graph, the commands are what `--help`
prints, the settings come from `kg.settings`, classes and relations from `ontology/` with the words that
signal them.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator
from decimal import Decimal
from pathlib import Path

import click
import pyoxigraph as ox

from kg.cli import main
from kg.query import CookbookQuery, QueryResult, cookbook, run_cookbook
from kg.schema import RelationDef, load_schema, ontology_path
from kg.settings_schema import settings_schema

__all__ = ["PAGES", "make_pages", "write_ontology_reference"]

ROWS_SHOWN = 8

WORDS = {
    "cookbook": ("问题集", "Query cookbook"),
    "cookbook-intro": (
        "这些问题随 kg 一起提供：`kg query` 列出它们，`kg query 名称 --set 参数=值` 提问。下面的答案来自样例图谱"
        f"（`kg build corpus`），每题最多列出 {ROWS_SHOWN} 行，由程序写成。",
        "These questions come with kg: `kg query` lists them, `kg query NAME --set PARAMETER=VALUE` asks one. "
        f"The answers are those of the sample graph (`kg build corpus`), at most {ROWS_SHOWN} rows each, written by a program.",
    ),
    "rows": ("共 {} 行", "{} rows"),
    "nothing": ("样例图谱中没有答案。", "The sample graph has no answer."),
    "parameter": ("参数", "parameter"),
    "meaning": ("含义", "meaning"),
    "default": ("例", "example"),
    "commands": ("命令参考", "Commands"),
    "commands-intro": (
        "以下是各命令的 `--help`，由程序写成。数据写到标准输出，消息写到标准错误；退出码 0 正常，1 数据不足，2 无法运行。",
        "This is what `--help` prints, written by a program. Data goes to stdout, messages to stderr; exit codes: "
        "0 fine, 1 the data falls short, 2 could not run.",
    ),
    "ontology": ("本体", "Ontology"),
    "ontology-intro": (
        "kg 抽取什么，由 `ontology/` 决定：类、关系、属性，以及标志它们的词。本页由程序写成；"
        '按 OWL 术语逐条列出的文档见 <a href="{}">pyLODE 生成的参考</a>（英文）。',
        "What kg extracts is decided in `ontology/`: classes, relations, attributes, and the words that signal them. "
        'Written by a program; <a href="{}">the reference made by pyLODE</a> lists it term by term.',
    ),
    "classes": ("实体类型", "Types of entities"),
    "relations": ("关系", "Relations"),
    "attributes": ("属性", "Attributes"),
    "name": ("名称", "name"),
    "label": ("中文 / 英文", "Chinese / English"),
    "comment": ("说明", "what it means"),
    "ends": ("主体 → 客体", "subject → object"),
    "cues": ("提示词（节选）", "cue words (some)"),
    "settings": ("设置 kg.toml", "Settings: kg.toml"),
    "settings-intro": (
        "文中没有写明的，放在语料旁的 `kg.toml` 里。写错的键会报错。命令行参数优先于环境变量（`KG_HOME`），环境变量优先于文件。",
        "What no text says stands in a `kg.toml` beside the corpus. A misspelled key is an error. Flags win over the "
        "environment (`KG_HOME`), which wins over the file.",
    ),
    "settings-editor": (
        "[`kg.schema.json`](kg.schema.json) 是它的 JSON Schema：VS Code 装上 Even Better TOML（taplo），在文件首行写下面的注释，"
        "就有补全、说明和检查。",
        "[`kg.schema.json`](kg.schema.json) is its JSON schema: with Even Better TOML (taplo) in VS Code and this comment "
        "as first line, the editor completes, explains and checks.",
    ),
    "key": ("键", "key"),
}


def make_pages(store: ox.Store, language: str, staged: Path) -> None:
    """Write all generated pages of a language into *staged*."""
    for name, make in PAGES.items():
        (staged / name).write_text(make(store, language), "utf-8")
    (staged / "kg.schema.json").write_text(
        json.dumps(settings_schema(), ensure_ascii=False, indent=2) + "\n", "utf-8"
    )


def _say(key: str, language: str) -> str:
    return WORDS[key][language != "zh"]


def _row(cells: Iterable[str]) -> str:
    # A cell of Markdown ends at a bar; a name from a document may hold one, or look like HTML.
    escaped = (re.sub(r"([\\`*_|<>\[\]])", r"\\\1", cell).replace("\n", " ") for cell in cells)
    return f"| {' | '.join(escaped)} |\n"


def _table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    head = list(head)
    return _row(head) + "|---" * len(head) + "|\n" + "".join(map(_row, rows)) + "\n"


# ----------------------------------------------------------------------------------- cookbook


def _cookbook(store: ox.Store, language: str) -> str:
    parts = [f"# {_say('cookbook', language)}\n\n{_say('cookbook-intro', language)}\n\n"]
    for query in cookbook():
        parts += _question(store, query, language)
    return "".join(parts)


def _question(store: ox.Store, query: CookbookQuery, language: str) -> Iterator[str]:
    title = query.title if language == "zh" else query.title_en
    yield f"## {title}\n\n```sh\nkg query {query.name}\n```\n\n"
    if query.parameters:
        head = (_say(key, language) for key in ("parameter", "default", "meaning"))
        yield _table(
            head, ((p.name, p.default, _meaning(p.help, language)) for p in query.parameters)
        )
    result = run_cookbook(store, query)
    yield _answer(result, language)
    yield f"<details><summary>SPARQL</summary>\n\n```sparql\n{query.text.strip()}\n```\n\n</details>\n\n"


def _meaning(help_: str, language: str) -> str:
    """Return the half of a bilingual explanation, 地点 / place."""
    zh, _, en = help_.partition(" / ")
    return zh if language == "zh" else en or zh


def _answer(result: QueryResult, language: str) -> str:
    if not result.rows:
        return f"{_say('nothing', language)}\n\n"
    rows = [[_plain(term) for term in row] for row in result.rows]
    table = _table(result.columns, rows[:ROWS_SHOWN])
    return f"{table}{_say('rows', language).format(len(rows))}\n\n"


def _plain(term: object) -> str:
    if isinstance(term, ox.Literal):
        is_number = term.datatype.value.endswith(("#decimal", "#integer"))
        return f"{Decimal(term.value):,f}" if is_number else term.value
    if isinstance(term, ox.NamedNode):
        return re.split(r"[/#]", term.value)[-1]
    return ""


# ----------------------------------------------------------------------------------- commands


def _commands(_: ox.Store, language: str) -> str:
    parts = [f"# {_say('commands', language)}\n\n{_say('commands-intro', language)}\n\n"]
    context = click.Context(main, info_name="kg")
    for name, command in main.commands.items():
        parts += _help(command, context, f"kg {name}", 2)
    return "".join(parts)


def _help(command: click.Command, parent: click.Context, title: str, level: int) -> Iterator[str]:
    context = click.Context(
        command,
        info_name=title.rsplit(" ", 1)[1],
        parent=parent,
        terminal_width=96,
        max_content_width=96,
    )
    yield f"{'#' * level} {title}\n\n```text\n{command.get_help(context).rstrip()}\n```\n\n"
    if isinstance(command, click.Group):
        for name, below in command.commands.items():
            yield from _help(below, context, f"{title} {name}", level + 1)


# ----------------------------------------------------------------------------------- ontology


def _ontology(_: ox.Store, language: str) -> str:
    schema = load_schema()
    reference = "ontology-reference.html" if language == "zh" else "../ontology-reference.html"
    intro = _say("ontology-intro", language).format(reference)
    cues: dict[str, list[str]] = {}
    for cue_set in schema.cues:
        cues.setdefault(cue_set.signals, []).extend(cue_set.words)
    classes = (
        (c.name, f"{c.label_zh} / {c.label_en}", c.comment_zh, f"{c.prefix}:")
        for c in schema.classes.values()
    )
    head = [_say(key, language) for key in ("name", "label", "comment")]
    parts = [f"# {_say('ontology', language)}\n\n{intro}\n\n## {_say('classes', language)}\n\n"]
    parts.append(_table([*head, "IRI"], classes))
    for key, relations in (("relations", schema.relations), ("attributes", schema.attributes)):
        columns = [*head, _say("ends", language), _say("cues", language)]
        rows = (
            _relation_row(relation, cues.get(relation.name, ())) for relation in relations.values()
        )
        parts.append(f"## {_say(key, language)}\n\n{_table(columns, rows)}")
    return "".join(parts)


def _relation_row(relation: RelationDef, cues: Iterable[str]) -> tuple[str, ...]:
    ends = "、".join(sorted(relation.domain))
    if relation.range:
        ends += f" {'↔' if relation.symmetric else '→'} " + "、".join(sorted(relation.range))
    words = "、".join(list(dict.fromkeys(cues))[:12])
    return (
        f"kg:{relation.name}",
        f"{relation.label_zh} / {relation.label_en}",
        relation.comment_zh,
        ends,
        words,
    )


def write_ontology_reference(path: Path) -> None:
    """Write pyLODE's page of the ontology."""
    # A process of its own: pylode lets everything log at DEBUG and leaves its files open.
    ontology = str(ontology_path() / "kg.ttl")
    command = [sys.executable, "-m", "pylode", ontology, "-o", str(path)]
    subprocess.run(command, check=True, capture_output=True)


# ----------------------------------------------------------------------------------- settings


def _settings(_: ox.Store, language: str) -> str:
    schema = settings_schema()
    parts = [f"# {_say('settings', language)}\n\n{_say('settings-intro', language)}\n\n"]
    rows = []
    for table, content in schema["properties"].items():
        for key, entry in content["properties"].items():
            zh, _, en = entry["description"].partition(" / ")
            default = json.dumps(entry["default"], ensure_ascii=False) if "default" in entry else ""
            rows.append((f"[{table}] {key}", zh if language == "zh" else en, default))
    head = (_say(key, language) for key in ("key", "meaning", "default"))
    parts.append(_table(head, rows))
    parts.append(
        f"{_say('settings-editor', language)}\n\n```toml\n#:schema ./kg.schema.json\n```\n"
    )
    return "".join(parts)


PAGES: dict[str, Callable[[ox.Store, str], str]] = {
    "cookbook.md": _cookbook,
    "commands.md": _commands,
    "ontology.md": _ontology,
    "settings.md": _settings,
}
