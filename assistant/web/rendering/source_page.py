"""A printed page → HTML: its picture, with the cited words marked where they stand."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise
from operator import itemgetter
from urllib.parse import quote

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import FileResponse, Response
from markupsafe import Markup
from starlette.concurrency import run_in_threadpool

from assistant.templating import Macros
from assistant.web import texts
from assistant.web.rendering.places import Place
from assistant.web.session import Stores
from index.document import Document
from index.errors import FootnoteError
from index.layout import SOFT_HYPHEN, Rectangle, turned_lines
from index.pages.images import PageImage

WIDTH = 1_200
"""Pixels of a page's picture where the script has not told how many there are for it."""

_HTML = Macros("assistant.web", "source.html", texts=texts)
_AROUND = 1.0  # points by which a mark is larger than the words


@dataclass(frozen=True, slots=True)
class SourcePage:
    """A page with its picture, its lines, and where the passage is printed on this page and others.

    >>> report = next(one for one in demo.documents() if one.pages)
    >>> shown = SourcePage(2, demo.page_image(report.id, 2), marks=())
    >>> shown.image.data[:2].hex(), shown.image.width
    ('ffd8', 1200)
    """

    page: int
    image: PageImage
    marks: tuple[Rectangle, ...]
    lines: Sequence[tuple[str, Rectangle]] = ()


def page_routes(stores: Stores) -> APIRouter:
    """A page's picture, and the file of a document.

    >>> [route.path for route in page_routes(Stores(demo, demo=False)).routes]
    ['/page/{document}/{version}/{number}.jpg', '/original/{document}/{version}']
    """
    router = APIRouter()

    @router.get("/page/{document}/{version}/{number}.jpg")
    async def page(
        document: str, version: str, number: int, request: Request, width: int = WIDTH
    ) -> Response:
        assistant = stores.of(request)
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

    @router.get("/original/{document}/{version}")
    async def original(document: str, version: str, request: Request) -> FileResponse:
        assistant = stores.of(request)
        try:
            path = await run_in_threadpool(assistant.original, document, version)
        except FootnoteError as error:
            raise HTTPException(404, str(error)) from error
        # Nothing but a PDF is opened by the browser: what it is may be anybody's HTML.
        shown = path.suffix.lower() == ".pdf"
        headers = {
            "Content-Disposition": f"{'inline' if shown else 'attachment'}; "
            f"filename*=UTF-8''{quote(path.name)}",
            "Cross-Origin-Resource-Policy": "same-origin",
        }
        kind = "application/pdf" if shown else "application/octet-stream"
        return FileResponse(path, media_type=kind, headers=headers)

    return router


def original_address(place: Place, *, own: bool) -> str:
    """Where the file that a document was read from is.

    >>> original_address(Place("log", "5d193048"), own=False)
    'original/log/5d193048'
    """
    return f"original/{place.document}/{place.version}" + ("?documents=own" if own else "")


def address(place: Place, page: int, width: int, *, own: bool) -> str:
    """Where the picture of a page is.

    >>> address(Place("log", "5d193048"), page=2, width=600, own=False)
    'page/log/5d193048/2.jpg?width=600'
    """
    query = f"?width={width}" + ("&documents=own" if own else "")
    return f"page/{place.document}/{place.version}/{page}.jpg{query}"


def sheet(document: Document, place: Place, shown: SourcePage, own: bool) -> Markup:
    """The page with its marks; the first of them holds the cited words, to be read out.

    >>> passage = demo.search("When did the sirens sound?", k=1)[0]
    >>> shown = SourcePage(2, PageImage(b"", 600, 850, 1.0), tuple(demo.rectangles(passage)))
    >>> report = demo.document(passage.document_id)
    >>> "The sirens sounded at 21:58" in sheet(report, Place.of(passage), shown, own=False)
    True
    """
    page = document.pages[shown.page - 1]
    words = document.text[max(place.start, page.start) : min(place.end, page.end)]
    here = [mark for mark in shown.marks if mark.page == shown.page]
    others = sorted({mark.page for mark in shown.marks} - {shown.page})
    cited = place.end > place.start
    return _HTML.sheet(
        texts.page_of(shown.page, len(document.pages), page.label),
        address(place, shown.page, shown.image.width, own=own),
        shown.image,
        [_style(mark, shown.image) for mark in here],
        words,
        cited and not shown.marks,
        _text_layer(shown),
        [
            (other, texts.passage_on(other, document.pages[other - 1].label, elsewhere=not here))
            for other in others
            if cited
        ],
    )


def tools(document: Document, shown: SourcePage) -> Markup:
    """Turning to another page, and the size of what is shown.

    >>> report = next(demo.document(one.id) for one in demo.documents() if one.pages)
    >>> tools(report, SourcePage(2, PageImage(b"", 600, 850, 1.0), marks=())).striptags()
    '‹Page of 3› −100%+'
    """
    return _HTML.tools(shown.page, len(document.pages))


def _text_layer(shown: SourcePage) -> list[tuple[str, list[dict[str, object]]]]:
    """The words over the picture, in its pixels: each stretch of lines with how it is turned.

    A stretch is one element of text, so that words are found across the ends of its lines.
    """
    turned = turned_lines(shown.lines)
    angle = _angle(
        [place for (_, place), stands in zip(shown.lines, turned, strict=True) if stands]
    )
    stretches = groupby(zip(shown.lines, turned, strict=True), key=itemgetter(1))
    return [
        (
            f"rotate({angle})" if stands else "",
            [
                _line(words, place, shown.image.scale, angle if stands else 0)
                for (words, place), _ in run
            ],
        )
        for stands, run in stretches
    ]


def _angle(places: Sequence[Rectangle]) -> int:
    """The degrees by which turned words are turned: down the page where most go on so."""
    following = [
        after.top - before.top
        for before, after in pairwise(places)
        if min(before.right, after.right) > max(before.left, after.left)
    ]
    return 90 if sum(step > 0 for step in following) > len(following) / 2 else -90


def _line(words: str, at: Rectangle, scale: float, angle: int) -> dict[str, object]:
    """A line of the layer, as it stands once all of its stretch is turned by the angle."""
    _, left, top, right, bottom = at
    if angle == -90:
        left, top, right, bottom = -bottom, left, -top, right
    elif angle:
        left, top, right, bottom = top, -right, bottom, -left
    high = (bottom - top) * scale
    broken = words.endswith(SOFT_HYPHEN)
    return {
        "words": words.removesuffix(SOFT_HYPHEN),
        "after": "" if broken else " ",
        "x": f"{left * scale:.1f}",
        "y": f"{bottom * scale - 0.2 * high:.1f}",
        "size": f"{high:.1f}",
        "length": f"{max(right - left, 0.1) * scale:.1f}",
    }


def _style(mark: Rectangle, image: PageImage) -> str:
    """Where a mark stands on the picture of its page."""
    across, down = 100 * image.scale / image.width, 100 * image.scale / image.height
    return (
        f"left:{(mark.left - _AROUND) * across:.3f}%;"
        f"top:{(mark.top - _AROUND) * down:.3f}%;"
        f"width:{(mark.right - mark.left + 2 * _AROUND) * across:.3f}%;"
        f"height:{(mark.bottom - mark.top + 2 * _AROUND) * down:.3f}%"
    )
