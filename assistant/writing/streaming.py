"""What a model writes, piece by piece → its sentences, each as soon as it is whole.

A model that keeps to the schema writes JSON, any other writes text with numbers in brackets; which
it is shows in the first character.

What a model writes that claims nothing of the documents: fragments, and talk about itself.
"""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from assistant.language.terms import content_terms
from index.document import Span
from index.sentences import sentence_spans
from index.store.lexical import analyzed

NO_ANSWER = "NO ANSWER"
"""What a model replies where the passages do not answer, as the prompt has it."""

_MARK = re.compile(r"(?<![ \t])[ \t]*+\[(\d{1,3}(?:\s*[,;]\s*\d{1,3})*)\]")
_UNFINISHED_MARK = re.compile(r"(?<![ \t])[ \t]*+\[[\d,;\s]*$")
_LEADING = re.compile(r"^(?:\s*(?:#{1,6}|[-*•>]|\d{1,2}[.)])\s+)+")
_EMPHASIS = re.compile(r"(\*\*|__|(?<!`)`++)(?=\S)(.{1,1000}?)(?<=\S)\1", re.DOTALL)
_THOUGHT = re.compile(r"\A\s*<think(?:ing)?>.*?</think(?:ing)?>\s*", re.DOTALL)
_OPENS_THOUGHT = re.compile(r"\A\s*(?:<$|<t|<think)")
_FENCE = "```json"
_ARRAY = re.compile(r'"sentences"\s*:\s*\[')
_UNANSWERED = re.compile(r'"answered"\s*:\s*false')


@dataclass(frozen=True, slots=True)
class Written:
    """A sentence as the model wrote it, without marks, the passages it names, and its claims.

    >>> Cutter().feed("The gate held [2]. It rained")[0]
    Written(text='The gate held.', passages=(2,), paragraph=False, claims=())
    """

    text: str
    passages: tuple[int, ...] = ()
    paragraph: bool = False
    claims: tuple[str, ...] = ()

    @property
    def judged_by(self) -> tuple[str, ...]:
        """The claims by which it is judged: its own where they cover its words, else itself.

        >>> Written("It fell and broke.", claims=("It fell.",)).judged_by
        ('It fell and broke.',)
        """
        covered = frozenset().union(*map(content_terms, self.claims))
        whole = bool(self.claims) and content_terms(self.text) <= covered
        return self.claims if whole else (self.text,)


class Cutter:
    """Cuts a reply into sentences while it comes in.

    Attributes:
        declined: the model says that the passages do not answer.
        rest: what came after the last whole sentence, once the reply has ended.

    >>> cutter = Cutter()
    >>> cutter.feed("The gate held [1]. It rai")
    [Written(text='The gate held.', passages=(1,), paragraph=False, claims=())]
    >>> cutter.feed("ned [2][3]."), cutter.end()
    ([], [Written(text='It rained.', passages=(2, 3), paragraph=False, claims=())])
    """

    def __init__(self) -> None:
        self._head = ""
        self._form: _Form | None = None

    @property
    def declined(self) -> bool:
        """Whether the model says that the passages do not answer."""
        return self._form is not None and self._form.declined

    def feed(self, piece: str) -> list[Written]:
        """The sentences that a further piece of the reply completes."""
        if self._form is not None:
            return self._form.feed(piece)
        self._head = _THOUGHT.sub("", self._head + piece)
        start = self._head.lstrip()
        if not start or _OPENS_THOUGHT.match(start) or _FENCE.startswith(start):
            return []
        start = start.removeprefix(_FENCE).lstrip()
        if not start:
            return []
        self._form = _Json() if start.startswith("{") else _Plain()
        return self._form.feed(start)

    def end(self, *, cut_off: bool = False) -> list[Written]:
        """The sentences that only the end of the reply completes.

        A reply that was cut off ends in part of a sentence, which is none.
        """
        if self._form is None:
            self._form = _Plain()
            found = self._form.feed(self._head)
            return [*found, *self._form.end(cut_off=cut_off)]
        return self._form.end(cut_off=cut_off)


class _Form(Protocol):
    declined: bool

    def feed(self, piece: str) -> list[Written]: ...

    def end(self, *, cut_off: bool) -> list[Written]: ...


class _Plain:
    """Text with numbers in brackets behind its sentences."""

    def __init__(self) -> None:
        self._buffer = ""
        self._paragraph = False
        self.declined = False

    def feed(self, piece: str) -> list[Written]:
        self._buffer += piece
        return self._cut(whole=False)

    def end(self, *, cut_off: bool) -> list[Written]:
        return self._cut(whole=not cut_off)

    def _cut(self, *, whole: bool) -> list[Written]:
        ready = self._buffer
        if not whole and (unfinished := _UNFINISHED_MARK.search(ready)):
            ready = ready[: unfinished.start()]
        bare, marks = _without_marks(ready)
        spans = sentence_spans(bare)
        if not whole:
            # The last may go on, and a mark may follow the one before it.
            spans = spans[:-1]
        found, before, done = [], 0, 0
        for start, end in spans:
            following = len(bare) - len(bare[end:].lstrip())
            numbers = [n for at, group in marks if start <= at <= following for n in group]
            marks = [(at, group) for at, group in marks if not start <= at <= following]
            text = _clean(bare[start:end])
            opens = self._paragraph or "\n" in bare[before:start]
            if text:
                if text.rstrip(".").upper() == NO_ANSWER:
                    self.declined = True
                else:
                    found.append(Written(text, tuple(dict.fromkeys(numbers)), opens))
                self._paragraph = False
            before, done = end, following
        if spans:
            cut = _original(ready, done)
            self._paragraph = "\n" in bare[spans[-1].end : done]
            self._buffer = self._buffer[cut:]
        return found


class _Json:
    """An object as `wire.ANSWER` has it, read while it is written."""

    def __init__(self) -> None:
        self._buffer = ""
        self._at = 0
        self.declined = False

    def feed(self, piece: str) -> list[Written]:
        self._buffer += piece
        if _UNANSWERED.search(self._buffer):
            self.declined = True
        if not self._at:
            opened = _ARRAY.search(self._buffer)
            if opened is None:
                return []
            self._at = opened.end()
        found = []
        while (one := self._next()) is not None:
            found += one
        return found

    def end(self, *, cut_off: bool) -> list[Written]:
        del cut_off
        return []

    def _next(self) -> list[Written] | None:
        start = re.compile(r"[\s,]*").match(self._buffer, self._at)
        at = start.end() if start else self._at
        if self._buffer[at : at + 1] != "{":
            return None
        try:
            row, self._at = json.JSONDecoder().raw_decode(self._buffer, at)
        except ValueError:  # it is not whole yet
            return None
        return [] if not isinstance(row, dict) else parse_sentence(row)


def parse_sentence(row: dict[str, Any]) -> list[Written]:
    """The sentences of one entry of a reply; mostly one. What has another form is passed over.

    >>> parse_sentence({"text": "It held.", "claims": [{"text": "It held.", "passages": [2]}]})
    [Written(text='It held.', passages=(2,), paragraph=False, claims=('It held.',))]
    """
    text = row.get("text", "")
    bare, marks = _without_marks(_clean(text if isinstance(text, str) else ""))
    claims = [one for one in _listed(row.get("claims")) if isinstance(one, dict)]
    cited = [
        *_listed(row.get("passages")),
        *(n for one in claims for n in _listed(one.get("passages"))),
    ]
    cited += [n for _, group in marks for n in group]
    numbers = tuple(dict.fromkeys(n for n in cited if isinstance(n, int)))
    facts = tuple(
        " ".join(one["text"].split()) for one in claims if isinstance(one.get("text"), str)
    )
    spans = sentence_spans(bare)
    if facts and bare:
        return [Written(bare, numbers, claims=tuple(filter(None, facts)))]
    # A model may put several sentences into one; each is verified by itself.
    return [Written(bare[start:end], numbers) for start, end in spans]


def _listed(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


def _without_marks(text: str) -> tuple[str, list[tuple[int, list[int]]]]:
    """The text without its marks, and where each stood in it with the numbers it holds."""
    bare, marks, done = "", [], 0
    for match in _MARK.finditer(text):
        bare += text[done : match.start()]
        marks.append((len(bare), [int(n) for n in re.findall(r"\d+", match[1])]))
        done = match.end()
    return bare + text[done:], marks


def _original(text: str, position: int) -> int:
    """Where a position of the text without marks is in the text with them, behind any there."""
    passed = 0
    for match in _MARK.finditer(text):
        if match.start() - passed > position:
            break
        passed += match.end() - match.start()
    return position + passed


def _clean(text: str) -> str:
    """A sentence without the signs of Markdown, on one line."""
    bare = _LEADING.sub("", text)
    return " ".join(_EMPHASIS.sub(r"\2", bare).split())


_ENDED = re.compile(r"[.!?…。！？؟।][\"'”’»)\]*_]*$")
_ASKS = re.compile(r"[?？؟][\"'”’»)\]*_]*$")
_WORD = re.compile(r"[^\W\d_]+")
_UNSPACED = re.compile(r"[\u0e00-\u0e7f\u3040-\u30ff\u3400-\u9fff]")
_VERB = re.compile(
    r"\b(?:is|are|was|were|be|been|has|have|had|does|do|did|can|could|will|would|shall|should"
    r"|may|might|must|said|says|[a-z]{3,}ed)\b",
    re.IGNORECASE,
)
_LEAST_WORDS = 5

_CODE = re.compile(r"\w\([\"']|\w\(\w+\(|\)\.\w+\(|\bfor \w+ in \w+[.(]")
_SIGNS_OF_CODE = 2

_OF_ITSELF = re.compile(
    r"\b(?:the|this|these|those|that|your|my|our|above|following|given|provided|preceding)"
    r"(?: (?:above|following|given|provided|numbered|original|first|second|last))?"
    r" (?:passages?|sentences?|answers?|questions?|text|context|prompt|instructions?|paragraphs?)\b"
    r"|</?\w[^<>]*>"
    r"|\bnot in (?:the )?passages?\b"
    r"|(?<![\w“\"])(?:I|I[’']m|I[’']ve|I[’']ll|me|my)(?!\w)",
    re.IGNORECASE,
)


def is_fragment(text: str) -> bool:
    """Whether it is a heading, a question, a list's item or lead, or code: it claims nothing.

    Without a sign that ends it, a sentence has some words and, in English, a common verb's form.

    >>> is_fragment("The gate held."), is_fragment("What happened:")
    (False, True)
    """
    if _ASKS.search(text):
        return True
    if len(_WORD.findall(text)) < 2 and not _UNSPACED.search(text):
        return True
    if len(_CODE.findall(text)) >= _SIGNS_OF_CODE and not _VERB.search(text):
        return True
    if _ENDED.search(text):
        return False
    words = text.split()
    return text.endswith(":") or len(words) < _LEAST_WORDS or not _VERB.search(text)


def about_itself(text: str, quotes: Sequence[str]) -> list[Span]:
    """Where a text speaks of itself, its writer or what it was given, in words not quoted.

    >>> text = "I found in the passages that the gate held."
    >>> [text[start:end] for start, end in about_itself(text, ["The gate held."])]
    ['I', 'the passages']
    """
    quoted = "\n".join(quotes)
    said = set(analyzed(quoted))
    return [
        Span(*match.span())
        for match in _OF_ITSELF.finditer(text)
        # A tag is the document's own where it stands there as it is written.
        if match[0] not in quoted
        and (match[0][0] == "<" or not said.issuperset(analyzed(match[0])))
    ]
