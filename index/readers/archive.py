"""ZIP archives that hold documents: refused before they are unpacked if that would go too far."""

import io
import zipfile

from index.errors import DocumentError, EncryptedDocument

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
