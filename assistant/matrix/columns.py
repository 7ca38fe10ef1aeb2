"""Columns of a matrix: a question each, with a name and the kind of value that its cells hold."""

import hashlib
import re
from collections import Counter
from collections.abc import Iterable
from typing import Literal

from pydantic import BaseModel, ConfigDict

from assistant.asking.question import parse_question
from index.errors import QuestionError

Kind = Literal["text", "date", "amount", "yes/no", "choice", "list"]

MOST_COLUMNS = 100
_LONGEST_NAME = 60
_KINDS = "text|date|amount|yes/no|list"
_HEAD = re.compile(
    rf"(?P<name>[^:?()]{{1,{_LONGEST_NAME}}}+)"
    rf"(?:\((?P<kind>{_KINDS}|choice:(?P<choices>[^()]++))\)\s*+)?:\s*+(?P<question>\S.*+)",
    re.IGNORECASE,
)
_UNKNOWN_KIND = re.compile(rf"[^:?()]{{1,{_LONGEST_NAME}}}\((?P<kind>[^()]*)\)\s*:")


class Column(BaseModel):
    """A question that is put to every document, and what its cells hold.

    `kind` is 'text', 'date', 'amount', 'yes/no', 'list', or 'choice' between the `choices`. Where
    it is `declared`, a cell without a value of that kind is not found; where it was only told from
    the question, the words of the answer stand there.

    >>> Column(name="Law", question="Which law governs?").kind
    'text'
    """

    model_config = ConfigDict(frozen=True)

    name: str
    question: str
    kind: Kind = "text"
    choices: tuple[str, ...] = ()
    declared: bool = False

    @property
    def key(self) -> str:
        """What names the question and the form of its answer, whatever the column is called."""
        told = (self.question, self.kind, str(self.declared), *self.choices)
        return hashlib.sha256("\0".join(told).encode()).hexdigest()

    @property
    def line(self) -> str:
        """The column as a line that describes it.

        >>> columns_of("Begin (date): When does it begin?")[0].line
        'Begin (date): When does it begin?'
        """
        choices = f": {' | '.join(self.choices)}" if self.choices else ""
        kind = f" ({self.kind}{choices})" if self.declared else ""
        if not kind and self.name == _short(self.question):
            return self.question
        return f"{self.name}{kind}: {self.question}"


def columns_of(given: "str | Iterable[str | Column]", limit: int = 4_000) -> tuple[Column, ...]:
    """The columns that lines of text describe: `Name (kind): question`, or only a question.

    Args:
        given: a text with a column a line, or lines or columns.
        limit: characters that a question may have.

    Raises:
        QuestionError: there is none, or one of them cannot be used.

    >>> [(one.name, one.kind) for one in columns_of("Begin (date): When does it begin?")]
    [('Begin', 'date')]
    >>> columns_of("How (choice: by post | by hand): How is it sent?")[0].choices
    ('by post', 'by hand')
    """
    lines = given.splitlines() if isinstance(given, str) else given
    made = [
        one if isinstance(one, Column) else _column(" ".join(one.split()))
        for one in lines
        if isinstance(one, Column) or (one.strip() and not one.lstrip().startswith("#"))
    ]
    if not made:
        raise QuestionError("There is no question: write one on each line.")
    if len(made) > MOST_COLUMNS:
        raise QuestionError(f"A matrix has at most {MOST_COLUMNS} questions, not {len(made):,}.")
    for one in made:
        parse_question(one.question, (), limit)
    twice = [name for name, times in Counter(one.name for one in made).items() if times > 1]
    if twice:
        raise QuestionError(f"Two columns are called {twice[0]!r}; give each a name of its own.")
    return tuple(made)


def _column(line: str) -> Column:
    match = _HEAD.fullmatch(line)
    if match is None:
        if unknown := _UNKNOWN_KIND.match(line):
            raise QuestionError(
                f"{unknown['kind']!r} is no kind of column: take one of {_KINDS.replace('|', ', ')}"
                " or 'choice: one | other'."
            )
        return Column(name=_short(line), question=line, kind=_told(line))
    name, question = match["name"].strip(), match["question"]
    if match["choices"]:
        choices = tuple(filter(None, (one.strip() for one in match["choices"].split("|"))))
        if len({one.casefold() for one in choices}) < 2:
            raise QuestionError(
                f"The column {name!r} needs two choices or more: 'choice: one | other'."
            )
        return Column(name=name, question=question, kind="choice", choices=choices, declared=True)
    if not match["kind"]:
        return Column(name=name, question=question, kind=_told(question))
    kind: Kind = match["kind"].lower()  # type: ignore[assignment]  # as the pattern has it
    return Column(name=name, question=question, kind=kind, declared=True)


def _told(question: str) -> Kind:
    """The kind that the words of a question tell."""
    asked = parse_question(question)
    if asked.kind == "yes_no":
        return "yes/no"
    if asked.expected == {"date"}:
        return "date"
    if "money" in asked.expected:
        return "amount"
    return "list" if asked.expects_all else "text"


def _short(question: str) -> str:
    bare = question.rstrip("?！？ ")
    return bare if len(bare) <= _LONGEST_NAME else bare[: _LONGEST_NAME - 1].rstrip() + "…"
