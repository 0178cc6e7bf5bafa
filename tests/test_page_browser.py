"""The page as readers have it: a real Chromium, a file on a disk, mouse, keys and paper.

Needs playwright and a Chromium of the system; skips, with the reason, where there is none.
"""

from __future__ import annotations

import io
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pypdf
import pytest

sys.path.insert(0, str(Path(__file__).parent))
from page_reports import HOSTILE, SHOWN, hostile_report, large_report, report, wide_report

from pbgov.reporting.page.document import page

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
SWITCHES = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"]
PATIENCE = 30_000  # milliseconds


def _runs(program: str) -> bool:
    return subprocess.run([program, "--version"], check=False, capture_output=True).returncode == 0


@pytest.fixture(scope="module")
def browser():
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    path = next(filter(_runs, filter(None, map(shutil.which, BROWSERS))), None)
    if path is None:
        pytest.skip(f"no browser: none of {', '.join(BROWSERS)} is in PATH and starts")
    with playwright.sync_playwright() as driver:
        started = driver.chromium.launch(executable_path=path, headless=True, args=SWITCHES)
        yield started
        started.close()


@pytest.fixture(scope="module")
def files(tmp_path_factory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("page")
    written = {}
    for name, made in {
        "plain": report,
        "hostile": hostile_report,
        "large": large_report,
        "wide": wide_report,
    }.items():
        written[name] = folder / f"{name}.html"
        written[name].write_bytes(page(made()))
    return written


@pytest.fixture
def opened(browser, files) -> Iterator[Callable]:
    """Opens a page; in the end nothing may have gone wrong on any of them."""
    contexts, wrong = [], []

    def begin(name: str, anchor: str = "", script: str = "", **settings):
        context = browser.new_context(
            **{"viewport": {"width": 1000, "height": 800}, "locale": "zh-CN"} | settings
        )
        contexts.append(context)
        screen = context.new_page()
        screen.set_default_timeout(PATIENCE)
        screen.on("pageerror", lambda error: wrong.append(f"error: {error}"))
        screen.on("console", lambda message: wrong.append(f"console: {message.text}"))
        screen.on(
            "request", lambda request: wrong.append(request.url) if not own(request) else None
        )
        screen.add_init_script(
            "window.violations = [];"
            "document.addEventListener('securitypolicyviolation', (event) =>"
            " window.violations.push(event.violatedDirective + ' ' + event.blockedURI));" + script
        )
        address = files[name].as_uri()

        def own(request) -> bool:
            return request.url.split("#")[0] == address or request.url.startswith("data:image/")

        screen.goto(address + anchor)
        return screen

    yield begin
    for context in contexts:
        for screen in context.pages:
            assert screen.evaluate("window.violations") == []
            assert screen.evaluate("window.hacked") is None
        context.close()
    assert wrong == []


def focused(screen) -> str:
    return screen.evaluate("document.activeElement.id")


def shown(screen, kind: str) -> list[str]:
    """Marks (V1, Q1 …) of the entries of a kind that are on the screen."""
    entries = screen.locator(f"#evidence_ .entry[data-kind={kind}]:visible .entry-mark")
    return entries.all_inner_texts()


def search(screen, words: str) -> str:
    screen.locator("#query_").fill(words)
    screen.wait_for_function("() => new Promise((done) => requestAnimationFrame(() => done(true)))")
    return screen.locator("#count_").inner_text()


# ---- panel --------------------------------------------------------------------------------------


def test_a_number_opens_its_evidence_by_mouse_and_gives_the_focus_back(opened):
    screen = opened("plain")
    number = screen.locator("main a.number").first
    assert number.get_attribute("aria-haspopup") == "dialog"
    number.click()
    panel = screen.get_by_role("dialog", name="这个数字的依据")
    assert panel.is_visible()
    assert focused(screen) == "panel_title_"
    told = panel.inner_text()
    for words in ("查出的做法条数", "evidence/practices.csv", "共 3 条依据", "东城区 · doc-a 的题名（2）",
                  "柳河街道组建联合党支部", "原文 17–50", "没有归到哪个区 · doc-b 的题名（1）"):  # fmt: skip
        assert words in told, words
    panel.get_by_role("button", name="关闭").click()
    assert panel.is_hidden()
    assert focused(screen) == number.get_attribute("id")
    number.click()
    screen.mouse.click(20, 400)  # beside the panel
    assert panel.is_hidden()
    assert focused(screen) == number.get_attribute("id")
    assert screen.url.endswith(".html"), "the address did not change"


def test_a_number_opens_and_closes_by_keyboard_alone(opened):
    screen = opened("plain")
    second = screen.locator("main a.number").nth(1)
    for _ in range(40):
        screen.keyboard.press("Tab")
        if focused(screen) == second.get_attribute("id"):
            break
    screen.keyboard.press("Enter")
    panel = screen.get_by_role("dialog")
    assert "0.6666666666666666" in panel.inner_text()
    for _ in range(25):  # the focus cannot leave the panel for the page below
        screen.keyboard.press("Tab")
        assert screen.evaluate(
            "document.activeElement === document.body || !!document.activeElement.closest('dialog')"
        )
    screen.keyboard.press("Escape")
    assert panel.is_hidden()
    assert focused(screen) == second.get_attribute("id")


def test_results_lead_to_quotations_and_quotations_to_other_results(opened):
    screen = opened("plain")
    screen.locator("main a.number").nth(1).click()  # V2
    panel = screen.get_by_role("dialog")
    first = panel.locator(".panel-grounds .entry").first
    assert first.locator("li", has_text="V1 查出的做法条数：3").is_visible()
    first.locator("details a", has_text="V1").click()
    assert "共 3 条依据" in panel.inner_text()
    panel.locator("a.entry-mark", has_text="Q3").click()
    assert panel.get_by_role("heading", name="引文").is_visible()
    assert "V5 没有估计出来的系数：未估计" in panel.inner_text()
    panel.locator("details a", has_text="V5").click()
    assert "满意率（1）" in panel.inner_text()
    assert panel.locator(".entry", has_text="第七次人口普查公报").first.is_visible()
    for title in ("引文", "这个数字的依据", "这个数字的依据"):
        panel.get_by_role("button", name="返回").click()
        assert panel.get_by_role("heading", name=title, exact=True).is_visible()
    assert panel.get_by_role("button", name="返回").is_hidden()
    assert "0.6666666666666666" in panel.inner_text()


def test_the_panel_leads_back_to_where_the_number_is_stated(opened):
    screen = opened("plain")
    screen.locator("#evidence_ a.entry-mark", has_text="V1").click()
    screen.get_by_role("dialog").get_by_role("link", name="第 2 处").click()
    assert screen.get_by_role("dialog").is_hidden()
    assert focused(screen) == "number_1_2"
    assert screen.locator("#number_1_2").inner_text() == "3"


def test_an_address_with_an_anchor_opens_that_evidence(opened):
    screen = opened("large", "#quote_1999")
    assert "第1998条" in screen.get_by_role("dialog").inner_text()


def test_a_result_on_thousands_of_quotations_shows_them_in_portions(opened):
    screen = opened("large")
    screen.locator("main a.number").click()
    panel = screen.get_by_role("dialog")
    assert panel.locator(".panel-grounds .entry").count() == 40
    panel.get_by_role("button", name="还有 1960 条").click()
    assert panel.locator(".panel-grounds .entry").count() == 80


def test_footnotes_and_citations_lead_there_and_back(opened):
    screen = opened("plain")
    screen.locator("#noteref_2").click()
    assert screen.url.endswith("#note_2")
    screen.locator("#note_2 a").click()
    assert screen.url.endswith("#noteref_2")
    screen.locator("a.citation").click()
    assert screen.locator(":target").inner_text().startswith("[1] 李明")


# ---- without a script ---------------------------------------------------------------------------


def test_without_a_script_the_numbers_lead_into_the_annex(opened, browser, files):
    context = browser.new_context(java_script_enabled=False)
    screen = context.new_page()
    screen.goto(files["plain"].as_uri())
    assert (
        screen.locator("#search_, button:visible, dialog:visible").locator("visible=true").count()
        == 0
    )
    screen.locator("main a.number").first.click()
    assert screen.url.endswith("#result_1")
    screen.locator("#result_1 a", has_text="Q3").click()
    screen.locator("#quote_3 a", has_text="V5").click()
    assert screen.url.endswith("#result_5")
    assert screen.locator("#quote_3").is_visible()
    context.close()


# ---- search -------------------------------------------------------------------------------------


def test_the_search_finds_counts_and_highlights(opened):
    screen = opened("plain")
    assert screen.locator("#count_").inner_text() == "共 5 个结果、3 条引文、2 条记录。"
    assert search(screen, "责任清单") == "找到 1 条引文。"
    assert (shown(screen, "quotation"), shown(screen, "result")) == (["Q2"], [])
    assert screen.locator("#evidence_ mark").all_inner_texts() == ["责任清单"]
    assert screen.locator("#results_").is_hidden()
    search(screen, "")
    assert screen.locator("#evidence_ mark").count() == 0
    assert screen.locator("#count_").inner_text() == "共 5 个结果、3 条引文、2 条记录。"
    assert screen.locator("#quote_2 blockquote bdi").evaluate("it => it.childNodes.length") == 1


ASKED = {
    "doc-b": ["Q3"],
    "小王": ["Q3"],
    "PROB.form": ["Q3"],
    "管理创新": ["Q3"],
    "组织.联合": ["Q1", "Q2"],
    "V5": ["Q3"],
    "v2": ["Q1", "Q2"],
    "已实施 清单": ["Q2"],
    "grid management": ["Q1"],
    "ＧＲＩＤｍａｎａｇｅｍｅｎｔ": ["Q1"],
    "联合 党支部": ["Q1"],
    "清单 议事厅": [],
}


def test_what_can_be_asked_for(opened):
    screen = opened("plain")
    for asked, quotations in ASKED.items():
        search(screen, asked)
        assert shown(screen, "quotation") == quotations, asked


def test_an_empty_answer_says_so_and_quotes_the_words_as_text(opened):
    screen = opened("plain")
    told = search(screen, "<img src=x onerror=window.hacked=1>")
    assert told == "没有找到“<img src=x onerror=window.hacked=1>”。换一个词，或者清空搜索框。"
    assert screen.locator("#evidence_ .entry:visible").count() == 0
    assert screen.locator("#count_").get_attribute("role") == "status"


def test_a_composition_is_searched_when_it_ends(opened):
    screen = opened("plain")
    screen.locator("#query_").focus()
    keyboard = screen.context.new_cdp_session(screen)
    keyboard.send(
        "Input.imeSetComposition", {"text": "yishi", "selectionStart": 5, "selectionEnd": 5}
    )
    screen.wait_for_timeout(100)
    assert screen.locator("#query_").input_value() == "yishi"
    assert screen.locator("#count_").inner_text().startswith("共 5"), (
        "letters on the way are not asked"
    )
    keyboard.send("Input.insertText", {"text": "议事"})
    screen.wait_for_selector("#count_:has-text('找到 1 条引文')")
    assert shown(screen, "quotation") == ["Q3"]


def test_the_slash_key_goes_to_the_search(opened):
    screen = opened("plain")
    screen.keyboard.press("/")
    assert focused(screen) == "query_"
    screen.keyboard.press("/")
    assert screen.locator("#query_").input_value() == "/"
    screen.keyboard.press("Enter")
    assert screen.locator("#query_").input_value() == "/", "the form is not sent anywhere"


def test_two_thousand_quotations_are_searched_at_once(opened):
    screen = opened("large")
    assert len(shown(screen, "quotation")) == 100
    assert search(screen, "柳荫") == "找到 40 条引文。"
    assert len(shown(screen, "quotation")) == 40
    assert screen.locator("#evidence_ mark").count() == 120, "three times in each"
    assert search(screen, "网格") == "找到 1960 条引文。"
    screen.get_by_role("button", name="还有 1860 条").click()
    assert len(shown(screen, "quotation")) == 200
    spent = screen.evaluate(
        """async () => {
          const query = document.getElementById("query_");
          const spent = [];
          for (const words of ["社", "社区", "社区网", "居民 第1区", ""]) {
            query.value = words;
            const begun = performance.now();
            query.dispatchEvent(new InputEvent("input"));
            await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
            spent.push(performance.now() - begun);
          }
          return spent.sort((one, other) => one - other)[2];
        }"""
    )
    assert spent < 1000, f"{spent:.0f} ms for a key; a tenth of it is usual"


# ---- theme --------------------------------------------------------------------------------------


def background(screen) -> str:
    return screen.evaluate("getComputedStyle(document.body).backgroundColor")


def test_the_theme_follows_the_system_until_the_reader_chooses(opened):
    screen = opened("plain", color_scheme="dark")
    dark = background(screen)
    screen.emulate_media(color_scheme="light")
    light = background(screen)
    assert light == "rgb(255, 255, 255)" != dark
    screen.get_by_role("button", name="换成深色").click()
    assert background(screen) == dark
    screen.reload()
    assert background(screen) == dark, "remembered"
    screen.get_by_role("button", name="换成浅色").click()
    assert background(screen) == light
    screen.emulate_media(color_scheme="dark")
    assert background(screen) == light


def test_the_theme_changes_where_nothing_can_be_stored(opened):
    blocked = """Object.defineProperty(window, "localStorage", {
      get() { throw new DOMException("blocked", "SecurityError"); } });"""
    screen = opened("plain", script=blocked, color_scheme="light")
    screen.get_by_role("button", name="换成深色").click()
    assert background(screen) != "rgb(255, 255, 255)"
    screen.locator("main a.number").first.click()
    assert screen.get_by_role("dialog").is_visible()


COLOURS = """() => {
  const parse = (colour) => colour.match(/[\\d.]+/g).map(Number);
  const found = new Map();
  for (const element of document.querySelectorAll("body *")) {
    const own = [...element.childNodes].some((n) => n.nodeType === 3 && n.data.trim());
    if (!own || !element.checkVisibility()) continue;
    let behind = element;
    while (behind && parse(getComputedStyle(behind).backgroundColor)[3] === 0) behind = behind.parentElement;
    const ground = parse(getComputedStyle(behind ?? document.body).backgroundColor).slice(0, 3);
    const ink = parse(getComputedStyle(element).color);
    found.set(JSON.stringify([ink, ground]), element.tagName + "." + element.className);
  }
  return [...found].map(([pair, where]) => [...JSON.parse(pair), where]);
}"""


def contrast(ink: list[float], ground: list[float]) -> float:
    """Contrast ratio of WCAG 2.2: (L1 + 0.05) / (L2 + 0.05) of the relative luminances."""

    def luminance(colour: list[float]) -> float:
        parts = [part / 255 for part in colour[:3]]
        linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    low, high = sorted((luminance(ink), luminance(ground)))
    return (high + 0.05) / (low + 0.05)


def test_the_formula_of_contrast():
    """The anchors of WCAG: black on white is 21; #767676 is the lightest grey that passes 4.5."""
    assert contrast([0, 0, 0], [255, 255, 255]) == pytest.approx(21)
    assert contrast([0x76] * 3, [255] * 3) > 4.5 > contrast([0x77] * 3, [255] * 3)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_text_can_be_read_on_its_ground(opened, scheme):
    screen = opened("plain", color_scheme=scheme)
    search(screen, "责任清单")
    pairs = screen.evaluate(COLOURS)
    search(screen, "")
    pairs += screen.evaluate(COLOURS)
    screen.locator("main a.number").first.click()
    pairs += screen.evaluate(COLOURS)
    assert len({str(pair[:2]) for pair in pairs}) > 8
    poor = [(where, ink, ground) for ink, ground, where in pairs if contrast(ink, ground) < 4.5]
    assert poor == []


# ---- paper and narrow screens -------------------------------------------------------------------


def printed(screen) -> pypdf.PdfReader:
    return pypdf.PdfReader(io.BytesIO(screen.pdf(prefer_css_page_size=True)))


def test_paper_has_the_annex_and_no_buttons(opened):
    screen = opened("plain", color_scheme="dark")
    search(screen, "责任清单")  # what was searched for does not thin the paper
    screen.locator("main a.number").first.click()
    pdf = printed(screen)
    width, height = (float(side) / 72 * 25.4 for side in pdf.pages[0].mediabox[2:])
    assert (round(width), round(height)) == (210, 297)
    text = "".join(sheet.extract_text() for sheet in pdf.pages)
    for told in (
        "INNOV.ORG",
        "PROB.FORM",
        "practices.n",
        "doc-b.txt",
        "example.org/census",
    ):
        assert text.count(told), told
    assert "never.stated" not in text
    assert screen.locator(".paper").is_hidden()
    assert screen.locator("button, dialog, #search_").count() > 3
    screen.emulate_media(media="print")
    assert screen.locator("button, dialog, #search_").locator("visible=true").count() == 0
    assert screen.locator("#evidence_ .entry:visible").count() == 9
    left_out = "正文没有写到的结果（V5 起，共 1 个）不印在纸上，请看网页。"
    assert screen.locator(".paper:visible").inner_text() == left_out
    colours = screen.evaluate(COLOURS)
    assert {
        str(ink) for ink, _, where in colours if where.startswith("A.") and "simulated" not in where
    } == {"[0, 0, 0]"}
    assert background(screen) == "rgb(255, 255, 255)"


def test_a_portion_on_the_screen_is_whole_on_paper(opened):
    screen = opened("large")
    screen.emulate_media(media="print")
    assert screen.locator("#evidence_ .entry[data-kind=quotation]:visible").count() == 2000


def test_numbers_are_whole_on_paper(opened):
    text = "".join(sheet.extract_text() for sheet in printed(opened("wide")).pages)
    assert text.count("[−1.23, 4.56]") == 6 * 9


@pytest.mark.parametrize("name", ["plain", "hostile", "wide"])
def test_nothing_is_wider_than_a_telephone(opened, name):
    screen = opened(name, viewport={"width": 360, "height": 720})
    assert screen.evaluate("document.documentElement.scrollWidth") == 360
    if name == "wide":
        return
    screen.locator("main a.number").nth(1).click()
    assert screen.evaluate("document.getElementById('panel_body_').scrollWidth") <= 360
    assert screen.get_by_role("button", name="关闭").bounding_box()["x"] < 360


# ---- hostile texts ------------------------------------------------------------------------------


def test_hostile_texts_neither_run_nor_break_the_page(opened):
    screen = opened("hostile")
    assert screen.locator("body > main").count() == 1
    assert screen.locator("#evidence_ .entry[data-kind=quotation]").count() == len(HOSTILE)
    for number, text in enumerate(SHOWN):
        screen.locator(f"#quote_{number + 1} .entry-mark").click()
        quoted = screen.locator("dialog blockquote").evaluate("it => it.textContent")
        assert quoted == text
        screen.keyboard.press("Escape")
    for text in SHOWN:
        search(screen, text)
        assert shown(screen, "quotation"), text
    assert screen.locator("body script").count() == 1
