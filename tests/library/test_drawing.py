"""The picture in an output cell: whole, offline, shut in."""

from __future__ import annotations

from html.parser import HTMLParser
from pathlib import Path

import kg
from kg.library import Drawing
from kg.pipeline import BuildReport
from kg.visualization import Picture, PictureNode, render


class Elements(HTMLParser):
    """The elements of a piece of HTML."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))


def test_cell_is_one_frame_that_holds_the_whole_page(built: BuildReport) -> None:
    drawing = kg.open(built.out).draw("鲁西集团", height=400)
    ((tag, attributes),) = Elements(drawing._repr_html_()).found
    assert tag == "iframe"
    assert attributes["srcdoc"] == render(drawing.picture, title="鲁西集团")
    assert "height:400px" in str(attributes["style"])
    assert "src" not in attributes


def test_frame_has_an_origin_of_its_own(built: BuildReport) -> None:
    ((_, attributes),) = Elements(kg.open(built.out)._repr_html_()).found
    assert "allow-same-origin" not in str(attributes["sandbox"])
    assert "allow-top-navigation" not in str(attributes["sandbox"])


def test_hostile_names_stay_inside() -> None:
    name = "\"><script>alert(1)</script>'&lt;/iframe>"
    drawing = Drawing(Picture((PictureNode("company:x", name, "Company"),), ()), name)
    ((tag, attributes),) = Elements(drawing._repr_html_()).found
    assert tag == "iframe"
    assert attributes["title"] == name
    assert "<script>alert(1)" not in str(attributes["srcdoc"])


def test_save_writes_the_page(built: BuildReport, tmp_path: Path) -> None:
    drawing = kg.open(built.out).draw()
    assert drawing.save(tmp_path / "p.html").read_text("utf-8") == render(
        drawing.picture, title=drawing.title
    )
