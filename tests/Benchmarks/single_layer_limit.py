"""The study specs/theory/single-layer-limit.yaml as one writes it in eager PyTorch, one arm after another.

Usage: single_layer_limit.py METHOD SIZE SEED STEPS   (METHOD: prompt or lora; SIZE: length or rank)
Prints one JSON object: seconds of the training loop, steps, final loss. One thread, float64, as the C# side.
"""
import json
import math
import sys
import time

try:
    import torch
except ModuleNotFoundError:
    print("PyTorch is missing: apt-get install python3-torch, and run /usr/bin/python3", file=sys.stderr)
    sys.exit(3)

import torch.nn.functional as F


class Layer(torch.nn.Module):
    """One attention layer without scale, output matrix and norms, and an MLP with residual; all frozen."""

    def __init__(self, width, hidden, generator):
        super().__init__()

        def draw(*shape):
            return torch.randn(*shape, generator=generator, dtype=torch.float64)

        def spectral(matrix, norm):
            return matrix * (norm / torch.linalg.matrix_norm(matrix, 2))

        self.wq, self.wk, self.wv = (torch.nn.Parameter(draw(width, width) / math.sqrt(width), requires_grad=False) for _ in range(3))
        self.w1 = torch.nn.Parameter(spectral(draw(hidden, width), math.sqrt(0.9)), requires_grad=False)
        self.b1 = torch.nn.Parameter(draw(hidden) * 0.1, requires_grad=False)
        self.w2 = torch.nn.Parameter(spectral(draw(width, hidden), math.sqrt(0.9)), requires_grad=False)
        self.b2 = torch.nn.Parameter(draw(width) * 0.1, requires_grad=False)

    def attend(self, tokens, query):
        """tokens [N, M, D], query [N, D]: only the token that the loss reads is computed."""
        q, k, v = F.linear(query, self.wq), F.linear(tokens, self.wk), F.linear(tokens, self.wv)
        weights = torch.softmax(torch.einsum("nd,nmd->nm", q, k), dim=-1)
        return query + torch.einsum("nm,nmd->nd", weights, v)


class Prompted(torch.nn.Module):
    def __init__(self, layer, length, width, generator):
        super().__init__()
        self.layer = layer
        self.prompt = torch.nn.Parameter(torch.randn(length, width, generator=generator, dtype=torch.float64))

    def forward(self, x):
        tokens = torch.cat([self.prompt.expand(x.shape[0], -1, -1), x], dim=1)
        h = self.layer.attend(tokens, x[:, -1])
        return h + F.linear(torch.relu(F.linear(h, self.layer.w1, self.layer.b1)), self.layer.w2, self.layer.b2)


class Lora(torch.nn.Module):
    def __init__(self, layer, rank, width, hidden, generator):
        super().__init__()
        self.layer = layer

        def a(inputs):
            bound = math.sqrt(1 / inputs)
            return torch.nn.Parameter((torch.rand(rank, inputs, generator=generator, dtype=torch.float64) * 2 - 1) * bound)

        self.a1, self.b1 = a(width), torch.nn.Parameter(torch.zeros(hidden, rank, dtype=torch.float64))
        self.a2, self.b2 = a(hidden), torch.nn.Parameter(torch.zeros(width, rank, dtype=torch.float64))

    def forward(self, x):
        # What nothing trained reaches is computed in every step, as torch.nn code does.
        h = self.layer.attend(x, x[:, -1])
        hidden = F.linear(h, self.layer.w1, self.layer.b1) + F.linear(F.linear(h, self.a1), self.b1)
        hidden = torch.relu(hidden)
        return h + F.linear(hidden, self.layer.w2, self.layer.b2) + F.linear(F.linear(hidden, self.a2), self.b2)


def main():
    method, size, seed, steps = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4])
    width, hidden = 10, 32
    torch.set_num_threads(1)
    generator = torch.Generator().manual_seed(seed)
    layer = Layer(width, hidden, generator)
    own = torch.randn(2, 1, width, generator=generator, dtype=torch.float64)
    shared = torch.randn(1, 1, width, generator=generator, dtype=torch.float64).expand(2, 1, width)
    inputs = torch.cat([own, shared], dim=1)
    targets = torch.randn(2, width, generator=generator, dtype=torch.float64)
    model = Prompted(layer, size, width, generator) if method == "prompt" else Lora(layer, size, width, hidden, generator)
    rate = 0.1 if method == "prompt" else 0.01
    optimizer = torch.optim.Adam([p for p in model.parameters() if p.requires_grad], lr=rate)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, T_max=steps, eta_min=rate * 1e-3)

    def step():
        optimizer.zero_grad(set_to_none=True)
        loss = F.mse_loss(model(inputs), targets)
        loss.backward()
        optimizer.step()
        schedule.step()
        return loss

    for _ in range(min(50, steps)):
        step()

    start, cpu = time.perf_counter(), time.process_time()
    for _ in range(steps):
        loss = step()
    seconds, busy = time.perf_counter() - start, time.process_time() - cpu
    print(json.dumps({"method": method, "size": size, "seed": seed, "steps": steps, "seconds": seconds, "cpu_seconds": busy, "loss": loss.item()}))


if __name__ == "__main__":
    main()
