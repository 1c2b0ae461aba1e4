from __future__ import annotations

import numpy as np

from kg.annotation.features import CharacterFeatures, repeated_ngrams
from kg.characters import fold_codes


def cues_of(words: dict[str, list[str]], text: str) -> dict[str, str]:
    """Return, for each cue that fires, the characters it fires on."""
    features = CharacterFeatures(words)
    codes = fold_codes(text)
    rows = features(text, codes, repeated_ngrams(codes))
    return {
        column: "".join(np.array(list(text))[rows[:, index] == 1])
        for index, column in enumerate(features.columns)
        if rows[:, index].any()
    }


def test_longest_word_of_a_kind_is_marked() -> None:
    cues = cues_of({"legal form": ["公司", "有限公司"]}, "宏坤锻件有限公司与")
    assert cues["legal form inside"] == "有限公司公司"[:4]
    assert cues["legal form begin"] == "有公"
    assert cues["legal form end"] == "司"


def test_word_cut_by_the_end_of_the_text_is_no_match() -> None:
    assert "kind inside" not in cues_of({"kind": ["有限公司"]}, "宏坤有限公")


def test_word_lists_read_full_width_letters() -> None:
    assert cues_of({"kind": ["APP"]}, "“智慧聊城”ＡＰＰ")["kind inside"] == "ＡＰＰ"


def test_repeated_name_is_seen_whole() -> None:
    cues = cues_of({}, "富锋汽车投产。富锋汽车扩建。")
    assert cues["repeated 4 from"] == "富富"
    assert cues["repeated 4 to"] == "车车"
    assert "repeated 6 from" not in cues


def test_repeated_numbers_and_punctuation_are_no_names() -> None:
    assert not [c for c in cues_of({}, "2022年，2022年，") if c.startswith("repeated")]


def test_enclosed_stretches_are_marked_with_their_brackets() -> None:
    cues = cues_of({}, "印发《若干措施》（试行），推动“鲁运达”")
    assert cues["titled"] == "《若干措施》"
    assert cues["bracketed"] == "（试行）"
    assert cues["quoted"] == "“鲁运达”"


def test_unclosed_bracket_does_not_run_on() -> None:
    assert "bracketed" not in cues_of({}, "（下转二版\n聊城市）")
