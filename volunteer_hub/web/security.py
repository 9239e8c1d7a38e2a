"""Headers on every answer, and which hosts and proxies are believed."""

from __future__ import annotations

from flask import Flask, Response, g
from werkzeug.middleware.proxy_fix import ProxyFix

POLICY = (
    "default-src 'none'; script-src 'self'{scripts}; style-src 'self'; img-src 'self' data: blob:; "
    "connect-src 'self'; font-src 'self'; manifest-src 'self'; worker-src 'self'; media-src 'self' blob:; "
    "form-action 'self'; base-uri 'none'; object-src 'none'; frame-ancestors 'none'"
)
STRICT = POLICY.format(scripts="")
WITH_WASM = POLICY.format(scripts=" 'wasm-unsafe-eval'")
FIXED = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "strict-origin-when-cross-origin",
    "Permissions-Policy": "camera=(self), geolocation=(), microphone=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}


def init_app(app: Flask) -> None:
    """Believe exactly the configured number of proxies; set the headers."""
    hops = app.config["PROXY_HOPS"]
    if hops:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)  # type: ignore[method-assign]  # the way Flask documents
    #: Not in development: a browser would refuse plain HTTP on localhost, on any port, for a year.
    promise_https = app.config["SESSION_COOKIE_SECURE"] and app.config["ENVIRONMENT"] == "production"

    @app.after_request
    def _headers(response: Response) -> Response:
        headers = response.headers
        headers.setdefault("Content-Security-Policy", WITH_WASM if g.get("needs_wasm") else STRICT)
        for name, value in FIXED.items():
            headers.setdefault(name, value)
        if promise_https:
            headers["Strict-Transport-Security"] = "max-age=31536000; includeSubDomains"
        if "Cache-Control" not in headers:
            headers["Cache-Control"] = "no-store"
            headers.add("Vary", "Cookie")
        return response


def allow_wasm() -> None:
    """Let this page compile WebAssembly: the QR decoder of the scanner, nothing else."""
    g.needs_wasm = True
