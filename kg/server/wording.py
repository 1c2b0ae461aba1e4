"""Every word of the interface, in Chinese and English, and values as each language says them.

Names, sentences and headlines stay as the documents have them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from kg.schema import Schema, load_schema
from kg.visualization.wording import amount_in_words, date_in_words

__all__ = ["LANGUAGES", "WORDS", "Wording", "preferred_language"]

LANGUAGES = ("zh", "en")

WORDS: Mapping[str, tuple[str, str]] = {
    "title": ("知识图谱", "Knowledge graph"),
    "skip": ("跳到正文", "Skip to content"),
    "menu": ("栏目", "Sections"),
    "other-language": ("English", "中文"),
    "search": ("搜索", "Search"),
    "search-hint": (
        "企业、项目、人物、地点的名称或简称",
        "Name of a company, project, person or place",
    ),
    "search-label": ("按名称搜索", "Search by name"),
    "home": ("首页", "Home"),
    "entities": ("实体", "Entities"),
    "articles": ("报道", "Articles"),
    "regions": ("地区", "Regions"),
    "overview": ("全图", "Overview"),
    "investments": ("投资", "Investments"),
    "status": ("项目进展", "Progress"),
    "questions": ("常见问题", "Questions"),
    "sparql": ("SPARQL", "SPARQL"),
    "review": ("审核", "Review"),
    "home-lead": (
        "从地方经济新闻中读出的实体和陈述，每一条都能回到原文的那句话。",
        "Entities and claims read from regional economic news; each leads back to its sentence.",
    ),
    "in-the-graph": ("图谱中有", "In the graph"),
    "claims": ("陈述", "Claims"),
    "best-known": ("提到最多的实体", "Most mentioned"),
    "all": ("全部", "All"),
    "results": ("搜索结果", "Results"),
    "n-results": ("共 {n} 个", "{n} in all"),
    "nothing": ("没有找到。", "Nothing found."),
    "also-called": ("又称", "also"),
    "type": ("类别", "Type"),
    "picture": ("关系图", "Neighbourhood"),
    "picture-hint": (
        "点图形展开，点名称打开。虚线为计划、传闻或否认。",
        "A symbol unfolds, a name opens. Dashed: planned, hearsay or denied.",
    ),
    "picture-undrawn": ("另有 {n} 个未画出", "{n} more are not drawn"),
    "picture-text": ("以文字列出", "As text"),
    "unfold": ("展开 {name}", "Unfold {name}"),
    "more-relations": ("另有 {n} 条关系", "{n} more relations"),
    "start-over": ("重新开始", "Start over"),
    "timeline": ("时间线", "Timeline"),
    "sentences": ("原文 {n} 处", "Sentences: {n}"),
    "sentence": ("原文", "Sentence"),
    "in-article": ("在报道中查看", "see it in the article"),
    "show-all": ("全部 {n} 条", "all {n}"),
    "incoming": ("被提及的关系", "Claims that point here"),
    "outgoing": ("关于它的陈述", "Claims about it"),
    "mentioned-in": ("提到它的报道", "Articles that mention it"),
    "data": ("数据", "Data"),
    "permalink": ("永久链接", "Permalink"),
    "division-code": ("行政区划代码", "Division code"),
    "confidence": ("可信度", "Confidence"),
    "method": ("规则", "Rule"),
    "planned": ("计划中", "planned"),
    "hearsay": ("据传", "hearsay"),
    "negated": ("原文否定", "denied"),
    "stated": ("已陈述", "stated"),
    "amount": ("金额", "Amount"),
    "unit": ("单位", "Unit"),
    "date": ("时间", "Date"),
    "post": ("职务", "Post"),
    "progress": ("状态", "Status"),
    "according-to": ("据", "According to"),
    "published": ("见报", "Published"),
    "published-on": ("{date} 见报", "published {date}"),
    "source": ("来源", "Source"),
    "reporters": ("记者", "By"),
    "original": ("原网页", "Original page"),
    "document": ("文件", "Document"),
    "article-hint": (
        "点一条陈述，文中的依据即标出；点标出的句子，右侧列出它的陈述。",
        "A claim marks its words in the text; a marked sentence shows its claims.",
    ),
    "claims-of-article": ("文中读出的陈述", "Claims read from it"),
    "show-words": ("标出依据", "mark its words"),
    "entities-of-article": ("文中提到的实体", "Entities it mentions"),
    "headline": ("标题", "Headline"),
    "headline-hint": ("标题中的词", "Words of the headline"),
    "no-headline": ("（无标题）", "(no headline)"),
    "undated": ("日期不详", "undated"),
    "all-regions": ("所有地区", "All regions"),
    "region": ("地区", "Region"),
    "inside": ("下属地区", "Regions inside"),
    "rank-hint": ("按陈述数排列，下级计入上级。", "Ranked by claims; a part counts for the whole."),
    "here": ("{n} 条直接属于本级", "{n} belong to this level itself"),
    "nowhere": ("{n} 条陈述没有地区", "{n} claims are in no region"),
    "known-here": ("这里提到最多的", "Most mentioned here"),
    "investments-here": ("这里的投资", "Investments here"),
    "progress-here": ("这里的项目进展", "Progress here"),
    "filter": ("筛选", "Filter"),
    "apply": ("应用", "Apply"),
    "clear": ("清除", "Clear"),
    "kind": ("种类", "Kind"),
    "words": ("名称含", "Name contains"),
    "at-least": ("至少（元）", "At least (CNY)"),
    "since": ("从", "From"),
    "until": ("到", "Until"),
    "state": ("语气", "State"),
    "subject": ("主体", "Subject"),
    "object": ("对象或数值", "Object or value"),
    "n-rows": ("{n} 行", "{n} rows"),
    "download": ("下载 CSV", "Download CSV"),
    "sort-up": ("升序", "ascending"),
    "sort-down": ("降序", "descending"),
    "previous": ("上一页", "Previous"),
    "next": ("下一页", "Next"),
    "page-of": ("第 {page} / {pages} 页", "Page {page} of {pages}"),
    "questions-lead": (
        "图谱能直接回答的问题；改一改参数，或在 SPARQL 页中改写。",
        "Questions the graph answers as they are: change a parameter, or rewrite one in SPARQL.",
    ),
    "ask": ("提问", "Ask"),
    "truncated": ("只显示前 {n} 行", "Only the first {n} rows"),
    "as-sparql": ("在 SPARQL 页中打开", "Open in SPARQL"),
    "query-text": ("查询语句", "Query"),
    "sparql-lead": (
        "只读；前缀不必声明；程序请用 {address}。",
        "Read-only; the prefixes need no declaration; programs ask at {address}.",
    ),
    "examples": ("例子", "Examples"),
    "run": ("运行", "Run"),
    "resource": ("资源", "Resource"),
    "statement": ("陈述", "Claim"),
    "property": ("属性", "Property"),
    "value": ("值", "Value"),
    "error": ("未能完成", "It did not work"),
    "not-found": ("没有这一页。", "There is no such page."),
    "not-here": (
        "图谱中没有它；重新构建后名称可能已变。",
        "The graph does not have it; a new build may have given it another name.",
    ),
    "review-lead": (
        "最可能有误、影响最大的在前。回答写入 {file}，下次 kg build 时生效。",
        "What is likeliest wrong and carries most comes first. Answers go to {file} and hold from the next kg build on.",
    ),
    "review-state": (
        "待回答 {total} 个，已有判断 {judged} 条",
        "{total} open questions, {judged} judgements so far",
    ),
    "review-merge": ("这两个名称是同一个吗？", "Are these one and the same?"),
    "review-claim": ("原文是这样说的吗？", "Does the text say so?"),
    "review-conflict": ("哪一条是对的？", "Which of these is right?"),
    "answer-same": ("同一个", "one and the same"),
    "answer-different": ("不是同一个", "two different things"),
    "answer-unsure": ("无法判断", "cannot be told"),
    "answer-right": ("正确", "right as it stands"),
    "answer-fact": ("属实，并非仅仅计划或否认", "so, not merely planned or denied"),
    "answer-wrong": ("有误", "wrong"),
    "answer-only": ("只有第 {n} 条对", "only {n} is right"),
    "answer-sentence": ("第 {n} 句读错", "sentence {n} errs"),
    "answer-all": ("都对", "all are right"),
    "answer-none": ("都不对", "none is right"),
    "note": ("备注", "Note"),
    "review-stale": (
        "页面已过期，请重新打开。",
        "This page is from before the server started; open it again.",
    ),
    "review-none": ("没有待审核的合并。", "No merges wait for a judgement."),
}

_BOUNDS_EN = {"lower": "at least {}", "upper": "under {}", "about": "about {}"}
_SIZES_EN = ((Decimal(10) ** 9, "billion"), (Decimal(10) ** 6, "million"))


def preferred_language(accept_language: str) -> str:
    """Return which of `LANGUAGES` an Accept-Language header likes best, Chinese if neither.

    >>> preferred_language("de,en;q=0.8,zh;q=0.5"), preferred_language("fr")
    ('en', 'zh')
    """
    best, best_quality = "zh", 0.0
    for part in accept_language.split(","):
        tag, _, parameter = part.strip().partition(";")
        language = tag.partition("-")[0].lower()
        try:
            quality = float(parameter.strip().removeprefix("q=") or 1)
        except ValueError:
            quality = 0.0
        if language in LANGUAGES and quality > best_quality:
            best, best_quality = language, quality
    return best


@dataclass(frozen=True, slots=True)
class Wording:
    """The words of one language."""

    language: str
    schema: Schema

    @classmethod
    def of(cls, language: str) -> Wording:
        """Return the words of one of `LANGUAGES`."""
        return cls(language, load_schema())

    @property
    def other(self) -> str:
        """The language that is offered instead."""
        return "en" if self.language == "zh" else "zh"

    def __call__(self, key: str, **values: object) -> str:
        """Return the word *key*, with values in it."""
        return self._choose(WORDS[key]).format(**values)

    def type(self, name: str) -> str:
        """Return what a class is called."""
        known = self.schema.classes.get(name)
        return self._choose((known.label_zh, known.label_en)) if known else name

    def relation(self, name: str) -> str:
        """Return what a relation or attribute is called."""
        known = self.schema.relations.get(name) or self.schema.attributes.get(name)
        return self._choose((known.label_zh, known.label_en)) if known else name

    def answer(self, name: str, otherwise: str) -> str:
        """Return the words of an answer to a question of `kg.review`, *otherwise* if it is new here."""
        kind, _, rest = name.partition(" ")
        if rest.isdecimal():
            return self("answer-sentence" if kind == "wrong" else f"answer-{kind}", n=rest)
        words = WORDS.get(f"answer-{kind}")
        if words is None:
            return otherwise
        return f"{self._choose(words)}{f' · {self.type(rest)}' if rest else ''}"

    def amount(self, number: str, unit: str = "", bound: str = "") -> str:
        """Return a number with its unit.

        >>> Wording.of("en").amount("6400000000", "CNY", "lower")
        'at least CNY 6.4 billion'
        """
        if self.language == "zh":
            return amount_in_words(number, unit=unit, bound=bound)
        try:
            words = _english_number(Decimal(number))
        except InvalidOperation:
            return f"{number} {unit}".strip()
        words = f"{unit} {words}" if unit.isascii() and unit.isalpha() else f"{words} {unit}"
        return _BOUNDS_EN.get(bound, "{}").format(words.strip())

    def date(self, iso: str) -> str:
        """Return a date; English readers get it as it is, which no country misreads."""
        return date_in_words(iso) if self.language == "zh" else iso

    def number(self, value: int) -> str:
        """Return a count with its thousands apart."""
        return f"{value:,}"

    def _choose(self, words: Sequence[str]) -> str:
        return words[LANGUAGES.index(self.language)]


def _english_number(number: Decimal) -> str:
    for size, word in _SIZES_EN:
        if abs(number) >= size:
            scaled = (number / size).quantize(Decimal("0.001")).normalize()
            return f"{scaled:,f} {word}"
    return f"{number.normalize():,f}" if number else "0"
