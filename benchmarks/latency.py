"""How long a search and an answer take in a large store, with this tree and with another one.

    python benchmarks/latency.py --data DIR --store FOLDER --against TREE [--questions 60]

DIR holds `reading/*.jsonl` (see benchmarks/README.md). If FOLDER is not there, a store of 65,000
chunks is made in it: documents put together from those texts and from tables, most of a few pages
and some of hundreds. A chunk's vector is the mean of its words' vectors, since the model would take
a quarter of an hour. Questions are embedded by the model itself. Then a process of each tree is
asked the same questions in turn, and what they say is compared. Every other pair of questions is
answered before it is searched for: "again" is what came second. "Processor" is the time of all of
the process's threads, which says more than the clock on a machine that does other things as well.
"""

import argparse
import json
import os
import random
import re
import statistics
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from index.document import Document, Heading, Span, Table
from index.ingesting.chunking import chunks
from index.ingesting.ingest import CHUNK_TOKENS
from index.models.contexts import contexts, embedded
from index.models.embeddings import MiniLM, Vectors
from index.store.catalog import Location
from index.store.identity import Prepared
from index.store.store import Store

ROOT = Path(__file__).parent.parent
ANSWERS = Path(__file__).parent / "latency_answers.py"
CHUNKS, BATCH = 65_000, 4_000
LINES = ("Net sales", "Cost of sales", "Operating income", "Net income", "Total assets", "Goodwill")
WORD = re.compile(r"\w+")


class WordMeans(MiniLM):
    """Passages as the mean of their words' vectors, each made by the model once."""

    def __init__(self, texts: Sequence[str]) -> None:
        super().__init__()
        counts = Counter(word for text in texts for word in set(WORD.findall(text.lower())))
        words = [word for word, count in counts.most_common(6_000) if count < len(texts) / 10]
        self._at = {word: n for n, word in enumerate(words)}
        self._words = MiniLM().embed_passages(words)

    def embed_passages(self, texts: Sequence[str]) -> Vectors:
        """Unit vectors, shape (len(texts), 384)."""
        rows = np.zeros((len(texts), self.dimension), np.float32)
        for row, text in zip(rows, texts, strict=True):
            known = [self._at[w] for w in set(WORD.findall(text.lower())) if w in self._at]
            row += self._words[known or [0]].mean(axis=0)
        rows /= np.linalg.norm(rows, axis=1, keepdims=True)
        return rows


def document(number: int, sections: int, texts: Sequence[str], draw: random.Random) -> Document:
    """A report of so many sections, each with two paragraphs and every third with a table."""
    text, headings, tables = f"Report {number}\n\n", [Heading(1, 0, len(f"Report {number}"))], []
    for n in range(sections):
        title = f"{n + 1} {' '.join(draw.choice(texts).split()[:4])}"
        headings.append(Heading(2, len(text), len(text) + len(title)))
        text += f"{title}\n\n" + "".join(f"{draw.choice(texts)}\n\n" for _ in range(2))
        if n % 3 == 0:
            start = len(text)
            text += "Company in millions | 2021 | 2022 | 2023\n"
            header = Span(start, len(text) - 1)
            for line in LINES:
                years = " | ".join(f"{draw.randrange(100, 99_999):,}" for _ in range(3))
                text += f"{line} of unit {number} | {years}\n"
            tables.append(Table(start, len(text) - 1, header))
            text += "\n"
    return Document(
        text,
        f"Report {number}",
        "text/markdown",
        tables=tuple(tables),
        headings=tuple(headings),
        date=f"{2000 + number % 24}-03-01",
    )


def prepared(texts: Sequence[str], embedder: WordMeans) -> Iterator[Prepared]:
    """Documents ready to be stored."""
    draw = random.Random(7)
    for number in range(1_000_000):
        one = document(number, 400 if number % 100 == 0 else 5, texts, draw)
        parts = chunks(one, embedder.word_ends, CHUNK_TOKENS)
        around = contexts(one, parts, embedder.word_ends)
        said = [embedded(c, one.text[p.start : p.end]) for c, p in zip(around, parts, strict=True)]
        place = Location(f"memory:{number}", "", one.version, len(one.text), 0)
        yield Prepared(place, one, parts, around, embedder.embed_passages(said))


def build(folder: Path, texts: Sequence[str]) -> None:
    """Make the store."""
    embedder = WordMeans(texts)
    store = Store(folder, embedder, create=True)
    batch: list[Prepared] = []
    done = 0
    for one in prepared(texts, embedder):
        batch.append(one)
        if sum(len(each.chunks) for each in batch) >= BATCH or done >= CHUNKS:
            store.put(batch)
            done += sum(len(each.chunks) for each in batch)
            print(f"{done} chunks", file=sys.stderr, flush=True)
            batch = []
        if done >= CHUNKS:
            break
    store.close()


def started(tree: Path, folder: Path) -> "subprocess.Popen[str]":
    """A process that answers with the code of a tree."""
    return subprocess.Popen(
        [sys.executable, str(ANSWERS), str(folder)],
        env={**os.environ, "PYTHONPATH": str(tree.resolve())},
        cwd=folder,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def asked(process: "subprocess.Popen[str]", question: str) -> dict[str, Any]:
    """What the process says."""
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write(json.dumps(question) + "\n")
    process.stdin.flush()
    found: dict[str, Any] = json.loads(process.stdout.readline())
    return found


def alike(one: list[dict[str, Any]], other: list[dict[str, Any]]) -> bool:
    """Whether two trees said the same, in all that both of them tell: a newer one may tell more."""
    return len(one) == len(other) and all(
        a[name] == b[name] for a, b in zip(one, other, strict=True) for name in a.keys() & b.keys()
    )


def compared(trees: dict[str, Path], folder: Path, questions: Sequence[str]) -> int:
    """Ask both in turn, print medians; how many answers differ."""
    processes = {name: started(tree, folder) for name, tree in trees.items()}
    seconds: dict[str, dict[str, list[float]]] = {name: {} for name in trees}
    differ = 0
    for n, question in enumerate(["What is this?", *questions]):  # the first one opens the store
        said = {}
        for name in sorted(processes, reverse=n % 2 == 0):
            found = asked(processes[name], question)
            said[name] = found["said"]
            for stage, taken in found["seconds"].items() if n else ():
                seconds[name].setdefault(stage, []).append(1000 * taken)
        if not alike(*said.values()):
            differ += 1
            print(f"differs: {question}")
    for process in processes.values():
        process.communicate()
    print(f"{len(questions)} questions, {differ} answered otherwise; ms: median, 95th percentile")
    for stage in sorted(seconds["this"]):
        before, now = seconds["that"][stage], seconds["this"][stage]
        medians = statistics.median(before), statistics.median(now)
        print(
            f"{stage:24} that {medians[0]:6.0f} {np.percentile(before, 95):6.0f}"
            f"   this {medians[1]:6.0f} {np.percentile(now, 95):6.0f}"
            f"   this/that {medians[1] / medians[0]:.2f}"
        )
    return differ


def main() -> int:
    """Measure and print; 1 where an answer differs."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path)
    parser.add_argument("--store", type=Path, required=True)
    parser.add_argument("--against", type=Path, default=ROOT)
    parser.add_argument("--questions", type=int, default=60)
    given = parser.parse_args()
    files = sorted((given.data / "reading").glob("*.jsonl"))
    rows = [json.loads(line) for file in files for line in file.read_text().splitlines()]
    if not given.store.exists():
        build(given.store, [" ".join(row["text"].split()) for row in rows])
    draw = random.Random(3)
    questions = [
        q["question"] for row in draw.sample(rows, given.questions) for q in row["questions"][:1]
    ]
    figures = [
        f"What was the {line.lower()} of unit {100 * n} in 2022?"
        for n in range(4)
        for line in LINES
    ]
    half = given.questions // 2
    mixed = questions[: given.questions - half] + draw.sample(
        figures * (half // len(figures) + 1), half
    )
    draw.shuffle(mixed)
    return 1 if compared({"that": given.against, "this": ROOT}, given.store, mixed) else 0


if __name__ == "__main__":
    sys.exit(main())
