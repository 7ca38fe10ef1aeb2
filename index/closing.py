"""Closing several things: each is closed, whatever fails in it, and the first failure is told."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager


def close_all(*closings: Callable[[], object]) -> None:
    """Call each in its order; one that fails keeps none of the others from being called.

    Raises:
        BaseException: the first of the failures, with those after it as its notes.

    >>> from io import BytesIO
    >>> first, second = BytesIO(), BytesIO()
    >>> close_all(first.close, second.close)
    >>> first.closed, second.closed
    (True, True)
    """
    first: BaseException | None = None
    for close in closings:
        try:
            close()
        except BaseException as error:  # noqa: BLE001 (an interrupted closing goes on, too)
            if first is None:
                first = error
            else:
                _note(first, error)
    if first is not None:
        raise first


@contextmanager
def closed_on_failure(*closings: Callable[[], object]) -> Iterator[None]:
    """Close all of it where the block fails, whose failure stays the one that is told.

    >>> from io import BytesIO
    >>> file = BytesIO()
    >>> try:
    ...     with closed_on_failure(file.close):
    ...         raise ValueError
    ... except ValueError:
    ...     print(file.closed)
    True
    """
    try:
        yield
    except BaseException as error:
        try:
            close_all(*closings)
        except BaseException as other:  # noqa: BLE001 (it is told, as a note)
            _note(error, other)
        raise


def _note(first: BaseException, later: BaseException) -> None:
    """Tell of a later failure with the first, and of those that were told with it."""
    for line in (f"Closing failed, too: {later!r}", *getattr(later, "__notes__", ())):
        first.add_note(line)
