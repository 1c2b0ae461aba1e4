"""Printed pages made by hand: text set in a column, as a text layer keeps it."""

from __future__ import annotations

from kg.model import Article
from kg.segmentation import split_articles
from kg.segmentation.lines import squeezed, width_em
from kg.segmentation.page import Page, pages_of
from tests.factories import make_document

_MAY_NOT_BEGIN = "，。、；：！？”）》"


def column(text: str, *, em: int = 16, indent: bool = True) -> str:
    """Set paragraphs in a column of *em*; the first line of each is two em shorter."""
    lines: list[str] = []
    for number, paragraph in enumerate(text.split("\n")):
        room = em - 2.0 if indent or number else float(em)
        line = ""
        for at, character in enumerate(paragraph):
            if width_em(line + character) > room and character not in _MAY_NOT_BEGIN:
                lines.append(line)
                line, room = "", float(em)
            line += character
            if at == len(paragraph) - 1:
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
