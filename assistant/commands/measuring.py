"""`footnote eval`.

`footnote feedback`.

`footnote doctor`.
"""

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from assistant.assistant import Assistant
from assistant.commands.printing import (
    DIFFERENT,
    Format,
    FormatOption,
    JsonOption,
    StoreOption,
    open_assistant,
    print_json,
    say,
)
from assistant.conversations.tables import evaluation_lines
from assistant.evaluating.evaluation import Report, ask_all, load_questions, summarise
from assistant.settings import load


def evaluate(
    file: Annotated[Path, typer.Argument(help="Questions with known answers, as JSON Lines.")],
    store: StoreOption = None,
    format: FormatOption = Format.text,  # noqa: A002
    as_json: JsonOption = False,
) -> None:
    """Measure the answers to questions of your own; see the README for the file.

    >>> row = '{"question": "Why did Gate 3 fail?", "answers": ["had run dry"]}'
    >>> _ = Path("questions.jsonl").write_text(row)
    >>> evaluate(Path("questions.jsonl"), store=demo.store)
    1 questions; 95 % intervals
    ...
    answer holds it                          1.000  0.207–1.000  of 1
    ...
    """
    rows = load_questions(file, load(store=store).limits)
    with open_assistant(store) as assistant:
        measured = summarise(list(ask_all(assistant, rows)))
    if as_json or format is Format.json:
        typer.echo(measured.model_dump_json(indent=2))
    else:
        typer.echo(_tabled(measured))


def _tabled(measured: Report) -> str:
    """The measures one a line, then the answers' length, the time, and what confidence means."""
    lines = [f"{measured.questions} questions; 95 % intervals", ""]
    for name, (value, low, high) in measured.measures.items():
        lines.append(f"{name:40} {value:.3f}  {low:.3f}–{high:.3f}  of {measured.n[name]}")
    for answered, refused in measured.refused_at.items():
        lines.append(f"{f'unanswerable refused at {answered} answered':40} {refused:.3f}")
    spread = {"words of an answer": measured.words}
    spread |= {f"milliseconds, {stage}": of for stage, of in measured.milliseconds.items()}
    lines += ["", f"{'':40} {'median':>8} {'p95':>8}"]
    for name, of in spread.items():
        if of:
            lines.append(f"{name:40} {of['median']:8.1f} {of['p95']:8.1f}")
    if measured.reliability:
        lines += ["", "confidence     answers  mean   right"]
        for low, high, count, confidence, accuracy in measured.reliability:
            lines.append(f"{low:.1f}–{high:.1f} {count:14}  {confidence:.3f}  {accuracy:.3f}")
        lines.append(f"expected calibration error {measured.calibration_error:.3f}")
    return "\n".join(lines)


def feedback(
    out: Annotated[
        Path | None, typer.Option(help="Write the evaluation file, JSON Lines, there.")
    ] = None,
    store: StoreOption = None,
    as_json: JsonOption = False,
) -> None:
    """List the answers that were rated in the chat, or write them for 'footnote eval'.

    >>> from assistant.conversations.tables import Feedback
    >>> _ = Path("gate.md").write_text("The gate held.")
    >>> with open_assistant(None) as assistant:
    ...     _ = assistant.add("gate.md")
    ...     kept = assistant.conversations.keep("me", None, assistant.query("What held?"), 0.4)
    ...     assistant.conversations.rate("me", kept[1], Feedback("up"))
    >>> feedback()
    helpful: What held?
    """
    with open_assistant(store) as assistant:
        rated = assistant.conversations.rated()
    if out is not None:
        from assistant.reporting.export import write

        write(out, "".join(f"{line}\n" for line in evaluation_lines(rated)).encode())
        say(f"{len(rated)} rated answers are in {out}.", aside=True)
    elif as_json:
        for line in evaluation_lines(rated):
            typer.echo(line)
    else:
        for one in rated:
            reason = f" ({one.feedback.reason})" if one.feedback.reason else ""
            say(f"{_VERDICTS[one.feedback.verdict]}: {one.answer.question}{reason}")


_VERDICTS = {"up": "helpful", "down": "not helpful"}


def doctor(
    store: StoreOption = None,
    format: FormatOption = Format.text,  # noqa: A002
    as_json: JsonOption = False,
    judge: Annotated[
        bool, typer.Option("--judge", help="Examine the model that judges (six requests).")
    ] = False,
) -> None:
    """Say what is configured, what answers, and what is wrong (then the exit status is 4).

    A configured writer is sent one short request, a configured embedding server one word.

    >>> doctor(store=demo.store)
    ok     Footnote: version ...
    ok     embedding: ...
    ok     store: ...: 7 documents; 'footnote check' compares its files
    ok     writer: none (FOOTNOTE_WRITER): the embedded reader answers; nothing leaves this machine
    ok     judge: none (FOOTNOTE_JUDGE). Only quotations are marked as supported.
    ok     scanned pages: ...
    """
    found = []
    quiet = as_json or format is Format.json
    for finding in Assistant.examined(settings=load(store=store), judge=judge):
        found.append(finding)
        if not quiet:
            say(f"{'ok   ' if finding.well else 'WRONG'}  {finding.what}: {finding.says}")
    if quiet:
        print_json([asdict(finding) for finding in found])
    if not all(finding.well for finding in found):
        raise typer.Exit(DIFFERENT)
