"""Turns at what questions share: a bounded queue that is fair between callers, and rates.

Models and processors serve a few questions at a time. The others wait, each caller's in their
order, and the callers take turns; beyond what can wait, a question is refused at once, with the
time after which to come again.
"""

import asyncio
import math
import os
import time
from collections import OrderedDict, deque
from collections.abc import AsyncIterator, Callable, Generator
from concurrent.futures import Future, wait
from contextlib import asynccontextmanager
from threading import Lock
from typing import NamedTuple

from assistant.api.problems import TooBusy

_FIRST_GUESS = 0.5
"""Seconds that a turn takes, before any has been seen."""
_WEIGHT = 0.1
"""Of the latest turn in the running mean."""
_LONGEST = 120
"""Seconds after which a refused caller is told to come again, at most."""
_LOOK_AGAIN = 0.5
"""Seconds after which who waits in a thread is asked whether they still do."""


class Turns:
    """The queue of one server. Thread-safe: coroutines and threads wait in the same one.

    Args:
        at_once: how many have their turn at a time.
        waiting: how many wait at most.
        each: how many of one caller wait at most.

    >>> async def one(turns):
    ...     async with turns.turn("somebody"):
    ...         return turns.running
    >>> asyncio.run(one(Turns(at_once=2, waiting=8, each=4)))
    1
    """

    def __init__(self, at_once: int, waiting: int, each: int) -> None:
        self._at_once, self._most, self._each = at_once, waiting, each
        self._queues: OrderedDict[str, deque[Future[None]]] = OrderedDict()
        self._mean = _FIRST_GUESS
        self._lock = Lock()
        self._running = 0

    @property
    def running(self) -> int:
        """How many have their turn."""
        with self._lock:
            return self._running

    @property
    def waiting(self) -> int:
        """How many wait."""
        with self._lock:
            return self._waiting()

    @asynccontextmanager
    async def turn(self, caller: str) -> AsyncIterator[None]:
        """Wait for a turn, and have it until the `with` ends.

        Raises:
            TooBusy: too many wait, of this caller or in all.
        """
        turn = self._ask(caller)
        try:
            await asyncio.wrap_future(turn)
        except asyncio.CancelledError:
            self._leave(caller, turn)
            raise
        began = time.monotonic()
        try:
            yield
        finally:
            self._end(began)

    def turn_of_a_thread(
        self, caller: str, *, patient: bool = False
    ) -> Generator[bool, None, None]:
        """Yields False again and again while it waits, and True once it has its turn.

        The turn lasts until the generator is closed or goes on. Who is `patient` is never refused:
        what belongs to work that was taken on already.

        Raises:
            TooBusy: too many wait, of this caller or in all.

        >>> turns = Turns(at_once=1, waiting=8, each=4)
        >>> first, second = (turns.turn_of_a_thread("somebody") for _ in range(2))
        >>> next(first), next(second)
        (True, False)
        >>> first.close()
        >>> next(second)
        True
        """
        turn = self._ask(caller, patient=patient)
        try:
            while not wait((turn,), _LOOK_AGAIN).done:
                yield False
        except BaseException:
            self._leave(caller, turn)
            raise
        began = time.monotonic()
        try:
            yield True
        finally:
            self._end(began)

    def _waiting(self) -> int:
        return sum(map(len, self._queues.values()))

    def _ask(self, caller: str, *, patient: bool = False) -> "Future[None]":
        """What is done when the caller has a turn."""
        turn: Future[None] = Future()
        with self._lock:
            if self._running < self._at_once and not self._queues:
                self._running += 1
                turn.set_result(None)
                return turn
            own = self._queues.get(caller, deque())
            waiting = self._waiting()
            if not patient and (len(own) >= self._each or waiting >= self._most):
                ahead = len(own) * max(1, len(self._queues)) if len(own) >= self._each else waiting
                seconds = math.ceil(self._mean * (ahead + 1) / self._at_once)
                raise TooBusy(
                    "Too many questions wait for an answer; try again a little later.",
                    min(seconds, _LONGEST),
                )
            self._queues.setdefault(caller, own).append(turn)
        return turn

    def _leave(self, caller: str, turn: "Future[None]") -> None:
        """Wait no longer; a turn that came when nobody waited for it any more goes on."""
        with self._lock:
            if not turn.cancel():
                self._go()
            elif turn in (own := self._queues.get(caller, deque())):
                own.remove(turn)
                if not own:
                    del self._queues[caller]

    def _end(self, began: float) -> None:
        with self._lock:
            self._mean += _WEIGHT * (time.monotonic() - began - self._mean)
            self._go()

    def _go(self) -> None:
        """The turn goes to the caller who waits for the longest since the last one."""
        while self._queues:
            caller, own = self._queues.popitem(last=False)
            turn = own.popleft()
            if own:
                self._queues[caller] = own
            # It is none where who waited for it has just been cancelled, and has yet to leave.
            if turn.set_running_or_notify_cancel():
                turn.set_result(None)
                return
        self._running -= 1


class Queues(NamedTuple):
    """The queues of one server, which all ways in to it share.

    What reads long texts of the caller's has one of its own: questions would wait minutes for it.

    >>> queues = Queues.of(waiting=32)
    >>> queues.questions.waiting, queues.drafts.running
    (0, 0)
    """

    questions: Turns
    drafts: Turns

    @classmethod
    def of(cls, waiting: int) -> "Queues":
        """Those of this machine, in each of which so many wait at most, half of them of one."""
        each = max(1, waiting // 2)
        return cls(Turns(os.cpu_count() or 1, waiting, each), Turns(1, waiting, each))


class Rates:
    """How often each caller may ask in a minute; a burst is one minute's worth.

    >>> seconds = iter([0.0, 1.0, 2.0])
    >>> rates = Rates(now=lambda: next(seconds))
    >>> rates.take("somebody", most=2), rates.take("somebody", most=2)
    (None, None)
    >>> rates.take("somebody", most=2)
    Traceback (most recent call last):
        ...
    assistant.api.problems.TooBusy: At most 2 requests a minute are taken with this token.
    """

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._left: dict[str, tuple[float, float]] = {}

    def take(self, caller: str, most: int) -> None:
        """Count a request.

        Raises:
            TooBusy: it is one too many.
        """
        now = self._now()
        left, since = self._left.get(caller, (float(most), now))
        left = min(float(most), left + (now - since) * most / 60)
        if left < 1:
            self._left[caller] = left, now
            seconds = math.ceil((1 - left) * 60 / most)
            raise TooBusy(f"At most {most:,} requests a minute are taken with this token.", seconds)
        self._left[caller] = left - 1, now
