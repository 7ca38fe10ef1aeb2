"""Links of footnotes: a citation's id survives in them, and a quote is found on its page."""

from urllib.parse import quote, unquote

import pytest

from assistant.answer import citation_id
from assistant.links import base_address, cited_id, permalink, text_fragment
from assistant.settings import load

ID = citation_id("0123456789abcdef" * 4, 120, 245)


def test_a_permalink_holds_the_citations_id_whatever_its_base():
    assert permalink(ID, "http://127.0.0.1:7860") == f"http://127.0.0.1:7860/?cite={ID}"
    for base in ("http://127.0.0.1:7860/", "https://example.org/footnote", "http://[::1]:80"):
        assert cited_id(permalink(ID, base)) == ID


@pytest.mark.parametrize(
    "url",
    [
        f"http://127.0.0.1:7860/?cite={quote(ID, safe='')}",
        f"http://127.0.0.1:7860/?lang=en&cite={ID}#top",
        f"  http://127.0.0.1:7860/?cite={ID}\n",
    ],
)
def test_an_id_is_read_from_a_link_that_a_program_wrote_in_its_own_way(url: str):
    assert cited_id(url) == ID


@pytest.mark.parametrize(
    "url",
    [
        "",
        "https://example.org/",
        "https://example.org/?cite=smith2020",
        f"https://example.org/?cite={ID}&cite={ID}",
        f"https://example.org/?cite={ID}x",
        f"https://example.org/#cite={ID}",
        f"https://example.org/?cite={ID}{'0' * 5_000}",
        "http://[not-an-address",
        "mailto:someone@example.org",
    ],
)
def test_other_addresses_hold_no_id(url: str):
    assert cited_id(url) is None


@pytest.mark.parametrize(
    ("host", "base"),
    [
        ("127.0.0.1", "http://127.0.0.1:8001"),
        ("::1", "http://[::1]:8001"),
        ("0.0.0.0", "http://127.0.0.1:8001"),
        ("chat.example.org", "http://chat.example.org:8001"),
    ],
)
def test_the_base_is_an_address_that_a_browser_can_visit(host: str, base: str):
    assert base_address(load(host=host, port=8001)) == base


def directive(address: str) -> list[str]:
    return [unquote(part) for part in address.partition(":~:text=")[2].split(",")]


def test_a_short_quote_is_a_text_fragment_whole():
    link = text_fragment("https://example.org/flood?page=2", "A two-part gate, 5 & 6, failed.")
    assert link.startswith("https://example.org/flood?page=2#:~:text=")
    assert directive(link) == ["A two-part gate, 5 & 6, failed."]
    assert not set("-&, ") & set(link.partition(":~:text=")[2])


def test_a_long_quote_is_found_by_its_ends():
    words = [f"word{number}" for number in range(40)]
    link = text_fragment("https://example.org/", " ".join(words))
    assert directive(link) == [" ".join(words[:5]), " ".join(words[-5:])]


def test_a_quote_over_several_blocks_is_found_by_the_ends_of_the_outer_ones():
    link = text_fragment("https://example.org/", "Section | Printed | Corrected\n6 | 212 | 231")
    assert directive(link) == ["Section", "231"]


def test_a_fragment_that_the_address_has_is_kept_and_another_quote_replaced():
    link = text_fragment("https://example.org/#part-2:~:text=old", "New words.")
    assert link == "https://example.org/#part-2:~:text=New%20words."
