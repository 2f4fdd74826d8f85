"""The citizen's page in a real browser, over the real gateway and store."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from assistant.clock import utc_now
from tests.browser.conftest import Visitor
from tests.gateway.running import LOST_CARD, FakeWorker, RunningGateway, running_gateway

pytestmark = pytest.mark.browser


def ask(page: Page, text: str) -> None:
    page.get_by_label("您的问题").fill(text)
    page.keyboard.press("Enter")


def replies(page: Page) -> list[str]:
    return page.locator(".service .words").all_inner_texts()


def test_a_citizen_asks_and_sees_answer_and_source(visitor: Visitor, worker: FakeWorker) -> None:
    """The answer is shown as lists and bold, its source unfolds, and leads to the entry."""
    page = visitor.open()
    ask(page, "社保卡丢了怎么补办")
    reply = page.locator(".service")
    expect(reply.locator("ol li")).to_have_count(2)
    expect(reply.locator("strong")).to_have_text("身份证")
    reply.get_by_text("依据和出处").click()
    for words in (
        "云人社规〔2024〕3号（示例）",
        "第十二条",
        "2024-05-01",
        "2024-04-02",
        "2026-01-05",
    ):
        expect(reply.get_by_text(words)).to_be_visible()
    reply.get_by_role("link", name="查看完整内容").click()
    expect(page).to_have_url(f"{visitor.url}/kb/{LOST_CARD}")
    expect(page.get_by_role("heading", name="社保卡丢了怎么补办？")).to_be_visible()
    assert visitor.trouble == []


def test_an_example_and_a_choice_are_sent_by_pressing(visitor: Visitor, worker: FakeWorker) -> None:
    """A chip sends its words; a choice under a reply sends its payload."""
    page = visitor.open()
    page.get_by_role("button", name="社保卡丢了怎么补办？").click()
    expect(page.locator(".source")).to_be_visible()
    ask(page, "公积金")
    page.get_by_role("button", name="提取").click()
    expect(page.get_by_text("您说的是：公积金提取")).to_be_visible()
    assert worker.answered[-1] == "公积金提取"


@pytest.mark.parametrize(("name", "sent"), [("转人工", "转人工"), ("提交诉求", "我要提交诉求")])
def test_a_person_and_a_request_are_always_in_reach(
    visitor: Visitor, worker: FakeWorker, name: str, sent: str
) -> None:
    """Both buttons stand above the composer and send their words."""
    page = visitor.open()
    button = page.get_by_role("button", name=name, exact=True)
    expect(button).to_be_in_viewport()
    button.click()
    expect(page.get_by_text(f"您说的是：{sent}")).to_be_visible()


def test_danger_shows_the_number_to_call(visitor: Visitor, worker: FakeWorker) -> None:
    """One press dials."""
    page = visitor.open()
    ask(page, "家里着火了")
    call = page.locator(".danger").get_by_role("link", name="拨打119")
    expect(call).to_have_attribute("href", "tel:119")


def test_the_page_is_honest_about_emergencies_and_machines(visitor: Visitor) -> None:
    """The four numbers can be dialled at the top of every visit."""
    page = visitor.open()
    notice = page.get_by_role("region", name="紧急情况提示")
    expect(notice).to_contain_text("机器人")
    for number in ("110", "119", "120", "122"):
        expect(notice.locator(f"a[href='tel:{number}']")).to_be_visible()


def test_a_judgement_is_stored_and_remembered(
    visitor: Visitor, worker: FakeWorker, gateway: RunningGateway
) -> None:
    """没用 asks what was wrong, the words are optional, and a reload still shows it."""
    page = visitor.open()
    ask(page, "你好")
    page.get_by_role("button", name="没用").click()
    page.get_by_label("哪里不对？（可以不填）").fill("不是我问的")
    page.get_by_role("button", name="提交", exact=True).click()
    expect(page.get_by_text("谢谢，我们会改进。")).to_be_visible()
    with gateway.store.database.reading() as connection:
        row = connection.exec_driver_sql("SELECT useful, comment FROM feedback").one()
    assert tuple(row) == (0, "不是我问的")
    page.reload()
    expect(page.get_by_role("button", name="没用")).to_have_attribute("aria-pressed", "true")
    assert visitor.trouble == []


def test_who_asks_before_the_session_is_open_is_not_refused_first(
    visitor: Visitor, worker: FakeWorker
) -> None:
    """A quick finger on a slow network: one question, one answer, and no 401 in between."""
    page = visitor.open("/kb")
    held: list[Route] = []
    page.route("**/api/chat/session", lambda route: held.append(route))
    page.goto(f"{visitor.url}/")
    ask(page, "你好")
    page.wait_for_timeout(300)
    held[0].continue_()
    expect(page.get_by_text("您说的是：你好")).to_be_visible()
    assert visitor.trouble == []


def test_a_reload_shows_the_conversation_once(visitor: Visitor, worker: FakeWorker) -> None:
    """Nothing is lost and nothing is doubled by history and stream together."""
    page = visitor.open()
    for text in ("甲", "乙"):
        ask(page, text)
        expect(page.get_by_text(f"您说的是：{text}")).to_be_visible()
    page.reload()
    expect(page.locator(".citizen")).to_have_count(2)
    assert replies(page) == ["您说的是：甲", "您说的是：乙"]


def test_a_new_conversation_leaves_the_old_one_behind(visitor: Visitor, worker: FakeWorker) -> None:
    """On a shared machine the next person sees nothing."""
    page = visitor.open()
    ask(page, "秘密")
    expect(page.get_by_text("您说的是：秘密")).to_be_visible()
    page.on("dialog", lambda dialog: dialog.accept())
    page.get_by_role("button", name="新对话").click()
    expect(page.locator(".message")).to_have_count(0)
    page.reload()
    expect(page.get_by_role("heading", name="您好，我是问办")).to_be_visible()
    expect(page.locator(".message")).to_have_count(0)


def test_a_lost_answer_is_retried_without_asking_twice(
    visitor: Visitor, worker: FakeWorker
) -> None:
    """The message arrived, its answer did not: the retry has the same id and counts once."""
    page = visitor.open()
    expect(page.get_by_label("您的问题")).to_be_visible()
    failed: list[str] = []

    def lose_the_answer(route: Route) -> None:
        if failed:
            route.continue_()
            return
        failed.append(route.request.post_data or "")
        route.fetch()
        route.abort()

    page.route("**/api/chat/messages", lose_the_answer)
    ask(page, "你好")
    expect(page.get_by_text("网络不通，正在重试…")).to_be_visible()
    expect(page.get_by_text("网络不通，正在重试…")).to_have_count(0)
    expect(page.get_by_text("您说的是：你好")).to_have_count(1)
    expect(page.locator(".citizen")).to_have_count(1)
    assert worker.answered == ["你好"]


def test_a_refusal_is_told_and_can_be_retried(visitor: Visitor, worker: FakeWorker) -> None:
    """When nothing was accepted the page says so and offers to try again."""
    page = visitor.open()
    refusal = (
        '{"error":{"code":"storage_unavailable","message":"暂时无法受理，请拨打12345","fields":{}}}'
    )
    page.route(
        "**/api/chat/messages",
        lambda route: route.fulfill(status=503, content_type="application/json", body=refusal),
    )
    ask(page, "你好")
    expect(page.get_by_text("暂时无法受理，请拨打12345")).to_be_visible()
    page.unroute("**/api/chat/messages")
    page.get_by_role("button", name="重试").click()
    expect(page.get_by_text("您说的是：你好")).to_be_visible()
    expect(page.get_by_text("暂时无法受理")).to_have_count(0)


def test_the_stream_comes_back_and_brings_the_late_answer(browser: Browser, tmp_path: Path) -> None:
    """Waiting is shown; a gateway that restarts is told, and the answer still comes, once."""
    with running_gateway(tmp_path) as first:
        first.store.beat("w-slow", "ready", "", utc_now())
        visitor, port = Visitor(browser, first.url), int(first.url.rpartition(":")[2])
        page = visitor.open()
        ask(page, "你好")
        expect(page.get_by_text("正在查找…")).to_be_visible()
        expect(page.get_by_text("还在处理，请稍候…")).to_be_visible()
        expect(page.get_by_text("这个问题还在处理")).to_be_visible()
    expect(page.get_by_text("连接断开，正在重新连接…")).to_be_visible()
    with running_gateway(tmp_path, port=port) as second:
        worker = FakeWorker(second.store).start()
        expect(page.get_by_text("您说的是：你好")).to_have_count(1)
        expect(page.get_by_text("还在处理，请稍候…")).to_have_count(0)
        expect(page.get_by_text("这个问题还在处理")).to_have_count(0)
        expect(page.get_by_text("连接断开")).to_have_count(0)
        visitor.close()
        worker.stop()


def test_without_a_worker_the_page_tells_the_truth(visitor: Visitor) -> None:
    """The message is kept, the assistant is not there, 12345 is."""
    page = visitor.open()
    ask(page, "你好")
    notice = page.locator(".system")
    expect(notice).to_contain_text("您的消息已经保存")
    expect(notice.get_by_role("link", name="拨打12345")).to_be_visible()


def test_everything_works_by_keyboard(visitor: Visitor, worker: FakeWorker) -> None:
    """Skip link first; ask, unfold and judge without a pointer; the focus can be seen."""
    page = visitor.open()
    expect(page.get_by_label("您的问题")).to_be_visible()
    page.keyboard.press("Tab")
    expect(page.get_by_text("跳到主要内容")).to_be_focused()
    page.get_by_label("您的问题").focus()
    page.keyboard.type("社保卡")
    page.keyboard.press("Shift+Enter")
    page.keyboard.type("丢了")
    page.keyboard.press("Enter")
    expect(page.locator(".source")).to_be_visible()
    assert worker.answered == ["社保卡\n丢了"]
    expect(page.get_by_label("您的问题")).to_be_focused()
    page.locator(".source summary").focus()
    assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"
    page.keyboard.press("Enter")
    expect(page.get_by_text("第十二条")).to_be_visible()
    page.get_by_role("button", name="有用").focus()
    page.keyboard.press("Space")
    expect(page.get_by_text("谢谢您的评价。")).to_be_visible()


def test_enter_inside_a_composition_does_not_send(visitor: Visitor, worker: FakeWorker) -> None:
    """Choosing a Chinese word with Enter is not sending."""
    page = visitor.open()
    area = page.get_by_label("您的问题")
    area.fill("shebao")
    area.dispatch_event("compositionstart")
    area.press("Enter")
    expect(page.locator(".citizen")).to_have_count(0)
    area.dispatch_event("compositionend")
    area.press("Enter")
    expect(page.locator(".citizen")).to_have_count(1)


def test_the_send_button_waits_for_words_and_the_counter_for_many(visitor: Visitor) -> None:
    """Sending is possible unless there is nothing to send; the counter shows near the limit."""
    page = visitor.open()
    send, area = page.get_by_role("button", name="发送"), page.get_by_label("您的问题")
    expect(send).to_be_disabled()
    area.fill("  ")
    expect(send).to_be_disabled()
    area.fill("问" * 100)
    expect(send).to_be_enabled()
    expect(page.locator("#count")).to_be_empty()
    area.fill("问" * 1900)
    expect(page.locator("#count")).to_have_text("1900/2000字")


def test_what_anybody_wrote_stays_text(visitor: Visitor, worker: FakeWorker) -> None:
    """Tags in a question and in its answer are shown, never run."""
    page = visitor.open()
    hostile = "<img src=x onerror=alert(1)><script>alert(2)</script>"
    ask(page, hostile)
    expect(page.locator(".service .words")).to_have_text(f"您说的是：{hostile}")
    expect(page.locator(".citizen .words")).to_have_text(hostile)
    expect(page.locator(".log img, .log script")).to_have_count(0)
    assert visitor.trouble == []


def test_without_script_the_page_leads_on(visitor: Visitor) -> None:
    """Where scripts are off, 12345 and the knowledge base are named and nothing dead is shown."""
    page = visitor.open(java_script_enabled=False)
    expect(page.locator("noscript a[href='tel:12345']")).to_be_visible()
    expect(page.locator("noscript a[href='/kb']")).to_be_visible()
    expect(page.locator(".dock")).to_be_hidden()
