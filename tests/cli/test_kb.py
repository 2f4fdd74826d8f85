"""`wenban kb …` on a small base: what is printed, exit codes, and the keys of contracts.md."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from assistant import services
from assistant.cli import main
from assistant.cli.kb import KB_COMMANDS
from assistant.settings import load_settings
from tests.knowledge.small_base import make_entry, replace_once, signed, write_entry
from tests.publishing.conftest import _one_dictionary, fresh, release, template  # noqa: F401
from tests.publishing.release import Release

CARD, PENSION = "social-insurance/lost-card", "social-insurance/pension-start"
EDITION = re.compile(r"\d{8}-\d{6}-[0-9a-f]{8}")
CHINESE = re.compile(r"[\u4e00-\u9fff]")

Run = Callable[..., Result]


@pytest.fixture
def wenban(
    release: Release,  # noqa: F811
    repository: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Run:
    """Return a function that runs `wenban kb …` on a base with one edition."""
    monkeypatch.chdir(repository)
    monkeypatch.setenv("WENBAN_KNOWLEDGE", str(release.knowledge))
    monkeypatch.setenv("WENBAN_EDITIONS", str(release.editions))
    monkeypatch.setenv("WENBAN_HOME", str(release.order.cache.parent))
    monkeypatch.setattr(services, "process_settings", load_settings)
    monkeypatch.setattr(services, "process_embedder", lambda: release.embedder)

    def run(*arguments: str | Path, code: int = 0) -> Result:
        result = CliRunner().invoke(main, ["kb", *map(str, arguments)])
        assert code == result.exit_code, result.stdout + result.stderr
        assert result.exception is None or isinstance(result.exception, SystemExit)
        return result

    return run


def card(release: Release) -> Path:  # noqa: F811
    """Return the file of an entry."""
    return release.knowledge / "faq" / f"{CARD}.md"


def whole(folder: Path) -> dict[str, bytes]:
    """Return every file below a folder."""
    return {str(path): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_check_prints_every_problem_in_one_form_and_exits_1(
    wenban: Run,
    release: Release,  # noqa: F811
) -> None:
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
    wenban: Run,
    release: Release,  # noqa: F811
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


def test_review_goes_through_its_steps_with_their_states(
    wenban: Run,
    release: Release,  # noqa: F811
) -> None:
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


def test_publish_is_dry_by_default_and_prints_the_new_edition_with_commit(
    wenban: Run,
    release: Release,  # noqa: F811
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


def test_publish_tells_what_it_left_out_and_why_it_refuses(
    wenban: Run,
    release: Release,  # noqa: F811
) -> None:
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


def test_rollback_is_dry_by_default_and_prints_where_it_went(
    wenban: Run,
    release: Release,  # noqa: F811
) -> None:
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


def test_list_marks_the_current_edition_and_shows_states(
    wenban: Run,
    release: Release,  # noqa: F811
) -> None:
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


def test_show_prints_the_file_and_the_state(wenban: Run, release: Release) -> None:  # noqa: F811
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


def test_diff_tells_added_removed_and_changed_entries(
    wenban: Run,
    release: Release,  # noqa: F811
) -> None:
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


def test_search_gives_hits_with_scores_and_reasons(
    wenban: Run,
    release: Release,  # noqa: F811
) -> None:
    """The keys that other programs are written against, and lines for people."""
    found = json.loads(wenban("search", "社保卡丢了怎么补办？", "--json", "--top", "2").stdout)

    assert release.current == found["edition"]
    assert found["would_answer"] is True
    assert 2 == len(found["hits"])
    first, second = found["hits"]
    assert CARD == first["entry_id"]
    assert 1 >= first["score"] >= second["score"] >= 0
    assert {"entry_id", "score", "reasons"} <= set(first)
    assert first["reasons"]
    assert all(isinstance(value, float) for value in first["reasons"].values())
    plain = wenban("search", "社保卡丢了怎么补办？")
    assert plain.stdout.startswith("1. ")
    assert CARD in plain.stdout
    assert "理由：" in plain.stdout
    assert "会直接回答" in plain.stderr
    assert CHINESE.search(wenban("search", " ", code=1).stderr)
    wenban("search", "x", "--edition", "20990101-000000-00000000", code=1)


def rows_of(path: Path) -> list[dict[str, Any]]:
    """Return the objects of a JSONL file."""
    return [json.loads(line) for line in path.read_text("utf-8").split("\n") if line]


def test_try_writes_one_line_a_question_in_their_order(
    wenban: Run,
    release: Release,  # noqa: F811
    tmp_path: Path,
) -> None:
    """Hits and whether it would be answered; a text that is none gets its own line too."""
    batch, out = tmp_path / "in.jsonl", tmp_path / "deep" / "out.jsonl"
    texts = ["社保卡丢了怎么补办？", "养老金几月开始发", "", None, "今天的晚饭吃什么好呢"]
    batch.write_text(
        "".join(
            json.dumps({"id": f"q{number}", "text": text}, ensure_ascii=False) + "\n"
            for number, text in enumerate(texts)
        ),
        "utf-8",
    )

    wenban("try", "--batch", batch, "--out", out)

    rows = rows_of(out)
    assert [f"q{number}" for number in range(5)] == [row["id"] for row in rows]
    assert all({"id", "hits", "would_answer"} <= set(row) for row in rows)
    assert [CARD, PENSION] == [row["hits"][0]["entry_id"] for row in rows[:2]]
    assert all({"entry_id", "score"} == set(hit) for row in rows for hit in row["hits"])
    assert [True, True, False, False, False] == [row["would_answer"] for row in rows]
    assert [[], []] == [row["hits"] for row in rows[2:4]]


def test_try_asks_the_working_tree_or_an_edition(
    wenban: Run,
    release: Release,  # noqa: F811
    tmp_path: Path,
) -> None:
    """A draft can be tried before anybody reviews it, and leaves nothing behind."""
    batch, out = tmp_path / "in.jsonl", tmp_path / "out.jsonl"
    batch.write_text('{"id": 1, "text": "海洋馆的企鹅几点喂食"}\n', "utf-8")
    write_entry(release.knowledge, make_entry("education/penguin", title="海洋馆的企鹅几点喂食？"))
    before = whole(release.editions)

    wenban("try", "--batch", batch, "--out", out, "--draft", "--top", "1")
    assert ["education/penguin"] == [hit["entry_id"] for hit in rows_of(out)[0]["hits"]]
    wenban("try", "--batch", batch, "--out", out, "--edition", release.current)
    assert "education/penguin" not in {hit["entry_id"] for hit in rows_of(out)[0]["hits"]}
    assert before == whole(release.editions)
    wenban("try", "--batch", batch, "--out", out, "--edition", "x", "--draft", code=2)
    wenban("try", "--batch", tmp_path, "--out", out, code=2)
    batch.write_text('{"text": "没有编号"}\n', "utf-8")
    assert "in.jsonl:1" in wenban("try", "--batch", batch, "--out", out, code=1).stderr


@pytest.mark.parametrize("suffix", [".xlsx", ".csv", ".jsonl"])
def test_export_and_import_are_dry_by_default_and_change_nothing_between_them(
    wenban: Run,
    release: Release,  # noqa: F811
    tmp_path: Path,
    suffix: str,
) -> None:
    """Without commit nothing is written; with it, what was exported comes back unchanged."""
    file, before = tmp_path / f"all{suffix}", whole(release.knowledge)

    assert "--commit" in wenban("export", file).stderr
    assert not file.exists()
    wenban("export", file, "--commit")
    found = wenban("import", file, "--commit")

    assert "新增 0，改动 0，相同 4，错误 0" in found.stderr
    assert before == whole(release.knowledge)


def test_import_tells_what_it_would_do_and_then_does_it_without_reviews(
    wenban: Run,
    release: Release,  # noqa: F811
    tmp_path: Path,
) -> None:
    """The help says that changed entries need a new review; so it is."""
    file, before = tmp_path / "x.csv", whole(release.knowledge)
    write_entry(release.knowledge, signed(make_entry(CARD, answer="改过的答复。")))
    write_entry(release.knowledge, signed(make_entry("education/new", title="新的一条？")))
    wenban("export", file, "--commit")
    (release.knowledge / "faq" / "education" / "new.md").unlink()
    write_entry(release.knowledge, signed(make_entry(CARD)))
    assert before == whole(release.knowledge)

    dry = wenban("import", file)
    assert before == whole(release.knowledge)
    assert ["+ education/new  新的一条？", f"~ {CARD}  {make_entry(CARD).title}"] == (
        dry.stdout.splitlines()
    )
    wenban("import", file, "--commit")

    drafts = wenban("list", "--state", "draft", "--json").stdout.splitlines()
    assert {CARD, "education/new"} == {json.loads(row)["id"] for row in drafts}
    assert "审核" in wenban("import", "--help").stdout


def test_import_with_a_fault_writes_nothing_and_exits_1(
    wenban: Run,
    release: Release,  # noqa: F811
    tmp_path: Path,
) -> None:
    """Faults are told as `path:row: rule: message`, all of them."""
    file = tmp_path / "x.jsonl"
    wenban("export", file, "--commit")
    text = file.read_text("utf-8").replace('"human-resources"', '"navy"')
    file.write_text(text.replace("社保卡丢失的", "社保卡丢了的"), "utf-8")
    before = whole(release.knowledge)

    refused = wenban("import", file, "--commit", code=1)

    assert before == whole(release.knowledge)
    faults = [line for line in refused.stdout.splitlines() if line.startswith(str(file))]
    assert {2, 3, 4} == {int(line.split(":")[1]) for line in faults}
    assert {" owner"} == {line.split(":")[2] for line in faults}
    (tmp_path / "x.csv").write_bytes("编号,类型\n".encode("gbk"))
    assert "UTF-8" in wenban("import", tmp_path / "x.csv", code=1).stderr
    (tmp_path / "x.doc").write_bytes(b"")
    wenban("import", tmp_path / "x.doc", code=2)
    wenban("export", tmp_path / "y.doc", code=2)


def test_export_refuses_a_base_with_files_that_cannot_be_read(
    wenban: Run,
    release: Release,  # noqa: F811
    tmp_path: Path,
) -> None:
    """A table without them would look whole."""
    card(release).write_bytes("社保卡".encode("gbk"))

    refused = wenban("export", tmp_path / "x.csv", "--commit", code=1)

    assert "encoding" in refused.stderr
    assert not (tmp_path / "x.csv").exists()


def test_the_real_command_has_the_same_codes_and_the_same_output(
    release: Release,  # noqa: F811
    repository: Path,
    settings: Any,
    tmp_path: Path,
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
