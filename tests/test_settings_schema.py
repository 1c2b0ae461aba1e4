"""The schema of kg.toml and the program agree."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest

from kg.errors import SettingsError
from kg.settings import load_settings
from kg.settings_schema import settings_schema
from tests.readme import PROJECT

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

jsonschema = pytest.importorskip("jsonschema")


def complaints(content: dict[str, Any]) -> list[str]:
    schema = settings_schema()
    jsonschema.Draft7Validator.check_schema(schema)
    return [error.message for error in jsonschema.Draft7Validator(schema).iter_errors(content)]


def test_settings_of_the_sample_corpus_are_sound() -> None:
    assert complaints(tomllib.loads((PROJECT / "corpus" / "kg.toml").read_text("utf-8"))) == []


@pytest.mark.parametrize(
    ("text", "is_sound"),
    [
        ('[corpus]\nhome = "聊城市"\npublisher = "聊城日报"', True),
        ('[corpus]\nhom = "聊城市"', False),
        ("[corpus]\nhome = 1", False),
        ('[corpus]\nhome = " "', False),
        ("[korpus]", False),
        ('[graph]\nbase_iri = "https://example.org/id/"', True),
        ('[graph]\nbase_iri = "https://example.org/id"', False),
        ('[graph]\nbase_iri = "id/"', False),
        ('[extract]\nengine = "builtin"\nmin_confidence = 0.3', True),
        ('[extract]\nengine = "Built in"', False),
        ("[extract]\nmin_confidence = 3", False),
        ('[extract]\nexcluded_relations = ["jurisdiction"]', True),
        ('[extract]\nexcluded_relations = ["jurisdictoin"]', False),
    ],
)
def test_editor_and_program_agree(text: str, is_sound: bool, tmp_path: Path) -> None:
    assert (complaints(tomllib.loads(text)) == []) is is_sound
    file = tmp_path / "kg.toml"
    file.write_text(text, "utf-8")
    if is_sound:
        load_settings(file, environment={})
    else:
        with pytest.raises(SettingsError):
            load_settings(file, environment={})
