"""Citations in Word files, as exported or as a word processor has saved them since."""

import io
import re
import zipfile
from collections.abc import Iterator

from docx.oxml.ns import qn
from lxml.etree import _Element  # type: ignore[import-untyped]

from assistant.verifying.cited import Cited, citations
from index.errors import DocumentError
from index.readers.archive import check_archive
from index.readers.docx import written
from index.readers.ooxml import FAULTS, external, ordinary, parsed, related

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
    """
    try:
        check_archive(data, "DOCX file")
        with zipfile.ZipFile(io.BytesIO(ordinary(data))) as archive:
            return list(_found(archive))
    except FAULTS as error:
        raise DocumentError(
            "The DOCX file is damaged or cut off: open it in a word processor and save it again."
        ) from error


def _found(archive: zipfile.ZipFile) -> Iterator[Cited]:
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
    for number, paragraph in enumerate((p for p in body.iter(_P) if written(p).strip()), start=1):
        links = _links(paragraph, addresses)
        yield from citations(f"paragraph {number}", written(paragraph), links, note=False)


def _referred(body: _Element, tag: str) -> list[str]:
    """The ids of the notes in order of the text."""
    references = (e for e in body.iter(qn(tag)) if not _deleted(e))
    return list(dict.fromkeys(e.get(qn("w:id"), "") for e in references))


def _text(note: _Element) -> str:
    return "\n".join(written(paragraph) for paragraph in note.iter(_P))


def _links(element: _Element, addresses: dict[str, str]) -> list[str]:
    """The addresses that words in an element link to, as relations and as fields."""
    links = []
    code = ""
    for inner in element.iter(_LINK, _FIELD_CODE, _SIMPLE):
        if _deleted(inner):
            continue
        if inner.tag == _LINK:
            if written(inner).strip():
                links.append(addresses.get(inner.get(qn("r:id"), ""), ""))
        elif inner.tag == _SIMPLE:
            links += _FIELD.findall(inner.get(qn("w:instr"), ""))
        else:
            code += inner.text or ""  # a field's code may be cut in pieces
    return links + _FIELD.findall(code)


def _deleted(element: _Element) -> bool:
    return any(above.tag in _DELETED for above in element.iterancestors())
