"""A store of one machine beside one on PostgreSQL and a Chroma server: adding, asking, catching up.

    PYTHONPATH=.:tests/support python benchmarks/shared.py --data DIR [--chunks 20000]

DIR holds `reading/*.jsonl` (see benchmarks/README.md). The servers run on this machine, so what a
network costs is not in it. The documents are those of `latency.py`, ready to be stored; both stores
take each batch in turn, and both are asked each question in turn: its vector and its words, 64
chunks each, and their texts. At the end another machine makes its copy of the lexical index.
"Processor" is the time of the process and of its servers, which says more than the clock on a
machine that does other things as well.
"""

import argparse
import json
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

import numpy as np
import psutil
from latency import WordMeans, prepared
from shared_servers import ChromaRunning, PostgresServer

from index.models.embeddings import MiniLM, Vectors
from index.store.engines import SharedBy
from index.store.identity import Prepared
from index.store.store import Store

BATCH, K, UNTIMED, QUESTIONS = 1_000, 64, 20, 200


def processor() -> float:
    """Seconds that this process and its servers have had of a processor."""
    own = psutil.Process()
    spent = [one.cpu_times() for one in (own, *own.children(recursive=True))]
    return sum(one.user + one.system for one in spent)


def timed(act: Callable[[], object]) -> tuple[float, float]:
    """Seconds that it takes, by the clock and of a processor."""
    began, spent = time.perf_counter(), processor()
    act()
    return time.perf_counter() - began, processor() - spent


def ask(store: Store, vector: Vectors, question: str) -> None:
    """Both searches, and the texts that they find."""
    with store.snapshot() as snapshot:
        found = [*snapshot.nearest(vector, K), *snapshot.lexical(question, K)]
        snapshot.chunks(list({chunk_id for chunk_id, _ in found}))


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--chunks", type=int, default=20_000)
    given = parser.parse_args()
    files = sorted((given.data / "reading").glob("*.jsonl"))
    rows = [json.loads(line) for file in files for line in file.read_text().splitlines()]
    texts = [" ".join(row["text"].split()) for row in rows]
    drawn = random.Random(3).sample(rows, UNTIMED + QUESTIONS)
    embedder = WordMeans(texts)
    with ExitStack() as ended:
        postgres, chroma = PostgresServer(fsync=True), ChromaRunning()
        for server in (postgres, chroma):
            ended.callback(server.end)
            server.start()
        by = SharedBy(postgres.database(), chroma.address, embedder.word_ends)
        folder = Path(ended.enter_context(tempfile.TemporaryDirectory()))
        stores = {
            "one machine": Store(folder / "own", embedder, create=True),
            "shared": Store(folder / "copies", embedder, shared=by),
        }
        for store in stores.values():
            ended.callback(store.close)
        adding: dict[str, list[tuple[float, float]]] = {name: [] for name in stores}
        done, batch = 0, list[Prepared]()
        for one in prepared(texts, embedder):
            batch.append(one)
            if (size := sum(len(each.chunks) for each in batch)) < BATCH:
                continue
            for name in sorted(stores, reverse=len(adding["shared"]) % 2 == 0):
                seconds = timed(lambda name=name, ready=tuple(batch): stores[name].put(ready))
                adding[name].append((size / seconds[0], 1000 * seconds[1] / size))
            done, batch = done + size, []
            print(f"{done} chunks", file=sys.stderr, flush=True)
            if done >= given.chunks:
                break
        stores["shared"].indexes.settle()
        asking: dict[str, list[tuple[float, float]]] = {name: [] for name in stores}
        model = MiniLM()
        for n, row in enumerate(drawn):
            question = row["questions"][0]["question"]
            vector = model.embed_query(question)
            for name in sorted(stores, reverse=n % 2 == 0):
                seconds = timed(lambda name=name, v=vector, q=question: ask(stores[name], v, q))
                if n >= UNTIMED:
                    asking[name].append((1000 * seconds[0], 1000 * seconds[1]))
        new = Store(folder / "new", embedder, shared=by)
        ended.callback(new.close)
        caught = timed(new.indexes.settle)
    print(f"{done} chunks, {QUESTIONS} questions")
    for name in stores:
        rates, spent = zip(*adding[name], strict=True)
        print(
            f"{name:12} adds {statistics.median(rates):6.0f} chunks/s "
            f"({statistics.median(spent):5.2f} ms of a processor each)"
        )
        clock, spent = zip(*asking[name], strict=True)
        print(
            f"{name:12} asked in ms: median {statistics.median(clock):6.1f}, 95th percentile "
            f"{np.percentile(clock, 95):6.1f}, processor {statistics.mean(spent):6.1f}"
        )
    print(
        f"a new machine's copy: {done / caught[0]:.0f} chunks/s ({1000 * caught[1] / done:.2f} ms)"
    )


if __name__ == "__main__":
    main()
