"""Words of documents and names of files on a terminal: shown, never obeyed."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.printable import blanked, escaped

REPO = Path(__file__).parents[2]
TITLE = "\x1b]0;owned\x07\x1b[2J\x9b31m\u202e\u2066"
IN_TEXT = TITLE.replace("\x07", "")  # no text has BEL: a file with one is refused
NEWS = f"""\
高新区 驱动创新链{IN_TEXT}

2022年12月19日　聊城日报

本报讯（记者 林晨）2021年9月，鲁西集团启动年产120万吨双酚A项目，项目总投资64亿元{IN_TEXT}，位于聊城高新区。
"""
# What a terminal obeys. ESC [ … m is a style, which rich may use itself (not in this dumb terminal).
OBEYED = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
COMMANDS = (
    ["-v", "build", "corpus", "-o", "out"],
    ["extract", "corpus"],
    ["query", "-o", "out", "SELECT ?q { ?e nif:anchorOf ?q }"],
    *(
        ["query", "-o", "out", "--format", form, "SELECT ?q { ?e nif:anchorOf ?q }"]
        for form in ("csv", "json", "xml")
    ),
    ["query", "-o", "out", "--format", "ttl", "CONSTRUCT WHERE { ?e nif:anchorOf ?q }"],
    ["explain", "-o", "out", "鲁西集团"],
    ["explain", "-o", "out", "--json", "鲁西集团"],
    ["explain", "-o", "out", TITLE],
    ["export", "-o", "out", "ttl"],
    ["export", "-o", "out", "ftm"],
    ["build", f"no{TITLE}such.txt"],
)
SCRIPT = """
import json, sys
from kg.cli import main
for command in json.loads(sys.argv[1]):
    try:
        main(command)
    except SystemExit as end:
        print("=", end.code)
"""


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Return what all the commands print on a terminal."""
    if sys.platform == "win32":
        pytest.skip("no pseudo-terminals")
    folder = tmp_path_factory.mktemp("terminal")
    (folder / "corpus").mkdir()
    (folder / "corpus" / "news.txt").write_text(NEWS, "utf-8")
    (folder / "corpus" / f"{TITLE}.txt").write_text("no Chinese", "utf-8")
    ours, theirs = os.openpty()
    environment = {"PYTHONPATH": str(REPO), "TERM": "dumb", "NO_COLOR": "1", "COLUMNS": "200"}
    with subprocess.Popen(
        [sys.executable, "-c", SCRIPT, json.dumps(COMMANDS)],
        cwd=folder,
        env={**os.environ, **environment},
        stdin=subprocess.DEVNULL,
        stdout=theirs,
        stderr=theirs,
    ):
        os.close(theirs)
        printed = bytearray()
        try:
            while chunk := os.read(ours, 65536):
                printed += chunk
        except OSError:  # how Linux says that the other end is closed
            pass
    os.close(ours)
    return printed.decode("utf-8").replace("\r\n", "\n")


def test_a_terminal_is_told_nothing_by_a_document(shown: str) -> None:
    # The bar of rich clears its own line: that is ours.
    assert not OBEYED.findall(re.sub(r"\r?\x1b\[(2K|\d*A|\?25[lh])|\r", "", shown))
    assert shown.count("鲁西集团") > 10
    assert [int(code) for code in re.findall(r"^= (\d+)$", shown, re.MULTILINE)] == [
        *[0] * 9,
        1,  # explained: no such entity
        0,
        0,
        2,  # no such file
    ]
    assert r"\u001b]0;owned" in shown


@given(st.text())
def test_json_means_the_same_when_escaped(text: str) -> None:
    assert json.loads(escaped(json.dumps(text, ensure_ascii=False))) == text
    assert not OBEYED.search(escaped(text))
    assert not OBEYED.search(blanked(text))
    assert len(blanked(text)) == len(text)
