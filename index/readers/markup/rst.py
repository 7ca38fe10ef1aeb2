"""reStructuredText: titles by their underlines, directives by what they show, tables by rows."""

import csv
import itertools
import re
from collections.abc import Iterator, Sequence

from index.dates import iso_date
from index.document import Document, LeftOut, normalised
from index.errors import DocumentError, EmptyDocument
from index.readers.blocks import BULLET, Block, row, set_text
from index.readers.encoding import text_of
from index.readers.metadata import Statement, compose

_DEEPEST = 40
_MARKS = r"""!-/:-@\[-`{-~"""
_RULE = re.compile(rf"([{_MARKS}])\1{{2,}}\s*")
_SHORT_RULE = re.compile(rf"([{_MARKS}])\1*\s*")
_EXPLICIT = re.compile(r"\.\.(?:\s+(?P<rest>.*))?")
_DIRECTIVE = re.compile(r"(?:\|(?P<of>[^|]{1,80})\|\s+)?(?P<name>[\w:.+-]{1,60})\s?::(?:\s+(.*))?")
_TARGET = re.compile(r"_(?:`[^`]{1,200}`|[^:]{1,200}):(?:\s.*)?|__(?:\s.*)?")
_FOOTNOTE = re.compile(r"\[([#*\w.-]{1,40})\]\s+(.*)")
_FIELD = re.compile(r":(?![:\s])([^:`]{1,60}):(?:\s+(.*)|)")
_ITEM = re.compile(r"([-*+•‣⁃]|\(?(?:\d{1,9}|[a-zA-Z#]|[ivxlcIVXLC]{1,8})[.)])(\s+)(?=\S)")
_GRID = re.compile(r"\+(?:[-=]+\+)+\s*")
_SIMPLE = re.compile(r"=+(?:\s+=+)+\s*")
_REPLACED = re.compile(r"^\.\. \|([^|\n]{1,80})\| replace:: (.*)$", re.MULTILINE)
_VERBATIM = frozenset(
    {"code", "code-block", "sourcecode", "highlight", "math", "parsed-literal", "prompt", "doctest"}
    | {"console", "literalinclude", "productionlist", "graphviz"}
)
_SILENT = frozenset(
    {"toctree", "contents", "index", "include", "raw", "meta", "role", "default-role", "tabs"}
    | {"sectnum", "section-numbering", "target-notes", "currentmodule", "module", "replace"}
    | {"unicode", "date", "class", "only", "automodule", "autoclass", "autofunction"}
)
_SPOKEN = frozenset(
    {"note", "warning", "tip", "hint", "important", "attention", "caution", "danger", "error"}
    | {"seealso", "todo", "deprecated", "versionadded", "versionchanged"}
)
_INLINE = re.compile(
    r"``(?P<literal>[^`]{1,2000}(?:`[^`]{1,500}){0,3})``"
    r"|(?::[\w:+.-]{1,60}:)?`(?P<words>[^`]{1,1000})`(?:__?|:[\w:+.-]{1,60}:)?"
    r"|\*\*(?P<strong>[^*\s](?:[^*]{0,1000}[^*\s])?)\*\*"
    r"|(?<![\w*])\*(?P<slanted>[^*\s](?:[^*]{0,1000}[^*\s])?)\*(?!\w)"
    r"|\|(?P<put>[^|\s](?:[^|\n]{0,80}[^|\s])?)\|_{0,2}"
    r"|\[(?P<note>[#*\w.-]{1,40})\]_(?!\w)"
    r"|(?<=\w)__?(?=[\s.,;:!?)\]]|\Z)"
    r"|\\(?P<escaped>.)",
    re.DOTALL,
)


def read_rst(data: bytes, name: str) -> Document:
    r"""The document in reStructuredText, without its marks, comments and what only programs read.

    Raises:
        UnsupportedFormat: the bytes are not text.
        EmptyDocument: there is nothing but marks and white space.
        DocumentError: what it holds is nested beyond measure.

    >>> read_rst(b"Tolls\n=====\n\n.. note:: A ton costs *a shilling*.", "tolls.rst").text
    'Tolls\n\nNote: A ton costs a shilling.'
    """
    source = text_of(data)
    text = normalised(source).expandtabs(8)
    parser = _Parser({match[1]: match[2] for match in _REPLACED.finditer(text)})
    body = set_text(parser.blocks(text.split("\n"), 0))
    if not body.text:
        raise EmptyDocument("The file holds no text besides its markup.")
    fields = parser.fields
    return compose(
        body.text,
        media_type="text/x-rst",
        name=name,
        beside=Statement(
            author=fields.get("author") or fields.get("authors"),
            date=iso_date(fields.get("date", "")),
        ),
        headings=body.headings,
        tables=body.tables,
        properties=[field for field in fields.items() if field[1]],
        left_out=list(dict.fromkeys(parser.left_out)),
    )


class _Parser:
    """Lines → blocks; what it leaves out and what the document states of itself stay with it."""

    def __init__(self, replaced: dict[str, str]) -> None:
        self.left_out: list[LeftOut] = []
        self.fields: dict[str, str] = {}
        self._replaced = replaced
        self._styles: list[str] = []
        self._told = False  # whether a paragraph was met, after which no field is about the text

    def blocks(self, lines: Sequence[str], depth: int) -> Iterator[Block]:
        if depth > _DEEPEST:
            raise DocumentError("The file nests its lists or quotations too deeply to be read.")
        at = 0
        while at < len(lines):
            line = lines[at]
            if not line.strip():
                at += 1
            elif line[0] == " ":
                end = _indented(lines, at)
                yield from self.blocks(_dedented(lines[at:end]), depth + 1)
                at = end
            elif match := _EXPLICIT.fullmatch(line):
                end = _indented(lines, at + 1)
                yield from self._explicit(match["rest"] or "", lines[at + 1 : end], depth)
                at = end
            elif title := self._title(lines, at, depth):
                yield title[0]
                at += title[1]
            elif _GRID.fullmatch(line) or _SIMPLE.fullmatch(line):
                end = _until_blank(lines, at)
                rows, header = (_grid if line[0] == "+" else _simple)(lines[at:end])
                yield self._table(rows, header=header)
                at = end
            elif _RULE.fullmatch(line):
                at += 1
            elif _FIELD.fullmatch(line):
                at, fields = self._fields(lines, at)
                yield Block("\n".join(f"{name}: {said}" for name, said in fields if said))
            elif _ITEM.match(line):
                at, items = self._items(lines, at, depth)
                yield Block("\n".join(items))
            elif line.startswith("__ "):  # where an anonymous link leads
                at += 1
            else:
                at, found = self._paragraph(lines, at, depth)
                yield from found

    def _title(self, lines: Sequence[str], at: int, depth: int) -> tuple[Block, int] | None:
        """A section's title with the number of its lines."""
        here = [*lines[at : at + 3], "", ""][:3]
        over = _RULE.fullmatch(here[0])
        if over and here[1].strip() and here[2].rstrip() == here[0].rstrip():
            words, style, taken = here[1], here[0][0] * 2, 3
        elif _SHORT_RULE.fullmatch(here[1]) and len(here[1].rstrip()) >= min(
            len(here[0].rstrip()), 4
        ):
            words, style, taken = here[0], here[1][0], 2
        else:
            return None
        if depth or (over and taken == 2) or _SHORT_RULE.fullmatch(words.strip()):
            return None
        if style not in self._styles:
            self._styles.append(style)
        level = min(self._styles.index(style) + 1, 6)
        return Block(self._inline(words.strip()), level=level), taken

    def _explicit(self, rest: str, below: Sequence[str], depth: int) -> Iterator[Block]:
        """What follows two dots: a directive, a footnote, a link's target, or a comment."""
        if match := _DIRECTIVE.fullmatch(rest):
            yield from self._directive(match["name"].lower(), match[3] or "", below, depth)
        elif match := _FOOTNOTE.fullmatch(rest):
            found = list(self.blocks([match[2], *_dedented(below)], depth + 1))
            yield from _prefixed(f"[{match[1]}] ", found)
        elif not _TARGET.fullmatch(rest) and (words := " ".join([rest, *below]).split()):
            self.left_out.append(LeftOut(" ".join(words), "comment"))

    def _directive(
        self, name: str, argument: str, below: Sequence[str], depth: int
    ) -> Iterator[Block]:
        options, content = _options(below)
        if name in _SILENT:
            if words := " ".join([argument, *content]).split():
                self.left_out.append(LeftOut(" ".join(words), name))
        elif name in _VERBATIM:
            shown = [argument] if name in ("math", "literalinclude", "parsed-literal") else []
            yield Block("\n".join([*filter(None, shown), *content]).strip("\n"), code=True)
        elif name in ("image", "figure"):
            yield Block(self._inline(options.get("alt", "")))
            yield from self.blocks(content, depth + 1)
        elif name in ("list-table", "csv-table", "table"):
            yield Block(self._inline(argument))
            if name == "table":
                yield from self.blocks(content, depth + 1)
                return
            rows = _listed(content) if name == "list-table" else _separated(content)
            header = "header" in options or options.get("header-rows", "0") != "0"
            if "header" in options:
                rows = [*_separated([options["header"]]), *rows]
            yield self._table(rows, header=header)
        else:
            spoken = name in _SPOKEN
            title = self._inline(argument) if name == "admonition" else name.capitalize()
            first = [] if name == "admonition" else [argument]
            inside = (
                [*first, *content] if spoken and content[:1] != [""] else [*first, "", *content]
            )
            prefix = f"{title}: " if spoken or name == "admonition" else ""
            yield from _prefixed(prefix, list(self.blocks(inside, depth + 1)))

    def _fields(self, lines: Sequence[str], at: int) -> tuple[int, list[tuple[str, str]]]:
        found: list[tuple[str, str]] = []
        while at < len(lines) and (match := _FIELD.fullmatch(lines[at])):
            end = _indented(lines, at + 1)
            said = self._inline(" ".join(" ".join([match[2] or "", *lines[at + 1 : end]]).split()))
            found.append((self._inline(match[1]), said))
            at = end
        if not self._told:
            self.fields.update((name.lower(), said) for name, said in found)
        return at, found

    def _items(self, lines: Sequence[str], at: int, depth: int) -> tuple[int, list[str]]:
        """A list's lines: a bullet or number before each item, what is inside it indented."""
        self._told = True
        found: list[str] = []
        while at < len(lines) and (match := _ITEM.match(lines[at])):
            end = _indented(lines, at + 1)
            inside = [lines[at][match.end() :], *_dedented(lines[at + 1 : end])]
            said = [
                line for block in self.blocks(inside, depth + 1) for line in block.text.split("\n")
            ]
            mark = f"{match[1]} " if match[1][-1] in ".)" else BULLET
            found += [mark + line if n == 0 else "  " + line for n, line in enumerate(said)]
            at = end
        return at, found

    def _paragraph(self, lines: Sequence[str], at: int, depth: int) -> tuple[int, list[Block]]:
        self._told = True
        below = at + 1
        if below < len(lines) and lines[below].strip() and lines[below][0] == " ":
            # A term, and what it means.
            end = _indented(lines, below)
            meaning = list(self.blocks(_dedented(lines[below:end]), depth + 1))
            return end, _prefixed(f"{self._inline(lines[at].strip())}: ", meaning)
        end = _until_blank(lines, at)
        if lines[at].startswith(">>>"):
            return end, [Block("\n".join(lines[at:end]))]
        if lines[at].startswith("| "):
            said = [self._inline(line.removeprefix("|").strip()) for line in lines[at:end]]
            return end, [Block("\n".join(said))]
        words = " ".join(" ".join(lines[at:end]).split())
        if not words.endswith("::"):
            return end, [Block(self._inline(words))]
        said_before = words[:-2].rstrip() + (":" if words[:-2].strip() else "")
        if words.endswith(" ::"):
            said_before = words[:-2].rstrip()
        behind = _indented(lines, end)
        shown = "\n".join(_dedented(lines[end:behind])).strip("\n")
        return behind, [Block(self._inline(said_before)), Block(shown, code=True)]

    def _table(self, rows: Sequence[Sequence[str]], *, header: bool) -> Block:
        self._told = True
        lines = (row(map(self._inline, cells)) for cells in rows)
        return Block("\n".join(filter(None, lines)), header=header)

    def _inline(self, text: str) -> str:
        return _INLINE.sub(self._plain, text)

    def _plain(self, match: re.Match[str]) -> str:
        found = match.groupdict()
        if found["words"] is not None:
            words = re.sub(r"\s*<[^<>]{1,900}>$", "", found["words"]) or found["words"].strip("<>")
            return words.rpartition(".")[2] if words.startswith("~") else words.removeprefix("!")
        if found["put"] is not None:
            return self._replaced.get(found["put"], found["put"])
        if found["note"] is not None:
            return f"[{found['note']}]"
        if found["escaped"] is not None:
            return found["escaped"].strip()
        return found["literal"] or found["strong"] or found["slanted"] or ""


def _prefixed(prefix: str, found: list[Block]) -> list[Block]:
    """The blocks, the first of them after some words."""
    if not prefix or not found:
        return found
    return [Block(prefix + found[0].text, found[0].level), *found[1:]]


def _indented(lines: Sequence[str], at: int) -> int:
    """Behind the blank and indented lines from a place on."""
    while at < len(lines) and lines[at][:1] in ("", " "):
        at += 1
    return at


def _until_blank(lines: Sequence[str], at: int) -> int:
    while at < len(lines) and lines[at].strip():
        at += 1
    return at


def _dedented(lines: Sequence[str]) -> list[str]:
    depth = min((len(line) - len(line.lstrip()) for line in lines if line.strip()), default=0)
    return [line[depth:] if line.strip() else "" for line in lines]


def _options(below: Sequence[str]) -> tuple[dict[str, str], list[str]]:
    """A directive's options, and its content."""
    lines = _dedented(below)
    options: dict[str, str] = {}
    at = 0
    while at < len(lines) and (match := _FIELD.fullmatch(lines[at])):
        options[match[1].lower()] = match[2] or ""
        at += 1
    return options, lines[at:]


def _grid(lines: Sequence[str]) -> tuple[list[list[str]], bool]:
    """The rows of a grid table, and whether the first names its columns."""
    borders = [at for at, sign in enumerate(lines[0]) if sign == "+"]
    rows: list[list[str]] = []
    header, group = False, list[str]()
    for line in lines[1:]:
        if not line.startswith("+") and not re.search(r"\+[-=]{2,}\+", line):
            group.append(line.ljust(borders[-1] + 1))
            continue
        header = header or ("=" in line and len(rows) == 0)
        # Where a cell reaches over several columns, no line of the row has a border.
        kept = [at for at in borders if all(each[at] == "|" for each in group)]
        cells = [
            " ".join(each[first + 1 : last].strip() for each in group)
            for first, last in itertools.pairwise(kept)
        ]
        if group:
            rows.append(cells)
        group = []
    return rows, header


def _simple(lines: Sequence[str]) -> tuple[list[list[str]], bool]:
    starts = [match.start() for match in re.finditer(r"=+", lines[0])]
    rules = [at for at, line in enumerate(lines) if _SIMPLE.fullmatch(line)]
    rows: list[list[str]] = []
    for line in lines:
        if _SIMPLE.fullmatch(line) or re.fullmatch(r"-[- ]*", line):
            continue
        ends = [*starts[1:], None]
        cells = [line[a:b].strip() for a, b in zip(starts, ends, strict=True)]
        if rows and not cells[0]:  # the row goes on
            rows[-1] = [
                f"{above} {cell}".strip() for above, cell in zip(rows[-1], cells, strict=True)
            ]
        else:
            rows.append(cells)
    return rows, len(rules) > 2


def _listed(lines: Sequence[str]) -> list[list[str]]:
    """The rows of a table that is written as a list of lists."""
    rows: list[list[str]] = []
    for line in lines:
        words = line.strip()
        if re.match(r"[*+-]\s+[*+-](?:\s|$)", line):
            rows.append([words[1:].lstrip()[1:].strip()])
        elif rows and re.match(r"\s+[*+-](?:\s|$)", line):
            rows[-1].append(words[1:].strip())
        elif rows:
            rows[-1][-1] = f"{rows[-1][-1]} {words}".strip()
    return rows


def _separated(lines: Sequence[str]) -> list[list[str]]:
    try:
        return [cells for cells in csv.reader(lines, skipinitialspace=True) if any(cells)]
    except csv.Error:
        return [[line] for line in lines]
