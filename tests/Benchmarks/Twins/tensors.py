"""What the scripts have in common: PyTorch, or where to get it, and tensors that come as JSON."""
import base64
import sys

try:
    import torch
except ModuleNotFoundError:
    print("PyTorch is missing: apt-get install python3-torch, and run /usr/bin/python3", file=sys.stderr)
    sys.exit(3)

import torch.nn.functional as F  # noqa: F401


def tensor_of(entry):
    """{"shape", "dtype", "bytes": base64} as a tensor."""
    dtype = getattr(torch, entry["dtype"])
    return torch.frombuffer(bytearray(base64.b64decode(entry["bytes"])), dtype=dtype).view(entry["shape"])
