"""Drop what a CPU machine on Python 3.11 does not need from a resolved lock.

Called by scripts/lock.sh. CUDA and JAX come in as needs of the GPU builds of
PyTorch and TensorFlow; nothing of ours or of Rasa imports them. PyTorch itself
stands in requirements-torch.lock, because pip prefers the registry's CUDA
build as soon as its hash is allowed (docs/adr/0001).
"""

import re
import sys
from pathlib import Path

UNNEEDED = re.compile(r"^(nvidia-|cuda-|triton|jax|jaxlib|ml-dtypes|backports-|torch==)")
HEADER = """\
# Made by scripts/lock.sh; do not edit. Install with:
#   pip install --no-deps --ignore-requires-python --require-hashes -r requirements.lock
"""


def trimmed(text: str) -> str:
    """Return the lock without the packages that are not needed."""
    blocks = re.split(r"\n(?=[a-zA-Z0-9])", text.strip())
    kept = [block for block in blocks if not UNNEEDED.match(block)]
    return HEADER + "\n".join(kept) + "\n"


if __name__ == "__main__":
    sys.stdout.write(trimmed(Path(sys.argv[1]).read_text("utf-8")))
