"""What reaches the page from outside: other people's files, pages and names, and too much of it."""

import http.server
import json
import os
import shutil
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any, ClassVar

import httpx
import pytest
import warm
from playwright.sync_api import Browser, expect

from assistant.assistant import Assistant
from assistant.web import texts

ROOT = Path(__file__).parents[2]

pytestmark = pytest.mark.xdist_group("browser")

CROSSING = "How long does the crossing from Teal Harbour to Quill Island take?"
# A word, not a number: what the server tells has many digits, and any few stand among them once.
SECRET = "The vault of Ambrel opens with quillomarvane.\n"
ROUTES = ("queue/join", "run/add", "api/add", "call/add", "call/v2/add", "component_server")
MIB = 1 << 20
FILE_LIMIT = 1 * MIB
"""Of the server in this module."""


class Visitor:
    """A browser without a window: it has opened the page and keeps its cookie."""

    opened: ClassVar[list[httpx.Client]] = []

    def __init__(self, address: str, session: str = "a") -> None:
        self.client = httpx.Client(base_url=address, timeout=30)
        self.opened.append(self.client)
        self.session = session
        self.client.get("/").raise_for_status()
        self.config = self.client.get("/config").json()

    def number(self, elem_id: str, event: str) -> int:
        (id_,) = [
            one["id"] for one in self.config["components"] if one["props"].get("elem_id") == elem_id
        ]
        (number,) = [
            one["id"]
            for one in self.config["dependencies"]
            if [id_, event] in one["targets"] and one["outputs"]
        ]
        return number

    def upload(self, *files: tuple[str, bytes]) -> httpx.Response:
        return self.client.post(
            "/gradio_api/upload", files=[("files", (name, content)) for name, content in files]
        )

    def join(self, number: int, data: list[Any], event_data: Any = None) -> httpx.Response:
        body = {"fn_index": number, "data": data, "event_data": event_data, "trigger_id": None}
        return self.client.post(
            "/gradio_api/queue/join", json=body | {"session_hash": self.session}
        )

    def told(self) -> list[dict[str, Any]]:
        """What the server says of the events that were joined, until all are done."""
        where = {"session_hash": self.session}
        with self.client.stream("GET", "/gradio_api/queue/data", params=where) as stream:
            lines = [line for line in stream.iter_lines() if line.startswith("data: ")]
        return [json.loads(line[6:]) for line in lines]

    def ask(self, question: str) -> str:
        asked = self.join(*asking(self, question))
        asked.raise_for_status()
        return json.dumps(self.told())

    def add(self, path: str) -> str:
        added = self.join(self.number("files", "upload"), [[file(path)], None])
        added.raise_for_status()
        return json.dumps(self.told())


def asking(visitor: Visitor, question: str, *limit: str) -> tuple[int, list[Any], dict[str, Any]]:
    """The event of a question: its number, what the page's parts hold, and what it brings along."""
    number = visitor.number("source", "ask")
    said = {"question": question, "documents": [*limit]}
    return number, [None, None, "", "", None], said


def file(path: str) -> dict[str, Any]:
    return {"path": path, "orig_name": Path(path).name, "meta": {"_type": "gradio.FileData"}}


def files_in(folder: Path) -> list[Path]:
    # Not `rglob`, which stumbles over a folder that goes meanwhile.
    return [Path(inside, name) for inside, _, names in os.walk(folder) for name in names]


def eventually(true: Any) -> bool:
    until = time.monotonic() + 40
    while not true() and time.monotonic() < until:
        time.sleep(0.05)
    return bool(true())


@pytest.fixture(scope="module")
def received(tmp_path_factory) -> Path:
    """The folder in which the server of this module receives files."""
    return tmp_path_factory.mktemp("received")


@pytest.fixture(scope="module")
def own(store, tmp_path_factory) -> Path:
    """A store that these tests may change."""
    return shutil.copytree(store, tmp_path_factory.mktemp("doors") / "store")


@pytest.fixture(scope="module")
def served(own, received, serving) -> Iterator[str]:
    settings = {"GRADIO_TEMP_DIR": str(received), "FOOTNOTE_FILE_LIMIT": str(FILE_LIMIT // MIB)}
    with serving("--store", str(own), **settings) as address:
        yield address


@pytest.fixture(autouse=True)
def leaving() -> Iterator[None]:
    yield
    while Visitor.opened:
        Visitor.opened.pop().close()


@pytest.fixture
def before(received) -> set[Path]:
    """The files that were there before the test."""
    return set(files_in(received))


@pytest.fixture
def visitor(served) -> Visitor:
    return Visitor(served)


class Elsewhere(http.server.BaseHTTPRequestHandler):
    """A server of somebody else on this machine; it notes what it is asked."""

    def do_GET(self) -> None:
        self.server.asked.append(self.path)
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        self.wfile.write(b"<title>elsewhere</title>")

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def elsewhere() -> Iterator[http.server.ThreadingHTTPServer]:
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Elsewhere)
    server.asked = []
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


# Files -------------------------------------------------------------------------------------------


def test_no_event_reads_a_file_that_its_browser_has_not_uploaded(
    served, visitor, own, received, before, elsewhere, tmp_path
):
    secret = tmp_path / "secret.txt"
    secret.write_text(SECRET, encoding="utf-8")
    other = Visitor(served)
    (theirs,) = other.upload(("theirs.txt", SECRET.encode())).json()
    (mine,) = visitor.upload(("mine.txt", b"Nothing is in it.\n")).json()
    kept = {path: path.read_bytes() for path in files_in(own)}
    foreign = [
        "/etc/passwd",
        str(secret),
        str(own / "catalog.sqlite"),
        "/dev/zero",
        "/proc/self/environ",
        f"http://127.0.0.1:{elsewhere.server_port}/file.txt",
        f"file://{secret}",
        theirs,
        str(Path(mine).parent),
        f"{Path(mine).parent}/../{Path(mine).parent.name}/mine.txt",
        f"{Path(mine).parent}/./../../../../../../../../{secret}",
    ]
    events = visitor.config["dependencies"]
    assert len(events) > 15
    for path in foreign:
        for event in events:
            given = [file(path)] if event["id"] % 2 else file(path)
            body = {"data": [given] * len(event["inputs"]), "fn_index": event["id"]}
            body |= {"session_hash": "a", "event_data": {"document": {"value": given}}}
            refused = visitor.client.post("/gradio_api/queue/join", json=body)
            assert refused.status_code == 403, (path, event["id"], refused.text)
            assert "[Errno" not in refused.text
        for route in ROUTES:
            body = {"data": [[file(path)], None], "session_hash": "a", "fn_index": 18}
            assert visitor.client.post(f"/gradio_api/{route}", json=body).status_code >= 400
    assert elsewhere.asked == []
    assert "quillomarvane" not in visitor.ask("With what does the vault of Ambrel open?")
    changed = [path for path, content in kept.items() if path.read_bytes() != content]
    assert {path.name for path in changed} <= {
        "conversations.db",
        "conversations.db-wal",
        "conversations.db-shm",
        "chroma.sqlite3",
    }
    assert Path(theirs).read_text(encoding="utf-8") == SECRET
    assert "mine.txt" in visitor.add(mine)
    assert "theirs.txt" in other.add(theirs)
    assert eventually(lambda: before.issuperset(files_in(received)))


def test_the_page_gives_out_no_file_but_what_the_same_browser_uploaded(served, visitor, own):
    (mine,) = visitor.upload(("own draft.md", b"Mine.")).json()
    assert visitor.client.get(f"/gradio_api/file={mine}").content == b"Mine."
    assert Visitor(served).client.get(f"/gradio_api/file={mine}").status_code == 404
    for path in ("/etc/passwd", own / "catalog.sqlite", "https://example.com/", ROOT / "README.md"):
        for route in ("file=", "file/", "proxy="):
            refused = visitor.client.get(f"/gradio_api/{route}{path}")
            assert refused.status_code == 404, (route, path)


def test_who_keeps_no_cookie_uploads_nothing(served, received, before):
    refused = httpx.post(f"{served}/gradio_api/upload", files={"files": ("a.txt", b"words")})
    assert refused.status_code == 403
    assert before.issuperset(files_in(received))


# Pages elsewhere ---------------------------------------------------------------------------------

ATTACK = """async (address) => {
  const body = JSON.stringify({fn_index: 0, data: [], session_hash: 'stolen'});
  const form = new FormData();
  form.append('files', new Blob(['From elsewhere.']), 'elsewhere.txt');
  const went = {};
  const tries = {
    config: ['/config', {}],
    page: ['/', {}],
    credentials: ['/config', {credentials: 'include'}],
    join: ['/gradio_api/queue/join', {method: 'POST', body, credentials: 'include'}],
    json: ['/gradio_api/queue/join', {method: 'POST', body,
           headers: {'Content-Type': 'application/json'}, credentials: 'include'}],
    upload: ['/gradio_api/upload', {method: 'POST', body: form, credentials: 'include'}],
    blind: ['/gradio_api/upload', {method: 'POST', body: form, mode: 'no-cors'}],
  };
  for (const [name, [path, options]] of Object.entries(tries)) {
    try { went[name] = (await fetch(address + path, options)).type; }
    catch (error) { went[name] = 'refused'; }
  }
  return went;
}"""


@pytest.mark.parametrize("name", ["127.0.0.1", "localhost"])
def test_a_page_of_another_local_server_reads_nothing_and_changes_nothing(
    served, browser: Browser, elsewhere, received, before, name
):
    context = browser.new_context()
    page = context.new_page()
    page.goto(f"http://{name}:{elsewhere.server_port}/")
    for address in (served, served.replace("127.0.0.1", "localhost")):
        went = page.evaluate(ATTACK, address)
        # An opaque answer tells the page nothing, not even that it was refused.
        assert went.pop("blind") == "opaque"
        assert set(went.values()) == {"refused"}, went
    assert before.issuperset(files_in(received))
    context.close()


@pytest.mark.parametrize("origin", ["http://localhost:9", "null", "https://evil.example"])
def test_every_route_turns_a_foreign_origin_away(visitor, origin):
    routes = ("", "config", "theme.css", "favicon.ico", "gradio_api/heartbeat/a", "gradio_api/info")
    routes += ("gradio_api/queue/data?session_hash=a", "gradio_api/queue/status", "no/such/route")
    routes += ("export/answer/x/footnote.md", "page/a/b/1.jpg", "gradio_api/file=/etc/passwd")
    asks = [("GET", one) for one in routes]
    posts = ("upload", "queue/join", "cancel", "reset", *ROUTES)
    asks += [(method, f"gradio_api/{one}") for one in posts for method in ("POST", "OPTIONS")]
    for method, route in asks:
        headers = {"Origin": origin, "Access-Control-Request-Method": "POST"}
        refused = visitor.client.request(method, f"/{route}", headers=headers)
        assert refused.status_code == 403, (method, route)
        assert not [one for one in refused.headers if one.startswith("access-control")]


def test_what_another_site_shows_or_embeds_is_turned_away_and_its_links_are_followed(visitor):
    def asked(path: str, **fetch: str) -> int:
        headers = {f"Sec-Fetch-{name.title()}": value for name, value in fetch.items()}
        return visitor.client.get(path, headers=headers).status_code

    for site in ("cross-site", "same-site"):
        assert asked("/config", site=site, mode="no-cors", dest="script") == 403
        assert asked("/export/answer/x/footnote.md", site=site, mode="no-cors", dest="image") == 403
        assert asked("/", site=site, mode="navigate", dest="iframe") == 403
        assert asked("/?cite=x", site=site, mode="navigate", dest="document") == 200
    for site in ("same-origin", "none"):
        assert asked("/config", site=site, mode="cors", dest="empty") == 200


def test_the_page_itself_and_a_script_without_an_origin_go_on(served, visitor):
    own = visitor.client.get("/config", headers={"Origin": served})
    assert own.status_code == 200
    assert own.headers["X-Content-Type-Options"] == "nosniff"
    named = served.replace("127.0.0.1", "localhost")
    assert httpx.get(f"{named}/config", headers={"Origin": named}).status_code == 200
    assert "35 minutes" in visitor.ask(CROSSING)


# Names -------------------------------------------------------------------------------------------


def as_host(address: str, host: str, **headers: str) -> int:
    return httpx.get(f"{address}/config", headers={"Host": host, **headers}).status_code


@pytest.mark.parametrize("bound", ["::1", "127.0.0.2", "0.0.0.0", "localhost"])
def test_only_names_of_the_machine_and_of_the_setting_reach_the_page(store, serving, bound):
    command = ("--store", str(store), "--host", bound)
    named = {"FOOTNOTE_HOSTS": "notes.example, papers.example:8443", "FOOTNOTE_SIGN_IN": "proxy"}
    with serving(*command, **named) as address:
        port = address.rsplit(":", 1)[1]
        reached = address.replace("0.0.0.0", "127.0.0.1")
        shown = reached.removeprefix("http://")
        foreign = ["evil.example", f"evil.example:{port}", f"evil.{bound}", "[::2]", "a@b", "", "*"]
        foreign += ["203.0.113.9", f"notes.example.evil.example:{port}", "[::1", "[evil]"]
        assert [as_host(reached, host) for host in foreign] == [400] * len(foreign)
        known = [shown, "notes.example", "NOTES.example.", f"notes.example:{port}"]
        if bound == "0.0.0.0":
            known += [f"localhost:{port}", socket.gethostname()]
        assert [as_host(reached, host) for host in known] == [200] * len(known)
        origins = ("https://notes.example", "http://notes.example", "https://papers.example:8443")
        for origin in origins:
            assert as_host(reached, shown, Origin=origin) == 200
        for origin in ("https://notes.example:8443", "https://papers.example", "http://evil"):
            assert as_host(reached, shown, Origin=origin) == 403


@pytest.mark.parametrize("value", ["*", "http://notes.example", "notes.example/path", "a b:c"])
def test_a_name_that_is_none_is_told_when_serving_begins(store, value):
    ended = subprocess.run(
        warm.started("serve", "--no-browser", "--store", store, "--port", 0),
        cwd=ROOT,
        env={**os.environ, "FOOTNOTE_HOSTS": value},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert ended.returncode == 1
    assert ended.stderr.count("\n") == 1
    assert "FOOTNOTE_HOSTS" in ended.stderr


# Too much ----------------------------------------------------------------------------------------


def test_a_file_over_the_limit_is_refused_and_leaves_nothing(visitor, received, before):
    refused = visitor.upload(("large.txt", b"x" * (FILE_LIMIT + 1)))
    assert refused.status_code == 413
    assert "1 MiB" in refused.text
    assert eventually(lambda: before.issuperset(files_in(received)))
    assert visitor.upload(("small.txt", b"x" * FILE_LIMIT)).status_code == 200


DROP = """(target, [name, size]) => {
  const files = new DataTransfer();
  files.items.add(new File(["The Ambrel ferry carries sheep."], "dropped.txt"));
  files.items.add(new File([new Uint8Array(size)], name));
  const event = { bubbles: true, cancelable: true, dataTransfer: files };
  target.dispatchEvent(new DragEvent("drop", event));
}"""


def test_a_file_over_the_limit_gets_its_line_and_the_others_are_added(
    served, tabs, received, before
):
    page = tabs.open(served)
    sent: list[str] = []
    page.on("request", lambda one: "gradio_api/upload?" in one.url and sent.append(one.url))
    large = {"name": "large.txt", "mimeType": "text/plain", "buffer": b"x" * (FILE_LIMIT + 1)}
    small = large | {"name": "small.txt", "buffer": b"The Ambrel ferry carries goats."}
    page.locator("#files input[type=file]").set_input_files([large, small])
    left_out = page.locator("#library .left-out")
    expect(left_out).to_have_text(
        "large.txt is left out: it has more than 1 MiB (FOOTNOTE_FILE_LIMIT)."
    )
    expect(page.locator("#progress li")).to_contain_text("small.txt")
    expect(page.locator("#progress")).to_contain_text("added", timeout=30_000)
    page.locator("#files button:has(input)").evaluate(DROP, ["big.txt", FILE_LIMIT + 1])
    expect(left_out).to_have_text(
        "big.txt is left out: it has more than 1 MiB (FOOTNOTE_FILE_LIMIT)."
    )
    expect(page.locator("#progress li")).to_contain_text("dropped.txt")
    expect(page.locator("#progress li")).to_contain_text("added", timeout=30_000)
    assert len(sent) == 2
    page.locator("#files input[type=file]").set_input_files([large])
    expect(left_out).to_contain_text("large.txt")
    page.locator("#files input[type=file]").set_input_files([small])
    expect(left_out).to_have_count(0)
    expect(page.locator("#progress")).to_contain_text("small.txt")
    assert len(sent) == 3
    assert eventually(lambda: before.issuperset(files_in(received)))


def test_what_a_browser_may_leave_waiting_is_limited_in_bytes_and_files(served, received, before):
    visitor = Visitor(served)
    statuses = [
        visitor.upload(*[(f"{i}.txt", b"x" * (FILE_LIMIT // 2)) for i in range(4)]).status_code
        for _ in range(7)
    ]
    assert statuses[0] == 200
    assert statuses[-1] == 413
    waiting = sum(path.stat().st_size for path in set(files_in(received)) - before)
    assert waiting <= 12 * FILE_LIMIT
    assert Visitor(served).upload(("a.txt", b"words")).status_code == 200
    many = Visitor(served)
    statuses = [
        many.upload(*[(f"{i}.txt", b"x") for i in range(650)]).status_code for _ in range(4)
    ]
    assert (statuses[0], statuses[-1]) == (200, 413)


def raw(address: str, head: str, body: Iterator[bytes]) -> tuple[int, int]:
    """The status of a request written piece by piece, and how many bytes of its body went out.

    What was answered before the server hung up can still be read after that.
    """
    host, port = address.removeprefix("http://").split(":")
    sent = 0
    with socket.create_connection((host, int(port)), timeout=20) as line:
        line.sendall(head.encode())
        try:
            for piece in body:
                line.sendall(piece)
                sent += len(piece)
        except OSError:
            pass
        with line.makefile("rb") as answer:
            return int(answer.readline().split()[1]), sent


def chunked(pieces: int, size: int, first: bytes = b"") -> Iterator[bytes]:
    if first:
        yield b"%x\r\n%s\r\n" % (len(first), first)
    for _ in range(pieces):
        yield b"%x\r\n%s\r\n" % (size, b"x" * size)
    yield b"0\r\n\r\n"


UNDER_WAY = 24 * MIB
"""What a sender is rid of before it learns that nobody reads: it lies in the system's buffers."""


@pytest.mark.parametrize(
    ("route", "status"), [("queue/join", 413), ("upload", 413), ("cancel", 413), ("run/add", 404)]
)
def test_a_body_over_the_limit_is_refused_before_it_is_read(
    served, visitor, received, before, route, status
):
    cookie = f"footnote_visitor={visitor.client.cookies['footnote_visitor']}"
    kind = "multipart/form-data; boundary=b" if route == "upload" else "application/json"
    head = (
        f"POST /gradio_api/{route} HTTP/1.1\r\nHost: {served.removeprefix('http://')}\r\n"
        f"Cookie: {cookie}\r\nContent-Type: {kind}\r\n"
    )
    told = f"{head}Content-Length: {200 * MIB}\r\n\r\n"
    assert raw(served, told, iter(())) == (status, 0)
    first = b'--b\r\nContent-Disposition: form-data; name="files"; filename="a.txt"\r\n\r\n'
    counted = f"{head}Transfer-Encoding: chunked\r\n\r\n"
    pieces = chunked(200, MIB, first if route == "upload" else b"")
    answered, sent = raw(served, counted, pieces)
    assert answered == status
    assert sent < 10 * FILE_LIMIT + UNDER_WAY
    assert eventually(lambda: before.issuperset(files_in(received)))
    assert visitor.client.get("/config").status_code == 200


def test_one_browser_cannot_fill_the_queue_for_all_others(served):
    greedy, other = Visitor(served, "greedy"), Visitor(served, "other")
    event = asking(greedy, "What is in my documents?")
    with ThreadPoolExecutor(20) as pool:
        statuses = list(pool.map(lambda _: greedy.join(*event).status_code, range(100)))
    assert set(statuses) == {200, 429}
    assert statuses.count(200) < 20
    began = time.monotonic()
    assert "35 minutes" in other.ask(CROSSING)
    assert time.monotonic() - began < 30
    greedy.told()
    assert greedy.join(*event).status_code == 200


# What is left over -------------------------------------------------------------------------------


def test_an_upload_that_breaks_off_leaves_nothing(served, visitor, received, before):
    head = (
        f"POST /gradio_api/upload HTTP/1.1\r\nHost: {served.removeprefix('http://')}\r\n"
        f"Cookie: footnote_visitor={visitor.client.cookies['footnote_visitor']}\r\n"
        "Content-Type: multipart/form-data; boundary=b\r\nContent-Length: 900000\r\n\r\n"
        '--b\r\nContent-Disposition: form-data; name="files"; filename="broken.txt"\r\n\r\nx'
    )
    host, port = served.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port))) as line:
        line.sendall(head.encode() + b"x" * 300_000)
        assert eventually(lambda: len(files_in(received)) > len(before))
    assert eventually(lambda: len(files_in(received)) == len(before))


def test_files_that_were_never_added_go_with_the_last_page_of_their_browser(
    served, browser: Browser, received, before, tmp_path
):
    draft = tmp_path / "never checked.md"
    draft.write_text("The crossing takes 35 minutes.")
    context, other = browser.new_context(), Visitor(served)
    (theirs,) = other.upload(("theirs.md", b"Of another browser.")).json()
    first, second = context.new_page(), context.new_page()
    for page in (first, second):
        page.goto(served)
        page.wait_for_selector("#transcript .welcome")
    first.locator('[data-panel-of="draft"]').click()
    first.locator("#draft-file input[type=file]").set_input_files(draft)
    first.locator("#draft-file").get_by_text("never checked").first.wait_for()

    def waiting() -> list[str]:
        return sorted(path.name for path in set(files_in(received)) - before)

    both = ["never checked.md", "theirs.md"]
    assert eventually(lambda: waiting() == both)
    first.close()
    time.sleep(3)
    assert waiting() == both
    second.close()
    assert eventually(lambda: waiting() == ["theirs.md"])
    assert Path(theirs).read_bytes() == b"Of another browser."
    context.close()


@pytest.mark.parametrize("end", [signal.SIGTERM, signal.SIGINT])
def test_a_server_that_ends_leaves_no_upload(store, tmp_path, end):
    @contextmanager
    def running() -> Iterator[tuple[subprocess.Popen[str], str]]:
        server = subprocess.Popen(
            warm.started("serve", "--no-browser", "--store", store, "--port", 0),
            cwd=ROOT,
            env={**os.environ, "GRADIO_TEMP_DIR": str(tmp_path)},
            stdout=subprocess.PIPE,
            text=True,
        )
        try:
            yield server, server.stdout.readline().split()[3]
        finally:
            server.kill()
            server.communicate()

    with running() as (server, address):
        assert Visitor(address).upload(("left.txt", b"Left behind.")).status_code == 200
        assert files_in(tmp_path)
        server.send_signal(end)
        server.wait(20)
    assert files_in(tmp_path) == []


# What others said --------------------------------------------------------------------------------


def test_a_conversation_is_no_one_elses_with_its_session(served):
    first, second = Visitor(served, "shared"), Visitor(served, "shared")
    assert "35 minutes" in first.ask(CROSSING)
    stop = first.number("question", "stop")
    second.join(stop, [None]).raise_for_status()
    assert "35 minutes" not in json.dumps(second.told())
    first.join(stop, [None]).raise_for_status()
    second.client.timeout = 3
    with pytest.raises(httpx.ReadTimeout):
        second.told()
    assert "35 minutes" in json.dumps(first.told())


def test_a_choice_that_is_none_is_refused_without_naming_those_there_are(visitor, own):
    with Assistant(own) as assistant:
        ids = [document.id for document in assistant.documents()]
    visitor.join(*asking(visitor, CROSSING, "no such document")).raise_for_status()
    told = visitor.told()
    assert "No document has the id" in json.dumps(told)
    assert [id_ for id_ in ids if id_ in json.dumps(told)] == []


def test_what_is_wrong_with_a_request_is_told_in_our_own_words(visitor):
    upload = visitor.client.post("/gradio_api/upload", content=b"x")
    assert (upload.status_code, upload.text) == (400, "This is no upload that can be read.")
    nowhere = visitor.client.get("/gradio_api/upload_progress")
    assert nowhere.json() == {"detail": texts.NOT_TAKEN}
    assert visitor.join(0, "no list").json() == {"detail": texts.NOT_TAKEN}
    assert visitor.client.get("/assets/none.js").json() == {"detail": "There is no such page."}


@pytest.mark.parametrize("route", ["queue/join", "cancel"])
def test_an_event_that_the_page_does_not_have_is_refused_in_one_line(visitor, route):
    known = {event["id"] for event in visitor.config["dependencies"]}
    for number in (max(known) + 1, 99_999, -1, 10**30):
        body = {"fn_index": number, "data": [], "session_hash": "a", "event_id": "b"}
        refused = visitor.client.post(f"/gradio_api/{route}", json=body)
        assert refused.status_code == 400, (number, refused.text)
        assert refused.json() == {"detail": "This is no event of the page."}


def test_an_error_shows_no_word_of_the_programs_insides(visitor):
    shown = []
    for event in visitor.config["dependencies"]:
        for given in (None, {}, {"document": 7, "id": [], "answer": "x", "verdict": 9}):
            data = [7] * len(event["inputs"])
            if visitor.join(event["id"], data, given).status_code == 200:
                shown += [one for one in visitor.told() if one["msg"] == "process_completed"]
    errors = [one["output"].get("error") for one in shown if not one["success"]]
    assert len(errors) > 10
    told = [one for one in errors if one is not None]
    assert [one for one in told if not one.endswith(".")] == []
    words = json.dumps(shown)
    assert [one for one in ("Errno", "Error(", "Traceback", "object has no") if one in words] == []
    wrong = visitor.join(99999, [])
    assert "99999" not in wrong.text
