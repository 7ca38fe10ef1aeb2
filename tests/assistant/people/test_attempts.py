"""Attempts from outside to be somebody else, to act for them, or to read what is theirs."""

import http.client
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest
from http_server import server
from signed_in import ON, PASSWORD, Browser

from assistant.api.tokens import SCOPES, Tokens

pytestmark = pytest.mark.xdist_group("people")

GATE = {"question": "Why did Gate 3 fail?", "keep": True}
QUOTE = "bearing of its left arm"
SECRETS = (QUOTE, '"components"', "Gate 3")
"""Words of documents, answers and the page's configuration, of which no stranger is told one."""


@pytest.fixture(scope="module")
def ada(address: str) -> Iterator[Browser]:
    with Browser(address) as ada:
        assert ada.sign_in("Ada").status_code == 200
        yield ada


@pytest.fixture(scope="module")
def bob(address: str) -> Iterator[Browser]:
    with Browser(address) as bob:
        assert bob.sign_in("Bob").status_code == 200
        yield bob


@pytest.fixture(scope="module")
def hers(ada: Browser) -> dict[str, str]:
    """The ids of what is Ada's."""
    kept = ada.post("/api/v1/ask", json=GATE)
    answer = kept.headers["Footnote-Answer"]
    return {
        "conversation": kept.headers["Footnote-Conversation"],
        "answer": answer,
        "job": ada.post("/api/v1/reports", json={"questions": ["Why?"]}).json()["id"],
        "share": ada.post("/api/v1/shares", json={"answer": answer, "people": ["Cleo"]}).json()[
            "id"
        ],
    }


def raw(address: str, path: str, method: str = "GET", **headers: str) -> tuple[int, str]:
    """The answer to a path that no client has tidied up."""
    connection = http.client.HTTPConnection(urlsplit(address).netloc, timeout=60)
    try:
        connection.request(method, path, headers=headers)
        answer = connection.getresponse()
        return answer.status, answer.read().decode(errors="replace")
    finally:
        connection.close()


# Being somebody else -----------------------------------------------------------------------------


def test_a_session_that_was_there_before_is_not_the_one_that_is_signed_in(address):
    with Browser(address) as victim:
        victim.cookies.set("footnote_session", "chosen-by-another")
        answer = victim.post(
            "/sign-in", data={"name": "Ada", "password": PASSWORD}, follow_redirects=False
        )
        begun = httpx.Cookies()
        begun.extract_cookies(answer)
        assert begun["footnote_session"] != "chosen-by-another"
        said = {"Cookie": "footnote_session=chosen-by-another"}
        assert httpx.get(f"{address}/config", headers=said).status_code == 401


def test_a_second_sign_in_ends_the_session_before_it(address):
    with Browser(address) as shared_machine:
        shared_machine.sign_in("Ada")
        before = shared_machine.session
        shared_machine.sign_in("Bob")
        said = {"Cookie": f"footnote_session={before}"}
        assert httpx.get(f"{address}/config", headers=said).status_code == 401
        assert shared_machine.get("/api/v1/me").json()["name"] == "Bob"


@pytest.mark.parametrize("cookie", ["person:{id}", '"person:{id}"', "{id}", "here", "token:{id}"])
def test_what_the_page_knows_a_person_by_is_taken_from_no_browser(
    address, ada, bob, hers, people, cookie
):
    named = f"footnote_visitor={cookie.format(id=people.accounts.named('Ada').id)}"
    assert raw(address, "/config", Cookie=named)[0] == 401
    assert raw(address, "/api/v1/conversations", Cookie=named)[0] == 401
    both = f"{named}; footnote_session={bob.session}; {named}"
    path = f"/export/answer/{hers['answer']}/footnote.md"
    assert raw(address, path, Cookie=both)[0] == 404
    own = f"footnote_session={ada.session}"
    assert raw(address, path, Cookie=own)[0] == 200
    # Where nobody need have signed in, it makes them nobody's reader either.
    shown = ada.post("/api/v1/shares", json={"answer": hers["answer"], "days": 1}).json()
    place = urlsplit(shown["address"]).path
    assert "which you may not read" in raw(address, place, Cookie=named)[1]
    assert "which you may not read" not in raw(address, place, Cookie=own)[1]


@pytest.mark.parametrize(
    "name",
    [
        "' OR 1=1 --",
        "Ada' --",
        "Ada\x00",
        "%",
        "A" * 5_000,
        "Ada\r\nSet-Cookie: x=1",
        "",
        "\N{CYRILLIC CAPITAL LETTER A}da",
        "Ada/../Ada",
    ],
)
def test_no_name_lets_anybody_in_without_its_password(address, name):
    with Browser(address) as stranger:
        for password in ("", "' OR '1'='1", "\x00" * 20):
            refused = stranger.sign_in(name, password)
            assert refused.status_code in (401, 413, 429)
        assert "footnote_session" not in stranger.cookies
        assert "x" not in stranger.cookies


@pytest.mark.parametrize(
    ("path", "headers"),
    [
        ("/api/v1/me?token={token}", {}),
        ("/api/v1/me?access_token={token}", {}),
        ("/api/v1/me", {"Cookie": "footnote_session={token}"}),
        ("/api/v1/me", {"Cookie": "token={token}"}),
        ("/api/v1/me", {"Authorization": "Basic {token}"}),
        ("/api/v1/me", {"Authorization": "Bearer {token} "}),
        ("/api/v1/me", {"Authorization": "Bearer {token}x"}),
        ("/api/v1/me", {"Authorization": "Bearer x, Bearer {token}"}),
        ("/api/v1/me", {"X-Api-Key": "{token}"}),
        ("/config", {"Authorization": "Bearer {token}"}),
        ("/library", {"Authorization": "Bearer {token}"}),
    ],
)
def test_a_token_counts_as_itself_and_in_its_place_alone(address, token, path, headers):
    secret = token("Ada")["Authorization"].removeprefix("Bearer ")
    sent = {name: value.format(token=secret) for name, value in headers.items()}
    status, text = raw(address, path.format(token=secret), **sent)
    # White space at the end of a header is none of it.
    assert status == (200 if sent.get("Authorization") == f"Bearer {secret} " else 401)
    assert secret not in text


def test_a_token_of_nobody_lets_nobody_in(shared, address):
    with Tokens(shared) as tokens:
        secret, _ = tokens.make("left over", SCOPES)
        stranger, _ = tokens.make("of a stranger", SCOPES, person="no such account")
    for one in (secret, stranger):
        said = {"Authorization": f"Bearer {one}"}
        assert httpx.get(f"{address}/api/v1/me", headers=said).status_code == 401


def test_figures_of_the_server_are_for_those_who_run_it(address, token):
    assert httpx.get(f"{address}/metrics", headers=token("Bob")).status_code == 403
    assert httpx.get(f"{address}/metrics", headers=token("Ada")).status_code == 200


@pytest.mark.parametrize(
    "header", ["X-Original-URL", "X-Rewrite-URL", "X-Forwarded-Host", "X-Forwarded-Prefix"]
)
def test_no_header_leads_past_the_door(address, header):
    status, text = raw(address, "/", **{header: "/config"})
    assert status in (400, 401)
    assert not [word for word in SECRETS if word in text]


# Acting for somebody -----------------------------------------------------------------------------

CHANGING = [
    ("POST", "/api/v1/ask"),
    ("POST", "/api/v1/shares"),
    ("DELETE", "/api/v1/me/data"),
    ("DELETE", "/api/v1/conversations/{conversation}"),
    ("POST", "/account/erase"),
    ("POST", "/account/share"),
    ("POST", "/account/password"),
    ("POST", "/account/token"),
    ("POST", "/gradio_api/queue/join"),
    ("POST", "/gradio_api/upload"),
    ("POST", "/library/watched"),
    ("POST", "/matrix/ask"),
    ("POST", "/mcp"),
    ("POST", "/v1/chat/completions"),
]


@pytest.mark.parametrize(("method", "path"), CHANGING)
def test_no_page_elsewhere_changes_anything_by_a_session(address, ada, hers, method, path):
    session = f"footnote_session={ada.session}"
    for said in (
        {},
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://localhost:9"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {
            "Sec-Fetch-Site": "cross-site",
            "Sec-Fetch-Mode": "navigate",
            "Sec-Fetch-Dest": "document",
        },
    ):
        status, _ = raw(address, path.format(**hers), method, Cookie=session, **said)
        assert status == 403, said
    assert ada.get(f"/api/v1/conversations/{hers['conversation']}").status_code == 200


@pytest.mark.parametrize("path", ["/sign-out", "/account/erase", "/account/token", "/sign-in"])
def test_nothing_changes_by_following_a_link(address, ada, path):
    raw(address, path, Cookie=f"footnote_session={ada.session}")
    assert ada.get("/config").status_code == 200
    assert ada.get("/api/v1/conversations").json()


def test_nobody_is_signed_in_as_another_by_a_page_elsewhere(address):
    form = {"name": "Bob", "password": PASSWORD}
    for origin in ("https://evil.example", "null", "http://localhost:9"):
        refused = httpx.post(f"{address}/sign-in", data=form, headers={"Origin": origin})
        assert refused.status_code == 403
        assert "set-cookie" not in refused.headers


@pytest.mark.parametrize("query", ["//evil.example", "/\\evil.example", "a=1\r\nX: 1", "@evil"])
def test_signing_in_leads_to_no_other_place(address, query):
    with Browser(address) as someone:
        form = {"name": "Bob", "password": PASSWORD, "query": query}
        answer = someone.post("/sign-in", data=form, follow_redirects=False)
    assert answer.headers["location"].startswith("/?")
    assert "x" not in answer.headers


# Reading what is somebody's ----------------------------------------------------------------------


@pytest.mark.parametrize(
    "path",
    [
        "/api/v1/conversations/{conversation}",
        "/api/v1/conversations/{conversation}/export",
        "/api/v1/answers/{answer}",
        "/api/v1/answers/{answer}/export",
        "/api/v1/jobs/{job}",
        "/api/v1/jobs/{job}/report",
        "/api/v1/jobs/{job}/events",
        "/api/v1/shared/{share}",
        "/api/v1/shared/{answer}",
        "/shared/{share}",
        "/shared/link/{share}",
        "/shared/link/{answer}",
        "/export/answer/{answer}/footnote.md",
        "/export/conversation/{conversation}/footnote.json",
        "/matrix/job/{job}",
        "/account/data/../data?owner={answer}",
    ],
)
def test_an_id_of_hers_tells_another_nothing(bob, hers, path):
    refused = bob.get(path.format(**hers))
    assert refused.status_code in (200, 404, 409)
    assert not [word for word in (QUOTE, "Gate 3") if word in refused.text]
    made_up = bob.get(path.format(**dict.fromkeys(hers, "AAAAAAAAAAAAAAAA")))
    assert refused.status_code == made_up.status_code


@pytest.mark.parametrize(
    "path",
    [
        "/sign-in/../config",
        "/sign-in/%2e%2e/config",
        "//config",
        "/./config",
        "/config/",
        "/CONFIG",
        "/config%00",
        "/config;/sign-in",
        "/shared/../config",
        "/shared/%2e%2e/config",
        "/shared/link/../../library",
        "/shared/%2fconfig",
        "/shared//library",
        "/shared/link/",
        "/sign-in/callback/../../library",
        "/sign-in/callback?next=/config",
        "/api/docs/../v1/documents",
        "/api/docs/%2e%2e/v1/documents",
        "/api/assets/../v1/documents",
        "/api/assets/%2e%2e/%2e%2e/%2e%2e/%2e%2e/etc/passwd",
        "/api/openapi.json/../v1/me",
        "/healthz/../api/v1/me",
        "/healthz/",
        "/static/../config",
        "/theme.css",
        "/gradio_api/info",
        "/gradio_api/file=/etc/passwd",
        "/API/v1/documents",
        "http://127.0.0.1/config",
    ],
)
def test_no_spelling_of_a_path_leads_a_stranger_in(address, path):
    status, text = raw(address, path)
    assert status in (400, 401, 403, 404), text[:200]
    assert not [word for word in (*SECRETS, "root:x:") if word in text]


def test_an_uploaded_file_is_its_uploaders_alone(ada, bob):
    sent = ada.post("/gradio_api/upload", files={"files": ("mine.txt", b"Only Ada's.")})
    (path,) = sent.json()
    assert ada.get(f"/gradio_api/file={path}").status_code == 200
    assert bob.get(f"/gradio_api/file={path}").status_code == 404
    event = {"fn_index": 0, "data": [{"path": path}], "session_hash": "b"}
    assert bob.post("/gradio_api/queue/join", json=event).status_code == 403


def test_a_form_without_end_is_not_read(bob):
    for path in ("/sign-in", "/account/token", "/account/share"):
        refused = bob.post(path, content=b"name=" + b"A" * (1 << 20), headers=FORM)
        assert refused.status_code in (400, 413)


FORM = {"Content-Type": "application/x-www-form-urlencoded"}


def test_secrets_are_in_no_log_of_the_server(shared: Path, tmp_path, token):
    secret = token("Ada")["Authorization"].removeprefix("Bearer ")
    with (tmp_path / "log").open("w+") as log:
        with server(shared, stderr=log, **ON) as address, Browser(address) as ada:
            ada.sign_in("Ada", "a wrong password")
            ada.sign_in("Ada")
            session = ada.session
            for said in ({"Authorization": f"Bearer {secret}"}, {"Authorization": f"{secret}"}):
                ada.get(f"/api/v1/documents/{secret}", headers=said)
                ada.post("/api/v1/ask", content=secret.encode(), headers=said)
                ada.get(f"/shared/link/{secret}")
        log.seek(0)
        told = log.read()
    for word in (secret, session, PASSWORD, "a wrong password"):
        assert word not in told
