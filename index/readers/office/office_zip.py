"""What Office files of 2007 and later have in common: parts, relations, stated properties.

ZIP archives that hold documents: refused before they are unpacked if that would go too far.
"""

import io
import posixpath
import re
import zipfile
import zlib
from collections.abc import Iterator

from lxml import etree  # type: ignore[import-untyped]
from lxml.etree import _Element  # type: ignore[import-untyped]

from index.dates import iso_date
from index.errors import DocumentError, EncryptedDocument
from index.readers.metadata import Statement, language_code, sensible_author, sensible_title

FAULTS = (
    *(zipfile.BadZipFile, zlib.error, etree.LxmlError, OSError, EOFError, SyntaxError),
    *(KeyError, IndexError, ValueError, AttributeError, TypeError, NotImplementedError),
    *(OverflowError, RecursionError, ArithmeticError),
)
"""What reading a damaged archive of XML can raise."""
# What the empty template of python-pptx says is no statement of the document's.
_TEMPLATE = ("Steve Canny", "2013-01-27")
CONTENT_TYPES = "[Content_Types].xml"
"""The part that tells what the others are; every file of this family has it."""
# Documents with macros and templates are laid out like any other, under a type of their own.
_WORD_VARIANT = re.compile(
    rb"application/(?:vnd\.ms-word\.document\.macroEnabled"
    rb"|vnd\.openxmlformats-officedocument\.wordprocessingml\.template"
    rb"|vnd\.ms-word\.template\.macroEnabledTemplate)\.main\+xml"
)
_WORD = b"application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
# ISO/IEC 29500 'Strict': the same elements under other names, http://purl.oclc.org/ooxml/….
_STRICT = re.compile(rb"http://purl\.oclc\.org/ooxml/(\w+)/")
_TRANSITIONAL = rb"http://schemas.openxmlformats.org/\1/2006/"
_OPTIONS = {"resolve_entities": False, "no_network": True, "huge_tree": False, "load_dtd": False}


def ordinary(data: bytes) -> bytes:
    """The file as the libraries know it: without macros' or templates' type, and not 'Strict'.

    Args:
        data: A ZIP archive, checked for its size.

    Raises:
        KeyError: it says nowhere what its parts are.

    >>> made = io.BytesIO()
    >>> with zipfile.ZipFile(made, "w") as archive:
    ...     archive.writestr("_rels/.rels", "<x t='http://purl.oclc.org/ooxml/officeDocument/theme'/>")
    >>> with zipfile.ZipFile(io.BytesIO(ordinary(made.getvalue()))) as archive:
    ...     print(archive.read("_rels/.rels").decode())
    <x t='http://schemas.openxmlformats.org/officeDocument/2006/theme'/>
    """
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        if not _STRICT.search(archive.read("_rels/.rels")) and not _WORD_VARIANT.search(
            archive.read(CONTENT_TYPES)
        ):
            return data
        written = io.BytesIO()
        with zipfile.ZipFile(written, "w") as copy:
            for part in archive.infolist():
                content = archive.read(part)
                if part.filename == CONTENT_TYPES:
                    content = _WORD_VARIANT.sub(_WORD, content)
                if part.filename.endswith((".xml", ".rels")):
                    content = _STRICT.sub(_TRANSITIONAL, content)
                copy.writestr(part.filename, content)
        return written.getvalue()


def parsed(data: bytes) -> _Element:
    """The root of the XML in `data`; entities stay unread, nothing outside it is opened.

    >>> parsed(b"<text>The pier fell.</text>").text
    'The pier fell.'
    """
    root = etree.fromstring(data, etree.XMLParser(**_OPTIONS))
    if root is None:
        raise ValueError("no XML")
    return root


def elements(archive: zipfile.ZipFile, part: str, *tags: str) -> Iterator[_Element]:
    """The elements of a part with these local names, each forgotten when the next is asked for.

    >>> with zipfile.ZipFile(io.BytesIO(), "w") as archive:
    ...     archive.writestr("sheet.xml", "<sheet><row>12</row><row>15</row></sheet>")
    ...     [row.text for row in elements(archive, "sheet.xml", "row")]
    ['12', '15']
    """
    with archive.open(part) as stream:
        for _, element in etree.iterparse(stream, tag=[f"{{*}}{tag}" for tag in tags], **_OPTIONS):
            yield element
            element.clear()
            while element.getprevious() is not None:
                del element.getparent()[0]


def local(element: _Element) -> str:
    """An element's name without its namespace; empty for comments and entities.

    >>> from lxml import etree
    >>> local(etree.fromstring("<w:p xmlns:w='urn:w'/>"))
    'p'
    """
    return etree.QName(element).localname if isinstance(element.tag, str) else ""


def related(archive: zipfile.ZipFile, part: str) -> dict[str, tuple[str, str]]:
    """The parts to which `part` relates: id → last word of the relation's type, and the path.

    >>> import docx
    >>> docx.Document().save("letter.docx")
    >>> with zipfile.ZipFile("letter.docx") as archive:
    ...     sorted(related(archive, "").values())[-1]
    ('thumbnail', 'docProps/thumbnail.jpeg')
    """
    folder = posixpath.split(part)[0]
    return {
        element.get("Id", ""): (
            element.get("Type", "").rpartition("/")[2],
            posixpath.normpath(posixpath.join("/", folder, element.get("Target", ""))).lstrip("/"),
        )
        for element in _relations(archive, part)
        if element.get("TargetMode") != "External"
    }


def external(archive: zipfile.ZipFile, part: str) -> dict[str, str]:
    """The addresses outside the file to which `part` relates, by the relation's id.

    >>> import docx
    >>> letter = docx.Document()
    >>> _ = letter.part.relate_to("https://news.example/storm", "hyperlink", is_external=True)
    >>> letter.save("letter.docx")
    >>> with zipfile.ZipFile("letter.docx") as archive:
    ...     list(external(archive, "word/document.xml").values())
    ['https://news.example/storm']
    """
    return {
        element.get("Id", ""): element.get("Target", "")
        for element in _relations(archive, part)
        if element.get("TargetMode") == "External"
    }


def _relations(archive: zipfile.ZipFile, part: str) -> list[_Element]:
    folder, name = posixpath.split(part)
    path = f"{folder}/_rels/{name}.rels" if folder else f"_rels/{name}.rels"
    if path not in archive.namelist():
        return []
    return [e for e in parsed(archive.read(path)) if local(e) == "Relationship"]


def properties(archive: zipfile.ZipFile) -> tuple[Statement, str | None]:
    """What the core properties state, and the day on which they say that the file was made.

    >>> import docx
    >>> letter = docx.Document()
    >>> letter.core_properties.title = "Port rules"
    >>> letter.save("letter.docx")
    >>> with zipfile.ZipFile("letter.docx") as archive:
    ...     properties(archive)[0].title
    'Port rules'
    """
    path = next((p for kind, p in related(archive, "").values() if kind == "core-properties"), None)
    if path is None or path not in archive.namelist():
        return Statement(), None
    stated = {local(e): "".join(e.itertext()) for e in parsed(archive.read(path))}
    author, made = stated.get("creator"), iso_date(stated.get("created", ""))
    if (author, made) == _TEMPLATE:
        author, made = None, None
    statement = Statement(
        title=sensible_title(stated.get("title")),
        author=sensible_author(author),
        language=language_code(stated.get("language")),
    )
    return statement, made


MAX_TEXT = 128 * 2**20
"""Bytes of text, unpacked, that an archive may declare: some ten times a 1,000-page book's."""
MAX_UNPACKED = 2**30
"""Bytes, unpacked, that all parts of an archive may declare, pictures included."""

_TEXT = (".xml", ".rels", ".opf", ".ncx", ".xhtml", ".html", ".htm")


def check_archive(data: bytes, what: str) -> None:
    """Refuse what needs a password or would unpack beyond the limits.

    The sizes are the archive's own word, and unpacking stops there.

    Args:
        data: A ZIP archive.
        what: What it should be, as in 'DOCX file'.

    Raises:
        EncryptedDocument: a part of it needs a password.
        DocumentError: it declares more than `MAX_TEXT` or `MAX_UNPACKED`.
        zipfile.BadZipFile: it is none, or it is damaged.

    >>> made = io.BytesIO()
    >>> with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
    ...     archive.writestr("word/document.xml", bytes(MAX_TEXT + 1))
    >>> check_archive(made.getvalue(), "DOCX file")
    Traceback (most recent call last):
        ...
    index.errors.DocumentError: The DOCX file would unpack to more than 128 MiB of text ...
    """
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        parts = archive.infolist()
    if any(part.flag_bits & 1 for part in parts):
        raise EncryptedDocument("The file needs a password: save a copy without one.")
    text = sum(part.file_size for part in parts if part.filename.lower().endswith(_TEXT))
    if text > MAX_TEXT or sum(part.file_size for part in parts) > MAX_UNPACKED:
        raise DocumentError(
            f"The {what} would unpack to more than {MAX_TEXT >> 20} MiB of text "
            f"or {MAX_UNPACKED >> 20} MiB in all: split it."
        )
