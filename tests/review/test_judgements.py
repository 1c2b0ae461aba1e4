"""The file of judgements: what it takes, what it refuses, how it changes."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from kg.errors import InputError
from kg.model import EntityId
from kg.review import append_judgements, find_beside_settings, read_judgements, remove_judgement
from kg.review.judgement_file import judgement_line
from kg.review.judgements import ClaimKey, Judgement, Kind, Pair, effective

LUXI, CHEMICALS, BANK = (
    EntityId(f"company:{name}") for name in ("鲁西集团", "鲁西化工", "工商银行聊城分行")
)
SAME = Judgement(Kind.SAME, Pair(LUXI, CHEMICALS), by="王芳", at="2023-05-04")
LENT = ClaimKey(BANK, "finances", LUXI, (("amount", "200000000"), ("currency", "CNY")))
WRONG = Judgement(
    Kind.CLAIM_WRONG, LENT, document="daily", quote="放款2亿元", note="是“授信”: 未放款"
)
ALL = (
    SAME,
    Judgement(Kind.DIFFERENT, Pair(LUXI, BANK)),
    Judgement(Kind.UNSURE, Pair(CHEMICALS, BANK)),
    Judgement(Kind.UNSURE, LENT),
    WRONG,
    Judgement(Kind.CLAIM_RIGHT, LENT, "fact"),
    Judgement(Kind.RENAME, LUXI, "鲁西集团有限公司"),
    Judgement(Kind.RETYPE, LUXI, "Organization"),
)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "judgements.yaml"


def test_what_is_appended_is_read_back_one_a_line(file: Path) -> None:
    assert append_judgements(file, ALL) == len(ALL)
    assert read_judgements(file) == ALL
    lines = file.read_text("utf-8").splitlines()
    assert [line for line in lines if not line.startswith("#")] == [*map(judgement_line, ALL)]
    assert [lines[each.line - 1] for each in read_judgements(file)] == [*map(judgement_line, ALL)]


@given(st.text(min_size=1).filter(str.strip), st.text())
def test_any_words_fit_on_one_line(name: str, note: str) -> None:
    judgement = Judgement(Kind.RENAME, LUXI, name.strip(), note=note.strip())
    line = judgement_line(judgement)
    assert "\n" not in line
    (fields,) = yaml.safe_load(line.encode("utf-8", "replace").decode())
    assert str(fields["name"]) == name.strip().encode("utf-8", "replace").decode()


def test_appending_touches_nothing_that_stands_there(file: Path) -> None:
    before = f"# 王芳的判断\r\n{judgement_line(SAME)}".encode()  # no line break at the end
    file.write_bytes(before)
    append_judgements(file, [WRONG])
    assert file.read_bytes() == before + f"\n{judgement_line(WRONG)}\n".encode()


def test_what_is_said_already_is_not_said_again(file: Path) -> None:
    append_judgements(file, [SAME])
    turned = Judgement(Kind.SAME, Pair(CHEMICALS, LUXI), by="somebody else")
    assert append_judgements(file, [turned]) == 0
    assert len(read_judgements(file)) == 1


def test_a_later_judgement_replaces_an_earlier_one_on_the_same_thing() -> None:
    different = Judgement(Kind.DIFFERENT, Pair(CHEMICALS, LUXI))
    assert effective((SAME, WRONG, different)) == (WRONG, different)


@pytest.mark.parametrize(
    ("line", "complaint"),
    [
        ("- {kind: equal, left: 'company:甲', right: 'company:乙'}", "no kind 'equal'"),
        ("- {kind: sames, left: 'company:甲', right: 'company:乙'}", "did you mean same"),
        ("- {kind: same, left: 'company:甲'}", "right is missing"),
        ("- {kind: same, left: 'company:甲', right: 'company:甲'}", "both company:甲"),
        ("- {kind: same, left: 甲, right: 'company:乙'}", "no TYPE:NAME"),
        ("- {kind: same, left: 'compny:甲', right: 'company:乙'}", "did you mean company"),
        ("- {kind: same, left: 'company:甲', right: 'company:乙', wen: 1}", "takes no wen"),
        ("- {kind: same, left: 'company:甲', left: 'company:丙', right: 'company:乙'}", "twice"),
        ("- {kind: retype, entity: 'company:甲', type: Firm}", "no class 'Firm'"),
        ("- {kind: rename, entity: 'company:甲', name: ' '}", "name must be a text"),
        ("- {kind: rename, entity: 'company:甲', name: [a]}", "name must be a text"),
        ("- {kind: rename, entity: 'company:甲', name: 乙, at: yesterday}", "no ISO date"),
        ("- {kind: claim wrong, subject: 'company:甲', predicate: own, object: 乙}", "no relation"),
        (
            "- {kind: claim wrong, subject: 'company:甲', predicate: builds, object: 乙}",
            "TYPE:NAME",
        ),
        ("- same", "{name: value"),
        ("- {kind: same", "not YAML"),
        ("kind: same", "not a list"),
    ],
)
def test_what_is_no_judgement_is_named_with_its_line(file: Path, line: str, complaint: str) -> None:
    lines = ["# comment", "", line]
    file.write_text("\n".join(lines), "utf-8")
    with pytest.raises(InputError, match=r"judgements\.yaml:[34]: ") as raised:
        read_judgements(file)
    assert complaint in str(raised.value)


def test_contradictions_are_refused_also_by_way_of_others(file: Path) -> None:
    append_judgements(file, [SAME, Judgement(Kind.SAME, Pair(CHEMICALS, BANK))])
    before = file.read_bytes()
    with pytest.raises(InputError, match="judged different"):
        append_judgements(file, [Judgement(Kind.DIFFERENT, Pair(BANK, LUXI))])
    assert file.read_bytes() == before


def test_undo_removes_the_line_and_nothing_else(file: Path) -> None:
    block = "- kind: same\n  left: 'company:甲'\n  right: 'company:乙'\n# 下一条\n"
    file.write_text(f"# head\n{block}{judgement_line(SAME)}\n", "utf-8")
    assert remove_judgement(file) == SAME
    assert file.read_text("utf-8") == f"# head\n{block}"
    assert remove_judgement(file, 2).kind is Kind.SAME
    assert file.read_text("utf-8") == "# head\n# 下一条\n"
    with pytest.raises(InputError, match="no judgements"):
        remove_judgement(file)


def test_the_file_belongs_beside_kg_toml(tmp_path: Path) -> None:
    corpus = tmp_path / "corpus"
    corpus.mkdir()
    assert find_beside_settings([corpus]) == corpus / "judgements.yaml"
    (tmp_path / "kg.toml").write_text("", "utf-8")
    assert find_beside_settings([corpus]).resolve() == tmp_path / "judgements.yaml"


def test_no_file_means_no_judgements(file: Path) -> None:
    assert read_judgements(file) == ()
