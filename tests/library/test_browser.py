"""The picture in an output cell, in a real browser."""

from __future__ import annotations

from pathlib import Path

import kg
from kg.pipeline import BuildReport
from tests.browser import marks, requests_of, start_browser

pytestmark = marks


def test_cell_shows_the_picture_without_network(built: BuildReport, tmp_path: Path) -> None:
    from selenium.webdriver.common.by import By
    from selenium.webdriver.support.wait import WebDriverWait

    cell = tmp_path / "cell.html"
    drawing = kg.open(built.out).draw("鲁西集团")
    cell.write_text(f"<!DOCTYPE html><meta charset=utf-8>{drawing._repr_html_()}", "utf-8")
    browser = start_browser(tmp_path / "profile", "--window-size=1200,800")
    try:
        browser.get(cell.as_uri())
        frame = browser.find_element(By.TAG_NAME, "iframe")
        # An origin of its own: the page around cannot look in, and the picture not out.
        assert browser.execute_script("return arguments[0].contentDocument", frame) is None
        browser.switch_to.frame(frame)
        WebDriverWait(browser, 20).until(lambda page: page.find_elements(By.CSS_SELECTOR, "canvas"))
        assert "鲁西集团" in browser.find_element(By.TAG_NAME, "body").text
        assert requests_of(browser) == [cell.as_uri()]
        assert browser.get_log("browser") == []
    finally:
        browser.quit()
