"""Annotation in bulk: out to Label Studio and back without a loss."""

from __future__ import annotations

import copy
import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from kg.cli import main
from kg.errors import InputError
from kg.jsonl import read_annotations, to_annotation
from kg.model import Extraction, MentionKind, PartialDate, Quantity
from kg.reading import find_files
from kg.review.label_studio import Task, from_tasks, labeling_config, read_tasks, to_tasks
from kg.settings import Settings
from kg.workers import extract_files
from tests.factories import (
    make_article,
    make_document,
    make_extraction,
    make_mention,
    make_relation,
)

SAMPLE = Path(__file__).parents[2] / "corpus"


def extraction() -> Extraction:
    """Build an article with a rare character, a pronoun, amounts, dates and a value that is a word."""
    article = make_article(
        "𠮷林银行向鲁西集团放款2亿元。其总投资64亿元，2021年9月开工，鲁西集团在建双酚A项目。",
        headline="𠮷林银行放款",
    )
    bank = make_mention(article, "𠮷林银行", "Company", nth=1)
    luxi = make_mention(article, "鲁西集团", "Company", name="鲁西集团有限公司")
    it = make_mention(
        article, "其", "Company", name="鲁西集团有限公司", kind=MentionKind.PRONOMINAL
    )
    again = make_mention(article, "鲁西集团", "Company", name="鲁西集团有限公司", nth=1)
    project = make_mention(article, "双酚A项目", "Project")
    cost = Quantity(Decimal("6.4e9"), "CNY", "64亿元")
    return make_extraction(
        article,
        [bank, luxi, it, again, project],
        [
            make_relation(
                article,
                "finances",
                bank,
                luxi,
                quote="放款2亿元",
                amount=Decimal("2e8"),
                currency="CNY",
            ),
            make_relation(article, "totalInvestment", it, cost, quote="其总投资64亿元"),
            make_relation(
                article,
                "startDate",
                luxi,
                PartialDate("2021-09", "2021年9月"),
                quote="2021年9月开工",
            ),
            make_relation(article, "status", project, "已备案", quote="在建双酚A项目"),
            make_relation(article, "builds", again, project, quote="鲁西集团在建双酚A项目"),
        ],
    )


@pytest.fixture
def task() -> Task:
    """Return the task of the article, all pre-annotations accepted as they are."""
    (task,) = to_tasks(make_document(extraction().article.text), [extraction()])
    return accepted(task)


def accepted(task: Task) -> Task:
    """Return what Label Studio exports when an annotator submits the predictions: other order, ids kept."""
    done = copy.deepcopy(task)
    results = done["predictions"][0]["result"]
    done["annotations"] = [{"id": 1, "was_cancelled": False, "result": list(reversed(results))}]
    done["predictions"] = []
    return json.loads(json.dumps(done))


def results(task: Task) -> list[dict[str, Any]]:
    return task["annotations"][0]["result"]


def region(task: Task, text: str, nth: int = 0) -> dict[str, Any]:
    found = [it for it in results(task) if it["type"] == "labels" and it["value"]["text"] == text]
    return sorted(found, key=lambda it: it["value"]["start"])[nth]


def article_of(task: Task) -> dict[str, Any]:
    ((article,),) = (document["articles"] for document in from_tasks([task]))
    return article


def test_nothing_is_lost_on_the_way(task: Task) -> None:
    document = make_document(extraction().article.text)
    assert from_tasks([task]) == [to_annotation(document, [extraction()])]


def test_nothing_is_lost_of_the_sample_corpus() -> None:
    results = extract_files(find_files([SAMPLE]), settings=Settings(home="聊城市"))
    for document in (document for result in results for document in result.documents):
        tasks = [accepted(task) for task in to_tasks(document.document, document.extractions)]
        expected = to_annotation(document.document, document.extractions)
        assert from_tasks(tasks) == [expected]


def test_offsets_are_those_of_javascript(task: Task) -> None:
    text = task["data"]["text"]
    units = text.encode("utf-16-le")
    for it in results(task):
        if it["type"] == "labels":
            begin, end = (2 * it["value"][name] for name in ("start", "end"))
            assert units[begin:end].decode("utf-16-le") == it["value"]["text"]


def test_pre_annotations_are_predictions() -> None:
    (task,) = to_tasks(make_document(extraction().article.text), [extraction()])
    (prediction,) = task["predictions"]
    assert prediction["model_version"].startswith("kg ")
    assert {it["type"] for it in prediction["result"]} == {"labels", "textarea", "relation"}
    assert from_tasks([task]) == []  # nobody finished it


def test_what_an_annotator_changed_is_changed(task: Task) -> None:
    bank, project = region(task, "𠮷林银行"), region(task, "双酚A项目")
    bank["value"]["labels"] = ["Organization"]
    results(task).remove(next(it for it in results(task) if it.get("labels") == ["builds"]))
    name = next(
        it for it in results(task) if it.get("id") == project["id"] and it["type"] == "textarea"
    )
    name["value"]["text"] = ["年产120万吨双酚A项目"]
    article = article_of(task)
    assert [(it["type"], it["name"]) for it in article["entities"]] == [
        ("Company", "鲁西集团有限公司"),
        ("Organization", "𠮷林银行"),
        ("Project", "年产120万吨双酚A项目"),
    ]
    assert article["entities"][2]["aliases"] == ["双酚A项目"]
    (finances,) = article["relations"]
    assert (finances["s"], finances["o"], finances["q"]["amount"]) == ("e2", "e1", 200_000_000)


def test_what_an_annotator_added_is_there(task: Task) -> None:
    text = task["data"]["text"]
    begin = len(text[: text.index("2亿元")].encode("utf-16-le")) // 2
    value = {"start": begin, "end": begin + 3, "text": "2亿元", "labels": ["Value"]}
    common = {"from_name": "type", "to_name": "text", "type": "labels"}
    results(task).append({"id": "Xy1", "value": value, **common})
    luxi = region(task, "鲁西集团")["id"]
    project = region(task, "双酚A项目")["id"]
    for target, label in (("Xy1", "creditAmount"), (project, "operates")):
        ends = {"from_id": luxi, "to_id": target, "direction": "right", "labels": [label]}
        results(task).append({"type": "relation", **ends})
    article = article_of(task)
    (credit,) = (it for it in article["facts"] if it["p"] == "creditAmount")
    assert (credit["v"], credit["unit"]) == (200_000_000, "CNY")
    assert "2亿元" in credit["evidence"]
    (operates,) = (it for it in article["relations"] if it["p"] == "operates")
    assert (operates["q"], len(operates["evidence"]) <= 40) == ({}, True)


def test_a_moved_value_is_read_anew(task: Task) -> None:
    cost = region(task, "64亿元")
    cost["value"] |= {"start": cost["value"]["start"] + 1, "text": "4亿元"}
    (fact,) = (it for it in article_of(task)["facts"] if it["p"] == "totalInvestment")
    assert fact["v"] == 400_000_000


def test_ground_truth_counts_and_cancelled_work_does_not(task: Task) -> None:
    first = task["annotations"][0]
    task["annotations"] += [
        {"result": [], "was_cancelled": False},
        {"result": [], "was_cancelled": True},
    ]
    assert article_of(task)["entities"] == []
    first["ground_truth"] = True
    assert article_of(task)["entities"]


def test_tasks_of_other_origin_are_read_too() -> None:
    label = {"start": 0, "end": 4, "text": "鲁西集团", "labels": ["Company"]}
    done = [{"result": [{"id": "a", "type": "labels", "value": label}]}]
    article = article_of({"data": {"text": "鲁西集团投产。"}, "annotations": done})
    assert article["entities"] == [
        {"id": "e1", "type": "Company", "name": "鲁西集团", "aliases": []}
    ]
    assert article["body"] == "鲁西集团投产。"


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"labels": ["Firm"]}, "'Firm' is no class"),
        ({"start": 3}, "does not stand at"),
        ({"end": 0}, "not a span"),
    ],
)
def test_what_contradicts_text_or_ontology_names_the_task(
    task: Task, change: dict[str, Any], complaint: str
) -> None:
    task["id"] = 77
    region(task, "双酚A项目")["value"] |= change
    with pytest.raises(InputError, match="task 77") as raised:
        from_tasks([task])
    assert complaint in str(raised.value)


def test_other_exports_are_refused(tmp_path: Path) -> None:
    file = tmp_path / "export.json"
    file.write_text('[{"text": "鲁西集团", "label": []}]', "utf-8")
    with pytest.raises(InputError, match="JSON-MIN"):
        read_tasks(file)
    file.write_text("{", "utf-8")
    with pytest.raises(InputError, match="not readable as JSON"):
        read_tasks(file)


def test_the_interface_has_all_classes_and_relations() -> None:
    config = labeling_config()
    for name in ("Company", "Value", "investsIn", "totalInvestment"):
        assert f'value="{name}"' in config
    assert 'perRegion="true"' in config


def test_commands_there_and_back(corpus: Path, tmp_path: Path) -> None:
    out = CliRunner().invoke(main, ["review", "to-label-studio", str(corpus)])
    assert out.exit_code == 0, out.output
    file = tmp_path / "export.json"
    file.write_text(json.dumps([accepted(task) for task in json.loads(out.stdout)]), "utf-8")
    back = CliRunner().invoke(main, ["review", "from-label-studio", str(file)])
    assert back.exit_code == 0, back.output
    gold = tmp_path / "gold.json"
    gold.write_text(back.stdout, "utf-8")
    assert len(read_annotations(gold)) == 3
    config = CliRunner().invoke(main, ["review", "label-studio-config"])
    assert config.stdout.startswith("<View>")
