"""The documents say what the code does: links, commands, routes, settings, numbers of ADRs."""

from __future__ import annotations

import re
from pathlib import Path

import click
import pytest

from assistant.cli import main
from assistant.gateway.app import ROUTES

ROOT = Path(__file__).resolve().parents[2]
DOCUMENTS = sorted(
    [
        *ROOT.glob("*.md"),
        *(ROOT / "docs").rglob("*.md"),
        ROOT / "assistant" / "README.md",
        ROOT / "knowledge" / "README.md",
    ]
)
_LINK = re.compile(r"\[[^\]]*\]\(([^)#\s]+)(?:#[^)]*)?\)")


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_relative_links_lead_somewhere(path):
    """No reader meets a missing page or picture."""
    text = re.sub(r"```.*?```|`[^`\n]*`", "", path.read_text("utf-8"), flags=re.S)
    missing = [
        target
        for target in _LINK.findall(text)
        if "://" not in target and not target.startswith("mailto:")
        if not (path.parent / target).exists()
    ]
    assert [] == missing


def commands(group: click.Group, before: str = "wenban") -> list[str]:
    """Return every command below a group, with the words before it."""
    found = []
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        words = f"{before} {name}"
        found += commands(command, words) if isinstance(command, click.Group) else [words]
    return found


def test_every_command_has_its_place_in_the_document():
    """docs/cli.md has a heading for each command."""
    text = (ROOT / "docs" / "cli.md").read_text("utf-8")
    headings = re.findall(r"^### (wenban [a-z ]+)", text, flags=re.M)
    assert set() == {*commands(main)} - {heading.strip() for heading in headings}


def test_every_option_is_named_in_the_document():
    """docs/cli.md names each option of each command."""
    text = (ROOT / "docs" / "cli.md").read_text("utf-8")

    def options(group: click.Group) -> set[str]:
        found: set[str] = set()
        context = click.Context(group)
        for name in group.list_commands(context):
            command = group.get_command(context, name)
            if isinstance(command, click.Group):
                found |= options(command)
                continue
            for parameter in command.params if command is not None else ():
                found |= {word for word in parameter.opts if word.startswith("--")}
        return found

    assert set() == {option for option in options(main) if f"`{option}" not in text
                     and f" {option}" not in text and f"[{option}" not in text}  # fmt: skip


def test_every_route_has_its_place_in_the_document():
    """docs/http-api.md names each route of the gateway."""
    text = (ROOT / "docs" / "http-api.md").read_text("utf-8")
    paths = {route.path.replace("{id:path}", "{id}") for route in ROUTES}
    assert set() == {path for path in paths if f"{path}" not in text}


def test_adrs_are_numbered_without_gaps_and_listed():
    """Each decision has a number of its own and stands in the index."""
    folder = ROOT / "docs" / "adr"
    names = sorted(path.name for path in folder.glob("[0-9]*.md"))
    assert [f"{number:04d}" for number in range(1, len(names) + 1)] == [n[:4] for n in names]
    index = (folder / "README.md").read_text("utf-8")
    assert [] == [name for name in names if name not in index]


def test_code_that_names_a_section_of_the_evaluation_is_right():
    """`docs/evaluation.md, "Words"` is a heading of that page."""
    headings = set(re.findall(r"^#+ (.+)$", (ROOT / "docs" / "evaluation.md").read_text(), re.M))
    wanted = {
        name
        for path in (ROOT / "assistant").rglob("*.py")
        for name in re.findall(r'docs/evaluation\.md,\s+#?\s*"([^"]+)"', path.read_text("utf-8"))
    }
    assert wanted
    assert set() == wanted - headings
