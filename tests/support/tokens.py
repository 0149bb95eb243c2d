"""The outside world's side of OAuth: a token endpoint by HTTPS, and the introspection that Dovecot asks (RFC 7662)."""

import json
import ssl
import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs


@dataclass
class Provider:
    """`asked`: the forms that came to the token endpoint. `good`: access tokens that are valid now."""

    user: str
    refresh: str = "first refresh token"
    rotate: bool = False
    broken: int = 0
    """So many answers are 503."""
    redirect: str = ""
    asked: list[dict[str, str]] = field(default_factory=list)
    good: set[str] = field(default_factory=set)
    url: str = ""
    _servers: list[ThreadingHTTPServer] = field(default_factory=list)

    def start(self, certificate: Path, introspection_port: int) -> "Provider":
        token = ThreadingHTTPServer(("127.0.0.1", 0), self._handler(self._token))
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate, certificate.with_name("key.pem"))
        token.socket = context.wrap_socket(token.socket, server_side=True)
        introspection = ThreadingHTTPServer(
            ("127.0.0.1", introspection_port), self._handler(self._introspect)
        )
        self.url = f"https://127.0.0.1:{token.server_port}/token"
        self._servers = [token, introspection]
        for server in self._servers:
            threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def stop(self) -> None:
        for server in self._servers:
            server.shutdown()
            server.server_close()

    def _token(self, form: dict[str, str]) -> tuple[int, dict[str, Any]]:
        self.asked.append(form)
        if self.broken:
            self.broken -= 1
            return 503, {}
        if self.redirect:
            return 302, {}
        if form.get("refresh_token") != self.refresh or form.get("client_secret") != "client secret":
            return 400, {"error": "invalid_grant", "error_description": "The refresh token has expired."}
        token = f"access-{len(self.asked)}"
        self.good.add(token)
        answer: dict[str, Any] = {"access_token": token, "token_type": "Bearer", "expires_in": 3600}
        if self.rotate:
            self.refresh = answer["refresh_token"] = f"refresh token after {len(self.asked)}"
        return 200, answer

    def _introspect(self, form: dict[str, str]) -> tuple[int, dict[str, Any]]:
        good = form.get("token") in self.good
        return 200, {"active": good, "username": self.user} if good else {"active": False}

    def _handler(self, answer: Any) -> type[BaseHTTPRequestHandler]:
        provider = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
                status, values = answer({k: v[0] for k, v in parse_qs(body).items()})
                data = json.dumps(values).encode()
                self.send_response(status)
                if status == 302:
                    self.send_header("Location", provider.redirect)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

            def log_message(self, *_args: object) -> None:
                pass

        return Handler
