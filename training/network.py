"""The base model with low-rank adapters and a reading head, in torch.

Hu et al. 2021, 'LoRA: Low-Rank Adaptation of Large Language Models'. Trained are the low-rank parts
of every linear layer, biases, layer norms, the two segment vectors and the head; the base's
matrices are frozen, so no gradient is computed for them.
"""

from collections.abc import Iterator
from pathlib import Path

import torch
from safetensors.torch import load_file, save_file
from torch import Tensor, nn
from torch.nn import functional

LAYERS, HEADS, WIDTH = 6, 12, 384
RANK = 48
START, END, ANSWERS = 0, 1, 2
"""The head's outputs at every token; 'answers' is read at [CLS] alone."""


class Adapted(nn.Module):
    """A frozen linear layer plus the product of two narrow ones; the bias is trained."""

    def __init__(self, weight: Tensor, bias: Tensor) -> None:
        super().__init__()
        self.register_buffer("weight", weight, persistent=False)
        self.bias = nn.Parameter(bias)
        self.down = nn.Parameter(torch.randn(RANK, weight.shape[1]) / weight.shape[1] ** 0.5)
        self.up = nn.Parameter(torch.zeros(weight.shape[0], RANK))

    def forward(self, x: Tensor) -> Tensor:
        """`x` (…, in) → (…, out)."""
        narrow = functional.linear(functional.linear(x, self.down), self.up)
        return functional.linear(x, self.weight, self.bias) + narrow


class _Layer(nn.Module):
    def __init__(self, base: dict[str, Tensor], at: str) -> None:
        super().__init__()

        def linear(name: str) -> Adapted:
            return Adapted(base[f"{at}.{name}.weight"], base[f"{at}.{name}.bias"])

        self.query = linear("attention.self.query")
        self.key = linear("attention.self.key")
        self.value = linear("attention.self.value")
        self.attended = linear("attention.output.dense")
        self.attended_norm = _norm(base, f"{at}.attention.output.LayerNorm")
        self.wide = linear("intermediate.dense")
        self.narrow = linear("output.dense")
        self.norm = _norm(base, f"{at}.output.LayerNorm")

    def forward(self, x: Tensor, mask: Tensor) -> Tensor:
        batch, tokens, _ = x.shape
        query, key, value = (
            part(x).view(batch, tokens, HEADS, -1).transpose(1, 2)
            for part in (self.query, self.key, self.value)
        )
        mixed = functional.scaled_dot_product_attention(query, key, value, attn_mask=mask)
        mixed = mixed.transpose(1, 2).reshape(batch, tokens, WIDTH)
        x = self.attended_norm(x + self.attended(mixed))
        return self.norm(x + self.narrow(functional.gelu(self.wide(x))))


class Network(nn.Module):
    """Token ids, segments and mask (batch × tokens) → scores (batch × tokens × 3)."""

    def __init__(self, weights: Path) -> None:
        super().__init__()
        base = load_file(weights)
        self.register_buffer("words", base["embeddings.word_embeddings.weight"], persistent=False)
        self.register_buffer(
            "positions", base["embeddings.position_embeddings.weight"], persistent=False
        )
        self.segments = nn.Parameter(base["embeddings.token_type_embeddings.weight"])
        self.norm = _norm(base, "embeddings.LayerNorm")
        self.layers = nn.ModuleList(_Layer(base, f"encoder.layer.{n}") for n in range(LAYERS))
        self.head = nn.Linear(WIDTH, 3)
        nn.init.normal_(self.head.weight, std=0.02)
        nn.init.zeros_(self.head.bias)

    def forward(self, ids: Tensor, segments: Tensor, mask: Tensor) -> Tensor:
        """As the class says; `mask` is True where there is a token."""
        x = self.words[ids] + self.positions[: ids.shape[1]] + self.segments[segments]
        x = self.norm(x)
        for layer in self.layers:
            x = layer(x, mask[:, None, None, :])
        scores: Tensor = self.head(x)
        return scores

    def adapter(self) -> dict[str, Tensor]:
        """All that is trained, under the base's own names, in half precision.

        A matrix is given as `NAME.down` (rank × in) and `NAME.up` (out × rank), to be added to the
        base's; all else replaces the base's, and `head.weight` and `head.bias` are new.
        """
        return {name: value.detach().half().contiguous() for name, value in _named(self)}

    def adopt(self, adapter: dict[str, Tensor]) -> None:
        """Go on from an adapter."""
        with torch.no_grad():
            for name, value in _named(self):
                value.copy_(adapter[name])


def save(network: Network, file: Path) -> None:
    """Write the adapter as safetensors."""
    save_file(network.adapter(), file)


def _norm(base: dict[str, Tensor], at: str) -> nn.LayerNorm:
    norm = nn.LayerNorm(WIDTH, eps=1e-12)
    norm.load_state_dict({"weight": base[f"{at}.weight"], "bias": base[f"{at}.bias"]})
    return norm


_LINEAR = {
    "query": "attention.self.query",
    "key": "attention.self.key",
    "value": "attention.self.value",
    "attended": "attention.output.dense",
    "wide": "intermediate.dense",
    "narrow": "output.dense",
}
_NORMS = {"attended_norm": "attention.output.LayerNorm", "norm": "output.LayerNorm"}


def _named(network: Network) -> Iterator[tuple[str, nn.Parameter]]:
    """The trained parameters under the base's names."""
    yield "embeddings.token_type_embeddings.weight", network.segments
    yield "embeddings.LayerNorm.weight", network.norm.weight
    yield "embeddings.LayerNorm.bias", network.norm.bias
    for number, layer in enumerate(network.layers):
        at = f"encoder.layer.{number}"
        for own, name in _LINEAR.items():
            linear = getattr(layer, own)
            yield f"{at}.{name}.weight.down", linear.down
            yield f"{at}.{name}.weight.up", linear.up
            yield f"{at}.{name}.bias", linear.bias
        for own, name in _NORMS.items():
            norm = getattr(layer, own)
            yield f"{at}.{name}.weight", norm.weight
            yield f"{at}.{name}.bias", norm.bias
    yield "head.weight", network.head.weight
    yield "head.bias", network.head.bias
