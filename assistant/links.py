"""Addresses that lead from a footnote to the words it cites, and the citation's id read back.

A permalink opens the chat's own page. It holds the citation's id (`assistant.answer.citation_id`),
so whoever finds the link in a report, however edited, knows which words it is about. A text
fragment opens the source on the web at the quoted words (https://wicg.github.io/scroll-to-text-
fragment/).
"""

import re
from urllib.parse import parse_qs, urldefrag, urlsplit
from urllib.parse import quote as percent_encoded

from assistant.settings import Settings
from index.document import Span

CITATION_ID = re.compile(r"[0-9a-f]{16}:\d{1,12}-\d{1,12}", re.ASCII)
"""What `assistant.answer.citation_id` makes; no text has offsets of more digits."""

_WHOLE_WORDS = 12
"""A quote of at most so many words stands in a text fragment whole, else its ends do."""
_END_WORDS = 5
_BLOCK_ENDS = re.compile(r"\n| \| ")
"""A line ends a block of a page, ' | ' a cell of a table: text is found inside one block only."""
_UNSPECIFIED = {"0.0.0.0": "127.0.0.1", "::": "::1", "": "127.0.0.1"}  # noqa: S104
"""Addresses to listen on that no browser can visit → where the same machine answers."""


def base_address(settings: Settings) -> str:
    """Where the chat's page is, as the settings have it: 'http://127.0.0.1:7860'.

    >>> base_address(Settings(host="0.0.0.0", port=8080))
    'http://127.0.0.1:8080'
    """
    if settings.address is not None:
        return settings.address
    host = _UNSPECIFIED.get(settings.host, settings.host)
    return f"http://{f'[{host}]' if ':' in host else host}:{settings.port}"


def permalink(id: str, base: str) -> str:  # noqa: A002 (the field's name)
    """The address on the chat's page at `base` that shows the citation with this id.

    >>> permalink("0123456789abcdef:10-24", "http://127.0.0.1:7860")
    'http://127.0.0.1:7860/?cite=0123456789abcdef:10-24'
    """
    return f"{base.rstrip('/')}/?cite={percent_encoded(id, safe=':')}"


def cited_id(url: str) -> str | None:
    """The citation's id in a permalink, whatever its base; None for any other address.

    >>> cited_id("http://127.0.0.1:7860/?cite=0123456789abcdef:10-24")
    '0123456789abcdef:10-24'
    """
    try:
        found = parse_qs(urlsplit(url.strip()).query).get("cite", [])
    except ValueError:
        return None
    return found[0] if len(found) == 1 and CITATION_ID.fullmatch(found[0]) else None


def cited_span(id: str) -> tuple[str, Span]:  # noqa: A002
    """How the hash of the version begins that a citation's id names, and the span of its text.

    >>> cited_span("0123456789abcdef:10-24")
    ('0123456789abcdef', Span(start=10, end=24))
    """
    prefix, _, span = id.partition(":")
    start, end = map(int, span.split("-"))
    return prefix, Span(start, end)


def text_fragment(address: str, quote: str) -> str:
    """The web address with a fragment that lets a browser find and mark the quoted words.

    >>> text_fragment("https://example.org/log", "The dam held.")
    'https://example.org/log#:~:text=The%20dam%20held.'
    """
    blocks = [words for block in _BLOCK_ENDS.split(quote) if (words := block.split())]
    page, fragment = urldefrag(address)
    first, last = blocks[0], blocks[-1]
    if len(blocks) == 1 and len(first) <= _WHOLE_WORDS:
        text = _escaped(first)
    else:
        text = f"{_escaped(first[:_END_WORDS])},{_escaped(last[-_END_WORDS:])}"
    return f"{page}#{fragment.partition(':~:')[0]}:~:text={text}"


def _escaped(words: list[str]) -> str:
    # A bare hyphen would end a prefix; it is the one such character that encoding leaves alone.
    return percent_encoded(" ".join(words), safe="").replace("-", "%2D")
