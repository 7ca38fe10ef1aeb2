"""What of a poor model's sentences is shown as supported, for a second reader to judge.

    python benchmarks/adversary.py --data DIR --server ADDRESS --out DIR [--questions N]
                                   [--first] [--judged FILE]

The model behind ADDRESS (SmolLM2-135M on llama.cpp's server, see benchmarks/README.md) writes from
the passages of development questions of `xquad/` and `mtrag/`. Its replies are kept in
`OUT/replies`: a second run, after verification was changed, asks it only for what is new. Written
are `OUT/shown.jsonl`, each sentence that was shown as supported with the quotes that it cites, and
`OUT/raw.jsonl`, each sentence of the first replies with the passages that the model was given, and
whether it was shown. With `--first` it is not asked anew for what was refused, which takes half the
time. `--judged` reads judgements of both, one a line: `{"id": …, "right": true}`.
"""

import argparse
import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from development import paragraphs_indexed
from quality import Rows, load
from remembering import Remembering

from assistant import Answer, Assistant
from assistant.evaluating.metrics import wilson
from assistant.settings import Settings
from assistant.writing.record import FILE
from assistant.writing.streaming import Cutter

Row = dict[str, Any]

CONTEXT, REPLY = 2_048, 256
"""Tokens: what the model can attend to, and what it writes before it repeats itself."""


class Written(NamedTuple):
    """What became of one question."""

    shown: Rows
    raw: Rows
    answer: Answer


def evenly(rows: Rows, count: int) -> Rows:
    """So many of the rows, from all of them alike."""
    return [rows[at * len(rows) // count] for at in range(min(count, len(rows)))]


def sentences(reply: str) -> list[str]:
    """The sentences of a reply, as the product cuts it."""
    cutter = Cutter()
    return [one.text for one in (*cutter.feed(reply), *cutter.end())]


def written(assistant: Assistant, row: Row, *, first: bool) -> Written:
    """One question, asked of the writer; `first` as in the program's options."""
    Remembering.left = 1 if first else None
    history = [(turn["role"], turn["text"]) for turn in row.get("history", ())]
    before = len(Remembering.said)
    answer = assistant.query(row["question"], history=history, engine="writer")
    said = Remembering.said[before:]
    own = {text.casefold() for one in said for text in sentences(one.reply)}
    of_model = [s for s in answer.sentences if s.supported and s.text.casefold() in own]
    shown = [
        {
            "id": f"{row['id']}/shown/{number}",
            "question": row["question"],
            "sentence": sentence.text,
            "quotes": [answer.citation(n).quote for n in sentence.citations],
        }
        for number, sentence in enumerate(of_model)
    ]
    texts = {sentence.text for sentence in of_model}
    replied = list(dict.fromkeys(sentences(said[0].reply))) if said else []
    raw = [
        {
            "id": f"{row['id']}/raw/{number}",
            "question": row["question"],
            "sentence": text,
            "shown": text in texts,
            "given": said[0].asked,
        }
        for number, text in enumerate(replied)
    ]
    return Written(shown, raw, answer)


def of_set(
    data: Path, scratch: Path, name: str, count: int, settings: Row, *, first: bool
) -> Iterator[Written]:
    """The questions of one set, asked of an index of its passages."""
    store = scratch / name
    paragraphs_indexed(store, load(data / name / "corpus.jsonl"))
    (store / FILE).unlink(missing_ok=True)  # the model is not known yet
    with Assistant(settings=Settings(store=store, **settings)) as assistant:
        rows = evenly(load(data / name / "queries.jsonl"), count)
        for number, row in enumerate(rows, start=1):
            yield written(assistant, row, first=first)
            print(f"\r{name} {number}/{len(rows)}", end="", flush=True)
    print()


def shares(found: list[Written], judged: dict[str, bool]) -> Iterator[str]:
    """The lines of the report."""
    shown = [one for w in found for one in w.shown]
    raw = [one for w in found for one in w.raw]
    yield f"questions                                  {len(found)}"
    by_model = sum(w.answer.engine != "reader" for w in found)
    yield f"  answered in the model's words            {by_model}"
    yield f"sentences in its first replies             {len(raw)}"
    yield f"  shown as supported                       {sum(one['shown'] for one in raw)}"
    yield f"shown as supported, those asked anew too   {len(shown)}"
    yield f"dropped, those asked anew too              {sum(len(w.answer.dropped) for w in found)}"
    ours = [judged[one["id"]] for one in shown if one["id"] in judged]
    if ours:
        share = wilson(ours.count(False), len(ours))
        yield f"shown but not supported, of {len(ours)} judged   {_percent(share)}"
    theirs = [(judged[one["id"]], one["shown"]) for one in raw if one["id"] in judged]
    if theirs:
        wrong = sum(not right for right, _ in theirs)
        share = wilson(wrong, len(theirs))
        yield f"raw and not supported, of {len(theirs)} judged     {_percent(share)}"
    right = [is_shown for is_right, is_shown in theirs if is_right]
    if right:
        share = wilson(sum(right), len(right))
        yield f"right and shown, of {len(right)} right          {_percent(share)}"


def _percent(share: tuple[float, float, float]) -> str:
    value, low, high = (100 * x for x in share)
    return f"{value:.1f} % ({low:.1f}–{high:.1f})"


def main() -> None:
    """Let it write, and tell what was shown."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, default=os.environ.get("FOOTNOTE_BENCH_DATA"))
    parser.add_argument("--server", default="http://127.0.0.1:8099/v1")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--questions", type=int, default=320)
    parser.add_argument("--first", action="store_true")
    parser.add_argument("--judged", type=Path)
    options = parser.parse_args()
    if options.data is None:
        parser.error("name the data with --data DIR or FOOTNOTE_BENCH_DATA")
    replies = options.out / "replies"
    replies.mkdir(parents=True, exist_ok=True)
    model = {
        "model": "SmolLM2-135M",
        "api_base": options.server,
        "api_key": "none",
        "is_chat_model": True,
        "context_window": CONTEXT,
        "max_tokens": REPLY,
        "temperature": 0.0,
        "timeout": 600.0,
        "folder": str(replies),
    }
    settings = {
        "writer": "remembering:Remembering",
        "writer_options": model,
        "writer_context": CONTEXT,
        "writer_tokens": REPLY,
        "writer_seconds": 1_200,
    }
    half = options.questions // 2
    counts = {"mtrag": half, "xquad": options.questions - half}
    found = [
        one
        for name, count in counts.items()
        for one in of_set(
            Path(options.data), options.out, name, count, settings, first=options.first
        )
    ]
    for name in ("shown", "raw"):
        rows = [json.dumps(row, ensure_ascii=False) for w in found for row in getattr(w, name)]
        (options.out / f"{name}.jsonl").write_text("\n".join([*rows, ""]), encoding="utf-8")
    judged = load(options.judged) if options.judged else []
    print("\n".join(shares(found, {row["id"]: row["right"] for row in judged})))


if __name__ == "__main__":
    main()
