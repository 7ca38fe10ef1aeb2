"""Whatever the text, sentences and chunks are spans of it that lose nothing."""

import string
import time
from collections import Counter
from itertools import pairwise

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from index.document import Document, Heading, Page, Span, Table, after_date
from index.ingesting.chunking import ROW_SHARE, chunks
from index.models.contexts import CONTEXT_TOKENS, contexts
from index.sentences import LONGEST, document_sentences, is_row, sentence_spans

PIECES = st.one_of(
    st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\r\0"), max_size=30),
    st.text(string.ascii_letters + " .,;:!?-()\n\t", max_size=80),
    st.text(string.ascii_lowercase, min_size=30, max_size=150),
    st.sampled_from(
        [
            "\n\n",
            "\n",
            "\n \n\t\n",
            " " * 40,
            "\n" * 40,
            "Dr. Kroll left at 5 p.m. with 3.5 kg. Nobody saw it!",
            "• first item\n• second item\n",
            "Total | 12 | 14\nRest | 3 | 4\n",
            "Revenue 1,200 1,350 1,410\n",
            "👩‍👩‍👧‍👦 🇳🇿 e\u0301\u0302\u0303 \u200d\ufe0f",
            "הנמל נסגר בצהריים. مَرْفَأ \u202eabc\u202c",
            "港は正午に閉まった。船は出なかった！国务卿星期四会晤。",
            "각하께서는 항구를 떠나셨다. 값이 올랐다.",
            "ẞﬁﬂⅧ½㎏ǅİı",
            "The harbour gates closed at noon, and no ship left before the tide had turned again. ",
        ]
    ),
)
TEXTS = st.lists(PIECES, max_size=12).map("".join)
WRITTEN = TEXTS.filter(str.strip)


@st.composite
def documents(draw: st.DrawFn) -> Document:
    """Documents with pages, headings and a date wherever they may fall."""
    text = draw(WRITTEN)
    offsets = st.integers(0, len(text))
    borders = sorted({0, *draw(st.lists(offsets, max_size=4))})
    edges = sorted(draw(st.lists(offsets, max_size=8)))
    date = draw(st.none() | st.tuples(offsets, offsets).map(sorted))
    return Document(
        text=text,
        title=draw(st.sampled_from(["Minutes", "The harbour · 港 " * 40])),
        media_type="text/plain",
        date="2024" if date else None,
        date_span=Span(*date) if date else None,
        pages=tuple(
            Page(number, start, end)
            for number, (start, end) in enumerate(pairwise([*borders, len(text)]), 1)
        )
        if draw(st.booleans())
        else (),
        headings=tuple(
            Heading(draw(st.integers(1, 4)), start, end)
            for start, end in zip(edges[::2], edges[1::2], strict=False)
            if start < end
        ),
    )


def visible(text: str) -> set[int]:
    return {at for at, character in enumerate(text) if not character.isspace()}


def covered(spans: list) -> set[int]:
    return {at for span in spans for at in range(span.start, span.end)}


def assert_in_order(spans: list) -> None:
    assert all(span.start < span.end for span in spans)
    assert all(before.end <= after.start for before, after in pairwise(spans))


def longest_word(ends: list[int]) -> int:
    return max(Counter(ends).values(), default=0)


relaxed = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow], max_examples=150)


@relaxed
@given(text=TEXTS)
def test_sentences_are_stripped_spans_in_order_that_lose_no_character(text):
    spans = sentence_spans(text)

    assert_in_order(spans)
    assert all(text[start:end] == text[start:end].strip() for start, end in spans)
    assert visible(text) <= covered(spans)


@relaxed
@given(document=documents())
def test_no_sentence_of_a_document_crosses_the_border_of_a_heading(document):
    spans = document_sentences(document)
    edges = [edge for heading in document.headings for edge in (heading.start, heading.end)]

    assert_in_order(spans)
    assert not [edge for edge in edges for span in spans if span.start < edge < span.end]


@pytest.mark.parametrize("limit", [16, 128])
@relaxed
@given(document=documents())
# One row of two cells, which is cut: by themselves its parts look like none.
@example(document=Document(text="0:" * 9 + "\f" + "0" * 32, title="", media_type="text/plain"))
def test_chunks_are_spans_in_order_within_the_limit_that_lose_no_text(minilm, limit, document):
    found = chunks(document, minilm.word_ends, limit)
    texts = [document.text[chunk.start : chunk.end] for chunk in found]

    assert found
    assert_in_order(found)
    # A word is never cut; the model's tokenizer takes one of more than 100 letters for one token.
    longest = max(longest_word(ends) for ends in minilm.word_ends(texts))
    assert max(map(len, minilm.word_ends(texts))) <= max(limit / ROW_SHARE, longest)
    sentences = document_sentences(document)
    rows = covered([span for span in sentences if is_row(document.text[slice(*span)])])
    prose = [text for text, chunk in zip(texts, found, strict=True) if not rows & covered([chunk])]
    assert max(map(len, minilm.word_ends(prose)), default=0) <= max(limit, longest)
    assert limit < 100 or longest <= limit
    opening = after_date(document.text, document.date_span)
    beside = covered(document.headings) | set(range(opening))
    assert visible(document.text) - beside <= covered(found)


@relaxed
@given(document=documents())
def test_a_chunk_ends_inside_a_sentence_only_where_that_alone_is_too_long(minilm, document):
    found = chunks(document, minilm.word_ends, 64)
    sentences = document_sentences(document)
    lengths = minilm.word_ends([document.text[slice(*span)] for span in sentences])
    too_long = covered([s for s, ends in zip(sentences, lengths, strict=True) if len(ends) > 64])

    ends = {span.end for span in sentences}
    assert not [chunk for chunk in found if chunk.end not in ends and chunk.end not in too_long]


def test_a_sentence_that_is_too_long_is_cut_behind_a_clause(minilm):
    clause = "the harbour master keeps the gates of every single lock of the old canal shut"
    text = f"{clause}, {clause}; {clause}, {clause}. Nobody asked."
    document = Document(text, "Rules", "text/plain")

    found = [text[c.start : c.end] for c in chunks(document, minilm.word_ends, 40)]

    assert found[0] == f"{clause}, {clause};"
    assert found[-1].endswith("Nobody asked.")


@relaxed
@given(document=documents())
def test_every_chunk_is_embedded_with_a_short_context(minilm, document):
    found = chunks(document, minilm.word_ends, 128)
    around = contexts(document, found, minilm.word_ends)

    assert len(around) == len(found)
    assert max(map(len, minilm.word_ends(around))) <= CONTEXT_TOKENS


@relaxed
@given(document=documents(), offset=st.integers(0, 3_000))
def test_every_offset_has_its_page_and_its_headings(document, offset):
    page = document.page_at(offset)
    path = document.heading_path(offset)

    assert (page is None) == (not document.pages)
    holding = [p.number for p in document.pages if p.start <= offset < p.end]
    assert not holding or [page] == holding
    assert len(path) <= len([h for h in document.headings if h.start <= offset])


@pytest.mark.parametrize(
    "text",
    [
        "The harbour gates closed at noon on a line of its own\n" * 20_000,
        "The harbour gates closed at noon. " * 30_000,
        "harbour gates " * 70_000,
        "x" * 1_000_000,
        "\n \n" * 300_000 + "x",
    ],
    ids=["lines", "sentences", "words", "one word", "blank lines"],
)
def test_a_million_characters_take_time_in_proportion(text):
    began = time.process_time()
    spans = sentence_spans(text)

    # Measured: at most 0.2 s.
    assert time.process_time() - began < 5
    assert spans[-1].end == len(text.rstrip())


@pytest.mark.parametrize(
    ("text", "ends"),
    [
        ("gates and locks, " * 50 + "and then; " + "quays and walls, " * 50, "and then;"),
        ("gates and locks, " * 50 + "and then\n" + "quays and walls, " * 50, "and then"),
        ("gates and locks " * 50 + "and then, " + "quays and walls " * 50, "and then,"),
        ("gates and locks " * 150, "gates and"),
        ("gates; " + "x" * 2_000, "xxx"),
    ],
    ids=["semicolon", "line end", "comma", "space", "one word"],
)
def test_a_sentence_without_an_end_is_cut_where_a_reader_pauses(text, ends):
    spans = sentence_spans(text)

    assert text[slice(*spans[0])].endswith(ends)
    assert max(span.end - span.start for span in spans) <= LONGEST
    assert visible(text) <= covered(spans)


def test_a_sentence_of_the_longest_length_is_not_cut():
    text = "The gates, " + "a; b, " * 247 + "closed."

    assert len(text) == LONGEST
    assert sentence_spans(f"{text} They held.") == [(0, LONGEST), (LONGEST + 1, LONGEST + 11)]


def test_a_wide_space_before_a_full_stop_is_read():
    spans = sentence_spans("They chose plan A\u00a0. It held \u2003\u3000.")

    assert [span.end for span in spans] == [19, 31]


def test_a_heading_with_nothing_below_it_is_kept_as_text(minilm):
    text = "Opening\n\nClosing\n\nThe gates closed."
    headings = (Heading(1, 0, 7), Heading(1, 9, 16))
    document = Document(text=text, title="Minutes", media_type="text/plain", headings=headings)

    found = chunks(document, minilm.word_ends, 128)

    assert [text[c.start : c.end] for c in found] == ["Opening", "The gates closed."]


def test_a_chunk_stays_below_one_heading_and_is_embedded_with_it(minilm):
    text = "Gates\n\nThey closed.\n\nShips\n\nThey waited."
    headings = (Heading(1, 0, 5), Heading(1, 21, 26))
    document = Document(text=text, title="Minutes", media_type="text/plain", headings=headings)

    found = chunks(document, minilm.word_ends, 128)

    assert [text[c.start : c.end] for c in found] == ["They closed.", "They waited."]
    around = contexts(document, found, minilm.word_ends)
    assert around == ["Minutes · Gates", "Minutes · Ships"]


def test_only_a_date_at_the_end_of_a_document_is_still_text(minilm):
    text = "Date: 3 May 2024 \n"
    span = Span(6, len(text))
    document = Document(text, "Note", "text/plain", date="2024-05-03", date_span=span)

    assert chunks(document, minilm.word_ends, 128)


def test_a_sentence_beyond_the_limit_is_cut_between_words_into_parts_of_like_size(minilm):
    words = " ".join(f"harbourmastership{n}" for n in range(100))
    document = Document(text=words, title="Minutes", media_type="text/plain")

    found = chunks(document, minilm.word_ends, 128)

    texts = [words[chunk.start : chunk.end].split() for chunk in found]
    assert [word for text in texts for word in text] == words.split()
    sizes = [len(ends) for ends in minilm.word_ends([" ".join(text) for text in texts])]
    assert min(sizes) > 0.8 * max(sizes)


def test_a_chunk_further_down_a_table_is_embedded_with_the_names_of_its_columns(minilm):
    rows = [f"Pier {n} | {n * 7} | {n * 3}" for n in range(60)]
    text = "\n".join(["Berth | Ships | Ferries", *rows])
    table = Table(0, len(text), Span(0, text.index("\n")))
    document = Document(text, "Harbour", "text/csv", tables=(table,))
    parts = chunks(document, minilm.word_ends, 64)
    around = contexts(document, parts, minilm.word_ends)
    assert len(parts) > 2
    assert "Berth" in text[parts[0].start : parts[0].end]
    assert around[0] == "Harbour"
    assert all(context == "Harbour · Berth | Ships | Ferries" for context in around[1:])
