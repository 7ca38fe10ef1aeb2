"""What agents are given: short, and with the ids by which they go on.

What says nothing (an absent date, an empty list) is left out of the JSON.
"""

import re
from collections.abc import Iterable
from typing import Self

from pydantic import BaseModel, Field

from assistant.annotation import Stance, stances
from assistant.answer import Answer, Citation, Passage, Verdict, citation_id
from assistant.rechecking.findings import Change, Finding, Place, Status, mark_difference
from index.document import Document
from index.store.catalog import DocumentInfo

_SHOWN = 700
"""Characters of a passage that are shown; it can be read whole by its id."""
_FIRST = 1_000
"""Characters that the first passage of a document has, and at least every further one."""


class Passages(BaseModel):
    """Passages, the best first.

    >>> Passages(passages=[]).passages
    []
    """

    passages: "list[Found]"


class Found(BaseModel):
    """A passage, possibly cut short, and where it stands.

    >>> Found.of(demo.search("When did the sirens sound?", k=1)[0]).locator
    'p. 2'
    """

    id: str = Field(description="Names these words for good; read_passage takes it.")
    document_id: str
    title: str
    date: str | None = None
    locator: str = Field("", description="Page, part or heading.")
    text: str = Field(description="The words, cut short where they end in ' …'.")

    @classmethod
    def of(cls, passage: Passage | Citation) -> Self:
        """A passage or citation as it is shown."""
        words = passage.quote if isinstance(passage, Citation) else passage.text
        return cls(
            id=citation_id(passage.version, passage.start, passage.end),
            document_id=passage.document_id,
            title=passage.title,
            date=passage.date,
            locator=passage.locator,
            text=_shortened(words),
        )


class Footnote(Found):
    """A footnote: what [number] in the text cites, and whether it supports it.

    >>> Footnote.all_of(demo.query("Why did Gate 3 fail?"))[0].number
    1
    """

    number: int
    stance: Stance = "supports"

    @classmethod
    def all_of(cls, answer: Answer) -> "list[Footnote]":
        """The footnotes of an answer, in their order."""
        unlike = stances(answer.sentences)
        return [
            cls(
                number=one.number,
                stance=unlike.get(one.number, "supports"),
                **Found.of(one).model_dump(),
            )
            for one in answer.citations
        ]


class Answered(BaseModel):
    """An answer: its text with [1] for footnotes, or that the documents do not answer.

    >>> Answered.of(demo.query("Why did Gate 3 fail?")).answer
    'Gate 3 failed because the bearing of its left arm had run dry.[1]'
    """

    answer: str = Field(
        description="Every sentence without a remark is supported by the footnotes behind it."
    )
    abstained: bool = Field(description="The documents do not answer; 'nearest' may help.")
    footnotes: list[Footnote] = []
    nearest: list[Found] = []
    notices: list[str] = []

    @classmethod
    def of(cls, answer: Answer) -> "Answered":
        """An answer as agents are given it."""
        return cls(
            answer=answer.text,
            abstained=answer.abstained,
            footnotes=Footnote.all_of(answer),
            nearest=[Found.of(one) for one in answer.nearest],
            notices=list(answer.notices),
        )


class Doubted(BaseModel):
    """A sentence that the documents do not support.

    >>> Doubted(sentence="It broke.", verdict="not verified").nearest
    []
    """

    sentence: str
    verdict: Verdict
    missing: str = Field("", description="What the documents do not say of it.")
    contradicted: list[int] = Field([], description="Footnotes that say otherwise.")
    nearest: list[Found] = []


class Cited(BaseModel):
    """A text with footnotes behind the sentences that the documents support.

    >>> Cited.of(demo.cite("Gate 3 failed because its bearing was dry.")).supported
    0
    """

    text: str = Field(description="The text, with [1] for footnotes and remarks in brackets.")
    sentences: int
    supported: int
    footnotes: list[Footnote] = []
    doubted: list[Doubted] = []

    @classmethod
    def of(cls, answer: Answer) -> "Cited":
        """A text that `Assistant.cite` has read."""
        return cls(
            text=answer.text,
            sentences=len(answer.sentences),
            supported=sum(one.supported for one in answer.sentences),
            footnotes=Footnote.all_of(answer),
            doubted=[
                Doubted(
                    sentence=one.text,
                    verdict=one.verdict,
                    missing=one.missing,
                    contradicted=list(one.contradicted),
                    nearest=[Found.of(near) for near in one.nearest[:1]],
                )
                for one in answer.sentences
                if not one.supported
            ],
        )


class InContext(BaseModel):
    """A passage between the words before and after it.

    >>> found = demo.search("When did the sirens sound?", k=1)[0]
    >>> document = demo.document(found.document_id)
    >>> read = InContext.of(found, document, around=80)
    >>> f"{read.before}{read.passage}{read.after}" in document.text
    True
    """

    id: str
    document_id: str
    title: str
    date: str | None = None
    locator: str = ""
    before: str
    passage: str
    after: str
    earlier: str | None = Field(None, description="The id of what stands before all this.")
    later: str | None = Field(None, description="The id of what stands behind all this.")

    @classmethod
    def of(cls, passage: Passage, document: Document, around: int) -> "InContext":
        """A passage with about so many characters of its document on either side, whole words."""
        text, version = document.text, passage.version
        start, end = passage.start, passage.end
        first, last = max(0, start - around), min(len(text), end + around)
        if first:
            first = next((one.end() for one in re.finditer(r"\s", text[first:start])), 0) + first
        if last < len(text):
            last = end + max(text[end:last].rfind(" "), text[end:last].rfind("\n"), 0)
        length = max(around * 2, _FIRST)
        return cls(
            id=citation_id(version, start, end),
            document_id=passage.document_id,
            title=passage.title,
            date=passage.date,
            locator=passage.locator,
            before=text[first:start],
            passage=passage.text,
            after=text[end:last],
            earlier=citation_id(version, max(0, first - length), first) if first else None,
            later=(
                citation_id(version, last, min(len(text), last + length))
                if last < len(text)
                else None
            ),
        )


class Listed(BaseModel):
    """A document.

    >>> Listed.of(demo.documents()[0]).first_passage.split(":")[1]
    '0-1000'
    """

    id: str
    title: str
    author: str | None = None
    date: str | None = None
    pages: int | None = None
    characters: int
    first_passage: str = Field(description="The id of its beginning; read_passage takes it.")

    @classmethod
    def of(cls, info: DocumentInfo) -> "Listed":
        """A document as it is listed."""
        return cls(
            id=info.id,
            title=info.title,
            author=info.author,
            date=info.date,
            pages=info.pages or None,
            characters=info.characters,
            first_passage=citation_id(info.version, 0, min(info.characters, _FIRST)),
        )


class Documents(BaseModel):
    """Some of the documents, the latest first.

    >>> Documents.some(demo.documents(), offset=5, limit=5).total
    7
    """

    documents: list[Listed]
    total: int
    next_offset: int | None = Field(None, description="Where to go on, if there are more.")

    @classmethod
    def some(cls, documents: "list[DocumentInfo]", offset: int, limit: int) -> "Documents":
        """So many of the documents."""
        behind = offset + limit
        return cls(
            documents=[Listed.of(one) for one in documents[offset:behind]],
            total=len(documents),
            next_offset=behind if behind < len(documents) else None,
        )


class Standing(BaseModel):
    """Words where they stand in a document.

    >>> finding = demo.verify_citation(Listed.of(demo.documents()[0]).first_passage)
    >>> len(Standing.of(finding.now).text)
    702
    """

    id: str
    document_id: str
    title: str
    locator: str = ""
    text: str

    @classmethod
    def of(cls, place: Place) -> "Standing":
        """A place as it is shown."""
        return cls(
            id=place.id,
            document_id=place.document_id,
            title=place.title,
            locator=place.locator,
            text=_shortened(place.quote),
        )


class Verified(BaseModel):
    """What became of a citation.

    >>> passage = demo.search("When did the sirens sound?", k=1)[0]
    >>> mark = citation_id(passage.version, passage.start, passage.end)
    >>> Verified.of(demo.verify_citation(mark)).status
    'unchanged'
    """

    status: Status = Field(
        description="unchanged: the document says so in the same place, and the quote is right; "
        "moved: the same words stand elsewhere in it; changed: it says it in other words now, or "
        "the quote is wrong; gone: it is not there any more; not_in_store: no document here has it."
    )
    cited: Standing | None = None
    now: Standing | None = Field(None, description="Where it stands in the document of today.")
    source_changes: str = Field("", description="How the document has changed: [-old-] {+new+}.")
    quote_changes: str = Field("", description="How the quote differs: [-cited-] {+quoted+}.")
    elsewhere: list[Standing] = Field([], description="Where else the very words stand.")

    @classmethod
    def of(cls, finding: Finding) -> "Verified":
        """What was found, as agents are given it."""
        moved = finding.now if finding.now != finding.cited else None
        return cls(
            status=finding.status,
            cited=Standing.of(finding.cited) if finding.cited else None,
            now=Standing.of(moved) if moved else None,
            source_changes=_differing(finding.source_changes),
            quote_changes=_differing(finding.report_changes),
            elsewhere=[Standing.of(one) for one in finding.elsewhere[:3]],
        )


Result = Answered | Cited | Documents | InContext | Passages | Verified
"""What a tool gives back."""


def _differing(changes: "Iterable[Change]") -> str:
    return _shortened(mark_difference(tuple(changes)))


def _shortened(words: str) -> str:
    """The words on one line, and no more than fit."""
    words = " ".join(words.split())
    return words if len(words) <= _SHOWN else f"{words[:_SHOWN]} …"
