"""The examination of a judge: built-in passages with claims, right ones and subtly wrong ones."""

import tomllib
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from assistant.endpoints.faults import EndpointFault
from assistant.endpoints.wire import Shown

FILE = Path(__file__).parent / "examination.toml"

_AT_ONCE = 3
"""Sheets that a judge is sent at the same time."""


@dataclass(frozen=True, slots=True)
class Question:
    """A claim of the examination: whether it is right, and its kind.

    >>> first = sheets()[0].questions[0]
    >>> first.right, first.kind
    (True, 'condition')
    """

    claim: str
    right: bool
    kind: str


@dataclass(frozen=True, slots=True)
class Sheet:
    """One request of the examination.

    >>> len(sheets()), {len(sheet.questions) for sheet in sheets()}
    (6, {22})
    """

    passages: tuple[Shown, ...]
    questions: tuple[Question, ...]


@dataclass(frozen=True, slots=True)
class Marks:
    """How a judge did: of so many wrong and right claims so many were called supported.

    `passed` are the kinds of the wrong claims that it let pass.

    >>> str(Marks(wrong=66, wrong_accepted=0, right=66, right_accepted=60))
    'let 0 of 66 wrong sentences pass and confirmed 60 of 66 right ones'
    """

    wrong: int
    wrong_accepted: int
    right: int
    right_accepted: int
    passed: tuple[str, ...] = ()

    def __add__(self, other: "Marks") -> "Marks":
        """The marks of both examinations together."""
        return Marks(
            self.wrong + other.wrong,
            self.wrong_accepted + other.wrong_accepted,
            self.right + other.right,
            self.right_accepted + other.right_accepted,
            (*self.passed, *other.passed),
        )

    def __str__(self) -> str:
        return (
            f"let {self.wrong_accepted} of {self.wrong} wrong sentences pass and confirmed "
            f"{self.right_accepted} of {self.right} right ones"
        )


@cache
def sheets() -> tuple[Sheet, ...]:
    """The examination.

    >>> sum(not question.right for sheet in sheets() for question in sheet.questions)
    66
    """
    rows = tomllib.loads(FILE.read_text(encoding="utf-8"))["sheets"]
    return tuple(
        Sheet(
            tuple(
                Shown(one["title"], one["text"].strip(), one.get("date"), one.get("heading", ""))
                for one in row["passages"]
            ),
            tuple(Question(one["text"], one["supported"], one["kind"]) for one in row["claims"]),
        )
        for row in rows
    )


def examine(judge: Callable[[Sequence[Shown], Sequence[str]], list[bool]]) -> Marks:
    """The marks of a judge.

    Args:
        judge: says of each claim whether the passages support it; whatever it raises is raised.

    >>> examine(lambda passages, claims: [False] * len(claims)).right_accepted
    0
    """

    def sat(sheet: Sheet) -> list[tuple[Question, bool]]:
        said = judge(sheet.passages, [question.claim for question in sheet.questions])
        return list(zip(sheet.questions, said, strict=True))

    try:
        answers = _together(sat)
    except EndpointFault as fault:
        if not fault.broke_off:
            raise
        # Some servers leave a request when another comes.
        answers = [sat(sheet) for sheet in sheets()]
    told = [answer for sheet in answers for answer in sheet]
    wrong = [(one, said) for one, said in told if not one.right]
    right = [said for one, said in told if one.right]
    passed = tuple(sorted(one.kind for one, said in wrong if said))
    return Marks(len(wrong), len(passed), len(right), sum(right), passed)


_Answers = list[tuple[Question, bool]]


def _together(sat: Callable[[Sheet], _Answers]) -> list[_Answers]:
    """What several sheets at a time come to."""
    pool = ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="footnote-examination")
    try:
        return list(pool.map(sat, sheets()))
    finally:
        # Where one sheet fails, those that were not begun are left.
        pool.shutdown(cancel_futures=True)
