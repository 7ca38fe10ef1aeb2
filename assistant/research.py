"""Research: a question → a report whose questions a model plans, round after round.

Each question is answered as any other is, so that every sentence has its verdict. What was done is
noted as it is done, and a run that was stopped goes on from there.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import BaseModel, ConfigDict, ValidationError

from assistant.answer import Answer, Usage
from assistant.messages import RESEARCH_LIMIT, RESEARCH_OF, RESEARCH_OPEN
from index.errors import ReportError

if TYPE_CHECKING:
    from assistant.reporting.report import Report

QUESTIONS, ROUNDS = 12, 4
"""Questions of a research, and rounds in which they are planned, at most."""

_TOLD = 700
"""Characters of an answer that the planning of the next round is told."""

Ask = Callable[[str], Answer]
Plan = Callable[[str, str], tuple[list[str], bool, Usage]]
Progress = Callable[[int, int, str], None]


class Notes(BaseModel):
    """What a research has done so far: it can be written down, and gone on with.

    Attributes:
        question: what it is about.
        answers: those to its questions, in order.
        planned: questions that are planned and not asked yet.
        rounds: how often they were planned.
        done: whether the model has no further questions.
        usage: what planning took.

    >>> Notes(question="What happened at the barrage?").is_complete
    False
    """

    model_config = ConfigDict(frozen=True)

    question: str
    answers: tuple[Answer, ...] = ()
    planned: tuple[str, ...] = ()
    rounds: int = 0
    done: bool = False
    usage: Usage = Usage()

    @property
    def is_complete(self) -> bool:
        """Whether nothing is left to plan or to ask."""
        return not self.planned and (
            self.done or self.rounds >= ROUNDS or len(self.answers) >= QUESTIONS
        )

    def further(self, plan: Plan) -> "Notes":
        """The notes with the questions that a plan adds to what was found so far."""
        found, done, usage = plan(self.question, told_so_far(self.answers))
        asked = {answer.question.casefold() for answer in self.answers}
        fresh = [one for one in dict.fromkeys(found) if one.casefold() not in asked]
        return self.model_copy(
            update={
                "planned": tuple(fresh[: QUESTIONS - len(self.answers)]),
                "rounds": self.rounds + 1,
                "done": done or not fresh,
                "usage": self.usage + usage,
            }
        )

    def answered(self, answer: Answer) -> "Notes":
        """The notes with the answer to the first question that is planned."""
        changed = {"answers": (*self.answers, answer), "planned": self.planned[1:]}
        return self.model_copy(update=changed)


@dataclass(frozen=True, slots=True)
class Limits:
    """What a research may take; None is no limit.

    >>> Limits(requests=30).reached(Usage(requests=31))
    True
    """

    requests: int | None = None
    tokens: int | None = None

    def reached(self, usage: Usage) -> bool:
        """Whether so much has been taken."""
        tokens = (usage.prompt_tokens or 0) + (usage.completion_tokens or 0)
        return (self.requests is not None and usage.requests >= self.requests) or (
            self.tokens is not None and tokens >= self.tokens
        )


def took(notes: Notes) -> Usage:
    """What a research has taken so far, planning and answers.

    >>> took(Notes(question="Why?", usage=Usage(requests=1))).requests
    1
    """
    return sum((one.usage for one in notes.answers if one.usage), start=notes.usage)


def go_on(
    notes: Notes,
    ask: Ask,
    plan: Plan,
    *,
    limits: "Limits | None" = None,
    keep: Callable[[Notes], None] | None = None,
    progress: Progress | None = None,
) -> Notes:
    """The notes after further rounds, until nothing is left or a limit is reached.

    Args:
        notes: what was done before.
        ask: answers one question.
        plan: says which questions come next after what was found so far, whether they are the
            last, and what that took.
        limits: what the whole may take.
        keep: is given the notes after every step.
        progress: is told how many questions of how many are answered, and the next one.

    >>> def once(question, so_far):
    ...     return ["When did the sirens sound?"], True, Usage(requests=1)
    >>> [one.question for one in go_on(Notes(question="What happened?"), demo.query, once).answers]
    ['When did the sirens sound?']
    """
    limits = limits or Limits()
    while not notes.is_complete and not limits.reached(took(notes)):
        if notes.planned:
            question = notes.planned[0]
            if progress is not None:
                done_before = len(notes.answers)
                progress(done_before, done_before + len(notes.planned), question)
            notes = notes.answered(ask(question))
        else:
            notes = notes.further(plan)
        if keep is not None:
            keep(notes)
    return notes


def researched(
    question: str,
    ask: Ask,
    plan: Plan,
    notes: Path | None = None,
    *,
    limits: "Limits | None" = None,
    progress: Progress | None = None,
) -> "Report":
    """The report on a question; the notes are kept in a file, until it is whole.

    Raises:
        ReportError: the file cannot be read or written.

    >>> def once(question, so_far):
    ...     return ["When did the sirens sound?"], True, Usage(requests=1)
    >>> len(researched("What happened?", demo.query, once, tmp_path / "notes.json").answers)
    1
    """
    begun = read_notes(notes, question) if notes else Notes(question=question)
    keep = partial(write_notes, notes) if notes else None
    found = go_on(begun, ask, plan, limits=limits, keep=keep, progress=progress)
    if notes and found.is_complete:
        notes.unlink(missing_ok=True)
    return as_report(found)


def as_report(notes: Notes) -> "Report":
    """The report: how it was made, an answer to each question, and what was not found.

    >>> answer = demo.query("When did the sirens sound?")
    >>> made = as_report(Notes(question="Why?", answers=(answer,)))
    >>> made.title, len(made.answers)
    ('Why?', 1)
    """
    from assistant.reporting.report import Report

    found = [answer for answer in notes.answers if not answer.abstained]
    left = [answer.question for answer in notes.answers if answer.abstained]
    told = [RESEARCH_OF.format(len(found), len(notes.answers))]
    told += [RESEARCH_LIMIT] if not notes.is_complete else []
    missing = [RESEARCH_OPEN, *(f"- {_plain(one)}" for one in (*left, *notes.planned))]
    sections: list[str | Answer] = [f"# {_plain(notes.question)}\n\n{' '.join(told)}", *found]
    if len(missing) > 1:
        sections.append("\n".join([missing[0], "", *missing[1:]]))
    return Report(title=notes.question, sections=tuple(sections), created=datetime.now(UTC))


def told_so_far(answers: Sequence[Answer]) -> str:
    """What was found and what is missing, as the planning model is told it.

    >>> print(told_so_far([]))
    Found so far:
    nothing
    <BLANKLINE>
    Missing:
    nothing
    """
    found = [
        f"- {answer.question}: {_supported(answer)[:_TOLD]}"
        for answer in answers
        if not answer.abstained
    ]
    missing = [f"- {answer.question}" for answer in answers if answer.abstained]
    return "\n".join(
        ["Found so far:", *(found or ["nothing"]), "", "Missing:", *(missing or ["nothing"])]
    )


def read_notes(path: Path, question: str) -> Notes:
    """The notes of a research in a file; fresh ones where there is none, or of another question.

    Raises:
        ReportError: the file cannot be read.

    >>> read_notes(tmp_path / "none.json", "Why?").question
    'Why?'
    """
    try:
        notes = Notes.model_validate_json(path.read_bytes())
    except FileNotFoundError:
        return Notes(question=question)
    except OSError as error:
        raise ReportError(f"{path} cannot be read: {error.strerror}.") from error
    except ValidationError as error:
        raise ReportError(
            f"{path} holds no notes of a research. Delete it to begin anew."
        ) from error
    return notes if notes.question == question else Notes(question=question)


def write_notes(path: Path, notes: Notes) -> None:
    """Write the notes down; a file that is there is replaced at once, as a whole.

    Raises:
        ReportError: it cannot be written.

    >>> write_notes(tmp_path / "notes.json", Notes(question="Why?", rounds=1))
    >>> read_notes(tmp_path / "notes.json", "Why?").rounds
    1
    """
    from assistant.reporting.export import write

    write(path, notes.model_dump_json().encode())


def _supported(answer: Answer) -> str:
    return " ".join(one.text for one in answer.sentences if one.supported)


def _plain(text: str) -> str:
    return " ".join(text.split())
