"""The room's door: formats by content, metadata, and refusals that help."""

from __future__ import annotations

import json
from contextlib import suppress
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.errors import InputError
from kg.reading import read_bytes, read_documents

FIXTURES = Path(__file__).parent.parent / "fixtures" / "reading"
BODY = "12月20日，莘县14个省重点项目已经完成投资37.1亿元。"
POST = f"""---
layout: post
title: "莘县项目提速"
date: 2022-12-21 09:52:28 +0800
tags: 大众日报新闻
---
<p>□ 本报记者王军豪</p>
 <p>{BODY}</p>
"""


@pytest.mark.parametrize(
    ("content", "name", "format_"),
    [
        (POST, "post.txt", "text/html"),
        (f"---\ntitle: 提速\n---\n## 进展\n\n{BODY}\n", "post.txt", "text/markdown"),
        (f"<html><body><p>{BODY}</p></body></html>", "page", "text/html"),
        (f"\ufeff<!DOCTYPE html>\n<html><p>{BODY}", "page.txt", "text/html"),
        (f"# 提速\n\n- {BODY}\n", "note.txt", "text/markdown"),
        (BODY, "note.md", "text/markdown"),
        (json.dumps({"title": "提速", "content": BODY}), "a.txt", "application/jsonl"),
        (json.dumps([{"text": BODY}, {"text": BODY}], indent=1), "a.json", "application/jsonl"),
        (f"（上接1版）\n{BODY}\n利润 < 成本, 且 a > b\n", "page.html.txt", "text/plain"),
        (f"[摘要] {BODY}", "a.txt", "text/plain"),
        (f"--- {BODY} ---", "a.txt", "text/plain"),
    ],
)
def test_format_is_found_by_content(content: str, name: str, format_: str) -> None:
    assert read_bytes(content.encode(), name).format == format_


def test_a_post_says_title_day_and_paper() -> None:
    document = read_bytes(POST.encode(), "news/post.txt")
    assert (document.id, document.path) == ("post", "news/post.txt")
    assert (document.title, document.published) == ("莘县项目提速", date(2022, 12, 21))
    assert document.publisher == "大众日报"
    assert document.text == POST


def test_a_web_page_says_title_day_site_and_address() -> None:
    document = read_bytes((FIXTURES / "site_page.html").read_bytes(), "site_page.html")
    assert document.title == "莘县14个省重点项目提前完成年度投资计划"
    assert (document.publisher, document.published) == ("水城新闻网", date(2022, 12, 21))
    assert document.url == "https://news.example.cn/2022/12/21/1201.html"


@pytest.mark.parametrize(
    ("text", "published", "publisher"),
    [
        (f"项目提速\n2022-12-21  聊城日报\n\n{BODY}", date(2022, 12, 21), "聊城日报"),
        (f"项目提速\n2022年12月21日\n\n{BODY}", date(2022, 12, 21), None),
        (
            f"渤 海 商 务 周 刊 2011年4月29日 星期五 第04版\n{BODY}",
            date(2011, 4, 29),
            "渤海商务周刊",
        ),
        (f"2022年1月3日，莘县开工。\n{BODY}", None, None),  # the day of an event
        (f"项目提速\n2022年12月21日 10:15 来源：鲁北新报\n{BODY}", date(2022, 12, 21), "鲁北新报"),
        (f"项目提速\n鲁北新报　2022-12-21　记者 王军豪\n{BODY}", date(2022, 12, 21), "鲁北新报"),
        (
            f"03 产业 2022年12月21日 星期三 鲁 北 新 报 总第87期\n{BODY}",
            date(2022, 12, 21),
            "鲁北新报",
        ),
        (f"2022年12月21日 星 期 三 鲁北新报\n{BODY}", date(2022, 12, 21), "鲁北新报"),
        (f"# 项目提速\n\n*鲁北新报　2022-12-21*\n\n**{BODY}**", date(2022, 12, 21), "鲁北新报"),
    ],
    ids=[
        "masthead",
        "chinese date",
        "page head",
        "running text",
        "source behind the time",
        "paper before the day",
        "paper beside the weekday",
        "weekday spaced out",
        "markdown",
    ],
)
def test_plain_text_says_day_and_paper(
    text: str, published: date | None, publisher: str | None
) -> None:
    document = read_bytes(text.encode(), "a.txt")
    assert (document.published, document.publisher) == (published, publisher)


@pytest.mark.parametrize(
    ("front_matter", "foot", "publisher"),
    [
        ("tags: 县域金融新闻\nauthor: 鲁北新报", "", "鲁北新报"),
        ("tags: 县域金融新闻", "<p>（文章来源：鲁北新报）</p>", "鲁北新报"),
        ("tags: 县域金融新闻", "", None),  # a channel
        ("tags: [产业, 澎湃新闻]", "", "澎湃新闻"),
        ("tags: 鲁北新报新闻\nauthor: 王军豪", "", "鲁北新报"),
        ("tags: 农民专业合作社", "", None),
    ],
)
def test_a_post_names_its_paper_not_its_channel(
    front_matter: str, foot: str, publisher: str | None
) -> None:
    post = f"---\ntitle: 提速\n{front_matter}\n---\n<p>{BODY}</p>{foot}<p></p>\n"
    assert read_bytes(post.encode(), "post.txt").publisher == publisher


@pytest.mark.parametrize(
    "rule",
    ["凡本网注明“来源：漳卫河网”的作品，未经授权不得转载。", "转载请注明来源：漳卫河网"],
)
def test_a_rule_about_sources_names_none(rule: str) -> None:
    page = f"<html><body><h1>提速</h1><p>{BODY}</p><div>{rule}</div></body></html>"
    assert read_bytes(page.encode(), "a.html").publisher is None


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "empty"),
        (b" \n\n", "empty"),
        (b"\x89PNG\r\n\x1a\n\x00\x00", "picture"),
        (b"PK\x03\x04....", "Word"),
        (bytes(range(256)) * 20, "neither"),
        (b"plain English text", "no Chinese"),
        ("聊城".encode() * 4_000_000, "characters"),
        ("<p>聊城</p>\n".encode() * 1_000_001, "the page has 10000010 characters"),
        (b'{"title": "a", "text": "\xe8\x81\x8a', "damaged"),
        ('{"title": "聊城"}\n'.encode(), "no record"),
        (('{"a":' * 50_000).encode(), "nested|damaged"),
        (b"%PDF-1.4\n1 0 obj\n<<", "damaged"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_an_unusable_file_is_refused_with_reason_and_remedy(data: bytes, reason: str) -> None:
    with pytest.raises(InputError, match=reason) as caught:
        read_bytes(data, "bad.txt")
    assert caught.value.path == "bad.txt"
    assert caught.value.remedy


def test_damaged_json_is_refused_with_its_line() -> None:
    lines = [json.dumps({"text": BODY}), json.dumps({"text": BODY}), '{"text": "聊']
    with pytest.raises(InputError) as caught:
        read_bytes("\n".join(lines).encode(), "a.jsonl")
    assert caught.value.line == 3


def test_bad_files_are_skipped_and_reported(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(BODY, encoding="gb18030")
    (tmp_path / "b.txt").write_bytes(b"")
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "a.txt").write_text(BODY, encoding="utf-16")
    skipped: list[InputError] = []
    documents = list(read_documents([tmp_path], on_skip=skipped.append))
    assert [document.id for document in documents] == ["a.txt", "sub-a"]
    assert {document.text for document in documents} == {BODY}
    assert [error.path for error in skipped] == [tmp_path / "b.txt"]
    with pytest.raises(InputError, match=r"b\.txt: the file is empty"):
        list(read_documents([tmp_path]))


@given(
    st.binary(max_size=300),
    st.sampled_from([b"", b"%PDF-1.7\n", b"<p>", b'{"text":', b"---\n", b"\xff\xfe"]),
)
def test_any_bytes_are_a_document_or_an_input_error(data: bytes, head: bytes) -> None:
    with suppress(InputError):
        read_bytes(head + data, "any")


@given(
    st.text(max_size=200),
    st.sampled_from(["{0}聊城", "<p>聊城{0}</p><p>", "---\ntitle: {0}\n---\n聊城", "# 聊城\n{0}"]),
)
def test_any_text_is_a_document_or_an_input_error(text: str, frame: str) -> None:
    with suppress(InputError):
        read_bytes(frame.format(text).encode("utf-8", "ignore"), "any")


@pytest.mark.parametrize(
    "unit",
    ["聊城，", "<p>聊", "<meta ", "<a href='", "[聊](", "<title>", "2022年", "来源：", "&amp"],
)
def test_a_megabyte_in_one_line_is_read(unit: str) -> None:
    """With a quadratic step this would take minutes and hang the suite; benchmarks time it."""
    data = ("聊城" + unit * (400_000 // len(unit))).encode()
    assert "聊城" in read_bytes(data, "long.html").text
