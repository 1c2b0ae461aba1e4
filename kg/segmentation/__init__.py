"""Cut a document into its articles.

A post, a web page or a record is one article; a printed page holds many, and its text layer has
them in the order in which the layout program wrote the boxes: a headline may follow its body, a
caption may cut a body in two, every line ends where the column ended. This room undoes the order;
it never edits characters. Each article keeps its pieces, so that a quotation in the graph leads back
to the file.
"""

from __future__ import annotations

from dataclasses import replace

from kg.model import Article, Document
from kg.segmentation.assembly import assemble
from kg.segmentation.composition import composed
from kg.segmentation.credits import assign_credits
from kg.segmentation.dating import IssueHead, day_of, issue_of, year_of
from kg.segmentation.markup import is_single_article, split_markup
from kg.segmentation.page import pages_of

__all__ = ["split_articles"]

PAGE_FORMATS = ("text/plain", "application/pdf")


def split_articles(document: Document) -> tuple[Article, ...]:
    """Return the articles of a document, in reading order, headlines without a body last."""
    if document.format not in PAGE_FORMATS:
        return split_markup(document)
    if not document.layout and is_single_article(document):
        return split_markup(document)
    return _split_page(document)


def _split_page(document: Document) -> tuple[Article, ...]:
    pages = pages_of(document)
    heads = [issue_of([line for block in page.blocks for line in block.lines]) for page in pages]
    first = IssueHead(
        document.published or next((head.day for head in heads if head.day), None),
        document.publisher or next((head.paper for head in heads if head.paper), None),
    )
    year = first.day.year if first.day else year_of(document.text)
    articles: list[Article] = []
    for page, head in zip(pages, heads, strict=True):
        drafts = assemble(page)
        assign_credits(page.blocks, drafts)
        for draft in drafts:
            article = composed(document, len(articles) + 1, draft, airy=page.airy)
            if article is not None:
                day = day_of(article, document.published or head.day or first.day, year)
                paper = document.publisher or head.paper or first.paper
                articles.append(replace(article, published=day, publisher=paper))
    return tuple(articles)
