"""How soon a page of a picture is painted, and how smoothly it moves, in Chromium.

    python -m benchmarks.pages --sizes 200 1000 2000 20000

Up to 1,000 entities the page of `kg show` draws them all by vis-network; the page of communities is
measured as it opens and with its largest community open. Beside them pyvis with its defaults draws
the same graph. There is no graphics card, so the page of communities draws on its plain canvas; with
--webgl it draws in WebGL in software (SwiftShader), which no reader's browser would do.
"""

from __future__ import annotations

import argparse
import os
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import datetime, timezone
from functools import partial
from pathlib import Path
from typing import Any

from kg.visualization import MAX_DRAWN_AT_ONCE, Picture, write_html
from tests.browser import SOFTWARE_WEBGL, start_browser
from tests.visualization.samples import made_up_picture

PYVIS_UP_TO = 1_000
PATIENCE = 20.0  # seconds for a page that does not come to rest

# Two frames after the script is done, the picture is on the screen.
DRAWN = """
const [ready, done] = [eval(arguments[0]), arguments[1]];
const look = () => (ready() ? requestAnimationFrame(() => requestAnimationFrame(() => done(performance.now()))) : setTimeout(look, 20));
look();
"""
FRAMES = """
const [move, done] = [eval(arguments[0]), arguments[1]];
const begin = performance.now();
let frames = 0;
const next = () => {
  move(frames);
  frames += 1;
  if (performance.now() - begin < 3000) requestAnimationFrame(next); else done(frames / (performance.now() - begin) * 1000);
};
requestAnimationFrame(next);
"""
PAINT = "return performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? 0"

OURS = "() => Boolean(window.kg)"
ZOOM_SIGMA = "(n) => kg.view.zoom(Math.floor(n / 20) % 2 ? 1.03 : 1 / 1.03)"
ZOOM_VIS = (
    "(n) => (window.kg ? kg.network : network).moveTo({scale: (window.kg ? kg.network : network).getScale()"
    " * (Math.floor(n / 20) % 2 ? 1.03 : 1 / 1.03), animation: false})"
)
# pyvis moves its nodes until they are at rest; before that nothing can be read.
AT_REST = "() => { network.once('stabilized', () => { window.rest = true; }); return window.rest || !network.physics.physicsEnabled; }"


def write_pyvis(picture: Picture, path: Path) -> None:
    """Draw as pyvis does when nothing is said."""
    from pyvis.network import Network

    network = Network(directed=True, cdn_resources="in_line")
    for node in picture.nodes:
        network.add_node(node.id, label=node.label)
    for edge in picture.edges:
        network.add_edge(edge.source, edge.target, title=edge.label)
    path.write_text(network.generate_html(), "utf-8")


def pages(size: int) -> Iterator[tuple[str, Callable[[Picture, Path], None], str, str, str]]:
    """Yield name, writer, when it is drawn, what moves it, and what a reader does next."""
    ours = partial(write_html, title="x")
    if size <= MAX_DRAWN_AT_ONCE:
        yield "kg, all at once", partial(ours, by_communities=False), OURS, ZOOM_VIS, ""
    communities = partial(ours, by_communities=True)
    yield "kg, communities; the largest open", communities, OURS, ZOOM_SIGMA, "kg.openGroup(0)"
    if size <= PYVIS_UP_TO:
        yield "pyvis defaults", write_pyvis, AT_REST, ZOOM_VIS, ""


def measure(browser: Any, path: Path, ready: str, move: str, then: str, *, webgl: bool) -> str:
    browser.get(f"{path.as_uri()}#{'webgl' if webgl else ''}")
    drawn = asked(browser, DRAWN, ready)
    frames = rate(asked(browser, FRAMES, move))
    if then:
        browser.execute_script(then)
        frames += f"; {rate(asked(browser, FRAMES, move))}"
    paint = browser.execute_script(PAINT) / 1000
    return f"{paint:.1f} | {f'{drawn / 1000:.1f}' if drawn else f'> {PATIENCE:.0f}'} | {frames}"


def asked(browser: Any, script: str, argument: str) -> float | None:
    """Return what a script calls back with, nothing when the page does not answer in time."""
    from selenium.common.exceptions import TimeoutException

    try:
        return float(browser.execute_async_script(script, argument))
    except TimeoutException:
        return None


def rate(frames: float | None) -> str:
    return "< 1" if frames is None or frames < 1 else f"{frames:.0f}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="+", default=[200, 1000, 2000, 20000])
    parser.add_argument("--webgl", action="store_true", help="WebGL in software")
    options = parser.parse_args()
    sizes, webgl = options.sizes, options.webgl
    now = datetime.now(timezone.utc)
    print(f"{now:%Y-%m-%d %H:%M} UTC, load {os.getloadavg()[0]:.1f}, {os.cpu_count()} processors\n")
    print(
        "| entities | page | build s | MB | first paint s | drawn s | frames/s |\n|---|---|---|---|---|---|---|"
    )
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        window = "--window-size=1440,900"
        flags = SOFTWARE_WEBGL if webgl else ()
        browser = start_browser(folder / "profile", window, *flags, gpu=webgl)
        browser.set_script_timeout(PATIENCE)
        try:
            for size in sizes:
                picture = made_up_picture(size)
                for number, (title, write, ready, move, then) in enumerate(pages(size)):
                    path = folder / f"{size}-{number}.html"
                    begin = time.perf_counter()
                    write(picture, path)
                    build = time.perf_counter() - begin
                    found = measure(browser, path, ready, move, then, webgl=webgl)
                    size_mb = path.stat().st_size / 1e6
                    print(
                        f"| {size:,} | {title} | {build:.1f} | {size_mb:.1f} | {found} |",
                        flush=True,
                    )
        finally:
            browser.quit()


if __name__ == "__main__":
    main()
