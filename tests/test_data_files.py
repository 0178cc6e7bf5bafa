"""The shipped data files keep their word, and a spoiled file says what is wrong with it."""

from __future__ import annotations

import csv
import hashlib
import json
import shutil
import tomllib

import pandas as pd
import pytest

import pbgov
from pbgov import schemas
from pbgov.datafiles import read_table
from pbgov.errors import DataFileError, DataFileWarning, InputError

SCHEMA_OF = {
    "codings/author.csv": schemas.CODINGS,
    "codings/draft.csv": schemas.CODINGS,
    "reference/practices.csv": schemas.PRACTICE_RECORDS,
    "reference/quantities.csv": schemas.QUANTITY_RECORDS,
    "reference/conflicts.csv": schemas.CONFLICTS,
    "timeline/policy_timeline.csv": schemas.TIMELINE,
    "assessment/assessment_scores.csv": schemas.ASSESSMENT,
    "regions/regions.csv": schemas.REGIONS,
    "regions/adjacency.csv": schemas.ADJACENCY,
    "indicators/register.csv": schemas.REGISTER,
    "indicators/assessment_ranks.csv": schemas.INDICATORS,
    "indicators/city_series.csv": schemas.INDICATORS,
    "indicators/economy.csv": schemas.INDICATORS,
    "indicators/environment.csv": schemas.INDICATORS,
    "indicators/grassroots_units.csv": schemas.INDICATORS,
    "indicators/hotline.csv": schemas.INDICATORS,
    "indicators/population.csv": schemas.INDICATORS,
    "indicators/street_dust.csv": schemas.INDICATORS,
    "indicators/street_units.csv": schemas.INDICATORS,
}
ROWS_OF = {  # counted in the source tables, less what data/README.md lists as left out
    "codings/author.csv": 64,  # 25 modes, 14 innovations, 13 dimensions, 12 mechanisms
    "codings/draft.csv": 151,
    "reference/practices.csv": 109,
    "reference/quantities.csv": 62,
    "reference/conflicts.csv": 14,
    "timeline/policy_timeline.csv": 30 - 2,
    "assessment/assessment_scores.csv": 16 * 4,
    "indicators/city_series.csv": 63 - 10,
    "indicators/street_dust.csv": 343 * 3,
    "indicators/street_units.csv": 343 * 2,
    "regions/adjacency.csv": 35,
    "regions/regions.csv": 1 + 16 + 343 + 4,
}
FRONT_MATTER = {"id", "title", "authors", "original_title", "venue", "published", "unverified",
                "city", "district", "genre", "rights"}  # fmt: skip


@pytest.fixture(scope="module")
def data(root):
    return root / "data"


@pytest.fixture(scope="module")
def cases(data):
    files = sorted((data / "cases").glob("*.md"))
    return {file.stem: file.read_bytes().decode("utf-8") for file in files}


@pytest.fixture(scope="module")
def indicators(data):
    return pbgov.read_indicators(data / "indicators")


@pytest.fixture(scope="module")
def regions(data):
    return pbgov.read_regions(data / "regions")


# ---- what is shipped --------------------------------------------------------------------------


@pytest.mark.parametrize("name", SCHEMA_OF)
def test_shipped_file_keeps_its_schema(data, name):
    table = read_table(data / name, SCHEMA_OF[name])
    assert list(table.columns) == list(SCHEMA_OF[name].columns)
    assert len(table) == ROWS_OF.get(name, len(table)) > 0


def test_no_table_is_left_without_a_schema(data):
    folders = ("codings", "reference", "timeline", "assessment", "regions", "indicators")
    shipped = {f"{name}/{file.name}" for name in folders for file in (data / name).glob("*.csv")}
    assert shipped == set(SCHEMA_OF)


@pytest.mark.parametrize("name", SCHEMA_OF)
def test_no_quote_and_no_weak_source_is_shipped(data, name):
    with (data / name).open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert "quote" not in rows[0]
    assert {row.get("source_tier", "A") for row in rows} <= {"A", "B", "E"}


@pytest.mark.parametrize("name", SCHEMA_OF)
def test_readme_lists_the_file_and_its_columns(data, name):
    readme = (data / "README.md").read_text(encoding="utf-8")
    assert f"`{name}`" in readme
    assert all(f"`{column}`" in readme for column in SCHEMA_OF[name].columns)


def test_cases_are_five_with_their_front_matter(cases):
    assert len(cases) == 5
    for name, text in cases.items():
        _, front, body = text.split("+++\n", 2)
        fields = tomllib.loads(front)
        assert set(fields) == FRONT_MATTER
        assert fields["id"] == name
        assert body.strip()


def test_cases_equal_the_digests_they_came_from(data, shared):
    for file in sorted((data / "cases").glob("*.md")):
        assert file.read_bytes() == (shared / "corpus" / file.name).read_bytes()


@pytest.mark.parametrize(
    "name",
    ["codings/author.csv", "codings/draft.csv", "reference/practices.csv",
     "reference/quantities.csv"],
)  # fmt: skip
def test_offsets_and_digests_of_every_shipped_record(data, cases, name):
    for row in read_table(data / name, SCHEMA_OF[name]).itertuples():
        text = cases[row.doc_id]
        stretch = text[row.start : row.end]
        assert hashlib.sha256(stretch.encode()).hexdigest()[:16] == row.text_digest
        if name != "reference/quantities.csv":  # one whole paragraph
            assert stretch == stretch.strip()
            assert "\n" not in stretch
            assert text[row.start - 1] == "\n"
            assert text[row.end : row.end + 1] in ("\n", "")


def test_every_record_stands_where_the_reader_marked_it(data, cases, shared):
    shipped = {}
    for name, key in (("practices", "practice_id"), ("quantities", "quantity_id")):
        table = read_table(data / f"reference/{name}.csv", SCHEMA_OF[f"reference/{name}.csv"])
        shipped |= {row[key]: row for row in table.to_dict("records")}
    marked = [
        json.loads(line)
        for file in sorted((shared / "corpus" / "gold").glob("*.jsonl"))
        for line in file.read_text(encoding="utf-8").splitlines()
    ]
    assert len(marked) == len(shipped) == 109 + 62
    for record in marked:
        row = shipped[record["quantity_id"] if "quantity_id" in record else record["case_id"]]
        assert (row["doc_id"], row["start"], row["end"]) == (
            record["doc"], record["start"], record["end"])  # fmt: skip
        assert cases[row["doc_id"]][row["start"] :].startswith(record["prefix"])


def test_codings_say_what_author_and_draft_said(data, shared):
    records = [
        json.loads(line)
        for file in sorted((shared / "corpus" / "gold").glob("*.cases.jsonl"))
        for line in file.read_text(encoding="utf-8").splitlines()
    ]
    modes = {
        (r["doc"], r["start"], "MODE." + r["mode_author"]) for r in records if r["mode_author"]
    }
    author = read_table(data / "codings/author.csv", schemas.CODINGS)
    mine = author[author.code_id.str.startswith("MODE.")]
    assert set(zip(mine.doc_id, mine.start, mine.code_id, strict=True)) == modes
    draft = read_table(data / "codings/draft.csv", schemas.CODINGS)
    primary = draft[draft.memo.str.contains("; primary; ")]
    assert set(zip(primary.doc_id, primary.start, primary.code_id, strict=True)) == {
        (r["doc"], r["start"], "INNOV." + r["innovation_suggested"][0]["code"])
        for r in records
        if r["innovation_suggested"]
    }
    assert set(author.status) == {"judged"}
    assert set(draft.status) == {"suggested"}


def test_places_of_records_are_known_regions(data, regions):
    records = read_table(data / "reference/practices.csv", schemas.PRACTICE_RECORDS)
    assert set(records.region_code.dropna()) <= set(regions.region_code)
    inferred = records.region_basis.eq("inferred")
    assert (records.reason.notna() == inferred).all()
    assert (records.confidence.notna() == inferred).all()


def values(indicators, indicator, period):
    chosen = indicators[indicators.indicator.eq(indicator) & indicators.period.eq(period)]
    return chosen.set_index("region_code").value


def test_census_sums_equal_the_published_totals(indicators):
    census_2020 = values(indicators, "常住人口_普查", "2020-11-01")
    census_2010 = values(indicators, "常住人口_普查", "2010-11-01")
    assert len(census_2020) == len(census_2010) == 16
    assert census_2020.sum() == 21_893_095
    assert census_2010.sum() == pytest.approx(19_612_000, abs=16 * 500)  # 0.1 万 per district


def test_regions_are_those_of_beijing(regions, data):
    beijing = regions[regions.region_code.str.startswith("11")]
    districts = beijing[beijing.level.eq("district")]
    streets = beijing[beijing.level.eq("street")]
    assert len(districts) == 16
    assert districts.area_km2.sum() == pytest.approx(16_410.87, abs=16 * 0.005)  # two decimals each
    assert districts.zone.value_counts().to_dict() == {
        "首都功能核心区": 2, "城市功能拓展区": 4, "城市发展新区": 5, "生态涵养发展区": 5,
    }  # fmt: skip
    assert len(streets) == 343
    assert (streets.parent_code == streets.region_code.str[:6]).all()
    assert len(pbgov.read_adjacency(data / "regions")) == 35
    features = pbgov.read_boundaries(data / "regions")["features"]
    assert {f["properties"]["region_code"] for f in features} == set(districts.region_code)


def test_street_counts_add_up_to_the_districts(indicators, regions):
    streets = indicators[indicators.region_code.str.len().eq(9)]
    parents = streets.region_code.str[:6]
    villages = streets[streets.indicator.eq("村委会数")].groupby(parents).value.sum()
    district = values(indicators, "村委会数", "2023-06-30")
    assert villages.to_dict() == district[district.index.str.len() == 6].to_dict()
    listed = streets[streets.indicator.eq("列入TSP最高30街乡名单")].groupby("period").value.sum()
    assert set(listed) == {30}
    counted = regions[regions.level.eq("street")].groupby("parent_code").size()
    assert counted.to_dict() == values(indicators, "街道乡镇数", "2023-06-30").to_dict()


def test_exact_assessment_scores_are_the_ends_of_their_group(data):
    scores = pbgov.read_assessment(data / "assessment")
    exact = scores[scores.score_low.eq(scores.score_high)]
    assert len(exact) == 32
    for _, group in scores.groupby(["period", "peer_group"]):
        ends = group[group.score_low.eq(group.score_high)]
        assert len(ends) == 2
        assert group.score_low.min() == ends.score_low.min()
        assert group.score_high.max() == ends.score_high.max()


# ---- a spoiled file ---------------------------------------------------------------------------

HEADER = "region_code,period,indicator,value,unit,status,source_tier,source_url,note"
GOOD = "110101,2024,满意率,97.5,%,实际,A,http://example.org,"
OTHER = "110102,2024,满意率,96,%,实际,A,http://example.org,调查"


@pytest.fixture
def study(tmp_path, data):
    """A folder of indicators with a register of two, beside the shipped regions."""
    shutil.copytree(data / "regions", tmp_path / "regions")
    folder = tmp_path / "indicators"
    folder.mkdir()
    (folder / "register.csv").write_text(
        "indicator,definition,kind,unit,low,high,denominator,limits\n"
        "满意率,表示满意的诉求占比,rate,%,0,100,诉求件数,\n"
        "人口,常住人口,count,人,0,,,\n",
        encoding="utf-8",
    )
    return folder


def spoil(folder, content, encoding="utf-8", name="rates.csv"):
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode(encoding))
    return path


def findings_of(folder):
    files = {file: file.read_bytes() for file in folder.glob("*.csv")}
    with pytest.raises(DataFileError) as caught:
        pbgov.read_indicators(folder)
    assert {file: file.read_bytes() for file in files} == files  # nothing was changed
    for finding in caught.value.findings:
        assert finding.code in str(caught.value)
        assert finding.zh in str(caught.value)
        assert finding.en in str(caught.value)
        assert any("\u4e00" <= character <= "\u9fff" for character in finding.zh)
        assert "{" not in finding.zh + finding.en
    return [
        (finding.code, finding.path.rsplit("/", 1)[-1], finding.row, finding.column)
        for finding in caught.value.findings
    ]


@pytest.mark.parametrize(
    ("spoiled", "code", "column"),
    [
        (OTHER.replace(",96,", ",九十六,"), "E103", "value"),
        (OTHER.replace(",96,", ",96%,"), "E103", "value"),
        (OTHER.replace(",96,", ",inf,"), "E103", "value"),
        (OTHER.replace(",96,", ",nan,"), "E103", "value"),
        (OTHER.replace(",96,", ',"1,234",'), "E103", "value"),
        (OTHER.replace(",96,", ",９６,"), "E103", "value"),
        (OTHER.replace(",96,", ",9_6,"), "E103", "value"),
        (OTHER.replace(",96,", ",,"), "E110", "value"),
        (OTHER.replace(",96,", ",  ,"), "E110", "value"),
        (OTHER.replace("110102", "110102.0"), "E105", "region_code"),
        (OTHER.replace("110102", "110102 "), "E115", "region_code"),
        (OTHER.replace("2024", "2024\u200b"), "E115", "period"),
        (OTHER.replace("满意率", "满意率\u3000"), "E115", "indicator"),
        (OTHER.replace("2024", "May-24"), "E121", "period"),
        (OTHER.replace("2024", "2024/5/1"), "E121", "period"),
        (OTHER.replace("2024", "45413"), "E121", "period"),
        (OTHER.replace("110102", "119999"), "E105", "region_code"),
        (OTHER.replace("110102", "西城区"), "E105", "region_code"),
        (OTHER.replace(",96,", ",135,"), "E106", "value"),
        (OTHER.replace(",96,", ",-1,"), "E106", "value"),
        (OTHER.replace("实际", "真实"), "E107", "status"),
        (OTHER.replace(",A,", ",C,"), "E107", "source_tier"),
        (OTHER.replace("满意率", "满意度"), "E108", "indicator"),
        (OTHER.replace(",%,", ",分,"), "E109", "unit"),
        (GOOD, "E104", "region_code+period+indicator"),
        (OTHER + ",多出的一格", "E118", None),
        (OTHER.replace(",调查", ""), "E118", None),
    ],
)
@pytest.mark.parametrize("blank", ["", "\n", ",,,,,,,,\n\n"])
def test_a_spoiled_row_is_named_by_its_row(study, spoiled, code, column, blank):
    spoil(study, f"{HEADER}\n{GOOD}\n{blank}{spoiled}\n")
    row = 3 + blank.count("\n")  # a spreadsheet counts blank rows too
    assert findings_of(study) == [(code, "rates.csv", row, column)]


@pytest.mark.parametrize(
    ("content", "encoding", "expected"),
    [
        (f"{HEADER}\n{GOOD}\n".replace(",unit", "").replace(",%,", ","), "utf-8", ("E102", 1, "unit")),
        (f"{HEADER}\n{GOOD}\n", "gb18030", ("E101", None, None)),
        (f"{HEADER}\n{GOOD}\n", "utf-16", ("E101", None, None)),
        (f"{HEADER}\n{GOOD}\n".replace(",", ";"), "utf-8", ("E119", 1, None)),
        (f"{HEADER}\n{GOOD}\n".replace(",", "\t"), "utf-8", ("E119", 1, None)),
        (f"{HEADER}\n{GOOD}\n".replace("value", " value"), "utf-8", ("E115", 1, "value")),
        (f"{HEADER},\n{GOOD},98\n", "utf-8", ("E117", 1, None)),
        ("", "utf-8", ("E111", None, None)),
        ("\n\n", "utf-8", ("E111", None, None)),
        (HEADER + "\n", "utf-8", ("E111", None, None)),
        (f'{HEADER}\n"{GOOD}\n', "utf-8", ("E112", 2, None)),
        (f"{HEADER},unit\n{GOOD},%\n", "utf-8", ("E116", 1, "unit")),
    ],
)  # fmt: skip
def test_a_spoiled_file_is_named(study, content, encoding, expected):
    spoil(study, content, encoding)
    code, row, column = expected
    assert findings_of(study) == [(code, "rates.csv", row, column)]


def test_a_byte_order_mark_is_remarked_upon_and_changes_nothing(study):
    spoil(study, f"{HEADER}\n{GOOD}\n{OTHER}\n")
    plain = pbgov.read_indicators(study)
    path = spoil(study, f"{HEADER}\n{GOOD}\n{OTHER}\n", "utf-8-sig")
    before = path.read_bytes()
    with pytest.warns(DataFileWarning, match="W151"):
        marked = pbgov.read_indicators(study)
    pd.testing.assert_frame_equal(plain, marked)
    assert path.read_bytes() == before


def test_windows_line_ends_and_line_breaks_in_cells_keep_the_row_numbers(study):
    broken = OTHER.replace("调查", '"一行\r\n又一行"') + "\r\n" + OTHER.replace("110102", "110999")
    spoil(study, f"{HEADER}\r\n{GOOD}\r\n{broken}\r\n")
    assert findings_of(study) == [("E105", "rates.csv", 4, "region_code")]


def test_empty_columns_that_a_spreadsheet_leaves_change_nothing(study):
    spoil(study, f"{HEADER}\n{GOOD}\n{OTHER}\n")
    plain = pbgov.read_indicators(study)
    spoil(study, f"{HEADER},,\n{GOOD},,\n{OTHER},, ,\n,,,,,,,,,,\n")
    pd.testing.assert_frame_equal(pbgov.read_indicators(study), plain)


def test_one_reading_names_every_fault_of_a_file(study):
    rows = [
        OTHER.replace(",96,", ",九十六,").replace("110102", "119999"),
        GOOD.replace(",97.5,", ",135,").replace("110101", "110105"),
        GOOD.replace("%", "分").replace("110101", "110106").replace("实际", "真实"),
        GOOD.replace(",97.5,", ",x,"),
        GOOD.replace(",97.5,", ",y,"),
    ]
    spoil(study, "\n".join([HEADER, *rows]) + "\n")
    assert sorted(findings_of(study)) == [
        ("E103", "rates.csv", 2, "value"),
        ("E103", "rates.csv", 5, "value"),
        ("E103", "rates.csv", 6, "value"),
        ("E104", "rates.csv", 6, "region_code+period+indicator"),
        ("E105", "rates.csv", 2, "region_code"),
        ("E106", "rates.csv", 3, "value"),
        ("E107", "rates.csv", 4, "status"),
        ("E109", "rates.csv", 4, "unit"),
    ]


def test_only_tables_of_the_folder_are_read_and_spreadsheets_are_named(study):
    spoil(study, f"{HEADER}\n{GOOD}\n", name="A.CSV")
    for name in (".hidden.csv", "~$A.csv", "._A.csv"):
        (study / name).write_bytes(b"\x00lock")
    (study / "README.md").write_text("x", encoding="utf-8")
    assert len(pbgov.read_indicators(study)) == 1
    (study / "another.xlsx").write_bytes(b"PK")
    with pytest.warns(DataFileWarning, match=r"W152 .*another\.xlsx"):
        pbgov.read_indicators(study)


def test_a_folder_named_like_a_table_is_a_finding(study):
    (study / "x.csv").mkdir()
    with pytest.raises(DataFileError, match="E120"):
        pbgov.read_indicators(study)


def test_findings_of_all_files_come_together(study):
    spoil(study, f"{HEADER}\n{GOOD}\n{OTHER.replace(',96,', ',135,')}\n", name="a.csv")
    spoil(study, f"{HEADER}\n{GOOD}\n", name="b.csv")
    spoil(study, "x\n1\n", name="c.csv")
    found = findings_of(study)
    assert ("E106", "a.csv", 3, "value") in found
    assert ("E104", "b.csv", 2, "region_code+period+indicator") in found
    assert ("E102", "c.csv", 1, "value") in found


def test_the_second_record_names_the_first(study):
    spoil(study, f"{HEADER}\n{OTHER}\n{GOOD}\n", name="a.csv")
    spoil(study, f"{HEADER}\n{GOOD}\n", name="b.csv")
    with pytest.raises(DataFileError, match=r"110101, 2024, 满意率 ← a\.csv:3"):
        pbgov.read_indicators(study)


def test_regions_may_be_handed_over(study, regions):
    spoil(study, f"{HEADER}\n{GOOD}\n")
    shutil.rmtree(study.parent / "regions")
    assert len(pbgov.read_indicators(study, regions)) == 1
    with pytest.raises(DataFileError, match="E113"):
        pbgov.read_indicators(study)
    with pytest.raises(InputError, match="region_code"):
        pbgov.read_indicators(study, regions[["name"]])


def test_a_folder_without_tables_is_a_mistake(study, tmp_path):
    with pytest.raises(InputError, match="no indicator table"):
        pbgov.read_indicators(study)
    with pytest.raises(InputError, match="no assessment table"):
        pbgov.read_assessment(tmp_path)


@pytest.mark.parametrize(
    ("entry", "code", "column"),
    [
        ("解决率,已解决的占比,rate,%,0,,诉求件数,", "E110", "high"),
        ("解决率,已解决的占比,rate,%,0,100,,", "E110", "denominator"),
        ("安全感得分,指标得分,score,分,100,0,,", "E106", "low"),
        ("满意率,又一个,score,分,0,100,,", "E104", "indicator"),
        ("安全感得分,指标得分,points,分,0,100,,", "E107", "kind"),
    ],
)
def test_a_register_entry_must_hold_together(study, entry, code, column):
    path = study / "register.csv"
    path.write_text(path.read_text(encoding="utf-8") + entry + "\n", encoding="utf-8")
    with pytest.raises(DataFileError) as caught:
        pbgov.read_register(study)
    assert [(f.code, f.row, f.column) for f in caught.value.findings] == [(code, 4, column)]


def test_assessment_bounds_must_not_cross(tmp_path, regions):
    header = "region_code,period,peer_group,score_low,score_high,status,source_url\n"
    row = "110101,2022-06,核心区,861,833,实际,http://example.org\n"
    (tmp_path / "scores.csv").write_text(header + row, encoding="utf-8")
    with pytest.raises(DataFileError) as caught:
        pbgov.read_assessment(tmp_path, regions)
    assert [(f.code, f.row, f.column) for f in caught.value.findings] == [("E106", 2, "score_low")]


@pytest.mark.parametrize(
    ("pair", "code"),
    [("110102,110101,1", "E104"), ("110101,110101,1", "E107"), ("110101,119999,1", "E105")],
)
def test_adjacency_lists_each_pair_once(study, pair, code):
    folder = study.parent / "regions"
    (folder / "adjacency.csv").write_text(
        f"region_code_a,region_code_b,shared_border_km\n110101,110102,13.59\n{pair}\n",
        encoding="utf-8",
    )
    with pytest.raises(DataFileError) as caught:
        pbgov.read_adjacency(folder)
    assert [(f.code, f.row) for f in caught.value.findings] == [(code, 3)]


def test_boundaries_must_be_geojson_of_known_regions(study):
    folder = study.parent / "regions"
    outline = folder / "beijing_districts.geojson"
    content = outline.read_text(encoding="utf-8")
    outline.write_text(content.replace('"110101"', '"119999"'), encoding="utf-8")
    with pytest.raises(DataFileError, match=r"(?s)E105.*119999"):
        pbgov.read_boundaries(folder)
    outline.write_text(content[:200], encoding="utf-8")
    with pytest.raises(DataFileError, match="E114"):
        pbgov.read_boundaries(folder)
    outline.unlink()
    with pytest.raises(InputError, match="exactly one"):
        pbgov.read_boundaries(folder)


def test_a_region_needs_a_known_parent(tmp_path):
    (tmp_path / "regions.csv").write_text(
        "region_code,name,level,kind,parent_code,zone,area_km2,source\n"
        "110101,东城区,district,市辖区,110000,,,GB/T 2260\n",
        encoding="utf-8",
    )
    with pytest.raises(DataFileError, match=r"regions\.csv:2 \[parent_code\]"):
        pbgov.read_regions(tmp_path)
