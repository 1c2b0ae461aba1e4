"""What has to be known of HanLP 2.1.5 to 2.1.7 so that a user need not: the one module that imports it.

HanLP's components work well once they are loaded; around loading, a few faults cost their users hours.
Each is worked around in one place here, with what happens otherwise:

=====================  ============================================================================
`load_component`       `hanlp.load` answers any failure by importing `pkg_resources`, which setuptools
                       81 removed, and by asking PyPI for news: the true cause is lost. It also wants
                       the network where a file is missing (26 s until it gives up). So the component's
                       class is made here, and its own ``load(folder)`` called.
`_trusted`             A config names the classes to make; 2.1.5 imports whatever stands there. 2.1.7
                       refuses classes that are not HanLP's, and so do we for all versions.
`_without_downloads`   Vocabularies, embeddings and encoders are fetched while a component loads.
                       Here a fetch is an error that says what to put where.
`_redirected`          A config keeps the encoder's absolute path on the machine that trained it.
`LenientNames`         The RNN recognizer raises `InvalidTagSequence` at the first label sequence that
                       spells no name, whatever else it found.
`trainable`            `transformers.optimization.AdamW` is gone from transformers 5, and with it every
                       training of a transformer component. Loading and predicting do not need it.
=====================  ============================================================================

What does not concern us is left alone: the RNN tagger's CRF that runs across the batch (mended where we
train, `kg.training.network`), Flair embeddings that import HanLP's own tests, `verbose=True` of a torch
scheduler that is no more.
"""

# mypy: disable-error-code="import-not-found, import-untyped, misc, no-any-return, no-untyped-call"

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import lru_cache
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

from kg.errors import AnnotatorUnavailable

__all__ = [
    "hanlp_version",
    "kind_of",
    "load_component",
    "missing_packages",
    "names_of_tags",
    "pretrained_urls",
    "trainable",
    "transformer_mirrors",
    "unpack",
]

CONFIG = "config.json"
PACKAGES = ("hanlp", "torch", "transformers")
TRUSTED = ("hanlp.", "hanlp_common.", "hanlp_trie.", "kg.")


def missing_packages() -> list[str]:
    """Return which of the packages are not installed; nothing is imported."""
    return [name for name in PACKAGES if find_spec(name) is None]


def hanlp_version() -> str:
    """Return the installed version, or ``""``; nothing is imported."""
    try:
        return version("hanlp")
    except PackageNotFoundError:
        return ""


@lru_cache(maxsize=1)
def pretrained_urls() -> Mapping[str, str]:
    """Return HanLP's published models, URLs by name (0.2 s; torch is not imported)."""
    import hanlp

    return dict(hanlp.pretrained.ALL)


def transformer_mirrors() -> Mapping[str, str]:
    """Return where HanLP publishes the encoders that are not its own, URLs by name."""
    from hanlp.layers.transformers.resource import tokenizer_mirrors

    return dict(tokenizer_mirrors)


# ---------------------------------------------------------------------------------- loading


def load_component(folder: Path, *, encoder: tuple[str, Path] | None = None) -> Any:
    """Load the component in *folder*, without a look at the network.

    Args:
        folder: of a trained component, with its config.json.
        encoder: what the config calls its encoder, and where that lies here.

    Raises:
        AnnotatorUnavailable: something it needs is not there, or it cannot be loaded; why and the
            remedy are in the message.
    """
    config = json.loads((folder / CONFIG).read_text("utf-8"))
    _trusted(config, folder)
    os.environ.setdefault("HF_HUB_OFFLINE", "1")  # read when transformers is imported
    import torch
    from hanlp_common.reflection import object_from_classpath

    if "OMP_NUM_THREADS" not in os.environ:
        # As the builtin tagger: documents are shared out over processes (--jobs), and two threads that
        # share a core are twenty times slower than one.
        torch.set_num_threads(1)
    try:
        with _without_downloads(), _redirected(encoder):
            component = object_from_classpath(config["classpath"])
            component.load(str(folder), verbose=False)
    except AnnotatorUnavailable:
        raise
    except Exception as error:  # torch, transformers and pickle raise what they like
        raise AnnotatorUnavailable(
            f"{folder}: HanLP {hanlp_version()} cannot load this model "
            f"({type(error).__name__}: {error}); was it trained with another version?"
        ) from error
    return _lenient(component)


# What a component does, by the class it inherits from; the first that fits.
_KINDS = (
    ("MultiTaskLearning", "multi"),
    ("BiaffineSemanticDependencyParser", ""),
    ("TransformerTaggingTokenizer", "tok"),
    ("TransformerNamedEntityRecognizer", "ner"),
    ("RNNNamedEntityRecognizer", "ner"),
    ("BiaffineNamedEntityRecognizer", "ner"),
    ("TransformerTagger", "pos"),
    ("RNNTagger", "pos"),
    ("SpanBIOSemanticRoleLabeler", "srl"),
    ("SpanRankingSemanticRoleLabeler", "srl"),
    ("BiaffineDependencyParser", "dep"),
)


def kind_of(component: object) -> str:
    """Return multi, tok, pos, ner, srl or dep: what *component* does; ``""`` where it is of no use."""
    bases = {base.__name__ for base in type(component).__mro__}
    return next((kind for name, kind in _KINDS if name in bases), "")


def unpack(url: str, home: Path) -> None:
    """Unpack the archive of *url*, which lies in *home*, as HanLP does after a download.

    Raises:
        AnnotatorUnavailable: it is damaged.
    """
    from hanlp.utils import io_util

    try:
        with _without_downloads():
            io_util.get_resource(url, save_dir=str(home), verbose=False)
    except (OSError, ValueError, BadZipFile) as error:  # HanLP removes the archive: get it again
        raise AnnotatorUnavailable(f"the download of {url} is damaged ({error})") from error


def _trusted(config: object, folder: Path) -> None:
    """Refuse a config that makes other classes than HanLP's and our own."""
    if isinstance(config, dict):
        classpath = config.get("classpath")
        if classpath is not None and not str(classpath).startswith(TRUSTED):
            raise AnnotatorUnavailable(
                f"{folder / CONFIG}: the class {classpath!r} is not HanLP's; a model must not run "
                "code of its own"
            )
    if isinstance(config, dict | list):
        for part in config.values() if isinstance(config, dict) else config:
            _trusted(part, folder)


@contextmanager
def _without_downloads() -> Iterator[None]:
    """Turn each download into an error with the steps it stands for."""
    from hanlp.utils import io_util

    def refuse(url: str, save_path: str | None = None, **_: object) -> str:
        place = save_path or io_util.path_from_url(url)
        raise AnnotatorUnavailable(
            f"HanLP needs a file that is not here; download {url.partition('#')[0]} and put it, "
            f"unpacked, to {place}"
        )

    original = io_util.download
    io_util.download = refuse
    try:
        yield
    finally:
        io_util.download = original


@contextmanager
def _redirected(encoder: tuple[str, Path] | None) -> Iterator[None]:
    """Let HanLP find the encoder where it lies: through its own table of mirrors."""
    from hanlp.layers.transformers.resource import tokenizer_mirrors

    if encoder is None:
        yield
        return
    name, place = encoder
    before = tokenizer_mirrors.get(name)
    tokenizer_mirrors[name] = str(place)
    try:
        yield
    finally:
        if before is None:
            del tokenizer_mirrors[name]
        else:
            tokenizer_mirrors[name] = before


# ----------------------------------------------------------------------------- RNN recognizers


def _lenient(component: Any) -> Any:
    """Let an RNN recognizer skip what spells no name."""
    from hanlp.components.ner.rnn_ner import RNNNamedEntityRecognizer

    if type(component) is RNNNamedEntityRecognizer:
        component.__class__ = _lenient_class()
    return component


@lru_cache(maxsize=1)
def _lenient_class() -> type:
    from hanlp.components.ner.rnn_ner import RNNNamedEntityRecognizer
    from hanlp.components.taggers.rnn_tagger import RNNTagger

    class LenientNames(RNNNamedEntityRecognizer):
        """HanLP's recognizer, reading what names there are in a broken label sequence."""

        def predict_data(self, data: Any, batch_size: int, **kwargs: Any) -> Any:
            labels = RNNTagger.predict_data(self, data, batch_size, **kwargs)
            return [
                [("".join(tokens[begin:end]), type_, begin, end) for type_, begin, end in found]
                for tokens, found in zip(data, map(names_of_tags, labels), strict=True)
            ]

    return LenientNames


def names_of_tags(tags: Sequence[str]) -> list[tuple[str, int, int]]:
    """Return type, begin and end of the names that *tags* (IOBES, BIO, BIOUL) spell.

    A name ends where its type does or where another begins; what begins in the middle is taken as
    begun.

    >>> names_of_tags(["B-ORG", "E-ORG", "O", "I-LOC", "B-LOC"])
    [('ORG', 0, 2), ('LOC', 3, 4), ('LOC', 4, 5)]
    """
    found: list[tuple[str, int, int]] = []
    is_open = False
    for index, tag in enumerate(tags):
        mark, _, type_ = tag.partition("-")
        goes_on = is_open and mark in "IMEL" and found[-1][0] == type_
        if not type_ or mark == "O":
            is_open = False
            continue
        begin = found.pop()[1] if goes_on else index
        found.append((type_, begin, index + 1))
        is_open = mark not in "ESLU"
    return found


# ----------------------------------------------------------------------------------- training


@contextmanager
def trainable() -> Iterator[None]:
    """Give back, for the time of a training, what HanLP expects of older transformers."""
    import torch
    from transformers import optimization

    class AdamW(torch.optim.AdamW):
        """torch's, which does not know the flag that transformers' had."""

        def __init__(self, *args: Any, no_deprecation_warning: bool = True, **kwargs: Any) -> None:
            super().__init__(*args, **kwargs)

    if hasattr(optimization, "AdamW"):
        yield
        return
    optimization.AdamW = AdamW
    try:
        yield
    finally:
        del optimization.AdamW
