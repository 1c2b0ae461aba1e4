"""Leave the doctests of modules that train models to machines that have torch, HanLP and gensim."""

from __future__ import annotations

from importlib.util import find_spec

collect_ignore = (
    []
    if find_spec("torch") and find_spec("hanlp")
    else [
        f"kg/training/{name}.py"
        for name in ("export", "language", "network", "pretraining", "tagger")
    ]
)
