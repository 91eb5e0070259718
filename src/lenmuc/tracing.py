"""OpenTelemetry, where it is configured: a span for each request and for each statement under it.

Without `OTEL_EXPORTER_OTLP_ENDPOINT` nothing of it is imported. A span holds no value of a statement, no
query of an address and no text of an error; what a stranger sends as `traceparent` is not believed.
"""

import time
from collections.abc import Awaitable, Callable
from typing import Any, Self

from lenmuc import __version__
from lenmuc.web.watching import kind_of

App = Callable[[Any, Any, Any], Awaitable[None]]


class CannotTrace(Exception):
    """It is configured but not installed."""


class Tracing:
    """Makes the spans of one process and sends them off in the background."""

    def __init__(self, provider: Any, server: Any, client: Any, error: Any) -> None:
        self._provider = provider
        self._tracer = provider.get_tracer("lenmuc", __version__)
        self._server, self._client, self._error = server, client, error

    @classmethod
    def begin(cls, endpoint: str) -> Self:
        """Send to this OTLP/HTTP address. The service's name and the share of requests that are traced are
        told by the usual variables, OTEL_SERVICE_NAME and OTEL_TRACES_SAMPLER. Raises `CannotTrace`.
        """
        try:
            from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
            from opentelemetry.sdk.resources import OTELResourceDetector, Resource
            from opentelemetry.sdk.trace import TracerProvider
            from opentelemetry.sdk.trace.export import BatchSpanProcessor
            from opentelemetry.trace import SpanKind, Status, StatusCode
        except ImportError as missing:
            raise CannotTrace(
                "OTEL_EXPORTER_OTLP_ENDPOINT is set but OpenTelemetry is not installed. "
                "Install it: pip install 'lenmuc[otel]', or leave the variable out."
            ) from missing
        about = Resource.create({"service.name": "lenmuc", "service.version": __version__})
        provider = TracerProvider(
            resource=about.merge(OTELResourceDetector().detect()), shutdown_on_exit=False
        )
        exporter = OTLPSpanExporter(endpoint=f"{endpoint.rstrip('/')}/v1/traces", timeout=5)
        provider.add_span_processor(BatchSpanProcessor(exporter))
        return cls(provider, SpanKind.SERVER, SpanKind.CLIENT, Status(StatusCode.ERROR))

    def app(self, inner: App) -> App:
        """The program with a span around each request."""

        async def traced(scope: Any, receive: Any, send: Any) -> None:
            if scope["type"] != "http":
                await inner(scope, receive, send)
                return
            kind, method = kind_of(scope["path"]), scope["method"]
            known = method if method.isalpha() and len(method) < 8 else "_OTHER"
            said = {"http.request.method": known, "url.path": scope["path"], "lenmuc.kind": kind}
            with self._tracer.start_as_current_span(
                f"{known} {kind}", kind=self._server, attributes=said,
                record_exception=False, set_status_on_exception=False,
            ) as span:  # fmt: skip

                async def told(event: Any) -> None:
                    if event["type"] == "http.response.start":
                        span.set_attribute("http.response.status_code", event["status"])
                        if event["status"] >= 500:
                            span.set_status(self._error)
                        for name, value in event.get("headers", []):
                            if name == b"x-request-id":
                                span.set_attribute("lenmuc.request_id", value.decode("latin-1"))
                    await send(event)

                await inner(scope, receive, told)

        return traced

    def statement(self, done: Any) -> None:
        """A span for a statement that has ended: the driver's `LoggedQuery`. Its text is ours and holds no
        value.
        """
        ends = time.time_ns()
        text = done.query.strip()
        said = {"db.system.name": "postgresql", "db.query.text": text}
        if done.exception is not None:
            said["error.type"] = type(done.exception).__name__
        span = self._tracer.start_span(
            text.split(None, 1)[0].upper(), kind=self._client, attributes=said,
            start_time=ends - int(done.elapsed * 1e9),
        )  # fmt: skip
        if done.exception is not None:
            span.set_status(self._error)
        span.end(ends)

    def close(self) -> None:
        """Send what is left, for five seconds at most."""
        self._provider.force_flush(5_000)
        self._provider.shutdown()
