from pathlib import Path

import pytest

from kg.engines import engine_names, load_engine
from kg.engines.registry import split_spec, split_specs
from kg.errors import SettingsError
from kg.pipeline import build
from kg.settings import Settings


def test_builtin_engine_is_among_the_names() -> None:
    assert "builtin" in engine_names()


@pytest.mark.parametrize(
    ("spec", "complaint"),
    [
        pytest.param("bultin", "did you mean 'builtin'", id="misspelled"),
        pytest.param("gpt", "known are", id="nothing like it"),
        pytest.param("builtin:large", "takes no argument", id="argument too many"),
    ],
)
def test_unknown_engine_is_named_with_a_remedy(spec: str, complaint: str) -> None:
    with pytest.raises(SettingsError, match=complaint):
        load_engine(spec)


def test_unknown_engine_ends_a_build_before_anything_is_written(tmp_path: Path) -> None:
    note = tmp_path / "note.txt"
    note.write_text("莘县今日召开招商引资大会。", "utf-8")
    with pytest.raises(SettingsError, match="no engine 'gpt'"):
        build([note], tmp_path / "out", settings=Settings(engine="gpt"))
    assert not (tmp_path / "out" / "graph.ttl").exists()


@pytest.mark.parametrize(
    ("spec", "parts"),
    [
        ("builtin", ["builtin"]),
        ("builtin+hanlp", ["builtin", "hanlp"]),
        ("hanlp:models/a+b", ["hanlp:models/a+b"]),
        ("hanlp:A+hanlp:B+builtin", ["hanlp:A", "hanlp:B", "builtin"]),
        ("builtin+hanlp:C:\\x+y+builtin:", ["builtin", "hanlp:C:\\x+y", "builtin:"]),
        ("builtin+hanlpx", ["builtin+hanlpx"]),
    ],
)
def test_combination_is_cut_before_the_names_of_engines_only(spec: str, parts: list[str]) -> None:
    assert split_spec(spec) == parts


def test_list_of_engines_may_hold_combinations_and_lists() -> None:
    assert split_specs("builtin,builtin+hanlp:a,b,hanlp:c") == [
        "builtin",
        "builtin+hanlp:a,b",
        "hanlp:c",
    ]
