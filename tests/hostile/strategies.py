"""Texts and bytes made to break parsers: the tokens they look for, in orders nobody writes."""

from __future__ import annotations

import json

from hypothesis import strategies as st

__all__ = ["TOKENS", "documents", "hostile_text", "numerals", "records"]

_WORDS = (
    "聊城市", "鲁西集团", "投资", "项目", "有限公司", "局长王伟", "李梦 摄", "本报讯（记者 林晨）", "来源：", "总投资64亿元", "同比增长",
    "2022年12月19日", "位于", "下转第2版", "其中", "该公司", "、", "，", "。", "“", "”", "《", "》", "（", "）", "【", "—", "·", "！",
)  # fmt: skip
_SIGNS = (
    "\n", "\n\n", "\t", "\x0b", "\x0c", "\r", "\r\n", "\x00", "\x1b[2J", "\x1b]0;x\x07", "\x85", "\x9b31m", "\u2028", "\u2029", "\u3000", "\xa0",
    "\u200b", "\u200d", "\u202e", "\u2066", "\ufeff", "\ufffd", "\ufffe", "\ue000", "e\u0301", "ﷺ", "\U0001f1e8\U0001f1f3", "𠮷", "ﬁ", "⽇", "①", "㎡",
    "аррӏе",  # homoglyphs: Cyrillic
    "=1+1", "@SUM(A1)", "\\", '"', "'", "`", "${x}", "%s", "{0}", "{{7*7}}", "../../etc/passwd", "<script>alert(1)</script>", "]]>", "<!--", "-->",
)  # fmt: skip
_MARKUP = (
    "<p>", "</p>", "<div>", "</div>", "<br>", "<br/>", "<table>", "<tr>", "<td>", "</td>", "</table>", "<ul>", "<li>", "<h1>", "</h1>", "<a href='x'>",
    "</a>", "<script>", "</script>", "<style>", "<pre>", "<svg>", "<math>", "<title>", "<meta charset=utf-7>", "<meta name=author content='", "'>", "<p style='",
    "<![CDATA[", "<!DOCTYPE x [<!ENTITY a 'b'>]>", "&a;", "&amp;amp;", "&lt;", "&#0;", "&#xD800;", "&#x110000;", "&#99999999999;", "&nbsp", "&NotEqualTilde;",
    "# ", "## ", "**", "[", "](http://x)", "![", "> ", "```", "| a | b |\n|--|", "---\n", "title: ", "title: [*a", "&a [", "!!python/object:os.system x\n", "date: 2022-13-45\n",
)  # fmt: skip
_NUMERALS = (
    *"0123456789０９一二两三十百千万亿零〇半多余近超过约成点第", "百分之", "‰", "%", "％", ".", "．", ",", "，", "-", "—", "~", "至", "到", "/", "年", "月", "日", "号", "时",
    "元", "万元", "亿元", "美元", "吨", "亩", "户", "万千瓦时", "平方米", "元/吨", "今年", "去年", "上半年", "底", "“十四五”", "期间", "9" * 30, "同比", "从", "每公斤", "级", "倍",
)  # fmt: skip


def hostile_text(*, markup: bool = True, max_parts: int = 40) -> st.SearchStrategy[str]:
    """Return texts of news words, signs that break things, and perhaps markup."""
    tokens = (*_WORDS, *_WORDS, *_SIGNS, *(_MARKUP if markup else ()))
    parts = st.one_of(st.sampled_from(tokens), st.text(max_size=3))
    return st.lists(parts, max_size=max_parts).map("".join)


def numerals() -> st.SearchStrategy[str]:
    """Return rows of digits, magnitudes, units and what stands between them."""
    return st.lists(st.sampled_from((*_NUMERALS, "投资", "。", "\n"))).map("".join)


_FRAMES = (
    ("a.txt", "{0}"),
    ("a.txt", "聊城新闻\n\n2022年12月19日　聊城日报\n\n{0}"),
    ("a.html", "<html><head><title>聊城</title></head><body><p>聊城。{0}</p></body></html>"),
    ("a.html", "<html>{0}聊城"),
    ("a.html", '<html><script type="application/ld+json">{{"headline":"{0}"}}</script><p>聊城</p>'),
    ("a.md", "---\ntitle: {0}\nlayout: post\n---\n<p>聊城</p>"),
    ("a.md", "---\n{0}\n---\n聊城"),
    ("a.md", "# 聊城\n\n{0}"),
)
_ENCODINGS = ("utf-8", "gb18030", "utf-16", "utf-16-le", "utf-8-sig")


@st.composite
def documents(draw: st.DrawFn) -> tuple[bytes, str]:
    """Return the bytes of a file and its name: a hostile text in a frame, perhaps cut off."""
    name, frame = draw(st.sampled_from(_FRAMES))
    text = frame.format(draw(hostile_text()))
    data = text.encode(draw(st.sampled_from(_ENCODINGS)), "ignore")
    if draw(st.booleans()):
        return data, name
    return data[: draw(st.integers(0, len(data)))], name


_VALUES = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), hostile_text(max_parts=8)),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(st.sampled_from(("name", "@value", "x")), inner, max_size=2),
    ),
    max_leaves=6,
)
_KEYS = (
    "title",
    "text",
    "content",
    "date",
    "source",
    "author",
    "url",
    "正文",
    "TITLE",
    "Text",
    "x",
)


@st.composite
def records(draw: st.DrawFn) -> tuple[bytes, str]:
    """Return JSON Lines whose values are of any type, half characters among them."""
    rows = draw(st.lists(st.dictionaries(st.sampled_from(_KEYS), _VALUES), min_size=1, max_size=3))
    if draw(st.booleans()):
        rows.append({"text": "聊城" + draw(hostile_text(max_parts=10)), "author": "\ud800"})
    ascii_only = draw(st.booleans())
    lines = "\n".join(json.dumps(row, ensure_ascii=ascii_only) for row in rows)
    return lines.encode("utf-8", "ignore"), "a.jsonl"


TOKENS = (*_WORDS, *_SIGNS, *_MARKUP, *_NUMERALS)
"""All of them, for the long runs of benchmarks/fuzz.py."""
