"""The explorer in a real browser: what a reader types, clicks and sees."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import pytest

from tests.browser import marks, requests_of, start_browser
from tests.server.hostile import NAMES
from tests.server.live import Live

pytest.importorskip("selenium")
from selenium.common.exceptions import TimeoutException
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.wait import WebDriverWait

pytestmark = marks

PHONE = {"width": 390, "height": 844, "deviceScaleFactor": 2, "mobile": True}


@pytest.fixture(scope="module")
def driver(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    profile = tmp_path_factory.mktemp("profile")
    started = start_browser(profile, "--lang=zh-CN", "--window-size=1280,900")
    yield started
    started.quit()


@pytest.fixture
def browser(driver: Any) -> Iterator[Any]:
    """A browser in which, at the end, nothing may have failed, popped up, or gone to another host."""
    driver.get_log("browser")
    driver.get_log("performance")
    yield driver
    driver.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})
    # Without a graphics card the browser says that it draws in software; nothing else may be said.
    assert [entry for entry in driver.get_log("browser") if entry["source"] != "rendering"] == []
    ours = ("http://127.0.0.1:", "data:", "blob:")
    assert [url for url in requests_of(driver) if not url.startswith(ours)] == []


def find(browser: Any, selector: str) -> Any:
    return browser.find_element(By.CSS_SELECTOR, selector)


def find_all(browser: Any, selector: str) -> list[Any]:
    return list(browser.find_elements(By.CSS_SELECTOR, selector))


def until(browser: Any, condition: Any) -> Any:
    return WebDriverWait(browser, 20).until(condition)


def run_query(browser: Any) -> None:
    until(browser, lambda b: find_all(b, "#yasgui[data-ready]"))
    # A click that comes while the editor still checks the query is lost on a busy machine.
    for _ in range(4):
        find(browser, ".yasqe_queryButton").click()
        with suppress(TimeoutException):
            until(browser, lambda b: find_all(b, ".yasr_results > *"))
            return


def test_names_are_suggested_while_typing(browser: Any, live: Live) -> None:
    browser.get(f"{live.address}/?lang=zh")
    field = find(browser, "#q")
    field.send_keys("双酚")
    until(browser, lambda b: find_all(b, "#hits [role=option]"))
    assert field.get_attribute("aria-expanded") == "true"
    field.send_keys(Keys.ARROW_DOWN, Keys.ARROW_DOWN, Keys.ARROW_UP)
    chosen = find(browser, '#hits [aria-selected="true"]')
    assert field.get_attribute("aria-activedescendant") == chosen.get_attribute("id")
    label = chosen.text.split()[0]
    field.send_keys(Keys.ENTER)
    until(browser, lambda b: "/entity/" in b.current_url)
    assert find(browser, "h1").text == label


def test_escape_closes_the_suggestions(browser: Any, live: Live) -> None:
    browser.get(f"{live.address}/")
    find(browser, "#q").send_keys("鲁西")
    until(browser, lambda b: find_all(b, "#hits [role=option]"))
    find(browser, "#q").send_keys(Keys.ESCAPE)
    assert not find(browser, "#hits").is_displayed()


def test_a_symbol_unfolds_in_place(browser: Any, live: Live) -> None:
    browser.get(f"{live.address}/entity/company/鲁西集团")
    before = len(find_all(browser, ".spot"))
    browser.execute_script("window.stayed = true")
    find(browser, ".picture .unfold .symbol").click()
    until(browser, lambda b: len(find_all(b, ".spot")) > before)
    assert browser.execute_script("return window.stayed")
    assert "open=" in browser.current_url
    browser.refresh()  # a permalink
    assert len(find_all(browser, ".spot")) > before


def test_a_claim_marks_its_words_and_a_sentence_its_claims(browser: Any, live: Live) -> None:
    browser.get(f"{live.address}/article/daily·a1?lang=zh")
    (claim,) = [each for each in find_all(browser, ".claim") if "2亿元" in each.text]
    claim.find_element(By.CSS_SELECTOR, ".mark-words").click()
    lit = "".join(each.text for each in find_all(browser, ".sentence.lit"))
    assert lit == "工商银行聊城分行向鲁西集团放款2亿元。"
    assert "claim=" in browser.current_url
    browser.refresh()
    assert "".join(each.text for each in find_all(browser, ".sentence.lit")) == lit
    (other,) = [each for each in find_all(browser, ".sentence") if "出台" in each.text]
    other.click()
    chosen = find_all(browser, ".claim.chosen")
    assert chosen
    assert all("聊城市司法局" in each.text for each in chosen)


def test_a_table_is_filtered_and_sorted(browser: Any, live: Live) -> None:
    browser.get(f"{live.address}/investments?lang=zh")
    everything = len(find_all(browser, "tbody tr"))
    find(browser, "input[name=words]").send_keys("工商银行", Keys.ENTER)
    until(browser, lambda b: "words=" in b.current_url)
    assert 0 < len(find_all(browser, "tbody tr")) < everything
    browser.get(f"{live.address}/investments")
    browser.find_element(By.LINK_TEXT, "金额").click()
    until(browser, lambda b: "sort=amount" in b.current_url)
    assert find(browser, '[aria-sort="descending"]').text.startswith("金额")
    assert "64亿元" in find(browser, "tbody tr").text


def test_a_query_is_written_and_run(browser: Any, live: Live) -> None:
    browser.get(f"{live.address}/query?example=largest-investments")
    run_query(browser)
    assert not find(browser, "#plain-query").is_displayed()
    until(browser, lambda b: find_all(b, ".yasr .dataTable tbody tr"))
    assert "鲁西集团" in find(browser, ".yasr").text


def test_a_refused_query_says_why(driver: Any, live: Live) -> None:
    driver.get(
        f"{live.address}/query?query=SELECT * {{ SERVICE <http://x.example/> {{ ?s ?p ?o }} }}"
    )
    run_query(driver)
    until(driver, lambda b: "SERVICE is refused" in find(b, ".yasr").text)
    assert all("400 (Bad Request)" in entry["message"] for entry in driver.get_log("browser"))


def test_keyboard_skips_to_the_content(browser: Any, live: Live) -> None:
    browser.get(f"{live.address}/regions")
    browser.switch_to.active_element.send_keys(Keys.TAB)
    skip = browser.switch_to.active_element
    assert skip.get_attribute("class") == "skip"
    skip.send_keys(Keys.ENTER)
    assert browser.switch_to.active_element.get_attribute("id") == "content"


@pytest.mark.parametrize(
    "path",
    ["/", "/entity/company/鲁西集团", "/article/daily·a1", "/regions/371500", "/investments", "/status",
     "/questions/largest-investments", "/query"],
)  # fmt: skip
def test_it_fits_a_phone(browser: Any, live: Live, path: str) -> None:
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", PHONE)
    browser.get(live.address + path)
    assert browser.execute_script("return document.documentElement.scrollWidth") <= 390
    size = browser.execute_script("return parseFloat(getComputedStyle(document.body).fontSize)")
    assert size >= 16


LUMINANCE = """
const channel = (v) => (v /= 255) <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4;
const light = ([r, g, b]) => 0.2126 * channel(r) + 0.7152 * channel(g) + 0.0722 * channel(b);
const rgb = (text) => text.match(/[\\d.]+/g).map(Number);
const ground = (e) => {
  for (; e; e = e.parentElement) {
    const c = rgb(getComputedStyle(e).backgroundColor);
    if (c.length < 4 || c[3] > 0) return c;
  }
  return [255, 255, 255];
};
const worst = [];
for (const e of document.querySelectorAll("a, p, h1, h2, h3, td, th, li, label, summary, span, button")) {
  if (!e.textContent.trim() || e.closest("svg, .unseen, .skip")) continue;
  const a = light(rgb(getComputedStyle(e).color)), b = light(ground(e));
  const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
  if (ratio < 4.5) worst.push([ratio.toFixed(2), e.tagName, e.className, e.textContent.trim().slice(0, 20)]);
}
return worst;
"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(
    "path", ["/", "/entity/company/鲁西集团", "/article/daily·a1", "/investments"]
)
def test_text_stands_out_from_its_ground(browser: Any, live: Live, path: str, scheme: str) -> None:
    feature = [{"name": "prefers-color-scheme", "value": scheme}]
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": feature})
    browser.get(live.address + path)
    assert browser.execute_script(LUMINANCE) == []  # WCAG 2.1, 1.4.3
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": []})


def test_the_overview_leads_to_an_entity_and_back(browser: Any, live: Live) -> None:
    browser.get(f"{live.address}/overview?lang=zh")
    until(browser, lambda b: b.execute_script("return !!window.kg"))
    find(browser, "#search").send_keys("鲁西集团", Keys.ENTER)
    find(browser, "#panel a").click()
    until(browser, lambda b: "/entity/company/" in b.current_url)
    browser.back()
    until(browser, lambda b: find_all(b, "#home"))
    find(browser, "#home").click()
    until(browser, lambda b: find_all(b, ".numbers"))


def test_hostile_names_do_nothing(browser: Any, hostile: Live) -> None:
    for name in NAMES[:4]:
        browser.get(f"{hostile.address}/")
        find(browser, "#q").send_keys(name[:20])
        until(browser, lambda b: find_all(b, "#hits [role=option]"))
        find(browser, "#q").send_keys(Keys.ARROW_DOWN, Keys.ENTER)
        until(browser, lambda b: "/entity/" in b.current_url)
        for unfold in find_all(browser, ".picture .unfold .symbol")[:1]:
            unfold.click()
            until(browser, lambda b: "open=" in b.current_url)
    for path in (
        "/overview",
        "/article/hostile·a1",
        "/investments",
        "/status",
        "/search?q=<script>",
    ):
        browser.get(hostile.address + path)


def test_hostile_names_do_nothing_in_results(driver: Any, hostile: Live) -> None:
    driver.get_log("browser")
    driver.get(f"{hostile.address}/query?query=SELECT * {{ ?s skos:prefLabel ?o }}")
    run_query(driver)
    until(driver, lambda b: find_all(b, ".yasr .dataTable tbody tr"))  # an alert would raise
    acting = ".yasr img, .yasr script, .yasr [onerror], .yasr [onmouseover]"
    assert find_all(driver, acting) == []
    # DOMPurify parses what it cleans in a document of its own; Chromium reports what could not run there.
    assert all("inline event handler" in entry["message"] for entry in driver.get_log("browser"))
