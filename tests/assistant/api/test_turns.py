"""The queue that questions share: bounded, fair between callers, and left without a trace."""

import asyncio
import time
from contextlib import closing, suppress

import pytest

from assistant.api.problems import TooBusy
from assistant.api.turns import Rates, Turns


def test_callers_take_turns_however_much_one_of_them_asks():
    order: list[str] = []

    async def ask(turns: Turns, caller: str) -> None:
        async with turns.turn(caller):
            order.append(caller)
            await asyncio.sleep(0)

    async def all_of_them() -> None:
        turns = Turns(at_once=1, waiting=100, each=50)
        asked = ["greedy"] * 10 + ["modest"] * 2 + ["late"]
        await asyncio.gather(*(ask(turns, caller) for caller in asked))
        assert (turns.running, turns.waiting) == (0, 0)

    asyncio.run(all_of_them())
    assert len(order) == 13
    # Each of the others waits for one question of whoever asks without end, not for all.
    assert max(order.index("modest"), order.index("late")) <= 4


def test_no_more_run_and_wait_than_there_is_room_for_and_the_rest_are_told_when():
    seen: list[int] = []
    told: list[int] = []

    async def ask(turns: Turns, caller: str) -> str:
        try:
            async with turns.turn(caller):
                seen.append(turns.running)
                await asyncio.sleep(0.01)
        except TooBusy as error:
            told.append(int(error.headers["Retry-After"]))
            return "refused"
        return "answered"

    async def crowd() -> list[str]:
        turns = Turns(at_once=2, waiting=6, each=3)
        one = [ask(turns, "greedy") for _ in range(10)]
        others = [ask(turns, f"caller {number}") for number in range(10)]
        return await asyncio.gather(*one, *others)

    outcomes = asyncio.run(crowd())
    assert max(seen) == 2
    assert all(1 <= seconds <= 120 for seconds in told)
    assert outcomes[:10].count("answered") == 2 + 3
    assert outcomes[10:].count("answered") == 3


def test_who_leaves_the_queue_or_fails_gives_the_turn_on():
    async def comings_and_goings() -> tuple[int, int]:
        turns = Turns(at_once=1, waiting=10, each=10)
        begun = asyncio.Event()

        async def hold() -> None:
            async with turns.turn("first"):
                begun.set()
                await asyncio.sleep(30)

        async def fail() -> None:
            async with turns.turn("second"):
                raise ValueError

        holding = asyncio.create_task(hold())
        await begun.wait()
        failing = asyncio.create_task(fail())
        waiting = [asyncio.create_task(fail()) for _ in range(3)]
        await asyncio.sleep(0)
        # In this order, the turn is given on while nobody knows yet that some have left.
        holding.cancel()
        for one in (failing, *waiting[:2]):
            one.cancel()
        for task in (holding, failing, *waiting):
            with suppress(ValueError, asyncio.CancelledError):
                await task
        return turns.running, turns.waiting

    assert asyncio.run(comings_and_goings()) == (0, 0)


def test_threads_and_coroutines_wait_in_one_queue():
    turns, order = Turns(at_once=1, waiting=10, each=5), []

    def in_a_thread(name: str) -> None:
        with closing(turns.turn_of_a_thread(name)) as turn:
            while not next(turn):
                pass
            order.append(name)
            time.sleep(0.01)

    async def ask(name: str) -> None:
        async with turns.turn(name):
            order.append(name)
            assert turns.running == 1
            await asyncio.sleep(0.01)

    async def both() -> None:
        threads = [asyncio.to_thread(in_a_thread, "page") for _ in range(4)]
        await asyncio.gather(*threads, *(ask("program") for _ in range(4)))

    asyncio.run(both())
    assert sorted(order) == ["page"] * 4 + ["program"] * 4
    assert (turns.running, turns.waiting) == (0, 0)


def test_what_was_taken_on_is_not_refused_and_who_leaves_a_thread_gives_the_turn_on():
    turns = Turns(at_once=1, waiting=1, each=1)
    first, second = (turns.turn_of_a_thread(name) for name in ("first", "second"))
    assert (next(first), next(second)) == (True, False)
    with pytest.raises(TooBusy):
        next(turns.turn_of_a_thread("third"))
    patient = turns.turn_of_a_thread("third", patient=True)
    assert not next(patient)
    second.close()
    first.close()
    assert next(patient)
    patient.close()
    assert (turns.running, turns.waiting) == (0, 0)


def test_a_rate_fills_up_again_with_time():
    now = [0.0]
    rates = Rates(now=lambda: now[0])
    for _ in range(60):
        rates.take("agent", most=60)
    with pytest.raises(TooBusy) as refused:
        rates.take("agent", most=60)
    assert refused.value.headers["Retry-After"] == "1"
    rates.take("another", most=60)
    now[0] = 1.0
    rates.take("agent", most=60)
