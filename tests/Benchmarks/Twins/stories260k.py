"""A prompt, a prefix or LoRA on a LLaMA checkpoint as one trains it in eager PyTorch, one arm at a time, one thread.

Usage: stories260k.py THREADS MODEL_FOLDER
Reads a JSON object per line and answers with one:
  start    the tensors to train by name, {"shape": [...], "values": [...]}: prompt, or layers.N.prefix.key/value, or
           layers.N.q/v.lora_A/lora_B
  ids, targets   [batches][B][T], taken in turns
  rate, steps    of Adam
  warm_up        first steps that are not timed
The answer has losses (before every step), seconds and cpu_seconds.
"""
import json
import os
import struct
import sys
import time

from tensors import F, torch


def load(folder):
    """A float32 safetensors file and its config."""
    with open(os.path.join(folder, "config.json"), encoding="utf-8") as file:
        config = json.load(file)
    with open(os.path.join(folder, "model.safetensors"), "rb") as file:
        length = struct.unpack("<Q", file.read(8))[0]
        header = json.loads(file.read(length))
        data = bytearray(file.read())
    whole = torch.frombuffer(data, dtype=torch.float32)
    weights = {}
    for name, entry in header.items():
        if name != "__metadata__":
            first, end = entry["data_offsets"]
            weights[name.removeprefix("model.")] = whole[first // 4:end // 4].view(entry["shape"])
    return config, weights


class Llama(torch.nn.Module):
    """Root-mean-square norms, rotary positions, grouped queries, gated MLP, tied embedding; all frozen."""

    def __init__(self, config, weights, start):
        super().__init__()
        self.heads, self.key_heads = config["num_attention_heads"], config["num_key_value_heads"]
        self.width, self.depth = config["hidden_size"], config["num_hidden_layers"]
        self.head_width, self.epsilon, self.base = self.width // self.heads, config["rms_norm_eps"], config["rope_theta"]
        self.weights = weights
        self.trained = torch.nn.ParameterDict({
            name.replace(".", "/"): torch.nn.Parameter(torch.tensor(entry["values"], dtype=torch.float32).view(entry["shape"])) for name, entry in start.items()})
        self.tables = {}

    def find(self, name):
        name = name.replace(".", "/")
        return self.trained[name] if name in self.trained else None

    def tables_of(self, positions, before):
        """Cosines, sines and the causal mask with columns for a prefix; made once."""
        key = (positions, before)
        if key not in self.tables:
            half = self.head_width // 2
            angles = torch.arange(before, before + positions).unsqueeze(1) * self.base ** (-torch.arange(half) / half)
            angles = torch.cat([angles, angles], dim=-1)
            mask = torch.full((positions, positions), float("-inf")).triu(1)
            self.tables[key] = angles.cos(), angles.sin(), torch.cat([torch.zeros(positions, before), mask], dim=1)
        return self.tables[key]

    def norm(self, rows, gain):
        return rows * torch.rsqrt(rows.pow(2).mean(-1, keepdim=True) + self.epsilon) * gain

    def project(self, layer, name, rows):
        product = F.linear(rows, self.weights[f"layers.{layer}.self_attn.{name}_proj.weight"])
        down = self.find(f"layers.{layer}.{name}.lora_A")
        if down is None:
            return product
        return product + F.linear(F.linear(rows, down), self.find(f"layers.{layer}.{name}.lora_B"))

    def rotate(self, heads, cos, sin):
        first, second = heads.chunk(2, dim=-1)
        return heads * cos + torch.cat([-second, first], dim=-1) * sin

    def attend(self, layer, rows, cos, sin, mask):
        batch, length, _ = rows.shape
        q = self.project(layer, "q", rows).view(batch, length, self.heads, self.head_width).transpose(1, 2)
        k = self.project(layer, "k", rows).view(batch, length, self.key_heads, self.head_width).transpose(1, 2)
        v = self.project(layer, "v", rows).view(batch, length, self.key_heads, self.head_width).transpose(1, 2)
        q, k = self.rotate(q, cos, sin), self.rotate(k, cos, sin)
        key = self.find(f"layers.{layer}.prefix.key")
        if key is not None:
            value = self.find(f"layers.{layer}.prefix.value")
            k, v = (torch.cat([past.view(-1, self.key_heads, self.head_width).transpose(0, 1).expand(batch, -1, -1, -1), own], dim=2)
                    for past, own in ((key, k), (value, v)))
        k, v = (each.repeat_interleave(self.heads // self.key_heads, dim=1) for each in (k, v))
        weights = torch.softmax(q @ k.transpose(2, 3) * self.head_width ** -0.5 + mask, dim=-1)
        mixed = (weights @ v).transpose(1, 2).reshape(batch, length, self.width)
        return F.linear(mixed, self.weights[f"layers.{layer}.self_attn.o_proj.weight"])

    def forward(self, ids):
        rows = F.embedding(ids, self.weights["embed_tokens.weight"])
        prompt, prefix = self.find("prompt"), self.find("layers.0.prefix.key")
        front = 0 if prompt is None else prompt.shape[0]
        if prompt is not None:
            rows = torch.cat([prompt.expand(ids.shape[0], -1, -1), rows], dim=1)
        cos, sin, mask = self.tables_of(rows.shape[1], 0 if prefix is None else prefix.shape[0])
        for layer in range(self.depth):
            part = f"layers.{layer}."
            rows = rows + self.attend(layer, self.norm(rows, self.weights[part + "input_layernorm.weight"]), cos, sin, mask)
            inner = self.norm(rows, self.weights[part + "post_attention_layernorm.weight"])
            gate, up = (F.linear(inner, self.weights[f"{part}mlp.{name}_proj.weight"]) for name in ("gate", "up"))
            rows = rows + F.linear(F.silu(gate) * up, self.weights[part + "mlp.down_proj.weight"])
        # PEFT scores the prompt's rows too and ignores them; here they are left out.
        return F.linear(self.norm(rows[:, front:], self.weights["norm.weight"]), self.weights["embed_tokens.weight"])


def train(config, weights, task):
    model = Llama(config, weights, task["start"])
    ids, targets = torch.tensor(task["ids"]), torch.tensor(task["targets"])
    optimizer = torch.optim.Adam(model.parameters(), lr=task["rate"])
    losses = []
    for step in range(task["steps"]):
        if step == task["warm_up"]:
            start, cpu = time.perf_counter(), time.process_time()
        optimizer.zero_grad(set_to_none=True)
        logits = model(ids[step % len(ids)])
        loss = F.cross_entropy(logits.flatten(0, 1), targets[step % len(ids)].flatten())
        loss.backward()
        optimizer.step()
        losses.append(loss.detach())
    seconds, busy = time.perf_counter() - start, time.process_time() - cpu
    return {"losses": torch.stack(losses).tolist(), "seconds": seconds, "cpu_seconds": busy}


def main():
    torch.set_num_threads(int(sys.argv[1]))
    config, weights = load(sys.argv[2])
    for line in sys.stdin:
        print(json.dumps(train(config, weights, json.loads(line))), flush=True)


if __name__ == "__main__":
    main()
