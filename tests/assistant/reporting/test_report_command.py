"""`footnote report` and `footnote ask --format`: files, exit status, one line for a mistake."""

import json
import os
import subprocess
from pathlib import Path

import pytest
from outside import page, pandoc
from running import Run, fresh, one_line, run

from assistant.assistant import Assistant
from assistant.reporting.report import Report

QUESTION = "Why did Gate 3 fail?"


@pytest.fixture
def footnote(capsys: pytest.CaptureFixture[str], demo: Assistant, monkeypatch: pytest.MonkeyPatch):
    """Runs the command over the demo documents."""
    monkeypatch.setenv("FOOTNOTE_STORE", str(demo.store))
    return lambda *arguments: run(capsys, *arguments)


@pytest.fixture
def questions(surroundings: Path) -> Path:
    file = surroundings / "questions.txt"
    file.write_text(f"{QUESTION}\n\nWho won the football match?\n")
    return file


def reader(file: Path) -> list[list[str]]:
    """The citations of each footnote in a report's file."""
    if file.suffix == ".html":
        told = page(file.read_text(encoding="utf-8"))
    else:
        told = pandoc(file, "docx" if file.suffix == ".docx" else "markdown")
    return [note.cited for note in told.notes]


@pytest.mark.parametrize("name", ["report.docx", "report.html", "report.md", "REPORT.MD"])
def test_a_report_is_written_in_the_format_that_its_name_says(
    footnote, questions: Path, demo: Assistant, name: str
):
    ran = footnote("report", questions, "--out", name)
    assert ran == Run(0, f"{name}: 1 of 2 questions answered\n", "")
    cited = [[citation.id] for citation in demo.query(QUESTION).citations]
    assert reader(questions.with_name(name)) == cited


def test_a_report_as_json_holds_the_answers_and_as_bibtex_the_sources(footnote, questions: Path):
    footnote("report", questions, "--out", "report.json", "--title", "Gates")
    made = Report.model_validate_json(questions.with_name("report.json").read_text())
    assert made.title == "Gates"
    assert [answer.abstained for answer in made.answers] == [False, True]
    footnote("report", questions, "--out", "report.bib")
    assert questions.with_name("report.bib").read_text() == made.to_bibtex()


def test_a_template_is_filled_in_and_its_style_named(footnote, surroundings: Path):
    (surroundings / "t.md").write_text(f"# Title\n\n{{{{ {QUESTION} }}}}\n")
    assert footnote("report", "t.md", "--out", "out.md", "--style", "ieee").status == 0
    text = (surroundings / "out.md").read_text()
    assert text.startswith("# Title\n\n")
    assert "- \\[1\\] Inspectorate of Hydraulic Works" in text


def test_questions_come_from_standard_input_too(demo: Assistant, surroundings: Path):
    ran = fresh(
        "report",
        "-",
        "--out",
        "out.md",
        "--store",
        demo.store,
        input=f"{QUESTION}\n",
        cwd=surroundings,
    )
    assert (ran.returncode, ran.stderr) == (0, "")
    assert QUESTION in (surroundings / "out.md").read_text()


def test_a_report_without_any_answer_has_exit_status_3_and_is_written(footnote, questions: Path):
    questions.write_text("Who won the football match?\n")
    ran = footnote("report", questions, "--out", "out.md")
    assert (ran.status, ran.out) == (3, "out.md: 0 of 1 questions answered\n")
    assert "The nearest passages" in questions.with_name("out.md").read_text()


def test_footnotes_lead_to_the_page_where_the_settings_have_it(footnote, questions, monkeypatch):
    monkeypatch.setenv("FOOTNOTE_PORT", "8123")
    footnote("report", questions, "--out", "out.md")
    assert "(http://127.0.0.1:8123/?cite=" in questions.with_name("out.md").read_text()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["questions.txt", "--out", "report.xyz"], "names no format"),
        (["questions.txt", "--out", "report"], "names no format"),
        (["questions.txt", "--out", "absent/report.md"], "no folder"),
        (["questions.txt", "--out", "folder.md"], "it is a folder"),
        (["questions.txt", "--out", "report.md", "--style", "nonsense"], "no citation style"),
        (["questions.txt", "--out", "report.md", "--style", "absent.csl"], "no such file"),
        (["latin.txt", "--out", "report.md"], "line 2: not UTF-8"),
        (["empty.txt", "--out", "report.md"], "no question"),
        (["absent.txt", "--out", "report.md"], "cannot be read"),
        (["long.txt", "--out", "report.md"], "4,000"),
    ],
)
def test_what_cannot_be_done_is_one_line_and_nothing_is_left(
    footnote, questions: Path, arguments, words
):
    here = questions.parent
    (here / "latin.txt").write_bytes("Why?\nUnd für wen?\n".encode("latin-1"))
    (here / "empty.txt").write_bytes(b"\n\n")
    (here / "long.txt").write_text("why " * 2000)
    (here / "folder.md").mkdir()
    before = sorted(here.rglob("*"))
    ran = footnote("report", *arguments)
    assert (ran.status, ran.out) == (1, "")
    assert one_line(ran.err)
    assert words in ran.err
    assert sorted(here.rglob("*")) == before


def test_a_full_disk_leaves_the_file_that_was_there(footnote, questions: Path, monkeypatch):
    file = questions.with_name("report.md")
    file.write_text("before")

    def full(path: Path, _: bytes) -> int:
        path.touch()
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", full)
    ran = footnote("report", questions, "--out", "report.md")
    assert (ran.status, ran.out) == (1, "")
    assert ran.err == "footnote: report.md cannot be written: No space left on device.\n"
    assert file.read_text() == "before"
    assert sorted(path.name for path in file.parent.iterdir()) == ["questions.txt", "report.md"]


def test_a_link_to_a_file_stays_one_and_a_pipe_is_written_to(footnote, questions: Path):
    here = questions.parent
    (here / "real.md").write_text("before")
    (here / "link.md").symlink_to("real.md")
    assert footnote("report", questions, "--out", "link.md").status == 0
    assert (here / "link.md").is_symlink()
    assert QUESTION in (here / "real.md").read_text()
    os.mkfifo(here / "pipe.md")
    with subprocess.Popen(["cat", "pipe.md"], cwd=here, stdout=subprocess.PIPE, text=True) as cat:
        assert footnote("report", questions, "--out", "pipe.md").status == 0
        assert QUESTION in cat.communicate(timeout=60)[0]


# footnote ask ----------------------------------------------------------------------------------


def test_ask_prints_the_formats_that_are_text(footnote, demo: Assistant):
    (citation,) = demo.query(QUESTION).citations
    for name, read in (("markdown", lambda text: pandoc(text, "markdown")), ("html", page)):
        ran = footnote("ask", QUESTION, "--format", name)
        assert (ran.status, ran.err) == (0, "")
        assert [note.cited for note in read(ran.out).notes] == [[citation.id]]
    (item,) = json.loads(footnote("ask", QUESTION, "--format", "csl").out)
    assert item["title"] == citation.title
    assert footnote("ask", QUESTION, "--format", "bibtex").out.startswith(f"@misc{{{item['id']},\n")


@pytest.mark.parametrize("name", ["answer.docx", "answer.html", "answer.md"])
def test_ask_writes_a_file_in_the_format_that_its_name_says(
    footnote, surroundings: Path, demo: Assistant, name: str
):
    assert footnote("ask", QUESTION, "--out", name) == Run(0, "", "")
    cited = [[citation.id] for citation in demo.query(QUESTION).citations]
    assert reader(surroundings / name) == cited


def test_ask_writes_what_it_would_print(footnote, surroundings: Path):
    for name in ("text", "bibtex", "csl"):
        printed = footnote("ask", QUESTION, "--format", name).out
        assert footnote("ask", QUESTION, "--format", name, "--out", "file") == Run(0, "", "")
        assert (surroundings / "file").read_text() == printed


def test_an_answer_that_is_none_is_written_too_with_exit_status_3(footnote, surroundings: Path):
    ran = footnote("ask", "Who won the football match?", "--out", "answer.md")
    assert (ran.status, ran.out, ran.err) == (3, "", "")
    assert "The documents do not answer this." in (surroundings / "answer.md").read_text()


def test_a_word_document_needs_a_file(footnote, surroundings: Path):
    ran = footnote("ask", QUESTION, "--format", "docx")
    assert (ran.status, ran.out) == (2, "")
    assert "--out" in ran.err
    assert list(surroundings.iterdir()) == []
