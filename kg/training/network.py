"""The network of the tagger as HanLP trains it.

HanLP 2.1's RNN tagger has three faults that matter here, all still in 2.1.7, and this module mends
them in subclasses: its CRF is built without ``batch_first``, so it runs across the batch instead of
along the sentence (and learns nothing); its span reader raises on broken label sequences; its
training loop decodes every training batch, which costs more than the gradient. What is added: vectors of
neighbouring pairs, dictionary cues, and a second chain of labels for names inside names.
"""

# mypy: disable-error-code="import-not-found, import-untyped, misc, no-any-return, no-untyped-call"

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import torch
from hanlp.common.dataset import PadSequenceDataLoader, SortingSampler
from hanlp.common.transform import FieldToIndex
from hanlp.common.vocab import Vocab
from hanlp.components.ner.rnn_ner import RNNNamedEntityRecognizer
from hanlp.datasets.ner.loaders.tsv import TSVTaggingDataset
from hanlp.layers.crf.crf import CRF
from torch import Tensor, nn

from kg.annotation.tagger import Encoded

__all__ = ["ILLEGAL", "NestedNameRecognizer", "NestedTaggingModel", "labels_of"]

ILLEGAL = -100.0  # score of a move that no labelling makes: from B-Place to O


def labels_of(types: Sequence[str]) -> list[str]:
    """Return O and the four labels of each type: begin, inside, end, single character."""
    return ["O", *(f"{mark}-{type_}" for type_ in types for mark in "BIES")]


def _is_legal(left: str, right: str) -> bool:
    (mark, _, type_), (next_mark, _, next_type) = left.partition("-"), right.partition("-")
    if mark in ("B", "I"):
        return next_mark in ("I", "E") and type_ == next_type
    return next_mark not in ("I", "E")


class LegalCRF(CRF):
    """HanLP's CRF along the sentence, with only the moves that spell names, and faster."""

    def __init__(self, labels: Sequence[str]) -> None:
        super().__init__(len(labels), batch_first=True)
        # An illegal move has probability 0, so its gradient is 0 too and the score stays.
        with torch.no_grad():
            for i, left in enumerate(labels):
                for j, right in enumerate(labels):
                    if not _is_legal(left, right):
                        self.transitions[i, j] = ILLEGAL
                if not _is_legal("O", left):
                    self.start_transitions[i] = ILLEGAL
                if not _is_legal(left, "O"):
                    self.end_transitions[i] = ILLEGAL

    def _compute_normalizer(self, emissions: Tensor, mask: Tensor) -> Tensor:
        """Sum over all labellings by matrix products (HanLP adds up a cube at each step)."""
        weights = self.transitions.exp()
        score = self.start_transitions + emissions[0]
        for time in range(1, len(emissions)):
            top = score.max(dim=1, keepdim=True).values
            reached = ((score - top).exp() @ weights).clamp_min(1e-30).log() + top + emissions[time]
            score = torch.where(mask[time].unsqueeze(1), reached, score)
        return torch.logsumexp(score + self.end_transitions, dim=1)

    def _compute_score(self, emissions: Tensor, tags: Tensor, mask: Tensor) -> Tensor:
        """Add up one labelling's scores without a loop."""
        real = mask.type_as(emissions)
        steps = emissions.gather(2, tags.unsqueeze(2)).squeeze(2) * real
        moves = self.transitions[tags[:-1], tags[1:]] * real[1:]
        last = tags.gather(0, mask.long().sum(0, keepdim=True) - 1).squeeze(0)
        ends = self.start_transitions[tags[0]] + self.end_transitions[last]
        return steps.sum(0) + moves.sum(0) + ends


class NestedTaggingModel(nn.Module):
    """Embeddings and cues, a bidirectional LSTM, and a chain of labels for each layer."""

    def __init__(
        self,
        *,
        character_count: int,
        pair_count: int,
        character_size: int,
        pair_size: int,
        cue_count: int,
        hidden_size: int,
        labels: Sequence[Sequence[str]],
        drop: float,
        input_drop: float,
        unknown_drop: float,
    ) -> None:
        super().__init__()
        self.characters = nn.Embedding(character_count, character_size)
        self.pairs = nn.Embedding(pair_count, pair_size)
        self.character_size, self.pair_size = character_size, pair_size
        width = character_size + 2 * pair_size + cue_count
        # Two one-way networks instead of a packed bidirectional one: torch runs those through
        # oneDNN, three times as fast.
        self.ahead = nn.LSTM(width, hidden_size, batch_first=True)
        self.back = nn.LSTM(width, hidden_size, batch_first=True)
        self.out = nn.Linear(2 * hidden_size, sum(map(len, labels)))
        nn.init.xavier_uniform_(self.out.weight)
        self.chains = nn.ModuleList(LegalCRF(layer) for layer in labels)
        self.sizes = [len(layer) for layer in labels]
        self.drop, self.input_drop, self.unknown_drop = drop, input_drop, unknown_drop

    @property
    def crf(self) -> CRF:
        """The chain of the outer names, where HanLP looks for it."""
        return self.chains[0]

    def forward(
        self, characters: Tensor, left: Tensor, right: Tensor, cues: Tensor, mask: Tensor
    ) -> Tensor:
        """Return the emissions, sentence × time × label of all layers."""
        characters, left, right = (self._forget(ids, mask) for ids in (characters, left, right))
        vectors = torch.cat([self.characters(characters), self.pairs(left), self.pairs(right)], -1)
        inputs = torch.cat([self._shared_drop(vectors, self.input_drop), cues], -1)
        mirror = _mirror(mask).unsqueeze(2)
        ahead, _ = self.ahead(inputs)
        back, _ = self.back(inputs.gather(1, mirror.expand_as(inputs)))
        back = back.gather(1, mirror.expand_as(back))
        return self.out(self._shared_drop(torch.cat([ahead, back], -1), self.drop))

    def _forget(self, ids: Tensor, mask: Tensor) -> Tensor:
        """Replace some identifiers by UNKNOWN, so that the network does not live on rote."""
        if not self.training or not self.unknown_drop:
            return ids
        forgotten = torch.rand(ids.shape) < self.unknown_drop
        return ids.masked_fill(forgotten & mask & ids.gt(0), 1)

    def _shared_drop(self, x: Tensor, rate: float) -> Tensor:
        """Drop the same dimensions all along a sentence."""
        if not self.training or not rate:
            return x
        keep = torch.bernoulli(torch.full((x.shape[0], 1, x.shape[2]), 1 - rate)) / (1 - rate)
        return x * keep

    def load_language_model(self, state: Mapping[str, Any]) -> None:
        """Start from the vectors and the two one-way networks of a language model.

        The forward one has read a character with its left neighbour, the backward one with its
        right neighbour; the weights of what they have not seen start near zero.
        """
        size, pairs = self.character_size, self.pair_size
        with torch.no_grad():
            self.characters.weight.copy_(torch.as_tensor(state["char.weight"]))
            self.pairs.weight.copy_(torch.as_tensor(state["bi.weight"]))
            if "f.weight_ih_l0" not in state:
                return
            for prefix, lstm, seen in (("f", self.ahead, size), ("b", self.back, size + pairs)):
                source = torch.as_tensor(state[f"{prefix}.weight_ih_l0"])
                lstm.weight_ih_l0.mul_(0.3)
                lstm.weight_ih_l0[:, :size] = source[:, :size]
                lstm.weight_ih_l0[:, seen : seen + pairs] = source[:, size:]
                for part in ("weight_hh_l0", "bias_ih_l0", "bias_hh_l0"):
                    getattr(lstm, part).copy_(torch.as_tensor(state[f"{prefix}.{part}"]))


def _mirror(mask: Tensor) -> Tensor:
    """Return, for each sentence, the indices that read it from its end; padding stays in place."""
    times = torch.arange(mask.shape[1]).expand_as(mask)
    lengths = mask.sum(1, keepdim=True)
    return torch.where(mask, lengths - 1 - times, times)


class NestedNameRecognizer(RNNNamedEntityRecognizer):
    """HanLP's RNN recognizer with pairs, cues and a layer for names inside names."""

    def build_dataset(self, data: Any, transform: Any) -> TSVTaggingDataset:
        return TSVTaggingDataset(data, transform)

    def build_vocabs(self, dataset: Any, logger: Any) -> None:
        for name, layer in zip(("tag", "inner"), self.config.labels, strict=True):
            vocab = Vocab(unk_token=None, pad_token=None)
            for label in layer:
                vocab.add(label)
            self.vocabs[name] = vocab
        self.vocabs[self.config.token_key] = Vocab()
        self.vocabs.lock()

    def build_dataloader(
        self,
        data: Any,
        batch_size: int,
        shuffle: bool = False,
        device: Any = None,
        logger: Any = None,
        **kwargs: Any,
    ) -> PadSequenceDataLoader:
        if self.vocabs.mutable:
            self.build_vocabs(None, logger)
        # The inherited loader would look tokens up; here they are numbers already.
        dataset = self.build_dataset(
            data,
            [FieldToIndex("tag", self.vocabs["tag"]), FieldToIndex("inner", self.vocabs["inner"])],
        )
        sampler = SortingSampler([len(s["token"]) for s in data], batch_size, shuffle=shuffle)
        return PadSequenceDataLoader(
            dataset, device=device, batch_sampler=sampler, vocabs=self.vocabs
        )

    def build_model(self, **config: Any) -> NestedTaggingModel:
        options = (
            "character_count",
            "pair_count",
            "character_size",
            "pair_size",
            "cue_count",
            "labels",
            "drop",
            "input_drop",
            "unknown_drop",
        )
        model = NestedTaggingModel(
            hidden_size=config["rnn_hidden"], **{name: config[name] for name in options}
        )
        if (state := getattr(self, "language_model", None)) is not None:
            model.load_language_model(state)
        # Some 70,000 pairs would be changed by the few that the gold texts hold.
        model.pairs.weight.requires_grad_(not config["freeze_pairs"])
        return model

    def save_weights(self, save_dir: Any, filename: str = "model.pt", **kwargs: Any) -> None:
        super().save_weights(save_dir, filename, trainable_only=False)

    def build_optimizer(self, optimizer: str, lr: float, **kwargs: Any) -> torch.optim.Optimizer:
        slow = [*self.model.ahead.parameters(), *self.model.back.parameters()]
        vectors = [*self.model.characters.parameters(), *self.model.pairs.parameters()]
        fast = [*self.model.out.parameters(), *self.model.chains.parameters()]
        groups = [
            {"params": slow, "lr": lr},
            {"params": fast, "lr": 2 * lr},
            {"params": [p for p in vectors if p.requires_grad], "lr": self.config.vector_lr},
        ]
        return torch.optim.Adam([group for group in groups if group["params"]])

    def feed_batch(self, batch: Mapping[str, Any]) -> tuple[Tensor, Tensor]:
        pieces: list[Encoded] = batch["encoded"]
        steps = max(map(len, pieces))
        ids = np.zeros((3, len(pieces), steps), dtype=np.int64)
        cues = np.zeros((len(pieces), steps, pieces[0].cues.shape[1]), dtype=np.float32)
        mask = np.zeros((len(pieces), steps), dtype=bool)
        for row, piece in enumerate(pieces):
            parts = (piece.characters, piece.left_pairs, piece.right_pairs)
            ids[:, row, : len(piece)] = np.stack(parts)
            cues[row, : len(piece)] = piece.cues
            mask[row, : len(piece)] = True
        tensors = [torch.from_numpy(array) for array in (*ids, cues, mask)]
        return self.model(*tensors), tensors[-1]

    def compute_loss(self, criterion: Any, out: Tensor, y: Any, mask: Tensor) -> Tensor:
        """Return the negative log likelihood of both layers, per sentence."""
        layers = out.split(self.model.sizes, dim=2)
        loss = sum(
            -chain(emissions, tags, mask)
            for chain, emissions, tags in zip(self.model.chains, layers, y, strict=True)
        )
        return loss / len(mask)

    def decode_output(
        self, logits: Tensor, mask: Tensor, batch: Any, model: Any = None
    ) -> list[list[list[int]]]:
        layers = logits.split(self.model.sizes, dim=2)
        decoded = [
            chain.decode(emissions, mask)
            for chain, emissions in zip(self.model.chains, layers, strict=True)
        ]
        return [list(pair) for pair in zip(*decoded, strict=True)]

    def predict_data(self, data: Any, batch_size: int, **kwargs: Any) -> list[list[list[str]]]:
        """Return the labels of both layers for each sample; broken sequences do not matter."""
        self.model.eval()
        loader = self.build_dataloader(data, batch_size)
        found: dict[int, list[list[str]]] = {}
        with torch.no_grad():
            for batch in loader:
                out, mask = self.feed_batch(batch)
                for index, layers in zip(
                    batch["_idx_"], self.decode_output(out, mask, batch), strict=True
                ):
                    found[index] = [
                        [layer[label] for label in path]
                        for layer, path in zip(self.config.labels, layers, strict=True)
                    ]
        return [found[index] for index in sorted(found)]

    def execute_training_loop(
        self,
        trn: Any,
        dev: Any,
        epochs: int,
        criterion: Any,
        optimizer: torch.optim.Optimizer,
        metric: Any,
        save_dir: Any,
        logger: logging.Logger,
        **kwargs: Any,
    ) -> None:
        """Train for a fixed number of epochs, with a falling rate, and keep an average.

        Picking the best epoch needs data that is then lost for training; an exponential average of
        the weights is as good as the best epoch without picking.
        """
        averaged = torch.optim.swa_utils.AveragedModel(
            self.model, multi_avg_fn=torch.optim.swa_utils.get_ema_multi_avg_fn(self.config.ema)
        )
        rates = [group["lr"] for group in optimizer.param_groups]
        steps = epochs * len(trn)
        step = 0
        for epoch in range(1, epochs + 1):
            self.model.train()
            total = 0.0
            for batch in trn:
                share = min(1.0, (step + 1) / self.config.warmup) * (1 - step / steps)
                for group, rate in zip(optimizer.param_groups, rates, strict=True):
                    group["lr"] = rate * share
                total += self._step(batch, criterion, optimizer)
                step += 1
                if step > steps // 4:
                    averaged.update_parameters(self.model)
            logger.info(f"epoch {epoch} / {epochs}: loss {total / len(trn):.3f}")
        self.model.load_state_dict(averaged.module.state_dict())
        self.model.eval()
        self.save_weights(save_dir)

    def _step(self, batch: Any, criterion: Any, optimizer: torch.optim.Optimizer) -> float:
        optimizer.zero_grad()
        out, mask = self.feed_batch(batch)
        loss = self.compute_loss(criterion, out, (batch["tag_id"], batch["inner_id"]), mask)
        loss.backward()
        nn.utils.clip_grad_norm_(self.model.parameters(), 5.0)
        optimizer.step()
        return float(loss.item())
