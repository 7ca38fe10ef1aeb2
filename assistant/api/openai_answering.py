"""A conversation as OpenAI's clients send it → the text of the answer, piece by piece."""

from collections.abc import AsyncGenerator, Sequence
from contextlib import AbstractAsyncContextManager, aclosing
from dataclasses import dataclass

from assistant.answer import Answer, AnswerReady, Event, SentenceReady
from assistant.api.openai_errors import Unusable
from assistant.api.openai_text import notes, shown, shown_sentence, without_notes
from assistant.api.openai_wire import Asked, Message
from assistant.api.served_models import Served

TEXT = ("text", "input_text", "output_text")
"""The types of the parts of a message that hold text."""


@dataclass(frozen=True, slots=True)
class Conversation:
    """A question and the turns before it.

    >>> said = [Message(content="Who is Ann Lee?"), Message(role="assistant", content="A pilot."),
    ...     Message(content="What did she say?")]
    >>> Conversation.of(said, "messages").history
    (('user', 'Who is Ann Lee?'), ('assistant', 'A pilot.'))
    """

    question: str
    history: tuple[tuple[str, str], ...] = ()

    @classmethod
    def of(cls, messages: Sequence[Message], field: str) -> "Conversation":
        """The conversation in the messages of a request's `field`.

        What systems, developers and tools say has no part in it: an answer is made of documents.

        Raises:
            Unusable: its last turn is not the user's, or a turn holds something that is no text.
        """
        turns = [
            (one.role, _text(one, field))
            for one in messages
            if one.type == "message" and one.role in ("user", "assistant")
        ]
        if not turns or turns[-1][0] != "user":
            raise Unusable(field, "The last message must be the user's question.")
        *before, (_, question) = turns
        history = [
            (role, without_notes(said) if role == "assistant" else said) for role, said in before
        ]
        return cls(question, tuple(history))


def check(asked: Asked) -> None:
    """Refuse what a question may ask for that no answer of ours can be.

    Raises:
        Unusable: it asks that a tool be called.

    >>> check(Asked(model="footnote", tool_choice="auto"))
    """
    if asked.tool_choice not in (None, "none", "auto"):
        raise Unusable("tool_choice", "No tool is called here: each question is answered.")


def check_format(wanted: object, field: str) -> None:
    """Refuse every form of an answer but text.

    Raises:
        Unusable: another one is asked for.

    >>> check_format({"type": "text"}, "response_format")
    """
    if isinstance(wanted, dict) and wanted.get("type", "text") != "text":
        raise Unusable(
            field,
            "Answers are text with footnotes; the reply's field 'footnote' holds them as JSON.",
        )


async def spoken(
    served: Served,
    conversation: Conversation,
    base: str,
    turn: AbstractAsyncContextManager[None],
) -> AsyncGenerator[str | Answer, None]:
    """The pieces of an answer's text as they are verified, and at last the `Answer`.

    An empty piece tells that the work goes on. Left early, nothing of it runs on.

    Args:
        served: answers.
        conversation: the question and what came before.
        base: the address of the chat's page, to which the footnotes link.
        turn: is waited for before, and had until the answer is there.

    Raises:
        FootnoteError: as `Assistant.query` does, before the first piece; and as `turn` does.

    >>> import asyncio
    >>> from contextlib import nullcontext
    >>> async def pieces():
    ...     question = Conversation("Why did Gate 3 fail?")
    ...     told = spoken(Served(demo), question, "http://127.0.0.1:7860", nullcontext())
    ...     return [one async for one in told]
    >>> *texts, answer = asyncio.run(pieces())
    >>> "".join(texts).startswith(answer.text)
    True
    """
    said = ""
    async with turn, aclosing(_asked(served, conversation)) as events:
        # What the program itself says before the sentences is known when the last of them is.
        # Behind a writer's sentences, for which people wait, it has to come last.
        waits = (served.engine or served.assistant.engine) == "reader"
        async for event in events:
            if isinstance(event, AnswerReady):
                answer = event.answer
            elif isinstance(event, SentenceReady) and not waits:
                piece = shown_sentence(event.sentence, first=not said)
                said += piece
                yield piece
            else:
                yield ""
    text = shown(answer.text)
    rest = text[len(said) :] if text.startswith(said) else f"\n\n{shown(answer.message)}"
    yield rest + notes(answer, base)
    yield answer


async def whole(pieces: AsyncGenerator[str | Answer, None]) -> tuple[str, Answer]:
    """The whole text of an answer that is `spoken`, and the answer.

    >>> import asyncio
    >>> from contextlib import nullcontext
    >>> question = Conversation("Why did Gate 3 fail?")
    >>> told = spoken(Served(demo), question, "http://127.0.0.1:7860", nullcontext())
    >>> asyncio.run(whole(told))[0].partition("[1]")[0]
    'Gate 3 failed because the bearing of its left arm had run dry.'
    """
    text = ""
    async with aclosing(pieces):
        async for piece in pieces:
            if isinstance(piece, Answer):
                return text, piece
            text += piece
    raise AssertionError("an answer is spoken to its end")


def _asked(served: Served, conversation: Conversation) -> AsyncGenerator[Event, None]:
    return served.assistant.astream(
        conversation.question,
        documents=served.documents,
        history=conversation.history,
        engine=served.engine,
    )


def _text(message: Message, field: str) -> str:
    if message.content is None or isinstance(message.content, str):
        return message.content or ""
    for part in message.content:
        if part.type not in TEXT or part.text is None:
            raise Unusable(
                field, f"Only text is read, no {part.type!r}: add a file with footnote add."
            )
    return "\n".join(part.text or "" for part in message.content)
