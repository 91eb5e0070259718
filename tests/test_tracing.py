"""Spans reach a collector, and only where one is named; nothing that is logged can forge a line."""

import http.server
import io
import json
import logging
import subprocess
import sys
import threading
from collections.abc import Iterator
from typing import Any, ClassVar

import httpx
import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from lenmuc import logs
from lenmuc.settings import BadSetting, Settings
from lenmuc.store.database import PooledDatabase
from lenmuc.tracing import CannotTrace, Tracing


class Collector(http.server.BaseHTTPRequestHandler):
    """Takes what OTLP over HTTP sends."""

    got: ClassVar[list[Any]] = []

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.got.append((self.path, ExportTraceServiceRequest.FromString(body)))
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Says nothing."""


@pytest.fixture
def collector() -> Iterator[tuple[str, list[Any]]]:
    server = http.server.HTTPServer(("127.0.0.1", 0), Collector)
    Collector.got = []
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}", Collector.got
    server.shutdown()
    thread.join()
    server.server_close()


async def test_a_request_and_its_statements_are_one_trace_with_the_number_of_the_request(
    collector: tuple[str, list[Any]], postgres: Any
) -> None:
    address, got = collector
    tracing = Tracing.begin(address)
    db = PooledDatabase(postgres.app_dsn, watch=tracing.statement)
    await db.open()

    async def program(scope: Any, receive: Any, send: Any) -> None:
        async with db.transaction() as conn:
            await conn.fetchval("SELECT $1::text", "somebody's secret")
        await send(
            {
                "type": "http.response.start",
                "status": 503,
                "headers": [(b"x-request-id", b"0123456789abcdef")],
            }
        )
        await send({"type": "http.response.body", "body": b""})

    transport = httpx.ASGITransport(tracing.app(program))
    async with httpx.AsyncClient(transport=transport, base_url="http://lenmuc.test") as client:
        await client.get("/vi/services?q=secret", headers={"traceparent": f"00-{'ab' * 16}-{'cd' * 8}-01"})
    await db.close()
    tracing.close()
    assert {path for path, _ in got} == {"/v1/traces"}
    groups = [group for _, message in got for group in message.resource_spans]
    about = {pair.key: pair.value.string_value for pair in groups[0].resource.attributes}
    assert about["service.name"] == "lenmuc"
    spans = {span.name: span for group in groups for scope in group.scope_spans for span in scope.spans}
    request, statement = spans["GET page"], spans["SELECT"]
    said = {pair.key: pair.value for pair in request.attributes}
    assert said["lenmuc.request_id"].string_value == "0123456789abcdef"
    assert said["http.response.status_code"].int_value == 503
    assert request.status.code == 2
    assert (statement.trace_id, statement.parent_span_id) == (request.trace_id, request.span_id)
    assert request.trace_id.hex() != "ab" * 16
    assert b"secret" not in b"".join(message.SerializeToString() for _, message in got)


def test_without_a_collector_nothing_of_it_is_imported() -> None:
    look = (
        "import sys, lenmuc.cli, lenmuc.app, lenmuc.running;"
        "print([name for name in sys.modules if name.startswith('opentelemetry')])"
    )
    done = subprocess.run([sys.executable, "-c", look], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
    assert Settings.read({}).otlp == ""


def test_a_collector_without_the_extra_is_told_to_be_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "opentelemetry.sdk.trace", None)
    with pytest.raises(CannotTrace, match=r"lenmuc\[otel\]"):
        Tracing.begin("http://127.0.0.1:4318")
    with pytest.raises(BadSetting, match="OTEL_EXPORTER_OTLP_ENDPOINT"):
        Settings.read({"OTEL_EXPORTER_OTLP_ENDPOINT": "collector:4318"})


@pytest.mark.parametrize("form", ["json", "plain"])
def test_nothing_that_is_logged_makes_a_line_of_its_own(form: str) -> None:
    to, root = io.StringIO(), logging.getLogger()
    before, level = list(root.handlers), root.level
    for handler in before:
        root.removeHandler(handler)
    try:
        logs.begin(form, to)
        forged = 'a\n2026-11-29 ERROR b\r\x1b[2J\x85\u2028\u202e"'
        logging.getLogger("lenmuc.x").warning("said: %s", forged)
    finally:
        root.handlers[:] = before
        root.setLevel(level)
    (line,) = to.getvalue().removesuffix("\n").split("\n")
    assert line.isprintable()
    if form == "json":
        assert line.isascii()
        assert json.loads(line)["message"] == f"said: {forged}"
