"""What every route promises: one error shape, safe headers, a description, few imports."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
from starlette.routing import Route

from assistant.errors import EditionNotFound
from assistant.gateway.app import ROUTES
from assistant.gateway.edge import SECURITY_HEADERS
from assistant.gateway.openapi_document import OPERATIONS, openapi_document
from assistant.gateway.openapi_schemas import schemas
from tests.gateway.running import (
    EDITION,
    LOST_CARD,
    FakeWorker,
    RunningGateway,
    ScriptedPages,
    running_gateway,
    until,
)

# Pages for people and the document itself are not described in it.
UNDESCRIBED = {"/", "/kb", "/kb/{id:path}", "/openapi.json"}


def test_the_document_describes_exactly_the_routes() -> None:
    """No route without a description, no description without a route, names alike."""
    routes = {
        (method.lower(), route.path, route.name)
        for route in ROUTES
        for method in (route.methods or set()) - {"HEAD"}
        if route.path not in UNDESCRIBED
    }
    assert routes == {(o.method, o.path, o.name) for o in OPERATIONS}


def test_every_reference_in_the_document_leads_somewhere() -> None:
    """A program that reads the document finds every schema it names."""
    named = set(re.findall(r"#/components/schemas/(\w+)", str(openapi_document())))
    assert named == set(schemas())


def test_the_document_is_served(gateway: RunningGateway) -> None:
    """It is OpenAPI 3.1 and says which product and release it describes."""
    body = gateway.client().get("/openapi.json").json()
    assert body["openapi"].startswith("3.1")
    assert body["info"]["version"]


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/nothing", 404),
        ("GET", "/api/nothing", 404),
        ("GET", "/healthz/", 404),
        ("GET", "/kb/no/such-entry", 404),
        ("GET", "/kb?topic=nothing", 404),
        ("GET", "/static/nothing.js", 404),
        ("GET", "/static/../app.py", 404),
        ("GET", "/static/%2e%2e/app.py", 404),
        ("GET", "/api/kb/search", 400),
        ("GET", "/api/kb/search?q=" + "x" * 300, 413),
        ("POST", "/healthz", 405),
        *((m, r.path, 405) for r in ROUTES for m in ["DELETE", "PUT"] if "{" not in r.path),
    ],
)
def test_every_refusal_has_one_shape_and_safe_headers(
    gateway: RunningGateway, method: str, path: str, status: int
) -> None:
    """Programs can read every error; browsers are protected on errors too."""
    response = gateway.client().request(method, path)
    assert response.status_code == status
    error = response.json()["error"]
    assert set(error) == {"code", "message", "fields"}
    for name, value in SECURITY_HEADERS.items():
        assert response.headers[name] == value


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/?elder=1",
        "/kb",
        f"/kb/{LOST_CARD}",
        "/healthz",
        "/static/js/main.js",
        "/openapi.json",
    ],
)
def test_every_answer_has_safe_headers(gateway: RunningGateway, path: str) -> None:
    """No route forgets the policy that keeps foreign scripts out."""
    response = gateway.client().get(path)
    assert response.status_code == 200
    for name, value in SECURITY_HEADERS.items():
        assert response.headers[name] == value


@pytest.mark.parametrize(
    "path", ["/", "/kb", f"/kb/{LOST_CARD}", "/kb/housing/hostile", "/nothing"]
)
def test_no_page_has_script_or_style_inside_or_from_elsewhere(
    gateway: RunningGateway, path: str
) -> None:
    """Pages obey their own policy: nothing inline, nothing foreign."""
    text = gateway.client().get(path, headers={"accept": "text/html"}).text
    assert re.findall(r"<script(?![^>]*\ssrc=\"/static/)", text) == []
    assert re.findall(r"<style|\sstyle=|\son\w+=\"", text) == []
    assert re.findall(r"(?:src|<link[^>]*href)=\"(?!/)", text) == []


class BrokenPages(ScriptedPages):
    """Pages whose every method fails in the way it is told."""

    def __init__(self, err: Exception) -> None:
        self._err = err

    def edition(self) -> str:
        raise self._err

    def show(self, entry_id: str) -> None:
        raise self._err


def test_a_crash_is_a_true_sentence_and_tells_no_detail(tmp_path: Path) -> None:
    """A defect gives 500 in the one shape with safe headers; the text of the error stays inside."""
    with running_gateway(
        tmp_path, pages=BrokenPages(RuntimeError("secret 13800138000"))
    ) as gateway:
        response = gateway.client().get("/kb/a")
    assert response.status_code == 500
    assert response.json()["error"]["code"] == "internal_error"
    assert "secret" not in response.text
    assert "Content-Security-Policy" in response.headers


def test_without_an_edition_the_gateway_lives(tmp_path: Path) -> None:
    """Health is fine, the pages say that the knowledge cannot be seen now."""
    missing = EditionNotFound("CURRENT", tmp_path)
    with running_gateway(tmp_path, pages=BrokenPages(missing)) as gateway:
        assert gateway.client().get("/healthz").json()["edition"] == ""
        assert gateway.client().get("/kb/a").status_code == 503


def test_health_tells_worker_edition_and_version(gateway: RunningGateway) -> None:
    """down, then starting, then ready, as the heartbeats say."""
    client = gateway.client()
    body = client.get("/healthz").json()
    assert (body["status"], body["worker"], body["edition"]) == ("ok", "down", EDITION)
    assert body["version"]
    worker = FakeWorker(gateway.store).start()
    until(lambda: client.get("/healthz").json()["worker"] == "ready")
    worker.stop()


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 200),
        ({"X-Forwarded-For": "203.0.113.9"}, 403),
        ({"X-Real-IP": "203.0.113.9"}, 403),
        ({"Forwarded": "for=203.0.113.9"}, 403),
        ({"X-Forwarded-For": "203.0.113.9", "Authorization": "Bearer wrong"}, 403),
        ({"X-Forwarded-For": "203.0.113.9", "Authorization": "Bearer token-of-metrics"}, 200),
    ],
)
def test_metrics_are_for_this_machine_or_the_token(
    tmp_path: Path, headers: dict[str, str], status: int
) -> None:
    """A proxy in front does not make the world local."""
    with running_gateway(tmp_path, metrics_token="token-of-metrics") as gateway:
        response = gateway.client().get("/metrics", headers=headers)
    assert response.status_code == status
    assert ("wenban_http_requests_total" in response.text) is (status == 200)


def test_hostile_text_of_an_entry_stays_text(gateway: RunningGateway) -> None:
    """Tags, templates and foreign links in an entry are shown, not obeyed."""
    text = gateway.client().get("/kb/housing/hostile").text
    assert "<script>alert" not in text
    assert "<img" not in text
    assert "49" not in text
    assert "javascript:" not in text
    assert "evil.example" not in text
    assert "<strong>粗体</strong>" in text


def test_an_entry_page_shows_everything_public(gateway: RunningGateway) -> None:
    """Answer, sections, document, clause, days, department and edition are on the page."""
    text = gateway.client().get(f"/kb/{LOST_CARD}").text
    for words in (
        "社保卡丢了怎么补办？", "<strong>身份证</strong>", "材料", "居民身份证原件1份", "不收费。",
        "云人社规〔2024〕3号（示例）", "第十二条", "2024-05-01", "2024-04-02", "2026-01-05",
        "云州市人力资源和社会保障局", EDITION,
    ):  # fmt: skip
        assert words in text


def test_search_finds_for_people_and_for_programs(gateway: RunningGateway) -> None:
    """The same hits as a page and as JSON; a search without a hit says what to do."""
    client = gateway.client()
    assert [hit["entry_id"] for hit in client.get("/api/kb/search?q=社保卡").json()["hits"]] == [
        LOST_CARD
    ]
    assert f"/kb/{LOST_CARD}" in client.get("/kb?q=社保卡").text
    assert "没有找到相关内容" in client.get("/kb?q=火星").text


def test_elder_mode_is_there_from_the_first_byte(gateway: RunningGateway) -> None:
    """Large print needs no script."""
    assert 'class="elder"' in gateway.client().get("/?elder=1").text
    assert 'class="elder"' not in gateway.client().get("/").text


def test_a_browser_that_opens_a_wrong_address_sees_a_page(gateway: RunningGateway) -> None:
    """People get words and a way on; programs get JSON."""
    response = gateway.client().get("/nothing", headers={"accept": "text/html"})
    assert response.status_code == 404
    assert "没有找到这个页面或地址" in response.text


def test_the_gateway_imports_nothing_heavy() -> None:
    """It starts in a moment and meets the internet with few packages."""
    code = "import sys, assistant.gateway.server; print(' '.join(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = {name.split(".")[0] for name in done.stdout.split()}
    heavy = {"tensorflow", "torch", "rasa", "rasa_sdk", "faiss", "onnxruntime", "onnx", "numpy",
             "transformers", "sanic", "aiohttp", "jieba"}  # fmt: skip
    assert loaded & heavy == set()


def test_no_route_is_hidden_from_the_table() -> None:
    """`ROUTES` holds plain routes only, so the comparison above sees them all."""
    assert {type(route) for route in ROUTES} == {Route}
