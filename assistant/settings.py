"""Every option, in one place: from the environment (FOOTNOTE_…), `.env`, or `footnote.toml`."""

from pathlib import Path
from typing import Any

from pydantic import Field, ValidationError
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from index.errors import SettingsError


class Settings(BaseSettings):
    """What can be configured. Earlier wins: arguments, environment, `.env`, `footnote.toml`."""

    model_config = SettingsConfigDict(
        env_prefix="FOOTNOTE_",
        env_file=".env",
        toml_file="footnote.toml",
        extra="ignore",
        frozen=True,
        protected_namespaces=(),
    )

    store: Path = Field(Path(".footnote"), description="The folder of the default store.")
    embedding: str = Field(
        "minilm",
        description="The embedding model: 'minilm' (embedded), 'openai:MODEL' (needs "
        "OPENAI_API_KEY; OPENAI_API_BASE for another endpoint), or 'PACKAGE.MODULE:CLASS', any "
        "llama-index embedding class, called with `embedding_options`.",
    )
    embedding_options: dict[str, Any] = Field(
        default_factory=dict, description="Arguments of the llama-index embedding class (JSON)."
    )
    model_dir: Path | None = Field(
        None, description="A folder with the model's own files, instead of the installed wheel."
    )
    host: str = Field("127.0.0.1", description="The address the web chat listens on.")
    port: int = Field(7860, ge=1, le=65535, description="The port the web chat listens on.")
    question_limit: int = Field(
        4_000, ge=1, description="The longest question taken, in characters."
    )

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
        toml = TomlConfigSettingsSource(settings_cls)
        return init_settings, env_settings, dotenv_settings, toml


def load(**given: object) -> Settings:
    """The settings, with what the caller gives before everything else.

    Raises:
        SettingsError: a value cannot be used; the line names it.
    """
    try:
        return Settings(**{key: value for key, value in given.items() if value is not None})  # type: ignore[arg-type]
    except ValidationError as error:
        first = error.errors()[0]
        name = "_".join(str(part) for part in first["loc"][:1])
        raise SettingsError(
            f"The setting {name} (FOOTNOTE_{name.upper()}) cannot be used: {first['msg']}."
        ) from error
