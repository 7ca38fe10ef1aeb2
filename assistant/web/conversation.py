"""The conversation of one browser tab."""

from dataclasses import dataclass, field

from markupsafe import Markup

from assistant.web import answers


@dataclass
class Turn:
    """A question, what the page shows below it, and the plain answer once it is complete."""

    question: str
    body: Markup
    reply: str | None = None
    busy: bool = True

    def close(self, body: Markup, reply: str | None = None) -> None:
        """Settle what the page shows; a turn without a reply is no part of the history."""
        self.body, self.reply, self.busy = body, reply, False


@dataclass
class Conversation:
    """The turns so far, oldest first."""

    turns: list[Turn] = field(default_factory=list)

    @property
    def history(self) -> list[tuple[str, str]]:
        """(role, plain text) of the turns that were answered."""
        return [
            message
            for turn in self.turns
            if turn.reply is not None
            for message in (("user", turn.question), ("assistant", turn.reply))
        ]

    def html(self) -> list[str]:
        """The turns as the page shows them."""
        return [
            str(answers.turn(number, turn.question, turn.body, busy=turn.busy))
            for number, turn in enumerate(self.turns, start=1)
        ]
