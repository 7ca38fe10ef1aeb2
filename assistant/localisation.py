"""What the program says in its own words, in the language of the question.

The words stand in English in `messages.py`, and in other languages in `locales/`, one catalogue of
gettext's each. The question's language is told by py3langid (Lui & Baldwin 2012, 'langid.py').
"""

import re
import threading
from functools import cache
from pathlib import Path
from typing import Any

from assistant.answer import Answer
from assistant.language.terms import function_terms
from index.store.lexical import analyzed

_LOCALES = Path(__file__).parent / "locales"
LANGUAGES = ("en", *sorted(path.stem for path in _LOCALES.glob("*.po")))
"""Languages that the program speaks."""

_ENGLISH_FROM = 0.4
"""A text is English without further thought where so many of its words are its function words."""

_loading = threading.Lock()


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


def language_of(text: str) -> str:
    """The language of a text, of those that the program speaks.

    >>> language_of("Wann schloss das Tor?"), language_of("水门什么时候关闭？")
    ('de', 'zh')
    """
    words = analyzed(text)
    if words and sum(word in function_terms() for word in words) >= _ENGLISH_FROM * len(words):
        return "en"
    found: str = _identifier().classify(text)[0]
    return found


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


@cache
def _known() -> Any:  # noqa: ANN401 (it has no types)
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    identifier = LanguageIdentifier.from_model_file(MODEL_FILE)
    identifier.set_languages(list(LANGUAGES))
    return identifier


def _identifier() -> Any:  # noqa: ANN401 (it has no types)
    # Many threads may want it first; each would load one of its own.
    with _loading:
        return _known()
