"""Questions as people write them down → the sections of a report.

A questions file holds one question a line. A template is the author's own Markdown in which a
question stands in double braces on a line of its own:

    The gate failed at night.

    {{ Why did Gate 3 fail? }}

Its answer takes the line's place. In code, and in HTML comments, double braces mean nothing.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path

from markdown_it.token import Token

from assistant.answer import Answer
from assistant.reporting.markdown import escape_markdown
from assistant.reporting.markdown_tokens import parser
from assistant.reporting.report import Report
from index.errors import DocumentError, ReportError
from index.sandbox.isolation import Limits, made_apart

DEFAULT_TITLE = "Questions and answers"

_QUESTION = re.compile(r"\{\{\s*+(.*?\S)\s*+\}\}\s*+")
_BRACES = re.compile(r"(?>.*?(?=\{\{))(\{\{.*?\}\})")
_CODE_SPAN = re.compile(r"(?<!`)(`++).*?(?<!`)\1(?!`)")


@dataclass(frozen=True, slots=True)
class Question:
    """A question whose answer is to stand here.

    >>> Plan("Gate 3", ("# Gate 3", Question("Why did it fail?"))).questions
    ['Why did it fail?']
    """

    text: str


@dataclass(frozen=True, slots=True)
class Plan:
    """What a report will be: Markdown texts and questions in their order.

    >>> plan = listed(["Did the gate hold?"])
    >>> report = plan.filled([Answer(question="Did the gate hold?", created="2026-01-02")])
    >>> report.title, len(report.sections)
    ('Questions and answers', 3)
    """

    title: str
    sections: tuple[str | Question, ...]

    @property
    def questions(self) -> list[str]:
        """The questions in their order."""
        return [section.text for section in self.sections if isinstance(section, Question)]

    def filled(self, answers: Iterable[Answer]) -> Report:
        """The report, with an answer in the place of each question."""
        given = iter(answers)
        sections: list[str | Answer] = []
        for section in self.sections:
            if not isinstance(section, Question):
                sections.append(section)
                continue
            answer, above = next(given), sections[-1] if sections else ""
            question = escape_markdown(section.text)
            # 'The documents do not answer this' needs what 'this' is.
            if answer.abstained and not (isinstance(above, str) and above.endswith(question)):
                sections.append(f"*{question}*")
            sections.append(answer)
        return Report(title=self.title, sections=tuple(sections), created=datetime.now(UTC))


def listed(questions: Iterable[str], title: str | None = None) -> Plan:
    """The plan that gives each question as a heading, its answer below it.

    Raises:
        ReportError: there is no question.

    >>> listed(["Why did Gate 3 fail?"], title="Gate 3").sections
    ('# Gate 3', '## Why did Gate 3 fail?', Question(text='Why did Gate 3 fail?'))
    """
    title = title or DEFAULT_TITLE
    sections: list[str | Question] = [f"# {escape_markdown(title)}"]
    for question in questions:
        if question.strip():
            sections += [f"## {escape_markdown(question)}", Question(question.strip())]
    if len(sections) == 1:
        raise ReportError("There is no question to answer: write one on each line.")
    return Plan(title, tuple(sections))


def from_template(template: str, title: str | None = None) -> Plan:
    r"""The plan of a template; its first heading of the highest level is the title.

    Raises:
        ReportError: it sets no question, or one that does not stand on a line of its own.

    >>> plan = from_template("# Gate 3\n\nIt failed.\n\n{{ Why did it fail? }}")
    >>> plan.title, plan.questions
    ('Gate 3', ['Why did it fail?'])
    """
    lines = template.replace("\r\n", "\n").split("\n")
    tokens = parser().parse(template)
    literal = {
        number
        for token in tokens
        if token.type in ("fence", "code_block", "html_block", "front_matter") and token.map
        for number in range(*token.map)
    }
    sections: list[str | Question] = []
    text: list[str] = []
    for number, line in enumerate(lines):
        if number not in literal and (found := _QUESTION.fullmatch(line)):
            sections += ["\n".join(text), Question(found[1])]
            text = []
            continue
        if number not in literal and (stray := _BRACES.match(_CODE_SPAN.sub("", line))):
            raise ReportError(
                f"Line {number + 1} of the template has {stray[1]} beside other text: a "
                "question stands on a line of its own, without indentation."
            )
        text.append(line)
    sections.append("\n".join(text))
    if len(sections) == 1:
        raise ReportError(
            "The template sets no question: write each as {{ question }} on a line of its own."
        )
    return Plan(
        title or _heading(tokens) or DEFAULT_TITLE,
        tuple(section for section in sections if isinstance(section, Question) or section.strip()),
    )


def read_plan(
    source: Path | bytes,
    title: str | None = None,
    *,
    name: str | None = None,
    limits: Limits | None = None,
) -> Plan:
    """The plan of a file: a template, if it is Markdown or sets a question; else a list.

    Args:
        source: where the file is, or what it holds.
        title: what the report is called.
        name: what a complaint calls the file; by default its path.
        limits: within which it is read, in a process of its own.

    Raises:
        ReportError: the file cannot be read, is not UTF-8, or holds no question.

    >>> (tmp_path / "questions.txt").write_text("Why did Gate 3 fail?")
    20
    >>> read_plan(tmp_path / "questions.txt").questions
    ['Why did Gate 3 fail?']
    """
    name = name or str(source)
    function = "assistant.reporting.template:decoded"
    try:
        return made_apart(Plan, function, source, name, title, limits=limits)
    except OSError as error:
        raise ReportError(f"{name} cannot be read: {error.strerror}.") from error
    except DocumentError as error:
        raise ReportError(f"{name} cannot be read. {error}") from error


def decoded(data: bytes, name: str, title: str | None = None) -> Plan:
    """The plan of a file's content; `name` is what a complaint calls it.

    Raises:
        ReportError: it is not UTF-8, or holds no question.

    >>> decoded(b"{{ Why did Gate 3 fail? }}", "gate.md").questions
    ['Why did Gate 3 fail?']
    """
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise ReportError(
            f"{name}, line {line}: not UTF-8 text. Save it in that encoding."
        ) from error
    markdown = Path(name).suffix.lower() in (".md", ".markdown")
    if markdown or any(_QUESTION.fullmatch(line) for line in text.splitlines()):
        return from_template(text, title)
    return listed(text.splitlines(), title)


def _heading(tokens: list[Token]) -> str:
    for heading, content in pairwise(tokens):
        if heading.tag == "h1" and heading.type == "heading_open":
            return "".join(part.content for part in content.children or ())
    return ""
