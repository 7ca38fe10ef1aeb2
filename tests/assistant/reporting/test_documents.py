"""The Word document and the HTML page themselves: parts, styles, keyboard, no request outside."""

import re
import zipfile
from pathlib import Path

import pytest
from docx import Document
from expected import footnotes
from lxml import etree, html
from playwright.sync_api import Browser, Page, sync_playwright

from assistant.answer import Answer, Sentence
from assistant.assistant import Assistant
from assistant.reporting.docx_parts import Footnotes
from assistant.reporting.report import Report

W = {"w": "http://schemas.openxmlformats.org/wordprocessingml/2006/main"}


@pytest.fixture
def parts(report: Report, tmp_path: Path) -> dict[str, etree._Element]:
    report.to_docx(tmp_path / "report.docx")
    with zipfile.ZipFile(tmp_path / "report.docx") as file:
        names = [name for name in file.namelist() if name.endswith((".xml", ".rels"))]
        return {name: etree.fromstring(file.read(name)) for name in names}


# Word ----------------------------------------------------------------------------------------


def test_footnotes_are_words_own_with_their_separators(parts, report: Report):
    notes = parts["word/footnotes.xml"].xpath("//w:footnote", namespaces=W)
    ids = [note.get(f"{{{W['w']}}}id") for note in notes]
    named = parts["word/document.xml"].xpath("//w:footnoteReference/@w:id", namespaces=W)
    assert ids == ["-1", "0", *named]
    assert named == [str(number) for number in range(1, len(footnotes(report)) + 1)]
    listed = parts["word/settings.xml"].xpath("//w:footnotePr/w:footnote/@w:id", namespaces=W)
    assert listed == ["-1", "0"]


def test_a_footnote_that_is_named_again_is_a_field_that_follows_the_first(parts):
    document = parts["word/document.xml"]
    fields = [one.text.split() for one in document.xpath("//w:instrText", namespaces=W)]
    marks = document.xpath("//w:bookmarkStart/@w:name", namespaces=W)
    assert fields
    assert all(field[0] == "NOTEREF" and field[1] in marks for field in fields)
    assert len(marks) == len(set(marks))


def test_two_numbers_side_by_side_are_not_read_as_one(parts):
    (row,) = (
        paragraph
        for paragraph in parts["word/document.xml"].xpath("//w:p", namespaces=W)
        if "231 buildings flooded" in "".join(paragraph.itertext())
    )
    runs = [
        "#" if run.xpath("./w:footnoteReference", namespaces=W) else "".join(run.itertext())
        for run in row.xpath(".//w:r", namespaces=W)
    ]
    assert "".join(runs).partition("231 buildings flooded")[2].startswith("# # ")


def test_each_footnote_has_a_hyperlink_in_its_own_part(parts, report: Report):
    targets = {
        relation.get("Id"): relation.get("Target")
        for relation in parts["word/_rels/footnotes.xml.rels"]
        if relation.get("TargetMode") == "External"
    }
    namespaces = {
        **W,
        "r": "http://schemas.openxmlformats.org/officeDocument/2006/relationships",
    }
    notes = parts["word/footnotes.xml"].xpath("//w:footnote[.//w:hyperlink]", namespaces=W)
    assert len(notes) == len(footnotes(report))
    for note, citation in zip(notes, footnotes(report), strict=True):
        last = note.xpath(".//w:hyperlink/@r:id", namespaces=namespaces)[-1]
        assert targets[last] == f"http://127.0.0.1:7860/?cite={citation.id}"


def test_looks_come_from_styles_that_the_document_defines(parts, report: Report, tmp_path: Path):
    used = {
        value
        for name in ("word/document.xml", "word/footnotes.xml")
        for value in parts[name].xpath("//w:pStyle/@w:val|//w:rStyle/@w:val", namespaces=W)
    }
    defined = set(parts["word/styles.xml"].xpath("//w:style/@w:styleId", namespaces=W))
    assert used <= defined
    names = parts["word/styles.xml"].xpath("//w:style/w:name/@w:val", namespaces=W)
    assert {"footnote text", "footnote reference", "Hyperlink", "heading 1"} <= set(names)
    assert len(names) == len(set(names))
    report.to_docx(tmp_path / "report.docx")
    styles = {one.style.name for one in Document(str(tmp_path / "report.docx")).paragraphs}
    assert {"Heading 1", "Heading 2", "Differing Account", "Nearest Passage", "Remark"} <= styles


def test_properties_name_the_report_and_no_program_or_person(report: Report, tmp_path: Path):
    report.to_docx(tmp_path / "report.docx")
    properties = Document(str(tmp_path / "report.docx")).core_properties
    assert properties.title == report.title
    assert (properties.author, properties.comments, properties.last_modified_by) == ("", "", "")
    assert properties.created == report.created.replace(microsecond=0)


def test_ordered_lists_of_a_template_each_begin_where_they_say(demo: Assistant, tmp_path: Path):
    made = demo.report(
        "1. a\n2. b\n   - c\n\n   more of b\n\ntext\n\n4. d\n5. e\n\n{{ Why did Gate 3 fail? }}\n"
    )
    made.to_docx(tmp_path / "made.docx")
    document = Document(str(tmp_path / "made.docx"))
    by_text = {paragraph.text: paragraph for paragraph in document.paragraphs}
    numbers = {key: by_text[key]._p.pPr.numPr.numId.val for key in "abde"}
    assert numbers["a"] == numbers["b"] != numbers["d"] == numbers["e"]
    assert by_text["c"].style.name == "List Bullet 2"
    assert by_text["more of b"].style.name == "List Continue"
    listed = document.part.numbering_part.element
    starts = {
        one.numId: one.xpath("./w:lvlOverride/w:startOverride/@w:val") for one in listed.num_lst
    }
    assert starts[numbers["a"]] == ["1"]
    assert starts[numbers["d"]] == ["4"]


def test_a_settings_part_without_what_comes_behind_still_takes_footnotes():
    document = Document()
    settings = document.settings.element
    for child in list(settings):
        settings.remove(child)
    Footnotes(document)
    assert [child.tag.rpartition("}")[2] for child in settings] == ["footnotePr"]


# HTML ----------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def browser():
    import shutil

    names = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
    program = next((found for name in names if (found := shutil.which(name))), None)
    if program is None:
        pytest.skip("Chromium is not installed (apt-get install chromium).")
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(
            executable_path=program, args=["--no-sandbox", "--disable-gpu"]
        )
        yield opened
        opened.close()


@pytest.fixture
def shown(browser: Browser, report: Report, hostile: Report, tmp_path: Path):
    """Opens a report's page; whatever it asks for beside its own file is kept."""

    def show(made: Report, **options: object) -> tuple[Page, list[str]]:
        file = tmp_path / "report.html"
        file.write_text(made.to_html(), encoding="utf-8")
        page = browser.new_page(**options)
        asked: list[str] = []
        page.on("request", lambda request: asked.append(request.url))
        page.on("console", lambda message: asked.append(message.text))
        page.on("pageerror", lambda error: asked.append(str(error)))
        page.goto(file.as_uri())
        asked.remove(file.as_uri())
        return page, asked

    del report, hostile
    return show


def test_a_page_asks_for_nothing_and_runs_nothing(shown, report: Report, hostile: Report):
    for made in (report, hostile):
        page, asked = shown(made)
        assert asked == []
        assert page.locator("script, img, iframe, object, form, [onclick]").count() == 0
        for address in page.eval_on_selector_all("a", "links => links.map(link => link.href)"):
            assert re.match(r"(https?|file):", address)
        assert page.title() == made.title


def test_footnotes_are_reached_and_left_with_the_keyboard(shown, report: Report):
    page, _ = shown(report)
    page.keyboard.press("Tab")
    focused = page.locator(":focus")
    assert focused.get_attribute("aria-label") == "Footnote 1"
    assert focused.evaluate("link => getComputedStyle(link).outlineStyle") == "solid"
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("#note-1$"))
    back = page.locator("#note-1 [role=doc-backlink]").first
    back.focus()
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("#ref-1-1$"))


def test_every_link_inside_the_page_leads_somewhere_once(report: Report, hostile: Report):
    for made in (report, hostile):
        root = html.document_fromstring(made.to_html())
        ids = root.xpath("//@id")
        assert len(ids) == len(set(ids))
        assert {link[1:] for link in root.xpath("//a/@href") if link.startswith("#")} <= set(ids)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_can_be_read_in_light_and_dark(shown, report: Report, scheme: str):
    page, _ = shown(report, color_scheme=scheme)
    for selector in ("p.said", "p.message", "ul.nearest li", ".added", "a.ref", "footer p"):
        text, ground = page.locator(selector).first.evaluate(
            "one => [getComputedStyle(one).color, getComputedStyle(document.documentElement)"
            ".backgroundColor]"
        )
        assert contrast(text, ground) >= 4.5, selector


def test_a_narrow_page_needs_no_scrolling_sideways(shown, report: Report, hostile: Report):
    for made in (report, hostile):
        page, _ = shown(made, viewport={"width": 320, "height": 600})
        assert page.evaluate("document.documentElement.scrollWidth") <= 320


def contrast(one: str, other: str) -> float:
    """The contrast ratio of two colours as WCAG 2 defines it."""

    def luminance(color: str) -> float:
        channels = [int(part) / 255 for part in re.findall(r"\d+", color)[:3]]
        linear = [c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


# What verification did not let pass ------------------------------------------------------------


def test_words_that_no_source_carries_are_marked(report: Report, tmp_path: Path):
    given = report.answers[0]
    doubtful = Sentence(text="It rained in Rome.", verdict="not verified", unsupported=((11, 17),))
    answer = Answer(question="?", sentences=(doubtful,), engine="yours", created=given.created)
    answer.to_docx(tmp_path / "answer.docx")
    for text in (
        answer.to_markdown(),
        html.document_fromstring(answer.to_html()).text_content(),
        "\n".join(one.text for one in Document(str(tmp_path / "answer.docx")).paragraphs),
    ):
        assert "It rained in Rome. (not verified: “n Rome”)" in text
        assert "The author’s own text, checked" in text
