"""A research is planned by the writer, answered as questions are, and goes on where it stopped."""

import json

import pytest
from chat_server import KEY, MODEL, ChatServer, refuses, writes, writes_json

from assistant.answer import Usage
from assistant.assistant import Assistant
from assistant.research import QUESTIONS, Limits, Notes, go_on, read_notes, told_so_far
from index.errors import ReportError, SettingsError

ABOUT = "What happened at Gate 3?"
RAIN = "How much rain fell on the valley of the Brael?"
SAID = "On Thursday 13 November 2025, 61 millimetres of rain fell on the valley of the Brael."
NOBODY = "Who won the football match?"


def plans(*questions: str, done: bool = False):
    return writes(json.dumps({"questions": list(questions), "done": done}))


def test_a_report_answers_what_was_planned_and_says_what_was_not_found(chat: ChatServer, writing):
    chat.answers(
        plans(RAIN, NOBODY),
        writes_json((SAID, [1])),
        writes_json(answered=False),
        plans(done=True),
    )
    made = writing().research(ABOUT)
    assert made.title == ABOUT
    assert [answer.question for answer in made.answers] == [RAIN]
    assert all(sentence.verdict for answer in made.answers for sentence in answer.sentences)
    assert "1 of 2" in made.sections[0]
    assert NOBODY in made.sections[-1]
    assert "Not found" in made.sections[-1]


def test_the_next_round_is_told_what_was_found_and_what_is_missing(chat: ChatServer, writing):
    chat.answers(
        plans(RAIN, NOBODY),
        writes_json((SAID, [1])),
        writes_json(answered=False),
        plans(done=True),
    )
    writing().research(ABOUT)
    found, missing = chat.prompts[-1].split("Missing:")
    assert SAID in found
    assert NOBODY in missing


def test_a_stopped_research_goes_on_from_its_notes(chat: ChatServer, writing, tmp_path):
    notes = tmp_path / "gate.notes"
    chat.answers(plans(RAIN, NOBODY), writes_json((SAID, [1])), refuses(401, "no key"))
    writing().research(ABOUT, notes=notes, limits=Limits(requests=4))
    kept = read_notes(notes, ABOUT)
    assert [answer.question for answer in kept.answers] == [RAIN]
    assert kept.planned == (NOBODY,)
    asked = len(chat.requests)
    chat.answers(writes_json(answered=False), plans(done=True))
    made = writing().research(ABOUT, notes=notes)
    assert [answer.question for answer in made.answers] == [RAIN]
    assert RAIN not in "".join(chat.prompts[asked:]).split("Found so far:")[0]
    assert not notes.exists()


def test_a_limit_of_tokens_ends_it_and_the_report_says_so(chat: ChatServer, writing):
    chat.answers(plans(RAIN), writes_json((SAID, [1])))
    made = writing().research(ABOUT, limits=Limits(tokens=1))
    assert "limit" in made.sections[0]
    assert made.answers == ()


def test_what_was_asked_is_not_asked_again_and_no_research_is_endless(demo: Assistant):
    rounds = []

    def plan(*told: str) -> tuple[list[str], bool, Usage]:
        rounds.append(told)
        return [RAIN, f"What happened at {len(rounds)}:00?"] * 9, False, Usage(requests=1)

    notes = go_on(Notes(question=ABOUT), demo.query, plan)
    asked = [answer.question for answer in notes.answers]
    assert len(set(asked)) == len(asked) <= QUESTIONS
    assert notes.is_complete


def test_notes_of_another_question_begin_anew_and_a_damaged_file_is_told(tmp_path):
    path = tmp_path / "notes"
    path.write_text(Notes(question="Another?", rounds=2).model_dump_json())
    assert read_notes(path, ABOUT) == Notes(question=ABOUT)
    path.write_text("{")
    with pytest.raises(ReportError, match="Delete it to begin anew"):
        read_notes(path, ABOUT)


def test_without_a_writer_there_is_no_research(demo: Assistant):
    with pytest.raises(SettingsError, match="FOOTNOTE_WRITER"):
        demo.research(ABOUT)


def test_only_supported_sentences_are_told_as_found(demo: Assistant):
    answer = demo.query(RAIN)
    unsure = [one.model_copy(update={"verdict": "not verified"}) for one in answer.sentences]
    doubted = answer.model_copy(update={"sentences": tuple(unsure)})
    assert answer.sentences[0].text in told_so_far([answer])
    assert answer.sentences[0].text not in told_so_far([doubted])


@pytest.mark.usefixtures("store")
def test_the_command_writes_the_report(chat: ChatServer, footnote, monkeypatch, tmp_path):
    monkeypatch.setenv("FOOTNOTE_WRITER", f"openai:{MODEL}")
    monkeypatch.setenv("FOOTNOTE_WRITER_BASE", chat.address)
    monkeypatch.setenv("FOOTNOTE_WRITER_KEY", KEY)
    chat.answers(plans(RAIN, done=True), writes_json((SAID, [1])))
    out = tmp_path / "gate.md"
    result = footnote("research", ABOUT, "--out", str(out))
    assert result.status == 0, result.err
    assert SAID in out.read_text()
    assert not out.with_name("gate.md.notes").exists()
