"""An answer from one document → the cell of a matrix: its value, and the sentence that it cites."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from assistant.answer import Answer, Citation, Passage, Sentence, citation_id
from assistant.asking.question import Question, parse_question
from assistant.language.identification import language_of
from assistant.language.terms import content_terms
from assistant.language.values import has_value
from assistant.localisation import translated
from assistant.matrix.columns import Column
from assistant.matrix.matrix import Cell
from assistant.matrix.values import Found, affirms, is_about, values_in
from assistant.messages import CELL_OF_NO_SUCH_KIND, CELL_OF_SEVERAL, NOT_FOUND
from assistant.reading.answer_span import collapse_whitespace
from index.document import Document, Span
from index.sentences import document_sentences, sentence_spans
from index.store.catalog import DocumentInfo

_MOST_SIDES = 4
"""Accounts that a cell shows where they differ."""
_ENOUGH, _SOME = 1 / 2, 1 / 4
"""The share of a question's content words by which a sentence speaks of what is asked for."""
_LEAST_TERMS = 2
"""Content words that a question needs to be answered by a sentence that merely holds them all."""


@dataclass(frozen=True)
class Source:
    """A document as the cells of a row see it: its sentences are found once for all of them.

    >>> info = demo.documents()[-1]
    >>> len(Source(info, demo.document(info.id)).sentences) > 3
    True
    """

    info: DocumentInfo
    document: Document

    @cached_property
    def sentences(self) -> list[tuple[Span, frozenset[str]]]:
        """The spans of its sentences, each with its content terms."""
        text = self.document.text
        spans = document_sentences(self.document)
        return [(Span(*one), content_terms(text[slice(*one)])) for one in spans]

    def asked(self, question: Question) -> Question:
        """A question as it is asked of this document alone: what its title says need not be said.

        'Does the lease renew?' is answered by 'It renews' in 'Lease of Ash Court'.
        """
        own = question.terms - content_terms(self.info.title)
        return replace(question, terms=own) if own else question

    def holding(self, terms: frozenset[str]) -> Iterator[Span]:
        """The sentences that hold all of some content terms."""
        return (span for span, own in self.sentences if terms <= own)

    def citation(self, span: Span, number: int, score: float) -> Citation:
        """A footnote on a span of it."""
        info = self.info
        at = Passage.of(self.document, info.id, info.version, span)
        return Citation(
            number=number,
            id=citation_id(info.version, *span),
            document_id=info.id,
            version=info.version,
            title=info.title,
            author=info.author,
            source=info.source,
            path=info.path,
            locator=at.locator,
            page=at.page,
            page_end=at.page_end,
            page_label=at.page_label,
            heading=at.heading,
            start=span.start,
            end=span.end,
            quote=at.text,
            date=info.date,
            accessed=info.accessed,
            language=info.language,
            score=score,
        )


@dataclass(frozen=True)
class _Said:
    """A sentence of the document that may answer, and the words in it that do."""

    span: Span
    text: str
    exact: tuple[str, ...] = ()


def cell_of(answer: Answer, column: Column, source: Source) -> Cell:
    """What an answer from one document comes to in a column.

    A value of a declared kind must stand in the cited sentence. Where sentences that hold all
    content words of the question give different values, the cell differs.

    >>> info = demo.documents()[-1]
    >>> source = Source(info, demo.document(info.id))
    >>> column = Column(name="Sirens", question="When did the sirens sound?")
    >>> answer = demo.query(column.question, documents=[info.id])
    >>> cell_of(answer, column, source).state in ("answered", "not_found")
    True
    """
    question = source.asked(parse_question(column.question))
    if answer.engine != "reader":
        return _written(answer, column, question)
    said = list(_said(answer, question))
    match column.kind:
        case "text":
            return _worded(answer, question, said, source)
        case "list":
            return _listed(answer, question, said, source)
        case "yes/no":
            found = _affirmed(question, said, source)
        case _:
            found = _typed(column, question, said, source)
    cell = _valued(answer, found, source)
    if cell is None and said and not column.declared:
        return _worded(answer, question, said, source)
    if cell is None:
        note = answer.message or _note(CELL_OF_NO_SUCH_KIND, column)
        return Cell(state="not_found", note=note, engine=answer.engine)
    return cell


_Valued = list[tuple[Found, Span]]


def _said(answer: Answer, question: Question) -> Iterator[_Said]:
    """The sentences of the document that the answer shows and that answer, the best first."""
    told: list[tuple[float, int, _Said]] = []
    for sentence in answer.sentences:
        if not sentence.supported:
            continue
        exact = tuple(sentence.text[start:end] for start, end in sentence.exact)
        for number in sentence.citations[:1]:
            citation = answer.citation(number)
            for start, end in sentence_spans(citation.quote):
                words = collapse_whitespace(citation.quote[start:end])
                own = tuple(one for one in exact if one in words)
                share = _share(question, words)
                span = Span(citation.start + start, citation.start + end)
                told.append((2.0 * bool(own) + share, -len(told), _Said(span, words, own)))
    for _, _, one in sorted(told, key=lambda item: item[:2], reverse=True):
        yield one


def _share(question: Question, text: str) -> float:
    """The share of the question's content words that a text holds."""
    return len(question.terms & content_terms(text)) / max(1, len(question.terms))


def _worded(answer: Answer, question: Question, said: Sequence[_Said], source: Source) -> Cell:
    """The words that answer; where none are set out, the sentence with most of the question's."""
    best = next((one for one in said if one.exact or _may_answer(question, one.text)), None)
    if best is None:
        return Cell(state="not_found", note=answer.message or NOT_FOUND, engine=answer.engine)
    citation = source.citation(best.span, 1, answer.confidence)
    text = "; ".join(dict.fromkeys(best.exact)) or best.text
    return _cell(answer, "answered", text, text, (citation,))


def _may_answer(question: Question, text: str) -> bool:
    """Whether a sentence in which no words are set out may answer: it speaks of what is asked for.

    Where a date, a name or the like is asked for, it holds one.
    """
    values = [has_value(kind, text, question.text) for kind in question.expected]
    return _share(question, text) >= _ENOUGH and (not values or any(values))


def _listed(answer: Answer, question: Question, said: Sequence[_Said], source: Source) -> Cell:
    exact = [one for one in said if one.exact]
    if not exact:
        cell = _worded(answer, question, said, source)
        return cell.model_copy(update={"value": (cell.text,) if cell.text else None})
    items = tuple(dict.fromkeys(item for one in exact for item in one.exact))
    citations = tuple(
        source.citation(one.span, number, answer.confidence)
        for number, one in enumerate(exact, start=1)
    )
    return _cell(answer, "answered", "; ".join(items), items, citations)


def _typed(column: Column, question: Question, said: Sequence[_Said], source: Source) -> _Valued:
    """The value of the sentence that answers, and others for what the question names in full.

    Nothing where the sentence has several values and none is set out.
    """
    text = source.document.text
    found: _Valued = []
    for one in said:
        held = values_in(column, " ; ".join(one.exact)) or values_in(column, one.text)
        # The choices say themselves what is asked for.
        enough = _ENOUGH if column.kind != "choice" else _SOME
        if len(held) == 1 and (one.exact or _share(question, one.text) >= enough):
            found = [(held[0], one.span)]
            break
    if found and not is_about(question, text[slice(*found[0][1])]):
        return found
    if not found and len(question.terms) < _LEAST_TERMS:
        return []
    for span in source.holding(question.terms):
        held = values_in(column, collapse_whitespace(text[slice(*span)]))
        if len(held) == 1 and all(_differs(held[0], other) for other, _ in found):
            found.append((held[0], span))
    return found


def _affirmed(question: Question, said: Sequence[_Said], source: Source) -> _Valued:
    text = source.document.text
    found: _Valued = []
    for span in [*(one.span for one in said), *source.holding(question.terms)]:
        held = affirms(question, collapse_whitespace(text[slice(*span)]))
        if held is not None and all(held != other.value for other, _ in found):
            found.append((Found("yes" if held else "no", held), span))
    return found


def _differs(one: Found, other: Found) -> bool:
    """Whether two values exclude each other; 'June 2026' and '3 June 2026' do not."""
    if isinstance(one.value, str) and isinstance(other.value, str):
        short, long = sorted((one.value, other.value), key=len)
        return not long.startswith(short)
    return one.value != other.value and one.unit == other.unit


def _valued(answer: Answer, found: _Valued, source: Source) -> Cell | None:
    if not found:
        return None
    sides = found[:_MOST_SIDES]
    citations = tuple(
        source.citation(span, number, answer.confidence)
        for number, (_, span) in enumerate(sides, start=1)
    )
    if len(sides) > 1:
        return _cell(answer, "differs", " / ".join(one.text for one, _ in sides), None, citations)
    (value, _) = sides[0]
    cell = _cell(answer, "answered", value.text, value.value, citations)
    return cell.model_copy(update={"unit": value.unit})


def _written(answer: Answer, column: Column, question: Question) -> Cell:
    """The cell of an answer that a model wrote: its verified sentences, and the value in them."""
    held = [one for one in answer.sentences if one.supported]
    if answer.abstained or not held:
        return Cell(state="not_found", note=answer.message, engine=answer.engine)
    text = " ".join(one.text for one in held)
    numbers = dict.fromkeys(number for one in held for number in one.citations)
    citations = tuple(answer.citation(number) for number in numbers)
    state = "differs" if answer.conflicts else "answered"
    if state == "differs" or column.kind == "text":
        return _cell(answer, state, text, None if state == "differs" else text, citations)
    if column.kind == "list":
        items = tuple(one.text for one in held)
        return _cell(answer, state, "; ".join(items), items, citations)
    found = _first_value(column, question, held)
    if found is not None:
        cell = _cell(answer, state, found.text, found.value, citations)
        return cell.model_copy(update={"unit": found.unit})
    if column.declared:
        note = CELL_OF_SEVERAL if values_in(column, text) else CELL_OF_NO_SUCH_KIND
        return Cell(state="not_found", note=_note(note, column), engine=answer.engine)
    return _cell(answer, state, text, text, citations)


def _note(message: str, column: Column) -> str:
    """Why nothing was found, in the language of the question."""
    said = message.format(column.kind)
    language = language_of(column.question)
    return said if language == "en" else translated(said, language)


def _first_value(column: Column, question: Question, held: Sequence[Sentence]) -> Found | None:
    for sentence in held:
        if column.kind == "yes/no":
            affirmed = affirms(question, sentence.text)
            if affirmed is not None:
                return Found("yes" if affirmed else "no", affirmed)
        elif len(found := values_in(column, sentence.text)) == 1:
            return found[0]
    return None


def _cell(
    answer: Answer, state: str, text: str, value: object, citations: tuple[Citation, ...]
) -> Cell:
    return Cell.model_validate(
        {
            "state": state,
            "text": text,
            "value": value,
            "citations": citations,
            "engine": answer.engine,
            "confidence": answer.confidence,
        }
    )
