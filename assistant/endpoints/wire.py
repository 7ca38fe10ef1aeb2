"""The requests to a language model, each by the name and JSON schema of its reply, and passages.

Every request is a chat completion that asks for JSON by one of these schemas, so that gateways,
recordings and tests can tell what it is for. `docs/writer.md` shows an example of each.
"""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, TypeVar

from pydantic import BaseModel, ValidationError

from index.errors import FootnoteError


class Kind(NamedTuple):
    """What a request is for: the name and the JSON schema of the reply.

    >>> VERDICTS.name, sorted(VERDICTS.schema["properties"])
    ('footnote_verdicts', ['verdicts'])
    """

    name: str
    schema: dict[str, Any]


def _object(**properties: Any) -> dict[str, Any]:  # noqa: ANN401 (JSON)
    return {
        "type": "object",
        "additionalProperties": False,
        "required": list(properties),
        "properties": properties,
    }


def _list(items: dict[str, Any]) -> dict[str, Any]:
    return {"type": "array", "items": items}


_TEXT, _NUMBER, _FLAG = {"type": "string"}, {"type": "integer"}, {"type": "boolean"}

QUESTION_KINDS = (
    "fact",
    "yesno",
    "list",
    "steps",
    "comparison",
    "timeline",
    "definition",
    "table",
    "summary",
)
"""Kinds of answer that a question can ask for."""

_CLAIMS = _list(_object(text=_TEXT, passages=_list(_NUMBER), quotes=_list(_TEXT)))
_QUOTES = _list(_object(passage=_NUMBER, text=_TEXT))
_VERDICT = {"type": "string", "enum": ["supported", "contradicted", "not_verified"]}

PLAN = Kind(
    "footnote_plan",
    _object(
        question=_TEXT,
        parts=_list(_TEXT),
        wordings=_list(_TEXT),
        kind={"type": "string", "enum": list(QUESTION_KINDS)},
        entities=_list(_TEXT),
        dates=_list(_TEXT),
        language=_TEXT,
    ),
)
ANSWER = Kind(
    "footnote_answer", _object(answered=_FLAG, sentences=_list(_object(text=_TEXT, claims=_CLAIMS)))
)
REWRITE = Kind(
    "footnote_rewrite",
    _object(sentences=_list(_object(number=_NUMBER, text=_TEXT, claims=_CLAIMS))),
)
VERDICTS = Kind(
    "footnote_verdicts",
    _object(
        verdicts=_list(
            _object(
                claim=_NUMBER,
                verdict=_VERDICT,
                quotes=_QUOTES,
                missing=_TEXT,
                against=_QUOTES,
            )
        )
    ),
)
QUERY = Kind("footnote_query", _object(sql=_TEXT))
RESEARCH = Kind("footnote_research", _object(questions=_list(_TEXT), done=_FLAG))


@dataclass(frozen=True, slots=True)
class Shown:
    """A passage as a model is shown it: where it is from, and its words.

    >>> Shown("Tide log", "High tide at nine.", heading="Night watch").heading
    'Night watch'
    """

    title: str
    text: str
    date: str | None = None
    heading: str = ""


_STRUCTURE = re.compile(r"^[ \t]*(?=\[\d+\]|C\d+:|Question:|Earlier:|Refused:)", re.MULTILINE)
_BLANK = re.compile(r"\n\s*\n")


def numbered(passages: Sequence[Shown]) -> str:
    """The passages, numbered from 1, each under a line that says where it is from.

    A line of a document that looks like one of ours is set in, and its empty lines are left out,
    so that a passage ends where it ends.

    >>> print(numbered([Shown("Tide log", "[2] High tide."), Shown("Port log", "It rained.")]))
    [1] Tide log
    > [2] High tide.
    <BLANKLINE>
    [2] Port log
    It rained.
    """
    return "\n\n".join(
        f"[{number}] {_source(one)}\n{_STRUCTURE.sub('> ', _BLANK.sub(chr(10), one.text.strip()))}"
        for number, one in enumerate(passages, start=1)
    )


def _source(shown: Shown) -> str:
    parts = (shown.title, shown.date, shown.heading)
    return ", ".join(" ".join(part.split()) for part in parts if part)


def listed_claims(claims: Sequence[str]) -> str:
    """The claims, each on a line with its number.

    >>> listed_claims(["The gate held."])
    'C1: The gate held.'
    """
    return "\n".join(
        f"C{number}: {' '.join(claim.split())}" for number, claim in enumerate(claims, start=1)
    )


class ReplyFault(FootnoteError):
    """A reply that has not the form that it was asked for.

    >>> raise ReplyFault("its reply is not what was asked for")
    Traceback (most recent call last):
        ...
    assistant.endpoints.wire.ReplyFault: its reply is not what was asked for
    """


_Form = TypeVar("_Form", bound=BaseModel)
_THOUGHT = re.compile(r"\A\s*<think(?:ing)?>.*?</think(?:ing)?>\s*", re.DOTALL)
_FENCE = "```"


def parse_reply(form: type[_Form], reply: str) -> _Form:
    """A whole reply as the form it must have; a fence or a thought around the JSON is let pass.

    Raises:
        ReplyFault: it is no JSON, or of another form.

    >>> class Told(BaseModel):
    ...     done: bool
    >>> parse_reply(Told, '{"done": true}').done
    True
    """
    bare = _THOUGHT.sub("", reply).strip()
    if bare.startswith(_FENCE) and bare.endswith(_FENCE):
        bare = bare.removeprefix(_FENCE).removeprefix("json").removesuffix(_FENCE)
    try:
        return form.model_validate(json.loads(bare))
    except (ValidationError, ValueError, RecursionError) as error:
        raise ReplyFault("its reply is not what was asked for") from error
