"""JSON and JSON Lines: lists of flat records as tables, everything else as 'path: value' lines."""

import json
from collections.abc import Iterator, Sequence
from typing import Any

from index.document import Document, Part, Span, Table, normalised
from index.errors import DocumentError, EmptyDocument, UnsupportedFormat
from index.readers.blocks import Block, Body, row, set_parts, set_text
from index.readers.encoding import decode
from index.readers.metadata import compose

_PROSE = 80
"""Characters from which a value stands in a paragraph of its own."""
_DEEPEST = 100
_COLUMNS = 60
"""A table of more columns is not one that people read across."""

Record = dict[str, Any]


def read_json(data: bytes, name: str) -> Document:
    """The values of a JSON document, each with the names that lead to it.

    Raises:
        UnsupportedFormat: the bytes are not text.
        EmptyDocument: it holds no value.
        DocumentError: it is not valid JSON, or nested beyond measure.
    """
    source = decode(data)
    if source is None:
        raise UnsupportedFormat("The file is not text in any known encoding.")
    body = _body(normalised(source))
    if not body.text:
        raise EmptyDocument("The file holds no values.")
    return compose(
        body.text,
        media_type="application/json",
        name=name,
        headings=body.headings,
        tables=body.tables,
        parts=body.parts,
    )


def _body(source: str) -> Body:
    try:
        value = json.loads(source)
    except (ValueError, RecursionError) as error:
        values = _lines(source, error)
    else:
        if not isinstance(value, list):
            return set_text(_blocks(value, "", 0))
        values = value
    flat = [item for item in values if _is_flat(item)]
    columns = list(dict.fromkeys(key for item in flat for key in item))
    if len(flat) == len(values) and 1 < len(columns) <= _COLUMNS:
        return _numbered(_table(flat, columns))
    return set_parts(
        ("record", str(number), _blocks(item, "", 0)) for number, item in enumerate(values, 1)
    )


def _lines(source: str, fault: Exception) -> list[Any]:
    """The values of JSON Lines; what is neither is damaged."""
    lines = [line for line in source.split("\n") if line.strip()]
    if len(lines) > 1:
        try:
            return [json.loads(line) for line in lines]
        except (ValueError, RecursionError):
            pass  # the fault in the whole says more
    if isinstance(fault, json.JSONDecodeError):
        raise DocumentError(
            f"The file is not valid JSON (line {fault.lineno}: {fault.msg}): get a fresh copy."
        ) from fault
    if isinstance(fault, RecursionError):
        raise DocumentError("The file nests its values too deeply to be read.") from fault
    raise DocumentError("The file holds a number of too many digits to be read.") from fault


def _numbered(lines: Sequence[str]) -> Body:
    """A table as a whole text, each line below the first a record."""
    parts = []
    offset = len(lines[0]) + 1
    for number, line in enumerate(lines[1:], 1):
        parts.append(Part("record", str(number), offset, offset + len(line)))
        offset += len(line) + 1
    header = Span(0, len(lines[0]))
    return Body("\n".join(lines), (), (Table(0, offset - 1, header),), tuple(parts))


def _is_flat(value: object) -> bool:
    return isinstance(value, dict) and all(
        not isinstance(item, dict | list) or _is_plain_list(item) for item in value.values()
    )


def _is_plain_list(value: object) -> bool:
    return isinstance(value, list) and not any(isinstance(item, dict | list) for item in value)


def _table(records: Sequence[Record], columns: Sequence[str]) -> list[str]:
    """The row of names, then one row a record, empty cells kept between others."""
    rows = [row(map(_shown, columns))]
    rows += [row(_shown(record.get(column)) for column in columns) for record in records]
    return rows


def _blocks(value: object, path: str, depth: int) -> Iterator[Block]:
    """The values below a path; those that stand side by side are the lines of one block."""
    if depth > _DEEPEST:
        raise DocumentError("The file nests its values too deeply to be read.")
    if not isinstance(value, dict):
        items = value if isinstance(value, list) else [value]
        value = {f"[{n}]" if path or len(items) > 1 else "": it for n, it in enumerate(items, 1)}
    lines: list[str] = []
    for key, item in value.items():
        name = _shown(key)
        at = f"{path}.{name}".replace(".[", "[") if path else name
        if isinstance(item, dict | list) and item and not _is_plain_list(item):
            if lines:
                yield Block("\n".join(lines))
                lines = []
            yield from _below(item, at, depth)
        elif isinstance(item, str) and len(item) > _PROSE:
            if lines:
                yield Block("\n".join(lines))
                lines = []
            yield Block(at, level=min(depth + 2, 6)) if at else Block("")
            yield from (Block(part) for part in normalised(item).split("\n\n"))
        else:
            lines.append(f"{at}: {_shown(item)}" if at else _shown(item))
    if lines:
        yield Block("\n".join(lines))


def _below(item: Record | list[Any], path: str, depth: int) -> Iterator[Block]:
    if isinstance(item, list) and all(map(_is_flat, item)):
        columns = list(dict.fromkeys(key for record in item for key in record))
        if 1 < len(columns) <= _COLUMNS:
            yield Block(path, level=min(depth + 2, 6))
            yield Block("\n".join(filter(None, _table(item, columns))), header=True)
            return
    yield from _blocks(item, path, depth + 1)


def _shown(value: object) -> str:
    """A scalar, or a list of scalars, as JSON writes it but without quotation marks."""
    if isinstance(value, list):
        return ", ".join(map(_shown, value))
    if value is None:
        return ""
    if isinstance(value, str):
        return " ".join(normalised(value).split())
    return json.dumps(value)
