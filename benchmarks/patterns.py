"""Try every compiled pattern of kg on rows of its own words, which is what makes a pattern explode.

A repeat inside a repeat, such as (?:报|日报)*, can cut a row of 报 in as many ways as there are numbers
below 2ⁿ. For each pattern, each character and word that it names is repeated 300 times, alone and
behind the words it begins with. Printed are those that take more than --seconds; exit code 1 where
there are any.

    python -m benchmarks.patterns [--seconds 0.5]
"""

from __future__ import annotations

import argparse
import importlib
import pkgutil
import re
import signal
import sys
import time
from collections.abc import Iterable, Iterator
from contextlib import suppress
from types import FrameType
from typing import Any

import kg

if sys.version_info >= (3, 11):
    import re._parser as parser
else:
    import sre_parse as parser

REPEATS, MOST_WORDS, HEADS, LIMIT_SECONDS = 300, 60, 6, 4.0
LEFT_OUT = ("training", "__main__", "hanlp", "llm")  # need torch or a server, or do something


def patterns() -> dict[re.Pattern[str], str]:
    """Return the patterns that modules keep, and where each was met first."""
    found: dict[re.Pattern[str], str] = {}
    for module_info in pkgutil.walk_packages(kg.__path__, "kg."):
        if any(part in module_info.name for part in LEFT_OUT):
            continue
        module = importlib.import_module(module_info.name)
        for name, value in vars(module).items():
            if isinstance(value, re.Pattern) and isinstance(value.pattern, str):
                found.setdefault(value, f"{module_info.name}.{name}")
    return found


def words_of(tree: Iterable[Any]) -> Iterator[str]:
    """Yield a character for each place of a parsed pattern, and each alternative as a word."""
    for operation, argument in tree:
        kind = str(operation)
        if kind == "LITERAL":
            yield chr(argument)
        elif kind == "IN":
            yield from _members(argument)
        elif kind.endswith("_REPEAT"):
            yield from words_of(argument[2])
        elif kind == "SUBPATTERN":
            yield from words_of(argument[3])
        elif kind in ("ASSERT", "ASSERT_NOT"):
            yield from words_of(argument[1])
        elif kind == "BRANCH":
            for branch in argument[1]:
                letters = list(words_of(branch))
                yield from letters
                yield "".join(letters)[:8]
        else:
            yield "聊"


def _members(members: Iterable[tuple[Any, Any]]) -> Iterator[str]:
    for operation, argument in members:
        kind = str(operation)
        if kind == "LITERAL":
            yield chr(argument)
        elif kind == "RANGE":
            yield chr(argument[0])
        else:
            yield {"CATEGORY_DIGIT": "1", "CATEGORY_SPACE": " "}.get(str(argument), "聊")


def slowest(pattern: re.Pattern[str]) -> tuple[float, str]:
    """Return the longest time one row took, at most a little over four seconds, and the row."""
    words = [*words_of(parser.parse(pattern.pattern, pattern.flags)), "聊", "a", "1", " ", "<"]
    words = list(dict.fromkeys(word for word in words if word))[:MOST_WORDS]
    worst = (0.0, "")
    for word in words:
        for head in ("", *words[:HEADS]):
            begin = time.process_time()
            signal.setitimer(signal.ITIMER_REAL, LIMIT_SECONDS)
            with suppress(TimeoutError):
                pattern.search(f"{head}{word * REPEATS}!")
            signal.setitimer(signal.ITIMER_REAL, 0)
            worst = max(worst, (time.process_time() - begin, f"{head!r} and {word!r} repeated"))
        if worst[0] > LIMIT_SECONDS / 2:
            break
    return worst


def _stop(_: int, __: FrameType | None) -> None:
    raise TimeoutError


def main() -> int:
    arguments = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    arguments.add_argument("--seconds", type=float, default=0.5)
    limit = arguments.parse_args().seconds
    signal.signal(signal.SIGALRM, _stop)
    slow = 0
    found = patterns()
    for pattern, place in found.items():
        seconds, row = slowest(pattern)
        if seconds > limit:
            slow += 1
            print(f"{seconds:6.2f} s  {place}  {row}", flush=True)
    print(f"{len(found)} patterns, {slow} slower than {limit:g} s on {REPEATS} words")
    return 1 if slow else 0


if __name__ == "__main__":
    sys.exit(main())
