"""Tables as LaTeX and Markdown, read back by readers that are not ours."""

from __future__ import annotations

import html
import re
from typing import TYPE_CHECKING

import mistune
import pandas as pd
import pytest

from pbgov.errors import InputError
from pbgov.exhibits.exhibit import Exhibit
from pbgov.exhibits.markup import numeric_columns, table_markup
from pbgov.exhibits.printing.grid import grid_of
from pbgov.exhibits.printing.latex import escaped, latex
from pbgov.exhibits.printing.markdown import markdown
from pbgov.exhibits.printing.widths import LONGEST

if TYPE_CHECKING:
    from collections.abc import Callable

HOSTILE = (
    "<script>alert(1)</script>",
    "</script><!-- x -->",
    '=HYPERLINK("http://x","y")',
    "@SUM(A1)",
    r"\input{/etc/passwd}",
    r"\write18{rm -rf} ^^5cinput",
    "#eval(1)",
    "{{result:x}} {tab-x}",
    "]]> [a](b) ![c](d)",
    "`code` **bold** _it_ ~~no~~ $x_1$ $$y$$",
    "a|b\\|c\\",
    "100% & 50 # _ ^ ~ { } \\",
    "𠮷野家",
    "http://a.b/c_d?e=1&f=*2* www.x.cn/a_b",
    "--- -- ''quoted'' ``so''",
    "&lt; &amp;lt;",
)
COMMANDS_TEXT = """
usepackage documentclass begin end centering caption label toprule midrule bottomrule
cmidrule multicolumn shortstack phantom item footnotesize small scriptsize setlength
tabcolsep linewidth extracolsep fill raggedright arraybackslash par noindent begingroup
endgroup endfirsthead endhead endfoot textbackslash textasciicircum textasciitilde textless
textgreater textbar textquotedbl textquotesingle textasciigrave textsuperscript times pm leq
geq neq approx infty cap surd rightarrow leftarrow Rightarrow neg circ bullet
"""
COMMANDS = set(COMMANDS_TEXT.split())


def exhibit(body: pd.DataFrame, **told: object) -> Exhibit:
    given = {
        "title": "三线表",
        "note": "N = 3。",
        "source": "手工编的例子。",
        "data": pd.DataFrame({"x": [1.0]}),
        **told,
    }
    return Exhibit(exhibit_id="tab-example", body=body, **given)  # type: ignore[arg-type]


# ---- a reader of LaTeX: commands, groups, environments, and what is printed -----------------------

SIGNS = {
    "textbackslash": "\\",
    "textasciicircum": "^",
    "textasciitilde": "~",
    "textless": "<",
    "textgreater": ">",
    "textbar": "|",
    "textquotedbl": '"',
    "textquotesingle": "'",
    "textasciigrave": "`",
}


def printed_by_latex(text: str) -> str:
    """What a line of escaped text prints; fails on a command that prints nothing known."""
    out = ""
    at = 0
    while at < len(text):
        sign = text[at]
        if sign == "\\":
            name = re.match(r"\\([a-zA-Z]+|.)", text[at:])
            assert name
            at += name.end()
            word = name[1]
            assert word in SIGNS or word in "{}$&#%_", f"\\{word} in {text!r}"
            out += SIGNS.get(word, word)
        else:
            assert sign not in "$&#%_^~", f"{sign} is bare in {text!r}"
            out += "" if sign in "{}" else sign
            at += 1
    return out


def check_structure(source: str) -> None:
    """Groups and environments close in order, and no command is there that we did not write."""
    body = "\n".join(line for line in source.splitlines() if not line.startswith("%"))
    assert set(re.findall(r"\\\\|\\([a-zA-Z]+)", body)) <= {*COMMANDS, ""}
    open_groups: list[str] = []
    for found in re.finditer(r"\\\\|\\begin\{(\w+\*?)\}|\\end\{(\w+\*?)\}|\\[{}]|([{}])", body):
        if found[1]:
            open_groups.append(found[1])
        elif found[2]:
            assert open_groups.pop() == found[2]
        elif found[3] == "{":
            open_groups.append("{")
        elif found[3] == "}":
            assert open_groups.pop() == "{"
    assert open_groups == []


def table_lines(source: str) -> list[list[str]]:
    """Cells of every row between the lines of the table."""
    rows = [line for line in source.splitlines() if line.endswith("\\\\") and "caption" not in line]
    return [re.split(r"(?<!\\)&", row.removesuffix("\\\\")) for row in rows]


@pytest.mark.parametrize("text", HOSTILE)
def test_latex_prints_what_was_given_and_runs_none_of_it(text: str) -> None:
    assert printed_by_latex(escaped(text)) == text


@pytest.mark.parametrize("text", HOSTILE)
def test_a_hostile_table_keeps_its_structure_in_latex(text: str) -> None:
    table = exhibit(
        pd.DataFrame({"名": [text, "乙"], text: ["1", "[2]"]}), title=text, note=text, source=text
    )
    source = latex(table)
    check_structure(source)
    assert [len(row) for row in table_lines(source)] == [2, 2, 2]
    assert printed_by_latex(table_lines(source)[1][0]).strip() == text
    assert "\\label{tab-example}" in source


def test_ligatures_of_hyphens_are_parted() -> None:
    assert escaped("a---b--c-d") == "a-{}-{}-{}b-{}-{}c-d"


def test_a_row_that_begins_with_a_bracket_is_no_option_of_the_line_before() -> None:
    """LaTeX reads ``\\\\ [0.03]`` and ``\\midrule [0.03]`` as a distance, not as a cell."""
    source = latex(exhibit(pd.DataFrame({"p": ["[0.035]", "[0.4]"], "名": ["甲", "乙"]})))
    rows = [line for line in source.splitlines() if "0.035" in line or "0.4" in line]
    assert [row[:3] for row in rows] == ["{[}", "{[}"]


def test_columns_of_numbers_stand_on_their_points_with_a_true_minus() -> None:
    source = latex(exhibit(pd.DataFrame({"名": ["甲", "乙", "丙"], "值": ["−1.25", "(0.5)", "3"]})))
    cells = [row[1].strip() for row in table_lines(source)[1:]]
    assert cells == ["$-$1.25\\phantom{)}", "(0.5)\\phantom{5}", "3\\phantom{.25)}"]
    assert "\\fill}}lr}" in source


def test_grouped_headings_span_their_columns() -> None:
    columns = pd.MultiIndex.from_tuples(
        [("", "区"), ("2021", "得分"), ("2021", "位次"), ("2022", "得分")]
    )
    source = latex(exhibit(pd.DataFrame([["东城", "1.5", "2", "3.0"]], columns=columns)))
    check_structure(source)
    top = source.split("\\toprule\n")[1].splitlines()
    assert top[0] == (
        "\\multicolumn{1}{c}{} & \\multicolumn{2}{c}{2021} & \\multicolumn{1}{c}{2022} \\\\"
    )
    assert top[1] == "\\cmidrule(lr){2-3}\\cmidrule(lr){4-4}"
    assert top[2] == "区 & 得分 & 位次 & 得分 \\\\"
    assert "| 区 | 2021 / 得分 | 2021 / 位次 | 2022 / 得分 |" in markdown(
        exhibit(pd.DataFrame([["东城", "1.5", "2", "3.0"]], columns=columns))
    )


@pytest.mark.parametrize(
    ("rows", "over_pages"), [(LONGEST, False), (LONGEST + 1, True), (340, True)]
)
def test_a_long_table_runs_over_pages_and_repeats_its_heading(rows: int, over_pages: bool) -> None:
    body = pd.DataFrame({"街道": [f"街道{n}" for n in range(rows)], "值": list(range(rows))})
    source = latex(exhibit(body))
    check_structure(source)
    assert ("longtable}" in source.split("\\begin", 1)[1]) == over_pages
    assert source.count("街道 & 值") == (2 if over_pages else 1)
    assert (
        sum(line.startswith("街道") and "街道 &" not in line for line in source.splitlines())
        == rows
    )
    assert "N = 3。" in source


def test_a_wide_table_is_set_smaller_and_long_words_break() -> None:
    eight = pd.DataFrame({f"指标{n}": ["1234.567"] for n in range(8)})
    twelve = pd.DataFrame({f"指标{n}": ["1,234.567"] for n in range(12)})
    wordy = pd.DataFrame({"区": ["东城"], "说明": ["很长的一句话，" * 20], "值": ["1.5"]})
    assert "\\centering\n\\small\n" in latex(exhibit(eight))
    assert "\\begin{landscape}" in latex(exhibit(twelve))
    columns = re.search(r"\\fill\}\}(.*)\}\n", latex(exhibit(wordy)))
    assert columns
    assert re.fullmatch(r"l>\{\\raggedright\\arraybackslash\}p\{0\.\d+\\linewidth\}r", columns[1])


def test_the_mark_and_the_caption_stand_in_both_languages() -> None:
    for lang, mark, note in (("zh", "【模拟】", "注："), ("en", "[SIMULATED]", "Note:")):
        table = exhibit(pd.DataFrame({"a": ["1"]}), simulated=True, lang=lang)
        assert printed_by_latex(re.findall(r"\\caption\{(.*)\}\n", latex(table))[0]).startswith(
            mark
        )
        assert mark in markdown(table).splitlines()[0].replace("\\", "")
        assert f"\\item {note}" in latex(table)
        assert f"\n{note}" in markdown(table)


@pytest.mark.parametrize("printer", [latex, markdown])
@pytest.mark.parametrize("char", ["\x07", "\x7f", "\x9f", "\ufffe", "\u202e"])
def test_control_and_turning_characters_are_named_in_their_place(
    printer: Callable[[Exhibit], str], char: str
) -> None:
    shown = printer(exhibit(pd.DataFrame({"a": [f"x{char}y"]})))
    assert char not in shown
    assert f"x〔U+{ord(char):04X}〕y" in shown.replace("\\", "")


@pytest.mark.parametrize("printer", [latex, markdown])
def test_a_figure_is_no_table(printer: Callable[[Exhibit], str]) -> None:
    figure = Exhibit("fig-x", "图", lambda: None, "N", "来源", pd.DataFrame({"x": [1]}))  # type: ignore[arg-type,return-value]
    with pytest.raises(InputError, match="figure"):
        printer(figure)


# ---- Markdown, read by mistune (GitHub's tables) and by markdown-it -------------------------------


def cells_by_mistune(text: str) -> list[list[str]]:
    page = mistune.create_markdown(escape=True, plugins=["table", "strikethrough", "url"])(text)
    assert isinstance(page, str)
    rows = re.findall(r"<tr>(.*?)</tr>", page, flags=re.DOTALL)
    return [
        [html.unescape(cell) for cell in re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, re.DOTALL)]
        for row in rows
    ]


def cells_by_markdown_it(text: str) -> list[list[str]]:
    reader = (
        pytest.importorskip("markdown_it")
        .MarkdownIt("commonmark")
        .enable(["table", "strikethrough"])
    )
    rows = re.findall(r"<tr>(.*?)</tr>", reader.render(text), flags=re.DOTALL)
    return [
        [html.unescape(cell) for cell in re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, re.DOTALL)]
        for row in rows
    ]


@pytest.mark.parametrize("read", [cells_by_mistune, cells_by_markdown_it])
@pytest.mark.parametrize("text", HOSTILE)
def test_markdown_readers_see_each_cell_as_it_is(
    read: Callable[[str], list[list[str]]], text: str
) -> None:
    table = exhibit(
        pd.DataFrame({"名": [text, "第一行\n第二行"], text: ["1", "[2]"]}), title=text, note=text
    )
    assert read(markdown(table)) == [["名", text], [text, "1"], ["第一行 第二行", "[2]"]]


@pytest.mark.parametrize("text", HOSTILE)
def test_caption_and_note_are_text_and_nothing_else_in_markdown(text: str) -> None:
    reader = pytest.importorskip("markdown_it").MarkdownIt("commonmark").enable("table")
    page = reader.render(
        markdown(exhibit(pd.DataFrame({"a": ["1"]}), title=text, note=text, source=text))
    )
    paragraphs = re.findall(r"<p>(.*?)</p>", page, flags=re.DOTALL)
    assert [html.unescape(one) for one in paragraphs] == [
        f"<strong>{text}</strong>",
        f"注：{text}",
        f"资料来源：{text}",
    ]


def test_columns_of_numbers_are_aligned_in_markdown() -> None:
    lines = markdown(exhibit(pd.DataFrame({"名": ["甲"], "值": ["−1.5"]}))).splitlines()
    assert re.fullmatch(r"\| :-+ \| -+: \|", lines[3])


@pytest.mark.parametrize(
    ("cells", "numbers"),
    [
        (["0.31***", "(0.05)", "16", "是"], True),
        (["12.5%", "", "—", "[0.1, 0.3]"], True),
        (["—", "—", "东城区"], False),
        (["是", "0.5"], False),
        (["", ""], False),
        (["—", "—"], True),
    ],
)
def test_every_format_aligns_a_column_by_the_same_rule(cells, numbers):
    made = Exhibit(
        "tab-x", "题", pd.DataFrame({"列": cells}), "N = 1。", "试例", pd.DataFrame({"x": [1]})
    )
    assert grid_of(made).numbers == (numbers,)
    assert numeric_columns(made.header(), made.rows()) == [numbers]
    assert ("text-align:right" in table_markup(made)) == numbers
