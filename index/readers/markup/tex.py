"""LaTeX as it would be printed: sections, lists, tables, formulas in signs that can be read."""

import re
from collections.abc import Callable, Iterator

from index.dates import iso_date
from index.document import Document, LeftOut, normalised
from index.errors import EmptyDocument
from index.readers.blocks import Block, set_text
from index.readers.encoding import text_of
from index.readers.markup.tex_references import with_numbers
from index.readers.markup.tex_setting import braced, printed_words, set_latex
from index.readers.metadata import Statement, compose

_COMMENT = re.compile(r"(?<!\\)((?:\\\\)*)%([^\n]*)(?:\n[ \t]*(?=\S))?")
_BEGIN = re.compile(r"\\begin\s*\{([\w*]{1,40})\}")
_OPTIONS = re.compile(r"\s*\[[^\[\]]{0,500}\]")
_VERBATIM = ("verbatim", "verbatim*", "Verbatim", "lstlisting", "minted", "comment")
_DEFINED = (
    r"\\(?:(?:re)?newcommand|providecommand|def)\*?[ \t]*\{?\\([a-zA-Z]{1,40})\}?[ \t]*(?=\{)"
)
_USED = re.compile(rf"(?P<defined>{_DEFINED})|\\(?P<name>[a-zA-Z]{{1,40}})(?P<end>\{{\}}| )?")
_LONGEST_SHORTHAND = 80
_OPENING, _CLOSING = "\\begin{document}", "\\end{document}"


def read_latex(data: bytes, name: str) -> Document:
    r"""The document in LaTeX source, without commands, preamble and comments.

    Raises:
        UnsupportedFormat: the bytes are not text.
        EmptyDocument: there is nothing but commands and white space.

    >>> read_latex(rb"\section{Tolls} A ton costs \emph{a shilling}.", "tolls.tex").text
    'Tolls\n\nA ton costs a shilling.'
    """
    source = text_of(data)
    latex = _Latex(normalised(source).replace("\v", " "))
    body = set_text(latex.blocks())
    if not body.text:
        raise EmptyDocument("The file holds no text besides its markup.")
    files = ", ".join(dict.fromkeys(latex.files))
    included = f"It includes other files, which are not read with it: {files}."
    return compose(
        body.text,
        media_type="application/x-tex",
        name=name,
        beside=Statement(
            title=latex.stated["title"] or None,
            author=latex.stated["author"] or None,
            date=iso_date(latex.stated["date"]),
        ),
        headings=body.headings,
        tables=body.tables,
        left_out=list(dict.fromkeys(latex.left_out)),
        warnings=[included] if files else [],
    )


class _Latex:
    """LaTeX source → blocks; what is left out and what it states of itself stay with it."""

    def __init__(self, source: str) -> None:
        self.left_out: list[LeftOut] = []
        self.files: list[str] = []
        pieces = list(self._taken_apart(source))
        short = _shorthands("".join(piece for piece, verbatim in pieces if not verbatim))
        plain = [short(piece) for piece, verbatim in pieces if not verbatim]
        self._chapters = any("\\chapter" in piece for piece in plain)
        numbered = iter(with_numbers(plain, chapters=self._chapters))
        self._pieces = [
            (piece if verbatim else next(numbered), verbatim) for piece, verbatim in pieces
        ]
        self._plain = "".join(piece for piece, verbatim in self._pieces if not verbatim)
        self.stated = {key: self._argument(key) for key in ("title", "author", "date")}

    def blocks(self) -> Iterator[Block]:
        """The blocks of the whole document, its title first."""
        if self.stated["title"]:
            yield Block(self.stated["title"], level=1)
            yield Block("\n".join(filter(None, (self.stated["author"], self.stated["date"]))))
        inside = _OPENING not in self._plain
        for piece, verbatim in self._pieces:
            if verbatim:
                yield Block(piece.strip("\n"), code=True)
                continue
            before, begins, rest = ("", "", piece) if inside else piece.partition(_OPENING)
            inside = inside or bool(begins)
            text, _, after = rest.partition(_CLOSING)
            for words, why in ((before, "preamble"), (after, "after the end")):
                if words.strip():
                    self.left_out.append(LeftOut(words.strip(), why))
            yield from set_latex(text, self.left_out, self.files, chapters=self._chapters)

    def _argument(self, command: str) -> str:
        """The words in the braces of the first command of this name; '' where there is none."""
        at = re.search(rf"\\{command}\s*(?:\[[^\[\]]{{0,300}}\])?\s*(?=\{{)", self._plain)
        if at is None:
            return ""
        return printed_words(braced(self._plain, at.end()).replace("\\\\", " "))

    def _taken_apart(self, source: str) -> Iterator[tuple[str, bool]]:
        """The source without comments, piece by piece, and whether each is verbatim."""
        at = 0
        last = {name: source.rfind(f"\\end{{{name}}}") for name in _VERBATIM}
        for match in _BEGIN.finditer(source):
            name = match[1]
            if match.start() < at or last.get(name, -1) < match.end():
                continue
            line = source[max(source.rfind("\n", 0, match.start()) + 1, at) : match.start()]
            if re.search(r"(?<!\\)%", line):  # it stands in a comment
                continue
            end = source.index(f"\\end{{{name}}}", match.end())
            yield self._uncommented(source[at : match.start()]), False
            inside = source[match.end() : end]
            if options := _OPTIONS.match(inside):
                inside = inside[options.end() :]
            if name == "comment":
                self.left_out.append(LeftOut(" ".join(inside.split()), "comment"))
            else:
                yield inside, True
            at = end + len(f"\\end{{{name}}}")
        yield self._uncommented(source[at:]), False

    def _uncommented(self, source: str) -> str:
        def comment(match: re.Match[str]) -> str:
            if words := match[2].strip(" %"):
                self.left_out.append(LeftOut(words, "comment"))
            return match[1]

        return _COMMENT.sub(comment, source)


def _shorthands(source: str) -> Callable[[str], str]:
    """Writes in full what the source itself defines as a shorter way to write it."""
    full: dict[str, str] = {}
    for match in re.finditer(_DEFINED, source):
        written = braced(source[match.end() : match.end() + _LONGEST_SHORTHAND], 0)
        if len(written) < _LONGEST_SHORTHAND - 2:
            full[match[1]] = written

    def in_full(used: re.Match[str]) -> str:
        if used["defined"] or used["name"] not in full:
            return used[0]
        written = full[used["name"]]
        # Like every command these take the space behind them, but where that is prevented.
        return f"{written} " if used["end"] == " " and "\\xspace" in written else written

    return lambda text: _USED.sub(in_full, text)
