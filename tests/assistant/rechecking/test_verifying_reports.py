"""`verify` says for each citation of a report whether its source still says so."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from footnoted import FORMATS, Noted, markdown, noted

import assistant as package
from assistant.assistant import Assistant
from assistant.rechecking.findings import Finding, Verification, mark_difference
from index.errors import ReportError, StoreError

LEVELS = """# Levels

## The night

It rained all night. The water stood at 6.92 metres at 21:34. Six people were hurt.

## The alarm

The alarm was sounded at 21:40. According to the office, 340 people were evacuated.

The town had 46 minutes to react, the mayor says. Nobody slept.
"""
RAIN = "It rained all night."
WATER = "The water stood at 6.92 metres at 21:34."
ALARM = "The alarm was sounded at 21:40."
OFFICE = "According to the office, 340 people were evacuated."
TOWN = "The town had 46 minutes to react, the mayor says."


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with one document."""
    folder = tmp_path / "documents"
    folder.mkdir()
    (folder / "levels.md").write_text(LEVELS, "utf-8")
    return folder


@pytest.fixture
def shelf(assistant: Assistant, folder: Path) -> Assistant:
    """An assistant that holds it."""
    assistant.add(folder)
    return assistant


@pytest.fixture
def edit(shelf: Assistant, folder: Path) -> Callable[..., None]:
    """Replaces words of the document, and syncs."""

    def replace(*changes: tuple[str, str]) -> None:
        path = folder / "levels.md"
        text = path.read_text("utf-8")
        for before, after in changes:
            assert before in text
            text = text.replace(before, after)
        path.write_text(text, "utf-8")
        shelf.sync(folder)

    return replace


def only(verification: Verification) -> Finding:
    (finding,) = verification.findings
    return finding


@pytest.mark.parametrize("suffix", FORMATS)
def test_a_report_is_clean_while_its_sources_are_as_they_were(shelf, tmp_path, suffix):
    notes = [noted(shelf, words) for words in (WATER, OFFICE, TOWN)]
    verification = shelf.verify(FORMATS[suffix](tmp_path / f"r.{suffix}", *notes))
    assert verification.clean
    assert verification.counts == {"unchanged": 3}
    for finding, one in zip(verification.findings, notes, strict=True):
        assert finding.cited == finding.now
        assert finding.now is not None
        assert (finding.now.id, finding.now.quote) == (one.id, one.quote)
        assert finding.quote == one.quote


@pytest.mark.parametrize("suffix", FORMATS)
def test_each_format_tells_a_changed_source_word_by_word(shelf, tmp_path, edit, suffix):
    path = FORMATS[suffix](tmp_path / f"r.{suffix}", noted(shelf, OFFICE), noted(shelf, TOWN))
    edit(("340", "350"))
    verification = shelf.verify(path)
    changed, kept = verification.findings
    assert (changed.status, kept.status) == ("changed", "unchanged")
    assert mark_difference(changed.source_changes) == OFFICE.replace("340", "[-340-] {+350+}")
    assert changed.report_changes == ()
    assert changed.now is not None
    assert changed.now.quote == OFFICE.replace("340", "350")
    assert not verification.clean


def test_what_was_put_before_moves_nothing_and_gives_a_new_id(shelf, tmp_path, edit):
    path = markdown(tmp_path / "r.md", noted(shelf, OFFICE))
    edit((RAIN, f"It was a cold day in November, and the wind blew. {RAIN}"))
    finding = only(shelf.verify(path))
    assert finding.status == "unchanged"
    assert finding.now is not None
    assert finding.now.id != finding.id
    held = shelf.document(finding.now.document_id, finding.now.version)
    assert held.text[finding.now.start : finding.now.end] == finding.now.quote == OFFICE


def test_a_paragraph_below_another_heading_has_moved(shelf, tmp_path, edit):
    path = markdown(tmp_path / "r.md", noted(shelf, TOWN), noted(shelf, ALARM))
    edit(
        (f"\n{TOWN} Nobody slept.\n", ""), ("## The alarm", f"{TOWN} Nobody slept.\n\n## The alarm")
    )
    moved, kept = shelf.verify(path).findings
    assert (moved.status, kept.status) == ("moved", "unchanged")
    assert moved.cited is not None
    assert moved.now is not None
    assert (moved.cited.locator, moved.now.locator) == ("“The alarm”", "“The night”")


def test_a_paragraph_in_another_order_has_moved(shelf, tmp_path, edit):
    path = markdown(tmp_path / "r.md", noted(shelf, TOWN), noted(shelf, ALARM))
    paragraph = f"{ALARM} {OFFICE}\n\n"
    edit((paragraph, ""), ("Nobody slept.\n", f"Nobody slept.\n\n{paragraph}"))
    town, alarm = shelf.verify(path).findings
    assert (town.status, alarm.status) == ("moved", "unchanged")  # the shorter paragraph moved


def test_a_page_less_before_it_moves_a_passage_to_another_page(shelf, tmp_path, folder):
    pdf(folder / "pages.pdf", "One fine page.", "A second page of words.", "It ended at 00:52.")
    shelf.sync(folder)
    notes = [noted(shelf, "It ended at 00:52."), noted(shelf, "A second page of words.")]
    path = markdown(tmp_path / "r.md", *notes)
    pdf(folder / "pages.pdf", "One fine page.", "It ended at 00:52.")
    shelf.sync(folder)
    moved, gone = shelf.verify(path).findings
    assert (moved.status, gone.status) == ("moved", "gone")
    assert moved.cited is not None
    assert moved.now is not None
    assert (moved.cited.page, moved.now.page) == (3, 2)


def test_a_removed_passage_is_gone_and_one_like_it_is_not_its_successor(shelf, tmp_path, edit):
    edit((OFFICE, f"{OFFICE} According to the inspector, 410 people were evacuated."))
    path = markdown(tmp_path / "r.md", noted(shelf, OFFICE))
    edit((f"{OFFICE} ", ""))
    finding = only(shelf.verify(path))
    assert (finding.status, finding.now, finding.elsewhere) == ("gone", None, ())


def test_where_else_the_words_of_a_gone_passage_stand_is_told(shelf, tmp_path, folder, edit):
    (folder / "copy.md").write_text(f"# Copy\n\nThe report says: “{OFFICE}”\n", "utf-8")
    path = markdown(tmp_path / "r.md", noted(shelf, OFFICE))
    edit((f" {OFFICE}", ""))
    finding = only(shelf.verify(path))
    assert finding.status == "gone"
    (place,) = finding.elsewhere
    assert (place.title, place.quote) == ("Copy", OFFICE)


@pytest.mark.parametrize(
    ("encoding", "way"),
    [
        ("utf-16", lambda text: text),
        ("utf-8", lambda text: text.replace(". ", ".\n").replace("people were", "people\nwere")),
        ("cp1252", lambda text: text.replace("evacuated", "evac-\nuated")),
        ("utf-8", lambda text: text.replace("mayor", "may\u00ador").replace("office", "oﬃce")),
    ],
)
def test_encoding_and_line_breaks_change_nothing(shelf, tmp_path, folder, encoding, way):
    notes = [noted(shelf, words) for words in (RAIN, WATER, ALARM, OFFICE, TOWN)]
    path = markdown(tmp_path / "r.md", *notes)
    (folder / "levels.md").write_bytes(way(LEVELS).encode(encoding))
    shelf.sync(folder)
    assert shelf.verify(path).counts == {"unchanged": 5}


def test_a_renamed_file_changes_nothing(shelf, tmp_path, folder):
    path = markdown(tmp_path / "r.md", noted(shelf, OFFICE))
    (folder / "levels.md").rename(folder / "water levels, final.md")
    shelf.sync(folder)
    assert only(shelf.verify(path)).status == "unchanged"


@pytest.mark.parametrize("suffix", FORMATS)
def test_a_quote_that_someone_edited_is_told(shelf, tmp_path, suffix):
    true = noted(shelf, OFFICE)
    edited = Noted(true.id, true.title, OFFICE.replace("340", "3,400"))
    finding = only(shelf.verify(FORMATS[suffix](tmp_path / f"r.{suffix}", edited)))
    assert finding.status == "changed"
    assert finding.source_changes == ()
    assert mark_difference(finding.report_changes) == OFFICE.replace("340", "[-340-] {+3,400+}")


def test_a_quote_that_was_prolonged_or_cut_is_told(shelf, tmp_path):
    true = noted(shelf, OFFICE)
    longer = Noted(true.id, true.title, f"{OFFICE} It was a scandal.")
    shorter = Noted(true.id, true.title, OFFICE[:-11])
    verification = shelf.verify(markdown(tmp_path / "r.md", longer, shorter))
    assert verification.counts == {"changed": 2}


def test_the_quotation_marks_of_a_heading_are_not_taken_for_the_quote(shelf, tmp_path):
    one = noted(shelf, OFFICE)
    path = tmp_path / "r.md"
    path.write_text(f"A.[^1]\n\n[^1]: Levels, “The alarm”: [{one.id}]({one.url})\n", "utf-8")
    finding = only(shelf.verify(path))
    assert (finding.status, finding.quote) == ("unchanged", None)
    path.write_text(f"A.[^1]\n\n[^1]: Levels, “The alarm”: “Nonsense.” <{one.url}>\n", "utf-8")
    finding = only(shelf.verify(path))
    assert (finding.status, finding.quote) == ("changed", "Nonsense.")


def test_the_path_of_headings_before_a_quote_is_not_taken_for_the_quote(assistant, tmp_path):
    (tmp_path / "rules.md").write_text(f"# Port\n\n## Night\n\n### Alarm\n\n{OFFICE}\n", "utf-8")
    assistant.add(tmp_path / "rules.md")
    one = noted(assistant, OFFICE)
    path = tmp_path / "r.md"
    path.write_text(f"A.[^1]\n\n[^1]: Port, “Night › Alarm”: [{one.id}]({one.url})\n", "utf-8")
    finding = only(assistant.verify(path))
    assert (finding.status, finding.quote) == ("unchanged", None)
    assert finding.cited.locator == "“Night › Alarm”"


def test_the_links_of_a_report_may_name_an_old_version_after_its_quotes_were_renewed(
    shelf, tmp_path, edit
):
    old = noted(shelf, OFFICE)
    edit(("340", "350"))
    path = markdown(tmp_path / "r.md", Noted(old.id, old.title, OFFICE.replace("340", "350")))
    finding = only(shelf.verify(path))
    assert finding.status == "changed"
    assert finding.source_changes == finding.report_changes != ()


def test_a_citation_of_another_store_is_told_with_where_its_words_stand_here(shelf, tmp_path):
    known = Noted("0123456789abcdef:3-40", "Elsewhere", OFFICE)
    unknown = Noted("0123456789abcdef:50-60", "Elsewhere", "No document here has these words.")
    first, second = shelf.verify(markdown(tmp_path / "r.md", known, unknown)).findings
    assert (first.status, second.status) == ("not_in_store", "not_in_store")
    (place,) = first.elsewhere
    assert (place.quote, place.id) == (OFFICE, noted(shelf, OFFICE).id)
    assert (second.elsewhere, second.quote) == ((), "No document here has these words.")


def test_an_id_that_points_outside_its_document_is_not_in_the_store(shelf, tmp_path):
    version = noted(shelf, OFFICE).id.partition(":")[0]
    notes = [Noted(f"{version}:{span}", "Levels", OFFICE) for span in ("9999-99999", "9-9", "9-8")]
    verification = shelf.verify(markdown(tmp_path / "r.md", *notes))
    assert verification.counts == {"not_in_store": 3}


def test_a_removed_document_is_not_in_the_store(shelf, tmp_path):
    path = markdown(tmp_path / "r.md", noted(shelf, OFFICE))
    (info,) = shelf.documents()
    shelf.remove(info.id)
    finding = only(shelf.verify(path))
    assert (finding.status, finding.cited, finding.elsewhere) == ("not_in_store", None, ())


def unlinked(path: Path, *quotes: str) -> Path:
    marks = " ".join(f"[^{n}]" for n, _ in enumerate(quotes))
    path.write_text(
        f"A. {marks}\n\n" + "\n".join(f"[^{n}]: See “{q}”" for n, q in enumerate(quotes))
    )
    return path


def test_a_footnote_that_lost_its_link_is_found_by_its_quote(shelf, tmp_path, edit):
    path = unlinked(tmp_path / "r.md", OFFICE, "Nobody of this store ever said so.")
    verification = shelf.verify(path)
    finding = only(verification)
    assert (finding.status, finding.id, finding.where) == ("unchanged", None, "footnote 1")
    assert finding.now is not None
    assert finding.now.id == noted(shelf, OFFICE).id
    assert verification.unlinked == ("footnote 2",)
    edit(("340", "350"))
    finding = only(shelf.verify(path))
    assert finding.status == "changed"
    assert mark_difference(finding.source_changes) == OFFICE.replace("340", "[-340-] {+350+}")


def test_a_footnote_without_a_link_is_found_though_its_passage_is_gone(shelf, tmp_path, edit):
    path = unlinked(tmp_path / "r.md", OFFICE)
    edit((f" {OFFICE}", ""))
    finding = only(shelf.verify(path))
    assert (finding.status, finding.id, finding.now) == ("gone", None, None)
    assert finding.cited is not None
    assert finding.cited.quote == OFFICE


def test_too_short_a_quote_without_a_link_is_no_citation(shelf, tmp_path):
    verification = shelf.verify(unlinked(tmp_path / "r.md", "Nobody slept.", OFFICE))
    assert verification.unlinked == ("footnote 1",)
    assert only(verification).where == "footnote 2"


def test_a_version_that_came_back_is_unchanged(shelf, tmp_path, edit):
    path = markdown(tmp_path / "r.md", noted(shelf, OFFICE))
    edit(("340", "350"))
    edit(("350", "340"))
    assert only(shelf.verify(path)).status == "unchanged"


def test_findings_are_json_both_ways(shelf, tmp_path, edit):
    path = markdown(tmp_path / "r.md", noted(shelf, OFFICE), noted(shelf, TOWN))
    edit(("340", "350"))
    verification = shelf.verify(path)
    assert Verification.model_validate_json(verification.model_dump_json()) == verification


def test_without_a_store_or_citations_there_is_one_clear_line(shelf, tmp_path):
    (tmp_path / "r.md").write_text("Nothing cited.", "utf-8")
    with pytest.raises(ReportError, match="holds no citations"):
        shelf.verify(tmp_path / "r.md")
    with Assistant(tmp_path / "none") as empty, pytest.raises(StoreError, match="no store"):
        empty.verify(tmp_path / "r.md")
    assert package.ReportError is ReportError


def test_half_a_character_in_a_report_is_no_harm(shelf, tmp_path):
    path = tmp_path / "r.json"
    path.write_text(json.dumps({"id": noted(shelf, OFFICE).id, "quote": "a \ud800 b"}))
    verification = shelf.verify(path)
    assert only(verification).quote == "a ? b"
    assert Verification.model_validate_json(verification.model_dump_json()) == verification


# Real exports --------------------------------------------------------------------------------

QUESTIONS = ("How many people were evacuated?", "Why did Gate 3 fail?", "What is in my documents?")


@pytest.fixture(scope="module")
def exported(demo: Assistant, tmp_path_factory) -> Path:
    """A folder with a report of the demo documents in each format."""
    folder = tmp_path_factory.mktemp("exported")
    report = demo.report(QUESTIONS, title="Report")
    (folder / "report.md").write_text(report.to_markdown(), "utf-8")
    (folder / "report.html").write_text(report.to_html(), "utf-8")
    (folder / "report.json").write_text(report.model_dump_json(), "utf-8")
    report.to_docx(folder / "report.docx")
    return folder


@pytest.mark.parametrize("suffix", FORMATS)
def test_an_exported_report_is_clean_with_every_citation(demo, exported, suffix):
    verification = demo.verify(exported / f"report.{suffix}")
    assert verification.clean
    cited = {c.id: c.quote for q in QUESTIONS for c in demo.query(q).citations}
    found = {f.id: f.quote for f in verification.findings}
    assert {id_: quote.split() for id_, quote in found.items()} == {
        id_: quote.split() for id_, quote in cited.items()
    }


@pytest.mark.parametrize("suffix", ["md", "html", "json"])
def test_an_edited_quote_of_an_exported_report_is_told(demo, exported, tmp_path, suffix):
    text = (exported / f"report.{suffix}").read_text("utf-8")
    path = tmp_path / f"edited.{suffix}"
    # In the footnote, or JSON's citation: the answer's own sentence may be edited freely.
    before, after = (
        ('"quote":"About 410', '"quote":"About 41')
        if suffix == "json"
        else (
            "“About 410",
            "“About 41",
        )
    )
    assert text.count(before) == 1
    path.write_text(text.replace(before, after).replace("Report", "Our report"), "utf-8")
    verification = demo.verify(path)
    (changed,) = (f for f in verification.findings if f.status != "unchanged")
    assert changed.status == "changed"
    assert "[-410-] {+41+}" in mark_difference(changed.report_changes)


# The command ---------------------------------------------------------------------------------


@pytest.fixture
def footnote(shelf: Assistant, capsys):
    """Runs `footnote verify` in this process: its status, output and error lines."""
    from assistant.cli import main

    def run(*arguments: object) -> tuple[object, str, str]:
        capsys.readouterr()
        with pytest.raises(SystemExit) as left:
            main(["verify", *map(str, arguments), "--store", str(shelf.store)])
        return (left.value.code, *capsys.readouterr())

    return run


def test_the_command_has_exit_status_0_for_a_clean_report(shelf, tmp_path, footnote):
    path = markdown(tmp_path / "r.md", noted(shelf, OFFICE))
    status, out, err = footnote(path)
    assert (status, err) == (0, "")
    assert out == "footnote 1: unchanged, Levels, “The alarm”\n1 unchanged.\n"


def test_the_command_shows_differences_and_has_exit_status_4(shelf, tmp_path, footnote, edit):
    old = noted(shelf, OFFICE)
    path = markdown(
        tmp_path / "r.md", old, noted(shelf, RAIN), Noted("0" * 16 + ":1-5", "T", "Hm.")
    )
    edit(("340", "350"), (RAIN, ""))
    status, out, err = footnote(path)
    assert (status, err) == (4, "")
    lines = out.splitlines()
    assert lines[0] == "footnote 1: changed, Levels, “The alarm”"
    assert lines[1].endswith(OFFICE.replace("340", "[-340-] {+350+}"))
    assert lines[2].strip() == f"now cited as {noted(shelf, OFFICE.replace('340', '350')).id}"
    assert lines[3] == "footnote 2: gone, Levels, “The night”"
    assert "footnote 3: not in this store" in lines
    assert lines[-1] == "1 changed, 1 gone, 1 not in this store."


@pytest.mark.parametrize("option", [["--json"], ["--format", "json"]])
def test_the_command_prints_exactly_the_verification_as_json(shelf, tmp_path, footnote, option):
    path = markdown(tmp_path / "r.md", noted(shelf, OFFICE))
    status, out, _ = footnote(path, *option)
    assert status == 0
    assert json.loads(out) == shelf.verify(path).model_dump(mode="json")


def test_the_command_has_one_line_for_what_is_no_report(tmp_path, footnote):
    (tmp_path / "r.docx").write_bytes(b"PK\x03\x04 cut off")
    for path in (tmp_path / "r.docx", tmp_path / "none.md"):
        status, out, err = footnote(path)
        assert (status, out, err.count("\n")) == (1, "", 1)
        assert err.startswith("footnote: ")


def pdf(path: Path, *pages: str) -> None:
    from reportlab.pdfgen.canvas import Canvas

    canvas = Canvas(str(path))
    for page in pages:
        canvas.drawString(72, 700, page)
        canvas.showPage()
    canvas.save()
