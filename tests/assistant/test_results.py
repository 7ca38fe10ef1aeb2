"""Results outlive the program that made them: pickled, as JSON, in a notebook, by a schema."""

import json
import pickle
import subprocess
import sys
from datetime import UTC, datetime
from html.parser import HTMLParser
from pathlib import Path

import jsonschema
import pytest
from pydantic import ValidationError

from assistant.answer import (
    SCHEMA_VERSION,
    Answer,
    Citation,
    Event,
    Passage,
    Sentence,
    answer_schema,
    published_schema,
)
from assistant.assistant import Assistant
from index.document import Part
from index.ingesting.report import AddReport

ROOT = Path(__file__).parents[2]
QUESTIONS = (
    "Why did Gate 3 fail?",
    "How many people were evacuated?",
    "What is in my documents?",
    "Who won the football match?",
    "hello",
)


@pytest.mark.parametrize("question", QUESTIONS)
def test_an_answer_is_the_same_after_pickling_and_as_json(demo: Assistant, question: str):
    answer = demo.query(question)
    assert pickle.loads(pickle.dumps(answer)) == answer
    assert Answer.model_validate_json(answer.model_dump_json()) == answer
    assert Answer.model_validate(json.loads(json.dumps(answer.model_dump(mode="json")))) == answer


def test_what_else_is_returned_is_the_same_after_pickling(
    demo: Assistant, assistant: Assistant, tmp_path: Path
):
    (tmp_path / "mill.txt").write_text("The mill closed in 1931.")
    report: AddReport = assistant.add(tmp_path / "mill.txt")
    events: list[Event] = list(demo.stream("Why did Gate 3 fail?"))
    passages: list[Passage] = demo.search("gate")
    for result in (report, events, passages, demo.documents()):
        assert pickle.loads(pickle.dumps(result)) == result


def test_an_answer_made_in_another_process_comes_back_by_pickle(demo: Assistant):
    code = (
        "import pickle, sys; from assistant import query; "
        f"answer = query('Why did Gate 3 fail?', store={str(demo.store)!r}); "
        "sys.stdout.buffer.write(pickle.dumps(answer))"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, timeout=60)
    answer = pickle.loads(ran.stdout)
    assert answer.citations == demo.query("Why did Gate 3 fail?").citations


# The schema ----------------------------------------------------------------------------------


def test_the_published_schema_is_that_of_the_answers():
    published = (ROOT / "docs" / "answer.schema.json").read_text(encoding="utf-8")
    assert published == published_schema(), "python -m assistant.answer > docs/answer.schema.json"
    ran = subprocess.run(
        [sys.executable, "-m", "assistant.answer"], capture_output=True, text=True, check=True
    )
    assert ran.stdout == published
    assert ">>>" not in published


@pytest.mark.parametrize("question", QUESTIONS)
def test_answers_keep_to_the_schema(demo: Assistant, question: str):
    validator = jsonschema.Draft202012Validator(answer_schema())
    validator.check_schema(validator.schema)
    answer = demo.query(question).model_dump(mode="json")
    validator.validate(answer)
    for field, wrong in (("sentences", "none"), ("schema_version", SCHEMA_VERSION + 1)):
        assert not validator.is_valid({**answer, field: wrong})


def test_every_field_of_an_answer_is_in_the_schema(demo: Assistant):
    answer = demo.query("Why did Gate 3 fail?").model_dump(mode="json")
    assert set(answer) == set(answer_schema()["properties"])


def test_an_answer_of_a_later_schema_is_refused(demo: Assistant):
    later = {**demo.query("hello").model_dump(mode="json"), "schema_version": SCHEMA_VERSION + 1}
    with pytest.raises(ValidationError, match="schema_version"):
        Answer.model_validate(later)


# In a notebook -------------------------------------------------------------------------------


class Page(HTMLParser):
    """What a browser makes of a piece of HTML: its tags, where links lead, its words."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.open: list[str] = []
        self.ids: list[str] = []
        self.links: list[str] = []
        self.styles: list[str] = []
        self.attributes: set[str] = set()
        self.words = ""
        self.feed(html)
        self.close()
        assert self.open == [], "every tag is closed"

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.open.append(tag)
        self.attributes |= {name for name, _ in attrs}
        self.ids += [value for name, value in attrs if name == "id"]
        self.styles += [value for name, value in attrs if name == "style"]
        self.links += [value for name, value in attrs if name == "href"]

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.words += data


@pytest.mark.parametrize("question", QUESTIONS)
def test_a_notebook_shows_the_answer_with_its_footnotes(demo: Assistant, question: str):
    answer = demo.query(question)
    html = answer._repr_html_()
    page = Page(html)
    for sentence in answer.sentences:
        assert " ".join(sentence.text.split())[:40] in page.words
    for citation in answer.citations:
        assert " ".join(citation.quote.split()) in page.words
        assert citation.id in page.words
    for passage in answer.nearest:
        assert passage.title in page.words
    assert len(page.ids) == len(set(page.ids)) == len(answer.citations)
    inside = {link[1:] for link in page.links if link.startswith("#")}
    assert inside == set(page.ids)
    assert html == answer._repr_html_()


@pytest.mark.parametrize(
    ("file", "content"),
    [
        (".env", b"FOOTNOTE_PORT=many\n"),
        (".env", b"FOOTNOTE_STORE=\xff\xfe\n"),
        (".env", b"FOOTNOTE_EMBEDDING_OPTIONS={not json\n"),
        ("footnote.toml", b"port = = 1\n"),
        ("footnote.toml", b"colour = 'red'\n"),
    ],
)
def test_a_notebook_shows_an_answer_whatever_has_become_of_the_settings(
    demo: Assistant, surroundings: Path, file: str, content: bytes
):
    answer = demo.query(QUESTIONS[0])
    whole = Page(answer._repr_html_())
    (surroundings / file).write_bytes(content)

    page = Page(answer._repr_html_())

    assert page.ids == whole.ids
    for citation in answer.citations:
        assert citation.id in page.words
    assert not [link for link in page.links if "cite=" in link]
    assert "The footnotes are no links: " in page.words
    assert file in page.words or "FOOTNOTE_" in page.words


def test_two_answers_in_one_notebook_keep_their_footnotes_apart(demo: Assistant):
    first, second = (Page(demo.query(question)._repr_html_()) for question in QUESTIONS[:2])
    assert set(first.ids).isdisjoint(second.ids)


def hostile(text: str) -> Answer:
    """An answer in which every text of a document and of the user is `text`."""
    citation = Citation(
        number=1,
        id="0123456789abcdef:0-5",
        document_id=text,
        version=text,
        title=text,
        author=text,
        source=f"https://example.org/{text}",
        path=text,
        locator=text,
        start=0,
        end=len(text),
        quote=text,
        date="2026-01-12",
    )
    passage = Passage(
        document_id=text,
        version=text,
        title=text,
        text=text,
        start=0,
        end=len(text),
        heading=(text,),
        parts=(Part(kind="sheet", label=text, start=0, end=len(text)),),
    )
    return Answer(
        question=text,
        message=text,
        sentences=(
            Sentence(text=text, citations=(1,), exact=((1, 4),), added=((0, 2),)),
            Sentence(text=text, verdict="not verified", unsupported=((0, len(text)),)),
        ),
        citations=(citation,),
        abstained=True,
        engine=text,
        created=datetime(2026, 1, 12, tzinfo=UTC),
        nearest=(passage,),
        conflicts=((1, 2),),
        notices=(text,),
    )


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        '"><img src=x onerror=alert(1)>',
        "' onmouseover='alert(1)",
        "javascript:alert(1)",
        "</div></li><iframe src=//x>&lt;b&gt;",
    ],
)
def test_a_notebook_shows_what_documents_hold_as_text_only(text: str):
    page = Page(hostile(text)._repr_html_())
    assert set(page.tags) <= {"div", "p", "sup", "a", "ol", "ul", "li", "i", "u", "strong"}
    assert page.attributes <= {"style", "dir", "id", "href", "title", "aria-label"}
    assert not any("(" in style for style in page.styles)
    assert all(link.startswith(("#note-", "http://", "https://")) for link in page.links)
    assert " ".join(text.split()) in page.words
