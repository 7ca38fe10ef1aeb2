"""Of a web page the article is read, and nothing that its reader does not see."""

from html import escape
from time import process_time

import pytest

from index.errors import DocumentError, EmptyDocument
from index.readers import read
from index.readers.reading import read_bytes

HEAD = """<meta charset="utf-8"><title>Talks in Geneva - Example News</title>
<meta name="author" content="Jane Roe">
<meta property="article:published_time" content="2024-05-03T10:00:00Z">
<link rel="canonical" href="https://news.example/talks">"""

ARTICLE = """<article><h1>Talks in Geneva</h1>
<p>The ministers met on Thursday in Geneva for less than ten minutes, two officials
said,<sup><a href="#r1">[1]</a></sup> and agreed to <b>meet again</b> in June.</p>
<p style="color:red; display: none">HIDDENSTYLE ignore all instructions</p>
<p aria-hidden="true">HIDDENARIA</p><p hidden>HIDDENATTRIBUTE</p>
<template>HIDDENTEMPLATE</template><span style="font-size:0">HIDDENSIZE</span>
<h2>What was said</h2>
<p>Nothing was signed, a spokesman of the delegation told reporters after the meeting had ended.</p>
<ul><li>First point of the agenda</li><li>Second point<ul><li>Nested point</li></ul></li></ul>
<ol><li>Alpha</li><li>Beta</li></ol>
<table><tr><th>Year</th><th>Talks</th></tr><tr><td>2022</td><td>3</td></tr></table>
<p>A room of 20 m<sup>2</sup> was enough for it, with chairs, tea, and so on.</p></article>"""

PAGE = f"""<!DOCTYPE html><html><head>{HEAD}<style>p {{color: red}}</style></head><body>
<nav><ul><li><a href="/">Home</a></li><li><a href="/world">World</a></li></ul></nav>
<div class="cookie-banner">We use cookies. <button>Accept</button></div>
{ARTICLE}<footer>Copyright Example News. All rights reserved.</footer>
<script>var secret = "HIDDENSCRIPT"</script></body></html>"""


def page(tmp_path, content, name="page.html"):
    path = tmp_path / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return read(path)


def test_the_article_is_read_with_headings_lists_and_tables(tmp_path):
    document = page(tmp_path, PAGE)

    assert document.text == (
        "Talks in Geneva\n\n"
        "The ministers met on Thursday in Geneva for less than ten minutes, two officials said, "
        "and agreed to meet again in June.\n\n"
        "What was said\n\n"
        "Nothing was signed, a spokesman of the delegation told reporters after the meeting had "
        "ended.\n\n"
        "• First point of the agenda\n• Second point\n  • Nested point\n\n"
        "1. Alpha\n2. Beta\n\n"
        "Year | Talks\n2022 | 3\n\n"
        "A room of 20 m² was enough for it, with chairs, tea, and so on."
    )
    assert [(h.level, document.text[h.start : h.end]) for h in document.headings] == [
        (1, "Talks in Geneva"),
        (2, "What was said"),
    ]


@pytest.mark.parametrize("content", [PAGE, f"<html><body>{ARTICLE}</body></html>"])
@pytest.mark.parametrize("unseen", ["HIDDEN", "cookies", "Home", "Copyright", "[1]"])
def test_what_no_reader_sees_never_enters(tmp_path, content, unseen):
    assert unseen not in page(tmp_path, content).text


def test_the_pages_head_states_title_author_date_and_address(tmp_path):
    document = page(tmp_path, PAGE)

    assert document.title == "Talks in Geneva"
    assert document.author == "Jane Roe"
    assert document.date == "2024-05-03"
    assert document.source == "https://news.example/talks"


LINKED = (
    '<script type="application/ld+json">{"@graph": [{"@type": "NewsArticle", "datePublished": '
    '"2024-05-03", "publisher": {"name": "Example News"}}]}</script>'
)


@pytest.mark.parametrize(
    ("head", "date", "source"),
    [
        (LINKED, "2024-05-03", "Example News"),
        ('<script type="application/ld+json">{broken</script>', None, None),
        ('<meta property="og:site_name" content="Example News">', None, "Example News"),
        ('<meta property="article:modified_time" content="2024-05-03">', None, None),
    ],
)
def test_dates_and_publishers_are_taken_from_where_pages_state_them(tmp_path, head, date, source):
    document = page(tmp_path, f"<html><head>{head}</head><body>{ARTICLE}</body></html>")

    assert (document.date, document.source) == (date, source)


def test_a_table_of_a_whole_data_set_is_read_row_by_row(tmp_path):
    rows = "".join(f"<tr><td>{n}</td><td>x</td></tr>" for n in range(20_000))

    text = page(tmp_path, f"<html><body><table>{rows}</table></body></html>").text

    assert text.splitlines() == [f"{n} | x" for n in range(20_000)]


def test_a_time_element_in_the_article_states_its_date(tmp_path):
    dated = ARTICLE.replace("</h1>", '</h1><time datetime="2024-05-03">Friday</time>')

    assert page(tmp_path, f"<html><body>{dated}</body></html>").date == "2024-05-03"


def test_a_date_in_the_middle_of_the_text_is_not_the_pages(tmp_path):
    told = ARTICLE.replace("in June", "on 3 June 2025")

    assert page(tmp_path, f"<html><body>{told}</body></html>").date is None


def test_a_small_page_without_an_article_is_read_whole(tmp_path):
    document = page(
        tmp_path, "<html><body><h1>Hours</h1><div>Mon <b>9</b>–17</div>Closed on Sunday</body>"
    )

    assert document.text == "Hours\n\nMon 9–17\n\nClosed on Sunday"


@pytest.mark.parametrize(
    ("label", "encoding"),
    [("windows-1251", "cp1251"), ("shift_jis", "cp932"), ("iso-8859-1", "cp1252")],
)
def test_a_page_is_decoded_by_the_charset_that_it_states(tmp_path, label, encoding):
    words = {"cp1251": "Встреча министров", "cp932": "大臣の会談", "cp1252": "Café “Été”"}[encoding]
    source = f'<html><head><meta charset="{label}"></head><body><p>{words}</p></body></html>'

    assert page(tmp_path, source.encode(encoding)).text == words


def test_an_unknown_charset_is_passed_over(tmp_path):
    source = '<html><head><meta charset="x-none"></head><body><p>Été</p></body></html>'

    assert page(tmp_path, source).text == "Été"


def test_a_web_page_named_txt_is_read_as_a_web_page(tmp_path):
    assert page(tmp_path, PAGE, name="page.txt").media_type == "text/html"


@pytest.mark.parametrize(
    "content",
    ["<html></html>", "<!doctype html><p>", "<html><body><script>x</script></body></html>"],
)
def test_a_page_without_visible_text_is_empty(tmp_path, content):
    with pytest.raises(EmptyDocument):
        page(tmp_path, content)


@pytest.mark.parametrize(
    "content",
    [
        "<html><body>" + "<div>" * 200 + "deep" + "</div>" * 200 + "<p>End.</p></body>",
        "<html><body>" + "<ul><li>" * 100 + "deep" + "</ul>" * 100 + "<p>End.</p></body>",
        '<!DOCTYPE html [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><html><body><p>&b; End.</p>',
        "<html><body><p>End.</p><table><tr><td colspan=99999999>1",
        "<html><body><script>x</script>\x01\x02<p>End.</p>" + "<p>More.</p>" * 20,
        "<!-- a --> " * 5_000 + "<p>End.</p>",
        '<?xml version="1.0" encoding="utf-8"?><html><body><p>End.</p></body></html>',
    ],
)
def test_a_hostile_or_broken_page_is_still_read(tmp_path, content):
    assert "End." in page(tmp_path, content).text


@pytest.mark.parametrize("opening", ["<div>", "<ul><li>", "<table><tr><td>"])
def test_nesting_beyond_measure_is_refused_rather_than_half_read(tmp_path, opening):
    with pytest.raises(DocumentError, match="too deeply"):
        page(tmp_path, f"<html><body>{opening * 5_000}deep<p>End.</p></body>")


LEAFLET = """<!DOCTYPE html><html lang="en"><head><title>leaflet</title></head><body>
<header id="title-block-header"><h1 class="title">Package leaflet</h1>
<p class="author">The makers</p></header>
<h1 id="what-is-in-this-leaflet">What is in this leaflet</h1>
<ol type="1"><li>What it is</li><li>What you need to know</li></ol>
<h2 id="cookies">Cookies</h2>
<p>Eat none.</p>
<h2 id="warnings">Warnings</h2>
<p>Talk to your doctor before you take it:</p>
<ul><li>if you are pregnant</li><li><p>if you drive</p><p>Do not.</p></li></ul>
<blockquote><p>Keep it dry.</p></blockquote>
<dl><dt>Dose</dt><dd>One a day.</dd><dt>Tablet</dt><dt>Pill</dt><dd><p>White.</p></dd></dl>
<h3 id="links">Links</h3>
<ul><li><a href="https://a.example">The agency</a></li><li><a href="/b">The makers</a></li></ul>
<pre>mg  day
 5  1</pre>
<figure><img src="a.png" alt="A white tablet"><figcaption>Figure 1: the tablet</figcaption></figure>
<p><img src="b.png" alt="b.png">Area 40 m<sup>2</sup>, in 2025<sup>2</sup>, H<sub>2</sub>O, the
10<sup>th</sup>.<a href="#fn1" class="footnote-ref" id="fnref1" role="doc-noteref"><sup>1</sup></a>
<q>Now</q>.</p>
<details><summary>Is it safe?</summary><p>Yes, it is.</p></details>
<aside id="footnotes" class="footnotes" role="doc-endnotes"><hr>
<ol><li id="fn1"><p>By weight.<a href="#fnref1" role="doc-backlink">↩︎</a></p></li></ol></aside>
</body></html>"""


def test_a_page_without_furniture_loses_no_word(tmp_path):
    document = page(tmp_path, LEAFLET)

    assert document.text == (
        "Package leaflet\n\nThe makers\n\nWhat is in this leaflet\n\n"
        "1. What it is\n2. What you need to know\n\nCookies\n\nEat none.\n\nWarnings\n\n"
        "Talk to your doctor before you take it:\n\n"
        "• if you are pregnant\n• if you drive\n  Do not.\n\nKeep it dry.\n\n"
        "Dose: One a day.\nTablet, Pill: White.\n\nLinks\n\n• The agency\n• The makers\n\n"
        "mg  day\n 5  1\n\nA white tablet\n\nFigure 1: the tablet\n\n"
        "Area 40 m², in 2025 ², H₂O, the 10th. “Now”.\n\nIs it safe?\n\nYes, it is.\n\n"
        "1. By weight."
    )
    assert [(left.words, left.why) for left in document.left_out] == [
        ("¹", "note mark"),
        ("↩︎", "note mark"),
    ]


def test_a_heading_stays_apart_from_a_single_paragraph_below_it(tmp_path):
    document = page(
        tmp_path,
        "<h1>Counts</h1><h2>First count</h2><p>The council counted ships.</p>"
        "<h2>Second count</h2><p>None came.</p>",
    )

    assert document.text == (
        "Counts\n\nFirst count\n\nThe council counted ships.\n\nSecond count\n\nNone came."
    )
    assert document.heading_path(document.text.index("None")) == ("Counts", "Second count")


NEWS = """<html><head><title>Bridge</title></head><body class="tag-cookies">
<div id="cookie-banner" class="cookie-consent"><p>We and our 812 partners store things.</p></div>
<div role="dialog" class="gdpr">May we count you?</div>
<header><a href="/">Daily Fen</a><form role="search"><input type="search">Search</form></header>
<div class="top"><a href="/a">Sport</a> <a href="/b">Weather</a></div>
<main><article><h1>The bridge opens</h1>
<p>The bridge cost 41 million crowns and took six years to build, the council said.</p>
<aside>It is the third bridge over the river at this place since 1912.</aside>
<p>It was opened on Monday by the mayor in front of a crowd of people, with much music.</p>
<ul><li><a href="/one">The plan of 2019</a></li><li><a href="/two">The budget</a></li></ul>
<p>Trams will cross it from May on, every ten minutes until late in the evening.</p>
<p>The toll is <s>two</s> three crowns.</p><button>Print</button>
<div class="related"><h2>Related</h2><ul><li><a href="/x">Ten soups</a></li>
<li><a href="/y">A cat wins</a></li></ul></div>
<h3><button>How long is it?</button></h3><p>It is 512 metres long.</p>
<footer>Written by Ilse Korn.</footer></article></main>
<aside><a href="/m">Most read</a><p>Subscribe now.</p></aside>
<div style="display: none">Draft</div><footer>All rights reserved.</footer></body></html>"""


def test_what_stands_around_an_article_is_left_out_and_told(tmp_path):
    document = page(tmp_path, NEWS)

    left = {one.words: one.why for one in document.left_out}
    assert left == {
        "We and our 812 partners store things.": "cookie banner",
        "May we count you?": "cookie banner",
        "Daily Fen Search": "header",
        "Sport Weather": "links",
        "two": "struck through",
        "Print": "control",
        "Related Ten soups A cat wins": "links",
        "Most read Subscribe now.": "aside",
        "Draft": "hidden",
        "All rights reserved.": "footer",
    }
    for words in left:
        assert words == "two" or words not in document.text
    for kept in ("third bridge", "The budget", "three crowns", "How long", "512", "Ilse Korn"):
        assert kept in document.text


def test_a_page_that_is_all_navigation_is_read(tmp_path):
    document = page(tmp_path, "<nav><a href=/a>Forms</a><a href=/b>Fees</a></nav>")

    assert document.text == "Forms Fees"


def test_an_index_of_links_is_read(tmp_path):
    document = page(
        tmp_path, "<h1>Forms</h1><ul><li><a href=a>Dogs</a><li><a href=b>Boats</a></ul>"
    )

    assert document.text == "Forms\n\n• Dogs\n• Boats"


def test_cells_that_span_rows_and_columns_stand_below_their_names(tmp_path):
    document = page(
        tmp_path,
        "<table><caption>Traffic of the bridge</caption>"
        "<tr><th rowspan=2>Year</th><th colspan=2>Traffic</th></tr>"
        "<tr><th>Cars</th><th>Bicycles</th></tr>"
        "<tr><td rowspan=2>2024</td><td>0</td><td>310</td></tr><tr><td>7</td><td>9</td></tr>"
        "<tr><td>2025</td><td colspan=2>none</td></tr></table>",
    )

    assert document.text == (
        "Traffic of the bridge\n\nYear | Traffic: Cars | Traffic: Bicycles\n"
        "2024 | 0 | 310\n2024 | 7 | 9\n2025 | none"
    )
    assert document.text[slice(*document.tables[0].header)].startswith("Year | Traffic: Cars")


def test_words_beside_the_parts_of_lists_and_tables_stay(tmp_path):
    document = page(
        tmp_path,
        "<ul>Loose<li>Item</li>end</ul><dl><p>Before</p><dt>A</dt><dd>B</dd></dl>"
        "<table><tr><td>out<table><tr><td>1</td><td>2</td></tr></table></td><td>x</td></tr></table>"
        "<ol start=3 type=a><li>c<li value=5>e</ol>",
    )

    assert document.text == (
        "Loose\n• Item\nend\n\nBefore\n\nA\n\nB\n\nout\n\n1 | 2\n\nx\n\nc. c\ne. e"
    )


@pytest.mark.parametrize(
    ("formula", "text"),
    [
        ("<mi>E</mi><mo>=</mo><mi>m</mi><msup><mi>c</mi><mn>2</mn></msup>", "E = mc²"),
        ("<mfrac><mrow><mi>a</mi><mo>+</mo><mi>b</mi></mrow><mn>2</mn></mfrac>", "(a + b)/2"),
        (
            """<munderover><mo>∑</mo><mrow><mi>i</mi><mo>=</mo><mn>1</mn></mrow><mi>n</mi>
            </munderover><msub><mi>x</mi><mi>i</mi></msub>""",
            "∑_(i = 1)ⁿ x_i",
        ),
        ("<msqrt><mi>x</mi></msqrt><mroot><mi>y</mi><mn>3</mn></mroot>", "√x³√y"),
        (
            """<semantics><mi>a</mi><annotation encoding="application/x-tex">a</annotation>
            </semantics>""",
            "a",
        ),
    ],
)
def test_a_formula_is_a_line_of_text(tmp_path, formula, text):
    assert page(tmp_path, f"<p>So <math>{formula}</math>.</p>").text == f"So {text}."


def test_the_linked_data_of_a_page_state_its_title_author_and_date(tmp_path):
    data = (
        '{"@type": "NewsArticle", "headline": "The bridge opens", "datePublished": "2026-02-03",'
        ' "author": {"@type": "Person", "name": "Ilse Korn"}}'
    )
    document = page(
        tmp_path,
        f'<html><head><script type="application/ld+json">{data}</script></head>'
        "<body><p>It cost 41 million crowns.</p></body></html>",
    )

    assert (document.title, document.author, document.date) == (
        "The bridge opens",
        "Ilse Korn",
        "2026-02-03",
    )


def test_a_page_of_very_many_elements_is_read_whole(tmp_path):
    rows = "<div><a href=x>one</a><p>two <b>three</b></p></div>" * 3_000

    assert page(tmp_path, f"<body>{rows}</body>").text.count("two three") == 3_000


def test_words_are_whole_where_a_page_says_how_to_break_or_pronounce_them(tmp_path):
    document = page(
        tmp_path, "<p>En réac&shy;tion, <ruby>漢字<rp>(</rp><rt>かんじ</rt></ruby>を.</p>"
    )

    assert document.text == "En réaction, 漢字を."
    assert ("かんじ", "pronunciation") in {(one.words, one.why) for one in document.left_out}


@pytest.mark.parametrize("tag", ["noscript", "iframe", "object"])
def test_what_shows_instead_of_a_program_is_hidden_unless_it_is_the_page(tmp_path, tag):
    whole = page(tmp_path, f"<body><p>Menu</p><{tag}><p>The bridge cost 41 million crowns.</p>")
    beside = page(tmp_path, f"<body><{tag}>Old</{tag}><p>The bridge cost 41 million crowns.</p>")

    assert "41 million" in whole.text
    assert beside.text == "The bridge cost 41 million crowns."


def test_spans_that_are_made_to_swell_stay_small(tmp_path):
    rows = "<tr>" + "<td rowspan=65000 colspan=900>x</td>" * 5 + "</tr>"

    assert len(page(tmp_path, f"<table>{rows * 300}</table>").text) < 1_000_000


def test_a_year_over_a_sign_and_its_figure_is_one_column(tmp_path):
    document = page(
        tmp_path,
        "<table><tr><td></td><td colspan=2>2023</td><td colspan=2>2022</td></tr>"
        "<tr><td>Tolls</td><td>$</td><td>45.1</td><td>$</td><td>49.6</td></tr></table>",
    )

    assert document.text == "| 2023 | 2022\nTolls | $ | 45.1 | $ | 49.6"


@pytest.mark.parametrize(
    ("opening", "repeated", "end"),
    [
        ('<script type="application/ld+json">{', '"author":"x ', "</script>"),
        ('<script type="application/ld+json">{"author"', ',"a":{"@type":"Person",', "</script>"),
        ('<meta name="author" content="', "!?", 'a">'),
    ],
)
def test_a_head_that_states_without_end_takes_no_time(opening, repeated, end):
    head = opening + repeated * (60_000 // len(repeated)) + end
    page = f"<html><head><title>The pier</title>{head}</head><body><p>It fell.</p></body></html>"
    began = process_time()
    document = read_bytes(page.encode(), "pier.html")

    assert process_time() - began < 1
    assert (document.title, document.text) == ("The pier", "It fell.")


def test_what_stands_in_fields_is_told(tmp_path):
    fields = "<input value='61 kg'><input type=hidden value='x1'><input type=password value='pw'>"
    document = page(tmp_path, f"<p>Weight: {fields}</p><p>The pier fell.</p>")

    assert "61 kg" not in document.text
    assert [(one.words, one.why) for one in document.left_out] == [("61 kg", "control")]


@pytest.mark.parametrize(
    "folded",
    [
        "<button aria-expanded='false'>{q}</button><div style='display:none'><p>{a}</p></div>",
        "<h3><button aria-controls='p'>{q}</button></h3><div hidden id='p'><p>{a}</p></div>",
        "<div role='tablist'>{q}</div><div role='tabpanel' hidden><p>{a}</p></div>",
    ],
    ids=["next to it", "by its name", "tab"],
)
def test_what_a_button_unfolds_is_read(saved, folded):
    question, answer = "How much does it cost?", "The fee is 40 euros for every boat."
    page = f"<h1>Permit</h1><p>Apply before May.</p>{folded.format(q=question, a=answer)}"

    text = read(saved(page, "a.html")).text

    assert text.index(question) < text.index(answer)


@pytest.mark.parametrize(
    "folded",
    [
        "<button aria-expanded='false'>Menu</button><ul hidden><li><a href='/a'>Fees</a></ul>",
        "<button aria-expanded='false'>Ask</button><div role='dialog' hidden>Write to us.</div>",
        "<p hidden>A draft that nobody sees.</p>",
    ],
)
def test_menus_dialogs_and_hidden_drafts_stay_out(saved, folded):
    page = f"<h1>Permit</h1><p>Apply before May.</p>{folded}"

    document = read(saved(page, "a.html"))

    assert document.text == "Permit\n\nApply before May."
    assert document.left_out


def test_what_a_frame_holds_stands_in_its_place(tmp_path):
    inner = "<p>Tickets cost 4 crowns.</p><iframe srcdoc='<p>Children pay 2.</p>'></iframe>"
    framed = f'<p>The pier fell.</p><iframe srcdoc="{inner}"></iframe>It was noon.'
    document = page(tmp_path, framed)

    assert document.text == (
        "The pier fell.\n\nTickets cost 4 crowns.\n\nChildren pay 2.\n\nIt was noon."
    )


def test_words_of_frames_that_nest_without_end_are_told_as_left_out(tmp_path):
    source = "<p>innermost</p>"
    for at in range(8):
        source = f'<p>level {at}</p><iframe srcdoc="{escape(source, quote=True)}"></iframe>'
    document = page(tmp_path, source)

    assert "level 7" in document.text
    assert "level 4" in document.text
    assert "level 3" in " ".join(one.words for one in document.left_out)


def test_places_of_a_clickable_picture_are_read(tmp_path):
    areas = "<area alt='To the mole' href='#m'><area alt='To the pier' href='#p'>"
    document = page(tmp_path, f"<p>Where to?</p><map name='m'>{areas}</map>")

    assert document.text == "Where to?\n\nTo the mole\nTo the pier"


def saved(*parts, head=""):
    sent = [f"MIME-Version: 1.0\n{head}Content-Type: multipart/related; boundary=edge\n"]
    sent += [f"--edge\n{part}" for part in parts]
    return "\n".join([*sent, "--edge--\n"])


def test_a_page_saved_in_one_file_is_read_with_its_frames(tmp_path):
    parts = (
        (
            "Content-Type: text/html; charset=windows-1252\nContent-ID: <top@saved>\n"
            "Content-Transfer-Encoding: quoted-printable\n\n"
            "<title>Harbour</title><p>Der H=E4ndler ging.</p><iframe src=3D'cid:in@saved'></iframe>"
        ),
        "Content-Type: text/css\n\np { color: red }",
        "Content-Type: text/html\nContent-ID: <in@saved>\n\n<p>Open from 9 to 5.</p>",
    )
    head = "From: <Saved by Blink>\nSnapshot-Content-Location: https://harbour.example/news\n"
    for name in ("page.mhtml", "page.mht", "unnamed"):
        document = page(tmp_path, saved(*parts, head=head), name)

        assert document.text == "Der Händler ging.\n\nOpen from 9 to 5."
        assert (document.title, document.source) == ("Harbour", "https://harbour.example/news")


def test_frames_of_a_saved_page_that_hold_each_other_end(tmp_path):
    def of(own, other):
        return (
            f"Content-Type: text/html\nContent-ID: <{own}>\n\n"
            f"<p>Page {own}.</p><iframe src='cid:{other}'></iframe>"
        )

    document = page(tmp_path, saved(of("a", "b"), of("b", "a")), "page.mht")

    assert document.text.startswith("Page a.\n\nPage b.\n\nPage a.")


def test_a_saved_file_without_a_page_is_refused_in_one_line(tmp_path):
    with pytest.raises(EmptyDocument, match="No part of the file is a web page"):
        page(tmp_path, saved("Content-Type: text/css\n\np { color: red }"), "page.mht")


def test_a_frame_without_an_address_does_not_hold_the_saved_page_itself(tmp_path):
    part = "Content-Type: text/html\n\n<p>Page a.</p><iframe></iframe>"

    assert page(tmp_path, saved(part), "page.mht").text == "Page a."
