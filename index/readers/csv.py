"""Tables as text, values separated by commas, semicolons, tabs or bars: CSV and TSV."""

import csv
import io
import re
import sys
import threading
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import PurePath

from index.document import Document, normalised
from index.errors import DocumentError, EmptyDocument, UnsupportedFormat
from index.readers.blocks import set_text
from index.readers.encoding import decode
from index.readers.metadata import compose
from index.readers.office.grids import Row, grid_blocks

_DELIMITERS = (",", ";", "\t", "|")
_SAMPLE = 65_536
_MOST_ROWS, _MOST_COLUMNS = 300_000, 2_000
"""What is read of one file: five times this takes minutes, and more memory than a reader has."""
_DECLARED = re.compile(r'"?sep=(.)"?\n')  # Excel's own first line
_UNCLOSED = (
    "A quotation mark in line {} is never closed: all marks are kept as they stand, and a cell "
    "with a line break is two rows."
)
_limiting = threading.RLock()


def read_separated(data: bytes, name: str) -> Document:
    r"""The records as rows, numbered as a spreadsheet shows them: a blank line counts as one.

    Raises:
        UnsupportedFormat: the bytes are not text.
        EmptyDocument: every cell is empty.
        DocumentError: there are more rows or columns than are read of one file.

    >>> print(read_separated(b"Year;Ships\n1931;12", "harbour.csv").text)
    Year | Ships
    1931 | 12
    """
    decoded = decode(data)
    if decoded is None:
        raise UnsupportedFormat("The file is not text in any known encoding.")
    text = normalised(decoded)
    if declared := _DECLARED.match(text):
        text = text[declared.end() :]
    with _cells_of_any_length():
        delimiter = declared[1] if declared else delimiter_of(text, name)
        unclosed = _unclosed(text, delimiter)
        records = _records(text, delimiter, quoted=unclosed is None)
        body = set_text(grid_blocks(_rows(records)))
    if not body.text:
        raise EmptyDocument("The table holds no text.")
    return compose(
        body.text,
        media_type="text/tab-separated-values" if delimiter == "\t" else "text/csv",
        name=name,
        headings=body.headings,
        parts=body.parts,
        tables=body.tables,
        warnings=[] if unclosed is None else [_UNCLOSED.format(unclosed)],
    )


@contextmanager
def _cells_of_any_length() -> Iterator[None]:
    """A cell's length is the file's business; csv's limit refuses long ones, and is everybody's."""
    with _limiting:
        before = csv.field_size_limit(sys.maxsize)
        try:
            yield
        finally:
            csv.field_size_limit(before)


def delimiter_of(text: str, name: str = "") -> str:
    """The mark that parts the cells: the one that cuts the records most evenly.

    Other marks left inside the cells speak against it, but for commas, which stand in prose and in
    figures too. The name decides only where nothing does.

    >>> delimiter_of("Year;Ships" + chr(10) + "1931;12")
    ';'
    """
    sample = text[:_SAMPLE]
    if len(text) > _SAMPLE and "\n" in sample:
        sample = sample[: sample.rindex("\n") + 1]
    scores = {delimiter: _evenness(sample, delimiter) for delimiter in _DELIMITERS}
    best = max(_DELIMITERS, key=lambda delimiter: scores[delimiter])
    if scores[best] > 0:
        return best
    return "\t" if PurePath(name).suffix.lower() in (".tsv", ".tab") else ","


def _evenness(sample: str, delimiter: str) -> float:
    sound = 1.0
    try:
        records = list(csv.reader(io.StringIO(sample), delimiter=delimiter, strict=True))
    except csv.Error:  # quotation marks do not stand where this mark would have them
        sound = 0.1
        records = list(csv.reader(io.StringIO(sample), delimiter=delimiter))
    records = [record for record in records if any(record)]
    widths = Counter(len(record) for record in records if len(record) > 1)
    if not widths:
        return 0.0
    width, count = max(widths.items(), key=lambda item: (item[1], item[0]))
    others = [mark for mark in _DELIMITERS if mark not in (delimiter, ",")]
    cells = [cell for record in records for cell in record]
    mixed = sum(any(mark in cell for mark in others) for cell in cells) / len(cells)
    first = len(records[0]) == width
    return sound * (count / len(records)) * (1 - mixed) + 0.1 * first + 0.001 * min(width, 50)


def _rows(records: Iterable[list[str]]) -> Iterator[Row]:
    for number, record in enumerate(records, 1):
        _refuse(number, len(record))
        yield Row(number, tuple((column, cell) for column, cell in enumerate(record) if cell))


def _records(text: str, delimiter: str, *, quoted: bool) -> Iterator[list[str]]:
    lines = io.StringIO(text)
    if quoted:
        return csv.reader(lines, delimiter=delimiter)
    return csv.reader(lines, delimiter=delimiter, quoting=csv.QUOTE_NONE)


def _unclosed(text: str, delimiter: str) -> int | None:
    """The line of the record with a quotation mark that is never closed; None without such a one.

    Raises:
        DocumentError: there are more rows or columns than are read of one file.
    """
    reader = csv.reader(io.StringIO(text), delimiter=delimiter, strict=True)
    line = 1
    try:
        for number, record in enumerate(reader, 1):
            _refuse(number, len(record))
            line = reader.line_num + 1
    except csv.Error as error:
        if "unexpected end" in str(error):
            return line
    return None


def _refuse(rows: int, columns: int) -> None:
    if rows > _MOST_ROWS:
        raise DocumentError(
            f"The table has more than {_MOST_ROWS:,} rows, too many to be read at once: split the "
            "file, for instance by year, and add the parts."
        )
    if columns > _MOST_COLUMNS:
        raise DocumentError(
            f"The table has {columns:,} columns, and at most {_MOST_COLUMNS:,} are read: split the "
            "file by columns, and add the parts."
        )
