"""Find a model and its encoder on this machine, or say how to get them.

A published model is two downloads: the model, and the encoder whose configuration it names. HanLP
keeps both under HANLP_HOME (~/.hanlp). Left to itself it would notice a missing one only after trying
the network for half a minute, so all is looked up first. A folder with a trained component is a model
as well; its encoder is where the config says, beside it, or inside it.
"""

from __future__ import annotations

import hashlib
import json
import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from urllib.parse import urlparse

from hanlp_common.constant import HANLP_URL

from kg.engines.hanlp import compat
from kg.errors import AnnotatorUnavailable

__all__ = ["DEFAULT_MODEL", "Model", "cached_models", "find_model", "hanlp_home"]

# Names, parts of speech, roles and dependencies in one pass, 114 MB; BASE and ERNIE are larger and a
# point better.
DEFAULT_MODEL = "CLOSE_TOK_POS_NER_SRL_DEP_SDP_CON_ELECTRA_SMALL_ZH"

LICENCE = "HanLP's Chinese models are CC BY-NC-SA 4.0: not for commercial use"
_DIGEST_CHARS = 12
_CHUNK_BYTES = 2**20

# Which encoder a published model has stands in the model, which is not here yet; its name tells.
_ENCODERS = {
    "electra_small": "hfl/chinese-electra-180g-small-discriminator",
    "electra_base": "hfl/chinese-electra-180g-base-discriminator",
    "ernie_gram": "ernie-gram",
}


@dataclass(frozen=True, slots=True)
class Model:
    """A trained component that is on this machine, with its encoder."""

    name: str  # as it was asked for; of a folder, the folder's
    folder: Path
    encoder: tuple[str, Path] | None = (
        None  # what the config calls it and where it is, if elsewhere
    )

    def digest(self) -> str:
        """Return a hash of the component's files: equal models give equal answers."""
        digest = hashlib.sha256()
        for path in sorted(self.folder.iterdir()):
            if path.is_file() and path.suffix in (".json", ".pt"):
                digest.update(path.name.encode())
                with path.open("rb") as stream:
                    while chunk := stream.read(_CHUNK_BYTES):
                        digest.update(chunk)
        return digest.hexdigest()[:_DIGEST_CHARS]


def hanlp_home() -> Path:
    """Return where HanLP keeps what it downloads."""
    if home := os.environ.get("HANLP_HOME"):
        return Path(home)
    if sys.platform == "win32":
        return Path(os.environ.get("APPDATA", "")) / "hanlp"
    return Path.home() / ".hanlp"


def find_model(name: str) -> Model:
    """Return the model *name*: of a published one, or a folder.

    Raises:
        AnnotatorUnavailable: it is not here, or its encoder is not; with the steps to get both.
        ValueError: HanLP publishes no such model, and there is no such folder.
    """
    path = Path(name).expanduser()
    if path.is_dir():
        return _in_folder(path.name, path)
    if os.sep in name or "/" in name or name.startswith((".", "~")):
        raise ValueError(f"there is no folder {name}")
    urls = compat.pretrained_urls()
    if name not in urls:
        near = get_close_matches(name.upper(), urls, n=3, cutoff=0.4)
        hint = f"did you mean {' or '.join(near)}?" if near else "give its folder"
        raise ValueError(f"neither a folder nor a model that HanLP publishes; {hint}")
    url = urls[name]
    if not _is_here(url):
        raise AnnotatorUnavailable(_steps(name, url))
    if not _place(url).is_dir():
        compat.unpack(url, hanlp_home())
    return _in_folder(name, _place(url))


def cached_models() -> Iterator[str]:
    """Yield the names of the published models that are on this machine."""
    for name, url in sorted(compat.pretrained_urls().items()):
        if (_place(url) / compat.CONFIG).is_file():
            yield name


def _in_folder(name: str, folder: Path) -> Model:
    file = folder / compat.CONFIG
    if not file.is_file():
        old = (folder / "meta.json").is_file()
        why = "a TensorFlow model of HanLP 2.0" if old else f"no {compat.CONFIG} in it"
        raise AnnotatorUnavailable(f"{folder} is no component that HanLP 2.1 trained: {why}")
    try:
        config = json.loads(file.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise AnnotatorUnavailable(f"{file}: cannot be read ({error}); get it again") from error
    if not isinstance(config, dict) or not isinstance(config.get("classpath"), str):
        raise AnnotatorUnavailable(f"{file} names no class; is it the config of a component?")
    encoders = sorted(set(_encoders(config)))
    return Model(name, folder, _find_encoder(encoders[0], folder) if encoders else None)


def _encoders(config: object) -> Iterator[str]:
    """Yield the transformers that a config names, however deep."""
    if isinstance(config, dict):
        if isinstance(name := config.get("transformer"), str):
            yield name
        config = list(config.values())
    if isinstance(config, list):
        for part in config:
            yield from _encoders(part)


def _find_encoder(name: str, folder: Path) -> tuple[str, Path] | None:
    """Return where the encoder is if HanLP would not find it by itself, None if it would."""
    if Path(name).is_dir():
        return None
    last = name.replace("\\", "/").rstrip("/").rpartition("/")[2]
    for place in (folder / last, folder.parent / last):
        if (place / compat.CONFIG).is_file():
            return name, place
    url = compat.transformer_mirrors().get(name)
    if url is not None and _is_here(url):
        return None
    hub = Path(os.environ.get("HF_HOME", Path.home() / ".cache" / "huggingface")) / "hub"
    if (hub / f"models--{name.replace('/', '--')}").is_dir():
        return None
    get = _fetch(url) if url else f"copy its folder to {folder.parent / last}"
    raise AnnotatorUnavailable(f"the model in {folder} needs the encoder {name}:\n{get}")


# ------------------------------------------------------------------------------ how to get it


def _place(url: str) -> Path:
    """Return the folder that HanLP unpacks *url* to."""
    return _archive(url).with_suffix("")


def _archive(url: str) -> Path:
    """Return the file that HanLP downloads *url* to."""
    path = url.removeprefix(HANLP_URL)
    if path == url:
        parsed = urlparse(url)
        path = f"thirdparty/{parsed.netloc}{parsed.path}"
    return hanlp_home() / path


def _is_here(url: str) -> bool:
    return _place(url).is_dir() or _archive(url).is_file()


def _steps(name: str, url: str) -> str:
    encoder = next((e for key, e in _ENCODERS.items() if key in url), None)
    mirror = compat.transformer_mirrors().get(encoder) if encoder else None
    downloads = [_fetch(url), *([_fetch(mirror)] if mirror else [])]
    return (
        f"HanLP's model {name} is not in {hanlp_home()} (HANLP_HOME). kg downloads nothing; get the "
        "model and its encoder:\n"
        + "".join(f"{download}\n" for download in downloads)
        + f"{LICENCE}. Without it: --engine builtin, or hanlp:FOLDER with a model of your own"
    )


def _fetch(url: str) -> str:
    return f"  curl --create-dirs -o {_archive(url)} {url}"
