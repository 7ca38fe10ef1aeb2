"""What an export shows of an answer, and the words of a footnote, before any format.

Spans of a document are shown with each run of white space as one space, otherwise word for word.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby, pairwise
from typing import Generic, Literal, TypeVar
from urllib.parse import quote as percent_encoded
from urllib.parse import urlsplit

from assistant.annotation import Stance, doubt, footnotes
from assistant.answer import Answer, Citation, Passage, Sentence
from assistant.language.dates import spoken_date
from assistant.links import permalink, text_fragment
from assistant.messages import BUT_SEE, NOT_VERIFIED, SAYS_OTHERWISE, SUPERSEDED

Mark = Literal[
    "bold",
    "italic",
    "struck",
    "code",
    "small-caps",
    "superscript",
    "subscript",
    "added",
    "unsupported",
    "contradicted",
    "unverified",
    "superseded",
    "label",
]
"""Verdicts mark the words of a sentence, and with 'label' what is said of it."""


@dataclass(frozen=True, slots=True)
class Run:
    """Words that look alike; `href` is the address that they link to.

    >>> words = Run("the tide log", frozenset({"italic"}), "https://example.org/log")
    >>> words.text, "italic" in words.marks
    ('the tide log', True)
    """

    text: str
    marks: frozenset[Mark] = frozenset()
    href: str = ""


@dataclass(frozen=True, slots=True)
class Reference:
    """The place of a footnote's number, and what the footnote is there for.

    >>> log = Citation(number=1, id="5d193048d3ad024c:0-9", document_id="log", version="5d193048",
    ...     title="Tide log", start=0, end=9, quote="High tide")
    >>> [type(one).__name__ for one in (Run("High tide was at nine."), Reference(log))]
    ['Run', 'Reference']
    >>> Reference(log).key, Reference(log, "but see").key
    ('log/5d193048d3ad024c:0-9', 'log/5d193048d3ad024c:0-9/but see')
    """

    citation: Citation
    stance: Stance = "supports"

    @property
    def key(self) -> str:
        """What makes two places name one footnote."""
        key = f"{self.citation.document_id}/{self.citation.id}"
        return key if self.stance == "supports" else f"{key}/{self.stance}"

    @property
    def name(self) -> str:
        """What is said after the footnote's number where the number alone is read out."""
        return "" if self.stance == "supports" else f", {self.stance}"


Note = TypeVar("Note")
Line = tuple[Run | Reference, ...]


@dataclass(frozen=True, slots=True)
class Block:
    """One paragraph, or a list where `kind` is 'accounts' or 'nearest': its lines are the items.

    'said' are sentences with footnotes, 'accounts' those that differ from each other, 'message' and
    'notice' the program's own words, 'nearest' passages that do not answer.

    >>> accounts = Block("accounts", ((Run("The gate held."),), (Run("The gate gave way."),)))
    >>> [line[0].text for line in accounts.lines]
    ['The gate held.', 'The gate gave way.']
    """

    kind: Literal["message", "said", "accounts", "nearest", "notice"]
    lines: tuple[Line, ...]


_OWN_TEXT = "The author’s own text, checked"
_EACH_FOOTNOTE = "Each footnote ends with the stable id of the words that it cites."
_SPACE = re.compile(r"\s+")
_UNPRINTABLE = re.compile(
    "[^\t\n\r\u0020-\u007e\u0085\u00a0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]"
)
_EXCERPT = 280
"""The longest excerpt of a passage that does not answer, in characters."""


class Numbering(Generic[Note]):
    """Footnote numbers in the order in which the footnotes are first named.

    >>> footnotes = Numbering[str]()
    >>> [footnotes.number(key, f"See the {key}.") for key in ("log", "minutes", "log")]
    [(1, 1), (2, 1), (1, 2)]
    >>> list(footnotes.named())
    [(1, 2, 'See the log.'), (2, 1, 'See the minutes.')]
    """

    def __init__(self) -> None:
        self._times: dict[str, int] = {}
        self._numbers: dict[str, int] = {}
        self.notes: list[Note] = []

    def number(self, key: str, note: Note) -> tuple[int, int]:
        """The number of the footnote with this key, and how often it has been named, now too."""
        if key not in self._numbers:
            self.notes.append(note)
            self._numbers[key] = len(self.notes)
        self._times[key] = self._times.get(key, 0) + 1
        return self._numbers[key], self._times[key]

    def named(self) -> Iterator[tuple[int, int, Note]]:
        """Each footnote's number, how often it is named, and what it holds."""
        for (key, number), note in zip(self._numbers.items(), self.notes, strict=True):
            yield number, self._times[key], note


def answer_blocks(answer: Answer) -> Iterator[Block]:
    """The answer in its order: message, sentences, what was found instead, notices.

    >>> answer = Answer(question="Hello", message="Good morning.", created=datetime(2026, 1, 2),
    ...     notices=("One file is damaged.",))
    >>> [(block.kind, block.lines[0][0].text) for block in answer_blocks(answer)]
    [('message', 'Good morning.'), ('notice', 'Note: One file is damaged.')]
    """
    if answer.message:
        yield Block("message", ((Run(folded(answer.message)),),))
    group_of = {number: group for group in answer.conflicts for number in group}
    numbered = list(enumerate(answer.sentences, start=1))
    for group, run in groupby(numbered, key=lambda item: group_of.get(item[0])):
        sentences = [sentence for _, sentence in run]
        if group is None:
            yield from _paragraphs(answer, sentences)
        else:
            yield Block("accounts", tuple(_line(answer, [sentence]) for sentence in sentences))
    if answer.abstained and answer.nearest:
        yield Block("nearest", tuple(nearest(passage) for passage in answer.nearest))
    for notice in answer.notices:
        yield Block("notice", ((Run(f"Note: {folded(notice)}"),),))


def behind(answer: Answer, sentence: Sentence) -> Iterator[Run | Reference]:
    """What stands behind a sentence: its footnotes, before each that supports nothing the words.

    >>> held = Sentence(text="The dam held.", verdict="not verified", unsupported=((8, 12),))
    >>> answer = Answer(question="Did it hold?", created="2026-01-02", sentences=(held,))
    >>> "".join(piece.text for piece in behind(answer, held))
    ' (not verified: “held”)'
    """
    stance: Stance = "supports"
    if not sentence.supported:
        stance = SAYS_OTHERWISE
        yield Run(" ")
        yield Run(f"({folded(doubt(sentence))})", frozenset({"label", _verdict(sentence)}))
    yield from (Reference(answer.citation(number), stance) for number in footnotes(sentence))
    if sentence.superseded:
        yield Run(" ")
        later = later_than([answer.citation(number) for number in sentence.superseded])
        yield Run(f"({later})", frozenset({"label", "superseded"}))
        yield from (Reference(answer.citation(one), BUT_SEE) for one in sentence.superseded)


def later_than(citations: Sequence[Citation]) -> str:
    """What is said of a sentence that these have since corrected or contradicted.

    >>> log = Citation(number=1, id="5d193048d3ad024c:0-9", document_id="log", version="5d193048",
    ...     title="Tide log", start=0, end=9, quote="High tide", date="2025-11")
    >>> later_than([log])
    'since corrected or contradicted by Tide log, November 2025'
    """
    named = (folded(c.title) + _after_comma(spoken_date(c.date or "")) for c in citations)
    return SUPERSEDED.format("; ".join(dict.fromkeys(named)))


def counted(answers: Iterable[Answer]) -> dict[str, int]:
    """How many sentences have each verdict, and how many of the supported are superseded.

    >>> held = Sentence(text="The dam held.", citations=(1,))
    >>> counted([Answer(question="Did it hold?", created="2026-01-02", sentences=(held,))])
    {'supported': 1, 'superseded': 0, 'contradicted': 0, 'not_verified': 0}
    """
    sentences = [sentence for answer in answers for sentence in answer.sentences]
    supported = [sentence for sentence in sentences if sentence.supported]
    contradicted = sum(one.verdict == "contradicted" for one in sentences)
    return {
        "supported": len(supported),
        "superseded": sum(bool(sentence.superseded) for sentence in supported),
        "contradicted": contradicted,
        "not_verified": len(sentences) - len(supported) - contradicted,
    }


def tally(answers: Iterable[Answer]) -> str:
    """How many sentences have each verdict, in words; empty where all are simply supported.

    >>> open_ = Sentence(text="The dam held.", verdict="not verified")
    >>> tally([Answer(question="Did it hold?", created="2026-01-02", sentences=(open_,))])
    '1 sentence: 0 supported, 1 not verified.'
    """
    counts = counted(answers)
    supported, superseded = counts["supported"], counts["superseded"]
    total = supported + counts["contradicted"] + counts["not_verified"]
    if total == supported and not superseded:
        return ""
    parts = [f"{supported} supported"]
    if superseded:
        parts[0] += f" ({superseded} of them since corrected or contradicted)"
    if counts["contradicted"]:
        parts.append(f"{counts['contradicted']} contradicted by the documents")
    if counts["not_verified"]:
        parts.append(f"{counts['not_verified']} {NOT_VERIFIED}")
    return f"{total} sentence{'' if total == 1 else 's'}: {', '.join(parts)}."


def note(citation: Citation, base: str | None, stance: Stance = "supports") -> tuple[Run, ...]:
    """A footnote: what is cited, where, the quote, and the citation's id as a link.

    One that does not support its sentence opens with what it is there for.

    >>> log = Citation(number=1, id="5d193048d3ad024c:0-9", document_id="log", version="5d193048",
    ...     title="Tide log", author="Bo Ray", start=0, end=9, quote="High tide", locator="p. 3")
    >>> "".join(run.text for run in note(log, base=None))
    'Bo Ray, Tide log, p. 3: “High tide” 5d193048d3ad024c:0-9'
    """
    address = web_address(citation.source)
    title = Run(
        folded(citation.title),
        frozenset({"italic"}),
        text_fragment(address, citation.quote) if address else "",
    )
    opening = "" if stance == "supports" else f"{stance.capitalize()}: "
    author = f"{folded(citation.author)}, " if citation.author else ""
    place = _after_comma(spoken_date(citation.date) if citation.date else "", citation.locator)
    return (
        Run(opening + author),
        title,
        Run(f"{place}: “{folded(citation.quote)}” "),
        Run(citation.id, href=permalink(citation.id, base) if base else ""),
    )


def colophon(answers: Sequence[Answer]) -> str:
    """Which engine answered, and when, and the tally; empty without answers.

    >>> colophon([Answer(question="When was high tide?", created=datetime(2026, 1, 2, 9, 30))])
    'Answered by the embedded reader, 2 January 2026, 09:30. Each footnote ends with the stable id
    of the words that it cites.'
    """
    if not answers:
        return ""
    first, last = min(a.created for a in answers), max(a.created for a in answers)
    engines = list(dict.fromkeys(_engine(answer.engine) for answer in answers))
    what = "Answered" if len(answers) == 1 else f"{len(answers)} questions answered"
    times = _time(first) if _time(first) == _time(last) else f"{_time(first)} to {_time(last)}"
    who = _OWN_TEXT if engines == [_engine("yours")] else f"{what} by {' and '.join(engines)}"
    parts = (f"{who}, {times}.", tally(answers), _EACH_FOOTNOTE)
    return " ".join(part for part in parts if part)


def folded(text: str) -> str:
    """The text with each run of white space as one space, and printable.

    >>> folded("  High tide   at nine. ")
    'High tide at nine.'
    """
    return printable(" ".join(text.split()))


def printable(text: str) -> str:
    """The text with '\ufffd' for control characters and what else no XML and no page may hold.

    >>> printable(f"High tide{chr(7)} at nine.")
    'High tide\ufffd at nine.'
    """
    return _UNPRINTABLE.sub("\ufffd", text)


def web_address(source: str | None) -> str | None:
    """The source as an address of the web that can be linked to; None where it is none.

    >>> web_address("https://example.org/tide log"), web_address("The harbour office")
    ('https://example.org/tide%20log', None)
    """
    if not source:
        return None
    address = percent_encoded(source.strip(), safe="%/:?#[]@!$&'*+,;=~-._")
    try:
        parts = urlsplit(address)
    except ValueError:
        return None
    return address if parts.scheme in ("http", "https") and parts.netloc else None


def _paragraphs(answer: Answer, sentences: Sequence[Sentence]) -> Iterator[Block]:
    paragraph: list[Sentence] = []
    for sentence in sentences:
        if sentence.paragraph and paragraph:
            yield Block("said", (_line(answer, paragraph),))
            paragraph = []
        paragraph.append(sentence)
    yield Block("said", (_line(answer, paragraph),))


def _line(answer: Answer, sentences: Sequence[Sentence]) -> Line:
    pieces: list[Run | Reference] = []
    for sentence in sentences:
        if pieces:
            pieces.append(Run(" "))
        pieces += _runs(sentence)
        pieces += behind(answer, sentence)
    return tuple(pieces)


def _verdict(sentence: Sentence) -> Mark:
    return "contradicted" if sentence.verdict == "contradicted" else "unverified"


def _runs(sentence: Sentence) -> Iterator[Run]:
    """The sentence's text, its exact, added and unsupported words marked, and its verdict."""
    whole: set[Mark] = set() if sentence.supported else {_verdict(sentence)}
    spans: dict[Mark, tuple[tuple[int, int], ...]] = {
        "bold": sentence.exact,
        "added": sentence.added,
        "unsupported": sentence.unsupported,
    }
    cuts = {cut for pairs in spans.values() for pair in pairs for cut in pair}
    for start, end in pairwise(sorted(cuts | {0, len(sentence.text)})):
        marks = whole | {
            mark
            for mark, pairs in spans.items()
            if any(first <= start and end <= last for first, last in pairs)
        }
        yield Run(printable(_SPACE.sub(" ", sentence.text[start:end])), frozenset(marks))


def nearest(passage: Passage) -> tuple[Run, ...]:
    """A passage that does not answer: its document, place and words (at most an excerpt).

    >>> log = Passage(document_id="log", version="5d193048", title="Tide log", date="2025-11-14",
    ...     text="High tide at nine.", start=0, end=18, page=3)
    >>> "".join(run.text for run in nearest(log))
    'Tide log, 14 November 2025, p. 3: “High tide at nine.”'
    """
    text = folded(passage.text)
    if len(text) > _EXCERPT:
        text = text[:_EXCERPT].rsplit(" ", 1)[0] + " …"
    place = _after_comma(spoken_date(passage.date) if passage.date else "", passage.locator)
    return (
        Run(folded(passage.title), frozenset({"italic"})),
        Run(f"{place}: “{text}”"),
    )


def _after_comma(*parts: str) -> str:
    return "".join(f", {part}" for part in parts if part)


def _engine(name: str) -> str:
    if name == "reader":
        return "the embedded reader"
    if name == "yours":
        return "the author, checked"
    return f"{name.removeprefix('writer:')}, checked"


def _time(moment: datetime) -> str:
    """'25 November 2026, 03:10 UTC' (or the offset that the time itself has)."""
    day = spoken_date(date(moment.year, moment.month, moment.day).isoformat())
    return f"{day}, {moment:%H:%M} {moment.tzname() or ''}".rstrip()
