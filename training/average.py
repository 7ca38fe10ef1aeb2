"""Average adapters of runs that went on from one another into one that reads better than any.

    python -m training.average ADAPTER… --out ADAPTER

Wortsman et al. 2022, 'Model soups': runs from a common start lie in one basin, whose middle
generalises better than its walls.
"""

import argparse
from collections.abc import Sequence
from pathlib import Path

import torch
from safetensors.torch import load_file, save_file


def averaged(adapters: Sequence[dict[str, torch.Tensor]]) -> dict[str, torch.Tensor]:
    """The mean of each tensor, in its own precision.

    Raises:
        ValueError: the adapters' tensors differ in name or shape.
    """
    first, *others = adapters
    shapes = {name: tensor.shape for name, tensor in first.items()}
    if any({n: t.shape for n, t in other.items()} != shapes for other in others):
        raise ValueError("the adapters are not of one kind: their tensors differ")
    return {
        name: torch.stack([a[name].float() for a in adapters]).mean(0).to(tensor.dtype)
        for name, tensor in first.items()
    }


def main() -> None:
    """Read, average, write."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("adapters", type=Path, nargs="+", metavar="ADAPTER")
    parser.add_argument("--out", type=Path, required=True, metavar="ADAPTER")
    options = parser.parse_args()
    save_file(averaged([load_file(path) for path in options.adapters]), options.out)


if __name__ == "__main__":
    main()
