"""Train the adapter `support`: claim and evidence → whether the evidence carries the claim.

    python -m training.support --data DIR --work DIR --minutes 30 --start-from ADAPTER
    python -m training.support --data DIR --work DIR2 --minutes 4 --wice --without-fold 0 \
        --start-from DIR/support.safetensors

The first form learns from `reading` alone; `--wice` mixes in the rows of `support`, all of them or
those of all folds but one. As in `training.reader`, the learning rate follows the clock, and the
same command goes on from the last checkpoint.
"""

import argparse
import json
import os
import random
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from safetensors.torch import load_file
from torch import Tensor
from torch.nn import functional

from index import model
from training import claims, network
from training.claims import Cited, Claim, Source
from training.network import ANSWERS, START, Network
from training.reader import CLIP, MALLOC, WARM
from training.rows import paragraphs

WRONG, SUPPORTED = START, ANSWERS
"""The head's outputs: at a token of the claim, whether it is not supported; at [CLS], whether all
of the claim is."""

SHARES = {"new_wiki": 0.5, "reddit": 0.15, "amazon_reviews": 0.15, "policyqa": 0.2}
WICE_SHARE = 0.4
BATCH, POOL = 32, 40
RATE, FALL = 6e-4, 0.5
WORDS_WEIGHT = 0.5
CHECKPOINT_SECONDS = 120
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
    tokenizer = model.tokenizer()
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


def rate(progress: float) -> float:
    """The share of the full learning rate after a share of the time."""
    if progress < WARM:
        return progress / WARM
    return min(1.0, (1 - progress) / FALL)


def drawn(found: Sequence[Source], wice: Sequence[Cited], seed: int, pool: int) -> list[list[Pair]]:
    """One pool of batches; the same seed and number give the same."""
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


def validated(reader: Network, found: Sequence[Source], seed: int = 0) -> dict[str, float]:
    """Held-out claims of `reading`: the share judged rightly, by kind."""
    chance = random.Random(seed)  # noqa: S311
    held = [source for source in found if source.held_out]
    made = [claim for one in held for claim in claims.claims(one, chance.choice(held), chance)][
        :1500
    ]
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


class Run:
    """One training run with its checkpoints in a folder."""

    def __init__(
        self,
        work: Path,
        found: Sequence[Source],
        wice: Sequence[Cited],
        minutes: float,
        seed: int,
        start: Path | None,
    ) -> None:
        torch.manual_seed(seed)
        self._work, self._found, self._wice = work, found, wice
        self._seconds, self._seed = minutes * 60, seed
        self._file = work / "checkpoint.pt"
        self.reader = Network(model.weights(None) / "model.safetensors")
        if start is not None:
            self.reader.adopt(load_file(start))
        self._optimiser = torch.optim.AdamW(
            self.reader.parameters(), lr=RATE, weight_decay=0.0, betas=(0.9, 0.98)
        )
        self._began, self._pool, self.seen = time.monotonic(), 0, 0
        if self._file.exists():
            kept = torch.load(self._file, weights_only=True)
            self.reader.load_state_dict(kept["reader"])
            self._optimiser.load_state_dict(kept["optimiser"])
            self._began -= kept["elapsed"]
            self._pool, self.seen = kept["pool"], kept["seen"]

    def train(self) -> None:
        """Until the minutes are over."""
        saved = told = time.monotonic()
        average = 0.0
        for step, pairs in enumerate(self._batches()):
            progress = (time.monotonic() - self._began) / self._seconds
            if progress >= 1:
                break
            for group in self._optimiser.param_groups:
                group["lr"] = RATE * rate(progress)
            ids, segments, mask, labels, wrong = batch(pairs)
            with torch.autocast("cpu", torch.bfloat16):
                scores = self.reader(ids, segments, mask)
            value = loss(scores.float(), labels, wrong)
            self._optimiser.zero_grad()
            value.backward()
            torch.nn.utils.clip_grad_norm_(self.reader.parameters(), CLIP)
            self._optimiser.step()
            self.seen += len(pairs)
            average += (value.item() - average) / min(step + 1, 50)
            now = time.monotonic()
            if step % 20 == 19:
                speed = 20 * BATCH / (now - told)
                told = now
                print(
                    f"{progress:6.1%}  {self.seen}  loss {average:.3f}  {speed:.1f}/s", flush=True
                )
            if now - saved > CHECKPOINT_SECONDS:
                saved = now
                self._save()
        self._save()

    def _batches(self) -> Iterator[list[Pair]]:
        while True:
            yield from drawn(self._found, self._wice, self._seed, self._pool)
            self._pool += 1

    def _save(self) -> None:
        kept = {
            "reader": self.reader.state_dict(),
            "optimiser": self._optimiser.state_dict(),
            "elapsed": time.monotonic() - self._began,
            "pool": self._pool + 1,
            "seen": self.seen,
        }
        scratch = self._file.with_suffix(".new")
        torch.save(kept, scratch)
        scratch.replace(self._file)
        network.save(self.reader, self._work / "support.safetensors")


def main() -> None:
    """Train, validate, write the adapter and its figures."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, default=os.environ.get("FOOTNOTE_BENCH_DATA"))
    parser.add_argument("--work", type=Path, required=True, help="checkpoints and the adapter")
    parser.add_argument("--minutes", type=float, default=30)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--threads", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--start-from", type=Path, metavar="ADAPTER")
    parser.add_argument("--wice", action="store_true", help="mix in the rows of `support`")
    parser.add_argument("--without-fold", type=int, metavar="N", help="keep a fold out, score it")
    options = parser.parse_args()
    if options.data is None:
        parser.error("name the data with --data DIR or FOOTNOTE_BENCH_DATA")
    options.work.mkdir(parents=True, exist_ok=True)
    torch.set_num_threads(options.threads)
    found = claims.sources(paragraphs(Path(options.data))[0])
    whole, words = claims.cited(Path(options.data))
    rows = [r for r in [*whole, *words] if r.fold != options.without_fold] if options.wice else []
    run = Run(options.work, found, rows, options.minutes, options.seed, options.start_from)
    run.train()
    figures: dict[str, object] = {"sequences": run.seen, **validated(run.reader, found)}
    (options.work / "figures.json").write_text(json.dumps(figures, indent=1) + "\n")
    print(json.dumps(figures))
    held = options.without_fold
    for name, of in (("claims", whole), ("words", words)):
        kept = [row for row in of if held is None or row.fold == held]
        with (options.work / f"{name}.jsonl").open("w", encoding="utf-8") as file:
            for scores in wice_scores(run.reader, kept):
                file.write(json.dumps(scores) + "\n")


if __name__ == "__main__":
    # glibc reads these when a process starts.
    if not MALLOC.keys() <= os.environ.keys():
        import sys

        os.execve(  # noqa: S606
            sys.executable,
            [sys.executable, "-m", "training.support", *sys.argv[1:]],
            {**os.environ, **MALLOC},
        )
    main()
