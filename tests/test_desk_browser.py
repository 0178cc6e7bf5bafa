"""The coding desk as coders have it: a real JupyterLab, a real browser, keys and nothing else.

Needs playwright and a Chromium of the system; skips, with the reason, where there is none.
"""

from __future__ import annotations

import csv
import json
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from typing import TYPE_CHECKING

import pytest

import pbgov
from pbgov.corpus.document import digest_text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
SWITCHES = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PATIENCE = 30_000  # milliseconds to wait for a condition; it comes true in a few hundred
TITLE = "<script>window.hacked = 1</script>\u202e治理 & “引号”"
BODY = """## 绝密的小标题

𠮷街道👨‍👩‍👧‍👦组建联合党支部，e\u0301街办也加入。

柳河园区给每个支部发了责任清单，季度末考核打分。

澄湖社区没有新的做法。

最后一段也没有。
"""
HOSTILE_TEXT = (
    "甲</textarea><img src=x onerror='window.hacked=1'>\u202e乙<script>window.hacked=1</script>"
)
HOSTILE_NAME = "<img src=x onerror=window.hacked=1>形式"


WARM = "import pbgov, pbgov.coding.desk.widget, pbgov.coding.rules, pbgov.schemas"
CODERS = {"键盘": "", "盲编": ", blind=True", "内核": "", "鼠标": ""}
needs_sigkill = pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="no SIGKILL here")


class Lab:
    """A JupyterLab server with directories of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.token = secrets.token_hex(8)
        own = folder / ".jupyter"
        settings = own / "settings" / "@jupyterlab"
        for name, setting in {
            "apputils-extension/notification": {"fetchNews": "false", "checkForUpdates": False},
            "translation-extension/plugin": {"locale": "zh_CN"},
        }.items():
            file = settings / f"{name}.jupyterlab-settings"
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(json.dumps(setting))
        environment = {
            "JUPYTER_CONFIG_DIR": own / "config",
            "JUPYTERLAB_SETTINGS_DIR": own / "settings",
            "JUPYTERLAB_WORKSPACES_DIR": own / "workspaces",
            "JUPYTER_DATA_DIR": own / "data",
            "JUPYTER_RUNTIME_DIR": own / "runtime",
            "IPYTHONDIR": own / "ipython",
            "PYTHONDONTWRITEBYTECODE": "",
        }
        startup = own / "ipython" / "profile_default" / "startup" / "imports.py"
        startup.parent.mkdir(parents=True)
        startup.write_text(WARM)  # a kernel that is started early has done its reading
        self.log = (folder / "lab.log").open("w")
        self.process = subprocess.Popen(
            [
                *(sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root"),
                *("--ip=127.0.0.1", f"--port={self.port}", "--ServerApp.port_retries=0"),
                *(f"--IdentityProvider.token={self.token}", f"--ServerApp.root_dir={folder}"),
            ],
            stdout=self.log,
            stderr=subprocess.STDOUT,
            env={**os.environ, **{name: str(value) for name, value in environment.items()}},
        )

    def wait(self) -> None:
        """Until the server answers."""
        address = f"http://127.0.0.1:{self.port}/api/status?token={self.token}"
        until(lambda: _answers(address), "JupyterLab did not start")

    def start_kernel(self, notebook: str) -> None:
        """Start the kernel of a notebook before its page is opened."""
        session = {"path": notebook, "name": notebook, "type": "notebook"}
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.port}/api/sessions?token={self.token}",
            json.dumps({**session, "kernel": {"name": "python3"}}).encode(),
            {"Content-Type": "application/json"},
        )
        urllib.request.urlopen(request, timeout=PATIENCE / 1000).close()

    def close(self) -> None:
        self.process.terminate()
        try:
            self.process.wait(30)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait(30)
        self.log.close()

    def address(self, notebook: str) -> str:
        return f"http://127.0.0.1:{self.port}/lab/tree/{notebook}?token={self.token}&reset"


class Screen:
    """One page of the browser with one notebook, and what went wrong on it."""

    def __init__(self, browser, lab: Lab, notebook: str) -> None:
        self.page = browser.new_page(viewport={"width": 1300, "height": 1100}, locale="zh-CN")
        self.page.set_default_timeout(PATIENCE)
        self.errors: list[str] = []
        self.outside: list[str] = []
        self.received: list[bytes] = []
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.page.on("console", self._note)
        self.page.on("request", self._note_request)
        self.page.on("websocket", lambda one: one.on("framereceived", self._note_frame))
        self.page.goto(lab.address(notebook))
        self.page.wait_for_selector(".jp-Notebook .jp-Cell")

    def run_all(self) -> None:
        """Run every cell and wait for the desk to stand there with its document."""
        self.page.wait_for_selector("#jp-main-statusbar >> text=/ipykernel.*空闲/")
        self.page.locator(".lm-MenuBar-itemLabel").filter(has_text="运行").first.click()
        self.page.locator("li.lm-Menu-item[data-command='runmenu:run-all']").click()
        self.page.wait_for_selector(".pbd-segment.pbd-focus")
        self.page.locator(".pbd-pane").focus()

    def press(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)

    def saved(self, row: int) -> None:
        """Wait for the screen to say that a row is on the disk."""
        self.page.wait_for_selector(f".pbd-status:has-text('第 {row} 行')")

    def at(self, number: int) -> None:
        """Wait until a segment, counted from 0, is in focus."""
        self.page.wait_for_selector(f".pbd-segment.pbd-focus[data-number='{number}']")

    def chips(self, number: int) -> list[str]:
        found = self.page.locator(f".pbd-segment[data-number='{number}'] .pbd-chip")
        return [str(one.get_attribute("data-code")) for one in found.all()]

    def cells(self) -> int:
        return self.page.locator(".jp-Notebook .jp-Cell").count()

    def _note(self, message) -> None:
        if message.type == "error":
            self.errors.append(message.text)

    def _note_request(self, request) -> None:
        if request.url.startswith("http") and not request.url.startswith("http://127.0.0.1:"):
            self.outside.append(request.url)

    def _note_frame(self, frame) -> None:
        self.received.append(frame.encode() if isinstance(frame, str) else frame)


def _answers(address: str) -> bool:
    try:
        with urllib.request.urlopen(address, timeout=2):
            return True
    except OSError:
        return False


def _runs(program: str) -> bool:
    """False for a package that only points to another shop."""
    return subprocess.run([program, "--version"], check=False, capture_output=True).returncode == 0


def _lives(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    return True


def until(is_true: Callable[[], object], complaint: str) -> None:
    """Wait for a condition outside the browser."""
    deadline = time.monotonic() + PATIENCE / 1000
    while not is_true():
        assert time.monotonic() < deadline, complaint
        time.sleep(0.05)


@pytest.fixture(scope="module")
def chromium() -> Iterator[Callable[[], object]]:
    """Starts a browser; all of them are closed in the end."""
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    path = next(filter(_runs, filter(None, map(shutil.which, BROWSERS))), None)
    if path is None:
        pytest.skip(f"no browser: none of {', '.join(BROWSERS)} is in PATH and starts")
    with playwright.sync_playwright() as driver:
        started = []

        def start(*switches: str):
            browser = driver.chromium.launch(
                executable_path=path, headless=True, args=[*SWITCHES, *switches]
            )
            started.append(browser)
            return browser

        yield start
        for browser in started:
            if browser.is_connected():
                browser.close()


@pytest.fixture(scope="module")
def browser(chromium):
    return chromium()


@pytest.fixture(scope="module")
def lab(chromium, root: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """A server over a folder with two documents and a codebook, some of them hostile."""
    folder = tmp_path_factory.mktemp("lab")
    (folder / "cases").mkdir()
    front = f'+++\nid = "case-1"\ntitle = \'{TITLE}\'\npublished = "2026-01-02"\n+++\n\n'
    (folder / "cases" / "1.md").write_text(front + BODY, encoding="utf-8")
    (folder / "hostile.txt").write_text(HOSTILE_TEXT, encoding="utf-8")
    (folder / "cases" / "2.md").write_text("第二篇只有一段。\n", encoding="utf-8")
    shutil.copytree(root / "data" / "codebook", folder / "codebook")
    codes = folder / "codebook" / "codes.csv"
    text = codes.read_text(encoding="utf-8")
    codes.write_text(text.replace("机制形式化", HOSTILE_NAME), encoding="utf-8")
    server = Lab(folder)
    try:
        server.wait()
        for coder, arguments in CODERS.items():
            server.start_kernel(write_notebook(server, coder, arguments))
        yield server
    finally:
        server.close()


def write_notebook(lab: Lab, coder: str, arguments: str = "") -> str:
    """A notebook that opens a desk for one coder, and notes the kernel's process id."""
    setup = [
        "import os, pathlib, pbgov",
        f"pathlib.Path('{coder}.pid').write_text(str(os.getpid()))",
        "text = pathlib.Path('hostile.txt').read_text(encoding='utf-8')",
        "hostile = pbgov.Document('zz', 'zz', text, text, 'utf-8', '0')",
        "long = '党员到社区报到，居民点单。' * 150",
        "long = pbgov.Document('zzz', 'zzz', long, long, 'utf-8', '0')",
        "corpus = pbgov.Corpus([*pbgov.read_corpus('cases'), hostile, long])",
        "codebook = pbgov.read_codebook('codebook')",
        "paragraphs = pbgov.segment(corpus, unit='paragraph')",
        "rules = pbgov.code_by_rules(paragraphs, codebook)",
    ]
    desk = [
        f"pbgov.CodingDesk(corpus, codebook, coder='{coder}', folder='codings', suggestions=rules{arguments})",
    ]
    cells = [
        {
            "cell_type": "code",
            "id": f"cell-{number}",
            "metadata": {},
            "execution_count": None,
            "outputs": [],
            "source": "\n".join(lines),
        }
        for number, lines in enumerate([setup, desk])
    ]
    kernel = {"name": "python3", "display_name": "Python 3 (ipykernel)", "language": "python"}
    notebook = {
        "cells": cells,
        "metadata": {"kernelspec": kernel, "language_info": {"name": "python"}},
        "nbformat": 4,
        "nbformat_minor": 5,
    }
    name = f"{coder}.ipynb"
    (lab.folder / name).write_text(json.dumps(notebook, ensure_ascii=False), encoding="utf-8")
    return name


def rows_of(lab: Lab, coder: str) -> list[dict[str, str]]:
    with (lab.folder / "codings" / f"{coder}.csv").open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def quoted(lab: Lab, row: dict[str, str]) -> str:
    """The words that a row's offsets point at, counted as Python counts."""
    text = pbgov.read_corpus(lab.folder / "cases")[row["doc_id"]].text
    stretch = text[int(row["start"]) : int(row["end"])]
    assert digest_text(stretch) == row["text_digest"]
    return text[int(row["evidence_start"]) : int(row["evidence_end"])]


def test_a_coder_works_by_keyboard_alone(lab: Lab, browser) -> None:
    screen = Screen(browser, lab, "键盘.ipynb")
    screen.run_all()
    page, cells = screen.page, screen.cells()

    # past 𠮷 (two UTF-16 units), 街道 and a family of four (eleven units, one character to the eye)
    screen.press(*["ArrowRight"] * 4, *["Shift+ArrowRight"] * 7, "1")
    screen.saved(2)
    (row,) = rows_of(lab, "键盘")
    assert (row["code_id"], row["value"], row["act"]) == ("INNOV.ORG", "1", "judge")
    assert (row["coder"], row["status"]) == ("键盘", "judged")
    assert quoted(lab, row) == "组建联合党支部"

    # Chinese in the memo, first being composed; keys of the desk are letters here
    page.keyboard.press("m")
    typing = page.context.new_cdp_session(page)
    composing = {"text": "2uab", "selectionStart": 4, "selectionEnd": 4}
    typing.send("Input.imeSetComposition", composing)
    typing.send("Input.insertText", {"text": "先立规矩，再建队伍"})
    screen.press("Control+Enter")
    screen.saved(3)
    assert rows_of(lab, "键盘")[-1]["memo"] == "先立规矩，再建队伍"
    assert quoted(lab, rows_of(lab, "键盘")[-1]) == "组建联合党支部"

    # a key pressed while characters are being composed is none of the desk's
    page.evaluate(
        "document.querySelector('.pbd-pane').dispatchEvent(new KeyboardEvent('keydown',"
        " {code: 'Digit2', key: '2', isComposing: true, bubbles: true}))"
    )
    screen.press("d")
    screen.saved(4)
    assert rows_of(lab, "键盘")[-1]["status"] == "doubtful"

    # the machine's suggestions: the first of the first segment accepted, that of the second refused
    screen.press("a")
    screen.saved(5)
    accepted = rows_of(lab, "键盘")[-1]
    assert (accepted["value"], accepted["code_id"]) == ("1", "MECH.JOINT")
    assert accepted["rule"].startswith("cue:")
    assert "联合" in quoted(lab, accepted)
    screen.press("ArrowDown")
    screen.at(1)
    page.wait_for_selector(".pbd-offer")
    screen.press("x")
    screen.saved(6)
    refused = rows_of(lab, "键盘")[-1]
    assert refused["value"] == "0"
    assert refused["rule"].startswith("cue:")
    assert refused["code_id"] in screen.chips(1)

    # undone, by a row more; then search, and JupyterLab's own keys, which must not reach it
    screen.press("u")
    screen.saved(7)
    assert rows_of(lab, "键盘")[-1]["act"] == "withdraw"
    screen.press("/")
    page.keyboard.insert_text("智能")
    page.wait_for_selector(".pbd-hit[aria-selected='true']:has-text('智能化')")
    screen.press("Enter")
    screen.saved(8)
    assert rows_of(lab, "键盘")[-1]["code_id"] == "DIM.SMART"
    screen.press("b", "b", "a", "Escape", "b", "0", "0")
    screen.saved(9)  # that was the suggestion accepted by the a
    screen.press("Enter")
    screen.at(2)
    screen.saved(10)
    assert screen.cells() == cells

    # headings off and on; every key of the help
    screen.press("h")
    page.wait_for_selector(".pbd-heading", state="detached")
    screen.press("h")
    page.wait_for_selector(".pbd-heading:has-text('绝密的小标题')")
    screen.press("?")
    page.wait_for_selector(".pbd-help:has-text('撤销上一个判断')")
    screen.press("Escape")
    page.wait_for_selector(".pbd-help", state="hidden")

    # text that would be more than text
    assert "<script>window.hacked" in page.locator(".pbd-title").inner_text()
    screen.press("PageDown", "PageDown")
    page.wait_for_selector(".pbd-title:has-text('第 2 / 4 篇')")
    screen.press("PageDown")
    page.wait_for_selector(".pbd-title:has-text('第 3 / 4 篇')")
    assert page.locator(".pbd-text").evaluate("shown => shown.textContent") == HOSTILE_TEXT
    page.locator(".pbd-family", has_text="四类问题").click()
    page.wait_for_selector(f".pbd-code:has-text('{HOSTILE_NAME}')")
    screen.press("1", "m")
    page.keyboard.insert_text("</textarea><script>window.hacked=1</script>")
    screen.press("Control+Enter")
    screen.saved(12)
    assert "</textarea>" in page.locator(".pbd-chip .pbd-note").inner_text()
    assert page.evaluate("window.hacked") is None
    assert page.locator(".pbd img, .pbd script").count() == 0

    # what cannot be written is said, and not shown as saved
    file = lab.folder / "codings" / "键盘.csv"
    file.rename(file.with_suffix(".away"))
    screen.press("2")
    page.wait_for_selector(".pbd-status.pbd-wrong:has-text('不见了')")
    assert screen.chips(0) == ["PROB.FORM"]
    file.with_suffix(".away").rename(file)
    screen.press("2")
    screen.saved(13)
    assert screen.chips(0) == ["PROB.FORM", "PROB.ONEWAY"]

    # on the right side, too, keys stay in the desk, whatever is made anew under them
    screen.press("F6", "1")
    screen.saved(14)
    assert page.evaluate("document.activeElement.matches('.pbd-family[aria-selected=true]')")
    screen.press("]", "[", "Tab", "Tab", "Enter")
    screen.saved(15)
    assert page.evaluate("document.activeElement.dataset.code") == "PROB.FORM"
    screen.press("/")
    page.keyboard.insert_text("智能")
    page.wait_for_selector("[role=combobox][aria-expanded=true][aria-activedescendant]")
    screen.press("Tab")
    page.wait_for_selector(".pbd-found", state="hidden")
    screen.press("Control+s", "?", "1", "PageDown")
    page.wait_for_selector(".pbd-help:focus")
    page.wait_for_selector(".pbd-status:has-text('不用另存')")
    screen.press("Escape")
    page.wait_for_selector(".pbd-pane:focus")
    assert len(rows_of(lab, "键盘")) + 1 == 15

    # a paragraph higher than the pane: the caret stays on the screen
    screen.press("PageDown")
    page.wait_for_selector(".pbd-title:has-text('第 4 / 4 篇')")
    page.wait_for_selector(".pbd-text:has-text('居民点单。党员到社区报到')")
    screen.press("End")
    caret, pane = (
        page.locator(".pbd-caret").bounding_box(),
        page.locator(".pbd-pane").bounding_box(),
    )
    assert pane["y"] <= caret["y"] < caret["y"] + caret["height"] <= pane["y"] + pane["height"]
    assert page.locator(".pbd-pane").evaluate("pane => pane.scrollTop") > 0

    assert screen.errors == []
    assert screen.outside == []
    page.close()


def test_a_blind_desk_gets_nothing_that_would_sway(lab: Lab, browser) -> None:
    screen = Screen(browser, lab, "盲编.ipynb")
    screen.run_all()
    page = screen.page
    page.wait_for_selector(".pbd-blind")
    assert page.locator(".pbd-offer, .pbd-offered, .pbd-heading, .pbd-fact").count() == 0
    screen.press("1")
    screen.saved(2)

    def sent(words: str) -> bool:
        escaped = json.dumps(words)[1:-1].encode()
        return any(words.encode() in frame or escaped in frame for frame in screen.received)

    assert sent("澄湖社区没有新的做法")
    for hidden in ("绝密的小标题", "治理 & “引号”", "2026-01-02", "case-1", "cue:", "联合党支部+"):
        assert not sent(hidden), hidden
    screen.press("h")
    page.wait_for_selector(".pbd-heading:has-text('绝密的小标题')")
    assert screen.errors == []
    page.close()


@needs_sigkill
def test_killing_the_kernel_loses_nothing_confirmed(lab: Lab, browser) -> None:
    screen = Screen(browser, lab, "内核.ipynb")
    screen.run_all()
    page = screen.page
    screen.press("1")
    screen.saved(2)
    screen.press("Enter")
    screen.saved(3)
    screen.at(1)
    before = rows_of(lab, "内核")
    pid = (lab.folder / "内核.pid").read_text()
    page.evaluate("document.querySelector('.pbd').dataset.old = '1'")
    os.kill(int(pid), signal.SIGKILL)
    screen.press("2")  # nobody is there to write this
    page.wait_for_selector(".pbd-chip.pbd-pending")
    page.wait_for_selector(".pbd-status.pbd-wrong:has-text('还没有得到确认')")
    assert rows_of(lab, "内核") == before

    page.locator(".jp-Dialog button.jp-mod-accept").click()
    screen.run_all()
    page.wait_for_selector(".pbd:not([data-old]) .pbd-segment.pbd-focus[data-number='1']")
    assert (lab.folder / "内核.pid").read_text() != pid
    assert screen.chips(0) == ["INNOV.ORG"]
    assert screen.chips(1) == []
    page.locator(".pbd-pane").focus()
    screen.press("2")
    screen.saved(4)
    assert rows_of(lab, "内核")[:-1] == before
    page.close()


DRAG = """([number, from, to]) => {
  const words = document.querySelector(`.pbd-segment[data-number="${number}"] .pbd-text`);
  const place = (units) => {
    const walker = document.createTreeWalker(words, NodeFilter.SHOW_TEXT);
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      if (units < node.length) {
        const range = document.createRange();
        range.setStart(node, units);
        range.setEnd(node, units + 1);
        const box = range.getBoundingClientRect();
        return [box.left + 1, box.top + box.height / 2];
      }
      units -= node.length;
    }
  };
  return [place(from), place(to)];
}"""


@needs_sigkill
def test_a_coder_works_by_mouse_until_the_browser_is_killed(lab: Lab, chromium) -> None:
    doomed = chromium("--incognito")
    screen = Screen(doomed, lab, "鼠标.ipynb")
    screen.run_all()
    page = screen.page
    assert screen.page.locator(".pbd-text").first.inner_text().startswith("𠮷街道")
    unit = len("𠮷街道👨‍👩‍👧‍👦".encode("utf-16-le")) // 2

    def drag(start: int, end: int) -> None:
        (left, top), (right, bottom) = page.evaluate(DRAG, [0, start, end])
        page.mouse.move(left, top)
        page.mouse.down()
        page.mouse.move(right, bottom, steps=4)
        page.mouse.up()
        page.wait_for_selector(".pbd-selected")

    drag(unit + 2, unit + 6)
    page.locator(".pbd-code", has_text="组织创新").click()
    screen.saved(2)
    drag(unit, unit + 4)  # begins before the mark and ends inside it
    page.locator(".pbd-code", has_text="管理创新").click()
    screen.saved(3)
    first, second = rows_of(lab, "鼠标")
    assert (quoted(lab, first), quoted(lab, second)) == ("联合党支", "组建联合")
    assert (first["memo"], second["memo"]) == ("", "次要")
    page.locator(".pbd-accept").first.click()
    screen.saved(4)
    page.locator(".pbd-button", has_text="撤销").click()
    screen.saved(5)
    screen.press("2")  # the mouse left the keys where they were: the same key takes it back
    screen.saved(6)
    assert [row["act"] for row in rows_of(lab, "鼠标")][-2:] == ["withdraw", "withdraw"]
    page.locator(".pbd-text").nth(2).click()
    screen.at(2)
    page.locator(".pbd-foot button", has_text="存疑").click()
    screen.saved(7)
    assert screen.errors == []
    confirmed = rows_of(lab, "鼠标")

    page.locator(".pbd-code", has_text="活动创新").click()  # perhaps written, never seen as saved
    processes = doomed.new_browser_cdp_session().send("SystemInfo.getProcessInfo")["processInfo"]
    (main,) = [one["id"] for one in processes if one["type"] == "browser"]
    os.kill(main, signal.SIGKILL)
    until(lambda: not _lives(main), "the browser lives on")
    assert rows_of(lab, "鼠标")[: len(confirmed)] == confirmed

    again = Screen(chromium(), lab, "鼠标.ipynb")
    again.run_all()  # the kernel lives, and so does its desk: the same cell makes it anew
    again.at(0)  # the first not said to be read
    assert again.chips(0) == ["INNOV.ORG"]
    assert again.page.locator(".pbd-state-doubtful").count() == 1
    again.press("2")
    again.page.wait_for_selector(".pbd-focus .pbd-chip[data-code='INNOV.MGT']")
    assert rows_of(lab, "鼠标")[: len(confirmed)] == confirmed
    again.page.close()
