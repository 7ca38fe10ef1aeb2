"""Cited: a citation as it is found in a report, before its source is looked at."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from assistant.links import cited_id
from assistant.verifying.quotes import quotations

_PRINTED_ID = re.compile(r"(?<![0-9a-zA-Z])([0-9a-f]{16})(?::|%3A)(\d+)[-‐‑–](\d+)(?!\d)")
"""An id in print; word processors like to turn its hyphen into a dash."""


@dataclass(frozen=True, slots=True)
class Cited:
    """One citation: where it stands in the report, and the text around it, its quote among it.

    `id` is None for a footnote that only quotes something.
    """

    where: str
    text: str
    id: str | None


def citations(where: str, text: str, links: Iterable[str], *, note: bool) -> Iterator[Cited]:
    """The citations in one footnote or paragraph, each id once.

    Args:
        where: the place, for the reader of the report.
        text: its text.
        links: the addresses that it links to.
        note: whether it is a footnote: one without an id is a citation if it quotes something.
    """
    linked = [found for link in links if (found := cited_id(link))]
    printed = [f"{version}:{start}-{end}" for version, start, end in _PRINTED_ID.findall(text)]
    ids = list(dict.fromkeys([*linked, *printed]))
    for id_ in ids:
        yield Cited(where, text, id_)
    if note and not ids and quotations(text):
        yield Cited(where, text, None)
