"""Place: what a link of the page opens, a span of one version of a document."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from assistant.answer import Citation, Passage


@dataclass(frozen=True, slots=True)
class Place:
    """A span of a document, in code points; an empty span is the document as a whole.

    A link carries its place itself, so that the footnotes of earlier turns stay good for as long
    as the store keeps the version they cite.

    >>> data = {"document": "log", "version": "5d193048", "start": "0", "end": "9"}
    >>> Place.parsed(data), Place("log", "5d193048").json
    (Place(document='log', version='5d193048', start=0, end=9), '{"document": "log", "version":
    "5d193048", "start": 0, "end": 0}')
    """

    document: str
    version: str
    start: int = 0
    end: int = 0

    @classmethod
    def of(cls, cited: Citation | Passage) -> "Place":
        """The place that a footnote or a passage names."""
        return cls(cited.document_id, cited.version, cited.start, cited.end)

    @classmethod
    def parsed(cls, data: Mapping[str, Any]) -> "Place":
        """The place in an event of the page.

        Raises:
            KeyError: `data` lacks one of the fields.
            ValueError: an offset is no number.
        """
        return cls(
            str(data["document"]), str(data["version"]), int(data["start"]), int(data["end"])
        )

    @property
    def data(self) -> dict[str, Any]:
        """The place as an event of the page holds it."""
        return asdict(self)

    @property
    def json(self) -> str:
        """The place as the page's script reads it."""
        return json.dumps(self.data)
