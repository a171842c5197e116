"""Sketches of the theory suite's arms in eager PyTorch: the backbone, adapter, optimiser and shapes of data of an arm, with
numbers of their own, so that only times can be compared.

Usage: sketches.py THREADS
Reads a JSON object per line, {"backbone", "method", "task", "training", "steps", "warm_up"}, and answers with one:
{"seconds", "cpu_seconds"} of the steps after the warm-up.
"""
import json
import math
import sys
import time

from tensors import F, torch

ACTIVATIONS = {"relu": F.relu, "gelu": F.gelu, "tanh": torch.tanh, "silu": F.silu}


class Sketch(torch.nn.Module):
    """One arm. In the last layer only the tokens that the loss reads are computed."""

    def __init__(self, backbone, method, task):
        super().__init__()
        self.backbone, self.method, self.reads = backbone, method, task["reads"]
        self.depth, self.width, self.heads = backbone["depth"], backbone["width"], backbone["heads"]
        self.scale = (self.width // self.heads) ** -0.5 if backbone["scaled"] else 1.0
        kind, width = method["kind"], self.width

        def draw(*shape, trained=False):
            return torch.nn.Parameter(torch.randn(*shape) / math.sqrt(shape[-1]), requires_grad=trained)

        shapes = {"qkv": (3 * width, width)}
        if backbone["output"]:
            shapes["o"] = (width, width)
        if backbone["hidden"]:
            shapes.update(mlp_in=(backbone["hidden"], width), mlp_out=(width, backbone["hidden"]))
        tuned = kind == "full"
        self.layers = torch.nn.ModuleList()
        for _ in range(self.depth):
            layer = torch.nn.ParameterDict({name: draw(*shape, trained=tuned) for name, shape in shapes.items()})
            if backbone["hidden"] and backbone["bias"]:
                layer["mlp_in_bias"], layer["mlp_out_bias"] = draw(backbone["hidden"], trained=tuned), draw(width, trained=tuned)
            if kind == "prefix":
                for name in ("rows",) if method["rows"] else ("key", "value"):
                    layer["prefix_" + name] = draw(method["size"], width, trained=True)
            if kind == "lora":
                for name in method["on"]:
                    outputs, inputs = (width, width) if name in "qkv" else shapes[name]
                    layer["down_" + name] = draw(method["size"], inputs, trained=True)
                    layer["up_" + name] = torch.nn.Parameter(torch.zeros(outputs, method["size"]))
            self.layers.append(layer)
        self.prompt = draw(method["size"], width, trained=True) if kind == "prompt" else None
        self.embedding = draw(backbone["vocabulary"], width, trained=tuned) if backbone["vocabulary"] else None
        self.unembedding = draw(backbone["vocabulary"], width, trained=tuned) if backbone["vocabulary"] else None
        self.positions = draw(task["tokens"], width, trained=tuned) if backbone["positions"] else None
        self.masks = {}

    def norm(self, rows, place):
        """Nowhere, before everything ("pre"), or not before the attention ("pre_mlp")."""
        wanted = self.backbone["norm"] == "pre" or (self.backbone["norm"] == "pre_mlp" and place != "attention")
        return F.layer_norm(rows, (self.width,)) if wanted else rows

    def mask(self, queries, keys):
        if (queries, keys) not in self.masks:
            self.masks[queries, keys] = torch.full((queries, keys), float("-inf")).triu(1 + keys - queries)
        return self.masks[queries, keys]

    def project(self, layer, name, rows, weight, bias=None):
        product = F.linear(rows, weight, bias)
        return product if "down_" + name not in layer else product + F.linear(F.linear(rows, layer["down_" + name]), layer["up_" + name])

    def apart(self, rows):
        return rows.view(*rows.shape[:2], self.heads, self.width // self.heads).transpose(1, 2)

    def attend(self, layer, rows, last):
        batch = rows.shape[0]
        seen = rows
        if "prefix_rows" in layer:
            seen = torch.cat([layer["prefix_rows"].expand(batch, -1, -1), rows], dim=1)
        seen = self.norm(seen, "attention")
        asking = seen[:, -self.reads:] if last else seen[:, -rows.shape[1]:]
        weights = layer["qkv"].chunk(3)
        q = self.apart(self.project(layer, "q", asking, weights[0]))
        k, v = (self.apart(self.project(layer, name, seen, weight)) for name, weight in zip("kv", weights[1:]))
        if "prefix_key" in layer:
            past = (self.apart(layer["prefix_" + name].unsqueeze(0)).expand(batch, -1, -1, -1) for name in ("key", "value"))
            k, v = (torch.cat(parts, dim=2) for parts in zip(past, (k, v)))
        scores = (q * self.scale) @ k.transpose(2, 3)
        if self.backbone["causal"]:
            scores = scores + self.mask(q.shape[2], k.shape[2])
        mixed = (torch.softmax(scores, dim=-1) @ v).transpose(1, 2).flatten(2)
        return self.project(layer, "o", mixed, layer["o"]) if "o" in layer else mixed

    def forward(self, inputs):
        rows = inputs if self.embedding is None else F.embedding(inputs, self.embedding)
        if self.positions is not None:
            rows = rows + self.positions
        if self.prompt is not None:
            rows = torch.cat([self.prompt.expand(rows.shape[0], -1, -1), rows], dim=1)
        for index, layer in enumerate(self.layers):
            mixed = self.attend(layer, rows, index == self.depth - 1)
            rows = rows[:, -mixed.shape[1]:] + mixed
            if "mlp_in" in layer:
                hidden = self.project(layer, "mlp_in", self.norm(rows, "mlp"), layer["mlp_in"], layer["mlp_in_bias"] if "mlp_in_bias" in layer else None)
                hidden = ACTIVATIONS[self.backbone["activation"]](hidden)
                rows = rows + self.project(layer, "mlp_out", hidden, layer["mlp_out"], layer["mlp_out_bias"] if "mlp_out_bias" in layer else None)
        rows = self.norm(rows, "final")
        return rows if self.unembedding is None else F.linear(rows, self.unembedding)

    @torch.no_grad()
    def constrain(self):
        """Rows beyond a cap on their norm are made shorter."""
        capped = [(self.prompt, self.method["norm_cap"])] if self.prompt is not None else [
            (layer["prefix_" + name], self.method[cap]) for layer in self.layers
            for name, cap in (("rows", "norm_cap"), ("key", "key_cap"), ("value", "value_cap")) if "prefix_" + name in layer]
        for rows, cap in capped:
            if cap:
                rows.mul_((cap / rows.norm(dim=-1, keepdim=True)).clamp(max=1))


def train(message):
    torch.set_default_dtype(getattr(torch, message["backbone"]["dtype"]))
    torch.manual_seed(0)
    task, training, method = message["task"], message["training"], message["method"]
    model = Sketch(message["backbone"], method, task)
    vocabulary, width = message["backbone"]["vocabulary"], message["backbone"]["width"]
    shape = (task["sequences"], task["tokens"])
    inputs = torch.randint(vocabulary, shape) if vocabulary else torch.randn(*shape, width)
    targets = torch.randint(vocabulary, (shape[0] * task["reads"],)) if vocabulary else torch.randn(shape[0], task["reads"], width)
    trained = [parameter for parameter in model.parameters() if parameter.requires_grad]
    optimizer = {"adam": torch.optim.Adam, "adamw": torch.optim.AdamW}[training["optimizer"]](trained, lr=training["rate"], weight_decay=training["weight_decay"])
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, T_max=100_000) if training["scheduled"] else None
    capped = any(method.get(name) for name in ("norm_cap", "key_cap", "value_cap"))
    for step in range(message["steps"] + message["warm_up"]):
        if step == message["warm_up"]:
            start, cpu = time.perf_counter(), time.process_time()
        optimizer.zero_grad(set_to_none=True)
        outputs = model(inputs)
        loss = F.cross_entropy(outputs.flatten(0, 1), targets) if vocabulary else F.mse_loss(outputs, targets)
        loss.backward()
        if training["clip"]:
            torch.nn.utils.clip_grad_norm_(trained, training["clip"])
        optimizer.step()
        if schedule is not None:
            schedule.step()
        if capped:
            model.constrain()
    return {"seconds": time.perf_counter() - start, "cpu_seconds": time.process_time() - cpu}


def main():
    torch.set_num_threads(int(sys.argv[1]))
    for line in sys.stdin:
        print(json.dumps(train(json.loads(line))), flush=True)


if __name__ == "__main__":
    main()
