"""The command line explains itself: every command, in Chinese, with an example."""

from __future__ import annotations

import re
from collections.abc import Iterator

import click
import pytest
from click.testing import CliRunner

from assistant.cli import COMMANDS, main
from tests.cli.processes import wenban


def walk(group: click.Group, before: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """Yield the words of every command below a group."""
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None, name
        yield (*before, name)
        if isinstance(command, click.Group):
            yield from walk(command, (*before, name))


EVERY = list(walk(main))


def test_help_lists_every_command_with_a_summary() -> None:
    """`wenban --help` is the table, fast and complete, exit 0."""
    found = wenban("--help")
    assert (0, "") == (found.returncode, found.stderr)
    for name, command in COMMANDS.items():
        assert re.search(rf"^ +{name} +{re.escape(command.summary[:8])}", found.stdout, re.M), name


def test_the_contracts_commands_are_there() -> None:
    """Names that other programs are written against; a command of a later issue may be absent."""
    names = {" ".join(words) for words in EVERY}
    wanted = ["serve", "gateway", "worker", "ask", "retrieve", "doctor", "eval"]
    for verb in (
        "check", "diff", "list", "show", "search", "submit", "approve", "reject", "publish",
        "rollback", "import", "export", "try",
    ):  # fmt: skip
        wanted.append(f"kb {verb}")
    assert set() == set(wanted) - names


@pytest.mark.parametrize("words", EVERY, ids=" ".join)
def test_every_command_has_help_in_chinese_with_an_example(words: tuple[str, ...]) -> None:
    """Nobody has to read the source to call it."""
    found = CliRunner().invoke(main, [*words, "--help"])
    assert 0 == found.exit_code, found.output
    said = found.output.split("Options:")[0]
    assert re.search(r"[\u4e00-\u9fff]{2,}", said)
    assert "示例" in said, said


@pytest.mark.parametrize(
    "arguments",
    [
        ["no-such-command"],
        ["ask"],
        ["ask", "--batch", "no-such-file.jsonl", "--out", "x"],
        ["ask", "问题", "--batch", "config.yml"],
        ["ask", "--batch", "config.yml"],
        ["ask", "--no-such-option"],
        ["retrieve", "--corpus", "config.yml"],
        ["serve", "--port", "0"],
        ["serve", "--workers", "zero"],
    ],
    ids=" ".join,
)
def test_wrong_use_exits_with_2_and_says_what_is_wrong(arguments: list[str]) -> None:
    """Status 2 and a sentence, never a traceback, and nothing on stdout."""
    found = CliRunner().invoke(main, arguments)
    assert 2 == found.exit_code
    assert "Error: " in found.stderr
    assert "" == found.stdout
