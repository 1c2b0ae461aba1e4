"""Settings: the file is checked, and flags win over the environment, which wins over the file."""

from __future__ import annotations

from pathlib import Path

import pytest

from kg.errors import InputError, KgError, SettingsError
from kg.settings import Settings, find_settings_file, load_settings


def write(folder: Path, text: str) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / "kg.toml"
    file.write_text(text, "utf-8")
    return file


def test_without_a_file_the_defaults_hold() -> None:
    assert load_settings(environment={}) == Settings()


def test_flag_wins_over_environment_which_wins_over_file(tmp_path: Path) -> None:
    file = write(
        tmp_path,
        '[corpus]\nhome = "聊城市"\npublisher = "聊城日报"\n[extract]\nmin_confidence = 0.1\n',
    )
    settings = load_settings(
        file,
        environment={"KG_HOME": "德州市", "KG_MIN_CONFIDENCE": "0.2"},
        flags={"home": "济宁市"},
    )
    assert (settings.publisher, settings.home, settings.min_confidence) == (
        "聊城日报",
        "济宁市",
        0.2,
    )


def test_flag_not_given_changes_nothing() -> None:
    settings = load_settings(
        environment={"KG_HOME": "德州市"}, flags={"home": None, "excluded_relations": ()}
    )
    assert settings.home == "德州市"


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        pytest.param('[corpus]\nhomes = "聊城市"', "did you mean 'home'", id="near key"),
        pytest.param('[corpus]\nzzz = "聊城市"', "known are home, publisher", id="far key"),
        pytest.param('[corpora]\nhome = "聊城市"', "did you mean 'corpus'", id="table"),
        pytest.param('corpus = "聊城市"', "must be a table", id="no table"),
        pytest.param("[corpus]\nhome = 3", "must be a text", id="number for text"),
        pytest.param('[corpus]\nhome = " "', "must be a text", id="blank"),
        pytest.param("[extract]\nmin_confidence = 7", "from 0 to 1", id="too large"),
        pytest.param("[extract]\nmin_confidence = true", "from 0 to 1", id="bool"),
        pytest.param('[extract]\nmin_confidence = "high"', "min_confidence", id="word"),
        pytest.param('[extract]\nengine = "the best"', "must be NAME", id="engine"),
        pytest.param(
            '[extract]\nexcluded_relations = ["invest"]', "did you mean 'investsIn'", id="relation"
        ),
        pytest.param("[extract]\nexcluded_relations = 4", "must be a list", id="no list"),
        pytest.param('[graph]\nbase_iri = "example.org/id"', "absolute IRI", id="relative IRI"),
        pytest.param(
            '[graph]\nbase_iri = "https://example.org/a b/"', "absolute IRI", id="blank in IRI"
        ),
        pytest.param("[corpus", "not readable as TOML", id="not TOML"),
    ],
)
def test_mistake_names_the_file_and_the_remedy(tmp_path: Path, text: str, complaint: str) -> None:
    file = write(tmp_path, text)
    with pytest.raises((SettingsError, InputError)) as caught:
        load_settings(file, environment={})
    assert complaint in str(caught.value)
    assert str(file) in str(caught.value)


def test_mistake_in_the_environment_names_the_variable() -> None:
    with pytest.raises(SettingsError, match="KG_MIN_CONFIDENCE"):
        load_settings(environment={"KG_MIN_CONFIDENCE": "2"})


def test_excluded_relations_come_from_the_environment_with_commas() -> None:
    settings = load_settings(environment={"KG_EXCLUDED_RELATIONS": "partOf,jurisdiction"})
    assert settings.excluded_relations == ("jurisdiction", "partOf")


def test_file_is_found_in_and_beside_the_corpus(tmp_path: Path) -> None:
    corpus = tmp_path / "project" / "corpus"
    corpus.mkdir(parents=True)
    document = corpus / "news.txt"
    document.write_text("新闻", "utf-8")
    assert find_settings_file([corpus]) is None
    beside = write(corpus.parent, "")
    found = find_settings_file([corpus])
    assert found is not None
    assert found.samefile(beside)
    inside = write(corpus, "")
    assert find_settings_file([corpus, document]) == inside


def test_two_files_are_not_guessed_between(tmp_path: Path) -> None:
    write(tmp_path / "a" / "corpus", "")
    write(tmp_path / "b" / "corpus", "")
    with pytest.raises(KgError, match="--settings"):
        find_settings_file([tmp_path / "a" / "corpus", tmp_path / "b" / "corpus"])


def test_record_of_a_run_holds_what_is_set() -> None:
    pairs = dict(Settings(home="聊城市", excluded_relations=("partOf",)).as_pairs())
    assert pairs["home"] == "聊城市"
    assert pairs["excluded_relations"] == "partOf"
    assert "publisher" not in pairs


def test_file_that_nobody_named_does_not_say_where_texts_go(tmp_path: Path) -> None:
    file = write(tmp_path, '[extract]\nengine = "llm:https://example.org/v1#m"')
    with pytest.raises(SettingsError, match="--settings"):
        load_settings(file, environment={}, is_named=False)
    assert load_settings(file, environment={}).engine == "llm:https://example.org/v1#m"
    plain = write(tmp_path, '[extract]\nengine = "hanlp"')
    assert load_settings(plain, environment={}, is_named=False).engine == "hanlp"
