"""A training run: its clock, its learning rate, its checkpoints; not what it is trained on.

The learning rate follows the clock: a short rise, long at the full rate, then down to zero when the
minutes are over, however fast the machine is (Hägele et al. 2024, 'Scaling Laws and Compute-Optimal
Training Beyond Fixed Training Durations': as good as a cosine, and minutes lost to other work cost
less). Killed, a run goes on from its last checkpoint.
"""

import os
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Generic, NamedTuple, TypeVar

import torch
from safetensors.torch import load_file
from torch import Tensor

from index.models import minilm
from training import network
from training.network import Network

WARM, CLIP = 0.03, 1.0
CHECKPOINT_SECONDS = 150
MALLOC = {
    "MALLOC_MMAP_THRESHOLD_": "4294967296",
    "MALLOC_TRIM_THRESHOLD_": "8589934592",
    "MALLOC_TOP_PAD_": "268435456",
}
"""Without these, glibc gives every large tensor back to the system and half the time is faults."""

_Sequence = TypeVar("_Sequence")


class Course(NamedTuple):
    """How a run learns.

    `rate` is the full learning rate, `fall` the share of the time in which it falls to zero,
    `start` the adapter that it starts from.
    """

    minutes: float
    seed: int
    rate: float
    fall: float
    start: Path | None = None

    def rate_at(self, progress: float) -> float:
        """The learning rate after a share of the time."""
        return self.rate * max(min(progress / WARM, 1.0, (1 - progress) / self.fall), 0.0)


class Run(Generic[_Sequence]):
    """One run.

    Args:
        adapter: the file that is written, in the folder of the checkpoints.
        course: how it learns.
        pool: batches to learn from, by a number that counts up; the same number gives the same.
        cost: what is minimised, of a batch.
    """

    def __init__(
        self,
        adapter: Path,
        course: Course,
        pool: Callable[[int], Sequence[Sequence[_Sequence]]],
        cost: Callable[[Network, Sequence[_Sequence]], Tensor],
    ) -> None:
        torch.manual_seed(course.seed)
        self._adapter, self._course, self._drawn, self._cost = adapter, course, pool, cost
        self._file = adapter.with_name("checkpoint.pt")
        self.reader = Network(minilm.weights(None) / "model.safetensors")
        if course.start is not None:
            self.reader.adopt(load_file(course.start))
        self._optimiser = torch.optim.AdamW(
            self.reader.parameters(), lr=course.rate, weight_decay=0.0, betas=(0.9, 0.98)
        )
        self._began, self._pool, self.seen = time.monotonic(), 0, 0
        if self._file.exists():
            kept = torch.load(self._file, weights_only=True)
            self.reader.load_state_dict(kept["reader"])
            self._optimiser.load_state_dict(kept["optimiser"])
            self._began -= kept["elapsed"]
            self._pool, self.seen = kept["pool"], kept["seen"]

    def train(self, pause: Path | None = None) -> None:
        """Until the minutes are over; it rests while the file `pause` exists."""
        saved = time.monotonic()
        average = 0.0
        for step, batch in enumerate(self._batches()):
            while pause and pause.exists():
                time.sleep(1)
                self._began += 1
            progress = (time.monotonic() - self._began) / (60 * self._course.minutes)
            if progress >= 1:
                break
            for group in self._optimiser.param_groups:
                group["lr"] = self._course.rate_at(progress)
            value = self._cost(self.reader, batch)
            self._optimiser.zero_grad()
            value.backward()
            torch.nn.utils.clip_grad_norm_(self.reader.parameters(), CLIP)
            self._optimiser.step()
            self.seen += len(batch)
            average += (value.item() - average) / min(step + 1, 50)
            if step % 20 == 19:
                print(f"{progress:6.1%}  {self.seen} sequences  loss {average:.3f}", flush=True)
            if time.monotonic() - saved > CHECKPOINT_SECONDS:
                saved = time.monotonic()
                self._save()
        self._save()

    def _batches(self) -> Iterator[Sequence[_Sequence]]:
        while True:
            yield from self._drawn(self._pool)
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
        network.save(self.reader, self._adapter)


def with_room(module: str) -> None:
    """Start this program anew with what glibc reads when a process starts, unless it has it."""
    if not MALLOC.keys() <= os.environ.keys():
        command = [sys.executable, "-m", module, *sys.argv[1:]]
        os.execve(sys.executable, command, {**os.environ, **MALLOC})  # noqa: S606
