"""Keep what the text stages found in a file, so that the next build need not find it again.

An entry is named by a hash of everything it depends on: the bytes of the file, its name, the
settings, and the program itself. So an entry is right or not there; nothing ever has to be declared
stale. Entries are JSON, not pickles: a folder from elsewhere must not run code.
"""

from __future__ import annotations

import hashlib
import logging
import zlib
from collections.abc import Collection
from dataclasses import dataclass
from functools import lru_cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TypeVar

from kg.graph.files import replace_file
from kg.jsonl import dump_line, parse_line
from kg.schema import ontology_path
from kg.staging import full_disk_named

__all__ = ["Cache", "program_version"]

logger = logging.getLogger(__name__)

T = TypeVar("T")

SUFFIX = ".json.z"
CHUNK_BYTES = 2**20
# Libraries whose other versions may read or match a text differently.
READERS = ("cn2an", "hanlp-trie", "lxml", "pypdfium2", "trafilatura")


@dataclass(frozen=True, slots=True)
class Cache:
    """A folder of entries, each a dataclass of the model."""

    folder: Path

    def key(self, file: Path, *circumstances: str) -> str:
        """Return the name of the entry for *file* read under *circumstances*.

        Raises:
            OSError: the file cannot be read.
        """
        digest = hashlib.sha256()
        with file.open("rb") as stream:
            while chunk := stream.read(CHUNK_BYTES):
                digest.update(chunk)
        for part in (*circumstances, program_version()):
            digest.update(b"\0" + part.encode("utf-8", "surrogatepass"))
        return digest.hexdigest()

    def load(self, key: str, kind: type[T]) -> T | None:
        """Return the entry *key*, or nothing where there is none or it is damaged."""
        try:
            compressed = self._place(key).read_bytes()
        except FileNotFoundError:
            return None
        try:
            return parse_line(zlib.decompress(compressed).decode("utf-8", "surrogatepass"), kind)
        except (zlib.error, ValueError) as error:
            logger.warning("damaged entry %s is made anew: %s", self._place(key), error)
            return None

    def store(self, key: str, entry: object) -> None:
        """Keep *entry* under *key*.

        Raises:
            OutputError: the disk is full.
        """
        line = dump_line(entry).encode("utf-8", "surrogatepass")
        with full_disk_named(self.folder), replace_file(self._place(key), is_durable=False) as file:
            file.write(zlib.compress(line, level=1))

    def keep_only(self, keys: Collection[str]) -> None:
        """Remove all entries but *keys*, and what killed processes were about to keep."""
        for place in self.folder.glob("*/*"):
            if place.parent.name + place.name.removesuffix(SUFFIX) not in keys:
                place.unlink(missing_ok=True)

    def _place(self, key: str) -> Path:
        return self.folder / key[:2] / (key[2:] + SUFFIX)


@lru_cache(maxsize=1)
def program_version() -> str:
    """Return a hash of the code, the ontology and the libraries that read: what decides a result."""
    digest = hashlib.sha256()
    package = Path(__file__).parent
    for folder in (package, ontology_path()):
        for path in sorted(folder.rglob("*")):
            if path.is_file() and "__pycache__" not in path.parts:
                digest.update(path.relative_to(folder).as_posix().encode())
                digest.update(hashlib.sha256(path.read_bytes()).digest())
    for library in READERS:
        try:
            digest.update(f"{library} {version(library)}".encode())
        except PackageNotFoundError:
            digest.update(f"{library} none".encode())
    return digest.hexdigest()
