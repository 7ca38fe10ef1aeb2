"""What the page's HTML promises of every answer and every source, whatever they hold."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from lxml import html as lxml
from markupsafe import Markup

from assistant.answer import Answer, Citation, Passage, Sentence, Usage, citation_id
from assistant.web import texts
from assistant.web.rendering import answers, library, source_page, source_pane, source_text
from assistant.web.rendering.conversation import Conversation
from assistant.web.rendering.places import Place
from index.document import Document, Heading, Page, Span, Table
from index.ingesting.report import FileDone
from index.layout import Rectangle
from index.pages.images import PageImage

HOSTILE = """\" onclick="alert(1)" x='<img src=x onerror=alert(2)>&amp;[1] ${1} {{x}}"""


def document(text: str, **known: object) -> Document:
    return Document(text, "A title", "text/plain", **known)


def citation(number: int, of: Document, start: int, end: int) -> Citation:
    return Citation(
        number=number,
        id=citation_id(of.version, start, end),
        document_id="d",
        version=of.version,
        title=of.title,
        start=start,
        end=end,
        quote=of.text[start:end],
    )


def answer(*sentences: Sentence, **known: object) -> Answer:
    source = document("One two three four five six.")
    numbers = sorted({number for sentence in sentences for number in sentence.citations})
    return Answer(
        **{
            "question": "?",
            "created": datetime.now(UTC),
            "sentences": sentences,
            "citations": [citation(number, source, 0, 3) for number in numbers],
        }
        | known
    )


def parsed(markup: str) -> lxml.HtmlElement:
    return lxml.fragment_fromstring(str(markup), create_parent="div")


def rendered(whole: Answer) -> lxml.HtmlElement:
    return parsed(answers.finished(1, whole, 0.42))


def opened(of: Document, place: Place, shown: Span | None = None) -> lxml.HtmlElement:
    return parsed(source_pane.as_text(of, place, shown or source_text.window(of, place)))


def texts_of(tree: lxml.HtmlElement, path: str) -> list[str]:
    return [" ".join(element.text_content().split()) for element in tree.xpath(path)]


def test_exact_added_and_unsupported_words_are_told_apart():
    sentence = Sentence(
        text="[Minister] said ten 🚢 boats sank.",
        citations=(1,),
        added=((0, 10),),
        exact=((16, 27),),
        unsupported=((28, 32),),
    )
    tree = rendered(answer(sentence))
    assert texts_of(tree, ".//*[@class='added']") == ["[Minister]"]
    assert texts_of(tree, ".//*[@class='exact']") == ["ten 🚢 boats"]
    assert tree.xpath("string(.//*[@class='unsupported']/text())") == "sank"
    assert tree.xpath("string(.//div[@class='said']//p)").startswith(
        "[Minister] said ten 🚢 boats sank"
    )


def test_overlapping_marks_keep_every_letter_once():
    sentence = Sentence(text="abcdef", exact=((0, 4),), added=((2, 6),))
    assert rendered(answer(sentence)).xpath("string(.//p)") == "abcdef"


def test_a_sentence_without_support_says_so():
    assert "Not verified" in rendered(
        answer(Sentence(text="So it goes.", verdict="not verified"))
    ).xpath("string(.//div[@class='said'])")


def test_neighbours_that_nothing_has_verified_stand_folded_in_their_place():
    open_ = Sentence(text="So it goes.", verdict="not verified", missing="where to")
    tree = rendered(
        answer(
            Sentence(text="First.", citations=(1,)),
            open_,
            open_,
            Sentence(text="Last.", citations=(1,)),
            open_,
        )
    )
    (paragraph,) = tree.xpath(".//div[@class='said']/div[@class='paragraph']")
    words = " ".join(paragraph.text_content().split())
    assert words.startswith("First.1 2 sentences not verified")
    first, second = paragraph.xpath("./details[not(@open)]")
    assert texts_of(first, "./summary") == ["2 sentences not verified"]
    assert texts_of(first, "./div") == ["So it goes. ? Not verified; not said: where to"] * 2
    assert texts_of(second, "./summary") == ["1 sentence not verified"]
    assert "Last.1" in words


def test_a_sentence_of_a_draft_that_nothing_has_verified_is_not_folded():
    tree = rendered(answer(Sentence(text="So it goes.", verdict="not verified", place=(0, 11))))
    assert texts_of(tree, ".//div[@class='said']/p") == ["So it goes. ? Not verified"]


def test_a_number_without_a_label_before_it_supports_and_nothing_else():
    source = document("One two three four five six.", date="2026-03-03")
    notes = tuple(
        citation(number, source, 0, 3).model_copy(update={"date": source.date})
        for number in (1, 2, 3)
    )
    tree = rendered(
        answer(
            Sentence(text="Held.", citations=(1,), superseded=(2,)),
            Sentence(text="Broke.", verdict="contradicted", contradicted=(3,)),
            citations=notes,
        )
    )
    (words,) = texts_of(tree, ".//div[@class='said']/p")
    assert words == (
        "Held.1 → Since corrected or contradicted by A title, 3 March 20262 "
        "Broke. ≠ The documents say otherwise3"
    )
    assert [link.get("aria-label") for link in tree.xpath(".//sup/a")] == [
        "Footnote 1: A title",
        "Footnote 2, but see: A title",
        "Footnote 3, says otherwise: A title",
    ]
    assert texts_of(tree, ".//ol/li/span[starts-with(@class, 'label')]") == [
        "→ But see",
        "≠ Says otherwise",
    ]
    assert tree.xpath(".//*[@aria-hidden='true']/text()") == ["→\xa0", "≠\xa0", "→\xa0", "≠\xa0"]


def test_a_sentence_not_verified_is_set_against_the_nearest_passages_word_by_word():
    source = document("About 410 people left.")
    near = Passage(
        document_id="d",
        version=source.version,
        title="Log",
        text=source.text,
        start=0,
        end=len(source.text),
        page=3,
        differs=((6, 9), (17, 21)),
    )
    sentence = Sentence(
        text="About 450 people fled.",
        verdict="not verified",
        unsupported=((6, 9), (17, 21)),
        nearest=(near,),
    )
    for whole in (answer(sentence), answer(dropped=(sentence,))):
        (fold,) = rendered(whole).xpath(".//details[@class='compare']")
        above, below, told = fold.xpath("./div/p")
        assert texts_of(fold, "./summary") == ["Nearest passages"]
        assert above.xpath(".//mark/text()") == ["450", "fled"]
        assert "About 450 people fled." in above.text_content()
        assert below.xpath("./a//mark/text()") == ["410", "left"]
        assert below.xpath("./a")[0].text_content() == source.text
        assert below.xpath("./a/@data-open") == [Place.of(near).json]
        assert "Log · p. 3" in below.text_content()
        assert told.text_content() == (
            "Only in the sentence: “450”, “fled”. Only in the passage: “410”, “left”."
        )


def test_sentences_that_contradict_each_other_stand_together_under_a_label():
    tree = rendered(
        answer(
            Sentence(text="First.", citations=(1,)),
            Sentence(text="Ten boats.", citations=(1,)),
            Sentence(text="Twelve boats.", citations=(2,)),
            conflicts=((2, 3),),
        )
    )
    (group,) = tree.xpath(".//*[@role='group']")
    assert group.get("aria-label") == "Accounts differ"
    assert texts_of(group, ".//p") == ["Ten boats.1", "Twelve boats.2"]
    assert "First." not in group.text_content()


def test_each_account_has_its_document_and_its_day_as_a_heading():
    label = "[Accounts differ. A title, 2 March 2023:] "
    tree = rendered(
        answer(
            Sentence(text=f"{label}Ten boats.", citations=(1,), added=((0, len(label)),)),
            Sentence(text="Twelve boats.", citations=(2,)),
            conflicts=((1, 2),),
        )
    )
    (group,) = tree.xpath(".//*[@role='group']")
    assert texts_of(group, ".//strong[@class='account']") == ["A title, 2 March 2023"]
    assert texts_of(group, ".//p") == ["A title, 2 March 2023 Ten boats.1", "Twelve boats.2"]


def test_accounts_stand_together_also_where_another_sentence_parts_them():
    tree = rendered(
        answer(
            Sentence(text="Ten boats.", citations=(1,)),
            Sentence(text="It rained.", citations=(1,)),
            Sentence(text="Twelve boats.", citations=(2,)),
            conflicts=((1, 3),),
        )
    )
    (group,) = tree.xpath(".//*[@role='group']")
    assert texts_of(group, ".//p") == ["Ten boats.1", "Twelve boats.2"]
    assert texts_of(tree, ".//div[@class='said']/p") == ["It rained.1"]


def test_an_abstention_shows_its_message_and_links_to_the_nearest_passages():
    source = document("One two three.")
    near = Passage(
        document_id="d", version=source.version, title="Near", text="two", start=4, end=7, page=3
    )
    tree = rendered(answer(abstained=True, message="Nothing says so.", nearest=(near,)))
    assert texts_of(tree, ".//p[@class='message']") == ["Nothing says so."]
    (link,) = tree.xpath(".//a")
    assert link.get("data-open") == Place.of(near).json
    assert "p. 3" in tree.text_content()
    assert "confidence" not in tree.text_content()


def test_notices_and_sentences_left_out_are_shown():
    tree = rendered(
        answer(
            Sentence(text="Kept.", citations=(1,)),
            notices=("The endpoint was down.",),
            dropped=(Sentence(text="Invented."),),
        )
    )
    assert texts_of(tree, ".//p[@class='notice']") == ["The endpoint was down."]
    assert texts_of(tree, ".//*[@class='dropped']/summary") == ["1 sentence left out: not verified"]
    assert "Invented." in tree.text_content()


@pytest.mark.parametrize(("score", "word"), [(0.9, "High"), (0.8, "Fair"), (0.0, "Low")])
def test_confidence_is_a_word_that_explains_itself_and_the_time_is_told(score, word):
    tree = rendered(answer(Sentence(text="Yes.", citations=(1,)), confidence=score))
    (colophon,) = tree.xpath(".//details[@class='colophon']")
    assert texts_of(colophon, "./summary") == [f"{word} confidence · 0.4 s"]
    assert "answers" in colophon.xpath("string(./p)")


def test_a_greeting_claims_no_confidence_and_took_no_time_worth_telling():
    tree = rendered(answer(kind="greeting", message="Hello."))
    assert tree.text_content() == "Hello."


def test_whatever_documents_and_people_write_stays_text():
    source = document(HOSTILE, author=HOSTILE, source=HOSTILE)
    noted = citation(1, source, 0, len(HOSTILE)).model_copy(update={"title": HOSTILE})
    near = Passage(document_id=HOSTILE, version="v", title=HOSTILE, text=HOSTILE, start=0, end=1)
    whole = answer(
        Sentence(text=HOSTILE, citations=(1,), exact=((0, 5),)),
        citations=(noted,),
        notices=(HOSTILE,),
        message=HOSTILE,
        abstained=True,
        nearest=(near,),
    )
    shown = (
        answers.turn(1, HOSTILE, answers.finished(1, whole, 0.1)),
        answers.welcome((HOSTILE,), empty=False),
        answers.problem(HOSTILE),
        source_pane.as_text(source, Place("d", source.version, 0, 5), Span(0, len(HOSTILE))),
        library.adding(
            [f"/x/{HOSTILE}"], [FileDone(f"/x/{HOSTILE}", "failed", None, HOSTILE, 1, 1)]
        ),
    )
    for markup in shown:
        tree = parsed(markup)
        assert HOSTILE in tree.text_content() or HOSTILE in "".join(tree.xpath(".//@aria-label"))
        assert not tree.xpath(".//img | .//script | .//@onerror | .//@onclick | .//@x")


def test_the_marked_passage_is_the_cited_span_whatever_the_letters():
    text = "🚢🚢 אבג\n\nשלום עולם 🌾 וגם\nמשהו\n\nEnd."
    start, end = text.index("עולם"), text.index("משהו")
    of = document(text)
    tree = opened(of, Place("d", of.version, start, end))
    assert "".join(tree.xpath(".//mark//text()")) == text[start:end]
    assert {element.get("dir") for element in tree.xpath(".//div[@class='text']/p")} == {"auto"}


def test_a_passage_over_a_page_break_is_marked_on_both_pages():
    text = "One two.\n\nThree four.\n\nFive."
    pages = (Page(1, 0, 10), Page(2, 10, len(text)))
    of = document(text, pages=pages)
    tree = opened(of, Place("d", of.version, 4, 15))
    assert tree.xpath(".//mark/text()") == ["two.", "Three"]
    assert texts_of(tree, ".//*[@role='separator']") == ["Page 1", "Page 2"]
    assert "pp. 1–2" in tree.xpath("string(.//header)")


def test_headings_are_headings_below_the_panes_own():
    text = "Top\n\nWords.\n\nInner\n\nMore."
    of = document(text, headings=(Heading(1, 0, 3), Heading(2, 13, 18)))
    tree = opened(of, Place("d", of.version))
    assert texts_of(tree, ".//h3") == ["Top"]
    assert texts_of(tree, ".//h4") == ["Inner"]
    assert texts_of(tree, ".//h2") == ["A title"]


def test_the_windows_of_a_long_document_join_without_a_gap():
    text = "\n\n".join(f"Paragraph {number} stands here." for number in range(40_000))
    of = document(text)
    middle = text.index("Paragraph 20000")
    place = Place("d", of.version, middle, middle + 15)
    shown = source_text.window(of, place)
    assert shown.start < place.start < place.end < shown.end
    assert shown.end - shown.start < 3 * source_text.CONTEXT
    while True:
        tree = opened(of, place, shown)
        assert tree.xpath("string(.//mark)") == "Paragraph 20000"
        first = tree.xpath(".//div[@class='text']/p")[0].text_content()
        assert first.startswith("Paragraph")
        earlier = tree.xpath(".//button[@data-more='before']")
        if not earlier:
            break
        wider = Span(int(earlier[0].get("data-first")), int(earlier[0].get("data-last")))
        assert wider.start < shown.start
        assert wider.end == shown.end
        shown = wider
    assert shown.start == 0


def test_a_table_is_a_table_and_its_marked_cells_are_the_cited_ones():
    text = "Before.\n\nYear | Boats | Name\n2023 | 🚢 10 | אבג\n| 12 | Oak\nAll\n\nAfter."
    start, end = text.index("Year"), text.index("\n\nAfter")
    header = Span(start, text.index("\n2023"))
    of = document(text, tables=(Table(start, end, header),))
    cited = text.index("🚢 10")
    tree = opened(of, Place("d", of.version, cited, text.index("\n| 12")))
    (table,) = tree.xpath(".//table")
    assert texts_of(table, "./thead//th") == ["Year", "Boats", "Name"]
    rows = [texts_of(row, "./td") for row in table.xpath("./tbody/tr")]
    assert rows == [["2023", "🚢 10", "אבג"], ["", "12", "Oak"], ["All"]]
    assert table.xpath("./tbody/tr[3]/td/@colspan") == ["3"]
    assert tree.xpath(".//mark/text()") == ["🚢 10", "אבג"]
    assert texts_of(tree, ".//div[@class='text']/p") == ["Before.", "After."]


def test_a_window_that_opens_inside_a_table_has_its_column_names():
    lines = ["Year | Boats", *(f"{2000 + number} | {number}" for number in range(20))]
    text = "\n".join(lines)
    of = document(text, tables=(Table(0, len(text), Span(0, len(lines[0]))),))
    shown = Span(text.index("2010"), len(text))
    tree = opened(of, Place("d", of.version, shown.start, shown.start + 4), shown)
    assert texts_of(tree, ".//th") == ["Year", "Boats"]
    assert texts_of(tree, ".//tbody/tr[1]/td") == ["2010", "10"]
    assert tree.xpath(".//mark/text()") == ["2010"]


def test_lines_of_cells_without_column_names_are_a_table_too():
    of = document("Gate 3 | open\nGate 4 | shut\n\nIt was a choice: tea | coffee.")
    tree = opened(of, Place("d", of.version))
    assert texts_of(tree, ".//td") == ["Gate 3", "open", "Gate 4", "shut"]
    assert not tree.xpath(".//th")
    assert texts_of(tree, ".//div[@class='text']/p") == ["It was a choice: tea | coffee."]


def test_the_marks_on_a_printed_page_stand_where_its_rectangles_are():
    text = "One two.\n\nThree four."
    of = document(text, pages=(Page(1, 0, 10), Page(2, 10, len(text))))
    place = Place("d", of.version, 4, 15)
    image = PageImage(b"", 1_200, 1_600, 2.0)
    marks = (Rectangle(1, 61, 81, 119, 119), Rectangle(2, 30, 40, 50, 60))
    tree = parsed(
        source_pane.as_printed(of, place, source_page.SourcePage(1, image, marks), own=True)
    )
    (mark,) = tree.xpath(".//mark")
    assert mark.get("style") == "left:10.000%;top:10.000%;width:10.000%;height:5.000%"
    assert mark.text_content() == "two.\n\n"
    assert tree.xpath(".//img/@alt") == ["Page 1 of 2 as it is printed"]
    assert tree.xpath(".//img/@src") == [f"page/d/{of.version}/1.jpg?width=1200&documents=own"]
    assert texts_of(tree, ".//p[@class='remark']/button") == ["The passage is also on page 2"]
    ways = {way.get("data-way"): way for way in tree.xpath(".//button[@data-way]")}
    assert ways["-1"].get("disabled") is not None
    assert (ways["1"].get("disabled"), ways["1"].get("data-turn")) == (None, "2")


def test_where_the_print_of_a_passage_is_not_known_it_is_said():
    of = document("One two.", pages=(Page(1, 0, 8),))
    image = PageImage(b"", 1_200, 1_600, 2.0)
    cited = Place("d", of.version, 0, 3)
    tree = parsed(
        source_pane.as_printed(of, cited, source_page.SourcePage(1, image, ()), own=False)
    )
    assert texts_of(tree, ".//p[@class='remark']") == [texts.NOT_MARKED]
    whole = parsed(
        source_pane.as_printed(
            of, Place("d", of.version), source_page.SourcePage(1, image, ()), own=False
        )
    )
    assert not whole.xpath(".//p[@class='remark']")


def test_hard_wrapped_prose_flows_and_lists_keep_their_lines():
    prose = "The first line of a paragraph that was broken to a width\nand its second line."
    items = "• An item that is as long as a line of prose would be here\n• Another item"
    verse = "Short lines\nof a poem"
    of = document(f"{prose}\n\n{items}\n\n{verse}")
    kept = opened(of, Place("d", of.version)).xpath(".//p[@class='lines']")
    assert [element.text_content() for element in kept] == [items, verse]


def test_every_file_of_an_upload_has_a_line_before_and_after_it_is_done():
    paths = ["/tmp/a.txt", "/tmp/b.pdf"]
    waiting = parsed(library.adding(paths, []))
    assert texts_of(waiting, ".//li") == ["a.txt reading …", "b.pdf reading …"]
    done = [FileDone(paths[1], "failed", None, "The file is empty.", 1, 2)]
    tree = parsed(library.adding(paths, done))
    assert texts_of(tree, ".//li") == ["b.pdf not added: The file is empty.", "a.txt reading …"]
    assert tree.xpath(".//progress")[0].get("value") == "1"


def test_below_an_archive_that_is_added_stands_what_it_holds():
    paths = ["/tmp/a.txt", "/tmp/b.zip"]
    done = [
        FileDone("/tmp/b.zip › c.pdf", "added", "d1", None, 1, 3),
        FileDone("/tmp/b.zip › d.mp3", "passed over", None, "It is not read.", 2, 3),
    ]

    tree = parsed(library.adding(paths, done))

    assert texts_of(tree, ".//li") == [
        *("a.txt reading …", "b.zip › c.pdf added"),
        "b.zip › d.mp3 passed over: It is not read.",
    ]
    progress = tree.xpath(".//progress")[0]
    assert (progress.get("value"), progress.get("max")) == ("2", "3")


@pytest.mark.parametrize(
    ("iso", "words"),
    [("2023-03-02", "2 March 2023"), ("2023-12", "December 2023"), ("2023", "2023")],
)
def test_dates_are_written_as_precisely_as_they_are_known(iso, words):
    assert texts.readable_date(iso) == words


def test_the_page_names_nothing_outside_this_machine():
    folder = Path(texts.__file__).parent
    files = [*folder.glob("*.css"), *folder.glob("*.js")]
    assert len(files) >= 4
    for file in files:
        assert "//" not in file.read_text(encoding="utf-8").replace("// ", "")


def test_a_conversation_tells_what_its_writer_took_in_all():
    conversation = Conversation()
    usage = Usage(requests=1, prompt_tokens=900, completion_tokens=40, cost=0.002, seconds=1.5)
    for taken, lines in ((usage, 0), (None, 0), (usage, 1)):
        _, turn = conversation.begin("?", Markup(""))
        turn.close(answers.finished(1, answer(usage=taken), 0.4), "…")
        turn.usage = taken
        page = parsed("".join(conversation.html(own=False)))
        told = page.xpath('.//*[contains(@class, "together")]')
        assert len(told) == lines
    assert "3.0 s, 1,800 tokens read, 80 written, cost 0.0040" in told[0].text_content()


def test_a_row_with_the_names_of_its_columns_is_a_table():
    label = "[Section | Printed | Corrected:] "
    text = f"{label}6, Damage | 212 flooded | 231 flooded"
    exact = (text.index("231"), len(text))
    sentence = Sentence(text=text, citations=(1, 2), added=((0, len(label)),), exact=(exact,))
    tree = rendered(answer(sentence))

    assert texts_of(tree, ".//th") == ["Section", "Printed", "Corrected"]
    assert texts_of(tree, ".//td") == ["6, Damage", "212 flooded", "231 flooded"]
    assert texts_of(tree, ".//td/strong[@class='exact']") == ["231 flooded"]
    assert "|" not in tree.text_content()


def test_lines_of_cells_within_an_answer_are_a_table_behind_their_lead_in():
    text = "Two are named.\nNo. | What\n1 | Open.\n2 | Close.\nThen wait."
    tree = rendered(answer(Sentence(text=text, citations=(1,))))

    assert texts_of(tree, ".//tr") == ["No.What", "1Open.", "2Close."]
    said = tree.xpath(".//*[@class='said']")[0].text_content()
    assert said.index("Two are named.") < said.index("Open.") < said.index("Then wait.")


def test_footnotes_of_one_document_stand_in_one_line_that_opens():
    tree = rendered(answer(*(Sentence(text=f"It held {n}.", citations=(n,)) for n in (1, 2))))

    (line,) = tree.xpath(".//*[@class='sources']//summary")
    assert "2 places" in line.text_content()
    assert len(tree.xpath(".//details/ol[@class='notes']/li")) == 2


def test_a_document_of_an_overview_is_a_heading_and_its_sentence_is_below_it():
    label = "[A title, 2 March 2023:]"
    said = f"{label} It held all night."
    spoken = "[Mr Larch in A title, 2 March 2023:] It held."
    tree = rendered(
        answer(
            Sentence(text=said, citations=(1,), added=((0, len(label)),), paragraph=True),
            Sentence(text=spoken, citations=(1,), added=((0, spoken.index("]") + 1),)),
        )
    )
    assert texts_of(tree, ".//strong[@class='account']") == ["A title, 2 March 2023"]
    # Who says it is told with the sentence.
    assert "[Mr Larch in A title" in tree.text_content()


def test_what_is_written_from_right_to_left_has_its_footnote_on_the_same_side():
    tree = rendered(answer(Sentence(text="הגשר נבנה בשנת 1974.", citations=(1, 2))))
    (line,) = tree.xpath(".//*[@class='sources']/li/details")
    assert line.get("dir") == "auto"
    # What decides the direction has none of its own.
    assert line.xpath("./summary/strong")[0].get("dir") is None
    assert line.xpath("./summary/bdi")
