"""Questions that a figure answers: a cell of a table, or what the program computes from some."""

from collections.abc import Mapping, Sequence

from assistant.cells import asked_figure
from assistant.drafts import Reading
from assistant.figures import sheets
from assistant.questions import Question
from assistant.retrieval import Retrieved
from index.store import Store

CONFIDENCE = 0.8
"""Of a cell: the share of those given for our questions about reports that is right."""


def read_figures(
    store: Store,
    question: Question,
    passages: Sequence[Retrieved],
    rarity: Mapping[str, float],
) -> Reading | None:
    """The cell that a question asks for, as an answer; None where it asks for none."""
    found = asked_figure(question, sheets(store, passages), rarity)
    if found is None:
        return None
    return Reading(drafts=(found.draft,), confidence=CONFIDENCE)
