"""scripts/test_tools.sh installs what is missing, and only that."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

FONT = "/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc: Noto Sans CJK SC:style=Regular"
# More than a pipe holds, so that a reader who leaves early is noticed.
OTHERS = "/usr/share/fonts/other.ttf: Other\n" * 20_000


def tool(folder: Path, name: str, text: str = "") -> None:
    """Put a program on a path that prints a text."""
    (folder / f"{name}.txt").write_text(text, "utf-8")
    program = folder / name
    program.write_text(f'#!/bin/sh\ncat "{folder}/{name}.txt"\n', "utf-8")
    program.chmod(0o755)


@pytest.mark.parametrize(
    ("tools", "is_asked_for"),
    [
        pytest.param({"chromium": "", "fc-list": FONT + "\n" + OTHERS}, False, id="both are there"),
        pytest.param({"chromium": "", "fc-list": OTHERS}, True, id="no Chinese font"),
        pytest.param({"fc-list": FONT}, True, id="no browser"),
    ],
)
def test_a_browser_that_is_there_is_not_installed_again(
    repository: Path, tmp_path: Path, tools: dict[str, str], is_asked_for: bool
) -> None:
    """A run of the tests must not need the package source once its tools are there."""
    for name in ("bash", "grep", "id", "cat", "sh"):
        (tmp_path / name).symlink_to(f"/bin/{name}" if name != "id" else "/usr/bin/id")
    for name, text in tools.items():
        tool(tmp_path, name, text)
    found = subprocess.run(
        ["/bin/bash", str(repository / "scripts" / "test_tools.sh")],
        env={**os.environ, "PATH": str(tmp_path), "WENBAN_TEST_POSTGRES_URL": "given"},
        capture_output=True, text=True, timeout=30, check=True,
    )  # fmt: skip
    assert is_asked_for is ("Chromium" in found.stdout), found.stdout + found.stderr
    assert "PostgreSQL" not in found.stdout
