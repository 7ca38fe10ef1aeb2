"""Inside llama-index's own programs, and llama-index's parts inside ours."""

import asyncio
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from llama_index.core import PromptTemplate, Settings
from llama_index.core.base.base_selector import BaseSelector, SelectorResult, SingleSelection
from llama_index.core.embeddings import MockEmbedding
from llama_index.core.llms import CompletionResponse, CustomLLM, LLMMetadata, MockLLM
from llama_index.core.postprocessor import SimilarityPostprocessor
from llama_index.core.query_engine import (
    RetrieverQueryEngine,
    RouterQueryEngine,
    SubQuestionQueryEngine,
)
from llama_index.core.question_gen import LLMQuestionGenerator
from llama_index.core.response_synthesizers import BaseSynthesizer, ResponseMode
from llama_index.core.response_synthesizers.no_text import NoText
from llama_index.core.schema import Document as LlamaDocument
from llama_index.core.schema import QueryBundle
from llama_index.core.tools import QueryEngineTool, ToolMetadata

from assistant.answer import Answer
from assistant.assistant import Assistant
from assistant.llamaindex import embedder
from assistant.settings import Settings as FootnoteSettings
from index.errors import EmptyStore
from index.models.embeddings import MiniLM

QUESTION = "Why did Gate 3 fail?"

WRAPPED = """
from llama_index.core.base.embeddings.base import BaseEmbedding
from index.models.embeddings import MiniLM

MODEL = MiniLM()

class Wrapped(BaseEmbedding):
    scale: float = 1.0

    def _get_text_embedding(self, text):
        return [self.scale * float(x) for x in MODEL.embed_query(text)]

    def _get_query_embedding(self, query):
        return self._get_text_embedding(query)

    async def _aget_query_embedding(self, query):
        return self._get_text_embedding(query)
"""


class Nearest(BaseSelector):
    """Chooses the tool whose description is most like the question; asks no language model."""

    def _select(self, choices: Sequence[ToolMetadata], query: QueryBundle) -> SelectorResult:
        model = MiniLM()
        asked = model.embed_query(query.query_str)
        likeness = [float(model.embed_query(choice.description) @ asked) for choice in choices]
        best = likeness.index(max(likeness))
        return SelectorResult(selections=[SingleSelection(index=best, reason="nearest")])

    async def _aselect(self, choices: Sequence[ToolMetadata], query: QueryBundle) -> SelectorResult:
        return self._select(choices, query)

    def _get_prompts(self) -> dict[str, PromptTemplate]:
        return {}

    def _update_prompts(self, prompts: dict[str, Any]) -> None:
        """There are none."""


@pytest.fixture(autouse=True)
def without_language_model(monkeypatch: pytest.MonkeyPatch):
    """llama-index would reach for OpenAI where it is given no model."""
    monkeypatch.setattr(Settings, "_llm", MockLLM())
    monkeypatch.setattr(Settings, "_embed_model", MockEmbedding(embed_dim=2))


@pytest.fixture
def other(tmp_path: Path):
    (tmp_path / "mill.txt").write_text("The mill at Upper Fennel ground 90 sacks of flour a day.")
    with Assistant(tmp_path / "mills") as assistant:
        assistant.add(tmp_path / "mill.txt")
        yield assistant


def test_the_retriever_gives_the_passages_that_search_gives(demo: Assistant):
    nodes = demo.as_retriever(k=4).retrieve(QUESTION)
    passages = demo.search(QUESTION, k=4)
    assert [(n.text, n.score) for n in nodes] == [(p.text, p.score) for p in passages]
    for node in nodes:
        place = node.metadata
        document = demo.document(place["document_id"], place["version"])
        assert document.text[place["start"] : place["end"]] == node.text


def test_the_retriever_works_asynchronously(demo: Assistant):
    retriever = demo.as_retriever(k=4)
    nodes = asyncio.run(retriever.aretrieve(QUESTION))
    assert [n.node_id for n in nodes] == [n.node_id for n in retriever.retrieve(QUESTION)]


def test_the_query_engine_gives_the_answer_that_query_gives(demo: Assistant):
    answer = demo.query(QUESTION)
    response = demo.as_query_engine().query(QUESTION)
    assert str(response) == answer.text
    assert [n.text for n in response.source_nodes] == [c.quote for c in answer.citations]
    assert [n.node_id for n in response.source_nodes] == [c.id for c in answer.citations]
    carried = Answer.model_validate((response.metadata or {})["answer"])
    assert (carried.sentences, carried.citations) == (answer.sentences, answer.citations)


def test_the_query_engine_answers_several_questions_at_once(demo: Assistant):
    engine = demo.as_query_engine()
    questions = [QUESTION, "How did the council vote on the relief fund?", "hello"]

    async def together():
        return await asyncio.gather(*(engine.aquery(question) for question in questions))

    assert [str(r) for r in asyncio.run(together())] == [demo.query(q).text for q in questions]


def test_a_router_of_llama_index_sends_each_question_to_the_right_store(demo, other):
    router = RouterQueryEngine(
        selector=Nearest(),
        query_engine_tools=[
            QueryEngineTool.from_defaults(
                demo.as_query_engine(), name="flood", description="The failure of a flood gate"
            ),
            QueryEngineTool.from_defaults(
                other.as_query_engine(), name="mills", description="Flour, sacks and mills"
            ),
        ],
        summarizer=NoText(),
    )
    assert "run dry" in str(router.query(QUESTION))
    assert "90 sacks" in str(router.query("How many sacks of flour did the mill grind?"))
    assert "90 sacks" in str(
        asyncio.run(router.aquery("How many sacks of flour did the mill grind?"))
    )


class Scripted(CustomLLM):
    """A language model that takes a question apart, then repeats what it was given to go by."""

    parts: str

    @property
    def metadata(self) -> LLMMetadata:
        return LLMMetadata()

    def complete(self, prompt: str, formatted: bool = False, **_: Any) -> CompletionResponse:
        del formatted
        return CompletionResponse(text=self.parts if '"sub_question"' in prompt else prompt)

    def stream_complete(self, prompt: str, formatted: bool = False, **_: Any) -> Any:
        raise NotImplementedError


@pytest.mark.parametrize("use_async", [False, True])
def test_a_sub_question_engine_of_llama_index_asks_each_store_its_part(demo, other, use_async):
    asked = [
        ("flood", "Why did Gate 3 fail?"),
        ("mills", "How many sacks of flour did the mill grind?"),
    ]
    parts = [{"sub_question": question, "tool_name": name} for name, question in asked]
    model = Scripted(parts=json.dumps({"items": parts}))
    engine = SubQuestionQueryEngine.from_defaults(
        query_engine_tools=[
            QueryEngineTool.from_defaults(one.as_query_engine(), name=name, description=name)
            for one, (name, _) in zip((demo, other), asked, strict=True)
        ],
        llm=model,
        question_gen=LLMQuestionGenerator.from_defaults(llm=model),
        use_async=use_async,
        verbose=False,
    )
    response = engine.query("Why did Gate 3 fail, and how much flour did the mill grind?")
    for assistant, (_, question) in zip((demo, other), asked, strict=True):
        answer = assistant.query(question)
        assert answer.text in str(response)
        # The engine gives the answers as nodes, and behind them the passages that they cite.
        assert {citation.id for citation in answer.citations} <= {
            node.node_id for node in response.source_nodes
        }


def test_the_retriever_feeds_llama_indexs_own_query_engine(demo: Assistant):
    class Quoting(BaseSynthesizer):
        """Puts the passages one below the other."""

        def get_response(self, query_str: str, text_chunks: Sequence[str], **_: Any) -> str:
            del query_str
            return "\n".join(text_chunks)

        async def aget_response(self, query_str: str, text_chunks: Sequence[str], **_: Any) -> str:
            return self.get_response(query_str, text_chunks)

        def _get_prompts(self) -> dict[str, Any]:
            return {}

        def _update_prompts(self, prompts: dict[str, Any]) -> None:
            """There are none."""

    engine = RetrieverQueryEngine(
        demo.as_retriever(k=6),
        response_synthesizer=Quoting(),
        node_postprocessors=[SimilarityPostprocessor(similarity_cutoff=0.0)],
    )
    assert "the bearing of its left arm had run dry" in str(engine.query(QUESTION))
    response = asyncio.run(engine.aquery(QUESTION))
    assert len(response.source_nodes) == 6


def test_a_retriever_engine_without_text_still_brings_the_sources(demo: Assistant):
    engine = RetrieverQueryEngine.from_args(
        demo.as_retriever(k=3), response_mode=ResponseMode.NO_TEXT
    )
    assert len(engine.query(QUESTION).source_nodes) == 3


def test_errors_of_ours_come_through_llama_index(assistant: Assistant):
    with pytest.raises(EmptyStore):
        assistant.as_query_engine().query(QUESTION)
    with pytest.raises(EmptyStore):
        asyncio.run(assistant.as_retriever().aretrieve(QUESTION))


def test_a_llama_index_document_is_added_with_what_it_states(assistant: Assistant):
    given = LlamaDocument(
        id_="mill",
        text="The mill ground 90 sacks of flour a day.\r\nIt closed in 1931.",
        metadata={"title": "The mill", "author": "A. Miller", "date": "1931-05", "source": "Attic"},
    )
    (done,) = assistant.add([given]).added
    (info,) = assistant.documents()
    assert (info.id, info.title, info.author) == (done.document_id, "The mill", "A. Miller")
    assert (info.date, info.source) == ("1931-05", "Attic")
    answer = assistant.query("How many sacks of flour did the mill grind?")
    (citation, *_) = answer.citations
    assert (citation.title, citation.date) == ("The mill", "1931-05")
    assert assistant.document(info.id).text[citation.start : citation.end] == citation.quote


def test_a_llama_index_document_with_a_known_id_replaces_the_older_one(assistant: Assistant):
    first = assistant.add([LlamaDocument(id_="mill", text="The mill ground 90 sacks a day.")])
    second = assistant.add([LlamaDocument(id_="mill", text="The mill ground 95 sacks a day.")])
    assert second.updated[0].document_id == first.added[0].document_id
    answer = assistant.query("How many sacks did the mill grind a day?")
    assert "95" in answer.text
    assert "90" not in answer.text
    assert len(assistant.documents()) == 1


def test_an_unchanged_llama_index_document_costs_nothing(assistant: Assistant):
    assistant.add([LlamaDocument(id_="mill", text="The mill ground 90 sacks a day.")])
    report = assistant.add([LlamaDocument(id_="mill", text="The mill ground 90 sacks a day.")])
    assert len(report.unchanged) == 1


def test_a_llama_index_document_can_be_removed(assistant: Assistant):
    assistant.add([LlamaDocument(id_=name, text=f"The {name} is old.") for name in ("mill", "inn")])
    (mill,) = (info for info in assistant.documents() if info.title == "mill")
    assistant.remove(mill.id)
    assert [info.title for info in assistant.documents()] == ["inn"]


def test_files_and_llama_index_documents_can_be_added_together(assistant: Assistant, seeds: Path):
    given = LlamaDocument(id_="mill", text="The mill ground 90 sacks a day.")
    report = assistant.add([seeds / "correction-notice.md", given])
    assert len(report.added) == 2


def test_a_llama_index_document_without_text_is_reported_and_stops_no_other(
    assistant: Assistant, seeds: Path
):
    empty = LlamaDocument(id_="mill", text=" \n")
    full = LlamaDocument(id_="inn", text="The inn is old.")
    report = assistant.add([seeds / "correction-notice.md", empty, full])
    assert [(done.path, done.reason) for done in report.failed] == [
        ("mill", "The document holds no text.")
    ]
    assert len(report.added) == len(assistant.documents()) == 2


def test_any_llama_index_embedding_can_be_the_stores_model(
    demo: Assistant, seeds: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    (tmp_path / "our_wrapped.py").write_text(WRAPPED)
    monkeypatch.syspath_prepend(tmp_path)
    settings = FootnoteSettings(
        embedding="our_wrapped:Wrapped", embedding_options={"scale": 7.5}, store=tmp_path / "own"
    )
    model = embedder(settings.embedding, settings.embedding_options)
    rows = [*model.embed_passages(["one", "two"]), model.embed_query("three")]
    assert [float(row @ row) for row in rows] == pytest.approx([1.0] * 3, abs=1e-5)
    with Assistant(settings=settings) as assistant:
        assert len(assistant.add(seeds).added) == 7
        answer, usual = assistant.query(QUESTION), demo.query(QUESTION)
        assert [c.id for c in answer.citations] == [c.id for c in usual.citations]
        assert [p.start for p in assistant.search(QUESTION)] == [
            p.start for p in demo.search(QUESTION)
        ]
