"""What `verify` returns: a finding for each citation of a report. Frozen, and JSON both ways."""

from collections import Counter
from typing import Literal

from pydantic import BaseModel, ConfigDict, computed_field

SCHEMA_VERSION = 1

Kind = Literal["kept", "removed", "added"]
Status = Literal["unchanged", "moved", "changed", "gone", "not_in_store"]
"""What became of a citation.

- `unchanged`: the document says so in the same place, and the report quotes it rightly. The place
  is what a reader looks up (page, part, headings above) and the order of the passages; text put in
  before it does not move a passage.
- `moved`: the same words stand in another place of the document.
- `changed`: the source says it in other words now, or the report's quote is not what the source
  said, or both.
- `gone`: the document is there, the passage is not.
- `not_in_store`: no document of the store has, or had, the cited version.

The same words are the same in spite of other line breaks, hyphens at line ends, encodings,
ligatures and shapes of quotation marks and dashes.
"""


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True)


class Change(_Frozen):
    """Words that both wordings have, or only the first, or only the second.

    White space between words is folded; what stands behind the last of them is part of `text`.

    >>> mark_difference((Change(kind="kept", text="at "), Change(kind="added", text="nine")))
    'at {+nine+}'
    """

    kind: Kind
    text: str


class Place(_Frozen):
    """A span of a version of a document, `document.text[start:end] == quote`, as it is cited.

    >>> log = Place(id="5d193048d3ad024c:0-9", document_id="log", version="5d193048", title="Log",
    ...     locator="p. 3", start=0, end=9, quote="High tide")
    >>> f"{log.title}, {log.locator}: {log.quote}"
    'Log, p. 3: High tide'
    """

    id: str
    document_id: str
    version: str
    title: str
    locator: str
    page: int | None = None
    page_end: int | None = None
    start: int
    end: int
    quote: str


class Finding(_Frozen):
    """What became of one citation.

    Attributes:
        where: where the citation stands in the report ('footnote 3').
        id: the citation's id; None where the link was lost and the quote was found in the store.
        quote: the quote as the report prints it; None where it prints none.
        status: see `Status`.
        cited: what was cited, if the store holds that version.
        now: where it stands in the document as it is now; None where it does not.
        source_changes: how today's words differ from the cited ones.
        report_changes: how the report's quote differs from the cited words.
        elsewhere: where else in the store the very words stand, for what is gone or unknown.

    >>> one = Finding(where="footnote 3", id=None, quote="High tide at nine.", status="gone")
    >>> f"{one.where}: {one.status}"
    'footnote 3: gone'
    """

    where: str
    id: str | None
    quote: str | None
    status: Status
    cited: Place | None = None
    now: Place | None = None
    source_changes: tuple[Change, ...] = ()
    report_changes: tuple[Change, ...] = ()
    elsewhere: tuple[Place, ...] = ()


class Verification(_Frozen):
    """What became of all citations of a report, in its order.

    `unlinked` says where footnotes stand that quote something, have no link of this program's, and
    hold no words of the store's documents: perhaps citations of other works.

    >>> one = Finding(where="footnote 3", id=None, quote="High tide at nine.", status="gone")
    >>> found = Verification(report="night.md", findings=(one,))
    >>> found.clean, found.counts
    (False, {'gone': 1})
    """

    schema_version: int = SCHEMA_VERSION
    report: str
    findings: tuple[Finding, ...]
    unlinked: tuple[str, ...] = ()

    @computed_field  # type: ignore[prop-decorator]
    @property
    def clean(self) -> bool:
        """Whether every citation is unchanged."""
        return all(finding.status == "unchanged" for finding in self.findings)

    @computed_field  # type: ignore[prop-decorator]
    @property
    def counts(self) -> dict[Status, int]:
        """How many citations there are of each status that occurs."""
        return dict(Counter(finding.status for finding in self.findings))


def mark_difference(changes: tuple[Change, ...]) -> str:
    """A difference in one line, removed words in [-…-], added ones in {+…+}.

    >>> changes = Change(kind="removed", text="ten "), Change(kind="added", text="nine")
    >>> mark_difference((Change(kind="kept", text="at "), *changes))
    'at [-ten-] {+nine+}'
    """
    marks = {"kept": ("", ""), "removed": ("[-", "-]"), "added": ("{+", "+}")}
    parts = []
    for change in changes:
        opening, closing = marks[change.kind]
        words = change.text.rstrip()
        parts.append(f"{opening}{words}{closing}{change.text[len(words) :]}")
    return "".join(parts).rstrip()
