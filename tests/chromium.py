"""Headless Chromium for every test that looks at pages."""

from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, sync_playwright

CHROMIUM = "/usr/bin/chromium"
_QUIET = ["no-first-run", "disable-background-networking", "disable-component-update", "disable-sync"]
_ARGUMENTS = [f"--{name}" for name in ("no-sandbox", "disable-quic", *_QUIET)]
_DRAWING = ["use-gl=angle", "use-angle=swiftshader", "enable-unsafe-swiftshader", "ignore-gpu-blocklist"]


@contextmanager
def chromium(*, draws: bool = False) -> Iterator[Browser]:
    """A browser that asks nobody for anything; closed at the end.

    `draws` lets pages use WebGL without a graphics card, as the image viewer does: it costs every page time.
    """
    arguments = [*_ARGUMENTS, *(f"--{name}" for name in _DRAWING if draws)]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=arguments)
        yield browser
        browser.close()
