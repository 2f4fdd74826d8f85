"""`wenban serve`, `gateway`, `worker`: the processes that citizens reach."""

from __future__ import annotations

import click


@click.command(
    help="启动网关和工作进程，Ctrl-C 一起停止。\n\n示例：wenban serve --port 8012 --workers 2"
)
@click.option("--port", type=click.IntRange(1, 65535), help="监听端口（默认 WENBAN_PORT）")
@click.option("--workers", type=click.IntRange(1, 64), help="工作进程数（默认 WENBAN_WORKERS）")
def serve(port: int | None, workers: int | None) -> None:
    """Start gateway and workers and keep them running."""
    from assistant.cli.supervise import supervise
    from assistant.settings import load_settings

    settings = load_settings()
    raise SystemExit(supervise(settings, port or settings.port, workers or settings.workers))


@click.command(help="只启动网关（市民页面和接口）。\n\n示例：wenban gateway --port 8012")
@click.option("--port", type=click.IntRange(1, 65535), help="监听端口（默认 WENBAN_PORT）")
def gateway(port: int | None) -> None:
    """Run the gateway in this process."""
    from dataclasses import replace

    from assistant.gateway.server import run_gateway
    from assistant.logs import configure_logs
    from assistant.settings import load_settings

    settings = load_settings()
    configure_logs("gateway", settings.log_level)
    run_gateway(replace(settings, port=port or settings.port))


@click.command(help="只启动一个工作进程（理解问题并答复）。\n\n示例：wenban worker")
def worker() -> None:
    """Run a worker in this process."""
    from assistant.logs import configure_logs
    from assistant.settings import load_settings
    from assistant.worker.quiet import quiet_environment

    settings = load_settings()
    quiet_environment()
    configure_logs("worker", settings.log_level)
    from assistant.worker.process import run_worker

    run_worker(settings)
