"""A Word draft keeps its look, its notes and every letter, and gets real footnotes."""

import zipfile
from itertools import pairwise
from pathlib import Path

import docx
import pytest
from docx.document import Document
from docx.oxml.ns import qn

from assistant.answer import Answer
from assistant.assistant import Assistant
from assistant.reporting.docx_parts import Footnotes, run
from index.errors import ReportError
from index.readers.office.docx import run_text

FIRST = "Gate 3 failed because the bearing of its left arm had run dry."


def draft(path: Path, *, own_note: bool = False) -> Path:
    document = docx.Document()
    document.add_heading("The night at the barrage", 1)
    paragraph = document.add_paragraph("Gate 3 failed ")
    paragraph.add_run("because the bearing").bold = True
    paragraph.add_run(" of its left arm had run dry.")
    if own_note:
        from assistant.reporting.docx_parts import define_notes

        define_notes(document)
        notes = Footnotes(document)
        notes.add(1, [[run("My own note.")]])
        for element in notes.reference(1, again=False):
            paragraph._p.append(element)
    paragraph.add_run(" About 450 people were evacuated.").italic = True
    document.add_paragraph("There was no controlled release.", style="List Bullet")
    table = document.add_table(1, 2)
    table.cell(0, 0).text = "The mayor resigned in tears."
    document.add_paragraph("The mayor resigned in tears the next morning.")
    document.save(path)
    return path


@pytest.fixture(scope="module", params=[False, True], ids=["no note", "own note"])
def cited(request, demo: Assistant, tmp_path_factory) -> tuple[Path, Path, Answer]:
    folder = tmp_path_factory.mktemp("drafts")
    source = draft(folder / "draft.docx", own_note=request.param)
    answer = demo.cite(source)
    answer.to_word_draft(source, folder / "noted.docx")
    return source, folder / "noted.docx", answer


def texts(document: Document) -> list[str]:
    return [run_text(p) for p in document.element.body.iter(qn("w:p"))]


def test_headings_and_tables_are_not_checked_and_sentences_across_runs_are(cited):
    _, _, answer = cited
    assert [(s.text.split()[0], s.supported, bool(s.contradicted)) for s in answer.sentences] == [
        ("Gate", True, False),
        ("About", False, True),
        ("There", True, False),
        ("The", False, False),
    ]


def test_no_word_is_added_to_the_text(cited):
    source, noted, _ = cited
    before, after = texts(docx.Document(str(source))), texts(docx.Document(str(noted)))
    # Between two numbers stands a raised space.
    assert [" ".join(text.split()) for text in after] == [" ".join(t.split()) for t in before]


def test_what_is_not_supported_has_a_comment_over_its_sentence(cited):
    _, noted, answer = cited
    document = docx.Document(str(noted))
    said = {comment.comment_id: comment for comment in document.comments}
    doubted = [sentence for sentence in answer.sentences if not sentence.supported]
    covered: dict[int, str] = {}
    within: set[int] = set()
    for element in document.element.body.iter():
        if element.tag == qn("w:commentRangeStart"):
            within.add(int(element.get(qn("w:id"))))
        elif element.tag == qn("w:commentRangeEnd"):
            within.discard(int(element.get(qn("w:id"))))
        elif element.tag == qn("w:t"):
            for one in within:
                covered[one] = covered.get(one, "") + element.text
    assert [covered[one].strip() for one in sorted(said)] == [one.text for one in doubted]
    for comment, sentence in zip((said[one] for one in sorted(said)), doubted, strict=True):
        assert comment.author == "Footnote"
        words = "The documents say otherwise" if sentence.contradicted else "Not verified"
        assert comment.text.startswith(words)
        for passage in sentence.nearest:
            assert passage.title in comment.text


def test_the_formatting_stays(cited):
    _, noted, _ = cited
    document = docx.Document(str(noted))
    looks = {r.text: (r.bold, r.italic) for r in document.paragraphs[1].runs}
    assert looks["because the bearing"] == (True, None)
    assert looks["About 450 people were evacuated."] == (None, True)
    assert document.paragraphs[0].style.name == "Heading 1"
    assert document.paragraphs[2].style.name == "List Bullet"
    assert document.paragraphs[1].style.font.name == docx.Document().styles["Normal"].font.name


def test_each_footnote_stands_behind_its_sentence_and_is_unique(cited):
    _, noted, _ = cited
    document = docx.Document(str(noted))
    paragraph = document.paragraphs[1]._p
    seen, at = "", []
    for element in paragraph.iter(qn("w:t"), qn("w:footnoteReference")):
        if element.tag == qn("w:t"):
            seen += element.text
        else:
            at.append(seen.strip())
    assert FIRST in at
    assert at[-1].endswith("About 450 people were evacuated.")
    ids = [e.get(qn("w:id")) for e in document.element.iter(qn("w:footnoteReference"))]
    assert len(ids) == len(set(ids))


def test_the_own_note_stays_and_what_was_set_can_be_verified(cited, demo: Assistant):
    source, noted, answer = cited
    with zipfile.ZipFile(source) as archive, zipfile.ZipFile(noted) as made:
        own = "word/footnotes.xml" in archive.namelist()
        assert (b"My own note." in made.read("word/footnotes.xml")) is own
        assert made.namelist().count("word/footnotes.xml") == 1
    verified = demo.verify(noted)
    assert verified.clean
    assert len(verified.findings) >= len(answer.citations)


def test_between_the_own_note_and_ours_is_a_space(cited):
    paragraph = docx.Document(str(cited[1])).paragraphs[1]._p
    references = list(paragraph.iter(qn("w:footnoteReference")))
    runs = list(paragraph.iter(qn("w:r")))
    for first, second in pairwise(references):
        between = runs[runs.index(first.getparent()) + 1 : runs.index(second.getparent())]
        assert "".join(map(run_text, between))


def test_another_file_is_refused_and_nothing_is_written(cited, tmp_path: Path):
    _, _, answer = cited
    other = tmp_path / "other.docx"
    docx.Document().save(str(other))
    with pytest.raises(ReportError, match="not the text that was checked"):
        answer.to_word_draft(other, tmp_path / "out.docx")
    assert not (tmp_path / "out.docx").exists()


def test_the_command_writes_the_draft_itself(footnote, demo: Assistant, tmp_path: Path):
    source, out = draft(tmp_path / "draft.docx"), tmp_path / "out.docx"
    assert footnote("cite", source, "--store", demo.store, "--out", out).status == 4
    assert docx.Document(str(out)).paragraphs[1].runs[1].bold
    printed = footnote("cite", source, "--store", demo.store, "--format", "markdown")
    assert "# The night at the barrage" in printed.out
    assert "had run dry.[^1]" in printed.out


@pytest.mark.parametrize("content", [b"", b"no archive", b"PK\x03\x04 cut off"])
def test_a_damaged_file_is_told_in_one_line(footnote, demo: Assistant, tmp_path: Path, content):
    (tmp_path / "draft.docx").write_bytes(content)
    ran = footnote("cite", tmp_path / "draft.docx", "--store", demo.store)
    assert ran.status == 1
    assert ran.err == (
        "footnote: draft.docx cannot be read. The Word file is damaged or cut off: open it in a "
        "word processor and save it again.\n"
    )


def test_a_draft_under_a_password_is_told_as_such(footnote, demo: Assistant, tmp_path: Path):
    container = bytes.fromhex("d0cf11e0a1b11ae1") + "EncryptedPackage".encode("utf-16-le")
    (tmp_path / "draft.docx").write_bytes(container + bytes(100))
    ran = footnote("cite", tmp_path / "draft.docx", "--store", demo.store)
    assert ran.status == 1
    assert ran.err == (
        "footnote: draft.docx cannot be read. The file needs a password: save a copy without one.\n"
    )
