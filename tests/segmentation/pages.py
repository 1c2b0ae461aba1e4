"""Printed pages made by hand: text set in a column, as a text layer keeps it."""

from __future__ import annotations

import re

from kg.model import Article, Box, Document, LayoutLine, Span
from kg.segmentation import split_articles
from kg.segmentation.heads import Head
from kg.segmentation.lines import squeezed, width_em
from kg.segmentation.matching import heads_of
from kg.segmentation.page import Page, pages_of
from tests.factories import make_document

_WORD = re.compile("[0-9A-Za-z.%]+|.")
_MAY_NOT_BEGIN = "，。、；：！？”）》"


def column(text: str, *, em: int = 16, indent: bool = True) -> str:
    """Set paragraphs in a column of *em*; the first line of each is two em shorter.

    Neither numbers nor foreign words are cut, and no line begins with a closing mark.
    """
    lines: list[str] = []
    for number, paragraph in enumerate(text.split("\n")):
        room = em - 2.0 if indent or number else float(em)
        line = ""
        for word in _WORD.findall(paragraph):
            if width_em(line + word) > room and word not in _MAY_NOT_BEGIN:
                lines.append(line)
                line, room = "", float(em)
            line += word
        lines.append(line)
    return "\n".join(lines)


def torn(text: str, *, at: int, em: int = 16) -> tuple[str, str]:
    """Set *text* in a column and cut it behind the line numbered *at*."""
    lines = column(text, em=em).split("\n")
    return "\n".join(lines[:at]), "\n".join(lines[at:])


def page_of(text: str) -> Page:
    """Return a document of one page, described."""
    (page,) = pages_of(make_document(text))
    return page


def articles_of(text: str) -> dict[str, str]:
    """Return the bodies of a page by headline, without white space."""
    return {article.headline: squeezed(article.body) for article in split(text)}


def split(text: str) -> tuple[Article, ...]:
    """Cut a text layer into articles."""
    return split_articles(make_document(text))


# Three articles of the region; each has two paragraphs.
SOLAR = (
    "12月21日，位于东昌府区的漂浮光伏电站项目正加紧建设，工人们驾着小艇在水面上铺设光伏组件。"
    "该项目由中节能太阳能科技有限公司投资建设，总投资5.6亿元，占用水面2400亩，计划今年底全部并网投产。\n"
    "项目投产后年发电量2.2亿千瓦时，每年可节约标准煤8万吨，减少二氧化碳排放20万吨，"
    "对聊城市调整能源结构、实现绿色低碳转型具有重要意义。"
)
SOLAR_HEADLINE = "漂浮电站建在水面上"
LUXI = (
    "本报讯（记者 林晨）近日，鲁西集团年产120万吨双酚A项目一期工程建成投产。"
    "项目总投资64亿元，位于聊城高新区，全部达产后可新增销售收入100亿元。\n"
    "鲁西集团负责人介绍，双酚A是生产聚碳酸酯的主要原料，项目投产后企业的原料供应将不再依赖进口，生产成本可降低一成。"
)
LUXI_HEADLINE = "双酚A项目建成投产"
BANK = (
    "本报讯（记者 尹腾淑）截至11月底，聊城智慧金融服务平台注册用户突破17万户，"
    "累计帮助企业融资超过600亿元。平台由山东征信公司参与建设，去年4月上线运营。\n"
    "山东聊城富锋汽车部件有限公司通过平台提出申请，第二天就拿到邮储银行200万元授信贷款。"
)
BANK_HEADLINE = "智慧金融平台助企融资"


def laid_out(*parts: str) -> str:
    """Return a text layer with blank lines between its boxes."""
    return "\n\n".join(parts)


def run_on(*parts: str) -> str:
    """Return a text layer without blank lines."""
    return "\n".join(parts)


def described(text: str) -> tuple[Page, list[Head]]:
    """Return the only page of a text layer, and its headlines."""
    return described_page(page_of(text))


def described_page(page: Page) -> tuple[Page, list[Head]]:
    """Return a page with its headlines."""
    return page, heads_of(page, page.fragments)


def printed(*boxes: tuple[str, float, float, float]) -> Document:
    """Return a document whose format tells places: each box its lines, left, top and type size.

    Lines stand one and a half sizes below each other; a line that opens a paragraph is indented.
    """
    text, layout = "", []
    for lines, left, top, size in boxes:
        for number, line in enumerate(lines.split("\n")):
            indent = 2 * size if line.startswith("\u3000\u3000") else 0.0
            words = line.strip()
            upper = top + 1.5 * size * number
            right = left + indent + size * width_em(words)
            box = Box(0, left + indent, upper, right, upper + size)
            layout.append(LayoutLine(Span(len(text), len(text) + len(words)), box, size))
            text += words + "\n"
    return make_document(text, layout=tuple(layout))


def indented(lines: str) -> str:
    """Mark the first line of a column as indented."""
    return "\u3000\u3000" + lines
