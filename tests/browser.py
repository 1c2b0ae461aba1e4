"""Debian's Chromium for the tests that need a real browser."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

__all__ = ["SOFTWARE_WEBGL", "marks", "requests_of", "start_browser"]

CHROMIUM = shutil.which("chromium") or shutil.which("google-chrome")
DRIVER = shutil.which("chromedriver")

marks = [
    pytest.mark.browser,
    pytest.mark.skipif(not CHROMIUM or not DRIVER, reason="no chromium with chromedriver"),
]

FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-sync",
    "--disable-background-networking",
    "--disable-component-update",
    "--force-prefers-reduced-motion",
]

SOFTWARE_WEBGL = ("--use-angle=swiftshader", "--enable-unsafe-swiftshader")
"""WebGL without a graphics card: slow, but it draws. To be used with ``gpu=True``."""


def start_browser(profile: Path, *flags: str, gpu: bool = False) -> Any:
    """Start a browser that keeps a log of its console and of its requests."""
    from selenium import webdriver
    from selenium.webdriver.chrome.service import Service

    options = webdriver.ChromeOptions()
    options.binary_location = CHROMIUM
    ours = [flag for flag in FLAGS if not (gpu and flag == "--disable-gpu")]
    for flag in (*ours, f"--user-data-dir={profile}", *flags):
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    return webdriver.Chrome(options=options, service=Service(DRIVER))


def requests_of(browser: Any) -> list[str]:
    """Return the addresses asked for since the last call (not by the browser's own start page)."""
    events = [json.loads(entry["message"])["message"] for entry in browser.get_log("performance")]
    requests = [e["params"] for e in events if e["method"] == "Network.requestWillBeSent"]
    return [
        request["request"]["url"]
        for request in requests
        if not request["documentURL"].startswith(("chrome", "data:"))
    ]
