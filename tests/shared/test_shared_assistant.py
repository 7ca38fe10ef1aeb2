"""Assistants and commands on a shared store: by settings alone, and the same as on one machine."""

from pathlib import Path

import pytest
from running import one_line, run
from shared_servers import needed

from assistant import Answer, Assistant
from assistant.api.tokens import Tokens
from assistant.conversations.cells import KeptCells
from assistant.conversations.conversations import Conversations, UnknownConversation
from assistant.conversations.tables import DraftFile, Feedback
from assistant.people.person import Person
from assistant.settings import load
from index.errors import EmptyStore, SettingsError
from index.store.watches import Told

pytestmark = [needed, pytest.mark.xdist_group("shared")]

SEEDS = Path(__file__).parents[2] / "seeds"
REPORT = SEEDS / "inspectors-report.pdf"


@pytest.fixture
def on(monkeypatch, tmp_path, shared):
    """Sets this process up as the machine of a name."""
    monkeypatch.setenv("FOOTNOTE_CATALOG", shared.catalog)
    monkeypatch.setenv("FOOTNOTE_CHROMA", shared.chroma)
    monkeypatch.setenv("FOOTNOTE_ORIGINALS", str(tmp_path / "originals"))

    def machine(name):
        monkeypatch.setenv("FOOTNOTE_STORE", str(tmp_path / name))
        return tmp_path / name

    return machine


def test_commands_of_two_machines_work_on_one_store(on, capsys, monkeypatch):
    on("here")
    assert run(capsys, "add", SEEDS).status == 0
    there = on("there")
    asked = run(capsys, "ask", "Why did Gate 3 fail?", "--json")
    answer = Answer.model_validate_json(asked.out)
    assert asked.status == 0
    assert "bearing" in answer.text
    assert run(capsys, "check").status == 0
    assert "7 documents" in run(capsys, "doctor").out

    listed = run(capsys, "documents", "--json")
    assert len(listed.out) > 1_000
    assert run(capsys, "remove", "--purge", answer.citations[0].document_id).status == 0
    on("here")
    assert "bearing" not in run(capsys, "search", "Why did Gate 3 fail?").out
    assert not (there / "catalog.sqlite").exists()

    monkeypatch.delenv("FOOTNOTE_CHROMA")
    refused = run(capsys, "documents")
    assert refused.status == 1
    assert one_line(refused.err)
    assert "set FOOTNOTE_CHROMA too" in refused.err


def test_what_one_machine_corrects_and_watches_the_other_knows(on, tmp_path):
    papers = tmp_path / "papers"
    papers.mkdir()
    (papers / "gate.txt").write_text("The gate of Marl held until noon.", encoding="utf-8")
    with Assistant(on("here")) as here:
        (added,) = here.add(papers / "gate.txt").added
        here.correct(added.document_id, {"date": "1931-05", "status": "draft"})
        here.keep_watching(papers)
        here.note_watch(papers, Told(added=1, failed={"a.pdf": "It is damaged."}))
    with Assistant(on("there")) as there:
        (known,) = there.documents()
        assert (known.date, known.status) == ("1931-05", "draft")
        answer = there.query("Until when did the gate of Marl hold?")
        assert answer.citations[0].date == "1931-05"
        assert "“Gate” is a draft." in answer.notices
        (watched,) = there.watched()
        assert watched.folder == str(papers)
        assert watched.told.failed == {"a.pdf": "It is damaged."}
        there.stop_watching(papers)
        assert there.watched() == []
        assert there.correct(added.document_id, {"date": None, "status": None}).corrected == ()


def test_a_command_without_its_servers_says_so_in_one_line(on, capsys, postgres):
    on("here")
    postgres.stop()
    try:
        for command in (("documents",), ("ask", "Why?"), ("token", "list"), ("add", SEEDS)):
            said = run(capsys, *command)
            assert said.status == 1
            assert one_line(said.err)
            assert "FOOTNOTE_CATALOG" in said.err
            assert "secret" not in said.err
    finally:
        postgres.start()
    assert run(capsys, "documents").status == 0


def test_a_store_that_is_named_stays_its_folders_own(on, tmp_path):
    on("here")
    with Assistant() as shared, Assistant(tmp_path / "own") as own:
        own.add(SEEDS / "operator-statement.md")
        assert len(own.documents()) == 1
        assert shared.documents() == []
        assert (tmp_path / "own" / "catalog.sqlite").is_file()


def test_an_uploaded_file_is_shown_from_every_machine(on, tmp_path):
    on("here")
    with Assistant() as here:
        [done] = here.add(REPORT, uploads=True).added
    on("there")
    with Assistant() as there:
        original = there.original(done.document_id)
        assert original.is_relative_to(tmp_path / "originals")
        assert original.read_bytes() == REPORT.read_bytes()
        assert there.page_image(done.document_id, 2).width > 0
        there.remove(done.document_id)
    assert not original.exists()


def test_settings_of_a_shared_store_hold_no_key_where_they_are_shown(on, shared):
    on("here")
    assert "secret" in shared.catalog
    assert "secret" not in repr(load())
    with pytest.raises(SettingsError, match="FOOTNOTE_CATALOG"):
        Assistant(settings=load(catalog="mysql://footnote:secret@db/x"))


# What is kept beside the catalog ------------------------------------------------------------------


@pytest.fixture
def kept(tmp_path, shared):
    both = [Conversations(tmp_path / name, shared.catalog) for name in ("here", "there")]
    yield both
    for one in both:
        one.close()


def answered(question, **more):
    return Answer(question=question, created="2026-01-02", **more)


def test_a_conversation_goes_on_at_another_machine(kept):
    here, there = kept
    id_, first = here.keep("me", None, answered("Did 橋 hold?"), seconds=0.4)
    file = DraftFile("draft.docx", b"\0\xff")
    _, second = there.keep("me", id_, answered("And the gate?"), seconds=0.2, file=file)
    here.rate("me", second, Feedback("down", "Not so."))

    assert there.order("me", id_) == [first, second]
    title, answers = there.read("me", id_)
    assert title == "Did 橋 hold?"
    assert answers[1].feedback == Feedback("down", "Not so.")
    assert [one.title for one in here.listed("me", "GATE")] == ["Did 橋 hold?"]
    assert here.listed("you") == []
    with pytest.raises(UnknownConversation):
        there.read("you", id_)

    there.keep("me", id_, answered("Which gate?"), seconds=0.1, replacing=[second])
    assert len(here.order("me", id_)) == 2
    here.delete("me", id_)
    assert there.listed("me") == []


def test_a_purge_erases_kept_answers_of_all_machines(kept):
    here, there = kept
    here.keep("me", None, answered("Did it hold?", documents=("log",)), seconds=0.4)
    here.keep("me", None, answered("And the pier?", documents=("notes",)), seconds=0.4)
    there.erase("log")
    assert [one.title for one in here.listed("me")] == ["And the pier?"]


def test_cells_and_tokens_of_one_machine_count_on_all(tmp_path, shared):
    cells = [KeptCells(tmp_path / name, shared.catalog) for name in ("here", "there")]
    key = ("law", "v1", "d1")
    cells[0].keep({key: '{"state": "not_found"}'})
    cells[1].keep({key: '{"state": "found"}'})
    assert cells[0].known(["law"], ["v1"]) == {key: '{"state": "found"}'}
    cells[1].erase("d1")
    assert cells[0].known(["law"], ["v1"]) == {}
    for one in cells:
        one.close()

    with (
        Tokens(tmp_path / "here", shared.catalog) as here,
        Tokens(tmp_path / "there", shared.catalog) as there,
    ):
        secret, made = here.make("agent", ["read"])
        assert there.find(secret) == made
        there.revoke("agent")
        assert here.find(secret) is None


def test_rights_that_one_machine_gives_and_takes_hold_on_the_other(on, tmp_path):
    papers = tmp_path / "papers"
    papers.mkdir()
    (papers / "gate.txt").write_text("The gate of Marl held until noon.", encoding="utf-8")
    (papers / "weir.txt").write_text("The weir of Marl broke at noon.", encoding="utf-8")
    asked, ann = "Until when did the gate of Marl hold?", Person("Ann", frozenset({"law"}))
    with Assistant(on("here")) as here:
        gate, _ = sorted(here.add(papers).added, key=lambda one: one.path)
        here.collections.create("Gates", owner="group:law")
        here.collections.put("Gates", [gate.document_id])
        with Assistant(on("there")) as there:
            view = there.for_person(ann)
            assert [one.id for one in view.documents()] == [gate.document_id]
            assert "until noon" in view.query(asked).text
            assert view.search("weir", k=5)[0].document_id == gate.document_id
            assert there.within("Gates").query(asked).citations == view.query(asked).citations
            here.collections.revoke("Gates", "group:law")
            assert view.documents() == []
            with pytest.raises(EmptyStore):
                view.query(asked)
