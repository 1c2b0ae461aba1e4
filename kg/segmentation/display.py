"""Tell display lines (headline, kicker, subhead) from body lines by their words and neighbours.

One line says little: a headline has no full stop, but neither has every third line of body text.
Together with its neighbours it says much: does it go on with the line above, does the line below go
on with it, is it as wide as they are, does a paragraph end above. The evidence is added up to log
odds; blocks.py weighs them against column widths.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from kg.segmentation.continuity import continuation_score, opening_score
from kg.segmentation.lines import Line, LineKind, ends_sentence

__all__ = ["display_features", "display_odds", "is_article_opening"]

# 本报讯, 【本报讯】, 本报江阴专电, 晨报讯（记者, 央视网消息（新闻联播）
_OPENING = re.compile(
    r"[【\[(（]?(?:本报|本刊|本网|本台|新华社|中新社|央视网|[\u4e00-\u9fff]{1,4}报|特区|快|记者)[\u4e00-\u9fff]{0,6}(?:\d{1,2}月\d{1,2}日|\d{1,2}日)?"
    r"[】\]]?(?:讯|专电|电|消息)(?:[】\])）]|[\s（(：:]|员?\s)"
    r"|[\u4e00-\u9fff]{2,4}讯[（(](?:.{0,6}记者|通讯员)"
)
_INNER = re.compile("[，；：、。]")
_HALVES = re.compile(r"^[^\s，。]{3,10}\s[^\s，。]{3,10}$")
SUPPORT_LINES = 5  # on either side, asked for lines of equal width
EQUAL_EM = 0.9


def is_article_opening(text: str) -> bool:
    """Say whether a body begins as only an article does: 本报讯（记者 张琪）."""
    return _OPENING.match(text.lstrip()) is not None


def display_features(lines: Sequence[Line], at: int) -> dict[str, float]:
    """Return the evidence for line *at* being a display line."""
    line = lines[at]
    text = line.text
    features = {
        "bias": 1.0,
        "stop": float(text[-1] in "。；"),
        "comma": float(text[-1] in "，、："),
        "ended": float(ends_sentence(text)),
        "stop_inside": float("。" in text[:-1]),
        "comma_inside": float("，" in text[:-1]),
        "marks": min(1.0, 4 * len(_INNER.findall(text)) / max(4.0, line.width)),
        "opening": _clip(opening_score(text), 4.0),
        "article": float(is_article_opening(text)),
        "stretched": float(line.stretched),
        "halves": float(_HALVES.match(text) is not None),
        "deck": float(text.startswith("——")),
        "quoted": float("“" in text and "”" in text),
        "narrow": max(0.0, 9.0 - line.width) / 4,
        "wide": max(0.0, line.width - 19.0) / 4,
        "support": _support(lines, at),
    }
    features.update(_above(lines, at))
    features.update(_below(lines, at))
    return features


def _clip(value: float, limit: float) -> float:
    return max(-limit, min(limit, value))


def _support(lines: Sequence[Line], at: int) -> float:
    """Return the share of lines around that are as wide as this one."""
    near = [
        other
        for other in lines[max(0, at - SUPPORT_LINES) : at + SUPPORT_LINES + 1]
        if other.kind is LineKind.TEXT and other.index != at
    ]
    equal = sum(abs(other.width - lines[at].width) < EQUAL_EM for other in near)
    return equal / max(4, len(near))


def _above(lines: Sequence[Line], at: int) -> dict[str, float]:
    line, upper = lines[at], lines[at - 1] if at else None
    if upper is None or line.gap:
        return {
            "gap_above": 1.0,
            "gap_ended": float(upper is not None and ends_sentence(upper.text)),
        }
    if upper.kind is not LineKind.TEXT:
        return {f"above_{upper.kind.value}": 1.0}
    equal = abs(upper.width - line.width) < EQUAL_EM
    if ends_sentence(upper.text):
        return {"above_ended": 1.0, "above_ended_equal": float(equal)}
    flow = continuation_score(upper.text, line.text)
    return {
        "above_mid": 1.0,
        "above_comma": float(upper.text[-1] in "，、；："),
        "above_equal": float(equal),
        "above_flow": _clip(flow, 5.0),
        "above_torn": max(0.0, -flow - 4.0) / 4,
        "above_wider": _clip((line.width - upper.width) / 4, 2.0),
    }


def _below(lines: Sequence[Line], at: int) -> dict[str, float]:
    line, lower = lines[at], lines[at + 1] if at + 1 < len(lines) else None
    if lower is None or lower.gap:
        return {"gap_below": 1.0, "gap_below_mid": float(not ends_sentence(line.text))}
    if lower.kind is not LineKind.TEXT:
        return {f"below_{lower.kind.value}": 1.0}
    equal = abs(lower.width - line.width) < EQUAL_EM
    if ends_sentence(line.text):
        return {"below_ended": 1.0, "below_ended_equal": float(equal)}
    flow = continuation_score(line.text, lower.text)
    return {
        "below_mid": 1.0,
        "below_equal": float(equal),
        "below_flow": _clip(flow, 5.0),
        "below_torn": max(0.0, -flow - 4.0) / 4,
        "below_opening": _clip(opening_score(lower.text), 4.0),
        "below_article": float(is_article_opening(lower.text)),
        "below_wider": _clip((line.width - lower.width) / 4, 2.0),
        "below_stop": float("。" in lower.text or lower.text[-1] in "，、；"),
    }


# Fitted to typeset pages by benchmarks/fit_display.py.
WEIGHTS: dict[str, float] = {
    "above_byline": -1.9,
    "above_comma": -2.6,
    "above_credit": 1.5,
    "above_ended": -1.5,
    "above_ended_equal": 0.4,
    "above_equal": -1.2,
    "above_flow": -0.3,
    "above_folio": 1.3,
    "above_jump": 0.9,
    "above_label": 1.5,
    "above_mid": -1.6,
    "above_pointer": 1.0,
    "above_torn": 0.3,
    "above_wider": 0.1,
    "article": -5.9,
    "below_article": 1.2,
    "below_byline": 2.3,
    "below_credit": -0.2,
    "below_ended": -1.7,
    "below_ended_equal": -0.1,
    "below_equal": -0.3,
    "below_flow": -0.4,
    "below_folio": 0.8,
    "below_jump": -0.8,
    "below_label": 1.6,
    "below_mid": -1.8,
    "below_opening": 0.3,
    "below_pointer": 2.0,
    "below_stop": -1.8,
    "below_torn": 0.4,
    "below_wider": 0.6,
    "bias": 1.8,
    "comma": -4.2,
    "comma_inside": -4.0,
    "deck": 2.5,
    "ended": -4.0,
    "gap_above": 0.5,
    "gap_below": -0.4,
    "gap_below_mid": 1.0,
    "gap_ended": -0.8,
    "halves": 0.2,
    "marks": -4.7,
    "narrow": 2.9,
    "quoted": 1.0,
    "stop": -2.7,
    "stop_inside": -3.4,
    "stretched": -4.5,
    "support": -5.5,
    "wide": -0.4,
}


def display_odds(lines: Sequence[Line], at: int) -> float:
    """Return the log odds that line *at* is a display line."""
    features = display_features(lines, at)
    return sum(WEIGHTS.get(name, 0.0) * value for name, value in features.items())
