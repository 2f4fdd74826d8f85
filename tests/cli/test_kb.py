"""`wenban kb …` on a small base: what is printed, exit codes, and the keys of contracts.md."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from assistant.cli.kb import KB_COMMANDS
from tests.cli.kb_base import CARD, PENSION, Run, card
from tests.knowledge.small_base import make_entry, replace_once, write_entry
from tests.publishing.release import Release

CHINESE = re.compile(r"[\u4e00-\u9fff]")


def test_check_prints_every_problem_in_one_form_and_exits_1(wenban: Run, release: Release) -> None:
    """`path:line: rule: message`, one a line, in Chinese; the summary is on stderr."""
    assert "" == wenban("check").stdout
    replace_once(card(release), 'owner: "human-resources"', 'owner: "navy"')
    replace_once(card(release), 'review_by: "2099-12-31"', "review_by: 2099-12-31")

    result = wenban("check", code=1)

    lines = result.stdout.splitlines()
    assert {"owner", "scalar-trap", "review-stale"} <= {line.split(": ")[1] for line in lines}
    for line in lines:
        place, rule, message = line.split(": ", 2)
        path, _, number = place.rpartition(":")
        assert Path(path).is_file()
        assert 1 <= int(number) <= len(Path(path).read_text("utf-8").splitlines())
        assert re.fullmatch(r"[a-z-]+", rule)
        assert CHINESE.search(message)
    assert "4 个条目" in result.stderr
    assert f"{len(lines)} 处错误" in result.stderr


def test_check_of_named_files_shows_theirs_and_warnings_alone_exit_0(
    wenban: Run, release: Release
) -> None:
    """A warning wants a look and stops nobody; it is marked, and can be left out."""
    write_entry(release.knowledge, make_entry(CARD))
    other = release.knowledge / "faq" / "education"

    assert "（警告）" in wenban("check", card(release)).stdout
    assert "" == wenban("check", card(release), "--no-warnings").stdout
    assert "" == wenban("check", other).stdout
    assert "review-missing" in wenban("check", "--stage", "publish", code=1).stdout


@pytest.mark.parametrize(
    "arguments",
    [
        ("check", "no/such/file.md"), ("check", "--stage", "nothing"), ("show",), ("submit", CARD),
        ("approve", "--as", "x"), ("reject", CARD, "--as", "x"), ("rollback",), ("nothing",),
        ("search",), ("search", "x", "--top", "0"), ("try",), ("import",), ("export",),
        ("import", "no-such.csv"), ("publish", "--force"), ("list", "--state", "nothing"),
    ],
)  # fmt: skip
def test_wrong_use_exits_2(wenban: Run, arguments: tuple[str, ...]) -> None:
    """A typing error is told apart from an answer that is no."""
    result = wenban(*arguments, code=2)

    assert "" == result.stdout
    assert result.stderr


@pytest.mark.parametrize("name", KB_COMMANDS)
def test_every_command_has_chinese_help_with_an_example(wenban: Run, name: str) -> None:
    """The name in the table reaches the command, and its help shows how it is used."""
    result = wenban(name, "--help")

    assert CHINESE.search(result.stdout)
    assert f"wenban kb {name}" in result.stdout


def test_review_goes_through_its_steps_with_their_states(wenban: Run, release: Release) -> None:
    """Each step prints the new state in Chinese and its word; refusals say why and exit 1."""
    write_entry(release.knowledge, make_entry(CARD))

    assert (
        f"{CARD}：已提交，待部门审核（submitted）\n"
        == wenban("submit", CARD, "--as", "editor-he").stdout
    )
    assert "不负责" in wenban("approve", CARD, "--as", "dept-edu", code=1).stderr
    assert "（department_approved）" in wenban("approve", CARD, "--as", "dept-hr").stdout
    assert (
        "（rejected）"
        in wenban("reject", CARD, "--as", "reviewer-chen", "--reason", "缺文号").stdout
    )
    assert "缺文号" in card(release).read_text("utf-8")
    wenban("submit", CARD, "--as", "editor-he")
    wenban("approve", CARD, "--as", "dept-hr")
    assert "已通过（approved）" in wenban("approve", CARD, "--as", "reviewer-chen").stdout
    assert "" == wenban("check", "--stage", "publish").stdout
    assert "没有条目" in wenban("submit", "no/such", "--as", "editor-he", code=1).stderr


def test_list_marks_the_current_edition_and_shows_states(wenban: Run, release: Release) -> None:
    """Editions oldest first with a star; entries with their states, to be filtered by them."""
    former = release.current
    new = wenban("publish", "--commit", "--note", "第二版").stdout.strip()

    lines = wenban("list").stdout.splitlines()
    assert {f"  {former}  4 个条目  第一版", f"* {new}  4 个条目  第二版"} == set(lines)
    rows = [json.loads(line) for line in wenban("list", "--json").stdout.splitlines()]
    assert {"id", "is_current", "created_at", "parent", "entries", "note"} == set(rows[0])
    assert [new] == [row["id"] for row in rows if row["is_current"]]
    write_entry(release.knowledge, make_entry(CARD))
    assert 4 == len(wenban("list", "--entries").stdout.splitlines())
    (row,) = wenban("list", "--state", "draft", "--json").stdout.splitlines()
    assert (CARD, "draft") == (json.loads(row)["id"], json.loads(row)["state"])
    (release.editions / former / "manifest.json").write_text("{", "utf-8")
    damaged = wenban("list")
    assert new in damaged.stdout
    assert former in damaged.stderr


def test_list_before_the_first_publish_is_empty(
    wenban: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Nothing is there, which is no error; to ask for the current one is."""
    monkeypatch.setenv("WENBAN_EDITIONS", str(tmp_path / "none"))

    assert "" == wenban("list").stdout
    wenban("list", "--current", code=1)


def test_show_prints_the_file_and_the_state(wenban: Run, release: Release) -> None:
    """The working tree, or an edition; an unknown id exits 1."""
    shown = wenban("show", CARD)
    assert card(release).read_text("utf-8") == shown.stdout
    assert "已通过（approved）" in shown.stderr
    write_entry(release.knowledge, make_entry(CARD, answer="改过的答复。"))
    assert "改过的答复。" in wenban("show", CARD).stdout
    for name in ("CURRENT", release.current):
        assert "改过的答复。" not in wenban("show", CARD, "--edition", name).stdout
    assert "没有条目" in wenban("show", "no/such", code=1).stderr
    wenban("show", CARD, "--edition", "20990101-000000-00000000", code=1)


def test_diff_tells_added_removed_and_changed_entries(wenban: Run, release: Release) -> None:
    """What the next release changes, in short, in full, and for programs."""
    assert "" == wenban("diff").stdout
    write_entry(release.knowledge, make_entry(CARD, answer="改过的答复。"))
    write_entry(release.knowledge, make_entry("education/new", title="新的一条？"))
    (release.knowledge / "faq" / f"{PENSION}.md").unlink()

    lines = wenban("diff").stdout.splitlines()
    assert "+ education/new  新的一条？" in lines
    assert any(line.startswith(f"- {PENSION}  ") for line in lines)
    assert any(line.startswith(f"~ {CARD}  ") for line in lines)
    assert any("answer：" in line and "改过的答复。" in line for line in lines)
    assert "      + 改过的答复。" in wenban("diff", "--full").stdout.splitlines()
    found = json.loads(wenban("diff", "CURRENT", "WORKING", "--json").stdout)
    assert {"from", "to", "changes"} == set(found)
    assert release.current == found["from"]
    assert {("education/new", "added"), (PENSION, "removed"), (CARD, "changed")} == {
        (change["entry_id"], change["kind"]) for change in found["changes"]
    }
    assert "" == wenban("diff", release.current, "CURRENT").stdout
    wenban("diff", "20990101-000000-00000000", code=1)
