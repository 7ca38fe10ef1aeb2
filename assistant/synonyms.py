"""A question in the documents' own words: 'how long did they talk' where a meeting is told of.

Asked only where the question as it stands is not answered. Words are exchanged in the same form,
and only for one that the nearest passages use.
"""

import re
from collections.abc import Collection

from index.lexical import analyzed

_INTERCHANGEABLE = """
talk meet confer negotiate
talked met conferred negotiated
talking meeting conferring negotiating
talk conversation meeting discussion encounter
talks conversations meetings discussions negotiations
buy purchase acquire
bought purchased acquired
begin start commence open
began started commenced opened
end finish conclude close
ended finished concluded closed
build construct erect
built constructed erected
hurt injured wounded
killed died dead
fired dismissed sacked
hired appointed employed
quit resigned left
repaired fixed mended
broke failed collapsed
crashed collided struck
stolen robbed taken
get receive obtain
got received obtained
cost price
salary pay wage
job post position
boss head director manager
company firm business
car vehicle
cars vehicles
ship vessel boat
ships vessels boats
doctor physician
child kid
children kids
movie film
flat apartment
war conflict
illness disease
speech address
study research
rise increase growth
rose increased grew
fall decrease decline
fell decreased declined
deal agreement contract treaty
"""
_GROUPS = tuple(tuple(line.split()) for line in _INTERCHANGEABLE.split("\n") if line)
_WORD = re.compile(r"\b[a-z]+\b")

MOST = 2
"""Wordings that are tried."""


def synonyms(question: str, texts: Collection[str]) -> list[tuple[str, str]]:
    """Words of a question, each with another for it that the texts use; at most `MOST`."""
    used = set(analyzed(" ".join(texts)))
    found = [
        (word, other)
        for word in dict.fromkeys(_WORD.findall(question))
        for group in _GROUPS
        if word in group
        for other in group
        if other != word and used.issuperset(analyzed(other))
    ]
    return list(dict.fromkeys(found))[:MOST]


def exchanged(word: str, other: str, text: str) -> str:
    """The text with one word for another."""
    return re.sub(rf"\b{word}\b", other, text)
