"""Relations that the syntax of a sentence gives away, where an annotator sees it.

Cue words find their ends by the order of words, which news likes to turn around: 由中铁十五局承建的隧道, an
object fronted with 把, a subject three clauses back. Roles (who does what) and dependencies name the
ends whatever the order. So each cue word that is the predicate of a frame proposes its relation
between the names in the frame's arguments, under the cue's own method: to the pair scorer it is the
cue it knows, found in one more place. Without roles and dependencies nothing is proposed.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

from kg.extraction.claims import make_relation
from kg.extraction.clauses import SentenceView
from kg.extraction.cues import cues_in
from kg.model import Argument, Frame, Mention, Relation, Span, Token
from kg.schema import CueSet, load_schema

__all__ = ["find_framed", "frames_of_tree"]

BY_ROLES, BY_TREE = 1.0, 0.9  # factors on the weight of a cue; a parser says less than a labeller
NOT_HEAD = (
    0.75  # factor for a name that is not the head of its argument: 年产120万吨双酚A项目的建设
)

_ACTS = ("ARG0",)
_UNDERGOES = ("ARG1", "ARG2")
_PLACES = ("ARGM-LOC", "ARG2", "ARG1")
_PARTNERS = ("ARG1", "ARG2", "ARGM-ADV", "ARG0")
# Whose words stand for subject and object of a cue set, by the cue set's frame.
_ROLES: Mapping[str, tuple[Sequence[str], Sequence[str]]] = {
    "active": (_ACTS, _UNDERGOES),
    "passive": (_ACTS, _UNDERGOES),
    "product": (_ACTS, _UNDERGOES),
    "located": ((*_ACTS, "ARG1"), _PLACES),
    "mutual": (_ACTS, _PARTNERS),
}

# Stanford's Chinese dependencies (HanLP's close models), Universal ones, and those of LTP and CTB.
_SUBJECT = frozenset({"nsubj", "top", "xsubj", "SBV"})
_PASSIVE_SUBJECT = frozenset({"nsubjpass", "nsubj:pass"})
_OBJECT = frozenset({"dobj", "obj", "ba", "VOB", "attr"})
_PREPOSITION = frozenset({"prep", "ADV"})
_GOVERNED = frozenset({"pobj", "POB", "plmod"})
_OBLIQUE, _CASE = "obl", "case"
_JOINED = frozenset({"conj", "COO"})
_AGENT_WORDS = frozenset({"由", "被", "经"})
_PLACE_WORDS = frozenset({"在", "于"})


def find_framed(view: SentenceView) -> Iterator[Relation]:
    """Yield the relations that the frames of one sentence propose."""
    sentence = view.sentence
    frames = [(frame, BY_ROLES) for frame in sentence.frames]
    frames += [(frame, BY_TREE) for frame in frames_of_tree(sentence.tokens, view.text)]
    if not frames:
        return
    cues = list(cues_in(view))
    for frame, factor in frames:
        for cue, cue_sets in cues:
            if cue.overlaps(frame.predicate):
                for cue_set in cue_sets:
                    yield from _related(view, frame, cue, cue_set, factor)


def _related(
    view: SentenceView, frame: Frame, cue: Span, cue_set: CueSet, factor: float
) -> Iterator[Relation]:
    if cue_set.frame not in _ROLES:
        return
    schema = load_schema()
    relation = schema.relations[cue_set.signals]
    subject_roles, object_roles = _ROLES[cue_set.frame]
    for subject, surer in _in_roles(view, frame, subject_roles, relation.domain):
        for object_, sure in _in_roles(view, frame, object_roles, relation.range):
            if subject.name != object_.name and not _is_other_order(view, cue, cue_set, object_):
                yield make_relation(
                    view,
                    cue_set.signals,
                    subject,
                    object_,
                    method=f"{cue_set.name} {cue.of(view.text)}",
                    confidence=round(cue_set.weight * factor * surer * sure, 3),
                    focus=cue,
                )
        if cue_set.frame in ("located", "mutual"):
            return  # one side alone; the other roles hold the second


def _is_other_order(view: SentenceView, cue: Span, cue_set: CueSet, object_: Mention) -> bool:
    """Say whether a passive cue stands in an active order: A 建设 B, but A 建设的 B is passive."""
    behind = object_.span.begin >= cue.end and view.text[cue.end : cue.end + 1] != "的"
    return cue_set.frame == "passive" and behind


def _in_roles(
    view: SentenceView, frame: Frame, roles: Sequence[str], types: frozenset[str]
) -> Iterator[tuple[Mention, float]]:
    """Yield the names of *types* in the arguments that play *roles*, in the order of the roles."""
    for role in roles:
        for argument in frame.arguments:
            if argument.role == role:
                yield from _heads(view, argument.span, types)


def _heads(
    view: SentenceView, argument: Span, types: frozenset[str]
) -> Iterator[tuple[Mention, float]]:
    """Yield the name that heads an argument and those listed with it.

    The head of a Chinese noun phrase comes last; a name further to the front is less likely meant.
    """
    inside = [m for m in view.outer if argument.begin < m.span.end <= argument.end]
    fitting = [m for m in inside if m.type in types]
    if not fitting:
        return
    last = fitting[-1]
    rest = view.text[last.span.end : argument.end].strip("”》）)等")
    factor = NOT_HEAD if rest else 1.0
    for mention in view.listed_with(last, backwards=True):
        if mention in fitting:
            yield mention, factor


# -------------------------------------------------------------------------------- dependencies


def frames_of_tree(tokens: Sequence[Token], text: str) -> Iterator[Frame]:
    """Yield the frames that a dependency tree shows: verbs with their subjects and objects.

    A verb joined to another shares its subject, as in 鲁西集团投资64亿元，建设双酚A项目.
    """
    children: dict[int, list[int]] = defaultdict(list)
    for index, token in enumerate(tokens):
        if token.head is not None and token.head != index:
            children[token.head].append(index)
    for index, token in enumerate(tokens):
        if token.pos[:1] not in ("V", "v", ""):
            continue
        arguments = list(_arguments(index, tokens, children, text))
        if not any(argument.role == "ARG0" for argument in arguments):
            arguments += _shared_subject(index, tokens, children)
        if len(arguments) > 1:
            ordered = sorted(arguments, key=lambda a: (a.span, a.role))
            yield Frame(token.span, tuple(ordered))


def _arguments(
    verb: int, tokens: Sequence[Token], children: Mapping[int, list[int]], text: str
) -> Iterator[Argument]:
    for child in children.get(verb, ()):
        relation = tokens[child].deprel or ""
        if relation in _SUBJECT:
            yield Argument("ARG0", _subtree(child, tokens, children))
        elif relation in _OBJECT or relation in _PASSIVE_SUBJECT:
            yield Argument("ARG1", _subtree(child, tokens, children))
        elif relation in _PREPOSITION:  # the preposition governs the noun
            role = _role_behind(tokens[child].span.of(text))
            for governed in children.get(child, ()) if role else ():
                if tokens[governed].deprel in _GOVERNED:
                    yield Argument(role, _subtree(governed, tokens, children))
        elif relation.partition(":")[0] == _OBLIQUE:  # the noun governs the preposition
            for marker in children.get(child, ()):
                role = _role_behind(tokens[marker].span.of(text))
                if role and tokens[marker].deprel == _CASE:
                    yield Argument(role, _subtree(child, tokens, children))


def _role_behind(preposition: str) -> str:
    if preposition in _AGENT_WORDS:
        return "ARG0"
    return "ARGM-LOC" if preposition in _PLACE_WORDS else ""


def _shared_subject(
    verb: int, tokens: Sequence[Token], children: Mapping[int, list[int]]
) -> Iterator[Argument]:
    seen: set[int] = set()
    while tokens[verb].deprel in _JOINED and verb not in seen:
        seen.add(verb)
        head = tokens[verb].head
        if head is None:
            return
        verb = head
        subjects = [c for c in children.get(verb, ()) if tokens[c].deprel in _SUBJECT]
        if subjects:
            yield Argument("ARG0", _subtree(subjects[-1], tokens, children))
            return


def _subtree(root: int, tokens: Sequence[Token], children: Mapping[int, list[int]]) -> Span:
    """Return the stretch that *root* and what depends on it cover."""
    seen = {root}
    waiting = [root]
    while waiting:
        for child in children.get(waiting.pop(), ()):
            if child not in seen:  # a parser may err into a circle
                seen.add(child)
                waiting.append(child)
    return Span(
        min(tokens[index].span.begin for index in seen),
        max(tokens[index].span.end for index in seen),
    )
