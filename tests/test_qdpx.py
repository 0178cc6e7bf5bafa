"""What pbgov writes for other QDA programs is what the standard says, and comes back whole."""

from __future__ import annotations

import dataclasses
import itertools
import os
import sys
import zipfile
from hashlib import sha256
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree
from pandas.testing import assert_frame_equal

import pbgov
import pbgov.schemas
from pbgov.coding.codings import read_states
from pbgov.coding.journal import Journal, Stretch
from pbgov.corpus.document import Corpus, Document, digest_text
from pbgov.errors import InputError
from pbgov.exchange.qdpx import read_qdc, read_qdpx, write_qdc, write_qdpx
from pbgov.exchange.refi import grammar
from pbgov.exchange.refi.structure import check_tree, parse

sys.path.insert(0, str(Path(__file__).parent))
from qdpx_files import NAMESPACE, gid

DATA = Path(__file__).resolve().parents[1] / "data"
P = f"{{{NAMESPACE}}}"
KEY = ["doc_id", "start", "end", "code_id", "coder"]
PLAIN = "某街道探索“一站式”服务。\n𠮷祥社区成立居民议事会，推行网格化管理。\n居民满意率有所提高。\n"
WINDOWS = "第一行。\r\n𠮷祥社区成立议事会。\r\n第三行\r第四行\n完。\r\n"
NUL = "表格\0里的字与 \ufffe 和 \\u{0} 都要留下。"
MEMO = "引号\"与'，<尖括号>&amp;\n第二行\t制表\r\n第三行\0\u3000𠮷 \ud800 结尾 "


def document(doc_id: str, text: str, **metadata: object) -> Document:
    return Document(doc_id, f"{doc_id}.txt", text, text, "utf-8", digest_text(text), metadata)


CORPUS = Corpus(
    [
        document("甲", PLAIN, title="甲的题名", region_code="110105", authors=["张", "李"]),
        document("乙/二", WINDOWS, region_code="110105"),
        document("丙", NUL),
        document("丁", "\ufeff\ufeff有标记。\r\n完。"),
        document("空", ""),
    ]
)


@pytest.fixture(scope="module")
def codebook() -> pbgov.Codebook:
    return pbgov.read_codebook(DATA / "codebook")


@pytest.fixture(scope="session")
def schemas() -> tuple[etree.XMLSchema, etree.XMLSchema]:
    """The two schemas of the standard, from PBGOV_REFI_XSD or beside the project."""
    folder = Path(os.environ.get("PBGOV_REFI_XSD", Path(__file__).parents[2] / "shared" / "refi"))
    if not (folder / "Project.xsd").is_file():
        pytest.skip("no Project.xsd: the schemas of the standard are not shipped (PBGOV_REFI_XSD)")
    project, codebook = (
        etree.XMLSchema(etree.parse(folder / f"{name}.xsd")) for name in ("Project", "Codebook")
    )
    return project, codebook


def row(
    doc_id: str, start: int, end: int, code_id: str, coder: str, value: int = 1, **more: object
) -> dict[str, object]:
    text = CORPUS[doc_id].text[start:end] if doc_id in CORPUS else ""
    return {
        "doc_id": doc_id, "start": start, "end": end, "code_id": code_id, "coder": coder,
        "value": value, "status": "judged", "evidence_start": None, "evidence_end": None,
        "rule": None, "text_digest": digest_text(text), "codebook_version": "0.2", "memo": None,
        "made_at": None, **more,
    }  # fmt: skip


def codings(rows: list[dict[str, object]]) -> pd.DataFrame:
    numbers = dict.fromkeys(("start", "end", "value", "evidence_start", "evidence_end"), "Int64")
    table = pd.DataFrame(rows)
    return table.astype({name: numbers.get(name, "str") for name in table.columns})


ROWS = [
    row("甲", 13, 35, "INNOV.ORG", "张三", made_at="2026-05-01T08:00:00Z", memo=MEMO),
    row("甲", 13, 35, "INNOV.ORG", "李四", evidence_start=20, evidence_end=25),
    row("甲", 13, 35, "INNOV.MGT", "张三", evidence_start=20, evidence_end=25, memo="次要"),
    row("甲", 13, 35, "INNOV.ACT", "张三", value=0, memo="没有活动"),
    row("甲", 13, 35, "INNOV.ACT", "李四", value=0, made_at="2026-05-02T08:00:00Z"),
    row("甲", 13, 35, "INNOV.MGT", "rules", status="suggested", rule="网格 near[5] 管理",
        evidence_start=26, evidence_end=31),
    row("甲", 13, 35, "INNOV.ORG", "gold", made_at="2026-05-03T08:00:00Z", memo="依据 3.1"),
    row("甲", 13, 35, "INNOV.ACT", "gold", value=0),
    row("甲", 20, 31, "MODE.M2", "张三"),
    row("甲", 0, 35, "MODE.M2", "endpoint:qwen", status="suggested"),
    row("乙/二", 6, 18, "MECH.DELIB", "张三", evidence_start=12, evidence_end=15),
    row("乙/二", 0, len(WINDOWS), "DIM.LAW", "张三", value=0),
    row("乙/二", 4, 6, "DIM.LAW", "李四"),
    row("丙", 0, len(NUL), "META.QUOTE", "张三"),
    row("丙", 2, 3, "META.CLAIM", "张三", value=0),
    row("丁", 0, 9, "META.PLAN", "张三", made_at="昨天"),
]  # fmt: skip
LOST = [  # their words are not there any more, or never were
    row("甲", 0, 12, "PROB.FORM", "张三") | {"text_digest": "0123456789abcdef"},
    row("甲", 0, 9999, "PROB.FORM", "李四"),
    row("甲", 1, 12, "PROB.FORM", "张三", value=0) | {"text_digest": "0123456789abcdef"},
    row("不在", 0, 3, "PROB.FORM", "张三", memo="文档不在语料里"),
    row("不在", 0, 3, "PROB.MISM", "张三", value=0),
]
STATES = pd.DataFrame(
    [
        ("甲", 13, 35, "张三", "read", "INNOV;MODE", None, "2026-05-01T09:00:00Z"),
        ("甲", 0, 12, "张三", "read", None, None, None),
        ("甲", 13, 35, "李四", "doubtful", "INNOV", "拿不准\n再看", None),
        ("乙/二", 0, 6, "李四", "read", None, None, None),
        ("不在", 0, 6, "李四", "read", "DIM", None, None),
    ],
    columns=["doc_id", "start", "end", "coder", "state", "families", "memo", "made_at"],
)
ADJUDICATIONS = pd.DataFrame(
    [("甲", 13, 35, "INNOV", "INNOV.ORG", None, "王五", "居民议事会是新设机构", "补入例句",
      digest_text(PLAIN[13:35]), "0.2", "2026-05-03T08:00:00Z"),
     ("甲", 13, 35, "MODE", None, None, "王五", "不到目的", "无", digest_text(PLAIN[13:35]), "0.2",
      "2026-05-03T08:05:00Z")],
    columns=list(pbgov.schemas.ADJUDICATIONS.columns),
)  # fmt: skip


def ordered(table: pd.DataFrame, like: pd.DataFrame | None = None) -> pd.DataFrame:
    key = [name for name in KEY if name in table.columns]
    table = table.sort_values(key).reset_index(drop=True)
    return table if like is None else table[like.columns].astype(like.dtypes)


def parts(path: Path) -> tuple[Any, dict[str, bytes]]:
    """The XML and the files of an archive, without a line of pbgov."""
    with zipfile.ZipFile(path) as archive:
        names = archive.namelist()
        assert names[0] == "project.qde"
        return etree.fromstring(archive.read("project.qde")), {
            name: archive.read(name) for name in names[1:]
        }


# ---- what is written ----------------------------------------------------------------------------


def test_the_words_stand_where_the_file_says(tmp_path: Path, codebook: pbgov.Codebook) -> None:
    path = tmp_path / "a.qdpx"
    write_qdpx(path, CORPUS, codings(ROWS), codebook)
    root, files = parts(path)
    users = {each.get("guid"): each.get("name") for each in root.iter(f"{P}User")}
    codes = {each.get("guid"): each for each in root.iter(f"{P}Code")}
    found = set()
    for source in root.iter(f"{P}TextSource"):
        content = files["sources/" + source.get("plainTextPath").removeprefix("internal://")]
        assert b"\r" not in content
        assert not content.startswith(b"\xef\xbb\xbf")
        text = content.decode("utf-8")
        for selection in source.iter(f"{P}PlainTextSelection"):
            words = text[int(selection.get("startPosition")) : int(selection.get("endPosition"))]
            spelled = words.replace("\\u{", "\\u{5C}u{")
            for illegal in ("\0", "\ufffe"):
                spelled = spelled.replace(illegal, f"\\u{{{ord(illegal):X}}}")
            assert selection.get("name") == spelled
            for coding in selection.findall(f"{P}Coding"):
                code = codes[coding.find(f"{P}CodeRef").get("targetGUID")]
                assert code.get("isCodable") == "true"
                found.add(
                    (source.get("name"), users[coding.get("creatingUser")], code.get("name"), words)
                )
    zh = dict(zip(codebook.codes["code_id"], codebook.codes["zh"], strict=True))
    expected = set()
    for each in ROWS:
        if each["value"] == 1:
            start, end = each["start"], each["end"]
            if each["evidence_start"] is not None:
                start, end = each["evidence_start"], each["evidence_end"]
            words = CORPUS[each["doc_id"]].text[start:end]
            words = words.replace("\r\n", "\n").replace("\r", "\n").replace("\ufeff", "")
            expected.add((each["doc_id"], each["coder"], zh[each["code_id"]], words))
    assert found == expected
    assert len(list(root.iter(f"{P}Coding"))) == sum(each["value"] == 1 for each in ROWS)


def test_families_are_folders_and_codes_are_nested(
    tmp_path: Path, codebook: pbgov.Codebook
) -> None:
    codes = codebook.codes.copy()
    codes.loc[codes["code_id"] == "MODE.M2", "parent_id"] = "MODE.M3"  # below what comes later
    codes.loc[codes["code_id"] == "LQ.VERT", "parent_id"] = "LQ.HORIZ"  # and these in a circle
    codes.loc[codes["code_id"] == "LQ.HORIZ", "parent_id"] = "LQ.VERT"
    codes.loc[codes["code_id"] == "LQ.RATE", "parent_id"] = "MODE.M1"  # and this in another family
    changed = dataclasses.replace(codebook, codes=codes)
    path = tmp_path / "a.qdpx"
    write_qdpx(path, CORPUS, codings(ROWS), changed)
    root, _ = parts(path)
    tops = root.find(f"{P}CodeBook/{P}Codes")
    assert [each.get("name") for each in tops] == list(codebook.families["zh"])
    assert {each.get("isCodable") for each in tops} == {"false"}
    by_name = {each.get("name"): each for each in root.iter(f"{P}Code")}
    assert by_name["融合共建型"].getparent() is by_name["凝聚合力/风险应急型"]
    assert len(by_name) == len(codes) + len(codebook.families)
    description = by_name["组织创新"].findtext(f"{P}Description")
    told = codebook.codes.set_index("code_id").loc["INNOV.ORG"]
    for column in ("definition", "include", "exclude", "source"):
        assert told[column] in description
    read = read_qdpx(path)
    assert_frame_equal(ordered(read.code_table), ordered(changed.codes, read.code_table))


def test_it_is_valid_for_the_schema_and_for_our_own_check(
    tmp_path: Path, codebook: pbgov.Codebook, schemas: tuple[etree.XMLSchema, etree.XMLSchema]
) -> None:
    path = tmp_path / "a.qdpx"
    indicators = pbgov.read_indicators(DATA / "indicators")
    write_qdpx(
        path, CORPUS, codings([*ROWS, *LOST, row("甲", 0, 3, "自拟", "张三")]), codebook,
        states=STATES, adjudications=ADJUDICATIONS, indicators=indicators,
        regions=pbgov.read_regions(DATA / "regions"),
    )  # fmt: skip
    root, _ = parts(path)
    assert schemas[0].validate(root), schemas[0].error_log
    assert check_tree(root, "a") == []
    write_qdc(tmp_path / "a.qdc", codebook)
    tree = etree.parse(tmp_path / "a.qdc")
    assert schemas[1].validate(tree), schemas[1].error_log
    assert check_tree(tree.getroot(), "a") == []
    nothing = tmp_path / "b.qdpx"
    none = codebook.families[:0], codebook.codes[:0]
    bare = dataclasses.replace(codebook, families=none[0], codes=none[1])
    write_qdpx(nothing, [], codings(ROWS)[:0], bare)
    root, _ = parts(nothing)
    assert schemas[0].validate(root), schemas[0].error_log
    assert [each.tag for each in root] == [f"{P}Description"]  # no empty list is written


def test_the_same_study_gives_the_same_bytes(tmp_path: Path, codebook: pbgov.Codebook) -> None:
    table = codings([*ROWS, *LOST])
    digests = set()
    for number in range(3):
        path = tmp_path / f"{number}.qdpx"
        write_qdpx(
            path,
            list(reversed(CORPUS)) if number else CORPUS,
            table.sample(frac=1, random_state=number),
            codebook,
            states=STATES.sample(frac=1, random_state=number),
            adjudications=ADJUDICATIONS.sample(frac=1, random_state=number),
        )
        digests.add(sha256(path.read_bytes()).hexdigest())
    assert len(digests) == 1


def test_cases_variables_sets_and_links(tmp_path: Path, codebook: pbgov.Codebook) -> None:
    indicators = pd.DataFrame(
        [("110105", "2023", "满意率", 95.25, "%", "实际", "A", "http://x", None),
         ("110105", "2023-05", "满意率", 1e-7, "%", "模拟", "模拟", "x", "注"),
         ("999999", "2023", "满意率", 1e16, "%", "实际", "A", "http://x", None)],
        columns=["region_code", "period", "indicator", "value", "unit", "status", "source_tier",
                 "source_url", "note"],
    )  # fmt: skip
    path = tmp_path / "a.qdpx"
    written = write_qdpx(
        path, CORPUS, codings(ROWS), codebook, adjudications=ADJUDICATIONS,
        indicators=indicators, regions=pbgov.read_regions(DATA / "regions"),
    )  # fmt: skip
    root, _ = parts(path)
    variables = {each.get("guid"): each.get("name") for each in root.iter(f"{P}Variable")}
    cases = {each.get("name"): each for each in root.iter(f"{P}Case")}
    assert set(cases) == {"朝阳区", "999999"}
    values = {
        variables[each.find(f"{P}VariableRef").get("targetGUID")]: each.findtext(f"{P}FloatValue")
        for each in cases["朝阳区"].iter(f"{P}VariableValue")
    }
    assert values == {"满意率（2023，实际）": "95.25", "满意率（2023-05，模拟）": "0.0000001"}
    assert cases["999999"].findtext(f".//{P}FloatValue") == "10000000000000000"
    sources = {each.get("guid"): each.get("name") for each in root.iter(f"{P}TextSource")}
    members = {sources[each.get("targetGUID")] for each in cases["朝阳区"].iter(f"{P}SourceRef")}
    assert members == {"甲", "乙/二"}
    attributes = {
        variables[each.find(f"{P}VariableRef").get("targetGUID")]: each.findtext(f"{P}TextValue")
        for each in root.find(f"{P}Sources").iter(f"{P}VariableValue")
        if each.getparent().get("name") == "甲"
    }
    assert attributes == {"题名": "甲的题名", "作者": "张、李", "地区代码": "110105"}
    sets = {each.get("name"): each for each in root.iter(f"{P}Set")}
    assert len(sets) == 4  # the modes, of which a unit has one
    mode = sets["参与模式（目的）：融合共建型"]
    assert [sources[each.get("targetGUID")] for each in mode.iter(f"{P}MemberSource")] == ["甲"]
    named = {each.get("guid"): each for each in root.iter() if each.get("guid")}
    links = list(root.iter(f"{P}Link"))
    assert len(links) == 4  # two judged INNOV.ORG, two judged INNOV.ACT absent
    users = {each.get("guid"): each.get("name") for each in root.iter(f"{P}User")}
    for link in links:
        origin, target = (named[link.get(name)] for name in ("originGUID", "targetGUID"))
        assert users[target.get("creatingUser")] == "gold"
        assert users[origin.get("creatingUser")] in ("张三", "李四")
        (note,) = (named[each.get("targetGUID")] for each in link.iter(f"{P}NoteRef"))
        assert "王五" in note.findtext(f"{P}PlainTextContent")
    lost = written.losses.set_index("kind")["count"]
    assert lost["indicator_notes"] == 3
    assert lost["unlisted_regions"] == 1


def test_no_path_of_this_computer_is_written(tmp_path: Path, codebook: pbgov.Codebook) -> None:
    path = tmp_path / "a.qdpx"
    home = dataclasses.replace(CORPUS["甲"], path="/home/somebody/甲.txt")
    write_qdpx(path, [home], codings(ROWS[:3]), codebook)
    root, _ = parts(path)
    xml = etree.tostring(root, encoding="unicode")
    assert "somebody" not in xml
    assert "basePath" not in xml
    assert "currentPath" not in xml


def test_what_the_standard_has_no_place_for_is_told(
    tmp_path: Path, codebook: pbgov.Codebook
) -> None:
    table = codings([*ROWS, *LOST, row("甲", 0, 3, "自拟", "张三")])
    written = write_qdpx(tmp_path / "a.qdpx", CORPUS, table, codebook, states=STATES)
    lost = written.losses.set_index("kind")["count"].to_dict()
    assert lost.pop("illegal") > 0
    rules = {"rules": len(codebook.rules)} if len(codebook.rules) else {}
    assert lost == rules | {
        "terms": len(codebook.terms), "masks": len(codebook.masks),
        "examples": len(codebook.examples),
        "absent": 7, "suggested": 2, "states": 5, "evidence": 4, "set_aside": 6,
        "unknown_codes": 1, "times": 1, "line_ends": 2,
    }  # fmt: skip
    assert [finding.code for finding in written.findings] == ["W663", "W662"]
    for each in written.losses.itertuples():
        assert str(each.count) in each.zh
        assert str(each.count) in each.en


# ---- and comes back -----------------------------------------------------------------------------


def test_every_column_of_every_row_comes_back(tmp_path: Path, codebook: pbgov.Codebook) -> None:
    rows = [*ROWS, row("甲", 0, 3, "自拟", "张三", modality="计划")]
    table = codings([*rows, *LOST]).assign(segment_id="s1")
    path = tmp_path / "a.qdpx"
    write_qdpx(path, CORPUS, table, codebook, states=STATES, adjudications=ADJUDICATIONS)
    reading = read_qdpx(path)
    assert reading.findings == ()
    assert reading.losses.empty
    assert (reading.sources["n_verified"] == reading.sources["n_selections"]).all()
    for corpus in (CORPUS, None):
        matched = reading.match(corpus, codebook)
        kept, lost = (matched.codings, matched.set_aside)
        (aside,) = lost[lost["code_id"] == "*"].to_dict("records")
        assert [aside[name] for name in ("doc_id", "status", "rule")] == ["不在", "read", "DIM"]
        lost = lost[lost["code_id"] != "*"]
        assert len(lost) == len(LOST)
        both = ordered(pd.concat([kept, lost]))
        expected = ordered(codings([*rows, *LOST]), both.drop(columns=["modality"]))
        assert_frame_equal(both.drop(columns=["modality"]), expected)
        assert_frame_equal(ordered(lost), ordered(codings(LOST), lost))
        assert list(matched.states) == list(STATES)
        here = STATES[STATES["doc_id"] != "不在"]
        assert_frame_equal(ordered(matched.states), ordered(here, matched.states))
        assert_frame_equal(
            matched.adjudications, ordered(ADJUDICATIONS, matched.adjudications), check_like=True
        )
        assert matched.held_back.empty
        said = [finding.code for finding in matched.findings]
        assert said == ["W659"]  # 自拟 is in no codebook
        more = kept[kept["modality"].notna()]
        assert list(more["code_id"]) == ["自拟"]
        assert list(more["modality"]) == ["计划"]
    texts = dict(zip(reading.sources["name"], reading.texts.values(), strict=True))
    assert texts == {each.doc_id: each.text for each in CORPUS}


def test_segments_get_their_ids(tmp_path: Path, codebook: pbgov.Codebook) -> None:
    segments = pbgov.segment(CORPUS["甲"], "paragraph")
    first = segments[segments["kind"] == "paragraph"].iloc[1]
    table = codings([row("甲", int(first["start"]), int(first["end"]), "INNOV.ORG", "张三")])
    path = tmp_path / "a.qdpx"
    write_qdpx(path, CORPUS, table, codebook)
    matched = read_qdpx(path).match(CORPUS, codebook, segments)
    assert list(matched.codings["segment_id"]) == [first["segment_id"]]


def test_a_journal_goes_out_and_comes_back(tmp_path: Path, codebook: pbgov.Codebook) -> None:
    folder = tmp_path / "codings"
    stretch = Stretch("甲", 13, 35, PLAIN[13:35])
    times = iter(f"2026-05-01T08:00:0{second}Z" for second in range(9))
    with Journal(folder, "张三", codebook.version, clock=lambda: next(times)) as journal:
        journal.judge(stretch, "INNOV.ORG", evidence=(20, 25), memo=MEMO.replace("\ud800", ""))
        journal.judge(stretch, "INNOV.ACT", 0)
        journal.state(stretch, "read")
    table, states = pbgov.read_codings(folder), read_states(folder)
    path = tmp_path / "a.qdpx"
    write_qdpx(path, CORPUS, table, codebook, states=states)
    matched = read_qdpx(path).match(CORPUS, codebook)
    kept = [name for name in table.columns if name != "segment_id"]
    assert_frame_equal(ordered(matched.codings), ordered(table[kept], matched.codings))
    assert_frame_equal(matched.states, ordered(states, matched.states))
    assert set(states) == {*matched.states, "segment_id"}


def test_states_of_changed_words_are_set_aside(tmp_path: Path, codebook: pbgov.Codebook) -> None:
    path = tmp_path / "a.qdpx"
    write_qdpx(path, CORPUS, codings(ROWS), codebook, states=STATES)
    changed = PLAIN[:13] + PLAIN[13:35].replace("成立", "取消") + PLAIN[35:]
    reading = read_qdpx(path)
    there = reading.match(CORPUS, codebook).states
    assert set(zip(there["doc_id"], there["start"], strict=True)) == {
        ("甲", 0),
        ("甲", 13),
        ("乙/二", 0),
    }
    matched = reading.match([document("甲", changed)], codebook)
    assert list(matched.states["start"]) == [0]
    aside = matched.set_aside[matched.set_aside["code_id"] == "*"]
    assert sorted(zip(aside["doc_id"], aside["start"], strict=True)) == [
        ("不在", 0), ("乙/二", 0), ("甲", 13), ("甲", 13)
    ]  # fmt: skip


def test_what_was_said_of_a_document_follows_it_to_its_new_name(
    tmp_path: Path, codebook: pbgov.Codebook
) -> None:
    path = tmp_path / "a.qdpx"
    here = [row for row in ROWS if row["doc_id"] == "甲"]
    write_qdpx(path, CORPUS, codings(here), codebook, states=STATES[:3])
    segments = pbgov.segment(document("甲改名", PLAIN), "paragraph")
    matched = read_qdpx(path).match([document("甲改名", PLAIN)], codebook, segments)
    assert len(matched.codings) == len(here)
    assert len(matched.states) == 3
    assert set(matched.codings["doc_id"]) == set(matched.states["doc_id"]) == {"甲改名"}
    assert matched.set_aside.empty
    assert list(matched.states["segment_id"].notna()) == [
        (row.start, row.end) in set(zip(segments["start"], segments["end"], strict=True))
        for row in matched.states.itertuples()
    ]


ALPHABET = st.sampled_from(
    [*"党建引领。，a<&\"'\\u{}[]…", "𠮷", "\n", "\r", "\r\n", "\0", "\ufeff", "\u3000", "\ud83d",
     "\ufffe", "\x85", "\u2028"]
)  # fmt: skip
TEXTS = st.lists(ALPHABET, max_size=40).map("".join)


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(data=st.data(), texts=st.lists(TEXTS, min_size=1, max_size=3))
def test_whatever_is_written_is_read_again(
    data: st.DataObject, texts: list[str], tmp_path: Path, codebook: pbgov.Codebook
) -> None:
    corpus = Corpus([document(f"d{number}", text) for number, text in enumerate(texts)])
    rows: dict[tuple[object, ...], dict[str, object]] = {}
    for _ in range(data.draw(st.integers(0, 8))):
        home = data.draw(st.sampled_from(list(corpus)))
        if len(home.text) < 1:
            continue
        start = data.draw(st.integers(0, len(home.text) - 1))
        end = data.draw(st.integers(start + 1, len(home.text)))
        made = row(
            home.doc_id, start, end,
            data.draw(st.sampled_from(["INNOV.ORG", "MODE.M1", "无此码"])),
            data.draw(st.sampled_from(["张三", "rules", "gold", "Li Si"])),
            data.draw(st.sampled_from([0, 1])),
            memo=data.draw(st.none() | TEXTS.filter(bool)),
            rule=data.draw(st.none() | TEXTS.filter(bool)),
            status=data.draw(st.sampled_from(["judged", "suggested"])),
        )  # fmt: skip
        made["text_digest"] = digest_text(home.text[start:end])
        if data.draw(st.booleans()):
            first = data.draw(st.integers(start, end - 1))
            last = data.draw(st.integers(first + 1, end))
            made |= {"evidence_start": first, "evidence_end": last}
        rows[tuple(made[name] for name in KEY)] = made
    table = codings([*rows.values()]) if rows else codings(ROWS)[:0]
    seen = {
        tuple(made[name] for name in ("doc_id", "start", "end", "coder"))
        for made in rows.values()
        if data.draw(st.booleans())
    }
    states = pd.DataFrame(
        [
            (*place, data.draw(st.sampled_from(["read", "doubtful"])),
             data.draw(st.none() | st.sampled_from(["INNOV", "INNOV;MODE"])),
             data.draw(st.none() | TEXTS.filter(bool)), None)
            for place in sorted(seen)
        ],
        columns=list(STATES),
    ).astype(STATES.astype({"start": "Int64", "end": "Int64"}).dtypes)  # fmt: skip
    path = tmp_path / "a.qdpx"
    write_qdpx(path, corpus, table, codebook, states=states)
    root, _ = parts(path)
    assert check_tree(root, "a") == []
    reading = read_qdpx(path)
    assert reading.findings == ()
    assert list(reading.texts.values()) == texts
    matched = reading.match(corpus, codebook)
    assert matched.held_back.empty
    both = pd.concat([matched.codings, matched.set_aside])
    assert_frame_equal(ordered(both), ordered(table, both))
    assert_frame_equal(ordered(matched.states), ordered(states, matched.states))


# ---- changed elsewhere --------------------------------------------------------------------------


def rewrite(path: Path, change: Any) -> Path:
    """The project after somebody worked on it in another program."""
    root, files = parts(path)
    root.set("origin", "AnotherQDA 7")
    change(root)
    other = path.with_name("other.qdpx")
    with zipfile.ZipFile(other, "w") as archive:
        archive.writestr("Study.qde", etree.tostring(root, encoding="UTF-8", xml_declaration=True))
        for name, content in files.items():
            archive.writestr(name, content)
    return other


def coding_on(root: Any, words: str) -> Any:
    (selection,) = (s for s in root.iter(f"{P}PlainTextSelection") if s.get("name") == words)
    return selection


@pytest.fixture
def written(tmp_path: Path, codebook: pbgov.Codebook) -> Path:
    path = tmp_path / "a.qdpx"
    rows = [
        row(
            "甲", 13, 35, "INNOV.ORG", "张三", evidence_start=20, evidence_end=25, memo="原来的备忘"
        ),
        row("甲", 13, 35, "INNOV.ACT", "张三", value=0),
        row("甲", 36, 46, "META.CLAIM", "张三"),
    ]
    write_qdpx(path, CORPUS, codings(rows), codebook)
    return path


def test_a_coding_deleted_elsewhere_is_gone_and_named(
    written: Path, codebook: pbgov.Codebook
) -> None:
    def delete(root: Any) -> None:
        selection = coding_on(root, "居民议事会")
        selection.getparent().remove(selection)

    matched = read_qdpx(rewrite(written, delete)).match(CORPUS, codebook)
    assert sorted(matched.codings["code_id"]) == ["INNOV.ACT", "META.CLAIM"]
    assert [finding.code for finding in matched.findings] == ["W665"]


def test_a_coding_changed_elsewhere_stands_as_it_is_now(
    written: Path, codebook: pbgov.Codebook
) -> None:
    def change(root: Any) -> None:
        code = next(c for c in root.iter(f"{P}Code") if c.get("name") == "活动创新")
        coding = coding_on(root, "居民议事会").find(f"{P}Coding")
        coding.find(f"{P}CodeRef").set("targetGUID", code.get("guid"))

    matched = read_qdpx(rewrite(written, change)).match(CORPUS, codebook)
    changed = matched.codings[matched.codings["code_id"] == "INNOV.ACT"]
    # judged absent in the same stretch too; the words coded are their own stretch, so both stand
    assert sorted(zip(changed["start"], changed["end"], changed["value"], strict=True)) == [
        (13, 35, 0), (20, 25, 1)
    ]  # fmt: skip
    assert "INNOV.ORG" not in set(matched.codings["code_id"])
    assert [finding.code for finding in matched.findings] == ["W656"]


def test_what_was_judged_absent_and_is_coded_now_is_present(
    written: Path, codebook: pbgov.Codebook
) -> None:
    def add(root: Any) -> None:
        code = next(c for c in root.iter(f"{P}Code") if c.get("name") == "活动创新")
        selection = coding_on(root, PLAIN[13:35])
        coding = etree.Element(f"{P}Coding", guid=gid("new"))
        coding.set("creatingUser", next(root.iter(f"{P}User")).get("guid"))
        etree.SubElement(coding, f"{P}CodeRef", targetGUID=code.get("guid"))
        selection.insert(0, coding)

    matched = read_qdpx(rewrite(written, add)).match(CORPUS, codebook)
    (now,) = matched.codings[matched.codings["code_id"] == "INNOV.ACT"].itertuples()
    assert (now.start, now.end, now.value) == (13, 35, 1)
    assert [finding.code for finding in matched.findings] == ["W656"]


def test_a_note_edited_elsewhere_becomes_the_memo(written: Path, codebook: pbgov.Codebook) -> None:
    def edit(root: Any) -> None:
        for content in root.iter(f"{P}PlainTextContent"):
            content.text = content.text.replace("原来的备忘", "改过的备忘")  # the record too

        for content in root.iter(f"{P}PlainTextContent"):
            if content.text.startswith("改过的备忘"):
                content.text = content.text.replace('"memo":"改过的备忘"', '"memo":"原来的备忘"')

    matched = read_qdpx(rewrite(written, edit)).match(CORPUS, codebook)
    memo = matched.codings.set_index("code_id").loc["INNOV.ORG", "memo"]
    assert memo.startswith("改过的备忘")
    assert [finding.code for finding in matched.findings] == ["W656"]


def test_notes_and_guids_lost_elsewhere_still_leave_the_codings(
    written: Path, codebook: pbgov.Codebook
) -> None:
    def strip(root: Any) -> None:
        for tag in ("NoteRef", "Notes", "Sets"):
            for element in list(root.iter(f"{P}{tag}")):
                element.getparent().remove(element)
        renamed = {
            each.get("guid"): gid("renamed", each.get("guid"))
            for each in root.iter()
            if each.get("guid")
        }
        for element in root.iter():
            for name, value in element.attrib.items():
                element.set(name, renamed.get(value, value))

    matched = read_qdpx(rewrite(written, strip)).match(CORPUS, codebook)
    found = {(c.code_id, c.coder, PLAIN[c.start : c.end]) for c in matched.codings.itertuples()}
    assert found == {("INNOV.ORG", "张三", "居民议事会"), ("META.CLAIM", "张三", PLAIN[36:46])}


def test_a_text_changed_elsewhere_is_named(written: Path, codebook: pbgov.Codebook) -> None:
    root, files = parts(written)
    other = written.with_name("other.qdpx")
    with zipfile.ZipFile(other, "w") as archive:
        archive.writestr("project.qde", etree.tostring(root))
        for name, content in files.items():
            archive.writestr(name, content.decode().replace("某街道", "某某街道"))
    reading = read_qdpx(other)
    assert {"W657", "E624"} <= {finding.code for finding in reading.findings}
    matched = reading.match(CORPUS, codebook)
    present = matched.codings[matched.codings["value"] == 1]
    assert present.empty
    assert len(matched.held_back) == 2


# ---- codebooks ----------------------------------------------------------------------------------


def test_a_codebook_comes_back_whole(tmp_path: Path, codebook: pbgov.Codebook) -> None:
    codes = codebook.codes.copy()
    codes["include"] = codes["include"].fillna("") + "\n【定义】不是标签\n　续行 \\u{0} \0"
    changed = dataclasses.replace(codebook, codes=codes)
    path = tmp_path / "a.qdc"
    written = write_qdc(path, changed)
    tables = ("terms", "masks", "examples", "rules")
    assert set(written.losses["kind"]) == {name for name in tables if len(getattr(codebook, name))}
    reading = read_qdc(path)
    assert reading.findings == ()
    assert_frame_equal(reading.families, codebook.families.reset_index(drop=True).astype("str"))
    assert_frame_equal(reading.code_table, codes.reset_index(drop=True).astype("str"))
    first = path.read_bytes()
    write_qdc(path, changed)
    assert path.read_bytes() == first
    assert len(reading.sets) == 4


def test_a_codebook_of_another_program(tmp_path: Path) -> None:
    inner, outer = gid("inner"), gid("outer")
    (tmp_path / "a.qdc").write_text(
        '<CodeBook xmlns="urn:QDA-XML:codebook:1.0" origin="AnotherQDA"><Codes>'
        f'<Code guid="{{{outer.upper()}}}" name="主题" isCodable="false"><Description>一些主题</Description>'
        f'<Code guid="{inner}" name="经济" isCodable="true" color="#ffff00"><Description>就业、税收</Description>'
        f'<Code guid="{gid("leaf")}" name="就业" isCodable="true"/></Code></Code>'
        f'<Code guid="{gid("free")}" name="卫生" isCodable="true"/></Codes>'
        f'<Sets><Set guid="{gid("set")}" name="一组"><MemberCode guid="{inner}"/></Set></Sets></CodeBook>'
    )
    reading = read_qdc(tmp_path / "a.qdc")
    assert reading.findings == ()
    assert list(reading.families["family"]) == ["主题", "导入"]
    table = reading.code_table.set_index("code_id")
    assert list(table.index) == ["主题/经济", "主题/经济/就业", "卫生"]
    assert table.loc["主题/经济/就业", "parent_id"] == "主题/经济"
    assert table.loc["主题/经济", "definition"] == "就业、税收"
    assert list(reading.losses["kind"]) == ["colors"]
    assert list(reading.sets["codes"]) == [inner]


# ---- the grammar is the standard's --------------------------------------------------------------

XS = "{http://www.w3.org/2001/XMLSchema}"
KINDS = {
    "GUIDType": "guid", "dateTime": "datetime", "integer": "integer", "boolean": "boolean",
    "RGBType": "color", "directionType": "direction", "typeOfVariableType": "variable",
    "ShapeType": "shape", "LineStyleType": "line", "string": "text",
}  # fmt: skip


@pytest.mark.parametrize(
    ("file", "namespace"), [("Project", grammar.PROJECT), ("Codebook", grammar.CODEBOOK)]
)
def test_the_grammar_says_what_the_schema_says(shared: Path, file: str, namespace: str) -> None:
    schema = etree.parse(shared / "refi" / f"{file}.xsd").getroot()
    types = {each.get("name"): each for each in schema.iter(f"{XS}complexType")}
    elements = {each.get("name"): each.get("type") for each in schema.iter(f"{XS}element")}
    assert set(elements) == set(grammar.ELEMENTS[namespace])
    for tag, kind in elements.items():
        if kind.startswith("xsd:"):
            assert grammar.attributes_of(namespace, tag) == {}
            assert grammar.VALUE_KINDS.get(tag, "string").lower() == kind[4:].lower()
            continue
        wanted = {
            each.get("name"): (
                each.get("use") == "required",
                KINDS[each.get("type").removeprefix("xsd:")],
            )
            for each in types[kind].iter(f"{XS}attribute")
        }
        ours = grammar.attributes_of(namespace, tag).values()
        assert {each.name: (each.required, each.kind) for each in ours} == wanted, tag
        order = grammar.order_of(namespace, tag)
        particles = [] if types[kind].find(f"{XS}sequence") is None and types[kind].find(f"{XS}choice") is None else [
            (each.get("name"), each.get("minOccurs", "1"), each.get("maxOccurs", "1"))
            for each in types[kind].iter(f"{XS}element")
        ]  # fmt: skip
        free = types[kind].find(f"{XS}choice") is not None
        for name, least, most in particles:
            others = [n for n, low, _ in particles if low != "0" and n != name and not free]
            place = [n for n, *_ in particles]

            def told(
                count: int, name: str = name, others: list[str] = others, place: list[str] = place
            ) -> str:
                given = [*others, *[name] * count]
                return "".join(f"{each} " for each in sorted(given, key=place.index))

            assert order.fullmatch(told(1)), (tag, name)
            in_choice = free or "Value" in name
            assert bool(order.fullmatch(told(0))) == (least == "0" and not free), (tag, name)
            assert bool(order.fullmatch(told(2))) == (free or most == "unbounded"), (tag, name)
            for before, after in itertools.pairwise(place):
                if not in_choice:
                    assert not order.fullmatch(f"{after} {before} ")


RECIPE = {  # change, the finding it gives, whether the schema sees it
    "coding without guid": (lambda r: q(r, "Coding").attrib.pop("guid"), "E614", True),
    "memo text in a code": (lambda r: etree.SubElement(q(r, "Code"), f"{P}MemoText"), "E613", True),
    "description behind a code": (lambda r: q(r, "Code").append(q(r, "Code").find(f"{P}Description")), "E613", True),
    "float in scientific form": (lambda r: setattr(q(r, "FloatValue"), "text", "9.5e1"), "E615", True),
    "float that is no number": (lambda r: setattr(q(r, "FloatValue"), "text", "NaN"), "E615", True),
    "empty sources": (lambda r: q(r, "Sources").clear(), "E613", True),
    "empty sets": (lambda r: etree.SubElement(r, f"{P}Sets"), "E613", True),
    "guid not hexadecimal": (lambda r: q(r, "Code").set("guid", "pbgov-1"), "E615", True),
    "color by name": (lambda r: q(r, "Code").set("color", "red"), "E615", True),
    "time with a space": (lambda r: q(r, "Coding").set("creationDateTime", "2026-01-01 00:00:00"), "E615", True),
    "time of no day": (lambda r: q(r, "Coding").set("creationDateTime", "2026-02-30T00:00:00Z"), "E615", True),
    "attribute of nobody": (lambda r: q(r, "Coding").set("memo", "x"), "E614", True),
    "variable of no kind": (lambda r: q(r, "Variable").set("typeOfVariable", "Ordinal"), "E615", True),
    "position that is no number": (lambda r: q(r, "PlainTextSelection").set("startPosition", "一"), "E615", True),
    "users after codes": (lambda r: r.insert(2, q(r, "Users")), "E613", True),
    "coding without code": (lambda r: q(r, "Coding").remove(q(r, "CodeRef")), "E613", True),
    "code that is nowhere": (lambda r: q(r, "Coding").find(f"{P}CodeRef").set("targetGUID", gid("x")), "E616", False),
    "note that is a user": (lambda r: q(r, "NoteRef").set("targetGUID", q(r, "User").get("guid")), "E616", False),
    "user that is nowhere": (lambda r: q(r, "Coding").set("creatingUser", gid("x")), "E616", False),
    "one guid twice": (lambda r: q(r, "Coding").set("guid", q(r, "User").get("guid")), "E617", False),
    "end before start": (lambda r: last(r, "PlainTextSelection").set("endPosition", "0"), "E618", False),
    "negative position": (lambda r: q(r, "PlainTextSelection").set("startPosition", "-1"), "E618", False),
    "text twice": (lambda r: q(r, "TextSource").insert(0, content()), "E619", False),
    "no text": (lambda r: q(r, "TextSource").attrib.pop("plainTextPath"), "E619", False),
    "folder as a code": (lambda r: q(r, "Coding").find(f"{P}CodeRef").set("targetGUID", q(r, "Code").get("guid")), "E620", False),
    "time without zone": (lambda r: q(r, "Coding").set("creationDateTime", "2026-01-01T00:00:00"), "W652", False),
    "value of another kind": (lambda r: setattr(q(r, "FloatValue"), "tag", f"{P}TextValue"), "E615", False),
}  # fmt: skip


def q(root: Any, tag: str) -> Any:
    return root.find(f".//{P}{tag}")


def last(root: Any, tag: str) -> Any:
    return root.findall(f".//{P}{tag}")[-1]


def content() -> Any:
    element = etree.Element(f"{P}PlainTextContent")
    element.text = "x"
    return element


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory, codebook: pbgov.Codebook) -> bytes:
    path = tmp_path_factory.mktemp("whole") / "a.qdpx"
    indicators = pbgov.read_indicators(DATA / "indicators").head(3)
    write_qdpx(path, CORPUS, codings(ROWS), codebook, indicators=indicators)
    return zipfile.ZipFile(path).read("project.qde")


@pytest.mark.parametrize("fault", RECIPE)
def test_each_fault_is_found_without_the_schema(whole: bytes, fault: str) -> None:
    change, code, _ = RECIPE[fault]
    root = parse(whole, "a.qdpx")
    assert check_tree(root, "a.qdpx") == []
    change(root)
    found = {finding.code for finding in check_tree(root, "a.qdpx")}
    assert code in found
    assert all(finding.zh and finding.en for finding in check_tree(root, "a.qdpx"))


@pytest.mark.parametrize("fault", RECIPE)
def test_what_the_schema_sees_and_what_it_does_not(
    whole: bytes, fault: str, schemas: tuple[etree.XMLSchema, etree.XMLSchema]
) -> None:
    change, _, is_seen = RECIPE[fault]
    root = parse(whole, "a.qdpx")
    change(root)
    fresh = etree.fromstring(etree.tostring(root))
    assert schemas[0].validate(fresh) is not is_seen


# ---- of real size, and misuse -------------------------------------------------------------------


def test_the_shipped_study_goes_out_and_comes_back(
    tmp_path: Path, codebook: pbgov.Codebook
) -> None:
    corpus = pbgov.read_corpus(DATA / "cases")
    people = pbgov.read_codings(DATA / "codings", codebook=codebook)
    rules = pbgov.code_by_rules(pbgov.segment(corpus), codebook)
    table = pd.concat([people, rules]).drop(columns="segment_id")
    path = tmp_path / "a.qdpx"
    named: list[str] = []
    written = write_qdpx(path, corpus, table, codebook, progress=named.append)
    assert written.n_codings == len(table)
    assert written.n_documents == len(corpus) == len(named)
    reading = read_qdpx(path)
    assert (reading.sources["n_verified"] == reading.sources["n_selections"]).all()
    matched = reading.match(corpus, codebook)
    assert_frame_equal(ordered(matched.codings), ordered(table, matched.codings))
    assert pbgov.schemas.CODINGS.validate(matched.codings) is not None


def test_misuse_is_refused_in_words(tmp_path: Path, codebook: pbgov.Codebook) -> None:
    table = codings(ROWS)
    with pytest.raises(InputError, match="text_digest"):
        write_qdpx(tmp_path / "a.qdpx", CORPUS, table.drop(columns="text_digest"), codebook)
    with pytest.raises(InputError, match="twice"):
        write_qdpx(tmp_path / "a.qdpx", CORPUS, pd.concat([table, table[:1]]), codebook)
    with pytest.raises(InputError, match=r"\.qdpx"):
        write_qdpx(tmp_path / "a.zip", CORPUS, table, codebook)
    with pytest.raises(InputError, match="folder"):
        write_qdc(tmp_path / "none" / "a.qdc", codebook)
    with pytest.raises(InputError, match="no such file"):
        read_qdpx(tmp_path / "a.qdpx")
    with pytest.raises(InputError, match="no such file"):
        read_qdc(tmp_path / "a.qdc")
    with pytest.raises(InputError, match="twice"):
        write_qdpx(tmp_path / "a.qdpx", CORPUS, table, codebook, states=pd.concat([STATES, STATES]))
    assert not list(tmp_path.iterdir())
