"""What is new, and what only has another name."""

from __future__ import annotations

from kg.watching import ClaimRecord, compare


def record(
    id_: str, *, evidence: str = "e1", predicate: str = "investsIn", **more: str
) -> ClaimRecord:
    fields = {
        "iri": f"https://w3id.org/kg-news/id/statement/{id_}",
        "words": f"鲁西集团 投资 {id_}",
        "subject": "company:鲁西集团",
        "object": f"project:{id_}",
        "sentence": "鲁西集团投资项目。",
        "headline": "项目开工",
        "published": "2022-12-23",
        "publisher": "聊城日报",
        "document": "a.txt",
        "url": "",
        **more,
    }
    return ClaimRecord(id=id_, predicate=predicate, evidence=(evidence,), **fields)  # type: ignore[arg-type]


def by_id(*records: ClaimRecord) -> dict[str, ClaimRecord]:
    return {each.id: each for each in records}


def test_claims_come_and_go() -> None:
    old, kept, new = record("old"), record("kept", evidence="e2"), record("new", evidence="e3")
    changes = compare(by_id(old, kept), by_id(kept, new))
    assert changes.new == (new,)
    assert changes.gone == (old,)


def test_claim_whose_entity_got_another_name_is_no_news() -> None:
    assert not compare(by_id(record("short name")), by_id(record("full name")))


def test_other_relation_of_the_same_sentence_is_news() -> None:
    changes = compare(by_id(record("a")), by_id(record("b", predicate="builds")))
    assert changes.new
    assert changes.gone


def test_newest_article_stands_first() -> None:
    dates = {"a": "2022-12-23", "b": "2023-04-11", "c": ""}
    now = by_id(*(record(id_, evidence=id_, published=date) for id_, date in dates.items()))
    assert [each.id for each in compare({}, now).new] == ["b", "a", "c"]


def test_changes_about_an_entity_are_those_with_it_at_either_end() -> None:
    changes = compare({}, by_id(record("a"), record("b", evidence="e2", subject="company:x")))
    assert [each.id for each in changes.about(frozenset({"company:鲁西集团"})).new] == ["a"]
    assert [each.id for each in changes.about(frozenset({"project:b"})).new] == ["b"]
    assert not changes.about(frozenset())
