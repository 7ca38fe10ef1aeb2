"""Markdown reads as prose."""

import pytest

from index.errors import DocumentError, EmptyDocument
from index.readers import read

SOURCE = """---
title: The Talks
author: [Jane Roe, "John Q. Doe"]
date: 2024-05-03
source: https://news.example/talks
---
# Talks in *Geneva*

The **ministers** met [briefly](http://news.example/x) in
Geneva.\\
Nothing <b>was</b> signed ![a table of flags](flags.png).

- one
- two
  - nested

3. three
4. four

| Year | Talks |
|------|-------|
| 2022 | **3** |

```python
def talk(**words):
    return 1
```

> Quoted words.

<div align="center">Tea &amp; cake</div>

<script>alert(1)</script>
<!-- hidden -->

What followed
-------------
The end.
"""


@pytest.fixture
def document(tmp_path):
    path = tmp_path / "talks.md"
    path.write_text(SOURCE)
    return read(path)


def test_markdown_reads_as_prose_with_lists_tables_and_code_kept(document):
    assert document.text == (
        "Talks in Geneva\n\n"
        "The ministers met briefly in Geneva.\n"
        "Nothing was signed a table of flags.\n\n"
        "• one\n• two\n  • nested\n\n"
        "3. three\n4. four\n\n"
        "Year | Talks\n2022 | 3\n\n"
        "def talk(**words):\n    return 1\n\n"
        "Quoted words.\n\n"
        "Tea & cake\n\n"
        "What followed\n\n"
        "The end."
    )


def test_headings_are_spans_of_the_text_with_their_level(document):
    found = [(h.level, document.text[h.start : h.end]) for h in document.headings]

    assert found == [(1, "Talks in Geneva"), (2, "What followed")]
    assert document.heading_path(document.text.index("The end")) == (
        "Talks in Geneva",
        "What followed",
    )


def test_front_matter_states_title_authors_date_and_source(document):
    assert document.title == "The Talks"
    assert document.author == "Jane Roe, John Q. Doe"
    assert document.date == "2024-05-03"
    assert document.date_span is None
    assert document.source == "https://news.example/talks"


@pytest.mark.parametrize(
    "front",
    ["date: [", "date: 2024-13-45", "date: yesterday", "? !!python/object:os.system x", "title:"],
)
def test_front_matter_that_states_nothing_usable_is_no_error(tmp_path, front):
    path = tmp_path / "note.md"
    path.write_text(f"---\n{front}\n---\nThe ministers met.\n")

    document = read(path)

    assert document.text == "The ministers met."
    assert document.date is None


def test_aliases_in_front_matter_do_not_multiply(tmp_path):
    path = tmp_path / "bomb.md"
    lines = ["a0: &a0 [x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 30)]
    path.write_text("\n".join(["---", *lines, "author: *a29", "---", "The ministers met.", ""]))

    document = read(path)

    assert (document.text, document.author) == ("The ministers met.", None)


def test_words_between_two_rules_are_text_not_front_matter(tmp_path):
    path = tmp_path / "note.md"
    path.write_text("---\nOnly words.\n---\nThe ministers met.\n")

    assert "Only words." in read(path).text


def test_a_file_without_suffix_is_markdown_if_it_looks_like_it(tmp_path):
    path = tmp_path / "README"
    path.write_text("# Talks\n\nThe **ministers** met [here](x).\n")

    assert read(path).text == "Talks\n\nThe ministers met here."


def test_marks_alone_are_an_empty_document(tmp_path):
    path = tmp_path / "note.md"
    path.write_text("---\ntitle: T\n---\n\n***\n\n<!-- nothing -->\n")

    with pytest.raises(EmptyDocument):
        read(path)


def test_quotations_of_quotations_are_read(tmp_path):
    path = tmp_path / "note.md"
    path.write_text(">" * 40 + " deep\n\nThe end.\n")

    assert read(path).text == "deep\n\nThe end."


@pytest.mark.parametrize("content", [">" * 5000 + " deep", "- " * 2000 + "item"])
def test_nesting_beyond_measure_is_refused_rather_than_half_read(tmp_path, content):
    path = tmp_path / "note.md"
    path.write_text(content + "\n\nThe end.\n")

    with pytest.raises(DocumentError, match="too deeply"):
        read(path)


def test_boxes_to_be_ticked_keep_their_lines(saved):
    assert read(saved("☐ open\n☑ shut\nand lock it", "a.md")).text == "☐ open\n☑ shut and lock it"


def test_words_of_cells_in_html_are_not_one_word(saved):
    source = "# A\n\n<table><tr><td>Brig</td><td>two</td></tr></table>\n"
    assert read(saved(source, "a.md")).text == "A\n\nBrig two"


def test_an_empty_cell_is_no_fault(saved):
    assert read(saved("| a | |\n|---|---|\n| 1 | |\n", "a.md")).text == "a\n1"


def test_a_line_that_stands_like_a_title_is_it_where_only_parts_have_headings(tmp_path):
    path = tmp_path / "statutes.md"
    path.write_text(
        "Statutes of the Harbour Club\n\nThey were agreed in May.\n\n## Name and seat\n\n"
        "The club is called so.\n\n## Purpose\n\nIt keeps the pier.\n"
    )
    assert read(path).title == "Statutes of the Harbour Club"
    path.write_text("Draft\n\n# Statutes\n\nThe club keeps the pier.\n")
    assert read(path).title == "Statutes"
