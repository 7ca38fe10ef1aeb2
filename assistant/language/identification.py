"""In which language a text is, of those that the program speaks.

Told by py3langid (Lui & Baldwin 2012, 'langid.py').
"""

import threading
from functools import cache
from typing import Any

from assistant.language.terms import function_terms
from index.store.lexical import analyzed

LANGUAGES = ("en", "ar", "de", "es", "fr", "it", "ja", "nl", "pl", "pt", "zh")
"""Languages that the program speaks."""

_ENGLISH_FROM = 0.4
"""A text is English without further thought where so many of its words are its function words."""
_ENGLISH_RATHER = (0.0, 0.0, 2.0, 4.0)
"""Log-odds for English before the text is seen, by its number of words, the last from there on.
Without them one in forty English questions of two or three words is taken for Italian, Spanish or
French; with them one in a hundred others for English."""

_loading = threading.Lock()


def language_of(text: str) -> str:
    """The language of a text, of those that the program speaks.

    >>> language_of("Wann schloss das Tor?"), language_of("水门什么时候关闭？"), language_of("12?")
    ('de', 'zh', 'en')
    """
    words = analyzed(text)
    if not any(map(str.isalpha, text)):
        return "en"
    if words and sum(word in function_terms() for word in words) >= _ENGLISH_FROM * len(words):
        return "en"
    likely: dict[str, float] = dict(_identifier().rank(text))
    likely["en"] += _ENGLISH_RATHER[min(len(words), len(_ENGLISH_RATHER) - 1)]
    return max(likely, key=lambda language: likely[language])


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
