"""Many processes on one store: nothing half-done is ever seen, nothing acknowledged is lost."""

import os
import random
import signal
import traceback
from dataclasses import dataclass

import pytest
from processes import FORKED
from shelf import Shelf, ids_on_disk, prepared

from index.document import Document
from index.models.embeddings import MiniLM
from index.store.catalog import Catalog
from index.store.lexical import LexicalIndex
from index.store.store import Store
from index.store.vectors import VectorIndex

OLD = "The harbour gates closed at noon on Monday."
NEW = "The bridge of Quill Island opens at dawn."
ADDED = "A lantern of brass costs forty crowns."
WORDS = ("harbour", "bridge", "lantern", "ferry", "museum", "keeper", "lens", "barley", "copper")
WRITTEN = 20
"""How many documents each of the writers adds."""
KEPT = "The museum shows seven ferries."


def note(text):
    return Document(text=text, title="Note", media_type="text/plain")


@dataclass
class NoModel:
    """Enough of an embedder to open a store whose vectors are made elsewhere."""

    name: str = MiniLM.name
    dimension: int = MiniLM.dimension


# A writer that is killed --------------------------------------------------------------------------


def kill(*_, **__):
    os.kill(os.getpid(), signal.SIGKILL)


def before(owner, name, call=1):
    """The process is killed when it comes to this method for the `call`th time."""
    original = getattr(owner, name)
    calls = iter(range(1, 1_000))

    def counted(*arguments, **options):
        if next(calls) == call:
            kill()
        return original(*arguments, **options)

    setattr(owner, name, counted)


def after(owner, name):
    """The process is killed when this method has done its work."""
    original = getattr(owner, name)

    def done(*arguments, **options):
        original(*arguments, **options)
        kill()

    setattr(owner, name, done)


PUT_KILLED = {
    "before the pending versions are committed": (before, Catalog, "insert"),
    "after the pending versions are committed": (before, VectorIndex, "change"),
    "after the vectors": (after, VectorIndex, "change"),
    "after the lexical index": (after, LexicalIndex, "change"),
    "while publishing": (before, Catalog, "locate"),
}
PUBLISHED_KILLED = {
    "after publishing": (before, Catalog, "leftovers", 2),
    "after the old vectors are gone": (before, LexicalIndex, "change", 2),
    "before the leftovers are deleted": (before, Catalog, "clear_leftovers", 2),
}
REMOVE_KILLED = {
    "before the removal is committed": (after, Catalog, "withdraw"),
    "after the removal is committed": (before, Catalog, "leftovers"),
    "after the vectors are gone": (after, VectorIndex, "change"),
    "before the removed rows are deleted": (before, Catalog, "clear_leftovers"),
}


def put(folder, point, batch):
    store = Store(folder, NoModel())
    arm, *where = point
    arm(*where)
    store.put(batch)


def remove(folder, point, document_id):
    store = Store(folder, NoModel())
    arm, *where = point
    arm(*where)
    store.remove(document_id)


def killed(target, *arguments):
    process = FORKED.Process(target=target, args=arguments)
    process.start()
    process.join(60)
    assert process.exitcode == -signal.SIGKILL
    process.close()


@pytest.fixture
def held(shelf):
    """A store with two documents, opened and searched before the other process comes."""
    shelf.add_documents(gates=note(OLD), museum=note(KEPT))
    assert shelf.finds(OLD)
    return shelf


def batch(embedder):
    """An update of the first document and a new one."""
    return [
        prepared("memory:gates", note(NEW), embedder),
        prepared("memory:lantern", note(ADDED), embedder),
    ]


def assert_consistent(shelf, *, live, gone):
    """A reader that was there before and one that opens now see the same whole state."""
    fresh = Shelf(shelf.store.folder, shelf.embedder, create=False)
    for reader in (shelf, fresh):
        assert reader.live() == sorted(live)
        assert all(reader.finds(text) for text in live)
        assert not any(reader.finds(text) for text in gone)
    fresh.store.close()


@pytest.mark.parametrize("point", PUT_KILLED)
def test_what_a_killed_writer_had_not_published_is_never_seen(held, minilm, point):
    killed(put, held.store.folder, PUT_KILLED[point], batch(minilm))
    assert_consistent(held, live=[OLD, KEPT], gone=[NEW, ADDED])

    held.store.put(batch(minilm))
    assert_consistent(held, live=[NEW, ADDED, KEPT], gone=[OLD])
    ids = ids_on_disk(held.store)
    assert ids.agree()
    assert len(ids.catalog) == 3


@pytest.mark.parametrize("point", PUBLISHED_KILLED)
def test_what_a_killed_writer_had_published_stays(held, minilm, point):
    killed(put, held.store.folder, PUBLISHED_KILLED[point], batch(minilm))
    assert_consistent(held, live=[NEW, ADDED, KEPT], gone=[OLD])

    held.store.put([prepared("memory:more", note("A barnacle."), minilm)])
    ids = ids_on_disk(held.store)
    assert ids.agree()
    assert len(ids.catalog) == 4


@pytest.mark.parametrize("point", REMOVE_KILLED)
def test_a_killed_removal_is_whole_or_has_not_begun(held, minilm, point):
    (removed,) = [
        info.id for info in held.store.documents() if held.store.document(info.id).text == OLD
    ]
    killed(remove, held.store.folder, REMOVE_KILLED[point], removed)
    if point == "before the removal is committed":
        assert_consistent(held, live=[OLD, KEPT], gone=[])
        held.store.remove(removed)
    assert_consistent(held, live=[KEPT], gone=[OLD])

    held.store.put([prepared("memory:more", note("A barnacle."), minilm)])
    ids = ids_on_disk(held.store)
    assert ids.agree()
    assert len(ids.catalog) == 2


def make(folder, point):
    arm, *where = point
    arm(*where)
    Store(folder, NoModel(), create=True)


@pytest.mark.parametrize(
    "point",
    [(before, Catalog, "create"), (after, Catalog, "create"), (before, LexicalIndex, "__init__")],
)
def test_a_store_whose_making_was_interrupted_is_made_by_the_next_who_comes(
    tmp_path, open_shelf, point
):
    killed(make, tmp_path / "store", point)
    shelf = open_shelf()
    shelf.add_documents(one=note(OLD))

    assert shelf.finds(OLD)


# Processes side by side ---------------------------------------------------------------------------


def guarded(target, arguments, faults):
    """Runs `target` and tells of its end: None, or the traceback."""
    try:
        target(*arguments)
    except BaseException:
        faults.put(traceback.format_exc())
        raise
    faults.put(None)


def together(*tasks):
    """Run the tasks, each in a process of its own; none may fail."""
    faults = FORKED.SimpleQueue()
    processes = [
        FORKED.Process(target=guarded, args=(target, arguments, faults))
        for target, *arguments in tasks
    ]
    for process in processes:
        process.start()
    try:
        for _ in processes:
            fault = faults.get()
            assert fault is None, fault
        for process in processes:
            process.join(30)
            assert process.exitcode == 0
    finally:
        for process in processes:
            process.kill()
            process.join()
            process.close()
        faults.close()


def add_one(folder, text):
    shelf = Shelf(folder, MiniLM(), create=True)
    shelf.add_documents(**{text.split()[1]: note(text)})
    shelf.store.close()


def test_processes_that_make_one_store_at_the_same_time_all_succeed(tmp_path, open_shelf):
    texts = [OLD, NEW, ADDED]
    together(*[(add_one, tmp_path / "store", text) for text in texts])
    shelf = open_shelf()

    assert shelf.live() == sorted(texts)
    assert all(shelf.finds(text) for text in texts)


def test_a_reader_sees_what_another_process_wrote_at_its_next_question(held):
    together((add_one, held.store.folder, ADDED))

    assert held.finds(ADDED)
    assert held.finds(OLD)


def sentence(writer, number):
    words = random.Random(f"{writer} {number}").choices(WORDS, k=8)
    return f"The w{writer}n{number} {' '.join(words)} stays."


def write(folder, journal, ready, writer):
    shelf = Shelf(folder, MiniLM())
    ready.wait(60)
    for number in range(WRITTEN):
        (done,) = shelf.add_documents(
            **{f"w{writer}n{number}": note(sentence(writer, number))}
        ).added
        with journal.open("a") as file:
            file.write(f"{writer} {number}\n")
        if number % 5 == 4:
            shelf.store.remove(done.document_id)
    shelf.store.close()


def acknowledged(journal):
    """(writer, number) of the documents that are there for good: every fifth is removed again."""
    lines = journal.read_text().splitlines()
    pairs = [tuple(map(int, line.split())) for line in lines]
    return [pair for pair in pairs if pair[1] % 5 != 4]


def read(folder, journal, ready, seed):
    shelf = Shelf(folder, MiniLM(), create=False)
    choice = random.Random(seed).choice
    ready.wait(60)
    there = []
    while len(there) < 2 * WRITTEN * 4 // 5:
        there = acknowledged(journal)
        for pair in {there[-1], choice(there)} if there else ():
            text = sentence(*pair)
            assert shelf.lexical(text, k=3)[0] == text
            assert shelf.dense(f"Note\n{text}", k=3)[0] == text
    shelf.store.close()


def test_two_writers_and_two_readers_never_miss_an_acknowledged_document(tmp_path, open_shelf):
    journal = tmp_path / "journal"
    journal.touch()
    shelf = open_shelf()
    shelf.add_documents(first=note(OLD))
    shared = (shelf.store.folder, journal, FORKED.Barrier(4))
    together((write, *shared, 0), (write, *shared, 1), (read, *shared, 0), (read, *shared, 1))

    there = acknowledged(journal)
    assert len(there) == 2 * WRITTEN * 4 // 5
    for pair in there:
        assert shelf.lexical(sentence(*pair), k=1) == [sentence(*pair)]
        assert shelf.dense(f"Note\n{sentence(*pair)}", k=1) == [sentence(*pair)]
    ids = ids_on_disk(shelf.store)
    assert ids.agree()
    assert len(ids.catalog) == len(there) + 1
