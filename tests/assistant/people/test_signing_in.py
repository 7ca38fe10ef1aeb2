"""People sign in and out; what ends their session, and whose things they see."""

import gc
import json

import httpx
import leftovers
import pytest
from http_server import server
from signed_in import ON, PASSWORD, Browser

from assistant.answer import Answer
from assistant.api.tokens import Tokens
from assistant.assistant import Assistant
from assistant.conversations.conversations import Conversations
from assistant.people.people import FILE, People
from assistant.people.person import Person
from assistant.people_settings import PeopleSettings
from assistant.settings import Settings
from assistant.web import launch
from index.errors import ServeError

pytestmark = pytest.mark.xdist_group("people")

GATE = {"question": "Why did Gate 3 fail?", "keep": True}


def test_nobody_sees_anything_before_they_have_signed_in(address):
    with httpx.Client(base_url=address) as stranger:
        shown = stranger.get("/")
        assert shown.status_code == 401
        assert 'name="password"' in shown.text
        assert "http://" not in shown.text.replace(address, "")
        for path in ("/config", "/library", "/matrix", "/page/a/b/1.jpg", "/original/a/b"):
            assert stranger.get(path).status_code == 401, path
        for path in ("/api/v1/documents", "/api/v1/about", "/metrics", "/v1/models", "/mcp"):
            assert stranger.get(path).status_code == 401, path


def test_a_session_is_a_cookie_that_no_script_reads_and_that_ends(address):
    with Browser(address) as ada:
        answer = ada.post(
            "/sign-in", data={"name": " ada ", "password": PASSWORD}, follow_redirects=False
        )
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    (session,) = (one for one in answer.headers.get_list("set-cookie") if "footnote_session" in one)
    assert {"HttpOnly", "SameSite=Lax", "Path=/", "Max-Age=43200"} <= set(session.split("; "))


def test_behind_tls_the_cookie_is_sent_over_nothing_else(shared):
    named = {"FOOTNOTE_ADDRESS": "https://notes.example", "FOOTNOTE_HOSTS": "notes.example"}
    with server(shared, **ON, **named) as address, Browser(address) as ada:
        ada.headers["Origin"] = "https://notes.example"
        ada.headers["Host"] = "notes.example"
        answer = ada.post(
            "/sign-in", data={"name": "Ada", "password": PASSWORD}, follow_redirects=False
        )
        assert all("Secure" in one for one in answer.headers.get_list("set-cookie"))


def test_signing_out_ends_the_session_for_whoever_has_its_secret(address, browser):
    ada = browser("Ada")
    stolen = {"Cookie": f"footnote_session={ada.session}"}
    assert httpx.get(f"{address}/config", headers=stolen).status_code == 200
    ada.post("/sign-out")
    assert httpx.get(f"{address}/config", headers=stolen).status_code == 401
    assert ada.get("/config").status_code == 401


def test_a_session_of_one_process_holds_in_another(shared, browser):
    ada = browser("Ada")
    with server(shared, **ON) as other:
        said = {"Cookie": f"footnote_session={ada.session}"}
        assert httpx.get(f"{other}/config", headers=said).status_code == 200
        ada.post("/sign-out")
        assert httpx.get(f"{other}/config", headers=said).status_code == 401


def test_conversations_are_a_persons_in_any_browser_and_by_any_token(browser, token):
    ada, elsewhere, bob = browser("Ada"), browser("Ada"), browser("Bob")
    kept = ada.post("/api/v1/ask", json=GATE).headers["Footnote-Conversation"]
    answer = ada.get(f"/api/v1/conversations/{kept}").json()["answers"][0]["id"]
    assert elsewhere.get(f"/api/v1/conversations/{kept}").status_code == 200
    assert elsewhere.get(f"/export/answer/{answer}/footnote.md").status_code == 200
    assert httpx.get(f"{ada.base_url}/api/v1/conversations/{kept}", headers=token("Ada")).is_success
    assert bob.get(f"/api/v1/conversations/{kept}").status_code == 404
    assert bob.get(f"/export/answer/{answer}/footnote.md").status_code == 404
    assert kept not in bob.get("/api/v1/conversations").text


def test_a_deactivated_person_is_out_at_once_and_keeps_what_is_theirs(
    shared, browser, token, footnote
):
    cleo, secret = browser("Cleo"), token("Cleo")
    kept = cleo.post("/api/v1/ask", json=GATE).headers["Footnote-Conversation"]
    assert footnote("user", "deactivate", "cleo", "--store", shared).status == 0
    assert cleo.get("/config").status_code == 401
    assert cleo.get("/api/v1/about").status_code == 401
    refused = httpx.get(f"{cleo.base_url}/api/v1/about", headers=secret)
    assert refused.status_code == 401
    assert "let in" in refused.json()["detail"]
    assert cleo.sign_in("Cleo").status_code == 401
    footnote("user", "activate", "Cleo", "--store", shared)
    assert cleo.get("/config").status_code == 401, "the session of before has ended for good"
    cleo.sign_in("Cleo")
    assert cleo.get(f"/api/v1/conversations/{kept}").status_code == 200


def test_a_stream_ends_where_its_person_is_let_in_no_longer(browser, people):
    bob = browser("Bob")
    with bob.stream("GET", "/gradio_api/heartbeat/somewhere") as open_page:
        told = open_page.iter_bytes()
        next(told)
        people.accounts.set_active("Bob", active=False)
        try:
            assert b"".join(told) == b""
        finally:
            people.accounts.set_active("Bob", active=True)


def test_a_new_password_ends_the_sessions_of_the_old_one(shared, browser, footnote, typed):
    bob = browser("Bob")
    typed("another horse battery")
    assert footnote("user", "password", "Bob", "--store", shared).status == 0
    assert bob.get("/config").status_code == 401
    assert bob.sign_in("Bob").status_code == 401
    assert bob.sign_in("Bob", "another horse battery").status_code == 200
    typed(PASSWORD)
    footnote("user", "password", "Bob", "--store", shared)


def test_passwords_sessions_and_tokens_are_nowhere_in_the_store(shared, browser, token):
    ada, header = browser("Ada"), token("Ada")["Authorization"]
    kept = b"".join(path.read_bytes() for path in shared.glob("*.db*"))
    for secret in (PASSWORD, ada.session, header.removeprefix("Bearer ")):
        assert secret.encode() not in kept
    assert b"$argon2id$" in kept
    assert (shared / FILE).stat().st_mode & 0o077 == 0


def test_guessing_is_limited_and_locks_nobody_out_of_a_browser_of_their_own(browser):
    own, elsewhere = browser("Bob"), browser()
    own.post("/sign-out")
    written = ("Bob", "bob", " BOB ", "\N{FULLWIDTH LATIN CAPITAL LETTER B}ob", "bob", "bob", "bOb")
    guesses = [elsewhere.sign_in(name, "a guess of his").status_code for name in written]
    assert guesses == [401] * 5 + [429] * 2
    assert elsewhere.sign_in("Bob").status_code == 429
    assert elsewhere.sign_in("Ada").status_code == 200
    assert own.sign_in("Bob").status_code == 200


def test_who_is_not_there_is_refused_in_the_words_of_who_is(browser):
    stranger = browser()
    unknown, known = stranger.sign_in("nobody at all"), stranger.sign_in("Cleo", "not hers, this")
    assert unknown.status_code == known.status_code == 401
    assert unknown.text == known.text


def test_people_are_listed_with_their_groups_and_two_have_never_one_name(shared, footnote, typed):
    typed(PASSWORD)
    again = footnote("user", "add", "ADA", "--store", shared)
    assert again.status == 1
    assert "called 'ADA' already" in again.err
    typed("short")
    assert "10 to 1,000" in footnote("user", "add", "Dan", "--store", shared).err
    assert footnote("user", "group", "Cleo", "clinic", "night", "--store", shared).status == 0
    listed = json.loads(footnote("user", "list", "--store", shared, "--json").out)
    (cleo,) = (one for one in listed if one["name"] == "Cleo")
    assert (cleo["groups"], cleo["source"], cleo["active"]) == (
        ["clinic", "night"],
        "password",
        True,
    )


def test_one_persons_store_loses_nothing_when_people_come(tmp_path, footnote, typed):
    store = tmp_path / "alone"
    with Tokens(store) as tokens:
        tokens.make("agent", ["read"])
    (tmp_path / "note.txt").write_text("The weir was built in 1903.")
    with Assistant(store) as assistant:
        assistant.add(tmp_path / "note.txt")
    conversations = Conversations(store)
    kept, _ = conversations.keep("a cookie", None, Answer(question="Why?", created="2026-01-02"), 1)
    typed(PASSWORD)
    told = footnote("user", "add", "Ada", "--take-over", "--store", store)
    assert "1 documents, 1 conversations, 0 matrices, 1 tokens" in told.out
    typed(PASSWORD)
    assert "0 conversations" in footnote("user", "add", "B", "--take-over", "--store", store).out
    conversations.close()
    with People(store) as people:
        owner = people.accounts.named("Ada").owner
    with Assistant(store) as assistant:
        assert len(assistant.for_person(Person("Ada")).documents()) == 1
        assert assistant.for_person(Person("B")).documents() == []
    again = Conversations(store)
    assert [one.id for one in again.listed(owner)] == [kept]
    again.close()


def test_one_person_alone_needs_no_sign_in(demo):
    with server(demo.store) as address:
        assert httpx.get(f"{address}/config").status_code == 200
        assert httpx.post(f"{address}/api/v1/ask", json=GATE).status_code == 200


def test_a_server_in_which_nobody_could_sign_in_does_not_begin(tmp_path):
    settings = Settings(people=PeopleSettings())
    leftovers.collect()
    refused = pytest.raises(ServeError, match="Nobody could sign in: let somebody in first")
    with Assistant(tmp_path / "store", settings=settings) as assistant:
        with refused:
            launch(assistant, port=0)
        made = assistant.people.accounts.add("Ada", PASSWORD)
        assistant.people.accounts.set_active(made.name, active=False)
        with pytest.raises(ServeError):
            launch(assistant, port=0)
    gc.collect()
