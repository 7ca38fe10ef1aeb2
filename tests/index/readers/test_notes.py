"""Notes in Markdown: what they state about themselves, links by their words, tasks by state."""

import pytest

from index.readers import read


@pytest.fixture
def saved(tmp_path):
    def save(content, name="note.md"):
        path = tmp_path / name
        path.write_text(content)
        return path

    return save


YAML = """---
title: Pier plan
author: Ada Hale
date: 2024-05-03
tags: [pier, work/harbour]
aliases:
  - The plan
status: draft
priority: 2
nested:
  deep: words
---
It fell.
"""

TOML = """+++
title = "Pier plan"
author = "Ada Hale"
date = 2024-05-03
tags = ["pier", "work/harbour"]
draft = true
+++
It fell.
"""


def test_front_matter_is_kept_as_properties(saved):
    document = read(saved(YAML))
    assert document.properties == (
        ("author", "Ada Hale"),
        ("date", "2024-05-03"),
        ("tags", "pier, work/harbour"),
        ("aliases", "The plan"),
        ("status", "draft"),
        ("priority", "2"),
    )
    assert (document.title, document.author, document.date) == (
        "Pier plan",
        "Ada Hale",
        "2024-05-03",
    )
    [left] = document.left_out
    assert left.why == "front matter"
    assert "deep: words" in left.words


def test_front_matter_in_toml_is_read_as_well(saved):
    document = read(saved(TOML))
    assert document.text == "It fell."
    assert (document.title, document.author, document.date) == (
        "Pier plan",
        "Ada Hale",
        "2024-05-03",
    )
    assert ("tags", "pier, work/harbour") in document.properties
    assert ("draft", "true") in document.properties
    assert not document.left_out


@pytest.mark.parametrize("front", ["---\ntags: [pier\n---", "+++\ntags = [pier\n+++"])
def test_front_matter_that_is_broken_is_told_and_does_not_stop_the_reading(saved, front):
    document = read(saved(f"{front}\nIt fell.\n"))
    assert document.text == "It fell."
    [left] = document.left_out
    assert "pier" in left.words
    assert len(document.warnings) == 1


def test_links_between_notes_are_their_words(saved):
    source = (
        "See [[Pier plan]], [[harbour/tolls|the tolls]], [[Pier plan#Costs]], "
        "[[the wiki|https://wiki.example]] and "
        "![[map.png]].\n\n| a | b |\n|---|---|\n| [[x\\|y]] | 2 |\n\n`[[kept]]`\n"
    )
    document = read(saved(source))
    assert document.text.split("\n\n") == [
        "See Pier plan, the tolls, Pier plan > Costs, the wiki and map.png.",
        "a | b\ny | 2",
        "[[kept]]",
    ]


def test_tasks_say_whether_they_are_done(saved):
    document = read(saved("- [ ] paint the pier\n- [x] buy paint\n  - [X] red\n- [link](x)\n"))
    assert document.text == "• (open) paint the pier\n• (done) buy paint\n  • (done) red\n• link"


def test_comments_are_left_out_and_told(saved):
    document = read(
        saved("It fell. %%not sure%%\n\n<!-- ask Ada -->\n\nAt ==dawn==<!-- or noon -->.\n")
    )
    assert document.text == "It fell.\n\nAt dawn."
    assert [(left.words, left.why) for left in document.left_out] == [
        ("not sure", "comment"),
        ("ask Ada", "comment"),
        ("or noon", "comment"),
    ]


def test_callouts_are_told_by_their_kind(saved):
    document = read(saved("> [!warning] Ice\n> Do not walk.\n\n> [!tip]- \n> Salt it.\n"))
    assert document.text == "Warning: Ice Do not walk.\n\nTip: Salt it."


def test_a_command_stands_in_the_paragraph_that_introduces_it(saved):
    source = "Start the pumps with this:\n\n```sh\nmake pumps\n```\n\nDone.\n\n```\nother\n```\n"
    document = read(saved(source))
    assert document.text == "Start the pumps with this:\nmake pumps\n\nDone.\n\nother"


def test_marks_that_no_text_may_hold_do_not_move_its_structure(saved):
    document = read(
        saved('---\ntitle: "a\\0b"\ntags: ["x\\ud800"]\n---\n\ufeffIt fell.\n\n# Pier&#13;\n')
    )
    assert [document.text[h.start : h.end] for h in document.headings] == ["Pier"]
    assert ("tags", "x?") in document.properties
    assert document.title == "ab"
