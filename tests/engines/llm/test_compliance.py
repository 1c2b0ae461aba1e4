"""The suite that every engine keeps, run with a model that tells truth, half-truths and nonsense."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from kg.engines.llm import make_engine
from tests.engines.llm.server import Asked, Sent, Server, completion, running

compliance = pytest.importorskip("kg.engines.compliance")

NAMES = {
    "莘县": "Place",
    "聊城": "Place",
    "聊城市": "Place",
    "莘县高新区": "Zone",
    "山东恒岳新材料有限公司": "Company",
    "恒岳新材料": "Company",
    "鲁西集团": "Company",
    "ABC公司(Ltd.)": "Company",
    "年产20万吨铜箔项目": "Project",
    "聊城市税务局": "Agency",
    "周建国": "Person",
    "莘县税务局签约聊城市恒岳": "Company",
    "，。；：": "Event",
    "alert(1)": "Product",
}


def babble(asked: Asked) -> Sent:
    """Claim everything of everything, with each sentence for a quote."""
    quotes = [quote for quote in re.split("[。\n]", asked.text) if quote][:12]
    ends = [(s, o) for s in NAMES for o in NAMES]
    relations = [
        {
            "subject": subject,
            "relation": relation,
            "object": object_,
            "quote": quote,
            "amount": "64亿元",
            "date": "12月19日",
            "title": "董事长",
            "status": "签约",
        }
        for quote in quotes[:3]
        for relation in ("investsIn", "locatedIn", "holdsPosition", "jurisdiction")
        for subject, object_ in ends
    ]
    facts: list[dict[str, Any]] = [
        {"subject": name, "attribute": attribute, "value": value, "quote": quote}
        for quote in quotes
        for name in NAMES
        for attribute, value in (
            ("totalInvestment", "64亿元"),
            ("completionDate", "2023年底"),
            ("status", "签约"),
            ("other", quote[:20]),
        )
    ]
    entities = [
        {"name": n, "type": t, "aliases": ["该公司", "全市", n[:2]]} for n, t in NAMES.items()
    ]
    return completion({"entities": entities, "relations": relations, "facts": facts})


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with running([babble]) as running_server:
        yield running_server


def test_engine_keeps_what_engines_keep(
    server: Server, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("KG_CACHE", str(tmp_path))
    with closing(make_engine(f"{server.url}#toy")) as engine:
        compliance.check_engine(engine)
        assert engine.take_counts()["kept"] > 20
