"""Sphinx's settings for both languages; `docs.build` says which (``-t zh`` or ``-t en``)."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from docs.search import NgramSearch
from kg import __version__

is_chinese = "zh" in tags  # type: ignore[name-defined]  # noqa: F821  Sphinx puts it there

project = "kg"
author = "kg"
project_copyright = "Apache-2.0"
release = __version__
language = "zh_CN" if is_chinese else "en"
extensions = ["myst_parser"]
myst_heading_anchors = 3
highlight_language = "none"
# A lexer that does not know a character costs colour; topics may open with a table of their own level.
suppress_warnings = ["misc.highlighting_failure", "myst.header"]
html_theme = "furo"
html_title = "kg 文档" if is_chinese else "kg documentation"
html_copy_source = False
html_show_sourcelink = False
# Excerpts are fetched page by page, which browsers refuse for files on a disk.
html_show_search_summary = False
html_search_language = NgramSearch.lang
html_last_updated_fmt = None  # equal sources give equal pages
html_static_path = [str(Path(__file__).parent / "static")]
html_css_files = ["kg.css"]
templates_path = [str(Path(__file__).parent / "templates")]
html_sidebars = {
    "**": [
        "sidebar/brand.html",
        "language.html",
        "sidebar/search.html",
        "sidebar/scroll-start.html",
        "sidebar/navigation.html",
        "sidebar/scroll-end.html",
    ]
}
html_context = {"is_chinese": is_chinese}


def setup(app: Any) -> None:
    app.add_search_language(NgramSearch)
