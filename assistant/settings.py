"""Every option, in one place: from the environment (FOOTNOTE_…), `.env`, or `footnote.toml`."""

import os
import re
from pathlib import Path
from tomllib import TOMLDecodeError
from typing import TYPE_CHECKING, Annotated, Any, Literal

import pydantic_settings
from pydantic import AfterValidator, BeforeValidator, Field, SecretStr, ValidationError
from pydantic_core import PydanticCustomError
from pydantic_settings import (
    BaseSettings,
    NoDecode,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from assistant.people_settings import PeopleSettings
from assistant.plugins import load_class
from index.errors import SettingsError

if TYPE_CHECKING:
    from llama_index.core.vector_stores.types import BasePydanticVectorStore

    from index.models.embeddings import WordEnds
    from index.sandbox.isolation import Limits
    from index.store.engines import MakesVectorStore, SharedBy

_TOML = "footnote.toml"
_NAME = re.compile(r"(([\w-]+\.)*[\w-]+\.?|\[[0-9a-fA-F:.]+\])(:\d{1,5})?", re.ASCII)

_ADDRESS = re.compile(r"https?://[^\s/?#@]+(/[\w.~/-]*)?", re.ASCII)
_LANGUAGES = re.compile(r"\w+(?:[+/]\w+)*")


def _names(given: object) -> object:
    """Host names, each possibly with a port, from a list or from a text with commas."""
    names = given.split(",") if isinstance(given, str) else given
    if not isinstance(names, list | tuple):
        return given
    stripped = [str(name).strip() for name in names]
    if any(_NAME.fullmatch(name) is None for name in stripped if name):
        raise PydanticCustomError("name", "Each is a name like notes.example, or with its port")
    return tuple(filter(None, stripped))


def _folders(given: object) -> object:
    """Folders from a list or from a text with commas."""
    folders = given.split(",") if isinstance(given, str) else given
    if not isinstance(folders, list | tuple):
        return given
    return tuple(Path(str(one).strip()).expanduser() for one in folders if str(one).strip())


def _address(given: str | None) -> str | None:
    """A web address without a slash at its end."""
    if given is None:
        return None
    if _ADDRESS.fullmatch(given) is None:
        raise PydanticCustomError("address", "It is a web address like https://notes.example/docs")
    return given.rstrip("/")


def _languages(given: str) -> str:
    """The languages that a text names as tesseract does."""
    if _LANGUAGES.fullmatch(given) is None:
        raise PydanticCustomError("languages", "It names languages like eng, or eng+deu for both")
    return given


class Settings(BaseSettings):
    """What can be configured. Earlier wins: arguments, environment, `.env`, `footnote.toml`.

    >>> settings = Settings(port=8080)
    >>> settings.port, settings.writer
    (8080, None)
    """

    model_config = SettingsConfigDict(
        env_prefix="FOOTNOTE_",
        env_nested_delimiter="__",
        env_file=".env",
        toml_file=_TOML,
        extra="ignore",
        frozen=True,
        protected_namespaces=(),
    )

    store: Path = Field(Path(".footnote"), description="The folder of the default store.")
    catalog: SecretStr | None = Field(
        None,
        description="The database of a store that many machines share, like "
        "postgresql://user:password@host/database, with FOOTNOTE_CHROMA (or FOOTNOTE_VECTORS); "
        "the store's folder is "
        "then where this machine keeps its copies of what is in them. See docs/operations.md.",
    )
    chroma: str | None = Field(
        None,
        description="The Chroma server of a shared store, like http://host:8000, or "
        "https://host/TENANT/DATABASE.",
    )
    chroma_key: SecretStr | None = Field(
        None, description="The key that the Chroma server asks for, if it does."
    )
    vectors: str | None = Field(
        None,
        description="What has the vectors of a shared store in the place of a Chroma server: "
        "'PACKAGE.MODULE:CLASS', any llama-index vector store that compares by cosine, called with "
        "`vectors_options`.",
    )
    vectors_options: dict[str, Any] = Field(
        default_factory=dict,
        description="Arguments of the llama-index vector store (JSON); {name} must stand in one of "
        "them, for the name under which the store's vectors are kept.",
    )
    originals: Path | None = Field(
        None,
        description="The folder of a shared store's copies of uploaded files, under the same path "
        "on all machines; by default in this machine's own, where others do not see them.",
    )
    bucket: str | None = Field(
        None,
        description="Where those copies lie for all machines if they share no folder, like "
        "s3://bucket/folder (any address that fsspec opens); the folder is then each machine's "
        "own, under the same path.",
    )
    embedding: str = Field(
        "e5",
        description="The embedding model: 'e5' (embedded, a hundred languages), 'minilm' "
        "(embedded, English, adds documents two and a half times as fast), 'openai:MODEL' (needs "
        "OPENAI_API_KEY; OPENAI_API_BASE for another endpoint), or 'PACKAGE.MODULE:CLASS', any "
        "llama-index embedding class, called with `embedding_options`.",
    )
    embedding_options: dict[str, Any] = Field(
        default_factory=dict, description="Arguments of the llama-index embedding class (JSON)."
    )
    writer: str | None = Field(
        None,
        description="What composes answers: 'openai:MODEL' (any OpenAI-compatible server), "
        "'azure:DEPLOYMENT', or 'PACKAGE.MODULE:CLASS', any llama-index LLM class, called with "
        "`writer_options`. Without it the embedded reader answers, and nothing is sent anywhere.",
    )
    writer_base: str | None = Field(
        None,
        description="The address of the writer's server, like http://127.0.0.1:11434/v1; "
        "by default OpenAI's.",
    )
    writer_key: SecretStr | None = Field(
        None,
        description="The writer's key. Without it OPENAI_API_KEY is used, but only where no "
        "other address than OpenAI's is set.",
    )
    writer_api_version: str = Field("2024-10-21", description="Azure's version of the interface.")
    writer_options: dict[str, Any] = Field(
        default_factory=dict, description="Further arguments of the llama-index LLM class (JSON)."
    )
    writer_context: int = Field(
        8_192, ge=1_024, description="Tokens that fit into the writer's context, reply included."
    )
    writer_tokens: int = Field(1_024, ge=16, description="Tokens of the writer's longest reply.")
    writer_seconds: float = Field(
        60, gt=0, description="How long the writer may take; then the embedded reader answers."
    )
    writer_unsupported: Literal["drop", "mark"] = Field(
        "mark",
        description="What becomes of a sentence that could not be verified: it is shown as such, "
        "folded ('mark'), or left out ('drop').",
    )
    judge: str | None = Field(
        None,
        description="The model that judges whether passages say what was written: named as a "
        "writer is, or 'folder:PATH', a classifier's tokenizer.json, config.json and model.onnx. "
        "Without it the writer judges; without a writer only quotations are verified.",
    )
    judge_base: str | None = Field(
        None, description="The address of the judge's server; by default OpenAI's."
    )
    judge_key: SecretStr | None = Field(
        None,
        description="The judge's key. Without it OPENAI_API_KEY is used, but only where no other "
        "address than OpenAI's is set.",
    )
    judge_options: dict[str, Any] = Field(
        default_factory=dict, description="Further arguments of the judge's LLM class (JSON)."
    )
    judge_tokens: int = Field(4_096, ge=256, description="Tokens of the judge's longest reply.")
    judge_errors: float = Field(
        0.05,
        gt=0,
        lt=0.5,
        description="The share of wrong sentences that a trusted judge may let pass: its "
        "examination and its daily checks must show, at 95 percent, that it lets pass no more.",
    )
    writer_prompts: Path | None = Field(
        None, description="A TOML file with prompts in place of those in endpoints/prompts.toml."
    )
    writer_price_in: float | None = Field(
        None, ge=0, description="The price of a million tokens that the writer reads."
    )
    writer_price_out: float | None = Field(
        None, ge=0, description="The price of a million tokens that the writer writes."
    )
    traces: str | None = Field(
        None,
        description="The address of an OpenTelemetry collector (OTLP over gRPC), like "
        "http://127.0.0.1:4317, which is sent the stages, seconds and counts of each question, and "
        "no word of it. Without it nothing is traced.",
    )
    model_dir: Path | None = Field(
        None, description="A folder with the model's own files, instead of the installed wheel."
    )
    host: str = Field("127.0.0.1", description="The address the web chat listens on.")
    port: int = Field(7860, ge=1, le=65535, description="The port the web chat listens on.")
    hosts: Annotated[tuple[str, ...], NoDecode, BeforeValidator(_names)] = Field(
        (),
        description="Further names by which the web chat is reached, separated by commas, like "
        "notes.example or notes.example:8443: those that a proxy before it passes on.",
    )
    address: Annotated[str | None, AfterValidator(_address)] = Field(
        None,
        description="The address by which people reach the page, where that is another than host "
        "and port, like https://notes.example/docs: links in exports lead there, and a proxy may "
        "serve the page below its path.",
    )
    sign_in: Literal["token", "proxy"] = Field(
        "token",
        description="How people sign in to a page that others than this machine reach: with a "
        "token of 'footnote token add', or at a proxy before it ('proxy'). Programs always need a "
        "token there.",
    )
    people: PeopleSettings | None = Field(
        None,
        description="How people sign in where several share the installation, each with what they "
        "keep and may read: a part of `footnote.toml` (docs/security.md). Without it whoever is "
        "let in is one person.",
    )
    folders: Annotated[tuple[Path, ...], NoDecode, BeforeValidator(_folders)] = Field(
        (),
        description="Folders, separated by commas, from which documents may be added over HTTP; "
        "by default none.",
    )
    waiting: int = Field(
        32,
        ge=1,
        description="How many questions over HTTP wait for an answer at most; beyond that, they "
        "are refused at once, with the time after which to ask again.",
    )
    models: dict[str, Path] = Field(
        default_factory=dict,
        description="Further models of the OpenAI-compatible interface (JSON): by name, another "
        "store's folder, or a folder or file of whose documents alone the model answers.",
    )
    confidence: float = Field(
        0.38,
        gt=0,
        lt=1,
        description="The least confidence that an answer needs, from 0 to 1: below it, the "
        "documents are said not to answer. See benchmarks/README.md for what it costs.",
    )
    question_limit: int = Field(
        4_000, ge=1, description="The longest question taken, in characters."
    )

    follow_links: bool = Field(
        False,
        description="Whether links inside a folder that lead out of it are followed; by default "
        "they are passed over.",
    )
    file_limit: int = Field(200, ge=1, description="The largest file taken, in MiB.")
    file_characters: int = Field(
        50_000_000, ge=1, description="The longest text of a file that is taken, in characters."
    )
    file_seconds: int = Field(
        120, ge=1, description="How long reading one file may take; 20 more for each MiB it has."
    )
    file_memory: int = Field(
        2_048, ge=64, description="How much memory reading one file may take, in MiB."
    )
    include_left_out: bool = Field(
        default=False,
        description="Whether what is left out of a text by default (page numbers, running titles, "
        "navigation, deletions and the like) is set behind it when it is added.",
    )
    ocr_languages: Annotated[str, AfterValidator(_languages)] = Field(
        "eng",
        description="The languages of scanned pages and pictures, as tesseract names them: 'eng', "
        "'eng+deu' for both. Each needs its data, as the package tesseract-ocr-deu.",
    )

    def allowed_folder(self, given: str) -> Path | None:
        """The folder that somebody names over HTTP, if it is within one of `folders` and there.

        >>> Settings(folders=(Path("papers"),)).allowed_folder("/etc") is None
        True
        """
        try:
            folder = Path(given).resolve()
            inside = any(folder.is_relative_to(one.resolve()) for one in self.folders)
            return folder if inside and folder.is_dir() else None
        except (OSError, ValueError):  # no path that any folder can have
            return None

    def shared_by(self, word_ends: "WordEnds") -> "SharedBy | None":
        """The servers of a shared store, if the settings name them.

        Raises:
            SettingsError: they name one of them alone, or two that have vectors.
        """
        if self.catalog is None and self.chroma is None and self.vectors is None:
            return None
        if self.chroma is not None and self.vectors is not None:
            raise SettingsError("FOOTNOTE_CHROMA and FOOTNOTE_VECTORS are both set: take one.")
        if self.catalog is None or (self.chroma is None and self.vectors is None):
            missing = "FOOTNOTE_CATALOG" if self.catalog is None else "FOOTNOTE_CHROMA"
            raise SettingsError(
                f"A shared store needs FOOTNOTE_CATALOG and FOOTNOTE_CHROMA: set {missing} too."
            )
        if self.bucket is not None and self.originals is None:
            raise SettingsError(
                "FOOTNOTE_BUCKET needs FOOTNOTE_ORIGINALS, a folder under the same path on all "
                "machines: set it too."
            )
        from index.store.engines import SharedBy

        return SharedBy(
            self.catalog.get_secret_value(),
            self.chroma,
            word_ends,
            None if self.chroma_key is None else self.chroma_key.get_secret_value(),
            self.originals,
            self.bucket,
            None if self.vectors is None else self._vector_store(self.vectors),
        )

    def _vector_store(self, setting: str) -> "MakesVectorStore":
        """What makes the vector store that the setting names."""
        module, _, class_name = setting.partition(":")
        if not class_name or not any("{name}" in str(one) for one in self.vectors_options.values()):
            raise SettingsError(
                f"The vector store {setting!r} is not known: FOOTNOTE_VECTORS is "
                "'PACKAGE.MODULE:CLASS' (a llama-index vector store), and {name} stands in one of "
                'FOOTNOTE_VECTORS_OPTIONS, as in {"collection_name": "{name}"}.'
            )

        def make(name: str) -> "BasePydanticVectorStore":
            # It takes more than a second, for which only the first search waits.
            from llama_index.core.vector_stores.types import BasePydanticVectorStore

            options = {
                key: value.replace("{name}", name) if isinstance(value, str) else value
                for key, value in self.vectors_options.items()
            }
            named = f"The vector store {setting!r}"
            kind: type[BasePydanticVectorStore] = BasePydanticVectorStore  # type: ignore[type-abstract]
            return load_class(kind, named, "vector store", module, class_name, options)

        return make

    @property
    def limits(self) -> "Limits":
        """What reading one file of the user's may cost."""
        # Whoever only asks need not wait for what reads files.
        from index.sandbox.isolation import Limits

        return Limits(
            size=self.file_limit,
            characters=self.file_characters,
            seconds=self.file_seconds,
            memory=self.file_memory,
        )

    @property
    def writer_secret(self) -> str | None:
        """The writer's key; OpenAI's own goes to no other server."""
        return _secret(self.writer_key, self.writer_base)

    @property
    def judge_secret(self) -> str | None:
        """The judge's key; OpenAI's own goes to no other server."""
        return _secret(self.judge_key, self.judge_base)

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """The order of the sources."""
        del file_secret_settings
        return init_settings, env_settings, dotenv_settings, _TomlFile(settings_cls)


def _secret(key: SecretStr | None, base: str | None) -> str | None:
    if key is not None:
        return key.get_secret_value()
    return os.environ.get("OPENAI_API_KEY") if base is None else None


class _TomlFile(TomlConfigSettingsSource):
    """`footnote.toml`; it is ours alone, so that a key in it that is no setting is a mistake."""

    def __init__(self, settings_cls: type[BaseSettings]) -> None:
        fault = ""
        try:
            super().__init__(settings_cls)
        except TOMLDecodeError as error:
            fault = f"{_TOML} is not valid TOML: {error}."
        except UnicodeDecodeError:
            fault = f"{_TOML} is not valid UTF-8: save it in that encoding."
        if fault:
            raise SettingsError(fault)
        unknown = sorted(self.toml_data.keys() - settings_cls.model_fields.keys())
        if unknown:
            raise SettingsError(
                f"{_TOML} sets {unknown[0]!r}, which is no setting. "
                f"There are: {', '.join(settings_cls.model_fields)}."
            )


def load(**given: object) -> Settings:
    """The settings, with what the caller gives before everything else.

    Raises:
        SettingsError: a value or a file cannot be used; the line names it and holds no value.

    >>> load(port=8080, host=None).port
    8080
    """
    try:
        return Settings(**{key: value for key, value in given.items() if value is not None})  # type: ignore[arg-type]
    except (ValidationError, pydantic_settings.SettingsError, UnicodeDecodeError, OSError) as error:
        fault = _fault(error)
    # Out here, because an error that is raised in there refers to the other one, which holds the
    # value: possibly a key.
    raise SettingsError(fault)


def _fault(error: Exception) -> str:
    """What is wrong with the settings, without their values."""
    if isinstance(error, OSError):
        return f"The settings in {error.filename} cannot be read: {error.strerror}."
    if isinstance(error, UnicodeDecodeError):
        return "The settings in .env cannot be read: the file is not valid UTF-8."
    if isinstance(error, ValidationError):
        first = error.errors()[0]
        name, reason = str(first["loc"][0]), first["msg"]
    else:
        # 'error parsing value for field "embedding_options" from source …'
        name, reason = str(error).split('"')[1], "It is not valid JSON"
    return f"The setting {name} (FOOTNOTE_{name.upper()}) cannot be used: {reason}."
