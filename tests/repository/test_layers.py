"""The layers of docs/adr and the architecture: arrows point down only."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

BASE = {"errors", "settings", "clock", "text", "privacy", "metrics", "logs"}
CORE = {
    "answering", "tickets", "handoff", "publishing", "safety", "messages", "retrieval", "knowledge",
}  # fmt: skip
ADAPTERS = {"storage", "channels"}
WIRING = {"services", "services_pages"}
ENTRY = {"gateway", "worker", "nlu", "cli"}
LAYERS = [BASE, CORE, ADAPTERS, WIRING, ENTRY | {"actions"}]
# Which core packages may know which others.
CORE_IMPORTS = {
    "retrieval": {"knowledge"},
    "publishing": {"retrieval", "knowledge"},
    "answering": {"retrieval", "knowledge"},
    "tickets": {"knowledge"},
    "handoff": {"tickets", "messages", "retrieval", "knowledge"},
    # ADR 0020: emergencies.yml is read like every register; an alarm becomes a reply.
    "safety": {"knowledge", "messages"},
}
# ADR 0002: the command line starts the processes, the worker registers the actions.
ENTRY_EXCEPTIONS = {("cli", "gateway"), ("cli", "worker"), ("worker", "actions")}
# Third-party library → the only places that may import it.
HOMES = {
    "faiss": {"assistant/retrieval/index.py"},
    "sentence_transformers": {"assistant/retrieval/embedder.py"},
    "jieba": {"assistant/retrieval/segmentation.py"},
    "onnxruntime": {"assistant/retrieval/embedder.py", "assistant/retrieval/model_build.py"},
    "sqlalchemy": {"assistant/storage/"},
    "starlette": {"assistant/gateway/"},
    "uvicorn": {"assistant/gateway/"},
    "rasa": {"assistant/nlu/", "assistant/worker/", "assistant/cli/train.py",
             "assistant/cli/stock_rasa.py"},
    "rasa_sdk": {"actions/", "assistant/worker/actions_in_process.py"},
}  # fmt: skip
# What Rasa's pins hold back with known advisories, and what is too heavy for the gateway.
NEVER_IN_GATEWAY = {
    "rasa", "rasa_sdk", "tensorflow", "keras", "torch", "transformers", "sanic", "aiohttp",
    "onnxruntime", "faiss", "sklearn", "scipy", "skops", "sentence_transformers",
}  # fmt: skip

ROOT = Path(__file__).resolve().parents[2]
MODULES = sorted([*(ROOT / "assistant").rglob("*.py"), *(ROOT / "actions").rglob("*.py")])


def package_of(path: Path) -> str:
    """Return the package of the layer table that a file belongs to."""
    parts = path.relative_to(ROOT).parts
    if parts[0] == "actions":
        return "actions"
    return Path(parts[1]).stem


def imports_of(path: Path) -> list[str]:
    """Return the modules that a file imports, wherever in the file."""
    found: list[str] = []
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            found += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.append(node.module)
            found += [f"{node.module}.{alias.name}" for alias in node.names]
    return found


def own_imports(path: Path) -> set[str]:
    """Return the packages of ours that a file imports."""
    found = set()
    for module in imports_of(path):
        parts = module.split(".")
        if parts[0] == "actions":
            found.add("actions")
        elif parts[0] == "assistant" and len(parts) > 1 and parts[1] != "__version__":
            found.add(parts[1])
    return found - {package_of(path)}


def level(package: str) -> int:
    """Return the layer of a package, 0 at the bottom."""
    return next(i for i, layer in enumerate(LAYERS) if package in layer)


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_module_imports_only_what_stands_below_it(path):
    """A layer never knows the one above; core packages know only those they may."""
    own = package_of(path)
    if own == "__init__":
        return
    for other in sorted(own_imports(path)):
        if own in ENTRY | {"actions"} and other in ENTRY | {"actions"}:
            assert (own, other) in ENTRY_EXCEPTIONS, f"{own} imports {other}"
        elif own in CORE and other in CORE:
            assert other in CORE_IMPORTS.get(own, set()), f"{own} imports {other}"
        elif own in BASE or own in WIRING:
            assert level(other) <= level(own), f"{own} imports {other}"
        else:
            assert level(other) < level(own), f"{own} imports {other}"


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_each_library_has_one_home(path):
    """A third-party library is known in one place."""
    relative = path.relative_to(ROOT).as_posix()
    for module in imports_of(path):
        homes = HOMES.get(module.split(".")[0])
        assert homes is None or any(relative.startswith(home) for home in homes), module


def reachable(start: set[Path]) -> set[Path]:
    """Return all files of ours that are imported at the top of files, from `start` on."""
    seen: set[Path] = set()
    todo = set(start)
    while todo:
        path = todo.pop()
        seen.add(path)
        tree = ast.parse(path.read_text("utf-8"))
        for node in tree.body:
            names: list[str] = []
            if isinstance(node, ast.Import):
                names = [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom) and node.module:
                names = [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
            for name in names:
                base = ROOT / Path(*name.split("."))
                for candidate in (base.with_suffix(".py"), base / "__init__.py"):
                    if candidate.is_file() and candidate not in seen:
                        todo.add(candidate)
    return seen


def test_the_gateway_imports_nothing_heavy_and_nothing_with_known_advisories():
    """What meets the internet knows neither Rasa nor its pins (docs/security.md)."""
    start = set((ROOT / "assistant" / "gateway").rglob("*.py"))
    start.add(ROOT / "assistant" / "services_pages.py")
    for path in sorted(reachable(start)):
        tops = {
            module.split(".")[0]
            for node in ast.parse(path.read_text("utf-8")).body
            if isinstance(node, ast.Import | ast.ImportFrom)
            for module in (
                [alias.name for alias in node.names]
                if isinstance(node, ast.Import)
                else [node.module or ""]
            )
        }
        assert not tops & NEVER_IN_GATEWAY, f"{path} imports {tops & NEVER_IN_GATEWAY}"
