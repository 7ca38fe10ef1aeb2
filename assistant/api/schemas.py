"""What requests say and what comes back, where that is not one of the result types themselves."""

from dataclasses import asdict
from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from assistant.answer import Answer, Engine
from assistant.conversations.tables import Kept
from assistant.matrix.columns import MOST_COLUMNS
from index.document import Document, Heading, LeftOut, Page, Part, Span, Table
from index.ingesting.walking import State
from index.store.catalog import DocumentInfo

MOST_QUESTIONS = 200
"""Questions of one report."""
_MOST_TURNS, _MOST_DOCUMENTS = 200, 10_000
_MOST_CHARACTERS = 4 << 20

Documents = Annotated[
    list[str] | None,
    Field(max_length=_MOST_DOCUMENTS, description="Ids of the only documents to look in."),
]
Words = Annotated[str, Field(max_length=_MOST_CHARACTERS)]


Described = dict[int | str, dict[str, Any]]
"""What the description of the interface says of a route's answers, by status."""


class _Said(BaseModel):
    """A request's body; a field that is none is a mistake."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Turn(_Said):
    """An earlier turn of a conversation.

    >>> Turn(role="user", text="Why did Gate 3 fail?").role
    'user'
    """

    role: Literal["user", "assistant"]
    text: Words


class Search(_Said):
    """What to search for.

    >>> Search(question="When did the sirens sound?").k
    10
    """

    question: Words
    k: int = Field(10, ge=1, le=100, description="How many passages.")
    documents: Documents = None
    history: list[Turn] = Field(default=[], max_length=_MOST_TURNS)


class Ask(_Said):
    """A question. With `keep` its answer is kept, in `conversation` or in a new one.

    A `conversation` is also what the question follows up; `history` is for those who keep it
    themselves.

    >>> Ask(question="When did the sirens sound?").keep
    False
    """

    question: Words
    documents: Documents = None
    history: list[Turn] = Field(default=[], max_length=_MOST_TURNS)
    engine: Engine | None = Field(
        None, description="By default the writer where one is configured."
    )
    conversation: str | None = None
    keep: bool = False


class Draft(_Said):
    """A text of one's own, to be given footnotes.

    >>> Draft(text="The sirens sounded at 21:58.").markdown
    True
    """

    text: Words
    documents: Documents = None
    markdown: bool = True


class ReportOf(_Said):
    """Questions one after the other, or a template with `{{ questions }}` on lines of their own.

    >>> ReportOf(questions=["Why did Gate 3 fail?"]).title
    """

    questions: list[Words] | None = Field(None, min_length=1, max_length=MOST_QUESTIONS)
    template: Words | None = None
    title: str | None = Field(None, max_length=1_000)
    documents: Documents = None


class MatrixOf(_Said):
    """Questions that are put to each document: `Name (kind): question`, or only a question.

    >>> MatrixOf(questions=["Law: Which law governs?"]).engine
    """

    questions: list[Words] = Field(min_length=1, max_length=MOST_COLUMNS)
    documents: Documents = None
    title: str = Field("Matrix", max_length=1_000)
    engine: Engine | None = None
    fresh: bool = Field(False, description="Whether cells that are known are worked out anew.")


class Research(_Said):
    """What a research is about, and what it may take.

    >>> Research(question="What happened at the barrage?").requests
    """

    question: Words
    documents: Documents = None
    requests: int | None = Field(None, ge=1, description="The most requests to the model.")
    tokens: int | None = Field(None, ge=1, description="The most tokens, as it counts.")


class Address(_Said):
    """A web address to add; it is fetched once.

    >>> Address(address="https://news.example/storm").address
    'https://news.example/storm'
    """

    address: str = Field(max_length=8_000, pattern=r"(?i)^\s*https?://")


class Folder(_Said):
    """A folder of the server's machine, within one that FOOTNOTE_FOLDERS names.

    With `sync`, what is gone from it is removed as well.

    >>> Folder(path="/srv/papers").sync
    False
    """

    path: str = Field(min_length=1, max_length=4_000)
    sync: bool = False


class Correction(_Said):
    """What is right of a document: '' where it has none, null to go back to what was read.

    A field that is not named stays as it is.

    >>> Correction(date="2024-05").model_dump(exclude_unset=True)
    {'date': '2024-05'}
    """

    title: str | None = Field(None, max_length=300)
    author: str | None = Field(None, max_length=300)
    date: str | None = Field(None, max_length=10, description="2025, 2025-11 or 2025-11-13.")
    status: str | None = Field(None, max_length=60, description="E.g. draft, final, archived.")


class Title(_Said):
    """A conversation's new title.

    >>> Title(title="The night").title
    'The night'
    """

    title: str = Field(min_length=1, max_length=1_000)


class Opinion(_Said):
    """What someone thinks of an answer.

    >>> Opinion(verdict="up").reason
    ''
    """

    verdict: Literal["up", "down"]
    reason: str = Field("", max_length=2_000)


class DocumentText(BaseModel):
    """A version of a document with its text and structure; offsets count Unicode code points.

    >>> DocumentText.of("log", Document("The pier fell.", "Storm", "text/plain")).text[4:8]
    'pier'
    """

    model_config = ConfigDict(frozen=True)

    id: str
    version: str
    text: str
    title: str
    media_type: str
    author: str | None = None
    date: str | None = None
    date_span: Span | None = None
    source: str | None = None
    accessed: str | None = None
    language: str | None = None
    pages: tuple[Page, ...] = ()
    headings: tuple[Heading, ...] = ()
    parts: tuple[Part, ...] = ()
    tables: tuple[Table, ...] = ()
    properties: tuple[tuple[str, str], ...] = ()
    left_out: tuple[LeftOut, ...] = ()
    warnings: tuple[str, ...] = ()

    @classmethod
    def of(cls, document_id: str, document: Document) -> "DocumentText":
        """The document as it is sent."""
        own = {
            name: getattr(document, name)
            for name in cls.model_fields
            if name not in ("id", "version")
        }
        return cls(id=document_id, version=document.version, **own)

    def document(self) -> Document:
        """The document that was sent, without its printed layout."""
        own = {name: getattr(self, name) for name in type(self).model_fields}
        del own["id"], own["version"]
        return Document(**own)


class Listed(BaseModel):
    """A document without its text, and how its file is: as it was read, changed or gone.

    >>> Listed.of(demo.documents()[0], "ready").state
    'ready'
    """

    model_config = ConfigDict(frozen=True)

    id: str
    version: str
    title: str
    author: str | None
    date: str | None
    source: str | None
    path: str | None
    media_type: str
    pages: int
    characters: int
    added: datetime
    language: str | None = None
    accessed: str | None = None
    date_span: Span | None = None
    properties: tuple[tuple[str, str], ...] = ()
    warnings: tuple[str, ...] = ()
    words: int | None = None
    tables: int | None = None
    left_out: int | None = None
    corrected: tuple[tuple[str, str | None], ...] = ()
    state: State | None = None

    @classmethod
    def of(cls, info: DocumentInfo, state: State | None) -> "Listed":
        """The document as it is sent."""
        own: dict[str, Any] = {name: getattr(info, name) for name in info.__slots__}
        return cls(**own, state=state)

    def info(self) -> DocumentInfo:
        """The document that was sent."""
        own = {name: getattr(self, name) for name in type(self).model_fields if name != "state"}
        return DocumentInfo(**own)


class Conversation(BaseModel):
    """A kept conversation in a list.

    >>> Conversation(id="c1", title="Did it hold?", updated="2026-01-02", answers=2).answers
    2
    """

    id: str
    title: str
    updated: datetime
    answers: int


class KeptAnswer(BaseModel):
    """A kept answer, the seconds it took, and what was thought of it.

    >>> answer = Answer(question="Did it hold?", created="2026-01-02")
    >>> KeptAnswer.of(Kept("a1", answer, seconds=0.4)).feedback
    """

    id: str
    answer: Answer
    seconds: float
    feedback: Opinion | None = None

    @classmethod
    def of(cls, kept: Kept) -> "KeptAnswer":
        """The answer as it is sent."""
        said = Opinion(**asdict(kept.feedback)) if kept.feedback else None
        return cls(id=kept.id, answer=kept.answer, seconds=kept.seconds, feedback=said)


class ConversationRead(BaseModel):
    """A kept conversation with its answers, in order.

    >>> ConversationRead(id="c1", title="Did it hold?", answers=[]).answers
    []
    """

    id: str
    title: str
    answers: list[KeptAnswer]


class About(BaseModel):
    """What serves: the version of the program, what answers, what judges, how much there is.

    >>> About(version="0.1.0", engine="reader", judge="", documents=7).engine
    'reader'
    """

    version: str
    engine: str
    judge: str
    documents: int


class Purged(BaseModel):
    """What came of a removal: files of the store in which words of the document still stand.

    >>> Purged().left_in
    []
    """

    left_in: list[str] = []
