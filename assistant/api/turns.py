"""Turns at what questions share: a bounded queue that is fair between callers, and rates.

Models and processors serve a few questions at a time. The others wait, each caller's in their
order, and the callers take turns; beyond what can wait, a question is refused at once, with the
time after which to come again.
"""

import asyncio
import math
import time
from collections import OrderedDict, deque
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from assistant.api.problems import TooBusy

_FIRST_GUESS = 0.5
"""Seconds that a turn takes, before any has been seen."""
_WEIGHT = 0.1
"""Of the latest turn in the running mean."""
_LONGEST = 120
"""Seconds after which a refused caller is told to come again, at most."""


class Turns:
    """The queue of one server, for one event loop.

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
        self._queues: OrderedDict[str, deque[asyncio.Future[None]]] = OrderedDict()
        self._mean = _FIRST_GUESS
        self.running = 0

    @property
    def waiting(self) -> int:
        """How many wait."""
        return sum(map(len, self._queues.values()))

    @asynccontextmanager
    async def turn(self, caller: str) -> AsyncIterator[None]:
        """Wait for a turn, and have it until the `with` ends.

        Raises:
            TooBusy: too many wait, of this caller or in all.
        """
        await self._come_in(caller)
        began = time.monotonic()
        try:
            yield
        finally:
            self._mean += _WEIGHT * (time.monotonic() - began - self._mean)
            self._go()

    async def _come_in(self, caller: str) -> None:
        if self.running < self._at_once and not self._queues:
            self.running += 1
            return
        own = self._queues.get(caller, deque())
        if len(own) >= self._each or self.waiting >= self._most:
            ahead = len(own) * max(1, len(self._queues)) if len(own) >= self._each else self.waiting
            seconds = math.ceil(self._mean * (ahead + 1) / self._at_once)
            raise TooBusy(
                "Too many questions wait for an answer; try again a little later.",
                min(seconds, _LONGEST),
            )
        turn = asyncio.get_running_loop().create_future()
        self._queues.setdefault(caller, own).append(turn)
        try:
            await turn
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled():  # it came when nobody waited for it any more
                self._go()
            else:
                self._leave(caller, turn)
            raise

    def _leave(self, caller: str, turn: "asyncio.Future[None]") -> None:
        own = self._queues.get(caller, deque())
        if turn in own:
            own.remove(turn)
            if not own:
                del self._queues[caller]

    def _go(self) -> None:
        """The turn goes to the caller who waits for the longest since the last one."""
        while self._queues:
            caller, own = self._queues.popitem(last=False)
            turn = own.popleft()
            if own:
                self._queues[caller] = own
            if not turn.done():  # as it is where who waited has just been cancelled
                turn.set_result(None)
                return
        self.running -= 1


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
