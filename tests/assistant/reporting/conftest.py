"""Reports of the demo documents, and one whose documents say what is markup elsewhere."""

from datetime import UTC, datetime

import pytest

from assistant.answer import Answer, Citation, Sentence, citation_id
from assistant.assistant import Assistant
from assistant.reporting.report import Report

QUESTIONS = (
    "How many people were evacuated?",
    "Why did Gate 3 fail?",
    "Who won the football match?",
    "How many buildings were flooded?",
    "What did Pell Arnquist say about the key?",
    "How many people were evacuated, and why did Gate 3 fail?",
    "What did Zorblat say?",
)

HOSTILE = (
    "<script>alert(1)</script> & <b onclick='x()'>bold</b> &amp; &copy; done.",
    "1. A list, # a heading, *stars*, _lines_, `ticks`, ~~struck~~ and $x^2$ {{ Why? }}",
    "[a](javascript:alert(1)) ![b](http://elsewhere.invalid/x.png) [^1] [1] \\[2\\] @someone",
    '- He said "no" -- it\'s 5 | 6... <http://elsewhere.invalid/> {.class} \\textbf{x}',
    "# 12 % of it} was {lost and “said” ‘so’ \u202eabc\u202c \ue0000\ue00f.",
    "(a) Grüße, 東京、مرحبا ① ﬁ é \U0001f6a2",
    "a) first",
    "+ plus",
    ": colon",
    "---",
    "> quoted",
    "x\u0001y\ufffe z",
)


@pytest.fixture(scope="session")
def report(demo: Assistant) -> Report:
    """Seven questions to the demo documents: conflicts, an abstention, a notice, a table's row."""
    made = demo.report(QUESTIONS, title="The night at Gate 3")
    assert any(answer.conflicts for answer in made.answers)
    assert any(answer.abstained and answer.nearest for answer in made.answers)
    assert any(answer.notices for answer in made.answers)
    assert any(sentence.exact for answer in made.answers for sentence in answer.sentences)
    cited = [citation.id for citation in made.citations]
    assert len(set(cited)) < len(cited)
    return made


@pytest.fixture(scope="session")
def hostile() -> Report:
    """Answers whose words would be markup in one of the formats; each sentence twice."""
    citations = tuple(
        Citation(
            number=number,
            id=citation_id(f"{number:x}".rjust(16, "0").ljust(64, "0"), 3, 3 + len(words)),
            document_id=f"document-{number}",
            version=f"{number:x}".rjust(16, "0").ljust(64, "0"),
            title=words,
            author=f"{words} & Sons",
            source="https://elsewhere.invalid/a b?c=<d>&e=(f)#g" if number % 2 else words,
            path=f"/home/someone/{number} {{x}}_&%.txt",
            page=number,
            locator=f"p. {number}",
            start=3,
            end=3 + len(words),
            quote=words,
            date=("2024-02-29", "2024-02", "2024")[number % 3],
            accessed="2025-01-05",
        )
        for number, words in enumerate(HOSTILE, start=1)
    )
    sentences = tuple(
        Sentence(
            text=citation.quote,
            citations=(citation.number,),
            exact=((0, 4), (5, len(citation.quote))),
            paragraph=True,
        )
        for citation in (*citations, *citations)
    )
    answer = Answer(
        question=HOSTILE[1],
        message="A *message* with <b>marks</b> & [a link](https://elsewhere.invalid/).",
        sentences=sentences,
        citations=citations,
        notices=("A *notice* with `marks`.",),
        created=datetime(2026, 3, 4, 5, 6, tzinfo=UTC),
        conflicts=((2, 3),),
    )
    return Report(
        title=HOSTILE[0],
        sections=("# A *title*", answer, "The end.", answer),
        created=answer.created,
    )
