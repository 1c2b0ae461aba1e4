"""Draw the rooms of kg and what travels between them, as SVG in either language.

Three rows that are read like a plough: files become articles from left to right, articles become a graph
from right to left, and below are those who read the graph.
"""

from __future__ import annotations

from collections.abc import Iterator
from html import escape
from pathlib import Path

__all__ = ["draw_architecture"]

WIDTH, HEIGHT = 960, 520
BOX_WIDTH, BOX_HEIGHT = 168, 74
INK, LINE, FILL, DATA_FILL, READER_FILL = "#1f2933", "#52606d", "#e8f1fb", "#fdf3dc", "#e9f5ec"
FONT = "'Noto Sans CJK SC','Source Han Sans SC','PingFang SC','Microsoft YaHei',sans-serif"

# Name of the room, what it does (zh, en), its place.
ROOMS = (
    ("reading", "读入文件", "files as text", 200, 70),
    ("segmentation", "版面拆成文章", "pages into articles", 464, 70),
    ("annotation", "找候选名称", "candidate names", 728, 70),
    ("extraction", "提及与陈述", "mentions, claims", 728, 222),
    ("resolution", "一事物一实体", "one entity a thing", 464, 222),
    ("graph", "RDF 图与图库", "RDF and its store", 200, 222),
)
READERS = (
    ("validation", "SHACL 检查", "SHACL", 32),
    ("query · explain", "提问与依据", "answers, sentences", 218),
    ("visualization", "一页 HTML", "one HTML page", 404),
    ("export", "其他格式", "other programs", 590),
    ("server", "浏览器、SPARQL", "pages, SPARQL", 776),
)
READERS_TOP = 398
# What travels, and along which line.
FLOWS = (
    ("Document", (368, 107), (464, 107)),
    ("Article", (632, 107), (728, 107)),
    ("AnnotatedArticle", (812, 144), (812, 222)),
    ("Extraction", (728, 259), (632, 259)),
    ("Resolution", (464, 259), (368, 259)),
)


def draw_architecture(language: str) -> str:
    """Return the drawing; *language* is zh or en."""
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" font-family="{FONT}" '
            f'font-size="14" role="img" aria-label="{_say(language, "kg 的结构", "The rooms of kg")}">',
            '<defs><marker id="tip" viewBox="0 0 10 10" refX="9" refY="5" markerWidth="7" markerHeight="7" '
            f'orient="auto-start-reverse"><path d="M0 0L10 5L0 10z" fill="{LINE}"/></marker></defs>',
            f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#ffffff"/>',
            *_ends(language),
            *_flows(),
            *_rooms(language),
            *_readers(language),
            "</svg>\n",
        ]
    )


def _say(language: str, zh: str, en: str) -> str:
    return zh if language == "zh" else en


def _box(x: int, y: int, title: str, below: str, fill: str, width: int = BOX_WIDTH) -> str:
    middle = x + width // 2
    return (
        f'<rect x="{x}" y="{y}" width="{width}" height="{BOX_HEIGHT}" rx="8" fill="{fill}" stroke="{LINE}"/>'
        f"{_text(middle, y + 32, title, weight='bold')}{_text(middle, y + 55, below, size=13)}"
    )


def _text(x: int, y: int, words: str, *, size: int = 14, weight: str = "normal") -> str:
    return (
        f'<text x="{x}" y="{y}" text-anchor="middle" font-size="{size}" font-weight="{weight}" '
        f'fill="{INK}">{escape(words)}</text>'
    )


def _line(*points: tuple[int, int], dashed: bool = False) -> str:
    path = " ".join(f"{x},{y}" for x, y in points)
    dash = ' stroke-dasharray="5 4"' if dashed else ""
    return (
        f'<polyline points="{path}" fill="none" stroke="{LINE}" stroke-width="1.5"{dash} '
        'marker-end="url(#tip)"/>'
    )


def _rooms(language: str) -> Iterator[str]:
    for name, zh, en, x, y in ROOMS:
        yield _box(x, y, name, _say(language, zh, en), FILL)


def _flows() -> Iterator[str]:
    for name, begin, end in FLOWS:
        yield _line(begin, end)
        if begin[1] == end[1]:
            yield _text((begin[0] + end[0]) // 2, begin[1] - 10, name, size=13)
        else:
            yield _text(begin[0] - 66, (begin[1] + end[1]) // 2 + 5, name, size=13)


def _ends(language: str) -> Iterator[str]:
    """Draw what comes from people: files, the ontology, judgements."""
    yield _box(24, 70, _say(language, "语料", "corpus"), "txt html pdf …", DATA_FILL, 116)
    yield _line((140, 107), (200, 107))
    yield _text(
        508,
        36,
        _say(
            language,
            "ontology/ 与 kg.toml：抽取什么、“我市”是哪里",
            "ontology/ and kg.toml: what to extract, what 我市 means",
        ),
    )
    yield _line((700, 44), (780, 70), dashed=True)
    yield _box(24, 222, _say(language, "人的判断", "judgements"), "judgements.yaml", DATA_FILL, 132)
    yield _line((90, 296), (90, 340), (548, 340), (548, 296), dashed=True)
    yield _text(
        430,
        333,
        _say(
            language,
            "kg review 的回答，之后每次构建都用",
            "answers to kg review, used by every later build",
        ),
        size=13,
    )


def _readers(language: str) -> Iterator[str]:
    bus = 372
    yield f'<polyline points="284,296 284,{bus}" fill="none" stroke="{LINE}" stroke-width="1.5"/>'
    left, right = READERS[0][3] + 76, READERS[-1][3] + 76
    yield f'<polyline points="{left},{bus} {right},{bus}" fill="none" stroke="{LINE}" stroke-width="1.5"/>'
    for name, zh, en, x in READERS:
        yield _line((x + 76, bus), (x + 76, READERS_TOP))
        yield _box(x, READERS_TOP, name, _say(language, zh, en), READER_FILL, 152)
    yield _text(
        WIDTH // 2,
        504,
        _say(
            language,
            "每条陈述都带着原句：文章、起止字符、规则、可信度",
            "every claim carries its sentence: article, characters, rule, confidence",
        ),
        size=13,
    )


if __name__ == "__main__":
    for each in ("zh", "en"):
        Path(f"architecture-{each}.svg").write_text(draw_architecture(each), "utf-8")
