"""A command group that imports a command when it is called, and shows refusals plainly."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import Any

import click

from assistant.errors import HotlineError

CONTEXT_SETTINGS = {"help_option_names": ["-h", "--help"], "max_content_width": 100}


@dataclass(frozen=True)
class LazyCommand:
    """Where a command is (`module:name`) and what `--help` says of it in one line."""

    target: str
    summary: str


class LazyGroup(click.Group):
    """Knows its commands from a table; what is not asked for is not imported."""

    def __init__(self, name: str, commands: Mapping[str, LazyCommand], help: str) -> None:
        super().__init__(
            name=name, help=help, context_settings=CONTEXT_SETTINGS, no_args_is_help=True
        )
        self.table = dict(commands)

    def list_commands(self, ctx: click.Context) -> list[str]:
        """See click.Group; the order of the table."""
        return list(self.table)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """See click.Group; imports the command's module."""
        found = self.table.get(cmd_name)
        if found is None:
            return None
        module, _, name = found.target.partition(":")
        command = getattr(import_module(module), name)
        assert isinstance(command, click.Command)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """See click.Group; from the table alone."""
        with formatter.section("命令"):
            formatter.write_dl([(name, found.summary) for name, found in self.table.items()])

    def invoke(self, ctx: click.Context) -> Any:
        """Run a command; a refusal of ours is a sentence and exit status 1, not a traceback."""
        try:
            return super().invoke(ctx)
        except HotlineError as err:
            details = [str(line) for line in getattr(err, "details", ())]
            details += [str(line) for line in getattr(err, "problems", ())]
            raise click.ClickException("\n".join([str(err), *details])) from err
