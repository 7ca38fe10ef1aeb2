"""Each question as an OpenTelemetry trace, for those who watch a service; off unless it is set.

A trace tells stages, seconds, counts and the model's name and tokens (OpenTelemetry's conventions
for generative AI). It holds no word of a question, an answer or a document.

Imported only when FOOTNOTE_TRACES is set.
"""

import logging
from collections.abc import Callable, Generator, Sequence
from contextlib import closing
from urllib.parse import urlsplit

from opentelemetry import trace
from opentelemetry.context import Context
from opentelemetry.exporter.otlp.proto.grpc.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import SERVICE_NAME, Resource
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter, SpanExportResult
from opentelemetry.trace import Span, Status, StatusCode
from opentelemetry.util.types import AttributeValue

from assistant.answer import Answer, AnswerReady, Event, Progress
from index.errors import SettingsError

SECONDS = 2
"""How long a collector is waited for; then the spans are lost."""

log = logging.getLogger(__name__)

Asked = Generator[Event, None, None]


class Traces:
    """Sends the traces of questions to a collector, in a thread of its own. Thread-safe.

    Args:
        address: of an OTLP collector over gRPC, like http://127.0.0.1:4317.

    Raises:
        SettingsError: the address is none.

    >>> with closing(Traces("http://127.0.0.1:4317")) as traces:
    ...     events = traces.of(lambda: demo.stream("When did the sirens sound?"))
    """

    def __init__(self, address: str) -> None:
        parts = urlsplit(address)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise SettingsError(
                "FOOTNOTE_TRACES is no address of a collector: write it like http://127.0.0.1:4317."
            )
        self._provider = TracerProvider(resource=Resource.create({SERVICE_NAME: "footnote"}))
        exporter = _Telling(OTLPSpanExporter(endpoint=address, timeout=SECONDS), parts.netloc)
        self._provider.add_span_processor(BatchSpanProcessor(exporter))
        self._tracer = self._provider.get_tracer("footnote")

    def close(self) -> None:
        """Send what is left."""
        self._provider.shutdown()

    def of(self, ask: Callable[[], Asked]) -> Asked:
        """The events of a question as they come, while its stages are timed."""
        question = self._tracer.start_span("question")
        within = trace.set_span_in_context(question)
        stage: Span | None = None
        try:
            with closing(ask()) as events:
                for event in events:
                    if isinstance(event, Progress):
                        stage = self._next(stage, event.stage, within)
                    if isinstance(event, AnswerReady):
                        question.set_attributes(_of_answer(event.answer))
                        if stage is not None:
                            stage.set_attributes(_of_model(event.answer))
                    yield event
        except GeneratorExit:
            question.set_attribute("footnote.stopped", True)
            raise
        except Exception as error:
            # Its message may hold words of the question or of a document.
            question.set_attribute("error.type", type(error).__name__)
            question.set_status(Status(StatusCode.ERROR))
            raise
        finally:
            if stage is not None:
                stage.end()
            question.end()

    def _next(self, before: Span | None, stage: str, within: Context) -> Span:
        if before is not None:
            before.end()
        return self._tracer.start_span(stage, context=within)


def _of_answer(answer: Answer) -> dict[str, AttributeValue]:
    return {
        "footnote.engine": answer.engine,
        "footnote.kind": answer.kind,
        "footnote.abstained": answer.abstained,
        "footnote.confidence": answer.confidence,
        "footnote.sentences": len(answer.sentences),
        "footnote.citations": len(answer.citations),
        "footnote.dropped": len(answer.dropped),
        "footnote.conflicts": len(answer.conflicts),
    }


def _of_model(answer: Answer) -> dict[str, AttributeValue]:
    """What the writer took, where one was asked."""
    usage = answer.usage
    if usage is None:
        return {}
    counts = {
        "gen_ai.usage.input_tokens": usage.prompt_tokens,
        "gen_ai.usage.output_tokens": usage.completion_tokens,
        "footnote.cost": usage.cost,
        "footnote.first_sentence": usage.first_sentence,
    }
    told: dict[str, AttributeValue] = {
        "gen_ai.operation.name": "chat",
        "footnote.requests": usage.requests,
    }
    if answer.engine.startswith("writer:"):
        told["gen_ai.request.model"] = answer.engine.removeprefix("writer:")
    return told | {name: value for name, value in counts.items() if value is not None}


class _Telling(SpanExporter):
    """Tells once that the collector cannot be reached, in place of OpenTelemetry's own lines."""

    def __init__(self, exporter: OTLPSpanExporter, address: str) -> None:
        self._exporter, self._address, self._told = exporter, address, False
        logging.getLogger("opentelemetry.exporter").setLevel(logging.CRITICAL)

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        """Send them, or tell that it cannot be done."""
        result = self._exporter.export(spans)
        if result is not SpanExportResult.SUCCESS and not self._told:
            self._told = True
            log.warning("Traces are lost: no collector answers at %s.", self._address)
        return result

    def shutdown(self) -> None:
        """End the connection."""
        self._exporter.shutdown()
