"""The tokens of RTF and the code pages of its bytes."""

import codecs
import re
from collections.abc import Iterator
from typing import Literal, NamedTuple

_TOKEN = re.compile(
    rb"\\(?P<word>[A-Za-z]{1,32})(?P<number>-?\d{1,10})?[ ]?|\\'(?P<byte>[0-9A-Fa-f]{2})"
    rb"|\\(?P<sign>[^A-Za-z])|(?P<open>\{)|(?P<close>\})|(?P<line>[\r\n]+)"
    rb"|(?P<plain>[^\\{}\r\n]+)|\\",
    re.DOTALL,
)
_PAGES = (437, 850, 852, 855, 857, 858, 860, 861, 862, 863, 864, 865, 866, 874, 932, 936, 949, 950)
CODE_PAGES = {
    **{number: f"cp{number}" for number in (*_PAGES, *range(1250, 1259))},
    10000: "mac_roman",
    65001: "utf-8",
}
"""Windows' number of a code page → Python's name."""
_CHARSETS = {
    0: 1252, 77: 10000, 128: 932, 129: 949, 134: 936, 136: 950, 161: 1253, 162: 1254, 163: 1258,
    177: 1255, 178: 1256, 186: 1257, 204: 1251, 222: 874, 238: 1250, 255: 850,
}  # fmt: skip
WRITTEN = {
    "tab": " ",
    "line": "\n",
    "softline": "\n",
    "lquote": "‘",
    "rquote": "’",
    "ldblquote": "“",
    "rdblquote": "”",
    "bullet": "•",
    "endash": "–",
    "emdash": "—",
    "enspace": " ",
    "emspace": " ",
    "qmspace": " ",
    "~": "\u00a0",
    "_": "-",
}
"""Control words and signs that stand for characters."""


class Token(NamedTuple):
    """A brace, a control word with its number, or bytes or characters of text.

    >>> Token("text", data=b"Caf" + bytes([233])).decoded("cp1252")
    'Café'
    """

    kind: Literal["open", "close", "word", "text"]
    word: str = ""
    number: int | None = None
    data: bytes = b""

    def decoded(self, page: str) -> str:
        """The characters of a text token, its bytes read in the code page `page`."""
        return self.word or self.data.decode(page, "replace")


def page_of_charset(number: int) -> str | None:
    """The code page of a font's character set; None where it has none of its own.

    >>> page_of_charset(204)
    'cp1251'
    """
    page = CODE_PAGES.get(_CHARSETS.get(number, 0))
    return page if page and codecs.lookup(page) else None


def tokens(data: bytes) -> Iterator[Token]:
    r"""The tokens in their order; what stands in for a character given by `\u` is left out.

    >>> [token.kind for token in tokens(b"{The pier fell.}")]
    ['open', 'text', 'close']
    """
    position = 0
    pending = bytearray()
    fallback = [1]  # by depth: characters that stand in for one given as Unicode
    skip = 0
    while (match := _TOKEN.match(data, position)) is not None:
        position = match.end()
        kind = match.lastgroup
        word = (match["word"] or b"").decode("ascii")
        if kind in ("byte", "plain"):
            raw = bytes.fromhex(match["byte"].decode()) if kind == "byte" else match["plain"]
            skipped = min(skip, len(raw))
            skip -= skipped
            pending += raw[skipped:]
            continue
        if kind == "line" or (kind is None and not word):
            continue
        if pending:
            yield Token("text", data=bytes(pending))
            pending.clear()
        if kind == "open":
            fallback.append(fallback[-1])
            skip = 0
            yield Token("open")
        elif kind == "close":
            if len(fallback) > 1:
                fallback.pop()
            skip = 0
            yield Token("close")
        elif kind == "sign":
            sign = match["sign"].decode("latin-1")
            if skip:
                skip -= 1
            elif sign in "\\{}":
                yield Token("text", sign)
            else:
                yield Token("word", "par" if sign in "\r\n" else sign)
        else:
            number = int(match["number"]) if match["number"] else None
            if word == "u" and number is not None:
                yield Token("text", chr(number % 65_536))
                skip = fallback[-1]
            elif word == "uc":
                fallback[-1] = max(0, number if number is not None else 1)
            elif word == "bin":
                position += max(0, number or 0)
            elif skip:
                skip -= 1
            else:
                yield Token("word", word, number)
    if pending:
        yield Token("text", data=bytes(pending))
