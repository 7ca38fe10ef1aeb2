"""Kept conversations: whole, found again by their owner alone, and erased with a document."""

import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from assistant.answer import Answer
from assistant.assistant import Assistant
from assistant.conversations.conversations import FILE, Conversations, UnknownConversation
from assistant.conversations.tables import DraftFile, Feedback, evaluation_lines
from assistant.evaluating.evaluation import load_questions

FERRY = "The ferry Marigold carried 4,212 passengers in May. It left the port at 08:15."
MILL = "The mill of Brindle ground 900 tonnes of rye in June. Its wheel was built in 1811."


@pytest.fixture
def own(assistant: Assistant, tmp_path: Path) -> Assistant:
    for name, text in (("ferry", FERRY), ("mill", MILL)):
        (tmp_path / f"{name}.txt").write_text(text)
        assistant.add(tmp_path / f"{name}.txt")
    return assistant


def asked(own: Assistant, *questions: str, owner: str = "me") -> tuple[str, list[str]]:
    id_, kept = None, []
    for question in questions:
        id_, answer_id = own.conversations.keep(owner, id_, own.query(question), 0.2)
        kept.append(answer_id)
    assert id_ is not None
    return id_, kept


PASSENGERS, RYE = "How many passengers did the ferry carry?", "How much rye did the mill grind?"


def test_a_conversation_comes_back_whole_after_a_restart(own: Assistant):
    answer = own.query(PASSENGERS)
    id_, _ = own.conversations.keep("me", None, answer, 1.5)
    own.conversations.keep("me", id_, own.query(RYE), 0.5)
    own.conversations.close()

    title, kept = Conversations(own.store).read("me", id_)
    assert title == PASSENGERS
    assert kept[0].answer == answer
    assert kept[0].seconds == 1.5
    assert [one.answer.question for one in kept] == [PASSENGERS, RYE]


def test_nobody_else_can_see_change_or_delete_it(own: Assistant):
    id_, (answer_id,) = asked(own, PASSENGERS)
    there = own.conversations
    for attempt in (
        lambda: there.read("you", id_),
        lambda: there.answer("you", answer_id),
        lambda: there.rename("you", id_, "mine"),
        lambda: there.delete("you", id_),
        lambda: there.rate("you", answer_id, Feedback("up")),
        lambda: there.keep("you", id_, own.query(RYE), 0.1),
    ):
        with pytest.raises(UnknownConversation):
            attempt()
    assert there.listed("you") == []
    assert [one.title for one in there.listed("me")] == [PASSENGERS]


def test_the_secret_that_names_an_owner_is_not_kept(own: Assistant):
    asked(own, PASSENGERS, owner="a-secret-of-a-browser")
    own.conversations.close()
    for path in own.store.glob(f"{FILE}*"):
        assert b"a-secret-of-a-browser" not in path.read_bytes()


def test_the_list_has_the_latest_first_and_is_searched_by_title_and_answers(own: Assistant):
    first, _ = asked(own, PASSENGERS)
    second, _ = asked(own, RYE)
    there = own.conversations
    assert [one.id for one in there.listed("me")] == [second, first]
    there.keep("me", first, own.query("When did the ferry leave?"), 0.1)
    assert [(one.id, one.answers) for one in there.listed("me")] == [(first, 2), (second, 1)]
    assert [one.id for one in there.listed("me", "900 tonnes")] == [second]
    assert [one.id for one in there.listed("me", "FERRY carry")] == [first]
    assert there.listed("me", "100%_") == []
    there.rename("me", second, "  About\n rye ")
    assert [one.title for one in there.listed("me", "about")] == ["About rye"]
    there.rename("me", second, "   ")
    assert [one.title for one in there.listed("me", "about")] == ["About rye"]


def test_a_pinned_conversation_stands_first_until_it_is_no_longer(own: Assistant):
    first, _ = asked(own, PASSENGERS)
    second, _ = asked(own, RYE)
    there = own.conversations
    there.pin("me", first)
    assert [(one.id, one.pinned) for one in there.listed("me")] == [(first, True), (second, False)]
    with pytest.raises(UnknownConversation):
        there.pin("somebody", first, pinned=False)
    there.pin("me", first, pinned=False)
    assert [one.id for one in there.listed("me")] == [second, first]


def test_conversations_of_the_version_before_are_all_there_and_can_be_pinned(own: Assistant):
    id_, _ = asked(own, PASSENGERS, RYE)
    own.conversations.close()
    with closing(sqlite3.connect(own.store / FILE)) as old, old:
        old.execute("ALTER TABLE conversations DROP COLUMN pinned")
        old.execute("PRAGMA user_version = 1")
    own.conversations.pin("me", id_)
    assert [(one.id, one.answers, one.pinned) for one in own.conversations.listed("me")] == [
        (id_, 2, True)
    ]


def test_a_question_asked_again_takes_the_place_of_what_came_after(own: Assistant):
    id_, (first, *later) = asked(own, PASSENGERS, RYE, "When did the ferry leave?")
    wheel = own.query("When was the wheel built?")
    _, again = own.conversations.keep("me", id_, wheel, 0.1, replacing=later)
    _, kept = own.conversations.read("me", id_)
    assert [one.answer.question for one in kept] == [PASSENGERS, "When was the wheel built?"]
    assert own.conversations.order("me", id_) == [first, again]


def test_a_deleted_conversation_leaves_nothing(own: Assistant):
    id_, (answer_id,) = asked(own, PASSENGERS)
    own.conversations.rate("me", answer_id, Feedback("up", "Quick"))
    own.conversations.delete("me", id_)
    assert own.conversations.listed("me") == []
    assert own.conversations.rated() == []
    with pytest.raises(UnknownConversation):
        own.conversations.answer("me", answer_id)


def test_the_file_of_a_draft_is_its_owners_and_goes_with_the_answer(own: Assistant):
    answer, file = own.query(PASSENGERS), DraftFile("mine.docx", b"PK fifty-five bushels")
    id_, answer_id = own.conversations.keep("me", None, answer, 0.2, file=file)
    assert own.conversations.draft_file("me", answer_id) == file
    with pytest.raises(UnknownConversation):
        own.conversations.draft_file("you", answer_id)
    own.conversations.delete("me", id_)
    own.conversations.erase("of no document")  # what is freed is overwritten
    assert b"fifty-five bushels" not in (own.store / FILE).read_bytes()


def test_a_purged_document_leaves_no_word_in_kept_answers(own: Assistant):
    id_, _ = asked(own, PASSENGERS, RYE, "Who won the football match?")
    assert own.conversations.read("me", id_)[1][2].answer.nearest
    (ferry,) = [one.id for one in own.documents() if "ferry" in (one.path or "")]
    own.remove(ferry, purge=True)

    _, kept = own.conversations.read("me", id_)
    assert [one.answer.question for one in kept] == [RYE]
    for path in own.store.glob(f"{FILE}*"):
        assert b"4,212 passengers" not in path.read_bytes()


def test_a_removed_document_stays_quoted_in_kept_answers(own: Assistant):
    id_, _ = asked(own, PASSENGERS)
    (ferry,) = [one.id for one in own.documents() if "ferry" in (one.path or "")]
    own.remove(ferry)
    assert own.conversations.read("me", id_)[1][0].answer.citations[0].quote in FERRY


def test_feedback_is_replaced_and_taken_back(own: Assistant):
    id_, (answer_id,) = asked(own, PASSENGERS)
    there = own.conversations
    there.rate("me", answer_id, Feedback("down", " Too short. "))
    there.rate("me", answer_id, Feedback("up", "Fine after all"))
    assert there.read("me", id_)[1][0].feedback == Feedback("up", "Fine after all")
    there.rate("me", answer_id, None)
    assert there.answer("me", answer_id)[1].feedback is None


def test_feedback_is_an_evaluation_file(own: Assistant, tmp_path: Path):
    _, (first, second, third) = asked(own, PASSENGERS, RYE, "Who won the football match?")
    own.conversations.rate("me", third, Feedback("up"))
    own.conversations.rate("me", second, Feedback("down", "Not enough"))
    own.conversations.rate("me", first, Feedback("up"))
    lines = list(evaluation_lines(own.conversations.rated()))
    (tmp_path / "rated.jsonl").write_text("\n".join(lines))

    football, rye, passengers = load_questions(tmp_path / "rated.jsonl")
    assert (football.answerable, football.passages) == (False, ())
    assert [turn.text for turn in football.history][::2] == [PASSENGERS, RYE]
    told = "The ferry Marigold carried 4,212 passengers in May. It left the port at 08:15."
    assert passengers.passages[0].text == told
    assert rye.passages == ()
    assert json.loads(lines[1])["reason"] == "Not enough"


def test_the_command_lists_and_writes_what_was_rated(own: Assistant, footnote, tmp_path: Path):
    assert footnote("feedback", "--store", own.store).out == ""
    _, (first, second) = asked(own, PASSENGERS, RYE)
    own.conversations.rate("me", first, Feedback("up"))
    own.conversations.rate("me", second, Feedback("down", "Not enough"))
    listed = footnote("feedback", "--store", own.store)
    assert listed.out == f"helpful: {PASSENGERS}\nnot helpful: {RYE} (Not enough)\n"

    out = tmp_path / "rated.jsonl"
    assert footnote("feedback", "--store", own.store, "--out", out).status == 0
    assert [row.question for row in load_questions(out)] == [PASSENGERS, RYE]
    assert footnote("feedback", "--store", own.store, "--json").out == out.read_text()


def test_an_answer_survives_being_kept_as_it_was(own: Assistant):
    answer = own.query("Who won the football match?")
    assert Answer.model_validate_json(answer.model_dump_json()) == answer


def test_an_answer_is_there_for_whoever_has_its_address_and_no_other(own: Assistant):
    _, (answer_id,) = asked(own, PASSENGERS)
    assert own.conversations.linked(answer_id) == own.conversations.answer("me", answer_id)[1]
    with pytest.raises(UnknownConversation):
        own.conversations.linked("0" * len(answer_id))
