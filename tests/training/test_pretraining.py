from __future__ import annotations

import gzip
import json
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("torch")
pytest.importorskip("gensim")

from kg.training.pretraining import (
    Pretrained,
    PretrainingSettings,
    pretrain,
    read_paragraphs,
)

pytestmark = [pytest.mark.model, pytest.mark.filterwarnings("ignore")]


def test_raw_news_is_read_from_every_form(tmp_path: Path) -> None:
    item = {"title": "聊城日报头版头条", "text": "第一段有这些字。\n\n聊城日报头版头条"}
    with gzip.open(tmp_path / "a.jsonl.gz", "wt", encoding="utf-8") as file:
        file.write(json.dumps(item) + "\n")
        file.write(json.dumps({"lines": ["政府工作报告２００８"]}) + "\n")
    (tmp_path / "b.json").write_text(json.dumps([["快讯的标题行", "快讯的正文行"]]), "utf-8")
    (tmp_path / "c.txt").write_text("迈向/v  充满/v  希望/n  的/u\n", "utf-8")
    paths = [tmp_path / name for name in ("a.jsonl.gz", "b.json", "c.txt")]
    assert list(read_paragraphs(paths)) == [
        "聊城日报头版头条",
        "第一段有这些字。",
        "政府工作报告0000",
        "快讯的标题行",
        "快讯的正文行",
        "迈向充满希望的",
    ]


def test_pretraining_gives_what_the_tagger_starts_from(tmp_path: Path) -> None:
    paragraphs = [f"聊城市第{n}家企业开工投产" for n in "一二三四五六七八九"] * 30
    settings = PretrainingSettings(
        min_pair_count=5, streams=8, steps_chars=16, passes=0.2, hidden_size=12
    )
    learned = pretrain(paragraphs, settings)
    assert learned.state["char.weight"].shape == (learned.vocabulary.base, 64)
    assert learned.state["bi.weight"].shape == (len(learned.vocabulary.pairs) + 2, 50)
    assert learned.state["f.weight_hh_l0"].shape == (48, 12)
    assert (np.diff(learned.vocabulary.pairs) > 0).all()
    learned.save(tmp_path / "p.npz")
    again = Pretrained.load(tmp_path / "p.npz")
    assert (again.state["b.bias_ih_l0"] == learned.state["b.bias_ih_l0"]).all()
    assert (again.vocabulary.pairs == learned.vocabulary.pairs).all()


def test_too_little_text_is_said() -> None:
    with pytest.raises(ValueError, match="too few"):
        pretrain(["聊城市聊城市"] * 5, PretrainingSettings(min_pair_count=1))
