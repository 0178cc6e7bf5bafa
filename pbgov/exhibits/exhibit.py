"""An exhibit: a table or a figure that carries its note, its source and its raw data with it."""

from __future__ import annotations

import hashlib
import json
import logging
import re
from dataclasses import InitVar, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import pandas as pd

from pbgov.errors import InputError
from pbgov.exhibits.numerals import MISSING, format_cell
from pbgov.marks import SIMULATED, SIMULATED_NOTE, is_simulated

if TYPE_CHECKING:
    from collections.abc import Callable

    from matplotlib.figure import Figure

    from pbgov.exhibits.charts import ChartData
    from pbgov.exhibits.style import Kind

MARK_COLUMN = "模拟标记"
Size = Literal["column", "slide"]
_KINDS: tuple[Kind, ...] = ("png", "svg", "pdf")
_LOGGER = logging.getLogger("pbgov")
_ID = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_WORDS = {
    "zh": {
        "table": "表",
        "figure": "图",
        "mark": "【模拟】",
        "note": "注：",
        "source": "资料来源：",
        "simulated": SIMULATED_NOTE,
        "footer": "模拟数据 · ",
        "missing": "“—”表示没有读到、没有测量或不适用，不是 0。",
        "geta": "图中“〓”代替字体里没有的字：{}。",
    },
    "en": {
        "table": "Table ",
        "figure": "Figure ",
        "mark": "[SIMULATED] ",
        "note": "Note: ",
        "source": "Source: ",
        "simulated": "Simulated data: made by a program, not a measurement of any region.",
        "footer": "Simulated data 模拟数据 · ",
        "missing": "“—” means not read, not measured or not applicable; it is not 0.",
        "geta": "“〓” in the figure stands for a character its font lacks: {}.",
    },
}


@dataclass(frozen=True, eq=False)
class Exhibit:
    """One table or figure of a report, which cannot be parted from what it is not.

    Parameters
    ----------
    exhibit_id : str
        Lower-case letters, digits and hyphens ("fig-districts", "tab-agreement"); names the files.
    title : str
        What is shown; no claim.
    body : DataFrame or callable
        The printed table (strings are printed as they are), or a function without arguments that
        draws the figure and returns it.
    note : str
        N, method and limits. May not be empty.
    source : str
        Where the data come from. May not be empty.
    data : DataFrame
        The raw, unrounded numbers behind the body.
    simulated : bool
        True is kept; False is overridden where `data`, `body` or `evidence` is simulated.
    footer : str
        Short source and N, written on the canvas of a figure; `source` where empty.
    lang : {"zh", "en"}
        Language of caption, note and source labels.
    chart : ChartData, optional
        What the figure shows, for charts that Word, PowerPoint and Excel can edit.
    export_notice : str
        What the law or a licence asks of whoever publishes the exhibit; it stands in `notes`.
    evidence : object, optional
        Estimates, panels or tables the exhibit rests on, one or a tuple of them; a simulated one
        marks the exhibit.

    Raises
    ------
    InputError
        For an empty title, note, source or data, or an id that cannot name a file.
    """

    exhibit_id: str
    title: str
    body: pd.DataFrame | Callable[[], Figure] = field(repr=False)
    note: str = field(repr=False)
    source: str = field(repr=False)
    data: pd.DataFrame = field(repr=False)
    simulated: bool = False
    footer: str = field(default="", repr=False)
    lang: Literal["zh", "en"] = field(default="zh", repr=False)
    chart: ChartData | None = field(default=None, repr=False)
    export_notice: str = field(default="", repr=False)
    evidence: InitVar[Any] = None
    _images: dict[tuple[str, str], bytes] = field(default_factory=dict, init=False, repr=False)
    _undrawn: list[str] | None = field(default=None, init=False, repr=False)

    def __post_init__(self, evidence: Any) -> None:
        if not _ID.fullmatch(self.exhibit_id):
            raise InputError(
                f"exhibit id {self.exhibit_id!r} cannot name a file;"
                " use lower-case letters, digits and hyphens, such as 'tab-agreement'"
            )
        for name in ("title", "note", "source"):
            if not str(getattr(self, name)).strip():
                raise InputError(
                    f"exhibit {self.exhibit_id!r} has an empty {name};"
                    " an exhibit says what it shows, its N and limits, and where it comes from"
                )
        if self.data.empty:
            raise InputError(f"exhibit {self.exhibit_id!r} has no data; there is nothing to show")
        simulated = self.simulated or is_simulated([self.data, self.body, evidence])
        object.__setattr__(self, "simulated", simulated)
        object.__setattr__(self, "data", _hand_on(self.data) if simulated else self.data.copy())
        if isinstance(self.body, pd.DataFrame):
            if not len(self.body.columns):
                raise InputError(f"exhibit {self.exhibit_id!r} has a table without columns")
            object.__setattr__(self, "body", self.body.copy())

    @property
    def kind(self) -> Literal["table", "figure"]:
        """Whether it is a "table" or a "figure"."""
        return "table" if isinstance(self.body, pd.DataFrame) else "figure"

    @property
    def file_stem(self) -> str:
        """File name without its ending: the id, with "模拟_" before it where simulated."""
        return f"{SIMULATED}_{self.exhibit_id}" if self.simulated else self.exhibit_id

    @property
    def caption_text(self) -> str:
        """The title, with its mark where simulated."""
        return (_WORDS[self.lang]["mark"] if self.simulated else "") + self.title

    @property
    def label(self) -> str:
        """The word before the number of a caption: 表, 图, Table or Figure."""
        return _WORDS[self.lang][self.kind]

    def caption(self, number: int) -> str:
        """The numbered caption, such as "表2  【模拟】…"."""
        return f"{self.label}{number}  {self.caption_text}"

    def notes(self) -> tuple[str, str]:
        """Note and source as they stand under the exhibit, each with its label."""
        words = _WORDS[self.lang]
        note = self.note.strip()
        gap = " " if self.lang == "en" else ""
        if self.simulated and words["simulated"] not in note:
            note = words["simulated"] + gap + note
        if "—" not in note and any(MISSING in row for row in self.rows()):
            note += gap + words["missing"]
        if undrawn := self._undrawn_characters():
            note += gap + words["geta"].format("、".join(undrawn))
        if self.export_notice and self.export_notice not in note:
            note += gap + self.export_notice
        return words["note"] + note, words["source"] + self.source.strip()

    def _undrawn_characters(self) -> list[str]:
        """Each character that the figure shows as 〓, with its code point; [] for a table."""
        if self.kind == "figure" and self._undrawn is None:
            self.draw()
        return [f"{char}（U+{ord(char):04X}）" for char in self._undrawn or ()]

    def rows(self) -> list[list[str]]:
        """The printed cells of a table, row by row and without the header; [] for a figure."""
        if not isinstance(self.body, pd.DataFrame):
            return []
        return [
            [format_cell(value) for value in row]
            for row in self.body.itertuples(index=False, name=None)
        ]

    def header(self) -> list[str]:
        """The printed column names of a table, levels of a name joined; [] for a figure."""
        if not isinstance(self.body, pd.DataFrame):
            return []
        names: list[Any] = list(self.body.columns)
        return [" / ".join(map(str, n)) if isinstance(n, tuple) else str(n) for n in names]

    def draw(self) -> Figure:
        """The figure, with source and N, and the mark where simulated, on its lower edge.

        A character that the fonts lack is drawn as 〓; `notes` names it.

        Raises
        ------
        InputError
            For a table.
        """
        from pbgov.exhibits.style import add_footer, figure_style, replace_unprintable

        body = self._drawing()
        with figure_style():
            figure = body()
            add_footer(figure, self._footer())
            object.__setattr__(self, "_undrawn", replace_unprintable(figure))
        return figure

    def _drawing(self) -> Callable[[], Figure]:
        if isinstance(self.body, pd.DataFrame):
            raise InputError(f"exhibit {self.exhibit_id!r} is a table; it has no figure to draw")
        return self.body

    def _footer(self) -> str:
        mark = _WORDS[self.lang]["footer"] if self.simulated else ""
        return mark + (self.footer or self.source).strip()

    def image(self, kind: Kind, size: Size = "column") -> bytes:
        """The drawn figure as bytes, the same ones every time.

        Parameters
        ----------
        kind : {"png", "svg", "pdf"}
            PNG at 300 dpi; SVG with letters as outlines; PDF with the fonts it uses, subset and
            embedded, so that its text can be searched and copied.
        size : {"column", "slide"}
            One report column, 14 cm wide; or the picture box of a 16:9 slide, at most 24 cm by
            12.5 cm, drawn anew as large as its words allow (`pbgov.exhibits.slide`).

        Raises
        ------
        InputError
            For a table, or another kind or size.
        """
        from pbgov.exhibits.style import figure_style, render

        if kind not in _KINDS or size not in ("column", "slide"):
            raise InputError(
                f"no image of kind {kind!r} in size {size!r}; kinds are png, svg and pdf,"
                " sizes column and slide"
            )
        if (kind, size) not in self._images:
            figure, scale = (self.draw(), 1.0) if size == "column" else self._draw_for_slide()
            with figure_style():
                self._images[kind, size] = render(figure, kind, scale)
        return self._images[kind, size]

    def _draw_for_slide(self) -> tuple[Figure, float]:
        from pbgov.exhibits.slide import slide_figure
        from pbgov.exhibits.style import figure_style, replace_unprintable

        body = self._drawing()
        with figure_style():
            figure, scale = slide_figure(body, self._footer())
            replace_unprintable(figure)
        return figure, scale

    def save(self, folder: str | Path) -> tuple[Path, ...]:
        """Write the exhibit's files below `folder` and give their paths.

        A figure becomes ``figures/<stem>.png``, ``.svg`` and ``.pdf``, a table ``tables/<stem>.csv``; the raw
        data of a figure stand beside it as CSV. ``captions/<stem>.json`` holds title, note, source
        and mark. The CSV is raw: nothing is rounded; only text cells that a spreadsheet would run
        as a formula get an apostrophe before them. An `export_notice` is logged as a warning of
        the logger "pbgov", which Python prints on the standard error stream unless told otherwise.
        """
        folder = Path(folder)
        raw = guard_formulas(self.data).to_csv(index=False, lineterminator="\n")
        content = {Path(f"{self.kind}s", f"{self.file_stem}.csv"): raw.encode("utf-8-sig")}
        if self.kind == "figure":
            for kind in _KINDS:
                path = Path("figures", f"{self.file_stem}.{kind}")
                content[path] = self.image(kind)
        caption = Path("captions", f"{self.file_stem}.json")
        content[caption] = self._caption_json(raw).encode()
        for path, written in content.items():
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_bytes(written)
        if self.export_notice:
            _LOGGER.warning("%s：%s", self.file_stem, self.export_notice)
        return tuple(folder / path for path in sorted(content))

    def _caption_json(self, raw: str) -> str:
        note, source = self.notes()
        caption = {
            "exhibit_id": self.exhibit_id,
            "kind": self.kind,
            "lang": self.lang,
            "title": self.title,
            "caption": self.caption_text,
            "simulated": self.simulated,
            "note": note,
            "source": source,
            "footer": self.footer,
            "export_notice": self.export_notice,
            "data_rows": len(self.data),
            "data_sha256": hashlib.sha256(raw.encode()).hexdigest(),
        }
        return json.dumps(caption, ensure_ascii=False, indent=2) + "\n"

    def _repr_html_(self) -> str:
        """What JupyterLab shows: the exhibit with caption, note and source."""
        from pbgov.exhibits.markup import exhibit_markup

        return exhibit_markup(self)


def short_source(source: str) -> str:
    """The first of several sources, with 等 where there are more; for the footer of a figure."""
    first, *more = source.strip().rstrip("。").split("；")
    return f"{first} 等" if more else first


def _hand_on(data: pd.DataFrame) -> pd.DataFrame:
    """A copy of simulated data that says so itself, wherever it goes from here."""
    marked = pd.DataFrame(data.copy())  # a plain frame: what it is must stand in its cells
    marked.attrs.pop("simulated", None)
    if not is_simulated(marked):
        marked["status" if "status" not in marked.columns else MARK_COLUMN] = SIMULATED
    marked.attrs["simulated"] = True
    return marked


def guard_formulas(data: pd.DataFrame) -> pd.DataFrame:
    """`data` with an apostrophe before every text cell that a spreadsheet would run."""

    def guard(value: Any) -> Any:
        risky = isinstance(value, str) and value[:1] in ("=", "+", "-", "@", "\t", "\r")
        return f"'{value}" if risky else value

    return data.map(guard)
