"""Does each source still say what a report cites it for?"""

from collections.abc import Iterator, Sequence
from itertools import chain
from pathlib import Path

from assistant.answer import Passage, citation_id
from assistant.links import CITATION_ID, cited_span
from assistant.locators import heading_path
from assistant.rechecking.findings import Finding, Place, Status, Verification
from assistant.rechecking.passage_tracing import Trace, Tracing
from assistant.rechecking.quotes import difference, printed_quote, quotations
from assistant.rechecking.report_files import Cited, cited_in
from assistant.rechecking.words import Words, is_word
from index.document import Document, Span
from index.errors import ReportError
from index.sandbox.isolation import Limits
from index.store.queries import Version
from index.store.store import Store

_TELLING = 4
"""Words that a quote without an id must have to be told apart from what anyone may write."""
_TRIED = 30
"""Quotations of one footnote that are looked up, the longest of them."""
_LONGEST = 3
"""Words of such a quote by which replaced versions are chosen, which no index holds any more."""
_NEAREST = 20
"""Chunks in which a quote of unknown origin is looked for, those that share most words with it."""
_SOUGHT = 2_000
"""Characters of a quote by which such chunks are found."""
_GRAVITY: tuple[Status, ...] = ("unchanged", "moved", "changed", "gone", "not_in_store")


def verify(store: Store, report: Path, limits: Limits | None = None) -> Verification:
    """What became of each citation of a report in the documents of a store.

    The report is read within the limits.

    Raises:
        ReportError: the report cannot be read, or cites nothing.
        StoreError: the store cannot be read.

    >>> passage = demo.search("When did the sirens sound?", k=1)[0]
    >>> mark = citation_id(passage.version, passage.start, passage.end)
    >>> _ = (tmp_path / "night.md").write_text(f"The sirens were late ({mark}).")
    >>> demo.verify(tmp_path / "night.md").counts
    {'unchanged': 1}
    """
    found = cited_in(report, limits)
    checking = _Checking(store)
    findings, unlinked = [], []
    for cited in found:
        if cited.id is not None:
            findings.append(checking.finding(cited, cited.id))
        elif (finding := checking.by_quote(cited)) is not None:
            findings.append(finding)
        else:
            unlinked.append(cited.where)
    return Verification(report=str(report), findings=tuple(findings), unlinked=tuple(unlinked))


def verify_citation(store: Store, id_: str, quote: str | None = None) -> Finding:
    """What became of the citation with an id, and of its words as they are quoted elsewhere.

    Where only some of the cited words are quoted, it is about those.

    Raises:
        ReportError: it is no citation's id.
        StoreError: the store cannot be read.

    >>> passage = demo.search("When did the sirens sound?", k=1)[0]
    >>> mark = citation_id(passage.version, passage.start, passage.end)
    >>> verify_citation(store, mark).status
    'unchanged'
    """
    if CITATION_ID.fullmatch(id_) is None:
        raise ReportError(
            f"{id_[:80]!r} is no citation's id: it looks like 0123456789abcdef:10-24."
        )
    checking = _Checking(store)
    if quote:
        id_ = checking.part(id_, quote)
    cited = Cited("citation", f"“{quote}”" if quote else "", id_)
    return checking.finding(cited, id_)


class _Checking:
    """Looks at the versions in a store, each read once."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._documents: dict[Version, Document] = {}
        self._tracings: dict[tuple[Version, Version], Tracing] = {}
        self._words: dict[Version, Words] = {}

    def finding(self, cited: Cited, id_: str) -> Finding:
        """What became of a citation with an id."""
        prefix, span = cited_span(id_)
        followed = [
            self._followed(cited, version, span)
            for version in self._store.versions_named(prefix)
            if span.start < span.end <= len(self._document(version).text)
        ]
        if followed:
            # One version may have been several documents': a copy that was not changed counts.
            return min(followed, key=lambda finding: _GRAVITY.index(finding.status))
        quotes = quotations(cited.text)
        return Finding(
            where=cited.where,
            id=id_,
            quote=quotes[0] if quotes else None,
            status="not_in_store",
            elsewhere=next(filter(None, map(self._standing, _telling(quotes))), ()),
        )

    def part(self, id_: str, quote: str) -> str:
        """The id of those words of a citation that are quoted; its own, if they are not of it."""
        prefix, span = cited_span(id_)
        for version in self._store.versions_named(prefix):
            cited = self._document(version).text[span.start : span.end]
            for found in Words(cited).find(Words(quote)):
                return citation_id(version.hash, span.start + found.start, span.start + found.end)
        return id_

    def by_quote(self, cited: Cited) -> Finding | None:
        """What became of a citation that has lost its id; None where no document has its quote."""
        for quote in _telling(quotations(cited.text)):
            longest = sorted(filter(str.isalnum, quote.split()), key=len)[-_LONGEST:]
            older = self._store.replaced_holding(longest) if longest else []
            for version in chain(self._near(quote), older):
                for span in self._spans(version, quote):
                    return self._followed(cited, version, span)
        return None

    def _followed(self, cited: Cited, version: Version, span: Span) -> Finding:
        """What became of a passage of a version that the store holds."""
        document = self._document(version)
        place = _place(version, document, span)
        parts = (part.label for part in document.parts_at(*span))
        headings = document.heading_path(span.start)
        around = (document.title, *headings, heading_path(headings, document.title), *parts)
        quote = printed_quote(cited.text, place.quote, around)
        edited = () if quote is None else difference(place.quote, quote)
        now, trace = self._now(version, span)
        changes = difference(place.quote, now.quote) if now and not trace.same else ()
        status: Status
        if now is None:
            status = "gone"
        elif changes or edited:
            status = "changed"
        elif trace.in_order and Words(place.locator).keys == Words(now.locator).keys:
            status = "unchanged"
        else:
            status = "moved"
        return Finding(
            where=cited.where,
            id=cited.id,
            quote=quote,
            status=status,
            cited=place,
            now=now,
            source_changes=changes,
            report_changes=edited,
            elsewhere=() if now else self._standing(place.quote),
        )

    def _now(self, version: Version, span: Span) -> tuple[Place | None, Trace]:
        """Where a passage stands in its document as it is now, and what became of it."""
        if version.live:
            return _place(version, self._document(version), span), Trace(span, True, True)
        live = self._store.live_version(version.document_id)
        before, after = self._document(version), self._document(live)
        if (version, live) not in self._tracings:
            self._tracings[version, live] = Tracing(before.text, after.text)
        trace = self._tracings[version, live].trace(span)
        return trace.span and _place(live, after, trace.span), trace

    def _standing(self, quote: str) -> tuple[Place, ...]:
        """Where the very words stand in the documents as they are now."""
        return tuple(
            _place(version, self._document(version), span)
            for version in self._near(quote)
            for span in self._spans(version, quote)
        )

    def _near(self, quote: str) -> list[Version]:
        """The documents as they are now that share most words with a quote."""
        with self._store.snapshot() as snapshot:
            hits = snapshot.lexical(quote[:_SOUGHT], _NEAREST)
            chunks = snapshot.chunks([id_ for id_, _ in hits])
        documents = [chunks[id_].document for id_, _ in hits if id_ in chunks]
        return list(dict.fromkeys(Version(info.id, info.version, live=True) for info in documents))

    def _spans(self, version: Version, quote: str) -> list[Span]:
        """Where the very words stand in a version."""
        if version not in self._words:
            self._words[version] = Words(self._document(version).text)
        return self._words[version].find(Words(quote))

    def _document(self, version: Version) -> Document:
        if version not in self._documents:
            self._documents[version] = self._store.document(version.document_id, version.hash)
        return self._documents[version]


def _telling(quotes: Sequence[str]) -> Iterator[str]:
    """Those quotes that are long enough to be told apart from what anyone may write."""
    for quote in quotes[:_TRIED]:
        if sum(map(is_word, Words(quote).keys)) >= _TELLING:
            yield quote


def _place(version: Version, document: Document, span: Span) -> Place:
    found = Passage.of(document, version.document_id, version.hash, span)
    return Place(
        id=citation_id(version.hash, *span),
        document_id=found.document_id,
        version=found.version,
        title=found.title,
        locator=found.locator,
        page=found.page,
        page_end=found.page_end,
        start=found.start,
        end=found.end,
        quote=found.text,
    )
