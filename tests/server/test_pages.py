"""The pages over the wire: what they say, in which language, and what they never do."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from urllib.parse import quote

import pyoxigraph as ox
import pytest
from lxml import html

from kg.graph import open_store
from kg.graph.reader import GraphReader
from kg.query import cookbook
from kg.server.wording import WORDS
from kg.visualization import overview_policy
from tests.server.hostile import FORMULA, NAMES
from tests.server.live import Live, Reply

PAGES = (
    "/",
    "/search",
    "/search?q=鲁西",
    "/entity/company/鲁西集团",
    "/entity/place/聊城市",
    "/claims/company/鲁西集团?relation=builds",
    "/articles",
    "/article/daily·a1",
    "/regions",
    "/regions/371500",
    "/investments",
    "/status",
    "/questions",
    "/questions/largest-investments",
    "/query",
    "/resource/document/daily",
)


def words(reply: Reply) -> str:
    """Return what a reader sees, white space as single spaces."""
    return " ".join(html.fromstring(reply.body).text_content().split())


def links(reply: Reply) -> list[str]:
    return [str(link) for link in html.fromstring(reply.body).xpath("//a/@href")]


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("path", PAGES)
def test_every_page_opens_in_both_languages(live: Live, path: str, language: str) -> None:
    reply = live.get(path, Accept_Language=language)
    assert (reply.status, reply.type) == (200, "text/html")
    page = html.fromstring(reply.body)
    assert page.get("lang") == {"zh": "zh-CN", "en": "en"}[language]
    assert len(page.xpath("//h1")) == len(page.xpath("//main")) == 1
    assert page.xpath("//input[@id='q']/@placeholder")
    # Every field has a label, every link words, every id is one element's.
    fields = page.xpath("//input[not(@type='hidden')] | //select | //textarea")
    labelled = page.xpath("//label//input | //label//select") + [
        field for field in fields if page.xpath("//label[@for=$id]", id=field.get("id"))
    ]
    assert set(fields) <= set(labelled)
    assert all(link.text_content().strip() or link.get("aria-label") for link in page.xpath("//a"))
    ids = page.xpath("//@id")
    assert len(ids) == len(set(ids))


@pytest.mark.parametrize("path", PAGES)
def test_links_of_a_page_lead_somewhere(live: Live, path: str) -> None:
    for link in sorted({each.partition("#")[0] for each in links(live.get(path))} - {""})[:25]:
        assert live.get(link, Accept="text/html").status in (200, 303), link


@pytest.mark.parametrize("path", [*PAGES, "/missing", "/sparql", "/static/explorer.js"])
def test_every_answer_carries_the_policy(live: Live, path: str) -> None:
    headers = live.get(path).headers
    policy = headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert headers["x-content-type-options"] == "nosniff"
    assert "access-control-allow-origin" not in headers or path == "/sparql"


def test_pages_hold_no_inline_code_and_no_other_host(live: Live, hostile: Live) -> None:
    entity = "/entity/company/" + quote(NAMES[0], safe="")
    for server, path in [*((live, path) for path in PAGES), (hostile, "/"), (hostile, entity)]:
        page = html.fromstring(server.get(path).body)
        assert (
            page.xpath(
                "//script[not(@src)] | //style | //*[@style] | //@*[starts-with(name(),'on')]"
            )
            == []
        )
        sources = page.xpath("//script/@src | //link[@rel='stylesheet']/@href | //img/@src")
        assert all(source.startswith("/") and not source.startswith("//") for source in sources)


@pytest.mark.parametrize(("language", "title"), [("zh", "全图"), ("en", "Overview")])
def test_the_overview_has_its_own_scripts_and_leads_to_entities(
    live: Live, language: str, title: str
) -> None:
    reply = live.get("/overview", Accept_Language=language)
    assert reply.status == 200
    assert f"<title>{title}</title>" in reply.text
    policy = reply.headers["content-security-policy"]
    assert policy == f"{overview_policy()}; frame-ancestors 'none'"
    (data,) = html.fromstring(reply.body).xpath("//script[@id='data']/text()")
    nodes = json.loads(data)["nodes"]
    page = dict(zip(nodes["label"], nodes["page"], strict=True))["鲁西集团"]
    assert live.get(page).status == 200


def test_every_word_is_in_both_languages() -> None:
    for key, (chinese, english) in WORDS.items():
        assert chinese, key
        assert english, key
        assert chinese.count("{") == english.count("{")


# ------------------------------------------------------------------------------------- language


def test_language_is_the_readers_and_can_be_changed(live: Live) -> None:
    assert "投资" in words(live.get("/"))
    assert "Investments" in words(live.get("/", Accept_Language="en-GB,en;q=0.9"))
    reply = live.get("/?lang=en", Accept_Language="zh")
    assert "Investments" in words(reply)
    assert reply.headers["set-cookie"].startswith("lang=en")
    assert "Investments" in words(live.get("/", Accept_Language="zh", Cookie="lang=en"))
    assert "/investments?region=371500&lang=en" in links(
        live.get("/investments?region=371500", Accept_Language="zh")
    )


# -------------------------------------------------------------------------------------- finding


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("鲁西", "鲁西集团"),
        ("双酚A", "双酚A"),  # the exact name before the longer ones
        ("双酚a项目", "年产120万吨双酚A项目"),  # from the middle, capitals aside
        ("莱茵", "莱茵科斯特公司"),
    ],
)
def test_names_are_suggested_from_anywhere_in_them(live: Live, text: str, first: str) -> None:
    answer = json.loads(live.get(f"/suggest?q={text}").body)
    assert answer["hits"][0]["label"] == first
    assert live.get(answer["hits"][0]["page"]).status == 200


def test_nothing_is_suggested_for_nothing(live: Live) -> None:
    assert json.loads(live.get("/suggest?q=").body) == {"hits": [], "total": 0}
    assert "没有找到" in words(live.get("/search?q=没有这样的名称"))


def test_search_can_be_narrowed_to_a_type(live: Live) -> None:
    everything = words(live.get("/search?q=双酚A"))
    products = words(live.get("/search?q=双酚A&type=Product"))
    assert "年产120万吨双酚A项目" in everything
    assert "年产120万吨双酚A项目" not in products


# -------------------------------------------------------------------------------------- reading


def test_entity_shows_claims_with_amounts_dates_and_sentences(live: Live) -> None:
    text = words(live.get("/entity/company/鲁西集团", Accept_Language="zh"))
    assert "金额 50亿元" in text
    assert "2022年12月" in text
    assert "鲁西集团投资50亿元建设该项目" in text
    assert "计划中" in text
    assert "原文否定" in text
    english = words(live.get("/entity/company/鲁西集团", Accept_Language="en"))
    assert "CNY 5 billion" in english
    assert "denied" in english


def test_picture_unfolds_without_a_script(live: Live) -> None:
    page = live.get("/entity/company/鲁西集团")
    unfold = html.fromstring(page.body).xpath("//svg//a[@class='unfold']/@href")
    wider = live.get(unfold[0])
    nodes = [
        len(html.fromstring(p.body).xpath("//svg//g[contains(@class,'spot')]"))
        for p in (page, wider)
    ]
    assert nodes[0] < nodes[1]
    part = live.get(f"{unfold[0]}&part=picture")
    assert b"<html" not in part.body
    assert b"<svg" in part.body


def test_article_marks_mentions_and_the_words_of_a_claim(live: Live) -> None:
    plain = html.fromstring(live.get("/article/daily·a1").body)
    mentions = {link.text_content() for link in plain.xpath("//article//a[@class='mention']")}
    assert {"鲁西集团", "聊城高新区", "王伟"} <= mentions
    assert plain.xpath("//article//*[contains(@class,'lit')]") == []
    claim = next(
        each
        for each in plain.xpath("//li[@data-claim]")
        if "金额 2亿元" in " ".join(each.text_content().split())
    )
    path, _, anchor = claim.xpath(".//a[@class='mark-words']/@href")[0].partition("#")
    marked = html.fromstring(live.get(path).body)
    lit = "".join(
        each.text_content() for each in marked.xpath("//article//span[contains(@class,'lit')]")
    )
    assert lit == "工商银行聊城分行向鲁西集团放款2亿元。"
    assert marked.xpath("//*[@id=$id]", id=anchor)


def test_text_of_an_article_is_whole(live: Live, served_folder: Path) -> None:
    page = html.fromstring(live.get("/article/daily·a1").body)
    shown = [p.text_content() for p in page.xpath("//article/h1 | //article/p[not(@class)]")]
    store = open_store(served_folder)
    (text,) = [
        quad.object.value
        for quad in store.quads_for_pattern(
            ox.NamedNode("https://w3id.org/kg-news/id/article/daily·a1"),
            ox.NamedNode("http://persistence.uni-leipzig.org/nlp2rdf/ontologies/nif-core#isString"),
            None,
        )
    ]
    assert "\n".join(shown) == text


def test_every_claim_has_a_page_of_its_own(live: Live, served_folder: Path) -> None:
    claims = list(GraphReader(open_store(served_folder)).claims())
    for claim in claims[:6]:
        text = words(live.get(f"/statement/{claim.id}"))
        assert claim.subject.label in text
        assert claim.quotes[0].text in text


# --------------------------------------------------------------------------------------- tables


def test_regions_add_up(live: Live) -> None:
    whole = words(live.get("/regions", Accept_Language="zh"))
    assert "山东省" in whole
    inside = html.fromstring(live.get("/regions/371500").body)
    rows = {
        row.xpath("./th")[0].text_content(): int(
            row.xpath("./td[@class='number']")[0].text_content()
        )
        for row in inside.xpath("//table/tbody/tr")
    }
    assert set(rows) == {"莘县"}
    assert rows["莘县"] > 0


def column(reply: Reply, number: int) -> list[str]:
    cells = html.fromstring(reply.body).xpath(f"//table/tbody/tr/td[{number}]")
    return [" ".join(cell.text_content().split()) for cell in cells]


@pytest.mark.parametrize(
    ("parameters", "amounts"),
    [
        ("sort=amount", ["64亿元以上", "60亿元", "50亿元", "2亿元"]),
        ("sort=amount&order=up", ["2亿元", "50亿元", "60亿元", "64亿元以上"]),
        ("kind=finances", ["2亿元"]),
        ("min=5500000000&sort=amount", ["64亿元以上", "60亿元"]),
        ("words=工商银行", ["2亿元"]),
        ("since=2023&kind=totalInvestment", ["60亿元"]),
        ("until=2022&kind=totalInvestment", ["64亿元以上"]),
        ("state=negated", []),
        ("region=莘县", []),
    ],
)
def test_investments_are_sorted_and_filtered(
    live: Live, parameters: str, amounts: list[str]
) -> None:
    reply = live.get(f"/investments?{parameters}", Accept_Language="zh")
    assert [amount for amount in column(reply, 4) if amount] == amounts


def test_a_region_is_chosen_by_name_or_code(live: Live) -> None:
    by_name, by_code = (
        column(live.get(f"/investments?region={r}"), 1) for r in ("聊城市", "371500")
    )
    assert by_name == by_code
    assert by_name


@pytest.mark.parametrize(
    "bad", ["min=viel", "since=gestern", "sort=colour", "page=x", "page=9999999"]
)
def test_a_bad_parameter_is_named(live: Live, bad: str) -> None:
    reply = live.get(f"/investments?{bad}")
    assert reply.status == 400
    assert bad.partition("=")[2] in words(reply)


def test_download_has_the_rows_of_the_page(live: Live) -> None:
    reply = live.get("/investments.csv?kind=totalInvestment&sort=amount", Accept_Language="en")
    assert reply.headers["content-disposition"] == 'attachment; filename="investments.csv"'
    assert reply.body.startswith(b"\xef\xbb\xbf")
    rows = list(csv.DictReader(io.StringIO(reply.body.decode("utf-8-sig"))))
    assert [(row["Amount"], row["Unit"]) for row in rows] == [
        ("6400000000", "CNY"),
        ("6000000000", "CNY"),
    ]
    assert all(row["Sentence"] for row in rows)


@pytest.mark.parametrize("name", [query.name for query in cookbook()])
def test_every_ready_question_is_answered(live: Live, name: str) -> None:
    assert live.get(f"/questions/{name}").status == 200
    assert live.get(f"/questions/{name}.csv").type == "text/csv"


def test_a_question_takes_its_parameters(live: Live) -> None:
    assert "鲁西集团" in words(live.get("/questions/companies-in-place?place=聊城市"))
    assert live.get("/questions/bank-loans?min_amount=viel").status == 400
    assert live.get("/questions/none").status == 404


def test_an_example_declares_its_prefixes(live: Live) -> None:
    page = html.fromstring(live.get("/query?example=bank-loans").body)
    text = page.xpath("//textarea")[0].text
    assert "PREFIX kg: <https://w3id.org/kg-news/ontology#>" in text
    assert live.query(text).status == 200


# ----------------------------------------------------------------------------------- linked data

BASE = "https://w3id.org/kg-news/id/"


@pytest.mark.parametrize(
    ("accept", "location", "type_"),
    [
        ("text/html", "/entity/company/%E9%B2%81%E8%A5%BF%E9%9B%86%E5%9B%A2", "text/html"),
        ("", "/entity/company/%E9%B2%81%E8%A5%BF%E9%9B%86%E5%9B%A2", "text/html"),
        ("text/turtle", "/data/company/%E9%B2%81%E8%A5%BF%E9%9B%86%E5%9B%A2", "text/turtle"),
        (
            "application/ld+json",
            "/data/company/%E9%B2%81%E8%A5%BF%E9%9B%86%E5%9B%A2",
            "application/ld+json",
        ),
        (
            "application/rdf+xml;q=0.9, text/html;q=0.5",
            "/data/company/%E9%B2%81%E8%A5%BF%E9%9B%86%E5%9B%A2",
            "application/rdf+xml",
        ),
    ],
)
def test_an_iri_answers_in_the_form_asked_for(
    live: Live, accept: str, location: str, type_: str
) -> None:
    reply = live.get("/id/company/鲁西集团", Accept=accept)
    assert (reply.status, reply.headers["location"]) == (303, location)
    assert live.get(location, Accept=accept).type == type_


def test_every_iri_of_the_graph_answers(live: Live, served_folder: Path) -> None:
    store = open_store(served_folder)
    nodes = {q.subject.value for q in store if getattr(q.subject, "value", "").startswith(BASE)}
    kinds = {}
    for iri in sorted(nodes - {BASE}):
        kinds.setdefault(iri.removeprefix(BASE).partition("/")[0], []).append(iri)
    assert {"company", "article", "statement", "evidence", "document", "run", "piece"} <= set(kinds)
    for iri in [iri for found in kinds.values() for iri in found[:2]]:
        path = "/id/" + iri.removeprefix(BASE)
        page = live.get(path, Accept="text/html").headers["location"]
        assert live.get(page.partition("#")[0]).status == 200, page
        data = live.get(
            live.get(path, Accept="text/turtle").headers["location"], Accept="text/turtle"
        )
        subjects = {str(q.subject) for q in ox.parse(data.body, format=ox.RdfFormat.TURTLE)}
        assert f"<{iri}>" in subjects


@pytest.mark.parametrize("format_", ["ttl", "nt", "jsonld", "rdf"])
def test_data_can_be_downloaded_by_a_link(live: Live, format_: str) -> None:
    reply = live.get(f"/data/company/鲁西集团?format={format_}", Accept="text/html")
    assert reply.status == 200
    assert "鲁西集团" in reply.text or "\\u9C81" in reply.text
    assert reply.headers["access-control-allow-origin"] == "*"
    assert live.get("/data/company/鲁西集团?format=exe").status == 400


@pytest.mark.parametrize(
    "path",
    ["/nothing", "/entity/company/没有", "/article/none", "/statement/0", "/regions/999999", "/regions/x",
     "/entity/document/daily", "/resource/company/没有", "/claims/company/鲁西集团?relation=none", "/data/company/没有"],
)  # fmt: skip
def test_what_is_not_there_is_said_to_be_so(live: Live, path: str) -> None:
    assert live.get(path).status == 404


@pytest.mark.parametrize(
    "path",
    ["/static/../app.py", "/static/%2e%2e/app.py", "/static/..%2fapp.py", "/static//etc/passwd",
     "/static/%2fetc/passwd", "/entity/../../etc/passwd", "/entity/company/..%2f..%2fetc", "/static/",
     "/data/../static", "/questions/..%2f..%2fkg.ttl", "/questions/../kg.ttl.csv"],
)  # fmt: skip
def test_no_path_leads_out(live: Live, path: str) -> None:
    reply = live.get(path)
    assert reply.status in (400, 404)
    assert b"root:" not in reply.body


# --------------------------------------------------------------------------------------- hostile


@pytest.mark.parametrize("name", NAMES)
def test_hostile_names_are_words(hostile: Live, name: str) -> None:
    answer = json.loads(hostile.get("/suggest?q=" + quote(name[:90], safe="")).body)
    hit = next(hit for hit in answer["hits"] if hit["label"] == name)
    for path in (
        hit["page"],
        "/",
        "/search?q=",
        "/investments",
        "/status",
        "/articles",
        "/article/hostile·a1",
        "/regions",
    ):
        page = html.fromstring(hostile.get(path).body)
        assert (
            page.xpath(
                "//script[not(starts-with(@src,'/static/'))] | //img | //*[@onerror or @onmouseover]"
            )
            == []
        )
        assert page.xpath("//a[starts-with(@href,'javascript:')] | //b | //i") == []
    assert name in words(hostile.get(hit["page"])) or " ".join(name.split()) in words(
        hostile.get(hit["page"])
    )


def test_a_formula_is_text_in_a_download(hostile: Live) -> None:
    for path in ("/investments.csv", "/status.csv", "/questions/most-mentioned.csv"):
        body = hostile.get(path).body.decode("utf-8-sig")
        cells = [cell for row in csv.reader(io.StringIO(body)) for cell in row]
        assert not any(cell.startswith("=") for cell in cells)
        if path != "/questions/most-mentioned.csv":
            assert f"'{FORMULA}" in cells
