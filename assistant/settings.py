"""The one table of settings, read from the environment and an optional `.env`.

`SETTINGS` feeds the loader, `wenban doctor --settings` and docs/settings.md; a
test keeps the document equal to the table.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from assistant.errors import SettingInvalid
from assistant.logs import LEVELS


@dataclass(frozen=True)
class SettingSpec:
    """One environment variable: its default and what it means, in Chinese."""

    name: str
    default: str
    meaning: str
    is_secret: bool = False


SETTINGS: tuple[SettingSpec, ...] = (
    SettingSpec("WENBAN_HOME", "./var", "数据目录：数据库、模型、密钥"),
    SettingSpec("WENBAN_KNOWLEDGE", "./knowledge", "知识库目录"),
    SettingSpec("WENBAN_EDITIONS", "", "知识版本目录；为空时用知识库目录下的 editions"),
    SettingSpec("WENBAN_DATABASE_URL", "", "数据库地址；为空时用数据目录下的 SQLite"),
    SettingSpec("WENBAN_HOST", "127.0.0.1", "网关监听地址"),
    SettingSpec("WENBAN_PORT", "8012", "网关监听端口"),
    SettingSpec("WENBAN_WORKERS", "1", "工作进程数"),
    SettingSpec("WENBAN_SECRET_KEY", "", "签名密钥；为空时首次启动生成并存入数据目录", True),
    SettingSpec("WENBAN_EMBEDDING_MODEL", "", "向量模型的名称或目录；为空时用随包自建的离线模型"),
    SettingSpec("WENBAN_RASA_MODEL", "", "Rasa 模型文件；为空时用 models/ 里最新的一个"),
    SettingSpec("WENBAN_CITY", "云州市", "城市名称，显示在页面上"),
    SettingSpec("WENBAN_METRICS_TOKEN", "", "从其他机器读取 /metrics 的令牌；为空时只许本机", True),
    SettingSpec("WENBAN_LOG_LEVEL", "INFO", "日志级别：DEBUG、INFO、WARNING、ERROR"),
    SettingSpec("WENBAN_RATE_PER_MINUTE", "30", "每个会话每分钟可发的消息数"),
)


@dataclass(frozen=True)
class Settings:
    """All settings of one process, parsed."""

    home: Path
    knowledge: Path
    editions: Path
    database_url: str
    host: str
    port: int
    workers: int
    secret_key: str
    embedding_model: str
    rasa_model: str
    city: str
    metrics_token: str
    rate_per_minute: int
    log_level: str
    root: Path

    @property
    def embedding_folder(self) -> Path:
        """Folder of the embedding model that set-up builds."""
        return self.home / "models" / "embedding"


def read_dotenv(path: Path) -> dict[str, str]:
    """Return the `NAME=value` lines of a `.env` file; empty when there is none.

    Raises:
        SettingInvalid: it is no UTF-8 text, or a line has no `=`.
    """
    if not path.is_file():
        return {}
    found: dict[str, str] = {}
    try:
        text = path.read_text("utf-8-sig")
    except (OSError, UnicodeDecodeError) as err:
        raise SettingInvalid(str(path), "cannot be read as UTF-8 text") from err
    for number, line in enumerate(text.splitlines(), start=1):
        if "\0" in line:
            raise SettingInvalid(f"{path}:{number}", "holds a NUL character")
        stripped = line.strip()
        if not stripped or stripped.startswith("#"):
            continue
        name, sign, value = stripped.partition("=")
        if not sign:
            raise SettingInvalid(f"{path}:{number}", "expected NAME=value")
        found[name.strip()] = value.strip().strip("'\"")
    return found


def setting_values(
    environment: Mapping[str, str] | None = None, root: Path | None = None
) -> dict[str, str]:
    """Return the text of every setting: from the environment, over `.env`, over the default.

    Raises:
        SettingInvalid: a line of `.env` has no `=`.
    """
    env = os.environ if environment is None else environment
    dotenv = read_dotenv((Path.cwd() if root is None else root) / ".env")
    return {
        spec.name: env.get(spec.name) or dotenv.get(spec.name) or spec.default for spec in SETTINGS
    }


def load_settings(
    environment: Mapping[str, str] | None = None, root: Path | None = None
) -> Settings:
    """Return the settings from the environment, over `.env`, over the defaults.

    Raises:
        SettingInvalid: a number is not a number or out of range.
    """
    base = Path.cwd() if root is None else root
    values = setting_values(environment, base)
    home = (base / values["WENBAN_HOME"]).resolve()
    knowledge = (base / values["WENBAN_KNOWLEDGE"]).resolve()
    editions = values["WENBAN_EDITIONS"]
    return Settings(
        home=home,
        knowledge=knowledge,
        editions=(base / editions).resolve() if editions else knowledge / "editions",
        database_url=values["WENBAN_DATABASE_URL"] or f"sqlite:///{home / 'wenban.sqlite3'}",
        host=values["WENBAN_HOST"],
        port=_whole_number(values, "WENBAN_PORT", 0, 65535),
        workers=_whole_number(values, "WENBAN_WORKERS", 1, 64),
        secret_key=values["WENBAN_SECRET_KEY"],
        embedding_model=values["WENBAN_EMBEDDING_MODEL"],
        rasa_model=values["WENBAN_RASA_MODEL"],
        city=values["WENBAN_CITY"],
        metrics_token=values["WENBAN_METRICS_TOKEN"],
        rate_per_minute=_whole_number(values, "WENBAN_RATE_PER_MINUTE", 1, 100_000),
        log_level=_one_of(values, "WENBAN_LOG_LEVEL", LEVELS),
        root=base,
    )


def secret_key(settings: Settings) -> str:
    """Return the signing key; on first use make one, kept with mode 0600.

    Raises:
        SettingInvalid: the given key is shorter than 32 characters.
    """
    if settings.secret_key:
        if len(settings.secret_key) < 32:
            raise SettingInvalid("WENBAN_SECRET_KEY", "at least 32 characters are needed")
        return settings.secret_key
    path = settings.home / "secret_key"
    settings.home.mkdir(parents=True, exist_ok=True)
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_text("ascii").strip()
    with os.fdopen(descriptor, "w", encoding="ascii") as handle:
        handle.write(secrets.token_hex(32))
    return path.read_text("ascii").strip()


def _one_of(values: Mapping[str, str], name: str, allowed: tuple[str, ...]) -> str:
    """Parse one setting as a word of a list, in capitals."""
    word = values[name].upper()
    if word not in allowed:
        raise SettingInvalid(name, f"{values[name]!r} is none of {', '.join(allowed)}")
    return word


def _whole_number(values: Mapping[str, str], name: str, low: int, high: int) -> int:
    """Parse one setting as an integer within bounds."""
    try:
        number = int(values[name])
    except ValueError as err:
        raise SettingInvalid(name, f"{values[name]!r} is not a whole number") from err
    if not low <= number <= high:
        raise SettingInvalid(name, f"{number} is not between {low} and {high}")
    return number
