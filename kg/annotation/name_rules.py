"""Find candidate names by their shape: endings, titles, quotation marks, gazetteers.

Chinese names of bodies and undertakings end in a word that tells their kind (有限公司, 局, 产业园,
项目) and begin where the sentence's own words end. So every rule here finds an ending and walks
left to the first word that cannot be part of a name: a function word (的, 由, 在) or a verb that
takes names as objects (召开, 引进). The word lists stand in ontology/lexicon.ttl; a list of
protected words (能源, 委员会, 自然资源) keeps 能, 会 or 自 from cutting the names they are part of.

Candidates may overlap and nest; the extraction room decides between them.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

from kg.annotation.edges import name_begin
from kg.annotation.words import WordFinder
from kg.gazetteer import TOWN, Gazetteer, Region, load_gazetteer
from kg.model import NamedEntity, Span
from kg.schema import Schema, load_schema, ontology_path

__all__ = ["NameRules", "load_name_rules"]

HAN = "一-龥〇"

# Punctuation ends a name, save brackets with a place or brand inside a firm's name
# (森盛（山东）食品有限公司, 陇云数科（甘肃）有限公司) and a quoted word inside a scheme's
# (环境要素指标‘先立后破’预支制度, “项目云”调度平台).
_RUN = re.compile(
    rf"(?:[^\s，。；：！？、,;:!?“”‘’\"'《》〈〉【】「」…—（）()|｜/·◎■□●▲△]"
    rf"|[（(][{HAN}]{{2,5}}[）)](?=[{HAN}])"
    rf"|“[^“”，。；\n]{{1,16}}”(?=[{HAN}])|‘[^‘’，。；\n]{{1,16}}’(?=[{HAN}])"
    rf"|·(?=[{HAN}]))+"
)
_TOWN = re.compile(rf"[{HAN}]{{1,6}}?(?:镇|乡|街道|苏木)")
_VILLAGE = re.compile(rf"[{HAN}]{{1,4}}?(?:村|社区|屯)")
_SITE = re.compile(
    rf"[{HAN}]{{1,5}}?(?:大街|大道|路|水库|大桥|河|湖|湾|岛|半岛|草原|盆地|流域|灌区)"
)
_POLICY_TITLE = re.compile(r"《([^《》\n]{3,60})》")
_QUOTED = re.compile(rf"“([^“”\n]{{2,24}})”([{HAN}A-Za-z]{{0,14}})")
# 年产120万吨双酚A项目, 生产高强铝箔, 种植酿酒葡萄: a product stands behind a verb of making, after its quantity.
_PRODUCT = re.compile(
    rf"(?:年产|月产|日产|年加工|年处理|生产|种植|养殖|盛产|主产|量产|研制|出产|栽植|栽种|产量|销售)(?:出|了|各类|各种|优质|约|近|超|超过)*"
    rf"(?:[\d.,]+余?[万亿千百]?(?:吨级?|套|台|辆|件|片|只|支|个|条|平方米|立方米|千升|兆瓦|吉瓦时?|米|瓶|箱|头|羽|把|颗|块|组|亩|公斤|升|标准立方米)的?)"
    rf"(?P<product>[{HAN}A-Za-z0-9-]{{2,10}}?)(?=项目|生产线|基地|工程|装置|车间|工厂|的|等|和|及|与|[，。、；：！？）)”/]|面积|产业|企业|规模|能力|业务|为主|$)"
)
_INDUSTRY = re.compile(
    rf"[{HAN}]{{2,8}}?(?:产业链|产业集群|产业|行业|制造业|加工业|服务业|养殖业|种植业|物流业|旅游业|农业|工业)"
)
_LISTED_TYPES = frozenset({"Policy", "Platform", "Event"})
_QUOTED_MEMBER = re.compile(r"“[^“”\n]{2,16}”")
_QUOTED_LIST = re.compile(r"(?:“[^“”\n]{2,16}”[、和与及]?){2,}等?")
_COINED = re.compile(rf"“([{HAN}0-9A-Za-z+·]{{2,12}})”")
_PERIOD = re.compile("十[一二三四五]五")  # “十四五”: years, not a scheme
_COUNTED = re.compile("[0-9一二三四五六七八九十百千两双]")
_ROUTE = re.compile(
    rf"(?:(?<=[、，和及])|(?<=推进|建设|完成|做好|加快))"
    rf"[{HAN}]{{2,4}}至[{HAN}]{{2,4}}?(?=[、和及等]|高速|高铁|铁路|公路)"
)
_ROUTE_LIST = re.compile(
    rf"[{HAN}]{{2,8}}至[{HAN}]{{2,4}}[、和及](?:[{HAN}]{{2,4}}至[{HAN}]{{2,4}}[、和及])*"
    rf"(?P<last>[{HAN}]{{2,4}}?至[{HAN}]{{2,4}}?)等?(?P<head>(?:高速公路|高速铁路|城际铁路|高速|高铁|铁路|公路)(?:项目|工程)?)"
)
_FOREIGN_PERSON = re.compile(rf"[{HAN}]{{1,6}}·[{HAN}]{{1,8}}(?:·[{HAN}]{{1,8}})?")

_MEDIUM_ENDINGS = ("日报", "晚报", "时报", "杂志", "周刊")

MIN_MODIFIER_CHARS = 2  # 鲁西集团: 鲁西 + 集团; one character before an ending is a word (该局)
MAX_NAME_CHARS = 40

# Kinds of words the scanner knows, from strongest to weakest claim on a stretch of text.
_PLACE, _NATIONAL, _KEEP, _STOP = "place", "national", "keep", "stop"

_ANCHOR = re.compile(r"省|市|县|区|州|旗|盟|镇|乡|自治区|国家|全国|中国|中央|国务院")


# 市政府采购中心, 政府投资基金: 政府 says what kind of purchase, not who buys
_PURCHASE = re.compile("政府(?:采购|投资|购买|引导|性|债|储备|补助|补贴|网站|专项)")


class _Word(NamedTuple):  # a third of the time of a dataclass, and there are many
    begin: int
    end: int
    kind: str


class NameRules:
    """The compiled word lists; one instance serves a whole process."""

    def __init__(self, schema: Schema, gazetteer: Gazetteer, surnames: frozenset[str]) -> None:
        self._gazetteer = gazetteer
        self._generic = schema.word_list("generic-head")
        self._not_person = schema.word_list("not-person")
        self._not_place = schema.word_list("place-homograph")
        self._legal_forms = schema.word_list("company-legal-form")
        self._quiet_policies = schema.word_list("policy-quiet")
        self._quoted_heads = sorted(schema.word_list("policy-quoted"), key=len, reverse=True)
        self._not_product = schema.word_list("not-product")
        self._media = schema.word_list("media")
        self._surnames = surnames
        self._edge_words = _edge_words(schema)
        self._suffix, self._types_by_suffix = _suffix_pattern(schema)
        self._person = _person_pattern(schema, surnames)
        self._speaker = _speaker_pattern(schema, surnames)
        self._known = WordFinder(
            {
                word: kind
                for kind in ("Company", "Organization", "Zone", "Platform", "Event")
                for word in schema.words.get(f"known-{kind.lower()}", ())
            }
        )

    def find(self, text: str) -> tuple[NamedEntity, ...]:
        """Return all candidates in *text*, sorted by span."""
        words = self._words(text)
        edges = _Edges(words)
        runs = [run.span() for run in _RUN.finditer(text)]
        found = [
            *self._places(text, words),
            *self._national_agencies(text, words),
            *self._suffixed(text, runs, edges),
            *self._minor_places(text, runs, edges),
            *self._titled(text),
            *self._made(text, edges),
            *self._quoted(text),
            *self._lists(text),
            *self._coined(text),
            *self._persons(text),
            *self._known_names(text),
        ]
        best: dict[tuple[Span, str], NamedEntity] = {}
        for name in found:
            key = (name.span, name.type)
            if key not in best or best[key].score < name.score:
                best[key] = name
        return tuple(sorted(best.values(), key=lambda n: (n.span.begin, -n.span.end, n.type)))

    def types_of_ending(self, name: str) -> tuple[str, ...]:
        """Return the types that the longest known ending of *name* may mean.

        >>> load_name_rules().types_of_ending("聊城市司法局")
        ('Agency',)
        """
        for begin in range(1, len(name)):
            if types := self._types_by_suffix.get(name[begin:]):
                return types
        return ()

    def is_medium(self, name: str) -> bool:
        """Say whether *name* is a newspaper, a station or another medium.

        >>> load_name_rules().is_medium("聊城日报")
        True
        """
        return name in self._media or name.endswith(_MEDIUM_ENDINGS)

    def _words(self, text: str) -> list[_Word]:
        return list(map(_Word._make, self._edge_words.find(text)))

    # ------------------------------------------------------------------------------ places

    def _places(self, text: str, words: Iterable[_Word]) -> Iterator[NamedEntity]:
        """Names of the gazetteer and of the world; a homograph (合作, 大关) needs its suffix."""
        for word in words:
            if word.kind != _PLACE:
                continue
            name = text[word.begin : word.end]
            full = any(region.name == name for region in self._gazetteer.lookup(name))
            if full or name not in self._not_place:
                yield _name(word.begin, word.end, "Place", 0.9 if full else 0.75, "gazetteer")

    def _minor_places(
        self, text: str, runs: Sequence[tuple[int, int]], edges: _Edges
    ) -> Iterator[NamedEntity]:
        for pattern, score in ((_TOWN, 0.8), (_VILLAGE, 0.65), (_SITE, 0.6)):
            for run_begin, run_end in runs:
                for match in pattern.finditer(text, run_begin, run_end):
                    begin = max(
                        match.start(), edges.before(match.end() - 1, run_begin, places=True)
                    )
                    known = self._known_town(text, match) if pattern is _TOWN else None
                    if known is not None:
                        yield _name(known, match.end(), "Place", 0.9, "town gazetteer")
                    elif (
                        2 <= match.end() - begin <= 5
                        and text[begin : match.end()] not in self._generic
                    ):
                        yield _name(begin, match.end(), "Place", score, "place ending")

    def _known_town(self, text: str, match: re.Match[str]) -> int | None:
        for begin in range(match.start(), match.end() - 1):
            regions: tuple[Region, ...] = self._gazetteer.lookup(text[begin : match.end()])
            if any(region.level == TOWN for region in regions):
                return begin
        return None

    # ------------------------------------------------------------------------------ bodies

    def _national_agencies(self, text: str, words: Iterable[_Word]) -> Iterator[NamedEntity]:
        for word in words:
            if word.kind == _NATIONAL:
                yield _name(word.begin, word.end, "Agency", 0.9, "national agency")

    def _known_names(self, text: str) -> Iterator[NamedEntity]:
        for begin, end, kind in self._known.find(text):
            yield _name(begin, end, kind, 0.8, "known name")

    def _suffixed(
        self, text: str, runs: Sequence[tuple[int, int]], edges: _Edges
    ) -> Iterator[NamedEntity]:
        for run_begin, run_end in runs:
            for match in self._suffix.finditer(text, run_begin, run_end):
                for kind in self._types_by_suffix[match.group()]:
                    found = self._one_suffixed(text, run_begin, match, kind, edges)
                    if found is not None:
                        yield found

    def _one_suffixed(
        self, text: str, run_begin: int, match: re.Match[str], kind: str, edges: _Edges
    ) -> NamedEntity | None:
        ending = match.group()
        begin = edges.before(match.start(), run_begin)
        if kind == "Agency":
            if _is_title(text, match) or _PURCHASE.match(text, match.end() - 2):
                return None
            anchored = _agency_begin(text, begin, match.start(), edges)
            if anchored is None:
                return None
            begin = anchored
        begin += name_begin(text[begin : match.end()], kind)
        name = text[begin : match.end()]
        if name in self._generic or len(name) > MAX_NAME_CHARS:
            return None
        modifier = match.start() - begin
        if kind != "Agency" and modifier < MIN_MODIFIER_CHARS:
            return None
        if name[0].isdigit() and kind not in ("Project", "Event", "Policy"):
            return None
        if kind == "Company" and ending not in self._legal_forms:
            # a trade word alone (科技, 汽车) ends a firm's short name only behind a short brand
            return None
        score = 0.85 if ending in self._legal_forms or kind == "Agency" else 0.6
        if ending in self._quiet_policies and kind == "Policy":
            score = 0.3
        return _name(begin, match.end(), kind, score, f"ending {ending}")

    # ------------------------------------------------------------------- titles and quotes

    def _titled(self, text: str) -> Iterator[NamedEntity]:
        """《…》 holds a document, unless it is a newspaper, a programme or a book."""
        for match in _POLICY_TITLE.finditer(text):
            title = match.group(1)
            if self.is_medium(title):
                yield _name(match.start(1), match.end(1), "Organization", 0.6, "medium in 《》")
                continue
            end = match.end(1)
            yield _name(match.start(1), end, "Policy", 0.85, "title in 《》")

    def _quoted(self, text: str) -> Iterator[NamedEntity]:
        """“项目提质年”活动, “鲁运达”网络货运平台: a quoted brand with its kind behind it."""
        for match in _QUOTED.finditer(text):
            tail = match.group(2)
            if tail.startswith("等"):
                continue  # the kind of a whole list
            for head in self._quoted_heads:
                if tail.startswith(head):
                    end = match.start(2) + len(head)
                    yield _name(match.start(), end, "Policy", 0.5, f"quoted ending {head}")
                    break
            ending = self._suffix.search(tail)
            while ending is not None:
                for kind in self._types_by_suffix[ending.group()]:
                    if (
                        kind in ("Policy", "Platform", "Event", "Project", "Zone")
                        and ending.end() <= 12
                    ):
                        end = match.start(2) + ending.end()
                        if not any(stop in tail[: ending.start()] for stop in "的是为在了和与"):
                            yield _name(match.start(), end, kind, 0.75, "quoted name with its kind")
                ending = self._suffix.search(tail, ending.end())

    def _lists(self, text: str) -> Iterator[NamedEntity]:
        """Members of a list that says its kind once, behind the last: each member has it.

        “揭榜挂帅”“创新券”等机制 are two mechanisms, 济南至东阿、德州至高唐等高速公路项目 two projects.
        """
        for match in _QUOTED_LIST.finditer(text):
            ending = self._suffix.match(text, match.end())
            if ending is None:
                continue
            for kind in self._types_by_suffix[ending.group()]:
                if kind in _LISTED_TYPES:
                    for member in _QUOTED_MEMBER.finditer(text, match.start(), match.end()):
                        yield _name(
                            *member.span(),
                            kind,
                            0.9,
                            f"listed ending {ending.group()}",
                            ending.group(),
                        )
        for match in _ROUTE_LIST.finditer(text):
            for member in _ROUTE.finditer(text, match.start(), match.end()):
                yield _name(*member.span(), "Project", 0.9, "list of routes", match.group("head"))

    def _coined(self, text: str) -> Iterator[NamedEntity]:
        """“双招双引”, “一村一品”: half of all quoted schemes stand without a word for their kind."""
        for match in _COINED.finditer(text):
            if _PERIOD.fullmatch(match[1]):
                continue
            counted = _COUNTED.search(match[1]) is not None
            source = "counted quotation" if counted else "coined quotation"
            yield _name(*match.span(), "Policy", 0.4 if counted else 0.25, source)

    # -------------------------------------------------------------- products and industries

    def _made(self, text: str, edges: _Edges) -> Iterator[NamedEntity]:
        """Products behind verbs of making, and trades (轴承产业) by their ending.

        Both count only where they take part in a relation; the extraction room drops the others.
        """
        for match in _PRODUCT.finditer(text):
            product = match.group("product")
            if product not in self._not_product and not product.isdigit():
                yield _name(*match.span("product"), "Product", 0.6, "behind a verb of making")
        for match in _INDUSTRY.finditer(text):
            begin = max(match.start(), edges.before(match.end() - 2, match.start(), places=True))
            name = text[begin : match.end()]
            if len(name) >= 4 and name not in self._generic:
                yield _name(begin, match.end(), "Industry", 0.45, "ending of a trade")

    # ----------------------------------------------------------------------------- persons

    def _persons(self, text: str) -> Iterator[NamedEntity]:
        for pattern, source in ((self._person, "title before name"), (self._speaker, "speaker")):
            for match in pattern.finditer(text):
                begin, end = match.span("name")
                name = text[begin:end]
                if name not in self._not_person and name[:2] not in self._not_person:
                    yield _name(begin, end, "Person", 0.85, source)
        for match in _FOREIGN_PERSON.finditer(text):
            yield _name(match.start(), match.end(), "Person", 0.6, "dotted name")


class _Edges:
    """Answers where a name that reaches up to some character may begin."""

    def __init__(self, words: list[_Word]) -> None:
        self._stops = [word.end for word in words if word.kind == _STOP]
        self._places = [word.end for word in words if word.kind == _PLACE]
        self._place_begins = [word.begin for word in words if word.kind in (_PLACE, _NATIONAL)]

    def before(self, position: int, run_begin: int, *, places: bool = False) -> int:
        """Return the end of the last stop word (or place) before *position* in its run."""
        edge = run_begin
        for ends in (self._stops, self._places) if places else (self._stops,):
            index = bisect_right(ends, position) - 1
            if index >= 0:
                edge = max(edge, ends[index])
        return edge

    def first_place(self, begin: int, end: int) -> int | None:
        """Return where the first place name within [begin, end) begins."""
        index = bisect_left(self._place_begins, begin)
        if index < len(self._place_begins) and self._place_begins[index] < end:
            return self._place_begins[index]
        return None


def _is_title(text: str, match: re.Match[str]) -> bool:
    """Say whether an ending is the 局 of 副局长 or of 局局长, not the end of an agency's name."""
    before = text[match.start() - 1 : match.start()]
    return text[match.end() : match.end() + 1] == "长" and before in ("副", match.group()[-1:])


def _agency_begin(text: str, begin: int, end: int, edges: _Edges) -> int | None:
    """An agency's name begins with the region it serves: 聊城市…, 市…, 国家….

    The leftmost region word counts; without one there is no agency name (各部门, 有关单位).
    """
    place = edges.first_place(begin, end)
    anchor = _ANCHOR.search(text, begin, end + 1)
    starts = [start for start in (place, anchor.start() if anchor else None) if start is not None]
    return min(starts) if starts else None


def _name(
    begin: int, end: int, kind: str, score: float, source: str, head: str = ""
) -> NamedEntity:
    return NamedEntity(Span(begin, end), kind, score, source, head)


def _edge_words(schema: Schema) -> WordFinder:
    """Return a finder of the words that begin, end or protect names; later entries win."""
    stops = schema.word_list("name-stop")
    entries = dict.fromkeys(stops, _STOP)
    entries |= {word: _KEEP for word in schema.word_list("name-keep") if word not in stops}
    entries |= dict.fromkeys(schema.word_list("world-place"), _PLACE)
    entries |= dict.fromkeys(schema.word_list("agency-national"), _NATIONAL)
    gazetteer = load_gazetteer()
    homographs = schema.word_list("place-homograph")
    entries |= {name: _PLACE for name in gazetteer.names() if name not in homographs}
    return WordFinder(entries)


def _suffix_pattern(schema: Schema) -> tuple[re.Pattern[str], dict[str, tuple[str, ...]]]:
    types: dict[str, list[str]] = {}
    for kind, endings in schema.suffixes.items():
        if kind in ("Place", "Industry"):
            continue  # their endings are too short to stand alone; they have rules of their own
        for ending in endings:
            types.setdefault(ending, []).append(kind)
    alternatives = sorted(types, key=lambda ending: (-len(ending), ending))
    pattern = re.compile("|".join(map(re.escape, alternatives)))
    return pattern, {ending: tuple(kinds) for ending, kinds in types.items()}


def _alternation(words: Iterable[str]) -> str:
    return "|".join(sorted(map(re.escape, words), key=lambda word: (-len(word), word)))


def _given_name(surnames: frozenset[str]) -> str:
    compound = _alternation(name for name in surnames if len(name) > 1)
    single = "".join(sorted(name for name in surnames if len(name) == 1))
    return rf"(?:(?:{compound})[{HAN}]{{1,2}}?|[{single}][{HAN}]{{1,2}}?)"


def _person_pattern(schema: Schema, surnames: frozenset[str]) -> re.Pattern[str]:
    """董事长张延飞介绍: a post, a name of two or three characters, then what ends a name.

    Lazy quantifiers prefer the two-character name if a speech verb or punctuation follows it.
    """
    titles = _alternation(schema.word_list("surname-title"))
    after = _alternation(schema.word_list("person-verb"))
    return re.compile(
        rf"(?:{titles})(?:、)?(?P<name>{_given_name(surnames)})(?=[，。；：、！？（(）)“”\s]|{after}|$)"
    )


def _speaker_pattern(schema: Schema, surnames: frozenset[str]) -> re.Pattern[str]:
    """”张延飞说, 。王海磊介绍: a clause that opens with a name and a verb of speaking."""
    verbs = "说|介绍|表示|告诉记者|坦言|透露|指出|认为|强调|笑着说|感慨|回忆"
    return re.compile(
        rf"(?:^|(?<=[，。；：、！？”\s]))(?P<name>{_given_name(surnames)})(?=(?:{verbs}))",
        re.MULTILINE,
    )


@lru_cache(maxsize=1)
def load_name_rules() -> NameRules:
    """Compile the rules once per process."""
    schema = load_schema()
    lines = (ontology_path() / "surnames.txt").read_text("utf-8").splitlines()
    surnames = [line.strip() for line in lines if line.strip() and not line.startswith("#")]
    usable = frozenset(surnames) - schema.word_list("not-surname")
    return NameRules(schema, load_gazetteer(), usable)
