"""`footnote eval`."""

from pathlib import Path
from typing import Annotated

import typer

from assistant.commands.options import Format, FormatOption, JsonOption, StoreOption, opened
from assistant.evaluation import Report, ask_all, load_questions, report
from assistant.settings import load


def evaluate(
    file: Annotated[Path, typer.Argument(help="Questions with known answers, as JSON Lines.")],
    store: StoreOption = None,
    format: FormatOption = Format.text,  # noqa: A002
    as_json: JsonOption = False,
) -> None:
    """Measure the answers to questions of your own; see the README for the file."""
    rows = load_questions(file, load(store=store).limits)
    with opened(store) as assistant:
        measured = report(list(ask_all(assistant, rows)))
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
