"""Of a web page the article is read, and nothing that its reader does not see."""

import pytest

from index.errors import DocumentError, EmptyDocument
from index.readers import read

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
        "A room of 20 m2 was enough for it, with chairs, tea, and so on."
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
