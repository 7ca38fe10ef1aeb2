"""What people thought of answers → questions for `footnote eval`."""

import json
from collections.abc import Iterable, Iterator

from assistant.kept_rows import Rated


def evaluation_lines(rated: Iterable[Rated]) -> Iterator[str]:
    """A line of an evaluation file for each answer with feedback.

    What was found helpful is known: its footnotes are the passages that answer, or, where nothing
    answered, there is nothing to find. Of what was not, only the question is known; the line says
    what was answered and why that was no help, for whoever fills in what would have been right.
    """
    for one in rated:
        answer, feedback = one.answer, one.feedback
        row: dict[str, object] = {
            "question": answer.question,
            "history": [
                {"role": role, "text": text}
                for earlier in one.before
                for role, text in (("user", earlier.question), ("assistant", earlier.text))
            ],
        }
        if feedback.verdict == "up":
            row["answerable"] = not answer.abstained
            row["passages"] = [
                {"document": c.document_id, "start": c.start, "end": c.end, "text": c.quote}
                for c in answer.citations
            ]
        row |= {"verdict": feedback.verdict, "reason": feedback.reason, "given": answer.text}
        yield json.dumps(row, ensure_ascii=False)
