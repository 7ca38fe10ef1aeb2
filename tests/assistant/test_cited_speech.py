"""What was said is cited by speaker and time, in every form in which an answer is given."""

import json
import re
import zipfile

import pytest

from assistant import Assistant

TALK = """\
WEBVTT

1
00:12:31.000 --> 00:12:35.000
<v Oskar Blom>The budget of the reading room is

2
00:12:35.000 --> 00:12:39.000
<v Oskar Blom>sixty-two thousand crowns.

3
00:14:03.000 --> 00:14:09.000
<v Hanna Ritter>We open on the third of October.
"""
PLACE = "Oskar Blom, 00:12:31"


@pytest.fixture(scope="module")
def answer(tmp_path_factory):
    folder = tmp_path_factory.mktemp("speech")
    (folder / "meeting.vtt").write_text(TALK)
    with Assistant(store=folder / "store") as assistant:
        assistant.add([folder / "meeting.vtt"])
        yield assistant.query("What is the budget of the reading room?")


def test_a_sentence_of_two_cues_is_quoted_whole_with_its_speaker_and_time(answer):
    assert answer.citations[0].quote == (
        "Oskar Blom: The budget of the reading room is sixty-two thousand crowns."
    )
    assert answer.citations[0].locator == PLACE
    assert answer.citations[0].title == "Meeting"


@pytest.mark.parametrize("form", ["markdown", "html", "json"])
def test_every_text_form_says_who_and_when(answer, form):
    written = {
        "markdown": answer.to_markdown,
        "html": answer.to_html,
        "json": lambda: json.dumps(answer.model_dump(mode="json")),
    }[form]()
    assert PLACE in written


def test_a_word_file_says_who_and_when(answer, tmp_path):
    answer.to_docx(tmp_path / "answer.docx")
    with zipfile.ZipFile(tmp_path / "answer.docx") as word:
        written = "".join(word.read(name).decode() for name in word.namelist() if "xml" in name)
    assert PLACE in re.sub(r"<[^>]*>", "", written)
