"""Whether a follow-up finds its passages: with its history, and by its last turn alone.

    python benchmarks/follow_ups.py --data DIR

DIR holds `mtrag/corpus.jsonl` and `mtrag/queries.jsonl` (see benchmarks/README.md).
"""

import argparse
import os
import statistics
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from quality import Rows, load

from assistant.asking.question import parse_question
from assistant.retrieving.retrieval import HybridRetriever
from index.document import Document, normalised
from index.ingesting.ingest import Ingest
from index.models.embeddings import MiniLM
from index.store.store import Store

K = 5
Row = dict[str, Any]


def history(row: Row) -> list[tuple[str, str]]:
    """The earlier turns."""
    return [(turn["role"], turn["text"]) for turn in row["history"]]


def before(row: Row) -> str:
    """The user's turn before the last."""
    return next((text for role, text in reversed(history(row)) if role == "user"), "")


WAYS: dict[str, Callable[[Row], Sequence[tuple[str, float]]]] = {
    "the last turn alone": lambda row: ((row["question"], 1.0),),
    "the user's turn before put in front": lambda row: ((f"{before(row)} {row['question']}", 1.0),),
    "the product: by itself, and behind four turns": lambda row: (
        parse_question(row["question"], history(row)).searches
    ),
}


def recall(store: Store, model: MiniLM, names: dict[str, str], rows: Rows, way: str) -> float:
    """The mean share of a question's gold passages among the first five."""
    shares = []
    for row in rows:
        found = HybridRetriever(model).retrieve(store, WAYS[way](row), 30)
        first = list(dict.fromkeys(names[r.chunk.document.id] for r in found))[:K]
        gold = [g if isinstance(g, str) else g["doc"] for g in row["gold"]]
        shares.append(sum(passage in first for passage in gold) / len(gold))
    return statistics.fmean(shares)


def main() -> None:
    """Index the passages and ask each answerable question in each way."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, default=os.environ.get("FOOTNOTE_BENCH_DATA"))
    options = parser.parse_args()
    if options.data is None:
        parser.error("name the data with --data DIR or FOOTNOTE_BENCH_DATA")
    data = Path(options.data) / "mtrag"
    rows = [
        row
        for row in load(data / "queries.jsonl")
        if row["answerability"] == "ANSWERABLE" and row["gold"]
    ]
    model = MiniLM()
    with tempfile.TemporaryDirectory() as scratch:
        store = Store(Path(scratch) / "store", model, create=True)
        report = Ingest(store, model, model).add_documents(
            (
                row["id"],
                Document(
                    text=normalised(row["text"]),
                    title=row["title"] or " ".join(row["text"].split()[:6]),
                    media_type="text/plain",
                ),
            )
            for row in load(data / "corpus.jsonl")
            if row["text"].strip()
        )
        names = {str(d.document_id): d.path for d in report.added + report.unchanged}
        print(f"{len(rows)} answerable questions, recall@{K} of gold passages")
        for way in WAYS:
            print(f"{way:50} {recall(store, model, names, rows, way):.4f}")
        store.close()


if __name__ == "__main__":
    main()
