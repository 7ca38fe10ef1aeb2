"""Many threads and many asyncio tasks that ask one assistant at once: what changes?

    python benchmarks/concurrency.py --data DIR [--rounds 10]

DIR holds `xquad/` (see benchmarks/README.md). Every question is asked one by one, then in each
round by 32 threads and by 200 tasks at once. Printed are the answers that differ, the time, and
after each round the process's memory, threads and open files. A deadlock ends it with the stack of
every thread.
"""

import argparse
import asyncio
import faulthandler
import gc
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import psutil
from quality import indexed, load

from assistant import Answer, Assistant

THREADS = 32
TASKS = 200
STUCK = 600
"""Seconds after which a round counts as a deadlock."""


def told(answer: Answer) -> dict[str, Any]:
    """All of an answer but when it was made and how long it took."""
    return answer.model_dump(exclude={"created", "timings"})


def by_threads(assistant: Assistant, questions: Sequence[str]) -> list[Answer]:
    """Every question from one of the threads."""
    with ThreadPoolExecutor(THREADS) as pool:
        return list(pool.map(assistant.query, questions))


def by_tasks(assistant: Assistant, questions: Sequence[str]) -> list[Answer]:
    """Every question from a task of its own, at most so many at once."""

    async def gathered() -> list[Answer]:
        answers: list[Answer] = []
        for at in range(0, len(questions), TASKS):
            part = questions[at : at + TASKS]
            answers += await asyncio.gather(*(assistant.aquery(question) for question in part))
        return answers

    return asyncio.run(gathered())


def measured(
    name: str,
    ask: Callable[[Assistant, Sequence[str]], list[Answer]],
    assistant: Assistant,
    alone: dict[str, dict[str, Any]],
) -> int:
    """Ask all of them once and print a line; how many answers differ from those given alone."""
    faulthandler.dump_traceback_later(STUCK, exit=True)
    began = time.perf_counter()
    answers = ask(assistant, list(alone))
    seconds = time.perf_counter() - began
    faulthandler.cancel_dump_traceback_later()
    differ = sum(
        told(answer) != expected for answer, expected in zip(answers, alone.values(), strict=True)
    )
    gc.collect()
    process = psutil.Process()
    print(
        f"{name:12} {differ:6} differ {1000 * seconds / len(answers):7.1f} ms an answer "
        f"{process.memory_info().rss / 2**20:8.1f} MiB {process.num_threads():4} threads "
        f"{process.num_fds():4} files",
        flush=True,
    )
    return differ


def main() -> int:
    """Measure and print; 1 where an answer differs."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--rounds", type=int, default=10)
    given = parser.parse_args()
    corpus = load(given.data / "xquad" / "corpus.jsonl")
    questions = [row["question"] for row in load(given.data / "xquad" / "queries.jsonl")]
    with tempfile.TemporaryDirectory() as scratch:
        files = Path(scratch) / "files"
        files.mkdir()
        with Assistant(Path(scratch) / "store") as assistant:
            indexed(assistant, corpus, files)
            # The first time, vectors of sentences are made that are remembered from then on.
            alone = {question: told(assistant.query(question)) for question in questions}
            print(f"{len(alone)} questions")

            def one_by_one(assistant: Assistant, questions: Sequence[str]) -> list[Answer]:
                return [assistant.query(question) for question in questions]

            differ = measured("one by one", one_by_one, assistant, alone)
            for _ in range(given.rounds):
                differ += measured(f"{THREADS} threads", by_threads, assistant, alone)
                differ += measured(f"{TASKS} tasks", by_tasks, assistant, alone)
            differ += measured("batch", Assistant.batch, assistant, alone)
    return 1 if differ else 0


if __name__ == "__main__":
    sys.exit(main())
