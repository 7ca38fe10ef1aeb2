"""Document → chunks: spans of its text, aligned to sentences, of at most the model's tokens."""

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from math import ceil

from index.document import Chunk, Document, Heading, Span
from index.models.embeddings import WordEnds
from index.sentences import document_sentences, is_row

ROW_SHARE = 0.64
"""What a token of a row of figures counts, because its figures are not embedded: a statement stays
together. See `benchmarks/README.md`."""

_CLAUSE_MARKS = (";:；：", ",،、，—–")
"""What ends a clause, the stronger marks first."""

_MEASURED = 2_000  # sentences whose tokens are held at once


def chunks(document: Document, word_ends: WordEnds, limit: int) -> list[Chunk]:
    """Cut a document into chunks of at most `limit` tokens that end where a sentence ends.

    A chunk stays below one heading but may cross a page. Headings are the context of the chunks
    below them, not their text; a heading with nothing below it is kept as text. A section is cut
    into parts of like size instead of full ones and a rest. Only a sentence longer than the limit
    is cut inside, behind a clause or else between words; a single word is never cut.

    >>> from index.models.embeddings import MiniLM
    >>> document = Document("The pier fell. Nobody was hurt.", "Storm", "text/plain")
    >>> [document.text[c.start : c.end] for c in chunks(document, MiniLM().word_ends, limit=5)]
    ['The pier fell.', 'Nobody was hurt.']
    """
    sections = _sections(document)
    texts = [document.text[span.start : span.end] for section in sections for span in section]
    ends = _measured(texts, word_ends)
    found: list[Chunk] = []
    for section in sections:
        units = [
            (piece, tokens * (ROW_SHARE if is_row(document.text[span.start : span.end]) else 1.0))
            for span in section
            for piece, tokens in _fitting(document.text, span, next(ends), limit)
        ]
        found.extend(_packed(units, limit))
    return found


def _measured(texts: Sequence[str], word_ends: WordEnds) -> Iterator[list[int]]:
    """The word ends of each text, made for some at a time: in a long document they are many."""
    for at in range(0, len(texts), _MEASURED):
        yield from word_ends(texts[at : at + _MEASURED])


def _sections(document: Document) -> list[list[Span]]:
    """The sentences below each heading, and each heading that would otherwise be lost."""
    starts = [heading.start for heading in document.headings]
    sections: list[list[Span]] = []
    above: Heading | None = None
    heading_spans: list[Span] = []
    below: list[Span] = []

    def close(following: Heading | None) -> None:
        if below:
            sections.append(list(below))
        elif above and (following is None or following.level <= above.level):
            # No text below it and in no later heading's path: it must be found as text.
            sections.append(list(heading_spans))

    for span in document_sentences(document):
        position = bisect_right(starts, span.start) - 1
        heading = document.headings[position] if position >= 0 else None
        if heading is None or span.start >= heading.end:
            below.append(span)
        elif heading is above:
            heading_spans.append(span)
        else:
            close(heading)
            above, heading_spans, below = heading, [span], []
    close(None)
    return sections


def _fitting(text: str, span: Span, ends: list[int], limit: int) -> list[tuple[Span, int]]:
    """A sentence with its number of tokens, cut in pieces where it has more than `limit`.

    It is cut where a clause ends, or into pieces of like size where none does nearby.
    """
    if len(ends) <= limit:
        return [(span, len(ends))]
    borders = [at for at in range(1, len(ends)) if ends[at - 1] < ends[at]] + [len(ends)]
    pieces = []
    start, first = span.start, 0
    while first < len(ends):
        rest = len(ends) - first
        share = ceil(rest / ceil(rest / limit))
        next_word = bisect_right(borders, first)
        fitting = max(bisect_right(borders, first + share) - 1, next_word)
        last = borders[fitting]
        if last < len(ends):
            nearby = borders[
                bisect_right(borders, first + share // 2) : bisect_right(borders, first + limit)
            ]
            last = _clause_end(text, span, ends, nearby, last)
        end = span.end if last == len(ends) else span.start + ends[last - 1]
        pieces.append((Span(start, end), last - first))
        start, first = end, last
    return pieces


def _clause_end(text: str, span: Span, ends: list[int], nearby: Sequence[int], last: int) -> int:
    """The border behind a clause that is nearest to `last` of those given, or else `last`."""
    for marks in _CLAUSE_MARKS:
        behind = []
        for at in nearby:
            end = span.start + ends[at - 1]
            if (mark := text[end - 1]) in marks and (text[end].isspace() or not mark.isascii()):
                behind.append(at)
        if behind:
            return min(behind, key=lambda at: abs(at - last))
    return last


def _packed(units: list[tuple[Span, float]], limit: int) -> list[Chunk]:
    """Neighbouring units put together up to the section's even share of tokens."""
    total = sum(tokens for _, tokens in units)
    share = total / max(ceil(total / limit), 1)
    found: list[Chunk] = []
    size = 0.0
    for span, tokens in units:
        if found and size < share and size + tokens <= limit:
            found[-1] = Chunk(found[-1].start, span.end)
            size += tokens
        else:
            found.append(Chunk(span.start, span.end))
            size = tokens
    return found
