"""Seconds from a question to the first verified sentence, of the reader and of a writer.

    python benchmarks/first_sentence.py --data DIR --server ADDRESS --model NAME [--questions N]

The same questions of `mtrag/` and `xquad/` are asked of both engines in turn, on indexes of their
passages. The writer streams from an OpenAI-compatible server, and each sentence is verified before
it counts. Where nothing of the writer's holds, the reader answers after it; that counts, too.
"""

import argparse
import os
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

import numpy as np
from development import paragraphs_indexed
from quality import Rows, load

from assistant import Answer, Assistant
from assistant.answer import AnswerReady, Engine, SentenceReady
from assistant.settings import Settings

ENGINES: tuple[Engine, ...] = ("reader", "writer")


def evenly(rows: Rows, count: int) -> Rows:
    """So many of the rows, from all of them alike."""
    return [rows[at * len(rows) // count] for at in range(min(count, len(rows)))]


class Timed(NamedTuple):
    """Seconds to the first sentence (None where there was none) and to the end, and the answer."""

    first: float | None
    whole: float
    answer: Answer


def timed(assistant: Assistant, row: dict[str, object], engine: Engine) -> Timed:
    """One question, asked of one engine."""
    turns = row.get("history", ())
    history = [(turn["role"], turn["text"]) for turn in turns]  # type: ignore[attr-defined]
    began, first = time.perf_counter(), None
    for event in assistant.stream(str(row["question"]), history=history, engine=engine):
        if first is None and isinstance(event, SentenceReady):
            first = time.perf_counter() - began
        if isinstance(event, AnswerReady):
            return Timed(first, time.perf_counter() - began, event.answer)
    raise AssertionError("a stream ends with an answer")


def of_set(
    data: Path, scratch: Path, name: str, rows: Rows, settings: Settings
) -> list[list[Timed]]:
    """The questions of one set, each asked of both engines."""
    store = scratch / name
    paragraphs_indexed(store, load(data / name / "corpus.jsonl"))
    with Assistant(settings=settings.model_copy(update={"store": store})) as assistant:
        for engine in ENGINES:
            timed(assistant, rows[0], engine)
        return [[timed(assistant, row, engine) for engine in ENGINES] for row in rows]


def told(name: str, found: list[Timed]) -> str:
    """A row of the table."""
    first = [one.first for one in found if one.first is not None]
    middle, late = (float(np.quantile(first, share)) for share in (0.5, 0.95))
    whole = float(np.median([one.whole for one in found]))
    return f"| {name} | {len(first)} of {len(found)} | {middle:.2f} | {late:.2f} | {whole:.2f} |"


def main() -> None:
    """Ask both, tell the seconds."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, default=os.environ.get("FOOTNOTE_BENCH_DATA"))
    parser.add_argument("--server", default="http://127.0.0.1:8099/v1")
    parser.add_argument("--model", default="SmolLM2-135M")
    parser.add_argument("--questions", type=int, default=100)
    options = parser.parse_args()
    if options.data is None:
        parser.error("name the data with --data DIR or FOOTNOTE_BENCH_DATA")
    settings = Settings(
        writer=f"openai:{options.model}",
        writer_base=options.server,
        writer_context=2_048,
        writer_tokens=256,
        writer_seconds=300,
    )
    half = options.questions // 2
    with tempfile.TemporaryDirectory() as scratch:
        both = [
            pair
            for name, count in (("mtrag", half), ("xquad", options.questions - half))
            for rows in [evenly(load(Path(options.data) / name / "queries.jsonl"), count)]
            for pair in of_set(Path(options.data), Path(scratch), name, rows, settings)
        ]
    print("| | with a sentence | first, median s | first, p95 | whole, median |")
    print("|---|---|---|---|---|")
    reader, writer = ([pair[n] for pair in both] for n in range(len(ENGINES)))
    print(told("reader", reader))
    print(told("writer", writer))
    own = [one for one in writer if one.answer.engine != "reader"]
    if own:
        print(told("writer, answered in its own words", own))


if __name__ == "__main__":
    main()
