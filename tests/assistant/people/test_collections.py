"""Collections: who may read, add to and share which documents, by program, command and HTTP."""

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import httpx
import pytest

from assistant.assistant import Assistant
from assistant.messages import NO_LONGER_YOURS
from assistant.people.person import Person
from index.errors import CollectionError, FootnoteError, UnknownCollection

ANN, BOB, EVE = Person("Ann"), Person("Bob", frozenset({"law"})), Person("Eve")
WEIR = "The weir of Brindle was built in 1903 by Ida Brandt."
MILL = "The mill of Brindle was built in 1811 by Otto Lund."
BUILT = "When was the weir of Brindle built?"


@pytest.fixture
def whole(tmp_path: Path) -> Iterator[Assistant]:
    with Assistant(tmp_path / "store") as assistant:
        yield assistant


@pytest.fixture
def ann(whole: Assistant) -> Assistant:
    view = whole.for_person(ANN)
    view.collections.create("Weirs")
    return view


def written(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def test_what_somebody_begins_is_theirs_and_what_they_add_comes_into_it(whole, ann, tmp_path):
    (added,) = ann.add(written(tmp_path, "weir.txt", WEIR)).added
    (mine,) = ann.collections.listed()
    assert (mine.name, mine.documents, mine.members) == ("Weirs", 1, {"person:Ann": "owner"})
    assert ann.query(BUILT).citations[0].document_id == added.document_id
    assert [one.id for one in whole.documents()] == [added.document_id]
    eve = whole.for_person(EVE)
    assert eve.documents() == []
    assert eve.collections.listed() == []
    with pytest.raises(FootnoteError, match="no documents yet that you may read"):
        eve.query(BUILT)
    with pytest.raises(CollectionError, match="no collection to which you may add"):
        eve.add(written(tmp_path, "mill.txt", MILL))
    assert len(whole.documents()) == 1


def test_roles_say_who_reads_who_adds_and_who_shares(whole, ann, tmp_path):
    (added,) = ann.add(written(tmp_path, "weir.txt", WEIR)).added
    bob = whole.for_person(BOB)
    ann.collections.grant("Weirs", "group:law", "reader")
    assert [one.id for one in bob.documents()] == [added.document_id]
    assert bob.collections.listed()[0].members == {}
    for act in (
        lambda: bob.add(written(tmp_path, "mill.txt", MILL)),
        lambda: bob.remove(added.document_id),
        lambda: bob.correct(added.document_id, {"title": "Mine"}),
        lambda: bob.replace(added.document_id, written(tmp_path, "mill.txt", MILL)),
        lambda: bob.collections.put("Weirs", [added.document_id]),
        lambda: bob.collections.take("Weirs", [added.document_id]),
        lambda: bob.collections.grant("Weirs", "person:Eve", "reader"),
        lambda: bob.collections.drop("Weirs"),
    ):
        with pytest.raises(CollectionError):
            act()
    ann.collections.grant("Weirs", "person:Bob", "contributor")
    assert len(bob.add(written(tmp_path, "mill.txt", MILL)).added) == 1
    bob.correct(added.document_id, {"title": "The weir"})
    with pytest.raises(CollectionError):
        bob.collections.grant("Weirs", "person:Eve", "reader")
    ann.collections.revoke("Weirs", "person:Bob")
    ann.collections.revoke("Weirs", "group:law")
    assert bob.documents() == []
    with pytest.raises(UnknownCollection):
        whole.for_person(BOB).within("Weirs").documents()


def test_a_collection_keeps_an_owner_and_whoever_has_the_store_can_name_one(whole, ann):
    for act in (
        lambda: ann.collections.revoke("Weirs", "person:Ann"),
        lambda: ann.collections.grant("Weirs", "person:Ann", "reader"),
    ):
        with pytest.raises(CollectionError, match="needs an owner"):
            act()
    whole.collections.revoke("Weirs", "person:Ann")
    assert ann.collections.listed() == []
    whole.collections.grant("Weirs", "person:Eve", "owner")
    assert whole.for_person(EVE).collections.listed()[0].name == "Weirs"


@pytest.mark.parametrize(
    ("name", "member", "role"),
    [
        ("Weirs", "Eve", "reader"),
        ("Weirs", "person: ", "reader"),
        ("Weirs", "robot:Eve", "reader"),
        ("Weirs", "person:Eve", "king"),
        ("Nothing", "person:Eve", "reader"),
    ],
)
def test_what_cannot_be_is_one_line_and_changes_nothing(whole, ann, name, member, role):
    before = whole.collections.listed()
    with pytest.raises(CollectionError) as told:
        ann.collections.grant(name or "Weirs", member, role)
    assert "\n" not in str(told.value)
    assert whole.collections.listed() == before


@pytest.mark.parametrize("name", ["", "  ", "x" * 101, "a\x00b", "a\u202eb", "Weirs"])
def test_a_name_that_cannot_be_is_one_line(whole, ann, name):
    with pytest.raises(CollectionError) as told:
        ann.collections.create(name)
    assert "\n" not in str(told.value)
    assert len(whole.collections.listed()) == 1


def test_the_same_bytes_are_added_for_each_who_had_not_seen_them(whole, ann, tmp_path):
    (added,) = ann.add(written(tmp_path, "weir.txt", WEIR)).added
    eve = whole.for_person(EVE)
    eve.collections.create("Rivers")
    events = []
    report = eve.add(tmp_path / "weir.txt", progress=events.append)
    assert [one.outcome for one in report.added] == ["added"]
    assert report.unchanged == ()
    assert [one.outcome for one in events] == ["added"]
    assert [one.id for one in eve.documents()] == [added.document_id]
    assert len(eve.add(tmp_path / "weir.txt").unchanged) == 1
    # Whoever removes it leaves it to the other.
    ann.remove(added.document_id)
    assert ann.documents() == []
    assert eve.query(BUILT).citations[0].document_id == added.document_id
    eve.remove(added.document_id)
    assert whole.documents() == []


def test_a_right_that_is_withdrawn_in_the_middle_ends_the_answer(whole, ann, tmp_path):
    ann.add(written(tmp_path, "weir.txt", WEIR))
    steps = len(list(ann.stream(BUILT)))
    for step in range(steps):
        whole.collections.grant("Weirs", "person:Eve", "reader")
        events = whole.for_person(EVE).stream(BUILT)
        for _ in range(step):
            next(events)
        whole.collections.revoke("Weirs", "person:Eve")
        told = []
        with suppress(FootnoteError):
            told.extend(events)
        assert "1903" not in repr(told), step


def test_a_kept_answer_says_nothing_of_what_may_be_read_no_longer(whole, ann, tmp_path):
    ann.add(written(tmp_path, "weir.txt", WEIR))
    whole.collections.grant("Weirs", "person:Eve", "reader")
    eve = whole.for_person(EVE)
    answer = eve.query(BUILT)
    assert "1903" in answer.text
    id_, answer_id = eve.conversations.keep("Eve's", None, answer, 0.1)
    assert eve.conversations.answer("Eve's", answer_id)[1].answer == answer
    assert [one.id for one in eve.conversations.listed("Eve's", "Brandt")] == [id_]
    whole.collections.revoke("Weirs", "person:Eve")
    for kept in (
        eve.conversations.answer("Eve's", answer_id)[1],
        eve.conversations.linked(answer_id),
        *eve.conversations.read("Eve's", id_)[1],
    ):
        assert kept.answer.message == NO_LONGER_YOURS
        assert "1903" not in kept.answer.model_dump_json()
    assert eve.conversations.listed("Eve's", "Brandt") == []
    assert whole.conversations.answer("Eve's", answer_id)[1].answer == answer


def test_a_document_that_was_removed_is_in_no_collection_when_it_comes_again(whole, ann, tmp_path):
    path = written(tmp_path, "weir.txt", WEIR)
    (added,) = ann.add(path).added
    whole.remove(added.document_id)
    whole.add(path)
    assert ann.documents() == []
    assert whole.collections.listed()[0].documents == 0


def test_a_back_up_holds_collections_and_rights(whole, ann, tmp_path):
    ann.add(written(tmp_path, "weir.txt", WEIR))
    whole.back_up(tmp_path / "all.zip")
    with Assistant(tmp_path / "again") as restored:
        restored.restore(tmp_path / "all.zip")
        assert restored.collections.listed() == whole.collections.listed()
        assert "1903" in restored.for_person(ANN).query(BUILT).text
        assert restored.for_person(EVE).documents() == []


def test_by_the_command_line(footnote, tmp_path):
    store = ("--store", str(tmp_path / "store"))
    path = written(tmp_path, "weir.txt", WEIR)
    footnote("add", str(path), *store)
    assert footnote("collection", "add", "Weirs", "--owner", "person:Ann", *store).out == "Weirs\n"
    assert footnote("collection", "put", "Weirs", "--all", *store).out == "1 documents\n"
    footnote("collection", "grant", "Weirs", "group:law", *store)
    footnote("add", "--collection", "Weirs", str(written(tmp_path, "mill.txt", MILL)), *store)
    listed = footnote("collection", "list", *store).out
    assert listed == "Weirs, 2 documents\n  reader: group:law\n  owner: person:Ann\n"
    assert "1903" in footnote("ask", BUILT, "--collection", "Weirs", *store).out
    assert footnote("collection", "revoke", "Weirs", "person:Eve", *store).status == 1
    assert footnote("ask", BUILT, "--collection", "Nothing", *store).status == 1


def test_over_http_each_person_reads_adds_and_shares_their_own(browser, token):
    bob, cleo = browser("Bob"), browser("Cleo")
    at, api = str(bob.base_url), "/api/v1"
    assert bob.post(f"{api}/collections", json={"name": "Rivers"}).status_code == 201
    sent = {"files": ("weir.txt", WEIR.encode())}
    job = bob.post(f"{api}/documents", params={"collection": "Rivers"}, files=sent).json()
    for _ in range(600):
        job = bob.get(f"{api}/jobs/{job['id']}").json()
        if job["state"] not in ("waiting", "running"):
            break
    (added,) = job["files"]["added"]
    weir = f"{api}/documents/{added['document_id']}"
    asked = {"question": BUILT, "keep": True}
    assert "1903" in bob.post(f"{api}/ask", json=asked).text
    assert "1903" not in bob.post(f"{api}/ask", params={"collection": "Barrage"}, json=asked).text
    assert bob.post(f"{api}/ask", params={"collection": "Nothing"}, json=asked).status_code == 404
    for path in (weir, f"{weir}/text", f"{weir}/original", f"{api}/collections/Rivers/documents"):
        assert bob.get(path).status_code == 200
        assert cleo.get(path).status_code == 404
        assert httpx.get(f"{at}{path}", headers=token("Cleo")).status_code == 404
    assert "Rivers" not in cleo.get(f"{api}/collections").text
    assert "weir" not in cleo.get(f"{api}/documents").text
    assert "1903" not in cleo.post(f"{api}/ask", json=asked).text
    assert cleo.delete(weir).status_code == 404
    shared = {"member": "person:Cleo", "role": "reader"}
    assert cleo.put(f"{api}/collections/Rivers/members", json=shared).status_code == 404
    assert bob.put(f"{api}/collections/Rivers/members", json=shared).status_code == 200
    kept = cleo.post(f"{api}/ask", json=asked)
    assert "1903" in kept.text
    conversation = f"{api}/conversations/{kept.headers['Footnote-Conversation']}"
    assert "1903" in cleo.get(conversation).text
    assert cleo.delete(weir).status_code == 409
    assert cleo.delete(f"{api}/collections/Rivers").status_code == 409
    bob.put(f"{api}/collections/Rivers/members", json={"member": "person:Cleo"})
    assert "1903" not in cleo.get(conversation).text
    with Assistant(url=at, token=token("Bob")["Authorization"].split()[1]) as remote:
        assert [one.name for one in remote.collections.listed()] == ["Barrage", "Rivers"]
        assert [one.title for one in remote.within("Rivers").documents()] == ["Weir"]
        remote.collections.take("Rivers", [added["document_id"]])
        assert remote.collections.documents("Rivers") == []
        remote.collections.drop("Rivers")
