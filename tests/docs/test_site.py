"""The site is built without a warning, works from a disk without a network, and finds Chinese words."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from docs.build import DOCS, LANGUAGES, build_site
from docs.search import NgramSearch
from kg.pipeline import BuildReport
from tests import browser as chromium

pytest.importorskip("sphinx")


@pytest.fixture(scope="module")
def site(built: BuildReport, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("site") / "html"
    build_site(out, built.out)
    return out


@pytest.mark.slow
def test_both_languages_have_every_page(site: Path) -> None:
    zh, en = (
        {path.relative_to(DOCS / language) for path in (DOCS / language).rglob("*.md")}
        for language in LANGUAGES
    )
    assert zh == en
    for page in zh:
        for folder in (site, site / "en"):
            assert (folder / page.with_suffix(".html")).is_file()


@pytest.mark.slow
def test_nothing_is_loaded_from_elsewhere(site: Path) -> None:
    loads = re.compile(
        r"<(?:script|link|img|iframe|source)\b[^>]*(?:src|href)=[\"']?(?:https?:)?//[^>]*>|url\([\"']?https?:"
    )
    found = {
        (path.name, match[0])
        for path in site.rglob("*")
        if path.suffix in {".html", ".css"}
        for match in loads.finditer(path.read_text("utf-8"))
    }
    assert found == set()


@pytest.mark.slow
def test_links_of_the_site_lead_somewhere(site: Path) -> None:
    dead = []
    for page in site.rglob("*.html"):
        for target in re.findall(r'href="([^"#?:]+)["#?]', page.read_text("utf-8")):
            if not (page.parent / target).exists():
                dead.append((page.relative_to(site).as_posix(), target))
    assert dead == []


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("铜箔项目", {"铜箔", "箔项", "项目", "铜", "箔", "项", "目"}),
        ("用SPARQL提问", {"用", "SPARQL", "提问", "提", "问"}),
        ("莘县、kg.toml", {"莘县", "莘", "县", "kg", "toml"}),
    ],
)
def test_chinese_is_indexed_in_pairs(text: str, parts: set[str]) -> None:
    assert set(NgramSearch({}).split(text)) == parts


def in_browser(test: Any) -> Any:
    """Mark a test of what a reader sees who opens the folder from a disk, with no network."""
    for mark in (*chromium.marks, pytest.mark.slow):
        test = mark(test)
    return test


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    # Every name resolves to nothing: what is asked for elsewhere fails and is seen.
    browser = chromium.start_browser(
        tmp_path_factory.mktemp("profile"), "--host-resolver-rules=MAP * ~NOTFOUND"
    )
    yield browser
    browser.quit()


@in_browser
@pytest.mark.parametrize(
    ("language", "query", "page"),
    [
        ("", "冠名", "加一个关系"),
        ("", "反向代理", "发布到服务器"),
        ("en", "judgements", "Correct a merge"),
        ("en", "双酚", "Review"),
    ],
)
def test_search_finds_words(browser: Any, site: Path, language: str, query: str, page: str) -> None:
    from selenium.webdriver.common.by import By
    from selenium.webdriver.support.ui import WebDriverWait

    browser.get(f"{(site / language / 'search.html').as_uri()}?q={query}")
    # Results appear one after the other.
    WebDriverWait(browser, 20).until(
        lambda it: any(
            page in link.text for link in it.find_elements(By.CSS_SELECTOR, "ul.search > li > a")
        )
    )


@in_browser
def test_pages_ask_for_nothing_and_complain_of_nothing(browser: Any, site: Path) -> None:
    browser.get((site / "architecture.html").as_uri())
    requests = chromium.requests_of(browser)
    assert requests
    assert [url for url in requests if not url.startswith(("file:", "data:"))] == []
    assert [entry for entry in browser.get_log("browser") if entry["level"] == "SEVERE"] == []


@pytest.mark.slow
def test_a_warning_ends_the_build(
    tmp_path: Path, built: BuildReport, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(store: object, language: str, staged: Path) -> None:
        (staged / "cookbook.md").write_text("# Broken\n\n[nowhere](nowhere.md)\n", "utf-8")

    monkeypatch.setattr("docs.build.make_pages", broken)
    with pytest.raises(subprocess.CalledProcessError):
        build_site(tmp_path / "out", built.out)
    assert not (tmp_path / "out").exists()
