"""Many processes on one store, writers killed at random: is anything lost, stale or half visible?

Writers add, replace and remove documents of three chunks and note what they begin and what was
acknowledged; readers ask both indexes for what is acknowledged and time themselves. Vectors are
random but fixed by the text, since the model is not what is tried here.
"""

import argparse
import json
import multiprocessing
import os
import random
import signal
import sys
import tempfile
import time
import traceback
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from multiprocessing.context import ForkServerProcess
from multiprocessing.synchronize import Event
from pathlib import Path
from typing import Any

import numpy as np

from index.document import Chunk, Document
from index.models.embeddings import MiniLM, Vectors
from index.store.catalog import Location
from index.store.identity import Prepared
from index.store.store import Snapshot, Store

CHUNKS = 3
DOCUMENTS_AT_MOST = 400
"""A writer's; beyond it replaces and removes more than it adds."""

State = tuple[int, str] | None
"""Revision and document id of what is there; None where it was removed."""


@dataclass
class NoModel:
    """Enough of an embedder to open a store whose vectors are made elsewhere."""

    name: str = MiniLM.name
    dimension: int = MiniLM.dimension


def parts(key: str, revision: int) -> list[str]:
    """The chunks of a revision of a document, each unlike any other."""
    words = random.Random(key).choices(("harbour", "bridge", "lantern", "ferry", "keeper"), k=12)
    return [f"{key}x{revision}x{n} {' '.join(words)}.\n" for n in range(CHUNKS)]


def vector(text: str) -> Vectors:
    """A unit vector that the same text always gets."""
    row = np.random.default_rng(list(text.encode())).normal(size=MiniLM.dimension)
    return (row / np.linalg.norm(row)).astype(np.float32)


def prepared(key: str, revision: int) -> Prepared:
    """A revision of a document, ready for `Store.put`."""
    texts = parts(key, revision)
    document = Document(text="".join(texts), title="Note", media_type="text/plain")
    ends = np.cumsum([len(text) for text in texts]).tolist()
    chunks = [Chunk(end - len(text), end) for text, end in zip(texts, ends, strict=True)]
    place = Location(f"memory:{key}", "", document.version, len(document.text), 0)
    vectors = np.stack([vector(text) for text in texts])
    return Prepared(place, document, chunks, ["Note"] * CHUNKS, vectors)


@dataclass
class Journal:
    """What one writer has begun and what of it is certain, followed line by line."""

    path: Path
    certain: dict[str, State] = field(default_factory=dict)
    begun: dict[str, int | None] = field(default_factory=dict)
    _read: int = 0

    def follow(self) -> None:
        """Take in the lines that are new."""
        with self.path.open("rb") as file:
            file.seek(self._read)
            for line in file:
                if not line.endswith(b"\n"):
                    break
                self._read += len(line)
                entry = json.loads(line)
                for key, value in entry["of"].items():
                    if entry["is"] == "begun":
                        self.begun[key] = value
                    else:
                        self.certain[key] = tuple(value) if value else None
                        del self.begun[key]

    def note(self, what: str, of: dict[str, Any]) -> None:
        """Write that a change of these keys has 'begun' or that its outcome is 'certain'."""
        line = json.dumps({"is": what, "of": of}) + "\n"
        with self.path.open("ab") as file:
            file.write(line.encode())


# Processes ----------------------------------------------------------------------------------------


def write(folder: Path, number: int, journal: Path, stop: Event, faults: Path) -> None:
    """A writer: one change after the other, until it is stopped or killed."""
    with _told(faults, f"writer {number}"):
        log = Journal(journal)
        log.follow()
        store = Store(folder, NoModel(), create=True)  # type: ignore[arg-type]
        settle(store, log)
        choice = random.Random(os.getpid() + time.time_ns())
        while not stop.is_set():
            log.follow()
            change(store, log, number, choice)
        store.close()


def settle(store: Store, log: Journal) -> None:
    """Find out what became of the change in which the writer was killed."""
    found: dict[str, State] = {}
    for key in log.begun:
        place = store.locations([f"memory:{key}"]).get(f"memory:{key}")
        found[key] = None
        if place is not None:
            text = store.document(place.document_id).text
            found[key] = (int(text.split()[0].split("x")[1]), place.document_id)
            assert text == "".join(parts(key, found[key][0])), f"{key} is torn"
        assert (
            found[key] == log.certain.get(key)
            or (found[key][0] if found[key] else None) == log.begun[key]
        ), f"{key} is {found[key]}, neither before nor after its change"
    if found:
        log.note("certain", found)


def change(store: Store, log: Journal, number: int, choice: random.Random) -> None:
    """Add up to three documents, replace up to three, or remove one."""
    there = [key for key, state in log.certain.items() if state]
    drawn = choice.random()
    if there and drawn < (0.5 if len(there) > DOCUMENTS_AT_MOST else 0.2):
        key = choice.choice(there)
        log.note("begun", {key: None})
        state = log.certain[key]
        assert state
        store.remove(state[1])
        log.note("certain", {key: None})
        return
    if there and drawn < 0.6:
        keys = choice.sample(there, min(len(there), choice.randint(1, 3)))
        wanted = {key: log.certain[key][0] + 1 for key in keys}  # type: ignore[index]
    else:
        first = len(log.certain)
        wanted = {f"w{number}n{first + n}": 0 for n in range(choice.randint(1, 3))}
    log.note("begun", wanted)
    outcomes = store.put([prepared(key, revision) for key, revision in wanted.items()])
    ids = [document_id for document_id, _ in outcomes]
    log.note("certain", {k: (r, i) for (k, r), i in zip(wanted.items(), ids, strict=True)})


def read(folder: Path, journals: list[Path], stop: Event, faults: Path, result: Path) -> None:
    """A reader: one document after the other, until it is stopped."""
    with _told(faults, "reader"):
        logs = [Journal(path) for path in journals]
        store = Store(folder, NoModel())  # type: ignore[arg-type]
        choice = random.Random(os.getpid())
        seconds: list[float] = []
        counts: Counter[str] = Counter()
        while not stop.is_set():
            for log in logs:
                log.follow()
            log = choice.choice(logs)
            settled = [key for key in log.certain if key not in log.begun]
            if not settled:
                time.sleep(0.01)
                continue
            # The latest as often as any: it is what a reader might not see yet.
            key = settled[-1] if choice.random() < 0.5 else choice.choice(settled)
            state = log.certain[key]
            last = state or (0, "none")
            texts = parts(key, last[0])
            began = time.perf_counter()
            with store.snapshot() as snapshot:
                seen = look(snapshot, texts, last[1])
            seconds.append(time.perf_counter() - began)
            log.follow()
            same = key not in log.begun and log.certain[key] == state
            judge(key, texts if state else [], seen, certain=same)
            counts["asked"] += 1
            counts["asked for what was there for certain"] += same and state is not None
            counts["asked for what was removed for certain"] += same and state is None
        store.close()
        result.write_text(json.dumps({"seconds": seconds, "counts": counts}))


def look(snapshot: Snapshot, texts: list[str], document_id: str) -> list[list[str]]:
    """What each index gives for a document's words: everywhere, then in that document only."""
    near = snapshot.nearest(vector(texts[0]), 10)
    words = snapshot.lexical(texts[0].split()[0], 10)
    own = snapshot.nearest(vector(texts[0]), 10, [document_id])
    own_words = snapshot.lexical(texts[0], 10, [document_id])
    found = []
    for hits in (near[:1], words[:1], own, own_words):
        live = snapshot.chunks([id_ for id_, _ in hits])
        found.append(sorted(chunk.text for chunk in live.values()))
    return found


def judge(key: str, texts: list[str], seen: list[list[str]], *, certain: bool) -> None:
    """What was seen is one whole revision or nothing, alike in both indexes."""
    near, words, own, own_words = seen
    assert own == own_words, f"{key}: Chroma has {own}, BM25 {own_words}"
    assert len(own) in (0, CHUNKS), f"{key} is half visible: {own}"
    assert len({text.split("x")[1] for text in own}) <= 1, f"{key}: two revisions, {own}"
    if not certain:
        return
    assert own == sorted(texts), f"{key}: acknowledged {texts}, found {own}"
    if texts:
        assert near == words == texts[:1], f"{key}: nearest {near}, BM25 {words}"


class _told:  # noqa: N801 (a context manager)
    """Leaves a traceback in a file of its own when its body fails."""

    def __init__(self, folder: Path, who: str) -> None:
        self._path = folder / f"{who} {os.getpid()}"
        self._who = who

    def __enter__(self) -> None: ...

    def __exit__(self, kind: object, error: object, trace: object) -> None:
        if kind is not None:
            self._path.write_text(f"{self._who}: {traceback.format_exc()}")


# The run ------------------------------------------------------------------------------------------


@dataclass
class Processes:
    """The writers and readers of a run."""

    folder: Path
    writers: int
    readers: int
    kills: int = 0

    def __post_init__(self) -> None:
        self.context = multiprocessing.get_context("forkserver")
        self.context.set_forkserver_preload(["chromadb", "index.store.store", "benchmarks.stress"])
        self.stop = self.context.Event()
        self.faults = self.folder / "faults"
        self.faults.mkdir()
        self.journals = [self.folder / f"journal{n}" for n in range(self.writers)]
        for path in self.journals:
            path.touch()

    def run(self, seconds: float, kills: int) -> None:
        """Go on for so long and until so many writers were killed, or until something fails."""
        writing = [self._writer(n) for n in range(self.writers)]
        reading = [self._reader(n) for n in range(self.readers)]
        choice = random.Random(0)
        began = time.monotonic()
        while not any(self.faults.iterdir()):
            gone = time.monotonic() - began
            if gone >= seconds and self.kills >= kills:
                break
            time.sleep(choice.uniform(0.2, 1.8) * seconds / kills / 1.25)
            n = choice.randrange(self.writers)
            writing[n].kill()
            writing[n].join()
            # Otherwise it ended by itself, and its fault is told.
            self.kills += writing[n].exitcode == -signal.SIGKILL
            writing[n] = self._writer(n)
        self.stop.set()
        for process in writing + reading:
            process.join(60)
            if process.exitcode != 0:
                (self.faults / f"end {process.name}").write_text(f"exit {process.exitcode}")

    def _writer(self, number: int) -> ForkServerProcess:
        arguments = (self.folder / "store", number, self.journals[number], self.stop, self.faults)
        return self._started(write, arguments)

    def _reader(self, number: int) -> ForkServerProcess:
        result = self.folder / f"result{number}"
        return self._started(
            read, (self.folder / "store", self.journals, self.stop, self.faults, result)
        )

    def _started(
        self, target: Callable[..., None], arguments: tuple[object, ...]
    ) -> ForkServerProcess:
        process = self.context.Process(target=target, args=arguments)
        process.start()
        return process


def last_look(store: Store, journals: list[Path]) -> tuple[Counter[str], list[str]]:
    """Whether both indexes give every acknowledged document, and what `check` says."""
    counts: Counter[str] = Counter()
    problems = []
    for path in journals:
        log = Journal(path)
        log.follow()
        lines = [json.loads(line)["is"] for line in path.read_text().splitlines()]
        counts["changes acknowledged"] += lines.count("certain")
        settle(store, log)
        log.follow()
        for key, state in log.certain.items():
            last = state or (0, "none")
            texts = parts(key, last[0])
            with store.snapshot() as snapshot:
                seen = look(snapshot, texts, last[1])
            try:
                judge(key, texts if state else [], seen, certain=True)
            except AssertionError as error:
                problems.append(str(error))
            counts["documents at the end" if state else "documents removed"] += 1
    problems += [f"check: {d.where}: {d.problem}" for d in store.check()]
    return counts, problems


def main() -> None:
    """Run it and print the table; exit status 1 where anything was wrong."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=300)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--writers", type=int, default=4)
    parser.add_argument("--readers", type=int, default=4)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="stress-") as name:
        folder = Path(name)
        Store(folder / "store", NoModel(), create=True).close()  # type: ignore[arg-type]
        run = Processes(folder, options.writers, options.readers)
        run.run(options.seconds, options.kills)
        faults = [path.read_text() for path in sorted(run.faults.iterdir())]
        seconds: list[float] = []
        counts: Counter[str] = Counter({"writers killed": run.kills, "faults": len(faults)})
        for path in folder.glob("result*"):
            result = json.loads(path.read_text())
            seconds += result["seconds"]
            counts.update(result["counts"])
        store = Store(folder / "store", NoModel())  # type: ignore[arg-type]
        at_end, problems = last_look(store, run.journals)
        counts.update(at_end)
        counts["differences at the end"] = len(problems)
        store.close()
    print("| | |\n|---|---|")
    for what, count in counts.items():
        print(f"| {what} | {count:,} |")
    if seconds:
        p50, p95, p99, most = np.quantile(seconds, [0.5, 0.95, 0.99, 1.0]) * 1_000
        print(f"| a reader's four searches, median | {p50:.0f} ms |")
        print(f"| 95th, 99th percentile, longest | {p95:.0f}, {p99:.0f}, {most:.0f} ms |")
    print(*faults[:5], *problems[:5], sep="\n", file=sys.stderr)
    sys.exit(1 if faults or problems else 0)


if __name__ == "__main__":
    main()
