"""What the program says in its own words, in the language of the question.

The words stand in English in `messages.py`, and in other languages in `locales/`, one catalogue of
gettext's each.
"""

import re
from functools import cache
from pathlib import Path

from assistant.answer import Answer
from assistant.language.identification import LANGUAGES, language_of

_LOCALES = Path(__file__).parent / "locales"


def localised(answer: Answer) -> Answer:
    """The answer with its message and notices in the language of its question.

    What is in no catalogue stays as it is.

    >>> answer = demo.query("Wer hat das Fußballspiel gewonnen?")
    >>> answer.abstained, answer.message
    (True, 'Die Dokumente beantworten das nicht. Stattdessen stehen hier die ... Stellen.')
    """
    said = [answer.message, *answer.notices]
    if not any(_template(one) for one in said):
        return answer
    language = language_of(answer.question)
    if language == "en":
        return answer
    message, *notices = (translated(one, language) for one in said)
    return answer.model_copy(update={"message": message, "notices": type(answer.notices)(notices)})


def translated(text: str, language: str) -> str:
    """A message in another language, with what was put into it; itself where there is none.

    >>> translated("No document mentions Faust.", "fr")
    'Aucun document ne mentionne Faust.'
    """
    template = _template(text)
    if template is None:
        return text
    pattern, english = template
    match = pattern.fullmatch(text)
    within = [translated(part, language) for part in match.groups()] if match else []
    return _catalogue(language)[english].format(*within)


def _template(text: str) -> tuple[re.Pattern[str], str] | None:
    return next((one for one in _templates() if one[0].fullmatch(text)), None)


@cache
def _templates() -> tuple[tuple[re.Pattern[str], str], ...]:
    """The messages that can be said in other languages, with what finds what was put into them."""
    messages = sorted(_catalogue(LANGUAGES[1]), key=lambda one: "{}" in one)
    return tuple(
        (re.compile("(.*)".join(map(re.escape, one.split("{}"))), re.DOTALL), one)
        for one in messages
    )


@cache
def _catalogue(language: str) -> dict[str, str]:
    from babel.messages.pofile import read_po

    with (_LOCALES / f"{language}.po").open("rb") as file:
        return {str(one.id): str(one.string) for one in read_po(file) if one.id}
