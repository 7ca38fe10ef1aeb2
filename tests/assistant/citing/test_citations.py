"""A citation is a place: whatever the documents hold and whatever is asked, the words are there."""

import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from assistant.answer import Answer, Passage
from assistant.assistant import Assistant

QUESTIONS = (
    "What is in my documents?",
    "Give me an overview",
    "Summarise the correction notice",
    "Summarise the council minutes",
    "What is the report about?",
    "Was it a controlled release?",
    "Did the siren sound at 21:40?",
    "How many people were evacuated?",
    "What did Dr Lintholme say about the gate?",
    "What happened at 22:41?",
    "Which deadline has the second recommendation?",
    "How much damage was insured?",
    "Who won the football match?",
    "hello",
)


def check_answer(assistant: Assistant, answer: Answer) -> None:
    for citation in answer.citations:
        document = assistant.document(citation.document_id, citation.version)
        assert document.version == citation.version
        assert document.text[citation.start : citation.end] == citation.quote
        assert citation.quote == citation.quote.strip() != ""
        assert assistant.cited(citation.id).text == citation.quote
        if document.pages:
            assert citation.page == document.page_at(citation.start)
            assert citation.page_end == document.page_at(citation.end - 1)
    assert [citation.number for citation in answer.citations] == list(
        range(1, len(answer.citations) + 1)
    )
    # A correction of what was not asked for is a footnote only, behind the sentence: 'but see'.
    used = [
        number
        for sentence in answer.sentences
        for number in (*sentence.citations, *sentence.superseded)
    ]
    assert list(dict.fromkeys(used)) == [citation.number for citation in answer.citations]
    for sentence in answer.sentences:
        assert sentence.citations
        assert sentence.supported
        for start, end in (*sentence.exact, *sentence.added):
            assert 0 <= start < end <= len(sentence.text)
    for group in answer.conflicts:
        assert len(group) > 1
        assert set(group) <= set(range(1, len(answer.sentences) + 1))
    assert not (answer.abstained and answer.sentences)
    for passage in answer.nearest:
        check_passage(assistant, passage)


def check_passage(assistant: Assistant, passage: Passage) -> None:
    document = assistant.document(passage.document_id, passage.version)
    assert document.text[passage.start : passage.end] == passage.text
    assert passage.text.strip()


@pytest.mark.parametrize("question", QUESTIONS)
def test_every_citation_is_a_place_in_its_document(demo: Assistant, question: str):
    check_answer(demo, demo.query(question))


@pytest.mark.parametrize("question", QUESTIONS)
def test_every_passage_found_is_a_place_in_its_document(demo: Assistant, question: str):
    passages = demo.search(question, k=50)
    assert passages
    for passage in passages:
        check_passage(demo, passage)


@pytest.mark.parametrize("question", QUESTIONS)
def test_every_sentence_is_the_documents_own_words_apart_from_what_is_marked(
    demo: Assistant, question: str
):
    answer = demo.query(question)
    for sentence in answer.sentences:
        own = sentence.text
        for start, end in reversed(sentence.added):
            assert own[start] == "["
            assert own[end - 1] == "]"
            own = own[:start] + own[end:]
        quoted = " ".join(answer.citation(sentence.citations[0]).quote.split())
        label, left_out, cell = own.strip().partition(" … ")
        assert own.strip() == quoted or (left_out and quoted.startswith(label) and cell in quoted)


def test_a_page_number_is_the_one_a_reader_of_the_file_would_give(demo: Assistant):
    answer = demo.query("How many people were evacuated?")
    (citation,) = (c for c in answer.citations if c.title.startswith("Preliminary report"))
    assert (citation.page, citation.locator) == (2, "p. 2")


def test_a_place_without_pages_is_named_by_its_heading(demo: Assistant):
    answer = demo.query("What did Pell Arnquist say about the key?")
    assert answer.citations[0].locator == "“The key and the lamp”"


SNIPPETS = st.sampled_from(
    [
        "It was not opened.",
        "“No,” said Ms Brown. “Never.”",
        "He said [3] it failed.",
        "340 people left at 21:40.",
        "410 people left at 21:58.",
        "\n\n",
        "\n",
        "\r\n",
        "\t",
        "# Heading",
        "Item | 3.4 | none",
        "• one",
        "e\u0301 ﬁ ﬂ ß İ ı Σ ς",
        "👩‍👩‍👧 🚢 🇩🇪",
        "中文没有空格。第二句！",
        "שלום עולם.",
        "العربية ٣٤٥.",
        "\u00ad\u200b\u2028\u2029\x0b\x0c\x1c\x85",
        "\u00a0\u3000",
        "a" * 700,
        "word " * 300,
        "Dr. A. B. Lee vs. U.S. No. 5 etc.",
    ]
)
TEXTS = st.lists(
    SNIPPETS | st.text(st.characters(exclude_categories=["Cs"]), max_size=60), max_size=9
).map(" ".join)
ASKED = st.sampled_from(QUESTIONS) | st.sampled_from(
    ["How many people left?", "What did Ms Brown say?", "When did they leave?", "Was it opened?"]
)


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    texts=st.lists(TEXTS, min_size=1, max_size=4),
    questions=st.lists(ASKED, min_size=3, max_size=6, unique=True),
    endings=st.lists(st.sampled_from([".txt", ".md"]), min_size=4, max_size=4),
)
def test_citations_are_places_whatever_the_documents_hold(
    texts: list[str], questions: list[str], endings: list[str]
):
    with tempfile.TemporaryDirectory() as folder:
        files = Path(folder) / "files"
        files.mkdir()
        (files / "ordinary.txt").write_text("340 people left the quay at 21:40. It was opened.")
        for number, (text, ending) in enumerate(zip(texts, endings, strict=False)):
            (files / f"{number}{ending}").write_bytes(text.encode())
        with Assistant(Path(folder) / "store") as assistant:
            assistant.add(files)
            words = texts[0][:200]
            for question in [*questions, f"What of {words}?"]:
                check_answer(assistant, assistant.query(question))
                for passage in assistant.search(question, k=20):
                    check_passage(assistant, passage)
