"""The chat in the browser over your own documents: `footnote serve`, but no browser is opened."""

import sys

from assistant.cli import main

if __name__ == "__main__":
    main(["serve", "--no-browser", *sys.argv[1:]])
