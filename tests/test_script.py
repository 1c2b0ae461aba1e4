from __future__ import annotations

import pytest

from kg.model import Document, DocumentId
from kg.script import is_traditional, simplified
from kg.settings import Settings
from kg.workers import extract_document

SIMPLIFIED = (
    "莘县与鲁西集团签约\n"
    "本报讯 6月8日，莘县人民政府与鲁西集团有限公司签署战略合作协议。"
    "鲁西集团有限公司总经理王力刚介绍，双酚A项目总投资12亿元，已开工建设。"
)
TRADITIONAL = (
    "莘縣與魯西集團簽約\n"
    "本報訊 6月8日，莘縣人民政府與魯西集團有限公司簽署戰略合作協議。"
    "魯西集團有限公司總經理王力剛介紹，雙酚A項目總投資12億元，已開工建設。"
)


def extracted(text: str):  # type: ignore[no-untyped-def]
    document = Document(DocumentId("post"), "post.txt", "text/plain", text, "")
    (extraction,) = extract_document(document, Settings()).extractions
    return extraction


def test_traditional_news_says_what_the_same_news_in_simplified_characters_says() -> None:
    plain, printed = extracted(SIMPLIFIED), extracted(TRADITIONAL)
    assert plain.relations
    assert [(m.span, m.type, m.name) for m in printed.mentions] == [
        (m.span, m.type, m.name) for m in plain.mentions
    ]
    assert [(r.subject, r.predicate) for r in printed.relations] == [
        (r.subject, r.predicate) for r in plain.relations
    ]


def test_mentions_of_traditional_news_keep_its_characters() -> None:
    extraction = extracted(TRADITIONAL)
    assert extraction.article.text in TRADITIONAL
    assert all(m.text == m.span.of(extraction.article.text) for m in extraction.mentions)
    names = {m.text: m.name for m in extraction.mentions}
    assert names["魯西集團有限公司"] == "鲁西集团有限公司"


@pytest.mark.parametrize(
    "text", ["", "2024 ABC", "朱镕基考察聊城市的企业", "喆、珺是人名用字，聊城市企业很多"]
)
def test_rare_characters_do_not_make_a_text_traditional(text: str) -> None:
    assert not is_traditional(text)


def test_conversion_keeps_the_length() -> None:
    assert len(simplified(TRADITIONAL)) == len(TRADITIONAL)
