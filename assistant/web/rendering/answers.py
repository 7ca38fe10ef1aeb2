"""Questions and answers → HTML. Everything that a document or a person wrote is escaped."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise

from markupsafe import Markup

from assistant.answer import Answer, Citation, Passage, Sentence, Usage
from assistant.templating import Macros
from assistant.web import texts
from assistant.web.rendering.places import Place

_NEAREST_CHARACTERS = 280
_HTML = Macros("assistant.web", "answers.html", texts=texts, place=Place.of)


@dataclass(frozen=True, slots=True)
class _Said:
    """A sentence as it is shown.

    `position` is its number in the answer, from 1; `pieces` are its words, each with the names of
    the marks on them; `doubt` is what is said of it where no source supports it.
    """

    position: int
    sentence: Sentence
    pieces: list[tuple[str, set[str]]]
    notes: list[Citation]
    doubt: str
    nearest: tuple[Passage, ...]


@dataclass(frozen=True, slots=True)
class _Group:
    """Sentences that stand together, in paragraphs; where they `differ`, one in each."""

    differ: bool
    paragraphs: list[list[_Said]]


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


def conversation_total(usage: Usage) -> Markup:
    """The line under a conversation: what a writer took for all of it.

    >>> conversation_total(Usage(requests=2, seconds=4.2)).striptags()
    'This conversation so far: 4.2 s'
    """
    return _HTML.together(texts.SO_FAR.format(usage.summary))


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
    return _HTML.finished(
        number,
        answer,
        list(_groups(answer.sentences, answer.citations, answer.conflicts)),
        [(passage, _clipped(passage.text)) for passage in nearest],
        texts.left_out(len(answer.dropped)) if answer.dropped else "",
        took,
        sure,
    )


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
            paragraphs[-1].append(_said(position, sentence, known))
        yield _Group(group is not None, paragraphs)


def _said(position: int, sentence: Sentence, known: dict[int, Citation]) -> _Said:
    return _Said(
        position,
        sentence,
        list(_pieces(sentence)),
        [known[number] for number in sentence.citations or sentence.contradicted],
        "" if sentence.supported else texts.DOUBTS[bool(sentence.contradicted)],
        () if sentence.supported else sentence.nearest,
    )


def _pieces(sentence: Sentence) -> Iterator[tuple[str, set[str]]]:
    """The sentence's text, cut where its exact, added and unsupported words begin and end."""
    spans = {
        "exact": sentence.exact,
        "added": sentence.added,
        "unsupported": sentence.unsupported,
    }
    cuts = {cut for pairs in spans.values() for pair in pairs for cut in pair}
    for start, end in pairwise(sorted(cuts | {0, len(sentence.text)})):
        yield (
            sentence.text[start:end],
            {
                name
                for name, pairs in spans.items()
                if any(first <= start and end <= last for first, last in pairs)
            },
        )


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
