"""Where a text quotes: the one place that knows quotation marks."""

import re

_QUOTATION = re.compile(
    r"“[^”]*”?"
    # A straight mark opens at the start of a word and closes elsewhere. Behind a figure it is an
    # inch mark where the next mark closes: in '"It is 5" wide," he said' the quotation goes on.
    r'|(?<![^\s(\[—–])"(?:[^"]|(?<=\d)"(?=[^"]*[^\s"(\[—–]"(?!\w)))*"?'
)


def blanked(text: str) -> str:
    """The text of the same length with what is quoted as dots; the marks stay."""
    return _QUOTATION.sub(_dotted, text)


def _dotted(quotation: re.Match[str]) -> str:
    words = quotation[0]
    closed = len(words) > 1 and words[-1] in '”"'
    return words[0] + "·" * (len(words) - 1 - closed) + words[-1] * closed
