"""Read news in traditional characters with rules and models that know simplified ones.

The lexicon, the gazetteer and the tagger know 发展和改革委员会, not 發展和改革委員會. So the stages read a twin of
the article in simplified characters, one for one, and what they find is led back to the article as
it was printed: mentions and quotations keep its characters, names are the simplified ones, so that
鲁西集团 and 魯西集團 are one entity.
"""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache

from kg.model import Article, Extraction

__all__ = ["as_printed", "is_traditional", "simplified", "simplified_twin"]

# A third of the characters of traditional text is not in GB 2312; of simplified text, rare names (镕).
MIN_TRADITIONAL_SHARE = 0.04
_HAN = range(0x3400, 0xA000)


def is_traditional(text: str) -> bool:
    """Say whether *text* is written in traditional characters.

    >>> is_traditional("聊城市發展和改革委員會與魯西集團簽署合作協議"), is_traditional("朱镕基考察聊城市的企业")
    (True, False)
    """
    beyond = set(text) - set(text.encode("gb2312", "ignore").decode("gb2312"))
    counts = {c: text.count(c) for c in beyond if ord(c) in _HAN}
    if sum(counts.values()) <= MIN_TRADITIONAL_SHARE * len(text):
        return False  # so that most texts never load the table
    traditional = sum(count for c, count in counts.items() if ord(c) in _table())
    return traditional > MIN_TRADITIONAL_SHARE * len(text)


def simplified(text: str) -> str:
    """Return *text* in simplified characters, of the same length.

    >>> simplified("總投資12億元")
    '总投资12亿元'
    """
    return text.translate(_table())


@lru_cache(maxsize=1)
def _table() -> dict[int, str]:
    """Return the simplified form of each traditional character that OpenCC knows.

    Words are not looked at (乾 becomes 干 in 乾坤, too): they would change lengths and offsets.
    """
    from opencc import OpenCC  # only for text that needs it

    characters = list(map(chr, _HAN))
    forms = OpenCC("t2s").convert("\n".join(characters)).split("\n")
    return {
        ord(character): form
        for character, form in zip(characters, forms, strict=True)
        if form != character and len(form) == 1
    }


def simplified_twin(article: Article) -> Article:
    """Return *article* as the stages can read it: itself, unless it is in traditional characters."""
    if not is_traditional(article.text):
        return article
    return replace(article, headline=simplified(article.headline), text=simplified(article.text))


def as_printed(extraction: Extraction, article: Article) -> Extraction:
    """Lead what was found in the twin of *article* back to it."""
    if extraction.article is article:
        return extraction
    mentions = tuple(
        replace(mention, text=mention.span.of(article.text)) for mention in extraction.mentions
    )
    return replace(extraction, article=article, mentions=mentions)
