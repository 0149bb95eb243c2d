"""Access tokens for a mailbox: asked for with its refresh token (RFC 6749, 6), kept until they are about to end.

Owns that a token request goes to the configured host by HTTPS, follows no redirect and no proxy, and is never logged.
A provider that hands out a new refresh token (it may, 10.4) finds it in VAR_DIR/oauth, readable by this account alone.
"""

import hashlib
import http.client
import json
import os
import ssl
import threading
import time
from pathlib import Path
from urllib.parse import urlencode, urlsplit

from portal.config import secret
from portal.intake.rules.mailboxes import OAuth

SECONDS = 30
ANSWER = 64 * 1024
LASTS = 300.0
"""Seconds that a token is trusted of which the provider does not say it."""
EARLY = 60.0
"""Seconds before its end at which a token counts as over."""


class Refused(Exception):
    """The provider says no: the refresh token is expired or revoked, or the client is unknown. Trying again will not help."""


class Unreachable(OSError):
    """No answer, or one that makes no sense: worth another try."""


class Tokens:
    """The access tokens of one mailbox. Thread-safe."""

    def __init__(self, oauth: OAuth, var_dir: Path) -> None:
        self.oauth, self.folder = oauth, var_dir / "oauth"
        self._token, self._ends = "", 0.0
        self._lock = threading.Lock()

    def forget(self) -> None:
        """The mail server did not take it: ask for a new one next time."""
        with self._lock:
            self._token, self._ends = "", 0.0

    @property
    def kept(self) -> bool:
        """Whether the next `access()` asks nobody."""
        return bool(self._token) and time.monotonic() < self._ends

    def access(self) -> str:
        """A token that is good for a minute at least. Raises Refused, Unreachable, BadSetting."""
        with self._lock:
            if not self.kept:
                self._token, lasts = self._refresh()
                self._ends = time.monotonic() + max(lasts - EARLY, 0.0)
            return self._token

    def _refresh(self) -> tuple[str, float]:
        configured = secret(self.oauth.refresh_token.source, self.oauth.refresh_token.name)
        # Named by the configured token: when that is replaced, what was handed out for the old one is left alone.
        later = (
            self.folder / hashlib.sha256(f"{self.oauth.client_id}\n{configured}".encode()).hexdigest()[:32]
        )
        refresh = later.read_text() if later.exists() else configured
        fields = {
            "grant_type": "refresh_token",
            "refresh_token": refresh,
            "client_id": self.oauth.client_id,
        }
        if self.oauth.client_secret:
            fields["client_secret"] = secret(self.oauth.client_secret.source, self.oauth.client_secret.name)
        if self.oauth.scope:
            fields["scope"] = self.oauth.scope
        answer = _ask(self.oauth.token_url, fields)
        token, new = answer.get("access_token"), answer.get("refresh_token")
        if not isinstance(token, str) or not token or any(c < "!" for c in token):
            raise Unreachable("the token endpoint answered without an access token")
        if isinstance(new, str) and new and new != refresh:
            _write(later, new)
        lasts = answer.get("expires_in")
        try:
            return token, float(lasts) if isinstance(lasts, int | float | str) else LASTS
        except ValueError:
            return token, LASTS


def _ask(url: str, fields: dict[str, str]) -> dict[str, object]:
    parts = urlsplit(url)
    assert parts.hostname
    connection = http.client.HTTPSConnection(
        parts.hostname, parts.port or 443, timeout=SECONDS, context=ssl.create_default_context()
    )
    try:
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        headers = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"}
        connection.request("POST", path, urlencode(fields), headers)
        response = connection.getresponse()
        body = response.read(ANSWER)
    except (OSError, http.client.HTTPException) as error:
        raise Unreachable(f"the token endpoint {parts.hostname} does not answer: {error}") from error
    finally:
        connection.close()
    try:
        answer = json.loads(body)
    except ValueError:
        answer = {}
    answer = answer if isinstance(answer, dict) else {}
    if response.status in (400, 401, 403) and "error" in answer:
        words = f"{answer['error']} {answer.get('error_description', '')}".strip()
        raise Refused(f"{parts.hostname} refuses the refresh token: {words}"[:500])
    if response.status != 200:
        raise Unreachable(f"the token endpoint {parts.hostname} answered {response.status}")
    return answer


def _write(path: Path, text: str) -> None:
    """Whole or not at all, for this account alone."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = path.with_suffix(f".{os.getpid()}")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
