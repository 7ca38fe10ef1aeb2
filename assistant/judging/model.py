"""What judges: a language model that replies by a form, or anything else that reads passages."""

import hashlib
from collections.abc import Sequence
from typing import Protocol

from assistant.answer import Usage
from assistant.endpoints.endpoint import Endpoint, Message, Reply
from assistant.endpoints.wire import VERDICTS, Shown, listed_claims, numbered
from assistant.judging.verdicts import Judgement, parse_verdicts

_CHARACTERS_A_TOKEN = 3
"""Fewer than most text has, so that what is packed fits."""

_OVERHEAD = 64


class JudgingModel(Protocol):
    """Reads passages and says of claims whether they say them.

    Attributes:
        name: as answers tell it.
        identity: what its examination holds for: the model, where it is, what it is told.

    >>> class Trusting:
    ...     name = identity = "trusting"
    ...     def room(self, claims): return 10_000
    ...     def read(self, passages, claims, usage):
    ...         return [Judgement("not_verified", accepted=True) for _ in claims]
    ...     def close(self): pass
    >>> model: JudgingModel = Trusting()
    >>> model.read([], ["The gate held."], [])[0].accepted
    True
    """

    name: str
    identity: str

    def room(self, claims: Sequence[str]) -> int:
        """The characters of passages that it takes beside these claims."""
        ...

    def read(
        self, passages: Sequence[Shown], claims: Sequence[str], usage: list[Usage]
    ) -> list[Judgement]:
        """What it says of each claim, in their order.

        Args:
            passages: as they are shown to it.
            claims: each one sentence.
            usage: is added what that took.

        Raises:
            EndpointFault: it does not answer.
            ReplyFault: it does not answer in the form that it is asked for.
        """
        ...

    def close(self) -> None:
        """Let go of connections and files."""
        ...


class ChatJudge:
    """A `JudgingModel` behind an endpoint: one request for all claims. Thread-safe.

    Args:
        endpoint: the model.
        prompt: what it is told.
        prices: of a million tokens read and written, where they are known.

    >>> from assistant.endpoints.endpoint import endpoint
    >>> from assistant.settings import Settings
    >>> echo = endpoint(Settings(writer="llama_index.core.llms:MockLLM"), "judge")
    >>> ChatJudge(echo, "Judge.").name
    'unknown'
    """

    def __init__(
        self,
        endpoint: Endpoint,
        prompt: str,
        prices: tuple[float | None, float | None] = (None, None),
    ) -> None:
        self._endpoint, self._prompt, self._prices = endpoint, prompt, prices
        self.name = endpoint.name
        # The address by its hash: there are some that hold a key.
        told = hashlib.sha256(f"{endpoint.address}\n{prompt}".encode()).hexdigest()[:16]
        self.identity = f"{endpoint.name}, {told}"

    def close(self) -> None:
        """Let go of the endpoint's connections."""
        self._endpoint.close()

    def room(self, claims: Sequence[str]) -> int:
        """The characters that fit the context beside claims and reply."""
        tokens = self._endpoint.context - self._endpoint.reply_tokens - _OVERHEAD
        return tokens * _CHARACTERS_A_TOKEN - len(self._prompt) - sum(map(len, claims)) * 2

    def read(
        self, passages: Sequence[Shown], claims: Sequence[str], usage: list[Usage]
    ) -> list[Judgement]:
        """What it says of each claim; raises as the protocol says."""
        messages: list[Message] = [
            ("system", self._prompt),
            ("user", f"{numbered(passages)}\n\n{listed_claims(claims)}"),
        ]
        reply = Reply()
        try:
            said = self._endpoint.whole(messages, VERDICTS, reply)
        finally:
            usage.append(reply.usage(self._prices))
        return parse_verdicts(said, [one.text for one in passages], len(claims))
