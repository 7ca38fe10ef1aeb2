"""Three verdicts are told apart wherever an answer is read: in words, and by how they look."""

from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

import pytest
from docx import Document
from docx.oxml.ns import qn
from lxml import html
from outside import page, pandoc

from assistant.answer import Answer, Citation, Sentence, citation_id
from assistant.commands.printing import rendered
from assistant.reporting.export import export

VERSION = "5d193048d3ad024c".ljust(64, "0")

HELD = Sentence(text="Gate 2 held all night.", citations=(1,))
MOVED = Sentence(text="The meeting is on Friday.", citations=(2,), superseded=(3,))
DENIED = Sentence(
    text="About 450 people were evacuated.",
    verdict="contradicted",
    contradicted=(4,),
    unsupported=((6, 9),),
)
OPEN = Sentence(text="The mayor wept [7].", verdict="not verified", unsupported=((10, 14),))
JUDGED = Sentence(text="The council agreed.", verdict="not verified", missing="unanimously")
ALL = (HELD, MOVED, DENIED, OPEN, JUDGED)

MARKS = (
    " (since corrected or contradicted by Minutes, 3 March 2026)",
    " (the documents say otherwise: “450”)",
    " (not verified: “wept”)",
    " (not verified; not said: unanimously)",
)


def citation(number: int, title: str, quote: str, date: str | None = None) -> Citation:
    return Citation(
        number=number,
        id=citation_id(VERSION, 100 * number, 100 * number + len(quote)),
        document_id=title.lower(),
        version=VERSION,
        title=title,
        start=100 * number,
        end=100 * number + len(quote),
        quote=quote,
        date=date,
    )


CITATIONS = (
    citation(1, "Gate log", "Gate 2 held all night."),
    citation(2, "Invitation", "We meet on Friday."),
    citation(3, "Minutes", "The meeting was moved to Monday.", "2026-03-03"),
    citation(4, "Inquiry", "About 410 people were evacuated."),
)


def answered(*sentences: Sentence) -> Answer:
    return Answer(
        question="What happened?",
        created=datetime(2026, 4, 5, 6, 7, tzinfo=UTC),
        sentences=sentences,
        citations=CITATIONS,
    )


def drafted() -> Answer:
    """The same sentences as a text of the user's own."""
    draft, placed = "", []
    for sentence in ALL:
        place = (len(draft), len(draft) + len(sentence.text))
        placed.append(sentence.model_copy(update={"place": place}))
        draft += f"{sentence.text} "
    return answered(*placed).model_copy(update={"draft": draft})


def flat(text: str) -> str:
    return " ".join(text.split())


# In words --------------------------------------------------------------------------------------


def test_in_plain_text_a_bare_number_supports_and_all_else_has_words_before_its_number():
    assert answered(*ALL).text == (
        "Gate 2 held all night.[1] The meeting is on Friday.[2] (but see [3]) "
        "About 450 people were evacuated. (the documents say otherwise: “450”)[4] "
        r"The mayor wept \[7\]. (not verified: “wept”) "
        "The council agreed. (not verified; not said: unanimously)"
    )


def test_a_remark_holds_no_footnote_number_of_a_judges_making():
    judged = Sentence(text="So be it.", verdict="not verified", missing="as in [1]")
    assert answered(judged).text == r"So be it. (not verified; not said: as in \[1\])"


def test_a_draft_says_the_same_as_an_answer():
    assert drafted().text.replace("[7]", r"\[7\]").strip() == answered(*ALL).text


@pytest.mark.parametrize("made", [answered(*ALL), drafted()], ids=["answer", "draft"])
def test_every_export_says_which_sentence_is_not_simply_supported(made: Answer, tmp_path: Path):
    made.to_docx(tmp_path / "made.docx")
    for told in (
        pandoc(made.to_markdown(), "markdown"),
        page(made.to_html()),
        pandoc(tmp_path / "made.docx", "docx"),
    ):
        at, text = -1, flat(told.text)
        for mark in MARKS:
            assert text.find(mark) > at, mark
            at = text.find(mark)
        held, moved, after, denied = (
            text.index(f"‹{number}›", text.index(before))
            for number, before in (
                (1, HELD.text),
                (2, MOVED.text),
                (3, MARKS[0]),
                (4, MARKS[1]),
            )
        )
        assert text[:held].endswith(HELD.text)
        assert text[:moved].endswith(MOVED.text)
        assert text[:after].endswith(MARKS[0])
        assert text[:denied].endswith(MARKS[1])
        assert "‹" not in text[text.index(MARKS[2]) :]
        notes = [flat(note.text) for note in told.notes]
        assert [note.split(":")[0].split(",")[0] for note in notes] == [
            "Gate log",
            "Invitation",
            "But see",
            "Says otherwise",
        ]


def test_a_passage_that_supports_here_and_denies_there_is_two_footnotes():
    denied = DENIED.model_copy(update={"contradicted": (1,)})
    told = page(answered(HELD, denied, HELD).to_html())
    assert [note.text.startswith("Says otherwise: Gate log") for note in told.notes] == [
        False,
        True,
    ]
    assert told.text.count("‹1›") == 2


def test_marks_leave_the_emphasis_of_a_draft_as_it_is():
    draft = "_Gate 2 held all night._ **The mayor wept [7].**"
    held = HELD.model_copy(update={"place": (1, 23)})
    wept = OPEN.model_copy(update={"place": (27, 46)})
    made = answered(held, wept).model_copy(update={"draft": draft})
    tree = html.document_fromstring(made.to_html())
    assert [one.text_content() for one in tree.xpath("//em | //strong")] == [HELD.text, OPEN.text]
    assert "_" not in tree.xpath("string(//main/p)")


# By how they look ------------------------------------------------------------------------------


def test_in_word_the_verdicts_have_styles_of_their_own_and_these_differ():
    file = Document(BytesIO(export(answered(*ALL), "docx")))
    looks = {}
    for paragraph in file.paragraphs:
        for run in paragraph.runs:
            looks[run.text] = run.style
    names = [looks[text].name for text in ("Gate 2 held all night.", *(m.strip() for m in MARKS))]
    assert names == [
        "Default Paragraph Font",
        "Superseded",
        "Contradicted",
        "Not Verified",
        "Not Verified",
    ]
    assert looks["The council agreed."].name == "Not Verified"
    assert looks[" people were evacuated."].name == "Contradicted"
    assert looks["450"].name == "Unsupported Words"
    shapes = {
        (style.font.underline, str(style.font.color.rgb))
        for style in (looks[mark.strip()] for mark in MARKS)
    }
    assert len(shapes) == 3


def test_in_html_and_notebooks_the_verdicts_differ_in_shape_and_their_numbers_in_name():
    whole = answered(*ALL)
    tree = html.document_fromstring(whole.to_html())
    for name, mark in (("superseded", 0), ("contradicted", 1), ("unverified", 2)):
        labels = tree.find_class(name)
        assert any(flat(label.text_content()) == MARKS[mark].strip() for label in labels)
    names = [link.get("aria-label") for link in tree.xpath("//a[@role='doc-noteref']")]
    assert names == [
        "Footnote 1",
        "Footnote 2",
        "Footnote 3, but see",
        "Footnote 4, says otherwise",
    ]
    notebook = html.fragment_fromstring(whole._repr_html_(), create_parent="div")
    assert all(mark.strip() in flat(notebook.text_content()) for mark in MARKS)
    assert [link.get("aria-label") for link in notebook.xpath(".//sup/a")] == names
    styles = {
        one.text_content(): one.get("style") for one in notebook.xpath(".//*[@style]") if one.text
    }
    assert len({styles[mark.strip()] for mark in MARKS[:3]}) == 3


def test_the_terminal_names_what_a_footnote_is_there_for_and_colours_verdicts():
    plain = rendered(answered(*ALL))
    assert "\n[2] Invitation:" in plain
    assert "\n[3] but see: Minutes, 2026-03-03:" in plain
    assert "\n[4] says otherwise: Inquiry:" in plain
    colourful = rendered(answered(*ALL), colour=True)
    assert "\x1b[31m (the documents say otherwise: “450”)\x1b[0m\x1b[36m[4]" in colourful
    assert "\x1b[33m (not verified: “wept”)\x1b[0m" in colourful
    assert "(\x1b[33mbut see\x1b[0m \x1b[36m[3]\x1b[0m)" in colourful


# Counted ---------------------------------------------------------------------------------------


def test_a_report_counts_its_verdicts_where_not_all_is_simply_supported():
    counts = (
        "5 sentences: 2 supported (1 of them since corrected or contradicted), "
        "1 contradicted by the documents, 2 not verified."
    )
    assert counts in answered(*ALL).to_markdown()
    assert counts in flat(html.document_fromstring(drafted().to_html()).text_content())
    assert "sentence" not in answered(HELD).to_markdown()


def test_a_word_draft_tells_verdicts_in_comments_and_in_its_footnotes(tmp_path: Path):
    source = Document()
    source.add_paragraph(" ".join(sentence.text for sentence in ALL))
    source.save(str(tmp_path / "draft.docx"))
    from assistant.citing.word_manuscript import read_word_manuscript

    draft = read_word_manuscript((tmp_path / "draft.docx").read_bytes()).draft.text
    made = drafted().model_copy(update={"draft": draft})
    made.to_word_draft(tmp_path / "draft.docx", tmp_path / "noted.docx")
    noted = Document(str(tmp_path / "noted.docx"))
    assert [comment.text for comment in noted.comments] == [
        "Since corrected or contradicted by Minutes, 3 March 2026.",
        "The documents say otherwise: “450”.",
        "Not verified: “wept”.",
        "Not verified; not said: unanimously.",
    ]
    part = next(
        rel.target_part for rel in noted.part.rels.values() if rel.reltype.endswith("/footnotes")
    )
    notes = [
        "".join(text.text or "" for text in note.iter(qn("w:t"))).strip()
        for note in html.etree.fromstring(part.blob).iter(qn("w:footnote"))
    ]
    assert [note.split(",")[0].split(":")[0] for note in notes if note] == [
        "Gate log",
        "Invitation",
        "But see",
        "Says otherwise",
    ]
