"""Questions and answers → HTML. Everything that a document or a person wrote is escaped."""

from collections.abc import Iterable, Sequence
from itertools import groupby, pairwise

from markupsafe import Markup

from assistant.answer import Answer, Citation, Passage, Sentence, Usage
from assistant.web import texts
from assistant.web.places import Place, link

_NEAREST_CHARACTERS = 280


def welcome(questions: Sequence[str], *, empty: bool) -> Markup:
    """What stands where the conversation will be: an invitation and example questions."""
    examples = Markup("").join(
        Markup(
            '<li><button type="button" data-ask="{}"><span dir="auto">{}</span></button></li>'
        ).format(question, question)
        for question in questions
    )
    return Markup('<section class="welcome"><h2>{}</h2><p>{}</p>{}</section>').format(
        texts.WELCOME,
        texts.NOTHING_ADDED if empty else texts.WELCOME_DETAIL,
        Markup('<ul aria-label="{}">{}</ul>').format(texts.EXAMPLES, examples) if examples else "",
    )


def turn(number: int, question: str, body: Markup, *, busy: bool = False) -> Markup:
    """One question with what has been answered so far; `number` counts the turns from 1."""
    return Markup(
        '<article class="turn" id="t{}" aria-busy="{}">'
        '<h2 class="question" dir="auto">{}</h2><div class="answer">{}</div></article>'
    ).format(number, "true" if busy else "false", question, body)


def stage(words: str) -> Markup:
    """A line that says what is being done."""
    return Markup('<p class="stage">{}</p>').format(words)


def problem(message: str) -> Markup:
    """An error's line."""
    return Markup('<p class="problem" role="alert" dir="auto">{}</p>').format(message)


def partial(
    number: int, sentences: Sequence[Sentence], citations: Sequence[Citation], words: str
) -> Markup:
    """The sentences that are ready, and what is being done next."""
    return _prose(number, sentences, citations, ()) + stage(words)


def finished(number: int, answer: Answer, seconds: float) -> Markup:
    """The whole answer: prose, footnotes, what was found instead, and how sure it is."""
    parts = [
        Markup('<p class="message" dir="auto">{}</p>').format(answer.message)
        if answer.message
        else Markup(""),
        _prose(number, answer.sentences, answer.citations, answer.conflicts),
        _nearest(number, answer.nearest) if answer.abstained else Markup(""),
        *(Markup('<p class="notice" dir="auto">{}</p>').format(line) for line in answer.notices),
        _dropped(answer.dropped),
        _footnotes(number, answer.citations),
        _colophon(answer, seconds),
    ]
    return Markup("").join(parts)


def _prose(
    number: int,
    sentences: Sequence[Sentence],
    citations: Sequence[Citation],
    conflicts: Sequence[Sequence[int]],
) -> Markup:
    """Paragraphs of footnoted sentences; those that contradict each other stand side by side.

    They do so where the first of them stands, whatever stands between them.
    """
    group_of = {sentence: group for group, members in enumerate(conflicts) for sentence in members}
    first = {sentence: min(members) for members in conflicts for sentence in members}
    known = {citation.number: citation for citation in citations}
    paragraphs = Markup("")
    numbered = sorted(
        enumerate(sentences, start=1), key=lambda item: (first.get(item[0], item[0]), item[0])
    )
    for group, run in groupby(numbered, key=lambda item: group_of.get(item[0])):
        rendered = [(item, _sentence(number, position, item, known)) for position, item in run]
        if group is None:
            paragraphs += _paragraphs(rendered)
        else:
            paragraphs += Markup(
                '<div class="differ" role="group" aria-label="{}">'
                '<span class="label" aria-hidden="true">{}</span><div class="accounts">{}</div>'
                "</div>"
            ).format(
                texts.DIFFER,
                texts.DIFFER,
                Markup("").join(
                    Markup('<p dir="auto">{}</p>').format(text) for _, text in rendered
                ),
            )
    return Markup('<div class="said">{}</div>').format(paragraphs) if sentences else Markup("")


def _paragraphs(rendered: Iterable[tuple[Sentence, Markup]]) -> Markup:
    paragraphs: list[list[Markup]] = []
    for sentence, text in rendered:
        if sentence.paragraph or not paragraphs:
            paragraphs.append([])
        paragraphs[-1].append(text)
    return Markup("").join(
        Markup('<p dir="auto">{}</p>').format(Markup(" ").join(sentences))
        for sentences in paragraphs
    )


def _sentence(
    turn_number: int, position: int, sentence: Sentence, known: dict[int, Citation]
) -> Markup:
    footnotes = Markup("").join(
        Markup("<sup>{}</sup>").format(
            link(
                Place.of(known[number]),
                str(number),
                class_="ref",
                id=f"t{turn_number}-s{position}-{number}",
                aria_label=f"Footnote {number}: {known[number].title}",
                aria_describedby=f"t{turn_number}-q{number}",
                data_source=known[number].title,
                data_where=_where(known[number].date, known[number].locator),
                data_quote=known[number].quote,
            )
        )
        for number in sentence.citations or sentence.contradicted
    )
    if sentence.supported:
        return Markup("<span>{}</span>{}").format(_styled(sentence), footnotes)
    return Markup('<span>{}</span> <span class="label doubt">{}</span>{}{}').format(
        _styled(sentence),
        texts.DOUBTS[bool(sentence.contradicted)],
        footnotes,
        _near(turn_number, position, sentence.nearest),
    )


def _near(turn_number: int, position: int, passages: Sequence[Passage]) -> Markup:
    """Links to the passages nearest to a sentence that none supports."""
    links = Markup(" · ").join(
        link(
            Place.of(passage),
            passage.title,
            id=f"t{turn_number}-s{position}-p{number}",
            dir="auto",
            aria_label=texts.nearest_passage(passage.title),
        )
        for number, passage in enumerate(passages, start=1)
    )
    return (
        Markup(' <span class="near">{} {}</span>').format(texts.NEAREST, links) if links else links
    )


_STYLES = {
    "exact": Markup('<strong class="exact">{}</strong>'),
    "added": Markup('<span class="added" title="Put in by Footnote, not in the source">{}</span>'),
    "unsupported": Markup(
        '<span class="unsupported" title="No cited passage carries these words">{}'
        '<span class="unseen"> (not supported by the sources)</span></span>'
    ),
}


def _styled(sentence: Sentence) -> Markup:
    """The sentence's text with its exact, added and unsupported words marked."""
    text = sentence.text
    spans = {
        "exact": sentence.exact,
        "added": sentence.added,
        "unsupported": sentence.unsupported,
    }
    cuts = {0, len(text), *(cut for pairs in spans.values() for pair in pairs for cut in pair)}
    styled = Markup("")
    for start, end in pairwise(sorted(cuts)):
        piece = Markup("{}").format(text[start:end])
        for name, pairs in spans.items():
            if any(first <= start and end <= last for first, last in pairs):
                piece = _STYLES[name].format(piece)
        styled += piece
    return styled


def _footnotes(turn_number: int, citations: Sequence[Citation]) -> Markup:
    notes = Markup("").join(
        Markup(
            '<li value="{}">{}{}<blockquote id="t{}-q{}" dir="auto">{}</blockquote></li>'
        ).format(
            note.number,
            link(
                Place.of(note),
                note.title,
                id=f"t{turn_number}-n{note.number}",
                dir="auto",
                aria_label=texts.open_footnote(note.number, note.title),
            ),
            _details(note.date, note.locator),
            turn_number,
            note.number,
            note.quote,
        )
        for note in citations
    )
    return (
        Markup('<ol class="notes" aria-label="{}">{}</ol>').format(texts.FOOTNOTES, notes)
        if notes
        else notes
    )


def _nearest(turn_number: int, passages: Sequence[Passage]) -> Markup:
    items = Markup("").join(
        Markup('<li>{}{}<blockquote dir="auto">{}</blockquote></li>').format(
            link(
                Place.of(passage),
                passage.title,
                id=f"t{turn_number}-p{position}",
                dir="auto",
                aria_label=texts.nearest_passage(passage.title),
            ),
            _details(passage.date, passage.locator),
            _clipped(passage.text),
        )
        for position, passage in enumerate(passages, start=1)
    )
    return (
        Markup('<h3 class="nearest">{}</h3><ul class="notes">{}</ul>').format(
            texts.NEAREST_PASSAGES, items
        )
        if items
        else items
    )


def _dropped(sentences: Sequence[Sentence]) -> Markup:
    if not sentences:
        return Markup("")
    items = Markup("").join(
        Markup('<li dir="auto">{}</li>').format(sentence.text) for sentence in sentences
    )
    return Markup('<details class="dropped"><summary>{}</summary><ul>{}</ul></details>').format(
        texts.left_out(len(sentences)), items
    )


def _colophon(answer: Answer, seconds: float) -> Markup:
    """The small line under an answer: confidence in words, and the time it took."""
    if answer.kind in ("greeting", "clarification"):
        return Markup("")
    took = f"{seconds:.1f} s" if seconds >= 0.1 else f"{seconds * 1000:.0f} ms"
    if answer.usage is not None:
        took += f" · {answer.engine}: {answer.usage.summary}"
    # Only a chosen answer can be more or less likely to be right; an overview says what there is.
    if answer.abstained or answer.kind not in ("answer", "yes_no"):
        return Markup('<p class="colophon">{}</p>').format(took)
    sure = texts.confidence(answer.confidence)
    return Markup(
        '<details class="colophon"><summary><span class="confidence {}">{}</span> · {}</summary>'
        "<p>{}</p></details>"
    ).format(sure.level, sure.word, took, sure.meaning)


def together(usage: Usage) -> Markup:
    """The line under a conversation: what a writer took for all of it."""
    return Markup('<p class="quiet together">{}</p>').format(texts.together(usage.summary))


def _details(date: str | None, locator: str) -> Markup:
    return Markup(' <span class="details">{}</span>').format(_where(date, locator))


def _where(date: str | None, locator: str) -> str:
    return " · ".join(filter(None, [texts.readable_date(date) if date else "", locator]))


def _clipped(text: str) -> str:
    flat = " ".join(text.split())
    if len(flat) <= _NEAREST_CHARACTERS:
        return flat
    return flat[:_NEAREST_CHARACTERS].rsplit(" ", 1)[0] + " …"
