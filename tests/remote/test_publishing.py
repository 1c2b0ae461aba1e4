"""Publish to a server that misbehaves: nothing is lost, doubled, or replaced by half."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pyoxigraph as ox
import pytest
from click.testing import CliRunner

from kg.cli import main
from kg.errors import EndpointError, InputError, SettingsError
from kg.graph import DEFAULT_BASE_IRI
from kg.remote import Credentials, PublishOptions, publish
from kg.remote.payload import read_payload
from tests.remote.fake import Fault, Misbehaving, Seen, fails_at

Fake = Callable[..., Misbehaving]

BATCH = PublishOptions(batch=200)
GRAPH = DEFAULT_BASE_IRI


def total(exports: Path) -> int:
    return read_payload(exports, sample=0, seed=0).total


def loaded(server: Misbehaving, exports: Path) -> bool:
    """Say whether the server holds the build, and no leftovers."""
    payload = read_payload(exports, sample=0, seed=0)
    held = server.store.quads_for_pattern(None, None, None, ox.NamedNode(GRAPH))
    return {q.triple for q in held} == set(payload.triples()) and server.graphs() == {GRAPH}


def change(exports: Path) -> None:
    """Make another build of it."""
    with (exports / "graph.ttl").open("a") as file:
        file.write('<urn:new> <urn:says> "新消息"@zh .\n')


@pytest.mark.parametrize("protocol", ["graph-store", "update"])
@pytest.mark.parametrize("in_place", [False, True])
def test_build_arrives_whole(exports: Path, fake: Fake, protocol: str, in_place: bool) -> None:
    server = fake()
    options = PublishOptions(protocol=protocol, batch=200, in_place=in_place)  # type: ignore[arg-type]
    publication = publish(exports, server.address, options)
    assert publication.is_complete
    assert publication.staged is not in_place
    assert publication.sent == total(exports)
    assert loaded(server, exports)


def test_readers_see_the_old_graph_until_the_new_one_is_whole(exports: Path, fake: Fake) -> None:
    sizes: list[int] = []

    def watch(seen: Seen) -> Fault:
        if seen.kind == "insert":
            sizes.append(server.size(GRAPH))
        return ""

    server = fake(fault=watch)
    publish(exports, server.address, BATCH)
    change(exports)
    publish(exports, server.address, BATCH)
    assert set(sizes) == {0, total(exports) - 1}


def test_published_build_is_not_sent_again(exports: Path, fake: Fake) -> None:
    server = fake()
    publish(exports, server.address, BATCH)
    before = server.kinds().count("insert")
    again = publish(exports, server.address, BATCH)
    assert again.is_complete
    assert again.sent == 0
    assert server.kinds().count("insert") == before


@pytest.mark.parametrize("fault", ["500", "503", "cut before", "cut after"])
def test_passing_fault_is_waited_out(exports: Path, fake: Fake, fault: Fault) -> None:
    server = fake(fault=fails_at("insert", fault, first=4, times=2))
    assert publish(exports, server.address, BATCH).is_complete
    assert loaded(server, exports)


def test_batch_too_big_for_the_server_goes_in_halves(exports: Path, fake: Fake) -> None:
    server = fake(
        fault=lambda seen: "413" if seen.kind == "insert" and seen.body.count("\n") > 60 else ""
    )
    assert publish(exports, server.address, BATCH).is_complete
    assert loaded(server, exports)


def test_triple_that_no_server_takes_is_said(exports: Path, fake: Fake) -> None:
    server = fake(fault=fails_at("insert", "413", first=4))
    with pytest.raises(EndpointError, match="HTTP 413"):
        publish(exports, server.address, BATCH)
    assert server.kinds().count("insert") == 3 + 8, "200, 100, 50 … 1"


@pytest.mark.parametrize("fault", ["500", "401", "cut before", "cut after", "302"])
@pytest.mark.parametrize("in_place", [False, True])
def test_interrupted_run_goes_on_where_it_stopped(
    exports: Path, fake: Fake, fault: Fault, in_place: bool
) -> None:
    options = replace(BATCH, in_place=in_place)
    server = fake(fault=fails_at("insert", fault, first=4))
    with pytest.raises(EndpointError):
        publish(exports, server.address, options)
    server.fault = lambda _: ""
    publication = publish(exports, server.address, options)
    assert publication.resumed_at == 3 * 200
    assert publication.sent == total(exports) - 600
    assert loaded(server, exports)


def test_process_killed_in_the_middle_leaves_a_run_to_go_on_with(exports: Path, fake: Fake) -> None:
    server = fake(fault=fails_at("insert", "silent", first=4))
    command = [sys.executable, "-m", "kg", "publish", server.address, "-o", exports, "--batch", 200]
    with subprocess.Popen([str(word) for word in command], stderr=subprocess.DEVNULL) as process:
        while server.kinds().count("insert") < 4 and process.poll() is None:
            server.released.wait(0.01)
        process.kill()
    server.fault = lambda _: ""
    publication = publish(exports, server.address, BATCH)
    assert publication.resumed_at == 600
    assert loaded(server, exports)


def test_changed_build_starts_anew_and_leaves_nothing_behind(exports: Path, fake: Fake) -> None:
    server = fake(fault=fails_at("insert", "500", first=4))
    with pytest.raises(EndpointError):
        publish(exports, server.address, BATCH)
    assert any(name.startswith("urn:kg:staging:") for name in server.graphs())
    server.fault = lambda _: ""
    change(exports)
    publication = publish(exports, server.address, BATCH)
    assert publication.resumed_at == 0
    assert loaded(server, exports)


def test_server_that_forgot_what_was_sent_gets_it_anew(
    exports: Path, fake: Fake, caplog: pytest.LogCaptureFixture
) -> None:
    server = fake(fault=fails_at("insert", "500", first=4))
    with pytest.raises(EndpointError):
        publish(exports, server.address, BATCH)
    server.store.clear()
    server.fault = lambda _: ""
    assert publish(exports, server.address, BATCH).resumed_at == 0
    assert loaded(server, exports)
    assert "all is sent anew" in caplog.text


@pytest.mark.parametrize("text", ["", "{", "[]", '{"phase": "loading"}', "\0"])
def test_damaged_journal_is_as_good_as_none(exports: Path, fake: Fake, text: str) -> None:
    server = fake()
    publish(exports, server.address, BATCH)
    (journal,) = exports.glob("publish-*.json")
    journal.write_text(text)
    assert publish(exports, server.address, BATCH).is_complete
    assert loaded(server, exports)


@pytest.mark.parametrize("fault", ["cut after", "cut before"])
def test_move_whose_answer_is_lost_is_not_done_twice(
    exports: Path, fake: Fake, fault: Fault
) -> None:
    # The first MOVE tries whether the server can; the second one counts.
    server = fake(fault=fails_at("move", fault, first=2, times=1))
    try:
        publish(exports, server.address, BATCH)
    except EndpointError:
        assert fault == "cut before"
        assert publish(exports, server.address, BATCH).sent == 0
    assert loaded(server, exports)
    assert server.kinds().count("move") == (2 if fault == "cut after" else 3)


def test_run_killed_after_the_move_knows_that_it_is_done(exports: Path, fake: Fake) -> None:
    server = fake()
    publish(exports, server.address, BATCH)
    (journal,) = exports.glob("publish-*.json")
    journal.write_text(journal.read_text().replace('"done"', '"moving"'))
    assert publish(exports, server.address, BATCH).sent == 0
    assert json.loads(journal.read_text())["phase"] == "done"
    assert loaded(server, exports)


def test_server_without_move_is_cleared_and_loaded_and_that_is_said(
    exports: Path, fake: Fake, caplog: pytest.LogCaptureFixture
) -> None:
    server = fake(can_move=False)
    publication = publish(exports, server.address, BATCH)
    assert not publication.staged
    assert loaded(server, exports)
    assert "cannot move" in caplog.text


@pytest.mark.parametrize(("has_store", "has_update"), [(True, False), (False, True)])
def test_one_door_is_enough(exports: Path, fake: Fake, has_store: bool, has_update: bool) -> None:
    server = fake(has_store=has_store, has_update=has_update)
    publication = publish(exports, server.address, BATCH)
    assert publication.protocol == ("graph-store" if has_store else "update")
    assert loaded(server, exports)


def test_server_that_loses_triples_is_found_out(exports: Path, fake: Fake) -> None:
    server = fake()
    publish(exports, server.address, BATCH)
    old = server.size(GRAPH)
    change(exports)
    server.loses = "zh"
    publication = publish(exports, server.address, BATCH)
    assert not publication.is_complete
    assert publication.comparison.counted < publication.comparison.expected
    assert publication.comparison.missing
    assert server.size(GRAPH) == old, "the old graph stays"
    server.loses = ""
    assert publish(exports, server.address, BATCH).resumed_at == 0
    assert loaded(server, exports)


def test_sample_is_drawn_by_its_seed(exports: Path) -> None:
    first, again, other = (read_payload(exports, sample=50, seed=n).sample for n in (1, 1, 2))
    assert first == again != other
    assert len(set(first)) == 50


def test_graph_of_somebody_else_is_left_alone(exports: Path, fake: Fake) -> None:
    server = fake()
    theirs = ox.Quad(ox.NamedNode("urn:a"), ox.NamedNode("urn:a"), ox.NamedNode("urn:a"))
    server.store.add(theirs)
    options = PublishOptions(graph="default")
    with pytest.raises(EndpointError, match="holds 1 triples that kg has not sent"):
        publish(exports, server.address, options)
    assert server.size() == 1
    assert publish(exports, server.address, replace(options, replace=True)).is_complete
    assert theirs not in server.store


def test_default_graph_that_is_all_graphs_is_not_written_to(exports: Path, fake: Fake) -> None:
    server = fake(default_is_all=True)
    publish(exports, server.address, BATCH)
    for options in (PublishOptions(graph="default"), PublishOptions(graph="default", replace=True)):
        with pytest.raises(EndpointError, match="all its graphs together"):
            publish(exports, server.address, options)
    assert loaded(server, exports)


def test_refused_name_says_what_to_set(exports: Path, fake: Fake) -> None:
    server = fake(fault=lambda seen: "" if seen.path == "/query" else "401")
    with pytest.raises(EndpointError, match=r"HTTP 401.*set KG_ENDPOINT_USER"):
        publish(exports, server.address)
    with pytest.raises(EndpointError, match=r"HTTP 401.*name or password is wrong") as caught:
        publish(exports, server.address, credentials=Credentials("u", "秘密"))
    assert "秘密" not in str(caught.value)


def test_what_is_no_server_is_told_apart(exports: Path, fake: Fake) -> None:
    with pytest.raises(EndpointError, match="does not speak SPARQL"):
        publish(exports, fake(fault=lambda _: "html").address)
    with pytest.raises(EndpointError, match="has moved to"):
        publish(exports, fake(fault=lambda _: "302").address)
    with pytest.raises(EndpointError, match="no door to write through"):
        publish(exports, fake(has_store=False, has_update=False).address)
    with pytest.raises(EndpointError, match="no connection"):
        publish(exports, "http://127.0.0.1:1")
    with pytest.raises(InputError, match="there is no graph"):
        publish(exports / "nothing", "http://127.0.0.1:1")
    with pytest.raises(SettingsError, match="neither an IRI"):
        publish(exports, "http://127.0.0.1:1", PublishOptions(graph="no iri"))


def test_command_ends_with_1_where_the_server_differs(exports: Path, fake: Fake) -> None:
    server = fake(loses="zh")
    arguments = ["publish", server.address, "-o", str(exports)]
    result = CliRunner().invoke(main, arguments)
    assert result.exit_code == 1
    assert "missing  <" in result.stderr
    assert "the old graph was left as it was" in result.stderr
    server.loses = ""
    result = CliRunner().invoke(main, [*arguments, "--json"])
    assert result.exit_code == 0, result.output
    assert json.loads(result.stdout)["is_complete"] is True


def test_command_shows_no_terminal_codes_of_a_server(exports: Path, fake: Fake) -> None:
    result = CliRunner().invoke(
        main, ["publish", fake(fault=lambda _: "401").address, "-o", str(exports)]
    )
    assert result.exit_code == 2
    assert "\x1b" not in result.stderr
