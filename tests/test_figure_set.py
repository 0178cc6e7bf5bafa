"""The figures as a set: nothing cut or covered in either size, three kinds of file, colours for all."""

from __future__ import annotations

import io
import json
import logging
import re
import struct
import sys
from dataclasses import replace
from itertools import combinations, permutations
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest
from matplotlib.colors import to_rgb
from matplotlib.patches import Rectangle
from pypdf import PdfReader
from scipy.stats import chi2_contingency, hypergeom

from pbgov.errors import InputError
from pbgov.exhibits.districts import figure_assessment, figure_simulated_path
from pbgov.exhibits.exhibit import Exhibit
from pbgov.exhibits.figures import figure_code_region_heatmap, figure_codes_by_document
from pbgov.exhibits.maps import MAP_WARNING, figure_districts
from pbgov.exhibits.missing import figure_missing
from pbgov.exhibits.mosaic import figure_mosaic
from pbgov.exhibits.quantities import figure_quantities
from pbgov.exhibits.slide import SLIDE_HEIGHT, SLIDE_WIDTH, crowded_texts
from pbgov.exhibits.style import LEAST_SIZE, MUTED, PALETTE, figure_style, new_figure
from pbgov.inference.crossings import crossing
from pbgov.marks import mark_simulated

if TYPE_CHECKING:
    from pathlib import Path
    from types import ModuleType

NAMES = [
    "codes_by_document",
    "code_region",
    "mosaic",
    "mosaic_planted",
    "framework_heatmap",
    "districts",
    "missing",
    "assessment",
    "timeline",
    "change",
    "keyness",
    "dispersion",
    "network",
    "similarity",
    "topic_choice",
    "quantities",
    "formula_status",
    "agreement",
    "agreement_coefficients",
    "learning_curve",
    "calibration",
    "coefficients",
    "naive_corrected",
    "leave_one_out",
    "specification_curve",
    "event_study",
    "interrupted_series",
    "xy",
    "simulated_path",
    "recovery",
]
FULL = ("timeline", "code_region", "missing", "keyness", "specification_curve", "assessment")
"""Figures of so many rows or words that a slide cannot show them at 12 points."""

SOURCE = "试例"
CM = 72 / 2.54


@pytest.fixture(scope="module")
def figures(root: Path) -> ModuleType:
    sys.path.insert(0, str(root / "docs"))
    try:
        import figure_set  # type: ignore[import-not-found]
    finally:
        sys.path.remove(str(root / "docs"))
    return figure_set


# ---- the whole set --------------------------------------------------------------------------------


def test_every_figure_is_in_the_set(figures: ModuleType) -> None:
    assert list(figures.FIGURES) == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_no_text_is_cut_or_covered_in_either_size(name: str, figures: ModuleType) -> None:
    made = figures.FIGURES[name]()
    column = made.draw()
    with figure_style():
        assert crowded_texts(column) == []
    slide, scale = made._draw_for_slide()
    with figure_style():
        assert crowded_texts(slide) == []
    width, height = slide.get_size_inches() * 2.54 * scale
    assert width <= SLIDE_WIDTH + 0.01
    assert height <= SLIDE_HEIGHT + 0.01
    smallest = min(
        text.get_fontsize() for text in slide.findobj(lambda one: hasattr(one, "get_fontsize"))
    )
    assert smallest >= LEAST_SIZE
    if name not in FULL:
        assert smallest * scale >= 11.99, "large enough for the back of a room"
    assert "〓" not in made.notes()[0]


def test_the_page_shows_every_figure_and_its_numbers_are_right(root: Path) -> None:
    page = (root / "docs" / "figures.md").read_text("utf-8")
    shown = re.findall(r"\((images/figures/([a-z_]+)-(column|slide)\.png)\)", page)
    assert [name for _, name, size in shown if size == "column"] == NAMES
    assert [name for _, name, size in shown if size == "slide"] == NAMES
    files = [root / "docs" / path for path, *_ in shown]
    assert sum(file.stat().st_size for file in files) < 4_000_000
    assert {file.name for file in (root / "docs/images/figures").iterdir()} == {
        file.name for file in files
    }
    for colour in PALETTE:
        row = re.search(rf"`{colour}` \| ([0-9.]+) \| ([0-9.]+) \|", page)
        assert row is not None
        assert float(row[1]) == pytest.approx(lab(linear(colour))[0], abs=0.06)
        luminance = float(np.array([0.2126, 0.7152, 0.0722]) @ linear(colour))
        assert float(row[2]) == pytest.approx(1.05 / (luminance + 0.05), abs=0.006)
    for eyes, seen in MACHADO.items():
        row = re.search(rf"\| {eyes}.* \| ([0-9.]+) \| ([0-9.]+) \|", page)
        assert row is not None
        points = [lab(np.array(seen) @ linear(colour)) for colour in PALETTE]
        for told, several in ((row[1], points), (row[2], points[:4])):
            nearest = min(np.linalg.norm(a - b) for a, b in combinations(several, 2))
            assert float(told) == pytest.approx(nearest, abs=0.15)


def test_covered_and_cut_texts_are_found() -> None:
    with figure_style():
        figure = new_figure(5)
        figure.text(0.5, 0.5, "一二三四")
        figure.text(0.52, 0.51, "五六七八")
        figure.text(0.97, 0.2, "出了边")
        figure.text(0.1, 0.8, "自在")
    assert crowded_texts(figure) == [("出了边", ""), ("一二三四", "五六七八")]


# ---- colours --------------------------------------------------------------------------------------

DICHROMATS = {
    "protanopia": [[0.11238, 0.88762, 0], [0.11238, 0.88762, 0], [0.00401, -0.00401, 1]],
    "deuteranopia": [[0.29275, 0.70725, 0], [0.29275, 0.70725, 0], [-0.02234, 0.02234, 1]],
}
"""Viénot, Brettel & Mollon (1999), Color Research & Application 24(4), on linear RGB."""


MACHADO = {
    "普通视觉": np.eye(3).tolist(),
    "红色盲": [
        [0.152286, 1.052583, -0.204868],
        [0.114503, 0.786281, 0.099216],
        [-0.003882, -0.048116, 1.051998],
    ],
    "绿色盲": [
        [0.367322, 0.860646, -0.227968],
        [0.280085, 0.672501, 0.047413],
        [-0.011820, 0.042940, 0.968881],
    ],
}
"""Table 1 of Machado, Oliveira & Fernandes (2009), severity 1.0; rows sum to 1: white stays white."""


def linear(colour: str) -> np.ndarray:
    return np.array(
        [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in to_rgb(colour)]
    )


def lab(rgb: np.ndarray) -> np.ndarray:
    """CIELAB of linear RGB, from the definitions of sRGB and CIE 1976."""
    to_xyz = np.array(
        [[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]]
    )
    f = [
        t ** (1 / 3) if t > (6 / 29) ** 3 else t / (3 * (6 / 29) ** 2) + 4 / 29
        for t in to_xyz @ rgb.clip(0, 1) / to_xyz.sum(axis=1)
    ]
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


@pytest.mark.parametrize("kind", DICHROMATS)
def test_colour_blind_readers_tell_the_palette_apart(kind: str) -> None:
    seen = [lab(np.array(DICHROMATS[kind]) @ linear(colour)) for colour in PALETTE]
    for place, one in enumerate(seen):
        for other in seen[place + 1 :]:
            assert np.linalg.norm(one - other) > 10


def test_neighbours_of_the_palette_differ_in_grey_and_dark_ones_may_be_letters() -> None:
    grey = [lab(linear(colour))[0] for colour in PALETTE]
    assert np.diff(grey).min() >= 10
    luminance = [float(np.array([0.2126, 0.7152, 0.0722]) @ linear(c)) for c in (*PALETTE, MUTED)]
    contrast = [1.05 / (one + 0.05) for one in luminance]
    assert min(contrast[0], contrast[1], contrast[5]) >= 4.5
    assert contrast[2] >= 3 > max(contrast[3:5])
    assert all(sum(row) == pytest.approx(1, abs=2e-6) for eye in MACHADO.values() for row in eye)


# ---- kinds and sizes ------------------------------------------------------------------------------


def plain(**changes: object) -> Exhibit:
    def draw() -> object:
        figure = new_figure(6)
        axes = figure.add_subplot()
        axes.bar([0, 1], [-1.5, 2], hatch="///", fc="white", ec="black")
        axes.set_xlabel("满意率（百分点）κ ℃")
        return figure

    made = {
        "exhibit_id": "fig-plain",
        "title": "两个值",
        "body": draw,
        "note": "N = 2。",
        "source": SOURCE,
        "data": pd.DataFrame({"a": [1]}),
    }
    return Exhibit(**{**made, **changes})  # type: ignore[arg-type]


@pytest.mark.parametrize("size", ["column", "slide"])
@pytest.mark.parametrize("kind", ["png", "svg", "pdf"])
def test_the_same_figure_gives_the_same_bytes(kind: str, size: str) -> None:
    assert plain().image(kind, size) == plain().image(kind, size)  # type: ignore[arg-type]


def centimetres(drawn: bytes, kind: str) -> tuple[float, float]:
    """Width and height as the file itself states them."""
    if kind == "pdf":
        box = PdfReader(io.BytesIO(drawn)).pages[0].mediabox
        return float(box.width) / CM, float(box.height) / CM
    if kind == "svg":
        root = drawn[drawn.index(b"<svg") :].split(b">")[0].decode()
        return tuple(  # type: ignore[return-value]
            float(re.search(rf'\b{side}="([0-9.]+)pt"', root)[1]) / CM  # type: ignore[index]
            for side in ("width", "height")
        )
    dots = struct.unpack(">II", drawn[16:24])
    start = drawn.index(b"pHYs") + 4
    per_metre = struct.unpack(">II", drawn[start : start + 8])
    assert per_metre == (11811, 11811), "300 dpi"
    return 100 * dots[0] / per_metre[0], 100 * dots[1] / per_metre[1]


def test_the_three_kinds_have_one_size() -> None:
    made = plain()
    for size, width in (("column", 14.0), ("slide", 24.0)):
        sides = [centimetres(made.image(kind, size), kind) for kind in ("png", "svg", "pdf")]  # type: ignore[arg-type]
        assert [side[0] for side in sides] == pytest.approx([width] * 3, abs=0.02)
        assert max(side[1] for side in sides) - min(side[1] for side in sides) < 0.02
    assert made.image("png") == made.image("png", "column")


@pytest.mark.parametrize("size", ["column", "slide"])
def test_a_pdf_embeds_subsets_and_its_text_can_be_read(size: str) -> None:
    page = PdfReader(io.BytesIO(plain().image("pdf", size))).pages[0]  # type: ignore[arg-type]
    text = page.extract_text()
    assert "满意率（百分点）κ ℃" in text
    assert "−1.5" in text
    assert SOURCE in text
    fonts = page["/Resources"]["/Font"].get_object().values()  # type: ignore[index]
    for font in (font.get_object() for font in fonts):
        assert re.match(r"/[A-Z]{6}\+", font["/BaseFont"]), "a subset"
        inner = font["/DescendantFonts"][0].get_object() if "/DescendantFonts" in font else font
        assert inner["/Subtype"] in ("/CIDFontType2", "/TrueType"), "Type 42, not Type 3"
        assert "/FontFile2" in inner["/FontDescriptor"].get_object(), "embedded"


def test_other_kinds_and_sizes_are_refused() -> None:
    with pytest.raises(InputError, match="kinds are png, svg and pdf"):
        plain().image("jpg")  # type: ignore[arg-type]
    with pytest.raises(InputError, match="sizes column and slide"):
        plain().image("png", "poster")  # type: ignore[arg-type]


# ---- what a map needs before it is published ------------------------------------------------------


def squares(n: int, side: int) -> dict[str, list[dict[str, object]]]:
    features = []
    for at in range(n):
        x, y = 116 + 0.1 * (at % side), 39 + 0.1 * (at // side)
        ring = [[x, y], [x + 0.1, y], [x + 0.1, y + 0.1], [x, y + 0.1], [x, y]]
        features.append(
            {
                "properties": {"region_code": UNITS[at], "name": f"第{at}街道"},
                "geometry": {"type": "Polygon", "coordinates": [ring]},
            }
        )
    return {"features": features}


UNITS = [f"11010{at:04d}" for at in range(340)]


@pytest.mark.parametrize(("lang", "said"), [("zh", MAP_WARNING), ("en", "map approval number")])
def test_a_map_says_what_its_publication_needs(
    lang: str, said: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    made = figure_districts(
        {UNITS[0]: 1.0}, squares(2, 2), title="t", unit="人", note="n。", source=SOURCE, lang=lang
    )  # type: ignore[arg-type]
    assert said in made.export_notice
    assert made.notes()[0].count(said) == 1
    assert made.export_notice == replace(made, title="别的").export_notice
    with caplog.at_level(logging.WARNING, "pbgov"):
        made.save(tmp_path)
        plain().save(tmp_path)
    assert [record.getMessage() for record in caplog.records] == [
        f"fig-districts：{made.export_notice}"
    ]
    caption = json.loads((tmp_path / "captions/fig-districts.json").read_text("utf-8"))
    assert caption["export_notice"] == made.export_notice
    assert said in caption["note"]


# ---- mosaic ---------------------------------------------------------------------------------------


def test_a_crossing_of_single_codes_is_the_contingency_table() -> None:
    random = np.random.default_rng(5)
    one, other = random.integers(0, 4, 90), random.integers(0, 3, 90)
    found = crossing(np.eye(4)[one], np.eye(3)[other], draws=4999, seed=3)
    known = chi2_contingency(found.counts, correction=False)
    np.testing.assert_allclose(found.expected, known.expected_freq)
    assert found.statistic == pytest.approx(known.statistic)
    assert found.p_value == pytest.approx(known.pvalue, abs=0.03)
    assert not found.exact


def test_an_exact_p_of_two_by_two_is_hypergeometric() -> None:
    one = np.array([1] * 6 + [0] * 6)
    other = np.array([1, 1, 1, 1, 1, 0, 1, 0, 0, 0, 0, 0])
    found = crossing(np.eye(2)[one], np.eye(2)[other])
    both = hypergeom(12, 6, 6)
    distance = abs(5 - 3)
    expected = sum(both.pmf(k) for k in range(7) if abs(k - 3) >= distance)
    assert found.exact
    assert found.p_value == pytest.approx(expected)


def test_several_codes_of_a_practice_move_together() -> None:
    one = np.array([[1, 0], [1, 0], [1, 1], [0, 1], [0, 1], [0, 1]])
    other = np.array([[1, 1, 0], [1, 0, 0], [1, 1, 1], [0, 0, 1], [0, 1, 1], [0, 0, 1]])
    found = crossing(one, other)
    tables = np.array([one.T @ other[list(order)] for order in permutations(range(6))])
    np.testing.assert_allclose(found.expected, tables.mean(axis=0))
    sums = ((tables - found.expected) ** 2 / found.expected).sum(axis=(1, 2))
    assert found.p_value == pytest.approx((sums >= found.statistic - 1e-9).mean())


def coded(pairs: dict[tuple[str, str], int]) -> pd.DataFrame:
    rows = []
    for (mode, kind), n in pairs.items():
        for _ in range(n):
            name = f"p{len(rows)}"
            rows += [(name, f"MODE.{mode}", 1), (name, f"INNOV.{kind}", 1)]
    return pd.DataFrame(rows, columns=["segment_id", "code_id", "value"])


def test_tiles_are_as_large_as_their_counts_and_signed() -> None:
    pairs = {("A", "X"): 40, ("A", "Y"): 10, ("B", "X"): 8, ("B", "Y"): 30, ("B", "Z"): 6}
    made = figure_mosaic(coded(pairs), source=SOURCE, draws=199)
    axes = made.draw().axes[0]
    tiles = [patch for patch in axes.patches if isinstance(patch, Rectangle)]
    areas = np.array([tile.get_width() * tile.get_height() for tile in tiles])
    np.testing.assert_allclose(areas / areas.sum(), np.array(list(pairs.values())) / 94)
    residual = made.data.set_index(["first_code", "second_code"])["pearson_residual"]
    by_hand = (40 - 50 * 48 / 94) / (50 * 48 / 94) ** 0.5
    assert residual["MODE.A", "INNOV.X"] == pytest.approx(by_hand)
    signs = {text.get_text()[0]: text.get_text() for text in axes.texts[:2]}
    assert signs["①"].endswith("40 +")
    assert signs["②"].endswith("10 −")
    dashed = [tile.get_linestyle() for tile in tiles[:2]]
    assert dashed[0] in ("-", "solid")
    assert dashed[1] not in ("-", "solid")
    circles = [line for line in axes.lines if line.get_marker() == "o" and len(line.get_xdata())]
    assert len(circles) == 1, "A and Z never meet"
    note = made.notes()[0]
    assert "N = 94 个不同的做法" in note
    assert "A×INNOV.Z" in note.replace("MODE.", "")
    assert "不是一个使另一个发生" in note
    assert re.search(r"p = 0\.005|p <", note)


def test_a_practice_told_twice_counts_once_and_overlap_is_said() -> None:
    rows = coded({("A", "X"): 3, ("B", "Y"): 3})
    more = pd.DataFrame(
        {"segment_id": ["p0", "lonely"], "code_id": ["INNOV.Y", "MODE.A"], "value": 1}
    )
    table = pd.concat([rows, more], ignore_index=True)
    told = {name: name for name in table["segment_id"]} | {"p2": "p0", "p10": np.nan}
    made = figure_mosaic(table, source=SOURCE, practices=told, draws=99)
    counts = made.data.set_index(["first_code", "second_code"])["n_practices"]
    assert counts.to_dict() == {
        ("MODE.A", "INNOV.X"): 2,
        ("MODE.A", "INNOV.Y"): 1,
        ("MODE.B", "INNOV.X"): 0,
        ("MODE.B", "INNOV.Y"): 2,
    }
    note = made.notes()[0]
    assert "N = 4 个不同的做法" in note
    assert "共 5 对" in note
    assert "另有 1 个做法只有其中一族的编码" in note
    assert "比较了全部" in note


def test_the_residual_code_of_a_family_is_no_kind() -> None:
    rows = coded({("A", "X"): 3, ("B", "Y"): 3, ("B", "NONE"): 2})
    made = figure_mosaic(rows, source=SOURCE, draws=99)
    assert set(made.data["second_code"]) == {"INNOV.X", "INNOV.Y"}
    assert made.data["n_practices"].sum() == 6
    assert "N = 6 个不同的做法" in made.notes()[0]
    assert "另有 2 个做法只有其中一族的编码" in made.notes()[0]
    with pytest.raises(InputError, match="no practice carries codes of both"):
        figure_mosaic(coded({("A", "NONE"): 2}), source=SOURCE)


def test_circles_of_codes_side_by_side_that_never_meet_do_not_cover_one_another() -> None:
    pairs = {("A", kind): 20 for kind in "UVWXYZ"} | {("B", "U"): 30, ("B", "Z"): 30}
    figure = figure_mosaic(coded(pairs), source=SOURCE, draws=99).draw()
    figure.draw_without_rendering()
    axes = figure.axes[0]
    circles = [line for line in axes.lines if line.get_marker() == "o" and len(line.get_xdata())]
    assert len(circles) == 4, "B meets neither V nor W, X, Y"
    places = axes.transData.transform([(c.get_xdata()[0], c.get_ydata()[0]) for c in circles])
    apart = np.hypot(*(places[:, None] - places[None]).transpose(2, 0, 1))
    wide = circles[0].get_markersize() * figure.dpi / 72
    assert apart[np.triu_indices(4, 1)].min() > wide


def test_mosaics_that_cannot_be_are_refused() -> None:
    table = coded({("A", "X"): 2})
    with pytest.raises(InputError, match="2 coders"):
        figure_mosaic(table.assign(coder=["甲", "乙"] * 2), source=SOURCE)
    with pytest.raises(InputError, match="families coded: INNOV"):
        figure_mosaic(table[table["code_id"] == "INNOV.X"], source=SOURCE)
    with pytest.raises(InputError, match="a mosaic holds 10"):
        figure_mosaic(coded({(f"{n:02d}", "X"): 1 for n in range(30)}), source=SOURCE)
    with pytest.raises(InputError, match="no entry"):
        figure_mosaic(table, source=SOURCE, practices={})
    assert "无从检验" in figure_mosaic(table, source=SOURCE).notes()[0]
    assert figure_mosaic(mark_simulated(table), source=SOURCE).simulated


# ---- missing figures ------------------------------------------------------------------------------

FIGURES = pd.DataFrame(
    [
        ("110101", "人口", "2010", 5.0, "实际"),
        ("110102", "人口", "2010", 6.0, "推算"),
        ("110101", "人口", "2020", np.nan, "实际"),
        ("110101", "满意率", "2023", 0.9, "预计"),
    ],
    columns=["region_code", "indicator", "period", "value", "status"],
)


def test_each_cell_is_there_missing_or_not_applicable() -> None:
    none = pd.DataFrame({"region_code": ["110103"], "indicator": ["满意率"]})
    made = figure_missing(
        FIGURES, source=SOURCE, units=["110103", "110102", "110101"], not_applicable=none
    )
    cells = made.data.set_index(["region_code", "indicator", "period"])["status"]
    assert cells.to_dict() == {
        ("110103", "人口", "2010"): "缺",
        ("110103", "人口", "2020"): "缺",
        ("110103", "满意率", "2023"): "不适用",
        ("110102", "人口", "2010"): "推算",
        ("110102", "人口", "2020"): "缺",
        ("110102", "满意率", "2023"): "缺",
        ("110101", "人口", "2010"): "实际",
        ("110101", "人口", "2020"): "缺",
        ("110101", "满意率", "2023"): "预计",
    }
    note = made.notes()[0]
    assert "缺 5 格（55.6%）" in note
    assert "不适用 1 格（11.1%）" in note
    axes = made.draw().axes[0]
    order = [label.get_text() for label in axes.get_yticklabels()]
    assert order == ["110101", "110103", "110102"], "from complete to empty, as given where equal"
    assert any(part.get_hatch() for part in axes.collections)


def test_figures_that_contradict_are_refused() -> None:
    with pytest.raises(InputError, match="twice"):
        figure_missing(pd.concat([FIGURES, FIGURES]), source=SOURCE)
    with pytest.raises(InputError, match="leaves out"):
        figure_missing(FIGURES, source=SOURCE, units=["110101"])
    with pytest.raises(InputError, match="is none"):
        figure_missing(FIGURES.assign(status="估计"), source=SOURCE)
    with pytest.raises(InputError, match="not applicable"):
        figure_missing(FIGURES, source=SOURCE, not_applicable=FIGURES[["region_code", "indicator"]])
    with pytest.raises(InputError, match="no group"):
        figure_missing(FIGURES, source=SOURCE, groups={"110101": "甲"})
    assert figure_missing(FIGURES.assign(status="模拟"), source=SOURCE).simulated


# ---- awkward input --------------------------------------------------------------------------------

LONG = "以街道為單位的黨組織統籌協調與社區共建共治共享機制創新（試點擴面階段𠮷）第{}項"


def some_scores(units: list[str], codes: list[str]) -> pd.DataFrame:
    random = np.random.default_rng(0)
    table = pd.MultiIndex.from_product([units, codes], names=["unit", "code_id"]).to_frame(
        index=False
    )
    table["n_segments"] = 15 * (table["unit"].map(units.index) % 3)
    share = random.uniform(0, 1, len(table)).round(2)
    return table.assign(n_coded=3.0, share=np.where(table["n_segments"] > 0, share, np.nan))


def some_figures(n: int, indicators: int, periods: int, name: str = "指标{}") -> pd.DataFrame:
    random = np.random.default_rng(1)
    rows = [
        (unit, name.format(one), f"{2015 + at}", 1.0, "实际")
        for unit in UNITS[:n]
        for one in range(indicators)
        for at in range(periods)
        if random.random() < 0.7
    ]
    return pd.DataFrame(rows, columns=FIGURES.columns)


def some_quantities(pairs: list[tuple[float, float]]) -> pd.DataFrame:
    return pd.DataFrame(pairs, columns=["from_value", "value"]).assign(
        doc_id="d", indicator=LONG.format(1), unit="%", period="2020 年"
    )


def some_panel(n: int, periods: tuple[str, ...] = ("2020", "2021")) -> pd.DataFrame:
    rows = [(unit, at_time, 50.0 + at) for at, unit in enumerate(UNITS[:n]) for at_time in periods]
    return mark_simulated(pd.DataFrame(rows, columns=["region_code", "period", "模拟满意率"]))


def some_assessment(n: int, months: int) -> pd.DataFrame:
    rows = [
        (unit, f"2022-{month:02d}", "很长的考核分组名称" * 2, 800.0 + at, 800.0 + 9 * (at % 3) + at)
        for at, unit in enumerate(UNITS[:n])
        for month in range(1, months + 1)
    ]
    columns = ["region_code", "period", "peer_group", "score_low", "score_high"]
    return pd.DataFrame(rows, columns=columns)


CODES = [f"F.{at:02d}" for at in range(30)]
LONG_NAMES = {name: LONG.format(at) for at, name in enumerate([*UNITS, *CODES])}
MAPPED = {"title": "t", "unit": "单位" * 20, "note": "n。", "source": SOURCE}
DENSE = dict.fromkeys(UNITS, 1.0)
WIDEST = {
    f"{family}.{code}": text
    for family, codes in (("MODE", "ABCDE"), ("INNOV", "VWXYZ"))
    for code, text in zip(
        codes,
        (
            "MMMMMMMMMM WWWWWWWWWW MMMMMMMMMM",
            "统筹协调与社区共建共治共享",
            "Neighbourhood WORKSHOPS @ COMMUNITY",
            "“两新”组织（含小微企业、个体工商户）党建",
            "WWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWW",
        ),
        strict=True,
    )
}
AWKWARD = {
    "mosaic of the widest letters": lambda: figure_mosaic(
        coded({(a, b): 9 for a in "ABCDE" for b in "VWXYZ"}),
        source=SOURCE,
        labels=WIDEST,
        draws=99,
    ),
    "one document": lambda: figure_codes_by_document(
        some_scores(UNITS[1:2], CODES[:1]), source=SOURCE, labels=LONG_NAMES, names=LONG_NAMES
    ),
    "sixty documents": lambda: figure_codes_by_document(
        some_scores(UNITS[:60], CODES[:5]), source=SOURCE, labels=LONG_NAMES, names=LONG_NAMES
    ),
    "340 streets by 16 codes": lambda: figure_code_region_heatmap(
        some_scores(UNITS, CODES[:16]), source=SOURCE, labels=LONG_NAMES
    ),
    "mosaic of one practice": lambda: figure_mosaic(coded({("A", "X"): 1}), source=SOURCE),
    "English mosaic": lambda: figure_mosaic(
        coded({("A", "X"): 30, ("A", "Y"): 2, ("B", "Y"): 20, ("C", "Z"): 1}),
        source=SOURCE,
        labels={
            f"{family}.{code}": f"Coordination across neighbourhoods, stage {code}"
            for family, codes in (("MODE", "ABC"), ("INNOV", "XYZ"))
            for code in codes
        },
        lang="en",
        draws=99,
    ),
    "340 streets in 17 groups": lambda: figure_missing(
        some_figures(340, 4, 3),
        source=SOURCE,
        units=UNITS,
        groups={unit: f"第{at // 21}区" for at, unit in enumerate(UNITS)},
    ),
    "24 indicators with long names": lambda: figure_missing(
        some_figures(16, 24, 3, LONG), source=SOURCE, lang="en"
    ),
    "one figure": lambda: figure_missing(some_figures(3, 1, 1).head(1), source=SOURCE),
    "one district": lambda: figure_districts({UNITS[0]: -3.5}, squares(1, 1), **MAPPED),
    "a map of 340 streets": lambda: figure_districts(
        {unit: float(at - 170) for at, unit in enumerate(UNITS[:300])}, squares(340, 20), **MAPPED
    ),
    "negative percentages": lambda: figure_quantities(
        some_quantities([(-117.1, -109), (240, -20.5), (50, 50)]), source=SOURCE
    ),
    "a path of one district": lambda: figure_simulated_path(
        some_panel(1), source=SOURCE, names=LONG_NAMES
    ),
    "a path of twelve months": lambda: figure_simulated_path(
        some_panel(16, tuple(f"2020-{month:02d}" for month in range(1, 13))),
        source=SOURCE,
        names=LONG_NAMES,
    ),
    "16 codes with long names": lambda: figure_code_region_heatmap(
        some_scores(UNITS[:5], CODES[:16]),
        source=SOURCE,
        labels={code: f"Co-ordination and CO-GOVERNANCE {code}" for code in CODES},
    ),
    "nine months": lambda: figure_assessment(some_assessment(16, 9), DENSE, source=SOURCE),
    "one month, a long name": lambda: figure_assessment(
        some_assessment(1, 1), DENSE, source=SOURCE, names=LONG_NAMES
    ),
}


@pytest.mark.parametrize("case", AWKWARD)
def test_awkward_input_is_drawn_without_a_word_cut_or_covered(case: str) -> None:
    made = AWKWARD[case]()
    figure = made.draw()
    with figure_style():
        assert crowded_texts(figure) == []
    assert figure.get_size_inches()[1] * 2.54 < 22.5
    slide, _ = made._draw_for_slide()
    with figure_style():
        assert crowded_texts(slide) == []


def test_groups_of_the_assessment_are_told_apart_without_colour() -> None:
    table = some_assessment(4, 1).assign(
        peer_group=["甲", "乙"] * 2, score_low=800.0, score_high=[850.0, 850.0, 800.0, 800.0]
    )
    figure = figure_assessment(table, DENSE, source=SOURCE).draw()
    shown = [line for line in figure.axes[0].lines if len(line.get_xdata())]
    looks = {(line.get_marker(), line.get_markerfacecolor() == "white") for line in shown}
    assert looks == {("o", True), ("o", False), ("s", True), ("s", False)}
    hollow = [line for line in shown if line.get_markerfacecolor() == "white"]
    assert {float(x) for line in hollow for x in line.get_xdata()} == {800.0, 850.0}


def test_negative_numbers_are_written_with_a_minus_sign() -> None:
    figure = AWKWARD["negative percentages"]().draw()
    written = [text.get_text() for text in figure.axes[0].texts]
    assert "−117.1" in written
    assert not any("-" in text for text in written)


def test_what_no_page_holds_is_refused() -> None:
    with pytest.raises(InputError, match="a page does not hold"):
        figure_assessment(some_assessment(60, 9), DENSE, source=SOURCE)
    pairs = {(f"{n}", f"{n}"): 1 for n in range(10)}
    named = {f"{family}.{n}": LONG.format(n) for family in ("MODE", "INNOV") for n in range(10)}
    with pytest.raises(InputError, match="Pass shorter names"):
        figure_mosaic(coded(pairs), source=SOURCE, labels=named)
