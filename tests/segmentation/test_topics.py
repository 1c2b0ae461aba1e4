"""How much two texts speak of the same things."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from kg.segmentation.topics import Topics, pairs_of
from tests.segmentation.pages import BANK, BANK_HEADLINE, LUXI, LUXI_HEADLINE, SOLAR

ROOT = Path(__file__).parents[2]


@pytest.fixture
def topics() -> Topics:
    return Topics([SOLAR, LUXI, BANK])


def test_numbers_are_taken_whole() -> None:
    assert pairs_of("总投资64亿元") == {"总投", "投资", "资64", "64亿", "亿元"}
    assert "2400" in pairs_of("占用水面2400亩")


def test_marks_part_pairs() -> None:
    assert "设总" not in pairs_of("投资建设，总投资")


def test_body_repeats_its_headline(topics: Topics) -> None:
    assert topics.covered(LUXI_HEADLINE, LUXI) > 0.5 > topics.covered(BANK_HEADLINE, LUXI)
    assert topics.covered(LUXI_HEADLINE, LUXI_HEADLINE) == 1.0


def test_rhetoric_that_no_body_repeats_counts_neither_way(topics: Topics) -> None:
    assert topics.known_covered("劈波斩浪稳驭舟", LUXI) == 0.0
    assert topics.known_covered("劈波斩浪" + LUXI_HEADLINE, LUXI) == pytest.approx(
        topics.known_covered(LUXI_HEADLINE, LUXI), abs=0.1
    )


def test_text_without_words_shares_nothing(topics: Topics) -> None:
    assert topics.shared("——", LUXI) == topics.covered("——", LUXI) == 0.0


def test_name_that_half_the_page_repeats_says_less() -> None:
    assert Topics([LUXI] * 8).weight("鲁西") < Topics([LUXI, SOLAR]).weight("鲁西")


def test_sums_are_equal_to_the_last_bit_in_every_run() -> None:
    """Pairs come from sets, whose order changes with Python's hash seed; two ties were decided so."""
    code = (
        "from tests.segmentation.pages import *; from kg.segmentation.topics import Topics\n"
        "topics = Topics([SOLAR, LUXI, BANK])\n"
        "print([topics.shared(SOLAR[:at], BANK) for at in range(20, 150)],"
        " [topics.covered(LUXI[:at], LUXI + BANK[:at]) for at in range(20, 100)])"
    )
    outputs = {
        subprocess.run(
            [sys.executable, "-c", code],
            cwd=ROOT,
            env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": str(ROOT)},
            check=True,
            capture_output=True,
        ).stdout
        for seed in "123"
    }
    assert len(outputs) == 1
