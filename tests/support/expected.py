"""What a report has to say: told by its answers themselves, never by what writes them."""

from outside import Told

from assistant.answer import Citation
from assistant.reporting.report import Report


def flat(text: str) -> str:
    return " ".join(text.split())


def _placed(report: Report) -> list[tuple[Citation, str]]:
    """The citations of a report in every place that names them, and for what they stand there."""
    return [
        (answer.citation(number), stance)
        for answer in report.answers
        for sentence in answer.sentences
        for stance, numbers in (("", sentence.citations), ("but see", sentence.superseded))
        for number in numbers
    ]


def named(report: Report) -> list[Citation]:
    """The citations of a report, each in every place that names it."""
    return [citation for citation, _ in _placed(report)]


def footnotes(report: Report) -> list[Citation]:
    """The footnotes that a report has, in the order in which they are named.

    What supports one sentence and corrects another is two footnotes, that say so.
    """
    return list({(c.document_id, c.id, stance): c for c, stance in _placed(report)}.values())


def check_footnotes(told: Told, expected: list[Citation]) -> None:
    """Each footnote says what it cites, word for word, and links to it."""
    assert [note.cited for note in told.notes] == [[citation.id] for citation in expected]
    for note, citation in zip(told.notes, expected, strict=True):
        assert f"“{printable(flat(citation.quote))}”" in note.text
        assert note.text.endswith(f" {citation.id}")
        assert printable(flat(citation.title)) in note.text
        assert citation.page is None or f"p. {citation.page}" in note.text
        assert citation.date is None or citation.date[:4] in note.text


def check_sentences(told: Told, report: Report, expected: list[Citation]) -> None:
    """Every sentence is there word for word, in its order, with its footnotes right behind it."""
    at = 0
    text = flat(told.text)
    place = 0
    ids = [citation.id for citation in expected]
    for answer in report.answers:
        for sentence in answer.sentences:
            words = printable(flat(sentence.text))
            at = text.find(words, at)
            assert at >= 0, words
            at += len(words)
            for position, number in enumerate(sentence.citations):
                place += 1
                # A format may set a space between two numbers.
                at += position > 0 and text[at] == " "
                note = ids.index(answer.citation(number).id) + 1
                marks = {f"‹{note}›", f"‹{place}›", str(note)}
                mark = next((mark for mark in marks if text.startswith(mark, at)), None)
                assert mark, text[at - 20 : at + 20]
                at += len(mark)
            # What has corrected it since is named behind it, with words of its own.
            place += len(sentence.superseded)
        for remark in (answer.message, *answer.notices):
            assert printable(flat(remark)) in text


def printable(text: str) -> str:
    """The text without what XML cannot hold."""
    return text.replace("\u0001", "\ufffd").replace("\ufffe", "\ufffd")
