"""Typeset random newspaper pages out of single articles, to develop and measure segmentation.

Six pages of gold are too few to tell a rule from luck. This script sets articles that it is given
(two lines of title and date, then paragraphs) in random layouts, prints them with headless
Chromium, reads the text layer back with pdftotext both ways (`-raw`: the order the boxes were
written in; without: poppler's guess at the reading order) and writes the truth beside them, in the
form of gold/pages. Output is development data: keep it out of the repository.

    python benchmarks/typeset_pages.py ../shared/gold/train ../shared/gold/municipal -o /tmp/pages -n 40
"""

from __future__ import annotations

import argparse
import html
import json
import random
import re
import subprocess
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

from kg.segmentation.continuity import continuation_score

NO_LINE_START = set("，。、；：？！”’）》」』】〉…%％·～—")
NO_LINE_END = set("“‘（《「『【〈")
SENTENCE_END = "。！？”…"
SURNAMES = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕"
GIVEN = "伟芳娜敏静磊军洋勇艳杰娟涛明超霞平刚桂英华玉萍红晨曦岚宁远航思源嘉禾子墨若溪"
PAPERS = [
    "滨江商报",
    "北岭日报",
    "东湖经济导报",
    "沂蒙新闻周刊",
    "西江晚报",
    "青原时报",
    "环渤海产业报",
]
SECTIONS = ["要闻", "经济", "区域经济", "产业观察", "县域", "重点项目", "综合新闻"]
LABELS = ["各地简讯", "快讯", "市场短波", "一周速览", "县区动态", "短讯集锦"]
TEASER_LABELS = ["今日导读", "今日看点", "导读", "本期关注", "下期预告", "版面导航", "精彩推荐"]
TEASER_KICKERS = ["深度调查", "民生关注", "财经评论", "一线调研", "记者观察", "特别报道"]


@dataclass
class Source:
    """An article as given."""

    name: str
    title: str
    date: str
    paragraphs: list[str]


@dataclass
class Box:
    """Lines printed at one place, in the order in which the text layer shows them."""

    left: float
    top: float
    width: float
    size: float
    leading: float
    lines: list[tuple[str, str]]  # text, alignment (justify, left, right, center, indent)
    bold: bool = False


@dataclass
class Group:
    """Boxes that a layout program writes one after the other."""

    boxes: list[Box] = field(default_factory=list)


@dataclass
class Story:
    """An article of the page: its truth and its parts."""

    record: dict[str, object]
    body_lines: list[tuple[str, str]]
    kicker: str = ""
    headline: list[str] = field(default_factory=list)
    deck: str = ""
    byline: str = ""
    in_line: bool = False
    width_em: int = 14


def load_sources(folders: list[Path]) -> list[Source]:
    sources = []
    for folder in folders:
        for path in sorted(folder.glob("*.txt")):
            lines = path.read_text(encoding="utf-8").split("\n")
            if len(lines) < 4:
                continue
            paragraphs = [
                re.sub(r"(?<=[^ -~]) +| +(?=[^ -~])", "", line.strip()) for line in lines[2:]
            ]
            paragraphs = [p for p in paragraphs if len(p) > 25 and p[-1] in SENTENCE_END]
            paragraphs = [re.sub(r"^.{0,12}(讯|消息).{0,14}[）：]", "", p) for p in paragraphs]
            paragraphs = [re.sub(r"（[^（）]{2,14}）$", "", p) for p in paragraphs]
            if paragraphs and sum(map(len, paragraphs)) > 120:
                sources.append(Source(path.stem, lines[0].strip(), lines[1][:10], paragraphs))
    return sources


def char_em(char: str) -> float:
    return 0.55 if char < "\u0300" else 1.0


def break_lines(text: str, width: float, indent: float) -> list[str]:
    """Break a paragraph into lines of at most *width* em by the usual rules of Chinese setting."""
    lines, current, room = [], "", width - indent
    tokens = re.findall(r"[A-Za-z0-9.%]+|.", text)
    for token in tokens:
        size = sum(map(char_em, token))
        if size > room and current:
            if token in NO_LINE_START and room > -0.6:
                current += token
                room -= size
                continue
            carry = ""
            if token in NO_LINE_START or (current and current[-1] in NO_LINE_END):
                match = re.search(r"([A-Za-z0-9.%]+|.)$", current)
                carry = match.group() if match and len(match.group()) < len(current) else ""
            lines.append(current[: len(current) - len(carry)] if carry else current)
            current = carry
            room = width - sum(map(char_em, carry))
        current += token
        room -= size
    if current:
        lines.append(current)
    return lines


class Composer:
    """Sets one random page."""

    def __init__(self, rng: random.Random, sources: list[Source]) -> None:
        self.rng = rng
        self.sources = sources
        self.groups: list[Group] = []
        self.records: list[dict[str, object]] = []
        self.font = rng.choice(["WenQuanYi Micro Hei", "WenQuanYi Zen Hei"])
        self.size = 9.0
        self.leading = rng.choice([12.2, 12.6, 13.0])
        self.indent = 2
        self.rules: list[tuple[float, float, float]] = []

    # -- words -----------------------------------------------------------------------------
    def name(self) -> str:
        rng = self.rng
        return rng.choice(SURNAMES) + "".join(
            rng.choice(GIVEN) for _ in range(rng.choice([1, 2, 2]))
        )

    def clause(self, source: Source, low: int, high: int) -> str:
        clauses = [
            c
            for p in source.paragraphs
            for c in re.split(r"[，。；：？！、“”（）《》]", p)
            if low <= len(c) <= high and " " not in c
        ]
        return self.rng.choice(clauses) if clauses else ""

    def headline_lines(self, title: str, room_em: float) -> list[str]:
        if len(title) <= room_em:
            return [title]
        if " " in title and max(map(len, title.split(" "))) <= room_em and self.rng.random() < 0.3:
            return title.split(" ")
        middle = len(title) // 2
        spots = [
            i
            for i in range(3, len(title) - 3)
            if title[i] not in NO_LINE_START
            and title[i - 1] not in NO_LINE_END
            and not (title[i].isascii() and title[i - 1].isascii())
        ]
        cut = min(
            spots,
            key=lambda i: abs(i - middle) + continuation_score(title[:i], title[i:]),
            default=middle,
        )
        return [title[:cut].strip(), title[cut:].strip()]

    # -- stories ---------------------------------------------------------------------------
    def make_story(self, source: Source, width_em: int, target: int, page_date: str) -> Story:
        rng = self.rng
        paragraphs, total = [], 0
        for paragraph in source.paragraphs:
            if total and total + len(paragraph) > target:
                break
            paragraphs.append(paragraph)
            total += len(paragraph)
        if total > target * 1.8 and len(paragraphs) == 1:
            cut = paragraphs[0][: int(target * 1.5)]
            end = max(cut.rfind("。"), 0) + 1
            paragraphs = [cut[:end]] if end > 60 else paragraphs
        reporters = [self.name() for _ in range(rng.choice([1, 1, 2]))]
        style = rng.choice(["none", "inline", "inline", "inline", "byline", "byline", "credit"])
        byline = credit = ""
        if style == "inline":
            form = rng.choice(
                [
                    "本报讯（记者 {}）",
                    "本报讯（记者 {}）",
                    "本报讯 记者 {} ",
                    "【本报讯】（通讯员 {}）",
                    "晚报讯（首席记者 {}）",
                    "本报讯（见习记者 {}）",
                ]
            )
            paragraphs[0] = form.format(" ".join(reporters)) + paragraphs[0]
        elif style == "byline":
            form = rng.choice(
                [
                    "■ 本报记者 {}",
                    "□ 本报记者 {}",
                    "◎ 记者 {}",
                    "本报记者 {}",
                    "文/本报记者 {}",
                    "● {}",
                    "本报通讯员 {}",
                    "◆ 记者 {}",
                    "□{}",
                ]
            )
            byline = form.format(" ".join(reporters))
        elif style == "credit":
            credit = rng.choice(["（记者 {}）", "（本报记者 {}）", "（{}）"]).format(
                " ".join(reporters)
            )
        else:
            reporters = []
        body = list(paragraphs)
        subheads: list[int] = []
        if len(paragraphs) >= 4 and rng.random() < 0.35:
            for spot in sorted(rng.sample(range(1, len(paragraphs)), 2), reverse=True):
                words = self.clause(source, 6, 11)
                if words:
                    body.insert(spot, words)
                    subheads.append(spot)
        spaced = rng.random() < 0.25  # "120 亿元"
        lines: list[tuple[str, str]] = []
        for paragraph in body:
            if paragraph not in paragraphs:
                lines.append((paragraph, "center"))
                continue
            text = paragraph
            if spaced:
                text = re.sub(
                    r"(?<=[^\x00-\xff])(?=[0-9])|(?<=[0-9])(?=[^\x00-\xff，。、；：）])", " ", text
                )
            broken = [line.strip() for line in break_lines(text, width_em, self.indent)]
            lines += [(line, "justify") for line in broken[:-1]] + [(broken[-1], "left")]
            if len(broken) > 1 or True:
                lines[-len(broken)] = (lines[-len(broken)][0], "indent-" + lines[-len(broken)][1])
        continued = rng.random() < 0.15
        record: dict[str, object] = {
            "id": "",
            "title": "",
            "reporters": reporters,
            "date": page_date or None,
            "body": "\n".join(body),
            "complete": True,
            "source": source.name,
        }
        also = []
        if subheads:
            also.append("\n".join(p for p in body if p in paragraphs))
        if credit:
            also.append("\n".join([*body, credit]))
            lines.append((credit, "right"))
        if also:
            record["also_right"] = also
        if continued:
            record["continued"] = True
            page = rng.randint(2, 8)
            lines.append(
                (
                    rng.choice(
                        [
                            f"（下转{page}版）",
                            f"（下转第{page}版）",
                            f"▶▶下转A0{page}版",
                            f"（转第{page}版）",
                            f"（未完，转第{page}版）",
                        ]
                    ),
                    "right",
                )
            )
        story = Story(record, lines, width_em=width_em, byline=byline)
        title = source.title
        if " " in title and len(title.split(" ")) == 2 and rng.random() < 0.6:
            story.kicker, headline = title.split(" ")
        else:
            headline = title
            if rng.random() < 0.35:
                story.kicker = self.clause(source, 7, 14)
            elif rng.random() < 0.3:
                deck = self.clause(source, 7, 14)
                story.deck = (rng.choice(["——", "——", ""]) + deck) if deck else ""
        story.headline = [headline]
        self.records.append(record)
        return story

    # -- setting ---------------------------------------------------------------------------
    def unlike_body(self, size: float) -> float:
        """Keep display type apart from body type, as designers do."""
        return 8.2 if 8.5 < size < 9.4 else size

    def headline_block(
        self, story: Story, left: float, top: float, width: float, big: float
    ) -> tuple[list[Box], float]:
        size = big
        lines = self.headline_lines(story.headline[0], width / size)
        while max(map(len, lines)) * size > width and size > 11:
            size -= 1
            lines = self.headline_lines(story.headline[0], width / size)
        story.headline = lines
        title = ("" if not story.kicker else story.kicker + " ") + "".join(lines) + story.deck
        story.record["title"] = title
        boxes, y = [], top + 4
        small = max(10.0, size * 0.6)
        if story.kicker:
            small_k = self.unlike_body(min(small, width / max(1, len(story.kicker))))
            boxes.append(Box(left, y, width, small_k, small_k * 1.4, [(story.kicker, "center")]))
            y += small_k * 1.4
        boxes.append(Box(left, y, width, size, size * 1.35, [(x, "center") for x in lines], True))
        y += size * 1.35 * len(lines)
        if story.deck:
            small_d = self.unlike_body(min(small, width / max(1, len(story.deck))))
            boxes.append(Box(left, y, width, small_d, small_d * 1.4, [(story.deck, "center")]))
            y += small_d * 1.4
        if story.byline and not story.in_line:
            boxes.append(
                Box(left, y + 2, width, self.size, self.leading, [(story.byline, "center")])
            )
            y += self.leading + 4
        return boxes, y + 6 - top

    def set_frame(
        self,
        story: Story,
        left: float,
        top: float,
        width: float,
        columns: int,
        lines: list[tuple[str, str]] | None = None,
        *,
        bare: bool = False,
        big: float = 20.0,
    ) -> tuple[float, list[Box], list[Box]]:
        """Return the height, the headline boxes and the body boxes."""
        rng = self.rng
        gap = 20.0
        column = (width - gap * (columns - 1)) / columns
        lines = story.body_lines if lines is None else lines
        if bare:
            modes = ["bare"]
        elif columns == 1:
            modes = ["top", "bottom"]
        elif columns == 2:
            modes = ["top", "bottom", "hole-bottom", "hole-top"]
        else:
            modes = [
                "top",
                "top",
                "bottom",
                "hole-bottom",
                "hole-top",
                "middle-top",
                "side",
                "hole-bottom",
            ]
        mode = rng.choice(modes)
        span = {
            "bare": (0, 0),
            "top": (0, columns),
            "bottom": (0, columns),
            "hole-bottom": (max(1, columns - rng.choice([1, 2, 3])), columns),
            "hole-top": (1, columns),
            "middle-top": (1, columns - 1),
            "side": (0, 1),
        }[mode]
        head_left = left + span[0] * (column + gap)
        head_width = (span[1] - span[0]) * (column + gap) - gap
        head: list[Box] = []
        hole = 0
        if not bare:
            story.in_line = bool(story.byline) and rng.random() < 0.3
            if story.in_line:
                lines = [(story.byline, "indent-left"), *lines]
            head, height = self.headline_block(story, head_left, top, head_width, big)
            hole = int(height / self.leading) + 1
        if mode in {"top", "bottom"}:
            rows = -(-len(lines) // columns)
            capacity = [rows] * columns
        elif mode == "side":
            rows = max(-(-len(lines) // (columns - 1)), hole)
            capacity = [0] + [rows] * (columns - 1)
        else:
            inside = span[1] - span[0]
            rows = max(-(-(len(lines) + inside * hole) // columns), hole + 1)
            capacity = [rows - hole if span[0] <= i < span[1] else rows for i in range(columns)]
        boxes, at = [], 0
        for index, room in enumerate(capacity):
            part = lines[at : at + room]
            at += room
            if not part:
                continue
            y = top
            if mode == "top" or (mode in {"hole-top", "middle-top"} and span[0] <= index < span[1]):
                y = top + hole * self.leading
            boxes.append(
                Box(left + index * (column + gap), y, column, self.size, self.leading, part)
            )
        total = rows + (hole if mode in {"top", "bottom"} else 0)
        shift = 0.0
        if mode == "bottom":
            shift = rows * self.leading
        elif mode == "hole-bottom":
            shift = (rows - hole) * self.leading
        elif mode == "side":
            shift = max(0, (rows - hole) / 3) * self.leading
        for box in head:
            box.top += shift
        bottom = top + total * self.leading + 8
        if rng.random() < 0.8:
            self.rules.append((left, bottom, width))
        return bottom + 10 - top, head, boxes

    def add(self, *boxes: Box) -> None:
        self.groups.append(Group(list(boxes)))

    def place_story(self, story: Story, head: list[Box], bodies: list[list[Box]]) -> None:
        """Write the boxes of a story into the order of the layout program."""
        rng = self.rng
        byline = [b for b in head if b.lines[0][0] == story.byline and not story.in_line]
        kicker = [b for b in head if story.kicker and b.lines[0][0] == story.kicker]
        rest = [b for b in head if b not in byline and b not in kicker]
        first = Group([*byline, *bodies[0]])
        self.groups.append(first)
        for part in bodies[1:]:
            where = min(len(self.groups), self.groups.index(first) + rng.randint(1, 7))
            self.later.append((where, Group(part)))
        fate = rng.random()
        if kicker and rng.random() < 0.7:
            rest = rest + kicker if rng.random() < 0.75 else kicker + rest
            kicker = []
        spot = self.groups.index(first)
        if fate < 0.3:
            self.groups.insert(spot, Group(rest))
        elif fate < 0.6:
            self.groups.insert(spot + 1, Group(rest))
        else:
            self.later.append((spot + rng.randint(1, 4), Group(rest)))
        if kicker:
            self.groups.insert(max(0, spot), Group(kicker))

    def photo(
        self, left: float, top: float, width: float, source: Source, page_date: str, *, own: bool
    ) -> float:
        rng = self.rng
        height = width * rng.choice([0.2, 0.25, 0.35])
        text = source.paragraphs[0]
        if own:
            end = text.find("。", 60) + 1
            if not 60 < end < 180:
                return 0
            text = text[:end]
        else:
            text = self.clause(source, 10, 22)
            if not text:
                return 0
            text += rng.choice(["。", "。", ""])
        people = [self.name() for _ in range(rng.choice([1, 1, 2]))]
        credit = rng.choice(
            [
                "（{}／摄）",
                "{} 摄",
                "（本报记者 {} 摄）",
                "{} 供图",
                "摄影/{}",
                "■ {}",
                "（记者 {} 摄影报道）",
            ]
        ).format(" ".join(people))
        size = self.size + rng.choice([0, 0.5, 1])
        caption = break_lines(text + "　" + credit, width / size, 2)
        lines = [(line, "justify") for line in caption[:-1]] + [(caption[-1], "left")]
        lines[0] = (lines[0][0], "indent-" + lines[0][1])
        y = top + height + 4
        caption_box = Box(left, y, width, size, size * 1.45, lines)
        y += len(lines) * size * 1.45
        self.pictures.append((left, top, width, height))
        if own:
            record: dict[str, object] = {
                "id": "",
                "title": source.title,
                "reporters": people,
                "date": page_date or None,
                "body": text,
                "complete": True,
                "photo": True,
                "source": source.name,
            }
            self.records.append(record)
            story = Story(record, [], headline=[source.title])
            head, height2 = self.headline_block(story, left, y, width, 15)
            order = [Group([caption_box]), Group(head)]
            if rng.random() < 0.3:
                order.reverse()
            self.groups += order[:1]
            self.later.append((len(self.groups) + rng.randint(0, 2), order[1]))
            y += height2
        else:
            self.add(caption_box)
        return y + 14 - top

    def teasers(self, left: float, top: float, width: float, pool: list[Source]) -> float:
        rng = self.rng
        y = top
        label = Box(left, y, width, 12, 18, [(" ".join(rng.choice(TEASER_LABELS)), "center")])
        y += 22
        boxes: list[list[Box]] = []
        for _ in range(rng.choice([1, 2, 2, 3])):
            source = pool.pop()
            title = source.title.replace(" ", "")[:22]
            kicker = rng.choice(TEASER_KICKERS) if rng.random() < 0.4 else ""
            lines = self.headline_lines(title, min(width / 11, 15))
            pointer = rng.choice(
                ["→ {}版", "{}版→", "A0{}版 →", "详见第{}版", "{}版·阅读全文", "见{}版"]
            ).format(rng.randint(2, 9))
            item = []
            if kicker:
                item.append(Box(left, y, width, 7, 10, [(kicker, "left")]))
                y += 10
            item.append(Box(left, y, width, 11, 16, [(x, "left") for x in lines], True))
            y += 16 * len(lines)
            item.append(Box(left, y, width, 8, 12, [(pointer, "right")]))
            y += 18
            if rng.random() < 0.5:
                item = [item[-1], *item[:-1]]
            boxes.append(item)
            self.records.append(
                {
                    "id": "",
                    "title": (kicker + " " if kicker else "") + "".join(lines),
                    "reporters": [],
                    "date": None,
                    "body": "",
                    "complete": False,
                    "source": source.name,
                }
            )
        order = [[label], *boxes] if rng.random() < 0.7 else [*boxes, [label]]
        for part in order:
            self.add(*part)
        return y + 8 - top

    def retitled(self, source: Source) -> Source:
        """Shorten a title to what newspapers print: two halves at most, 16 characters each."""
        title = re.sub(r"【[^】]*】|^[^：:]{2,12}[：:]", "", source.title).strip() or source.title
        parts = [part for part in re.split(r"[ ，：——\u3000]+", title) if part]
        if len(title) > 16 and all(len(part) <= 16 for part in parts[:2]) and parts:
            title = " ".join(parts[:2])
        elif len(title) > 18:
            title = max((p for p in parts if len(p) <= 18), key=len, default=title[:16])
        return Source(source.name, title, source.date, source.paragraphs)

    def compose(self) -> tuple[str, dict[str, object]]:
        rng = self.rng
        self.later: list[tuple[int, Group]] = []
        self.pictures: list[tuple[float, float, float, float]] = []
        pool = [self.retitled(source) for source in rng.sample(self.sources, 32)]
        year = rng.randint(2008, 2025)
        month, day = rng.randint(1, 12), rng.randint(1, 28)
        head = rng.choice(["top", "top", "bottom", "none"])
        page_date = f"{year}-{month:02}-{day:02}" if head != "none" else ""
        page_width = rng.choice([780.0, 900.0, 980.0])
        regions = rng.choice(
            [
                [1.0],
                [0.62, 0.38],
                [0.62, 0.38],
                [0.38, 0.62],
                [0.5, 0.5],
                [0.33, 0.34, 0.33],
                [0.7, 0.3],
            ]
        )
        gutter, margin = 22.0, 30.0
        inner = page_width - 2 * margin - gutter * (len(regions) - 1)
        top0 = 70.0 if head == "top" else 30.0
        height_goal = rng.choice([950.0, 1100.0, 1250.0])
        left = margin
        bottom = top0
        if head == "top":
            self.page_head(margin, 25.0, page_width - 2 * margin, year, month, day)
        for share in regions:
            width = inner * share
            y = top0
            pending: tuple[Story, list[Box], list[Box], list[tuple[str, str]], int] | None = None
            while y < top0 + height_goal and pool:
                kind = rng.random()
                source = pool.pop()
                if kind < 0.17 and width > 200:
                    y += self.photo(left, y, width, source, page_date, own=rng.random() < 0.6)
                    continue
                if (
                    kind < 0.22
                    and width < 420
                    and pending is None
                    and not any(not r["complete"] for r in self.records)
                    and len(pool) > 8
                ):
                    y += self.teasers(left, y, width, pool)
                    continue
                if kind < 0.29 and len(pool) > 8:
                    y += self.briefs(left, y, width, pool, page_date)
                    continue
                columns = max(1, round(width / rng.choice([125, 140, 155, 170])))
                column = (width - 20 * (columns - 1)) / columns
                width_em = int(column / self.size)
                target = rng.choice([150, 250, 400, 600, 800])
                story = self.make_story(source, width_em, target, page_date)
                big = rng.choice([16, 18, 20, 24, 28]) if width > 250 else rng.choice([14, 16, 18])
                cut = len(story.body_lines)
                if (
                    pending is None
                    and len(story.body_lines) > 24
                    and columns > 1
                    and rng.random() < 0.35
                    and not self.records[-1].get("photo")
                ):
                    cut = len(story.body_lines) // 2
                height, head_boxes, body = self.set_frame(
                    story, left, y, width, columns, story.body_lines[:cut], big=big
                )
                y += height
                if cut < len(story.body_lines):
                    pending = (story, head_boxes, body, story.body_lines[cut:], columns)
                    continue
                self.place_story(story, head_boxes, [body])
                if pending is not None:
                    first, heads, part, lines, cols = pending
                    height, _, more = self.set_frame(first, left, y, width, cols, lines, bare=True)
                    y += height
                    self.place_story(first, heads, [part, more])
                    pending = None
            if pending is not None:
                first, heads, part, lines, cols = pending
                height, _, more = self.set_frame(first, left, y, width, cols, lines, bare=True)
                y += height
                self.place_story(first, heads, [part, more])
            bottom = max(bottom, y)
            left += width + gutter
        for where, group in self.later:
            self.groups.insert(min(where + 1, len(self.groups)), group)
        if head == "bottom":
            self.page_head(margin, bottom + 10, page_width - 2 * margin, year, month, day)
            bottom += 50
        for number, record in enumerate(self.records, 1):
            record["id"] = f"a{number}"
        return self.html(page_width, bottom + 40), {"articles": self.records}

    def briefs(
        self, left: float, top: float, width: float, pool: list[Source], page_date: str
    ) -> float:
        rng = self.rng
        y = top
        label = rng.choice(LABELS)
        self.add(
            Box(
                left, y, width, 12, 18, [(" ".join(label) if rng.random() < 0.5 else label, "left")]
            )
        )
        y += 24
        for _ in range(rng.choice([2, 2, 3])):
            columns = max(1, round(width / 150))
            width_em = int((width - 20 * (columns - 1)) / columns / self.size)
            story = self.make_story(pool.pop(), width_em, rng.choice([80, 150]), page_date)
            height, head, body = self.set_frame(story, left, y, width, columns, big=13)
            self.place_story(story, head, [body])
            y += height
        return y - top

    def page_head(
        self, left: float, top: float, width: float, year: int, month: int, day: int
    ) -> None:
        rng = self.rng
        paper = rng.choice(PAPERS)
        paper = " ".join(paper) if rng.random() < 0.4 else paper
        date = f"{year}年{month}月{day}日"
        weekday = " 星期" + rng.choice("一二三四五六日")
        number = rng.choice(["", f" 第{rng.randint(100, 9999)}期"])
        section = rng.choice(
            [
                f"{rng.randint(1, 9):02} {rng.choice(SECTIONS)}",
                f"第{rng.choice('一二三四')}版 {rng.choice(SECTIONS)}",
                f"A{rng.randint(1, 9)} {rng.choice(SECTIONS)}",
                rng.choice(SECTIONS),
            ]
        )
        staff = rng.choice(
            [
                "",
                "",
                f"责任编辑：{self.name()} 校对：{self.name()}",
                f"编辑 {self.name()} 制图 {self.name()}",
            ]
        )
        third = width / 3
        parts = [(paper, 20), (date + weekday + number, 9), (section, 13)]
        rng.shuffle(parts)
        if staff:
            parts.append((staff, 8))
        for index, (words, size) in enumerate(parts):
            self.add(
                Box(
                    left + third * (index % 3),
                    top + (22 if index > 2 else 0),
                    third,
                    size,
                    size * 1.3,
                    [(words, "left")],
                )
            )

    def airy_text(self) -> str:
        """Write the text layer as some programs do: a blank line between boxes and paragraphs."""
        rng = self.rng
        out: list[str] = []
        for group in self.groups:
            for box in group.boxes:
                for index, (text, align) in enumerate(box.lines):
                    opens = align.startswith("indent") or (align == "center" and not box.bold)
                    if index and opens and rng.random() < 0.93:
                        out.append("")
                    if align.endswith("justify") and rng.random() < 0.03:
                        cut = rng.randrange(0, max(1, len(text) // 2))
                        text = text[:cut] + " ".join(text[cut : cut + 6]) + text[cut + 6 :]
                    out.append(text)
                if rng.random() < 0.93:
                    out.append("")
        return "\n".join(out) + "\n"

    def html(self, width: float, height: float) -> str:
        out = [
            "<html><head><meta charset='utf-8'><style>",
            f"@page{{size:{width}pt {height}pt;margin:0}} body{{margin:0;font-family:'{self.font}'}}",
            "div{position:absolute;white-space:pre;text-spacing-trim:space-all;font-kerning:none;word-spacing:.15em}",
            "</style></head><body>",
        ]
        for left, top, w, h in self.pictures:
            out.append(
                f"<div style='left:{left}pt;top:{top}pt;width:{w}pt;height:{h}pt;background:#9cb'></div>"
            )
        for left, top, w in self.rules:
            out.append(
                f"<div style='left:{left}pt;top:{top}pt;width:{w}pt;height:0.5pt;background:#666'></div>"
            )
        for group in self.groups:
            for box in group.boxes:
                for index, (text, align) in enumerate(box.lines):
                    out.append(self.line_html(box, index, text, align))
        return "\n".join([*out, "</body></html>"])

    def line_html(self, box: Box, index: int, text: str, align: str) -> str:
        left, width = box.left, box.width
        if align.startswith("indent-"):
            left += 2 * box.size
            width -= 2 * box.size
            align = align[7:]
        natural = sum(map(char_em, text)) * box.size
        spacing = 0.0
        if align == "justify" and len(text) > 1:
            spacing = max(-0.6, (width - natural) / (len(text) - 1))
        css = f"left:{left:.1f}pt;top:{box.top + index * box.leading:.1f}pt;width:{width:.1f}pt;font-size:{box.size:.2f}pt;line-height:{box.leading:.1f}pt;"
        css += f"letter-spacing:{spacing:.2f}pt;" if spacing else ""
        css += f"text-align:{align};" if align in {"center", "right"} else ""
        return f'<div style="{css}">{html.escape(text)}</div>'


def print_page(source: str, target: Path) -> None:
    with tempfile.TemporaryDirectory() as folder:
        page = Path(folder) / "page.html"
        page.write_text(source, encoding="utf-8")
        subprocess.run(
            [
                "chromium",
                "--headless",
                "--no-sandbox",
                "--disable-gpu",
                f"--user-data-dir={folder}/p",
                "--no-pdf-header-footer",
                f"--print-to-pdf={target}",
                page.as_uri(),
            ],
            check=True,
            capture_output=True,
            timeout=120,
        )


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folders", nargs="+", type=Path)
    parser.add_argument("-o", "--out", type=Path, required=True)
    parser.add_argument("-n", "--pages", type=int, default=20)
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    sources = load_sources(arguments.folders)
    arguments.out.mkdir(parents=True, exist_ok=True)
    for number in range(arguments.seed, arguments.seed + arguments.pages):
        composer = Composer(random.Random(number), sources)
        source, truth = composer.compose()
        base = arguments.out / f"page{number:03}"
        print_page(source, base.with_suffix(".pdf"))
        text = base.with_suffix(".txt")
        if number % 3 == 2:
            text.write_text(composer.airy_text(), encoding="utf-8")
        else:
            mode = ["-raw"] if number % 3 == 0 else []
            pdf = str(base.with_suffix(".pdf"))
            subprocess.run(["pdftotext", *mode, "-enc", "UTF-8", pdf, str(text)], check=True)
        truth["doc"] = base.name
        base.with_suffix(".json").write_text(
            json.dumps(truth, ensure_ascii=False, indent=1), encoding="utf-8"
        )
        print(base.name, len(composer.records), "articles")


if __name__ == "__main__":
    main()
