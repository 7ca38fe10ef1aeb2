"""Broken and hostile files: does each get its line within its limits, and the rest its place?

    python benchmarks/hostile.py [--samples DIR] [--short]

First every format is cut off: at each tenth byte of its first 4,000, and at 500 further points.
Then a folder of hostile files, among them good ones, is added to a store. `--samples` names a
folder of real files, such as the test files of parser projects, of which it is counted how many
yield their text. Exits with status 1 where something other than a document or its line came out,
or a good file is not found.
"""

import argparse
import random
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import hostile_files
import psutil

from assistant import Assistant
from index.errors import DocumentError
from index.ingesting.report import FileDone, FileUnderWay
from index.sandbox.isolation import Limits, Workers

HEAD, STEP, FURTHER = 4_000, 10, 500
GOOD = 20
LIMITS = Limits()
AT_FAULT = ("unexpected error", "parser crashed")
"""In a line that says so our readers are at fault: a damaged file must have a reason of its own."""


@dataclass
class Tally:
    """What came out of many files of one format."""

    read: int = 0
    refused: int = 0
    faults: list[str] = field(default_factory=list)
    slowest: float = 0.0

    def count(self, name: str, error: Exception | None, seconds: float) -> None:
        """One more file."""
        self.slowest = max(self.slowest, seconds)
        told = str(error)
        if error is None:
            self.read += 1
        elif isinstance(error, DocumentError) and "\n" not in told:
            self.refused += 1
            if any(words in told for words in AT_FAULT):
                self.faults.append(f"{name}: {told}")
        else:
            self.faults.append(f"{name}: {error!r}")


def attempt(
    workers: Workers, data: Path | bytes, name: str, size: int
) -> tuple[Exception | None, float]:
    """Why a file was not read, if so, and the seconds that it took."""
    began = time.perf_counter()
    error: Exception | None = None
    try:
        workers.read(data, name, size)
    except Exception as refusal:  # noqa: BLE001 (whatever it is, it is counted)
        error = refusal
    return error, time.perf_counter() - began


def cut_points(size: int, *, short: bool) -> list[int]:
    """Where a file of so many bytes is cut."""
    head = list(range(0, min(HEAD, size), STEP))
    further = random.Random(size).sample(range(size), min(FURTHER, size))
    every = sorted({*head, *further})
    return random.Random(1).sample(every, min(40, len(every))) if short else every


def truncated(
    workers: Workers, files: dict[str, bytes], *, short: bool
) -> Iterator[tuple[str, Tally]]:
    """Every format cut off at many points."""
    with ThreadPoolExecutor(workers.count) as pool:
        for name, data in files.items():
            tally = Tally()
            points = cut_points(len(data), short=short)
            tried = pool.map(lambda at: attempt(workers, data[:at], name, at), points)  # noqa: B023 (used at once)
            for at, (error, seconds) in zip(points, tried, strict=True):
                tally.count(f"{name} cut at {at}", error, seconds)
            yield name, tally


def samples(workers: Workers, folder: Path) -> dict[str, Tally]:
    """Real files by their suffix."""
    tallies: dict[str, Tally] = {}
    with ThreadPoolExecutor(workers.count) as pool:
        paths = sorted(path for path in folder.rglob("*") if path.is_file())
        tried = pool.map(lambda p: attempt(workers, p, p.name, p.stat().st_size), paths)
        for path, (error, seconds) in zip(paths, tried, strict=True):
            tally = tallies.setdefault(path.suffix.lower(), Tally())
            tally.count(str(path.relative_to(folder)), error, seconds)
            if error is not None:
                print(f"  {path.relative_to(folder)}: {error}")
    return tallies


@contextmanager
def peak_memory() -> Iterator[list[float]]:
    """The largest MB of this process, and of any one that it has started."""
    peak, over = [0.0, 0.0], threading.Event()
    own = psutil.Process()

    def look() -> None:
        while not over.wait(0.05):
            peak[0] = max(peak[0], own.memory_info().rss / 1e6)
            for child in own.children(recursive=True):
                try:
                    peak[1] = max(peak[1], child.memory_info().rss / 1e6)
                except psutil.Error:  # it has ended
                    continue

    thread = threading.Thread(target=look)
    thread.start()
    try:
        yield peak
    finally:
        over.set()
        thread.join()


def added(folder: Path, store: Path) -> list[str]:
    """What is wrong after the folder is added; prints what became of each hostile file."""
    began = time.perf_counter()

    def told(done: FileDone | FileUnderWay) -> None:
        if isinstance(done, FileDone) and "good" not in done.path:
            name = ascii(Path(done.path).name)[:40]
            print(f"{time.perf_counter() - began:6.0f} s  {name:40} {done.reason or done.outcome}")

    wrong: list[str] = []
    with Assistant(store) as assistant, peak_memory() as peak:
        report = assistant.add(folder, progress=told)
        seconds = time.perf_counter() - began
        for outcome in report.failed:
            name = Path(outcome.path).name
            if outcome.reason and (
                "\n" in outcome.reason or any(w in outcome.reason for w in AT_FAULT)
            ):
                wrong.append(f"{name!a}: {outcome.reason}")
        for number in range(GOOD):
            answer = assistant.query(f"Who keeps lantern number {number}?")
            if f"Keeper {number} " not in answer.text:
                wrong.append(f"good file {number} is not found")
        wrong += [str(difference) for difference in assistant.check()]
    print(
        f"\n{len(report.added)} added, {len(report.failed)} refused in {seconds:.0f} s; "
        f"peak of memory {peak[0]:,.0f} MB here, {peak[1]:,.0f} MB in one reading process"
    )
    if peak[1] > LIMITS.memory * 1.25:
        wrong.append("a reading process went over its memory limit")
    return wrong


def printed(tallies: Iterable[tuple[str, Tally]]) -> list[str]:
    """Print a table; return what is at fault."""
    print(f"{'':24}{'files':>7}{'read':>7}{'refused':>9}{'faults':>8}{'slowest s':>11}")
    faults: list[str] = []
    total: Counter[str] = Counter()
    for name, tally in tallies:
        count = tally.read + tally.refused
        total.update(files=count, read=tally.read, refused=tally.refused, faults=len(tally.faults))
        print(
            f"{name:24}{count:7,}{tally.read:7,}{tally.refused:9,}{len(tally.faults):8}"
            f"{tally.slowest:11.2f}",
            flush=True,
        )
        faults += tally.faults
    print(
        f"{'all':24}{total['files']:7,}{total['read']:7,}{total['refused']:9,}{total['faults']:8}"
    )
    return faults


def main() -> None:
    """Cut off, add, and count samples."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--samples", type=Path, help="a folder of real files")
    parser.add_argument("--short", action="store_true", help="40 cut points a format")
    options = parser.parse_args()
    faults: list[str] = []
    with Workers(LIMITS) as workers:
        if options.samples:
            tallies = samples(workers, options.samples)
            faults += printed(sorted(tallies.items()))
        print("\nCut off")
        faults += printed(truncated(workers, hostile_files.ordinary(), short=options.short))
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch) / "files"
        folder.mkdir()
        for number in range(GOOD):
            text = f"Keeper {number} of Teal Harbour keeps lantern number {number}.\n"
            (folder / f"good {number:02}.txt").write_text(text, "utf-8")
        print("\nHostile")
        hostile_files.write(folder)
        faults += added(folder, Path(scratch) / "store")
    if faults:
        sys.exit("\n".join(["", f"{len(faults)} faults:", *faults]))


if __name__ == "__main__":
    main()
