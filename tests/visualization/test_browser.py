"""The page in a real browser: what a reader clicks, types and sees."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from kg.visualization import Picture, write_html
from tests.browser import marks, requests_of, start_browser
from tests.visualization.samples import HOSTILE, hostile_picture, made_up_picture, small_picture

pytest.importorskip("selenium")
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.wait import WebDriverWait

pytestmark = marks


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    driver = start_browser(tmp_path_factory.mktemp("profile"), "--window-size=1440,900")
    yield driver
    driver.quit()


@pytest.fixture
def open_picture(browser: Any, tmp_path: Path) -> Iterator[Any]:
    """Open a picture; at the end nothing may have failed, called out or popped up."""

    def open_(picture: Picture, title: str = "聊城区域经济") -> Any:
        path = tmp_path / "graph.html"
        write_html(picture, path, title=title)
        browser.get(path.as_uri())
        WebDriverWait(browser, 10).until(lambda b: b.execute_script("return !!window.kg"))
        return browser

    browser.get_log("browser")
    browser.get_log("performance")
    yield open_
    assert browser.get_log("browser") == []
    ours = ("file:", "blob:")
    assert [url for url in requests_of(browser) if not url.startswith(ours)] == []


def text_of(browser: Any, selector: str) -> str:
    return str(browser.find_element(By.CSS_SELECTOR, selector).text)


def click_at(browser: Any, script: str) -> None:
    """Click the canvas where *script* says, as a mouse does."""
    x, y = browser.execute_script(script)
    for kind in ("mousePressed", "mouseReleased"):
        browser.execute_cdp_cmd(
            "Input.dispatchMouseEvent",
            {"type": kind, "x": x, "y": y, "button": "left", "clickCount": 1},
        )


ON_PAGE = """
const frame = document.getElementById("network").getBoundingClientRect();
const onPage = (p) => { const d = kg.network.canvasToDOM(p); return [d.x + frame.left, d.y + frame.top]; };
"""


def click_node(browser: Any, label: str) -> None:
    find = f"const id = kg.nodes.find((n) => n.label === {label!r}).id;"
    click_at(browser, f"{ON_PAGE}{find} return onPage(kg.network.getPosition(id));")
    WebDriverWait(browser, 5).until(lambda b: label in text_of(b, "#panel h2"))


def test_clicking_a_node_shows_its_facts_and_sentences(open_picture: Any) -> None:
    browser = open_picture(small_picture())
    click_node(browser, "年产120万吨双酚A项目")
    panel = text_of(browser, "#panel")
    for expected in (
        "项目",
        "双酚A项目",
        "总投资",
        "64亿元",
        "投产",
        "可信度 0.70",
        "50亿元",
        "一期工程已于12月投产",
    ):
        assert expected in panel
    assert "《高新区：驱动创新链 壮大产业链》" in panel
    marked = {m.text for m in browser.find_elements(By.CSS_SELECTOR, "#panel mark")}
    assert {"64亿元", "鲁西集团", "年产120万吨双酚A项目"} <= marked


def test_clicking_an_edge_shows_its_claims(open_picture: Any) -> None:
    browser = open_picture(small_picture())
    between = "const e = kg.edges.find((e) => e.label === '位于');"
    middle = "const [a, b] = [e.from, e.to].map((id) => kg.network.getPosition(id));"
    click_at(
        browser, f"{ON_PAGE}{between}{middle} return onPage({{x: (a.x+b.x)/2, y: (a.y+b.y)/2}});"
    )
    WebDriverWait(browser, 5).until(lambda b: "↓ 位于" in text_of(b, "#panel"))
    assert browser.find_elements(By.CSS_SELECTOR, "#panel blockquote")


def test_parallel_edges_are_drawn_apart(open_picture: Any) -> None:
    browser = open_picture(small_picture())
    middles = browser.execute_script(
        "return kg.edges.filter((e) => new Set([e.from, e.to, 0, 1]).size === 2).map((e) => {"
        "const t = kg.network.body.edges[e.id].edgeType; const p = t.getPoint(0.5, t.getViaNode?.());"
        "return [Math.round(p.x), Math.round(p.y)]; })"
    )
    assert len(middles) == 3
    assert len({tuple(middle) for middle in middles}) == 3


def test_search_finds_names_and_aliases_while_typing(open_picture: Any) -> None:
    browser = open_picture(small_picture())
    box = browser.find_element(By.ID, "search")
    box.send_keys("鲁西化")
    hits = browser.find_elements(By.CSS_SELECTOR, "#hits [role=option]")
    assert [hit.text.split("\n")[0] for hit in hits] == ["鲁西集团"]
    assert "鲁西化工集团" in hits[0].text
    box.send_keys(Keys.ENTER)
    assert text_of(browser, "#panel h2") == "鲁西集团"
    assert browser.execute_script("return kg.network.getSelectedNodes().length") == 1


def test_search_is_worked_by_keyboard(open_picture: Any) -> None:
    browser = open_picture(small_picture())
    box = browser.find_element(By.ID, "search")
    box.send_keys("聊城")
    assert len(browser.find_elements(By.CSS_SELECTOR, "#hits [role=option]")) == 2
    box.send_keys(Keys.ARROW_DOWN)
    active = browser.find_element(By.ID, box.get_attribute("aria-activedescendant"))
    name = active.text.split("\n")[0]
    box.send_keys(Keys.ENTER)
    assert text_of(browser, "#panel h2") == name
    box.clear()
    box.send_keys("没有这家")
    assert text_of(browser, "#hits") == "没有匹配的实体"


def test_legend_filters_by_type(open_picture: Any) -> None:
    browser = open_picture(small_picture())
    assert text_of(browser, "#counts") == "实体 6 · 关系 7"
    browser.find_element(By.CSS_SELECTOR, "#types input[data-id=Company]").click()
    assert text_of(browser, "#counts") == "实体 4/6 · 关系 2/7"
    browser.find_element(By.ID, "reset").click()
    assert text_of(browser, "#counts") == "实体 6 · 关系 7"


def test_relations_and_confidence_filter_too(open_picture: Any) -> None:
    browser = open_picture(small_picture())
    browser.find_element(By.CSS_SELECTOR, "#relations input[data-id=locatedIn]").click()
    assert text_of(browser, "#counts") == "实体 6 · 关系 5/7"
    browser.find_element(By.ID, "confidence").send_keys(Keys.END)
    assert text_of(browser, "#counts") == "实体 6 · 关系 4/7"
    browser.find_element(By.ID, "lonely").click()
    assert text_of(browser, "#counts") == "实体 3/6 · 关系 4/7"


def test_time_and_amount_filter_by_sliders(open_picture: Any) -> None:
    picture = small_picture()
    first = replace(picture.edges[0].claims[0], date="2020-05", amount_yuan=3e8)
    edges = (replace(picture.edges[0], claims=(first,)), *picture.edges[1:])
    browser = open_picture(replace(picture, edges=edges))
    assert text_of(browser, "#time-value") == "2020-05 – 2022-12"
    browser.find_element(By.ID, "until").send_keys(Keys.HOME)
    assert text_of(browser, "#counts") == "实体 6 · 关系 1/7"
    browser.find_element(By.ID, "reset").click()
    browser.find_element(By.ID, "amount").send_keys(Keys.END)
    assert text_of(browser, "#amount-value") == "1亿元"
    assert text_of(browser, "#counts") == "实体 6 · 关系 1/7"


def test_search_brings_back_what_a_filter_hides(open_picture: Any) -> None:
    browser = open_picture(small_picture())
    browser.find_element(By.CSS_SELECTOR, "#types input[data-id=Person]").click()
    browser.find_element(By.ID, "search").send_keys("张金成", Keys.ENTER)
    assert text_of(browser, "#panel h2") == "张金成"
    assert "董事长" in text_of(browser, "#panel")
    assert "否认" in text_of(browser, "#panel")


def test_names_in_the_panel_lead_on(open_picture: Any) -> None:
    browser = open_picture(small_picture())
    browser.find_element(By.CSS_SELECTOR, "#panel .entity").click()
    first = text_of(browser, "#panel h2")
    browser.find_element(By.CSS_SELECTOR, "#panel .entity").click()
    assert text_of(browser, "#panel h2") != first


def test_page_speaks_english_on_request(open_picture: Any) -> None:
    browser = open_picture(small_picture())
    browser.find_element(By.ID, "language").click()
    assert text_of(browser, "#counts") == "6 entities · 7 relations"
    assert "company" in text_of(browser, "#types")
    assert "40 more entities" in text_of(browser, "#undrawn")


def test_hostile_texts_do_nothing(open_picture: Any) -> None:
    browser = open_picture(hostile_picture(), title=HOSTILE[2])
    assert browser.title == HOSTILE[2]
    assert text_of(browser, "#title") == HOSTILE[2]
    browser.execute_script("window.alert = () => { throw new Error('alert'); }")
    for index in range(len(HOSTILE)):
        browser.execute_script("kg.choose({node: arguments[0]}, {move: true})", index)
        browser.execute_script("kg.choose({edge: arguments[0]})", min(index, len(HOSTILE) - 2))
    browser.find_element(By.ID, "search").send_keys("<")
    assert browser.find_elements(By.CSS_SELECTOR, "#hits [role=option]")
    injected = "script:not([type]), #panel img, #panel a, #panel script, #hits a, #hits img"
    assert len(browser.find_elements(By.CSS_SELECTOR, injected)) == 2  # the library and ours


def test_it_fits_a_phone(open_picture: Any) -> None:
    size = {"width": 390, "height": 844, "deviceScaleFactor": 2, "mobile": True}
    browser = open_picture(small_picture())
    try:
        browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
        browser.refresh()
        WebDriverWait(browser, 10).until(lambda b: b.execute_script("return !!window.kg"))
        assert browser.execute_script("return document.documentElement.scrollWidth") <= 390
        stage, panel = (browser.find_element(By.ID, name).rect for name in ("stage", "panel"))
        assert stage["y"] + stage["height"] <= panel["y"] + 1
    finally:
        browser.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})


PAINTED = """
const canvas = document.querySelector("#network canvas");
const { width, height } = canvas;
const { data } = canvas.getContext("2d").getImageData(0, 0, width, height);
const colours = new Set(), columns = new Set(), rows = new Set();
for (let i = 0; i < width * height; i += 1) {
  if (data[4 * i + 3] === 0) continue;
  colours.add((data[4 * i] << 16) | (data[4 * i + 1] << 8) | data[4 * i + 2]);
  columns.add(i % width);
  rows.add(Math.floor(i / width));
}
return { colours: colours.size, width: columns.size / width, height: rows.size / height };
"""


@pytest.mark.parametrize("size", [20, 80, 300])
def test_screenshot_shows_a_picture(open_picture: Any, tmp_path: Path, size: int) -> None:
    browser = open_picture(made_up_picture(size))
    path = tmp_path / f"picture-{size}.png"
    assert browser.save_screenshot(str(path))
    assert path.stat().st_size > 20_000
    painted = browser.execute_script(PAINTED)
    assert painted["colours"] > 200
    assert max(painted["width"], painted["height"]) > 0.7
    assert min(painted["width"], painted["height"]) > 0.4


def test_picture_can_be_saved(open_picture: Any) -> None:
    browser = open_picture(small_picture())
    saved = browser.execute_async_script(
        "const done = arguments[0]; URL.createObjectURL = (blob) => { done([blob.type, blob.size]); return 'blob:x'; };"
        "HTMLAnchorElement.prototype.click = () => {}; document.getElementById('png').click();"
    )
    assert saved[0] == "image/png"
    assert saved[1] > 5_000
