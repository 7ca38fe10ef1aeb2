"""Many people who ask one server at once: how many answers, how late, how evenly, in what memory?

    python benchmarks/load.py --store DIR [--questions FILE] [--people 1,20,50,200] [--pause 5]
        [--seconds 60] [--adding FOLDER]

The store is copied and served by `footnote serve` on 127.0.0.1. Each person has a token of their
own, asks a question over HTTP, and after `--pause` seconds of thought (with a spread around it)
the next one; who is refused comes again when the server said so. `--questions` is JSON lines with
`question`; by default they are those that the server suggests. With `--adding`, the files of a
folder are sent to be added meanwhile. Printed for each number of people: answers a second, seconds
at the median and the 95th percentile, what was refused and in how many seconds, the median of the
slowest fifth of people over that of all, and how much memory the server has gained.
"""

import argparse
import asyncio
import json
import random
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from assistant.api.tokens import Tokens

SENT = 100
"""Files that are sent in one request."""
PATIENCE = 120.0
"""Seconds after which an answer counts as none."""


@dataclass
class Person:
    """Someone who asks, and the seconds that answers and refusals took."""

    client: httpx.AsyncClient
    answered: list[float] = field(default_factory=list)
    refused: list[float] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)

    async def ask(self, questions: Sequence[str], pause: float, until: float) -> None:
        """Ask one question after the other until the time is over."""
        await asyncio.sleep(random.uniform(0, pause))
        while time.monotonic() < until:
            began = time.monotonic()
            said = {"question": random.choice(questions)}
            answer = await self.client.post("/api/v1/ask", json=said)
            seconds = time.monotonic() - began
            if answer.status_code == 429:
                self.refused.append(seconds)
                await asyncio.sleep(float(answer.headers["Retry-After"]))
                continue
            if answer.is_success:
                self.answered.append(seconds)
            else:
                self.failed.append(answer.text)
            await asyncio.sleep(random.uniform(0.5, 1.5) * pause)


@contextmanager
def serving(store: Path) -> Iterator[str]:
    """The address of a server of this store."""
    footnote = Path(sys.executable).with_name("footnote")
    command = [footnote, "serve", "--no-browser", "--port", "0", "--store", store]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    try:
        found = re.search(r"http://\S+", process.stdout.readline())
        if found is None:
            raise SystemExit("The server did not begin.")
        yield found[0]
    finally:
        process.terminate()
        process.wait()
        process.stdout.close()


async def memory(client: httpx.AsyncClient) -> float:
    """The server's memory in MiB."""
    figures = (await client.get("/metrics")).text
    found = re.search(r"^process_resident_memory_bytes (\S+)", figures, re.MULTILINE)
    assert found is not None
    return float(found[1]) / 2**20


async def add(client: httpx.AsyncClient, folder: Path) -> None:
    """Have the files of a folder added, some after the others."""
    files = [path for path in sorted(folder.rglob("*")) if path.is_file()]
    for at in range(0, len(files), SENT):
        sent = [("files", (one.name, one.read_bytes())) for one in files[at : at + SENT]]
        job = (await client.post("/api/v1/documents", files=sent)).json()
        while job["state"] in ("waiting", "running"):
            await asyncio.sleep(0.5)
            job = (await client.get(f"/api/v1/jobs/{job['id']}")).json()


def percentile(seconds: Sequence[float], share: float) -> float:
    """The seconds within which that share of them is."""
    return sorted(seconds)[min(len(seconds) - 1, int(share * len(seconds)))] if seconds else 0.0


def told(people: Sequence[Person], seconds: float, gained: float) -> str:
    """What came of it, as a line."""
    answered = [one for person in people for one in person.answered]
    refused = [one for person in people for one in person.refused]
    failed = sum(len(person.failed) for person in people)
    medians = sorted(statistics.median(one.answered) for one in people if one.answered)
    uneven = 0.0
    if medians:
        slowest = medians[-max(1, len(medians) // 5) :]
        uneven = statistics.median(slowest) / statistics.median(medians)
    return (
        f"{len(people):6} people {len(answered) / seconds:6.2f} answers/s "
        f"{percentile(answered, 0.5):7.2f} s {percentile(answered, 0.95):7.2f} s "
        f"{len(refused):6} refused in {percentile(refused, 0.95):5.2f} s {failed:4} failed "
        f"{uneven:5.2f} x slowest fifth {gained:+7.0f} MiB"
    )


async def measured(
    address: str, secrets: Sequence[str], given: argparse.Namespace, questions: Sequence[str]
) -> str:
    """Let so many people ask for a while."""
    limits = httpx.Limits(max_connections=None)
    clients = [
        httpx.AsyncClient(
            base_url=address,
            headers={"Authorization": f"Bearer {secret}"},
            timeout=PATIENCE,
            limits=limits,
        )
        for secret in secrets
    ]
    before, began = await memory(clients[0]), time.monotonic()
    people = [Person(client) for client in clients]
    adding = asyncio.create_task(add(clients[0], given.adding)) if given.adding else None
    until = began + given.seconds
    await asyncio.gather(*(one.ask(questions, given.pause, until) for one in people))
    seconds = time.monotonic() - began
    line = told(people, seconds, await memory(clients[0]) - before)
    if adding is not None:
        adding.cancel()
        with suppress(asyncio.CancelledError):
            await adding
    for client in clients:
        await client.aclose()
    return line


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--store", type=Path, required=True)
    parser.add_argument("--questions", type=Path)
    parser.add_argument("--people", default="1,20,50,200")
    parser.add_argument("--pause", type=float, default=5.0)
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--adding", type=Path)
    given = parser.parse_args()
    numbers = [int(one) for one in given.people.split(",")]
    with tempfile.TemporaryDirectory() as scratch:
        store = Path(shutil.copytree(given.store, Path(scratch) / "store"))
        with Tokens(store) as tokens:
            names = [f"load {time.time()} {number}" for number in range(max(numbers))]
            secrets = [tokens.make(name, ["read", "ask", "write", "metrics"])[0] for name in names]
        with serving(store) as address:
            if given.questions:
                lines = given.questions.read_text(encoding="utf-8").splitlines()
                questions = [json.loads(line)["question"] for line in lines if line.strip()]
            else:
                asked = httpx.get(f"{address}/api/v1/suggestions?count=20", timeout=PATIENCE)
                questions = asked.json()
            httpx.post(f"{address}/api/v1/ask", json={"question": questions[0]}, timeout=PATIENCE)
            print(f"{len(questions)} questions; answers/s, median, 95th percentile:")
            for number in numbers:
                line = asyncio.run(measured(address, secrets[:number], given, questions))
                print(line, flush=True)


if __name__ == "__main__":
    main()
