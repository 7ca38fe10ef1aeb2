"""BibTeX: each entry of a bibliography a part, its fields in lines of their own."""

import re
from collections.abc import Iterator

from index.document import Document, LeftOut, normalised, readable_stem
from index.errors import EmptyDocument
from index.readers.blocks import Block, set_parts
from index.readers.encoding import text_of
from index.readers.markup.tex_setting import braced, printed_words

_ABBREVIATED = frozenset({"doi", "url", "isbn", "issn", "eprint", "pmid"})
_ENTRY = re.compile(r"@\s*([a-zA-Z]{1,40})\s*([{(])")
_FIELD = re.compile(r"\s*+(?:,\s*+)?([\w:+./-]{1,80})\s*+=\s*+")
_KEY = re.compile(r"\s*([^\s,={}]{1,200})\s*,")
_WORD = re.compile(r"[\w.:+/-]{1,200}")
_QUOTED = re.compile(r'"((?:[^"{}]|\{(?:[^{}]|\{[^{}]*\})*\})*)"?')
_JOINED = re.compile(r"\s*#\s*")


def read_bibtex(data: bytes, name: str) -> Document:
    """The entries of a bibliography, each a part with its title, authors, year and other fields.

    Raises:
        UnsupportedFormat: the bytes are not text.
        EmptyDocument: it holds no entry.

    >>> read_bibtex(b"@book{hale, author={Ada Hale}, title={Tides}}", "tides.bib").parts[0].label
    'hale'
    """
    source = text_of(data)
    text = normalised(source)
    left_out: dict[LeftOut, None] = {}
    macros: dict[str, str] = {}
    entries: list[tuple[str, list[Block]]] = []
    at, cut = 0, False
    while match := _ENTRY.search(text, at):
        end = _closing(text, match.end() - 1)
        cut = end is None
        inside = text[match.end() : end]
        kind = match[1].lower()
        if between := " ".join(text[at : match.start()].strip(" \n\t%})").split()):
            left_out[LeftOut(between, "comment")] = None
        if kind in ("comment", "preamble"):
            left_out[LeftOut(" ".join(inside.split()), kind)] = None
        elif kind == "string":
            macros.update(_fields(inside, macros))
        elif key := _KEY.match(inside):
            fields = dict(_fields(inside[key.end() :], macros))
            entries.append((key[1], list(_entry(kind, key[1], fields))))
        if end is None:
            break
        at = end + 1
    body = set_parts(("entry", key, blocks) for key, blocks in entries)
    if not body.text:
        raise EmptyDocument("The bibliography holds no entries.")
    return Document(
        text=body.text,
        title=readable_stem(name),
        media_type="application/x-bibtex",
        headings=body.headings,
        parts=body.parts,
        left_out=tuple(left_out),
        warnings=("The file is cut off: its last entry may be incomplete.",) if cut else (),
    )


def _closing(text: str, at: int) -> int | None:
    """Where what opens at a place is closed, if it is."""
    opening, depth = text[at], 0
    for match in re.compile(r"\\.|[{}()]", re.DOTALL).finditer(text, at):
        if opening == "(" and depth == 1 and match[0] == ")":
            return match.start()
        if match[0] == "{" or (match[0] == "(" and match.start() == at):
            depth += 1
        elif match[0] == "}":
            depth -= 1
            if depth == 0:
                return match.start()
    return None


def _fields(source: str, macros: dict[str, str]) -> Iterator[tuple[str, str]]:
    at = 0
    while match := _FIELD.match(source, at):
        at = match.end()
        value = ""
        while True:
            if source[at : at + 1] == "{":
                piece = braced(source, at)
                at += len(piece) + 2
            elif quoted := _QUOTED.match(source, at):
                piece, at = quoted[1], quoted.end()
            elif word := _WORD.match(source, at):
                piece = macros.get(word[0].lower(), word[0])
                at = word.end()
            else:
                break
            value += piece
            joined = _JOINED.match(source, at)
            if joined is None:
                break
            at = joined.end()
        yield match[1].lower(), value


def _entry(kind: str, key: str, fields: dict[str, str]) -> Iterator[Block]:
    """An entry's title, and its fields, which were written for a program to print."""
    said = {name: printed_words(value) for name, value in fields.items()}
    yield Block(said.get("title") or key, level=2)
    first = [name for name in ("title", "author", "editor") if name in said]
    for name in dict.fromkeys([*first, *said]):
        if said[name]:
            yield Block(
                f"{name.upper() if name in _ABBREVIATED else name.capitalize()}: {said[name]}"
            )
    yield Block(f"Type: {kind}")
