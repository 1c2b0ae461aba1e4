"""Measure how reading, segmentation and the extraction rules grow when a hostile text doubles.

A pattern that tries every end for every begin takes four times as long on twice the text: a
megabyte made for it hangs a build. Each shape here is a unit repeated, in the form that leads to the
parser concerned; what is printed is the time for the longer text and its ratio to the shorter one,
on average over the doublings. About 2 is linear. Exit code 1 where a shape grows faster than --ratio.

    python -m benchmarks.growth [--chars 200000] [--ratio 3] [SHAPE ...]
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress

from kg.errors import InputError
from kg.extraction.dates import find_dates
from kg.extraction.quantities import find_quantities
from kg.masthead import read_masthead
from kg.reading import read_bytes
from kg.segmentation import split_articles
from kg.settings import Settings
from kg.workers import extract_document

UNITS = (
    "聊", "聊城，", "聊城。", "聊城\n", "聊\n\n", " ", " \n", "\u3000", "\n", "\t", "1", "1,", "1,111", "1.", "一", "万", "亿",
    "十", "1万", "超", "百分之", "一成", "2022年", "2022年1月", "1月", "日", "去年", "至", "从1到", "每1公斤", "（记者", "本报讯（", "记者 ",
    "记者 李梦", "来源：", "《", "“", "”", "（", "）", "·", "-", "—", "|", "*", "**", "_", "`", "#", "# ", "> ", "[", "](", "[聊](", "![", "~~",
    "&", "&amp;", "&#", "&#x4e00;", "<", ">", "<p>", "<p>聊", "</p>", "<div>", "<div>聊城", "<!--", "<!-- -->", "<![CDATA[", "<a ", "<a href='",
    "<a href=x>聊城</a>", "<br>", "<td>一", "<table><tr><td>", "<ul><li>聊", "<script>", "<style>", "<meta ", "<meta name=a content=b>",
    "<title>", "<link canonical", "canonical", "<time ", "<span class=source>", "<a class='source'>聊 ", "<h1>聊", "<pre>", "{", '{"', "[{", "\\", '\\u804a',
    "公司", "有限公司", "聊城市", "局长", "投资", "项目", "李梦 摄", "■", "●", "①", "第1版", "http://a", "a", "a b ", "@", "=", "+", "\u202e", "e\u0301", "\ufeff",
    "一、", "（一）", "聊城市人民政府办公室", "鲁西集团投资64亿元。", "王伟、", "董事长王伟", "本报", "编辑", "责任编辑：", "星期一", "下转第1版", "上接第1版",
)  # fmt: skip

BODY = "聊城新报讯（记者 路遥）2021年9月，鲁西集团启动年产120万吨双酚A项目，总投资64亿元。"


def _html(text: str) -> bytes:
    return (
        f"<html><head><title>聊城新闻</title></head><body><p>{BODY}</p><p>{text}</p></body></html>"
    ).encode()


def _json(text: str) -> bytes:
    import json

    return json.dumps({"title": "聊城", "text": BODY + text}).encode()


def _split(data: bytes, name: str) -> None:
    with suppress(InputError):
        split_articles(read_bytes(data, name))


def _extract(text: str) -> None:
    with suppress(InputError):
        extract_document(read_bytes(f"聊城新闻\n\n{BODY}\n{text}".encode(), "a.txt"), Settings())


STEPS: dict[str, Callable[[str], object]] = {
    "text": lambda text: _split(f"聊城新闻\n\n{BODY}\n{text}".encode(), "a.txt"),
    "page": lambda text: _split(f"{BODY}\n{text}\n".encode() * 2, "a.txt"),
    "html": lambda text: _split(_html(text), "a.html"),
    "bare": lambda text: _split(("<html>" + BODY + text).encode(), "a.html"),
    "markdown": lambda text: _split(f"---\ntitle: 聊城\n---\n{BODY}\n{text}".encode(), "a.md"),
    "front": lambda text: _split(f"---\ntitle: {text}\n---\n{BODY}".encode(), "a.md"),
    "json": lambda text: _split(_json(text), "a.jsonl"),
    "masthead": lambda text: read_masthead(text[:4000].split("\n")),
    "quantities": find_quantities,
    "dates": lambda text: find_dates(text, published=None),
    "extract": _extract,
}


def _seconds(step: Callable[[str], object], text: str) -> float:
    begin = time.process_time()
    step(text)
    return time.process_time() - begin


def _measured(
    chars: int, names: list[str], limit: float
) -> Iterator[tuple[str, str, float, float]]:
    for name in names:
        for unit in UNITS:
            lengths = [chars // 4, chars // 2, chars]
            times = []
            for length in lengths:
                times.append(max(_seconds(STEPS[name], unit * (length // len(unit))), 1e-4))
                if times[-1] > limit:
                    break
            yield name, unit, times[-1], (times[-1] / times[0]) ** (1 / max(1, len(times) - 1))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--chars", type=int, default=200_000)
    parser.add_argument("--ratio", type=float, default=3.0)
    parser.add_argument(
        "--floor", type=float, default=0.2, help="seconds below which no ratio counts"
    )
    parser.add_argument(
        "--limit",
        type=float,
        default=30.0,
        help="seconds after which a shape is not doubled further",
    )
    parser.add_argument("shapes", nargs="*", choices=[[], *STEPS])
    given = parser.parse_args()
    bad = 0
    for name, unit, seconds, ratio in _measured(
        given.chars, given.shapes or list(STEPS), given.limit
    ):
        is_bad = seconds > given.floor and ratio > given.ratio
        bad += is_bad
        if is_bad or seconds > 5 * given.floor:
            print(
                f"{'! ' if is_bad else '  '}{name:<11}{unit!r:<28}{seconds:8.2f} s  x{ratio:.2f}",
                flush=True,
            )
    print(f"{bad} shapes grow faster than x{given.ratio:g} on twice the text")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
