"""Paragraphs → what the reader is trained on: questions with windows that answer and that don't.

A window is a chunk as the product cuts it, or two neighbouring chunks. Hard negatives are the other
chunks of the paragraph, and the chunks of other paragraphs that BM25 and the vectors bring up, the
way retrieval does; a chunk in which an answer's words stand is none.
"""

import json
import tempfile
from dataclasses import asdict, dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np

from assistant.retrieving.fusion import Fusion
from index.document import Document, normalised
from index.ingesting.chunking import chunks
from index.ingesting.ingest import CHUNK_TOKENS
from index.models import minilm
from index.models.embeddings import MiniLM
from index.store.lexical import LexicalEntry, LexicalIndex
from training.rows import Paragraph

QUESTION_TOKENS = 48
PAIR_TOKENS = 200
"""Two neighbouring chunks make a window where they have no more tokens."""

_SEARCHED, _NEGATIVES = 20, 6
_OWN_RANK = 8
"""Other paragraphs are negatives only for a question that finds its own one so high: 'What is the
product?' may be answered by any review."""

_LONGEST = 3
"""Of several annotators' spans those are kept that are at most so many times the shortest's length:
the reader is to give the least that answers."""


@dataclass(frozen=True, slots=True)
class Example:
    """A question (token ids), its answers as [window, [[first token, last token]]], negatives."""

    source: str
    held_out: bool
    question: list[int]
    answers: list[tuple[int, list[tuple[int, int]]]]
    negatives: list[int]


@dataclass(frozen=True, slots=True)
class Examples:
    """All examples, and the windows' token ids that they refer to by number."""

    windows: list[list[int]]
    examples: list[Example]
    left_out: int


@dataclass(frozen=True, slots=True)
class _Window:
    paragraph: int
    start: int
    end: int
    single: bool


def load(file: Path) -> Examples:
    """What `save` wrote."""
    kept = json.loads(file.read_text())
    return Examples(kept["windows"], [Example(**e) for e in kept["examples"]], kept["left_out"])


def save(examples: Examples, file: Path) -> None:
    """Keep the examples as JSON."""
    file.write_text(json.dumps(asdict(examples)))


def made(found: list[Paragraph], left_out: int) -> Examples:
    """Examples for every question of which a window holds an answer."""
    embedder = MiniLM()
    windows, of_paragraph = _windows(found, embedder)
    texts = [found[w.paragraph].text[w.start : w.end] for w in windows]
    encoded = minilm.tokenizer().encode_batch(texts, add_special_tokens=False)
    singles = [number for number, window in enumerate(windows) if window.single]
    asked = [question for paragraph in found for question, _ in paragraph.questions]
    tokens = minilm.tokenizer().encode_batch(asked, add_special_tokens=False)
    rankings = iter(_rankings([texts[n] for n in singles], singles, asked, embedder))
    ids = iter(tokens)
    examples = []
    for number, paragraph in enumerate(found):
        for _, answers in paragraph.questions:
            ranking, question = next(rankings), next(ids).ids[:QUESTION_TOKENS]
            shortest = min(end - start for start, end in answers)
            spans = [(s, e) for s, e in answers if e - s <= _LONGEST * shortest]
            inside = []
            for window in of_paragraph[number]:
                at = windows[window].start
                placed = (_tokens(encoded[window].offsets, s - at, e - at) for s, e in spans)
                held = sorted({place for place in placed if place is not None})
                if held:
                    inside.append((window, held))
            if not inside:
                continue
            negatives = [
                w
                for w in of_paragraph[number]
                if windows[w].single
                and not any(windows[w].start < e and s < windows[w].end for s, e in answers)
            ]
            own = {window for window, _ in inside}
            if not own.isdisjoint(ranking[:_OWN_RANK]):
                said = [paragraph.text[s:e].lower() for s, e in answers]
                negatives += [
                    w
                    for w in ranking
                    if windows[w].paragraph != number
                    and not any(words in texts[w].lower() for words in said)
                ][: _NEGATIVES - len(negatives)]
            examples.append(
                Example(paragraph.source, paragraph.held_out, question, inside, negatives)
            )
    return Examples([e.ids for e in encoded], examples, left_out)


def _windows(
    found: list[Paragraph], embedder: MiniLM
) -> tuple[list[_Window], dict[int, list[int]]]:
    windows: list[_Window] = []
    of_paragraph: dict[int, list[int]] = {}
    for number, paragraph in enumerate(found):
        if paragraph.text != normalised(paragraph.text):
            raise ValueError(f"offsets would shift: {paragraph.text[:60]!r}")
        cut = chunks(Document(paragraph.text, "", "text/plain"), embedder.word_ends, CHUNK_TOKENS)
        spans = [(chunk.start, chunk.end, True) for chunk in cut]
        spans += [(a.start, b.end, False) for a, b in pairwise(cut)]
        for start, end, single in spans:
            if not single:
                ends = embedder.word_ends([paragraph.text[start:end]])[0]
                if len(ends) > PAIR_TOKENS:
                    continue
            of_paragraph.setdefault(number, []).append(len(windows))
            windows.append(_Window(number, start, end, single))
    return windows, of_paragraph


def _tokens(offsets: list[tuple[int, int]], start: int, end: int) -> tuple[int, int] | None:
    """The first and last token of a span; None where the window does not hold it whole."""
    if start < 0 or not offsets or end > offsets[-1][1] + 1:
        return None
    touched = [n for n, (left, right) in enumerate(offsets) if left < end and right > start]
    return (touched[0], touched[-1]) if touched else None


def _rankings(
    texts: list[str], numbers: list[int], asked: list[str], embedder: MiniLM
) -> list[list[int]]:
    """For each question the windows that BM25 and the vectors bring up, fused, best first."""
    passages = embedder.embed_passages(texts)
    questions = embedder.embed_passages(asked)
    with tempfile.TemporaryDirectory() as scratch:
        lexical = LexicalIndex(Path(scratch), create=True)
        lexical.change(LexicalEntry(n, "", text, "") for n, text in enumerate(texts))
        found = []
        for text, vector in zip(asked, questions, strict=True):
            cosines = passages @ vector
            near = np.argpartition(-cosines, _SEARCHED)[:_SEARCHED]
            near = near[np.argsort(-cosines[near])]
            fusion = Fusion(_SEARCHED)
            dense = list(zip(near.tolist(), cosines[near].tolist(), strict=True))
            fusion.add(dense, lexical.search(text, _SEARCHED))
            found.append([numbers[n] for n in fusion.best(_SEARCHED)])
    return found
