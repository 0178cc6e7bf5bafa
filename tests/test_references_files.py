"""Files of references: .bib, RIS, CSL-JSON and what CNKI exports."""

from __future__ import annotations

import json
import time
import warnings
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from pbgov.errors import DataFileError, DataFileWarning, InputError
from pbgov.reporting.references import (
    Date,
    Name,
    Source,
    format_reference,
    read_references,
    write_references,
)
from pbgov.reporting.references.latex import decoded, encoded
from pbgov.reporting.references.source import as_json

if TYPE_CHECKING:
    from pathlib import Path

HOSTILE = (
    "<script>alert(1)</script>",
    "</script><!--",
    '=HYPERLINK("http://x")',
    "@SUM(A1)",
    r"\input{/etc/passwd}",
    "#eval(1) & 50% of $x_i$ ~ ^ {a}",
    "{{result:x}} {tab-x} {{cite:y}}",
    "]]>",
    "左\u202e右",
    "𠮷街 -- ``quoted'' --- end",
)

FULL = (
    Source(
        "李明伟2022",
        "article-journal",
        "北京市“两新”组织党组织参与超大城市社会治理模式探索",
        author=(Name(literal="李明伟"), Name("王", "志伟"), Name("Godard", "Jean-Luc")),
        translator=(Name(literal="American Chemical Society"),),
        container_title="北方工业大学学报",
        volume="34",
        issue="5",
        page="1-9",
        issued=Date((2022, 10, 1)),
        accessed=Date((2026, 11, 22)),
        url="https://example.org/a_b?c=1&d=%20#e",
        doi="10.1/a_b",
        issn="1001-5477",
        language="zh-CN",
        keywords=("两新组织", "治理"),
        abstract="第一段。\n第二段。",
        note="附注",
        others=(("ab1", "留着"),),
    ),
    Source(
        "std",
        "standard",
        "信息与文献 资源描述",
        number="GB/T 3792—2021",
        issued=Date((2021,)),
        place="北京",
        publisher="中国标准出版社",
    ),
    Source(
        "song",
        "book",
        "宋论 & 其他",
        author=(Name(literal="王夫之"),),
        editor=(Name("De Morgan", "Augustus"), Name("Peebles", "P. Z.", suffix="Jr.")),
        edition="刻本",
        issued=Date(literal="1865（清同治四年）"),
        isbn="978-7-302-58978-5",
    ),
    Source("g", "compilation", "职工教育研究论文集", editor=(Name(literal="某会"),)),
    Source(
        "serial",
        "periodical",
        "临床内科杂志",
        numbering="1984，1（1）—",
        issued=Date((1984,), ()),
        mark="J",
        medium="CD",
    ),
    Source("map", "map", "某图", scale="1∶25 000", dimensions="128cm×84cm", identifier="CSTR:1.2"),
    Source(
        "ch",
        "chapter",
        "题词",
        author=(Name("扬奎斯特"),),
        editor=(Name(literal="苏克福"),),
        container_author=(Name(literal="马克思"),),
        container_title="苏颂与《本草图经》研究",
        page="扉页",
        version="2",
        genre="序",
        archive="某馆",
        event="某会",
    ),
    *(Source(f"h{number}", "webpage", title) for number, title in enumerate(HOSTILE)),
)


def write_and_read(
    sources: tuple[Source, ...], path: Path
) -> tuple[tuple[Source, ...], dict[str, set[str]]]:
    losses: dict[str, set[str]] = {}
    for one in write_references(sources, path):
        assert one.code == "W737"
        losses.setdefault(one.column or "", set()).add(one.seen)
    return read_references(path), losses


@pytest.mark.parametrize("ending", [".bib", ".json", ".ris"])
def test_written_and_read_again_gives_the_same_but_for_what_is_told(
    ending: str, tmp_path: Path
) -> None:
    again, losses = write_and_read(FULL, tmp_path / f"all{ending}")
    assert [one.key for one in again] == [one.key for one in FULL]
    for before, after in zip(FULL, again, strict=True):
        told = losses.get(before.key, set())
        fields = as_json(before).keys() | as_json(after).keys()
        differing = {name for name in fields if getattr(before, name) != getattr(after, name)}
        others = {name for name, _ in before.others}
        assert differing - {"others"} <= told, (ending, before.key, differing)
        assert "others" not in differing or others <= told
        assert told <= fields | others


def test_bib_and_json_lose_nothing_and_ris_tells_what_it_loses(tmp_path: Path) -> None:
    assert write_references(FULL, tmp_path / "a.bib") == ()
    assert write_references(FULL, tmp_path / "a.json") == ()
    lost = {(one.column, one.seen) for one in write_references(FULL, tmp_path / "a.ris")}
    assert lost == {
        ("李明伟2022", "ab1"),
        ("serial", "issued"),
        ("serial", "numbering"),
        ("serial", "mark"),
        ("serial", "medium"),
        ("map", "scale"),
        ("map", "dimensions"),
        ("map", "identifier"),
    }


def test_json_written_is_what_the_csl_schema_names(tmp_path: Path) -> None:
    write_references(FULL, tmp_path / "a.json")
    items = json.loads((tmp_path / "a.json").read_text(encoding="utf-8"))
    article = items[0]
    assert article["id"] == "李明伟2022"
    assert article["type"] == "article-journal"
    assert article["container-title"] == "北方工业大学学报"
    assert article["issued"] == {"date-parts": [[2022, 10, 1]]}
    assert article["author"][1] == {"family": "王", "given": "志伟"}
    assert article["DOI"] == "10.1/a_b"
    assert items[3]["type"] == "book"  # CSL has no compilation


BIB = r"""
% a comment with an address: someone@example.org
@string{pku = "Peking University Press"}
@STRING{half = {Part }}
@comment{@book{not, title={Not read}}}
@preamble{"\newcommand{\noop}[1]{}"}

@Article{Muller2020,
  author  = {M{\"u}ller, J{\"o}rg and Erd\H{o}s, P\'al and {\L}ukasz Nowak and van der Berg, H. and others},
  title   = "The {UNIMARC} of {\ss} \& {\O}re: {50\%} of \emph{it}",
  journal = {Journal of Caf\'{e}s},
  year = 2020, month = mar, volume = 12, number = {3/4},
  pages = {101--110},
  doi = {https://doi.org/10.1000/abc_d},
  x-note = {kept {as} is}
}
@book(pinyin,
  title = half # "One: " # {a {Nested {Deep}} title},
  author = {李, 明伟 and 王志伟 and {中共北京市委, 组织部} and Li Jiangning},
  publisher = pku, address = {北京}, date = {2019-05}, edition = {2},
)
@inproceedings{c1, author="Doe, Jr., John", title={T}, booktitle={Proc}, year={2001}}
@misc{arx, title={A preprint}, eprint={2401.00001}, archiveprefix={arXiv}, year={2024}}
@online{web, title={网页}, url={https://a.b/c_d%20e}, urldate={2026-11-22}}
"""


def test_bib_by_the_rules_of_bibtex(tmp_path: Path) -> None:
    path = tmp_path / "a.bib"
    path.write_text(BIB, encoding="utf-8-sig", newline="\r\n")
    article, book, paper, preprint, web = read_references(path)
    assert article.author == (
        Name("Müller", "Jörg"),
        Name("Erdős", "Pál"),
        Name("Nowak", "Łukasz"),
        Name("van der Berg", "H."),
        Name(literal="others"),
    )
    assert article.title == "The UNIMARC of ß & Øre: 50% of it"
    assert article.container_title == "Journal of Cafés"
    assert article.issued == Date((2020, 3))
    assert (article.volume, article.issue, article.page) == ("12", "3/4", "101-110")
    assert article.doi == "10.1000/abc_d"
    assert article.others == (("x-note", "kept as is"),)
    assert book.title == "Part One: a Nested Deep title"
    assert book.author == (
        Name("李", "明伟"),
        Name(literal="王志伟"),
        Name(literal="中共北京市委, 组织部"),
        Name("Jiangning", "Li"),
    )
    assert (book.publisher, book.place, book.issued) == (
        "Peking University Press",
        "北京",
        Date((2019, 5)),
    )
    assert paper.author == (Name("Doe", "John", suffix="Jr."),)
    assert paper.type == "paper-conference"
    assert preprint.type == "article"
    assert web.url == "https://a.b/c_d%20e"
    assert web.accessed == Date((2026, 11, 22))
    assert format_reference(book).startswith("李明伟，王志伟，中共北京市委, 组织部，")


@pytest.mark.parametrize(
    ("faulty", "line"),
    [
        ("@book{a, title={x}}\n\n@book{b, title={never closed}\n", 3),
        ("@book{a, title=undefined}\n@book{c, title={ok}}", 1),
        ("\n\n@book{, title={x}}", 3),
        ('@book{a,\n title="x" year=1}\n', 2),
    ],
)
def test_a_fault_of_a_bib_file_has_its_line(tmp_path: Path, faulty: str, line: int) -> None:
    path = tmp_path / "a.bib"
    path.write_text(faulty, encoding="utf-8")
    with pytest.raises(DataFileError) as raised:
        read_references(path)
    assert [(one.code, one.row) for one in raised.value.findings] == [("E730", line)]


def test_every_fault_is_told_at_once_and_keys_stand_once(tmp_path: Path) -> None:
    path = tmp_path / "a.bib"
    path.write_text("@book{a, title=u}\n@book{b, title=v}\n", encoding="utf-8")
    with pytest.raises(DataFileError) as raised:
        read_references(path)
    assert [one.row for one in raised.value.findings] == [1, 2]
    path.write_text("@book{a, title={u}}\n@book{a, title={v}}\n", encoding="utf-8")
    with pytest.raises(DataFileError, match="E731"):
        read_references(path)


def test_a_kind_that_is_not_known_is_read_with_a_remark(tmp_path: Path) -> None:
    path = tmp_path / "a.bib"
    path.write_text("@artefact{a, title={杯}}\n", encoding="utf-8")
    with pytest.warns(DataFileWarning, match="W736"):
        (cup,) = read_references(path)
    assert format_reference(cup) == "杯[Z]."


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        (r"\'e\`e\^e\"e", "éèêë"),
        (r"{\'{\i}}", "í"),
        (r"\c{c}\v{s}\H{o}\~n\r{a}", "çšőñå"),
        (r"\aa ngstr\"om", "ångström"),
        (r"\AE{}\oe\ss{} x", "Æœß x"),
        (r"a\&b\%c\_d\#e\$f", "a&b%c_d#e$f"),
        ("pages 1--2---3", "pages 1–2—3"),
        ("``x''", "“x”"),
        (r"\unknowncommand{x}", r"\unknowncommandx"),
        (r"\textit{in} \emph{out}", "in out"),
    ],
)
def test_latex(written: str, meant: str) -> None:
    assert decoded(written) == meant


@pytest.mark.parametrize("text", [*HOSTILE, "a\u00a0b", "'''' ---- ````", "{", "}}{", "\\"])
def test_latex_written_is_read_back(text: str) -> None:
    assert decoded(encoded(text)) == text


RIS = """TY  - JOUR
T1  - 北京市“两新”组织党组织参与
  超大城市社会治理模式探索
AU  - 李明伟
AU  - Wang, Zhiwei, Jr.
JO  - 北方工业大学学报
PY  - 2022
DA  - 2022/10/01/
VL  - 34
IS  - 5
SP  - 1
EP  - 9
SN  - 1001-5477
KW  - 两新组织
KW  - 治理
UR  - https://example.org/x
DO  - doi:10.1/x
C7  - kept
Y2  - 2026/11/22/
ER  -

TY  - STAND
TI  - 资源描述
M1  - GB/T 3792—2021
ER  -
"""


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_ris(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "cnki.ris"
    path.write_bytes(RIS.replace("\n", "\r\n").encode(encoding))
    article, standard = read_references(path)
    assert article.title == "北京市“两新”组织党组织参与\n超大城市社会治理模式探索"
    assert article.author == (Name(literal="李明伟"), Name("Wang", "Zhiwei", suffix="Jr."))
    assert article.issued == Date((2022, 10, 1))
    assert article.accessed == Date((2026, 11, 22))
    assert (article.page, article.issn, article.doi) == ("1-9", "1001-5477", "10.1/x")
    assert article.keywords == ("两新组织", "治理")
    assert article.others == (("C7", "kept"),)
    assert (article.key, standard.key) == ("cnki-1", "cnki-2")
    assert format_reference(standard) == "GB/T 3792—2021 资源描述[S]."


CNKI = {
    "EndNote": """%0 Journal Article
%A 李明伟
%A 王志伟
%+ 北方工业大学文法学院
%T 某题
%J 前线
%D 2022
%V 34
%N 05
%K 治理;社区
%X 摘要
%P 1-9
%@ 1001-5477
%W CNKI
""",
    "NoteExpress": """{Reference Type}: Journal Article
{Title}: 某题
{Author}: 李明伟;王志伟;
{Author Address}: 北方工业大学文法学院
{Journal}: 前线
{Year}: 2022
{Volume}: 34
{Issue}: 05
{Pages}: 1-9
{Keywords}: 治理;社区
{Abstract}: 摘要
{ISBN/ISSN}: 1001-5477
{Database Provider}: CNKI
""",
    "RefWorks": """RT Journal Article
SR 1
A1 李明伟;王志伟
AD 北方工业大学文法学院
T1 某题
JF 前线
YR 2022
VO 34
IS 05
OP 1-9
K1 治理;社区
AB 摘要
SN 1001-5477
LA 中文;
DS CNKI
""",
}


@pytest.mark.parametrize("form", CNKI)
def test_what_cnki_exports(tmp_path: Path, form: str) -> None:
    path = tmp_path / "CNKI.txt"
    path.write_bytes((CNKI[form] + "\n" + CNKI[form]).encode("gb18030"))
    first, second = read_references(path)
    assert second == replace(first, key=second.key)
    assert first.author == (Name(literal="李明伟"), Name(literal="王志伟"))
    assert first.keywords == ("治理", "社区")
    assert first.archive == "CNKI"
    assert ("AD", "北方工业大学文法学院") in first.others
    assert format_reference(first) == "李明伟，王志伟. 某题[J]. 前线，2022，34（05）：1-9."


def test_csl_json_of_other_programs(tmp_path: Path) -> None:
    items = [
        {
            "id": "x/1",
            "type": "article-journal",
            "title": "T",
            "author": [
                {"family": "Berg", "given": "H", "non-dropping-particle": "van der"},
                {"literal": "WHO"},
            ],
            "issued": {"date-parts": [["2020", 5]]},
            "accessed": {"raw": "2021-01-02"},
            "volume": 3,
            "citation-key": "bergT",
            "custom": {"level": 2},
            "unknown": [1, {"a": None}],
        }
    ]
    path = tmp_path / "z.json"
    path.write_text(json.dumps(items), encoding="utf-8")
    (one,) = read_references(path)
    assert one.author == (Name("van der Berg", "H"), Name(literal="WHO"))
    assert one.issued == Date((2020, 5))
    assert one.volume == "3"
    write_references([one], tmp_path / "again.json")
    again = json.loads((tmp_path / "again.json").read_text(encoding="utf-8"))[0]
    assert again["unknown"] == items[0]["unknown"]
    assert again["custom"] == {"level": 2}
    assert again["citation-key"] == "bergT"
    assert read_references(tmp_path / "again.json") == (one,)


def test_what_zotero_states_in_its_extra_lines(tmp_path: Path) -> None:
    # the 2015 standard's own examples are kept so: zepinglee/gb-t-7714-csl-style, 04.1.2:04 and :01
    standard = {
        "id": "s",
        "type": "report",
        "number": "GB/T 25100—2010",
        "note": "type: standard\n两份\nsee: p. 3\npage: 9",
        "page": "2-3",
        "title": "都柏林核心元数据元素集",
    }
    book = {
        "id": "b",
        "type": "book",
        "author": [{"family": "陈", "given": "登原"}],
        "title": "国史旧闻",
        "volume": "第 1 卷",
        "note": "page: 29",
        "publisher": "中华书局",
        "publisher-place": "北京",
        "issued": {"date-parts": [["2000"]]},
    }
    path = tmp_path / "z.json"
    path.write_text(json.dumps([standard, book]), encoding="utf-8")
    first, second = read_references(path)
    assert (first.type, first.page) == ("standard", "2-3")
    assert first.note == "两份\nsee: p. 3\npage: 9"
    assert format_reference(second, "2015-numeric") == (
        "陈登原. 国史旧闻: 第 1 卷[M]. 北京: 中华书局, 2000: 29."
    )


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("a.json", b"{", "E730"),
        ("a.json", b"[1]", "E730"),
        (
            "a.json",
            b'[{"id": "a", "type": "book", "issued": {"date-parts": [[2020, 99]]}}]',
            "E730",
        ),
        ("a.json", b"[" * 100_000, "E730"),
        ("a.ris", b"nothing of the kind", "E730"),
        ("a.ris", b"AU  - X\n", "E730"),
        ("a.docx", b"", "E732"),
        ("a.bib", b"\xff\xfe\xff\x00\xd8", "E733"),
    ],
)
def test_files_that_cannot_be_read(tmp_path: Path, name: str, content: bytes, code: str) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(DataFileError) as raised:
        read_references(tmp_path / name)
    assert {one.code for one in raised.value.findings} == {code}


def test_writing_refuses_other_endings_and_double_keys(tmp_path: Path) -> None:
    one = Source("a", "book", "x")
    with pytest.raises(InputError, match=r"\.bib"):
        write_references([one], tmp_path / "a.docx")
    with pytest.raises(InputError, match="twice"):
        write_references([one, one], tmp_path / "a.bib")


def test_reading_what_was_written_gives_no_remarks(tmp_path: Path) -> None:
    path = tmp_path / "a.bib"
    write_references(FULL[:3], path)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        read_references(path)


QUIRKS = r"""
% Encoding: GBK

@Article{jabref,
  author = {张三 and 李四},
  title = {社区治理},
  journal = {中国行政管理},
  year = {2019},
  month = mar # "~10",
  language = {中文;},
}
@misc{arxiv, title={Models}, author={Tom B. Brown}, year={2020}, eprint={2005.14165},
  archivePrefix={arXiv}, url={https://arxiv.org/abs/2005.14165}}
@article{season, title={Of spring}, journal={J}, year={2001}, month={Spring}}
@article{months, title={Of months}, journal={J}, year={2001}, month={Mar./Apr.}}
@book{tex, title={The {\TeX} book}, publisher={P}, address={R}, year=1986}
@Comment{jabref-meta: grouping:
0 AllEntriesGroup:;
1 StaticGroup:Two\;0\;1\;\;\;\;;
}
"""


def test_what_jabref_scholar_and_arxiv_write(tmp_path: Path) -> None:
    path = tmp_path / "a.bib"
    path.write_bytes(QUIRKS.encode("gb18030"))
    jabref, arxiv, season, months, tex = read_references(path)
    assert jabref.issued == Date((2019, 3, 10))
    assert format_reference(jabref) == "张三，李四. 社区治理[J]. 中国行政管理，2019."
    assert format_reference(arxiv) == (
        "Brown T B. Models[PP/OL]. arXiv（2020）. https://arxiv.org/abs/2005.14165."
    )
    assert format_reference(season) == "Of spring[J]. J，2001."
    assert season.others == (("month", "Spring"),)
    assert format_reference(months) == "Of months[J]. J，2001."
    assert tex.title == "The TeX book"


def test_numbers_that_stand_where_books_have_their_isbn(tmp_path: Path) -> None:
    path = tmp_path / "CNKI.enw"
    path.write_text(
        "%0 Patent\n%A 邓一刚\n%T 全智能节电器\n%@ CN200610171314.3\n%D 2008-01-16\n%W CNKI\n",
        encoding="utf-8",
    )
    (patent,) = read_references(path)
    assert format_reference(patent) == "邓一刚. 全智能节电器：CN200610171314.3[P]. 2008-01-16."


def test_csl_json_with_markup_empty_dates_and_empty_names(tmp_path: Path) -> None:
    items = [
        {
            "id": "a",
            "type": "article-journal",
            "title": '<i>Eucalyptus</i>, <span class="nocase">DNA</span>, H<sub>2</sub>O <script>',
            "author": [{"family": "", "given": ""}, {"family": "Wu", "given": "A"}],
            "editor": None,
            "issued": {"date-parts": [[None]]},
        }
    ]
    path = tmp_path / "crossref.json"
    path.write_text(json.dumps(items), encoding="utf-8")
    (one,) = read_references(path)
    assert one.title == "Eucalyptus, DNA, H2O <script>"
    assert one.author == (Name("Wu", "A"),)
    assert one.issued is None


def test_ten_thousand_entries_take_seconds_and_endless_faults_end(tmp_path: Path) -> None:
    path = tmp_path / "big.bib"
    entry = "@article{{k{0}, title={{题 {{{0}}}}}, abstract={{{1}}}, year=2000, month=mar}}\n"
    path.write_text(
        "".join(entry.format(number, "很长的一段摘要。" * 20) for number in range(10_000)),
        encoding="utf-8",
    )
    before = time.process_time()
    assert len(read_references(path)) == 10_000
    assert (
        time.process_time() - before < 15
    )  # it took over a minute when each line was counted anew
    path.write_text("@article{k, title={\n" * 2_000, encoding="utf-8")
    with pytest.raises(DataFileError) as raised:
        read_references(path)
    assert len(raised.value.findings) == 100
