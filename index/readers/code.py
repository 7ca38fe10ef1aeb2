"""Source code: the text as it stands, each line a part that can be looked up."""

from index.document import Document, Part, normalised
from index.errors import UnsupportedFormat
from index.readers.encoding import decode
from index.readers.metadata import Statement, compose


def read_code(data: bytes, name: str) -> Document:
    """A source file, titled by its name; raises as `index.readers.text.read_text` does."""
    source = decode(data)
    if source is None:
        raise UnsupportedFormat("The file is not text in any known encoding.")
    text = normalised(source)
    parts = []
    offset = 0
    for number, line in enumerate(text.split("\n"), 1):
        if line.strip():
            parts.append(Part("line", str(number), offset, offset + len(line)))
        offset += len(line) + 1
    return compose(
        text, media_type="text/x-source", name=name, beside=Statement(title=name), parts=parts
    )
