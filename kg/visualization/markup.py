"""Put data, style and scripts into a page so that nothing a document says can act.

Data are inert JSON; a content security policy admits exactly our scripts by their hashes and no address.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path

from markupsafe import Markup

__all__ = ["TEMPLATES", "asset", "inert", "json_block", "normalized", "policy"]

TEMPLATES = Path(__file__).parent / "templates"


def json_block(value: object) -> Markup:
    """Return a value as JSON for a script element that is not run."""
    return inert(json.dumps(value, ensure_ascii=False, separators=(",", ":")))


def inert(json_text: str) -> Markup:
    r"""Return JSON that HTML cannot read as markup.

    ``<``, ``>`` and ``&`` can stand only inside JSON strings, where ``\u003c`` means the same; so no
    ``</script>`` and no ``<!--`` is left. U+2028 and U+2029 end a line in old JavaScript; half
    characters (lone surrogates) have no UTF-8.
    """
    escaped = "".join(
        f"\\u{ord(char):04x}" if char in "<>&\u2028\u2029" or "\ud800" <= char <= "\udfff" else char
        for char in json_text
    )
    return Markup(escaped)  # noqa: S704


def policy(style: str, scripts: Iterable[str]) -> str:
    """Return the content security policy that lets this style and these scripts work, and nothing else."""
    hashes = " ".join(map(_hash, scripts))
    return (
        f"default-src 'none'; script-src {hashes}; style-src {_hash(style)}; img-src data: blob:; "
        "base-uri 'none'; form-action 'none'"
    )


def _hash(text: str) -> str:
    digest = hashlib.sha256(text.encode("utf-8")).digest()
    return f"'sha256-{base64.b64encode(digest).decode('ascii')}'"


@lru_cache(maxsize=8)
def asset(name: str) -> str:
    """Return one of our files as it will stand in the page; no element of it is ended by its text."""
    return normalized((TEMPLATES / name).read_text(encoding="utf-8"))


def normalized(text: str) -> str:
    """Return text as an HTML parser hands it on, which is what browsers hash."""
    return text.replace("\r\n", "\n").replace("\r", "\n")
