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

_loading = threading.Lock()


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
