"""A model that writes: looked for on this machine, tried, and named in `.env`."""

import json
import os
import re
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

import httpx
from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    SecretStr,
    StringConstraints,
    ValidationError,
)
from pydantic_core import PydanticCustomError

from assistant.answer import Answer
from assistant.settings import Settings, load
from index.errors import FootnoteError, SettingsError
from index.store.private import write_private

SERVERS = (("Ollama", 11434), ("LM Studio", 1234), ("llama.cpp", 8080), ("vLLM", 8000))
"""Programs that serve models, with the ports on which they listen unless told otherwise."""

_OWNERS = {"llamacpp": "llama.cpp", "vllm": "vLLM", "library": "Ollama"}
"""What some of them say of who owns a model."""

_SECONDS = 3.0
_LONGEST = 1 << 20
"""Bytes of a list of models."""
_SHOWN = 200

_FILE = Path(".env")
_NAMES = ("FOOTNOTE_WRITER", "FOOTNOTE_WRITER_BASE", "FOOTNOTE_WRITER_KEY")
_LINE = re.compile(rf"\s*(?:export\s+)?(?:{'|'.join(_NAMES)})\s*=", re.IGNORECASE)
_QUOTABLE = re.compile(r"[^\x00-\x1f\x7f'\\]*")
_BASE = re.compile(r"https?://[^\s/?#@'\\]+(?:/[^\s?#@'\\]*)?")


def _quotable(given: str) -> str:
    if _QUOTABLE.fullmatch(given) is None:
        raise PydanticCustomError("quotable", "It holds a quotation mark, backslash or line break")
    return given


def _base(given: str | None) -> str | None:
    if not given:
        return None
    if _BASE.fullmatch(given) is None:
        raise PydanticCustomError(
            "base", "It is a web address like http://127.0.0.1:11434/v1, with no name or key in it"
        )
    return given.rstrip("/")


_Line = Annotated[
    str, StringConstraints(strip_whitespace=True, max_length=1_000), AfterValidator(_quotable)
]


class ChosenModel(BaseModel):
    """A model behind an OpenAI-like address; without `base` it is OpenAI's own.

    >>> chosen = ChosenModel(model="tiny", base="http://127.0.0.1:11434/v1/")
    >>> chosen.on(Settings()).writer, chosen.base
    ('openai:tiny', 'http://127.0.0.1:11434/v1')
    """

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    model: Annotated[_Line, Field(min_length=1)]
    base: Annotated[_Line | None, AfterValidator(_base)] = None
    key: Annotated[SecretStr | None, Field(max_length=1_000)] = None

    @classmethod
    def given(cls, model: str, base: str | None, key: str | None) -> "ChosenModel":
        """What a person typed.

        Raises:
            SettingsError: it is no model or no address; the line holds nothing of what was typed.
        """
        try:
            _quotable(key or "")
            return cls(model=model, base=base, key=SecretStr(key.strip()) if key else None)
        except (ValidationError, PydanticCustomError) as error:
            fault = _fault(error)
        raise SettingsError(fault)

    def on(self, settings: Settings) -> Settings:
        """The settings with this model as the writer."""
        update = {
            "writer": f"openai:{self.model}",
            "writer_base": self.base,
            "writer_key": self.key,
        }
        return settings.model_copy(update=update)


def _fault(error: ValidationError | PydanticCustomError) -> str:
    if isinstance(error, PydanticCustomError):
        return f"The key cannot be used: {error.message()}."
    first = error.errors(include_input=False, include_url=False)[0]
    named = {"base": "address"}.get(str(first["loc"][0]), str(first["loc"][0]))
    return f"The {named} cannot be used: {first['msg']}."


@dataclass(frozen=True, slots=True)
class ModelServer:
    """A program that serves models, at an address.

    >>> ModelServer("Ollama", "http://127.0.0.1:11434/v1", ("tiny",)).models
    ('tiny',)
    """

    name: str
    base: str
    models: tuple[str, ...]


def find_servers(servers: Sequence[tuple[str, int]] = SERVERS) -> list[ModelServer]:
    """The programs that serve models on this machine, with their models.

    Nothing but this machine is asked, and only for its list of models.

    >>> find_servers([("Ollama", 9)])
    []
    """

    def look(server: tuple[str, int]) -> ModelServer | None:
        name, port = server
        try:
            return models_at(f"http://127.0.0.1:{port}/v1", name=name)
        except SettingsError:
            return None

    with ThreadPoolExecutor(len(servers)) as pool:
        return [found for found in pool.map(look, servers) if found is not None]


def models_at(base: str | None, key: str | None = None, *, name: str = "") -> ModelServer:
    """The models that a server says it has.

    Args:
        base: its address; without one it is OpenAI's.
        key: what it is sent to be let in.
        name: of the program, where it does not tell that.

    Raises:
        SettingsError: it cannot be reached, or does not list models; the line holds no key.

    >>> models_at("http://127.0.0.1:9/v1")
    Traceback (most recent call last):
        ...
    index.errors.SettingsError: Nothing answers at http://127.0.0.1:9/v1: is the server running?
    """
    base = ChosenModel.given("any", base, key).base or "https://api.openai.com/v1"
    headers = {"Authorization": f"Bearer {key.strip()}"} if key else {}
    fault = f"Nothing answers at {base}: is the server running?"
    try:
        # No proxy of the environment, and no redirect: the key goes to this address alone.
        with (
            httpx.Client(timeout=_SECONDS, trust_env=False, follow_redirects=False) as client,
            client.stream("GET", f"{base}/models", headers=headers) as response,
        ):
            if response.status_code in (401, 403):
                fault = f"{base} refuses the key (HTTP {response.status_code})."
            else:
                fault = f"{base} does not list its models: type the name of one."
                response.raise_for_status()
                return _listed(name, base, _read(response))
    except (httpx.HTTPError, httpx.InvalidURL, UnicodeError, ValueError):
        # Out there, because the error holds the request, and the request the key.
        pass
    raise SettingsError(fault)


def _read(response: httpx.Response) -> bytes:
    body = bytearray()
    for piece in response.iter_bytes():
        body += piece
        if len(body) > _LONGEST:
            raise ValueError("too long")
    return bytes(body)


def _listed(name: str, base: str, body: bytes) -> ModelServer:
    said = json.loads(body)
    listed = said.get("data") if isinstance(said, dict) else None
    rows = [one for one in listed or () if isinstance(one, dict)] if listed != [] else []
    if not isinstance(listed, list) or (listed and not rows):
        raise ValueError("no list of models")
    named = [str(one.get("id", "")) for one in rows]
    names = [one for one in named if one and _QUOTABLE.fullmatch(one) and len(one) <= _LONGEST_NAME]
    owner = str(rows[0].get("owned_by", "")) if rows else ""
    return ModelServer(_OWNERS.get(owner, name), base, tuple(sorted(names)[:_SHOWN]))


_LONGEST_NAME = 300


@dataclass(frozen=True, slots=True)
class Trial:
    """One thing that a model was tried with: how it went, in words, and what it took.

    >>> Trial("reply", well=True, seconds=0.4, says="It answers.").well
    True
    """

    what: Literal["reply", "examination", "question"]
    well: bool
    seconds: float
    says: str = ""
    answer: Answer | None = None


def try_model(settings: Settings, store: Path) -> Iterator[Trial]:
    """How the writer of these settings takes a short request and the judge's examination.

    The examination is the one of whoever judges: the writer, unless the settings name a judge.

    >>> settings = Settings(writer="llama_index.core.llms:MockLLM")
    >>> [(one.what, one.well) for one in try_model(settings, tmp_path)]
    [('reply', True), ('examination', False)]
    """
    from assistant.endpoints.endpoint import endpoint
    from assistant.judging.judge import open_judge

    model = endpoint(settings)
    began = time.monotonic()
    try:
        tried = model.tried()
    except FootnoteError as fault:
        yield Trial("reply", well=False, seconds=time.monotonic() - began, says=f"{fault}")
        return
    finally:
        model.close()
    form = "writes JSON by a schema" if tried.structured else "writes plain text"
    counts = "counts tokens" if tried.counted else "counts no tokens"
    yield Trial("reply", well=True, seconds=tried.seconds, says=f"{form}, {counts}")
    began = time.monotonic()
    judge = open_judge(settings, store)
    try:
        known = judge.standing(anew=True)
        well, says = judge.is_trusted(known), str(known)
    except FootnoteError as fault:
        well, says = False, f"{fault}"
    finally:
        judge.close()
    yield Trial("examination", well=well, seconds=time.monotonic() - began, says=says)


def keep_model(chosen: ChosenModel | None, file: Path = _FILE) -> None:
    r"""Name the model as the writer in `.env`, which is its owner's alone; None takes it out.

    The other lines of the file stay as they are.

    Raises:
        SettingsError: the environment names a writer, which counts before the file; or the file
            cannot be written.

    >>> keep_model(ChosenModel(model="tiny"), tmp_path / ".env")
    >>> (tmp_path / ".env").read_text(), oct((tmp_path / ".env").stat().st_mode)[-3:]
    ("FOOTNOTE_WRITER='openai:tiny'\n", '600')
    """
    there = next((name for name in os.environ if name.upper() in _NAMES), None)
    if there is not None:
        raise SettingsError(
            f"The environment of this server sets {there}, which counts before what the page "
            "keeps: start the server without it."
        )
    values: dict[str, str | None] = {}
    if chosen is not None:
        key = chosen.key.get_secret_value() if chosen.key is not None else None
        values = dict(zip(_NAMES, (f"openai:{chosen.model}", chosen.base, key), strict=True))
    fresh = [f"{name}='{value}'\n" for name, value in values.items() if value]
    file = file.resolve()
    try:
        before = file.read_text(encoding="utf-8") if file.exists() else ""
        kept = [one for one in before.splitlines(keepends=True) if not _LINE.match(one)]
        if kept and not kept[-1].endswith("\n"):
            kept[-1] += "\n"
        if before or fresh:
            write_private(file, "".join([*kept, *fresh]))
    except (OSError, UnicodeDecodeError) as error:
        why = getattr(error, "strerror", None) or "it is not valid UTF-8"
        fault = f"{file.name} cannot be written: {why}."
    else:
        return
    raise SettingsError(fault)


def without_model(settings: Settings) -> Settings:
    """The settings with no writer, as they are once nothing is kept of one in `.env`.

    Raises:
        SettingsError: another file names a writer.

    >>> without_model(Settings(writer="openai:tiny")).writer is None
    True
    """
    rest = load()
    if rest.writer is not None:
        raise SettingsError("footnote.toml names a writer: take it out there.")
    update = {"writer": None, "writer_base": None, "writer_key": None}
    return settings.model_copy(update=update)
