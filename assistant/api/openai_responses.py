"""Answers as OpenAI's responses, whole and streamed."""

import json
import secrets
import time
from collections.abc import AsyncGenerator, Iterator
from contextlib import aclosing
from typing import Any

from assistant.answer import Answer
from assistant.api.openai_chat import WORKING, tokens
from assistant.api.openai_errors import Faults
from assistant.api.openai_text import file_name, marks
from assistant.api.openai_wire import (
    FileAnnotation,
    OutputMessage,
    OutputText,
    ResponseReply,
    ResponseUsage,
)
from assistant.links import permalink
from index.errors import FootnoteError


class Responding:
    """One response while it is made: its ids, and its events in their order.

    >>> answer = demo.query("Why did Gate 3 fail?")
    >>> reply = Responding("footnote", "http://127.0.0.1:7860").reply(answer.text, answer)
    >>> reply.output[0].content[0].annotations[0].filename
    'inspectors-report.pdf'
    """

    def __init__(self, model: str, base: str) -> None:
        self._base = base
        self._begun = ResponseReply(
            id=f"resp_{secrets.token_hex(12)}",
            created_at=int(time.time()),
            model=model,
            status="in_progress",
        )
        self._message = f"msg_{secrets.token_hex(12)}"
        self._sent = 0

    def reply(self, text: str, answer: Answer) -> ResponseReply:
        """The whole response."""
        read, wrote = tokens(answer)
        return self._begun.model_copy(
            update={
                "status": "completed",
                "output": [self._item([self._output(text, answer)])],
                "usage": ResponseUsage(
                    input_tokens=read, output_tokens=wrote, total_tokens=read + wrote
                ),
                "footnote": answer,
            }
        )

    async def events(
        self, pieces: AsyncGenerator[str | Answer, None], faults: Faults
    ) -> AsyncGenerator[str, None]:
        """The server-sent events of an answer that is spoken in `pieces`.

        What fails on the way is told as the last event.
        """
        text = ""
        async with aclosing(pieces):
            for one in self._opening():
                yield one
            try:
                async for piece in pieces:
                    if not isinstance(piece, str):
                        for one in self._closing(text, piece):
                            yield one
                    elif piece:
                        text += piece
                        yield self._about("output_text.delta", delta=piece, logprobs=[])
                    else:
                        yield WORKING
            except FootnoteError as error:
                fault = faults.told(error)[1]
                yield self._event(
                    "error", message=fault.message, code=fault.code, param=fault.param
                )

    def _opening(self) -> Iterator[str]:
        begun = self._begun.model_dump(mode="json")
        yield self._event("response.created", response=begun)
        yield self._event("response.in_progress", response=begun)
        item = OutputMessage(id=self._message, status="in_progress", content=[])
        yield self._event("response.output_item.added", output_index=0, item=item.model_dump())
        yield self._about("content_part.added", part=OutputText(text="").model_dump())

    def _closing(self, text: str, answer: Answer) -> Iterator[str]:
        output = self._output(text, answer)
        for index, annotation in enumerate(output.annotations):
            yield self._about(
                "output_text.annotation.added",
                annotation_index=index,
                annotation=annotation.model_dump(),
            )
        yield self._about("output_text.done", text=text, logprobs=[])
        yield self._about("content_part.done", part=output.model_dump())
        item = self._item([output]).model_dump()
        yield self._event("response.output_item.done", output_index=0, item=item)
        reply = self.reply(text, answer).model_dump(mode="json")
        yield self._event("response.completed", response=reply)

    def _about(self, kind: str, **told: Any) -> str:  # noqa: ANN401 (JSON)
        """An event about the one text of the one message."""
        return self._event(
            f"response.{kind}", item_id=self._message, output_index=0, content_index=0, **told
        )

    def _event(self, kind: str, **told: Any) -> str:  # noqa: ANN401 (JSON)
        self._sent += 1
        data = {"type": kind, "sequence_number": self._sent - 1, **told}
        return f"event: {kind}\ndata: {json.dumps(data, ensure_ascii=False)}\n\n"

    def _item(self, content: list[OutputText]) -> OutputMessage:
        return OutputMessage(id=self._message, status="completed", content=content)

    def _output(self, text: str, answer: Answer) -> OutputText:
        annotations = [
            FileAnnotation(
                index=mark.start,
                file_id=mark.citation.document_id,
                filename=file_name(mark.citation),
                id=mark.citation.id,
                quote=mark.citation.quote,
                locator=mark.citation.locator,
                url=permalink(mark.citation.id, self._base),
            )
            for mark in marks(text, answer)
        ]
        return OutputText(text=text, annotations=annotations)
