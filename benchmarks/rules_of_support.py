"""What each rule of verification is worth: which composed sentences it refuses, right and wrong.

    python benchmarks/rules_of_support.py --data DIR [--tapes FILE] [--most N] [--json FILE]

Every sentence is aligned to the sentences of its passages as `cite` does it, and each rule is asked
by itself. The table has, for each set, how many wrong and how many right sentences a rule refuses,
and how many of both it alone refuses: those are what it would cost or gain to leave it out. None of
the sets is one that a rule or its word list was made with.

- `made`: right and subtly wrong claims over real documents of many kinds (`DIR/made/claims`).
- `claims`: single sentences of eight collections with their evidence (`DIR/claims`).
- `tapes`: what a capable model wrote, and wrong variants of it (`--tapes`, in the same shape).
"""

import argparse
import gzip
import json
import os
import random
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from support import passage

from assistant.language.terms import opening_length
from assistant.models.sentence_vectors import SentenceVectors
from assistant.verifying.degree import changed_degrees
from assistant.verifying.grounding import _aligned, _places
from assistant.verifying.negation import reversed_clauses
from assistant.verifying.proper_names import unknown_proper_names
from assistant.verifying.substitution import substituted_words
from assistant.verifying.verification import _addresses, _figures, _quotations
from index.models.embeddings import MiniLM
from index.store.lexical import analyzed

RULES: Mapping[str, Callable[[str, Sequence[str]], Any]] = {
    "figures": _figures,
    "names": lambda text, quotes: unknown_proper_names(text, "\n".join(quotes)),
    "quotations": _quotations,
    "addresses": lambda text, quotes: _addresses(text, "\n".join(quotes)),
    "polarity": reversed_clauses,
    "contrasts": changed_degrees,
    "substitution": substituted_words,
}


@dataclass(frozen=True)
class Claim:
    """A sentence, whether it is right, and the passages to check it against."""

    text: str
    right: bool
    passages: Sequence[str]


def lines(path: Path) -> list[dict[str, Any]]:
    """The rows of a JSON Lines file, gzip or not."""
    opened_file = gzip.open if path.suffix == ".gz" else open
    with opened_file(path, "rt", encoding="utf-8") as file:
        return [json.loads(line) for line in file if line.strip()]


def sets(data: Path, tapes: Path | None) -> Iterator[tuple[str, list[Claim]]]:
    """Name of a set → its claims."""
    for file in sorted((data / "made/claims").glob("*.jsonl")):
        yield (
            f"made {file.stem}",
            [Claim(r["claim"], r["label"] == "supported", r["passages"]) for r in lines(file)],
        )
    for file in sorted((data / "claims").glob("*.jsonl.gz")):
        rows = lines(file)
        yield (
            file.name.removesuffix(".jsonl.gz"),
            [Claim(r["claim"], r["label"] == "supported", [r["evidence"]]) for r in rows],
        )
    if tapes:
        claims = []
        for row in lines(tapes):
            texts = {one["number"]: one["text"] for one in row["passages"]}
            claims += [
                Claim(s["text"], s["label"] == "supported", list(texts.values()))
                for s in row["sentences"]
            ]
        yield "tapes", claims


def refusing(claim: Claim, vectors: SentenceVectors) -> frozenset[str]:
    """The rules that refuse a claim on the sentences it is aligned to."""
    places = _places([passage(text, n) for n, text in enumerate(claim.passages)])
    found = vectors.of([claim.text, *(place.text for place in places)])
    chosen = _aligned(claim.text, places, found[1:] @ found[0])
    quotes = [words for place in chosen for words in place.quotes]
    said = claim.text[opening_length(claim.text) :]
    return frozenset(name for name, rule in RULES.items() if rule(said, quotes))


def main() -> None:
    """Count, print the table, write the JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=os.environ.get("FOOTNOTE_BENCH_DATA"))
    parser.add_argument("--tapes", type=Path, help="sentences of a model, labelled")
    parser.add_argument("--most", type=int, default=400, help="sentences of a set, at most")
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    if options.data is None:
        parser.error("name the data with --data or FOOTNOTE_BENCH_DATA")
    vectors = SentenceVectors(MiniLM())
    counts: dict[str, Counter[str]] = {}
    for name, claims in sets(options.data, options.tapes):
        usable = [c for c in claims if analyzed(c.text) and any(map(analyzed, c.passages))]
        count = counts[name] = Counter()
        for claim in random.Random(0).sample(usable, min(options.most, len(usable))):
            kind = "right" if claim.right else "wrong"
            refused = refusing(claim, vectors)
            count[kind] += 1
            count[f"any {kind}"] += bool(refused)
            for rule in refused:
                count[f"{rule} {kind}"] += 1
                count[f"{rule} alone {kind}"] += len(refused) == 1
        print(f"{name}: {sum(count[k] for k in ('right', 'wrong'))}", file=sys.stderr, flush=True)
        if options.json:
            options.json.write_text(json.dumps(counts, indent=1))
    print("| rule | " + " | ".join(counts) + " |")
    print("|---|" + "---|" * len(counts))
    totals = (f"{c['wrong']} / {c['right']}" for c in counts.values())
    print("| wrong / right sentences | " + " | ".join(totals) + " |")
    for rule in ("any", *RULES):
        cells = []
        for c in counts.values():
            alone = f" ({c[f'{rule} alone wrong']} / {c[f'{rule} alone right']})"
            cell = f"{c[f'{rule} wrong']} / {c[f'{rule} right']}"
            cells.append(cell if rule == "any" else cell + alone)
        print(f"| {rule} | " + " | ".join(cells) + " |")


if __name__ == "__main__":
    main()
