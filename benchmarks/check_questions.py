"""Whether every page that our own questions name holds the answer, as the product reads it.

    python benchmarks/check_questions.py --data DIR

Prints each page that does not, and what there is of each kind and report; exit status 1 if any.
"""

import argparse
import os
import sys
from collections import Counter
from pathlib import Path

from development import OWN
from quality import load

from assistant.evaluating.evaluation import load_questions
from assistant.evaluating.metrics import contains_gold
from index.readers import read


def main() -> int:
    """Read the reports and look the answers up."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, default=os.environ.get("FOOTNOTE_BENCH_DATA"))
    options = parser.parse_args()
    if options.data is None:
        parser.error("name the data with --data DIR or FOOTNOTE_BENCH_DATA")
    rows = load(OWN)
    pages: dict[tuple[str, int], str] = {}
    for name in sorted({row["report"] for row in rows}):
        document = read(Path(options.data) / "financebench/pdfs" / name)
        for page in document.pages:
            pages[name, page.number] = document.text[page.start : page.end]
    missing = [
        f"{row.document}, p. {page}: no “{' | '.join(row.answers)}” ({row.question})"
        for row in load_questions(OWN)
        for page in row.pages
        if not contains_gold(pages.get((row.document or "", page), ""), row.answers)
    ]
    print("\n".join(missing) or f"{len(rows)} questions: every named page holds its answer")
    for field in ("report", "kind"):
        print(dict(Counter(row[field] for row in rows).most_common()))
    return int(bool(missing))


if __name__ == "__main__":
    sys.exit(main())
