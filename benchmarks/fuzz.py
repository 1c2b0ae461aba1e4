"""Feed readers, segmentation, extraction and queries with damaged input until something gives.

    python -m benchmarks.fuzz --seconds 300            every target in turn
    python -m benchmarks.fuzz html pdf --seconds 60 --seed 7
    python -m benchmarks.fuzz --atheris text           guided by coverage; pip install atheris

What must hold is written in tests/hostile/invariants.py; an InputError is a fine answer. The input
that breaks a target is kept in --keep (fuzz-found/) and its traceback printed; exit code 1. Without
atheris the bytes of corpus/ and of the texts below are cut, doubled, shuffled, spliced and sprinkled
with the tokens parsers look for, by a random generator that starts from --seed.
"""

from __future__ import annotations

import argparse
import hashlib
import random
import signal
import sys
import time
import traceback
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from types import FrameType

import pyoxigraph as ox

from kg.errors import InputError, QuantityError, SettingsError
from kg.explain import explain, to_text
from kg.extraction.quantities import parse_money
from kg.graph.files import safe_cell
from kg.jsonl import read_annotations
from kg.masthead import find_date, parse_front_matter, pick
from kg.query import cookbook, run_cookbook, run_query, to_csv, to_json, to_table, to_xml
from kg.settings import load_settings
from tests.hostile.invariants import check_bytes, check_dates, check_extraction, check_quantities
from tests.hostile.strategies import TOKENS

CORPUS = Path(__file__).parents[1] / "corpus"
SLOW_SECONDS = 20  # of wall clock for one input of at most 200 kB
MAX_BYTES = 200_000
NEWS = "聊城新闻\n\n2022年12月19日　聊城日报\n\n本报讯（记者 林晨）鲁西集团投资64亿元建设项目。\n".encode()
QUERY = b'SELECT ?s (COUNT(*) AS ?n) { ?s ?p "x"@zh . FILTER(?s = <http://a>) } GROUP BY ?s LIMIT 5'


def _read(name: str) -> Callable[[bytes], None]:
    def run(data: bytes) -> None:
        check_bytes(data, name)

    return run


def _extract(data: bytes) -> None:
    document = check_bytes(data[:3000], "a.txt")
    if document is not None:
        check_extraction(document)


def _numbers(data: bytes) -> None:
    text = data.decode("utf-8", "ignore")
    check_quantities(text)
    check_dates(text)
    find_date(text)
    with suppress(QuantityError):
        parse_money(text)


def _front_matter(data: bytes) -> None:
    record, _ = parse_front_matter("---\n" + data.decode("utf-8", "ignore") + "\n---\n")
    for what in ("title", "date", "reporters", "publisher", "url", "text"):
        assert len(pick(record, what)) < 1_000_000


def _query(data: bytes) -> None:
    text = data.decode("utf-8", "surrogateescape")
    with suppress(InputError):
        result = run_query(ox.Store(), text, max_rows=100)
        for write in (to_table, to_csv, to_json, to_xml):
            write(result)


def _parameter(data: bytes) -> None:
    text = data.decode("utf-8", "surrogateescape")
    for query in cookbook():
        with suppress(SettingsError):
            run_cookbook(ox.Store(), query, {each.name: text for each in query.parameters})
    assert "\x1b" not in to_text(explain(ox.Store(), text))
    assert not safe_cell(text).startswith(("=", "+", "@", "\t", "\r"))


def _file(suffix: str, read: Callable[[Path], object]) -> Callable[[bytes], None]:
    def run(data: bytes) -> None:
        path = Path("/dev/shm" if Path("/dev/shm").is_dir() else "/tmp", f"kg-fuzz{suffix}")
        path.write_bytes(data)
        with suppress(InputError, SettingsError):
            read(path)

    return run


TARGETS: dict[str, tuple[Callable[[bytes], None], Sequence[bytes]]] = {
    "text": (_read("a.txt"), (NEWS,)),
    "html": (_read("a.html"), ()),
    "markdown": (_read("a.md"), ()),
    "jsonl": (_read("a.jsonl"), ()),
    "pdf": (_read("a.pdf"), ()),
    "extract": (_extract, (NEWS,)),
    "numbers": (_numbers, ("总投资64.5亿元，占地1,260余亩，同比增长9.7%，2022年上半年至2023年12月底。".encode(),)),
    "front": (_front_matter, (b"title: a\ndate: 2022-01-01\ntags: [a, b]\na: &x [1]\nb: *x",)),
    "query": (_query, (QUERY,)),
    "parameter": (_parameter, ("莘县".encode(), b'"@zh } #')),
    "annotations": (_file(".jsonl", read_annotations), (b'{"doc": "a", "articles": []}',)),
    "settings": (_file(".toml", load_settings), (b'home = "a"\npublisher = "b"',)),
}  # fmt: skip
SUFFIXES = {"text": ".txt", "html": ".html", "markdown": ".md", "jsonl": ".jsonl", "pdf": ".pdf"}


def seeds_of(name: str) -> list[bytes]:
    suffix = SUFFIXES.get(name, ".txt" if name == "extract" else "")
    found = [path.read_bytes() for path in sorted(CORPUS.glob(f"*{suffix}"))] if suffix else []
    return [*found, *TARGETS[name][1]] or [NEWS]


def mutated(data: bytes, others: Sequence[bytes], rng: random.Random) -> bytes:
    """Return *data* after one to eight accidents."""
    for _ in range(rng.randint(1, 8)):
        data = _damaged(data, rng.choice(others), rng)[:MAX_BYTES]
    return data


def _damaged(data: bytes, other: bytes, rng: random.Random) -> bytes:
    at, cut = rng.randrange(len(data) + 1), rng.randrange(len(other) + 1)
    size = min(len(data) - at, int(rng.expovariate(1 / 40)) + 1)
    before, part, after = data[:at], data[at : at + size], data[at + size :]
    token = rng.choice(TOKENS).encode("utf-8", "ignore")
    accidents: tuple[Callable[[], bytes], ...] = (
        lambda: before,
        lambda: before + after,
        lambda: before + token * rng.choice((1, 1, 3, 500)) + part + after,
        lambda: before + part * rng.choice((2, 9, 200)) + after,
        lambda: before + rng.randbytes(size) + after,
        lambda: before + other[cut : cut + 2000] + part + after,
        lambda: part + after + before,
        lambda: data.replace(part[:3], token) if size > 2 else data,
    )
    return rng.choice(accidents)()


@contextmanager
def _impatient() -> Iterator[None]:
    def stop(_: int, __: FrameType | None) -> None:
        raise TimeoutError(f"one input took more than {SLOW_SECONDS} s")

    signal.signal(signal.SIGALRM, stop)
    signal.alarm(SLOW_SECONDS)
    try:
        yield
    finally:
        signal.alarm(0)


def fuzz(name: str, seconds: float, seed: int, keep: Path) -> tuple[int, set[str]]:
    """Return how many inputs were tried and which failures were met, by their last line of code."""
    target, rng, seeds = TARGETS[name][0], random.Random(seed), seeds_of(name)
    tried, failures, end = 0, set[str](), time.monotonic() + seconds
    while time.monotonic() < end:
        data = mutated(rng.choice(seeds), seeds, rng)
        tried += 1
        try:
            with _impatient():
                target(data)
        except Exception as error:  # noqa: BLE001  whatever it is, it is what we look for
            frame = traceback.extract_tb(error.__traceback__)[-1]
            place = f"{type(error).__name__} at {Path(frame.filename).name}:{frame.lineno}"
            if place not in failures:
                failures.add(place)
                keep.mkdir(exist_ok=True)
                path = keep / f"{name}-{hashlib.sha256(data).hexdigest()[:12]}"
                path.write_bytes(data)
                print(f"! {name}: {place}: {str(error)[:200]!r}; kept as {path}", flush=True)
                traceback.print_exc(limit=-6)
    return tried, failures


def guided(name: str) -> None:
    """Let atheris choose the inputs; it does not return."""
    import atheris

    atheris.instrument_all()
    atheris.Setup([sys.argv[0]], TARGETS[name][0])
    atheris.Fuzz()


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("targets", nargs="*", metavar="TARGET", help=", ".join(TARGETS))
    parser.add_argument("--seconds", type=float, default=60, help="for each target")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--keep", type=Path, default=Path("fuzz-found"))
    parser.add_argument("--atheris", action="store_true", help="one target, guided by coverage")
    given = parser.parse_args()
    names = given.targets or list(TARGETS)
    if unknown := set(names) - TARGETS.keys():
        parser.error(f"no target {', '.join(sorted(unknown))}; there are {', '.join(TARGETS)}")
    if given.atheris:
        guided(names[0])
    failed = False
    for name in names:
        tried, failures = fuzz(name, given.seconds, given.seed, given.keep)
        failed |= bool(failures)
        print(f"{name:<12}{tried:>9} inputs  {len(failures)} kinds of failure", flush=True)
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
