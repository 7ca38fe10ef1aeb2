"""A file becomes a Document: its bytes read once, its type told by them, its reader called."""

from pathlib import Path

from index.document import Document
from index.errors import DocumentError, EmptyDocument
from index.readers.detection import Kind, detect


def read(path: Path, *, name: str | None = None) -> Document:
    """The document in the file at `path`.

    Args:
        path: Any regular file.
        name: What the file was called where it came from, if `path` is an upload's temporary name.

    Raises:
        UnsupportedFormat: the file's type is not one that can be read.
        EmptyDocument: the file, or what can be read of it, holds no text.
        EncryptedDocument: the file needs a password.
        DocumentError: the file is missing, unreadable, damaged or cut off.
    """
    try:
        data = path.read_bytes()
    except FileNotFoundError as error:
        raise DocumentError("There is no such file.") from error
    except IsADirectoryError as error:
        raise DocumentError("This is a folder, not a file.") from error
    except OSError as error:
        raise DocumentError(f"The file cannot be opened: {error.strerror}.") from error
    return read_bytes(data, name if name is not None else path.name)


def read_bytes(data: bytes, name: str) -> Document:
    """The document that a file called `name` with this content holds; raises as `read` does."""
    if not data.strip():
        raise EmptyDocument("The file is empty.")
    # Each reader is imported when its format is met: trafilatura alone takes 0.15 s.
    match detect(data, name):
        case Kind.TEXT:
            from index.readers.text import read_text

            return read_text(data, name)
        case Kind.MARKDOWN:
            from index.readers.markdown import read_markdown

            return read_markdown(data, name)
        case Kind.HTML:
            from index.readers.html import read_html

            return read_html(data, name)
        case Kind.PDF:
            from index.readers.pdf import read_pdf

            return read_pdf(data, name)
        case Kind.DOCX:
            from index.readers.docx import read_docx

            return read_docx(data, name)
