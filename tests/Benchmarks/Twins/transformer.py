"""Adapters of one frozen transformer as one trains them in PyTorch: arm after arm, or stacked by hand.

Usage: transformer.py THREADS
Answers each line of JSON with one:
  {"do": "load", "shape", "weights", "arms", "data"}    what "train" works on; tensors are {"shape", "dtype", "bytes": base64}
  {"do": "train", "arms": [...], "steps", "warm_up", "stacked": n, "vmap": bool}    n arms at a time in one tensor program,
        written by hand or by functorch.vmap; 0: one by one
        -> {"losses": [arm][step], before every update, "seconds", "cpu_seconds"}, of the steps after the warm-up
  {"do": "memory"}    -> {"resident", "peak"} in bytes; the peak is since the last time that was asked
"""
import json
import sys
import time

from tensors import F, tensor_of, torch


class Transformer(torch.nn.Module):
    """Frozen layers with normalisation before attention and MLP; the adapter of one arm is trained.

    Rows are [B, M, D]. weights: of one seed, by name. start: the adapter's tensors, by name.
    """

    def __init__(self, shape, weights, start):
        super().__init__()
        self.depth, self.width, self.heads = shape["depth"], shape["width"], shape["heads"]
        self.causal, self.reads, self.lean = shape["causal"], shape["reads"], shape["lean"]
        self.scale = (self.width // self.heads) ** -0.5
        self.weights = dict(weights)
        for layer in range(self.depth):   # one product for queries, keys and values
            self.weights[f"layers.{layer}.qkv"] = torch.cat([weights[f"layers.{layer}.{name}.weight"] for name in "qkv"], dim=-2)
        self.trained = torch.nn.ParameterDict({name.replace(".", "/"): torch.nn.Parameter(value.clone()) for name, value in start.items()})
        self.masks = {}

    def find(self, name):
        name = name.replace(".", "/")
        return self.trained[name] if name in self.trained else None

    def mask(self, before, rows):
        """Zeros for a prefix, minus infinity for later tokens; made once."""
        if (before, rows) not in self.masks:
            causal = torch.full((rows, rows), float("-inf"), dtype=self.weights["layers.0.qkv"].dtype).triu(1)
            self.masks[before, rows] = torch.cat([causal.new_zeros(rows, before), causal], dim=1)
        return self.masks[before, rows]

    # What differs when arms are stacked -----------------------------------------------------------------------------

    def times(self, rows, weight):
        return F.linear(rows, weight)

    def low_rank(self, rows, down, up):
        return F.linear(F.linear(rows, down), up)

    def prompted(self, prompt, rows):
        return torch.cat([prompt.expand(rows.shape[0], -1, -1), rows], dim=1)

    def past(self, prefix, batch):
        """[P, D] as [B, H, P, Dh]."""
        return prefix.view(-1, self.heads, self.width // self.heads).transpose(0, 1).expand(batch, -1, -1, -1)

    # ----------------------------------------------------------------------------------------------------------------

    def norm(self, rows):
        return F.layer_norm(rows, (self.width,))

    def project(self, layer, name, rows):
        product = self.times(rows, self.weights[f"layers.{layer}.{name}.weight"])
        down = self.find(f"layers.{layer}.{name}.lora_A")
        return product if down is None else product + self.low_rank(rows, down, self.find(f"layers.{layer}.{name}.lora_B"))

    def queries_keys_values(self, layer, rows):
        if self.lean and layer == self.depth - 1:
            return self.project(layer, "q", rows[..., -self.reads:, :]), self.project(layer, "k", rows), self.project(layer, "v", rows)
        parts = list(self.times(rows, self.weights[f"layers.{layer}.qkv"]).chunk(3, dim=-1))
        for index, name in enumerate("qkv"):
            down = self.find(f"layers.{layer}.{name}.lora_A")
            if down is not None:
                parts[index] = parts[index] + self.low_rank(rows, down, self.find(f"layers.{layer}.{name}.lora_B"))
        return parts

    def apart(self, rows):
        """[..., M, D] as [..., H, M, Dh]."""
        return rows.view(*rows.shape[:-1], self.heads, self.width // self.heads).transpose(-3, -2)

    def attend(self, layer, rows):
        q, k, v = (self.apart(each) for each in self.queries_keys_values(layer, rows))
        before = 0
        key = self.find(f"layers.{layer}.prefix.key")
        if key is not None:
            before = key.shape[-2]
            batch = rows.shape[-3]
            k = torch.cat([self.past(key, batch), k], dim=-2)
            v = torch.cat([self.past(self.find(f"layers.{layer}.prefix.value"), batch), v], dim=-2)
        scores = (q * self.scale) @ k.transpose(-1, -2)
        if self.causal:
            scores = scores + self.mask(before, rows.shape[-2])[-q.shape[-2]:]
        mixed = (torch.softmax(scores, dim=-1) @ v).transpose(-3, -2).flatten(-2)
        return self.project(layer, "o", mixed)

    def forward(self, rows):
        prompt = self.find("prompt")
        if prompt is not None:
            rows = self.prompted(prompt, rows)
        for layer in range(self.depth):
            mixed = self.attend(layer, self.norm(rows))
            rows = rows[..., -mixed.shape[-2]:, :] + mixed
            rows = rows + self.project(layer, "mlp_out", F.gelu(self.project(layer, "mlp_in", self.norm(rows))))
        return self.norm(rows[..., -self.reads:, :])


class Stacked(Transformer):
    """The adapters of A arms at once, rows [A, B, M, D]; weights that seeds do not share are [A, out, in]."""

    def times(self, rows, weight):
        if weight.dim() == 2:
            return F.linear(rows, weight)
        return torch.bmm(rows.flatten(1, 2), weight.transpose(1, 2)).view(*rows.shape[:3], -1)

    def low_rank(self, rows, down, up):
        return torch.bmm(torch.bmm(rows.flatten(1, 2), down.transpose(1, 2)), up.transpose(1, 2)).view(*rows.shape[:3], -1)

    def prompted(self, prompt, rows):
        return torch.cat([prompt.unsqueeze(1).expand(-1, rows.shape[1], -1, -1), rows], dim=2)

    def past(self, prefix, batch):
        arms = prefix.shape[0]
        return prefix.view(arms, 1, -1, self.heads, self.width // self.heads).transpose(2, 3).expand(-1, batch, -1, -1, -1)


class RowAdam:
    """Adam with a learning rate per arm: slices of the parameters' first axis."""

    def __init__(self, parameters, rates):
        self.parameters = list(parameters)
        self.rates = [rates.view(-1, *[1] * (p.dim() - 1)) for p in self.parameters]
        self.means, self.squares = ([torch.zeros_like(p) for p in self.parameters] for _ in range(2))
        self.updates = 0

    @torch.no_grad()
    def step(self):
        self.updates += 1
        root = (1 - 0.999 ** self.updates) ** 0.5
        gradients = [p.grad for p in self.parameters]
        torch._foreach_mul_(self.means, 0.9)
        torch._foreach_add_(self.means, gradients, alpha=0.1)
        torch._foreach_mul_(self.squares, 0.999)
        torch._foreach_addcmul_(self.squares, gradients, gradients, 0.001)
        roots = torch._foreach_sqrt(self.squares)
        torch._foreach_add_(roots, 1e-8 * root)
        updates = torch._foreach_div(self.means, roots)
        torch._foreach_mul_(updates, self.rates)
        torch._foreach_add_(self.parameters, updates, alpha=-root / (1 - 0.9 ** self.updates))


class Study:
    """What was loaded."""

    def __init__(self, message):
        self.shape = message["shape"]
        self.weights = [{name: tensor_of(entry) for name, entry in seed.items()} for seed in message["weights"]]
        self.arms = message["arms"]
        for arm in self.arms:
            arm["start"] = {name: tensor_of(entry) for name, entry in arm["start"].items()}
        # Of every seed: [batches, B, T, D] and [batches, B, reads, D].
        self.data = [(tensor_of(seed["inputs"]), tensor_of(seed["targets"])) for seed in message["data"]]

    def weights_of(self, arm):
        return self.weights[arm["seed"] if len(self.weights) > 1 else 0]

    def alone(self, arm):
        model = Transformer(self.shape, self.weights_of(arm), arm["start"])
        inputs, targets = self.data[arm["seed"]]
        batches = list(zip(inputs.unbind(), targets.unbind()))
        return model, torch.optim.Adam(model.parameters(), lr=arm["rate"]), batches, F.mse_loss

    def vmapped(self, arms):
        model, _, batches, _ = self.stacked(arms)
        starts = [arm["start"] for arm in arms]
        model = Vmapped(Transformer(self.shape, self.weights[0], starts[0]), starts)
        rates = torch.tensor([arm["rate"] for arm in arms], dtype=batches[0][0].dtype)
        return model, RowAdam(model.parameters(), rates), batches, None

    def stacked(self, arms):
        weights = self.weights[0] if len(self.weights) == 1 else {
            name: torch.stack([self.weights_of(arm)[name] for arm in arms]) for name in self.weights[0]}
        model = Stacked(self.shape, weights, {name: torch.stack([arm["start"][name] for arm in arms]) for name in arms[0]["start"]})
        inputs, targets = (torch.stack([self.data[arm["seed"]][part] for arm in arms], dim=1) for part in range(2))
        rates = torch.tensor([arm["rate"] for arm in arms], dtype=inputs.dtype)
        return model, RowAdam(model.parameters(), rates), list(zip(inputs.unbind(), targets.unbind())), arm_losses


class Vmapped(torch.nn.Module):
    """Losses of the adapters of A arms at once, by functorch.vmap of the model of one; weights are shared."""

    def __init__(self, model, starts):
        super().__init__()
        import functorch
        function, parameters = functorch.make_functional(model)
        names = [name.removeprefix("trained.").replace("/", ".") for name, _ in model.named_parameters()]
        self.trained = torch.nn.ParameterList([torch.stack([start[name] for start in starts]) for name in names])
        self.step = functorch.vmap(functorch.grad_and_value(lambda values, rows, wanted: F.mse_loss(function(values, rows), wanted)))

    def losses(self, inputs, targets):
        """The losses; leaves the gradients where the optimiser looks for them."""
        gradients, losses = self.step(tuple(parameter.detach() for parameter in self.trained), inputs, targets)
        for parameter, gradient in zip(self.trained, gradients):
            parameter.grad = gradient
        return losses


def arm_losses(outputs, targets):
    return (outputs - targets).square().mean(dim=(1, 2, 3))


def run(model, optimizer, batches, loss_of, steps, warm_up):
    losses = []
    for step in range(steps):
        if step == warm_up:
            start, cpu = time.perf_counter(), time.process_time()
        inputs, targets = batches[step % len(batches)]
        for parameter in model.parameters():
            parameter.grad = None
        if loss_of is None:
            loss = model.losses(inputs, targets)
        else:
            loss = loss_of(model(inputs), targets)
            loss.sum().backward()
        optimizer.step()
        losses.append(loss.detach())
    seconds, busy = time.perf_counter() - start, time.process_time() - cpu
    losses = torch.stack(losses)
    return losses.view(steps, -1).t().tolist(), seconds, busy


def train(study, message):
    arms = [study.arms[index] for index in message["arms"]]
    size = message["stacked"]
    groups = [arms[first:first + size] for first in range(0, len(arms), size)] if size else arms
    made = study.alone if not size else study.vmapped if message["vmap"] else study.stacked
    losses, seconds, busy = [], 0.0, 0.0
    for group in groups:
        more, wall, cpu = run(*made(group), message["steps"], message["warm_up"])
        losses, seconds, busy = losses + more, seconds + wall, busy + cpu
    return {"losses": losses, "seconds": seconds, "cpu_seconds": busy}


def memory():
    with open("/proc/self/status", encoding="ascii") as file:
        sizes = {line.split(":")[0]: line.split()[1] for line in file if line.startswith("Vm")}
    with open("/proc/self/clear_refs", "w", encoding="ascii") as file:
        file.write("5")
    return {"resident": int(sizes["VmRSS"]) * 1024, "peak": int(sizes["VmHWM"]) * 1024}


def main():
    torch.set_num_threads(int(sys.argv[1]))
    study = None
    for line in sys.stdin:
        message = json.loads(line)
        if message["do"] == "load":
            study, answer = Study(message), {}
        elif message["do"] == "train":
            answer = train(study, message)
        else:
            answer = memory()
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main()
