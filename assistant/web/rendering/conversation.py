"""The conversation that one browser tab shows."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Self

from markupsafe import Markup

from assistant.answer import Usage, summed
from assistant.conversations.tables import Feedback, Kept
from assistant.web.rendering import answers, kept

SHOWN, MOST, MORE = 12, 40, 30
"""Turns that are shown of a kept conversation, at most before the oldest go out of view, and more
when they are asked for."""


@dataclass
class Turn:
    """A question, what the page shows below it, and the plain answer once it is complete.

    `id` is the kept answer's; a turn that was stopped or failed has none. `usage` is what a writer
    took for it.

    >>> turn = Turn("Did it hold?", answers.stage("Searching"))
    >>> turn.close(answers.problem("It was stopped."))
    >>> turn.busy, turn.reply
    (False, None)
    """

    question: str
    body: Markup
    reply: str | None = None
    busy: bool = True
    id: str | None = None
    usage: Usage | None = None
    feedback: Feedback | None = None
    citable: bool = False
    repeatable: bool = True

    @classmethod
    def of(cls, number: int, one: Kept) -> Self:
        """A kept answer as the turn with this number."""
        return cls(
            one.answer.question,
            answers.finished(number, one.answer, one.seconds),
            one.answer.text if one.answer.draft is None else None,
            busy=False,
            id=one.id,
            usage=one.answer.usage,
            feedback=one.feedback,
            citable=bool(one.answer.citations),
            repeatable=one.answer.draft is None,
        )

    def close(self, body: Markup, reply: str | None = None) -> None:
        """Settle what the page shows; a turn without a reply is no part of the history."""
        self.body, self.reply, self.busy = body, reply, False


@dataclass
class Conversation:
    """The turns so far, oldest first; `id` is the kept conversation's.

    `editing` is the number of the turn, from 1, that the next question replaces with all after it.
    `first` is the index of the first turn that is shown: the page draws all of them anew with every
    sentence of an answer, which must not take longer the longer they have talked. `replaced` are
    the ids of kept answers in whose place the next one comes.

    >>> conversation = Conversation()
    >>> number, turn = conversation.begin("Did it hold?", answers.stage("Searching"))
    >>> turn.close(answers.stage("It held."), reply="It held.")
    >>> number, conversation.history
    (1, [('user', 'Did it hold?'), ('assistant', 'It held.')])
    """

    turns: list[Turn] = field(default_factory=list)
    id: str | None = None
    editing: int | None = None
    first: int = 0
    replaced: list[str] = field(default_factory=list)

    @classmethod
    def of(cls, id_: str, answered: Sequence[Kept], wanted: str | None = None) -> Self:
        """A kept conversation, as it was; `wanted` is an answer that is to be seen."""
        conversation = cls(
            [Turn.of(number, one) for number, one in enumerate(answered, start=1)], id_
        )
        places = [number for number, one in enumerate(answered) if one.id == wanted]
        conversation.first = max(min([len(answered) - SHOWN, *places]), 0)
        return conversation

    @classmethod
    def linked(cls, one: Kept) -> Self:
        """An answer that was asked elsewhere, to be read and asked on."""
        turn = Turn.of(1, one)
        turn.id = None
        return cls([turn])

    def begin(self, question: str, body: Markup) -> tuple[int, Turn]:
        """A new turn with its number: the last one, or the one that is asked again."""
        self.cut()
        self.turns.append(Turn(question, body))
        if len(self.turns) - self.first > MOST or self.first >= len(self.turns):
            self.first = max(len(self.turns) - SHOWN, 0)
        return len(self.turns), self.turns[-1]

    def cut(self) -> None:
        """Take out the turn that is asked again, with what came after it."""
        if self.editing is not None:
            gone = self.turns[self.editing - 1 :]
            self.replaced += [turn.id for turn in gone if turn.id is not None]
            del self.turns[self.editing - 1 :]
            self.editing = None

    @property
    def order(self) -> list[str]:
        """The ids of the kept answers that are shown."""
        return [turn.id for turn in self.turns if turn.id is not None]

    def follow(self, answered: Sequence[Kept]) -> None:
        """Show the kept answers as they now stand; what was not kept stays at its place."""
        kept = {one.id: one for one in answered}
        known = {turn.id for turn in self.turns}
        staying = [turn for turn in self.turns if turn.id is None or turn.id in kept]
        shown = [turn if turn.id is None else kept[turn.id] for turn in staying]
        shown += [one for one in answered if one.id not in known.union(self.replaced)]
        # Anew, because a turn's number is in the ids of its footnotes.
        self.turns = [
            one if isinstance(one, Turn) else Turn.of(number, one)
            for number, one in enumerate(shown, start=1)
        ]
        self.first = min(self.first, max(len(self.turns) - 1, 0))

    def part(self) -> None:
        """Go on as a new conversation; what has been said so far is no longer kept."""
        self.id, self.replaced = None, []
        for turn in self.turns:
            turn.id = None

    def break_off(self, stopped: str, problem: Markup | None = None) -> None:
        """End every turn that is under way: it was stopped, the last of them by a problem."""
        if problem is not None:
            self.turns[-1].close(problem)
        for turn in self.turns:
            if turn.busy:
                turn.close(turn.body + answers.stage(stopped))

    def reach_back(self) -> None:
        """Show more of the earlier turns."""
        self.first = max(self.first - MORE, 0)

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
        """The turns as the page shows them; `own` as in `assistant.web.rendering.kept`."""
        earlier = [str(kept.earlier_turns(self.first))] if self.first else []
        shown = [
            str(
                answers.turn(
                    number,
                    turn.question,
                    turn.body + self._actions(number, turn, own),
                    busy=turn.busy,
                )
            )
            for number, turn in enumerate(self.turns[self.first :], start=self.first + 1)
        ]
        took = [turn.usage for turn in self.turns if turn.usage is not None]
        whole = (
            [str(answers.conversation_total(total))]
            if len(took) > 1 and (total := summed(took))
            else []
        )
        return earlier + shown + whole

    def _actions(self, number: int, turn: Turn, own: bool) -> Markup:
        if turn.id is None or self.id is None:
            return Markup("")
        again = number if turn.repeatable else None
        return kept.actions(self.id, turn.id, again, turn.feedback, own, citable=turn.citable)
