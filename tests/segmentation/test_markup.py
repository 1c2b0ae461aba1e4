"""Articles of posts, pages, Markdown, records and plain text, and the way back to the file."""

from __future__ import annotations

import html
import json
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.model import Article, Document
from kg.reading import read_bytes, read_document
from kg.segmentation.markup import is_single_article, split_markup

FIXTURES = Path(__file__).parent.parent / "fixtures" / "reading"
SHARED = Path(__file__).parents[3] / "shared"
BODY = "12月20日，莘县14个省重点项目已经完成投资37.1亿元，提前完成全年任务。"
CLOSE = "下一步，莘县将谋划储备一批大项目、好项目，为群众解决实际困难。"


def articles_of(content: str, name: str = "doc.txt") -> tuple[Document, tuple[Article, ...]]:
    document = read_bytes(content.encode(), name)
    return document, split_markup(document)


def check_pieces(document: Document, article: Article) -> None:
    """Every piece leads to the same characters, and whatever is no white space has one."""
    covered = 0
    for piece in article.pieces:
        written = piece.document_span.of(document.text)
        read = piece.article_span.of(article.text)
        assert read in (written, html.unescape(written), _unescaped(written))
        assert piece.article_span.begin >= covered
        assert not article.text[covered : piece.article_span.begin].strip()
        covered = piece.article_span.end
    assert not article.text[covered:].strip()


def _unescaped(written: str) -> str:
    try:
        return str(json.loads(f'"{written}"'))
    except ValueError:
        return written


POST = f"""---
layout: post
title: "莘县项目提速"
date: 2022-12-21 09:52:28 +0800
tags: 大众日报新闻
---
<p>□ 本报记者李梦孙亚飞高田</p>
 <p>{BODY}</p>
 <p>招商引资到位资金超420亿元</p>
 <p>鲁西A&amp;B化工园区的项目&nbsp;已经投产。</p>
 <p>{CLOSE}</p><p class="em_media">（文章来源：大众日报）</p>

<http://news.example.cn/NewsShare.html?infoCode=1>

[返回大众日报新闻](//news.example.cn/dazhong.html)｜[返回首页](//news.example.cn/)
"""


def test_a_post_is_one_article_without_what_stands_around_it() -> None:
    document, (article,) = articles_of(POST)
    assert article.id == "doc/a1"
    assert article.headline == "莘县项目提速"
    assert article.body.split("\n") == [
        BODY, "招商引资到位资金超420亿元", "鲁西A&B化工园区的项目 已经投产。", CLOSE
    ]  # fmt: skip
    assert article.reporters == ("李梦", "孙亚飞", "高田")
    assert (article.published, article.publisher) == (date(2022, 12, 21), "大众日报")
    check_pieces(document, article)


def test_a_web_page_gives_its_article_and_nothing_else() -> None:
    document = read_document(FIXTURES / "site_page.html")
    (article,) = split_markup(document)
    assert article.headline == "莘县14个省重点项目提前完成年度投资计划"
    paragraphs = article.body.split("\n")
    assert paragraphs[0].startswith("本报讯（记者 王军豪）12月20日")
    assert paragraphs[-1].endswith("提供坚实支撑。")
    assert {"要素跟着项目走", "聚碳酸酯项目", "18.6"} <= set(paragraphs)
    for word in ("首页", "相关阅读", "版权", "脚本", "注释", "看不见", "责任编辑", "分享", "来源"):
        assert word not in article.body
    assert article.reporters == ("王军豪",)
    check_pieces(document, article)


def test_markdown_marks_are_no_text() -> None:
    document, (article,) = articles_of(
        f"# 莘县项目**提速**\n\n作者：王军豪\n\n## 要素跟着项目走\n\n{BODY[:20]}\n{BODY[20:]}\n\n"
        f"- 用地：[1200亩](http://a.cn/b)\n- 用能\n\n| 项目 | 投资 |\n|---|---|\n| 双酚A | 64亿元 |\n\n"
        f"![图](a.png)\n\n{CLOSE}\n\n[返回首页](/)\n",
        "note.md",
    )
    assert article.headline == "莘县项目提速"
    assert article.body.split("\n") == [
        "要素跟着项目走", BODY, "用地：1200亩", "用能", "项目", "投资", "双酚A", "64亿元", CLOSE
    ]  # fmt: skip
    assert article.reporters == ("王军豪",)
    check_pieces(document, article)


@pytest.mark.parametrize("escaped", [True, False])
def test_records_are_articles_with_their_own_metadata(escaped: bool) -> None:
    records = [
        {"title": "莘县“提速”", "content": f"{BODY}\n\n{CLOSE}", "source": "聊城日报", "date": "2022-12-21"},
        {"Headline": "东阿\t开工", "body": f"<p>{BODY}</p><p>A&amp;B 😀</p>", "url": "http://a.cn/1", "author": "记者 李梦"},
        {"title": "", "text": "  "},
    ]  # fmt: skip
    lines = "\n".join(json.dumps(record, ensure_ascii=escaped) for record in records)
    document, articles = articles_of(lines)
    assert [article.id for article in articles] == ["doc/a1", "doc/a2"]
    first, second = articles
    assert first.text == f"莘县“提速”\n{BODY}\n{CLOSE}"
    assert (first.publisher, first.published) == ("聊城日报", date(2022, 12, 21))
    assert second.body == f"{BODY}\nA&B 😀"
    assert (second.url, second.reporters) == ("http://a.cn/1", ("李梦",))
    check_pieces(document, first)


def test_an_article_in_plain_text_has_headline_and_date_line() -> None:
    text = f"专项整治见实效\n莘县项目提速\n2022-12-21  聊城日报 记者 李梦\n\n{BODY}\n\n{CLOSE}\n（记者 高田）\n"
    document, (article,) = articles_of(text)
    assert is_single_article(document)
    assert article.headline == "专项整治见实效 莘县项目提速"
    assert article.body == f"{BODY}\n{CLOSE}"
    assert article.reporters == ("李梦", "高田")
    assert article.published == date(2022, 12, 21)
    check_pieces(document, article)


@pytest.mark.parametrize(
    "line",
    [
        "*鲁北新报　2022-12-21　记者 李梦*",
        "2022-12-21 09:15 来源：鲁北新报 作者：李梦 阅读 1.2万",
        "来源: 鲁北新报 | 记者 李梦 | 发布时间: 2022年12月21日",
        "记者 李梦 2022/12/21 鲁北新报",
    ],
)
@pytest.mark.parametrize("form", ["# {title}\n\n{line}\n\n{body}", "{title}\n{line}\n{body}"])
def test_the_info_line_is_read_and_is_no_body(form: str, line: str) -> None:
    name = "a.md" if form[0] == "#" else "a.txt"
    _, (article,) = articles_of(form.format(title="项目提速", line=line, body=BODY), name)
    assert article.text == f"项目提速\n{BODY}"
    assert article.published == date(2022, 12, 21)
    assert article.publisher == "鲁北新报"
    assert article.reporters == ("李梦",)


@pytest.mark.parametrize(
    "line",
    [
        "2022年12月21日，首台设备进场",
        "自2022年12月21日起实行新规",
        "2022-2025年行动方案",
        "来源于大豆的蛋白",
    ],
)
def test_a_line_that_speaks_of_a_day_stays(line: str) -> None:
    _, (article,) = articles_of(f"# 项目提速\n\n{line}\n\n{BODY}\n\n{line}\n", "a.md")
    assert article.body == f"{line}\n{BODY}\n{line}"


@pytest.mark.parametrize(
    ("line", "is_body"),
    [
        ("图为工人在检修设备。", False),
        ("▲双酚A装置一角", False),
        ("（图为园区夜景）", False),
        ("工人在装配割台。鲁北新报 供图", False),
        ("菜农采收黄瓜。（李梦 摄）", False),
        ("摄影：李梦", False),
        ("图纸由设计院提供，工期六个月。", True),
        ("企业图强，靠的是技术。", True),
        ("摄影展由县文旅局主办。", True),
    ],
)
def test_captions_are_no_body(line: str, is_body: bool) -> None:
    _, (article,) = articles_of(f"<h1>提速</h1><p>{BODY}</p><p>{line}</p><p>{CLOSE}</p>", "a.html")
    assert (line in article.body) is is_body


def test_a_picture_with_its_caption_is_an_article() -> None:
    caption = "12月20日，莘县菜农在大棚里采收黄瓜。李梦 摄"
    _, (article,) = articles_of(f"<h1>采收忙</h1><p>{caption}</p><p></p>", "a.html")
    assert article.body == caption


def test_a_place_beside_the_date_is_no_reporter() -> None:
    _, (article,) = articles_of(f"项目提速\n2022-12-21  衡水\n\n{BODY}\n")
    assert article.reporters == ()


def test_a_page_dump_is_not_a_single_article() -> None:
    wrapped = "\n".join(BODY[at : at + 14] for at in range(0, len(BODY), 14))
    document, _ = articles_of(f"{wrapped}\n莘县项目提速\n{wrapped}\n{wrapped}")
    assert not is_single_article(document)


def test_hostile_markup_stays_text() -> None:
    source = f"<p>&lt;script&gt;alert(1)&lt;/script&gt;公司{BODY}</p><p>a < b</p><script>x</script><p>{CLOSE}</p>"
    document, (article,) = articles_of(source)
    assert article.text.startswith("<script>alert(1)</script>公司")
    assert "a < b" in article.text
    check_pieces(document, article)


SNIPPETS = st.sampled_from(
    ["<p>", "</p>", "<div hidden>", "</div>", "<li>", "<br>", "<td>", "&amp;", "&#x4e2d;", "&nbsp", "<!--", "-->",
     "<script>", "</script>", "<a href='x'>", "</a>", "聊城", "<", ">", '"', "\n", "　", "**", "[东阿](x)", "# ", "| a |",
     "。", "记者 李梦", "\u200b", "&notit;", "😀", "\\*"]
)  # fmt: skip


@given(
    st.lists(SNIPPETS, max_size=30),
    st.sampled_from([POST, "<h1>聊城开工</h1><p>", "# 聊城\n\n**东阿**\n"]),
)
def test_every_piece_leads_to_the_same_characters(parts: list[str], head: str) -> None:
    document, articles = articles_of(head + "".join(parts))
    for article in articles:
        for piece in article.pieces:
            written = piece.document_span.of(document.text)
            read = piece.article_span.of(article.text)
            assert read == written or html.unescape(written).startswith(read)


@given(st.text(min_size=1, max_size=60), st.booleans())
def test_every_record_leads_back_to_its_escapes(text: str, ascii_only: bool) -> None:
    line = json.dumps({"title": "聊城", "text": f"聊城{text}"}, ensure_ascii=ascii_only)
    document, articles = articles_of(line.encode("utf-8", "ignore").decode())
    for article in articles:
        for piece in article.pieces:
            written = piece.document_span.of(document.text)
            assert piece.article_span.of(article.text) in (written, _unescaped(written))


@pytest.mark.parametrize(
    "unit",
    [
        "<p>聊城",
        "<div>",
        "<!-- ",
        "<a href='",
        "<a ",
        "&amp;",
        "</x>",
        "[聊](",
        "**",
        "|",
        "<script>",
        "聊 ",
        "<li><ul>",
    ],
)
def test_a_long_line_is_split(unit: str) -> None:
    """With a quadratic step this would take minutes and hang the suite; benchmarks time it."""
    document = read_bytes(
        f"---\ntitle: 聊城\n---\n<p>聊城</p>{unit * (100_000 // len(unit))}".encode(), "a.html"
    )
    assert len(split_markup(document)) == 1


@pytest.mark.skipif(not SHARED.is_dir(), reason="development data is not here")
def test_the_real_post_is_read_as_annotated() -> None:
    name = "004_00df17dc01b1ce68"
    gold = json.loads((SHARED / "gold" / "seeds" / f"{name}.json").read_text(encoding="utf-8"))
    (expected,) = gold["articles"]
    document = read_document(SHARED / "seeds" / f"{name}.txt")
    (article,) = split_markup(document)
    assert article.headline == expected["title"]
    assert list(article.reporters) == expected["reporters"]
    assert str(article.published) == expected["date"]
    body = article.body.replace("\n", "")
    assert body.startswith(expected["starts"])
    assert body.endswith(expected["ends"])
    check_pieces(document, article)
