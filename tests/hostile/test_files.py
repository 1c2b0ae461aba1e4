"""A folder of nasty files: each is skipped with a reason, none ends the build, none fills the memory."""

from __future__ import annotations

import json
import os
import re
import resource
import subprocess
import sys
import tempfile
import zlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from kg.cache import Cache
from kg.errors import InputError
from kg.reading import find_files, pdf, read_bytes, read_document, read_documents
from kg.workers import extract_files
from tests.hostile.invariants import check_bytes

pytestmark = pytest.mark.skipif(os.name != "posix", reason="links, pipes and rights of POSIX")

REPO = Path(__file__).parents[2]
GOOD = """\
高新区 驱动创新链

2022年12月19日　聊城日报

本报讯（记者 林晨）2021年9月，鲁西集团启动年产120万吨双酚A项目，项目总投资64亿元，位于聊城高新区。
"""
MEMORY_BYTES = 3 * 2**30  # of address space; a build of good documents needs half of it
LAUGHS = "a0: &a0 [ha, ha, ha, ha, ha, ha, ha, ha, ha]\n" + "".join(
    f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 10)
)


def write_nasty_files(folder: Path) -> dict[str, str]:
    """Write one of each; return what the reason shall say, by name."""
    reasons = {}

    def add(name: str, content: bytes | str, reason: str = "") -> None:
        (folder / name).write_bytes(content.encode() if isinstance(content, str) else content)
        if reason:
            reasons[name] = reason

    with (folder / "sparse.txt").open("wb") as file:
        file.truncate(2**30)
    reasons["sparse.txt"] = "the file has 1024 MB, more than 64"
    os.mkfifo(folder / "pipe.txt")
    reasons["pipe.txt"] = "this is a pipe, socket or device"
    (folder / "zero.txt").symlink_to("/dev/zero")
    reasons["zero.txt"] = "this is a pipe, socket or device"
    (folder / "loop.txt").symlink_to("loop.txt")
    reasons["loop.txt"] = "cannot be read"
    (folder / "nowhere.txt").symlink_to("gone.txt")
    reasons["nowhere.txt"] = "cannot be read"
    (folder / "up").symlink_to("..")
    (folder / "folder.txt").mkdir()
    add("folder.txt/inside.txt", GOOD)
    add("empty.txt", "", "empty")
    add("blank.txt", " \n\u3000\n", "no text")
    add("nul.txt", GOOD.encode() + b"\0" * 100, "neither UTF-8")
    add("odd.txt", b"\xff\xfe" + "聊城".encode("utf-16-le") + b"\x00\xd8\x00\xd8", "neither UTF-8")
    add("line.txt", "聊城，" * 6_000_000, "a line has 18000000 characters")
    add("deep.json", '{"a":' * 100_000, "nested too deeply|damaged")
    add("types.jsonl", '{"text": 1}\n{"text": [null]}\n{"title": {}}\n', "no record has the text")
    add("cut.pdf", b"%PDF-1.7\n1 0 obj\n<< /Type /Catalog", "damaged or cut off")
    add("zip.txt", b"PK\x03\x04" + bytes(1000), "zip")
    add("laughs.md", f"---\n{LAUGHS}title: *a9\nauthor: *a9\ntags: {{a: *a9}}\n---\n{GOOD}")
    add("nested.html", f"<html><body><p>{GOOD}</p>" + "<div>" * 200_000)
    add("halves.jsonl", json.dumps({"title": "聊\ud800城", "text": GOOD, "author": "林\udfff晨"}))
    add("line\nbreak\x1b[31m.txt", GOOD)
    add("\u202etxt.exe", GOOD)
    add(os.fsdecode(b"\xff\xfe.txt"), GOOD)
    add(os.fsdecode(b"\xff\xfd.txt"), "abc")
    return reasons


def limited() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))


@pytest.fixture(scope="module")
def nasty(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, str]]:
    folder = tmp_path_factory.mktemp("nasty") / "corpus"
    folder.mkdir()
    return folder, write_nasty_files(folder)


def test_nasty_files_end_no_build(nasty: tuple[Path, dict[str, str]]) -> None:
    folder, reasons = nasty
    out = folder.parent / "out"
    run = subprocess.run(
        [sys.executable, "-m", "kg", "build", folder, "-o", out],
        env={**os.environ, "PYTHONPATH": str(REPO), "OMP_NUM_THREADS": "1"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=False,
        preexec_fn=limited,
    )
    assert run.returncode == 0, run.stderr.decode()
    assert b"\x1b" not in run.stderr  # names of files are told, not obeyed
    assert b"Traceback" not in run.stderr
    record = json.loads((out / "report.json").read_text("utf-8"))
    told = {skip["path"]: skip["reason"] for skip in record["skipped"]}
    for name, reason in reasons.items():
        told_here = [why for path, why in told.items() if f"/corpus/{name}" in path]
        assert re.search(reason, "".join(told_here)), (name, told_here)
    assert not [reason for reason in told.values() if "please report" in reason]
    assert len(told) == len(reasons) + 1  # and abc, in a file whose name is no UTF-8
    assert record["counts"]["documents"] == 7  # inside, laughs, nested, halves, three odd names
    assert "\\\\xff\\\\xfe.txt" in (out / "graph.ttl").read_text("utf-8")


@pytest.mark.parametrize("path", ["/dev/zero", "/dev/null", "/dev/tty"])
def test_a_device_is_refused_before_a_byte_is_read(path: str) -> None:
    with pytest.raises(InputError, match=rf"{path}: .*- reads what a pipe brings"):
        read_document(Path(path))


def test_what_is_refused_by_size_is_not_hashed_for_the_cache(tmp_path: Path) -> None:
    with (tmp_path / "sparse.txt").open("wb") as file:
        file.truncate(2**40)  # at a gigabyte a second a quarter of an hour
    (result,) = extract_files(find_files([tmp_path]), cache=Cache(tmp_path / "cache"))
    assert "more than 64" in result.skipped[0].reason


def test_thirty_folders_of_two_links_each_are_read_once(tmp_path: Path) -> None:
    for depth in range(30):
        folder = tmp_path / f"d{depth}"
        folder.mkdir()
        for name in "ab":
            (folder / name).symlink_to(tmp_path / f"d{depth + 1}")
    last = tmp_path / "d30"
    last.mkdir()
    (last / "x.txt").write_text(GOOD)
    assert [name for _, name in find_files([tmp_path])] == ["d30/x.txt"]
    assert len(find_files([tmp_path / "d0"])) == 1


@pytest.fixture
def nobodys() -> Iterator[Path]:
    """Give a folder to work in without the rights of root."""
    with tempfile.TemporaryDirectory(dir="/tmp") as name:
        folder = Path(name)
        folder.chmod(0o755)
        yield folder
        os.seteuid(os.getuid())


def test_what_may_not_be_read_is_told_and_the_rest_is_read(nobodys: Path) -> None:
    for name in ("closed", "listed"):
        (nobodys / name).mkdir()
        (nobodys / name / "x.txt").write_text(GOOD)
    (nobodys / "good.txt").write_text(GOOD)
    (nobodys / "secret.txt").write_text(GOOD)
    (nobodys / "secret.txt").chmod(0)
    (nobodys / "closed").chmod(0)
    (nobodys / "listed").chmod(0o444)  # names are told, files are not
    read_document(nobodys / "good.txt")  # what this imports may be root's alone
    if os.geteuid() == 0:
        os.seteuid(65534)
    skipped: list[InputError] = []
    documents = list(read_documents([nobodys], on_skip=skipped.append))
    os.seteuid(os.getuid())
    for name in ("closed", "listed"):
        (nobodys / name).chmod(0o755)
    assert [document.path for document in documents] == ["good.txt"]
    assert {str(error.path).removeprefix(f"{nobodys}/") for error in skipped} == {
        "closed",
        "listed/x.txt",
        "secret.txt",
    }
    assert all("check its rights" in str(error) for error in skipped)


@pytest.mark.parametrize(
    ("name", "shown"),
    [(b"\xff\xfe.txt", "\\xff\\xfe.txt"), ("聊\n城.txt".encode(), "聊\n城.txt")],
)
def test_any_name_is_a_name_that_a_file_can_hold(tmp_path: Path, name: bytes, shown: str) -> None:
    (tmp_path / os.fsdecode(name)).write_text(GOOD)
    ((path, found),) = find_files([tmp_path])
    assert found == shown
    assert find_files([path]) == [(path, shown)]


def make_pdf(content: bytes, pages: int) -> bytes:
    """Return a PDF that shows one page many times."""
    data = zlib.compress(content, 9)
    font = (
        "<< /Type /Font /Subtype /Type0 /BaseFont /SimSun /Encoding /UniGB-UCS2-H /DescendantFonts "
        "[<< /Type /Font /Subtype /CIDFontType0 /BaseFont /SimSun "
        "/CIDSystemInfo << /Registry (Adobe) /Ordering (GB1) /Supplement 2 >> >>] >>"
    )
    resources = b"/Resources << /Font << /F1 5 0 R >> >>"
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Count %d /Kids [%s] >>" % (pages, b"3 0 R " * pages),
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 600 800] /Contents 4 0 R %s >>" % resources,
        b"<< /Length %d /Filter /FlateDecode >>\nstream\n%s\nendstream" % (len(data), data),
        font.encode(),
    ]
    body = b"".join(b"%d 0 obj\n%s\nendobj\n" % each for each in enumerate(objects, 1))
    return b"%PDF-1.4\n" + body + b"trailer << /Size 6 /Root 1 0 R >>\n%%EOF"


def one_line(text: str) -> bytes:
    return b"BT /F1 10 Tf 50 700 Td <%s> Tj ET\n" % text.encode("utf-16-be").hex().encode()


def test_one_page_shown_a_million_times_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    line = one_line("聊城市鲁西集团投资建设项目")
    assert read_bytes(make_pdf(line, 3), "a.pdf").text.count("鲁西集团") == 3
    with pytest.raises(InputError, match="the PDF has 100000 pages, more than 2000; split it"):
        read_bytes(make_pdf(line, 100_000), "a.pdf")
    monkeypatch.setattr(pdf, "MAX_CHARS", 50)
    with pytest.raises(InputError, match="characters, more than 50; split it"):
        read_bytes(make_pdf(line, 30), "a.pdf")


@pytest.mark.parametrize("share", range(0, 100, 7))
def test_a_pdf_damaged_anywhere_is_read_or_refused(share: int) -> None:
    data = bytearray(make_pdf(one_line("聊城市鲁西集团投资建设项目") * 3, 2))
    at = len(data) * share // 100
    for damaged in (
        data[:at],
        data[:at] + b"\xff" * 8 + data[at + 8 :],
        data[:at] + data[at + 9 :],
    ):
        check_bytes(bytes(damaged), "a.pdf")
