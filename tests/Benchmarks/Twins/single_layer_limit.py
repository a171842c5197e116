"""The study specs/theory/single-layer-limit.yaml as one writes it in eager PyTorch, one arm after another.

Usage: single_layer_limit.py THREADS
Reads a JSON object per line and answers with one:
  weights, start    tensors by name: wq, wk, wv, w1, b1, w2, b2; prompt, or a1, b1, a2, b2 of LoRA
  inputs, targets   [N, T, D], [N, D]
  rate, steps       of Adam, whose rate falls by a cosine to a thousandth
  warm_up           first steps that are not timed
The answer has losses (of one arm, before every step), seconds and cpu_seconds.
"""
import json
import sys
import time

from tensors import F, tensor_of, torch


class Layer(torch.nn.Module):
    """One attention layer without scale, output matrix and norms, and an MLP with residual; all frozen."""

    def __init__(self, weights):
        super().__init__()
        for name, value in weights.items():
            self.register_buffer(name, value)

    def attend(self, tokens, query):
        """tokens [N, M, D], query [N, D]: only the token that the loss reads is computed."""
        q, k, v = F.linear(query, self.wq), F.linear(tokens, self.wk), F.linear(tokens, self.wv)
        weights = torch.softmax(torch.einsum("nd,nmd->nm", q, k), dim=-1)
        return query + torch.einsum("nm,nmd->nd", weights, v)


class Prompted(torch.nn.Module):
    def __init__(self, layer, start):
        super().__init__()
        self.layer = layer
        self.prompt = torch.nn.Parameter(start["prompt"])

    def forward(self, x):
        tokens = torch.cat([self.prompt.expand(x.shape[0], -1, -1), x], dim=1)
        h = self.layer.attend(tokens, x[:, -1])
        return h + F.linear(torch.relu(F.linear(h, self.layer.w1, self.layer.b1)), self.layer.w2, self.layer.b2)


class Lora(torch.nn.Module):
    def __init__(self, layer, start):
        super().__init__()
        self.layer = layer
        for name, value in start.items():
            self.register_parameter(name, torch.nn.Parameter(value))

    def forward(self, x):
        # What nothing trained reaches is computed in every step, as torch.nn code does.
        h = self.layer.attend(x, x[:, -1])
        hidden = F.linear(h, self.layer.w1, self.layer.b1) + F.linear(F.linear(h, self.a1), self.b1)
        hidden = torch.relu(hidden)
        return h + F.linear(hidden, self.layer.w2, self.layer.b2) + F.linear(F.linear(hidden, self.a2), self.b2)


def train(message):
    weights, start = ({name: tensor_of(entry) for name, entry in message[part].items()} for part in ("weights", "start"))
    inputs, targets = tensor_of(message["inputs"]), tensor_of(message["targets"])
    model = (Prompted if "prompt" in start else Lora)(Layer(weights), start)
    rate, steps = message["rate"], message["steps"]
    optimizer = torch.optim.Adam(model.parameters(), lr=rate)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, T_max=steps, eta_min=rate * 1e-3)
    losses = []
    for step in range(steps):
        if step == message["warm_up"]:
            begin, cpu = time.perf_counter(), time.process_time()
        optimizer.zero_grad(set_to_none=True)
        loss = F.mse_loss(model(inputs), targets)
        loss.backward()
        optimizer.step()
        schedule.step()
        losses.append(loss.detach())
    seconds, busy = time.perf_counter() - begin, time.process_time() - cpu
    return {"losses": [torch.stack(losses).tolist()], "seconds": seconds, "cpu_seconds": busy}


def main():
    torch.set_num_threads(int(sys.argv[1]))
    for line in sys.stdin:
        print(json.dumps(train(json.loads(line))), flush=True)


if __name__ == "__main__":
    main()
