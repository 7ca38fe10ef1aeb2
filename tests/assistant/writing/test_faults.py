"""Whatever the writer's endpoint does, an answer comes in bounded time, with one clear line."""

import json
import logging
import socket
import time

import pytest
from chat_server import (
    KEY,
    Answers,
    ChatServer,
    breathes,
    chunk,
    event,
    hangs,
    never_ends,
    refuses,
    sends,
    writes,
)
from scripted_models import ANSWER, PLAN, judging, read

from assistant.answer import AnswerReady, SentenceReady

SLOW = "FOOTNOTE_WRITER_SECONDS"
QUESTION = "How much rain fell on the valley of the Brael?"
RAIN = (
    "On Thursday 13 November 2025, 61 millimetres of rain fell on the valley of the Brael in nine "
    "hours."
)
READERS = "61 millimetres of rain fell on the valley of the Brael in nine hours."
BEGUN = event(chunk(f"{RAIN} [1] The company opened"))

SILENT: dict[str, tuple[Answers, str]] = {
    "a wrong key": (refuses(401), "refuses the key"),
    "a key without the right": (refuses(403), "refuses the key"),
    "a model that is not there": (refuses(404), "knows no model"),
    "no credit": (refuses(402), "HTTP 402"),
    "a request that it does not take": (refuses(400), "refuses the request"),
    "too many requests": (refuses(429, retry_after="0"), "HTTP 429"),
    "a fault of its own": (refuses(500, retry_after="0"), "HTTP 500"),
    "an overloaded one": (refuses(503, retry_after="0"), "HTTP 503"),
    "no words": (writes(), "wrote nothing"),
    "white space": (writes("  \n", "\n"), "wrote nothing"),
    "a web page": (sends("<!doctype html><title>Welcome</title>"), "reply"),
    "a stream that ends at once": (sends(), "reply"),
    "a chunk that is no JSON": (sends('data: {"choices": [{"de\n\n'), "cannot be understood"),
    "a chunk that is a list": (sends(event([])), "reply"),
    "a chunk that is nothing": (sends(event(None)), "reply"),
    "choices that are none": (sends(event({"choices": "many"})), "reply"),
    "bytes that are no text": (sends("data: \udcff\udcfe\n\n"), "cannot be understood"),
    "an error within the stream": (
        sends(event({"error": {"message": f"no such key: {KEY}", "code": 502}})),
        "reply",
    ),
    "silence": (hangs, SLOW),
    "signs of life": (sends(then=breathes), SLOW),
    "silence behind the head": (sends(then=hangs), SLOW),
}


def _seconds(told: str) -> int:
    """What the endpoint is given: little only where it is to be found slow."""
    return 1 if told == SLOW else 20


def plans_only(chat: ChatServer) -> None:
    """The server understands questions, and does with any other request what its script says."""
    models = judging(chat)
    chat.aside = lambda asked: models.answer if read(asked).name == PLAN else None


@pytest.mark.parametrize("plans", [False, True], ids=["at once", "after the plan"])
@pytest.mark.parametrize(("does", "told"), SILENT.values(), ids=SILENT.keys())
def test_an_endpoint_that_says_nothing_leaves_the_answer_to_the_reader(
    chat: ChatServer, writing, caplog, capfd, does: Answers, told: str, plans: bool
):
    if plans:
        plans_only(chat)
    else:
        chat.aside = lambda _: None
    chat.answers(does)
    with caplog.at_level(logging.DEBUG):
        started = time.monotonic()
        answer = writing(writer_seconds=_seconds(told)).query(QUESTION)
        assert time.monotonic() - started < 15
    assert READERS in answer.text
    assert answer.engine == "reader"
    (notice,) = answer.notices
    assert told in notice
    assert "The embedded reader answers" in notice
    assert "\n" not in notice
    assert len(chat.requests) <= 8
    names = [read(asked).name for asked in chat.requests]
    assert set(names) <= {PLAN, ANSWER}
    seen = answer.model_dump_json() + caplog.text + "".join(capfd.readouterr())
    assert KEY not in seen


@pytest.mark.parametrize(
    ("does", "told"),
    {
        "the connection ends": (sends(BEGUN), "broke off"),
        "a chunk that is no JSON": (sends(BEGUN, 'data: {"cho\n\n'), "cannot be understood"),
        "an error within the stream": (
            sends(BEGUN, event({"error": {"message": KEY, "code": 502}})),
            "reply",
        ),
        "silence": (sends(BEGUN, then=hangs), SLOW),
        "signs of life": (sends(BEGUN, then=breathes), SLOW),
    }.values(),
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_was_shown_before_the_endpoint_failed_stays_and_the_rest_is_told(
    chat: ChatServer, writing, does: Answers, told: str
):
    chat.answers(does)
    started = time.monotonic()
    *steps, last = writing(writer_seconds=_seconds(told)).stream(QUESTION)
    assert time.monotonic() - started < 15
    shown = [step.sentence for step in steps if isinstance(step, SentenceReady)]
    assert [sentence.text for sentence in shown] == [RAIN]
    assert isinstance(last, AnswerReady)
    assert last.answer.sentences == tuple(shown)
    (notice,) = last.answer.notices
    assert told in notice
    assert "did not finish" in notice
    assert KEY not in last.model_dump_json()


def test_a_question_that_an_endpoint_does_not_plan_is_answered_all_the_same(
    chat: ChatServer, writing
):
    chat.aside = lambda _: None
    chat.answers(writes("I am a poet."), writes(f"{RAIN} [1]"))
    answer = writing().query(QUESTION)
    assert [sentence.text for sentence in answer.sentences] == [RAIN]
    assert answer.engine == "writer:quill-1"
    assert not answer.notices


def test_an_endpoint_that_does_not_answer_is_not_asked_for_more_than_the_plan(
    chat: ChatServer, writing
):
    chat.aside = lambda _: None
    chat.answers(refuses(401))
    assert writing().query(QUESTION).engine == "reader"
    assert [read(asked).name for asked in chat.requests] == [PLAN]


def test_an_endpoint_that_asks_to_wait_is_asked_again_when_it_said(chat: ChatServer, writing):
    chat.answers(refuses(429, retry_after="1"), refuses(503, retry_after="0"), writes(RAIN, " [1]"))
    started = time.monotonic()
    answer = writing().query(QUESTION)
    assert time.monotonic() - started >= 1
    assert answer.engine == "writer:quill-1"
    assert not answer.notices
    assert len(chat.requests) == 3


@pytest.mark.parametrize("wait", ["3600", "Wed, 21 Oct 2099 07:28:00 GMT"])
def test_an_endpoint_that_asks_to_wait_for_long_is_left_alone(chat: ChatServer, writing, wait: str):
    chat.answers(refuses(429, retry_after=wait), writes(RAIN, " [1]"))
    answer = writing().query(QUESTION)
    assert READERS in answer.text
    assert "HTTP 429" in answer.notices[0]
    assert len(chat.requests) == 1


def test_a_reply_that_never_ends_is_left_at_its_limit(chat: ChatServer, writing):
    chat.answers(sends(event(chunk(f"{RAIN} [1] ")), then=never_ends))
    answer = writing(writer_tokens=64).query(QUESTION)
    assert answer.sentences[0].text == RAIN
    assert any("limit of 64 tokens" in notice for notice in answer.notices)


def test_a_reply_that_was_cut_at_the_limit_says_so(chat: ChatServer, writing):
    chat.answers(writes(f"{RAIN} [1] The company opened", finish="length"))
    answer = writing().query(QUESTION)
    assert [sentence.text for sentence in answer.sentences] == [RAIN]
    assert "may be missing" in answer.notices[0]


def test_passages_that_do_not_fit_are_fewer_the_next_time(chat: ChatServer, writing):
    too_long = "This model's maximum context length is 4096 tokens, you asked for 5000."
    chat.answers(refuses(400, too_long), refuses(400, too_long), writes(RAIN, " [1]"))
    answer = writing().query(QUESTION)
    assert answer.engine == "writer:quill-1"
    counts = [len(read(asked).passages) for asked in chat.requests]
    assert counts[0] > counts[-1] >= 1


def test_passages_that_never_fit_leave_the_answer_to_the_reader(chat: ChatServer, writing):
    chat.answers(refuses(400, "the request exceeds the available context size"))
    answer = writing().query(QUESTION)
    assert READERS in answer.text
    assert "FOOTNOTE_WRITER_CONTEXT" in answer.notices[0]
    assert len(chat.requests) <= 6


def test_an_endpoint_that_is_not_there_is_told_with_what_to_look_at(writing):
    with socket.socket() as reserved:
        reserved.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{reserved.getsockname()[1]}/v1"
        answer = writing(writer_base=address).query(QUESTION)
    assert READERS in answer.text
    assert "cannot be reached" in answer.notices[0]


def test_the_key_is_in_the_header_and_nowhere_else(chat: ChatServer, writing):
    chat.answers(writes(RAIN, " [1]"))
    assistant = writing()
    assistant.query(QUESTION)
    assert {one["authorization"] for one in chat.headers} == {f"Bearer {KEY}"}
    assert len(chat.headers) == len(chat.requests) + len(chat.asides) == 2
    assert KEY not in json.dumps(chat.requests + chat.asides)
    assert KEY not in repr(assistant.settings) + assistant.settings.model_dump_json()


def test_openais_own_key_goes_to_no_other_server(chat: ChatServer, writing, monkeypatch):
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    chat.answers(writes(RAIN, " [1]"))
    writing(writer_key=None).query(QUESTION)
    assert KEY not in json.dumps(chat.headers)


def test_without_a_writer_nothing_is_sent_whatever_keys_there_are(
    chat: ChatServer, demo, monkeypatch
):
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    monkeypatch.setenv("OPENAI_API_BASE", chat.address)
    monkeypatch.setenv("OPENAI_BASE_URL", chat.address)
    assert demo.query(QUESTION).engine == "reader"
    assert not chat.requests + chat.asides
