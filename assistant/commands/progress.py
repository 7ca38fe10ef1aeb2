"""Progress bars on standard error, for people only: none where that is no terminal."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from index.report import FileDone, FileUnderWay


@contextmanager
def adding_bar() -> Iterator[Callable[[FileDone | FileUnderWay], None] | None]:
    """A bar while files are added, each by its name, with the characters read a second."""
    with _bar("Reading") as update:
        if update is None:
            yield None
            return
        moved = update

        files = total = characters = 0
        began = time.monotonic()

        def show(event: FileDone | FileUnderWay) -> None:
            nonlocal files, total, characters
            name = Path(event.path).name
            if isinstance(event, FileDone):
                files, total, characters = event.done, event.total, characters + event.characters
            else:
                name += f" ({event.done:,} of {event.total:,} passages)"
            rate = characters / (time.monotonic() - began)
            moved(files, total, f"{name} · {rate:,.0f} characters/s" if rate else name)

        yield show


@contextmanager
def counting_bar(what: str) -> Iterator[Callable[[int, int], None] | None]:
    """A bar while chunks are counted."""
    with _bar(what) as update:
        if update is None:
            yield None
            return
        moved = update

        def show(done: int, total: int) -> None:
            moved(done, total, what)

        yield show


@contextmanager
def _bar(what: str) -> Iterator[Callable[[int, int, str], None] | None]:
    """A bar on standard error, told of done, total and what; None where that is no terminal."""
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeRemainingColumn,
    )

    console = Console(stderr=True)
    if not console.is_terminal:
        yield None
        return
    columns = [TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn()]
    with Progress(*columns, TimeRemainingColumn(), console=console, transient=True) as bar:
        task = bar.add_task(what, total=None)

        def update(done: int, total: int, description: str) -> None:
            bar.update(task, total=total, completed=done, description=description)

        yield update
