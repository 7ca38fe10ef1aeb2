"""Train the adapters `support` and `relations`: claim, evidence → whether that carries the claim.

    python -m training.support --data DIR --work DIR --minutes 30 --written 0 --start-from ADAPTER
    python -m training.support --data DIR --work DIR --minutes 70 --start-from ADAPTER
    python -m training.support --data DIR --work DIR2 --minutes 4 --wice --without-fold 0 \
        --start-from DIR/support.safetensors

The first form learns from claims made by rule of `reading` alone, the second in most batches from
those written by hand, too; `--wice` mixes in the rows of `support`, all of them or those of all
folds but one. Killed, the same command goes on from the last checkpoint.
"""

import argparse
import json
import os
import random
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import torch
from torch import Tensor
from torch.nn import functional

from index.models import minilm
from training import claims
from training.claims import Cited, Claim, Source
from training.network import ANSWERS, START, Network
from training.rows import paragraphs
from training.run import Course, Run, with_room
from training.written import Written

WRONG, SUPPORTED = START, ANSWERS
"""The head's outputs: at a token of the claim, whether it is not supported; at [CLS], whether all
of the claim is."""

SHARES = {"new_wiki": 0.5, "reddit": 0.15, "amazon_reviews": 0.15, "policyqa": 0.2}
WICE_SHARE, WRITTEN_SHARE = 0.25, 0.6
BATCH, POOL = 32, 40
RATE, FALL = 6e-4, 0.5
WORDS_WEIGHT = 0.5
CLAIM_TOKENS, LENGTH = 96, 256


@dataclass(frozen=True, slots=True)
class Pair:
    """[CLS] claim [SEP] evidence [SEP]; `wrong` is 1 at tokens not supported, -1 where unknown."""

    ids: list[int]
    evidence_at: int
    supported: bool
    wrong: list[int]


def sequence(one: Claim) -> Pair:
    """A claim and its evidence as token ids."""
    tokenizer = minilm.tokenizer()
    cls, sep = (tokenizer.token_to_id(token) for token in ("[CLS]", "[SEP]"))
    said = tokenizer.encode(one.text, add_special_tokens=False)
    ids, offsets = said.ids[:CLAIM_TOKENS], said.offsets[:CLAIM_TOKENS]
    at = len(ids) + 2
    seen = tokenizer.encode(one.evidence, add_special_tokens=False).ids[: LENGTH - at - 1]
    wrong = [
        -1 if one.wrong is None else int(any(s < end and e > start for s, e in one.wrong))
        for start, end in offsets
    ]
    return Pair([cls, *ids, sep, *seen, sep], at, one.supported, wrong)


def batch(pairs: Sequence[Pair]) -> tuple[Tensor, Tensor, Tensor, Tensor, Tensor]:
    """Ids, segments, mask, labels (batch), labels of tokens (batch × tokens, -1 for none)."""
    length = max(len(pair.ids) for pair in pairs)
    ids = torch.zeros(len(pairs), length, dtype=torch.long)
    segments, mask = torch.zeros_like(ids), torch.zeros_like(ids, dtype=torch.bool)
    wrong = torch.full((len(pairs), length), -1.0)
    for row, pair in enumerate(pairs):
        ids[row, : len(pair.ids)] = torch.tensor(pair.ids)
        segments[row, pair.evidence_at : len(pair.ids)] = 1
        mask[row, : len(pair.ids)] = True
        wrong[row, 1 : len(pair.wrong) + 1] = torch.tensor(pair.wrong, dtype=torch.float)
    labels = torch.tensor([float(pair.supported) for pair in pairs])
    return ids, segments, mask, labels, wrong


def loss(scores: Tensor, labels: Tensor, wrong: Tensor) -> Tensor:
    """Cross-entropy of the whole claim and of its words."""
    judged = functional.binary_cross_entropy_with_logits(scores[:, 0, SUPPORTED], labels)
    known = wrong >= 0
    if not known.any():
        return judged
    words = functional.binary_cross_entropy_with_logits(
        scores[..., WRONG][known],
        wrong[known],
        pos_weight=torch.tensor(3.0),
    )
    return judged + WORDS_WEIGHT * words


def cost(reader: Network, pairs: Sequence[Pair]) -> Tensor:
    """What a batch is minimised by."""
    ids, segments, mask, labels, wrong = batch(pairs)
    with torch.autocast("cpu", torch.bfloat16):
        scores = reader(ids, segments, mask)
    return loss(scores.float(), labels, wrong)


def drawn(
    found: Sequence[Source],
    written: Written,
    share: float,
    wice: Sequence[Cited],
    seed: int,
    pool: int,
) -> list[list[Pair]]:
    """One pool of batches, so many of `written`; the same seed and number give the same."""
    chance = random.Random(f"{seed}-{pool}")  # noqa: S311 (not for secrets)
    by_origin: dict[str, list[Source]] = defaultdict(list)
    for source in found:
        if not source.held_out:
            by_origin[source.origin].append(source)
    pairs: list[Pair] = []
    while len(pairs) < BATCH * POOL:
        if wice and chance.random() < WICE_SHARE:
            pairs.append(sequence(claims.as_claim(chance.choice(wice), chance)))
            continue
        if chance.random() < share:
            pairs.append(sequence(written.drawn(chance)))
            continue
        (origin,) = chance.choices(list(SHARES), list(SHARES.values()))
        one, other = chance.sample(by_origin[origin], 2)
        made = list(claims.claims(one, other, chance))
        pairs += [sequence(claim) for claim in chance.sample(made, min(len(made), 3))]
    pairs = sorted(pairs[: BATCH * POOL], key=lambda pair: len(pair.ids))
    batches = [pairs[at : at + BATCH] for at in range(0, len(pairs), BATCH)]
    chance.shuffle(batches)
    return batches


def scored(reader: Network, made: Sequence[Claim]) -> list[tuple[float, list[float]]]:
    """For each claim the log-odds of its support, and those of its tokens not being supported."""
    reader.eval()
    order = sorted(range(len(made)), key=lambda n: len(made[n].text) + len(made[n].evidence))
    found: dict[int, tuple[float, list[float]]] = {}
    with torch.no_grad():
        for at in range(0, len(order), BATCH):
            pairs = [sequence(made[n]) for n in order[at : at + BATCH]]
            ids, segments, mask, _, _ = batch(pairs)
            scores = reader(ids, segments, mask)
            for row, number in enumerate(order[at : at + BATCH]):
                tokens = scores[row, 1 : len(pairs[row].wrong) + 1, WRONG]
                found[number] = float(scores[row, 0, SUPPORTED]), tokens.tolist()
    reader.train()
    return [found[n] for n in range(len(made))]


def validated(
    reader: Network, found: Sequence[Source], written: Written, seed: int = 0
) -> dict[str, float]:
    """Claims of held-out titles of `reading`: the share judged rightly, by kind."""
    chance = random.Random(seed)  # noqa: S311
    held = [source for source in found if source.held_out]
    made = [claim for one in held for claim in claims.claims(one, chance.choice(held), chance)][
        :1500
    ]
    made += [claim for _, claim in written.held_out]
    right: dict[str, list[bool]] = defaultdict(list)
    for claim, (odds, _) in zip(made, scored(reader, made), strict=True):
        right[claim.kind].append((odds > 0) == claim.supported)
        right["all"].append((odds > 0) == claim.supported)
    return {
        f"{kind} ({len(of)})": round(sum(of) / len(of), 3) for kind, of in sorted(right.items())
    }


def wice_scores(reader: Network, rows: Sequence[Cited]) -> list[dict[str, object]]:
    """What the network makes of each claim, with the evidence given and with the whole page."""
    given = [Claim(r.text, claims.evidence_of(r), True, None, "") for r in rows]
    page = [Claim(r.text, claims.nearest(r), True, None, "") for r in rows]
    return [
        {
            "title": row.title,
            "claim": row.text,
            "label": row.label,
            "given": one[0],
            "page": other[0],
            "tokens": one[1],
            "wrong": row.wrong,
        }
        for row, one, other in zip(rows, scored(reader, given), scored(reader, page), strict=True)
    ]


def main() -> None:
    """Train, validate, write the adapter and its figures."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, default=os.environ.get("FOOTNOTE_BENCH_DATA"))
    parser.add_argument("--work", type=Path, required=True, help="checkpoints and the adapter")
    parser.add_argument("--minutes", type=float, default=30)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--threads", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--start-from", type=Path, metavar="ADAPTER")
    parser.add_argument("--pause", type=Path, help="rest while this file exists")
    parser.add_argument("--written", type=float, default=WRITTEN_SHARE, metavar="SHARE")
    parser.add_argument("--wice", action="store_true", help="mix in the rows of `support`")
    parser.add_argument("--without-fold", type=int, metavar="N", help="keep a fold out, score it")
    options = parser.parse_args()
    if options.data is None:
        parser.error("name the data with --data DIR or FOOTNOTE_BENCH_DATA")
    options.work.mkdir(parents=True, exist_ok=True)
    torch.set_num_threads(options.threads)
    found = claims.sources(paragraphs(Path(options.data))[0])
    written = Written(found)
    whole, words = claims.cited(Path(options.data))
    rows = [r for r in [*whole, *words] if r.fold != options.without_fold] if options.wice else []
    course = Course(options.minutes, options.seed, RATE, FALL, options.start_from)
    run = Run(
        options.work / "support.safetensors",
        course,
        partial(drawn, found, written, options.written, rows, options.seed),
        cost,
    )
    run.train(options.pause)
    figures: dict[str, object] = {"sequences": run.seen, **validated(run.reader, found, written)}
    (options.work / "figures.json").write_text(json.dumps(figures, indent=1) + "\n")
    print(json.dumps(figures))
    held = options.without_fold
    for name, of in (("claims", whole), ("words", words)):
        kept = [row for row in of if held is None or row.fold == held]
        with (options.work / f"{name}.jsonl").open("w", encoding="utf-8") as file:
            for scores in wice_scores(run.reader, kept):
                file.write(json.dumps(scores) + "\n")


if __name__ == "__main__":
    with_room("training.support")
    main()
