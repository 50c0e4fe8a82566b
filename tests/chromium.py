"""Headless Chromium for every test that looks at pages."""

from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, sync_playwright

CHROMIUM = "/usr/bin/chromium"
_QUIET = ["no-first-run", "disable-background-networking", "disable-component-update", "disable-sync"]
_DRAWING = ["use-gl=angle", "use-angle=swiftshader", "enable-unsafe-swiftshader", "ignore-gpu-blocklist"]
_ARGUMENTS = [f"--{name}" for name in ("no-sandbox", "disable-quic", *_QUIET, *_DRAWING)]


@contextmanager
def chromium() -> Iterator[Browser]:
    """A browser that asks nobody for anything and draws without a graphics card; closed at the end."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=_ARGUMENTS)
        yield browser
        browser.close()
