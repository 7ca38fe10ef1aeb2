"""A report's file → the citations in it, whatever its format."""

import json
from collections.abc import Iterator
from pathlib import Path

from assistant.links import CITATION_ID
from assistant.verifying.cited import Cited
from assistant.verifying.pages import in_html, in_markdown
from assistant.verifying.quotes import quotations
from assistant.verifying.word import in_word
from index.document import normalised
from index.errors import DocumentError, ReportError
from index.isolation import Limits, made_apart
from index.readers.detection import Kind, detect
from index.readers.encoding import decode
from index.regular import status

_NESTED = 100
"""Levels of JSON that are looked into; ours has six."""


def cited_in(path: Path, limits: Limits | None = None) -> list[Cited]:
    """The citations in a report, in its order; it is read in a process of its own.

    Its type is told by its content; an id whose footnote quotes something counts once there, and
    not again where it is merely linked to.

    Raises:
        ReportError: it cannot be read, is damaged or of another type, or holds no citation.
    """
    try:
        status(path)
    except FileNotFoundError as error:
        raise ReportError(f"There is no file {path}.") from error
    except OSError as error:
        raise ReportError(f"{path} cannot be read: {error.strerror}.") from error
    except DocumentError as error:
        raise ReportError(f"{path} cannot be read. {error}") from error
    try:
        function = "assistant.verifying.reports:cited_by"
        found: list[Cited] = made_apart(list, function, path, path.name, limits=limits)
    except OSError as error:
        raise ReportError(f"{path} cannot be read: {error.strerror}.") from error
    except DocumentError as error:
        raise ReportError(f"{path} cannot be checked. {error}") from error
    if not found:
        raise ReportError(
            f"{path} holds no citations: no link to a cited passage, and no footnote with a quote. "
            "Name a report that Footnote has exported."
        )
    return found


def cited_by(data: bytes, name: str) -> list[Cited]:
    """The citations in a report called `name` with this content.

    Raises:
        DocumentError: it cannot be read, is damaged or of another type.
    """
    return _distinct(_found(data, name)) if data.strip() else []


def _found(data: bytes, name: str) -> list[Cited]:
    kind = detect(data, name)
    if kind is Kind.DOCX:
        return in_word(data)
    text = decode(data)
    if text is None or kind not in _READERS:
        raise DocumentError("Reports are checked as Markdown, HTML, Word (.docx) or JSON files.")
    return _READERS[kind](text)


def _in_json(text: str) -> list[Cited]:
    lines = [line for line in text.splitlines() if line.strip()]
    for values in ([text], lines):  # one value, or one a line
        try:
            parsed = [json.loads(value) for value in values]
        except (ValueError, RecursionError):
            continue
        return list(_in_value(parsed[0] if len(parsed) == 1 else parsed, "", 0))
    raise DocumentError("It is no valid JSON: export it again.")


def _in_value(value: object, where: str, depth: int) -> Iterator[Cited]:
    """Whatever is shaped like a citation, at any depth: an answer, or many of them in a report."""
    if depth > _NESTED:
        return
    if isinstance(value, list):
        for at, item in enumerate(value):
            yield from _in_value(item, f"{where}[{at}]", depth + 1)
    elif isinstance(value, dict):
        id_, quote = value.get("id"), value.get("quote")
        if isinstance(id_, str) and isinstance(quote, str) and CITATION_ID.fullmatch(id_):
            yield Cited(where, f"“{normalised(quote)}”", id_)
            return
        for key, item in value.items():
            yield from _in_value(item, f"{where}.{key}".lstrip("."), depth + 1)


def _distinct(found: list[Cited]) -> list[Cited]:
    quoting = {cited.id for cited in found if quotations(cited.text)}
    return [c for c in found if c.id is None or c.id not in quoting or quotations(c.text)]


_READERS = {
    Kind.JSON: _in_json,
    Kind.HTML: in_html,
    Kind.MARKDOWN: in_markdown,
    Kind.TEXT: in_markdown,
}
