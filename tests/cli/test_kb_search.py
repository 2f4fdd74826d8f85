"""`wenban kb search` and `try`: hits with scores, and whether they would answer."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from tests.cli.kb_base import CARD, PENSION, Run, whole
from tests.knowledge.small_base import make_entry, write_entry
from tests.publishing.release import Release

CHINESE = re.compile(r"[\u4e00-\u9fff]")


def test_search_gives_hits_with_scores_and_reasons(wenban: Run, release: Release) -> None:
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
    wenban: Run, release: Release, tmp_path: Path
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
    wenban: Run, release: Release, tmp_path: Path
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
