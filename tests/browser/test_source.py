"""What a person can rely on beside the conversation: the source of a footnote, page or text."""

import subprocess
from pathlib import Path

import pytest
from flows import CROSSING, DAM, ask, first_footnote, in_view, marked, printed, words
from papers import LETTERS
from playwright.sync_api import expect
from reportlab.pdfgen.canvas import Canvas

from assistant import Assistant
from assistant.answer import citation_id
from assistant.links import permalink

pytestmark = pytest.mark.xdist_group("browser-source")

WIDTHS = pytest.mark.parametrize("page", [1280, 390], indirect=True)
SUMMARY = "Summarise The reservoir of Upper Fennel"

INK = """() => {
    const image = document.querySelector("#source .paper img");
    const canvas = new OffscreenCanvas(image.naturalWidth, image.naturalHeight);
    const brush = canvas.getContext("2d");
    brush.drawImage(image, 0, 0);
    const { data, width, height } = brush.getImageData(0, 0, canvas.width, canvas.height);
    const paper = image.getBoundingClientRect();
    const marks = [...document.querySelectorAll("#source .paper mark")].map((mark) => {
        const box = mark.getBoundingClientRect();
        return [
            ((box.left - paper.left) / paper.width) * width,
            ((box.top - paper.top) / paper.height) * height,
            ((box.right - paper.left) / paper.width) * width,
            ((box.bottom - paper.top) / paper.height) * height,
        ];
    });
    let inside = 0, outside = 0;
    for (let y = 0; y < height; y++) for (let x = 0; x < width; x++) {
        if (data[4 * (y * width + x)] > 128) continue;
        const within = marks.some(
            ([left, top, right, bottom]) => x >= left && x <= right && y >= top && y <= bottom,
        );
        if (within) inside++; else outside++;
    }
    return { inside, outside };
}"""
"""How many dark pixels of the page's picture lie inside its marks and outside of them."""


@pytest.fixture
def page(request, tabs, address):
    width = getattr(request, "param", 1280)
    return tabs.open(address, viewport={"width": width, "height": 844})


def turn(page, name):
    page.get_by_role("button", name=name).click()


def at_page(page, number):
    expect(page.locator("#source article")).to_have_attribute("data-page", str(number))
    printed(page)


# A printed page ---------------------------------------------------------------------------------


@pytest.mark.parametrize("width", [1280, 390])
def test_a_footnote_of_a_pdf_opens_the_printed_page_with_the_cited_words_marked(
    tabs, address, width
):
    page = tabs.open(address, viewport={"width": width, "height": 844})
    ask(page, DAM)
    first_footnote(page).click()
    assert marked(page) == words(first_footnote(page).get_attribute("data-quote"))
    at_page(page, 2)
    # The sentence is all that stands on its page.
    assert page.evaluate(INK)["outside"] == 0
    assert page.evaluate(INK)["inside"] > 200
    assert in_view(page)
    assert page.evaluate("document.activeElement.matches('#source mark')")
    assert page.evaluate("document.documentElement.scrollWidth") <= width


@WIDTHS
def test_pages_are_turned_and_the_passage_is_found_again(page):
    ask(page, DAM)
    first_footnote(page).click()
    at_page(page, 2)
    turn(page, "Next page")
    at_page(page, 3)
    expect(page.locator("#source mark")).to_have_count(0)
    expect(page.get_by_role("button", name="Next page")).to_be_disabled()
    page.get_by_role("button", name="The passage is on page 2").click()
    at_page(page, 2)
    assert "1974" in marked(page)
    turn(page, "Previous page")
    at_page(page, 1)
    assert page.evaluate("document.activeElement.matches('#source .sheet')")
    field = page.get_by_label("Page", exact=True)
    field.fill("3")
    field.press("Enter")
    at_page(page, 3)
    field = page.get_by_label("Page", exact=True)
    field.fill("99")
    field.press("Enter")
    expect(page.get_by_label("Page", exact=True)).to_have_value("3")


def test_a_larger_page_is_sharper_and_its_marks_stay_on_the_words(page):
    ask(page, DAM)
    first_footnote(page).click()
    at_page(page, 2)
    before = page.locator("#source .paper").bounding_box()["width"]
    turn(page, "Larger")
    expect(page.locator("#source output")).to_have_text("125%")
    for _ in range(3):
        turn(page, "Larger")
    expect(page.locator("#source output")).to_have_text("300%")
    expect(page.get_by_role("button", name="Larger")).to_be_disabled()
    assert page.locator("#source .paper").bounding_box()["width"] == pytest.approx(3 * before, 0.01)
    page.wait_for_function("document.querySelector('#source .paper img').naturalWidth >= 1700")
    assert page.evaluate(INK)["outside"] == 0
    # The next footnote is shown in the size that was chosen.
    turn(page, "Previous page")
    at_page(page, 1)
    expect(page.locator("#source output")).to_have_text("300%")


def test_the_text_of_a_pdf_can_be_read_instead_and_stays_chosen(page):
    ask(page, DAM)
    first_footnote(page).click()
    at_page(page, 2)
    page.get_by_role("button", name="Text", exact=True).click()
    expect(page.locator("#source .text mark")).to_contain_text("1974")
    assert in_view(page)
    turn_number = ask(page, "What does the pumping station use?")
    expect(page.locator("#source")).to_be_hidden()
    first_footnote(page, turn_number).click()
    expect(page.locator("#source .text mark")).to_contain_text("80 kilowatts")
    page.get_by_role("button", name="Page", exact=True).click()
    at_page(page, 3)


def test_a_document_of_the_library_opens_with_its_first_page(page):
    page.locator(".documents a").filter(has_text="reservoir").click()
    at_page(page, 1)
    expect(page.locator("#source header")).to_contain_text("3 pages")


def test_what_has_become_of_the_file_is_told_and_its_text_shown(serving, tabs, tmp_path, store):
    files = tmp_path / "files"
    files.mkdir()
    with Assistant(store) as assistant:
        (info,) = [one for one in assistant.documents() if one.pages]
    copy = files / "reservoir.pdf"
    copy.write_bytes(Path(info.path).read_bytes())
    with Assistant(tmp_path / "store") as assistant:
        assistant.add(files)
    with serving("--store", str(tmp_path / "store")) as own:
        page = tabs.open(own)
        ask(page, DAM)
        copy.rename(files / "moved.pdf")
        first_footnote(page).click()
        expect(page.locator("#source .notice")).to_contain_text("no longer where it was")
        assert "1974" in marked(page)
        page.close()
    tabs.forgive("ERR_CONNECTION_REFUSED")
    tabs.forgive("ERR_INCOMPLETE_CHUNKED_ENCODING")


# From one footnote to the next --------------------------------------------------------------------


@WIDTHS
def test_what_an_answer_cites_of_one_document_is_stepped_through(page):
    ask(page, SUMMARY)
    first_footnote(page).click()
    at_page(page, 1)
    steps = page.locator("#source .steps")
    expect(steps).to_contain_text("Cited here: 1 of 3")
    expect(page.get_by_role("button", name="Previous footnote")).to_be_disabled()
    for number in (2, 3):
        page.get_by_role("button", name="Next footnote").press("Enter")
        expect(steps).to_contain_text(f"Cited here: {number} of 3")
        at_page(page, number)
        assert in_view(page)
        opened = page.locator("#t1 .ref[aria-current]")
        assert marked(page) == words(opened.first.get_attribute("data-quote"))
    page.get_by_role("button", name="Previous footnote").click()
    at_page(page, 2)
    page.keyboard.press("Escape")
    expect(page.locator("#source")).to_be_hidden()
    expect(page.locator("[aria-current]:visible")).to_have_count(0)


def test_a_source_that_is_cited_once_has_no_steps(page):
    ask(page, CROSSING)
    page.locator("#t1 .sources summary").first.click()
    page.locator("#t1 ol.notes a").first.click()
    marked(page)
    if page.locator("#t1 ol.notes li").count() == 1:
        expect(page.locator("#source .steps")).to_be_hidden()


def test_the_source_of_an_earlier_answer_goes_when_another_question_is_asked(page):
    ask(page, CROSSING)
    first_footnote(page).click()
    marked(page)
    ask(page, DAM)
    expect(page.locator("#source")).to_be_hidden()


# The quote --------------------------------------------------------------------------------------


def test_the_quote_of_a_footnote_is_shown_under_the_pointer_and_can_be_read_there(page):
    ask(page, CROSSING)
    footnote = first_footnote(page)
    footnote.hover()
    peek = page.get_by_role("tooltip")
    expect(peek).to_contain_text(footnote.get_attribute("data-quote"))
    expect(peek).to_contain_text("The ferry of Teal Harbour")
    expect(peek).to_contain_text("2 March 2023")
    peek.hover()
    page.wait_for_timeout(400)
    expect(peek).to_be_visible()
    page.keyboard.press("Escape")
    expect(peek).to_be_hidden()
    footnote.hover()
    page.hover("#masthead")
    expect(peek).to_be_hidden()


def test_the_quote_of_a_footnote_is_shown_to_the_keyboard_and_left_without_closing_the_source(page):
    ask(page, CROSSING)
    first_footnote(page).click()
    marked(page)
    page.keyboard.press("Shift+Tab")
    page.locator("#t1 .sources summary").first.focus()
    page.keyboard.press("Shift+Tab")
    expect(page.get_by_role("tooltip")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("tooltip")).to_be_hidden()
    expect(page.locator("#source")).to_be_visible()


# Accounts, letters, tables ----------------------------------------------------------------------


@pytest.mark.parametrize(("width", "beside"), [(1280, True), (390, False)])
def test_accounts_that_differ_stand_side_by_side_where_there_is_room(
    tabs, varied_address, width, beside
):
    page = tabs.open(varied_address, viewport={"width": width, "height": 844})
    ask(page, "How many people were evacuated?")
    first, second = (account.bounding_box() for account in page.locator(".accounts > p").all())
    assert (first["y"] == second["y"]) is beside
    assert (first["x"] == second["x"]) is not beside


SPANS = {
    "emoji": ("The boat", "(cafe\u0301)"),
    "a flag": ("🇮🇸", "Saltreach."),
    "Hebrew": ("הספינה", "🚢."),
    "a Hebrew word": ("חיפה", "חיפה"),
    "Arabic marks": ("السَّاعَة", "راكبًا."),
    "Japanese": ("船は", "出た。"),
    "two paragraphs": ("היא חזרה", "الميناء"),
}


@pytest.mark.parametrize("span", SPANS.values(), ids=SPANS)
def test_a_passage_in_any_letters_is_marked_to_the_letter(tabs, varied, varied_address, span):
    with Assistant(varied) as assistant:
        (info,) = [one for one in assistant.documents() if one.title == "The letters of Saltreach"]
        text = assistant.document(info.id).text
    assert text.strip() == LETTERS.strip()
    start = text.index(span[0])
    end = text.index(span[1], start) + len(span[1])
    page = tabs.open(permalink(citation_id(info.version, start, end), varied_address))
    page.wait_for_selector("#source mark")
    pieces = page.locator("#source mark").all_text_contents()
    assert "\n\n".join(pieces) == text[start:end]
    assert in_view(page)


PRINTED = (
    "The café (cafe\u0301) sold 12 naïve e\u0301clairs.",
    "הספינה יצאה מנמל חיפה בשעה 21:40 עם 17 נוסעים.",
)


@pytest.fixture
def letters_pdf(browser, tmp_path) -> Path:
    """A PDF of the browser's own, a sentence a page."""
    fonts = subprocess.run(["fc-list", ":lang=he"], capture_output=True, text=True, check=True)
    if not fonts.stdout:
        pytest.skip("no font with Hebrew letters is installed")
    page = browser.new_page()
    paragraphs = "".join(f'<p dir="auto">{sentence}</p>' for sentence in PRINTED)
    page.set_content(f"<style>p {{ break-after: page; font-size: 20px }}</style>{paragraphs}")
    path = tmp_path / "letters.pdf"
    page.pdf(path=path)
    page.close()
    return path


def test_printed_marks_and_letters_from_right_to_left_are_covered(
    tabs, serving, tmp_path, letters_pdf
):
    store = tmp_path / "store"
    with Assistant(store) as assistant:
        assistant.add(letters_pdf)
        (info,) = assistant.documents()
        document = assistant.document(info.id)
    text = document.text
    assert PRINTED[1] in text
    with serving("--store", str(store)) as address:
        for one in document.pages:
            cited = citation_id(info.version, one.start, one.end)
            page = tabs.open(permalink(cited, address))
            at_page(page, one.number)
            assert page.locator("#source mark").first.text_content() == text[one.start : one.end]
            ink = page.evaluate(INK)
            assert ink["inside"] > 200
            assert ink["outside"] == 0
            page.close()
    tabs.forgive("ERR_CONNECTION_REFUSED")
    tabs.forgive("ERR_INCOMPLETE_CHUNKED_ENCODING")


def test_a_cited_cell_is_marked_in_its_table(tabs, varied_address):
    page = tabs.open(varied_address)
    ask(page, "How many boats paid the toll of Saltreach in 2022?")
    page.locator("#t1 .ref").first.click()
    marked(page)
    table = page.locator("#source table")
    expect(table.locator("th")).to_have_text(["Year", "Boats", "Toll in crowns"])
    expect(table.locator("tbody tr")).to_have_count(2)
    assert "388" in " ".join(table.locator("mark").all_inner_texts())


def test_words_of_a_printed_page_are_selected_found_and_copied(page):
    ask(page, DAM)
    first_footnote(page).click()
    marked(page)
    lines = page.locator("#source svg.words tspan")
    words_of_line = lines.first.text_content()
    assert page.evaluate(f"window.find({words_of_line!r})")
    lines.first.select_text()
    assert words(page.evaluate("getSelection().toString()")) == words(words_of_line)
    box, line = page.locator("#source .paper").bounding_box(), lines.first.bounding_box()
    assert box["x"] < line["x"]
    assert line["x"] + line["width"] < box["x"] + box["width"]


def find(page, looked_for: str) -> str:
    """What the browser's own search finds on the open page, and selects."""
    page.evaluate("getSelection().removeAllRanges()")
    page.evaluate("words => window.find(words)", looked_for)
    return words(page.evaluate("getSelection().toString()"))


def opened_page(tabs, serving, store, file):
    """The first page of a document that is a file, in the pane of a server of its own."""
    with Assistant(store) as assistant:
        report = assistant.add(file)
        assert len(report.added) == 1, report
    with serving("--store", str(store)) as address:
        page = tabs.open(address)
        page.locator(".documents a").first.click()
        printed(page)
        yield page
    tabs.forgive("ERR_CONNECTION_REFUSED")
    tabs.forgive("ERR_INCOMPLETE_CHUNKED_ENCODING")


INSIDE = """word => {
    const paper = document.querySelector("#source .paper").getBoundingClientRect();
    const shown = [...document.querySelectorAll("#source svg.words tspan")].find(
        (one) => one.textContent.includes(word),
    ).getBoundingClientRect();
    return {
        across: (shown.left + shown.width / 2 - paper.left) / paper.width,
        down: (shown.top + shown.height / 2 - paper.top) / paper.height,
        tall: shown.height > shown.width,
    };
}"""
"""Where a word of the layer over the picture is, as a share of the page, and how it stands."""


def test_words_are_found_across_the_ends_of_lines_and_of_broken_words(tabs, serving, tmp_path):
    file = tmp_path / "pier.pdf"
    paper = Canvas(str(file))
    lines = ("The pier was built of larch in the spring of that year, and its mainte-", "nance was")
    for at, line in enumerate((*lines, "left to the harbour office.")):
        paper.drawString(72, 720 - 16 * at, line)
    paper.save()
    for page in opened_page(tabs, serving, tmp_path / "store", file):
        assert find(page, "maintenance was left to the harbour") == (
            "maintenance was left to the harbour"
        )
        assert find(page, "left to the lighthouse") == ""


def test_words_of_turned_lines_are_found_where_they_stand(tabs, serving, tmp_path):
    file = tmp_path / "turned.pdf"
    paper = Canvas(str(file))
    paper.rotate(90)
    for at, line in enumerate(("The columns of this wide table", "were printed upwards by hand")):
        paper.drawString(100, -300 - 20 * at, line)
    paper.save()
    for page in opened_page(tabs, serving, tmp_path / "store", file):
        assert find(page, "wide table were printed") == "wide table were printed"
        first, last = page.evaluate(INSIDE, "columns"), page.evaluate(INSIDE, "hand")
        assert first["tall"]
        assert first["across"] == pytest.approx(296 / 595, abs=0.02)
        # It is read from below.
        assert first["down"] > last["down"]


def test_words_from_right_to_left_are_found_and_stand_from_right_to_left(
    tabs, serving, tmp_path, letters_pdf
):
    for page in opened_page(tabs, serving, tmp_path / "store", letters_pdf):
        turn(page, "Next page")
        at_page(page, 2)
        assert find(page, "יצאה מנמל חיפה בשעה") == "יצאה מנמל חיפה בשעה"
        assert page.evaluate(INSIDE, "הספינה")["across"] > page.evaluate(INSIDE, "חיפה")["across"]


def test_the_original_file_opens_from_its_source(page, address):
    for question, kind, sent in (
        (DAM, "application/pdf", "inline; filename*=UTF-8''reservoir.pdf"),
        (CROSSING, "application/octet-stream", "attachment; filename*=UTF-8''ferry.txt"),
    ):
        turn = ask(page, question)
        first_footnote(page, turn).click()
        marked(page)
        link = page.locator("#source header .details a").get_attribute("href")
        file = page.request.get(f"{address}/{link}")
        assert file.status == 200
        assert file.headers["content-type"].startswith(kind)
        assert file.headers["content-disposition"] == sent
        assert file.headers["x-content-type-options"] == "nosniff"
    assert page.request.get(f"{address}/original/none/0123").status == 404
