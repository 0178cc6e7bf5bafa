"""Make docs/figures.md and the pictures in docs/images/figures/: every kind of figure, both sizes.

Run from the project's root: ``python docs/make_figures_page.py``.
"""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import TYPE_CHECKING

import colours
import figure_set
from PIL import Image

from pbgov.exhibits.slide import SLIDE_HEIGHT, SLIDE_WIDTH
from pbgov.exhibits.style import DPI, FAMILY, LEAST_SIZE, PALETTE, SMALL_SIZE, TEXT_SIZE

if TYPE_CHECKING:
    from pbgov.exhibits.exhibit import Exhibit, Size

DOCS = Path(__file__).parent
PAGE = DOCS / "figures.md"
PICTURES = DOCS / "images" / "figures"
TOLD = DOCS / "figure_texts.csv"
SHOWN_AT = {"column": 110, "slide": 80}
"""Dots per inch of the pictures in the repository; `Exhibit.image` gives 300."""

SHADES = 160


def main() -> None:
    """Write the pictures and the page."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    made = {}
    for place, (name, make) in enumerate(figure_set.FIGURES.items(), start=1):
        print(f"{place}/{len(figure_set.FIGURES)}  {name}", flush=True)
        made[name] = exhibit = make()
        for size in ("column", "slide"):
            (PICTURES / f"{name}-{size}.png").write_bytes(_picture(exhibit, size))
    PAGE.write_text(page(made), encoding="utf-8")


def _picture(exhibit: Exhibit, size: Size) -> bytes:
    """The figure with fewer dots and shades, for the page."""
    drawn = Image.open(io.BytesIO(exhibit.image("png", size))).convert("RGB")
    share = SHOWN_AT[size] / DPI
    small = drawn.resize(
        (round(drawn.width * share), round(drawn.height * share)), Image.Resampling.LANCZOS
    )
    written = io.BytesIO()
    few = small.quantize(SHADES, Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE)
    few.save(written, "png", optimize=True)
    return written.getvalue()


def told() -> dict[str, dict[str, str]]:
    """What each figure is for, how it is read, and what it is not."""
    with TOLD.open(encoding="utf-8-sig", newline="") as file:
        return {row["figure"]: row for row in csv.DictReader(file)}


def page(made: dict[str, Exhibit]) -> str:
    """The page; its numbers are computed."""
    texts = told()
    parts = [_head(len(made)), _palette()]
    for name, exhibit in made.items():
        text = texts[name]
        notice = f"\n- 发表：{exhibit.export_notice}" if exhibit.export_notice else ""
        mark = "【模拟】" if exhibit.simulated else ""
        parts.append(
            f"## {mark}{text['title']}\n\n`pbgov.{text['function']}`\n\n"
            f"- 用途：{text['purpose']}\n- 读法：{text['reading']}\n- 不是：{text['limits']}{notice}\n\n"
            f"![{mark}{text['title']}，报告一栏](images/figures/{name}-column.png)\n\n"
            f"<details><summary>幻灯片</summary>\n\n"
            f"![{mark}{text['title']}，幻灯片](images/figures/{name}-slide.png)\n\n</details>\n"
        )
    return "\n".join(parts)


def _head(number: int) -> str:
    return f"""# 图的样式与图例

本页由 `python docs/make_figures_page.py` 生成：工作台的 {number} 种图各画一次，先是报告一栏的大小，折叠着的是幻灯片的大小。
数据取自本仓库的研究；它给不出的图用程序生成的小数据，标【模拟】。图上下的标题、注和来源属于 `Exhibit`，不画在图里；
来源、N 和“模拟数据”画在图的下沿，裁不掉。

## 大小与格式

| | 报告一栏 | 幻灯片 |
|---|---|---|
| 取法 | `exhibit.image("png")` | `exhibit.image("png", "slide")` |
| 大小 | 宽 14 厘米，高随内容，至多一页 | 至多 {SLIDE_WIDTH:g} × {SLIDE_HEIGHT:g} 厘米（16:9 幻灯片的图框） |
| 字号 | {LEAST_SIZE:g}–{TEXT_SIZE:g} 磅（图例、刻度 {SMALL_SIZE:g} 磅） | 放大重画；行少的图 {LEAST_SIZE * SLIDE_WIDTH / 14:g} 磅起 |

幻灯片按图框重新排版，取文字互不遮挡、不出画布的最大字号；行很多的图（十六区的热图、全部设定、几十行的列表）放不下大字，字号会小于
12 磅，宜拆成几幅或改用报告一栏的图。

格式三种，同样的输入得到同样的字节：

- PNG：300 dpi。
- SVG：字已转成轮廓，没有字体也照样显示，文字不能再改。
- PDF：只嵌入用到的字形（TrueType，Type 42），文字可以检索和复制。

`exhibit.save(文件夹)` 三种都写，另写原始数据（CSV）与题注（JSON）。

## 字体、负号与缺字

- 字体 {FAMILY}（随包附带，常规与粗体，覆盖 GB 2312 与常用符号），希腊字母等补以 DejaVu Sans；不依赖本机字体。
- 负号是真正的 U+2212“−”，不是连字符；标签里的 $ 不当公式。
- 字体没有的字（多数繁体字、“𠮷”一类罕用字）画成“〓”，并在注里写出是哪个字、它的码位；不会出现空方框。
- 长名字在汉字之间断开（英文在词之间），各行长短均匀；放不下的，注里写明省了什么。
"""


def _palette() -> str:
    rows = [
        f"| {place} | `{colour}` | {colours.lab(colour)[0]:.1f} | {colours.contrast(colour):.2f} |"
        for place, colour in enumerate(PALETTE, start=1)
    ]
    eyes = [
        f"| {name} | {colours.nearest(PALETTE, seen):.1f} | {colours.nearest(PALETTE[:4], seen):.1f} |"
        for name, seen in colours.SEEN.items()
    ]
    return "\n".join(
        [
            "## 颜色、灰度与色觉",
            "",
            "| 次序 | 颜色 | 明度 L* | 与白底的对比 |",
            "|---|---|---|---|",
            *rows,
            "",
            "由深到浅，相邻两色的明度至少差 10，黑白打印仍分得开。后两色与白底的对比不到 3 : 1，多用于填充，作点时另有点形；",
            "文字用深墨色、灰和前两色（对比都在 4.5 : 1 以上），或按底色取黑、白。点另有五种形状，柱另有花纹，线另有虚实或点形；",
            "词语位置图的几行依图例由上到下，缺值图的几种来历以深浅分（缺为斜线）。",
            "",
            "| 谁看 | 五色中最近两色的距离 ΔE | 前四色 |",
            "|---|---|---|",
            *eyes,
            "",
            "ΔE 为 CIELAB 1976；色盲按 Machado 等（2009）的矩阵模拟。大于 10 即一眼可分，",
            "以上数字由程序算出，`tests/test_figure_set.py` 另行核对。",
            "",
            "没有读到、没有数值的格子一律画斜线，不涂颜色，也不写 0。",
            "",
        ]
    )


if __name__ == "__main__":
    main()
