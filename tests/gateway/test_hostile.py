"""A gateway under attack: it lives, it promises nothing new, and others are served meanwhile."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from urllib.parse import quote

import pytest
import schemathesis
from hypothesis import given
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.generation import hypothesis as schemathesis_changes
from schemathesis.specs.openapi.checks import positive_data_acceptance

from assistant.gateway.cookies import COOKIE
from assistant.gateway.openapi_document import OPERATIONS, Operation
from tests.gateway.honest import Told, honest_citizen
from tests.gateway.raw_http import (
    Header,
    ask,
    assert_error_shape,
    assert_promised,
    new_session,
    request_bytes,
    statuses_after,
)
from tests.gateway.running import FakeWorker, RunningGateway, running_gateway, until
from tests.hostile import JSON_VALUES, PATIENCE, TEXTS, tried

pytestmark = PATIENCE
# Schemathesis would else take the values out of every report of hypothesis in this process,
# those of other modules too; for the same reason pyproject.toml leaves its plugin out.
schemathesis_changes.setup._is_patched = True


@pytest.fixture(scope="module")
def attacked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningGateway]:
    """One gateway and one worker for all attacks."""
    home = tmp_path_factory.mktemp("attacked")
    with running_gateway(home, rate_per_minute=100_000) as running:
        worker = FakeWorker(running.store).start()
        yield running
        worker.stop()


@pytest.fixture(scope="module")
def honest(attacked: RunningGateway, request: pytest.FixtureRequest) -> Iterator[Told]:
    """The one who only wants to know something; how long it took is told at the end."""
    with honest_citizen(attacked.url) as told:
        yield told
    plugins = request.config.pluginmanager
    reporter, capture = plugins.get_plugin("terminalreporter"), plugins.get_plugin("capturemanager")
    if reporter is not None and capture is not None:
        with capture.global_and_fixture_disabled():
            reporter.write_line(f"\nhonest citizen under attack: {told}")


@pytest.fixture(autouse=True)
def others_are_served(request: pytest.FixtureRequest) -> Iterator[None]:
    """After every attack the server lives, and who asked beside it was answered."""
    if "attacked" not in request.fixturenames:
        yield
        return
    gateway: RunningGateway = request.getfixturevalue("attacked")
    told: Told = request.getfixturevalue("honest")
    before = len(told.seconds)
    yield
    until(lambda: len(told.seconds) > before or bool(told.wrong))
    assert [] == told.wrong
    assert gateway.client().get("/healthz").json()["status"] == "ok"


@pytest.fixture(scope="module")
def session(attacked: RunningGateway) -> str:
    """The cookie of an attacker with a conversation, as a browser sends it."""
    return new_session(attacked.url)


# ---- The document, tried by a program that knows it


REFUSALS = ["400", "401", "403", "404", "405", "409", "413", "415", "429", "503"]


@pytest.fixture(scope="module")
def described(attacked: RunningGateway) -> schemathesis.BaseSchema:
    """The document as it is served."""
    schema = schemathesis.openapi.from_url(f"{attacked.url}/openapi.json")
    schema.config.checks.negative_data_rejection.expected_statuses = REFUSALS
    return schema


def one_shape(
    _ctx: schemathesis.CheckContext, response: schemathesis.Response, case: schemathesis.Case
) -> None:
    """Refuse an error of another shape, 503 included."""
    if response.status_code >= 400 and case.method != "HEAD":
        assert_error_shape(response.content)


LEFT_OUT = [
    # A schema cannot say that a text of blanks or NUL is refused.
    positive_data_acceptance,
    # 503 is promised and its shape is checked by `one_shape`.
    not_a_server_error,
]
# A stream never ends; its parameters are tried below.
DESCRIBED = [o for o in OPERATIONS if o.media_type != "text/event-stream"]


@pytest.mark.parametrize("mode", list(GenerationMode), ids=lambda mode: mode.value)
@pytest.mark.parametrize("tried_one", DESCRIBED, ids=lambda operation: operation.name)
def test_every_operation_answers_as_the_document_says(
    described: schemathesis.BaseSchema, session: str, tried_one: Operation, mode: GenerationMode
) -> None:
    """Statuses, types and bodies are those of the document, whether what is sent fits it or not."""
    operation = described.find_operation_by_id(tried_one.name)

    def check(case: schemathesis.Case, has_session: bool) -> None:
        if has_session and COOKIE in (case.cookies or {}):
            case.cookies[COOKIE] = session.partition("=")[2]
        case.call_and_validate(additional_checks=[one_shape], excluded_checks=LEFT_OUT)

    for case in described.iter_coverage_cases(
        operation,
        generation_modes=[mode],
        generation_config=described.config.generation_for(operation=operation),
    ):
        check(case, True)
    takes_something = tried_one.body or tried_one.parameters or tried_one.needs_session
    if takes_something or mode is GenerationMode.POSITIVE:
        cases = operation.as_strategy(generation_mode=mode)
        tried(25)(given(case=cases, has_session=st.booleans())(check))()


VALUES = st.text(st.characters(min_codepoint=0x20, max_codepoint=0xFF), max_size=30)
NUMBERS = st.integers(-(10**25), 10**25).map(str) | st.sampled_from(["²", "٣", "1e3", "-1", "+1"])


@tried(60)
@given(last=VALUES | NUMBERS, after=TEXTS | NUMBERS, is_known=st.booleans())
def test_a_stream_opens_whatever_the_last_event_was(
    attacked: RunningGateway, last: str, after: str, is_known: bool
) -> None:
    """Nonsense counts as nothing seen; who has no session is refused in the one shape."""
    headers = [(b"Last-Event-ID", last.encode("latin-1", "ignore"))]
    if is_known:  # a new one each time, for one conversation may open only a few streams
        headers.append((b"Cookie", new_session(attacked.url).encode()))
    query = quote(after.encode("utf-8", "surrogatepass"))
    request = request_bytes(b"GET", f"/api/chat/events?after={query}".encode(), headers)
    answer = ask(attacked.url, b"GET", request)
    assert (200 if is_known else 401) == answer.status
    if is_known:
        assert answer.body.startswith(b"retry: 2000\n")
    else:
        assert_error_shape(answer.body)


# ---- Bodies

DEEP = st.builds(
    lambda opening, depth, closing: (opening * depth + closing * depth).encode(),
    st.sampled_from(["[", '{"a":', '[{"text":']),
    st.sampled_from([10, 900, 1100, 9000]),
    st.sampled_from(["", "]", "}", "1"]),
)
NEAR_BODIES = st.dictionaries(
    st.sampled_from(["client_message_id", "text", "reply_id", "useful", "comment", "x"]),
    JSON_VALUES | st.sampled_from(["m-1", "r-1", "社保卡丢了", True, "字" * 2001, "字" * 2000]),
).map(lambda body: json.dumps(body).encode())
MESSAGES = st.builds(
    lambda key, text: json.dumps({"client_message_id": key, "text": text}).encode(),
    st.from_regex(r"\A[A-Za-z0-9_-]{1,64}\Z"),
    TEXTS,
)
BODIES = st.one_of(
    st.binary(max_size=200),
    DEEP,
    NEAR_BODIES,
    MESSAGES,
    JSON_VALUES.map(lambda value: json.dumps(value).encode()),
    st.sampled_from([
        b"", b"null", b"NaN", b"1" * 5000, b"1e999999", b'"\\ud800"', b"\xef\xbb\xbf{}",
        b'{"text":"a","text":1}', "{}".encode("utf-16"), b"a" * 70_000, b" " * 65_536,
        b'{"client_message_id":"m","text":"\\u0000"}', b'{"client_message_id":"m","text":"\xff"}',
        b'{"client_message_id":"m","text":"' + b"\\ud83d" * 9000 + b'"}',
    ]),
)  # fmt: skip
CONTENT_TYPES = st.sampled_from(
    [b"application/json"] * 6
    + [b"application/json; charset=gbk", b"APPLICATION/JSON ;x", b"text/plain", b"", b";", b"\xff"]
    + [b"multipart/form-data; boundary=x", b"application/x-www-form-urlencoded", b"application/xml"]
)
POSTED = {o.path.encode(): {*o.answers, *o.refusals} for o in OPERATIONS if o.method == "post"}


@tried(250)
@given(
    path=st.sampled_from(sorted(POSTED)),
    body=BODIES,
    content_type=CONTENT_TYPES,
    is_known=st.sampled_from([True, True, True, False]),
)
def test_a_hostile_body_is_answered_as_promised(
    attacked: RunningGateway,
    session: str,
    path: bytes,
    body: bytes,
    content_type: bytes,
    is_known: bool,
) -> None:
    """Whatever is posted, the status is one of those that the document names."""
    headers = [(b"Content-Type", content_type)]
    if is_known:
        headers.append((b"Cookie", session.encode()))
    answer = ask(attacked.url, b"POST", request_bytes(b"POST", path, headers, body))
    assert_promised(b"POST", answer)
    assert answer.status in POSTED[path], answer


# ---- Everything around the body

METHODS = st.sampled_from([b"GET"] * 6 + [
    b"HEAD", b"POST", b"PUT", b"DELETE", b"PATCH", b"OPTIONS", b"TRACE", b"PROPFIND", b"get", b"X",
])  # fmt: skip
STEPS = st.sampled_from([
    b"", b".", b"..", b"%2e%2e", b"..%2f..", b"%5c..", b"%00", b"%ff", b"%ed%a0%80", b"%", b"%zz",
    b"%0d%0aX:%20y", b"kb", b"api", b"chat", b"events", b"history", b"static", b"js", b"main.js",
    b"app.py", b"healthz", b"metrics", b"openapi.json", b"social-insurance", b"lost-card",
    b"~", b";a=b", b"a" * 3000, b"%E7%A4%BE" * 90, "社".encode(), b"{id}", b"@evil.example",
])  # fmt: skip
PATHS = st.one_of(
    st.sampled_from([o.path.encode() for o in OPERATIONS] + [b"/", b"/kb", b"*", b"//x", b"x"]),
    st.lists(STEPS, max_size=6).map(lambda steps: b"/" + b"/".join(steps)),
    st.builds(b"http://[%b/%b".__mod__, st.tuples(STEPS, STEPS)),
)
QUERIES = st.just(b"") | st.lists(
    st.sampled_from([
        b"q=", b"q=%E7%A4%BE", b"q=%00", b"q=%ff", b"q=%ed%a0%80", b"q", b"=", b"&&", b"topic=",
        b"topic=%00", b"elder=1", b"elder=%22%3E", b"after=1", b"a=b" * 999, b"q=a&q=b", b"%", b"?",
        b"q=" + b"%cc%81" * 300, b"q=" + b"%EF%B7%BA" * 180, b"#x",
    ]),
    max_size=3,
).map(lambda parts: b"?" + b"&".join(parts))  # fmt: skip
# `Range` and `Upgrade` have rows of their own below.
NAMES = st.sampled_from([
    b"Cookie", b"Cookie", b"Accept", b"Accept", b"Host", b"Content-Type", b"Origin", b"Referer",
    b"Authorization", b"X-Forwarded-For", b"Forwarded", b"X-Real-IP", b"X-Forwarded-Proto",
    b"Sec-Fetch-Site", b"Last-Event-ID", b"If-None-Match", b"If-Modified-Since", b"Accept-Encoding",
    b"Accept-Language", b"Connection", b"Expect", b"User-Agent", b"X-HTTP-Method-Override", b"TE",
    b"A" * 300,
])  # fmt: skip
HEADER_VALUES = st.one_of(
    st.binary(max_size=40).map(lambda raw: bytes(set(raw) - {0, 10, 13})),
    st.sampled_from([
        b"", b"*/*", b"text/html", b"[", b"[::1", b"evil.example:99999", b"a b", b"\xff\xfe", b"=;",
        b"Bearer \xff", b"cross-site", b"127.0.0.1", b"close", b"100-continue", b'"', b"x" * 20_000,
        b"Mon, 99 Foo 99999999999999999999 99:99:99 GMT", b"gzip;q=\xb2", b"wenban_session=",
        b"wenban_session=WyJjIiwxXQ.AA", b"wenban_session=\xe7\xa4\xbe; wenban_session",
    ]),
)  # fmt: skip
HEADERS = st.lists(st.tuples(NAMES, HEADER_VALUES), max_size=6)


@tried(250)
@given(method=METHODS, path=PATHS, query=QUERIES, headers=HEADERS, is_known=st.booleans())
def test_a_hostile_request_is_answered_as_promised(
    attacked: RunningGateway,
    session: str,
    method: bytes,
    path: bytes,
    query: bytes,
    headers: list[Header],
    is_known: bool,
) -> None:
    """Any method, path, query and headers, doubled ones too: no crash, one shape of errors."""
    known = [(b"Cookie", session.encode())] if is_known else []
    request = request_bytes(method, path + query, [*headers, *known], b"")
    assert_promised(method, ask(attacked.url, method, request))


WEBSOCKET = [
    (b"Upgrade", b"websocket"),
    (b"Connection", b"Upgrade"),
    (b"Sec-WebSocket-Version", b"13"),
    (b"Sec-WebSocket-Key", b"dGhlIHNhbXBsZSBub25jZQ=="),
]


@pytest.mark.parametrize(
    ("target", "headers"),
    [
        pytest.param(b"/static/js/main.js", [(b"Range", b"x=1")], id="range of nothing"),
        pytest.param(b"/static/js/main.js", [(b"Range", b"bytes=9999999-")], id="range behind"),
        pytest.param(b"/api/chat/events", WEBSOCKET, id="web socket"),
        pytest.param(b"/", WEBSOCKET[:2], id="half a web socket"),
    ],
)
def test_what_the_framework_refuses_has_the_one_shape_too(
    attacked: RunningGateway, target: bytes, headers: list[Header]
) -> None:
    """Programs can read these errors as well, and browsers are protected on them."""
    assert_promised(b"GET", ask(attacked.url, b"GET", request_bytes(b"GET", target, headers)))


# ---- No requests at all

WHOLE = request_bytes(
    b"POST",
    b"/api/chat/messages",
    [(b"Content-Type", b"application/json")],
    b'{"client_message_id":"m-1","text":"\xe7\x9d\x80\xe7\x81\xab"}',
)
PIPELINE = [
    WHOLE,
    request_bytes(b"GET", b"/healthz"),
    request_bytes(b"GET", b"/nothing"),
    request_bytes(b"HEAD", b"/kb"),
]
WRONG_LENGTHS = [
    b"-1", b"1", b"999", b"99999999999999999999", b"0x10", b"5, 5", b"5\r\nContent-Length: 6", b"",
    b"\xb2", b"5\r\nTransfer-Encoding: chunked", b"0\r\nTransfer-Encoding: gzip, chunked",
]  # fmt: skip
CHUNKED = WHOLE.partition(b"Content-Length")[0] + b"Transfer-Encoding: chunked\r\n\r\n"
GARBAGE = st.one_of(
    st.binary(max_size=300),
    st.integers(0, len(WHOLE)).map(lambda length: WHOLE[:length]),
    st.builds(
        lambda at, junk: WHOLE[:at] + junk + WHOLE[at:],
        st.integers(0, len(WHOLE)),
        st.binary(min_size=1, max_size=4),
    ),
    st.sampled_from(WRONG_LENGTHS).map(
        lambda length: WHOLE.replace(b"Length: 43", b"Length: " + length)
    ),
    st.lists(st.sampled_from(PIPELINE) | st.binary(max_size=20), max_size=12).map(b"".join),
    st.lists(
        st.sampled_from([b"5\r\nabcde\r\n", b"0\r\n\r\n", b"zz\r\n", b"f" * 17 + b"\r\n", b"5"])
    ).map(lambda chunks: CHUNKED + b"".join(chunks)),
    st.sampled_from([
        b"\x16\x03\x01\x02\x00\x01\x00", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", b"GET /\r\n\r\n",
        b"GET / HTTP/1.1\r\n", b"GET / HTTP/9.9\r\n\r\n", b"\r\n" * 500, b"GET " + b"/" * 60_000,
        b"GET / HTTP/1.1\r\nHost: x\r\n y: folded\r\n\r\n", b"CONNECT a:1 HTTP/1.1\r\n\r\n",
        request_bytes(b"GET", b"/", [(b"X", b"y")] * 2000),
    ]),
)  # fmt: skip


@tried(150)
@given(data=GARBAGE)
def test_bytes_that_are_no_request_harm_nobody(attacked: RunningGateway, data: bytes) -> None:
    """Half requests, wrong lengths, pipelines and noise never come back as a crash."""
    assert [s for s in statuses_after(attacked.url, data) if s >= 500 and s != 503] == []


def test_who_goes_away_in_the_middle_is_no_crash_of_ours(attacked: RunningGateway) -> None:
    """The count of answers 500 stays what it means: a defect."""
    client = attacked.client()
    crashes = re.compile(r'^wenban_http_requests_total\{.*status="500"\} (.*)$', re.M)
    before = crashes.findall(client.get("/metrics").text)
    for _ in range(3):
        statuses_after(attacked.url, WHOLE[:-1])
    until_idle(attacked)
    assert before == crashes.findall(client.get("/metrics").text)


def until_idle(gateway: RunningGateway) -> None:
    """Wait until an honest question sent now is answered, so that what came before is over."""
    session = new_session(gateway.url)
    headers = [(b"Content-Type", b"application/json"), (b"Cookie", session.encode())]
    body = b'{"client_message_id":"m-1","text":"x"}'
    ask(gateway.url, b"POST", request_bytes(b"POST", b"/api/chat/messages", headers, body))
