"""Measure resolution: how right it is, and how its time grows with the corpus.

    python -m benchmarks.resolution                     # both tables
    python -m benchmarks.resolution --sizes 1000 10000  # time only for these

F1 is measured on the documents under ../shared/gold with the clusters of tests/evaluation/resolution, and
on the hard cases written there. Time is measured on a corpus put together from real parts of names
(divisions, surnames, trades, functions); every count of articles is resolved in a process of its own, on
one thread, and so is exact name matching on the same articles, so that the ratio does not depend on
the machine.
"""

from __future__ import annotations

import argparse
import os
import random
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal

os.environ.setdefault("OMP_NUM_THREADS", "1")  # before numpy is imported

from kg.gazetteer import COUNTY, Region, load_gazetteer
from kg.model import (
    Article,
    ArticleId,
    DocumentId,
    Evidence,
    Extraction,
    Mention,
    MentionId,
    MentionKind,
    Quantity,
    Relation,
    RelationId,
    Span,
    Value,
)
from kg.resolution import resolve
from kg.resolution.evaluation import Agreement, b_cubed, pairwise
from kg.resolution.names import normalize_name
from tests.evaluation.resolution.gold import (
    Case,
    annotated_documents,
    exact_names,
    hard_cases,
    is_present,
    resolved,
)

SIZES = (1_000, 10_000, 100_000)
SEED = 20221219
ARTICLES_PER_COMPANY = 4
REPRINTS = 0.1  # of the articles

SYLLABLES = "昱珩鲁泽恒砺禾棠绫澜塬铂衡岳晟邑曜霖澄骏翊铭"
TRADES = (
    "铜箔材料",
    "轴承",
    "化工",
    "农业装备",
    "纺织科技",
    "新能源",
    "生物科技",
    "食品",
    "物流",
    "机械制造",
)
GIVEN = "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英华玉萍红建国文志"
FUNCTIONS = (
    "发改委",
    "工信局",
    "财政局",
    "市场监管局",
    "行政审批局",
    "商务局",
    "自然资源和规划局",
    "住建局",
)
FULL_FUNCTIONS = (
    "发展和改革委员会",
    "工业和信息化局",
    "财政局",
    "市场监督管理局",
    "行政审批服务局",
)
SURNAMES = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗"


# ------------------------------------------------------------------------------------- right


def score(name: str, case: Case) -> Iterator[str]:
    """Yield the rows of a set: exact names, then resolution, in all and for each type."""
    clusterings = {"equal names": exact_names(case), "resolution": resolved(case)}
    types = sorted({type_ for _, type_, _ in case.gold})
    chosen = {"all": types, "all but places": [type_ for type_ in types if type_ != "Place"]}
    for type_, among in (chosen | {type_: [type_] for type_ in types}).items():
        gold = {item: c for item, c in case.gold.items() if item[1] in among}
        for method, clustering in clusterings.items():
            b3, pairs = b_cubed(clustering, gold), pairwise(clustering, gold)
            yield f"| {name} | {type_} | {len(gold)} | {method} | {_cells(b3)} | {_cells(pairs)} |"


def _cells(agreement: Agreement) -> str:
    return f"{agreement.precision:.3f} | {agreement.recall:.3f} | **{agreement.f1:.3f}**"


def print_scores() -> None:
    print("| set | type | names | method | B³ P | R | F1 | pairs P | R | F1 |")
    print("|---|---|--:|---|--:|--:|--:|--:|--:|--:|")
    sets: dict[str, Callable[[], Case]] = {"hard cases": hard_cases}
    if is_present():
        sets["annotated documents"] = annotated_documents
    for name, read in sets.items():
        for row in score(name, read()):
            print(row)


# -------------------------------------------------------------------------------------- fast


class Corpus:
    """Articles put together from parts of names, the same for the same size."""

    def __init__(self, size: int) -> None:
        self._random = random.Random(SEED)
        self._size = size
        regions = load_gazetteer().by_code.values()
        self._counties = [region for region in regions if region.level == COUNTY]
        self._companies = [self._company() for _ in range(max(size // ARTICLES_PER_COMPANY, 1))]

    def _company(self) -> tuple[Region, str, str]:
        pick = self._random.choice
        county = pick(self._counties)
        brand, trade = pick(SYLLABLES) + pick(SYLLABLES), pick(TRADES)
        return county, f"{county.short or county.name}{brand}{trade}有限公司", brand + trade[:2]

    def __iter__(self) -> Iterator[Extraction]:
        last: Extraction | None = None
        for number in range(self._size):
            if last is not None and self._random.random() < REPRINTS:
                yield _Writer(number, self._random).reprint(last.article.text)
                continue
            last = self._article(number)
            yield last

    def _article(self, number: int) -> Extraction:
        pick = self._random.choice
        county, full, short = pick(self._companies)
        city = load_gazetteer().parent(county) or county
        writer = _Writer(number, self._random)
        company = writer.name("Company", full)
        if self._random.random() < 0.5:
            writer.name("Company", short, canonical=full)
        elif self._random.random() < 0.3:
            company = writer.name("Company", short)
        names = FULL_FUNCTIONS if self._random.random() < 0.3 else FUNCTIONS
        agency = writer.name("Agency", f"{city.name}{pick(names)}")
        writer.name("Agency", f"市{pick(FUNCTIONS)}")
        place = writer.name("Place", county.name)
        writer.name("Place", city.short or city.name)
        writer.name("Place", f"{pick(GIVEN)}{pick('家店庄')}村")
        person = writer.name("Person", pick(SURNAMES) + pick(GIVEN) + pick(["", pick(GIVEN)]))
        project = writer.name("Project", f"年产{self._random.randint(1, 50)}万吨{pick(TRADES)}项目")
        writer.name("Event", pick(("签约仪式", "开工仪式", "项目推进会")))
        writer.relation("holdsPosition", person, agency)
        writer.relation("builds", company, project)
        writer.relation("locatedIn", project, place)
        amount = Decimal(self._random.randint(1, 90)) * 100_000_000
        writer.relation("totalInvestment", project, Quantity(amount, "CNY", ""))
        return writer.finish()


class _Writer:
    """One article in the making."""

    def __init__(self, number: int, chance: random.Random) -> None:
        self._id = ArticleId(f"d{number:06}/a1")
        self._random = chance
        self._published = date(2020, 1, 1) + timedelta(days=number % 1500)
        self._text = ""
        self._mentions: list[Mention] = []
        self._relations: list[Relation] = []

    def name(self, type_: str, text: str, *, canonical: str = "") -> Mention:
        self._text += "".join(self._random.choices(GIVEN + SYLLABLES, k=30)) + "，"
        begin = len(self._text)
        self._text += text
        mention_id = MentionId(f"{self._id}#{begin}")
        span = Span(begin, len(self._text))
        kind = MentionKind.NAME
        mention = Mention(mention_id, self._id, span, text, kind, type_, canonical or text)
        self._mentions.append(mention)
        return mention

    def relation(self, predicate: str, subject: Mention, target: Mention | Value) -> None:
        is_fact = not isinstance(target, Mention)
        object_ = target.id if isinstance(target, Mention) else target
        evidence = Evidence(self._id, subject.span, subject.text, "benchmark", 0.8)
        id_ = RelationId(f"{self._id}/{len(self._relations)}")
        relation = Relation(id_, predicate, subject.id, object_, evidence, is_fact=is_fact)
        self._relations.append(relation)

    def reprint(self, text: str) -> Extraction:
        self._text = text[: len(text) * 95 // 100]
        return self.finish()

    def finish(self) -> Extraction:
        document = DocumentId(self._id.partition("/")[0])
        article = Article(self._id, document, "", self._text, (), published=self._published)
        return Extraction(article, tuple(self._mentions), tuple(self._relations))


def match_names(extractions: Sequence[Extraction]) -> int:
    """Do what exact matching does: one entity for each type and name; return how many there are."""
    found: dict[tuple[str, str], list[MentionId]] = {}
    for extraction in extractions:
        for mention in extraction.mentions:
            found.setdefault((mention.type, normalize_name(mention.name)), []).append(mention.id)
    return len(found)


def measure(size: int) -> str:
    """Return the row of a corpus of *size* articles."""
    load_gazetteer()
    resolve(list(Corpus(20)))  # tables and lexicon are read once, whatever the size
    extractions = list(Corpus(size))
    mentions = sum(len(extraction.mentions) for extraction in extractions)
    begin = time.process_time()
    exact = match_names(extractions)
    middle = time.process_time()
    resolution = resolve(extractions)
    end = time.process_time()
    matching, resolving = middle - begin, end - middle
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return (
        f"| {size:,} | {mentions:,} | {exact:,} | {len(resolution.entities):,} | {matching:.2f} | "
        f"{resolving:.1f} | {resolving / matching:.0f} | {1e6 * resolving / mentions:.0f} | {memory:.0f} |"
    )


def print_times(sizes: Sequence[int]) -> None:
    print(
        "| articles | mentions | names | entities | equal names s | resolution s | ratio | µs a mention | MB |"
    )
    print("|--:|--:|--:|--:|--:|--:|--:|--:|--:|")
    for size in sizes:
        command = [sys.executable, "-m", "benchmarks.resolution", "--measure", str(size)]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        print(done.stdout.strip(), flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="+")
    parser.add_argument("--measure", type=int, help=argparse.SUPPRESS)
    options: Mapping[str, object] = vars(parser.parse_args())
    if isinstance(size := options["measure"], int):
        print(measure(size))
        return
    if options["sizes"] is None:
        print_scores()
        print()
    sizes = options["sizes"]
    print_times(sizes if isinstance(sizes, list) else SIZES)


if __name__ == "__main__":
    main()
