"""A trained classifier from a folder, as MiniCheck and HHEM are: passage, claim → supported or not.

The folder holds what transformers exports: `tokenizer.json`, `config.json` with the labels, and
`model.onnx`. Nothing is fetched and no code of the folder is run.
"""

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import onnxruntime
from numpy.typing import NDArray
from tokenizers import Tokenizer

from assistant.answer import Usage
from assistant.endpoints.wire import Shown
from assistant.judging.verdicts import Judgement
from index.document import Span
from index.errors import SettingsError
from index.sentences import sentence_spans

_SUPPORTS = ("entail", "support", "consistent", "label_1")
_DENIES = ("contradict", "refute")
_EVEN = 0.5
_ROOM = 40_000
"""Characters of passages that are read for the claims of one answer."""

_TOGETHER = 16
"""Pairs that are computed at once."""

_WINDOW = 3
"""Sentences that are cited together at most, where so many decide and no single one does."""


class ClassifierJudge:
    """A `JudgingModel` of sequence-pair classification. Thread-safe.

    Args:
        folder: with `tokenizer.json`, `config.json` and `model.onnx`.

    Raises:
        SettingsError: the folder does not hold them, or they cannot be loaded.

    >>> ClassifierJudge(Path("empty"))
    Traceback (most recent call last):
        ...
    index.errors.SettingsError: The judge's folder empty lacks config.json, model.onnx, ...
    """

    def __init__(self, folder: Path) -> None:
        needed = ("config.json", "model.onnx", "tokenizer.json")
        missing = [name for name in needed if not (folder / name).is_file()]
        if missing:
            raise SettingsError(f"The judge's folder {folder} lacks {', '.join(missing)}.")
        try:
            config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
            self._tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
            self._session = onnxruntime.InferenceSession(
                str(folder / "model.onnx"), providers=["CPUExecutionProvider"]
            )
        except Exception as error:
            raise SettingsError(f"The judge in {folder} cannot be loaded: {error}.") from error
        labels = {int(n): str(one).lower() for n, one in config.get("id2label", {}).items()}
        self._supports = _index(labels, _SUPPORTS)
        self._denies = _index(labels, _DENIES)
        longest = min(int(config.get("max_position_embeddings", 512)) - 2, 512)
        self._tokenizer.enable_truncation(longest, strategy="only_first")
        self._tokenizer.enable_padding()
        self._inputs = [one.name for one in self._session.get_inputs()]
        self.name = folder.name
        self.identity = f"{folder.name}, {_digest(folder / 'model.onnx')}"

    def close(self) -> None:
        """Nothing is held open."""

    def room(self, claims: Sequence[str]) -> int:
        """The characters of passages that are read; fewer for many claims."""
        return max(_ROOM // max(len(claims), 1), _ROOM // 10)

    def read(
        self, passages: Sequence[Shown], claims: Sequence[str], usage: list[Usage]
    ) -> list[Judgement]:
        """What it says of each claim: by the passage that speaks most for it."""
        del usage
        return [self._judged([one.text for one in passages], claim) for claim in claims]

    def _judged(self, passages: Sequence[str], claim: str) -> Judgement:
        if not passages:
            return Judgement("not_verified")
        odds = self._probabilities([(text, claim) for text in passages])
        best = int(odds[:, 0].argmax())
        if odds[best, 0] > _EVEN:
            decisive = self._decisive(passages[best], claim)
            return Judgement("supported", ((best, decisive),), accepted=True)
        against = int(odds[:, 1].argmax())
        if odds[against, 1] > _EVEN:
            return Judgement("contradicted", ((against, Span(0, len(passages[against]))),))
        return Judgement("not_verified")

    def _decisive(self, passage: str, claim: str) -> Span:
        """The fewest sentences of a passage that carry the claim by themselves; else all of it."""
        sentences = sentence_spans(passage)
        for length in range(1, min(_WINDOW, len(sentences)) + 1):
            windows = [
                Span(sentences[at].start, sentences[at + length - 1].end)
                for at in range(len(sentences) - length + 1)
            ]
            odds = self._probabilities([(passage[slice(*one)], claim) for one in windows])[:, 0]
            if odds.max() > _EVEN:
                return windows[int(odds.argmax())]
        return Span(0, len(passage))

    def _probabilities(self, pairs: Sequence[tuple[str, str]]) -> NDArray[np.float64]:
        """Of each pair the probability that it is supported, and that it is denied."""
        found = []
        for first in range(0, len(pairs), _TOGETHER):
            encoded = self._tokenizer.encode_batch(list(pairs[first : first + _TOGETHER]))
            known = {
                "input_ids": [one.ids for one in encoded],
                "attention_mask": [one.attention_mask for one in encoded],
                "token_type_ids": [one.type_ids for one in encoded],
            }
            given = {name: np.array(known[name], np.int64) for name in self._inputs}
            logits = np.asarray(self._session.run(None, given)[0], np.float64)
            found.append(self._both(logits.reshape(len(encoded), -1)))
        return np.concatenate(found)

    def _both(self, logits: NDArray[np.float64]) -> NDArray[np.float64]:
        if logits.shape[1] == 1:
            yes = 1 / (1 + np.exp(-logits[:, 0]))
            return np.stack([yes, np.zeros_like(yes)], axis=1)
        powers = np.exp(logits - logits.max(axis=1, keepdims=True))
        shares = powers / powers.sum(axis=1, keepdims=True)
        supports = self._supports if self._supports is not None else logits.shape[1] - 1
        denies = shares[:, self._denies] if self._denies is not None else np.zeros(len(shares))
        return np.stack([shares[:, supports], denies], axis=1)


def _index(labels: dict[int, str], names: Sequence[str]) -> int | None:
    """The label whose name begins so; None where none does ('not_entailment' is none)."""
    return next((n for n, label in labels.items() if label.startswith(tuple(names))), None)


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()[:12]
