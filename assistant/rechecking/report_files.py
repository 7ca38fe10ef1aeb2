"""A report's file → the citations in it, whatever its format.

Citations in HTML and Markdown, as exported or as another program has written them since.

Citations in Word files, as exported or as a word processor has saved them since.

Cited: a citation as it is found in a report, before its source is looked at.
"""

import io
import json
import re
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from docx.oxml.ns import qn
from lxml import etree, html  # type: ignore[import-untyped]
from lxml.etree import _Element  # type: ignore[import-untyped]
from markdown_it import MarkdownIt
from mdit_py_plugins.footnote import footnote_plugin

from assistant.links import CITATION_ID, cited_id
from assistant.rechecking.quotes import quotations
from index.document import normalised
from index.errors import DocumentError, ReportError
from index.readers.detection import Kind, detect
from index.readers.encoding import decode
from index.readers.office.docx import run_text
from index.readers.office.office_zip import (
    FAULTS,
    check_archive,
    external,
    ordinary,
    parsed,
    related,
)
from index.regular import status
from index.sandbox.isolation import Limits, made_apart

_PRINTED_ID = re.compile(r"(?<![0-9a-zA-Z])([0-9a-f]{16})(?::|%3A)(\d+)[-‐‑–](\d+)(?!\d)")
"""An id in print; word processors like to turn its hyphen into a dash."""


@dataclass(frozen=True, slots=True)
class Cited:
    """One citation: where it stands in the report, and the text around it, its quote among it.

    `id` is None for a footnote that only quotes something.

    >>> Cited("footnote 2", "Tide log: “High tide at nine.”", "5d193048d3ad024c:0-9").id
    '5d193048d3ad024c:0-9'
    """

    where: str
    text: str
    id: str | None


def citations(where: str, text: str, links: Iterable[str], *, note: bool) -> Iterator[Cited]:
    """The citations in one footnote or paragraph, each id once.

    Args:
        where: the place, for the reader of the report.
        text: its text.
        links: the addresses that it links to.
        note: whether it is a footnote: one without an id is a citation if it quotes something.

    >>> note = "Tide log: “High tide at nine.” 5d193048d3ad024c:0-18"
    >>> [(one.where, one.id) for one in citations("footnote 2", note, links=(), note=True)]
    [('footnote 2', '5d193048d3ad024c:0-18')]
    """
    linked = [found for link in links if (found := cited_id(link))]
    printed = [f"{version}:{start}-{end}" for version, start, end in _PRINTED_ID.findall(text)]
    ids = list(dict.fromkeys([*linked, *printed]))
    for id_ in ids:
        yield Cited(where, text, id_)
    if note and not ids and quotations(text):
        yield Cited(where, text, None)


_BLOCKS = frozenset(
    {"p", "li", "td", "th", "dd", "dt", "blockquote", "figcaption", "caption", "pre", "div"}
    | {"h1", "h2", "h3", "h4", "h5", "h6", "aside", "section", "article", "body", "html"}
)
_UNSEEN = ("script", "style", "template", "head")
_NOTE_ROLES = frozenset({"doc-footnote", "doc-endnote"})
_NOTE_ID = re.compile(r"\D*(?:fn|ftn|edn|(?:foot|end)?note)[-_:]?(\d+)", re.IGNORECASE)
"""The ids that programs give to footnotes: fn1, user-content-fn-1, _ftn1, sdfootnote1, …"""


def in_markdown(text: str) -> list[Cited]:
    r"""The citations in a Markdown text with footnotes; one that nothing refers to is not shown.

    >>> [cited.where for cited in in_markdown("It held.[^a]\n\n[^a]: The log: “It held.”")]
    ['footnote 1']
    """
    return in_html(f"<body>{MarkdownIt().use(footnote_plugin).render(text)}</body>")


def in_html(text: str) -> list[Cited]:
    """The citations in an HTML page, in its order: footnotes, and links in other blocks.

    >>> page = '<p>It held.</p><aside role="doc-footnote">5d193048d3ad024c:0-18</aside>'
    >>> [(cited.where, cited.id) for cited in in_html(page)]
    [('footnote 1', '5d193048d3ad024c:0-18')]
    """
    # As bytes, because lxml refuses a string that declares an encoding.
    data = text.encode("utf-8", "replace")
    try:
        root = html.document_fromstring(data, html.HTMLParser(encoding="utf-8"))
    except etree.ParserError:  # nothing but comments and declarations
        return []
    for element in list(root.iter(*_UNSEEN)):
        element.drop_tree()
    return list(_html_citations(root))


def _html_citations(root: _Element) -> Iterator[Cited]:
    notes = paragraphs = 0
    for block in root.iter(*_BLOCKS):
        note = _note_number(block)
        if note is None and any(_note_number(above) is not None for above in block.iterancestors()):
            continue
        text, links = _content(block, whole=note is not None)
        if note is not None:
            notes += 1
            where = f"footnote {note or notes}"
        elif text:
            paragraphs += 1
            where = f"paragraph {paragraphs}"
        else:
            continue
        yield from citations(where, text, links, note=note is not None)


def _note_number(block: _Element) -> str | None:
    """A footnote's number, empty if it has none of its own; None for other blocks."""
    named = _NOTE_ID.fullmatch(block.get("id") or "")
    if named is not None:
        return named[1]
    return "" if block.get("role") in _NOTE_ROLES else None


def _content(block: _Element, *, whole: bool) -> tuple[str, list[str]]:
    """A block's text and the addresses of its links; `whole` with the blocks inside it."""
    pieces: list[str] = []
    links: list[str] = []

    def gather(element: _Element) -> None:
        if element.tag == "a":
            links.append(element.get("href") or "")
        pieces.append(element.text or "")
        for child in element:
            if child.tag in _BLOCKS or child.tag == "br":
                pieces.append("\n")
            if isinstance(child.tag, str) and (whole or child.tag not in _BLOCKS):
                gather(child)
            pieces.append(child.tail or "")

    gather(block)
    return "".join(pieces).strip(), links


_FIELD = re.compile(r'HYPERLINK\s+(?:\\[a-z]\s+)*"([^"]+)"', re.IGNORECASE)
_KINDS = {"footnotes": ("footnote", "w:footnote"), "endnotes": ("endnote", "w:endnote")}
_DELETED = frozenset(map(qn, ("w:del", "w:moveFrom")))
_P, _LINK, _FIELD_CODE, _SIMPLE = map(qn, ("w:p", "w:hyperlink", "w:instrText", "w:fldSimple"))


def in_word(data: bytes) -> list[Cited]:
    """The citations in a Word file: its footnotes and endnotes in order, then links in the text.

    Only notes that the text refers to count; what tracked changes have deleted is left out.

    Raises:
        EncryptedDocument: the file needs a password.
        DocumentError: it is damaged, or would unpack beyond the limits.

    >>> import docx
    >>> word, file = docx.Document(), io.BytesIO()
    >>> _ = word.add_paragraph("It held (5d193048d3ad024c:0-18)."), word.save(file)
    >>> [(cited.where, cited.id) for cited in in_word(file.getvalue())]
    [('paragraph 1', '5d193048d3ad024c:0-18')]
    """
    try:
        check_archive(data, "DOCX file")
        with zipfile.ZipFile(io.BytesIO(ordinary(data))) as archive:
            return list(_word_citations(archive))
    except FAULTS as error:
        raise DocumentError(
            "The DOCX file is damaged or cut off: open it in a word processor and save it again."
        ) from error


def _word_citations(archive: zipfile.ZipFile) -> Iterator[Cited]:
    main = dict(related(archive, "").values())["officeDocument"]
    body = parsed(archive.read(main))
    parts = {kind: path for kind, path in related(archive, main).values() if kind in _KINDS}
    for kind, path in sorted(parts.items(), reverse=True):  # footnotes before endnotes
        name, tag = _KINDS[kind]
        addresses = external(archive, path)
        notes = {note.get(qn("w:id")): note for note in parsed(archive.read(path)).iter(qn(tag))}
        for number, identifier in enumerate(_referred(body, f"{tag}Reference"), start=1):
            if (note := notes.get(identifier)) is not None:
                where = f"{name} {number}"
                yield from citations(where, _text(note), _links(note, addresses), note=True)
    addresses = external(archive, main)
    for number, paragraph in enumerate((p for p in body.iter(_P) if run_text(p).strip()), start=1):
        links = _links(paragraph, addresses)
        yield from citations(f"paragraph {number}", run_text(paragraph), links, note=False)


def _referred(body: _Element, tag: str) -> list[str]:
    """The ids of the notes in order of the text."""
    references = (e for e in body.iter(qn(tag)) if not _deleted(e))
    return list(dict.fromkeys(e.get(qn("w:id"), "") for e in references))


def _text(note: _Element) -> str:
    return "\n".join(run_text(paragraph) for paragraph in note.iter(_P))


def _links(element: _Element, addresses: dict[str, str]) -> list[str]:
    """The addresses that words in an element link to, as relations and as fields."""
    links = []
    code = ""
    for inner in element.iter(_LINK, _FIELD_CODE, _SIMPLE):
        if _deleted(inner):
            continue
        if inner.tag == _LINK:
            if run_text(inner).strip():
                links.append(addresses.get(inner.get(qn("r:id"), ""), ""))
        elif inner.tag == _SIMPLE:
            links += _FIELD.findall(inner.get(qn("w:instr"), ""))
        else:
            code += inner.text or ""  # a field's code may be cut in pieces
    return links + _FIELD.findall(code)


def _deleted(element: _Element) -> bool:
    return any(above.tag in _DELETED for above in element.iterancestors())


_NESTED = 100
"""Levels of JSON that are looked into; ours has six."""


def cited_in(path: Path, limits: Limits | None = None) -> list[Cited]:
    """The citations in a report, in its order; it is read in a process of its own.

    Its type is told by its content; an id whose footnote quotes something counts once there, and
    not again where it is merely linked to.

    Raises:
        ReportError: it cannot be read, is damaged or of another type, or holds no citation.

    >>> _ = (tmp_path / "night.md").write_text("It held (5d193048d3ad024c:0-18).")
    >>> [(cited.where, cited.id) for cited in cited_in(tmp_path / "night.md")]
    [('paragraph 1', '5d193048d3ad024c:0-18')]
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
        function = "assistant.rechecking.report_files:cited_by"
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

    >>> data = b'{"id": "5d193048d3ad024c:0-8", "quote": "It held."}'
    >>> [cited.text for cited in cited_by(data, "answer.json")]
    ['“It held.”']
    """
    return _distinct(_citations(data, name)) if data.strip() else []


def _citations(data: bytes, name: str) -> list[Cited]:
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
