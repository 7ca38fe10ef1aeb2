"""Whatever fails while several things are closed, all are closed, and the first failure is told."""

import pytest

from index.closing import close_all, closed_on_failure


def failing(error: BaseException, done: list[str]):
    def close() -> None:
        done.append(str(error))
        raise error

    return close


@pytest.mark.parametrize("kind", [OSError, ValueError, KeyboardInterrupt, SystemExit])
def test_each_is_closed_and_the_first_failure_is_raised_with_the_others_as_notes(kind):
    done: list[str] = []
    first, second = kind("the disk"), RuntimeError("the socket")

    with pytest.raises(kind, match="the disk") as caught:
        close_all(
            lambda: done.append("before"),
            failing(first, done),
            lambda: done.append("between"),
            failing(second, done),
            lambda: done.append("after"),
        )

    assert done == ["before", "the disk", "between", "the socket", "after"]
    assert caught.value is first
    assert len(first.__notes__) == 1
    assert "the socket" in first.__notes__[0]


def test_nothing_is_raised_where_nothing_fails():
    close_all()
    close_all(lambda: None, lambda: 3)


def test_what_fails_is_told_although_closing_fails_then():
    done: list[str] = []
    cause = ValueError("another model")

    with (
        pytest.raises(ValueError, match="another model") as caught,
        closed_on_failure(failing(OSError("the disk"), done), lambda: done.append("after")),
    ):
        raise cause

    assert done == ["the disk", "after"]
    assert caught.value is cause
    assert "the disk" in cause.__notes__[0]


def test_what_succeeds_is_left_open():
    done: list[str] = []
    with closed_on_failure(lambda: done.append("closed")):
        pass
    assert done == []
