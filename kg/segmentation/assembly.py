"""Put the articles of a page together from its blocks.

Bodies first: their parts are linked to chains. Then every headline finds its body. A chain that no
headline claims is most likely the rest of another one; a headline that no body claims announces an
article of another page. Bylines and credits go to whom they stand next to and who has none yet.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from kg.model import Document
from kg.segmentation.blocks import Block, BlockKind, blocks_of_text, paragraph_blocks
from kg.segmentation.geometry import blocks_of_layout, bounding_box
from kg.segmentation.heads import (
    Chain,
    Head,
    head_features,
    head_score,
    heads_of_layout,
    heads_of_text,
    stacked,
)
from kg.segmentation.lines import (
    Line,
    ends_sentence,
    ends_with_photo_credit,
    is_teaser_label,
    read_lines,
)
from kg.segmentation.links import (
    DANGLING_BONUS,
    MAX_REACH,
    MIN_WHOLE_SCORE,
    Fragment,
    best_assignment,
    best_links,
    link_features,
    link_score,
    make_fragment,
)
from kg.segmentation.topics import Topics

__all__ = ["Draft", "Page", "assemble", "described"]

MIN_HEAD_SCORE = -1.5  # log odds below which a headline stays without a body
FULL_COVER = 0.4  # share of a headline's words in its body that leaves no doubt
COST_SUBHEAD = 2.5  # for a headline that stands where a subhead would
MIN_SECOND_SCORE = -0.5  # the same for a second one: kicker or deck
FRAME_BONUS = 3.0  # log odds for standing below in columns with the same outer edges
MAX_ROUNDS = 40  # cuts and joints on one page
MAX_CUT_SCORE = 3.0  # log odds of a link that a headline may still cut
COST_CUT = 2.0
MIN_SECOND_COVER = 0.08  # share of a kicker's words that its body repeats
MIN_KNOWN_COVER = 0.3  # the same of the words that any body of the page has
MIN_FAR_COVER = 0.2  # the same where the kicker stands apart from its headline
BESIDE_BONUS = 2.0  # for standing next to the headline
MIN_REJOIN_SCORE = -4.0  # for a chain without headline to become part of another
AIRY_SHARE = 0.65  # of paragraph ends; 0.85 on the seed page, 0.3 where columns end at blank lines
MAX_CAPTION_LINES = 6
CAPTION_WIDTH = 1.45  # a caption is set this much wider than columns


@dataclass(frozen=True, slots=True)
class Page:
    """The blocks of a document, and what linking needs to know of them."""

    blocks: tuple[Block, ...]
    fragments: tuple[Fragment, ...]
    topics: Topics
    displays: tuple[int, ...]  # block indexes of display blocks
    placed: bool  # blocks have boxes
    airy: bool  # a blank line stands between paragraphs, not only between columns

    def between(self, one: Fragment, other: Fragment) -> int:
        """Count the display blocks between two fragments in the order of the document."""
        low, high = sorted((one.order, other.order))
        return bisect_left(self.displays, high) - bisect_right(self.displays, low)


@dataclass(slots=True)
class Draft:
    """An article while it is put together."""

    chain: Chain | None
    heads: list[Head] = field(default_factory=list)
    subheads: list[Head] = field(default_factory=list)
    bylines: list[Line] = field(default_factory=list)


def described(document: Document) -> Page:
    """Cut a document into blocks and describe the bodies among them."""
    lines = read_lines(document)
    blocks = blocks_of_layout(lines) if document.layout else blocks_of_text(lines)
    if not document.layout:
        blocks = paragraph_blocks(blocks)
    bodies = [block for block in blocks if block.kind is BlockKind.BODY]
    usual = _usual_width(bodies)
    fragments = tuple(
        make_fragment(
            number,
            block,
            signed=_is_signed(block, blocks),
            closed=_is_closed(block, blocks),
            caption=_is_caption(block, usual),
        )
        for number, block in enumerate(bodies)
    )
    topics = Topics(fragment.text for fragment in fragments)
    displays = tuple(block.index for block in blocks if block.kind is BlockKind.DISPLAY)
    placed = bool(document.layout)
    airy = not placed and _is_airy(bodies)
    return Page(tuple(blocks), fragments, topics, displays, placed, airy)


def _is_airy(bodies: Sequence[Block]) -> bool:
    """Say whether most paragraphs of a text layer end at a blank line."""
    at_gaps = within = 0
    for block, after in pairwise(bodies):
        last, first = block.lines[-1], after.lines[0]
        if ends_sentence(last.text) and last.width < block.width - 1.8:
            at_gaps += first.gap
            within += not first.gap and first.index == last.index + 1
    return at_gaps > AIRY_SHARE * (at_gaps + within)


def _usual_width(bodies: Sequence[Block]) -> float:
    """Return the column width that most lines of a page have."""
    widths = sorted(block.width for block in bodies for _ in block.lines)
    return widths[len(widths) // 2] if widths else 0.0


def _is_caption(block: Block, usual: float) -> bool:
    """Say whether a body is set as captions are: few lines, wider than the columns beside."""
    if len(block.lines) > MAX_CAPTION_LINES:
        return False
    widest = max(line.width for line in block.lines)
    return widest > CAPTION_WIDTH * usual or ends_with_photo_credit(block.lines[-1].text)


def _is_signed(block: Block, blocks: Sequence[Block]) -> bool:
    """Say whether a byline stands right above a body: it begins an article."""
    before = blocks[block.index - 1] if block.index else None
    if before is None or before.kind is not BlockKind.BYLINE:
        return False
    upper, lower = before.lines[-1].box, block.lines[0].box
    if upper is None or lower is None:
        return True
    return 0 < lower.top - upper.top < 3 * block.lines[0].size and lower.left < upper.right


def _is_closed(block: Block, blocks: Sequence[Block]) -> bool:
    after = blocks[block.index + 1 : block.index + 2]
    return bool(after) and after[0].kind in (BlockKind.JUMP, BlockKind.CREDIT)


def assemble(page: Page) -> list[Draft]:
    """Return the articles of a page, bodies in order, then headlines without a body."""
    chains = chains_of(page)
    heads = heads_of(page, chains)
    return _matched(page, chains, heads)


# --------------------------------------------------------------------------------------- chains


def chains_of(page: Page) -> list[Chain]:
    """Link the fragments of a page to bodies."""
    links = best_links(_link_scores(page))
    followed = set(links.values())
    chains: list[Chain] = []
    for fragment in page.fragments:
        if fragment.number in followed:
            continue
        parts = [fragment]
        while parts[-1].number in links:
            parts.append(page.fragments[links[parts[-1].number]])
        chains.append(Chain(len(chains), tuple(parts)))
    return chains


def _link_scores(page: Page) -> dict[tuple[int, int], float]:
    scores: dict[tuple[int, int], float] = {}
    for one in page.fragments:
        low = max(0, one.number - MAX_REACH)
        for other in page.fragments[low : one.number + MAX_REACH + 1]:
            if one is not other and one.caption == other.caption and not other.opening:
                features = link_features(
                    one, other, page.topics, page.between(one, other), airy=page.airy
                )
                score = link_score(features) + (
                    DANGLING_BONUS if one.dangling else -MIN_WHOLE_SCORE
                )
                scores[one.number, other.number] = score
    return scores


# ---------------------------------------------------------------------------------------- heads


def heads_of(page: Page, chains: Sequence[Chain]) -> list[Head]:
    """Return the headlines of a page, those of other pages included."""
    displays = [block for block in page.blocks if block.kind is BlockKind.DISPLAY]
    if page.placed:
        return heads_of_layout(displays)
    heads = heads_of_text(displays)
    covers = {
        head.number: {c.number: page.topics.covered(head.text, c.text) for c in chains}
        for head in heads
    }
    opening = {
        head.number
        for head in heads
        if head.order == 0 or page.blocks[head.order - 1].kind in (BlockKind.FOLIO, BlockKind.LABEL)
    }
    return stacked(heads, covers, opening)


def head_scores(
    page: Page, chains: Sequence[Chain], heads: Sequence[Head]
) -> dict[tuple[int, int], float]:
    """Return the log odds of every headline and body that may belong together."""
    scores: dict[tuple[int, int], float] = {}
    for head, chain, features in head_pairs(page, chains, heads):
        score = head_score(features, placed=page.placed)
        scores[head.number, chain.number] = score - COST_SUBHEAD * features["inside_whole"]
    return scores


def head_pairs(
    page: Page, chains: Sequence[Chain], heads: Sequence[Head]
) -> Iterable[tuple[Head, Chain, Mapping[str, float]]]:
    orders = [fragment.order for fragment in page.fragments]
    for head in heads:
        at = bisect_left(orders, head.order)
        low, high = max(0, at - MAX_REACH), at + MAX_REACH
        near = {fragment.number for fragment in page.fragments[low:high]}
        reachable = [c for c in chains if any(f.number in near for f in c.fragments)]
        covers = {c.number: page.topics.covered(head.text, c.text) for c in reachable}
        window = orders[low:high]
        for chain in reachable:
            features = head_features(head, chain, page.topics, covers, window)
            # A body that repeats the headline word for word outweighs a pointer beside it.
            doubt = 1.0 - min(1.0, features["cover"] / FULL_COVER)
            yield head, chain, {**features, "teaser": doubt * _is_announced(page, head)}


def _is_announced(page: Page, head: Head) -> bool:
    """Say whether a pointer to another page (→ 2版) stands beside a headline or a label above it.

    A label below says nothing: 今日导读 may open the teasers behind the last headline of a page.
    """
    last = max(line.index for line in head.lines)
    first = min(line.index for line in head.lines)
    for block in page.blocks[max(0, head.order - 2) : head.order + 4]:
        above = first - block.lines[-1].index == 1
        below = block.lines[0].index - last == 1
        if block.kind is BlockKind.POINTER and (above or below):
            return True
        if block.kind is BlockKind.LABEL and above and is_teaser_label(block.text):
            return True
    return False


def _matched(page: Page, chains: Sequence[Chain], heads: Sequence[Head]) -> list[Draft]:
    """Give every body its headlines and rejoin what has none."""
    chains, owner, scores = _settled(page, list(chains), heads)
    drafts = {chain.number: Draft(chain) for chain in chains}
    home = {f.number: chain.number for chain in chains for f in chain.fragments}
    loose: list[Head] = []
    for head in heads:
        target = owner.get(head.number)
        if target is not None:
            drafts[target].heads.append(head)
        else:
            loose.append(head)
    loose = _placed_inside(page, loose, drafts, home)
    if not page.placed:  # with boxes, kicker and headline are one head already
        loose = _seconds(page, loose, drafts, scores)
    found = [draft for draft in drafts.values() if draft.heads or not _is_loose_caption(draft)]
    found += [Draft(None, list(group)) for group in _announcements(page, loose)]
    return found


_Scores = dict[tuple[int, int], float]


def _settled(
    page: Page, chains: list[Chain], heads: Sequence[Head]
) -> tuple[list[Chain], dict[int, int], _Scores]:
    """Cut and join chains until every one has a headline, as far as that pays.

    A chain without a headline is most likely the rest of another; a headline without a body that
    fits the latter half of a chain tells that two articles were joined there.
    """
    for _ in range(MAX_ROUNDS):
        scores = head_scores(page, chains, heads)
        owner = _first_heads(scores)
        better = _parted(page, chains, heads, owner) or _rejoined(page, chains, owner)
        if better is None:
            break
        chains = better
    else:
        scores = head_scores(page, chains, heads)
        owner = _first_heads(scores)
    return chains, owner, scores


def _renumbered(parts: Iterable[Sequence[Fragment]]) -> list[Chain]:
    ordered = sorted(parts, key=lambda fragments: fragments[0].order)
    return [Chain(number, tuple(fragments)) for number, fragments in enumerate(ordered)]


def _parted(
    page: Page, chains: Sequence[Chain], heads: Sequence[Head], owner: Mapping[int, int]
) -> list[Chain] | None:
    """Cut the one chain where a headline without a body gains most from it."""
    loose = [head for head in heads if head.number not in owner and not _is_announced(page, head)]
    best: tuple[float, int, int] = (0.0, -1, -1)
    for chain in chains if loose else ():
        for at in range(1, len(chain.fragments)):
            one, other = chain.fragments[at - 1], chain.fragments[at]
            link = _score(page, one, other)
            if link > MAX_CUT_SCORE:
                continue
            gain = _cut_gain(page, chains, chain, at, loose, heads, owner) - link
            if gain > best[0]:
                best = (gain, chain.number, at)
    if best[1] < 0:
        return None
    parts: list[Sequence[Fragment]] = []
    for chain in chains:
        at = best[2] if chain.number == best[1] else len(chain.fragments)
        parts += [part for part in (chain.fragments[:at], chain.fragments[at:]) if part]
    return _renumbered(parts)


def _cut_gain(
    page: Page,
    chains: Sequence[Chain],
    chain: Chain,
    at: int,
    loose: Sequence[Head],
    heads: Sequence[Head],
    owner: Mapping[int, int],
) -> float:
    """Return what the headlines of a chain and one without a body gain when it is cut."""
    own = [head for head in heads if owner.get(head.number) == chain.number]
    halves = [
        Chain(chain.number, chain.fragments[:at]),
        Chain(len(chains), chain.fragments[at:]),
    ]
    others = [other for other in chains if other.number != chain.number]
    before = sum(head_scores(page, chains, own)[head.number, chain.number] for head in own)
    scores = head_scores(page, [*others, *halves], [*own, *loose])
    numbers = {half.number for half in halves}
    wanted = {pair: score for pair, score in scores.items() if pair[1] in numbers}
    taken = best_assignment(wanted)
    if len(taken) < 2:
        return -99.0
    return sum(scores[head, number] for head, number in taken.items()) - before - COST_CUT


def _rejoined(page: Page, chains: Sequence[Chain], owner: Mapping[int, int]) -> list[Chain] | None:
    """Join the one chain without a headline that continues, or is continued by, another best."""
    headed = set(owner.values())
    best: tuple[float, list[Fragment], set[int]] | None = None
    for chain in chains:
        if chain.number in headed or chain.fragments[0].caption:
            continue
        for other in chains:
            if other.number == chain.number or other.fragments[0].caption:
                continue
            for score, merged in _ways_to_join(page, chain, other):
                if score > MIN_REJOIN_SCORE and (best is None or score > best[0]):
                    best = (score, merged, {chain.number, other.number})
    if best is None:
        return None
    _, merged, gone = best
    return _renumbered([merged, *(c.fragments for c in chains if c.number not in gone)])


def _ways_to_join(page: Page, chain: Chain, other: Chain) -> Iterable[tuple[float, list[Fragment]]]:
    """Yield the orders in which a chain may stand before, behind or inside another."""
    parts, rest = list(chain.fragments), list(other.fragments)
    yield _joint_score(page, other, chain), rest + parts
    yield _joint_score(page, chain, other), parts + rest
    for at in range(1, 0 if parts[0].opening else len(rest)):
        one, two = rest[at - 1], rest[at]
        score = _score(page, one, parts[0]) + _score(page, parts[-1], two)
        if one.dangling and parts[-1].dangling:
            yield score - _score(page, one, two), rest[:at] + parts + rest[at:]


def _first_heads(scores: Mapping[tuple[int, int], float]) -> dict[int, int]:
    """Return the body of each headline, one headline a body, so that the sum is highest."""
    shifted = {pair: score - MIN_HEAD_SCORE for pair, score in scores.items()}
    return best_assignment(shifted)


def _seconds(
    page: Page,
    loose: Sequence[Head],
    drafts: Mapping[int, Draft],
    scores: Mapping[tuple[int, int], float],
) -> list[Head]:
    """Add kickers and decks to the headlines they stand beside; return what is left."""
    left: list[Head] = []
    for head in loose:
        best: tuple[float, int] = (MIN_SECOND_SCORE, -1)
        for number, draft in drafts.items():
            if draft.chain is None or not draft.heads or len(draft.heads) > 2:
                continue
            score = scores.get((head.number, number), -9.0)
            if any(_adjoin(head, other) for other in draft.heads):
                score += BESIDE_BONUS
                if _is_about(page, head, draft.chain, drafts):
                    score = max(score, MIN_SECOND_SCORE + 1.0)
            if _repeats(
                page, head, draft.chain, beside=score > scores.get((head.number, number), -9.0)
            ):
                best = max(best, (score, number))
        if best[1] >= 0 and not _is_announced(page, head):
            drafts[best[1]].heads.append(head)
        else:
            left.append(head)
    return left


def _repeats(page: Page, head: Head, chain: Chain, *, beside: bool) -> bool:
    """Say whether a body repeats enough of a kicker; less is enough beside its headline."""
    cover = page.topics.covered(head.text, chain.text)
    if beside and page.topics.known_covered(head.text, chain.text) > MIN_KNOWN_COVER:
        return True
    return cover > (MIN_SECOND_COVER if beside else MIN_FAR_COVER)


def _is_about(page: Page, head: Head, chain: Chain, drafts: Mapping[int, Draft]) -> bool:
    """Say whether hardly another body repeats more of a kicker than this one."""
    most = max(
        page.topics.covered(head.text, draft.chain.text)
        for draft in drafts.values()
        if draft.chain is not None
    )
    return page.topics.covered(head.text, chain.text) >= 0.6 * most


def _adjoin(one: Head, other: Head) -> bool:
    low, high = sorted((one.number, other.number))
    return high - low == 1 and abs(one.order - other.order) <= 1


def _placed_inside(
    page: Page, loose: Sequence[Head], drafts: Mapping[int, Draft], home: Mapping[int, int]
) -> list[Head]:
    """Take headlines that stand between two parts of one body for its subheads."""
    left: list[Head] = []
    orders = [fragment.order for fragment in page.fragments]
    for head in loose:
        at = bisect_left(orders, head.order)
        before, after = page.fragments[at - 1 : at], page.fragments[at : at + 1]
        if not before or not after or at == 0:
            left.append(head)
            continue
        chain = home.get(before[0].number)
        draft = drafts.get(chain) if chain is not None else None
        inside = chain == home.get(after[0].number)
        if draft is not None and inside and draft.heads and not before[0].dangling:
            draft.subheads.append(head)
        else:
            left.append(head)
    return left


def _joint_score(page: Page, first: Chain, second: Chain) -> float:
    """Return the log odds of one chain going on in another, by all that both speak of."""
    one, other = first.fragments[-1], second.fragments[0]
    if abs(one.number - other.number) > MAX_REACH or other.opening:
        return -99.0
    features = link_features(one, other, page.topics, page.between(one, other), airy=page.airy)
    state = "mid" if one.dangling else "end"
    name = f"{state}_topic" if other.number - one.number == 1 else f"{state}_topic_apart"
    topic = min(3.0, page.topics.shared(first.text, second.text))
    frame = FRAME_BONUS if _in_one_frame(first, second) else 0.0
    return link_score({**features, name: max(topic, features[name])}) + frame


def _in_one_frame(first: Chain, second: Chain) -> bool:
    """Say whether two bodies have the same left and right edge, the second below the first."""
    one = bounding_box([line for part in first.fragments for line in part.block.lines])
    other = bounding_box([line for part in second.fragments for line in part.block.lines])
    if one is None or other is None or one.page != other.page:
        return False
    size = first.fragments[0].block.lines[0].size
    level = abs(one.left - other.left) < size and abs(one.right - other.right) < size
    return level and other.top > one.top


def _score(page: Page, one: Fragment, other: Fragment) -> float:
    features = link_features(one, other, page.topics, page.between(one, other), airy=page.airy)
    return link_score(features)


def _is_loose_caption(draft: Draft) -> bool:
    """Say whether a draft is only the caption of a picture that illustrates another article."""
    return draft.chain is not None and draft.chain.fragments[0].caption


# -------------------------------------------------------------------------------- announcements


def _announcements(page: Page, loose: Sequence[Head]) -> list[list[Head]]:
    """Group headlines without a body: kicker and headline of one teaser belong together."""
    groups: list[list[Head]] = []
    for head in loose:
        if len(head.text) < 3:
            continue
        if groups and _same_teaser(groups[-1], head):
            groups[-1].append(head)
        else:
            groups.append([head])
    return [group for group in groups if len("".join(h.text for h in group)) > 5]


def _same_teaser(group: Sequence[Head], head: Head) -> bool:
    last = group[-1]
    if head.box is not None or not _adjoin(last, head):
        return False
    if head.text.startswith("——") or last.text.startswith("——"):
        return True
    return len(last.text) <= 5 and len(group) == 1
