"""`wenban retrieve`: the product's own retrieval over any corpus."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click

from assistant.cli.jsonl import read_rows, written_rows
from assistant.cli.progress import stage_progress


@click.command(
    help="在任意文档集合上检索。\n\n"
    "示例：wenban retrieve --corpus 文档.jsonl --queries 问题.jsonl --out 结果.jsonl"
)
@click.option(
    "--corpus", type=click.Path(path_type=Path, exists=True), required=True,
    help="每行 {docid, text}",
)  # fmt: skip
@click.option(
    "--queries", type=click.Path(path_type=Path, exists=True), required=True,
    help="每行 {id, question}",
)  # fmt: skip
@click.option("--out", type=click.Path(path_type=Path), required=True, help="结果文件")
@click.option("--top", type=click.IntRange(1, 1000), default=10, show_default=True)
def retrieve(corpus: Path, queries: Path, out: Path, top: int) -> None:
    """Index the corpus and write the hits of every query."""
    from assistant.retrieval.corpus import CorpusSearch
    from assistant.retrieval.documents import document_of_text
    from assistant.services import process_embedder

    texts: dict[str, str] = {}
    for row in read_rows(corpus, ("docid", "text")):
        # A docid that occurs again continues the document: hits are per docid.
        docid = str(row["docid"])
        texts[docid] = f"{texts[docid]}\n{row['text']}" if docid in texts else str(row["text"])
    questions = read_rows(queries, ("id", "question"))
    if not texts:
        raise click.ClickException(f"{corpus}: 没有任何文档")
    documents = [document_of_text(docid, text) for docid, text in sorted(texts.items())]
    search = CorpusSearch(documents, process_embedder(), stage_progress())
    vectors = search.embed([str(row["question"]) for row in questions])

    def hits() -> Iterator[dict[str, Any]]:
        for row, vector in zip(questions, vectors, strict=True):
            found = search.search(str(row["question"]), vector, top)
            yield {
                "id": row["id"],
                "hits": [{"docid": docid, "score": score} for docid, score in found],
            }

    written_rows(out, hits(), len(questions), "检索")
