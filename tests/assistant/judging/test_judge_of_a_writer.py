"""What a writer writes is shown as far as its judge, or another one, lets it pass."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from chat_server import KEY, Answers, ChatServer, rewrites, serving, writes
from night import DRY, FAILED, LED, ONLY, SIRENS, WRONG, quotes
from scripted_models import (
    VERDICTS,
    Judge,
    Models,
    judging,
    knows,
    nonsense,
    read,
    yes,
)
from tapes import Judged, Quote

from assistant.assistant import Assistant
from assistant.settings import Settings
from index.errors import SettingsError

Opens = Callable[..., tuple[Assistant, Models]]

QUESTION = "Why did gate 3 fail?"


def sentence_of(text: str, *claims: str) -> dict[str, Any]:
    return {
        "text": text,
        "claims": [{"text": claim, "passages": [1], "quotes": []} for claim in claims],
    }


def written(*rows: dict[str, Any]) -> Answers:
    return writes(json.dumps({"answered": True, "sentences": rows}))


@pytest.fixture
def chat() -> Iterator[ChatServer]:
    with serving() as server:
        yield server


def with_writer(store: Path, chat: ChatServer, **settings: Any) -> Assistant:
    given = {"store": store, "writer": "openai:quill-1", "writer_base": chat.address}
    return Assistant(settings=Settings(**{**given, **settings}))


BOTH = "It failed because its bearing was dry, and 410 people were led away."
FIRST, SECOND = "It failed because its bearing was dry.", "410 people were led away."


@pytest.mark.parametrize(
    ("told", "verdict"),
    [
        ({FIRST: FAILED, SECOND: LED}, "supported"),
        ({FIRST: FAILED, SECOND: None}, "not verified"),
        ({FIRST: FAILED, SECOND: Judged("contradicted", (Quote(1, LED),))}, "contradicted"),
    ],
    ids=["all", "one not", "one contradicted"],
)
def test_all_claims_of_a_sentence_are_needed(store: Path, chat: ChatServer, told, verdict: str):
    models = judging(chat, knows(told))
    chat.answers(
        written(sentence_of(SIRENS, SIRENS), sentence_of(BOTH, FIRST, SECOND)), rewrites("")
    )
    with with_writer(store, chat) as assistant:
        answer = assistant.query(QUESTION)
    assert [one.text for one in answer.sentences] == [SIRENS, BOTH]
    found = answer.sentences[1]
    assert found.verdict == verdict
    cited = [FAILED, LED] if verdict == "supported" else []
    assert sorted(quotes(answer, found.citations)) == sorted(cited)
    assert {FIRST, SECOND} < set(models.asked[-1].claims.values())
    assert BOTH not in models.asked[-1].claims.values()


def test_claims_that_leave_out_what_the_sentence_says_do_not_stand_for_it(
    store: Path, chat: ChatServer
):
    models = judging(chat, knows({FIRST: FAILED}))
    more = sentence_of(f"{FIRST[:-1]} and was never oiled.", FIRST)
    chat.answers(written(sentence_of(SIRENS, SIRENS), more), rewrites(""))
    with with_writer(store, chat) as assistant:
        answer = assistant.query(QUESTION)
    assert [one.verdict for one in answer.sentences] == ["supported", "not verified"]
    assert FIRST not in models.asked[-1].claims.values()


def test_the_judge_may_be_another_than_the_writer_and_each_has_its_own_key(
    store: Path, chat: ChatServer
):
    chat.answers(
        writes(json.dumps({"question": QUESTION})),
        written(sentence_of(DRY, DRY), sentence_of(WRONG, WRONG)),
        rewrites(""),
    )
    with serving() as other:
        models = judging(other, knows({DRY: FAILED}))
        settings = {
            "writer_key": "sk-the-writers",
            "judge": "openai:assay-1",
            "judge_base": other.address,
            "judge_key": KEY,
        }
        with with_writer(store, chat, **settings) as assistant:
            answer = assistant.query(QUESTION)
    assert [one.verdict for one in answer.sentences] == ["supported", "not verified"]
    names = ["footnote_plan", "footnote_answer", "footnote_rewrite"]
    assert [read(asked).name for asked in chat.requests] == names
    assert {asked.name for asked in models.asked} == {VERDICTS}
    assert {asked["model"] for asked in other.asides} == {"assay-1"}
    assert {one["authorization"] for one in chat.headers} == {"Bearer sk-the-writers"}
    assert {one["authorization"] for one in other.headers} == {f"Bearer {KEY}"}
    assert answer.engine == "writer:quill-1"


def test_a_judge_without_a_writer_leaves_questions_to_the_reader_and_is_sent_none(
    judged: Opens,
):
    assistant, models = judged(yes)
    answer = assistant.query(QUESTION)
    assert answer.engine == "reader"
    assert FAILED in answer.text
    assert not models.requests


@pytest.mark.parametrize("judge", [yes, nonsense], ids=["yes", "nonsense"])
def test_a_writer_that_is_no_judge_is_shown_as_far_as_it_quotes_and_the_answer_says_why(
    store: Path, chat: ChatServer, judge: Judge
):
    judging(chat, judge)
    chat.answers(written(sentence_of(FAILED, FAILED), sentence_of(DRY, DRY)), rewrites(DRY))
    with with_writer(store, chat) as assistant:
        answer = assistant.query(QUESTION)
    assert [one.verdict for one in answer.sentences] == ["supported", "not verified"]
    (notice,) = answer.notices
    assert ONLY in notice
    # Nobody could tell whether it is put right: it is not asked for anew.
    assert [read(asked).name for asked in chat.requests] == ["footnote_answer"]


def test_a_judge_that_cannot_be_loaded_is_named(store: Path):
    with (
        Assistant(settings=Settings(store=store, judge="no.such_module:Model")) as assistant,
        pytest.raises(SettingsError, match=r"judge 'no\.such_module:Model'"),
    ):
        assistant.cite(DRY)
