"""Roles and dependencies as HanLP writes them, and the relations they propose."""

from __future__ import annotations

from dataclasses import replace

import pytest

from kg.annotation import annotate
from kg.extraction.clauses import SentenceView, sentence_views
from kg.extraction.frames import find_framed, frames_of_tree
from kg.model import Argument, Frame, Mention, Token
from tests.factories import find_span, make_article, make_mention

Names = dict[str, str]


def view_of(text: str, names: Names, **seen: object) -> SentenceView:
    """Return the one sentence *text* with mentions of *names* (type by name) and what is seen."""
    article = make_article(text)
    annotated = annotate(article)
    sentence = replace(annotated.sentences[0], **seen)  # type: ignore[arg-type]
    annotated = replace(annotated, sentences=(sentence,))
    mentions: list[Mention] = [make_mention(article, name, type_) for name, type_ in names.items()]
    mentions.sort(key=lambda m: m.span)
    (view,) = sentence_views(annotated, mentions)
    return view


def frame(text: str, predicate: str, **arguments: str) -> Frame:
    found = (
        Argument(role.replace("_", "-"), find_span(text, words))
        for role, words in arguments.items()
    )
    return Frame(find_span(text, predicate), tuple(sorted(found, key=lambda a: a.span)))


def tokens(text: str, *rows: tuple[str, str, int | None, str]) -> tuple[Token, ...]:
    """Build tokens from words, tags, heads (indices) and relations."""
    found, begin = [], 0
    for word, pos, head, relation in rows:
        span = find_span(text[begin:], word).shift(begin)
        found.append(Token(span, pos, head, relation))
        begin = span.end
    return tuple(found)


def said(view: SentenceView) -> set[tuple[str, str, str]]:
    text = {m.id: m.text for m in view.mentions}
    return {(text[r.subject], r.predicate, text[str(r.object)]) for r in find_framed(view)}  # type: ignore[index]


@pytest.mark.parametrize(
    ("text", "names", "predicate", "arguments", "expected"),
    [
        pytest.param(
            "由中铁十五局承建的莘县隧道工程开工。",
            {"中铁十五局": "Company", "莘县隧道工程": "Project"},
            "承建",
            {"ARG0": "中铁十五局", "ARG1": "莘县隧道工程"},
            ("中铁十五局", "builds", "莘县隧道工程"),
            id="object behind 的",
        ),
        pytest.param(
            "鲁西集团去年以来克服困难，加大投入，在高新区投资双酚A项目。",
            {"鲁西集团": "Company", "双酚A项目": "Project"},
            "投资",
            {"ARG0": "鲁西集团", "ARG1": "双酚A项目"},
            ("鲁西集团", "investsIn", "双酚A项目"),
            id="subject far before",
        ),
    ],
)
def test_roles_name_the_ends_whatever_the_order(
    text: str,
    names: Names,
    predicate: str,
    arguments: dict[str, str],
    expected: tuple[str, str, str],
) -> None:
    view = view_of(text, names, frames=(frame(text, predicate, **arguments),))
    assert expected in said(view)


def test_method_is_that_of_the_cue() -> None:
    """The pair scorer learned what cues are worth; a new name for them would mean nothing to it."""
    text = "鲁西集团建设双酚A项目。"
    view = view_of(
        text,
        {"鲁西集团": "Company", "双酚A项目": "Project"},
        frames=(frame(text, "建设", ARG0="鲁西集团", ARG1="双酚A项目"),),
    )
    (relation,) = [r for r in find_framed(view) if r.predicate == "builds"]
    assert relation.evidence.method == "builds-active 建设"
    assert relation.evidence.quote == "鲁西集团建设双酚A项目"


def test_list_of_objects_is_taken_whole() -> None:
    text = "鲁西集团建设双酚A项目、铜箔项目。"
    view = view_of(
        text,
        {"鲁西集团": "Company", "双酚A项目": "Project", "铜箔项目": "Project"},
        frames=(frame(text, "建设", ARG0="鲁西集团", ARG1="双酚A项目、铜箔项目"),),
    )
    assert {object_ for _, predicate, object_ in said(view) if predicate == "builds"} == {
        "双酚A项目",
        "铜箔项目",
    }


def test_name_that_is_not_the_head_is_less_sure() -> None:
    text = "鲁西集团建设双酚A项目厂房。"
    names = {"鲁西集团": "Company", "双酚A项目": "Project"}
    head = frame(text, "建设", ARG0="鲁西集团", ARG1="双酚A项目")
    modifier = frame(text, "建设", ARG0="鲁西集团", ARG1="双酚A项目厂房")
    sure, unsure = (
        max(r.evidence.confidence for r in find_framed(view_of(text, names, frames=(seen,))))
        for seen in (head, modifier)
    )
    assert unsure < sure


def test_sentence_without_frames_proposes_nothing() -> None:
    view = view_of("鲁西集团建设双酚A项目。", {"鲁西集团": "Company", "双酚A项目": "Project"})
    assert said(view) == set()


def test_joined_verb_shares_its_subject() -> None:
    text = "鲁西集团投资，建设双酚A项目。"
    tree = tokens(
        text,
        ("鲁西集团", "NR", 1, "nsubj"),
        ("投资", "VV", None, "root"),
        ("，", "PU", 1, "punct"),
        ("建设", "VV", 1, "conj"),
        ("双酚A项目", "NN", 3, "dobj"),
    )
    (found,) = frames_of_tree(tree, text)
    assert found.predicate.of(text) == "建设"
    assert [(a.role, a.span.of(text)) for a in found.arguments] == [
        ("ARG0", "鲁西集团"),
        ("ARG1", "双酚A项目"),
    ]
    view = view_of(text, {"鲁西集团": "Company", "双酚A项目": "Project"}, tokens=tree)
    assert ("鲁西集团", "builds", "双酚A项目") in said(view)


@pytest.mark.parametrize(
    ("subject", "preposition", "agent"),
    [
        pytest.param((3, "nsubjpass"), (3, "prep"), (1, "pobj"), id="Stanford"),
        pytest.param((3, "nsubj:pass"), (2, "case"), (3, "obl:agent"), id="Universal"),
    ],
)
def test_agent_of_a_passive_stands_with_its_preposition(
    subject: tuple[int, str], preposition: tuple[int, str], agent: tuple[int, str]
) -> None:
    text = "工程由中铁十五局承建。"
    tree = tokens(
        text,
        ("工程", "NN", *subject),
        ("由", "P", *preposition),
        ("中铁十五局", "NR", *agent),
        ("承建", "VV", None, "root"),
    )
    (found,) = frames_of_tree(tree, text)
    assert {(a.role, a.span.of(text).strip("由")) for a in found.arguments} == {
        ("ARG0", "中铁十五局"),
        ("ARG1", "工程"),
    }


def test_circle_in_a_tree_ends() -> None:
    text = "甲乙丙"
    tree = tokens(text, ("甲", "VV", 1, "conj"), ("乙", "VV", 0, "conj"), ("丙", "NN", 0, "dobj"))
    assert list(frames_of_tree(tree, text)) == []
