"""Questions as people write them down: a list, or Markdown of one's own with questions in it."""

from pathlib import Path

import pytest
from expected import footnotes
from outside import page, pandoc

from assistant.answer import Answer
from assistant.assistant import Assistant
from assistant.reporting.report import Report
from assistant.reporting.template import Plan, Question, from_template, listed, read_plan
from index.errors import QuestionError, ReportError

TEMPLATE = """---
author: someone
---

# The night of the *flood*

Own words, with `{{ code }}` in them, a note[^own] and [a link][there].

{{ How many people were evacuated? }}

1. First
2. Second, {{single} braces

<!-- {{ not asked }} -->

{{Why did Gate 3 fail?}}

> Quoted, and once more the note[^own].

~~~
{{ not asked either }}
~~~

| Figure | Value |
|--------|------:|
| Gates  | **3** |

{{ Why did Gate 3 fail? }}

The end.

[there]: https://example.org/there
[^own]: A note of my own, about [^second].
[^second]: Another one.
"""


@pytest.fixture(scope="module")
def filled(demo: Assistant) -> Report:
    return demo.report(TEMPLATE)


def questions(plan: Plan) -> list[str]:
    return [section.text for section in plan.sections if isinstance(section, Question)]


def test_each_question_of_a_template_is_replaced_by_its_answer(filled: Report, demo: Assistant):
    asked = ["How many people were evacuated?", "Why did Gate 3 fail?", "Why did Gate 3 fail?"]
    assert [answer.question for answer in filled.answers] == asked
    assert [answer.text for answer in filled.answers] == [demo.query(one).text for one in asked]


def test_the_authors_own_text_is_kept_to_the_letter(filled: Report):
    written = filled.to_markdown()
    own = [line for line in TEMPLATE.splitlines() if not line.startswith("{{ How")]
    own = [line for line in own if not line.lstrip("{ ").startswith("Why did")]
    at = 0
    for line in own:
        at = written.index(line, at)
    assert "{{ code }}" in written
    assert "{{ not asked either }}" in written


def test_a_template_has_its_first_heading_as_its_title(filled: Report):
    assert filled.title == "The night of the flood"
    assert from_template("{{ Why? }}").title == "Questions and answers"
    assert from_template("# A\n\n{{ Why? }}", "B").title == "B"


def test_own_footnotes_and_citations_are_numbered_in_one_row(filled: Report, tmp_path: Path):
    cited = [[citation.id] for citation in footnotes(filled)]
    filled.to_docx(tmp_path / "filled.docx")
    in_html, in_word = page(filled.to_html()), pandoc(tmp_path / "filled.docx", "docx")
    # A footnote of Word cannot have a footnote.
    assert [note.cited for note in in_html.notes] == [[], *cited, []]
    assert [note.cited for note in in_word.notes] == [[], *cited]
    assert in_html.notes[-1].text == "Another one."
    assert in_word.notes[0].text == "A note of my own, about (Another one.)."
    for told in (in_html, in_word):
        assert told.notes[0].text.startswith("A note of my own, about ")
        assert "a note‹1›" in told.text
        assert "evacuated.‹2›" in told.text
    told = pandoc(filled.to_markdown(), "markdown")
    assert [note.cited for note in told.notes if note.cited] == [*cited, cited[-1]]


def test_footnotes_that_name_each_other_come_to_an_end(demo: Assistant, tmp_path: Path):
    made = demo.report("A[^a]\n\n{{ Why did Gate 3 fail? }}\n\n[^a]: one[^b]\n[^b]: two[^a]\n")
    made.to_docx(tmp_path / "made.docx")
    assert pandoc(tmp_path / "made.docx", "docx").notes[0].text == "one(two)"
    assert [note.text for note in page(made.to_html()).notes][::2] == ["one‹3›", "two‹1›"]


def test_labels_of_own_footnotes_are_left_to_the_author(demo: Assistant):
    made = demo.report(
        "A[^1] and B[^3].\n\n{{ How many people were evacuated? }}\n\n[^1]: a\n[^3]: b\n"
    )
    written = made.to_markdown()
    assert written.count("\n[^1]: ") == written.count("[^3]: ") == 1
    assert written.count("\n[^2]: ") == written.count("\n[^4]: ") == 1


def test_markdown_of_the_template_is_set_in_word_and_html(filled: Report, tmp_path: Path):
    filled.to_docx(tmp_path / "filled.docx")
    for told in (page(filled.to_html()), pandoc(tmp_path / "filled.docx", "docx")):
        assert told.headings[0] == (1, "The night of the flood")
        assert {"First", "Figure", "Gates", "3", "The end."} <= set(told.paragraphs)
        assert "{{ code }}" in told.text
        assert "not asked -->" not in told.text
        assert "author: someone" not in told.text
        assert "3" in told.bold


def test_html_in_a_template_is_text_and_scripts_are_no_links(demo: Assistant):
    made = demo.report(
        "<script>window.x = 1</script>\n\n{{ Why did Gate 3 fail? }}\n\n"
        "a <b onclick='x()'>b</b> ![p](http://elsewhere.invalid/p.png) [c](javascript:x())\n"
    )
    text = made.to_html()
    assert "<script" not in text
    assert "<img" not in text
    assert "<b " not in text
    assert 'href="javascript' not in text
    assert "window.x = 1" in page(text).text


def test_a_question_of_a_template_that_nothing_answers_is_named(demo: Assistant):
    made = demo.report("# Night\n\n{{ Who won the football *match*? }}\n")

    assert made.answers[0].abstained
    assert (
        "*Who won the football \\*match\\*?*\n\nThe documents do not answer" in made.to_markdown()
    )


def test_a_list_of_questions_is_given_as_headings(demo: Assistant):
    made = demo.report(["Why did *Gate 3* fail?", "", "  "], title="On [gates]")
    assert made.title == "On [gates]"
    told = pandoc(made.to_markdown(), "markdown")
    assert told.headings[:2] == [(1, "On [gates]"), (2, "Why did *Gate 3* fail?")]
    assert len(made.answers) == 1


def test_a_file_of_questions_has_one_a_line_and_empty_lines_are_skipped(tmp_path: Path):
    file = tmp_path / "questions.txt"
    file.write_bytes("\ufeffWhy?\r\n\r\n   \r\n  Who was it? \r\n".encode())
    assert questions(read_plan(file)) == ["Why?", "Who was it?"]


def test_a_file_with_a_question_in_braces_is_a_template(tmp_path: Path):
    for name in ("a.txt", "b.md"):
        (tmp_path / name).write_text("# Title\n\nWords.\n\n{{ Why? }}\n")
        plan = read_plan(tmp_path / name)
        assert plan.title == "Title"
        assert questions(plan) == ["Why?"]


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("q.txt", b"", "no question"),
        ("q.txt", b"\n \n\n", "no question"),
        ("q.txt", "Why?\nWas it für?".encode("latin-1"), "line 2: not UTF-8"),
        ("q.txt", "Why?".encode("utf-16"), "line 1: not UTF-8"),
        ("q.txt", None, "cannot be read: No such file"),
        ("q.md", b"# Only text\n", "sets no question"),
        ("q.md", b"Text {{ Why? }} beside\n", "Line 1 .*stands on a line of its own"),
        ("q.md", b"A\n\n- item\n  {{ Why? }}\n", "Line 4 .*without indentation"),
    ],
)
def test_what_holds_no_question_is_told_in_one_line(tmp_path: Path, name, content, words):
    file = tmp_path / name
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(ReportError, match=words) as raised:
        read_plan(file)
    assert "\n" not in str(raised.value)


def test_a_question_that_cannot_be_asked_is_found_before_any_is_answered(demo: Assistant):
    told = []
    with pytest.raises(QuestionError, match="4,000"):
        demo.report(["Why?", "why " * 2000], progress=lambda *done: told.append(done))
    assert told == []


def test_progress_is_told_question_by_question(demo: Assistant):
    told = []
    demo.report(["Why did Gate 3 fail?"] * 3, progress=lambda *done: told.append(done))
    assert told == [(1, 3), (2, 3), (3, 3)]


def test_a_report_is_json_both_ways_and_its_answers_are_whole(filled: Report):
    again = Report.model_validate_json(filled.model_dump_json())
    assert again == filled
    assert all(isinstance(answer, Answer) for answer in again.answers)
    assert again.to_markdown() == filled.to_markdown()


def test_the_plan_of_a_list_keeps_the_order():
    assert questions(listed(["A?", "B?", "A?"])) == ["A?", "B?", "A?"]
