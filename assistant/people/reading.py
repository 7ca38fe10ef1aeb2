"""What of a kept answer somebody else may read: its sentences, and of its sources only their own.

A footnote whose document they may not read is left out with all that names it, so that nothing of
that document is told but what the answer itself says.
"""

from collections.abc import Collection, Iterable

from assistant.answer import Answer, Passage, Sentence


def as_read_by(answer: Answer, readable: Collection[str]) -> Answer:
    """An answer as somebody reads it who may read these documents.

    >>> answer = Answer(question="Did it hold?", documents=("log",), created="2026-01-02")
    >>> as_read_by(answer, {"log"}) is answer, as_read_by(answer, ()).documents
    (True, ())
    """
    named = {one.document_id for one in answer.citations}
    named |= {one.document_id for one in answer.nearest}
    for sentence in (*answer.sentences, *answer.dropped):
        named |= {one.document_id for one in sentence.nearest}
    if named | {*answer.documents} <= {*readable}:
        return answer
    shown = [one for one in answer.citations if one.document_id in readable]
    numbers = {one.number: number for number, one in enumerate(shown, 1)}
    hidden = len(answer.citations) - len(shown)
    plain = answer.kind == "answer" and not answer.abstained
    return answer.model_copy(
        update={
            "citations": tuple(
                one.model_copy(update={"number": numbers[one.number]}) for one in shown
            ),
            "sentences": tuple(_sentence(one, numbers, readable) for one in answer.sentences),
            "message": answer.message if plain else "",
            "nearest": _passages(answer.nearest, readable),
            "dropped": (),
            "notices": (_HIDDEN.format(hidden),) if hidden else (),
            "documents": tuple(one for one in answer.documents if one in readable),
        }
    )


_HIDDEN = "Footnotes that stand in documents which you may not read: {}."


def _sentence(one: Sentence, numbers: dict[int, int], readable: Collection[str]) -> Sentence:
    def kept(given: Iterable[int]) -> tuple[int, ...]:
        return tuple(numbers[number] for number in given if number in numbers)

    return one.model_copy(
        update={
            "citations": kept(one.citations),
            "contradicted": kept(one.contradicted),
            "superseded": kept(one.superseded),
            "missing": "",
            "nearest": _passages(one.nearest, readable),
        }
    )


def _passages(given: Iterable[Passage], readable: Collection[str]) -> tuple[Passage, ...]:
    return tuple(one for one in given if one.document_id in readable)
