"""What a purge leaves of a document: no word in what was answered, asked back, told or titled."""

import os
import sqlite3
import stat
import zipfile
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from assistant.answer import Answer
from assistant.assistant import Assistant
from assistant.conversations.conversations import FILE
from index.store.erasure import holding, telling

FERRY = (
    "The ferry Marigold carried 4,212 passengers in May. “We never sailed late that month,” said "
    "Captain Odile Farrow. It left the port at 08:15 every day."
)
MILL = "The mill of Brindle ground 900 tonnes of rye in June. Its wheel was built in 1811."
PASSENGERS = "How many passengers did the ferry Marigold carry?"
RYE = "How much rye did the mill of Brindle grind?"


@pytest.fixture
def own(assistant: Assistant, tmp_path: Path) -> Assistant:
    for name, text in (("ferry", FERRY), ("mill", MILL)):
        (tmp_path / f"{name}.txt").write_text(text)
        assistant.add(tmp_path / f"{name}.txt")
    return assistant


def ferry(own: Assistant) -> str:
    (found,) = [one.id for one in own.documents() if "ferry" in (one.path or "")]
    return found


def keep(own: Assistant, conversation: str | None, answer: Answer, **more: object) -> str:
    return own.conversations.keep("me", conversation, answer, 0.1, **more)[0]  # type: ignore[arg-type]


def words(own: Assistant) -> bytes:
    return b"".join(path.read_bytes() for path in own.store.glob(f"{FILE}*"))


def test_a_title_goes_with_the_turn_from_which_it_was_made(own: Assistant):
    mixed = keep(own, None, own.query(PASSENGERS))
    keep(own, mixed, own.query(RYE))
    keep(own, None, own.cite("The ferry Marigold carried 4,212 passengers in May."))

    assert own.remove(ferry(own), purge=True) == []

    assert [one.title for one in own.conversations.listed("me")] == [RYE]
    assert b"Marigold" not in words(own)


def test_a_title_of_a_question_that_was_asked_anew_goes_with_it(own: Assistant):
    id_ = keep(own, None, own.query(PASSENGERS))
    keep(own, id_, own.query(RYE), replacing=own.conversations.order("me", id_))

    assert own.conversations.read("me", id_)[0] == RYE
    own.conversations.rename("me", id_, "Grain")
    own.remove(ferry(own), purge=True)
    assert own.conversations.read("me", id_)[0] == "Grain"
    assert b"Marigold" not in words(own)


def test_a_question_asked_back_goes_with_the_document_whose_people_it_names(own: Assistant):
    asked = own.query("What did she say?")
    assert asked.kind == "clarification"
    assert "Odile Farrow" in asked.message
    assert ferry(own) in asked.documents
    keep(own, None, asked)

    own.remove(ferry(own), purge=True)

    assert b"Farrow" not in words(own)


def test_a_turn_that_tells_whom_an_earlier_one_named_goes_with_that(own: Assistant):
    id_ = keep(own, None, own.query(PASSENGERS))
    told = Answer(
        question="And where was she born?",
        created=datetime.now(UTC),
        notices=("Read as a question about Odile Farrow.",),
    )
    keep(own, id_, told)
    keep(own, id_, own.query(RYE))

    own.remove(ferry(own), purge=True)

    assert [one.answer.question for one in own.conversations.read("me", id_)[1]] == [RYE]
    assert b"Farrow" not in words(own)


def test_conversations_of_an_older_version_are_brought_to_this_one(own: Assistant):
    id_ = keep(own, None, own.query(PASSENGERS))
    keep(own, id_, own.query(RYE))
    keep(own, None, own.query("What did she say?"))
    own.conversations.close()
    with closing(sqlite3.connect(own.store / FILE)) as old, old:
        old.execute("DROP TABLE sources")
        old.execute("ALTER TABLE conversations DROP COLUMN titled_by")
        old.execute("ALTER TABLE conversations DROP COLUMN pinned")
        old.execute("""UPDATE answers SET answer = json_remove(answer, '$.documents')""")
        old.execute("INSERT INTO conversations VALUES ('left', 'x', 'The ferry Marigold', 1.0)")
        old.execute("PRAGMA user_version = 0")

    own.remove(ferry(own), purge=True)

    assert [one.title for one in own.conversations.listed("me")] == [RYE]
    assert b"Marigold" not in words(own)
    assert b"Farrow" not in words(own)


def test_a_purge_tells_where_words_of_the_document_still_stand(own: Assistant, footnote):
    typed = Answer(
        question="Is it so that the ferry Marigold carried 4,212 passengers in May of all months?",
        created=datetime.now(UTC),
    )
    keep(own, None, typed)
    own.conversations.close()
    id_ = ferry(own)

    ran = footnote("remove", id_, "--purge", "--store", own.store)

    assert (ran.status, ran.out) == (4, f"purged {id_}\n")
    assert f"{own.store / FILE}: words of {id_} still stand in this file." in ran.err.splitlines()


def test_kept_conversations_are_their_owners_alone(own: Assistant):
    before = os.umask(0o000)
    try:
        keep(own, None, own.query(RYE))
    finally:
        os.umask(before)

    there = [path for path in own.store.rglob("*") if FILE in path.name]
    assert there
    assert [p for p in there if stat.S_IMODE(p.stat().st_mode) & 0o077] == []


def test_only_runs_of_words_that_no_other_document_holds_are_traces(tmp_path: Path):
    common = "all rights are reserved by the publisher"
    runs = telling([f"The owl of Corin slept at noon and {common}"], [f"Here {common} again"])
    (tmp_path / "one.txt").write_text(f"So {common} here")
    (tmp_path / "two.bin").write_bytes(b"\xff\0" * 99 + b' "the owl of Corin slept at noon and so')
    (tmp_path / "long.bin").write_bytes(b"x " * (2 << 20) + b"owl of Corin slept at noon and more")

    assert [path.name for path in holding(tmp_path, runs)] == ["long.bin", "two.bin"]


def test_a_purge_tells_of_the_copy_of_an_archive_that_holds_other_documents(
    assistant: Assistant, tmp_path: Path
):
    with zipfile.ZipFile(tmp_path / "report.zip", "w") as archive:
        archive.writestr("ferry.txt", FERRY)
        archive.writestr("mill.txt", MILL)
    first, second = assistant.add(tmp_path / "report.zip", uploads=True).added

    left = assistant.remove(str(first.document_id), purge=True)
    assert [path.name for path in left] == ["report.zip"]
    assert assistant.remove(str(second.document_id), purge=True) == []
    assert not left[0].exists()
