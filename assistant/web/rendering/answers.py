"""Questions and answers → HTML. Everything that a document or a person wrote is escaped."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import groupby, pairwise

from markupsafe import Markup

from assistant.annotation import (
    Stance,
    footnotes,
    in_words,
    stances,
)
from assistant.answer import Answer, Citation, Passage, Sentence, SpanPair, Usage
from assistant.messages import BUT_SEE, SAYS_OTHERWISE
from assistant.reporting.content import later_than
from assistant.templating import Macros
from assistant.web import texts
from assistant.web.rendering.places import Place

_NEAREST_CHARACTERS = 280
_PLACES = 3
"""Pages or headings that are named in the line of a document."""

_LOOKS: dict[Stance, str] = {SAYS_OTHERWISE: "contradicted", BUT_SEE: "superseded"}
"""How the label of a footnote that supports nothing looks, as the page's styles name it."""
_HTML = Macros("assistant.web", "answers.html", texts=texts, place=Place.of, looks=_LOOKS)

_Pieces = list[tuple[str, set[str]]]
"""Words, each with the names of the marks on them."""


@dataclass(frozen=True, slots=True)
class _Label:
    """What is said of a sentence: how that looks, its words, and the footnotes behind them."""

    look: str
    words: str
    stance: Stance
    notes: list[Citation]


@dataclass(frozen=True, slots=True)
class _Compared:
    """A passage that comes near a sentence, and in words where they differ."""

    passage: Passage
    pieces: _Pieces
    difference: str


@dataclass(frozen=True, slots=True)
class _Stretch:
    """Words of a sentence, or rows of cells where they are a table's; the first names columns."""

    pieces: _Pieces
    rows: list[list[_Pieces]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Said:
    """A sentence as it is shown; `name` is its own among the ids of a turn.

    `stretches` are its words, `notes` support it, `labels` say what else was found; `account` is
    whose it is, where accounts differ. It is `folded` where it stands in an answer and nothing has
    verified it.
    """

    name: str
    look: str
    pieces: _Pieces
    stretches: list[_Stretch]
    notes: list[Citation]
    labels: list[_Label]
    compared: list[_Compared]
    folded: bool
    account: str = ""

    @property
    def tabular(self) -> bool:
        """Whether some of it is a table."""
        return any(stretch.rows for stretch in self.stretches)


@dataclass(frozen=True, slots=True)
class _Part:
    """Sentences that follow each other; `summary` opens those that are folded."""

    sentences: list[_Said]
    summary: str


@dataclass(frozen=True, slots=True)
class _Paragraph:
    """The parts of a paragraph; whether anything in it is a block, which no <p> may hold."""

    parts: list[_Part]
    blocks: bool


@dataclass(frozen=True, slots=True)
class _Group:
    """Sentences that stand together, in paragraphs; where they `differ`, one in each."""

    differ: bool
    paragraphs: list[_Paragraph]


@dataclass(frozen=True, slots=True)
class _Source:
    """A document with its footnotes: one line that opens."""

    title: str
    numbers: str
    where: list[str]
    notes: list[Citation]


def welcome(questions: Sequence[str], *, empty: bool) -> Markup:
    """What stands where the conversation will be: an invitation and example questions.

    >>> "Why did Gate 3 fail?" in welcome(["Why did Gate 3 fail?"], empty=False)
    True
    """
    return _HTML.welcome(questions, empty)


def turn(number: int, question: str, body: Markup, *, busy: bool = False) -> Markup:
    """One question with what has been answered so far; `number` counts the turns from 1.

    >>> turn(1, "Is 3 < 4?", stage("Searching"), busy=True).striptags()
    'Is 3 < 4? Searching'
    """
    return _HTML.turn(number, question, body, busy)


def stage(words: str) -> Markup:
    """A line that says what is being done.

    >>> stage("Reading <3> passages").striptags()
    'Reading <3> passages'
    """
    return _HTML.stage(words)


def problem(message: str) -> Markup:
    """An error's line.

    >>> problem("The question is empty.").striptags()
    'The question is empty.'
    """
    return _HTML.problem(message)


def done(message: str) -> Markup:
    """A line that says what has been done.

    >>> done("“Tide log” has been removed.").striptags()
    '“Tide log” has been removed.'
    """
    return _HTML.done(message)


def conversation_total(usage: Usage) -> Markup:
    """The line under a conversation: what a writer took for all of it.

    >>> conversation_total(Usage(requests=2, seconds=4.2)).striptags()
    'This conversation so far: 4.2 s'
    """
    return _HTML.together(texts.SO_FAR.format(usage.summary))


def further(questions: Sequence[str]) -> Markup:
    """What may be asked next, one click each.

    >>> further(["What did Mayor Oskin say?"]).striptags()
    'Ask on What did Mayor Oskin say?'
    """
    return _HTML.further(questions)


def partial(
    number: int, sentences: Sequence[Sentence], citations: Sequence[Citation], words: str
) -> Markup:
    """The sentences that are ready, and what is being done next.

    >>> partial(1, [Sentence(text="The gate held.")], (), "Reading on").striptags()
    'The gate held. Reading on'
    """
    return _HTML.partial(number, list(_groups(sentences, citations, ())), words)


def finished(number: int, answer: Answer, seconds: float) -> Markup:
    """The whole answer: prose, footnotes, what was found instead, and how sure it is.

    >>> answer = Answer(question="Hello", kind="greeting", message="Hello.", created="2026-01-02")
    >>> finished(1, answer, seconds=0.4).striptags()
    'Hello.'
    """
    nearest = answer.nearest if answer.abstained else ()
    took, sure = _colophon(answer, seconds)
    known = {citation.number: citation for citation in answer.citations}
    dropped = [_said(f"d{at}", one, known) for at, one in enumerate(answer.dropped, start=1)]
    return _HTML.finished(
        number,
        answer,
        list(_groups(answer.sentences, answer.citations, answer.conflicts)),
        [(passage, _clipped(passage.text)) for passage in nearest],
        dropped,
        list(_sources(answer.citations)),
        stances(answer.sentences),
        took,
        sure,
        _other_ways(answer),
    )


def _other_ways(answer: Answer) -> list[tuple[str, str]]:
    """Of a question that was refused: the documents that come nearest, each its id and title."""
    if not answer.abstained or texts.is_limited(answer.notices):
        return []
    near = {passage.document_id: passage.title for passage in answer.nearest}
    return [*near.items()] if len(near) > 1 else []


def _sources(citations: Sequence[Citation]) -> Iterator[_Source]:
    """The documents that are cited, in the order of their first footnotes."""
    cited: dict[tuple[str, str], list[Citation]] = {}
    for citation in citations:
        cited.setdefault((citation.document_id, citation.version), []).append(citation)
    for notes in cited.values():
        places = list(dict.fromkeys(note.locator for note in notes if note.locator))
        where = texts.when_and_where(notes[0].date, ", ".join(places[:_PLACES]))
        if len(notes) > 1:
            where.append(texts.places(len(notes)))
        yield _Source(notes[0].title, ", ".join(str(n.number) for n in notes), where, notes)


def _groups(
    sentences: Sequence[Sentence],
    citations: Sequence[Citation],
    conflicts: Sequence[Sequence[int]],
) -> Iterator[_Group]:
    """The sentences in their paragraphs; those that contradict each other are one group.

    It stands where the first of them stands, whatever stands between them.
    """
    group_of = {sentence: group for group, members in enumerate(conflicts) for sentence in members}
    first = {sentence: min(members) for members in conflicts for sentence in members}
    known = {citation.number: citation for citation in citations}
    numbered = sorted(
        enumerate(sentences, start=1), key=lambda item: (first.get(item[0], item[0]), item[0])
    )
    for group, run in groupby(numbered, key=lambda item: group_of.get(item[0])):
        paragraphs: list[list[_Said]] = []
        for position, sentence in run:
            if group is not None or sentence.paragraph or not paragraphs:
                paragraphs.append([])
            said = _said(f"s{position}", sentence, known)
            opens = group is not None or not paragraphs[-1]
            paragraphs[-1].append(_headed(said, among=group is not None) if opens else said)
        yield _Group(group is not None, [_paragraph(said) for said in paragraphs])


def _paragraph(sentences: Sequence[_Said]) -> _Paragraph:
    """The sentences, neighbours that are folded as one part."""
    parts = []
    for folds, run in groupby(sentences, key=lambda said: said.folded):
        together = list(run)
        parts.append(_Part(together, texts.folded(len(together)) if folds else ""))
    return _Paragraph(
        parts, any(said.folded or said.compared or said.tabular for said in sentences)
    )


def _said(name: str, sentence: Sentence, known: dict[int, Citation]) -> _Said:
    notes = [known[number] for number in footnotes(sentence)]
    later = [known[number] for number in sentence.superseded]
    labels = []
    look = "supported"
    if not sentence.supported:
        look = "contradicted" if sentence.verdict == "contradicted" else "unverified"
        labels.append(_Label(look, _opened(in_words(sentence)), SAYS_OTHERWISE, notes))
    if later:
        labels.append(_Label("superseded", _opened(later_than(later)), BUT_SEE, later))
    spans = {
        "exact": sentence.exact,
        "added": sentence.added,
        "unsupported": sentence.unsupported,
    }
    return _Said(
        name,
        look,
        _pieces(sentence.text, spans),
        _stretches(sentence, spans),
        notes if sentence.supported else [],
        labels,
        [] if sentence.supported else [_compared(sentence, one) for one in sentence.nearest],
        look == "unverified" and sentence.place is None,
    )


def _headed(said: _Said, *, among: bool) -> _Said:
    """A sentence with the document that stands before it in brackets as its heading.

    `among` several accounts that differ, words before the title say no more than that they do.
    """
    if not said.notes or not said.pieces or "added" not in said.pieces[0][1]:
        return said
    label, title = said.pieces[0][0].strip(), said.notes[0].title
    if not label.endswith(":]") or not (title in label if among else label[1:].startswith(title)):
        return said
    account = label[label.index(title) : -len(":]")]
    first, *rest = said.stretches
    told = [replace(first, pieces=first.pieces[1:]), *rest] if not first.rows else said.stretches
    return replace(said, pieces=said.pieces[1:], stretches=told, account=account)


def _stretches(sentence: Sentence, spans: Mapping[str, Sequence[SpanPair]]) -> list[_Stretch]:
    """The words of a sentence in order, lines of cells that go together as a table."""
    text, rows = sentence.text, list[list[SpanPair]]()
    found: list[_Stretch] = []
    label = next((pair for pair in sentence.added if pair[0] == 0), None)
    opening = text[: label[1]].rstrip() if label else ""
    names = _cells(text, 1, len(opening) - len(":]")) if " | " in opening else []
    at = 0

    def ended() -> None:
        if rows:
            # What the program has put in, it says by the table.
            marks = {name: own for name, own in spans.items() if name != "added"}
            cells = [[_pieces(text, marks, *cell) for cell in row] for row in rows]
            found.append(_Stretch([], cells))
            rows.clear()

    if label and names and len(names) == len(_cells(text, label[1], len(text))) > 1:
        # The program has put the names of the columns before a row.
        rows += [names, _cells(text, label[1], len(text))]
        ended()
        return found
    for line in text.splitlines(keepends=True):
        cells = _cells(text, at, at + len(line)) if " | " in line else []
        if rows and len(cells) != len(rows[0]):
            ended()
        if len(cells) > 1:
            rows.append(cells)
        else:
            found.append(_Stretch(_pieces(text, spans, at, at + len(line))))
        at += len(line)
    ended()
    return found


def _cells(text: str, start: int, end: int) -> list[SpanPair]:
    """The cells of a row that bars part, without the space around them."""
    cells = []
    for cell in text[start:end].split(" | "):
        left = start + len(cell) - len(cell.lstrip())
        cells.append((left, left + len(cell.strip())))
        start += len(cell) + len(" | ")
    return cells


def _compared(sentence: Sentence, passage: Passage) -> _Compared:
    difference = texts.only_there(
        _quoted(sentence.text, sentence.unsupported), _quoted(passage.text, passage.differs)
    )
    return _Compared(passage, _pieces(passage.text, {"differs": passage.differs}), difference)


def _pieces(
    text: str,
    spans: Mapping[str, Sequence[SpanPair]],
    start: int = 0,
    end: int | None = None,
) -> _Pieces:
    """The text, or a part of it, cut where the spans of a mark begin and end."""
    last = len(text) if end is None else end
    cuts = {cut for pairs in spans.values() for pair in pairs for cut in pair if start < cut < last}
    return [
        (
            text[start:end],
            {
                name
                for name, pairs in spans.items()
                if any(first <= start and end <= last for first, last in pairs)
            },
        )
        for start, end in pairwise(sorted(cuts | {start, last}))
    ]


def _quoted(text: str, spans: Sequence[SpanPair]) -> str:
    return ", ".join(f"“{' '.join(text[start:end].split())}”" for start, end in spans)


def _opened(words: str) -> str:
    return f"{words[0].upper()}{words[1:]}"


def _colophon(answer: Answer, seconds: float) -> tuple[str, texts.Confidence | None]:
    """The small line under an answer: the time it took, and confidence in words."""
    if answer.kind in ("greeting", "clarification"):
        return "", None
    took = f"{seconds:.1f} s" if seconds >= 0.1 else f"{seconds * 1000:.0f} ms"
    if answer.usage is not None:
        took += f" · {answer.engine}: {answer.usage.summary}"
    # Only a chosen answer can be more or less likely to be right; an overview says what there is.
    if answer.abstained or answer.kind not in ("answer", "yes_no"):
        return took, None
    return took, texts.confidence(answer.confidence)


def _clipped(text: str) -> str:
    flat = " ".join(text.split())
    if len(flat) <= _NEAREST_CHARACTERS:
        return flat
    return flat[:_NEAREST_CHARACTERS].rsplit(" ", 1)[0] + " …"
