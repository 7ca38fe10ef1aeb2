"""What a person can rely on at the page, tried in a real browser against a real store."""

import re
import signal
import subprocess
import sys
import urllib.error
import urllib.request
from pathlib import Path

import pytest
from flows import CROSSING, DAM, LANTERNS, LENS, ask, first_footnote, in_view, marked, words
from playwright.sync_api import expect

from assistant import Assistant
from assistant.links import permalink

pytestmark = pytest.mark.xdist_group("browser-page")

ROOT = Path(__file__).parents[2]


def test_an_answer_is_footnoted_and_its_footnote_opens_the_passage(page):
    ask(page, CROSSING)
    expect(page.locator("#t1 .said")).to_contain_text("35 minutes")
    footnote = first_footnote(page)
    quote = footnote.get_attribute("data-quote")
    footnote.click()
    assert marked(page) == words(quote)
    assert "35 minutes" in marked(page)
    assert in_view(page)
    expect(page.locator("#source header h2")).to_contain_text("Teal Harbour")
    expect(page.locator("#source header .details")).to_contain_text("2 March 2023")
    expect(page.locator("#source .text")).to_contain_text("sold to a museum")


@pytest.mark.parametrize("width", [1280, 390])
def test_a_permalink_of_a_citation_opens_the_page_at_the_passage(tabs, address, store, width):
    with Assistant(store) as assistant:
        citation = assistant.query(CROSSING).citations[0]
    page = tabs.open(permalink(citation.id, address), viewport={"width": width, "height": 800})
    assert marked(page) == words(citation.quote)
    assert in_view(page)
    page.keyboard.press("Escape")
    expect(page.locator("#source")).to_be_hidden()
    ask(page, DAM)


@pytest.mark.parametrize(
    "named", ["0123456789abcdef:0-9", "nothing", "", f"0123456789abcdef:0-{'9' * 5_000}"]
)
def test_a_permalink_to_words_that_the_store_does_not_hold_says_so(tabs, address, named):
    page = tabs.open(f"{address}/?cite={named}")
    expect(page.locator("#source .problem")).to_contain_text("does not hold the words of citation")
    ask(page, DAM)


def test_every_footnote_stands_below_the_answer_under_its_documents_line_which_opens(page):
    ask(page, CROSSING)
    numbers = {int(text) for text in page.locator("#t1 .ref").all_inner_texts()}
    notes = page.locator("#t1 ol.notes > li")
    assert numbers == set(range(1, notes.count() + 1))
    expect(page.locator("#t1 .sources summary").first).to_contain_text("Teal Harbour")
    expect(notes.first).to_be_hidden()
    page.locator("#t1 .sources summary").first.click()
    notes.first.locator("a").click()
    assert marked(page) in words(notes.first.locator("blockquote").inner_text())


def test_a_passage_after_an_emoji_is_marked_to_the_letter(page):
    ask(page, "How many passengers did the ferry Marigold carry in its first week?")
    footnote = first_footnote(page)
    footnote.click()
    assert marked(page) == words(footnote.get_attribute("data-quote"))
    assert "4,212 passengers" in marked(page)


def test_a_footnote_names_its_page_and_the_source_shows_the_page_breaks(page):
    turn = ask(page, DAM)
    expect(page.locator(f"#t{turn} .sources summary").first).to_contain_text("p. 2")
    first_footnote(page).click()
    assert "1974" in marked(page)
    page.get_by_role("button", name="Text", exact=True).click()
    expect(page.locator("#source [role=separator]")).to_have_text(["Page 1", "Page 2", "Page 3"])


def test_footnotes_of_an_earlier_turn_still_open(page):
    ask(page, CROSSING)
    ask(page, "When was the dam of the Upper Fennel reservoir raised?")
    for turn, title in ((2, "Upper Fennel"), (1, "Teal Harbour")):
        footnote = first_footnote(page, turn)
        footnote.click()
        expect(page.locator("#source header h2")).to_contain_text(title)
        assert marked(page) == words(footnote.get_attribute("data-quote"))
        assert in_view(page)


def test_a_long_document_opens_at_its_passage_and_shows_more_on_request(page):
    ask(page, LENS)
    first_footnote(page).click()
    assert "pine resin" in marked(page)
    assert in_view(page)
    text = page.locator("#source .text")
    expect(text).not_to_contain_text("Entry 1. Wind from the west")
    for _ in range(4):
        text.get_by_role("button", name="Show earlier text").click()
        page.wait_for_timeout(300)
        if text.get_by_role("button", name="Show earlier text").count() == 0:
            break
    expect(text).to_contain_text("Entry 1. Wind from the west")
    assert "pine resin" in marked(page)


def test_what_the_documents_do_not_hold_is_said_and_the_nearest_passages_open(page):
    turn = ask(page, "What is the melting point of tungsten?")
    expect(page.locator(f"#t{turn} .ref")).to_have_count(0)
    nearest = page.locator(f"#t{turn} ul.notes a")
    assert nearest.count() > 0
    nearest.first.click()
    assert marked(page)


def test_an_uploaded_file_can_be_asked_about_and_a_bad_one_says_why(page, tmp_path, uploads):
    good = tmp_path / "orchard.txt"
    good.write_text("The orchard of Marl Hollow grows 63 kinds of pear.\n", encoding="utf-8")
    bad = tmp_path / "broken.pdf"
    bad.write_bytes(b"%PDF-1.7\nthis is no PDF")
    page.set_input_files("#files input[type=file]", [str(bad), str(good)])
    expect(page.locator(".adding .failed")).to_contain_text("broken.pdf", timeout=60_000)
    assert len(page.locator(".adding .failed small").inner_text()) > len("not added: ")
    expect(page.locator(".adding .added")).to_contain_text("orchard.txt")
    expect(page.locator(".adding li").first).to_contain_text("broken.pdf")
    page.get_by_role("button", name="Put this list away").click()
    expect(page.locator(".adding")).to_be_hidden()
    expect(page.locator(".masthead")).to_contain_text("5 documents")
    assert not [path for path in uploads.rglob("*") if path.is_file() and path.stat().st_size]
    ask(page, "How many kinds of pear does the orchard of Marl Hollow grow?")
    expect(page.locator("#t1 .said")).to_contain_text("63")
    row = page.locator(".documents li").filter(has_text="orchard")
    expect(row.locator(".state")).to_have_text("Ready")
    later = tmp_path / "orchard, second edition.txt"
    later.write_text("The orchard of Marl Hollow grows 71 kinds of pear.\n", encoding="utf-8")
    row.locator("summary").click()
    with page.expect_file_chooser() as choosing:
        row.get_by_role("button", name="Replace").click()
    choosing.value.set_files(later)
    expect(page.locator(".adding .updated")).to_contain_text("new version", timeout=60_000)
    expect(page.locator(".masthead")).to_contain_text("5 documents")
    ask(page, "How many kinds of pear does the orchard of Marl Hollow grow?")
    expect(page.locator("#t2 .said")).to_contain_text("71")
    page.locator("#t1 .sources summary").first.click()
    page.locator("#t1 .notes a").first.click()
    assert "63" in marked(page)
    page.locator("#source .close").first.click()
    row.locator("summary").click()
    row.get_by_role("button", name="Remove").click()
    asks = page.get_by_role("dialog")
    expect(asks).to_contain_text("Remove “")
    asks.get_by_role("button", name="Cancel").click()
    expect(row).to_have_count(1)
    row.get_by_role("button", name="Remove").click()
    asks.get_by_role("button", name="Remove it").click()
    expect(row).to_have_count(0)
    expect(page.locator("#progress [role=status]")).to_contain_text("has been removed.")
    expect(page.locator(".masthead")).to_contain_text("4 documents")


def test_text_of_documents_and_questions_never_becomes_part_of_the_page(page):
    question = LANTERNS + " <img src=x onerror='window.injected = 6'><b>bold</b> ${1+1}"
    ask(page, question)
    expect(page.locator("#t1 .question")).to_have_text(question)
    page.locator("#t1 .sources summary").first.click()
    page.locator("#t1 .notes a").first.click()
    expect(page.locator("#source article")).to_contain_text("<script>window.injected = 1</script>")
    expect(page.locator("#source article")).to_contain_text("[x](javascript:window.injected=5)")
    expect(page.locator("#source article")).to_contain_text("${window.injected = 3}")
    assert page.evaluate("window.injected") is None
    for inside in ("#transcript", "#source", "#library"):
        assert (
            page.locator(f"{inside} :is(img, script, iframe, b, [onclick], [onerror])").count() == 0
        )
    links = page.locator(":is(#transcript, #source) a").evaluate_all(
        "links => links.map(link => link.getAttribute('href'))"
    )
    own = r"export/answer/[\w-]+/footnote\.|original/[0-9a-f]+/[0-9a-f]+\Z"
    assert {link for link in links if not re.match(own, link)} == {"#source"}


def test_a_footnote_is_named_reached_and_left_by_keyboard(page):
    ask(page, CROSSING)
    footnote = page.get_by_role("link", name="Footnote 1: ").first
    assert "Teal Harbour" in footnote.get_attribute("aria-label")
    described = footnote.get_attribute("aria-describedby")
    assert words(page.locator(f"#{described}").text_content()) == words(
        footnote.get_attribute("data-quote")
    )
    page.focus("#question textarea")
    for _ in range(40):
        page.keyboard.press("Shift+Tab")
        if page.evaluate("document.activeElement.classList.contains('ref')"):
            break
    reached = page.evaluate("document.activeElement.id")
    assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"
    page.keyboard.press("Enter")
    page.wait_for_selector("#source mark:focus")
    page.keyboard.press("Escape")
    expect(page.locator("#source")).to_be_hidden()
    assert page.evaluate("document.activeElement.id") == reached


def test_no_accessible_name_holds_markup(page):
    ask(page, CROSSING)
    names = page.locator("[aria-label]").evaluate_all("all => all.map(one => one.ariaLabel)")
    assert names
    assert not [name for name in names if "<" in name]


def test_a_phone_shows_the_source_as_a_sheet_over_the_conversation(tabs, address):
    page = tabs.open(address, viewport={"width": 390, "height": 844}, has_touch=True)
    ask(page, CROSSING)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    first_footnote(page).tap()
    assert "35 minutes" in marked(page)
    assert in_view(page)
    sheet = page.locator("#source").bounding_box()
    assert sheet["width"] == 390
    assert page.evaluate("getComputedStyle(document.querySelector('#source')).position") == "fixed"
    page.get_by_role("button", name="Close the source").click()
    expect(page.locator("#source")).to_be_hidden()
    page.locator('[data-panel-of="library"]').click()
    expect(page.locator(".documents")).to_be_visible()


def test_the_source_stands_beside_the_conversation_on_a_wide_screen(page):
    ask(page, CROSSING)
    first_footnote(page).click()
    marked(page)
    conversation = page.locator("#conversation").bounding_box()
    source = page.locator("#source").bounding_box()
    assert conversation["x"] + conversation["width"] <= source["x"] + 1
    assert source["x"] + source["width"] <= 1280


@pytest.mark.parametrize("how", ["of the address", "of the system"])
def test_dark_mode(tabs, address, how):
    if how == "of the address":
        page = tabs.open(f"{address}?__theme=dark")
    else:
        page = tabs.open(address, color_scheme="dark")
    colours = page.evaluate(
        """() => {
            const style = getComputedStyle(document.querySelector(".gradio-container"));
            return [style.backgroundColor, style.color];
        }"""
    )
    ground, ink = (sum(map(int, re.findall(r"\d+", colour)[:3])) for colour in colours)
    assert ground < 200 < 500 < ink


def test_nothing_moves_for_who_wants_no_motion(tabs, address):
    page = tabs.open(address, reduced_motion="reduce", viewport={"width": 390, "height": 844})
    ask(page, CROSSING)
    first_footnote(page).click()
    marked(page)
    assert page.evaluate("document.getAnimations().length") == 0


def test_each_tab_has_a_conversation_of_its_own(tabs, address):
    first, second = tabs.open(address), tabs.open(address)
    ask(first, CROSSING)
    expect(second.locator(".turn")).to_have_count(0)
    ask(second, DAM)
    expect(first.locator(".turn")).to_have_count(1)


def test_an_example_question_is_asked_with_one_click(page):
    examples = page.locator("[data-ask]")
    expect(examples.first).to_have_text("What is in my documents?")
    examples.first.click()
    expect(page.locator("#t1 .question")).to_have_text("What is in my documents?")
    expect(page.locator("#t1[aria-busy=false]")).to_be_visible(timeout=60_000)


def test_a_limit_is_told_with_the_answer_outlasts_a_reload_and_a_refusal_offers_all(page):
    page.get_by_label("Limit answers to “The reservoir").check()
    expect(page.locator("#library .limited")).to_contain_text("Answers come from 1 document.")
    page.reload()
    expect(page.get_by_label("Limit answers to “The reservoir")).to_be_checked()
    expect(page.locator("#library .limited")).to_contain_text("Answers come from 1 document.")
    ask(page, CROSSING)
    expect(page.locator("#t1 .message")).to_contain_text("do not answer")
    expect(page.locator("#t1 .notice")).to_contain_text("Limited to “")
    page.get_by_role("button", name="Search all documents").click()
    expect(page.locator("#t2[aria-busy=false] .said")).to_contain_text("35 minutes")
    expect(page.locator("#t2 .notice")).to_have_count(0)


def test_the_browser_keeps_the_page_from_every_other_machine(tabs, address):
    page = tabs.open(address)
    refused = page.evaluate(
        """() => new Promise((resolve) => {
            addEventListener("securitypolicyviolation", (event) => resolve(event.blockedURI));
            const image = document.createElement("img");
            image.src = "http://elsewhere.invalid/x.png";
            document.body.append(image);
        })"""
    )
    assert refused.startswith("http://elsewhere.invalid/")
    tabs.forgive("elsewhere.invalid")


def test_nothing_of_gradio_is_advertised(page):
    expect(page.locator("footer")).to_have_count(0)
    expect(page.locator("body")).not_to_contain_text("Gradio")


DEMO = """
import sys
from assistant.assistant import Assistant
from assistant.web import launch
launch(Assistant(sys.argv[1]), demo=True, port=0)
"""


def test_one_click_leaves_the_demo_for_a_store_that_is_made_when_something_is_added(
    tabs, starting, store, tmp_path
):
    own = tmp_path / "own"
    with starting(sys.executable, "-c", DEMO, str(store), FOOTNOTE_STORE=str(own)) as address:
        page = tabs.open(f"{address}?__theme=dark")
        expect(page.locator(".masthead")).to_contain_text("4 documents")
        page.get_by_role("link", name="Use my own documents").click()
        expect(page.locator(".masthead")).to_contain_text("0 documents")
        assert "__theme=dark" in page.url
        assert not own.exists(), list(own.rglob("*"))
        page.fill("#question textarea", CROSSING)
        page.keyboard.press("Enter")
        expect(page.locator("#t1 .problem")).to_contain_text("Add documents")
        note = tmp_path / "well.txt"
        note.write_text("The well of Sable Croft is 21 metres deep.\n", encoding="utf-8")
        page.set_input_files("#files input[type=file]", [str(note)])
        expect(page.locator(".documents")).to_contain_text("Well", timeout=60_000)
        assert own.exists()
        page.reload()
        expect(page.locator(".masthead")).to_contain_text("1 document")
        page.get_by_role("link", name="Back to the demo").click()
        expect(page.locator(".masthead")).to_contain_text("4 documents")


def test_a_port_in_use_ends_in_one_line_that_names_it(address, store):
    port = address.rsplit(":", 1)[1]
    ended = subprocess.run(
        [sys.executable, "app.py", "--store", str(store), "--port", port],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert ended.returncode == 1
    assert ended.stderr.count("\n") == 1
    assert port in ended.stderr
    assert "--port" in ended.stderr


def test_ctrl_c_ends_quietly_even_with_the_page_open(tabs, store):
    server = subprocess.Popen(
        [sys.executable, "app.py", "--store", str(store), "--port", "0"],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        tabs.open(re.search(r"http://\S+", server.stdout.readline())[0])
        before = list(tabs.faults)
        server.send_signal(signal.SIGINT)
        _, complaint = server.communicate(timeout=30)
    finally:
        server.kill()
    assert server.returncode == 0
    assert complaint == ""
    tabs.faults = before  # a page may well say that its server is gone


def test_a_request_that_names_another_host_is_turned_away(address):
    request = urllib.request.Request(address, headers={"Host": "elsewhere.invalid"})
    with pytest.raises(urllib.error.HTTPError, match="400") as refused:
        urllib.request.urlopen(request)
    refused.value.close()


def test_on_a_wide_screen_the_number_of_documents_leads_to_them(page):
    page.locator(".masthead [data-panel-of=library]").click()
    expect(page.locator("#library-head h2")).to_be_focused()
    expect(page.locator("#files")).to_be_visible()


def test_where_others_reach_the_page_it_tells_how_a_model_that_writes_is_connected(
    tabs, serving, store
):
    others = {"FOOTNOTE_HOSTS": "notes.example", "FOOTNOTE_SIGN_IN": "proxy"}
    with serving("--store", str(store), **others) as address:
        page = tabs.open(address)
        page.locator("details.engine summary").click()
        told = page.locator("details.engine pre")
        expect(told).to_contain_text("FOOTNOTE_WRITER=openai:")
        page.keyboard.press("Escape")
        expect(told).to_be_hidden()
        expect(page.locator('[data-panel-of="model"]')).to_have_count(0)
        assert page.request.get(f"{address}/model").status == 403
        page.close()
    tabs.forgive("ERR_CONNECTION_REFUSED")
    tabs.forgive("ERR_INCOMPLETE_CHUNKED_ENCODING")
