"""Every citation of a report is found, whatever program has saved it since."""

import json
import shutil
import subprocess
from pathlib import Path

import pytest
import wordfile as word
from footnoted import FORMATS, Noted

from assistant.rechecking.report_files import cited_in
from index.errors import ReportError

FIRST = Noted("0123456789abcdef:10-42", "A report", "About 410 people were evacuated.")
SECOND = Noted("fedcba9876543210:7-9", "A statement", "It was a “controlled” release.")
ENCODED = f"http://example.org/chat/?x=1&cite={FIRST.id.replace(':', '%3A')}#top"


def ids(path: Path) -> list[str | None]:
    return [cited.id for cited in cited_in(path)]


@pytest.mark.parametrize("suffix", FORMATS)
def test_each_format_gives_its_citations_with_their_quotes(tmp_path, suffix):
    found = cited_in(FORMATS[suffix](tmp_path / f"report.{suffix}", FIRST, SECOND))
    assert [cited.id for cited in found] == [FIRST.id, SECOND.id]
    assert all(one.printed in cited.text for cited, one in zip(found, (FIRST, SECOND), strict=True))
    if suffix != "json":
        assert [cited.where for cited in found] == ["footnote 1", "footnote 2"]


@pytest.mark.parametrize("suffix", ["md", "html", "docx"])
def test_a_file_is_known_by_its_content_and_not_by_its_name(tmp_path, suffix):
    path = FORMATS[suffix](tmp_path / f"report.{suffix}", FIRST)
    other = path.rename(tmp_path / "report.txt")
    assert ids(other) == [FIRST.id]


# Markdown and HTML ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        f"A.[^n]\n\n[^n]: *T*: “Quote it.”\n    [id]({FIRST.url})\n",
        f"A.[^n]\n\n[^n]: *T*: “Quote it.”\n\n    More, [id]({FIRST.url}).\n\nText.\n",
        f"A.[^n]\n\n[^n]: *T*: “Quote it.” <{FIRST.url}>\n",
        f"A.[^n]\n\n[^n]: *T*: “Quote it.” [id][l]\n\n[l]: {FIRST.url} 'title'\n",
        f"A.[^n]\n\n[^n]: *T*: “Quote it.” [id]({ENCODED})\n",
        f"A.[^n]\n\n[^n]: *T*: “Quote it.” {FIRST.id}\n",
        f"A.^[*T*: “Quote it.” [id]({FIRST.url})]\n",
        f"A.[^n]\n\n[^n]: “Quote it.” <a href='{FIRST.url}'>id</a>\n",
    ],
)
def test_markdown_is_read_as_people_and_programs_write_it(tmp_path, text):
    path = tmp_path / "report.md"
    path.write_text(text, "utf-8")
    (cited,) = cited_in(path)
    assert (cited.id, cited.where) == (FIRST.id, "footnote 1")
    assert "“Quote it.”" in cited.text


@pytest.mark.parametrize(
    "note",
    [
        "<ol><li id='fn1'><p>{}</p></li></ol>",
        "<div id='sdfootnote1'><p class='sdfootnote'>{}</p></div>",
        "<div id=ftn1><p class=MsoFootnoteText>{}</p></div>",
        "<aside role='doc-footnote'>{}</aside>",
        "<section><ol><li id='user-content-fn-1'>{}</li></ol></section>",
    ],
)
def test_html_footnotes_are_known_by_the_marks_that_programs_give_them(tmp_path, note):
    path = tmp_path / "report.html"
    inner = f"T: “Quote it.” <a href='{ENCODED}'><span>id</span></a>"
    body = f"<p>Text.<a href='#fn1' id='fnref1'>1</a></p>{note.format(inner)}"
    path.write_text(f"<!DOCTYPE html><html><head></head><body>{body}</body></html>", "utf-8")
    (cited,) = cited_in(path)
    assert (cited.id, cited.where) == (FIRST.id, "footnote 1")


def test_a_link_in_the_text_is_a_citation_and_counts_once_beside_its_footnote(tmp_path):
    path = tmp_path / "report.html"
    text = "<!DOCTYPE html><p>One.</p><p>“Quote it.” <a href='{}'>x</a> <a href='{}'>y</a></p>"
    path.write_text(text.format(FIRST.url, FIRST.url), "utf-8")
    (cited,) = cited_in(path)
    assert (cited.id, cited.where) == (FIRST.id, "paragraph 2")
    note = f"<div id='fn1'>“Quote it.” <a href='{FIRST.url}'>x</a></div>"
    path.write_text(f"<!DOCTYPE html><p>One <a href='{FIRST.url}'>there</a></p>{note}", "utf-8")
    assert [cited.where for cited in cited_in(path)] == ["footnote 1"]


def test_scripts_and_addresses_of_others_are_no_citations(tmp_path):
    path = tmp_path / "report.html"
    others = "<a href='http://x.org/?cite=12'>a</a><a href='http://[x/?cite=1'>b</a><a>c</a>"
    path.write_text(f"<!DOCTYPE html><script>'{FIRST.id}'</script><p>{others}</p>", "utf-8")
    with pytest.raises(ReportError, match="holds no citations"):
        cited_in(path)


# Word ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "linked",
    [
        word.link("rId1", "source"),
        word.field(FIRST.url, "source"),
        word.simple_field(ENCODED, "source"),
        word.run(f"({FIRST.id})"),
        word.run(FIRST.id.replace("-", "–")),
    ],
)
@pytest.mark.parametrize("kind", ["footnote", "endnote"])
def test_word_links_are_read_as_relations_fields_and_print(tmp_path, linked, kind):
    note = word.paragraph(word.run("T: “Quote it.” "), linked)
    body = [word.paragraph(word.run("A."), word.reference(7, kind))]
    path = word.word_file(
        tmp_path / "report.docx", body, links={"rId1": FIRST.url}, **{f"{kind}s": {7: note}}
    )
    (cited,) = cited_in(path)
    assert (cited.id, cited.where) == (FIRST.id, f"{kind} 1")
    assert "“Quote it.”" in cited.text


def test_word_notes_are_numbered_as_the_text_refers_to_them(tmp_path):
    notes = {
        4: word.paragraph(word.run("“One thing.” "), word.link("a", "x")),
        2: word.paragraph(word.run("“Another.” "), word.link("b", "x")),
        3: word.paragraph(word.run("“Nobody refers to it.” "), word.link("b", "x")),
    }
    body = [word.paragraph(word.run("A."), word.reference(2), word.reference(4))]
    path = word.word_file(
        tmp_path / "r.docx", body, footnotes=notes, links={"a": FIRST.url, "b": SECOND.url}
    )
    assert [(c.id, c.where) for c in cited_in(path)] == [
        (SECOND.id, "footnote 1"),
        (FIRST.id, "footnote 2"),
    ]


def test_what_tracked_changes_deleted_is_not_cited(tmp_path):
    notes = {
        1: word.paragraph(word.run("“Kept.” "), word.link("a", "x")),
        2: word.paragraph(word.run("“Deleted.” "), word.link("b", "x")),
    }
    body = [
        word.paragraph(word.run("A."), word.reference(1), word.deleted(word.reference(2))),
        word.paragraph(word.run("B."), word.deleted(word.field(SECOND.url, "x"))),
    ]
    path = word.word_file(
        tmp_path / "r.docx", body, footnotes=notes, links={"a": FIRST.url, "b": SECOND.url}
    )
    assert ids(path) == [FIRST.id]


def test_a_word_paragraph_that_holds_pasted_footnotes_gives_each_of_them(tmp_path):
    pasted = word.paragraph(
        word.run("1 “One.” "), word.link("a", "x"), word.run(" 2 “Two.” "), word.link("b", "y")
    )
    path = word.word_file(tmp_path / "r.docx", [pasted], links={"a": FIRST.url, "b": SECOND.url})
    assert [(c.id, c.where) for c in cited_in(path)] == [
        (FIRST.id, "paragraph 1"),
        (SECOND.id, "paragraph 1"),
    ]


@pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice is not installed")
def test_libreoffice_keeps_every_citation_of_a_word_file(tmp_path):
    path = FORMATS["docx"](tmp_path / "report.docx", FIRST, SECOND)
    before = cited_in(path)
    for form, folder in (("odt", "once"), ("docx", "twice")):
        command = ["soffice", f"-env:UserInstallation=file://{tmp_path}/profile", "--headless"]
        command += ["--convert-to", form, "--outdir", str(tmp_path / folder), str(path)]
        subprocess.run(command, check=True, capture_output=True, timeout=120)
        path = tmp_path / folder / f"report.{form}"
    after = cited_in(path)
    assert [(c.id, c.where) for c in after] == [(c.id, c.where) for c in before]
    assert [c.text.split() for c in after] == [c.text.split() for c in before]


@pytest.mark.skipif(shutil.which("pandoc") is None, reason="Pandoc is not installed")
@pytest.mark.parametrize("suffix", ["docx", "html", "md"])
def test_pandoc_keeps_every_citation(tmp_path, suffix):
    path = FORMATS["md"](tmp_path / "report.md", FIRST, SECOND)
    other = tmp_path / f"converted.{suffix}"
    subprocess.run(["pandoc", "-s", path, "-o", other], check=True, capture_output=True)
    assert [(c.id, c.where) for c in cited_in(other)] == [
        (FIRST.id, "footnote 1"),
        (SECOND.id, "footnote 2"),
    ]


# What is no report ---------------------------------------------------------------------------


@pytest.mark.parametrize("cut", [4, 100, 0.5, 0.9])
def test_a_damaged_word_file_is_one_clear_line(tmp_path, cut):
    path = FORMATS["docx"](tmp_path / "report.docx", FIRST, SECOND)
    data = path.read_bytes()
    path.write_bytes(data[: cut if isinstance(cut, int) else int(cut * len(data))])
    with pytest.raises(ReportError, match="damaged") as caught:
        cited_in(path)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("part", ["word/document.xml", "word/footnotes.xml", "_rels/.rels"])
@pytest.mark.parametrize(
    "content", [b"", b"<a", b"\xff\xfe\0", b"<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;"]
)
def test_a_word_file_with_a_damaged_part_is_one_clear_line(tmp_path, part, content):
    path = FORMATS["docx"](tmp_path / "report.docx", FIRST)
    path.write_bytes(word.damaged(path, part, content))
    with pytest.raises(ReportError, match="damaged") as caught:
        cited_in(path)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("name", "data", "words"),
    [
        ("r.md", b"", "holds no citations"),
        ("r.md", b"# A report\n\nWithout notes.[^1]\n\n[^1]: Not cited.\n", "holds no citations"),
        ("r.html", b"<!DOCTYPE html><!-- nothing -->", "holds no citations"),
        ("r.html", b"<!DOCTYPE html>" + b"<div><b>" * 50_000, "holds no citations"),
        ("r.json", b"{]", "no valid JSON"),
        ("r.json", b"[" * 100_000, "no valid JSON"),
        ("r.json", b'{"citations": [{"id": 3, "quote": "x"}]}', "holds no citations"),
        ("r.pdf", b"%PDF-1.4 endobj", "Reports are checked as"),
        ("r.csv", b"a,b\n1,2\n", "Reports are checked as"),
        ("r.doc", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "WordDocument".encode("utf-16-le"), "docx"),
    ],
)
def test_what_is_no_report_is_one_clear_line(tmp_path, name, data, words):
    path = tmp_path / name
    path.write_bytes(data)
    with pytest.raises(ReportError, match=words) as caught:
        cited_in(path)
    assert "\n" not in str(caught.value)


def test_a_missing_file_and_a_folder_are_told_as_such(tmp_path):
    with pytest.raises(ReportError, match="There is no file"):
        cited_in(tmp_path / "none.md")
    with pytest.raises(ReportError, match="cannot be read"):
        cited_in(tmp_path)


def test_json_lines_and_nested_reports_give_their_citations(tmp_path):
    path = tmp_path / "r.json"
    answer = {"citations": [{"id": FIRST.id, "quote": "“a” b", "number": 1}]}
    path.write_text("\n".join(json.dumps(answer) for _ in range(2)), "utf-8")
    assert [c.where for c in cited_in(path)] == ["[0].citations[0]", "[1].citations[0]"]
    path.write_text(json.dumps({"sections": ["x", answer]}), "utf-8")
    assert [c.where for c in cited_in(path)] == ["sections[1].citations[0]"]
