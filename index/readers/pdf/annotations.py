"""What was filled into a PDF's forms and written beside its text: fields and comments, as lines.

pdfium draws them over the page and keeps them out of its text. A field is told by its label: the
one that its form gives it, else the words printed beside it.
"""

import ctypes
import re
from bisect import bisect_left
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, NamedTuple

import numpy as np
import pypdfium2 as pdfium  # type: ignore[import-untyped]
from numpy.typing import NDArray
from pypdfium2 import raw

from index.document import LeftOut, normalised
from index.readers.pdf.lines import Line

_HIDDEN = raw.FPDF_ANNOT_FLAG_HIDDEN | raw.FPDF_ANNOT_FLAG_NOVIEW
_COMMENTS = frozenset(
    {
        raw.FPDF_ANNOT_TEXT,
        raw.FPDF_ANNOT_FREETEXT,
        raw.FPDF_ANNOT_HIGHLIGHT,
        raw.FPDF_ANNOT_UNDERLINE,
        raw.FPDF_ANNOT_SQUIGGLY,
        raw.FPDF_ANNOT_STRIKEOUT,
        raw.FPDF_ANNOT_CARET,
        raw.FPDF_ANNOT_STAMP,
        raw.FPDF_ANNOT_INK,
        raw.FPDF_ANNOT_LINE,
        raw.FPDF_ANNOT_SQUARE,
        raw.FPDF_ANNOT_CIRCLE,
        raw.FPDF_ANNOT_POLYGON,
        raw.FPDF_ANNOT_POLYLINE,
        raw.FPDF_ANNOT_FILEATTACHMENT,
    }
)
_TYPED = frozenset({raw.FPDF_FORMFIELD_TEXTFIELD})
_CHOSEN = frozenset({raw.FPDF_FORMFIELD_COMBOBOX, raw.FPDF_FORMFIELD_LISTBOX})
_TICKED = frozenset({raw.FPDF_FORMFIELD_CHECKBOX, raw.FPDF_FORMFIELD_RADIOBUTTON})
_FARTHEST = 150.0  # points between a label and its field
_ABOVE = 16.0  # points between a field and the label above it
_WORD_GAP = 1.0  # of the type size: a wider gap parts a label from other words
_MARGIN = 2.0
_ENDS = " :.…_*"
_SIZE = 10.0
_MOST_LABELLED = 1_000  # fields of a page whose labels are looked for in print


class Written(NamedTuple):
    """A page's fields and comments as lines, and those that a reader of the page does not see.

    >>> Written([], []).lines
    []
    """

    lines: list[Line]
    hidden: list[LeftOut]


class _Word(NamedTuple):
    """A printed word and its box as shown: left, bottom, right, top."""

    text: str
    left: float
    bottom: float
    right: float
    top: float


class _Words:
    """The words of a page from top to bottom, so that those of one height are found at once."""

    def __init__(self, lines: Sequence[Line]) -> None:
        self._words = sorted(
            (
                _Word(line.text[int(start) : int(end)], left, bottom, right, top)
                for line in lines
                for start, end, left, bottom, right, top in line.words.tolist()
            ),
            key=lambda word: word.bottom + word.top,
        )
        self._middles = [(word.bottom + word.top) / 2 for word in self._words]

    def between(self, bottom: float, top: float) -> list[_Word]:
        """Those whose middle is between two heights, from left to right."""
        first, last = bisect_left(self._middles, bottom), bisect_left(self._middles, top)
        return sorted(self._words[first:last], key=lambda word: word.left)


def written_on(
    page: pdfium.PdfPage,
    form: pdfium.PdfFormEnv | None,
    number: int,
    shown: Callable[[NDArray[np.float64]], NDArray[np.float64]],
    printed: Sequence[Line],
    seen: set[tuple[str, str]],
) -> Written:
    """The fields and comments of a page in the order of its file.

    Args:
        page: The page.
        form: The document's form, if it has one.
        number: The page's number.
        shown: What turns boxes of the file into boxes of the page as shown.
        printed: The page's lines.
        seen: Names and values of fields on earlier pages; this page's are added to them.

    >>> import pypdfium2
    >>> with pypdfium2.PdfDocument.new() as file:
    ...     written_on(file.new_page(595, 842), None, 1, lambda boxes: boxes, [], set())
    Written(lines=[], hidden=[])
    """
    words: _Words | None = None
    lines: list[Line] = []
    hidden: list[LeftOut] = []
    fields = 0
    for index in range(raw.FPDFPage_GetAnnotCount(page.raw)):
        with _annotation(page, index) as note:
            if note is None:
                continue
            kind = raw.FPDFAnnot_GetSubtype(note)
            box = _box(note, shown)
            if kind == raw.FPDF_ANNOT_WIDGET and form is not None:
                words = words or _Words(printed)
                fields += 1
                if fields == _MOST_LABELLED:
                    words = _Words([])
                text, why = _field(note, form.raw, box, words, seen), "hidden field"
            elif kind in _COMMENTS:
                text, why = _comment(note), "hidden comment"
            else:
                continue
            if not text:
                continue
            if raw.FPDFAnnot_GetFlags(note) & _HIDDEN:
                hidden.append(LeftOut(text, why, f"p. {number}"))
            else:
                lines.append(_line(text, box))
    return Written(lines, hidden)


@contextmanager
def _annotation(page: pdfium.PdfPage, index: int) -> Iterator[Any]:
    note = raw.FPDFPage_GetAnnot(page.raw, index)
    try:
        yield note or None
    finally:
        if note:
            raw.FPDFPage_CloseAnnot(note)


def _box(
    note: Any,  # noqa: ANN401 - a ctypes pointer
    shown: Callable[[NDArray[np.float64]], NDArray[np.float64]],
) -> tuple[float, float, float, float]:
    rect = raw.FS_RECTF()
    raw.FPDFAnnot_GetRect(note, ctypes.byref(rect))
    left, bottom, right, top = rect.left, rect.bottom, rect.right, rect.top
    box = np.array(
        [[min(left, right), min(bottom, top), max(left, right), max(bottom, top)]], np.float64
    )
    return tuple(np.nan_to_num(shown(box))[0].tolist())


def _said(function: Callable[..., int], *arguments: Any) -> str:  # noqa: ANN401
    """What one of pdfium's functions writes as UTF-16, on one line."""
    length = function(*arguments, None, 0)
    if length <= 2:  # only its end
        return ""
    buffer = ctypes.create_string_buffer(length)
    function(*arguments, ctypes.cast(buffer, ctypes.POINTER(ctypes.c_ushort)), length)
    text = buffer.raw[: length - 2].decode("utf-16-le", errors="replace")
    return " ".join(normalised(text).split())


def _comment(note: Any) -> str:  # noqa: ANN401
    words = _said(raw.FPDFAnnot_GetStringValue, note, b"Contents")
    author = _said(raw.FPDFAnnot_GetStringValue, note, b"T")
    if not words:
        return ""
    return f"Comment by {author}: {words}" if author else f"Comment: {words}"


def _field(
    note: Any,  # noqa: ANN401
    form: Any,  # noqa: ANN401
    box: tuple[float, float, float, float],
    words: _Words,
    seen: set[tuple[str, str]],
) -> str:
    """'label: value' of a field that has one and is not printed; else nothing."""
    kind = raw.FPDFAnnot_GetFormFieldType(form, note)
    value = _value(note, form, kind)
    name = _said(raw.FPDFAnnot_GetFormFieldName, form, note)
    if not value or (name, value) in seen or _is_printed(value, box, words):
        return ""
    if kind != raw.FPDF_FORMFIELD_CHECKBOX:  # boxes of one name may have one value
        seen.add((name, value))
    label = _said(raw.FPDFAnnot_GetFormFieldAlternateName, form, note)
    if not label and kind in _TICKED:
        label = _right_of(box, words)
    label = label or _left_of(box, words) or _above(box, words) or name.rpartition(".")[2]
    label = label.strip(_ENDS)
    return f"{label}: {value}" if label else value


def _value(note: Any, form: Any, kind: int) -> str:  # noqa: ANN401
    if kind in _TYPED:
        secret = raw.FPDFAnnot_GetFormFieldFlags(form, note) & raw.FPDF_FORMFLAG_TEXT_PASSWORD
        return "" if secret else _said(raw.FPDFAnnot_GetFormFieldValue, form, note)
    if kind in _CHOSEN:
        options = range(max(raw.FPDFAnnot_GetOptionCount(form, note), 0))
        chosen = [
            _said(raw.FPDFAnnot_GetOptionLabel, form, note, option)
            for option in options
            if raw.FPDFAnnot_IsOptionSelected(form, note, option)
        ]
        return ", ".join(chosen) or _said(raw.FPDFAnnot_GetFormFieldValue, form, note)
    ticked = kind in _TICKED and raw.FPDFAnnot_IsChecked(form, note)
    if kind == raw.FPDF_FORMFIELD_RADIOBUTTON:
        return _said(raw.FPDFAnnot_GetFormFieldExportValue, form, note) if ticked else ""
    if kind == raw.FPDF_FORMFIELD_CHECKBOX:
        return "yes" if ticked else "no"
    return ""


def _is_printed(value: str, box: tuple[float, float, float, float], words: _Words) -> bool:
    """Whether the page's own text has the value at the field's place."""
    left, bottom, right, top = box
    inside = [
        word.text
        for word in words.between(bottom - _MARGIN, top + _MARGIN)
        if word.left > left - _MARGIN and word.right < right + _MARGIN
    ]
    return bool(inside) and re.sub(r"\s", "", value) in "".join(inside)


def _row(box: tuple[float, float, float, float], words: _Words) -> list[_Word]:
    """The words beside a field; those of a tall one stand at its upper edge."""
    _, bottom, _, top = box
    return words.between(max(bottom, top - 3 * _SIZE) - _MARGIN, top + _MARGIN)


def _left_of(box: tuple[float, float, float, float], words: _Words) -> str:
    label: list[str] = []
    edge, farthest = box[0], _FARTHEST
    for word in reversed([word for word in _row(box, words) if word.right < box[0] + _MARGIN]):
        if edge - word.right > farthest:
            break
        label.append(word.text)
        edge, farthest = word.left, _WORD_GAP * (word.top - word.bottom)
    return " ".join(reversed(label))


def _right_of(box: tuple[float, float, float, float], words: _Words) -> str:
    label: list[str] = []
    edge, farthest = box[2], 2 * _SIZE
    for word in (word for word in _row(box, words) if word.left > box[2] - _MARGIN):
        if word.left - edge > farthest:
            break
        label.append(word.text)
        edge, farthest = word.right, _WORD_GAP * (word.top - word.bottom)
    return " ".join(label)


def _above(box: tuple[float, float, float, float], words: _Words) -> str:
    left, _, right, top = box
    label: list[str] = []
    edge, farthest = left, _FARTHEST
    for word in words.between(top, top + _ABOVE):
        if word.right < left - _MARGIN or word.left > right or word.left - edge > farthest:
            continue
        label.append(word.text)
        edge, farthest = word.right, _WORD_GAP * (word.top - word.bottom)
    return " ".join(label)


def _line(text: str, box: tuple[float, float, float, float]) -> Line:
    """It counts as two cells: no running text, which goes on in the next line."""
    left, bottom, right, top = box
    words = np.array([[0.0, len(text), left, bottom, right, top]])
    return Line(text, words, left, bottom, right, top, _SIZE, bold=False, cells=2)
