"""What can go wrong, by what the reader can do about it.

KgError
├── InputError             a file cannot be used: which file, which line, what would help
├── OutputError            a folder cannot be written to: full, not ours, or another process is at it
├── QuantityError          a text is not one amount, number or date
├── OntologyError          ontology/ contradicts itself or misses something the code needs
├── SettingsError          kg.toml, an environment variable or a flag says something kg does not know
├── EndpointError          a SPARQL server cannot be reached, or refuses: which address, what it said
├── AnnotatorUnavailable   an engine or its model is not installed: how to get it, or how to do without
└── InternalError          a broken invariant: a bug in kg

Text that cannot be understood is no error: it yields fewer mentions.
"""

from __future__ import annotations

from pathlib import Path

__all__ = [
    "AnnotatorUnavailable",
    "EndpointError",
    "InputError",
    "InternalError",
    "KgError",
    "OntologyError",
    "OutputError",
    "QuantityError",
    "SettingsError",
]


class KgError(Exception):
    """Base of everything kg raises on purpose."""


class _FileError(KgError):
    """Something is the matter with a file or folder.

    The message reads "FILE:LINE: reason; remedy" with the parts that are known.
    """

    def __init__(
        self,
        reason: str,
        *,
        path: Path | str | None = None,
        line: int | None = None,
        remedy: str = "",
    ) -> None:
        self.reason = reason
        self.path = path
        self.line = line
        self.remedy = remedy
        place = f"{path}:{line}: " if path and line else f"{path}: " if path else ""
        super().__init__(f"{place}{reason}{'; ' + remedy if remedy else ''}")

    def __reduce__(self) -> tuple[object, ...]:
        """Survive the way back from a worker process (keyword-only arguments do not by default)."""
        return _rebuild, (type(self), self.reason, self.path, self.line, self.remedy)


def _rebuild(
    kind: type[_FileError], reason: str, path: Path | str | None, line: int | None, remedy: str
) -> _FileError:
    return kind(reason, path=path, line=line, remedy=remedy)


class InputError(_FileError):
    """A file cannot be used."""


class OutputError(_FileError):
    """A folder cannot be written to; what an earlier run left there is as it was."""


class QuantityError(KgError, ValueError):
    """A text is not one amount, number or date."""


class OntologyError(KgError):
    """The ontology contradicts itself or misses something the code needs."""


class SettingsError(KgError):
    """A setting has an unknown name or an impossible value."""


class EndpointError(KgError):
    """A SPARQL server cannot be reached, or refuses what it is asked.

    The message reads "URL: reason; remedy"; *status* is HTTP's, nothing where there was no answer.
    """

    def __init__(
        self, reason: str, *, url: str = "", status: int | None = None, remedy: str = ""
    ) -> None:
        self.reason = reason
        self.url = url
        self.status = status
        self.remedy = remedy
        super().__init__(f"{url}{': ' if url else ''}{reason}{'; ' if remedy else ''}{remedy}")


class AnnotatorUnavailable(KgError):  # noqa: N818  the word is STYLE.md's
    """An engine or its model is not installed; the message says how to get it."""


class InternalError(KgError):
    """A broken invariant: a bug in kg, not in its input."""
