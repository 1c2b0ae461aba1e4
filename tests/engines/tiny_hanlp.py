"""HanLP components of a few kilobytes, trained on the spot: real ones, whose answers are poor.

Six sentence patterns are learned by heart in seconds, so what a test expects of them is what HanLP
would say, in HanLP's forms.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from typing import Any

CITIES = ("聊城市", "莘县", "临清市", "高唐县", "东阿县", "冠县")
FIRMS = ("信发集团", "中通客车", "东阿阿胶", "鲁西集团", "祥光铜业", "时风集团")
PERSONS = ("王海磊", "李桂英", "张延飞", "赵立新", "孙秀兰", "周建国")


@dataclass(frozen=True, slots=True)
class Sample:
    """A sentence as each task wants it."""

    words: tuple[str, ...]
    pos: tuple[str, ...]  # CTB
    labels: tuple[str, ...]  # IOBES, MSRA's types
    heads: tuple[int, ...]  # from 1; 0 is the root
    relations: tuple[str, ...]
    roles: tuple[tuple[int, int, int, str], ...]  # predicate, first, last word of the argument


def samples() -> Iterator[Sample]:
    """Yield what the tiny models learn."""
    for city, firm, person in _triples():
        yield Sample(
            (firm, "在", city, "投资", "建设", "铜箔", "项目", "。"),
            ("NR", "P", "NR", "VV", "VV", "NN", "NN", "PU"),
            ("S-ORGANIZATION", "O", "S-LOCATION", "O", "O", "O", "O", "O"),
            (4, 4, 2, 0, 4, 7, 5, 4),
            ("nsubj", "prep", "pobj", "root", "conj", "nn", "dobj", "punct"),
            ((4, 0, 0, "ARG0"), (4, 5, 6, "ARG1"), (3, 0, 0, "ARG0")),
        )
        yield Sample(
            (firm, "董事长", person, "表示", "，", city, "很", "美", "。"),
            ("NR", "NN", "NR", "VV", "PU", "NR", "AD", "VA", "PU"),
            ("S-ORGANIZATION", "O", "S-PERSON", "O", "O", "S-LOCATION", "O", "O", "O"),
            (2, 3, 4, 0, 4, 8, 8, 4, 4),
            ("nn", "nn", "nsubj", "root", "punct", "nsubj", "advmod", "ccomp", "punct"),
            ((3, 0, 2, "ARG0"),),
        )


def _triples() -> Iterator[tuple[str, str, str]]:
    for shift in range(len(CITIES)):
        for index, city in enumerate(CITIES):
            yield city, FIRMS[(index + shift) % 6], PERSONS[(index + 2 * shift) % 6]


# ---------------------------------------------------------------------------------- data files


def write_data(folder: Path, found: Sequence[Sample]) -> dict[str, str]:
    """Write the training files; return their paths by task."""
    folder.mkdir(parents=True, exist_ok=True)
    files = {
        "tok": ("tok.txt", "\n".join(" ".join(s.words) for s in found)),
        "pos": ("pos.tsv", _columns([(s.words, s.pos) for s in found])),
        "ner": ("ner.tsv", _columns([(s.words, s.labels) for s in found])),
        "dep": ("dep.conllx", "\n\n".join(map(_conll, found)) + "\n"),
        "srl": (
            "srl.jsonlines",
            "\n".join(
                json.dumps({"sentences": [s.words], "srl": [s.roles]}, ensure_ascii=False)
                for s in found
            ),
        ),
    }
    for name, content in files.values():
        (folder / name).write_text(content + "\n", "utf-8")
    return {task: str(folder / name) for task, (name, _) in files.items()}


def _columns(found: Sequence[tuple[Sequence[str], Sequence[str]]]) -> str:
    return "\n\n".join(
        "\n".join(f"{word}\t{tag}" for word, tag in zip(*both, strict=True)) for both in found
    )


def _by_character(sample: Sample) -> tuple[list[str], list[str]]:
    labels: list[str] = []
    for word, label in zip(sample.words, sample.labels, strict=True):
        inner = ["I"] * (len(word) - 2)
        marks = ["B", *inner, "E"] if len(word) > 1 else ["S"]
        labels += ["O" if label == "O" else label.replace("S", mark, 1) for mark in marks]
    return list("".join(sample.words)), labels


def _conll(sample: Sample) -> str:
    rows = zip(sample.words, sample.pos, sample.heads, sample.relations, strict=True)
    return "\n".join(
        f"{index}\t{word}\t_\t{pos}\t{pos}\t_\t{head}\t{relation}\t_\t_"
        for index, (word, pos, head, relation) in enumerate(rows, 1)
    )


# ------------------------------------------------------------------------------------- models


def write_encoder(folder: Path, text: str) -> Path:
    """Write an ELECTRA of two thin layers that knows the characters of *text*."""
    from transformers import BertTokenizerFast, ElectraConfig, ElectraModel

    folder.mkdir(parents=True, exist_ok=True)
    characters = sorted(set(text) - set(" \n\t"))
    words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *characters]
    words += [f"##{character}" for character in characters if character.isascii()]
    (folder / "vocab.txt").write_text("\n".join(words) + "\n", "utf-8")
    BertTokenizerFast(vocab=str(folder / "vocab.txt")).save_pretrained(str(folder))
    config = ElectraConfig(
        vocab_size=len(words),
        embedding_size=48,
        hidden_size=48,
        num_hidden_layers=2,
        num_attention_heads=4,
        intermediate_size=96,
        max_position_embeddings=512,
    )
    ElectraModel(config).save_pretrained(str(folder))
    return folder


def train_multi_task(folder: Path, *, epochs: int = 12) -> Path:
    """Train tok, pos, ner, dep and srl together; the component is in the folder returned."""
    from hanlp.common.dataset import SortingSamplerBuilder
    from hanlp.components.mtl.multi_task_learning import MultiTaskLearning
    from hanlp.components.mtl.tasks.dep import BiaffineDependencyParsing
    from hanlp.components.mtl.tasks.ner.tag_ner import TaggingNamedEntityRecognition
    from hanlp.components.mtl.tasks.pos import TransformerTagging
    from hanlp.components.mtl.tasks.srl.bio_srl import SpanBIOSemanticRoleLabeling
    from hanlp.components.mtl.tasks.tok.tag_tok import TaggingTokenization
    from hanlp.layers.embeddings.contextual_word_embedding import ContextualWordEmbedding

    from kg.engines.hanlp.compat import trainable

    files, encoder = _prepared(folder)
    sampler = SortingSamplerBuilder(batch_size=16)

    def options(task: str) -> dict[str, Any]:
        return {"trn": files[task], "dev": files[task], "sampler_builder": sampler, "lr": 5e-3}

    tasks = {
        "tok": TaggingTokenization(**options("tok"), delimiter=" "),
        "pos": TransformerTagging(**options("pos"), dependencies="tok"),
        "ner/msra": TaggingNamedEntityRecognition(
            **options("ner"), dependencies="tok", delimiter_in_entity=""
        ),
        "srl": SpanBIOSemanticRoleLabeling(
            **options("srl"), dependencies="tok", n_mlp_rel=32, doc_level_offset=True
        ),
        "dep": BiaffineDependencyParsing(
            **options("dep"), dependencies="tok", n_mlp_arc=32, n_mlp_rel=32
        ),
    }
    component = MultiTaskLearning()
    with trainable(), _quiet():
        component.fit(
            ContextualWordEmbedding(
                "token", encoder, average_subwords=True, max_sequence_length=512
            ),
            tasks,
            str(folder / "model"),
            epochs=epochs,
            lr=5e-3,
            encoder_lr=5e-3,
            seed=1,
            devices=-1,
            eval_trn=False,
        )
    return folder / "model"


def train_tokenizer(folder: Path) -> Path:
    """Train a component that only cuts words."""
    from hanlp.components.tokenizers.transformer import TransformerTaggingTokenizer

    from kg.engines.hanlp.compat import trainable

    files, encoder = _prepared(folder)
    component = TransformerTaggingTokenizer()
    with trainable(), _quiet():
        component.fit(
            files["tok"],
            files["tok"],
            str(folder / "model"),
            encoder,
            **_options(delimiter=" "),
        )
    return folder / "model"


def train_recognizer(folder: Path) -> Path:
    """Train a component that only finds names, in words."""
    from hanlp.components.ner.transformer_ner import TransformerNamedEntityRecognizer

    from kg.engines.hanlp.compat import trainable

    files, encoder = _prepared(folder)
    component = TransformerNamedEntityRecognizer()
    with trainable(), _quiet():
        component.fit(
            files["ner"],
            files["ner"],
            str(folder / "model"),
            encoder,
            **_options(delimiter_in_entity=""),
        )
    return folder / "model"


def train_rnn_recognizer(folder: Path) -> Path:
    """Train HanLP's RNN recognizer of characters too little, so that its labels spell no names."""
    from hanlp.components.ner.rnn_ner import RNNNamedEntityRecognizer

    files, _ = _prepared(folder)
    characters = _columns([_by_character(sample) for sample in samples()])
    Path(files["ner"]).write_text(characters + "\n", "utf-8")
    component = RNNNamedEntityRecognizer()
    with _quiet():
        component.fit(
            files["ner"],
            files["ner"],
            str(folder / "model"),
            epochs=1,
            embed=8,
            rnn_hidden=8,
            lr=1e-6,
            crf=False,
            tagging_scheme="IOBES",
            seed=1,
            devices=-1,
            token_delimiter="",
        )
    return folder / "model"


def _prepared(folder: Path) -> tuple[dict[str, str], str]:
    import torch

    torch.manual_seed(1)
    torch.set_num_threads(1)
    found = list(samples())
    text = "".join("".join(sample.words) for sample in found)
    return write_data(folder / "data", found), str(write_encoder(folder / "encoder", text))


def _options(**others: object) -> dict[str, Any]:
    return {
        "epochs": 6,
        "lr": 5e-3,
        "transformer_lr": 5e-3,
        "batch_size": 16,
        "average_subwords": True,
        "seed": 1,
        "devices": -1,
        "eval_trn": False,
        **others,
    }


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep HanLP's progress off the terminal."""
    logging.disable(logging.INFO)
    try:
        with redirect_stdout(StringIO()), redirect_stderr(StringIO()):
            yield
    finally:
        logging.disable(logging.NOTSET)
