"""`wenban kb publish` and `rollback`: dry by default, the id alone on stdout, reasons on stderr."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

from tests.cli.kb_base import CARD, Run, card, whole
from tests.knowledge.small_base import make_entry, replace_once, signed, write_entry
from tests.publishing.release import Release

EDITION = re.compile(r"\d{8}-\d{6}-[0-9a-f]{8}")


def test_publish_is_dry_by_default_and_prints_the_new_edition_with_commit(
    wenban: Run, release: Release
) -> None:
    """Stdout holds the id and nothing else, so that scripts can take it."""
    write_entry(release.knowledge, signed(make_entry(CARD, answer="改过的答复。")))
    before, former = whole(release.editions), release.current

    dry = wenban("publish")
    assert "" == dry.stdout
    assert "--commit" in dry.stderr
    assert before == whole(release.editions)

    real = wenban("publish", "--commit", "--note", "改一句")
    assert EDITION.fullmatch(real.stdout.strip())
    assert real.stdout.strip() == release.current != former
    assert "4/4" in real.stderr
    assert real.stdout == wenban("list", "--current").stdout


def test_publish_tells_what_it_left_out_and_why_it_refuses(wenban: Run, release: Release) -> None:
    """An editor reads each entry with its state, each miss, each error."""
    write_entry(release.knowledge, make_entry(CARD, answer="没有审核的答复。"))
    assert f"警告：{CARD}：草稿，沿用上一版的内容" in wenban("publish").stderr
    replace_once(card(release), 'owner: "human-resources"', 'owner: "navy"')
    refused = wenban("publish", "--commit", code=1)
    assert "" == refused.stdout
    assert ": owner: " in refused.stderr
    write_entry(release.knowledge, signed(make_entry(CARD)))
    replace_once(release.knowledge / "questions" / "all.yml", f'"{CARD}"', '"education/enrol"')
    replace_once(release.knowledge / "golden.yml", '"0.75"', '"1"')
    for number in "一二三":
        thief = make_entry(f"education/t-{ord(number)}", title=f"我的社保卡弄丢了怎么补{number}张")
        write_entry(release.knowledge, signed(thief))
    refused = wenban("publish", "--commit", code=1)
    assert "标准测试问题" in refused.stderr
    assert "应为 education/enrol" in refused.stderr


def test_rollback_is_dry_by_default_and_prints_where_it_went(wenban: Run, release: Release) -> None:
    """The id on stdout, a Chinese sentence on stderr; an unknown id exits 1."""
    former = release.current
    write_entry(release.knowledge, signed(make_entry(CARD, answer="改过的答复。")))
    new = wenban("publish", "--commit").stdout.strip()

    dry = wenban("rollback", former)
    assert ("", new) == (dry.stdout, release.current)
    assert "完好" in dry.stderr
    assert f"{former}\n" == wenban("rollback", former, "--commit").stdout
    assert former == release.current
    for name in ("20990101-000000-00000000", "../editions", ".."):
        assert name in wenban("rollback", name, "--commit", code=1).stderr
    assert former == release.current


def test_the_real_command_has_the_same_codes_and_the_same_output(
    release: Release, repository: Path, settings: Any, tmp_path: Path
) -> None:
    """As a program of its own: model from the data folder, id on stdout, exit 0, 1 and 2."""
    home = tmp_path / "home"
    home.mkdir()
    (home / "models").symlink_to(settings.home / "models")
    environment = {
        **os.environ,
        "WENBAN_KNOWLEDGE": str(release.knowledge),
        "WENBAN_EDITIONS": str(release.editions),
        "WENBAN_HOME": str(home),
    }

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "assistant.cli", "kb", *arguments],
            env=environment, cwd=repository, capture_output=True, text=True, timeout=120,
        )  # fmt: skip

    published = run("publish", "--commit")
    assert 0 == published.returncode, published.stderr
    assert EDITION.fullmatch(published.stdout.strip())
    assert release.current == published.stdout.strip()
    assert 2 == run("publish", "--nothing").returncode
    refused = run("show", "no/such")
    assert (1, "") == (refused.returncode, refused.stdout)
    assert "Traceback" not in refused.stderr
