"""Whatever file of a user's is read, it is read within limits, in a process of its own."""

import io
import json
import os
import resource
import time
import zipfile
from pathlib import Path

import docx
import pytest

from assistant.citing.manuscript import read_manuscript as draft
from assistant.commands.question_lists import questions_in
from assistant.endpoints.prompts import load_prompts as prompts
from assistant.evaluating.evaluation import load_questions
from assistant.rechecking.report_files import cited_in
from assistant.reporting.references import find_style
from assistant.reporting.template import read_plan as template
from index.errors import FootnoteError
from index.sandbox.isolation import Limits

READ = {
    "draft": (draft, "draft.md"),
    "Word draft": (draft, "draft.docx"),
    "report": (cited_in, "report.md"),
    "template": (lambda path, limits: template(path, limits=limits), "template.md"),
    "questions": (questions_in, "questions.txt"),
    "evaluation": (load_questions, "questions.jsonl"),
}


@pytest.fixture(params=READ)
def read(request, tmp_path):
    """What reads a file of some kind, and a path for one."""
    function, name = READ[request.param]
    return lambda limits=None: function(tmp_path / name, limits), tmp_path / name


def peak() -> float:
    """MiB that this process has held at most."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def bomb(path: Path) -> Path:
    """A Word file of some 100 KB, whose empty paragraphs unpack to 120 MiB."""
    document = docx.Document()
    document.add_paragraph("The gates closed at noon.")
    held = io.BytesIO()
    document.save(held)
    with zipfile.ZipFile(held) as source, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as made:
        for name in source.namelist():
            content = source.read(name)
            if name == "word/document.xml":
                content = content.replace(
                    b"<w:sectPr", b"<w:p/>" * (120 * 2**20 // 6) + b"<w:sectPr"
                )
            made.writestr(name, content)
    return path


@pytest.mark.parametrize("target", ["/dev/zero", "pipe"])
def test_a_device_or_a_pipe_is_one_line_at_once(read, target):
    function, path = read
    if target == "pipe":
        os.mkfifo(path)
    else:
        path.symlink_to(target)
    began = time.monotonic()

    with pytest.raises(FootnoteError, match="pipe or a device") as raised:
        function()

    assert "\n" not in str(raised.value)
    assert time.monotonic() - began < 10


@pytest.mark.parametrize("function", [find_style, lambda path: prompts(Path(path))])
def test_a_pipe_in_place_of_a_style_or_of_prompts_is_one_line(tmp_path, function):
    os.mkfifo(tmp_path / "own.csl")

    with pytest.raises(FootnoteError, match="pipe or a device"):
        function(str(tmp_path / "own.csl"))


def test_a_file_that_is_too_large_is_refused_before_it_is_read(read):
    function, path = read
    with path.open("wb") as file:
        file.truncate(2 << 30)
    before = peak()

    with pytest.raises(FootnoteError, match="FOOTNOTE_FILE_LIMIT"):
        function()

    assert peak() - before < 100


def test_a_word_file_that_unpacks_to_much_costs_this_process_nothing(tmp_path):
    path = bomb(tmp_path / "draft.docx")
    assert path.stat().st_size < 500_000
    before = peak()

    for function in (draft, cited_in):
        with pytest.raises(FootnoteError, match="FOOTNOTE_FILE_MEMORY"):
            function(path, Limits(memory=300))

    assert peak() - before < 100


def test_what_takes_too_long_is_ended(tmp_path):
    path = tmp_path / "questions.jsonl"
    path.write_text("\n".join(json.dumps({"question": "Why?"}) for _ in range(2_000_000)))

    with pytest.raises(FootnoteError, match="FOOTNOTE_FILE_SECONDS"):
        load_questions(path, Limits(seconds=-900))


def test_the_settings_limits_count_for_drafts_too(demo, tmp_path, monkeypatch):
    (tmp_path / "draft.md").write_text("The gates closed at noon. " * 50_000)
    monkeypatch.setenv("FOOTNOTE_FILE_LIMIT", "1")
    from assistant.assistant import Assistant

    with Assistant(demo.store) as assistant, pytest.raises(FootnoteError, match="at most 1 are"):
        assistant.cite(tmp_path / "draft.md")
