"""The `footnote` command: runs one of `assistant.commands`; whatever ends it is at most one line.

What it does is imported once an interrupt is sure to be one, too.
"""

import atexit
import gc
import os
import signal
import sys
from collections.abc import Sequence

from index.errors import FootnoteError

_INTERRUPTED = 130
_COLLECTED_EVERY = 50_000
"""Objects made between two searches for cycles: at Python's 700, loading modules takes a tenth of a
second more. With what is loaded left alone at the end, too, asking once takes a fifth less time."""
_CLEAR_LINE_SHOW_CURSOR = "\r\x1b[2K\x1b[?25h"


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command with these arguments, by default those that were typed, and exit.

    >>> from contextlib import suppress
    >>> with suppress(SystemExit):
    ...     main(["ask", "Why did Gate 3 fail?", "--store", str(demo.store)])
    Gate 3 failed because the bearing of its left arm had run dry.[1]
    ...
    """
    arguments = sys.argv[1:] if arguments is None else arguments
    _leave_at_interrupt(arguments[0] if arguments else "")
    gc.set_threshold(_COLLECTED_EVERY)
    atexit.register(gc.freeze)
    from assistant.commands import app

    try:
        app(list(arguments), prog_name="footnote")
    except FootnoteError as error:
        _fail(str(error))
    except SystemExit as left:
        # Typer's status for a closed pipe is 1; but whoever read the output has seen enough.
        sys.exit(0 if isinstance(left.__context__, BrokenPipeError) else left.code)
    except OSError as error:
        if error.filename is not None:
            raise
        # Python writes what is left when it ends, and would fail once more.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        _fail(f"The output cannot be written: {error.strerror}.")


def _leave_at_interrupt(command: str) -> None:
    """Let an interrupt end the process on the spot, with a line.

    As an exception it would come out of native modules as an error of theirs, which the loading of
    a file reports as that file's. A store may be left at any instant (`index.store`).
    """
    line = "footnote: Interrupted."
    if command in ("add", "sync"):
        line += " What was added is kept; the same command goes on from there."

    def leave(*_: object) -> None:
        clear = _CLEAR_LINE_SHOW_CURSOR if os.isatty(2) else ""
        os.write(2, f"{clear}{line}\n".encode())
        os._exit(_INTERRUPTED)

    # Otherwise whoever started the command, like nohup, has its own idea of interrupts.
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, leave)


def _fail(line: str) -> None:
    sys.stderr.write(f"footnote: {line}\n")
    sys.exit(1)
