"""A person's own text: footnoted where documents say it, marked where not, never reworded."""

import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scripted_models import EXAMINATION, Judge, Models, good, knows, playing
from tapes import Tape, labels_of

from assistant.annotation import annotate_manuscript
from assistant.answer import Answer
from assistant.assistant import Assistant
from assistant.citing.manuscript import claiming_sentences
from assistant.draft import Manuscript
from assistant.messages import NO_JUDGE
from assistant.settings import Settings
from index.errors import EmptyStore, QuestionError, UnknownDocument

DRAFT = """# My report on the **barrage**

Gate 3 failed because the bearing of its left arm had run dry. About 450 people were evacuated.

- “It was a controlled release,” said Ilsabet Korrendahl, the company’s managing director.
- The mayor *resigned* in tears the next morning.

1. There was *no* controlled release.[^x] What happened next?

| People | Evacuated |
|---|---|
| 450 | yes |

[^x]: My own note is nobody's business.
"""


@pytest.fixture(scope="module")
def cited(demo: Assistant) -> Answer:
    return demo.cite(DRAFT)


def test_each_sentence_is_supported_contradicted_or_open(cited: Answer):
    assert cited.engine == "yours"
    assert [(s.text.split()[0], s.supported, bool(s.contradicted)) for s in cited.sentences] == [
        ("Gate", True, False),
        ("About", False, True),
        ("“It", True, False),
        ("The", False, False),
        ("There", True, False),
    ]


def test_every_footnote_is_a_place_in_a_document(cited: Answer, demo: Assistant):
    assert cited.citations
    for citation in cited.citations:
        text = demo.document(citation.document_id, citation.version).text
        assert text[citation.start : citation.end] == citation.quote


def test_what_is_not_supported_is_marked_and_the_nearest_passages_are_given(cited: Answer):
    about, mayor = (s for s in cited.sentences if not s.supported)
    assert [about.text[a:b] for a, b in about.unsupported] == ["450"]
    assert "410 people" in cited.citation(about.contradicted[0]).quote
    assert about.nearest == ()
    assert {"resigned", "tears"} <= {mayor.text[a:b] for a, b in mayor.unsupported}
    assert mayor.nearest
    assert cited.notices == (
        "1 of 5 sentences is not verified.",
        "1 of 5 sentences is contradicted by the documents.",
        NO_JUDGE,
    )


def test_not_a_letter_of_the_draft_is_changed(cited: Answer):
    assert cited.draft == DRAFT
    marks = re.compile(r"\[\d+\]| \((?:not verified|the documents say)[^()]*\)")
    assert marks.sub("", cited.text) == DRAFT
    before = cited.to_markdown().partition("\n\n[^1]:")[0]
    assert re.sub(rf"\[\^\d+\]|{marks.pattern}", "", before) == DRAFT.strip()


def test_each_sentence_stands_at_its_place_in_the_draft(cited: Answer):
    for sentence in cited.sentences:
        start, end = sentence.place
        assert re.sub(r"[*]|\[\^x\]", "", DRAFT[start:end]) == sentence.text


def test_exports_show_the_draft_with_its_footnotes(cited: Answer, tmp_path: Path):
    page = cited.to_html()
    assert "<h1>My report on the <strong>barrage</strong></h1>" in page
    assert page.index('href="#note-1"') > page.index("had run dry.")
    assert "My own note" in page
    cited.to_docx(tmp_path / "draft.docx")
    assert "The author’s own text, checked" in page
    assert Answer.model_validate_json(cited.model_dump_json()) == cited


@pytest.mark.parametrize("suffix", [".md", ".html", ".docx"])
def test_what_is_exported_can_be_verified(cited: Answer, demo: Assistant, tmp_path, suffix):
    report = tmp_path / f"draft{suffix}"
    if suffix == ".docx":
        cited.to_docx(report)
    else:
        report.write_text(cited.to_markdown() if suffix == ".md" else cited.to_html())
    verified = demo.verify(report)
    assert verified.clean
    assert len(verified.findings) >= len(cited.citations)


FAILED = "Gate 3 opened without an order."
LEANS = "Its bearing had run dry."
BEARING = "Gate 3 failed because the bearing of its left arm had run dry."


def test_what_is_said_in_other_words_is_not_verified_without_a_judge(demo: Assistant):
    answer = demo.cite(f"The gate failed since a bearing was dry. {BEARING}")
    other, same = answer.sentences
    assert (other.verdict, same.verdict) == ("not verified", "supported")
    assert not other.citations
    assert BEARING in [passage.text for passage in other.nearest]
    assert answer.usage is None


def test_a_sentence_that_leans_on_the_one_before_it_finds_its_passage(demo: Assistant):
    answer = demo.cite(f"{FAILED} {LEANS}")
    assert any("bearing" in passage.text for passage in answer.sentences[1].nearest)


@pytest.fixture
def judged(demo: Assistant) -> Iterator[Callable[..., tuple[Assistant, Models]]]:
    """Opens the demo store with a server on this machine as its judge, and no writer."""
    with ExitStack() as opened:

        def opens(judge: Judge) -> tuple[Assistant, Models]:
            models = opened.enter_context(playing(Tape((), labels_of(EXAMINATION)), judge))
            settings = Settings(store=demo.store, judge="openai:assay-1", judge_base=models.address)
            return opened.enter_context(Assistant(settings=settings)), models

        yield opens


def test_a_judge_reads_what_is_said_in_other_words(judged):
    assistant, models = judged(knows({LEANS: "the bearing of its left arm had run dry"}))
    answer = assistant.cite(f"{FAILED} {LEANS} {BEARING}")
    assert [s.verdict for s in answer.sentences] == ["not verified", "supported", "supported"]
    assert [answer.citation(n).quote for n in answer.sentences[1].citations] == [BEARING]
    assert answer.sentences[0].missing == "No passage says this."
    assert answer.sentences[0].nearest
    assert {one.name for one in models.asked} == {"footnote_verdicts"}
    # What is there word for word is not asked for; beside the others are three canaries.
    claims = list(models.asked[-1].claims.values())
    assert {FAILED, LEANS} < set(claims)
    assert len(claims) == 5
    assert answer.usage is not None
    assert answer.usage.requests == 7
    assert [answer.draft[slice(*s.place)] for s in answer.sentences] == [FAILED, LEANS, BEARING]


def test_a_long_draft_is_judged_in_as_few_requests_as_its_sentences_allow(judged):
    assistant, models = judged(good)
    draft = " ".join(f"The keeper of gate {number} slept." for number in range(1, 19))
    seen: list[tuple[int, int]] = []
    answer = assistant.cite(draft, progress=lambda done, total: seen.append((done, total)))
    assert len(answer.sentences) == 18
    assert not any(sentence.supported for sentence in answer.sentences)
    examination, said = models.asked[:6], models.asked[6:]
    assert [len(one.claims) for one in examination] == [22] * 6
    assert [len(one.claims) for one in said] == [11, 11, 5]
    assert seen == [(number, 18) for number in range(1, 19)]


def test_plain_text_has_no_markup(demo: Assistant):
    text = "# Gate 3 failed because the bearing of its left arm had run dry."
    (sentence,) = demo.cite(text, markdown=False).sentences
    assert sentence.text.startswith("# Gate")


def test_only_the_named_documents_are_looked_at(demo: Assistant):
    statement = next(d.id for d in demo.documents() if "Statement" in d.title)
    answer = demo.cite("There was no controlled release.", [statement])
    assert not answer.sentences[0].supported
    with pytest.raises(UnknownDocument):
        demo.cite("It rained.", ["none such"])


@pytest.mark.parametrize("text", ["", " \n", "# Only a heading", "```\ncode\n```", "What is it?"])
def test_a_text_without_sentences_is_an_error_in_one_line(demo: Assistant, text):
    with pytest.raises(QuestionError, match="holds no sentence"):
        demo.cite(text)


def test_an_empty_store_says_how_to_fill_it(assistant: Assistant):
    with pytest.raises(EmptyStore, match="footnote add"):
        assistant.cite("It rained.")


@given(st.text(alphabet=st.characters(codec="utf-8"), max_size=300))
def test_places_lie_in_order_inside_the_draft(text):
    found = claiming_sentences(Manuscript(text))
    places = [place for claim in found for place in claim.place]
    assert places == sorted(places)
    assert all(0 <= start < end <= len(text) for start, end in (c.place for c in found))


@given(st.text(alphabet="ab .*_\n-#>|`[]()1", max_size=200))
def test_marks_are_all_that_is_added(text):
    from assistant.answer import Sentence

    sentences = [
        Sentence(text=c.text, place=tuple(c.place)) for c in claiming_sentences(Manuscript(text))
    ]
    assert annotate_manuscript(text, sentences, lambda _: "\0").replace("\0", "") == text


def test_the_command_prints_the_draft_and_its_status_tells_what_was_found(
    footnote, demo: Assistant, tmp_path: Path
):
    draft = tmp_path / "draft.md"
    draft.write_text(DRAFT)
    ran = footnote("cite", draft, "--store", demo.store)
    assert ran.status == 4
    assert "had run dry.[1]" in ran.out
    draft.write_text("The mayor resigned in tears.")
    assert footnote("cite", draft, "--store", demo.store).status == 3
    draft.write_text("There was no controlled release.")
    out = tmp_path / "out.docx"
    assert footnote("cite", draft, "--store", demo.store, "--out", out).status == 0
    assert out.exists()


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("draft.pdf", b"%PDF-", "give a .md, .docx or .txt file"),
        ("draft.md", b"\xff\xfe\x00", "not UTF-8"),
        ("draft.md", b"", "holds no sentence"),
    ],
)
def test_a_draft_that_cannot_be_read_is_told_in_one_line(
    footnote, demo, tmp_path, name, content, said
):
    (tmp_path / name).write_bytes(content)
    ran = footnote("cite", tmp_path / name, "--store", demo.store)
    assert ran.status == 1
    assert said in ran.err
    assert ran.err.count("\n") == 1
