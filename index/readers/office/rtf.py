"""Rich Text Format: paragraphs, headings, lists, tables and notes (RTF 1.9.1)."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from index.document import Document, LeftOut, normalised
from index.errors import DocumentError, EmptyDocument
from index.readers.blocks import BULLET, Block, row, set_text
from index.readers.metadata import Statement, compose, sensible_author, sensible_title
from index.readers.office.rtf_text import CODE_PAGES, WRITTEN, Token, page_of_charset, tokens

_DAMAGED = "The RTF file is damaged or cut off: open it in a word processor and save it again."
_HEADING = re.compile(r"(?:heading|überschrift|titre|título|titolo|kop) ([1-9])|title\b", re.I)
_SKIPPED = frozenset(
    """
    colortbl listtable listoverridetable pict objdata objclass atnid atnauthor fldinst
    themedata datastore xmlnstbl generator rsidtbl mmathPr nonshppict revtbl filetbl
    bkmkstart bkmkend xe tc private sp colorschememapping latentstyles panose falt template
    listpicture ftnsep ftnsepc aftnsep
    aftnsepc ftncn aftncn listname pgptbl userprops
    """.split()  # noqa: SIM905 (a list of words reads as words)
)
_READ_THOUGH_OPTIONAL = frozenset({"shpinst", "shptxt", "cs", "ud"})
_LEFT_OUT = {
    **{f"{edge}{side}": edge for edge in ("header", "footer") for side in ("", "l", "r", "f")},
    "annotation": "comment",
}
"""What stands beside the text, and why it is left out of it."""
_UNSHOWN = {"v": "hidden", "deleted": "deleted", "strike": "struck through"}
_INFO = frozenset({"title", "author", "creatim"})
_ENDS_PARAGRAPH = frozenset({"par", "sect", "page", "column"})


@dataclass(slots=True)
class _State:
    """What a group inherits from the one around it."""

    into: str = (
        "text"  # where the words go: 'text', 'label', 'style', 'font', 'skip', an info field
    )
    page: str = "cp1252"
    unshown: frozenset[str] = frozenset()  # why its words are left out


@dataclass(slots=True)
class _Paragraph:
    words: list[str] = field(default_factory=list)
    label: list[str] = field(default_factory=list)
    level: int = 0
    in_table: bool = False

    def text(self) -> str:
        lines = "".join(self.words).split("\n")
        return "\n".join(line for line in (" ".join(line.split()) for line in lines) if line)


def read_rtf(data: bytes, name: str) -> Document:
    r"""The text; running heads, comments, deleted, hidden and struck words are left out and told.

    Raises:
        EmptyDocument: the file holds no text.
        DocumentError: it is damaged or cut off.

    >>> read_rtf(rb"{\rtf1 The pier fell.\par Nobody was hurt.}", "storm.rtf").text.splitlines()
    ['The pier fell.', '', 'Nobody was hurt.']
    """
    reading = _Reading()
    try:
        for token in tokens(data):
            reading.take(token)
    except (ValueError, LookupError, OverflowError) as error:
        raise DocumentError(_DAMAGED) from error
    if not reading.whole:
        raise DocumentError(_DAMAGED)
    body = set_text(reading.blocks())
    if not body.text:
        raise EmptyDocument("The file holds no text.")
    return compose(
        body.text,
        media_type="application/rtf",
        name=name,
        beside=Statement(
            title=sensible_title(reading.stated("title")),
            author=sensible_author(reading.stated("author")),
        ),
        made=reading.made(),
        headings=body.headings,
        tables=body.tables,
        left_out=reading.left_out(),
    )


class _Reading:
    """Takes a file's tokens one after another and keeps the blocks that they make."""

    def __init__(self) -> None:
        self.whole = False
        self._state = _State()
        self._around: list[_State] = []
        self._paragraph = _Paragraph()
        self._holders: list[tuple[int, _Paragraph]] = []  # of notes: depth and what they interrupt
        self._notes: list[Block] = []
        self._blocks: list[Block] = []
        self._items: list[str] = []
        self._lines: list[str] = []
        self._cells: list[str] = []
        self._cell: list[str] = []
        self._header = self._next_header = False
        self._opened = self._optional = False
        self._pages: dict[int, str] = {}
        self._font = self._style = 0
        self._levels: dict[int, int] = {}
        self._style_name: list[str] = []
        self._info: dict[str, list[str]] = {}
        self._numbers: dict[str, int] = {}
        self._aside: list[tuple[str, list[str]]] = []  # what is left out, and why
        self._goes_on = False  # whether that was the last that was written

    def take(self, token: Token) -> None:
        match token.kind:
            case "open":
                self._around.append(replace(self._state))
                self._opened, self._optional = True, False
                return
            case "close":
                self._close()
            case "text":
                self._write(token.decoded(self._state.page))
            case "word":
                if token.word == "*":
                    self._optional = True
                    return
                self._word(token.word, token.number)
        self._opened = self._optional = False

    def blocks(self) -> Iterator[Block]:
        self._end_paragraph()
        self._end_table()
        self._end_list()
        yield from self._blocks
        yield from self._notes

    def left_out(self) -> list[LeftOut]:
        told = [(" ".join(normalised(_joined("".join(w))).split()), why) for why, w in self._aside]
        return list(dict.fromkeys(LeftOut(words, why) for words, why in told if words))

    def stated(self, kind: str) -> str:
        return normalised("".join(self._info.get(kind, ())))

    def made(self) -> str | None:
        year, month, day = (self._numbers.get(unit, 0) for unit in ("yr", "mo", "dy"))
        return f"{year:04}-{month:02}-{day:02}" if year > 1900 and month and day else None

    def _close(self) -> None:
        if not self._around:
            return
        if self._state.into == "style" and self._around[-1].into == "stylesheet":
            heading = _HEADING.match("".join(self._style_name).strip())
            if heading and self._style not in self._levels:
                self._levels[self._style] = int(heading[1] or 1)
        if self._holders and self._holders[-1][0] == len(self._around):
            note = self._paragraph.text()
            _, self._paragraph = self._holders.pop()
            self._notes.append(Block(note))
        self._state = self._around.pop()
        self.whole = not self._around

    def _write(self, text: str) -> None:
        into = self._state.into
        why = next(iter(sorted(self._state.unshown)), "") if into == "text" else _LEFT_OUT.get(into)
        if why:
            if not (self._goes_on and self._aside[-1][0] == why):
                self._aside.append((why, []))
            self._aside[-1][1].append(text)
            self._goes_on = True
            return
        self._goes_on = self._goes_on and into != "text"
        match into:
            case "text":
                self._paragraph.words.append(text)
            case "label":
                self._paragraph.label.append(text)
            case "style":
                self._style_name.append(text)
            case into if into in _INFO:
                self._info.setdefault(into, []).append(text)

    def _word(self, word: str, number: int | None) -> None:
        if self._opened and self._destination(word):
            return
        state = self._state
        if word == "ansicpg":
            state.page = CODE_PAGES.get(number or 0, "cp1252")
        elif word in ("mac", "pc", "pca"):
            state.page = {"mac": "mac_roman", "pc": "cp437", "pca": "cp850"}[word]
        elif word == "f" and number is not None:
            self._font = number
            state.page = self._pages.get(number, self._around[0].page if self._around else "cp1252")
        elif word == "fcharset" and state.into == "font":
            if page := page_of_charset(number or 0):
                self._pages[self._font] = page
        elif word in _UNSHOWN and number != 0:
            state.unshown |= {_UNSHOWN[word]}
        elif word in _UNSHOWN:
            state.unshown -= {_UNSHOWN[word]}
        elif word == "plain":
            state.unshown = frozenset()
        elif word == "par" and state.into in _LEFT_OUT:
            self._write(" ")
        elif word in WRITTEN:
            self._write(WRITTEN[word])
        elif state.into == "creatim" and number is not None:
            self._numbers[word] = number
        elif state.into in ("style", "stylesheet"):
            self._style_word(word, number)
        elif state.into == "text":
            self._structure(word, number)

    def _style_word(self, word: str, number: int | None) -> None:
        if word == "s" and number is not None:
            self._style = number
        elif word == "outlinelevel" and number is not None and number < 9:
            self._levels[self._style] = number + 1

    def _destination(self, word: str) -> bool:
        """Whether the word says where the words of its group go."""
        state = self._state
        if state.into == "skip":
            return False
        if word in ("fonttbl", "stylesheet", "info"):
            state.into = "font" if word == "fonttbl" else word
        elif state.into == "stylesheet":
            self._style, self._style_name = 0, []
            state.into = "style"
            return False
        elif state.into == "info":
            state.into = word if word in _INFO else "skip"
        elif word in ("listtext", "pntext"):
            state.into = "label"
        elif word == "footnote":
            self._holders.append((len(self._around), self._paragraph))
            self._paragraph = _Paragraph()
        elif word in _LEFT_OUT:
            state.into, self._goes_on = word, False
        elif word in _SKIPPED or (self._optional and word not in _READ_THOUGH_OPTIONAL):
            state.into = "skip"
        else:
            return False
        return True

    def _structure(self, word: str, number: int | None) -> None:
        paragraph = self._paragraph
        if word in _ENDS_PARAGRAPH:
            if self._holders:
                paragraph.words.append(" ")
            else:
                self._end_paragraph()
        elif word == "pard":
            paragraph.level, paragraph.in_table = 0, False
        elif word == "s" and number is not None:
            paragraph.level = self._levels.get(number, 0)
        elif word == "outlinelevel" and number is not None:
            paragraph.level = number + 1 if number < 9 else 0
        elif word == "intbl":
            paragraph.in_table = True
        elif word in ("cell", "nestcell", "nestrow"):
            self._cell.append(paragraph.text())
            self._paragraph = _Paragraph(in_table=True)
            if word == "cell":
                self._cells.append(" ".join(self._cell))
                self._cell = []
        elif word == "trowd":
            self._next_header = False
        elif word == "trhdr":
            self._next_header = True
        elif word == "row":
            self._end_row()

    def _end_row(self) -> None:
        self._end_list()
        line = row(normalised(cell) for cell in self._cells)
        self._cells = []
        if not self._lines:
            self._header = self._next_header
        if line:
            self._lines.append(line)

    def _end_paragraph(self) -> None:
        done = self._paragraph
        self._paragraph = _Paragraph(level=done.level, in_table=done.in_table)
        text = normalised(_joined(done.text()))
        if done.in_table:
            self._cell.append(text)
            return
        self._end_table()
        label = _label(normalised(_joined("".join(done.label))))
        if not text:
            return
        if label and not done.level:
            self._items.append(label + text.replace("\n", " "))
            return
        self._end_list()
        self._blocks.append(
            Block(label + " ".join(text.split()) if done.level else text, done.level)
        )

    def _end_table(self) -> None:
        if self._cells or self._cell:  # a row without an end
            self._cells.append(" ".join(self._cell))
            self._cell = []
            self._end_row()
        if self._lines:
            self._blocks.append(Block("\n".join(self._lines), header=self._header))
            self._lines = []

    def _end_list(self) -> None:
        if self._items:
            self._blocks.append(Block("\n".join(self._items)))
            self._items = []


def _joined(text: str) -> str:
    """The text with the halves of characters, which RTF writes one by one, put together."""
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def _label(written: str) -> str:
    """What stands before a list item; a symbol of any font is a bullet."""
    mark = written.strip()
    if not mark:
        return ""
    return f"{mark} " if any(map(str.isalnum, mark)) else BULLET
