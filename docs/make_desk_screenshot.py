"""Make docs/images/coding-desk.png: the coding desk in JupyterLab, on the shipped corpus.

Needs playwright and a Chromium of the system. Run from the project's root:
``python docs/make_desk_screenshot.py``. Glyphs come from the project's own font; judgements go to
a folder that is thrown away.
"""

from __future__ import annotations

import json
import os
import secrets
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import Page

PICTURE = Path("docs/images/coding-desk.png")
FONTS = Path("pbgov/exhibits/fonts").resolve()
SIZE = {"width": 1280, "height": 900}
CELL = """import pbgov

corpus = pbgov.read_corpus("cases")
codebook = pbgov.read_codebook("codebook")
paragraphs = pbgov.segment(corpus, unit="paragraph")
rules = pbgov.code_by_rules(paragraphs, codebook)"""
DESK = """pbgov.CodingDesk(corpus, codebook, coder="李敏", folder="codings", suggestions=rules)"""
FONT_CONFIGURATION = """<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
<include ignore_missing="yes">/etc/fonts/fonts.conf</include>
<dir>{fonts}</dir>
<cachedir>{cache}</cachedir>
<alias binding="same"><family>sans-serif</family><prefer><family>PBGov Sans SC</family></prefer></alias>
</fontconfig>
"""
ACTS = (  # keys, and words to select in the paragraph in focus
    *("PageDown", "PageDown", *["ArrowDown"] * 4, "Enter", "Enter"),
    *("“新建、联合组建和区域内行业共建", "1", "r", "ArrowDown"),
    *("“建起联合党支部和楼宇党支部", "1", "“更新了服务方式", "3"),
)
MEMO = "新建了两种支部；服务方式只提一句"


def main() -> None:
    """Take the picture."""
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        server, address = start(folder)
        try:
            picture(address)
        finally:
            server.terminate()
            server.wait()


def start(folder: Path) -> tuple[subprocess.Popen[bytes], str]:
    """A JupyterLab on a copy of the corpus, with directories of its own, and where it is."""
    for name in ("cases", "codebook"):
        shutil.copytree(Path("data") / name, folder / name)
    cells = [
        {"cell_type": "code", "id": f"c{number}", "metadata": {}, "outputs": []}
        | {"execution_count": None, "source": source}
        for number, source in enumerate((CELL, DESK))
    ]
    kernel = {"name": "python3", "display_name": "Python 3 (ipykernel)", "language": "python"}
    metadata = {"kernelspec": kernel, "language_info": {"name": "python"}}
    notebook = {"cells": cells, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}
    (folder / "编码.ipynb").write_text(json.dumps(notebook, ensure_ascii=False), encoding="utf-8")
    fonts = folder / "fonts.conf"
    fonts.write_text(FONT_CONFIGURATION.format(fonts=FONTS, cache=folder / ".fontcache"))
    os.environ["FONTCONFIG_FILE"] = str(fonts)
    own = ("CONFIG_DIR", "DATA_DIR", "RUNTIME_DIR")
    settings = {f"JUPYTER_{name}": str(folder / ".jupyter" / name) for name in own}
    settings |= {
        f"JUPYTERLAB_{name}_DIR": str(folder / ".jupyter" / name)
        for name in ("SETTINGS", "WORKSPACES")
    }
    file = (
        folder / ".jupyter/SETTINGS/@jupyterlab/apputils-extension/notification.jupyterlab-settings"
    )
    file.parent.mkdir(parents=True)
    file.write_text('{"fetchNews": "false", "checkForUpdates": false}')
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    token = secrets.token_hex(8)
    server = subprocess.Popen(
        [
            *(sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root", "--ip=127.0.0.1"),
            *(f"--port={port}", f"--IdentityProvider.token={token}"),
            f"--ServerApp.root_dir={folder}",
        ],
        env={**os.environ, **settings},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    for _ in range(240):
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/api/status?token={token}", timeout=2)
            break
        except OSError:
            time.sleep(0.25)
    return server, f"http://127.0.0.1:{port}/lab/tree/编码.ipynb?token={token}&reset"


def picture(address: str) -> None:
    """Open the notebook, work a little, and save what the screen shows."""
    from playwright.sync_api import sync_playwright

    path = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))))
    with sync_playwright() as driver:
        browser = driver.chromium.launch(
            executable_path=path, args=["--no-sandbox", "--disable-gpu"]
        )
        page = browser.new_page(viewport=SIZE, locale="zh-CN")
        page.goto(address)
        page.wait_for_selector("#jp-main-statusbar >> text=/ipykernel.*空闲/", timeout=60_000)
        page.keyboard.press("Control+b")
        page.locator(".lm-MenuBar-itemLabel").filter(has_text="运行").first.click()
        page.locator("li.lm-Menu-item[data-command='runmenu:run-all']").click()
        page.wait_for_selector(".pbd-segment.pbd-focus", timeout=60_000)
        page.locator(".pbd-pane").focus()
        work(page)
        page.locator(".pbd").scroll_into_view_if_needed()
        page.screenshot(path=PICTURE)
        browser.close()


def work(page: Page) -> None:
    """Read on to the third document and code two paragraphs, each act after the last was saved."""
    for act in ACTS:
        if act.startswith("“"):
            select(page, act.removeprefix("“"))
        else:
            page.keyboard.press(act)
        if act == "PageDown":
            page.wait_for_timeout(400)
        page.wait_for_function("!document.querySelector('.pbd-pending')")
    page.keyboard.press("m")
    page.keyboard.insert_text(MEMO)
    page.keyboard.press("Control+Enter")
    page.wait_for_selector(f".pbd-chip:has-text('{MEMO}')")


def select(page: Page, words: str) -> None:
    """Select words of the paragraph in focus, by keyboard."""
    text = page.locator(".pbd-focus .pbd-text").evaluate("shown => shown.textContent")
    page.keyboard.press("Home")
    for key in ["ArrowRight"] * text.index(words) + ["Shift+ArrowRight"] * len(words):
        page.keyboard.press(key)


if __name__ == "__main__":
    main()
