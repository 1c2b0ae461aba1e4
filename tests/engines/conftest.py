"""HanLP models that several tests share, trained once where HanLP is installed."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.engines import tiny_hanlp


@pytest.fixture(scope="session")
def multi_task_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of a model that cuts words, tags, names, parses and labels roles."""
    pytest.importorskip("hanlp")
    return tiny_hanlp.train_multi_task(tmp_path_factory.mktemp("multi"))


@pytest.fixture(scope="session")
def tokenizer_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    pytest.importorskip("hanlp")
    return tiny_hanlp.train_tokenizer(tmp_path_factory.mktemp("tok"))


@pytest.fixture(scope="session")
def recognizer_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    pytest.importorskip("hanlp")
    return tiny_hanlp.train_recognizer(tmp_path_factory.mktemp("ner"))
