"""What torch learns from raw news, segmentation must run to the same probabilities."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("gensim")
pytest.importorskip("hanlp")  # the writer of model files imports it

from kg.characters import UNKNOWN, fold_codes  # noqa: E402
from kg.segmentation.language_model import TARGET_CHARS, LanguageModel  # noqa: E402
from kg.training import language  # noqa: E402
from kg.training.pretraining import Pretrained, PretrainingSettings, pretrain  # noqa: E402
from kg.training.tagger import main  # noqa: E402

pytestmark = [pytest.mark.model, pytest.mark.filterwarnings("ignore")]

TOWNS = ["莘县", "冠县", "高唐", "东阿", "临清", "阳谷", "茌平"]
SETTINGS = PretrainingSettings(
    min_character_count=1,
    min_pair_count=2,
    streams=8,
    steps_chars=16,
    passes=6.0,
    hidden_size=16,
    rate=1e-2,
)


@pytest.fixture(scope="module")
def learned() -> Pretrained:
    paragraphs = [  # folded, as `read_paragraphs` folds them
        f"{town}今年前{month}个月新增工业企业{month}家,开工重点项目{month}个。"
        for town in TOWNS
        for month in "三四五六七八九"
    ] * 8
    return pretrain(paragraphs, SETTINGS)


def written(learned: Pretrained, path: Path) -> LanguageModel:
    assert learned.pair_counts is not None
    language.write_language_model(learned.state, learned.vocabulary, learned.pair_counts, path)
    return LanguageModel.load(path)


def torch_log_probability(learned: Pretrained, context: str, target: str) -> float:
    """Return what torch says of *target* behind *context*, read ahead."""
    state = {name: torch.from_numpy(array) for name, array in learned.state.items()}
    lstm = torch.nn.LSTM(114, SETTINGS.hidden_size, batch_first=True)
    lstm.load_state_dict({n[2:]: array for n, array in state.items() if n.startswith("f.")})
    guess = torch.nn.AdaptiveLogSoftmaxWithLoss(
        SETTINGS.hidden_size, learned.vocabulary.base, cutoffs=[1]
    )
    guess.load_state_dict({n[11:]: a for n, a in state.items() if n.startswith("guess_next.")})
    ids = learned.vocabulary.character_ids(fold_codes(context + target))
    pairs = np.concatenate([[0], learned.vocabulary.pair_ids(ids)])
    with torch.no_grad():
        inputs = torch.cat([state["char.weight"][ids], state["bi.weight"][pairs]], -1)
        odds = guess.log_prob(lstm(inputs[None])[0][0])
    begin = len(context)
    return sum(float(odds[at - 1, ids[at]]) for at in range(begin, len(ids)) if ids[at] > UNKNOWN)


def test_pair_counts_belong_to_the_pairs(learned: Pretrained) -> None:
    vocabulary = learned.vocabulary
    assert learned.pair_counts is not None
    pair = vocabulary.pair_ids(vocabulary.character_ids(fold_codes("工业")))[0] - 2
    assert learned.pair_counts[pair] == 7 * 7 * 8
    pair = vocabulary.pair_ids(vocabulary.character_ids(fold_codes("莘县")))[0] - 2
    assert learned.pair_counts[pair] == 7 * 8


def test_numpy_gives_the_probabilities_of_torch(learned: Pretrained, tmp_path: Path) -> None:
    model = written(learned, tmp_path / "language.npz")
    texts = ["莘县今年前三个月新增工业企业", "三家，开工重点项目三个", "目标今年前莘"]
    # Without a background a ratio is the log probability itself.
    contexts, first = model._rows(texts), np.array([0, 0])
    targets = [model._ids(text[:TARGET_CHARS]) for text in texts]
    found = model._ahead.ratios(contexts, targets, first, np.array([1, 2]), len(texts))
    # The file's network also reads the blanks before a short line, as line breaks in training.
    context = "\n" * (24 - len(texts[0])) + texts[0]
    wanted = [torch_log_probability(learned, context, text[:TARGET_CHARS]) for text in texts[1:]]
    assert found == pytest.approx(wanted, abs=0.3)
    assert found[0] > found[1] + 5


def test_what_was_learned_is_used_to_join_lines(learned: Pretrained, tmp_path: Path) -> None:
    model = written(learned, tmp_path / "language.npz")
    texts = ["冠县今年前四个月新增工业", "企业四家，开工重点项目", "个。高唐今年前五个"]
    right, wrong = model.flows(texts, [(0, 1), (0, 2)], texts)
    assert right > wrong


def test_only_the_commonest_pairs_are_kept(
    learned: Pretrained, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(language, "MAX_PAIRS", 12)
    model = written(learned, tmp_path / "language.npz")
    assert learned.pair_counts is not None
    assert len(model._vocabulary.pairs) == 12
    kept = np.isin(learned.vocabulary.pairs, model._vocabulary.pairs)
    assert learned.pair_counts[kept].min() >= learned.pair_counts[~kept].max()


def test_equal_weights_give_equal_bytes(learned: Pretrained, tmp_path: Path) -> None:
    for name in ("one.npz", "two.npz"):
        written(learned, tmp_path / name)
    assert (tmp_path / "one.npz").read_bytes() == (tmp_path / "two.npz").read_bytes()


def test_saved_pretraining_keeps_what_guesses(learned: Pretrained, tmp_path: Path) -> None:
    learned.save(tmp_path / "pretrained.npz")
    again = Pretrained.load(tmp_path / "pretrained.npz")
    assert again.state.keys() == learned.state.keys()
    assert "guess_next.head.weight" in again.state
    assert (again.pair_counts == learned.pair_counts).all()


def test_older_pretraining_is_still_read(learned: Pretrained, tmp_path: Path) -> None:
    state = {name: a for name, a in learned.state.items() if not name.startswith("guess")}
    Pretrained(learned.vocabulary, state).save(tmp_path / "older.npz")
    again = Pretrained.load(tmp_path / "older.npz")
    assert again.pair_counts is None
    assert again.state.keys() == state.keys()


@pytest.mark.parametrize("complete", [True, False], ids=["with counts", "older file"])
def test_training_writes_language_models_where_it_can(
    complete: bool, learned: Pretrained, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pretrained = learned if complete else Pretrained(learned.vocabulary, learned.state)
    pretrained.save(tmp_path / "pretrained.npz")

    class Enough(Exception):  # noqa: N818  what comes next is not the subject
        pass

    def stop(*_: object) -> None:
        raise Enough

    monkeypatch.setattr("kg.training.tagger.Encoder", stop)
    (tmp_path / "gold").mkdir()
    arguments = ["--gold", str(tmp_path / "gold"), "--pretrained", str(tmp_path / "pretrained.npz")]
    with pytest.raises(Enough):
        main([*arguments, "--out", str(tmp_path / "out"), "--work", str(tmp_path / "work")])
    assert (tmp_path / "out" / "language.npz").exists() == complete
