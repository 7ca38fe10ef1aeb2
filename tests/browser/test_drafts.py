"""A text of one's own, pasted or dropped, comes back with footnotes and marks."""

from io import BytesIO
from pathlib import Path

import docx
import pytest
from flows import CROSSING, ask
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.xdist_group("browser-drafts")

DRAFT = """# The islands

The crossing from Teal Harbour to Quill Island takes 35 minutes. The Marigold carried 5,000 \
passengers in its first week, the harbour office said.

Her captain sings <b>arias</b> at night.
"""


def open_draft(page: Page) -> None:
    page.locator('[data-panel-of="draft"]').click()
    expect(page.locator("#draft")).to_be_visible()


def checked(page: Page) -> None:
    page.get_by_role("button", name="Set footnotes").click()
    expect(page.locator(".actions")).to_have_count(1, timeout=30_000)
    # Only now has it ended: a page that is loaded anew before would say that it was cut off.
    expect(page.locator("#asked .kept > li[aria-current]")).to_have_count(1)
    expect(page.locator("#draft-file")).not_to_contain_text("islands")


def test_a_pasted_draft_is_footnoted_and_marked(page: Page):
    open_draft(page)
    page.get_by_placeholder("Paste your text").fill(DRAFT)
    checked(page)
    said = page.locator(".said")
    expect(said).to_contain_text("takes 35 minutes.")
    expect(said).to_contain_text("The documents say otherwise")
    expect(said).to_contain_text("Not verified")
    expect(said.locator(".unsupported").first).to_contain_text("5,000")
    expect(page.locator(".question")).to_have_text("The islands")
    # It stays for a second round.
    expect(page.get_by_placeholder("Paste your text")).to_have_value(DRAFT)
    said.locator(".ref").first.click()
    expect(page.locator("#source mark").first).to_contain_text("35 minutes")


def test_a_dropped_draft_is_read_and_kept(page: Page, tabs, tmp_path: Path):
    file = tmp_path / "islands.md"
    file.write_text(DRAFT)
    open_draft(page)
    page.locator("#draft-file input[type=file]").set_input_files(file)
    expect(page.locator("#draft-file")).to_contain_text("islands")
    checked(page)
    expect(page.locator(".said")).to_contain_text("takes 35 minutes.")
    page.reload()
    expect(page.locator(".said")).to_contain_text("The documents say otherwise")
    tabs.forgive("Connection errored out")  # what was open when the page was left
    page.locator(".actions .menu summary").click()
    with page.expect_download() as coming:
        page.locator(".actions .menu").get_by_role("link", name="Markdown", exact=True).click()
    taken = Path(coming.value.path()).read_text()
    assert taken.startswith(
        "# The islands\n\nThe crossing from Teal Harbour to Quill Island takes 35"
    )
    assert "35 minutes.[^1]" in taken


def test_a_dropped_word_file_comes_back_as_itself_with_footnotes(page: Page, tabs, tmp_path: Path):
    file = tmp_path / "islands.docx"
    document = docx.Document()
    document.add_heading("The islands", 1)
    paragraph = document.add_paragraph("The crossing from Teal Harbour to Quill Island takes ")
    paragraph.add_run("35 minutes").bold = True
    paragraph.add_run(".")
    document.add_paragraph("Her captain sings arias at night.", style="Intense Quote")
    document.save(file)
    open_draft(page)
    page.locator("#draft-file input[type=file]").set_input_files(file)
    expect(page.locator("#draft-file")).to_contain_text("islands")
    checked(page)
    page.reload()
    expect(page.locator(".said")).to_contain_text("35 minutes.")
    tabs.forgive("Connection errored out")  # what was open when the page was left
    page.locator(".actions .menu summary").click()
    with page.expect_download() as coming:
        page.locator(".actions .menu").get_by_role("link", name="Word", exact=False).click()
    taken = docx.Document(BytesIO(Path(coming.value.path()).read_bytes()))
    assert [p.style.name for p in taken.paragraphs] == ["Heading 1", "Normal", "Intense Quote"]
    assert [r.text for r in taken.paragraphs[1].runs if r.bold] == ["35 minutes"]
    assert len(taken.paragraphs[1]._p.xpath(".//w:footnoteReference")) == 1
    assert [c.text.startswith("Not verified") for c in taken.comments] == [True]


def test_a_draft_without_sentences_is_told_in_one_line(page: Page):
    open_draft(page)
    page.get_by_placeholder("Paste your text").fill("# Only a heading")
    page.get_by_role("button", name="Set footnotes").click()
    expect(page.locator("#transcript .problem")).to_contain_text("holds no sentence")


def test_on_a_phone_the_panel_makes_way(tabs, address: str):
    page = tabs.open(address, viewport={"width": 390, "height": 844})
    open_draft(page)
    page.get_by_placeholder("Paste your text").fill(DRAFT)
    checked(page)
    expect(page.locator("#draft")).to_be_hidden()


def test_a_question_is_put_to_the_documents_of_a_period(serving, tabs, tmp_path: Path):
    from assistant.assistant import Assistant

    folder = tmp_path / "dated"
    with Assistant(folder) as assistant:
        for year in (2021, 2023):
            file = tmp_path / f"ferry-{year}.txt"
            file.write_text(
                f"The ferry in {year}\n\n2 March {year}\n\nThe ferry carried {year} passengers."
            )
            assistant.add(file)
    with serving("--store", str(folder)) as address:
        page = tabs.open(address)
        page.get_by_label("Dated to").press_sequentially("2022")
        ask(page, "How many passengers did the ferry carry?")
        expect(page.locator("#t1 .notes > li")).to_have_count(1)
        expect(page.locator("#t1 .sources")).to_contain_text("The ferry in 2021")
        page.get_by_label("Dated to").fill("soon")
        ask(page, CROSSING)
        expect(page.locator("#t2 .problem")).to_contain_text("no date that can be read")
        page.close()


def test_a_folder_is_added_with_all_that_it_holds(serving, tabs, tmp_path: Path):
    files = tmp_path / "papers"
    (files / "inner").mkdir(parents=True)
    (files / "one.txt").write_text("The mill of Brindle was built in 1811.")
    (files / "inner" / "two.txt").write_text("The weir of Brindle was built in 1903.")
    with serving("--store", str(tmp_path / "own")) as address:
        page = tabs.open(address)
        with page.expect_file_chooser() as choosing:
            page.get_by_role("button", name="Add a folder").click()
        choosing.value.set_files(files)
        expect(page.locator(".documents > li")).to_have_count(2, timeout=30_000)
        page.close()
