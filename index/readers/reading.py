"""A file becomes a Document: its bytes read once, its type told by them, its reader called."""

from collections.abc import Callable
from dataclasses import replace
from importlib import import_module
from pathlib import Path

from index.document import Document, Heading
from index.errors import DocumentError, EmptyDocument
from index.readers.detection import Kind, detect
from index.sandbox.isolation import LANGUAGES

_READERS = {
    Kind.TEXT: ("index.readers.text", "read_text"),
    Kind.MARKDOWN: ("index.readers.text", "read_markdown"),
    Kind.HTML: ("index.readers.html", "read_html"),
    Kind.SAVED_PAGE: ("index.readers.html", "read_saved_page"),
    Kind.PDF: ("index.readers.pdf.pdf", "read_pdf"),
    Kind.IMAGE: ("index.readers.pdf.ocr", "read_image"),
    Kind.DOCX: ("index.readers.office.docx", "read_docx"),
    Kind.SEPARATED: ("index.readers.csv", "read_separated"),
    Kind.PPTX: ("index.readers.office.pptx", "read_pptx"),
    Kind.ODF: ("index.readers.office.odf", "read_odf"),
    Kind.RTF: ("index.readers.office.rtf", "read_rtf"),
    Kind.XLSX: ("index.readers.office.workbooks", "read_xlsx"),
    Kind.EPUB: ("index.readers.epub", "read_epub"),
    Kind.EMAIL: ("index.readers.mail.messages", "read_mail"),
    Kind.MAILBOX: ("index.readers.mail.messages", "read_mailbox"),
    Kind.OUTLOOK: ("index.readers.mail.messages", "read_outlook"),
    Kind.JSON: ("index.readers.data", "read_json"),
    Kind.NOTEBOOK: ("index.readers.data", "read_notebook"),
    Kind.XML: ("index.readers.data", "read_xml"),
    Kind.TRANSCRIPT: ("index.readers.transcripts", "read_transcript"),
    Kind.CARDS: ("index.readers.cards", "read_cards"),
    Kind.RST: ("index.readers.markup.rst", "read_rst"),
    Kind.ORG: ("index.readers.markup.org", "read_org"),
    Kind.ASCIIDOC: ("index.readers.markup.adoc", "read_asciidoc"),
    Kind.LATEX: ("index.readers.markup.tex", "read_latex"),
    Kind.BIBTEX: ("index.readers.markup.bibtex", "read_bibtex"),
    Kind.SETTINGS: ("index.readers.code", "read_settings"),
    Kind.LOG: ("index.readers.code", "read_log"),
    Kind.CODE: ("index.readers.code", "read_code"),
    Kind.ARCHIVE: ("index.readers.containers", "refuse_archive"),
}
"""Kind → module and function, which takes a file's bytes and name."""

_RECOGNISED = (Kind.PDF, Kind.IMAGE)
"""What may hold pictures of pages: the function takes the languages of the text on them, too."""


def read(path: Path, *, name: str | None = None, languages: str = LANGUAGES) -> Document:
    """The document in the file at `path`.

    Args:
        path: Any regular file.
        name: What the file was called where it came from, if `path` is an upload's temporary name.
        languages: Those of scanned pages, as tesseract names them: 'eng', 'eng+deu'.

    Raises:
        UnsupportedFormat: the file's type is not one that can be read.
        EmptyDocument: the file, or what can be read of it, holds no text.
        EncryptedDocument: the file needs a password.
        DocumentError: the file is missing, unreadable, damaged or cut off.

    >>> _ = (tmp_path / "night.md").write_text("# The night")
    >>> read(tmp_path / "night.md").title
    'The night'
    """
    try:
        data = path.read_bytes()
    except FileNotFoundError as error:
        raise DocumentError("There is no such file.") from error
    except IsADirectoryError as error:
        raise DocumentError("This is a folder, not a file.") from error
    except OSError as error:
        raise DocumentError(f"The file cannot be opened: {error.strerror}.") from error
    return read_bytes(data, name if name is not None else path.name, languages)


def read_bytes(data: bytes, name: str, languages: str = LANGUAGES) -> Document:
    """The document that a file called `name` with this content holds; raises as `read` does.

    >>> document = read_bytes(b"<h1>The night</h1><p>The pier fell.</p>", "night.html")
    >>> document.title, document.media_type
    ('The night', 'text/html')
    """
    if not data.strip():
        raise EmptyDocument("The file is empty.")
    kind = detect(data, name)
    module, function = _READERS[kind]
    # Each reader is imported when its format is met: trafilatura alone takes 0.15 s.
    reader: Callable[..., Document] = getattr(import_module(module), function)
    return reader(data, name, languages) if kind in _RECOGNISED else reader(data, name)


LEFT_OUT = "Left out of the text above"
"""The heading of what is set behind it."""


def read_whole(data: bytes, name: str, languages: str = LANGUAGES) -> Document:
    """As `read_bytes`, with what the text leaves out of the file set behind it, under a heading.

    >>> page = b"<nav><a href='/'>Home</a> <a href='/a'>Archive</a></nav><p>The pier fell.</p>"
    >>> read_whole(page, "night.html").text.splitlines()[-1]
    'navigation: Home Archive'
    """
    document = read_bytes(data, name, languages)
    if not document.left_out:
        return document
    start = len(document.text) + 2
    lines = [
        f"{one.why}{f' ({one.where})' if one.where else ''}: {one.words}"
        for one in document.left_out
    ]
    return replace(
        document,
        text="\n\n".join([document.text, LEFT_OUT, *lines]),
        headings=(*document.headings, Heading(1, start, start + len(LEFT_OUT))),
    )
