"""In a draft that is no Markdown a sign stands for itself, in every export."""

import re
from pathlib import Path

import docx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from mdit_py_plugins.footnote import footnote_plugin
from outside import page, pandoc

from assistant.annotation import noted
from assistant.answer import Answer
from assistant.assistant import Assistant
from assistant.reporting.markdown import escaped_characters

PLAIN = """Notes of 2*3*4 <b>nights</b>
===

# Gate 3 failed because the bearing of its left arm had run dry. *About* 450 people were evacuated.
    1. There was no controlled release [see_this](http://example.org). $5 & a_b, C #
- ``` ~~so~~ "quoted" -- and | more ...
"""


@pytest.fixture(scope="module")
def plain(demo: Assistant, tmp_path_factory) -> Answer:
    draft = tmp_path_factory.mktemp("plain") / "draft.txt"
    draft.write_text(PLAIN)
    return demo.cite(draft)


def test_the_signs_of_a_plain_text_stand_for_themselves_in_the_exports(plain: Answer):
    words = re.sub(r"\[\d\]", "", " ".join(plain.text.split()))
    for told in (pandoc(plain.to_markdown(), "markdown"), page(plain.to_html())):
        assert not [text for _, text in told.headings if "Gate" in text or "Notes" in text]
        assert words in re.sub(r"‹\d+›", "", " ".join(told.text.split()))


def test_no_sign_is_taken_out_of_the_words_of_a_plain_text(plain: Answer):
    assert any("2*3*4 <b>nights</b>" in sentence.text for sentence in plain.sentences)
    assert any("a_b, C #" in sentence.text for sentence in plain.sentences)


def test_a_plain_text_is_printed_as_it_stands(plain: Answer):
    assert plain.draft == PLAIN
    text = plain.text
    for sentence in plain.sentences:
        assert noted(sentence) in text
        text = text.replace(noted(sentence), "", 1)
    assert text == PLAIN


@given(st.text(alphabet="ab .*_\n-#>|`[]()1=\\<&;:~^$@\"'%+{}!", max_size=200))
def test_any_plain_text_is_shown_letter_by_letter(text):
    parser = MarkdownIt("commonmark").enable(["table", "strikethrough"]).use(footnote_plugin)
    read = parser.parse("".join(escaped_characters(text, [(0, len(text))])))
    assert {token.type for token in read} <= {"paragraph_open", "inline", "paragraph_close"}
    parts = [part for token in read for part in token.children or ()]
    assert {part.type for part in parts} <= {"text", "softbreak", "hardbreak"}
    assert "".join("".join(p.content for p in parts).split()) == "".join(text.split())


def test_so_it_is_in_a_word_draft(demo: Assistant, tmp_path: Path):
    document = docx.Document()
    document.add_heading("What 2*3*4 # means", 1)
    document.add_paragraph("# About *450* people [were](x) evacuated on level 2*3*4.")
    document.add_paragraph("1. There was no controlled release.", style="List Bullet")
    document.add_table(1, 2).cell(0, 0).text = "a|b *c*"
    document.save(str(tmp_path / "draft.docx"))
    answer = demo.cite(tmp_path / "draft.docx")
    assert [s.text.split()[0] for s in answer.sentences] == ["#", "There"]
    told = pandoc(answer.to_markdown(), "markdown")
    assert told.headings[0] == (1, "What 2*3*4 # means")
    assert "# About *450* people [were](x) evacuated on level 2*3*4." in told.text
    assert "1. There was no controlled release." in told.text
    assert "a|b *c*" in told.text
