"""A llama-index LLM that is no OpenAI-compatible server, as a user may plug one in."""

from typing import Any

from llama_index.core.llms import CompletionResponse, CompletionResponseGen, CustomLLM, LLMMetadata


class Parrot(CustomLLM):
    """Says what it was made with."""

    says: str

    @property
    def metadata(self) -> LLMMetadata:
        return LLMMetadata(model_name="parrot")

    def complete(self, prompt: str, formatted: bool = False, **kwargs: Any) -> CompletionResponse:
        del prompt, formatted, kwargs
        return CompletionResponse(text=self.says)

    def stream_complete(
        self, prompt: str, formatted: bool = False, **kwargs: Any
    ) -> CompletionResponseGen:
        del prompt, formatted, kwargs

        def pieces() -> CompletionResponseGen:
            for end in range(1, len(self.says) + 1):
                yield CompletionResponse(text=self.says[:end], delta=self.says[end - 1])

        return pieces()
