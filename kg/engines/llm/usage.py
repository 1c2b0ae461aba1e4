"""Count what a run asked, paid and threw away, and say it in a line or two."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Mapping

from kg.engines.llm.options import Price

__all__ = ["DROPPED", "Tally", "describe_usage"]

DROPPED = "dropped: "
_MILLION = 1_000_000


class Tally:
    """Counts that several threads add to."""

    def __init__(self) -> None:
        self._counts: Counter[str] = Counter()
        self._lock = threading.Lock()

    def add(self, name: str, number: int = 1) -> None:
        """Add *number* to the count of *name*."""
        with self._lock:
            self._counts[name] += number

    def take(self) -> Mapping[str, int]:
        """Return the counts since the last call."""
        with self._lock:
            taken, self._counts = self._counts, Counter()
        return dict(taken)


def describe_usage(counts: Mapping[str, int], price: Price | None) -> tuple[str, ...]:
    """Return lines for people: requests, tokens and cost, then what was dropped and why.

    >>> describe_usage({"requests": 2, "prompt tokens": 4100, "completion tokens": 900, "kept": 3}, None)
    ('llm: 2 requests, 4,100 tokens in, 900 out, 0 answers from the cache',)
    """
    prompt, completion = counts.get("prompt tokens", 0), counts.get("completion tokens", 0)
    retries = f" ({counts['retries']:,} of them again)" if counts.get("retries") else ""
    used = (
        f"llm: {counts.get('requests', 0):,} requests{retries}, "
        f"{prompt:,} tokens in, {completion:,} out{_cost(prompt, completion, price)}, "
        f"{counts.get('cached', 0):,} answers from the cache"
    )
    dropped = {
        name.removeprefix(DROPPED): count
        for name, count in sorted(counts.items(), key=lambda item: (-item[1], item[0]))
        if name.startswith(DROPPED)
    }
    if not dropped:
        return (used,)
    reasons = ", ".join(f"{count:,} {reason}" for reason, count in dropped.items())
    kept = counts.get("kept", 0)
    return used, f"llm: kept {kept:,} claims, dropped {sum(dropped.values()):,} items: {reasons}"


def _cost(prompt: int, completion: int, price: Price | None) -> str:
    if price is None:
        return ""
    cost = (prompt * price.prompt + completion * price.completion) / _MILLION
    return f" ({cost:.4f} {price.currency})"
