"""The result types: what `query`, `stream` and `search` return. Frozen, and JSON both ways.

The published JSON schema of an answer, which `footnote ask --json` prints, is made by
`python -m assistant.answer > docs/answer.schema.json`. `schema_version` rises when a field is
renamed or removed or means something else. New fields may come without that, so readers pass over
what they do not know.
"""

import json
import sys
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, computed_field, model_validator

from assistant.annotation import annotate_manuscript, escaped, noted
from assistant.exportable import Exportable
from assistant.locators import locator
from index.document import Document, Part, Span, printed_label

SCHEMA_VERSION: Literal[1] = 1

Engine = Literal["reader", "writer"]
_Count = TypeVar("_Count", int, float)

SpanPair = tuple[int, int]
Verdict = Literal["supported", "contradicted", "not verified"]
Kind = Literal["answer", "yes_no", "overview", "summary", "greeting", "clarification", "draft"]


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True)


class Passage(_Frozen):
    """A retrieved span of a document; `document.text[start:end] == text`.

    `page` counts the file's pages from 1, `page_label` is what is printed there where that is
    another number ('iv'). Beside a sentence that it does not carry, `differs` are the spans of
    `text` whose words the sentence lacks.
    """

    document_id: str
    version: str
    title: str
    text: str
    start: int
    end: int
    page: int | None = None
    page_end: int | None = None
    page_label: str | None = None
    page_count: int | None = None
    date: str | None = None
    source: str | None = None
    path: str | None = None
    heading: tuple[str, ...] = ()
    parts: tuple[Part, ...] = ()
    score: float = 0.0
    differs: tuple[SpanPair, ...] = ()

    @classmethod
    def of(cls, document: Document, document_id: str, version: str, span: Span) -> "Passage":
        """The passage at a span, which is not empty, of a version of a document."""
        start, end = span
        return cls(
            document_id=document_id,
            version=version,
            title=document.title,
            text=document.text[start:end],
            start=start,
            end=end,
            page=document.page_at(start),
            page_end=document.page_at(end - 1),
            page_label=printed_label(document.pages, start, end),
            page_count=len(document.pages) or None,
            date=document.date,
            source=document.source,
            heading=document.heading_path(start),
            parts=document.parts_at(start, end),
        )

    @property
    def locator(self) -> str:
        """Where it stands, for a reader: 'p. 3', 'p. iv (4 of 80)', or the headings above it."""
        return locator(
            self.page,
            self.page_end,
            self.heading,
            self.parts,
            self.page_label,
            self.page_count,
            self.title,
        )


class Citation(_Frozen):
    """A place in a document: `document.text[start:end] == quote`, for this `version` of it.

    `id` is made of version and span, so it names the same words in every store that holds them.
    `page` counts the file's pages from 1, `page_label` is what is printed there where that is
    another number ('iv'), `heading` the headings above the words, outermost first.
    """

    number: int = Field(ge=1)
    id: str
    document_id: str
    version: str
    title: str
    author: str | None = None
    source: str | None = None
    path: str | None = None
    locator: str = ""
    page: int | None = None
    page_end: int | None = None
    page_label: str | None = None
    heading: tuple[str, ...] = ()
    start: int
    end: int
    quote: str
    date: str | None = None
    accessed: str | None = None
    language: str | None = None
    score: float = 0.0


class Sentence(_Frozen):
    """One sentence of an answer with the numbers of its footnotes.

    `verdict` says what the program has seen: that the cited passages say all of it ('supported'),
    that the documents say otherwise ('contradicted', in the footnotes `contradicted`), or neither
    ('not verified': `nearest` are the places that come nearest, `missing` tells in words what they
    do not say). `superseded` are the footnotes of documents that have since said otherwise of what
    a supported sentence says.

    `exact`, `unsupported` and `added` are spans of `text`: the very words that answer, the words
    that the passages do not carry, and the bracketed words that the program put in (each stands in
    a cited span). `paragraph` is True where the sentence begins a new paragraph. `place` is the
    span of a sentence of the user's own draft in it.
    """

    text: str
    citations: tuple[int, ...] = ()
    verdict: Verdict = "supported"
    exact: tuple[SpanPair, ...] = ()
    unsupported: tuple[SpanPair, ...] = ()
    added: tuple[SpanPair, ...] = ()
    paragraph: bool = False
    place: SpanPair | None = None
    contradicted: tuple[int, ...] = ()
    superseded: tuple[int, ...] = ()
    missing: str = ""
    nearest: tuple[Passage, ...] = ()

    @computed_field  # type: ignore[prop-decorator]
    @property
    def supported(self) -> bool:
        """Whether the verdict is 'supported'."""
        return self.verdict == "supported"

    @model_validator(mode="before")
    @classmethod
    def _older(cls, given: object) -> object:
        """What was kept before there were three verdicts said only whether it is supported."""
        if isinstance(given, dict) and "verdict" not in given and not given.get("supported", True):
            verdict = "contradicted" if given.get("contradicted") else "not verified"
            return {**given, "verdict": verdict}
        return given


class Usage(_Frozen):
    """What the writer of an answer took.

    Token counts are the endpoint's own, None where it tells none; `cost` is in the currency of the
    prices that are set, None without them. `seconds` are those of all requests, `first_sentence`
    those from the question to the first verified sentence.
    """

    requests: int = 0
    prompt_tokens: int | None = None
    completion_tokens: int | None = None
    cost: float | None = None
    seconds: float = 0.0
    first_sentence: float | None = None

    @property
    def summary(self) -> str:
        """In words: '4.2 s, 3,000 tokens read, 300 written, cost 0.0021', as far as it is known."""
        read, wrote = self.prompt_tokens, self.completion_tokens
        parts = [f"{self.seconds:.1f} s"]
        parts += [f"{read:,} tokens read"] if read is not None else []
        parts += [f"{wrote:,} written"] if wrote is not None else []
        parts += [f"cost {self.cost:.4f}"] if self.cost is not None else []
        return ", ".join(parts)

    def __add__(self, other: "Usage") -> "Usage":
        """What both took; a count that one of them does not know counts as nothing."""
        return Usage(
            requests=self.requests + other.requests,
            prompt_tokens=_sum(self.prompt_tokens, other.prompt_tokens),
            completion_tokens=_sum(self.completion_tokens, other.completion_tokens),
            cost=_sum(self.cost, other.cost),
            seconds=round(self.seconds + other.seconds, 6),
            first_sentence=self.first_sentence
            if other.first_sentence is None
            else other.first_sentence
            if self.first_sentence is None
            else min(self.first_sentence, other.first_sentence),
        )


class Answer(Exportable, _Frozen):
    """An answer whose every sentence is footnoted, or an abstention with the nearest passages.

    `message` holds the program's own words (a greeting, what it did not find); it claims nothing
    about the documents' subject. `conflicts` lists groups of sentence numbers (the first sentence
    is 1) whose accounts differ. `notices` are remarks beside the answer: a name in the question
    that no document mentions. `draft` is the user's own text where that was given footnotes; it is
    what the answer's text is made of, and `question` is its first line. `literal` are the spans of
    it that are no Markdown: there a sign stands for itself. `documents` are the ids of all
    documents whose words stand anywhere in it: cited, near, offered, told of or left out.
    """

    schema_version: Literal[1] = SCHEMA_VERSION
    question: str
    kind: Kind = "answer"
    message: str = ""
    sentences: tuple[Sentence, ...] = ()
    citations: tuple[Citation, ...] = ()
    abstained: bool = False
    engine: str = "reader"
    created: datetime
    confidence: float = Field(default=0.0, ge=0.0, le=1.0)
    nearest: tuple[Passage, ...] = ()
    conflicts: tuple[tuple[int, ...], ...] = ()
    dropped: tuple[Sentence, ...] = ()
    notices: tuple[str, ...] = ()
    timings: dict[str, float] = Field(default_factory=dict)
    usage: Usage | None = None
    draft: str | None = None
    literal: tuple[SpanPair, ...] = ()
    documents: tuple[str, ...] = ()

    @computed_field  # type: ignore[prop-decorator]
    @property
    def text(self) -> str:
        """The whole answer as plain text, footnotes as [1]."""
        if self.draft is not None:
            return annotate_manuscript(self.draft, self.sentences, noted)
        return self.written(marked)

    def written(self, write: Callable[[Sentence], str]) -> str:
        """The whole answer as plain text, each sentence as `write` gives it."""
        parts = [self.message] if self.message else []
        for sentence in self.sentences:
            if parts:
                opens = sentence.paragraph or (len(parts) == 1 and self.message)
                parts.append("\n\n" if opens else " ")
            parts.append(write(sentence))
        return "".join(parts)

    def to_word_draft(
        self, draft: str | Path, path: str | Path, *, base: str | None = None
    ) -> None:
        """Write the Word file `draft`, which `Assistant.cite` was given, with its footnotes in it.

        Its formatting, pictures, tables and own notes stay. `path` is the new file's, `base` as in
        the other exports.

        Raises:
            ReportError: `draft` cannot be read or is not what was cited, or `path` not be written.
        """
        from assistant.reporting.export import export_word_manuscript

        export_word_manuscript(self, Path(draft), Path(path), base)

    def citation(self, number: int) -> Citation:
        """The footnote with this number."""
        return self.citations[number - 1]

    def _repr_html_(self) -> str:
        """How a notebook shows it."""
        from assistant.reporting.export import notebook_html

        return notebook_html(self)


class Progress(_Frozen):
    """A stage of the work has begun."""

    type: Literal["progress"] = "progress"
    stage: Literal["understanding", "searching", "reading", "writing", "verifying"]


class SentenceReady(_Frozen):
    """A verified sentence, and the citations that are new with it."""

    type: Literal["sentence"] = "sentence"
    sentence: Sentence
    citations: tuple[Citation, ...] = ()


class AnswerReady(_Frozen):
    """The finished answer; always the last event."""

    type: Literal["answer"] = "answer"
    answer: Answer


Event = Annotated[Progress | SentenceReady | AnswerReady, Field(discriminator="type")]


def _sum(one: _Count | None, other: _Count | None) -> _Count | None:
    return one if other is None else other if one is None else one + other


def summed(usages: Sequence[Usage]) -> Usage | None:
    """What several answers, or the parts of one, took together; None of none.

    >>> summed([Usage(seconds=1.5, prompt_tokens=800), Usage(seconds=2.0)]).summary
    '3.5 s, 800 tokens read'
    """
    if not usages:
        return None
    first, *others = usages
    return sum(others, start=first)


def marked(sentence: Sentence) -> str:
    """The sentence with its footnote numbers and remarks; what only looks like one is escaped.

    >>> marked(Sentence(text="The dam held.", citations=(1, 3)))
    'The dam held.[1][3]'
    >>> marked(Sentence(text="It broke.", verdict="contradicted", contradicted=(2,)))
    'It broke. (the documents say otherwise)[2]'
    """
    return escaped(sentence.text) + noted(sentence)


def citation_id(version: str, start: int, end: int) -> str:
    """The stable name of a span of a version: '<first 16 digits of the hash>:<start>-<end>'."""
    return f"{version[:16]}:{start}-{end}"


def answer_schema() -> dict[str, Any]:
    """The schema (JSON Schema 2020-12) of an `Answer` as JSON."""
    schema = Answer.model_json_schema(mode="serialization")
    for one in (schema, *schema["$defs"].values()):
        if "description" in one:  # examples in Python are for whoever reads the code
            one["description"] = one["description"].partition("\n\n>>> ")[0]
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"urn:footnote:answer:{SCHEMA_VERSION}",
        **schema,
    }


def published_schema() -> str:
    """The schema as it is published."""
    return json.dumps(answer_schema(), ensure_ascii=False, indent=2) + "\n"


if __name__ == "__main__":
    sys.stdout.write(published_schema())
