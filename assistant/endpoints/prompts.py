"""What a language model is told: the texts of `prompts.toml`, or of a file of the user's."""

import tomllib
from dataclasses import dataclass, fields
from pathlib import Path

from index.errors import DocumentError, SettingsError
from index.regular import contents

_MOST = 8 << 20
"""Bytes of the longest file of prompts."""

OWN = Path(__file__).parent / "prompts.toml"


@dataclass(frozen=True, slots=True)
class Prompts:
    """The text for each kind of request, as `prompts.toml` explains them.

    >>> load_prompts().verdicts.splitlines()[0][:26]
    'You are a fact checker. Fo'
    """

    plan: str
    query: str
    answer: str
    rewrite: str
    verdicts: str
    research: str


def load_prompts(path: Path | None = None) -> Prompts:
    """The prompts, with what the user's file has in place of our own.

    Raises:
        SettingsError: the file cannot be used.

    >>> _ = (tmp_path / "own.toml").write_text("answer = 'Be brief.'")
    >>> load_prompts(tmp_path / "own.toml").answer
    'Be brief.'
    """
    found = tomllib.loads(OWN.read_text(encoding="utf-8"))
    if path is not None:
        found |= _own(path)
    return Prompts(**{field.name: found[field.name].strip() for field in fields(Prompts)})


def _own(path: Path) -> dict[str, str]:
    try:
        given = tomllib.loads(contents(path, _MOST).decode("utf-8"))
    except OSError as error:
        raise SettingsError(f"The prompts in {path} cannot be read: {error.strerror}.") from error
    except DocumentError as error:
        raise SettingsError(f"The prompts in {path} cannot be read. {error}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError(f"The prompts in {path} are not valid TOML: {error}.") from error
    known = {field.name for field in fields(Prompts)}
    for name, value in given.items():
        if name not in known or not isinstance(value, str):
            raise SettingsError(
                f"{path} sets {name!r}, which is no prompt. There are: {', '.join(sorted(known))}, "
                "each a text."
            )
    return given
