"""Whoever may read some documents is answered as if there were no others, byte for byte.

`FOOTNOTE_LEAK_SETS` sets of rights are drawn by chance, one by default; for each all questions are
put, at the store that holds all documents and at one that was never given any other.
"""

import inspect
import os
import random
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from sqlalchemy.engine import Connection

from assistant.assistant import Assistant
from assistant.people.person import Person
from index.errors import FootnoteError
from index.store import collections, limited, queries
from index.store.allowed import Allowed, Known, Reader
from index.store.catalog import IndexState
from index.store.limited import LimitedSnapshot, LimitedStore
from index.store.store import Store

ANN = Person("Ann", frozenset({"newsroom"}))
OTHERS = "all of it, which Bob reads"
SETS = int(os.environ.get("FOOTNOTE_LEAK_SETS", "1"))

SMALL = {
    "ferry.txt": "The ferry of Quellhaven\n\n3 March 2024\n\nThe ferry sank at noon. Its captain "
    "was Ida Brandt. Nine people were hurt in Quellhaven.\n",
    "ferry-corrected.txt": "Correction to: The ferry of Quellhaven\n\n9 March 2024\n\nThe ferry "
    "of Quellhaven sank at one o'clock, not at noon. Twelve people were hurt.\n",
    "tolls.csv": "Year,Port,Toll\n2021,Quellhaven,12\n2022,Tollmark,14\n2023,Quellhaven,15\n",
    "berths.csv": "Port,Berths\nQuellhaven,41\nTollmark,7\nSarnmark,9\n",
    "lease.md": "# Lease of the Old Harbour\n\nThe landlord is Maren Voss. The rent is 900 crowns "
    "a month. The tenant may sublet with consent.\n",
    "lease-2.md": "# Lease of the Upper Quay\n\nThe landlord is Jonas Feld. The rent is 750 crowns "
    "a month. Subletting is forbidden.\n",
    "minutes.txt": "Minutes of the harbour board\n\n4 May 2024\n\nThe board heard that the sirens "
    "of Quellhaven failed. Gate 3 was repaired by the Brael works for 80,000 crowns.\n",
}
ASKED = (
    "Why did Gate 3 fail?",
    "How many buildings were flooded?",
    "When were the sirens sounded?",
    "Who was the captain of the ferry?",
    "How many people were hurt?",
    "When did the ferry sink?",
    "What is the rent of the Old Harbour?",
    "Who is the landlord?",
    "May the tenant sublet?",
    "What is the total toll of Quellhaven?",
    "Which port has the most berths?",
    "How many berths does Tollmark have?",
    "What did Maren Voss say?",
    "What happend to the fery?",
    "Which documents mention Quellhaven?",
    "What is the newest document?",
    "What is in my documents?",
    "Compare the lease of the Old Harbour and the lease of the Upper Quay.",
    "Give a timeline of the flood.",
    "List the recommendations of the inquiry.",
    "What does the inspectors' report say about the gate?",
    "Wie viele Gebäude wurden überflutet?",
    "What did Gate 3 cost to repair?",
    "Was the gate inspected before the flood, and who is the landlord?",
    "What is the boiling point of water?",
)


@pytest.fixture(scope="module")
def files(seeds: Path, tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    folder = tmp_path_factory.mktemp("own")
    for name, text in SMALL.items():
        (folder / name).write_text(text, encoding="utf-8")
    return sorted([*seeds.iterdir(), *folder.iterdir()])


@pytest.fixture(scope="module")
def whole(files: list[Path], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Assistant]:
    with Assistant(tmp_path_factory.mktemp("whole") / "store") as assistant:
        assert len(assistant.add(files).added) == len(files)
        assistant.collections.create(OTHERS, owner="person:Bob")
        assistant.collections.put(OTHERS, [one.id for one in assistant.documents()])
        yield assistant


def all_lengths(self: Known, connection: Connection, *given: object) -> Allowed:
    ids = sorted(one.document_id for one in queries.readable_versions(connection))
    lengths = [end - start for _, start, end in queries.chunk_spans(connection, ids)]
    found = KNOWN(self, connection, *given)
    found.length = sum(lengths) / len(lengths)
    return found


KNOWN = Known.allowed
FILTERS = (
    (LimitedSnapshot, "_frequencies", lambda self, terms: self._lexical.frequencies(terms)),
    (LimitedStore, "documents", lambda self: self.whole.documents()),
    (Known, "allowed", all_lengths),
    (Reader, "may_read", lambda _, connection: {c.name for c in collections.listed(connection)}),
)


def drawn(chance: random.Random, files: list[Path]) -> list[Path]:
    """Some of the files: none may not be read for certain, and some are in one of two sets."""
    return sorted(chance.sample(files, chance.randint(3, len(files) - 2)))


def lend(assistant: Assistant, files: list[Path], name: str) -> None:
    """Let these be what Ann may read: one part by name, the other by her group."""
    by_path = {one.path: one.id for one in assistant.documents()}
    ids = [by_path[str(file)] for file in files]
    for part, member in ((ids[::2], "person:Ann"), (ids[1::2], "group:newsroom")):
        called = f"{name} {member}"
        assistant.collections.create(called, owner=member)
        assistant.collections.put(called, part)


def give_back(assistant: Assistant) -> None:
    for one in assistant.collections.listed():
        if one.name != OTHERS:
            assistant.collections.drop(one.name)


def seen(assistant: Assistant) -> Iterator[str]:
    """All that Ann is told, as she is told it."""
    for question in ASKED:
        answer = assistant.query(question)
        yield answer.model_copy(update={"timings": {}}).model_dump_json(exclude={"created"})
        yield repr(assistant.search(question, k=20))
    yield repr([(one.id, one.title, one.path, one.date) for one in assistant.documents()])
    yield repr(assistant.suggestions(9))
    yield repr(assistant.left_out())
    yield repr([row.date for row in assistant.timeline("the flood of Quellhaven").rows])
    yield repr([one.documents for one in assistant.collections.listed()])


def first_difference(told: Iterator[str], wanted: Iterator[str]) -> str | None:
    return next((one for one, other in zip(told, wanted, strict=True) if one != other), None)


@pytest.mark.parametrize("number", range(SETS))
def test_an_answer_is_that_of_a_store_with_nothing_else(whole, files, tmp_path, number):
    some = drawn(random.Random(number), files)
    with Assistant(tmp_path / "store") as apart:
        apart.add(some)
        lend(apart, some, "only")
        lend(whole, some, f"set {number}")
        whole_view, own_view = whole.for_person(ANN), apart.for_person(ANN)
        try:
            wanted = list(seen(own_view))
            assert first_difference(seen(whole_view), iter(wanted)) is None
            # Nor would it hold without any one of what sees to it.
            for holder, name, without in FILTERS:
                with pytest.MonkeyPatch.context() as patched:
                    patched.setattr(whole._opening.current(), "known", Known())
                    patched.setattr(holder, name, without)
                    unlimited = first_difference(seen(whole.for_person(ANN)), iter(wanted))
                assert unlimited is not None, name
        finally:
            give_back(whole)
    assert whole_view.documents() == []


@pytest.fixture(scope="module")
def lent(whole: Assistant, files: list[Path]) -> Iterator[Assistant]:
    """The store as Ann sees it, who may read three documents."""
    lend(whole, [one for one in files if one.name in ("lease.md", "tolls.csv", "minutes.txt")], "a")
    yield whole.for_person(ANN)
    give_back(whole)


def test_no_id_of_another_document_opens_anything(whole, lent, files):
    hidden = [one for one in whole.documents() if one.id not in {d.id for d in lent.documents()}]
    assert len(hidden) == len(files) - 3
    cited = whole.query("How many buildings were flooded?").citations[0]
    opened = {
        "document": lambda one: lent.document(one.id),
        "version": lambda one: lent.document(one.id, one.version),
        "page": lambda one: lent.page_image(one.id, 1),
        "lines": lambda one: lent.page_lines(one.id, 1, one.version),
        "original": lambda one: lent.original(one.id),
        "citation": lambda _: lent.cited(cited.id),
        "rectangles": lambda _: lent.rectangles(cited),
        "question": lambda one: lent.query("Why?", documents=[one.id]),
        "search": lambda one: lent.search("Why?", documents=[one.id]),
        "matrix": lambda one: lent.matrix("Why: Why?", documents=[one.id]),
        "changes": lambda one: lent.changes(one.id),
        "compare": lambda one: lent.compare([one.id, one.id]),
        "cite": lambda one: lent.cite("The gate failed.", [one.id]),
        "correct": lambda one: lent.correct(one.id, {"title": "Mine"}),
        "replace": lambda one: lent.replace(one.id, files[0]),
        "remove": lambda one: lent.remove(one.id),
        "purge": lambda one: lent.remove(one.id, purge=True),
        "put": lambda one: lent.collections.put("a person:Ann", [one.id]),
    }
    for one in hidden[:3]:
        for name, act in opened.items():
            with pytest.raises(FootnoteError) as told:
                act(one)
            assert one.title not in str(told.value), name
            assert str(one.path) not in str(told.value), name
    assert lent.documents_at(hidden[0].path) == []
    assert lent.left_out(hidden[0].id) == {}
    assert len(whole.documents()) == len(files)


@pytest.mark.parametrize(
    "act",
    [
        lambda view: view.check(),
        lambda view: view.repair(),
        lambda view: view.back_up("all.zip"),
        lambda view: view.sync("."),
        lambda view: view.keep_watching("."),
    ],
)
def test_what_is_done_with_the_whole_store_is_refused(lent, act):
    with pytest.raises(FootnoteError):
        act(lent)


def test_whatever_a_store_offers_is_limited_or_named_here():
    """A new way into a store is one that somebody has thought about."""
    harmless = {"close", "closed", "folder", "uploads", "missing_indexes", "reading", "collecting"}
    # By `_changing`, which is refused.
    changes = {"locate", "leave", "seal", "watch", "unwatch", "note_watch", "put", "purge"}
    changes |= {"repair", "restore"}
    for name, _ in inspect.getmembers(Store, callable):
        if name.startswith("_") or name in harmless | changes | limited._OF_THE_WHOLE:
            continue
        assert name in vars(LimitedStore), name


def test_chunks_without_a_vector_are_found_nowhere_and_hinder_no_others():
    class Vectors:
        def vectors(self, _, ids):
            return {id_: np.eye(3, dtype=np.float32)[id_ - 1] for id_ in ids if id_ <= 3}

    known, asked = Known(), np.array([1, 0, 0], np.float32)
    for ids, nearest in (([1, 2], [(1, 1.0), (2, 0.0)]), ([7, 8], []), ([7, 3], [(3, 0.0)])):
        allowed = Allowed(frozenset({"d1"}), ids, 400.0, is_all=False)
        assert known.nearest(Vectors(), IndexState(1, 1), allowed, asked, 5) == nearest
