"""Answers as chat completions, whole and streamed."""

import secrets
import time
from collections.abc import AsyncGenerator
from contextlib import aclosing

from assistant.answer import Answer
from assistant.api.openai_errors import ErrorReply, Faults
from assistant.api.openai_text import file_name, marks
from assistant.api.openai_wire import (
    ChatAnnotation,
    ChatChunk,
    ChatCompletion,
    ChatMessage,
    Choice,
    ChunkChoice,
    Delta,
    FileCitation,
    LastChunk,
    TokenUsage,
    URLCitation,
)
from assistant.links import permalink
from index.errors import FootnoteError

WORKING = ": working\n\n"
"""A comment in a stream of events, which clients pass over and proxies pass on."""


def completion(model: str, text: str, answer: Answer, base: str) -> ChatCompletion:
    """An answer whose text is `text`, as one reply.

    >>> answer = demo.query("Why did Gate 3 fail?")
    >>> reply = completion("footnote", answer.text, answer, "http://127.0.0.1:7860")
    >>> reply.choices[0].message.annotations[0].file_citation.quote
    'Gate 3 failed because the bearing of its left arm had run dry.'
    """
    message = ChatMessage(content=text, annotations=_annotations(text, answer, base))
    return ChatCompletion(
        id=_new_id(),
        created=int(time.time()),
        model=model,
        choices=(Choice(message=message),),
        usage=_usage(answer),
        footnote=answer,
    )


async def chunks(
    model: str,
    pieces: AsyncGenerator[str | Answer, None],
    base: str,
    faults: Faults,
    *,
    usage: bool,
) -> AsyncGenerator[str, None]:
    """The server-sent events of an answer that is spoken in `pieces`.

    What fails on the way is told as the last event. `usage` says whether tokens are told besides.

    >>> import asyncio
    >>> async def spoken():
    ...     yield "Gate 3 failed."
    >>> async def events():
    ...     told = chunks("footnote", spoken(), "", Faults([]), usage=False)
    ...     return [one async for one in told]
    >>> asyncio.run(events())[-1].strip()
    'data: [DONE]'
    """
    id_, created, text = _new_id(), int(time.time()), ""

    def chunk(delta: Delta) -> str:
        choice = ChunkChoice(delta=delta)
        return event(ChatChunk(id=id_, created=created, model=model, choices=[choice]))

    async with aclosing(pieces):
        yield chunk(Delta(role="assistant", content=""))
        try:
            async for piece in pieces:
                if isinstance(piece, str):
                    text += piece
                    yield chunk(Delta(content=piece)) if piece else WORKING
                    continue
                if annotations := _annotations(text, piece, base):
                    yield chunk(Delta(annotations=annotations))
                ended = ChunkChoice(delta=Delta(), finish_reason="stop")
                last = LastChunk(
                    id=id_, created=created, model=model, choices=[ended], footnote=piece
                )
                yield event(last)
                if usage:
                    counted = ChatChunk(
                        id=id_, created=created, model=model, choices=[], usage=_usage(piece)
                    )
                    yield event(counted)
        except FootnoteError as error:
            yield event(ErrorReply(error=faults.told(error)[1]))
    yield "data: [DONE]\n\n"


def event(told: ChatChunk | ErrorReply) -> str:
    """Something as a server-sent event without a name.

    >>> from assistant.api.openai_errors import Fault
    >>> event(ErrorReply(error=Fault(message="It is late.", type="server_error")))[:36]
    'data: {"error":{"message":"It is lat'
    """
    return f"data: {told.model_dump_json()}\n\n"


def _annotations(text: str, answer: Answer, base: str) -> list[ChatAnnotation]:
    return [
        ChatAnnotation(
            url_citation=URLCitation(
                start_index=mark.start,
                end_index=mark.end,
                title=mark.citation.title,
                url=permalink(mark.citation.id, base),
            ),
            file_citation=FileCitation(
                file_id=mark.citation.document_id,
                filename=file_name(mark.citation),
                id=mark.citation.id,
                quote=mark.citation.quote,
                locator=mark.citation.locator,
            ),
        )
        for mark in marks(text, answer)
    ]


def _usage(answer: Answer) -> TokenUsage:
    read, wrote = tokens(answer)
    return TokenUsage(prompt_tokens=read, completion_tokens=wrote, total_tokens=read + wrote)


def tokens(answer: Answer) -> tuple[int, int]:
    """How many tokens the writer read and wrote; none where the embedded reader answered.

    >>> tokens(demo.query("Why did Gate 3 fail?"))
    (0, 0)
    """
    used = answer.usage
    return (0, 0) if used is None else (used.prompt_tokens or 0, used.completion_tokens or 0)


def _new_id() -> str:
    return f"chatcmpl-{secrets.token_hex(12)}"
