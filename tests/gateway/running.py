"""A real gateway on a port over a real SQLite file, and a scripted worker beside it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import httpx

from assistant.clock import Clock, utc_now
from assistant.gateway.app import create_app
from assistant.gateway.server import GatewayServer, gateway_server
from assistant.messages.ids import new_id
from assistant.messages.knowledge_pages import EntryHit, EntryPage, EntrySummary, TopicPage
from assistant.messages.message import InboxMessage
from assistant.messages.reply import Button, Reply, Section, Source
from assistant.safety.card import DangerWatch
from assistant.safety.emergencies import EMERGENCIES, read_emergencies
from assistant.safety.scope import OUT_OF_SCOPE, read_unkept
from assistant.settings import Settings, load_settings
from assistant.storage.messages import SqlMessageStore, open_message_store

ROOT = Path(__file__).resolve().parents[2]
EDITION = "2026-01-01-test"
LOST_CARD = "social-insurance/lost-card"
SOURCE = Source(
    title="云州市社会保障卡管理办法",
    document_no="云人社规〔2024〕3号（示例）",
    clause="第十二条",
    valid_from="2024-05-01",
    published_on="2024-04-02",
    url="https://www.yunzhou.gov.cn/x",
)


class ScriptedPages:
    """Public knowledge of two entries; the second has hostile text."""

    entries = (
        EntryPage(
            id=LOST_CARD,
            title="社保卡丢了怎么补办？",
            answer="先挂失，再补办：\n1. 拨打12333挂失\n2. 带**身份证**到网点补卡",
            sections=(Section("材料", "- 居民身份证原件1份"), Section("收费", "不收费。")),
            sources=(SOURCE,),
            department="云州市人力资源和社会保障局",
            topic_id="social-insurance",
            topic_title="社会保险",
            valid_from="2024-05-01",
            valid_to="",
            last_checked_on="2026-01-05",
            edition=EDITION,
        ),
        EntryPage(
            id="housing/hostile",
            title="<script>alert(1)</script>公租房",
            answer="<img src=x onerror=alert(1)> {{ 7*7 }} **粗体**",
            sections=(),
            sources=(
                Source("文件", url="javascript:alert(1)"),
                Source("别处", url="https://gov.cn@evil.example/"),
            ),
            department="",
            topic_id="housing",
            topic_title="住房",
            valid_from="",
            valid_to="",
            last_checked_on="",
            edition=EDITION,
        ),
    )

    def edition(self) -> str:
        return EDITION

    def topics(self, topic_id: str = "") -> tuple[TopicPage, ...]:
        return tuple(
            TopicPage(e.topic_id, e.topic_title, (EntrySummary(e.id, e.title, e.answer[:20]),))
            for e in self.entries
            if topic_id in ("", e.topic_id)
        )

    def show(self, entry_id: str) -> EntryPage | None:
        return next((e for e in self.entries if e.id == entry_id), None)

    def search(self, query: str, limit: int = 20) -> tuple[EntryHit, ...]:
        return tuple(
            EntryHit(e.id, e.title, e.answer[:20], 1.0) for e in self.entries if query in e.title
        )[:limit]


Script = Callable[[InboxMessage], list[Reply]]


def reply(text: str, **values: Any) -> Reply:
    """Build a reply; a test states only what matters to it."""
    fields: dict[str, Any] = {"id": new_id("r"), "status": "smalltalk", "created_at": utc_now()}
    return Reply(text=text, **(fields | values))


def answer_by_keyword(message: InboxMessage) -> list[Reply]:
    """The script of most tests: an entry, a choice, danger, or an echo."""
    if "社保卡" in message.text:
        return [
            reply(
                "请先挂失，再补办：\n1. 拨打12333挂失\n2. 带**身份证**到网点补卡",
                status="answered_entry",
                kind="card",
                entry_id=LOST_CARD,
                edition=EDITION,
                sources=(SOURCE,),
                sections=(Section("材料", "- 居民身份证原件1份"),),
                department="云州市人力资源和社会保障局",
                last_checked_on="2026-01-05",
            )
        ]
    if "公积金" in message.text:
        buttons = (Button("提取", "公积金提取"), Button("贷款", "公积金贷款"))
        if message.text == "公积金":
            return [
                reply("您想问哪一种？", status="clarify_options", kind="options", buttons=buttons)
            ]
    if "着火" in message.text:
        return [
            reply(
                "请立即拨打119，先离开现场。",
                status="redirected_emergency",
                kind="danger",
                hotline_number="119",
            )
        ]
    return [reply(f"您说的是：{message.text}")]


class FakeWorker:
    """A thread that claims, answers by a script and beats; `paused` holds it back."""

    def __init__(self, store: SqlMessageStore, script: Script = answer_by_keyword) -> None:
        self.store, self.script = store, script
        self.worker_id = new_id("w")
        self.answered: list[str] = []
        self.paused = threading.Event()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def start(self) -> FakeWorker:
        self.store.beat(self.worker_id, "ready", EDITION, utc_now())
        self._thread.start()
        return self

    def stop(self) -> None:
        self._stop.set()
        self._thread.join()
        self.store.retire(self.worker_id)

    def _run(self) -> None:
        ticks = 0
        while not self._stop.wait(0.01):
            ticks += 1
            if ticks % 100 == 0:
                self.store.beat(self.worker_id, "ready", EDITION, utc_now())
            if self.paused.is_set():
                continue
            message = self.store.claim_next(self.worker_id, utc_now(), 30)
            if message is not None:
                replies = self.script(message)
                self.store.complete(message.id, self.worker_id, replies, utc_now())
                self.answered.append(message.text)


def settings_for(home: Path, **changes: Any) -> Settings:
    """Settings with everything under one folder and no limit that a test would meet."""
    settings = load_settings({"WENBAN_HOME": str(home), "WENBAN_RATE_PER_MINUTE": "10000"}, home)
    return replace(settings, **changes)


def until(holds: Callable[[], bool]) -> None:
    """Wait for something that another thread brings about; fail when it never comes."""
    pause = threading.Event()
    for _ in range(500):
        if holds():
            return
        pause.wait(0.02)
    raise AssertionError("it never held")


@dataclass
class RunningGateway:
    """A gateway that listens; `url` has no slash at its end."""

    url: str
    store: SqlMessageStore
    settings: Settings
    server: GatewayServer

    def client(self, **values: Any) -> httpx.Client:
        return httpx.Client(base_url=self.url, timeout=20, trust_env=False, **values)

    def citizen(self) -> httpx.Client:
        """A client that has a session."""
        client = self.client()
        assert client.post("/api/chat/session").status_code == 201
        return client


@contextmanager
def running_gateway(
    home: Path, clock: Clock = utc_now, pages: Any = None, port: int = 0, **changes: Any
) -> Iterator[RunningGateway]:
    """Serve a gateway until the block ends."""
    settings = settings_for(home, **changes)
    store = open_message_store(settings.database_url, utc_now())
    danger = DangerWatch(read_emergencies(ROOT / "knowledge" / EMERGENCIES))
    unkept = read_unkept(ROOT / "knowledge" / OUT_OF_SCOPE)
    app = create_app(settings, store, pages or ScriptedPages(), danger, clock, unkept)
    server = gateway_server(app, "127.0.0.1", port)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    waiting = threading.Event()
    while not server.started:
        assert thread.is_alive(), "the gateway did not start"
        waiting.wait(0.01)
    found = server.servers[0].sockets[0].getsockname()[1]
    try:
        yield RunningGateway(f"http://127.0.0.1:{found}", store, settings, server)
    finally:
        server.should_exit = True
        thread.join(15)
        store.close()
        assert not thread.is_alive(), "the gateway did not stop"
