"""The checks of `wenban doctor`, in one table: what is asked, what was found, what mends it."""

from __future__ import annotations

import re
import shutil
import socket
import sys
import tarfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

from assistant.clock import utc_now
from assistant.errors import HotlineError
from assistant.settings import Settings
from assistant.worker.model_file import rasa_model

_LOCKED = re.compile(r"^([A-Za-z0-9._-]+)==([^\s\\;]+)", re.M)
_LOCKS = ("requirements.lock", "requirements-torch.lock")
_SETUP = "运行 make setup"


@dataclass(frozen=True)
class Finding:
    """What one check found; an optional part that is missing is no failure."""

    name: str
    is_ok: bool
    text: str
    mend: str = ""
    is_needed: bool = True


def check_python(_settings: Settings) -> Finding:
    """Return whether this is Python 3.11, the only one that Rasa's pins run on."""
    version = ".".join(str(part) for part in sys.version_info[:3])
    is_ok = sys.version_info[:2] == (3, 11)
    return Finding("Python", is_ok, version, "安装 Python 3.11，删除 .venv 后运行 make setup")


def check_packages(settings: Settings) -> Finding:
    """Return whether every locked package is installed in its locked version."""
    wanted: dict[str, str] = {}
    for name in _LOCKS:
        path = settings.root / name
        if not path.is_file():
            mend = "请在项目的根目录运行 wenban"
            return Finding("软件包", False, f"找不到 {path}", mend)
        wanted |= dict(_LOCKED.findall(path.read_text("utf-8")))
    wrong = []
    for name, version in sorted(wanted.items()):
        try:
            found = metadata.version(name)
        except metadata.PackageNotFoundError:
            wrong.append(f"{name} 未安装")
            continue
        # The CPU build and the general build of PyTorch are the same version.
        if found.split("+")[0] != version.split("+")[0]:
            wrong.append(f"{name} 是 {found}，应为 {version}")
    if wrong:
        return Finding("软件包", False, "；".join(wrong[:5]), _SETUP)
    return Finding("软件包", True, f"{len(wanted)} 个锁定的软件包都在")


def check_embedding(settings: Settings) -> Finding:
    """Return whether every file of the embedding model has its SHA-256, and whether it runs."""
    from assistant.retrieval.embedder import load_embedder
    from assistant.retrieval.model_build import check_model

    try:
        if not settings.embedding_model:
            check_model(settings.embedding_folder)
        embedder = load_embedder(settings.embedding_model, settings.embedding_folder)
    except (HotlineError, OSError, ValueError, KeyError) as err:
        return Finding("向量模型", False, str(err), _SETUP)
    return Finding("向量模型", True, f"{embedder.name}，{embedder.dimension} 维，校验和一致")


def check_rasa_model(settings: Settings) -> Finding:
    """Return whether the model that a worker would load is there and a whole archive."""
    name, mend = "Rasa 模型", "运行 make train"
    if settings.rasa_model:
        mend += "，或改正 WENBAN_RASA_MODEL"
    try:
        path = rasa_model(settings)
    except HotlineError as err:
        return Finding(name, False, f"还没有训练（{err}）", mend)
    if not path.is_file():
        return Finding(name, False, f"找不到 {path}", mend)
    try:
        with tarfile.open(path, "r:gz") as archive:
            names = archive.getnames()
    except (OSError, EOFError, tarfile.TarError, zlib.error) as err:
        return Finding(name, False, f"{path} 不完整（{err}）", f"删除这个文件，{mend}")
    if "metadata.json" not in names:
        return Finding(name, False, f"{path} 不是 Rasa 模型", f"删除这个文件，{mend}")
    return Finding(name, True, path.name)


def check_danger(settings: Settings) -> Finding:
    """Return whether danger is recognised, and whether the learned weights help."""
    from assistant.retrieval.embedder import load_embedder
    from assistant.safety.meaning import MeaningWeights
    from assistant.safety.phrase_weights import PhraseWeights, PhraseWeightsInvalid
    from assistant.services import danger_emergencies, danger_meaning_path, danger_weights_path

    name = "危险识别"
    try:
        kinds = len(danger_emergencies(settings).kinds)
    except HotlineError as err:
        return Finding(name, False, str(err), "运行 wenban kb check，改正 emergencies.yml")
    try:
        weights = PhraseWeights.load(danger_weights_path(settings))
    except PhraseWeightsInvalid as err:
        return Finding(name, False, f"只有规则可用（{err}）", "运行 wenban danger train")
    try:
        embedder = load_embedder(settings.embedding_model, settings.embedding_folder).name
        MeaningWeights.load(danger_meaning_path(settings), embedder)
    except (HotlineError, OSError, ValueError, KeyError) as err:
        return Finding(name, False, f"不听语义，只看词语（{err}）", "运行 wenban danger train")
    return Finding(name, True, f"{kinds} 类危险，{len(weights)} 个学得的词语权重，语义网络可用")


def check_edition(settings: Settings) -> Finding:
    """Return whether the current edition is whole and fits the embedding model."""
    from assistant.knowledge.editions import current_id, load_edition
    from assistant.retrieval.embedder import load_embedder

    name = "知识版本"
    try:
        edition = load_edition(settings.editions, current_id(settings.editions))
    except (HotlineError, OSError, ValueError, KeyError) as err:
        mend = (
            "运行 wenban kb publish --commit；已有其他版本时运行 wenban kb rollback 版本 --commit"
        )
        return Finding(name, False, str(err), mend)
    try:
        embedder = load_embedder(settings.embedding_model, settings.embedding_folder).name
    except (HotlineError, OSError, ValueError, KeyError):
        embedder = "（向量模型不可用）"
    if edition.manifest.embedder != embedder:
        text = f"{edition.id} 的索引属于 {edition.manifest.embedder}，现在的模型是 {embedder}"
        return Finding(name, False, text, "运行 wenban kb publish --commit")
    return Finding(name, True, f"{edition.id}，{len(edition.entries)} 个条目，文件完好")


def check_database(settings: Settings) -> Finding:
    """Return whether the database can be opened, has the newest schema, and can be written."""
    from assistant.storage.messages import open_message_store

    if settings.database_url.startswith("sqlite"):
        settings.home.mkdir(parents=True, exist_ok=True)
    try:
        open_message_store(settings.database_url, utc_now()).close()
    except HotlineError as err:
        mend = "检查 WENBAN_DATABASE_URL、磁盘空间和目录权限"
        return Finding("数据库", False, str(err), mend)
    return Finding("数据库", True, "可以写入")


def check_port(settings: Settings) -> Finding:
    """Return whether the gateway's port is free."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((settings.host, settings.port))
        except OSError as err:
            text = f"{settings.host}:{settings.port} 不能用（{err.strerror}）"
            mend = "若不是问办自己在运行，停掉占用它的程序，或设置 WENBAN_PORT"
            return Finding("端口", False, text, mend, is_needed=False)
    return Finding("端口", True, f"{settings.host}:{settings.port} 空闲")


def check_chromium(_settings: Settings) -> Finding:
    """Return whether the browser that the page tests drive is there."""
    found = shutil.which("chromium")
    if found:
        return Finding("Chromium（测试）", True, found, is_needed=False)
    mend = "运行 scripts/test_tools.sh，或安装 chromium 和 fonts-noto-cjk"
    return Finding("Chromium（测试）", False, "没有安装，浏览器测试会跳过", mend, is_needed=False)


def check_postgres(_settings: Settings) -> Finding:
    """Return whether a PostgreSQL server can be started for the tests."""
    found = shutil.which("postgres") or next(
        (str(path) for path in sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"))), ""
    )
    if found:
        return Finding("PostgreSQL（测试）", True, found, is_needed=False)
    mend = "只在用 PostgreSQL 时需要：安装 postgresql"
    return Finding("PostgreSQL（测试）", False, "没有安装", mend, is_needed=False)


DOCTOR_CHECKS: tuple[Callable[[Settings], Finding], ...] = (
    check_python,
    check_packages,
    check_embedding,
    check_rasa_model,
    check_danger,
    check_edition,
    check_database,
    check_port,
    check_chromium,
    check_postgres,
)
