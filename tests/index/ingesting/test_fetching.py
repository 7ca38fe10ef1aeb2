"""Web pages by address: fetched once, from a real server on this machine."""

import gzip
import threading
from collections.abc import Mapping
from datetime import date
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import MappingProxyType
from typing import NamedTuple

import pytest

from index.errors import FetchError
from index.ingesting import fetching
from index.ingesting.fetching import fetched
from index.readers.reading import read_bytes

PAGE = (
    b"<!doctype html><html><head><title>Talks in Geneva</title></head><body><p>The ministers met "
)
PAGE += b"on Thursday in Geneva.</p></body></html>"


class Reply(NamedTuple):
    status: int = 200
    headers: Mapping[str, str] = MappingProxyType({})
    body: bytes = b""
    pause: float = 0.0


class Site:
    """A server whose pages are set by a test, and which remembers what it was asked."""

    def __init__(self, host="127.0.0.1"):
        site = self
        self.pages: dict[str, Reply] = {}
        self.asked: list[str] = []
        self.cookies: list[str | None] = []
        self.closing = threading.Event()

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                site.asked.append(self.path)
                site.cookies.append(self.headers["Cookie"])
                page = site.pages.get(self.path, Reply(404))
                self.send_response(page.status)
                for header, value in page.headers.items():
                    self.send_header(header, value)
                self.end_headers()
                try:
                    for start in range(0, len(page.body), 2**16 if not page.pause else 1):
                        step = page.body[start : start + (2**16 if not page.pause else 1)]
                        self.wfile.write(step)
                        if page.pause and site.closing.wait(page.pause):
                            break
                except OSError:
                    pass  # the other side has hung up, as some tests want

            def log_message(self, *_):
                pass

        self.server = ThreadingHTTPServer((host, 0), Handler)
        self.server.daemon_threads = True
        self.address = f"http://{host}:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True).start()

    def close(self):
        self.closing.set()
        self.server.shutdown()
        self.server.server_close()


@pytest.fixture
def site():
    site = Site()
    yield site
    site.close()


@pytest.fixture
def other():
    site = Site("127.0.0.2")
    yield site
    site.close()


def test_a_page_is_read_with_its_address_and_the_day_of_access(site):
    site.pages["/talks"] = Reply(headers={"Content-Type": "text/html"}, body=PAGE)

    got = fetched(f"{site.address}/talks#part")
    document = got.stamped(read_bytes(got.data, got.name))

    assert document.text == "The ministers met on Thursday in Geneva."
    assert document.title == "Talks in Geneva"
    assert document.source == f"{site.address}/talks"
    assert document.accessed == date.today().isoformat()
    assert site.asked == ["/talks"]


def test_redirects_are_followed_to_the_final_address(site):
    site.pages["/old"] = Reply(301, {"Location": "/new?x=1", "Set-Cookie": "a=1"})
    site.pages["/new?x=1"] = Reply(body=PAGE)

    assert fetched(f"{site.address}/old").source == f"{site.address}/new?x=1"
    site.cookies.clear()
    fetched(f"{site.address}/new?x=1")
    assert site.cookies == [None]


def test_the_address_that_a_page_calls_canonical_counts_on_its_own_site_only(site):
    def linked(address):
        head = f'<head><link rel="canonical" href="{address}"></head>'.encode()
        site.pages["/page?from=mail"] = Reply(body=PAGE.replace(b"<head>", head[:-7]))
        got = fetched(f"{site.address}/page?from=mail")
        return got.stamped(read_bytes(got.data, got.name)).source

    assert linked("http://127.0.0.1/page") == "http://127.0.0.1/page"
    assert linked("https://news.example/page") == f"{site.address}/page?from=mail"


def test_a_password_in_an_address_is_sent_but_not_kept(site):
    site.pages["/"] = Reply(body=PAGE)

    got = fetched(site.address.replace("://", "://jane:secret@") + "/")

    assert got.source == f"{site.address}/"


@pytest.mark.parametrize(
    ("path", "headers", "name"),
    [
        ("/", {}, "127.0.0.1.html"),
        ("/reports/year%202023.pdf", {}, "year 2023.pdf"),
        ("/St._Louis", {"Content-Type": "text/html; charset=utf-8"}, "St._Louis.html"),
        ("/data", {"Content-Type": "text/csv"}, "data.csv"),
        ("/notes.md", {"Content-Type": "text/plain"}, "notes.md"),
        ("/get", {"Content-Disposition": 'attachment; filename="../../x.pdf"'}, "x.pdf"),
    ],
)
def test_what_is_fetched_gets_a_file_name(site, path, headers, name):
    site.pages[path] = Reply(headers=headers, body=PAGE)

    assert fetched(site.address + path).name == name


def test_text_is_decoded_as_the_server_states(site):
    text = "Встреча министров состоялась в четверг."
    headers = {"Content-Type": "text/plain; charset=koi8-r"}
    site.pages["/talks.txt"] = Reply(headers=headers, body=text.encode("koi8-r"))

    got = fetched(f"{site.address}/talks.txt")

    assert read_bytes(got.data, got.name).text == text


@pytest.mark.parametrize(
    ("status", "says"),
    [
        (404, "no such page"),
        (410, "no such page"),
        (403, "save it in the browser"),
        (429, "save it in the browser"),
        (503, "try again later"),
        (304, "answers 304"),
        (418, "answers 418"),
    ],
)
def test_a_refusal_is_one_clear_line(site, status, says):
    site.pages["/"] = Reply(status)

    with pytest.raises(FetchError, match=says) as caught:
        fetched(site.address)

    assert "\n" not in str(caught.value)
    assert site.asked == ["/"]


@pytest.mark.parametrize(
    ("address", "says"),
    [
        ("http://no-such-host.invalid/", "No server called 'no-such-host.invalid'"),
        ("http://127.0.0.1:9/", "does not accept"),
        ("http://", "Only http and https"),
        ("http://[::1", "not a web address"),
        ("http://127.0.0.1:port/", "not a web address"),
        ("ftp://127.0.0.1/file", "Only http and https"),
        ("file:///etc/passwd", "Only http and https"),
    ],
)
def test_an_address_that_leads_nowhere_is_one_clear_line(address, says):
    with pytest.raises(FetchError, match=says):
        fetched(address)


def test_a_server_that_speaks_no_tls_is_one_clear_line(site):
    with pytest.raises(FetchError, match="No secure connection"):
        fetched(site.address.replace("http:", "https:"))


@pytest.mark.parametrize("target", ["file:///etc/passwd", "ftp://127.0.0.1/x", "http://[::1/"])
def test_a_redirect_away_from_the_web_is_refused(site, target):
    site.pages["/"] = Reply(302, {"Location": target})

    with pytest.raises(FetchError, match="address"):
        fetched(site.address)


def test_endless_redirects_end(site):
    site.pages["/"] = Reply(302, {"Location": "/"})

    with pytest.raises(FetchError, match="redirects more than"):
        fetched(site.address)

    assert len(site.asked) == fetching.MAX_REDIRECTS + 1


def test_a_public_server_may_not_redirect_into_the_private_network(site, other, monkeypatch):
    monkeypatch.setattr(fetching, "_is_public", lambda peer: peer == "127.0.0.2")
    other.pages["/"] = Reply(302, {"Location": f"{site.address}/secret"})
    site.pages["/secret"] = Reply(body=PAGE)

    with pytest.raises(FetchError, match="private network"):
        fetched(other.address)

    assert site.asked == []
    assert fetched(f"{site.address}/secret").data == PAGE


@pytest.mark.parametrize(
    ("peer", "public"),
    [
        ("8.8.8.8", True),
        ("10.0.0.1", False),
        ("169.254.169.254", False),
        ("::1", False),
        ("::ffff:127.0.0.1", False),
        ("fe80::1%eth0", False),
        ("2606:4700:4700::1111", True),
    ],
)
def test_private_addresses_are_told_from_public_ones(peer, public):
    assert fetching._is_public(peer) is public


@pytest.mark.parametrize("stated", [True, False])
def test_what_is_too_large_is_refused(site, monkeypatch, stated):
    monkeypatch.setattr(fetching, "MAX_BYTES", 2**20)
    headers = {"Content-Length": str(2**21)} if stated else {}
    site.pages["/"] = Reply(headers=headers, body=b"x" * 2**21)

    with pytest.raises(FetchError, match="more than 1 MiB"):
        fetched(site.address)


def test_a_bomb_in_gzip_is_refused(site, monkeypatch):
    monkeypatch.setattr(fetching, "MAX_BYTES", 2**20)
    site.pages["/"] = Reply(headers={"Content-Encoding": "gzip"}, body=gzip.compress(bytes(2**25)))

    with pytest.raises(FetchError, match="more than 1 MiB"):
        fetched(site.address)


@pytest.mark.parametrize("encoding", ["br", "gzip"])
def test_what_cannot_be_unpacked_is_one_clear_line(site, encoding):
    site.pages["/"] = Reply(headers={"Content-Encoding": encoding}, body=b"neither of them")

    with pytest.raises(FetchError, match="pack"):
        fetched(site.address)


def test_an_answer_that_breaks_off_is_not_taken_for_the_whole(site):
    site.pages["/"] = Reply(headers={"Content-Length": "1000"}, body=b"half")

    with pytest.raises(FetchError, match="broke off"):
        fetched(site.address)


def test_a_server_that_dribbles_is_left_at_the_limit(site, monkeypatch):
    monkeypatch.setattr(fetching, "MAX_SECONDS", 0.5)
    site.pages["/"] = Reply(body=b"x" * 10_000, pause=0.1)

    with pytest.raises(FetchError, match="longer than"):
        fetched(site.address)


def test_a_server_that_never_answers_is_left_at_the_limit(monkeypatch):
    monkeypatch.setattr(fetching, "MAX_SECONDS", 0.5)
    with fetching.socket.create_server(("127.0.0.1", 0)) as silent:
        address = f"http://127.0.0.1:{silent.getsockname()[1]}/"

        with pytest.raises(FetchError, match="longer than"):
            fetched(address)


@pytest.mark.parametrize(
    "target",
    [
        "http://169.254.169.254/latest/meta-data/",
        "http://2852039166/",
        "http://0xa9.0xfe.0xa9.0xfe/",
        "http://[::ffff:169.254.169.254]/",
        "http://[64:ff9b::a9fe:a9fe]/",
        "http://[fe80::1]/",
        "http://[fd00:ec2::254]/latest/",
        "http://100.100.100.200/",
    ],
)
def test_link_local_and_metadata_addresses_are_never_asked(site, target, monkeypatch):
    asked = []
    connect = fetching.socket.create_connection

    def noted(address, *rest, **named):
        asked.append(address)
        return connect(address, *rest, **named)

    monkeypatch.setattr(fetching.socket, "create_connection", noted)
    site.pages["/"] = Reply(302, {"Location": target})

    with pytest.raises(FetchError, match="nothing is fetched from there"):
        fetched(site.address)
    with pytest.raises(FetchError, match="nothing is fetched from there"):
        fetched(target)

    assert len(asked) == 1
    assert site.asked == ["/"]


def test_a_private_server_may_not_redirect_to_another_one(site, other):
    site.pages["/"] = Reply(302, {"Location": f"{other.address}/secret"})
    other.pages["/secret"] = Reply(body=PAGE)

    with pytest.raises(FetchError, match="private network"):
        fetched(site.address)

    assert other.asked == []
    assert fetched(f"{other.address}/secret").data == PAGE


@pytest.fixture
def names(monkeypatch):
    """Names that mean this machine, as whoever owns a name can have it."""
    resolved = fetching.socket.getaddrinfo

    def here(host, *rest, **named):
        return resolved("127.0.0.1" if host in names else host, *rest, **named)

    names = set()
    monkeypatch.setattr(fetching.socket, "getaddrinfo", here)
    return names


def test_a_public_name_that_means_a_private_machine_is_refused(site, names):
    names |= {"evil.example", "wiki.lan", "wiki"}
    port = site.server.server_port
    site.pages["/"] = Reply(body=PAGE)

    with pytest.raises(FetchError, match="private network"):
        fetched(f"http://evil.example:{port}/")

    assert site.asked == []
    for own in ("wiki", "wiki.lan", "localhost"):
        assert fetched(f"http://{own}:{port}/").data == PAGE


def test_behind_a_proxy_private_addresses_are_refused_by_their_names(monkeypatch):
    proxy = Site()
    for name in ("no_proxy", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("http_proxy", proxy.address)
    proxy.pages["http://news.example/"] = Reply(body=PAGE)
    proxy.pages["http://evil.example/"] = Reply(302, {"Location": "http://10.0.0.1/secret"})
    proxy.pages["http://10.0.0.1/secret"] = Reply(body=PAGE)
    try:
        assert fetched("http://news.example/").data == PAGE
        with pytest.raises(FetchError, match="private network"):
            fetched("http://evil.example/")
        assert "http://10.0.0.1/secret" not in proxy.asked
    finally:
        proxy.close()


def page_of(number):
    body = f"<title>Talks {number}</title><p>The ministers met {number} times.</p>"
    return Reply(headers={"Content-Type": "text/html"}, body=body.encode())


def listing_of(*addresses, kind="urlset", entry="url"):
    entries = "".join(f"<{entry}><loc>{one}</loc></{entry}>" for one in addresses)
    space = "http://www.sitemaps.org/schemas/sitemap/0.9"
    body = f'<?xml version="1.0"?><{kind} xmlns="{space}">{entries}</{kind}>'.encode()
    return Reply(headers={"Content-Type": "application/xml"}, body=body)


def test_the_pages_of_a_sitemap_are_added_once_each_and_none_of_another_site(shelf, site, other):
    for number in (1, 2):
        site.pages[f"/talks/{number}"] = page_of(number)
    one, two = f"{site.address}/talks/1", f"{site.address}/talks/2"
    secret = f"{other.address}/secret"
    site.pages["/sitemap.xml"] = listing_of(
        f"{site.address}/a.xml.gz", f"{site.address}/b.xml", kind="sitemapindex", entry="sitemap"
    )
    packed = listing_of(one, two)
    site.pages["/a.xml.gz"] = packed._replace(
        headers={"Content-Type": "application/gzip"}, body=gzip.compress(packed.body)
    )
    site.pages["/b.xml"] = listing_of(two, secret, f"{site.address}/gone")

    report = shelf.add(f"{site.address}/sitemap.xml")

    assert sorted(done.path for done in report.added) == [one, two]
    assert [done.path for done in report.passed_over] == [secret]
    assert [done.path for done in report.failed] == [f"{site.address}/gone"]
    last = (*report.added, *report.passed_over, *report.failed)
    assert max(done.done for done in last) == max(done.total for done in last) == 4
    assert other.asked == []
    assert site.asked.count("/talks/2") == 1
    assert sorted(info.source for info in shelf.store.documents()) == [one, two]


@pytest.mark.parametrize(
    "feed",
    [
        b"<rss><channel><link>/</link><item><link>/talks/1</link></item></channel></rss>",
        (
            b'<feed xmlns="http://www.w3.org/2005/Atom"><link href="/"/>'
            b'<entry><link rel="edit" href="/edit"/><link href="/talks/1#top"/></entry></feed>'
        ),
    ],
)
def test_what_a_feed_names_is_added(shelf, site, feed):
    site.pages["/talks/1"] = page_of(1)
    site.pages["/feed"] = Reply(headers={"Content-Type": "application/rss+xml"}, body=feed)

    report = shelf.add(f"{site.address}/feed")

    assert [done.path for done in report.added] == [f"{site.address}/talks/1"]
    assert site.asked == ["/feed", "/talks/1"]
    assert [done.path for done in shelf.add(f"{site.address}/feed").unchanged]


def test_a_list_that_names_nothing_or_itself_is_told_and_ends(shelf, site):
    site.pages["/a.xml"] = listing_of(f"{site.address}/b.xml", kind="sitemapindex", entry="sitemap")
    site.pages["/b.xml"] = listing_of(f"{site.address}/a.xml", kind="sitemapindex", entry="sitemap")
    site.pages["/empty"] = listing_of()

    assert not shelf.add(f"{site.address}/a.xml").added
    assert site.asked == ["/a.xml", "/b.xml"]
    (failed,) = shelf.add(f"{site.address}/empty").failed
    assert "no page of its own site" in failed.reason
