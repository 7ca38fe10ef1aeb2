"""Vectors of texts by the store's embedding model, as OpenAI's clients ask for them."""

import asyncio
import base64

import numpy as np

from assistant.api.openai_errors import Unusable
from assistant.api.openai_wire import Embedding, Embeddings, EmbeddingsRequest
from assistant.assistant import Assistant
from index.models.embeddings import Vectors

MOST = 2_048
"""Texts of one request."""
_AT_ONCE = 32
"""Texts after which is looked whether the client is still there."""


async def embeddings(assistant: Assistant, asked: EmbeddingsRequest) -> Embeddings:
    """The vectors of the texts in a request, in their order.

    Raises:
        Unusable: it asks for another model or length, or gives no text.
        ModelError: the model is missing, damaged or does not answer.

    >>> asked = EmbeddingsRequest(model=demo.embedding, input=["High tide came at nine."])
    >>> len(asyncio.run(embeddings(demo, asked)).data[0].embedding)
    384
    """
    if asked.model != assistant.embedding:
        raise Unusable(
            "model",
            f"There is no embedding model {asked.model!r} here: the store's is "
            f"{assistant.embedding!r}.",
            status=404,
            code="model_not_found",
        )
    given = [asked.input] if isinstance(asked.input, str) else asked.input
    texts = [one for one in given if isinstance(one, str)]
    if len(texts) < len(given):
        raise Unusable("input", "Tokens of another model mean nothing here: send the text itself.")
    if not texts or not all(text.strip() for text in texts):
        raise Unusable("input", "Each text must hold something, and there must be one.")
    if len(texts) > MOST:
        raise Unusable("input", f"One request may hold {MOST:,} texts, not {len(texts):,}.")
    question = asked.input_type == "query"
    vectors: list[Vectors] = []
    for at in range(0, len(texts), _AT_ONCE):
        some = texts[at : at + _AT_ONCE]
        vectors.extend(await asyncio.to_thread(assistant.embed, some, question=question))
    length = len(vectors[0])
    if asked.dimensions not in (None, length):
        raise Unusable("dimensions", f"Vectors of this model have {length} numbers.")
    return Embeddings(
        model=asked.model,
        data=[
            Embedding(index=at, embedding=_written(vector, asked.encoding_format))
            for at, vector in enumerate(vectors)
        ],
    )


def _written(vector: Vectors, encoding: str) -> list[float] | str:
    if encoding == "base64":
        return base64.b64encode(vector.astype("<f4").tobytes()).decode()
    return [float(number) for number in vector.astype(np.float32)]
