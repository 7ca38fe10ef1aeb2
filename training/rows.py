"""Reading rows from disk, and keeping what is measured on out of what is trained on."""

import hashlib
import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

SHARED_WORDS = 8
"""A paragraph that shares so many words in a row with a development row is not trained on."""

HELD_OUT = 20
"""One title of so many (5 %) is kept for validation."""

DEVELOPMENT = ("xquad", "mtrag", "financebench")


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph with its questions: (question, [(start, end)] in code points)."""

    source: str
    title: str
    text: str
    questions: tuple[tuple[str, tuple[tuple[int, int], ...]], ...]

    @property
    def held_out(self) -> bool:
        """Whether it is for validation; decided by title, so that no article is divided.

        Reddit's comments have one title in common: there the paragraph decides.
        """
        key = self.title if self.source != "reddit" else self.text
        return int(hashlib.sha256(key.encode()).hexdigest(), 16) % HELD_OUT == 0


def paragraphs(data: Path) -> tuple[list[Paragraph], int]:
    """All paragraphs of DATA/reading, and how many were left out for sharing words."""
    known = {
        words
        for folder in DEVELOPMENT
        for file in sorted((data / folder).glob("*.jsonl"))
        for row in _rows(file)
        for text in _strings(row)
        for words in _sequences(text)
    }
    found, left_out = [], 0
    for file in sorted((data / "reading").glob("*.jsonl")):
        for row in _rows(file):
            if not known.isdisjoint(_sequences(row["text"])):
                left_out += 1
                continue
            questions = tuple(
                (asked["question"], tuple((start, end) for start, end in asked["answers"]))
                for asked in row["questions"]
            )
            found.append(Paragraph(row["source"], row["title"], row["text"], questions))
    return found, left_out


def _rows(file: Path) -> Iterator[dict[str, Any]]:
    with file.open(encoding="utf-8") as lines:
        yield from map(json.loads, lines)


def _strings(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        yield from _all_strings(value.values())
    elif isinstance(value, list):
        yield from _all_strings(value)


def _all_strings(values: Iterable[object]) -> Iterator[str]:
    for value in values:
        yield from _strings(value)


def _sequences(text: str) -> Iterator[tuple[str, ...]]:
    words = re.findall(r"\w+", text.lower())
    for at in range(len(words) - SHARED_WORDS + 1):
        yield tuple(words[at : at + SHARED_WORDS])
