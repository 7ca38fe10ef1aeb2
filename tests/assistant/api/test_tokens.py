"""Who is let in: tokens with scopes and an end, names and origins, signing in to the page."""

import json
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
import warm
from http_server import ROOT, server

from assistant.api.tokens import FILE, Tokens
from assistant.assistant import Assistant

pytestmark = pytest.mark.xdist_group("http")

GATE = {"question": "Why did Gate 3 fail?"}
ALL = ("read", "ask", "write", "metrics")


@pytest.fixture(scope="module")
def own(demo: Assistant, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return Path(shutil.copytree(demo.store, tmp_path_factory.mktemp("tokens") / "store"))


@pytest.fixture(scope="module")
def secrets(own: Path) -> dict[str, str]:
    """A token for each scope, one for all, one that has ended, one with a rate."""
    with Tokens(own) as tokens:
        made = {scope: tokens.make(scope, [scope])[0] for scope in ALL}
        made["all"] = tokens.make("all", ALL)[0]
        made["ended"] = tokens.make("ended", ALL, days=-1)[0]
        made["slow"] = tokens.make("slow", ALL, rate=3)[0]
    return made


@pytest.fixture(scope="module")
def address(own: Path, secrets: dict[str, str]) -> Iterator[str]:
    """A server that others reach, too."""
    assert secrets
    with server(own, "--host", "0.0.0.0", FOOTNOTE_HOSTS="notes.example") as address:
        yield address.replace("0.0.0.0", "127.0.0.1")


def asked(address: str, secret: str | None, path: str = "/api/v1/about", **sent) -> httpx.Response:
    headers = {"Authorization": f"Bearer {secret}"} if secret else {}
    method = "POST" if "json" in sent or "files" in sent else "GET"
    headers |= sent.pop("headers", {})
    return httpx.request(method, f"{address}{path}", headers=headers, timeout=60, **sent)


def test_where_others_reach_the_server_nothing_is_told_without_a_token(address, secrets):
    described = httpx.get(f"{address}/api/openapi.json").json()["paths"]
    probes = {"/healthz", "/readyz"}
    for path, operations in described.items():
        for method in operations.keys() if path not in probes else ():
            refused = httpx.request(method, f"{address}{re.sub('{.*?}', '1', path)}")
            assert refused.status_code == 401, (method, path)
            assert refused.headers["WWW-Authenticate"] == "Bearer"
            assert refused.json()["code"] == "unauthorised"
    assert asked(address, "footnote_" + "x" * 43).status_code == 401
    assert asked(address, secrets["all"] + "x").status_code == 401
    over = asked(address, secrets["ended"])
    assert over.status_code == 401
    assert "ended on" in over.json()["detail"]
    assert asked(address, secrets["all"]).status_code == 200


def test_a_token_may_do_what_its_scopes_say_and_no_more(address, secrets):
    file = {"files": ("tide.txt", b"High tide was at nine.")}
    needs = {
        "read": [("/api/v1/documents", {}), ("/api/v1/search", {"json": GATE})],
        "ask": [("/api/v1/ask", {"json": GATE}), ("/api/v1/conversations", {})],
        "write": [("/api/v1/documents", {"files": file})],
        "metrics": [("/metrics", {})],
    }
    for scope, requests in needs.items():
        for path, sent in requests:
            assert asked(address, secrets[scope], path, **sent).is_success, (scope, path)
            for other in ALL:
                if other != scope:
                    refused = asked(address, secrets[other], path, **sent)
                    assert (refused.status_code, refused.json()["code"]) == (403, "forbidden")


def test_what_one_token_keeps_another_does_not_find(address, secrets):
    kept = asked(address, secrets["all"], "/api/v1/ask", json=GATE | {"keep": True})
    id_ = kept.headers["Footnote-Conversation"]
    assert asked(address, secrets["all"], f"/api/v1/conversations/{id_}").status_code == 200
    assert asked(address, secrets["ask"], f"/api/v1/conversations/{id_}").status_code == 404
    job = asked(address, secrets["all"], "/api/v1/reports", json={"questions": ["Why?"]}).json()
    assert asked(address, secrets["ask"], f"/api/v1/jobs/{job['id']}").status_code == 404
    assert asked(address, secrets["ask"], "/api/v1/jobs").json() == []


def test_a_rate_is_kept_and_says_when_to_come_again(address, secrets):
    statuses = [asked(address, secrets["slow"]).status_code for _ in range(5)]
    assert statuses[:3] == [200] * 3
    refused = asked(address, secrets["slow"])
    assert refused.status_code == 429
    assert 0 < int(refused.headers["Retry-After"]) <= 20


def test_a_revoked_token_counts_no_longer_from_the_next_request_on(address, own, footnote):
    made = footnote("token", "add", "brief", "--scope", "read", "--store", own)
    secret = made.out.strip()
    assert asked(address, secret).status_code == 200
    assert secret not in footnote("token", "list", "--store", own).out
    footnote("token", "revoke", "brief", "--store", own)
    assert asked(address, secret).status_code == 401


def test_a_token_is_shown_once_and_its_hash_alone_is_kept(own, footnote):
    made = footnote("token", "add", "printed", "--days", 2, "--store", own, "--json")
    secret = json.loads(made.out)["token"]
    kept = b"".join(path.read_bytes() for path in own.glob(f"{FILE}*"))
    assert b"printed" in kept
    assert secret.encode() not in kept
    assert (own / FILE).stat().st_mode & 0o077 == 0
    again = footnote("token", "add", "printed", "--store", own)
    assert again.status == 1
    assert "printed" in again.err
    assert footnote("token", "add", "x", "--scope", "root", "--store", own).err.count("\n") == 1


def test_others_reach_no_page_before_a_token_is_made(demo):
    command = warm.started(
        "serve", "--no-browser", "--port", 0, "--host", "0.0.0.0", "--store", demo.store
    )
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert ended.returncode == 1
    assert ended.stderr.count("\n") == 1
    assert "footnote token add" in ended.stderr
    assert "FOOTNOTE_SIGN_IN=proxy" in ended.stderr


# The page ----------------------------------------------------------------------------------------


def test_people_sign_in_to_the_page_with_a_token_until_it_is_revoked(address, own, footnote):
    secret = footnote("token", "add", "Ann", "--store", own).out.strip()
    with httpx.Client(base_url=address, follow_redirects=True) as browser:
        shown = browser.get("/?cite=0123456789abcdef:1-2")
        assert shown.status_code == 401
        assert 'action="sign-in"' in shown.text
        for path in ("/config", "/theme.css", "/gradio_api/heartbeat/a", "/page/a/b/1.jpg"):
            assert browser.get(path).status_code == 401, path
        assert browser.post("/gradio_api/queue/join", json={}).status_code == 401
        wrong = browser.post("/sign-in", data={"token": "footnote_guess", "query": ""})
        assert wrong.status_code == 401
        said = {"token": secret, "query": "cite=0123456789abcdef:1-2"}
        page = browser.post("/sign-in", data=said)
        assert page.status_code == 200
        assert page.url.query == b"cite=0123456789abcdef:1-2"
        assert browser.get("/config").status_code == 200
        cookie = next(one for one in browser.cookies.jar if one.name == "footnote_session")
        assert cookie.has_nonstandard_attr("HttpOnly")
        assert secret not in str(browser.cookies.jar)
        footnote("token", "revoke", "Ann", "--store", own)
        assert browser.get("/config").status_code == 401


def test_a_token_for_programs_opens_no_page(address, secrets):
    said = httpx.post(f"{address}/sign-in", data={"token": secrets["read"]})
    assert said.status_code == 401
    assert "scopes" in said.text
    evil = {"Origin": "https://evil.example"}
    posted = httpx.post(f"{address}/sign-in", data={"token": secrets["all"]}, headers=evil)
    assert posted.status_code == 403


# Pages elsewhere ---------------------------------------------------------------------------------


def test_the_interface_answers_no_page_of_another_server_and_no_other_name(address, secrets):
    for name in ("evil.example", f"evil.127.0.0.1:{address.rsplit(':', 1)[1]}", "a@b", ""):
        assert asked(address, secrets["all"], headers={"Host": name}).status_code == 400, name
    for origin in ("http://localhost:9", "null", "https://evil.example"):
        for path in ("/api/v1/documents", "/api/v1/ask", "/metrics", "/api/openapi.json"):
            refused = asked(address, secrets["all"], path, headers={"Origin": origin})
            assert refused.status_code == 403
            assert not [one for one in refused.headers if one.startswith("access-control")]
    site = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "no-cors"}
    assert asked(address, secrets["all"], headers=site).status_code == 403
    assert asked(address, secrets["all"], headers={"Host": "notes.example"}).status_code == 200


@pytest.mark.parametrize("origin", ["http://localhost:9", "null", "https://evil.example"])
def test_without_a_token_a_page_elsewhere_adds_and_asks_nothing(demo, origin):
    with server(demo.store) as here:
        form = {"files": ("evil.txt", b"From elsewhere.")}
        for path, sent in (("documents", {"files": form}), ("ask", {"content": json.dumps(GATE)})):
            refused = httpx.post(f"{here}/api/v1/{path}", headers={"Origin": origin}, **sent)
            assert refused.status_code == 403
        port = int(here.rsplit(":", 1)[1])
        rebound = httpx.get(f"{here}/api/v1/documents", headers={"Host": f"evil.example:{port}"})
        assert rebound.status_code == 400
        own = httpx.get(f"{here}/api/v1/documents", headers={"Origin": here})
        assert own.status_code == 200


def test_where_a_name_is_set_by_which_others_reach_it_page_and_interface_need_a_token(demo, own):
    command = warm.started("serve", "--no-browser", "--port", 0, "--store", demo.store)
    environment = {**os.environ, "FOOTNOTE_HOSTS": "notes.example"}
    ended = subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=60
    )
    assert ended.returncode == 1
    assert "Everybody who reaches notes.example" in ended.stderr
    with Tokens(own) as tokens:
        tokens.make("Bea", ALL)
    with server(own, FOOTNOTE_HOSTS="notes.example") as here:
        assert httpx.get(f"{here}/").status_code == 401
        assert httpx.get(f"{here}/config").status_code == 401
        assert httpx.get(f"{here}/api/v1/documents").status_code == 401
        assert httpx.get(f"{here}/healthz").status_code == 200
