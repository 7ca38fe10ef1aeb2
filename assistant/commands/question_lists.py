"""Many questions: read from a file or standard input, one a line, and answered one by one."""

import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from typing import NamedTuple

from assistant.answer import Answer, summed
from assistant.commands.printing import ABSTAINED, FAILED, counting_bar, say
from index.errors import DocumentError, QuestionError
from index.sandbox.isolation import Limits, made_apart

STANDARD_INPUT = "-"


class Line(NamedTuple):
    """A question, and where it stands.

    >>> Line("Did it hold?", "questions.txt, line 1").question
    'Did it hold?'
    """

    question: str
    place: str


def questions_in(file: Path, limits: Limits | None = None) -> list[Line]:
    """The questions of a file, which is read in a process of its own.

    Raises:
        QuestionError: it cannot be read, is not UTF-8, or holds no question.

    >>> _ = Path("questions.txt").write_text("Did it hold?")
    >>> questions_in(Path("questions.txt"))
    [Line(question='Did it hold?', place='questions.txt, line 1')]
    """
    function = "assistant.commands.question_lists:listed"
    try:
        questions: list[Line] = made_apart(list, function, file, str(file), limits=limits)
    except OSError as error:
        raise QuestionError(f"{file} cannot be read: {error.strerror}.") from error
    except DocumentError as error:
        raise QuestionError(f"{file} cannot be read. {error}") from error
    if not questions:
        raise QuestionError(f"{file} holds no question: write one on each line.")
    return questions


def listed(data: bytes, name: str) -> list[Line]:
    """The questions that a file called `name` with this content holds.

    Raises:
        QuestionError: it is not UTF-8.

    >>> listed(b"Did it hold?", "questions.txt")
    [Line(question='Did it hold?', place='questions.txt, line 1')]
    """
    return list(_questions(BytesIO(data), name))


def questions_typed() -> Iterator[Line]:
    """The questions of standard input, each as soon as its line is there.

    Raises:
        QuestionError: it is not UTF-8, or holds no question.

    >>> from io import TextIOWrapper
    >>> from unittest.mock import patch
    >>> with patch("sys.stdin", TextIOWrapper(BytesIO(b"Did it hold?"))):
    ...     next(questions_typed())
    Line(question='Did it hold?', place='standard input, line 1')
    """
    none = True
    for line in _questions(sys.stdin.buffer, "standard input"):
        none = False
        yield line
    if none:
        raise QuestionError("Standard input holds no question: write one on each line.")


def _questions(lines: Iterable[bytes], name: str) -> Iterator[Line]:
    for number, raw in enumerate(lines, start=1):
        try:
            # Some editors begin a file with a byte order mark.
            question = raw.decode("utf-8-sig" if number == 1 else "utf-8").strip()
        except UnicodeDecodeError as error:
            raise QuestionError(
                f"{name}, line {number}: not UTF-8 text. Save the questions in that encoding."
            ) from error
        if question:
            yield Line(question, f"{name}, line {number}")


def ask_each(
    ask: Callable[[str], Answer],
    questions: list[Line] | Iterator[Line],
    show: Callable[[Answer], None],
) -> int:
    """Answer one question after the other; the exit status that tells of all.

    A question that cannot be asked is told on standard error, and the others go on.

    >>> asked = [Line("Why did Gate 3 fail?", "line 1"), Line("Who won the match?", "line 2")]
    >>> ask_each(demo.query, asked, show=lambda answer: print(answer.text))
    Gate 3 failed because the bearing of its left arm had run dry.[1]
    The documents do not answer this. The nearest passages are listed instead.
    3
    """
    failed = abstained = False
    usages = []
    with _progress(questions) as answered:
        for done, line in enumerate(questions, start=1):
            try:
                answer = ask(line.question)
            except QuestionError as error:
                failed = True
                say(f"footnote: {line.place}: {error}", aside=True)
            else:
                abstained = abstained or answer.abstained
                usages += [answer.usage] if answer.usage is not None else []
                show(answer)
            answered(done)
    if len(usages) > 1 and (total := summed(usages)):
        say(f"All answers together: {total.summary}", aside=True)
    if failed:
        return FAILED
    return ABSTAINED if abstained else 0


@contextmanager
def _progress(questions: list[Line] | Iterator[Line]) -> Iterator[Callable[[int], None]]:
    """A bar, unless nobody knows how many there are, or the answers go by on the terminal."""
    if not isinstance(questions, list) or sys.stdout.isatty():
        yield lambda _: None
        return
    with counting_bar("Answering") as show:
        yield lambda done: show(done, len(questions)) if show is not None else None
