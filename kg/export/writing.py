"""Write files whole or not at all."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree as ET  # builds XML only, parses none

from kg.graph.files import replace_file

__all__ = ["write_bytes", "write_xml"]


def write_bytes(path: Path, content: bytes) -> Path:
    with replace_file(path) as file:
        file.write(content)
    return path


def write_xml(path: Path, root: ET.Element) -> Path:
    ET.indent(root, space=" ")
    return write_bytes(path, ET.tostring(root, encoding="utf-8", xml_declaration=True))
