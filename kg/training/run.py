"""Train every model kg ships, in the order in which they build on each other.

The tagger comes first, with its predictions on documents it has not seen (the jackknife): the
scorers of entities, relations and facts learn from those, so that they meet in training the mistakes
they will meet in use.
"""

from __future__ import annotations

import importlib
import logging
from collections.abc import Sequence
from pathlib import Path

from kg.errors import AnnotatorUnavailable

__all__ = ["train_models"]

logger = logging.getLogger(__name__)

NEEDED_BY_TAGGER = ("torch", "hanlp", "gensim")
NEEDED_BY_SCORERS = ("sklearn", "scipy")


def train_models(
    gold: Sequence[Path],
    out: Path,
    *,
    raw: Sequence[Path] = (),
    pretrained: Path | None = None,
    jackknife: Path | None = None,
    work: Path = Path("exports/training"),
) -> None:
    """Write `tagger.npz`, `relations.npz`, `entities.npz` and `facts.npz` to *out*.

    What is learned from raw news is also written as `language.npz`, which segmentation runs.

    Args:
        gold: folders of annotated documents (`.json` with `.txt` beside it).
        out: where the models go; `kg/models` of a checkout makes them the bundled ones.
        raw: raw news to learn vectors and language models from.
        pretrained: what an earlier run learned from raw news, instead of *raw*.
        jackknife: held-out predictions of an earlier run: the tagger is not trained again.
        work: for checkpoints and logs.

    Raises:
        AnnotatorUnavailable: a package that training needs is not installed.
    """
    _require(NEEDED_BY_SCORERS if jackknife else (*NEEDED_BY_TAGGER, *NEEDED_BY_SCORERS))
    out.mkdir(parents=True, exist_ok=True)
    folders = [str(folder) for folder in gold]
    if jackknife is None:
        source = ["--pretrained", str(pretrained)] if pretrained else ["--raw", *map(str, raw)]
        _run("tagger", ["--gold", *folders, *source, "--out", str(out), "--work", str(work)])
        jackknife = work / "jackknife.jsonl"
    arguments = ["--gold", *folders, "--jackknife", str(jackknife), "--out", str(out)]
    _run("scorers", arguments)


def _require(packages: Sequence[str]) -> None:
    missing = []
    for package in packages:
        try:
            importlib.import_module(package)
        except ImportError:
            missing.append(package)
    if missing:
        raise AnnotatorUnavailable(
            f"training needs {', '.join(missing)}: pip install 'kg-news[train]' "
            "(a plain Linux install of torch is 5 GB; its CPU build needs 0.8 GB)"
        )


def _run(module: str, arguments: Sequence[str]) -> None:
    logger.info("training: %s", module)
    importlib.import_module(f"kg.training.{module}").main(arguments)
