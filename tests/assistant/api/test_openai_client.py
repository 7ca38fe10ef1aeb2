"""What OpenAI's own client gets from the interface that speaks its language."""

import json
import socket
from collections.abc import Iterator

import httpx
import numpy as np
import openai
import pytest
from chat_server import KEY, MODEL, serving, writes_json
from fastapi import FastAPI
from scripted_models import judging
from served import served
from slow_answers import Slow

from assistant.answer import Answer
from assistant.api.openai_answering import Conversation
from assistant.api.openai_compatible import router
from assistant.api.openai_errors import LARGEST
from assistant.api.openai_wire import Message
from assistant.assistant import Assistant
from assistant.settings import Settings

WHY = "Why did Gate 3 fail?"
MATCH = "Who won the football match?"
MANY = "How many people were evacuated?"


def asks(question: str) -> list[dict[str, str]]:
    return [{"role": "user", "content": question}]


def same(answer: dict, other: Answer) -> bool:
    """Whether both say the same; times differ."""
    left = Answer.model_validate(answer).model_copy(
        update={"created": other.created, "timings": {}}
    )
    return left == other.model_copy(update={"timings": {}})


# Chat completions --------------------------------------------------------------------------------


def test_a_chat_completion_is_the_answer_that_python_gets(client, demo):
    reply = client.chat.completions.create(model="footnote", messages=asks(MANY))
    answer = demo.query(MANY)
    content = reply.choices[0].message.content
    assert content.startswith(
        f"{answer.text}\n\n[1] [{answer.citations[0].title}](http://127.0.0.1:"
    )
    assert same(reply.footnote, answer)
    assert (reply.model, reply.choices[0].finish_reason) == ("footnote", "stop")


def test_each_annotation_names_a_footnote_in_the_text_and_the_words_it_cites(client, demo):
    message = (
        client.chat.completions.create(model="footnote", messages=asks(MANY)).choices[0].message
    )
    answer = demo.query(MANY)
    numbers = []
    for annotation in message.annotations:
        place = annotation.url_citation
        numbers.append(message.content[place.start_index : place.end_index])
        cited = annotation.file_citation
        document = demo.document(cited["file_id"])
        assert cited["quote"] in document.text
        assert place.url.endswith(f"/?cite={cited['id']}")
        assert place.title == document.title
    assert numbers == ["[1]", "[2]"]
    assert len(answer.citations) == 2


def test_a_stream_says_what_the_whole_reply_says(client):
    whole = client.chat.completions.create(model="footnote", messages=asks(MANY))
    text, annotations, ends, last = "", [], [], None
    for chunk in client.chat.completions.create(
        model="footnote", messages=asks(MANY), stream=True, stream_options={"include_usage": True}
    ):
        for choice in chunk.choices:
            text += choice.delta.content or ""
            annotations += getattr(choice.delta, "annotations", None) or []
            ends.append(choice.finish_reason)
        last = getattr(chunk, "footnote", last)
    assert text == whole.choices[0].message.content
    assert annotations == [one.model_dump() for one in whole.choices[0].message.annotations]
    assert ends[-1] == "stop"
    assert set(ends[:-1]) == {None}
    assert chunk.usage is not None
    assert Answer.model_validate(last).text == Answer.model_validate(whole.footnote).text


def test_the_helper_of_the_client_puts_a_stream_together(client, demo):
    with client.chat.completions.stream(model="footnote", messages=asks(WHY)) as stream:
        for _ in stream:
            pass
        message = stream.get_final_completion().choices[0].message
    assert message.content.startswith(demo.query(WHY).text)


def test_what_the_documents_do_not_answer_is_said_with_the_nearest_passages(client):
    reply = client.chat.completions.create(model="footnote", messages=asks(MATCH))
    content = reply.choices[0].message.content
    assert content.startswith("The documents do not answer this.")
    assert content.count("\n– ") == 3
    assert reply.choices[0].message.annotations == []
    assert reply.footnote["abstained"]


def test_earlier_messages_let_a_follow_up_be_understood(client, demo):
    first, second = "Who is Ilse Marrant?", "When did she say that the sirens sounded?"
    earlier = client.chat.completions.create(model="footnote", messages=asks(first))
    said = earlier.choices[0].message.content
    reply = client.chat.completions.create(
        model="footnote",
        messages=[
            {"role": "system", "content": "Answer like a pirate. Cite nothing."},
            *asks(first),
            {"role": "assistant", "content": said},
            {"role": "user", "content": [{"type": "text", "text": second}]},
        ],
    )
    history = [("user", first), ("assistant", demo.query(first).text)]
    assert same(reply.footnote, demo.query(second, history=history))


def test_only_the_documents_that_are_named_are_looked_in(client, demo):
    statement = next(one for one in demo.documents() if one.title.startswith("Statement"))
    reply = client.chat.completions.create(
        model="footnote", messages=asks(MANY), extra_body={"documents": [statement.id]}
    )
    assert {one["document_id"] for one in reply.footnote["citations"]} == {statement.id}


GATE = "The gate failed at nine."
BELL = "The bell rang a minute later."


@pytest.fixture
def writing(tmp_path) -> Iterator[str]:
    """Where an assistant is served whose writer quotes two sentences, one after the other."""
    (tmp_path / "log.txt").write_text(f"{GATE} {BELL}")
    app = FastAPI()
    with serving() as chat:
        judging(chat)
        chat.answers(writes_json((GATE, [1]), (BELL, [1])))
        settings = Settings(writer=f"openai:{MODEL}", writer_base=chat.address, writer_key=KEY)
        with Assistant(tmp_path / "store", settings=settings) as own:
            own.add(tmp_path / "log.txt")
            app.include_router(router(own))
            with served(app) as base:
                yield base


def test_each_sentence_of_a_writer_is_told_once_it_is_verified(writing):
    with openai.OpenAI(base_url=f"{writing}/v1", api_key="none", max_retries=0) as client:
        assert "footnote-writer" in [one.id for one in client.models.list()]
        asked = {"model": "footnote", "messages": asks("When did the gate fail?")}
        told = [*client.chat.completions.create(**asked, stream=True)]
        pieces = [c.delta.content for one in told for c in one.choices if c.delta.content]
        assert pieces[:2] == [f"{GATE}[1]", f" {BELL}[2]"]
        whole = client.chat.completions.create(**asked)
        assert "".join(pieces) == whole.choices[0].message.content
        assert whole.usage.completion_tokens > 0
        reader = client.chat.completions.create(**{**asked, "model": "footnote-reader"})
        assert reader.footnote["engine"] == "reader"


# Models ------------------------------------------------------------------------------------------


def test_the_models_are_the_store_its_reader_and_the_embedding_model(client, demo):
    assert [one.id for one in client.models.list()] == [
        "footnote",
        "footnote-reader",
        demo.embedding,
    ]
    assert client.models.retrieve("footnote-reader").id == "footnote-reader"
    with pytest.raises(
        openai.NotFoundError, match=r"There is no model 'gpt-4o' here\. There are: "
    ):
        client.models.retrieve("gpt-4o")


def test_a_folder_and_another_store_can_be_models_of_their_own(tmp_path):
    for folder, words in (("tides", "High tide came at nine."), ("gates", "The gate is green.")):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "log.txt").write_text(words)
    with Assistant(tmp_path / "other") as other:
        other.add(tmp_path / "gates")
    models = {"tides": tmp_path / "tides", "gates": tmp_path / "other", "none": tmp_path / "none"}
    app = FastAPI()
    with Assistant(tmp_path / "store", settings=Settings(models=models)) as own:
        own.add(tmp_path / "tides")
        (tmp_path / "bell.txt").write_text("The bell rang at noon.")
        own.add(tmp_path / "bell.txt")
        app.include_router(router(own))
        with (
            served(app) as base,
            openai.OpenAI(base_url=f"{base}/v1", api_key="none", max_retries=0) as client,
        ):

            def answered(model: str, question: str) -> bool:
                asked = client.chat.completions.create(model=model, messages=asks(question))
                return not asked.footnote["abstained"]

            assert answered("tides", "When did high tide come?")
            assert not answered("tides", "When did the bell ring?")
            assert answered("footnote", "When did the bell ring?")
            assert answered("gates", "What is green?")
            with pytest.raises(openai.ConflictError, match="No document of the model 'none'"):
                answered("none", "Who?")
            bell = next(one.id for one in own.documents() if one.path.endswith("bell.txt"))
            with pytest.raises(openai.BadRequestError, match="is not one of this model's"):
                client.chat.completions.create(
                    model="tides", messages=asks("When?"), extra_body={"documents": [bell]}
                )


# Responses ---------------------------------------------------------------------------------------


def test_a_response_cites_files_as_file_search_does(client, demo):
    reply = client.responses.create(model="footnote", input=WHY)
    (message,) = reply.output
    (output,) = message.content
    first = output.annotations[0]
    answer = demo.query(WHY)
    assert reply.output_text.startswith(answer.text)
    assert (first.type, first.file_id) == ("file_citation", answer.citations[0].document_id)
    assert output.text[first.index : first.index + 3] == "[1]"
    assert first.quote == answer.citations[0].quote
    assert same(reply.footnote, answer)


def test_a_streamed_response_is_put_together_by_the_client(client):
    whole = client.responses.create(model="footnote", input=asks(MANY))
    with client.responses.stream(model="footnote", input=asks(MANY)) as stream:
        kinds = [event.type for event in stream]
        final = stream.get_final_response()
    assert final.output_text == whole.output_text
    assert final.output[0].content[0].annotations == whole.output[0].content[0].annotations
    assert kinds[0] == "response.created"
    assert kinds[-1] == "response.completed"
    assert kinds.count("response.output_text.annotation.added") == 2


def test_a_response_is_not_kept(client):
    with pytest.raises(openai.BadRequestError, match="Responses are not kept"):
        client.responses.create(model="footnote", input=WHY, previous_response_id="resp_1")


# Embeddings --------------------------------------------------------------------------------------


def test_embeddings_are_the_vectors_of_the_store(client, demo):
    texts = ["High tide came at nine.", "The bell rang."]
    reply = client.embeddings.create(model=demo.embedding, input=texts, encoding_format="float")
    rows = np.array([one.embedding for one in reply.data], np.float32)
    assert np.allclose(rows, demo.embed(texts), atol=1e-6)


def test_vectors_come_in_base64_as_the_client_asks_for_them_unless_told_otherwise(address, demo):
    with openai.OpenAI(base_url=f"{address}/v1", api_key="none", max_retries=0) as lenient:
        reply = lenient.embeddings.create(model=demo.embedding, input="Tide.")
    assert np.allclose(reply.data[0].embedding, demo.embed(["Tide."])[0], atol=1e-6)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"input": []}, "Each text must hold something"),
        ({"input": [" "]}, "Each text must hold something"),
        ({"input": [[1, 2, 3]]}, "send the text itself"),
        ({"input": "Tide.", "dimensions": 5}, "Vectors of this model have 384 numbers"),
        ({"input": ["Tide."] * 2_049}, "One request may hold 2,048 texts, not 2,049"),
    ],
)
def test_what_cannot_be_embedded_is_told(address, demo, given, said):
    reply = httpx.post(f"{address}/v1/embeddings", json={"model": demo.embedding, **given})
    assert reply.status_code == 400
    assert said in reply.json()["error"]["message"]


# What cannot be answered -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "status", "param", "said"),
    [
        ({"model": "gpt-4o"}, 404, "model", "There is no model 'gpt-4o' here"),
        ({"n": 3}, 400, "n", "One answer is given to a question, not 3"),
        ({"messages": []}, 400, "messages", "messages cannot be used"),
        (
            {"messages": [{"role": "system", "content": "Be brief."}]},
            400,
            "messages",
            "last message",
        ),
        ({"messages": [*asks("?!")]}, 400, None, "The question is empty"),
        ({"messages": [*asks("a" * 4_001)]}, 400, None, "4,000"),
        ({"documents": ["../../etc/passwd"]}, 404, None, "No document has the id"),
        (
            {"response_format": {"type": "json_object"}},
            400,
            "response_format",
            "text with footnotes",
        ),
        ({"tool_choice": "required"}, 400, "tool_choice", "No tool is called here"),
        (
            {"messages": [{"role": "user", "content": [{"type": "image_url", "image_url": {}}]}]},
            400,
            "messages",
            "Only text is read, no 'image_url'",
        ),
    ],
)
@pytest.mark.parametrize("stream", [False, True])
def test_what_cannot_be_answered_is_told_in_openais_shape(
    address, given, status, param, said, stream
):
    asked = {"model": "footnote", "messages": asks(WHY), "stream": stream, **given}
    reply = httpx.post(f"{address}/v1/chat/completions", json=asked)
    assert reply.status_code == status
    fault = reply.json()["error"]
    assert said in fault["message"]
    assert "\n" not in fault["message"]
    assert (fault["type"], fault["param"]) == ("invalid_request_error", param)
    assert fault["code"]


def test_the_line_for_an_empty_store_is_the_products_own(tmp_path):
    app = FastAPI()
    with Assistant(tmp_path / "store") as empty:
        app.include_router(router(empty))
        with (
            served(app) as base,
            openai.OpenAI(base_url=f"{base}/v1", api_key="none", max_retries=0) as client,
            pytest.raises(
                openai.ConflictError, match=r"There are no documents in the store yet\. Add some"
            ),
        ):
            client.chat.completions.create(model="footnote", messages=asks(WHY))


@pytest.mark.parametrize(
    ("body", "status", "said"),
    [
        (b"{", 400, "The body is not valid JSON"),
        (b"", 400, "The body cannot be used"),
        (b'{"model": ' + b"[" * 10_000 + b"]" * 10_000 + b"}", 400, ""),
        (b'{"model": "' + b"a" * LARGEST + b'"}', 413, "A request may have 4 MiB"),
    ],
    ids=["broken", "nothing", "deep", "large"],
)
@pytest.mark.parametrize("told", [True, False], ids=["length-told", "length-untold"])
def test_a_body_that_cannot_be_read_costs_one_clear_line(address, body, status, said, told):
    pieces = body if told else iter([body[at : at + 65_536] for at in range(0, len(body), 65_536)])
    headers = {"Content-Type": "application/json"}
    reply = httpx.post(f"{address}/v1/chat/completions", content=pieces, headers=headers)
    assert reply.status_code == status
    assert said in reply.json()["error"]["message"]


def test_the_description_names_every_path_and_the_shape_of_errors(demo):
    app = FastAPI()
    app.include_router(router(demo))
    paths = app.openapi()["paths"]
    assert set(paths) == {
        "/v1/models",
        "/v1/models/{name}",
        "/v1/chat/completions",
        "/v1/responses",
        "/v1/embeddings",
    }
    for path in paths.values():
        for told in path.values():
            refused = told["responses"]["400"]["content"]["application/json"]["schema"]
            assert refused == {"$ref": "#/components/schemas/ErrorReply"}


# What a document may hold ------------------------------------------------------------------------


def test_nothing_of_a_document_is_drawn_by_a_chat_program(tmp_path):
    (tmp_path / "log.txt").write_text(
        "The keeper saw ![a light](http://evil.example/p.png) and <img src=x> at nine [1]."
    )
    app = FastAPI()
    with Assistant(tmp_path / "store") as own:
        own.add(tmp_path / "log.txt")
        app.include_router(router(own))
        with served(app) as base:
            asked = {"model": "footnote", "messages": asks("What did the keeper see at nine?")}
            reply = httpx.post(f"{base}/v1/chat/completions", json=asked).json()
    message = reply["choices"][0]["message"]
    assert not reply["footnote"]["abstained"]
    for drawn in ("![", "](http://evil", "<img"):
        assert drawn not in message["content"].replace(f"\\{drawn}", "")
    places = [one["url_citation"] for one in message["annotations"]]
    assert [message["content"][p["start_index"] : p["end_index"]] for p in places] == ["[1]"]


# A client that leaves ----------------------------------------------------------------------------


@pytest.mark.parametrize("stream", [True, False])
def test_a_client_that_leaves_ends_the_work(demo, stream):
    app = FastAPI()
    with Slow(demo.store) as slow:
        app.include_router(router(slow))
        with served(app) as base:
            host, port = base.removeprefix("http://").split(":")
            body = json.dumps({"model": "footnote", "messages": asks(WHY), "stream": stream})
            request = (
                "POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\n"
                f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n{body}"
            )
            with socket.create_connection((host, int(port))) as leaving:
                leaving.sendall(request.encode())
                if stream:
                    assert b"200 OK" in leaving.recv(4_096)
                else:
                    assert slow.began.wait(20)
                assert not slow.ended.is_set()
            assert slow.ended.wait(20)


def test_what_tools_and_systems_say_has_no_part_in_a_conversation():
    said = [
        Message(role="system", content="Be brief."),
        Message(content="Who is Ann Lee?"),
        Message(role="assistant", content="A pilot.[1]\n\n[1] [Log](http://x/?cite=5): “Ann Lee”"),
        Message(role="tool", content="42"),
        Message(content="When did she land?"),
    ]
    conversation = Conversation.of(said, "messages")
    assert conversation.question == "When did she land?"
    assert conversation.history == (("user", "Who is Ann Lee?"), ("assistant", "A pilot.[1]"))
