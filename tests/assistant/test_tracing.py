"""A collector is told what each question took, and no word of it; without one nothing changes."""

import logging
from collections.abc import Iterator
from concurrent import futures
from contextlib import closing

import grpc
import pytest
from chat_server import serving, writes
from opentelemetry.proto.collector.trace.v1 import trace_service_pb2, trace_service_pb2_grpc
from opentelemetry.proto.trace.v1.trace_pb2 import Span, Status
from scripted_models import judging

from assistant import Assistant
from assistant.settings import Settings
from index.errors import QuestionError, SettingsError

TEXT = "The harbour of Sandvik was closed on 3 March 2024. Its pier had cracked in the frost."
QUESTION = "When was the harbour of Sandvik closed?"


class Collector(trace_service_pb2_grpc.TraceServiceServicer):
    """Keeps what it is sent."""

    def __init__(self) -> None:
        self.raw = b""
        self.spans: list[Span] = []

    def Export(self, request, context):  # noqa: N802 (gRPC's)
        del context
        self.raw += request.SerializeToString()
        for resource in request.resource_spans:
            for scope in resource.scope_spans:
                self.spans += scope.spans
        return trace_service_pb2.ExportTraceServiceResponse()

    def named(self, name: str) -> Span:
        (span,) = (one for one in self.spans if one.name == name)
        return span


@pytest.fixture
def collector() -> Iterator[Collector]:
    server = grpc.server(futures.ThreadPoolExecutor(2))
    kept = Collector()
    trace_service_pb2_grpc.add_TraceServiceServicer_to_server(kept, server)
    kept.address = f"http://127.0.0.1:{server.add_insecure_port('127.0.0.1:0')}"
    server.start()
    yield kept
    server.stop(None).wait()


@pytest.fixture
def opened(tmp_path):
    """Opens an assistant with the one document."""
    file = tmp_path / "harbour.txt"
    file.write_text(TEXT, encoding="utf-8")

    def opening(**settings) -> Assistant:
        assistant = Assistant(settings=Settings(store=tmp_path / "store", **settings))
        assistant.add(file)
        return assistant

    return opening


def attributes(span: Span) -> dict[str, object]:
    values = ((one.key, one.value) for one in span.attributes)
    return {key: getattr(value, value.WhichOneof("value")) for key, value in values}


def test_a_question_is_a_trace_with_its_stages_and_none_of_its_words(collector, opened):
    with opened(traces=collector.address) as assistant:
        answer = assistant.query(QUESTION)
    question = collector.named("question")
    told = attributes(question)
    assert told["footnote.engine"] == "reader"
    assert told["footnote.sentences"] == len(answer.sentences)
    assert told["footnote.abstained"] is False
    stages = [span for span in collector.spans if span is not question]
    assert {span.name for span in stages} == {"searching", "reading", "verifying"}
    for stage in stages:
        assert stage.parent_span_id == question.span_id
        assert question.start_time_unix_nano <= stage.start_time_unix_nano
        assert stage.end_time_unix_nano <= question.end_time_unix_nano
    assert b"Sandvik" not in collector.raw
    assert b"harbour" not in collector.raw


def test_a_question_that_fails_says_so_without_its_words(collector, opened):
    with (
        opened(traces=collector.address, question_limit=10) as assistant,
        pytest.raises(QuestionError),
    ):
        assistant.query(QUESTION)
    question = collector.named("question")
    assert question.status.code == Status.STATUS_CODE_ERROR
    assert attributes(question)["error.type"] == "QuestionError"
    assert b"Sandvik" not in collector.raw


def test_the_stage_in_which_a_model_writes_tells_its_name_and_tokens(collector, opened):
    written = "The harbour of Sandvik was closed on 3 March 2024."
    with serving() as chat:
        judging(chat, plan="{}")
        chat.answers(writes(f"{written} [1]", usage=(310, 12)))
        settings = {"writer": "openai:quill-1", "writer_base": chat.address, "writer_key": "a-key"}
        with opened(traces=collector.address, **settings) as assistant:
            assert assistant.query(QUESTION).engine == "writer:quill-1"
    told = attributes(collector.named("writing"))
    assert told["gen_ai.request.model"] == "quill-1"
    assert (told["gen_ai.usage.input_tokens"], told["gen_ai.usage.output_tokens"]) == (310, 12)
    assert b"a-key" not in collector.raw


def test_an_answer_that_is_left_early_is_told_as_stopped(collector, opened):
    with (
        opened(traces=collector.address) as assistant,
        closing(assistant.stream(QUESTION)) as events,
    ):
        next(events)
    assert attributes(collector.named("question"))["footnote.stopped"] is True


def test_without_a_collector_the_answer_is_the_same_and_one_line_tells(opened, caplog):
    with opened() as assistant:
        plain = assistant.query(QUESTION)
    with caplog.at_level(logging.WARNING), opened(traces="http://127.0.0.1:1") as assistant:
        answer = assistant.query(QUESTION)
    assert answer.text == plain.text
    (line,) = (record.getMessage() for record in caplog.records)
    assert line == "Traces are lost: no collector answers at 127.0.0.1:1."


def test_an_address_that_is_none_is_told(opened):
    with pytest.raises(SettingsError, match="FOOTNOTE_TRACES"):
        opened(traces="collector")
