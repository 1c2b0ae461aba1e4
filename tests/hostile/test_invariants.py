"""Any text in any format: read or refused, and what is read leads back to the file."""

from __future__ import annotations

from contextlib import suppress

from hypothesis import example, given, settings

from kg.errors import QuantityError
from kg.extraction.quantities import parse_money, parse_quantity
from kg.masthead import find_date
from kg.reading import read_bytes
from tests.hostile.invariants import check_bytes, check_dates, check_extraction, check_quantities
from tests.hostile.strategies import documents, hostile_text, numerals, records


@settings(max_examples=150)
@given(documents())
def test_a_document_is_refused_or_leads_back_to_its_file(file: tuple[bytes, str]) -> None:
    check_bytes(*file)


@settings(max_examples=100)
@given(records())
@example((b'{"text": [null, null]}', "a.jsonl"))
def test_records_of_any_type_are_refused_or_lead_back(file: tuple[bytes, str]) -> None:
    check_bytes(*file)


@settings(max_examples=40)
@given(hostile_text(markup=False))
def test_claims_of_a_hostile_text_are_quoted_verbatim(text: str) -> None:
    frame = f"聊城新闻\n\n2022年12月19日　聊城日报\n\n鲁西集团投资64亿元建设项目。{text}"
    data = frame.encode("utf-8", "ignore").translate(None, bytes([*range(9), 11, *range(14, 27)]))
    assert check_extraction(read_bytes(data, "a.txt")).extractions


@settings(max_examples=300)
@given(numerals())
def test_numbers_stand_where_they_say(text: str) -> None:
    check_quantities(text)
    check_dates(text)
    find_date(text)


@given(numerals())
def test_a_text_is_one_amount_or_a_quantity_error(text: str) -> None:
    for parse in (parse_quantity, parse_money):
        with suppress(QuantityError):
            parse(text)
