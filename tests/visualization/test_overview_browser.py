"""Communities in a real browser, with WebGL in software and without WebGL."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from kg.visualization import Picture, write_html
from tests.browser import SOFTWARE_WEBGL, marks, requests_of, start_browser
from tests.visualization.samples import HOSTILE, hostile_picture, made_up_picture

pytest.importorskip("selenium")
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.wait import WebDriverWait

pytestmark = marks

Open = Callable[..., Any]


@pytest.fixture(scope="module")
def browsers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Any]]:
    flags = {"webgl": SOFTWARE_WEBGL, "canvas": ("--disable-gpu", "--disable-3d-apis")}
    started = {
        kind: start_browser(
            tmp_path_factory.mktemp(kind), "--window-size=1440,900", *flags[kind], gpu=True
        )
        for kind in flags
    }
    yield started
    for browser in started.values():
        browser.quit()


@pytest.fixture
def open_picture(browsers: dict[str, Any], tmp_path: Path) -> Iterator[Open]:
    """Open a picture; at the end nothing may have failed, called out or popped up."""
    used: list[Any] = []

    def open_(picture: Picture, *, title: str = "聊城区域经济", kind: str = "webgl") -> Any:
        path = tmp_path / "overview.html"
        write_html(picture, path, title=title, by_communities=True)
        browser = browsers[kind]
        for name in ("browser", "performance"):
            browser.get_log(name)
        used.append(browser)
        # The tests have no graphics card, and without one the page would not take WebGL by itself.
        browser.get(f"{path.as_uri()}#{kind}")
        WebDriverWait(browser, 20).until(lambda b: b.execute_script("return !!window.kg"))
        assert browser.execute_script("return kg.view.kind") == kind
        return browser

    yield open_
    for browser in used:
        # A software WebGL says how slow it is; nothing else may be said.
        assert [e for e in browser.get_log("browser") if e["source"] != "rendering"] == []
        ours = ("file:", "blob:", "data:")
        assert [url for url in requests_of(browser) if not url.startswith(ours)] == []


def text_of(browser: Any, selector: str) -> str:
    return str(browser.find_element(By.CSS_SELECTOR, selector).text)


def drawn(browser: Any) -> int:
    return int(browser.execute_script("return kg.scene().drawn"))


def click_disc(browser: Any, group: int) -> None:
    """Click where a community is on the screen, as a mouse does."""
    x, y = browser.execute_script(
        "const t = kg.view.transform(), g = kg.page.groups[arguments[0]];"
        "const box = document.getElementById('network').getBoundingClientRect();"
        "return [box.left + t.x + g.x * t.k, box.top + t.y + g.y * t.k]",
        group,
    )
    for type_ in ("mouseMoved", "mousePressed", "mouseReleased"):
        event = {"type": type_, "x": x, "y": y, "button": "left", "clickCount": 1}
        browser.execute_cdp_cmd("Input.dispatchMouseEvent", event)


def test_webgl_in_software_is_not_taken(browsers: dict[str, Any], tmp_path: Path) -> None:
    write_html(made_up_picture(20), tmp_path / "page.html", title="聊城", by_communities=True)
    browsers["webgl"].get((tmp_path / "page.html").as_uri())
    assert browsers["webgl"].execute_script("return kg.view.kind") == "canvas"


@pytest.mark.parametrize("kind", ["webgl", "canvas"])
def test_communities_come_first_and_a_click_opens_one(open_picture: Open, kind: str) -> None:
    browser = open_picture(made_up_picture(400), kind=kind)
    assert drawn(browser) == 0
    assert "400 个在未展开的群组里" in text_of(browser, "#undrawn")
    click_disc(browser, 1)
    size = len(browser.execute_script("return kg.page.groups[1].nodes"))
    WebDriverWait(browser, 5).until(lambda b: drawn(b) == size)
    assert f"已画出 {size} 个实体" in text_of(browser, "#undrawn")
    name = browser.execute_script("return kg.page.groups[1].names[0]")
    assert name in text_of(browser, "#panel h2")


def test_a_large_community_says_what_it_leaves_out(open_picture: Open) -> None:
    browser = open_picture(made_up_picture(400))
    browser.execute_script("kg.model.open(0, 5); kg.choose({group: 0})")
    assert drawn(browser) == 5
    assert "个关系较少的未画" in text_of(browser, "#undrawn")
    browser.find_element(By.CSS_SELECTOR, "#undrawn button").click()
    assert drawn(browser) == len(browser.execute_script("return kg.page.groups[0].nodes"))


def test_entities_outside_the_picture_are_counted(open_picture: Open) -> None:
    browser = open_picture(replace(made_up_picture(60), undrawn_nodes=1234))
    assert "另有 1,234 个实体不在本图中" in text_of(browser, "#undrawn")


def test_a_community_closes_again(open_picture: Open) -> None:
    browser = open_picture(made_up_picture(200))
    browser.find_element(By.CSS_SELECTOR, "#panel [data-group='0']").click()
    for expected in (True, False):
        browser.find_element(By.CSS_SELECTOR, "#panel .actions button").click()
        assert (drawn(browser) > 0) is expected


def test_search_opens_the_community_of_what_it_finds(open_picture: Open) -> None:
    browser = open_picture(made_up_picture(200))
    browser.find_element(By.ID, "search").send_keys("莘县", Keys.ENTER)
    assert text_of(browser, "#panel h2") == "莘县"
    assert drawn(browser) > 0
    assert "鲁西集团在聊城高新区" in text_of(browser, "#panel blockquote")


def test_types_and_relations_are_filtered(open_picture: Open) -> None:
    browser = open_picture(made_up_picture(200))
    before = text_of(browser, "#counts")
    browser.find_element(By.CSS_SELECTOR, "#types input[data-id=Project]").click()
    without_projects = text_of(browser, "#counts")
    assert "/200" in without_projects
    browser.find_element(By.CSS_SELECTOR, "#relations input").click()
    assert text_of(browser, "#counts") != without_projects
    browser.find_element(By.ID, "reset").click()
    assert text_of(browser, "#counts") == before


def dated(picture: Picture) -> Picture:
    """Give every third relation a date of 2020 and an amount."""
    edges = [
        replace(edge, claims=(replace(edge.claims[0], date="2020-05", amount_yuan=3e8),))
        if number % 3 == 0
        else edge
        for number, edge in enumerate(picture.edges)
    ]
    return replace(picture, edges=tuple(edges))


def test_time_and_amount_are_filtered_by_sliders(open_picture: Open) -> None:
    picture = dated(made_up_picture(200))
    browser = open_picture(picture)
    third = len(range(0, len(picture.edges), 3))
    assert text_of(browser, "#time-value") == "2020-05 – 2022-12"
    browser.find_element(By.ID, "until").send_keys(Keys.HOME)
    assert f"关系 {third}/{len(picture.edges)}" in text_of(browser, "#counts")
    browser.find_element(By.ID, "reset").click()
    browser.find_element(By.ID, "amount").send_keys(Keys.END)
    assert text_of(browser, "#amount-value") == "1亿元"
    assert f"关系 {third}/{len(picture.edges)}" in text_of(browser, "#counts")


@pytest.mark.parametrize("kind", ["webgl", "canvas"])
@pytest.mark.parametrize(("id_", "type_"), [("svg", "image/svg+xml"), ("png", "image/png")])
def test_a_picture_can_be_saved(open_picture: Open, kind: str, id_: str, type_: str) -> None:
    browser = open_picture(made_up_picture(80), kind=kind)
    browser.execute_script("kg.openGroup(0)")
    saved = browser.execute_async_script(
        "const [id, type, done] = arguments, make = URL.createObjectURL.bind(URL);"
        "URL.createObjectURL = (blob) => { if (blob.type === type) blob.arrayBuffer().then((b) => done([...new Uint8Array(b)]));"
        " return make(blob); };"
        "HTMLAnchorElement.prototype.click = () => {}; document.getElementById(id).click();",
        id_,
        type_,
    )
    content = bytes(saved)
    assert len(content) > 5_000
    if id_ == "svg":
        from lxml import etree

        root = etree.fromstring(content)
        kinds = {etree.QName(element).localname for element in root.iter()}
        assert (
            {"svg", "circle", "line", "text"} <= kinds <= {"svg", "rect", "circle", "line", "text"}
        )


def test_it_speaks_english_on_request(open_picture: Open) -> None:
    browser = open_picture(made_up_picture(80))
    browser.find_element(By.ID, "language").click()
    assert "80 entities" in text_of(browser, "#counts")
    assert "Communities" in text_of(browser, "#panel")


@pytest.mark.parametrize("kind", ["webgl", "canvas"])
def test_hostile_texts_do_nothing(open_picture: Open, kind: str) -> None:
    browser = open_picture(hostile_picture(), title=HOSTILE[2], kind=kind)
    assert browser.title == HOSTILE[2]
    assert HOSTILE[2] in text_of(browser, "#title")
    browser.execute_script("window.alert = () => { throw new Error('alert'); }")
    for index in range(len(HOSTILE)):
        browser.execute_script("kg.chooseNode(arguments[0])", index)
    browser.execute_script("kg.openGroup(0)")
    browser.find_element(By.ID, "search").send_keys("<")
    assert browser.find_elements(By.CSS_SELECTOR, "#hits [role=option]")
    injected = "script:not([type]), #panel img, #panel a, #panel script, #hits a, #hits img"
    assert len(browser.find_elements(By.CSS_SELECTOR, injected)) == 2  # the library and ours


def test_it_fits_a_phone(open_picture: Open) -> None:
    size = {"width": 390, "height": 844, "deviceScaleFactor": 2, "mobile": True}
    browser = open_picture(made_up_picture(200))
    try:
        browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
        browser.refresh()
        WebDriverWait(browser, 10).until(lambda b: b.execute_script("return !!window.kg"))
        assert browser.execute_script("return document.documentElement.scrollWidth") <= 390
        stage, panel = (browser.find_element(By.ID, name).rect for name in ("stage", "panel"))
        assert stage["y"] + stage["height"] <= panel["y"] + 1
    finally:
        browser.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})
