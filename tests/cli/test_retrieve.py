"""`wenban retrieve` over a corpus of its own: files in, hits per docid out."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from assistant.cli import main

MATTERS = (
    "社保卡", "身份证", "公积金", "居住证", "驾驶证", "低保", "养犬", "生育津贴", "公租房", "护照",
)  # fmt: skip
DEEDS = ("补办", "年检", "注销")


def lines(path: Path, rows: list[dict[str, Any]]) -> str:
    """Write rows as JSONL and return the path."""
    text = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
    path.write_text(text, encoding="utf-8")
    return str(path)


@pytest.fixture(scope="module")
def hits(tmp_path_factory: pytest.TempPathFactory, repository: Path) -> list[dict[str, Any]]:
    """Retrieve over thirty documents, one of them in two rows, one very long."""
    folder = tmp_path_factory.mktemp("retrieve")
    corpus = [
        {
            "docid": f"{matter}-{deed}",
            "text": f"{matter}{deed}办法\n申请{deed}{matter}的，按本办法办理。",
        }
        for matter in MATTERS
        for deed in DEEDS
    ]
    corpus[5]["text"] += "一般事项按规定办理。" * 400
    corpus.append({"docid": "社保卡-补办", "text": "另附：外籍人员携带永居证。"})
    queries = [
        {"id": n, "question": f"我要{deed}{matter}"}
        for n, (matter, deed) in enumerate((m, d) for m in MATTERS for d in DEEDS)
    ]
    queries.append({"id": "extra", "question": "外籍人员要带永居证吗"})
    out = folder / "new" / "out.jsonl"
    arguments = ["retrieve", "--corpus", lines(folder / "c.jsonl", corpus)]
    arguments += ["--queries", lines(folder / "q.jsonl", queries), "--out", str(out), "--top", "5"]
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(repository)
        found = CliRunner().invoke(main, arguments)
    assert (0, "") == (found.exit_code, found.stdout), found.stderr
    return [json.loads(line) for line in out.read_text("utf-8").splitlines()]


def test_every_question_gets_its_hits_in_order(hits: list[dict[str, Any]]) -> None:
    """Same ids, same order; at most `--top` documents, each once, best first."""
    assert [*range(30), "extra"] == [row["id"] for row in hits]
    for row in hits:
        ids = [hit["docid"] for hit in row["hits"]]
        scores = [hit["score"] for hit in row["hits"]]
        assert 5 == len(ids) == len(set(ids))
        assert scores == sorted(scores, reverse=True)


def test_the_right_document_is_found(hits: list[dict[str, Any]]) -> None:
    """Matter and deed both count."""
    right = [f"{matter}-{deed}" for matter in MATTERS for deed in DEEDS]
    firsts = [row["hits"][0]["docid"] for row in hits[:30]]
    assert sum(a == b for a, b in zip(right, firsts, strict=True)) >= 28


def test_a_docid_that_occurs_again_continues_its_document(hits: list[dict[str, Any]]) -> None:
    """The second row is part of the first's document."""
    assert "社保卡-补办" == hits[-1]["hits"][0]["docid"]


def test_an_empty_corpus_is_refused(tmp_path: Path) -> None:
    """Status 1 and the file's name."""
    (tmp_path / "c.jsonl").touch()
    queries = lines(tmp_path / "q.jsonl", [{"id": 1, "question": "a"}])
    arguments = ["retrieve", "--corpus", str(tmp_path / "c.jsonl"), "--queries", queries]
    found = CliRunner().invoke(main, [*arguments, "--out", str(tmp_path / "o")])
    assert 1 == found.exit_code
    assert "没有任何文档" in found.stderr
