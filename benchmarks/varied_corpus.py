"""Write as many documents as asked for, to measure how kg copes with many.

    python -m benchmarks.varied_corpus /tmp/corpus-10000 10000
    kg build /tmp/corpus-10000 -o /tmp/out

Two thirds are news as published (../shared/data/raw_news, resampled; without that folder all are
of the other kind), one third are the articles of the sample corpus under other names: the towns,
firms and persons that the gazetteer and a surname list give, one set for each document, so that
entities recur as often as a region's papers repeat them. The same number gives the same documents.
"""

from __future__ import annotations

import argparse
import gzip
import json
import random
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path

from kg.annotation import annotate_all
from kg.extraction import extract
from kg.reading import read_documents
from kg.segmentation import split_articles

HERE = Path(__file__).parent.parent
RAW_NEWS = HERE.parent / "shared" / "data" / "raw_news"
SOURCES = ("xwlb_2022-2026.jsonl.gz", "eb_2011.jsonl.gz")
SEED = 20260101
MAX_CHARS = 2_000
FILES_PER_FOLDER = 500
SURNAMES = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕"
GIVEN = "明华强芳军平刚玲杰磊洋勇艳涛超霞波辉健鑫斌宁宇浩凯"
WORDS = "恒信润泽宏远金鼎瑞丰海川天成华茂中锐东岳齐鲁隆昌顺达德源永泰嘉禾"


def published() -> Iterator[str]:
    """Yield real news, one text each, first its headline."""
    for name in SOURCES:
        if (RAW_NEWS / name).is_file():
            with gzip.open(RAW_NEWS / name, "rt", encoding="utf-8") as stream:
                for line in stream:
                    item = json.loads(line)
                    if len(item["text"]) > 200:
                        yield f"{item['title']}\n\n{item['text'][:MAX_CHARS]}\n"


def samples() -> list[tuple[str, tuple[tuple[str, str], ...]]]:
    """Return the sample corpus's articles, each with the names to vary and their types."""
    found = []
    articles = [a for d in read_documents([HERE / "corpus"]) for a in split_articles(d)]
    for annotated in annotate_all(articles):
        names = {
            (mention.name, mention.type)
            for mention in extract(annotated).mentions
            if mention.type in {"Person", "Company"} and mention.name in annotated.article.text
        }
        article = annotated.article
        text = f"{article.headline}\n\n{article.body}\n"
        found.append((text, tuple(sorted(names, key=lambda it: (-len(it[0]), it[0])))))
    return found


def varied(sample: tuple[str, tuple[tuple[str, str], ...]], choose: random.Random) -> str:
    """Return a sample's text under other names."""
    text, names = sample
    for name, type_ in names:
        word = "".join(choose.choices(WORDS, k=2))
        person = choose.choice(SURNAMES) + "".join(choose.choices(GIVEN, k=2))
        text = text.replace(name, person if type_ == "Person" else f"{word}{name[-4:]}")
    return text


def texts(number: int) -> Iterator[str]:
    """Yield *number* documents."""
    choose = random.Random(SEED)
    real = list(published())
    own = samples()
    choose.shuffle(real)
    for index in range(number):
        if index % 3 == 2 or not real:
            yield varied(choose.choice(own), choose)
        elif index < len(real):
            yield real[index]
        else:  # another beginning, or it would be a reprint
            first, second = choose.sample(real, 2)
            yield first[: len(first) // 2] + second[len(second) // 2 :]


def main(arguments: Sequence[str] | None = None) -> None:
    """Write the documents."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("number", type=int)
    options = parser.parse_args(arguments)
    for index, text in enumerate(islice(texts(options.number), options.number)):
        place = options.folder / f"{index // FILES_PER_FOLDER:03}" / f"{index:06}.txt"
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text, "utf-8")


if __name__ == "__main__":
    main()
