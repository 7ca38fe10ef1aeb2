"""Sources → BibTeX, in entry types and fields that biblatex knows; bibtex takes what it knows."""

import re
from collections.abc import Iterator, Sequence

from assistant.reports.sources import Source

_TYPES = {"webpage": "online", "report": "report", "document": "misc"}
_ESCAPED = str.maketrans(
    {
        "\\": r"{\textbackslash}",
        # Even an escaped brace counts when BibTeX looks for the end of a field.
        "{": r"{\textbraceleft}",
        "}": r"{\textbraceright}",
        "~": r"{\textasciitilde}",
        "^": r"{\textasciicircum}",
        "`": r"{\textasciigrave}",
        "<": r"{\textless}",
        ">": r"{\textgreater}",
        "|": r"{\textbar}",
        **{sign: f"\\{sign}" for sign in "%&$#_"},
    }
)


_LIGATURE = re.compile(r"-(?=-)|'(?=')")
"""TeX would make a dash of two hyphens, and a quotation mark of two apostrophes."""


def bibtex(cited: Sequence[Source]) -> str:
    """The sources as entries of a `.bib` file."""
    return "\n".join(_entry(source) for source in cited)


def _entry(source: Source) -> str:
    fields = ",\n".join(f"  {name} = {{{value}}}" for name, value in _fields(source))
    return f"@{_TYPES[source.kind]}{{{source.key},\n{fields}\n}}\n"


def _fields(source: Source) -> Iterator[tuple[str, str]]:
    # A second pair of braces keeps BibTeX from lowering a title's capitals, and from looking for a
    # family name in an author.
    if source.author:
        yield "author", f"{{{_escaped(source.author)}}}"
    yield "title", f"{{{_escaped(source.title)}}}"
    if source.publisher:
        name = "institution" if source.kind == "report" else "organization"
        yield name, f"{{{_escaped(source.publisher)}}}"
    if source.published:
        yield "date", source.published
        yield "year", source.published[:4]
    if source.address:
        yield "url", source.address
    if source.accessed:
        yield "urldate", source.accessed
    if source.file:
        yield "note", _escaped(f"File: {source.file}")


def _escaped(text: str) -> str:
    return _LIGATURE.sub(r"\g<0>{}", text.translate(_ESCAPED))
