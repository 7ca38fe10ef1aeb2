"""The process in which files are parsed: `python -m index.worker FD READER BYTES`.

It answers each path that arrives with the document, or with the error that says why there is none,
so that a parser that crashes, hangs or eats memory takes no more with it than its file.
"""

import os
import sys
import traceback
from importlib import import_module
from multiprocessing.connection import Connection
from pathlib import Path

from index.errors import DocumentError, FootnoteError


def serve(connection: Connection, reader: str) -> None:
    """Answer paths until the other end closes.

    Args:
        connection: takes `(path, name)` and gives a `Document` or a `FootnoteError`.
        reader: 'module:function', which makes a document of a path and a name.
    """
    module, _, function = reader.partition(":")
    read = getattr(import_module(module), function)
    while True:
        try:
            path, name = connection.recv()
        except EOFError:
            return
        try:
            answer = read(Path(path), name=name)
        except FootnoteError as error:
            answer = error
        except MemoryError:
            answer = DocumentError(OUT_OF_MEMORY)
        except OSError as error:
            answer = DocumentError(f"It cannot be read: {error.strerror or error}.")
        except Exception as error:  # noqa: BLE001 (a parser may fail in any way at all)
            answer = DocumentError(
                f"Reading it ended in an unexpected error ({type(error).__name__}); the log tells "
                "more."
            )
            answer.add_note(traceback.format_exc())
        connection.send(answer)


OUT_OF_MEMORY = "Reading it needs more memory than a file may take (FOOTNOTE_FILE_MEMORY)."


def _limit_memory(megabytes: int) -> None:
    """Let an allocation fail that goes beyond what is in use now by so much."""
    try:
        import resource
    except ImportError:  # Windows has no such limit
        return
    try:
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0])
    except OSError:  # macOS, where the limit is not kept to anyway
        return
    limit = pages * os.sysconf("SC_PAGE_SIZE") + megabytes * 2**20
    resource.setrlimit(resource.RLIMIT_AS, (limit, limit))


def main() -> None:
    """Serve the connection whose file descriptor was given."""
    descriptor, reader, megabytes = sys.argv[1:]
    # What a parser prints is nobody's business, and no answer.
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    _limit_memory(int(megabytes))
    serve(Connection(int(descriptor)), reader)


if __name__ == "__main__":
    main()
