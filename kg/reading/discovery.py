"""Find the documents in files and folders, and give each a name of its own."""

from __future__ import annotations

import os
from collections import Counter, deque
from collections.abc import Iterator, Sequence
from pathlib import Path, PurePosixPath

from kg.errors import InputError

__all__ = ["document_names", "find_files"]

# What lies beside documents without being one. Everything else is looked at, whatever its suffix.
SKIPPED_FOLDERS = frozenset({"gold", "node_modules", "__pycache__", "exports"})
SKIPPED_SUFFIXES = frozenset(
    [
        ".py",
        ".pyc",
        ".js",
        ".css",
        ".toml",
        ".yaml",
        ".yml",
        ".ini",
        ".cfg",
        ".lock",
        ".ttl",
        ".rq",
        ".nt",
        ".sqlite",
        ".db",
        ".log",
        ".bak",
        ".tmp",
        ".swp",
        ".png",
        ".jpg",
        ".jpeg",
        ".gif",
        ".webp",
        ".svg",
        ".ico",
        ".woff",
        ".woff2",
        ".ttf",
        ".otf",
    ]
)
SKIPPED_NAMES = frozenset({"links.csv"})  # of kg link, which may lie in the corpus


def find_files(paths: Sequence[Path]) -> list[tuple[Path, str]]:
    """Return files and their paths below the folder they were found in, sorted by the latter.

    A file that is named is taken whatever it is called; in a folder, hidden files, READMEs, `gold/`
    and what is obviously no document are left out. A symbolic link to a folder above is not followed,
    and a folder that several links lead to is read once. What cannot even be looked at (a folder
    without rights, a link to nowhere) is returned as well: `read_document` says why.

    Raises:
        InputError: a path does not exist, or a folder that is named cannot be read.
    """
    found: dict[Path, str] = {}
    for path in paths:
        if _is_folder(path):
            for file in _walk(path):
                found.setdefault(file, _printable(file.relative_to(path).as_posix()))
        elif os.path.lexists(path):
            found.setdefault(path, _printable(path.name))
        else:
            raise InputError("there is no such file or folder", path=path, remedy="check the path")
    return sorted(found.items(), key=lambda item: (item[1], str(item[0])))


def _is_folder(path: Path) -> bool:
    """Say whether *path* is a folder; what may not be looked at is none, and no error yet."""
    try:
        return path.is_dir()
    except OSError:
        return False


def _printable(name: str) -> str:
    r"""Return a name that UTF-8 can hold; bytes of a file name that are none become ``\\xff``."""
    return os.fsencode(name).decode("utf-8", "backslashreplace")


def _walk(root: Path) -> Iterator[Path]:
    """Yield the files below *root*, no real folder twice, and those that links lead to last.

    Two links a folder to the next one, thirty folders deep, are a thousand million paths.
    """
    seen = {str(parent) for parent in Path(os.path.realpath(root)).parents}
    folders, links = deque([root]), deque[Path]()
    while folders or links:
        folder = folders.popleft() if folders else links.popleft()
        real = os.path.realpath(folder)
        if real in seen:
            continue
        seen.add(real)
        try:
            children = _children(folder)
        except OSError as error:
            if folder != root:
                yield folder
                continue
            raise InputError(
                f"the folder cannot be read ({error.strerror})",
                path=folder,
                remedy="check its rights",
            ) from error
        for child in children:
            if not _is_folder(child):
                if not _is_skipped(child):
                    yield child
            elif child.name not in SKIPPED_FOLDERS:
                (links if child.is_symlink() else folders).append(child)


def _children(folder: Path) -> list[Path]:
    """Return what lies in a folder and may be a document or hold some."""
    children = list(folder.iterdir())
    stems = {
        child.stem for child in children if child.suffix.lower() in (".txt", ".pdf", ".html", ".md")
    }
    return [
        child
        for child in children
        # The annotation of the document beside it is none.
        if not (child.suffix == ".json" and child.stem in stems)
        and not child.name.startswith((".", "~$", "README"))
    ]


def _is_skipped(file: Path) -> bool:
    return file.suffix.lower() in SKIPPED_SUFFIXES or file.name in SKIPPED_NAMES


def document_names(names: Sequence[str]) -> list[str]:
    """Return a distinct id for each path: the stem, with as much in front as tells it from others.

    >>> document_names(["2022/a.txt", "2023/a.txt", "b.html", "b.pdf"])
    ['2022-a', '2023-a', 'b.html', 'b.pdf']
    """
    paths = [PurePosixPath(name) for name in names]
    chosen = [path.stem or path.name for path in paths]
    for spelling in (_with_folder, _with_suffix, _whole):
        count = Counter(chosen)
        chosen = [
            spelling(path) if count[name] > 1 else name
            for path, name in zip(paths, chosen, strict=True)
        ]
    return _numbered(chosen)


def _with_folder(path: PurePosixPath) -> str:
    return f"{path.parent.name}-{path.stem}" if path.parent.name else path.name


def _with_suffix(path: PurePosixPath) -> str:
    return f"{path.parent.name}-{path.name}" if path.parent.name else path.name


def _whole(path: PurePosixPath) -> str:
    return "-".join(path.parts)


def _numbered(names: Sequence[str]) -> list[str]:
    """Number names that are still equal: the same path below two folders."""
    seen: set[str] = set()
    result = []
    for name in names:
        candidate, number = name, 2
        while candidate in seen:
            candidate, number = f"{name}-{number}", number + 1
        seen.add(candidate)
        result.append(candidate)
    return result
