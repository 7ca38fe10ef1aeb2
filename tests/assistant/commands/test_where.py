"""What documents say of themselves limits a question to some of them."""

import pytest

from assistant.assistant import Assistant

NOTE = """---
title: {0}
status: {1}
tags: [levee, {2}]
date: {3}
---

The levee is {4} metres high.
"""


@pytest.fixture
def store(tmp_path):
    """Two notes, of which one is final."""
    for name, status, tag, date, height in (
        ("First survey", "draft", "north", "2024-03-02", "four"),
        ("Second survey", "final", "south", "2025-05-06", "five"),
    ):
        text = NOTE.format(name, status, tag, date, height)
        (tmp_path / f"{name}.md").write_text(text)
    with Assistant(tmp_path / "store") as assistant:
        assistant.add([tmp_path / "First survey.md", tmp_path / "Second survey.md"])
    return tmp_path / "store"


@pytest.mark.parametrize(
    ("having", "titles"),
    [
        ({"status": "final"}, ["Second survey"]),
        ({"STATUS": "Draft"}, ["First survey"]),
        ({"tags": "levee"}, ["First survey", "Second survey"]),
        ({"tags": "levee", "date": "2025"}, ["Second survey"]),
        ({"tags": "east"}, []),
        ({"colour": "red"}, []),
    ],
)
def test_documents_are_told_by_what_they_say_of_themselves(store, having, titles):
    with Assistant(store) as assistant:
        assert sorted(one.title for one in assistant.documents(having=having)) == titles


def test_a_question_is_put_to_those_documents_only(store, footnote):
    asked = ("ask", "How high is the levee?", "--store", store)
    ran = footnote(*asked, "--where", "status=final")

    assert (ran.status, ran.err) == (0, "")
    assert "five metres" in ran.out
    assert "four metres" not in ran.out


def test_documents_and_passages_are_listed_by_it(store, footnote):
    listed = footnote("documents", "--store", store, "--where", "tags=south").out
    assert "First survey" not in listed
    found = footnote("search", "levee", "--store", store, "--where", "tags=north").out
    assert "four metres" in found
    assert "five metres" not in found


@pytest.mark.parametrize("wrong", ["status", "=final", "status="])
def test_what_is_no_condition_is_told(store, footnote, wrong):
    ran = footnote("ask", "How high is the levee?", "--store", store, "--where", wrong)

    assert ran.status == 2
    assert "NAME=VALUE" in ran.err


def test_a_condition_that_no_document_meets_is_told(store, footnote):
    ran = footnote("ask", "How high?", "--store", store, "--where", "status=lost")

    assert ran.status != 0
    assert "No document has status=lost" in " ".join(ran.err.split())
