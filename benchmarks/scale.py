"""One store that grows from ten thousand passages on: what adding, asking, disk and memory come to.

    PYTHONPATH=. python benchmarks/scale.py --data DIR --folder NEW [--sizes 10000 100000]

DIR holds `reading/*.jsonl` (see benchmarks/README.md). Passages are those texts, each embedded by
`minilm`, as far as they go and up to the first size; beyond it the documents of `latency.py`, put
together from the same texts and from tables, with the means of their words' vectors, which the
table calls synthetic. At each size a new process is asked questions of DIR: `nearest`, `words` and
`texts` are the three stages of a search in the store (64 passages each), `search` and `answer` are
those of an assistant. Recall is the share of the ten nearest by exact search that are found, where
one that is as near as the tenth counts. "Processor" is the time of all of a process's threads,
which says more than the clock on a machine that does other things as well.
"""

import argparse
import json
import random
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from latency import WordMeans, prepared

from index.document import Document
from index.ingesting.chunking import chunks
from index.ingesting.ingest import CHUNK_TOKENS
from index.models.contexts import contexts, embedded
from index.models.embeddings import MiniLM, Vectors
from index.store.catalog import Location
from index.store.identity import Prepared
from index.store.store import Store

BATCH, K, TEN, UNTIMED, QUESTIONS = 1_000, 64, 10, 10, 100
ALIKE = 1e-5
"""Cosines that differ by less are the same."""


def real(texts: Sequence[str], embedder: MiniLM) -> Iterator[Prepared]:
    """Each text as a document, embedded by the model."""
    for number, text in enumerate(texts):
        one = Document(text, f"Text {number}", "text/plain")
        parts = chunks(one, embedder.word_ends, CHUNK_TOKENS)
        around = contexts(one, parts, embedder.word_ends)
        said = [embedded(c, text[p.start : p.end]) for c, p in zip(around, parts, strict=True)]
        place = Location(f"memory:text-{number}", "", one.version, len(text), 0)
        yield Prepared(place, one, parts, around, embedder.embed_passages(said))


class Grown:
    """A store, and what is in it, for exact search."""

    def __init__(self, folder: Path, embedder: MiniLM) -> None:
        self._store = Store(folder, embedder, create=True)
        self._ids: list[int] = []
        self._vectors: list[Vectors] = []

    def close(self) -> None:
        """Let go of the store."""
        self._store.close()

    def grow(self, arriving: Iterator[Prepared], size: int) -> dict[str, float]:
        """Add documents up to a size; passages a second, and a processor's ms for each."""
        began, spent, before = 0.0, 0.0, len(self._ids)
        whole = time.perf_counter(), time.process_time()
        while len(self._ids) < size:
            batch: list[Prepared] = []
            while sum(len(one.chunks) for one in batch) < BATCH and (one := next(arriving, None)):
                batch.append(one)
            if not batch:
                break
            wall, processor = time.perf_counter(), time.process_time()
            put = self._store.put(batch)
            began += time.perf_counter() - wall
            spent += time.process_time() - processor
            with self._store.snapshot() as snapshot:
                # A text that came before is no new document.
                for one, (id_, outcome) in zip(batch, put, strict=True):
                    if outcome == "added":
                        self._ids += snapshot.chunk_ids([id_])
                        self._vectors.append(one.vectors)
            print(f"{len(self._ids)} passages", file=sys.stderr, flush=True)
        added = len(self._ids) - before
        return {
            "passages": len(self._ids),
            "a second, store alone": added / began,
            "store, processor ms each": 1000 * spent / added,
            "all, processor ms each": 1000 * (time.process_time() - whole[1]) / added,
            "hours a million, all": (time.perf_counter() - whole[0]) / added * 1e6 / 3600,
        }

    def recall(self, question: Vectors, found: Sequence[tuple[int, float]]) -> float:
        """The share of the ten nearest that were found."""
        cosines = np.concatenate(self._vectors) @ question
        tenth = np.partition(cosines, -TEN)[-TEN]
        at = dict(zip(self._ids, cosines, strict=True))
        return sum(at[id_] >= tenth - ALIKE for id_, _ in found[:TEN]) / TEN


def ask(folder: Path, questions: Sequence[str]) -> dict[str, Any]:
    """What a process that is new to a store needs for each stage, and what it found nearest."""
    from assistant import Assistant

    model, taken, hits = MiniLM(), dict[str, list[tuple[float, float]]](), list[Any]()

    def timed(stage: str, act: Callable[[], Any]) -> Any:  # noqa: ANN401 (whatever `act` returns)
        wall, processor = time.perf_counter(), time.process_time()
        made = act()
        seconds = time.perf_counter() - wall, time.process_time() - processor
        taken.setdefault(stage, []).append(seconds)
        return made

    store = Store(folder, model)
    for n, question in enumerate(questions):
        if n == UNTIMED:
            taken.clear()
        vector = timed("embed", lambda q=question: model.embed_query(q))
        with store.snapshot() as snapshot:
            near = timed("nearest", lambda v=vector, s=snapshot: s.nearest(v, K))
            words = timed("words", lambda q=question, s=snapshot: s.lexical(q, K))
            both = list({id_ for id_, _ in (*near, *words)})
            timed("texts", lambda ids=both, s=snapshot: s.chunks(ids))
        hits.append(near)
    memory = {"store": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6}
    store.close()
    with Assistant(folder) as assistant:
        for n, question in enumerate(questions[: UNTIMED + QUESTIONS // 2]):
            timed("search", lambda q=question: assistant.search(q))
            timed("answer", lambda q=question: assistant.query(q))
            if n == UNTIMED:
                taken["search"], taken["answer"] = [], []
    memory["assistant"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    return {"taken": taken, "hits": hits, "memory": memory}


def main() -> None:
    """Print what each size comes to."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path)
    parser.add_argument("--folder", type=Path, required=True)
    parser.add_argument("--sizes", type=int, nargs="+", default=[10_000, 100_000])
    parser.add_argument("--ask", action="store_true", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.ask:
        print(json.dumps(ask(given.folder, json.load(sys.stdin))))
        return
    files = sorted((given.data / "reading").glob("*.jsonl"))
    rows = [json.loads(line) for file in files for line in file.read_text().splitlines()]
    texts = [" ".join(row["text"].split()) for row in rows]
    drawn = random.Random(3).sample(rows, UNTIMED + QUESTIONS)
    questions = [row["questions"][0]["question"] for row in drawn]
    model, means = MiniLM(), WordMeans(texts)
    asked = [model.embed_query(question) for question in questions]
    grown = Grown(given.folder, means)
    for n, size in enumerate(given.sizes):
        arriving = real(texts, model) if n == 0 else prepared(texts, means)
        told = grown.grow(arriving, size)
        kind = "synthetic" if n else "real"
        print(f"\n{told.pop('passages'):,} passages, the last of them {kind}")
        for name, figure in told.items():
            print(f"{name:28} {figure:8.2f}")
        disk = sum(one.stat().st_size for one in given.folder.rglob("*") if one.is_file())
        print(f"{'disk, MB':28} {disk / 1e6:8.0f}")
        child = [sys.executable, __file__, "--folder", str(given.folder), "--ask"]
        ran = subprocess.run(
            child, input=json.dumps(questions), check=True, capture_output=True, text=True
        )
        said = json.loads(ran.stdout)
        for name, gigabytes in said["memory"].items():
            print(f"{f'memory at most, GB, {name}':28} {gigabytes:8.2f}")
        for stage, seconds in said["taken"].items():
            clock, processor = 1000 * np.array(seconds).T
            print(
                f"{f'{stage}, ms':28} {np.median(clock):8.1f} median "
                f"{np.percentile(clock, 95):8.1f} 95th percentile "
                f"{np.median(processor):8.1f} of a processor"
            )
        found = [grown.recall(v, hits) for v, hits in zip(asked, said["hits"], strict=True)]
        print(f"{'recall@10 against exact':28} {np.mean(found):8.4f}", flush=True)
    grown.close()


if __name__ == "__main__":
    main()
