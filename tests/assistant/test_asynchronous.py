"""Asking from asyncio and from many threads: the same answers, and nothing that goes on behind."""

import asyncio
import gc
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import psutil
import pytest

from assistant.answer import Answer, AnswerReady, SentenceReady
from assistant.assistant import Assistant
from assistant.reading.reader import ExtractiveReader
from assistant.threads import Threads
from assistant.verifying.grounding import Grounded, Grounding
from assistant.web.checking import _cited
from index.errors import EmptyStore, QuestionError, UnknownDocument

QUESTIONS = (
    "How many people were evacuated?",
    "Why did Gate 3 fail?",
    "Was it a controlled release?",
    "What is in my documents?",
    "Who won the football match?",
)


def told(answer: Answer) -> dict[str, object]:
    return answer.model_dump(exclude={"created", "timings"})


@pytest.fixture
def alone(demo: Assistant) -> dict[str, dict[str, object]]:
    """The answers to the questions asked one by one."""
    return {question: told(demo.query(question)) for question in QUESTIONS}


@pytest.fixture
def own(demo: Assistant) -> Iterator[Assistant]:
    """An assistant over the demo documents whose threads are its own."""
    with Assistant(demo.store) as assistant:
        yield assistant


def threads() -> list[str]:
    return [t.name for t in threading.enumerate() if t.name.startswith("assistant")]


class Held:
    """A reader that waits until it is let go on, and counts who is inside."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.entered = threading.Event()
        self.go_on = threading.Event()
        self.inside = 0
        self.read = 0
        read, mutex = ExtractiveReader.read, threading.Lock()

        def held(*arguments: Any) -> Any:
            with mutex:
                self.inside += 1
            self.entered.set()
            assert self.go_on.wait(30)
            try:
                return read(*arguments)
            finally:
                with mutex:
                    self.inside -= 1
                    self.read += 1

        monkeypatch.setattr(ExtractiveReader, "read", held)

    async def until_entered(self) -> None:
        while not self.entered.is_set():
            await asyncio.sleep(0.01)


@pytest.fixture
def held(monkeypatch: pytest.MonkeyPatch) -> Held:
    return Held(monkeypatch)


# The same as one by one ----------------------------------------------------------------------


def test_aquery_and_asearch_give_what_query_and_search_give(demo: Assistant, alone):
    async def ask() -> None:
        for question in QUESTIONS:
            assert told(await demo.aquery(question)) == alone[question]
            assert await demo.asearch(question, k=4) == demo.search(question, k=4)

    asyncio.run(ask())


def test_astream_tells_the_same_events_as_stream(demo: Assistant):
    async def events(question: str) -> list[Any]:
        return [event async for event in demo.astream(question)]

    for question in (*QUESTIONS, "hello"):
        *before, last = asyncio.run(events(question))
        *expected, ready = demo.stream(question)
        assert before == expected
        assert isinstance(last, AnswerReady)
        assert isinstance(ready, AnswerReady)
        assert told(last.answer) == told(ready.answer)


def test_options_of_query_are_those_of_aquery_and_astream(demo: Assistant):
    (statement,) = (one.id for one in demo.documents() if "statement" in (one.path or ""))
    history = [("user", "Who owns the bakery?"), ("assistant", "Junia Sablewick.[1]")]
    given: dict[str, Any] = {"documents": [statement], "history": history}
    question = "How many people were evacuated?"

    async def ask() -> tuple[Answer, Answer]:
        last = [event async for event in demo.astream(question, **given)][-1]
        assert isinstance(last, AnswerReady)
        return await demo.aquery(question, **given), last.answer

    expected = told(demo.query(question, **given))
    assert [told(answer) for answer in asyncio.run(ask())] == [expected] * 2


def test_many_threads_and_tasks_at_once_get_the_answers_they_would_get_alone(own, alone):
    # Twice the threads, five times the tasks and many rounds: `benchmarks/concurrency.py`.
    async def gathered() -> list[Answer]:
        return await asyncio.gather(*(own.aquery(question) for question in QUESTIONS[:2] * 20))

    with ThreadPoolExecutor(16) as pool:
        from_threads = [pool.submit(own.query, question) for question in QUESTIONS * 4]
        from_tasks = asyncio.run(gathered())
    expected = [*alone.values()]
    assert [told(answer.result()) for answer in from_threads] == expected * 4
    assert [told(answer) for answer in from_tasks] == expected[:2] * 20


def test_asking_often_at_once_opens_no_more_files_and_threads(own: Assistant):
    def used() -> tuple[int, int]:
        with ThreadPoolExecutor(32) as pool:
            list(pool.map(own.query, QUESTIONS[:1] * 32))
        own.batch(QUESTIONS[:1] * 8)
        gc.collect()
        return psutil.Process().num_fds(), psutil.Process().num_threads()

    # Else all the threads work out the same vectors of sentences, which are kept from then on.
    own.query(QUESTIONS[0])
    (files, threads), *later = (used() for _ in range(3))
    # A connection to the catalog is kept for each of the threads that asked at once, at most.
    assert max(now for now, _ in later) <= files + 20
    assert max(now for _, now in later) <= threads + 6


def test_a_batch_has_the_answers_in_the_order_of_the_questions(own: Assistant, alone):
    seen: list[tuple[int, int]] = []
    questions = [*QUESTIONS, *reversed(QUESTIONS)]
    answers = own.batch(questions, progress=lambda done, total: seen.append((done, total)))
    assert [told(answer) for answer in answers] == [alone[question] for question in questions]
    assert seen == [(done, len(questions)) for done in range(1, len(questions) + 1)]
    assert own.batch([]) == []


def test_other_tasks_go_on_while_a_question_is_answered(own: Assistant, held: Held):
    async def beside() -> int:
        asking = asyncio.create_task(own.aquery("Why did Gate 3 fail?"))
        await held.until_entered()
        turns = 0
        while turns < 20:
            await asyncio.sleep(0)
            turns += 1
        assert not asking.done()
        held.go_on.set()
        assert "run dry" in (await asking).text
        return turns

    assert asyncio.run(beside()) == 20


# Errors --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("ask", "error"),
    [
        (lambda a: a.aquery(""), QuestionError),
        (lambda a: a.asearch("?!"), QuestionError),
        (lambda a: a.aquery("Why?", documents=["nothing"]), UnknownDocument),
        (lambda a: anext(a.astream("")), QuestionError),
        (lambda a: anext(a.astream("why " * 25_000)), QuestionError),
    ],
)
def test_errors_come_through_unchanged(demo: Assistant, ask: Callable[..., Any], error):
    async def awaited() -> None:
        await ask(demo)

    with pytest.raises(error) as raised:
        asyncio.run(awaited())
    assert type(raised.value) is error


def test_an_error_of_another_kind_comes_through_unchanged_too(own: Assistant, monkeypatch):
    fault = ZeroDivisionError("broken")

    def broken(*_: object) -> None:
        raise fault

    monkeypatch.setattr(ExtractiveReader, "read", broken)
    for ask in (
        lambda: asyncio.run(own.aquery("Why did Gate 3 fail?")),
        lambda: own.batch(["Why did Gate 3 fail?"]),
        lambda: own.query("Why did Gate 3 fail?"),
    ):
        with pytest.raises(ZeroDivisionError) as raised:
            ask()
        assert raised.value is fault


def test_a_batch_with_a_question_that_cannot_be_asked_asks_none(own: Assistant, held: Held):
    with pytest.raises(QuestionError):
        own.batch(["Why did Gate 3 fail?", "?!"])
    assert not held.entered.is_set()


def test_a_batch_that_fails_leaves_nothing_going_on(own: Assistant, monkeypatch):
    begun: list[int] = []

    def broken(*_: object) -> None:
        begun.append(1)
        raise ZeroDivisionError

    monkeypatch.setattr(ExtractiveReader, "read", broken)
    with pytest.raises(ZeroDivisionError):
        own.batch(["Why did Gate 3 fail?"] * 200)
    count = len(begun)
    assert count < 200
    time.sleep(0.1)
    assert len(begun) == count


def test_a_batch_of_an_empty_store_says_how_to_add_documents(assistant: Assistant):
    with pytest.raises(EmptyStore, match="footnote add PATH"):
        assistant.batch(["Who?", "When?"])


# Cancelled, left, closed ---------------------------------------------------------------------


def test_a_cancelled_question_has_ended_when_the_cancellation_is_told(own: Assistant, held: Held):
    async def cancelled() -> None:
        asking = asyncio.create_task(own.aquery("Why did Gate 3 fail?"))
        await held.until_entered()
        asking.cancel()
        await asyncio.sleep(0.05)
        asking.cancel()
        await asyncio.sleep(0.05)
        assert not asking.done()
        held.go_on.set()
        with pytest.raises(asyncio.CancelledError):
            await asking
        assert (held.inside, held.read) == (0, 1)

    asyncio.run(cancelled())
    assert "run dry" in own.query("Why did Gate 3 fail?").text


def test_a_cancelled_stream_has_ended_when_the_cancellation_is_told(own: Assistant, held: Held):
    async def read() -> None:
        async for _ in own.astream("Why did Gate 3 fail?"):
            pass

    async def cancelled() -> None:
        asking = asyncio.create_task(read())
        await held.until_entered()
        asking.cancel()
        threading.Timer(0.1, held.go_on.set).start()
        with pytest.raises(asyncio.CancelledError):
            await asking
        assert held.inside == 0

    asyncio.run(cancelled())


def test_questions_that_wait_are_dropped_when_they_are_cancelled(own: Assistant, held: Held):
    async def cancelled() -> None:
        asking = [asyncio.create_task(own.aquery("Why did Gate 3 fail?")) for _ in range(200)]
        await held.until_entered()
        for task in asking:
            task.cancel()
        threading.Timer(0.1, held.go_on.set).start()
        ended = await asyncio.gather(*asking, return_exceptions=True)
        assert {type(one) for one in ended} == {asyncio.CancelledError}

    asyncio.run(cancelled())
    assert held.inside == 0
    assert held.read < 50


def test_a_timeout_is_told_as_one(own: Assistant, held: Held):
    async def timed() -> None:
        threading.Timer(0.5, held.go_on.set).start()
        async with asyncio.timeout(0.2):
            await own.aquery("Why did Gate 3 fail?")

    with pytest.raises(TimeoutError):
        asyncio.run(timed())
    assert held.inside == 0


def test_after_a_cancelled_question_the_store_can_be_written(
    assistant: Assistant, held: Held, tmp_path: Path
):
    for name in ("mill", "ferry"):
        (tmp_path / f"{name}.txt").write_text(f"The {name} at Upper Fennel closed in 1931.\n")
    assistant.add(tmp_path / "mill.txt")

    async def cancelled() -> None:
        asking = asyncio.create_task(assistant.aquery("When did the mill close?"))
        await held.until_entered()
        asking.cancel()
        threading.Timer(0.05, held.go_on.set).start()
        with pytest.raises(asyncio.CancelledError):
            await asking
        await asyncio.wait_for(asyncio.to_thread(assistant.add, tmp_path / "ferry.txt"), 30)
        assert "1931" in (await assistant.aquery("When did the ferry close?")).text

    asyncio.run(cancelled())


def test_a_stream_that_is_left_early_is_closed(own: Assistant, held: Held):
    held.go_on.set()

    async def left() -> None:
        events = own.astream("Why did Gate 3 fail?")
        async for event in events:
            if isinstance(event, SentenceReady):
                break
        await events.aclose()
        with pytest.raises(StopAsyncIteration):
            await anext(events)

    asyncio.run(left())
    assert held.inside == 0


def test_an_assistant_is_an_asynchronous_context_that_leaves_no_thread(demo: Assistant):
    before = threads()

    async def ask() -> str:
        async with Assistant(demo.store) as own:
            text = (await own.aquery("Why did Gate 3 fail?")).text
            assert len(threads()) > len(before)
            return text

    assert "run dry" in asyncio.run(ask())
    assert threads() == before


def test_closing_waits_for_what_is_under_way_and_cancels_the_rest(demo: Assistant, held: Held):
    own = Assistant(demo.store)
    before = threads()

    async def closed() -> None:
        asking = [asyncio.create_task(own.aquery("Why did Gate 3 fail?")) for _ in range(100)]
        await held.until_entered()
        threading.Timer(0.1, held.go_on.set).start()
        await asyncio.to_thread(own.close)
        assert held.inside == 0
        ended = await asyncio.gather(*asking, return_exceptions=True)
        kinds = {type(one) for one in ended}
        assert kinds == {Answer, asyncio.CancelledError}

    asyncio.run(closed())
    assert set(threads()) <= set(before)


def test_an_interrupted_program_ends_while_questions_are_asked(demo: Assistant):
    code = f"""
import asyncio, os, signal, threading
from assistant import Assistant

async def main():
    async with Assistant({str(demo.store)!r}) as assistant:
        await assistant.aquery("Why did Gate 3 fail?")
        print("begun", flush=True)
        threading.Timer(0.3, os.kill, (os.getpid(), signal.SIGINT)).start()
        await asyncio.gather(*(assistant.aquery("Why did Gate 3 fail?") for _ in range(2000)))

asyncio.run(main())
"""
    with subprocess.Popen(
        [sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as asking:
        assert asking.stdout is not None
        # To load the program takes a busy machine longer than to end it.
        assert asking.stdout.readline() == "begun\n"
        _, err = asking.communicate(timeout=60)
    assert asking.returncode != 0
    assert err.strip().endswith("KeyboardInterrupt")


def test_context_variables_reach_the_thread():
    from contextvars import ContextVar

    name: ContextVar[str] = ContextVar("name")
    own = Threads()

    async def read() -> str:
        name.set("mine")
        return await own.done(name.get)

    assert asyncio.run(read()) == "mine"
    own.close()


def test_a_draft_that_is_cancelled_stops_before_its_next_sentence(own: Assistant, monkeypatch):
    entered, go_on, seen = threading.Event(), threading.Event(), []
    whole = Grounding.of

    def held(self: Grounding, text: str, passages: Any) -> Grounded:
        seen.append(text)
        entered.set()
        assert go_on.wait(60)
        return whole(self, text, passages)

    monkeypatch.setattr(Grounding, "of", held)

    async def left() -> None:
        citing = asyncio.create_task(own.acite("Gate 3 failed at night. " * 50))
        assert await asyncio.to_thread(entered.wait, 60)
        citing.cancel()
        asyncio.get_running_loop().call_later(0.2, go_on.set)
        with pytest.raises(asyncio.CancelledError):
            await citing

    asyncio.run(left())
    assert len(seen) == 1


def test_the_page_lets_go_of_a_draft_that_nobody_waits_for(own: Assistant, monkeypatch):
    seen = []
    whole = Grounding.of

    def counted(self: Grounding, text: str, passages: Any) -> Grounded:
        seen.append(text)
        return whole(self, text, passages)

    monkeypatch.setattr(Grounding, "of", counted)
    steps = _cited(own, "Gate 3 failed at night. " * 500, None)
    next(steps)
    steps.close()
    after = len(seen)
    assert after < 100
    time.sleep(0.5)
    assert len(seen) == after
