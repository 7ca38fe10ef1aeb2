"""Answers and conversations taken along as files, by whoever asked them."""

import re
from pathlib import Path
from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Depends, HTTPException, Request
from fastapi.responses import Response
from starlette.concurrency import run_in_threadpool

from assistant.api.reports import TYPES
from assistant.assistant import Assistant
from assistant.conversations.conversations import UnknownConversation
from assistant.exportable import STYLE
from assistant.reporting.docx_footnotes import footnoted_file
from assistant.reporting.export import Export, export
from assistant.reporting.template import listed
from assistant.web.rendering.kept import SUFFIXES
from assistant.web.session import Stores, visitor
from index.errors import FootnoteError

_NAME = 80
"""Characters of a file's name."""
_NO_NAME = re.compile(r'[\\/:*?"<>|\x00-\x1f\x7f]')


def download_routes(stores: Stores) -> APIRouter:
    """`export/answer/ID/footnote.md` and the like.

    >>> [route.path for route in download_routes(Stores(demo, demo=False)).routes]
    ['/export/{kind}/{id_}/footnote.{suffix:path}']
    """
    router = APIRouter()

    def asked(request: Request) -> Assistant:
        return stores.of(request)

    @router.get("/export/{kind}/{id_}/footnote.{suffix:path}")
    async def export(
        kind: str,
        id_: str,
        suffix: str,
        request: Request,
        assistant: Annotated[Assistant, Depends(asked)],
    ) -> Response:
        form = next((one for one, own in SUFFIXES.items() if own == suffix), None)
        if form is None or kind not in ("answer", "conversation"):
            raise HTTPException(404, "There is no such export.")
        try:
            whose = assistant, visitor(request), id_
            make = _answer if kind == "answer" else _conversation
            base = assistant.settings.address or str(request.base_url)
            title, content = await run_in_threadpool(make, *whose, form, base)
            await run_in_threadpool(assistant.note, "exported", format=suffix, **{kind: id_})
        except UnknownConversation as error:
            raise HTTPException(404, str(error)) from error
        except FootnoteError as error:
            raise HTTPException(409, str(error)) from error
        return saved(f"{file_name(title)}.{suffix}", content, TYPES[form][0])

    return router


def saved(name: str, content: bytes, media_type: str) -> Response:
    """A file that a browser saves by a name in any script.

    >>> saved("Nächte.md", b"# Nights", "text/markdown").headers["Content-Disposition"]
    "attachment; filename*=UTF-8''N%C3%A4chte.md"
    """
    headers = {
        "Content-Disposition": f"attachment; filename*=UTF-8''{quote(name)}",
        # A document's text in it must not be run as a page of this address.
        "Content-Security-Policy": "sandbox; default-src 'none'; style-src 'unsafe-inline'",
        "Cache-Control": "no-store",
    }
    return Response(content, media_type=media_type, headers=headers)


def file_name(title: str) -> str:
    """A question or title as the name of a file, on any system.

    >>> file_name("Why did Gate 3 fail, and who says so?"), file_name("a/b: 1"), file_name("?")
    ('Why did Gate 3 fail, and who says so', 'a b 1', 'footnote')
    """
    words = " ".join(_NO_NAME.sub(" ", title).split())
    if len(words) > _NAME:
        words = words[:_NAME].rsplit(" ", 1)[0]
    return words.strip(". ") or "footnote"


def _answer(
    assistant: Assistant, owner: str, id_: str, form: Export, base: str
) -> tuple[str, bytes]:
    """Its question, and an answer as a file; one made of a Word file is that with footnotes."""
    conversations = assistant.conversations
    answer = conversations.answer(owner, id_)[1].answer
    if form is Export.docx and (file := conversations.draft_file(owner, id_)):
        limits = assistant.settings.limits
        content = footnoted_file(file.content, file.name, answer, base, limits)
        return Path(file.name).stem, content
    return answer.question, export(answer, form, style=STYLE, base=base)


def _conversation(
    assistant: Assistant, owner: str, id_: str, form: Export, base: str
) -> tuple[str, bytes]:
    """Its title, and a conversation as a file."""
    title, kept = assistant.conversations.read(owner, id_)
    answers = [one.answer for one in kept]
    report = listed([answer.question for answer in answers], title).filled(answers)
    return title, export(report, form, style=STYLE, base=base)
