"""A tape: what a capable writer and a capable judge said of questions over passages.

JSON Lines, one question a line: `question`; `passages` (`number`, `document`, `text`); `sentences`
(`text`; `label` supported or unsupported; `kind`; `cited`, passage numbers; the judge's `verdict`,
its `quotes` as `n` and `text`, and what is `missing`). The right sentences in order are the answer.
"""

import json
import re
import tomllib
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

LACKS = "The passages here do not hold: "
"""How the judge's words begin where it would have a quote that this request does not hold."""

QUOTES = 3
"""Quotes that stand for a claim whose own are not on the tape, at most."""

_PIECE = re.compile(r"\S(?:.*?\S)??(?=[.!?][”\"’']?\s|\n|\Z)[.!?]?[”\"’']?")
_ALIKE = {"'": "['‘’]", "’": "['‘’]", "‘": "['‘’]", '"': '["“”]', "“": '["“”]', "”": '["“”]'}


@dataclass(frozen=True, slots=True)
class Passage:
    """A numbered passage of a request, or of the tape: its heading (or title) and its text."""

    heading: str
    text: str


Passages = Mapping[int, Passage]


@dataclass(frozen=True, slots=True)
class Quote:
    """Exact words of a passage."""

    passage: int
    text: str


@dataclass(frozen=True, slots=True)
class Judged:
    """A claim's verdict, as the judge gives it."""

    verdict: str
    quotes: tuple[Quote, ...] = ()
    missing: str = ""
    against: tuple[Quote, ...] = ()


@dataclass(frozen=True, slots=True)
class Said:
    """A sentence of the tape: whether it is right, and what the judge said of it."""

    text: str
    right: bool
    kind: str
    cited: tuple[int, ...]
    judged: Judged


@dataclass(frozen=True, slots=True)
class Question:
    """A question of the tape."""

    text: str
    passages: Passages
    sentences: tuple[Said, ...]

    @property
    def right(self) -> tuple[Said, ...]:
        """The answer, sentence by sentence."""
        return tuple(one for one in self.sentences if one.right)

    def written(self, wrong_at: Sequence[int] = ()) -> tuple[Said, ...]:
        """The answer with the wrong sentences put at these places of it, as far as there are."""
        written = list(self.right)
        for place, one in zip(wrong_at, (s for s in self.sentences if not s.right), strict=False):
            written.insert(place, one)
        return tuple(written)

    def rests(self, said: Said, passages: Passages) -> tuple[Quote, ...]:
        """What a sentence rests on among a request's passages.

        Those are its quotes as far as they are there; otherwise the words that come nearest, in
        the passages that are most like those that it cites.
        """
        found = [standing(quote.text, passages) for quote in said.judged.quotes]
        if there := tuple(one for one in found if one is not None):
            return there
        cited = (alike(self.passages[n], passages) for n in said.cited if n in self.passages)
        return nearest(said.text, {n: passages[n] for n in cited if n is not None})


class Tape:
    """Questions, what is said of claims, and the labels of an examination's claims.

    Args:
        questions: of the tape.
        labels: whether each claim of the examination is supported.
    """

    def __init__(self, questions: Sequence[Question], labels: Mapping[str, bool]) -> None:
        self.questions = tuple(questions)
        self._questions = {key(one.text): one for one in questions}
        self._said = {key(said.text): said for one in questions for said in one.sentences}
        self._labels = {key(text): supported for text, supported in labels.items()}

    @classmethod
    def read(cls, path: Path, examination: Path | None = None) -> "Tape":
        """The tape of a file; an examination that is not there has no claims."""
        rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line]
        labels: dict[str, bool] = {}
        if examination is not None and examination.exists():
            labels = labels_of(examination)
        return cls([_question(row) for row in rows], labels)

    def question(self, text: str) -> Question | None:
        """The question of these words."""
        return self._questions.get(key(text))

    def said(self, text: str) -> Said | None:
        """The sentence of these words."""
        return self._said.get(key(text))

    def examines(self, text: str) -> bool:
        """Whether it is a claim of the examination."""
        return key(text) in self._labels

    def judged(self, claim: str, passages: Passages) -> Judged:
        """What a good judge who sees only these passages says of a claim."""
        said = self.said(claim)
        if said is not None:
            return _here(said.judged, passages)
        label = self._labels.get(key(claim))
        if label is not None:
            return Judged("supported", nearest(claim, passages)) if label else _unsaid()
        verbatim = standing(claim.rstrip(" .!?"), passages)
        return Judged("supported", (verbatim,)) if verbatim is not None else _unsaid()


def labels_of(examination: Path) -> dict[str, bool]:
    """Whether each claim of an examination is supported."""
    sheets = tomllib.loads(examination.read_text(encoding="utf-8"))["sheets"]
    return {one["text"]: one["supported"] for sheet in sheets for one in sheet["claims"]}


def _question(row: Mapping[str, Any]) -> Question:
    passages = {one["number"]: Passage(one["document"], one["text"]) for one in row["passages"]}
    sentences = tuple(
        Said(
            one["text"],
            one["label"] == "supported",
            one["kind"],
            tuple(one["cited"]),
            Judged(
                one["verdict"],
                tuple(Quote(quote["n"], quote["text"]) for quote in one["quotes"]),
                one["missing"],
            ),
        )
        for one in row["sentences"]
    )
    return Question(row["question"], passages, sentences)


def _unsaid() -> Judged:
    return Judged("not_verified", missing="No passage says this.")


def _here(judged: Judged, passages: Passages) -> Judged:
    """The tape's verdict with the numbers of a request, if that holds all that it rests on."""
    found = [standing(quote.text, passages) for quote in judged.quotes]
    lacking = [q.text for q, at in zip(judged.quotes, found, strict=True) if at is None]
    if lacking:
        return Judged("not_verified", missing=f"{LACKS}{' / '.join(lacking)}")
    return Judged(judged.verdict, tuple(q for q in found if q is not None), judged.missing)


# Words in passages ------------------------------------------------------------------------------


def key(text: str) -> str:
    """A text by which it is found again however its spaces, quotes and end are set."""
    plain = unicodedata.normalize("NFKC", text).translate(str.maketrans("‘’“”", "''\"\""))
    return " ".join(plain.casefold().split()).rstrip(" .?!")


def standing(text: str, passages: Passages) -> Quote | None:
    """Where words stand in a passage, with the spaces and quotes that they have there."""
    words = ("".join(_ALIKE.get(c) or re.escape(c) for c in word) for word in text.split())
    pattern = re.compile(r"\s+".join(words), re.IGNORECASE)
    for number, passage in passages.items():
        if text.strip() and (found := pattern.search(passage.text)):
            return Quote(number, found[0])
    return None


def nearest(text: str, passages: Passages) -> tuple[Quote, ...]:
    """The fewest sentences of passages that hold a text's words; one where none of them does."""
    pieces = [
        Quote(number, found[0])
        for number, passage in passages.items()
        for found in _PIECE.finditer(passage.text)
    ]
    chosen: list[Quote] = []
    wanted = _words(text)
    while pieces and len(chosen) < QUOTES:
        best = max(pieces, key=lambda piece: len(_words(piece.text) & wanted))
        gained = _words(best.text) & wanted
        if chosen and len(gained) < 2:
            break
        chosen.append(best)
        wanted -= gained
    return tuple(chosen)


def alike(passage: Passage, passages: Passages) -> int | None:
    """The number of the passage that has most words of this one; None where none has half."""
    wanted = _words(passage.text)
    shared = {n: len(_words(one.text) & wanted) for n, one in passages.items()}
    best = max(shared, key=lambda n: shared[n], default=None)
    return best if best is not None and 2 * shared[best] >= len(wanted) else None


def _words(text: str) -> set[str]:
    found = re.findall(r"\w+", text.casefold())
    return {word for word in found if len(word) > 3 or any(c.isdigit() for c in word)}
