"""The rule coder on hand-made codebooks and texts, and codings read back against their text."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest

import pbgov
from pbgov.coding.codings import check_codings
from pbgov.coding.rules import Rules
from pbgov.errors import DataFileError, DataFileWarning, InputError
from pbgov.schemas import CODES, FAMILIES

if TYPE_CHECKING:
    from collections.abc import Sequence


def book(
    terms: Sequence[tuple[str, str, str]],
    *,
    exclusive: str = "single",
    residual: Any = float("nan"),
    masks: Sequence[str] = (),
) -> pbgov.Codebook:
    """A codebook of one family F with the codes that `terms` (code, role, term) name."""
    codes = list(dict.fromkeys(f"F.{code}" for code, *_ in terms))
    return pbgov.Codebook(
        folder="tiny",
        version="7",
        families=pd.DataFrame(
            {"family": ["F"], "exclusive": [exclusive], "residual": [residual]},
            columns=list(FAMILIES.columns),
        ),
        codes=pd.DataFrame({"code_id": codes, "family": "F"}, columns=list(CODES.columns)),
        terms=pd.DataFrame(
            [(f"F.{code}", role, term) for code, role, term in terms],
            columns=["code_id", "role", "term"],
        ),
        masks=pd.DataFrame({"term": list(masks)}),
        examples=pd.DataFrame(),
        rules=pd.DataFrame(columns=["rule_id", "code_id", "condition"]),
        retired=pd.DataFrame(columns=["code_id", "replaced_by"]),
        digest="",
    )


def given(codebook: pbgov.Codebook, text: str) -> list[tuple[str, str, str]]:
    """Code, cues joined by +, and the words of the evidence; secondary codes end with ?."""
    return [
        (
            judgement.code_id.removeprefix("F.") + ("?" if judgement.secondary else ""),
            "+".join(judgement.cues),
            text[judgement.start : judgement.end],
        )
        for judgement in Rules(codebook).judge(text)
    ]


def digest(text: str) -> str:
    return sha256(text.encode()).hexdigest()[:16]


def paragraphs(*texts: str, doc_id: str = "d", start: int = 0) -> pd.DataFrame:
    """Paragraphs that follow one another, joined by a blank line each."""
    rows, position = [], start
    for number, text in enumerate(texts):
        for kind, piece in (("paragraph", text), ("blank", "\n\n")):
            segment_id = f"{doc_id}/{kind[0]}{number:04d}"
            end = position + len(piece)
            rows.append((doc_id, segment_id, segment_id, kind, position, end, "", piece))
            position = end
    columns = ["doc_id", "segment_id", "paragraph_id", "kind", "start", "end", "heading", "text"]
    return pd.DataFrame(rows, columns=columns).astype({"start": "Int64", "end": "Int64"})


# ---- what the words say -----------------------------------------------------------------------


def test_most_distinct_cues_win_and_repeats_do_not_count() -> None:
    codebook = book([("A", "cue", "疫情"), ("B", "cue", "扶贫"), ("B", "cue", "帮扶")])
    assert given(codebook, "疫情、疫情、疫情，扶贫与帮扶") == [("B", "扶贫+帮扶", "扶贫")]


def test_a_tie_is_no_judgement() -> None:
    codebook = book([("A", "cue", "疫情"), ("B", "cue", "扶贫")])
    assert given(codebook, "疫情中的扶贫") == []
    assert given(codebook, "没有线索") == []


def test_secondary_codes_are_kept_where_the_family_has_them() -> None:
    terms = [("A", "cue", "组建"), ("B", "cue", "考核"), ("B", "cue", "激励"), ("C", "cue", "平台")]
    codebook = book(terms, exclusive="primary_plus_secondary")
    text = "组建平台，考核激励"
    assert [code for code, *_ in given(codebook, text)] == ["B", "A?", "C?"]
    assert given(codebook, "组建平台") == []


def test_a_multi_family_gives_every_code_with_a_cue() -> None:
    codebook = book([("A", "cue", "网格"), ("B", "cue", "协商")], exclusive="multi")
    assert [code for code, *_ in given(codebook, "协商网格")] == ["A", "B"]


def test_overlapping_and_nested_cues_all_count_and_the_longest_is_the_evidence() -> None:
    codebook = book([("A", "cue", "疫情"), ("A", "cue", "疫情防控"), ("A", "cue", "防控平台")])
    assert given(codebook, "建疫情防控平台") == [("A", "疫情防控+疫情+防控平台", "疫情防控")]


def test_a_cue_inside_or_across_a_mask_does_not_count() -> None:
    codebook = book([("A", "cue", "组织"), ("A", "cue", "织网")], masks=["党组织"])
    assert given(codebook, "党组织网络") == []
    assert given(codebook, "党组织的组织") == [("A", "组织", "组织")]


def test_a_veto_hides_cues_of_its_own_code_only() -> None:
    codebook = book(
        [("A", "cue", "网格"), ("A", "veto", "网格员"), ("B", "cue", "网格员")], exclusive="multi"
    )
    assert given(codebook, "网格员") == [("B", "网格员", "网格员")]
    assert [code for code, *_ in given(codebook, "网格员与网格")] == ["A", "B"]


def test_an_ambiguous_term_counts_only_beside_a_cue_of_its_code() -> None:
    terms = [("A", "cue", "支部"), ("A", "ambiguous", "队伍"), ("B", "cue", "培训")]
    codebook = book(terms)
    assert given(codebook, "队伍") == []
    assert given(codebook, "培训队伍") == [("B", "培训", "培训")]
    assert given(codebook, "队伍、支部、培训") == [("A", "队伍+支部", "队伍")]


def test_the_residual_code_needs_its_own_cue_and_no_rival() -> None:
    terms = [("NONE", "cue", "压力"), ("NONE", "cue", "背景"), ("A", "cue", "组建")]
    codebook = book(terms, exclusive="primary_plus_secondary", residual="F.NONE")
    assert given(codebook, "什么也没有") == []
    assert [code for code, *_ in given(codebook, "压力与背景")] == ["NONE"]
    assert [code for code, *_ in given(codebook, "压力与背景下组建")] == ["A"]


# ---- the table of suggestions -----------------------------------------------------------------


def test_suggestions_carry_offsets_rule_digest_and_version() -> None:
    codebook = book([("A", "cue", "联合支部"), ("A", "cue", "组建")])
    text = "街道组建联合支部。"
    segments = paragraphs("无关。", text, start=30)
    (row,) = pbgov.code_by_rules(segments, codebook).to_dict("records")
    assert {key: row[key] for key in ("doc_id", "start", "end", "code_id", "coder", "value")} == {
        "doc_id": "d",
        "start": 35,
        "end": 44,
        "code_id": "F.A",
        "coder": "rules",
        "value": 1,
    }
    assert (row["evidence_start"], row["evidence_end"]) == (37, 39)
    assert (row["rule"], row["status"]) == ("cue:组建+联合支部", "suggested")
    assert (row["text_digest"], row["codebook_version"]) == (digest(text), "7")
    assert row["segment_id"] == "d/p0001"
    assert pd.isna(row["memo"])


def test_headings_and_blank_lines_are_never_read() -> None:
    codebook = book([("A", "cue", "组建")])
    segments = paragraphs("街道办事处。").assign(heading="一、组建联合支部")
    heading = segments.iloc[[0]].assign(kind="heading", segment_id="d/h0001", text="组建支部")
    assert pbgov.code_by_rules(pd.concat([segments, heading]), codebook).empty


def test_nothing_found_is_an_empty_table_of_the_same_shape() -> None:
    codebook = book([("A", "cue", "组建")])
    empty = pbgov.code_by_rules(paragraphs("无关"), codebook)
    full = pbgov.code_by_rules(paragraphs("组建"), codebook)
    assert empty.empty
    assert empty.dtypes.to_dict() == full.dtypes.to_dict()


def test_order_of_terms_and_segments_does_not_change_a_judgement() -> None:
    terms = [("A", "cue", "组建"), ("A", "cue", "支部"), ("B", "cue", "考核"), ("C", "cue", "平台")]
    segments = paragraphs("组建支部的考核平台", "考核", "支部平台")
    forth = pbgov.code_by_rules(segments, book(terms, exclusive="primary_plus_secondary"))
    codebook = book(terms, exclusive="primary_plus_secondary")
    shuffled = pbgov.Codebook(
        **{**vars(codebook), "terms": codebook.terms.sample(frac=1, random_state=2)}
    )
    back = pbgov.code_by_rules(segments[::-1], shuffled)
    key = ["segment_id", "code_id"]
    pd.testing.assert_frame_equal(
        forth.sort_values(key, ignore_index=True), back.sort_values(key, ignore_index=True)
    )
    assert forth["memo"].dropna().tolist() == ["次要", "次要"]


def test_a_codebook_with_undefined_codes_is_refused() -> None:
    codebook = book([("A", "cue", "组建")])
    codes = codebook.codes.assign(code_id="F.B")
    with pytest.raises(DataFileError, match=r"E206 .*terms\.csv:0 [^$]*F\.A"):
        pbgov.code_by_rules(
            paragraphs("组建"), pbgov.Codebook(**{**vars(codebook), "codes": codes})
        )


# ---- codings read back ------------------------------------------------------------------------

HEADER = (
    "doc_id,start,end,code_id,coder,value,status,evidence_start,evidence_end,rule,"
    "text_digest,codebook_version,memo\n"
)


def coding(start: int, end: int, text: str, code: str = "F.A", doc: str = "d") -> str:
    return f"{doc},{start},{end},{code},li,1,judged,,,,{digest(text)},7,\n"


def folder_with(tmp_path: Path, **files: str) -> Path:
    folder = tmp_path / "codings"
    folder.mkdir()
    for name, rows in files.items():
        (folder / f"{name}.csv").write_text(HEADER + rows, encoding="utf-8")
    return folder


@pytest.fixture
def segments() -> pd.DataFrame:
    return paragraphs("街道组建支部。", "社区议事。")


def test_codings_find_their_segments(tmp_path: Path, segments: pd.DataFrame) -> None:
    rows = coding(0, 7, "街道组建支部。") + coding(2, 4, "组建") + coding(7, 14, "\n\n社区议事。")
    codings = pbgov.read_codings(folder_with(tmp_path, li=rows), segments)
    assert codings["segment_id"].fillna("").tolist() == ["d/p0000", "", ""]
    assert codings["evidence_start"].isna().all()
    assert (codings["value"] == 1).all()


def test_files_are_read_one_after_another(tmp_path: Path) -> None:
    folder = folder_with(tmp_path, b=coding(0, 2, "街道"), a=coding(0, 2, "街道", code="F.B"))
    with pytest.warns(pbgov.DataFileWarning, match="W258"):  # one coder, two files
        codings = pbgov.read_codings(folder)
    assert codings["code_id"].tolist() == ["F.B", "F.A"]
    assert codings["segment_id"].isna().all()


def test_no_file_is_no_coding(tmp_path: Path) -> None:
    codings = pbgov.read_codings(folder_with(tmp_path))
    assert codings.empty
    assert "segment_id" in codings
    with pytest.raises(InputError, match="no such folder"):
        pbgov.read_codings(tmp_path / "nowhere")


@pytest.mark.parametrize(
    ("row", "code"),
    [
        (coding(0, 7, "街道组建支部！"), "E211"),
        (coding(0, 99, "街道组建支部。"), "E213"),
        (coding(4, 4, ""), "E213"),
        (coding(0, 7, "街道组建支部。", code="F.Z"), "E212"),
    ],
)
def test_coding_that_does_not_fit_is_refused(
    tmp_path: Path, segments: pd.DataFrame, row: str, code: str
) -> None:
    codebook = book([("A", "cue", "组建")])
    folder = folder_with(tmp_path, li=coding(9, 14, "社区议事。") + row)
    with pytest.raises(DataFileError) as refusal:
        pbgov.read_codings(folder, segments, codebook)
    assert [(f.code, f.row) for f in refusal.value.findings] == [(code, 3)]
    assert refusal.value.findings[0].path.endswith("codings/li.csv")


def test_one_judgement_in_two_files_is_refused(tmp_path: Path, segments: pd.DataFrame) -> None:
    row = coding(0, 7, "街道组建支部。")
    with pytest.raises(DataFileError) as refusal:
        pbgov.read_codings(folder_with(tmp_path, a=row, b=row), segments)
    (finding,) = refusal.value.findings
    assert (finding.code, finding.row, Path(finding.path).name) == ("E104", 2, "b.csv")


def test_codings_of_an_absent_document_are_remarked_on(
    tmp_path: Path, segments: pd.DataFrame
) -> None:
    rows = coding(0, 7, "街道组建支部。") + coding(0, 2, "别处", doc="gone")
    with pytest.warns(DataFileWarning, match="gone"):
        codings = pbgov.read_codings(folder_with(tmp_path, li=rows), segments)
    assert codings["segment_id"].isna().tolist() == [False, True]


@pytest.mark.parametrize(
    ("row", "code"),
    [
        ("d,0,7,F.A,li,1,judged,7,9,,{},7,\n", "E215"),
        ("d,0,7,F.A,li,1,judged,4,2,,{},7,\n", "E215"),
        ("d,0,7,F.A,li,1,judged,2,,,{},7,\n", "E215"),
        ("d,0,7,F.A,rules,1,judged,,,,{},7,\n", "E216"),
        ("d,0,7,F.A,li,2,judged,,,,{},7,\n", "E106"),
        ("d,0,7,F.A,li ,1,judged,,,,{},7,\n", "E115"),
    ],
)
def test_a_coding_that_cannot_be_meant_is_refused(
    tmp_path: Path, segments: pd.DataFrame, row: str, code: str
) -> None:
    folder = folder_with(tmp_path, li=row.format(digest("街道组建支部。")))
    with pytest.raises(DataFileError) as refusal:
        pbgov.read_codings(folder, segments)
    assert [(f.code, f.row) for f in refusal.value.findings] == [(code, 2)]
    findings = check_codings(folder, segments, book([("A", "cue", "组建")]))
    assert [(f.code, f.row) for f in findings] == [(code, 2)]


def test_evidence_up_to_the_edges_is_inside(tmp_path: Path, segments: pd.DataFrame) -> None:
    row = f"d,0,7,F.A,li,1,judged,0,7,,{digest('街道组建支部。')},7,\n"
    assert len(pbgov.read_codings(folder_with(tmp_path, li=row), segments)) == 1


def test_a_file_of_nothing_but_its_header_is_no_coding(
    tmp_path: Path, segments: pd.DataFrame
) -> None:
    assert pbgov.read_codings(folder_with(tmp_path, li="", wang=""), segments).empty
    folder = tmp_path / "codings"
    (folder / "li.csv").write_text(HEADER + coding(0, 7, "街道组建支部。"), encoding="utf-8")
    assert pbgov.read_codings(folder, segments)["segment_id"].tolist() == ["d/p0000"]


def test_what_a_comparison_would_pass_over_is_remarked_on(
    tmp_path: Path, segments: pd.DataFrame
) -> None:
    whole = coding(0, 7, "街道组建支部。")
    second = whole.replace("F.A", "F.B")
    codebook = book([("A", "cue", "组建"), ("B", "cue", "议事")], exclusive="single")
    version = codebook.version

    def remarks(rows: str) -> list[tuple[str, int | None]]:
        folder = tmp_path / f"{len(list(tmp_path.iterdir()))}"
        folder.mkdir()
        (folder / "li.csv").write_text(HEADER + rows.replace(",7,\n", f",{version},\n"), "utf-8")
        return [(f.code, f.row) for f in check_codings(folder, segments, codebook)]

    assert remarks(whole) == []
    assert remarks(whole + coding(0, 6, "街道组建支部")) == [("W254", 3)]
    assert remarks(whole + coding(0, 2, "别处", doc="gone")) == [("W253", 3)]
    assert remarks(whole + second) == [("W256", 3)]
    assert remarks(whole + second.replace(",7,\n", f",{version},次要\n")) == []
    assert remarks(whole.replace(",7,\n", ",0.0,\n")) == [("W255", 2)]


def test_the_shipped_codings_fit_the_shipped_codebook(root: Path) -> None:
    codebook = pbgov.read_codebook(root / "data" / "codebook")
    codings = pbgov.read_codings(root / "data" / "codings", codebook=codebook)
    families = codings[codings["coder"] == "author"]["code_id"].str.split(".").str[0]
    assert families.value_counts().to_dict() == {"MODE": 25, "INNOV": 14, "DIM": 13, "MECH": 12}
