"""Sockets to and from llama-index: its embeddings and documents in, our retriever and engine out.

Imported only when one of them is used: llama-index takes more than a second to import.
"""

import logging
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from llama_index.core.base.base_query_engine import BaseQueryEngine
from llama_index.core.base.base_retriever import BaseRetriever
from llama_index.core.base.embeddings.base import BaseEmbedding
from llama_index.core.base.response.schema import RESPONSE_TYPE, Response
from llama_index.core.prompts.mixin import PromptMixinType
from llama_index.core.schema import Document as LlamaDocument
from llama_index.core.schema import NodeWithScore, QueryBundle, TextNode

from assistant.answer import Answer, Citation, Passage, citation_id
from assistant.plugins import load_class
from index.closing import closed_on_failure
from index.document import ISO_DATE, Document, normalised
from index.errors import EmptyDocument, ModelError, SettingsError
from index.models.embeddings import Vectors

if TYPE_CHECKING:
    from assistant.assistant import Assistant

_BATCH = 64

_OPENAI_DEFAULTS: Mapping[str, Any] = {"max_retries": 2, "timeout": 30.0}
"""Six requests in all, because llama-index and the client below it each try again; llama-index's
own defaults keep the user waiting for a minute and a half where nothing listens."""


class LlamaIndexEmbedder:
    """Any llama-index embedding as the store's model; vectors are normalised here.

    Args:
        name: what the store remembers of it.
        model: the embedding.
        close: lets go of its connections.

    Raises:
        ModelError: the model does not answer; so do the methods.

    >>> from llama_index.core import MockEmbedding
    >>> LlamaIndexEmbedder("mock", MockEmbedding(embed_dim=4)).embed_query("gates").tolist()
    [0.5, 0.5, 0.5, 0.5]
    """

    def __init__(
        self, name: str, model: BaseEmbedding, close: Callable[[], None] = lambda: None
    ) -> None:
        self.name = name
        self._model = model
        self.close = close
        self.unlike = 0.0
        self.dimension = len(self.embed_query("dimension"))

    def embed_passages(self, texts: Sequence[str]) -> Vectors:
        """Unit vectors, shape (len(texts), dimension)."""
        rows: list[list[float]] = []
        for at in range(0, len(texts), _BATCH):
            rows += self._asked(self._model.get_text_embedding_batch, list(texts[at : at + _BATCH]))
        return _unit(np.array(rows, np.float32).reshape(len(texts), self.dimension))

    def embed_query(self, text: str) -> Vectors:
        """The unit vector of a question, shape (dimension,)."""
        row = self._asked(self._model.get_query_embedding, text)
        unit: Vectors = _unit(np.array([row], np.float32))[0]
        return unit

    def _asked(self, ask: Any, argument: object) -> Any:  # noqa: ANN401 (llama-index's own signatures)
        try:
            return ask(argument)
        except Exception as error:  # noqa: BLE001 (each provider raises a family of its own)
            fault = type(error).__name__
        # The provider's message may hold the key that it refused; an error that is raised in the
        # clause above would refer to it.
        raise ModelError(
            f"The embedding model {self.name} did not answer ({fault}). Check its address, key and "
            "network, or set FOOTNOTE_EMBEDDING=e5."
        )


def embedder(setting: str, options: Mapping[str, Any]) -> LlamaIndexEmbedder:
    """The embedder that FOOTNOTE_EMBEDDING names.

    Raises:
        SettingsError: it names nothing that can be loaded.
        ModelError: the model does not answer.

    >>> embedder("llama_index.core:MockEmbedding", {"embed_dim": 4}).dimension
    4
    """
    provider, _, name = setting.partition(":")
    if not name:
        raise SettingsError(
            f"The embedding {setting!r} is not known: use 'e5', 'minilm', 'openai:MODEL' or "
            "'PACKAGE.MODULE:CLASS' (a llama-index embedding)."
        )
    if provider == "openai":
        return _openai(setting, name, options)
    return LlamaIndexEmbedder(setting, _embedding(setting, provider, name, options))


def _openai(setting: str, name: str, options: Mapping[str, Any]) -> LlamaIndexEmbedder:
    """An OpenAI-compatible server, asked over connections that can be closed."""
    from openai import DefaultHttpxClient

    # It logs each failure with the server's own message, which may repeat the key.
    logging.getLogger("llama_index.embeddings.openai.utils").setLevel(logging.ERROR)
    client = DefaultHttpxClient()
    options = {"model_name": name, "http_client": client, **_OPENAI_DEFAULTS, **options}
    with closed_on_failure(client.close):
        model = _embedding(setting, "llama_index.embeddings.openai", "OpenAIEmbedding", options)
        return LlamaIndexEmbedder(setting, model, client.close)


def _embedding(
    setting: str, module: str, class_name: str, options: Mapping[str, Any]
) -> BaseEmbedding:
    named = f"The embedding {setting!r}"
    return load_class(BaseEmbedding, named, "embedding", module, class_name, options)  # type: ignore[type-abstract]


def named_documents(
    documents: Iterable[LlamaDocument],
) -> Iterator[tuple[str, Document | EmptyDocument]]:
    """llama-index documents as ours, with the id by which a later one replaces it.

    In the place of one without text stands the error that says so.

    >>> log = LlamaDocument(text="The dam held.", id_="log-1", metadata={"title": "Log"})
    >>> [(name, document.title) for name, document in named_documents([log])]
    [('log-1', 'Log')]
    """
    for given in documents:
        stated = given.metadata
        date = str(stated.get("date", ""))
        try:
            document: Document | EmptyDocument = Document(
                text=normalised(given.text),
                title=str(stated.get("title") or stated.get("file_name") or given.id_),
                media_type=str(stated.get("file_type") or "text/plain"),
                author=_text(stated.get("author")),
                date=date if ISO_DATE.fullmatch(date) else None,
                source=_text(stated.get("source") or stated.get("url")),
            )
        except EmptyDocument as error:
            document = error
        yield given.id_, document


class FootnoteRetriever(BaseRetriever):
    """Dense and BM25 retrieval, fused, as a llama-index retriever.

    >>> (node,) = FootnoteRetriever(demo, k=1).retrieve("When were the sirens sounded?")
    >>> node.metadata["title"], node.metadata["page"]
    ('Preliminary report on the failure of Gate 3 of the Tollmark Barrage', 2)
    """

    def __init__(self, assistant: "Assistant", k: int) -> None:
        super().__init__()
        self._assistant = assistant
        self._k = k

    def _retrieve(self, query_bundle: QueryBundle) -> list[NodeWithScore]:
        return _nodes(self._assistant.search(query_bundle.query_str, k=self._k))

    async def _aretrieve(self, query_bundle: QueryBundle) -> list[NodeWithScore]:
        return _nodes(await self._assistant.asearch(query_bundle.query_str, k=self._k))


class FootnoteQueryEngine(BaseQueryEngine):
    """The whole engine; the response's `metadata['answer']` is the `Answer` as JSON types.

    >>> response = FootnoteQueryEngine(demo).query("When did the sirens sound?")
    >>> response.metadata["answer"]["sentences"][0]["text"]
    '[Date | Time | Event:] 13 November 2025 | 21:58 | The sirens sound.'
    """

    def __init__(self, assistant: "Assistant") -> None:
        super().__init__(callback_manager=None)
        self._assistant = assistant

    def _query(self, query_bundle: QueryBundle) -> RESPONSE_TYPE:
        return _response(self._assistant.query(query_bundle.query_str))

    async def _aquery(self, query_bundle: QueryBundle) -> RESPONSE_TYPE:
        return _response(await self._assistant.aquery(query_bundle.query_str))

    def _get_prompt_modules(self) -> PromptMixinType:
        return {}


def _nodes(passages: Iterable[Passage]) -> list[NodeWithScore]:
    return [_node(p, citation_id(p.version, p.start, p.end), p.score) for p in passages]


def _response(answer: Answer) -> Response:
    nodes = [_node(citation, citation.id, citation.score) for citation in answer.citations]
    metadata = {"answer": answer.model_dump(mode="json")}
    return Response(response=answer.text, source_nodes=nodes, metadata=metadata)


def _node(place: Passage | Citation, id_: str, score: float) -> NodeWithScore:
    quoted = place.quote if isinstance(place, Citation) else place.text
    metadata = place.model_dump(mode="json", exclude={"text", "quote", "score"}, exclude_none=True)
    return NodeWithScore(node=TextNode(id_=id_, text=quoted, metadata=metadata), score=score)


def _unit(rows: Vectors) -> Vectors:
    norms = np.linalg.norm(rows, axis=1, keepdims=True)
    unit: Vectors = rows / np.maximum(norms, np.finfo(np.float32).tiny)
    return unit


def _text(value: object) -> str | None:
    return str(value) if value else None
