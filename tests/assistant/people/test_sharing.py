"""What people show to others, what is kept of them, and the log of what was done."""

import json
import re
import sqlite3
from datetime import UTC, datetime, timedelta

import httpx
import pytest
from http_server import server
from signed_in import ON, Browser

from assistant.assistant import Assistant
from assistant.people.people import FILE, People

pytestmark = pytest.mark.xdist_group("people")

GATE = {"question": "Why did Gate 3 fail?", "keep": True}
QUOTE = "bearing of its left arm had run dry"


def asked(browser: Browser) -> tuple[str, str]:
    """The ids of a new conversation and its answer."""
    kept = browser.post("/api/v1/ask", json=GATE)
    return kept.headers["Footnote-Conversation"], kept.headers["Footnote-Answer"]


def test_an_answer_is_shown_to_people_and_to_nobody_else(browser):
    ada, bob, cleo = browser("Ada"), browser("Bob"), browser("Cleo")
    conversation, answer = asked(ada)
    made = ada.post("/api/v1/shares", json={"answer": answer, "people": ["bob"]})
    assert made.status_code == 201
    id_ = made.json()["id"]
    assert bob.get(f"/api/v1/shared/{id_}").json()["by"] == "Ada"
    shown = bob.get(f"/shared/{id_}")
    assert QUOTE in shown.text
    assert "sandbox" in shown.headers["Content-Security-Policy"]
    assert [one["id"] for one in bob.get("/api/v1/shared").json()] == [id_]
    for path in (f"/api/v1/shared/{id_}", f"/shared/{id_}"):
        assert cleo.get(path).status_code == 404
    for path in (f"/api/v1/conversations/{conversation}", f"/?answer={answer}"):
        assert QUOTE not in bob.get(path).text
    assert bob.delete(f"/api/v1/shares/{id_}").status_code == 404
    assert ada.delete(f"/api/v1/shares/{id_}").status_code == 204
    assert bob.get(f"/shared/{id_}").status_code == 404


def test_a_conversation_is_shown_to_a_group_as_it_goes_on(browser, people):
    ada, bob = browser("Ada"), browser("Bob")
    conversation, _ = asked(ada)
    said = {"conversation": conversation, "groups": ["readers"]}
    id_ = ada.post("/api/v1/shares", json=said).json()["id"]
    assert len(bob.get(f"/api/v1/shared/{id_}").json()["answers"]) == 1
    ada.post("/api/v1/ask", json={"question": "Who said so?", "conversation": conversation})
    assert len(bob.get(f"/api/v1/shared/{id_}").json()["answers"]) == 2
    people.accounts.set_groups("Bob", [])
    assert bob.get(f"/api/v1/shared/{id_}").status_code == 404
    people.accounts.set_groups("Bob", ["readers"])
    ada.delete(f"/api/v1/conversations/{conversation}")
    assert bob.get(f"/api/v1/shared/{id_}").status_code == 404


def test_a_link_shows_the_sentences_until_it_ends_and_no_document(browser, address, people):
    ada = browser("Ada")
    _, answer = asked(ada)
    made = ada.post("/api/v1/shares", json={"answer": answer, "days": 1}).json()
    place = made["address"].replace("localhost", "127.0.0.1")
    assert place.startswith(f"{address}/shared/link/")
    stranger = httpx.get(place)
    assert stranger.status_code == 200
    assert QUOTE in stranger.text
    titles = {one["title"] for one in ada.get("/api/v1/documents").json()}
    assert not [title for title in titles if title in stranger.text]
    assert "which you may not read" in stranger.text
    assert any(title in ada.get(place).text for title in titles), "one's own rights hold"
    with people.database.writing() as connection:
        ends = (datetime.now(UTC) - timedelta(seconds=1)).timestamp()
        connection.exec_driver_sql("UPDATE shares SET ends = ? WHERE id = ?", (ends, made["id"]))
    assert httpx.get(place).status_code == 404


def test_a_right_that_is_withdrawn_is_withdrawn_from_what_was_shown(browser, shared):
    ada, bob = browser("Ada"), browser("Bob")
    _, answer = asked(bob)
    link = bob.post("/api/v1/shares", json={"answer": answer, "days": 1}).json()["address"]
    id_ = bob.post("/api/v1/shares", json={"answer": answer, "people": ["Ada"]}).json()["id"]
    assert QUOTE in httpx.get(link).text
    with Assistant(shared) as assistant:
        assistant.collections.revoke("Barrage", "group:readers")
        assert QUOTE not in httpx.get(link).text
        assert QUOTE not in ada.get(f"/api/v1/shared/{id_}").text
        assert QUOTE not in bob.get("/account/data").text
        assistant.collections.grant("Barrage", "group:readers", "contributor")
    assert QUOTE in ada.get(f"/shared/{id_}").text


def test_a_reader_sees_the_footnotes_that_they_may_read_and_no_others(browser, shared):
    ada, bob = browser("Ada"), browser("Bob")
    _, answer = asked(ada)
    kept = ada.get(f"/api/v1/answers/{answer}").json()["answer"]
    cited = {one["document_id"] for one in kept["citations"]}
    id_ = ada.post("/api/v1/shares", json={"answer": answer, "people": ["Bob"]}).json()["id"]
    with Assistant(shared) as assistant:
        first = min(cited)
        assistant.collections.create("Partners", owner="group:owners")
        assistant.collections.put("Partners", [first])
        assistant.collections.take("Barrage", [first])
        (shown,) = bob.get(f"/api/v1/shared/{id_}").json()["answers"]
        assert {one["document_id"] for one in shown["citations"]} == cited - {first}
        assert [one["text"] for one in shown["sentences"]] == [
            one["text"] for one in kept["sentences"]
        ]
        assert first not in str(shown)
        assert ada.get(f"/api/v1/shared/{id_}").status_code == 404
        assistant.collections.put("Barrage", [first])
        assistant.collections.drop("Partners")


def test_what_somebody_shows_is_seen_no_longer_once_they_are_out(browser, people):
    cleo, bob = browser("Cleo"), browser("Bob")
    _, answer = asked(cleo)
    link = cleo.post("/api/v1/shares", json={"answer": answer, "days": 1}).json()["address"]
    id_ = cleo.post("/api/v1/shares", json={"answer": answer, "people": ["Bob"]}).json()["id"]
    people.accounts.set_active("Cleo", active=False)
    assert httpx.get(link).status_code == 404
    assert bob.get(f"/shared/{id_}").status_code == 404
    people.accounts.set_active("Cleo", active=True)


@pytest.mark.parametrize(
    "said",
    [
        {},
        {"people": ["nobody there"]},
        {"days": 0},
        {"days": 4_000},
        {"days": 1, "people": ["Bob"]},
        {"conversation": "c", "days": 1},
    ],
)
def test_what_cannot_be_shown_is_refused(browser, said):
    ada = browser("Ada")
    _, answer = asked(ada)
    refused = ada.post("/api/v1/shares", json={"answer": answer, **said})
    assert refused.status_code in (404, 422)


def test_on_a_persons_own_page_they_share_make_tokens_and_change_their_password(browser):
    bob = browser("Bob")
    conversation, _ = asked(bob)
    page = bob.get(f"/account?conversation={conversation}")
    assert page.status_code == 200
    assert "Bob" in page.text
    shown = {"kind": "conversation", "shown": conversation, "days": "2"}
    shared = bob.post("/account/share", data=shown)
    (link,) = re.findall(r"<code>(http\S+)</code>", shared.text)
    assert QUOTE in httpx.get(link).text
    *_, id_ = re.findall(r'name="share_id" value="([^"]+)"', shared.text)
    bob.post("/account/unshare", data={"share_id": id_})
    assert httpx.get(link).status_code == 404
    made = bob.post("/account/token", data={"name": "Bob's script"})
    (secret,) = re.findall(r"<code>(footnote_\S+)</code>", made.text)
    program = {"Authorization": f"Bearer {secret}"}
    assert httpx.get(f"{bob.base_url}/api/v1/me", headers=program).json()["name"] == "Bob"
    assert secret not in bob.get("/account").text
    bob.post("/account/revoke", data={"name": "Bob's script"})
    assert httpx.get(f"{bob.base_url}/api/v1/me", headers=program).status_code == 401
    wrong = bob.post("/account/password", data={"old": "not this one", "new": "ten or more!"})
    assert wrong.status_code == 409
    assert "not your password" in wrong.text


def test_what_is_kept_of_a_person_is_taken_along_and_erased(
    browser, token, people, shared, footnote
):
    cleo, ada = browser("Cleo"), browser("Ada")
    conversation, answer = asked(cleo)
    cleo.put(f"/api/v1/answers/{answer}/feedback", json={"verdict": "down", "reason": "Unclear."})
    program = token("Cleo")
    told = cleo.get("/account/data").json()
    assert told["person"]["name"] == "Cleo"
    kept = [one for one in told["conversations"] for one in one["answers"]]
    assert {"verdict": "down", "reason": "Unclear."} in [one["feedback"] for one in kept]
    assert {"asked", "signed in"} <= {one["act"] for one in told["log"]}
    mine, _ = asked(ada)
    refused = cleo.post("/account/erase", data={"name": "somebody"})
    assert refused.status_code == 409
    assert cleo.get(f"/api/v1/conversations/{conversation}").status_code == 200
    assert cleo.post("/account/erase", data={"name": "Cleo"}).status_code == 200
    assert cleo.get("/api/v1/conversations").json() == []
    assert httpx.get(f"{cleo.base_url}/api/v1/me", headers=program).status_code == 401
    assert ada.get(f"/api/v1/conversations/{mine}").status_code == 200
    left = b"".join(path.read_bytes() for path in shared.glob("conversations.db*"))
    assert b"Unclear." not in left
    told = json.loads(footnote("user", "export", "Cleo", "--store", shared).out)
    assert told["conversations"] == []
    assert "0 conversations" in footnote("user", "erase", "Cleo", "--store", shared).out
    assert people.audit.listed(who="Cleo")[-1].act == "erased what a person keeps"


# The log -----------------------------------------------------------------------------------------


def test_the_log_says_who_did_what_and_no_word_of_a_question(browser, shared, footnote):
    ada, bob = browser("Ada"), browser("Bob")
    _, answer = asked(bob)
    bob.get(f"/export/answer/{answer}/footnote.md")
    bob.post("/api/v1/search", json={"question": "sirens at the barrage"})
    found = ada.get("/api/v1/audit").json()
    acts = {one["act"] for one in found if one["who"] == "Bob"}
    assert {"signed in", "asked", "exported", "searched"} <= acts
    lines = footnote("audit", "--json", "--who", "Bob", "--store", shared).out.splitlines()
    assert {json.loads(line)["who"] for line in lines} == {"Bob"}
    assert not [word for word in ("Gate", "sirens", "barrage") if word in json.dumps(found)]
    assert bob.get("/api/v1/audit").status_code == 403


def test_what_is_added_and_removed_is_in_the_log_with_who_did(browser, people):
    bob = browser("Bob")
    files = {"files": ("tide.txt", b"High tide was at nine in the evening.")}
    job = bob.post("/api/v1/documents", files=files).json()
    while (now := bob.get(f"/api/v1/jobs/{job['id']}").json())["state"] in ("waiting", "running"):
        bob.get(f"/api/v1/jobs/{job['id']}/events").read()
    assert now["state"] == "done"
    (document,) = people.audit.listed(who="Bob")[-1].what["documents"]
    bob.delete(f"/api/v1/documents/{document}")
    *_, added, removed = people.audit.listed(who="Bob")
    assert (added.act, removed.act) == ("added", "removed")
    assert removed.what == {"document": document}


def test_the_log_is_only_added_to_whoever_opens_the_database(shared, people):
    people.audit.note("Ada", "looked")
    with sqlite3.connect(shared / FILE) as opened:
        for statement in ("UPDATE audit SET who = 'Bob'", "DELETE FROM audit"):
            with pytest.raises(sqlite3.IntegrityError, match="only added to"):
                opened.execute(statement)


def test_the_words_of_questions_stand_in_the_log_where_that_is_set(demo, tmp_path, monkeypatch):
    monkeypatch.setenv("FOOTNOTE_PEOPLE", '{"audit_words": true}')
    with Assistant(tmp_path / "store") as own:
        own.add(demo.documents()[0].path)
        own.query("What stands in it?")
        assert own.people.audit.listed()[-1].what["words"] == "What stands in it?"


def test_one_person_alone_has_no_log(demo):
    demo.query("Why did Gate 3 fail?")
    assert demo.people.audit.listed() == []


def test_a_back_up_brings_people_back_with_what_they_share(browser, people, shared, tmp_path):
    ada = browser("Ada")
    conversation, answer = asked(ada)
    link = ada.post("/api/v1/shares", json={"answer": answer, "days": 1}).json()["address"]
    with Assistant(shared) as old:
        old.back_up(tmp_path / "all.zip")
    with Assistant(tmp_path / "new") as new:
        new.restore(tmp_path / "all.zip")
    with People(tmp_path / "new") as restored:
        assert restored.accounts.listed() == people.accounts.listed()
        assert restored.sessions.account(ada.session) is None
    with server(tmp_path / "new", **ON) as there, Browser(there) as again:
        assert again.get(f"/shared/link/{link.rsplit('/', 1)[1]}").status_code == 200
        again.sign_in("Ada")
        assert again.get(f"/api/v1/conversations/{conversation}").status_code == 200
