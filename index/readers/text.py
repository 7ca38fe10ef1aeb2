"""Plain text in any encoding."""

from index.document import Document, normalised
from index.errors import UnsupportedFormat
from index.readers.encoding import decode
from index.readers.metadata import compose


def read_text(data: bytes, name: str) -> Document:
    """The text as it stands in the file; only its encoding and newlines are made uniform.

    Raises:
        UnsupportedFormat: the bytes are not text.
        EmptyDocument: there is nothing but white space.
    """
    text = decode(data)
    if text is None:
        raise UnsupportedFormat("The file is not text in any known encoding.")
    return compose(normalised(text), media_type="text/plain", name=name)
