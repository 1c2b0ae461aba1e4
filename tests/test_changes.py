"""What changed between two builds, in words."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path

import pyoxigraph as ox
import pytest
from click.testing import CliRunner

from kg.changes import Changes, compare_stores, to_text
from kg.cli import main
from kg.export import write_turtle
from kg.graph import build_graph, memory_store, read_graph
from kg.model import Extraction, Quantity
from kg.pipeline import BuildReport
from kg.resolution import resolve
from kg.review import apply_judgements, constraints
from kg.review.judgements import Judgement, Kind, Pair
from tests.factories import (
    make_article,
    make_document,
    make_extraction,
    make_mention,
    make_relation,
    make_run,
)


def report(id_: str, firm: str, cost: str, *, negated: bool = False) -> Extraction:
    """Build an article: a firm builds a harbour of some cost."""
    article = make_article(
        f"{firm}建设东阿港项目，总投资{cost}亿元。", headline="东阿港开工", id=id_
    )
    donge, port = (
        make_mention(article, firm, "Company"),
        make_mention(article, "东阿港项目", "Project"),
    )
    value = Quantity(Decimal(cost) * 10**8, "CNY", f"{cost}亿元")
    qualifiers = {"negated": True} if negated else {}
    return make_extraction(
        article,
        [donge, port],
        [
            make_relation(article, "builds", donge, port, **qualifiers),
            make_relation(article, "totalInvestment", port, value),
        ],
    )


def store(*extractions: Extraction, judgements: tuple[Judgement, ...] = ()) -> ox.Store:
    resolution = resolve(extractions, judgements=constraints(judgements))
    resolution = apply_judgements(resolution, extractions, judgements).resolution
    documents = [make_document(e.article.text, id=e.article.document_id) for e in extractions]
    return memory_store(build_graph(resolution, extractions, documents, make_run()))


def kinds(changes: Changes) -> tuple[list[str], list[str], list[str]]:
    groups = (changes.documents, changes.entities, changes.claims)
    return tuple([change.kind for change in group] for group in groups)  # type: ignore[return-value]


DAILY = report("daily/a1", "东阿化工", "64")


def test_equal_graphs_have_no_changes() -> None:
    changes = compare_stores(store(DAILY), store(DAILY))
    assert not changes
    assert to_text(changes) == ("documents: no change\nentities: no change\nclaims: no change\n")


def test_a_new_document_brings_sentences_entities_and_claims() -> None:
    changes = compare_stores(store(DAILY), store(DAILY, report("web/a1", "平阴化工", "64")))
    assert kinds(changes) == (["new"], ["new"], ["new", "supported"])
    text = to_text(changes)
    assert "document new: web.txt" in text
    assert "+ company:平阴化工" in text
    assert "+ 平阴化工 建设 东阿港项目" in text
    assert "also: “平阴化工建设东阿港项目，总投资64亿元。”" in text


def test_what_is_lost_is_told_with_its_sentence() -> None:
    changes = compare_stores(store(DAILY, report("web/a1", "平阴化工", "64")), store(DAILY))
    assert kinds(changes) == (["gone"], ["gone"], ["gone", "supported"])
    assert "no longer: “平阴化工建设" in to_text(changes)


def test_a_changed_amount_is_one_change() -> None:
    changes = compare_stores(store(DAILY), store(report("daily/a1", "东阿化工", "46")))
    assert [change.kind for change in changes.claims] == ["changed"]
    assert "~ 东阿港项目 总投资 64亿元 → 东阿港项目 总投资 46亿元" in to_text(changes)


def test_a_claim_that_is_denied_now_is_changed() -> None:
    changes = compare_stores(
        store(DAILY), store(report("daily/a1", "东阿化工", "64", negated=True))
    )
    assert "→ 东阿化工 建设 东阿港项目（原文否定）" in to_text(changes)


JOINED = Judgement(
    Kind.SAME,
    Pair("company:东阿化工", "company:平阴化工集团"),  # type: ignore[arg-type]
)
LABEL = Judgement(Kind.RENAME, "company:东阿化工", "东阿化工集团")  # type: ignore[arg-type]
RETYPE = Judgement(Kind.RETYPE, "company:东阿化工", "Agency")  # type: ignore[arg-type]
TWO = (DAILY, report("web/a1", "平阴化工集团", "64"))


@pytest.mark.parametrize(
    ("judgement", "kind", "words"),
    [
        (JOINED, "merged", "are now one: company:平阴化工集团"),
        (LABEL, "relabelled", "东阿化工 is now called 东阿化工集团"),
        (RETYPE, "retyped", "company:东阿化工 is now agency:东阿化工"),
    ],
    ids=["merged", "relabelled", "retyped"],
)
def test_entities_that_changed_carry_their_claims_along(
    judgement: Judgement, kind: str, words: str
) -> None:
    changes = compare_stores(store(*TWO), store(*TWO, judgements=(judgement,)))
    assert [change.kind for change in changes.entities] == [kind]
    assert words in to_text(changes)
    assert {change.kind for change in changes.claims} <= {"supported"}


def test_a_merge_that_is_undone_is_a_split() -> None:
    changes = compare_stores(store(*TWO, judgements=(JOINED,)), store(*TWO))
    assert [change.kind for change in changes.entities] == ["split"]
    assert {change.kind for change in changes.claims} <= {"supported"}


def test_the_command_answers_as_diff_does(built: BuildReport, tmp_path: Path) -> None:
    def diff(*arguments: object) -> tuple[int, str]:
        result = CliRunner().invoke(main, ["diff", *map(str, arguments)])
        return result.exit_code, result.output

    assert diff(built.out, built.out / "graph.ttl")[0] == 0
    for name, cost in (("a.ttl", "64"), ("b.ttl", "46")):
        write_turtle(read_graph(store(report("daily/a1", "东阿化工", cost))), tmp_path / name)
    code, shown = diff(tmp_path / "a.ttl", tmp_path / "b.ttl", "--json")
    assert code == 1
    (change,) = json.loads(shown)["claims"]
    assert (change["kind"], change["after"]["sentence"]) == ("changed", "东阿港项目 总投资 46亿元")
    assert diff(built.out, tmp_path)[0] == 2
