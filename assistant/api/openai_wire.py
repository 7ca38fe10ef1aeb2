"""What OpenAI's clients send and are sent, as far as a question and its answer need it.

What a request holds besides, such as a temperature, has no meaning here and is passed over. What
is added to OpenAI's own shapes: `documents` in requests, and in replies `footnote`, the whole
`Answer`, and in each annotation the quote and the citation's id.
"""

from typing import Any, Literal

from pydantic import BaseModel, Field

from assistant.answer import Answer

# Requests ----------------------------------------------------------------------------------------


class Part(BaseModel):
    """One part of a message; only text is understood.

    >>> Part(type="text", text="Who heard the sirens?").text
    'Who heard the sirens?'
    """

    type: str
    text: str | None = None


class Message(BaseModel):
    """A turn of a conversation; those of systems, developers and tools are passed over.

    >>> Message(role="user", content="Who heard the sirens?").type
    'message'
    """

    type: str = "message"
    role: Literal["system", "developer", "user", "assistant", "tool", "function"] = "user"
    content: str | list[Part] | None = None


class StreamOptions(BaseModel):
    """What a stream tells besides.

    >>> StreamOptions().include_usage
    False
    """

    include_usage: bool = False


class Asked(BaseModel):
    """What all questions have in common.

    >>> Asked(model="footnote").stream
    False
    """

    model: str
    stream: bool | None = False
    tool_choice: str | dict[str, Any] | None = None
    documents: list[str] | None = Field(
        None, description="The ids of the only documents to look in."
    )


class ChatRequest(Asked):
    """The body of `/v1/chat/completions`.

    >>> ChatRequest(model="footnote", messages=[Message(content="Who?")]).messages[0].role
    'user'
    """

    messages: list[Message] = Field(min_length=1)
    n: int | None = 1
    response_format: dict[str, Any] | None = None
    stream_options: StreamOptions | None = None


class ResponsesRequest(Asked):
    """The body of `/v1/responses`.

    >>> ResponsesRequest(model="footnote", input="Who heard the sirens?").previous_response_id
    """

    input: str | list[Message]
    previous_response_id: str | None = None
    conversation: str | dict[str, Any] | None = None
    background: bool | None = False
    text: dict[str, Any] | None = None


class EmbeddingsRequest(BaseModel):
    """The body of `/v1/embeddings`.

    >>> EmbeddingsRequest(model="all-MiniLM-L6-v2", input="Bread costs a shilling.").input_type
    'passage'
    """

    model: str
    input: str | list[str] | list[int] | list[list[int]]
    encoding_format: Literal["float", "base64"] = "float"
    dimensions: int | None = None
    input_type: Literal["passage", "query"] = Field(
        "passage", description="What the texts are; some models read questions otherwise."
    )


# Replies -----------------------------------------------------------------------------------------


class Model(BaseModel):
    """A model by its name.

    >>> Model(id="footnote", created=0).owned_by
    'footnote'
    """

    id: str
    object: Literal["model"] = "model"
    created: int
    owned_by: str = "footnote"


class Models(BaseModel):
    """All models.

    >>> Models(data=[]).object
    'list'
    """

    object: Literal["list"] = "list"
    data: list[Model]


class FileCitation(BaseModel):
    """The cited words: which document, and where in it.

    >>> FileCitation(file_id="log", filename="log.txt", id="5d193048d3ad024c:0-4", quote="Tide",
    ...     locator="p. 1").file_id
    'log'
    """

    file_id: str
    filename: str
    id: str
    quote: str
    locator: str


class URLCitation(BaseModel):
    """Where a footnote stands in the text, and the page that shows the cited words.

    >>> URLCitation(start_index=8, end_index=11, title="Log", url="http://127.0.0.1/").title
    'Log'
    """

    start_index: int
    end_index: int
    title: str
    url: str


class ChatAnnotation(BaseModel):
    """A footnote of a chat message, in the only shape that OpenAI has for one there.

    >>> sorted(ChatAnnotation.model_fields)
    ['file_citation', 'type', 'url_citation']
    """

    type: Literal["url_citation"] = "url_citation"
    url_citation: URLCitation
    file_citation: FileCitation


class TokenUsage(BaseModel):
    """Tokens that the writer's endpoint counted; none where the embedded reader answers.

    >>> TokenUsage().total_tokens
    0
    """

    prompt_tokens: int = 0
    completion_tokens: int = 0
    total_tokens: int = 0


class ChatMessage(BaseModel):
    """The answer as a message.

    >>> ChatMessage(content="The dam held.").role
    'assistant'
    """

    role: Literal["assistant"] = "assistant"
    content: str
    refusal: None = None
    annotations: list[ChatAnnotation] = []


class Choice(BaseModel):
    """The one answer.

    >>> Choice(message=ChatMessage(content="The dam held.")).finish_reason
    'stop'
    """

    index: Literal[0] = 0
    message: ChatMessage
    logprobs: None = None
    finish_reason: Literal["stop"] = "stop"


class ChatCompletion(BaseModel):
    """The reply of `/v1/chat/completions`.

    >>> ChatCompletion.model_fields["footnote"].annotation is Answer
    True
    """

    id: str
    object: Literal["chat.completion"] = "chat.completion"
    created: int
    model: str
    choices: tuple[Choice]
    usage: TokenUsage
    footnote: Answer


class Delta(BaseModel):
    """What is new in a stream.

    >>> Delta(content="The dam").role
    """

    role: Literal["assistant"] | None = None
    content: str | None = None
    annotations: list[ChatAnnotation] | None = None


class ChunkChoice(BaseModel):
    """What is new of the one answer.

    >>> ChunkChoice(delta=Delta(content="The dam")).index
    0
    """

    index: Literal[0] = 0
    delta: Delta
    logprobs: None = None
    finish_reason: Literal["stop"] | None = None


class ChatChunk(BaseModel):
    """A piece of a streamed answer.

    >>> ChatChunk(id="chatcmpl-1", created=0, model="footnote", choices=[]).usage
    """

    id: str
    object: Literal["chat.completion.chunk"] = "chat.completion.chunk"
    created: int
    model: str
    choices: list[ChunkChoice]
    usage: TokenUsage | None = None


class LastChunk(ChatChunk):
    """The piece with which an answer ends.

    >>> LastChunk.model_fields["footnote"].annotation is Answer
    True
    """

    footnote: Answer


class FileAnnotation(FileCitation):
    """A footnote of a response: at which character of its text, and the cited words.

    >>> FileAnnotation(file_id="log", filename="log.txt", id="5d193048d3ad024c:0-9", quote="Tide",
    ...     locator="", index=8, url="http://127.0.0.1/").type
    'file_citation'
    """

    type: Literal["file_citation"] = "file_citation"
    index: int
    url: str


class OutputText(BaseModel):
    """The text of a response.

    >>> OutputText(text="The dam held.").annotations
    []
    """

    type: Literal["output_text"] = "output_text"
    text: str
    annotations: list[FileAnnotation] = []
    logprobs: list[None] = []


class OutputMessage(BaseModel):
    """The one item of a response's output.

    >>> OutputMessage(id="msg_1", status="in_progress", content=[]).role
    'assistant'
    """

    id: str
    type: Literal["message"] = "message"
    role: Literal["assistant"] = "assistant"
    status: Literal["in_progress", "completed"]
    content: list[OutputText]


class ResponseUsage(BaseModel):
    """Tokens that the writer's endpoint counted; none where the embedded reader answers.

    >>> ResponseUsage().input_tokens_details
    {'cached_tokens': 0, 'cache_write_tokens': 0}
    """

    input_tokens: int = 0
    input_tokens_details: dict[str, int] = {"cached_tokens": 0, "cache_write_tokens": 0}
    output_tokens: int = 0
    output_tokens_details: dict[str, int] = {"reasoning_tokens": 0}
    total_tokens: int = 0


class ResponseReply(BaseModel):
    """The reply of `/v1/responses`; nothing of it is kept.

    >>> ResponseReply(id="resp_1", created_at=0, model="footnote", status="in_progress").store
    False
    """

    id: str
    object: Literal["response"] = "response"
    created_at: int
    status: Literal["in_progress", "completed"]
    model: str
    output: list[OutputMessage] = []
    error: None = None
    incomplete_details: None = None
    instructions: None = None
    metadata: dict[str, str] = {}
    parallel_tool_calls: Literal[False] = False
    previous_response_id: None = None
    store: Literal[False] = False
    temperature: None = None
    text: dict[str, dict[str, str]] = {"format": {"type": "text"}}
    tool_choice: Literal["none"] = "none"
    tools: list[None] = []
    top_p: None = None
    usage: ResponseUsage | None = None
    footnote: Answer | None = None


class Embedding(BaseModel):
    """The vector of one text; in base64, that of 32-bit floats, least byte first.

    >>> Embedding(index=0, embedding=[0.6, 0.8]).object
    'embedding'
    """

    object: Literal["embedding"] = "embedding"
    index: int
    embedding: list[float] | str


class Embeddings(BaseModel):
    """The reply of `/v1/embeddings`.

    >>> Embeddings(model="all-MiniLM-L6-v2", data=[]).usage
    {'prompt_tokens': 0, 'total_tokens': 0}
    """

    object: Literal["list"] = "list"
    model: str
    data: list[Embedding]
    usage: dict[str, int] = {"prompt_tokens": 0, "total_tokens": 0}
