"""Blocking work for asyncio: done in threads, and never going on behind a cancellation."""

import asyncio
import threading
from collections.abc import AsyncGenerator, Callable, Generator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from contextvars import copy_context
from typing import TypeVar

T = TypeVar("T")


class Threads:
    """The threads of one assistant, started when first used. Thread-safe.

    They are not the event loop's own, which it needs for other things, such as resolving names.
    Work that finds no thread free waits its turn.

    >>> threads = Threads()
    >>> asyncio.run(threads.done(lambda: sum([2, 3])))
    5
    >>> threads.close()
    """

    def __init__(self) -> None:
        self._pool: ThreadPoolExecutor | None = None
        self._mutex = threading.Lock()

    def close(self) -> None:
        """Wait for what is under way; what has not begun is cancelled."""
        with self._mutex:
            pool, self._pool = self._pool, None
        if pool is not None:
            pool.shutdown(cancel_futures=True)

    def start(self, work: Callable[[], T]) -> "Future[T]":
        """Have work done in a thread, with the caller's context variables."""
        with self._mutex:
            if self._pool is None:
                self._pool = ThreadPoolExecutor(thread_name_prefix="assistant")
            return self._pool.submit(copy_context().run, work)

    async def done(self, work: Callable[[], T], leave: Callable[[], None] | None = None) -> T:
        """What the work returns, or raises.

        Cancelled, work that has not begun is dropped, and work under way is waited for: after the
        cancellation nothing of it runs any more, and it holds no lock.

        Args:
            work: what to do.
            leave: asks work under way to end early.
        """
        future = self.start(work)
        try:
            return await asyncio.wrap_future(future)
        except asyncio.CancelledError:
            if not future.cancel():
                if leave is not None:
                    leave()
                await _over(future)
            raise

    async def each(self, items: Generator[T, None, None]) -> AsyncGenerator[T, None]:
        """The items of a generator, each made in a thread; left early, the generator is closed."""
        try:
            while (item := await self.done(lambda: next(items, None))) is not None:
                yield item
        finally:
            items.close()


async def _over(future: "Future[T]") -> None:
    """Wait for the end of something, however often that is cancelled."""
    ended = asyncio.Event()
    loop = asyncio.get_running_loop()
    future.add_done_callback(lambda _: loop.call_soon_threadsafe(ended.set))
    while not ended.is_set():
        with suppress(asyncio.CancelledError):
            await ended.wait()
