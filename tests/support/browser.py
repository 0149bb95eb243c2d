"""Chromium, driven by Playwright: one browser a process, one context a page, no violation of the CSP unnoticed."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

PHONE, DESKTOP = (390, 844), (1280, 900)
FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage",
]  # fmt: skip

_WATCH = """
window.__violations = [];
document.addEventListener("securitypolicyviolation", e => console.error(
  `CSP violation: ${e.effectiveDirective} ${e.blockedURI} ${e.sourceFile || ""}:${e.lineNumber || ""} ${e.sample || ""}`));
"""


def program() -> str | None:
    """Debian's Chromium; Playwright's own downloads are not used."""
    return shutil.which("chromium") or shutil.which("chromium-browser")


@contextmanager
def running() -> Iterator[Browser]:
    """A headless browser."""
    path = program()
    if path is None:
        raise RuntimeError("chromium is not installed; on Debian: apt-get install chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield browser
        browser.close()


@dataclass
class Window:
    """A person's browser window: its cookies are its own. `faults` holds CSP violations, script errors and 5xx answers."""

    context: BrowserContext
    page: Page
    faults: list[str] = field(default_factory=list)

    def axe(self, name: str = "") -> None:
        """Fail with every accessibility violation of the page as it stands."""
        # By the debugger's door: the page's CSP forbids what an injected <script> would do.
        self.context.new_cdp_session(self.page).send("Runtime.evaluate", {"expression": _axe_source()})
        result: dict[str, Any] = self.page.evaluate("axe.run(document, {resultTypes: ['violations']})")
        lines = [
            f"{v['id']} ({v['impact']}): {v['help']}\n    "
            + "\n    ".join(n["html"][:200] for n in v["nodes"][:5])
            for v in result["violations"]
        ]
        assert not lines, f"axe on {name or self.page.url}:\n" + "\n".join(lines)

    def fits(self) -> None:
        """Fail if the page is wider than the window: nobody scrolls sideways."""
        wide = self.page.evaluate(
            "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        )
        assert wide <= 0, f"{self.page.url} is {wide} px wider than the window"


def open_window(
    browser: Browser, base_url: str, *, size: tuple[int, int] = DESKTOP, locale: str = "en-GB", **options: Any
) -> Window:
    """A new window of this size, whose browser prefers this language."""
    context = browser.new_context(
        base_url=base_url, viewport={"width": size[0], "height": size[1]}, locale=locale,
        timezone_id=options.pop("timezone_id", "Asia/Shanghai"), has_touch=size[0] < 600, reduced_motion="reduce", **options,
    )  # fmt: skip
    context.set_default_timeout(10_000)
    context.add_init_script(_WATCH)
    window = Window(context, context.new_page())
    context.on("console", lambda m: _note(window, m.type, m.text))
    context.on("weberror", lambda e: window.faults.append(f"script error: {e.error}"))
    context.on("response", lambda r: window.faults.append(f"{r.status} {r.url}") if r.status >= 500 else None)
    return window


def _note(window: Window, kind: str, text: str) -> None:
    if kind == "error" and (
        "CSP" in text or "Content Security Policy" in text or "Content-Security-Policy" in text
    ):
        window.faults.append(text)


@cache
def _axe_source() -> str:
    spec = find_spec("axe_playwright_python")
    assert spec
    assert spec.origin
    return (Path(spec.origin).parent / "axe.min.js").read_text()
