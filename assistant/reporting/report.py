"""Report: Markdown texts and the cited answers between them."""

from datetime import datetime

from pydantic import BaseModel, ConfigDict

from assistant.answer import SCHEMA_VERSION, Answer, Citation
from assistant.exportable import Exportable


class Report(Exportable, BaseModel):
    """Texts and answers in their order, with one footnote numbering through the whole.

    A section is Markdown, the author's own, or an answer. `title` names the report; where it is to
    be read in the report itself, a section holds it.

    >>> answer = Answer(question="Did it hold?", created="2026-01-02")
    >>> report = Report(title="Night", sections=("# Night", answer), created="2026-01-02")
    >>> [one.question for one in report.answers]
    ['Did it hold?']
    """

    model_config = ConfigDict(frozen=True)

    schema_version: int = SCHEMA_VERSION
    title: str
    sections: tuple[str | Answer, ...]
    created: datetime

    @property
    def answers(self) -> tuple[Answer, ...]:
        """The answers among the sections."""
        return tuple(section for section in self.sections if isinstance(section, Answer))

    @property
    def citations(self) -> tuple[Citation, ...]:
        """All citations in the order of the text; one that several answers hold comes each time."""
        return tuple(citation for answer in self.answers for citation in answer.citations)
