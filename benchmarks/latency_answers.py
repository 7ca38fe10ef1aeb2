"""Answers the questions of its standard input, one a line, and says how long each took.

It knows nothing but `Assistant`, so that `latency.py` can run it with an older tree as well:

    PYTHONPATH=TREE python benchmarks/latency_answers.py STORE
"""

import json
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from assistant import Assistant


def told(assistant: Assistant, question: str, *, answer_first: bool) -> dict[str, Any]:
    """Seconds of a search and of an answer, and what both said.

    The one that comes second finds what the first has left in memory: it is told apart.
    """
    seconds: dict[str, float] = {}

    def timed(act: Callable[[str], Any], name: str) -> Any:  # noqa: ANN401 (whatever `act` returns)
        name = f"{name} again" if seconds else name
        wall, processor = time.perf_counter(), time.process_time()
        found = act(question)
        seconds[name] = time.perf_counter() - wall
        seconds[f"{name}, processor"] = time.process_time() - processor
        return found

    if answer_first:
        answer, passages = timed(assistant.query, "answer"), timed(assistant.search, "search")
    else:
        passages, answer = timed(assistant.search, "search"), timed(assistant.query, "answer")
    said = [one.model_dump(mode="json") for one in passages]
    said.append(answer.model_dump(mode="json", exclude={"created", "timings"}))
    return {"seconds": seconds, "said": said}


def main(folder: Path) -> None:
    """Answer the questions of standard input, one a line."""
    with Assistant(folder) as assistant:
        for n, line in enumerate(sys.stdin):
            found = told(assistant, json.loads(line), answer_first=n % 4 > 1)
            print(json.dumps(found), flush=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
