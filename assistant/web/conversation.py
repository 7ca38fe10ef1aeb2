"""The conversation that one browser tab shows."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Self

from markupsafe import Markup

from assistant.conversations import Feedback, Kept
from assistant.web import answers, kept


@dataclass
class Turn:
    """A question, what the page shows below it, and the plain answer once it is complete.

    `id` is the kept answer's; a turn that was stopped or failed has none.
    """

    question: str
    body: Markup
    reply: str | None = None
    busy: bool = True
    id: str | None = None
    feedback: Feedback | None = None
    citable: bool = False
    repeatable: bool = True

    def close(self, body: Markup, reply: str | None = None) -> None:
        """Settle what the page shows; a turn without a reply is no part of the history."""
        self.body, self.reply, self.busy = body, reply, False


@dataclass
class Conversation:
    """The turns so far, oldest first; `id` is the kept conversation's.

    `editing` is the number of the turn, from 1, that the next question replaces with all after it.
    """

    turns: list[Turn] = field(default_factory=list)
    id: str | None = None
    editing: int | None = None

    @classmethod
    def of(cls, id_: str, answered: Sequence[Kept]) -> Self:
        """A kept conversation, as it was."""
        return cls(
            [
                Turn(
                    one.answer.question,
                    answers.finished(number, one.answer, one.seconds),
                    one.answer.text if one.answer.draft is None else None,
                    busy=False,
                    id=one.id,
                    feedback=one.feedback,
                    citable=bool(one.answer.citations),
                    repeatable=one.answer.draft is None,
                )
                for number, one in enumerate(answered, start=1)
            ],
            id_,
        )

    def begin(self, question: str, body: Markup) -> tuple[int, Turn]:
        """A new turn with its number: the last one, or the one that is asked again."""
        if self.editing is not None:
            del self.turns[self.editing - 1 :]
            self.editing = None
        self.turns.append(Turn(question, body))
        return len(self.turns), self.turns[-1]

    @property
    def history(self) -> list[tuple[str, str]]:
        """(role, plain text) of the turns that were answered."""
        return [
            message
            for turn in self.turns
            if turn.reply is not None
            for message in (("user", turn.question), ("assistant", turn.reply))
        ]

    def html(self, *, own: bool) -> list[str]:
        """The turns as the page shows them; `own` as in `assistant.web.kept`."""
        return [
            str(
                answers.turn(
                    number,
                    turn.question,
                    turn.body + self._actions(number, turn, own),
                    busy=turn.busy,
                )
            )
            for number, turn in enumerate(self.turns, start=1)
        ]

    def _actions(self, number: int, turn: Turn, own: bool) -> Markup:
        if turn.id is None or self.id is None:
            return Markup("")
        again = number if turn.repeatable else None
        return kept.actions(self.id, turn.id, again, turn.feedback, own, citable=turn.citable)
