"""A printed page → HTML: its picture, with the cited words marked where they stand."""

from dataclasses import dataclass

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import Response
from markupsafe import Markup
from starlette.concurrency import run_in_threadpool

from assistant.web import texts
from assistant.web.places import Place
from assistant.web.stores import Stores
from index.document import Document
from index.errors import FootnoteError
from index.layout import Rectangle
from index.pages import PageImage

WIDTH = 1_200
"""Pixels of a page's picture where the script has not told how many there are for it."""

_AROUND = 1.0  # points by which a mark is larger than the words


@dataclass(frozen=True, slots=True)
class Sheet:
    """A page with its picture, and where the passage is printed on this page and others."""

    page: int
    image: PageImage
    marks: tuple[Rectangle, ...]


def routes(stores: Stores) -> APIRouter:
    """`page/DOCUMENT/VERSION/NUMBER.jpg`: a page's picture."""
    router = APIRouter()

    @router.get("/page/{document}/{version}/{number}.jpg")
    async def page(
        document: str, version: str, number: int, request: Request, width: int = WIDTH
    ) -> Response:
        assistant = stores.named(request.query_params)
        try:
            image = await run_in_threadpool(
                assistant.page_image, document, number, version, width=width
            )
        except FootnoteError as error:
            raise HTTPException(404, str(error)) from error
        headers = {
            "Cache-Control": "private, max-age=600",
            "Cross-Origin-Resource-Policy": "same-origin",
        }
        return Response(image.data, media_type="image/jpeg", headers=headers)

    return router


def address(place: Place, page: int, width: int, *, own: bool) -> str:
    """Where the picture of a page is."""
    query = f"?width={width}" + ("&documents=own" if own else "")
    return f"page/{place.document}/{place.version}/{page}.jpg{query}"


def sheet(document: Document, place: Place, shown: Sheet, own: bool) -> Markup:
    """The page with its marks; the first of them holds the cited words, to be read out."""
    image = shown.image
    name = texts.page_of(shown.page, len(document.pages))
    return Markup(
        '<div class="sheet" role="region" aria-label="{}" tabindex="0"><div class="paper">'
        '<img src="{}" width="{}" height="{}" alt="{}">{}</div>{}</div>'
    ).format(
        name,
        address(place, shown.page, image.width, own=own),
        image.width,
        image.height,
        texts.printed(name),
        _marks(document, place, shown),
        _remarks(place, shown),
    )


def tools(document: Document, shown: Sheet) -> Markup:
    """Turning to another page, and the size of what is shown."""
    last = len(document.pages)
    turned = {-1: shown.page - 1, 1: shown.page + 1}
    off = {
        way: Markup("") if 1 <= to <= last else Markup(" disabled") for way, to in turned.items()
    }
    return Markup(
        '<footer class="tools" role="group" aria-label="{}"><div class="turning">'
        '<button type="button" data-turn="{}" data-way="-1" aria-label="{}"{}>‹</button>'
        '<label>{} <input type="number" min="1" max="{}" value="{}" data-turning></label>'
        '<span>{}</span><button type="button" data-turn="{}" data-way="1" aria-label="{}"{}>›'
        '</button></div><div class="zooming">'
        '<button type="button" data-zoom="-1" aria-label="{}">−</button>'
        '<output aria-label="{}">100%</output>'
        '<button type="button" data-zoom="1" aria-label="{}">+</button></div></footer>'
    ).format(
        texts.PAGE_TOOLS,
        turned[-1],
        texts.PREVIOUS_PAGE,
        off[-1],
        texts.PAGE,
        last,
        shown.page,
        texts.of(last),
        turned[1],
        texts.NEXT_PAGE,
        off[1],
        texts.SMALLER,
        texts.SIZE,
        texts.LARGER,
    )


def _marks(document: Document, place: Place, shown: Sheet) -> Markup:
    here = [mark for mark in shown.marks if mark.page == shown.page]
    page = document.pages[shown.page - 1]
    words = document.text[max(place.start, page.start) : min(place.end, page.end)]
    return Markup("").join(
        Markup(
            '<mark style="left:{:.3f}%;top:{:.3f}%;width:{:.3f}%;height:{:.3f}%"{}>{}</mark>'
        ).format(
            100 * (mark.left - _AROUND) * shown.image.scale / shown.image.width,
            100 * (mark.top - _AROUND) * shown.image.scale / shown.image.height,
            100 * (mark.right - mark.left + 2 * _AROUND) * shown.image.scale / shown.image.width,
            100 * (mark.bottom - mark.top + 2 * _AROUND) * shown.image.scale / shown.image.height,
            Markup(' aria-hidden="true"') if number else Markup(""),
            "" if number else Markup('<span class="unseen" dir="auto">{}</span>').format(words),
        )
        for number, mark in enumerate(here)
    )


def _remarks(place: Place, shown: Sheet) -> Markup:
    """What cannot be seen on the page: that the passage goes on, or where it stands."""
    if place.end <= place.start:
        return Markup("")
    if not shown.marks:
        return Markup('<p class="remark">{}</p>').format(texts.NOT_MARKED)
    others = sorted({mark.page for mark in shown.marks} - {shown.page})
    if not others:
        return Markup("")
    return Markup('<p class="remark">{}</p>').format(
        Markup(" ").join(
            Markup('<button type="button" data-turn="{}">{}</button>').format(
                page,
                texts.passage_on(
                    page, elsewhere=not any(m.page == shown.page for m in shown.marks)
                ),
            )
            for page in others
        )
    )
