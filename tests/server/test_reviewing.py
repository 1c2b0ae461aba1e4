"""Judgements through the page: taken from a reader who has it open, from nobody else."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlencode

import pytest
from click.testing import CliRunner
from lxml import html

from kg.cli import main
from kg.graph import Graph, build_graph
from kg.graph.store import STORE_FOLDER, write_store
from kg.resolution import resolve
from kg.review import Judgement, read_judgements
from kg.server.app import ServerSettings
from kg.server.limits import Limits
from kg.server.reviewing import Reviewer
from tests.factories import (
    make_article,
    make_document,
    make_extraction,
    make_mention,
    make_relation,
    make_run,
)
from tests.server.live import Live, Reply, running

FORM = "application/x-www-form-urlencoded"


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("judgements") / "judgements.yaml"


@pytest.fixture(scope="module")
def reviewed(tmp_path_factory: pytest.TempPathFactory, file: Path) -> Iterator[Live]:
    folder = tmp_path_factory.mktemp("doubtful")
    write_store(doubtful_graph(), folder / STORE_FOLDER)
    settings = ServerSettings(folder, Limits(workers=1), reviewer=Reviewer("王芳", file))
    with running(settings) as server:
        yield server


def doubtful_graph() -> Graph:
    """Build a graph of claims that nobody would sign."""
    article = make_article("鲁西集团与甲公司、乙公司、丙公司、丁公司洽谈。", headline="洽谈")
    group, *others = (
        make_mention(article, name, "Company")
        for name in ("鲁西集团", "甲公司", "乙公司", "丙公司", "丁公司")
    )
    relations = [
        make_relation(article, "cooperatesWith", group, other, confidence=0.2) for other in others
    ]
    extraction = make_extraction(article, [group, *others], relations)
    return build_graph(
        resolve([extraction]), [extraction], [make_document(article.text)], make_run()
    )


def forms(reply: Reply) -> list[dict[str, str]]:
    """Return the fields of every form, and as its answers what its buttons send."""
    found = html.fromstring(reply.body).xpath("//form[@method='post']")
    return [
        {each.get("name"): each.get("value", "") for each in form.xpath(".//input")}
        | {"answers": " ".join(form.xpath(".//button/@value"))}
        for form in found
    ]


def answer(server: Live, **fields: str) -> Reply:
    return server.send("POST", "/review", body=urlencode(fields).encode(), content_type=FORM)


def test_an_answer_is_written_and_not_asked_again(reviewed: Live, file: Path) -> None:
    before = forms(reviewed.get("/review"))
    asked = before[0]
    fields = {"question": asked["question"], "answer": "unsure", "note": "看不出"}
    reply = answer(reviewed, token=asked["token"], **fields)
    assert (reply.status, reply.headers["location"]) == (303, "/review")
    judgements: tuple[Judgement, ...] = tuple(read_judgements(file))
    assert {(each.by, each.note) for each in judgements} == {("王芳", "看不出")}
    after = forms(reviewed.get("/review"))
    assert asked["question"] not in {form["question"] for form in after}


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"token": ""}, 403),
        ({"token": "x"}, 403),
        ({"question": "q0"}, 400),
        ({"answer": "maybe"}, 400),
    ],
)
def test_what_is_not_from_the_page_is_not_taken(
    reviewed: Live, file: Path, change: dict[str, str], status: int
) -> None:
    asked = forms(reviewed.get("/review"))[0]
    before = file.read_bytes() if file.exists() else b""
    fields = {"token": asked["token"], "question": asked["question"], "answer": "unsure"}
    assert answer(reviewed, **{**fields, **change}).status == status
    assert (file.read_bytes() if file.exists() else b"") == before


def test_a_body_that_is_no_form_is_not_taken(reviewed: Live) -> None:
    reply = reviewed.send("POST", "/review", body=b"{}", content_type="text/plain")
    assert reply.status == 415


def test_other_sites_may_not_read_the_page(reviewed: Live) -> None:
    assert "access-control-allow-origin" not in reviewed.get("/review").headers


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_question_has_answers_in_words(reviewed: Live, language: str) -> None:
    page = html.fromstring(reviewed.get("/review", Accept_Language=language).body)
    assert page.xpath("//article[@class='question']//blockquote")
    buttons = [button.text_content() for button in page.xpath("//article//button")]
    assert buttons
    assert all(button.isascii() == (language == "en") for button in buttons)


def test_without_a_reviewer_there_is_no_such_page(live: Live) -> None:
    assert live.get("/review").status == 404
    assert b"/review" not in live.get("/").body


def test_nobody_judges_from_elsewhere(served_folder: Path) -> None:
    command = ["serve", "-o", str(served_folder), "--host", "0.0.0.0", "--review", "王芳"]  # noqa: S104
    result = CliRunner().invoke(main, command)
    assert result.exit_code == 2
    assert "this machine only" in result.output
