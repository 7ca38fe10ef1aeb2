"""Train the adapter `reader`: question and passage → where the answer stands, and whether it does.

    python -m training.reader --data DIR --work DIR --minutes 60 [--continue-from ADAPTER]

`DIR/reading` holds the training rows (see benchmarks/README.md). Killed, the same command goes on
from the last checkpoint in the work folder, where the adapter is written too, as
`reader.safetensors`.
"""

import argparse
import json
import os
import random
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import torch
from torch import Tensor
from torch.nn import functional

from index.models import minilm
from training import examples
from training.examples import Example, Examples
from training.network import ANSWERS, END, START, Network
from training.rows import paragraphs
from training.run import Course, Run, with_room

SHARES = {"new_wiki": 0.42, "reddit": 0.24, "amazon_reviews": 0.24, "policyqa": 0.10}
"""How often a question comes from each source: prose that states facts most often, and the
others, of which there is more, less often than in the data."""

NEGATIVE = 0.8
"""How often a question comes a second time, with a window that doesn't answer it."""

BATCH = 32
POOL = 48
"""Batches are cut from so many batches' worth of sequences, sorted by length."""

RATE, FALL = 1e-3, 0.4
ANSWERS_WEIGHT = 0.5


@dataclass(frozen=True, slots=True)
class Pair:
    """[CLS] question [SEP] window [SEP] and the answers' first and last tokens in it, or none."""

    ids: list[int]
    window_at: int
    answers: list[tuple[int, int]]


def sequence(
    question: Sequence[int], window: Sequence[int], answers: Sequence[tuple[int, int]]
) -> Pair:
    """Question and window put together; answers are counted in the window's tokens."""
    cls, sep = (minilm.tokenizer().token_to_id(token) for token in ("[CLS]", "[SEP]"))
    at = len(question) + 2
    return Pair([cls, *question, sep, *window, sep], at, [(s + at, e + at) for s, e in answers])


def batch(sequences: Sequence[Pair]) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """Ids, segments, mask, and right spans as a (batch × k × 2) tensor, padded with [CLS] twice.

    A sequence without answer has the one right span (0, 0).
    """
    length = max(len(s.ids) for s in sequences)
    most = max(len(s.answers) for s in sequences) or 1
    ids = torch.zeros(len(sequences), length, dtype=torch.long)
    segments, mask = torch.zeros_like(ids), torch.zeros_like(ids, dtype=torch.bool)
    spans = torch.full((len(sequences), most, 2), -1, dtype=torch.long)
    for row, one in enumerate(sequences):
        ids[row, : len(one.ids)] = torch.tensor(one.ids)
        segments[row, one.window_at : len(one.ids)] = 1
        mask[row, : len(one.ids)] = True
        right = one.answers or [(0, 0)]
        spans[row, : len(right)] = torch.tensor(right)
    return ids, segments, mask, spans


def readable(segments: Tensor, mask: Tensor) -> Tensor:
    """Where a span may stand: the window's tokens without [SEP], and [CLS] for 'no answer'."""
    allowed = (segments == 1) & mask
    allowed[torch.arange(len(mask)), mask.sum(1) - 1] = False
    allowed[:, 0] = True
    return allowed


def loss(scores: Tensor, segments: Tensor, mask: Tensor, spans: Tensor) -> Tensor:
    """What is minimised: -log of the summed probability of the right spans, and of 'answers'."""
    closed = ~readable(segments, mask)
    starts = scores[..., START].masked_fill(closed, -1e4).log_softmax(1)
    ends = scores[..., END].masked_fill(closed, -1e4).log_softmax(1)
    there = spans[..., 0] >= 0
    first, last = spans[..., 0].clamp(min=0), spans[..., 1].clamp(min=0)
    right = (starts.gather(1, first) + ends.gather(1, last)).masked_fill(~there, -1e4)
    read = -right.logsumexp(1).mean()
    answered = (spans[:, 0, 0] > 0).float()
    judged = functional.binary_cross_entropy_with_logits(scores[:, 0, ANSWERS], answered)
    return read + ANSWERS_WEIGHT * judged


def drawn(made: Examples, seed: int, pool: int) -> list[list[Pair]]:
    """One pool of batches; the same seed and number give the same."""
    chance = random.Random(f"{seed}-{pool}")  # noqa: S311 (not for secrets)
    by_source: dict[str, list[Example]] = {source: [] for source in SHARES}
    for example in made.examples:
        if not example.held_out:
            by_source[example.source].append(example)
    sequences: list[Pair] = []
    while len(sequences) < BATCH * POOL:
        (source,) = chance.choices(list(SHARES), list(SHARES.values()))
        example = chance.choice(by_source[source])
        window, spans = chance.choice(example.answers)
        sequences.append(sequence(example.question, made.windows[window], spans))
        if example.negatives and chance.random() < NEGATIVE:
            window = chance.choice(example.negatives)
            sequences.append(sequence(example.question, made.windows[window], []))
    sequences = sorted(sequences[: BATCH * POOL], key=lambda s: len(s.ids))
    batches = [sequences[at : at + BATCH] for at in range(0, len(sequences), BATCH)]
    chance.shuffle(batches)
    return batches


def validated(reader: Network, made: Examples, at_most: int = 600) -> dict[str, float]:
    """Held-out questions: loss, exact match of the best span, negatives ranked below."""
    held = [e for e in made.examples if e.held_out]
    random.Random(0).shuffle(held)  # noqa: S311
    right = wrong = 0
    losses, below = [], []
    reader.eval()
    with torch.no_grad():
        for example in sorted(held[:at_most], key=lambda e: len(made.windows[e.answers[0][0]])):
            window, spans = example.answers[0]
            pair = [sequence(example.question, made.windows[window], spans)]
            pair += [sequence(example.question, made.windows[w], []) for w in example.negatives[:1]]
            ids, segments, mask, gold = batch(pair)
            scores = reader(ids, segments, mask)
            losses.append(float(loss(scores, segments, mask, gold)))
            closed = ~readable(segments, mask)
            closed[:, 0] = True
            first = scores[0, :, START].masked_fill(closed[0], -1e4)
            last = scores[0, :, END].masked_fill(closed[0], -1e4)
            both = (first[:, None] + last[None, :]).triu().tril(30)
            both = both.masked_fill(torch.ones_like(both).triu().tril(30) == 0, -1e9)
            best = divmod(int(both.argmax()), both.shape[1])
            right += best in pair[0].answers
            wrong += best not in pair[0].answers
            if len(pair) == 2:
                below.append(float(scores[0, 0, ANSWERS] > scores[1, 0, ANSWERS]))
    reader.train()
    return {
        "loss": round(sum(losses) / len(losses), 4),
        "exact": round(right / (right + wrong), 4),
        "answering window first": round(sum(below) / len(below), 4),
    }


def cost(reader: Network, sequences: Sequence[Pair]) -> Tensor:
    """What a batch is minimised by."""
    ids, segments, mask, spans = batch(sequences)
    return loss(reader(ids, segments, mask), segments, mask, spans)


def main() -> None:
    """Prepare the examples, train, validate, write the adapter and its figures."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, default=os.environ.get("FOOTNOTE_BENCH_DATA"))
    parser.add_argument("--work", type=Path, required=True, help="checkpoints and the adapter")
    parser.add_argument("--minutes", type=float, default=60)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--threads", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--continue-from", type=Path, metavar="ADAPTER")
    parser.add_argument("--pause", type=Path, help="rest while this file exists")
    options = parser.parse_args()
    if options.data is None:
        parser.error("name the data with --data DIR or FOOTNOTE_BENCH_DATA")
    options.work.mkdir(parents=True, exist_ok=True)
    torch.set_num_threads(options.threads)
    prepared = options.work / "examples.json"
    if not prepared.exists():
        examples.save(examples.made(*paragraphs(Path(options.data))), prepared)
    made = examples.load(prepared)
    course = Course(options.minutes, options.seed, RATE, FALL, options.continue_from)
    run = Run(options.work / "reader.safetensors", course, partial(drawn, made, options.seed), cost)
    run.train(options.pause)
    figures = {"sequences": run.seen, "left out": made.left_out, **validated(run.reader, made)}
    (options.work / "figures.json").write_text(json.dumps(figures, indent=1) + "\n")
    print(json.dumps(figures))


if __name__ == "__main__":
    with_room("training.reader")
    main()
