"""The chat in the browser over your own documents; the same as `footnote serve`."""

import argparse
import sys
from contextlib import closing

from assistant import Assistant
from assistant.web import launch
from index.errors import FootnoteError


def main() -> int:
    """Serve the page until Ctrl-C; the exit status is 1 if it cannot be served."""
    parser = argparse.ArgumentParser(description="Ask your documents in the browser.")
    parser.add_argument("--store", help="the folder of the store (default: .footnote)")
    parser.add_argument("--port", type=int, help="the port to listen on (default: 7860)")
    given = parser.parse_args()
    try:
        with closing(Assistant(given.store)) as assistant:
            launch(assistant, port=given.port)
    except FootnoteError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
