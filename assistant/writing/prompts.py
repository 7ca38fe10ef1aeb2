"""The prompts of the writer: those of `prompts.toml`, or of a file of the user's."""

import re
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass, fields
from pathlib import Path

from assistant.retrieving.retrieval import Retrieved
from index.errors import DocumentError, SettingsError
from index.regular import contents

_FENCE = re.compile(r"<(?=\s*/?\s*passage\b)", re.IGNORECASE)
_FIELD = re.compile(r"\{(\w+)\}")

_MOST = 8 << 20
"""Bytes of the longest file of prompts."""

OWN = Path(__file__).parent / "prompts.toml"


@dataclass(frozen=True, slots=True)
class Prompts:
    """Templates, as `prompts.toml` explains them.

    >>> prompts = Prompts("Be brief.", "{passages} {question}", "", "Anew: {refused}", "{sentence}")
    >>> prompts.asked("Did it hold?", ()), prompts.asked_again([("It held.", ["held"])])
    (' Did it hold?', 'Anew: It held.')
    """

    system: str
    question: str
    passage: str
    again: str
    refused: str

    def asked(self, question: str, passages: Sequence[Retrieved]) -> str:
        """The message that asks a question of passages, which are numbered from 1."""
        shown = "\n".join(self.shown(number, one) for number, one in enumerate(passages, start=1))
        return _filled(self.question, passages=shown, question=question)

    def shown(self, number: int, found: Retrieved) -> str:
        """A passage as the model sees it."""
        document = found.chunk.document
        return _filled(
            self.passage,
            number=str(number),
            title=_fenced(document.title),
            date=f' date="{document.date}"' if document.date else "",
            text=_fenced(found.chunk.text),
        )

    def asked_again(self, refused: Sequence[tuple[str, Sequence[str]]]) -> str:
        """The message that asks for sentences anew; each comes with its words without support."""
        lines = [
            _filled(self.refused, sentence=sentence, words=", ".join(words))
            for sentence, words in refused
        ]
        return _filled(self.again, refused="\n".join(lines))


def load_prompts(path: Path | None = None) -> Prompts:
    """The prompts, with what the user's file has in place of our own.

    Raises:
        SettingsError: the file cannot be used.

    >>> _ = (tmp_path / "own.toml").write_text("system = 'Be brief.'")
    >>> load_prompts(tmp_path / "own.toml").system
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


def _filled(template: str, **values: str) -> str:
    """The template with its fields filled in; other braces, also those of a value, mean nothing."""
    return _FIELD.sub(lambda match: values.get(match[1], match[0]), template)


def _fenced(text: str) -> str:
    """A document's text without anything that would end the passage it stands in."""
    return _FENCE.sub("‹", text)
