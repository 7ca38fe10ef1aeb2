"""The interface over HTTP, asked as any program asks it: a real server, a real store, httpx."""

import io
import json
import shutil
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import docx
import httpx
import pytest
from http_server import server

from assistant.answer import Answer
from assistant.assistant import Assistant
from assistant.rechecking.findings import Verification

pytestmark = pytest.mark.xdist_group("http")

GATE = "Why did Gate 3 fail?"
EVACUATED = "How many people were evacuated?"
FERRY = "The ferry to Ostrel Rock leaves at seven in the morning."


@pytest.fixture(scope="module")
def own(demo: Assistant, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store that these tests may change."""
    return Path(shutil.copytree(demo.store, tmp_path_factory.mktemp("http") / "store"))


@pytest.fixture(scope="module")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder that may be added over HTTP."""
    return tmp_path_factory.mktemp("shelf")


@pytest.fixture(scope="module")
def address(own: Path, shelf: Path) -> Iterator[str]:
    settings = {"FOOTNOTE_FOLDERS": str(shelf), "FOOTNOTE_FILE_LIMIT": "1"}
    with server(own, **settings) as address:
        yield address


@pytest.fixture(scope="module")
def client(address: str) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=f"{address}/api/v1", timeout=60) as client:
        yield client


def events(client: httpx.Client, path: str, **sent: Any) -> list[tuple[str, Any]]:
    """What a stream tells, to its end."""
    method = "POST" if "json" in sent else "GET"
    with client.stream(method, path, **sent) as stream:
        assert stream.headers["content-type"].startswith("text/event-stream")
        told = "".join(stream.iter_text()).split("\n\n")
    parts = [dict(line.split(": ", 1) for line in one.splitlines()) for one in told if one]
    return [(one["event"], json.loads(one["data"])) for one in parts]


def ended(client: httpx.Client, job: dict[str, Any]) -> dict[str, Any]:
    """A job when it is over."""
    *_, (kind, last) = events(client, f"/jobs/{job['id']}/events")
    assert kind == "job"
    return last


def eventually(true: Callable[[], bool]) -> bool:
    until = time.monotonic() + 30
    while not true() and time.monotonic() < until:
        time.sleep(0.05)
    return true()


def add(client: httpx.Client, name: str, content: bytes, **headers: str) -> dict[str, Any]:
    sent = client.post("/documents", files={"files": (name, content)}, headers=headers)
    assert sent.status_code == 202, sent.text
    return ended(client, sent.json())


# Asking ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("question", [GATE, EVACUATED, "Who won the football match?"])
def test_a_question_has_the_same_answer_over_http_as_in_python(client, demo, question):
    asked = client.post("/ask", json={"question": question})
    over_http, here = Answer.model_validate_json(asked.content), demo.query(question)
    moments = {"created": here.created, "timings": here.timings}
    assert over_http.model_copy(update=moments) == here
    found = client.post("/search", json={"question": question, "k": 3}).json()
    assert found == [one.model_dump(mode="json") for one in demo.search(question, k=3)]


def test_each_sentence_is_told_as_soon_as_it_is_verified(client, demo):
    told = events(client, "/ask/events", json={"question": EVACUATED})
    kinds = [kind for kind, _ in told]
    assert kinds == ["progress"] * 3 + ["sentence"] * 2 + ["answer"]
    answer = told[-1][1]["answer"]
    assert [one["sentence"]["text"] for _, one in told[3:5]] == [
        one["text"] for one in answer["sentences"]
    ]
    assert answer["text"] == demo.query(EVACUATED).text


def test_a_conversation_is_followed_up_kept_judged_and_taken_along(client):
    first = client.post("/ask", json={"question": GATE, "keep": True})
    id_ = first.headers["Footnote-Conversation"]
    told = events(client, "/ask/events", json={"question": "Who greased it?", "conversation": id_})
    kept = {kind: said["id"] for kind, said in told if kind in ("conversation", "kept")}
    assert kept["conversation"] == id_
    read = client.get(f"/conversations/{id_}").json()
    assert read["title"] == GATE
    assert [one["answer"]["question"] for one in read["answers"]] == [GATE, "Who greased it?"]
    answer = first.headers["Footnote-Answer"]
    said = {"verdict": "down", "reason": "Too short."}
    assert client.put(f"/answers/{answer}/feedback", json=said).status_code == 204
    assert client.get(f"/answers/{answer}").json()["feedback"] == said
    assert client.delete(f"/answers/{answer}/feedback").status_code == 204
    assert client.get(f"/answers/{answer}").json()["feedback"] is None
    assert client.patch(f"/conversations/{id_}", json={"title": "The gate"}).status_code == 204
    assert [
        one["title"] for one in client.get("/conversations", params={"words": "bearing"}).json()
    ]
    for form in ("markdown", "html", "docx", "bibtex", "csl", "json"):
        for kind, one in (("answers", answer), ("conversations", id_)):
            file = client.get(f"/{kind}/{one}/export", params={"format": form})
            assert file.status_code == 200, file.text
            assert file.headers["content-disposition"].startswith("attachment")
            assert file.content
    assert client.delete(f"/conversations/{id_}").status_code == 204
    assert client.get(f"/conversations/{id_}").json()["code"] == "unknown-conversation"


def test_a_draft_has_its_footnotes_and_a_word_file_keeps_them(client):
    said = "Gate 3 failed because the bearing of its left arm had run dry."
    answer = client.post("/cite", json={"text": said}).json()
    assert answer["sentences"][0]["verdict"] == "supported"
    word, file = docx.Document(), io.BytesIO()
    word.add_paragraph(said)
    word.save(file)
    cited = client.post("/cite/file", files={"file": ("draft.docx", file.getvalue())})
    assert cited.json()["sentences"][0]["verdict"] == "supported"
    kept = cited.headers["Footnote-Answer"]
    back = client.get(f"/answers/{kept}/export", params={"format": "docx"})
    assert docx.Document(io.BytesIO(back.content)).paragraphs[0].text.startswith(said)


def test_a_report_is_made_step_by_step_exported_and_verified(client):
    begun = client.post("/reports", json={"questions": [GATE, EVACUATED], "title": "The night"})
    job = ended(client, begun.json())
    assert (job["state"], job["answered"]) == ("done", 2)
    made = client.get(f"/jobs/{job['id']}/report", params={"format": "markdown"})
    assert made.text.startswith("# The night")
    found = client.post("/verify", files={"file": ("night.md", made.content)})
    verification = Verification.model_validate_json(found.content)
    assert verification.clean
    assert verification.report == "night.md"
    template = "# Night\n\n{{ Why did Gate 3 fail? }}\n"
    job = ended(client, client.post("/reports", json={"template": template}).json())
    assert job["answered"] == 1


def test_a_job_that_is_cancelled_stops_and_is_told_as_such(client):
    asked = [f"Why did Gate {number} fail?" for number in range(200)]
    job = client.post("/reports", json={"questions": asked}).json()
    assert eventually(lambda: client.get(f"/jobs/{job['id']}").json()["done"] > 0)
    client.delete(f"/jobs/{job['id']}")
    last = ended(client, job)
    assert last["state"] == "cancelled"
    assert last["done"] < 200
    assert client.get(f"/jobs/{job['id']}/report").json()["code"] == "unknown-job"


# Documents ---------------------------------------------------------------------------------------


def test_a_document_is_added_read_replaced_given_back_and_removed(client):
    added = add(client, "ferry.txt", FERRY.encode())
    (file,) = added["files"]["added"]
    assert file["path"] == "ferry.txt"
    id_ = file["document_id"]
    assert id_ in [one["id"] for one in client.get("/documents").json()]
    read = client.get(f"/documents/{id_}").json()
    assert read["text"] == FERRY
    assert client.get(f"/documents/{id_}/text", params={"start": 4, "end": 9}).text == "ferry"
    assert client.get(f"/documents/{id_}/original").content == FERRY.encode()
    later = FERRY.replace("seven", "eight").encode()
    put = client.put(f"/documents/{id_}/file", files={"file": ("ferry.txt", later)})
    assert ended(client, put.json())["files"]["updated"][0]["document_id"] == id_
    now = client.get(f"/documents/{id_}").json()
    assert "eight" in now["text"]
    assert client.get(f"/documents/{id_}", params={"version": read["version"]}).json() == read
    purged = client.delete(f"/documents/{id_}", params={"purge": True})
    assert purged.json() == {"left_in": []}
    assert client.get(f"/documents/{id_}").status_code == 404
    assert client.delete(f"/documents/{id_}").status_code == 404


def test_a_cited_page_is_shown_with_the_place_of_its_words(client):
    cited = client.post("/ask", json={"question": GATE}).json()["citations"][0]
    assert client.get(f"/citations/{cited['id']}").json()["text"] == cited["quote"]
    span = {key: cited[key] for key in ("version", "start", "end")}
    places = client.get(f"/documents/{cited['document_id']}/rectangles", params=span).json()
    assert {place[0] for place in places} == {cited["page"]}
    page = client.get(f"/documents/{cited['document_id']}/pages/{cited['page']}")
    assert page.content[:2] == b"\xff\xd8"


def test_an_upload_that_is_sent_again_with_its_key_is_done_once(client):
    jobs = [add(client, "once.txt", b"Once.", **{"Idempotency-Key": "k1"})["id"] for _ in range(3)]
    assert len(set(jobs)) == 1
    other = client.post(
        "/documents",
        files={"files": ("once.txt", b"Twice.")},
        headers={"Idempotency-Key": "k1"},
    )
    assert (other.status_code, other.json()["code"]) == (422, "key-reused")


def test_a_bad_file_has_its_reason_and_the_others_are_added(client):
    files = [("files", ("song.mp3", b"ID3" + bytes(99))), ("files", ("tide.txt", b"High tide."))]
    job = ended(client, client.post("/documents", files=files).json())
    assert job["state"] == "done"
    assert [one["path"] for one in job["files"]["added"]] == ["tide.txt"]
    (failed,) = job["files"]["failed"]
    assert failed["path"] == "song.mp3"
    assert "binary" in failed["reason"]


def test_only_folders_that_the_setting_names_are_added(client, shelf, tmp_path):
    (shelf / "pier.txt").write_text("The pier of Ostrel fell in 1931.")
    (tmp_path / "secret.txt").write_text("The vault opens at noon.")
    (shelf / "way-out").symlink_to(tmp_path)
    job = ended(client, client.post("/documents/folder", json={"path": str(shelf)}).json())
    assert [Path(one["path"]).name for one in job["files"]["added"]] == ["pier.txt"]
    for path in (
        str(tmp_path),
        f"{shelf}/..",
        f"{shelf}/way-out",
        "/etc",
        str(shelf / "none"),
        "\0",
    ):
        refused = client.post("/documents/folder", json={"path": path})
        assert (refused.status_code, refused.json()["code"]) == (403, "forbidden"), path
    (shelf / "pier.txt").unlink()
    (shelf / "quay.txt").write_text("The quay stands.")
    synced = client.post("/documents/folder", json={"path": str(shelf), "sync": True})
    assert len(ended(client, synced.json())["files"]["removed"]) == 1


def test_an_upload_shows_no_folder_of_the_server(client):
    job = add(client, "../../../etc/tolls\x1b.txt", b"A shilling a ton.")
    (file,) = job["files"]["added"]
    assert "/" not in file["path"]
    assert "\x1b" not in file["path"]


# What is not taken -------------------------------------------------------------------------------

REFUSED = [
    ("POST", "/ask", {"question": " "}, 422, "question-error"),
    ("POST", "/ask", {"question": "why " * 2_000}, 422, "question-error"),
    ("POST", "/ask", {"question": GATE, "documents": ["none"]}, 404, "unknown-document"),
    ("POST", "/ask", {"question": GATE, "engine": "writer"}, 409, "settings-error"),
    ("POST", "/ask", {"question": GATE, "engine": "oracle"}, 422, "invalid-request"),
    ("POST", "/ask", {"question": GATE, "temperature": 2}, 422, "invalid-request"),
    ("POST", "/ask", {"question": GATE, "conversation": "c"}, 404, "unknown-conversation"),
    ("POST", "/ask/events", {"question": " "}, 422, "question-error"),
    ("POST", "/ask/events", {"question": GATE, "documents": ["no"]}, 404, "unknown-document"),
    ("POST", "/search", {"question": GATE, "k": 0}, 422, "invalid-request"),
    ("POST", "/cite", {"text": ""}, 422, "question-error"),
    ("POST", "/reports", {"questions": [" "]}, 422, "report-error"),
    ("POST", "/reports", {}, 422, "report-error"),
    ("POST", "/documents/address", {"address": "ftp://news.example"}, 422, "invalid-request"),
    ("GET", "/documents/..%2F..%2Fetc%2Fpasswd", None, 404, "not-found"),
    ("GET", "/documents/none/text", None, 404, "unknown-document"),
    ("GET", "/documents/none/original", None, 404, "unknown-document"),
    ("GET", "/documents/none/pages/1", None, 404, "unknown-document"),
    ("DELETE", "/documents/none", None, 404, "unknown-document"),
    ("GET", "/citations/none", None, 404, "unknown-document"),
    ("GET", "/jobs/none", None, 404, "unknown-job"),
    ("GET", "/conversations/none", None, 404, "unknown-conversation"),
    ("GET", "/answers/none/export?style=/etc/passwd.csl", None, 422, "invalid-request"),
    ("GET", "/nowhere", None, 404, "not-found"),
    ("PUT", "/ask", {}, 405, "method-not-allowed"),
]


@pytest.mark.parametrize(("method", "path", "body", "status", "code"), REFUSED)
def test_what_is_not_taken_has_a_code_and_one_line(client, own, method, path, body, status, code):
    refused = client.request(method, path, json=body)
    said = refused.json()
    assert (refused.status_code, said["code"], said["status"]) == (status, code, status)
    assert refused.headers["content-type"] == "application/problem+json"
    assert "\n" not in said["detail"]
    assert said["detail"].endswith(".")
    assert str(own) not in refused.text


@pytest.mark.parametrize("body", [b"[" * 10_000, b'{"question":' * 10_000, b"{", b"\xff", b"null"])
def test_a_body_that_is_no_request_is_one_line(client, body):
    headers = {"Content-Type": "application/json"}
    refused = client.post("/ask", content=body, headers=headers)
    assert refused.status_code in (400, 422)
    assert refused.json()["code"] in ("bad-request", "invalid-request")


def test_a_body_that_is_too_large_is_refused_before_it_is_read(client, address):
    def endless() -> Iterator[bytes]:
        while True:
            yield b" " * (1 << 20)

    json_ = {"Content-Type": "application/json"}
    said = client.post("/ask", content=b" " * (5 << 20), headers=json_)
    assert (said.status_code, said.json()["code"]) == (413, "too-large")
    for content_type in ("application/json", "multipart/form-data; boundary=b"):
        try:
            refused = client.post(
                "/documents", content=endless(), headers={"Content-Type": content_type}
            )
        except httpx.TransportError:
            pass  # the connection was closed while more was sent
        else:
            assert refused.status_code in (400, 413, 422)
    large = client.post("/documents", files={"files": ("large.txt", b"x" * ((1 << 20) + 1))})
    assert (large.status_code, large.json()["code"]) == (413, "too-large")
    assert "FOOTNOTE_FILE_LIMIT" in large.json()["detail"]
    assert httpx.get(f"{address}/healthz").text == "ok\n"


def test_what_a_client_leaves_goes_on_no_longer(client, address):
    def running() -> float:
        figures = httpx.get(f"{address}/metrics").text
        kinds = ("footnote_questions_running ", "footnote_drafts_running ")
        return sum(float(one.split()[1]) for one in figures.splitlines() if one.startswith(kinds))

    draft = " ".join(f"Gate {number} failed at {number} o'clock." for number in range(2_000))
    with pytest.raises(httpx.ReadTimeout):
        client.post("/cite", json={"text": draft}, timeout=httpx.Timeout(30, read=1))
    assert eventually(lambda: running() == 0)
    with client.stream("POST", "/ask/events", json={"question": EVACUATED}) as stream:
        next(stream.iter_lines())
    assert eventually(lambda: running() == 0)


# The server --------------------------------------------------------------------------------------


def test_a_supervisor_and_prometheus_are_told_how_it_is(address, client):
    assert httpx.get(f"{address}/healthz", headers={"Host": "10.0.0.7"}).text == "ok\n"
    assert httpx.get(f"{address}/readyz").text == "ready\n"
    client.post("/ask", json={"question": "Who won the football match?"})
    figures = httpx.get(f"{address}/metrics").text
    assert 'footnote_requests_total{method="POST",route="/api/v1/ask",status="200"}' in figures
    assert 'footnote_answers_total{outcome="abstained"}' in figures
    assert "process_resident_memory_bytes" in figures
    assert "football" not in figures


def test_the_description_is_served_from_this_machine_alone(address):
    page = httpx.get(f"{address}/api/docs").text
    assert "http://" not in page
    assert "https://" not in page
    for name in ("swagger-ui-bundle.js", "swagger-ui.css", "favicon.png"):
        assert f"/api/assets/{name}" in page
        assert httpx.get(f"{address}/api/assets/{name}").status_code == 200
    assert httpx.get(f"{address}/api/assets/../app.py").status_code == 404
    described = httpx.get(f"{address}/api/openapi.json").json()
    assert described["paths"]["/api/v1/ask"]["post"]["summary"]
    for path, operations in described["paths"].items():
        for operation in operations.values():
            assert "application/problem+json" in operation["responses"]["default"]["content"], path
