"""What is told to other machines does not say where things lie on this one."""

import re
from collections.abc import Iterable
from pathlib import Path


def without_paths(sentence: str, stores: Iterable[Path]) -> str:
    """The sentence of an error without the paths of stores.

    >>> without_paths("There are no documents in /srv/notes yet.", [Path("/srv/notes")])
    'There are no documents in the store yet.'
    >>> without_paths("There are no documents in s yet.", [Path("s")])
    'There are no documents in the store yet.'
    """
    for store in sorted(map(str, stores), key=len, reverse=True):
        sentence = re.sub(rf"(?<![\w/.-]){re.escape(store)}(?![\w-])", "the store", sentence)
    return sentence
