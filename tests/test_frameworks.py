"""Frameworks: families alone, trees of codes, crosswalks, codings carried over, results compared."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import pbgov
from pbgov.coding.codebooks.crosswalk import Crosswalk, read_crosswalk, translate
from pbgov.coding.codebooks.hierarchy import roll_up
from pbgov.coding.frameworks import compare_frameworks, select_families
from pbgov.corpus.document import digest_text
from pbgov.errors import DataFileError, InputError

DATA = Path(__file__).resolve().parents[1] / "data"
NAN = float("nan")


@pytest.fixture(scope="module")
def shipped() -> pbgov.Codebook:
    return pbgov.read_codebook(DATA / "codebook")


@pytest.fixture(scope="module")
def paragraphs() -> pd.DataFrame:
    corpus = pbgov.read_corpus(DATA / "cases")
    return pd.concat([pbgov.segment(one, unit="paragraph") for one in corpus], ignore_index=True)


def book(
    codes: dict[str, str | None], exclusive: str = "multi", cues: dict[str, str] | None = None
) -> pbgov.Codebook:
    """A codebook of codes and their parents, with one cue for each code of `cues`."""
    families = sorted({code.split(".")[0] for code in codes})
    tables = {
        "families": [(one, one, one, exclusive, NAN, NAN, "试") for one in families],
        "codes": [
            (code, code.split(".")[0], parent or NAN, code, code, "定义", "纳入", "排除", NAN, "试")
            for code, parent in codes.items()
        ],
        "terms": [(code, cue, "cue", NAN, "试") for code, cue in (cues or {}).items()],
        "masks": [],
        "examples": [],
        "rules": [],
        "retired": [],
    }
    from pbgov import schemas

    frames = {
        name: pd.DataFrame(rows, columns=list(getattr(schemas, name.upper()).columns))
        for name, rows in tables.items()
    }
    frames = {name: getattr(schemas, name.upper()).validate(one) for name, one in frames.items()}
    return pbgov.Codebook(folder=families[0], version="1", digest="", **frames)


def coded(*rows: tuple[Any, ...]) -> pd.DataFrame:
    """Codings (start, code, coder, value, memo) on stretches of ten characters of document d."""
    from pbgov.schemas import CODINGS

    filled = [(*row, *("甲", 1, NAN)[len(row) - 2 :]) for row in rows]
    table = pd.DataFrame(
        [
            ("d", start, start + 10, code, coder, value, "judged", NAN, NAN, NAN, "x", "1", memo)
            for start, code, coder, value, memo in filled
        ],
        columns=list(CODINGS.columns),
    )
    return CODINGS.validate(table)


def told(table: pd.DataFrame) -> list[tuple[int, str, str, int]]:
    columns = ["start", "coder", "code_id", "value"]
    return sorted(table[columns].itertuples(index=False, name=None))


# ---- the tree ---------------------------------------------------------------------------------


def test_the_shipped_codebook_is_flat(shipped: pbgov.Codebook) -> None:
    tree = shipped.tree()
    assert len(tree) == 33
    assert set(tree["level"]) == {0}
    assert list(tree["code_id"]) == list(shipped.codes["code_id"])
    assert shipped.ancestors("MODE.M1") == []


def test_a_tree_is_told_from_the_top_down() -> None:
    codes = {"F.B1": "F.B", "F.A": None, "F.B": None, "F.A2": "F.A", "F.A21": "F.A2", "F.A1": "F.A"}
    codebook = book(codes)
    tree = codebook.tree()
    assert list(zip(tree["code_id"], tree["level"], tree["n_children"], strict=True)) == [
        ("F.A", 0, 2), ("F.A2", 1, 1), ("F.A21", 2, 0), ("F.A1", 1, 0), ("F.B", 0, 1), ("F.B1", 1, 0),
    ]  # fmt: skip
    assert tree.set_index("code_id").at["F.A21", "path"] == "F.A > F.A2 > F.A21"
    assert codebook.ancestors("F.A21") == ["F.A2", "F.A"]


def test_a_tree_without_a_top_is_refused() -> None:
    codebook = book({"F.A": "F.B", "F.B": "F.A", "F.C": None})
    assert codebook.ancestors("F.C") == []
    with pytest.raises(InputError, match="in a circle"):
        codebook.ancestors("F.A")
    with pytest.raises(InputError, match="in a circle"):
        codebook.tree()
    with pytest.raises(InputError, match=r"no code 'F\.Z'"):
        codebook.ancestors("F.Z")


TREE = {"F.A": None, "F.A1": "F.A", "F.A2": "F.A", "F.A11": "F.A1", "F.A12": "F.A1", "F.B": None}


def test_rolling_up_by_hand() -> None:
    codings = coded(
        (0, "F.A11"),  # present below: present above
        (0, "F.A2", "甲", 0),
        (20, "F.A11", "甲", 0),  # only some children absent: nothing follows
        (40, "F.A1", "甲", 0),  # all children absent
        (40, "F.A2", "甲", 0),
        (60, "F.A", "甲", 0),  # judged absent itself
        (80, "F.B"),
        (0, "F.A2", "乙"),
        (90, "F.A", "甲", 0),  # absent above, present below
        (90, "F.A2"),
    )
    top = roll_up(codings, book(TREE))
    assert told(top) == [
        (0, "乙", "F.A", 1), (0, "甲", "F.A", 1), (40, "甲", "F.A", 0), (60, "甲", "F.A", 0),
        (80, "甲", "F.B", 1), (90, "甲", "F.A", 1),
    ]  # fmt: skip
    assert (top.attrs["undecided"], top.attrs["contradicted"]) == (1, 1)
    assert set(top.loc[top["start"].eq(0) & top["coder"].eq("甲"), "rolled_from"]) == {"F.A11"}
    middle = roll_up(codings, book(TREE), level=1)
    assert (0, "甲", "F.A1", 1) in told(middle)
    assert (0, "甲", "F.A2", 0) in told(middle)
    assert told(roll_up(codings, book(TREE), level=2)) == told(codings)


def test_a_primary_code_below_makes_a_primary_code_above() -> None:
    codings = coded(
        (0, "F.A1", "甲", 1, "次要"), (0, "F.A2", "甲", 1), (20, "F.A1", "甲", 1, "次要")
    )
    top = roll_up(codings, book(TREE))
    assert list(top["memo"].fillna("主")) == ["主", "次要"]


@st.composite
def judged_trees(draw: st.DrawFn) -> tuple[dict[str, str | None], dict[str, int], int]:
    n = draw(st.integers(1, 7))
    names = [f"F.{number}" for number in range(n)]
    parents: dict[str, str | None] = {
        name: draw(st.sampled_from([None, *names[:number]])) for number, name in enumerate(names)
    }
    values = draw(st.dictionaries(st.sampled_from(names), st.integers(0, 1), min_size=1))
    return parents, values, draw(st.integers(0, 3))


@settings(max_examples=40, deadline=None)
@given(judged_trees())
def test_rolling_up_follows_its_definition(
    case: tuple[dict[str, Any], dict[str, int], int],
) -> None:
    parents, values, level = case

    def line(code: str) -> list[str]:
        return [code] if parents[code] is None else [code, *line(parents[code])]

    def absent(code: str) -> bool:
        children = [one for one in parents if parents[one] == code]
        return values.get(code) == 0 or (bool(children) and all(absent(one) for one in children))

    expected = {}
    for code in parents:
        at = line(code)[::-1][min(level, len(line(code)) - 1)]
        if at != code:
            continue
        below = (
            {one for one in parents if code in line(one)}
            if len(line(code)) == level + 1
            else {code}
        )
        judged = {one: values[one] for one in below if one in values}
        if 1 in judged.values():
            expected[code] = 1
        elif judged and absent(code):
            expected[code] = 0
    codings = coded(*[(0, code, "甲", value) for code, value in values.items()])
    rolled = roll_up(codings, book(parents), level)
    assert dict(zip(rolled["code_id"], rolled["value"], strict=True)) == expected


def test_rolling_up_names_what_it_cannot_do() -> None:
    with pytest.raises(InputError, match="level is -1"):
        roll_up(coded((0, "F.A")), book(TREE), -1)
    with pytest.raises(InputError, match=r"no code 'G\.X'"):
        roll_up(coded((0, "G.X")), book(TREE))
    nothing = roll_up(coded(), book(TREE))
    assert nothing.empty
    assert "rolled_from" in nothing


# ---- families alone ---------------------------------------------------------------------------


@pytest.mark.parametrize("families", [["INNOV"], ["MODE", "DIM"], ["META", "PROB", "LQ", "MECH"]])
def test_a_framework_codes_as_the_whole_codebook_does(
    shipped: pbgov.Codebook, paragraphs: pd.DataFrame, families: list[str]
) -> None:
    framework = shipped.framework(*families)
    whole = pbgov.code_by_rules(paragraphs, shipped)
    part = whole[whole["code_id"].str.split(".").str[0].isin(families)].reset_index(drop=True)
    assert len(part)
    pd.testing.assert_frame_equal(pbgov.code_by_rules(paragraphs, framework), part)


def test_a_framework_is_sound_and_has_its_own_digest(shipped: pbgov.Codebook) -> None:
    families = list(shipped.families["family"])
    frameworks = {family: shipped.framework(family) for family in families}
    assert [framework.check() for framework in frameworks.values()] == [[]] * 7
    digests = {framework.digest for framework in frameworks.values()}
    assert len({*digests, shipped.digest}) == 8
    assert shipped.framework("MODE", "INNOV").digest == shipped.framework("INNOV", "MODE").digest
    assert sum(len(framework.codes) for framework in frameworks.values()) == 33


def test_a_framework_of_nothing_or_of_strangers_is_refused(shipped: pbgov.Codebook) -> None:
    with pytest.raises(InputError, match="No family is named"):
        select_families(shipped, [])
    with pytest.raises(InputError, match="no family 'INOV'"):
        shipped.framework("INOV")


def test_a_rule_that_rests_on_another_family_keeps_it_from_being_left_out() -> None:
    codebook = book({"F.A": None, "G.B": None})
    rules = codebook.rules.copy()
    rules.loc[0] = ["r1", "F.A", "网格 and not code(G.B)", NAN, "试"]
    codebook = dataclasses.replace(codebook, rules=rules)
    with pytest.raises(InputError, match=r"Rule 'r1' rests on 'G\.B'"):
        codebook.framework("F")
    assert list(codebook.framework("F", "G").rules["rule_id"]) == ["r1"]
    assert codebook.framework("G").rules.empty


# ---- crosswalks -------------------------------------------------------------------------------

FIRST = {"F.A": None, "F.B": None, "F.C": None}
SECOND = {"G.X": None, "G.X1": "G.X", "G.Y": None}


def write(tmp_path: Path, *rows: str) -> Path:
    path = tmp_path / "crosswalk.csv"
    lines = ["from_code,to_code,relation,reason,source", *[f"{row},理由,试" for row in rows]]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def crosswalk(tmp_path: Path, *rows: str, exclusive: str = "multi", **cues: Any) -> Crosswalk:
    first = book(FIRST, cues=cues.get("first"))
    second = book(SECOND, exclusive, cues=cues.get("second"))
    return read_crosswalk(write(tmp_path, *rows), first, second)


def test_the_shipped_crosswalk_speaks_of_every_code(shipped: pbgov.Codebook) -> None:
    rival = pbgov.read_codebook(DATA / "rival")
    path = DATA / "rival" / "crosswalk.csv"
    assert read_crosswalk(path, shipped, rival).remarks == []
    assert read_crosswalk(path, shipped.framework("INNOV"), rival).remarks == []
    with pytest.raises(DataFileError, match="E229"):
        read_crosswalk(path, shipped.framework("MODE"), rival)


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        (["F.A,G.Z,same"], [("E229", 2, "to_code")]),
        (["F.Z,G.X,same"], [("E229", 2, "from_code")]),
        (["F.A,,same"], [("E249", 2, "relation")]),
        ([",G.X,overlaps"], [("E249", 2, "relation")]),
        (["F.A,G.X,none"], [("E249", 2, "relation")]),
        ([",,none"], [("E249", 2, "relation")]),
        (["F.A,,none", "F.A,G.X,same"], [("E249", 2, "from_code")]),
        (["F.A,G.X,same", ",G.X,none"], [("E249", 3, "to_code")]),
        (["F.A,G.X,alike"], [("E107", 2, "relation")]),
    ],
)
def test_a_faulty_crosswalk_is_named(tmp_path: Path, rows: list[str], expected: list[Any]) -> None:
    with pytest.raises(DataFileError) as refusal:
        crosswalk(tmp_path, *rows)
    assert [(one.code, one.row, one.column) for one in refusal.value.findings] == expected


def test_a_pair_that_stands_twice_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DataFileError, match="E104"):
        crosswalk(tmp_path, "F.A,G.X,same", "F.A,G.X,overlaps")


def test_codes_not_covered_and_the_same_as_several_are_remarked_on(tmp_path: Path) -> None:
    made = crosswalk(tmp_path, "F.A,G.X1,same", "F.A,G.Y,same")
    assert [(one.code, one.row, one.column, one.seen) for one in made.remarks] == [
        ("W286", None, "from_code", "F.B、F.C"),
        ("W287", 3, "from_code", "F.A"),
    ]
    many = crosswalk(tmp_path, "F.A,G.X1,same", "F.B,G.X1,same", "F.C,,none", ",G.Y,none")
    assert [(one.code, one.row, one.column, one.seen) for one in many.remarks] == [
        ("W287", 3, "to_code", "G.X1")
    ]


@pytest.mark.parametrize(
    ("relation", "value", "carried"),
    [("same", 1, True), ("same", 0, True), ("narrower", 1, True), ("narrower", 0, False),
     ("broader", 1, False), ("broader", 0, True), ("overlaps", 1, False), ("overlaps", 0, False)],
)  # fmt: skip
def test_what_follows_along_a_relation(
    tmp_path: Path, relation: str, value: int, carried: bool
) -> None:
    """Checked against sets: the relation holds between all pairs of sets that stand so."""
    universe = range(3)
    sets = [{i for i in universe if bits >> i & 1} for bits in range(1, 8)]
    holds = {
        "same": lambda a, b: a == b,
        "narrower": lambda a, b: a < b,
        "broader": lambda a, b: a > b,
        "overlaps": lambda a, b: bool(a & b) and not a <= b and not a >= b,
    }[relation]
    follows = all(
        (i in b) == bool(value)
        for a in sets
        for b in sets
        if holds(a, b)
        for i in universe
        if (i in a) == bool(value)
    )
    assert follows == carried
    made = translate(coded((0, "F.A", "甲", value)), crosswalk(tmp_path, f"F.A,G.Y,{relation}"))
    assert told(made.codings) == ([(0, "甲", "G.Y", value)] if carried else [])
    assert len(made.left) == (0 if carried else 1)


def test_what_is_carried_says_where_it_comes_from(tmp_path: Path) -> None:
    walk = crosswalk(tmp_path, "F.A,G.Y,narrower", "F.B,G.Y,narrower", "F.C,,none", ",G.X,none")
    codings = coded((0, "F.B", "甲", 1, "次要"), (0, "F.A"), (20, "F.C"), (40, "F.B", "乙"))
    made = translate(codings, walk)
    assert told(made.codings) == [(0, "甲", "G.Y", 1), (40, "乙", "G.Y", 1)]
    row = made.codings.iloc[0]
    assert (row["rule"], row["status"]) == ("crosswalk:F.A narrower G.Y", "suggested")
    assert row["translated_from"] == "F.A+F.B"
    assert pd.isna(row["memo"])
    assert list(made.left["reason"]) == ["对照表说没有对应的编码"]


def test_what_cannot_be_carried_is_listed_with_its_reason(tmp_path: Path) -> None:
    walk = crosswalk(tmp_path, "F.A,G.X1,same", "F.A,G.Y,same", "F.B,G.X,overlaps")
    made = translate(coded((0, "F.A"), (0, "F.B"), (0, "F.C")), walk)
    assert made.codings.empty
    assert list(zip(made.left["code_id"], made.left["to_code"], strict=True))[:2] == [
        ("F.A", "G.X1"),
        ("F.A", "G.Y"),
    ]
    assert list(made.left["reason"]) == [
        "对照表说它与几个编码相同，分不清是哪一个",
        "对照表说它与几个编码相同，分不清是哪一个",
        "两个编码只是部分重合",
        "对照表没有说到这个编码",
    ]


def test_present_and_absent_at_once_is_carried_neither_way(tmp_path: Path) -> None:
    walk = crosswalk(tmp_path, "F.A,G.Y,same", "F.B,G.Y,narrower")
    made = translate(coded((0, "F.A", "甲", 0), (0, "F.B"), (20, "F.B"), (0, "F.B", "乙")), walk)
    assert told(made.codings) == [(0, "乙", "G.Y", 1), (20, "甲", "G.Y", 1)]
    assert set(made.left["reason"]) == {"同一段的两条记录推出一有一无"}
    assert len(made.left) == 2


def test_two_primary_codes_of_an_exclusive_family_are_carried_neither_way(tmp_path: Path) -> None:
    rows = ("F.A,G.X,same", "F.B,G.Y,same")
    codings = coded((0, "F.A"), (0, "F.B"), (20, "F.A"), (20, "F.B", "甲", 1, "次要"))
    single = translate(codings, crosswalk(tmp_path, *rows, exclusive="single"))
    assert told(single.codings) == [(20, "甲", "G.X", 1), (20, "甲", "G.Y", 1)]
    assert len(single.left) == 2
    assert len(translate(codings, crosswalk(tmp_path, *rows)).codings) == 4


def test_a_code_below_and_its_parent_are_held_together(tmp_path: Path) -> None:
    rows = ("F.A,G.X,same", "F.B,G.X1,narrower")
    clash = coded((0, "F.A", "甲", 0), (0, "F.B"), (20, "F.A", "甲", 0), (20, "F.B", "乙"))
    made = translate(clash, crosswalk(tmp_path, *rows))
    assert told(made.codings) == [(20, "乙", "G.X1", 1), (20, "甲", "G.X", 0)]
    assert list(made.left["reason"]) == ["同一段的两条记录推出一有一无"] * 2
    both = coded((0, "F.A"), (0, "F.B"), (20, "F.A"))
    made = translate(both, crosswalk(tmp_path, *rows, exclusive="single"))
    assert told(made.codings) == [(0, "甲", "G.X1", 1), (20, "甲", "G.X", 1)]
    assert list(made.left["reason"]) == ["同一段另推出它的下级编码，由下级代表"]
    assert len(translate(both, crosswalk(tmp_path, *rows)).codings) == 3


def test_nothing_is_lost_on_the_way(shipped: pbgov.Codebook) -> None:
    rival = pbgov.read_codebook(DATA / "rival")
    walk = read_crosswalk(DATA / "rival" / "crosswalk.csv", shipped, rival)
    codings = pbgov.read_codings(DATA / "codings")
    made = translate(codings, walk)
    key = ["doc_id", "start", "end", "coder", "code_id"]
    left = set(made.left[key].itertuples(index=False, name=None))
    kept = {(*row[:4], one) for row in made.codings[[*key[:4], "translated_from"]].itertuples(
        index=False, name=None) for one in row[4].split("+")}  # fmt: skip
    assert left | kept == set(codings[key].itertuples(index=False, name=None))
    assert set(made.codings["code_id"]) == {"TYPE.ADMIN"}


def test_nothing_comes_of_nothing(tmp_path: Path) -> None:
    made = translate(coded(), crosswalk(tmp_path, "F.A,G.Y,same"))
    assert made.codings.empty
    assert made.left.empty
    assert "translated_from" in made.codings


def test_simulated_codings_stay_simulated(tmp_path: Path) -> None:
    simulated = pbgov.mark_simulated(coded((0, "F.A"), (0, "F.B")))
    made = translate(simulated, crosswalk(tmp_path, "F.A,G.Y,same"))
    assert len(made.codings) == len(made.left) == 1
    assert pbgov.is_simulated(made.codings)
    assert pbgov.is_simulated(made.left)
    assert pbgov.is_simulated(roll_up(simulated, book(FIRST)))
    assert not pbgov.is_simulated(roll_up(coded((0, "F.A")), book(FIRST)))


def test_a_table_that_is_no_codings_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no column 'doc_id'"):
        translate(pd.DataFrame({"code_id": ["F.A"]}), crosswalk(tmp_path, "F.A,G.Y,same"))


def test_a_retired_code_is_carried_into_its_successor(tmp_path: Path) -> None:
    codebook = book({"F.A": None, "F.B": None}, cues={"F.A": "派单"})
    retired = codebook.retired.copy()
    retired.loc[0] = ["F.OLD", "1", "F.A", "并入", "试"]
    codebook = dataclasses.replace(codebook, retired=retired)
    path = write(tmp_path, "F.OLD,F.A,narrower", "F.A,F.A,same", "F.B,F.B,same")
    walk = read_crosswalk(path, codebook, codebook)
    assert walk.remarks == []
    made = translate(coded((0, "F.OLD"), (20, "F.A"), (40, "F.OLD", "甲", 0)), walk)
    assert told(made.codings) == [(0, "甲", "F.A", 1), (20, "甲", "F.A", 1)]
    assert list(made.left["reason"]) == ["不属于较窄的编码，不等于不属于较宽的编码"]
    with pytest.raises(DataFileError, match="E229"):
        read_crosswalk(write(tmp_path, "F.A,F.OLD,same"), codebook, codebook)


# ---- results compared -------------------------------------------------------------------------

TEXTS = {
    "d": ["派单并公约。", "派单。", "派单并扫码。", "公约。", "扫码。", "天晴。"],
    "e": ["派单并公约。", "派单并公约。", "扫码。"],
}
CUES = {"first": {"F.A": "派单", "F.B": "扫码"}, "second": {"G.X1": "公约", "G.Y": "扫码"}}


@pytest.fixture
def read() -> pd.DataFrame:
    rows = []
    for doc_id, texts in TEXTS.items():
        start = 0
        for number, text in enumerate(texts):
            end = start + len(text)
            rows.append((doc_id, start, end, f"{doc_id}-{number}", text, "paragraph", "甲区"))
            start = end
    columns = ["doc_id", "start", "end", "segment_id", "text", "kind", "region_code"]
    return pd.DataFrame(rows, columns=columns)


def test_results_compared_by_hand(tmp_path: Path, read: pd.DataFrame) -> None:
    walk = crosswalk(tmp_path, "F.A,G.X,narrower", "F.B,G.Y,same", "F.C,,none", **CUES)
    change = compare_frameworks(read, walk)
    assert change.n_segments == 9
    counts = change.counts.fillna({"first_code": "", "second_code": ""})
    assert counts.set_index(["first_code", "second_code"])["n"].to_dict() == {
        ("F.A", "G.X1"): 3,
        ("F.A", ""): 1,
        ("F.A", "G.Y"): 1,
        ("F.B", "G.Y"): 3,
        ("", "G.X1"): 1,
        ("", ""): 1,
    }
    kept = change.kept.set_index(["direction", "given", "expected"])
    columns = ["n", "n_kept", "n_broken", "n_silent"]
    # 派单 in five, of which three have 公约 (below G.X), one only 扫码, one nothing
    assert list(kept.loc[("first→second", "F.A", "G.X"), columns]) == [5, 3, 1, 1]
    assert list(kept.loc[("first→second", "F.B", "G.Y"), columns]) == [3, 3, 0, 0]
    assert list(kept.loc[("second→first", "G.Y", "F.B"), columns]) == [3, 3, 0, 0]
    # G.X is wider than F.A, so F.A is only one of those it is linked to
    assert list(kept.loc[("second→first", "G.X", "F.A"), columns]) == [4, 3, 0, 1]
    # of the seven segments with a code of G, four have G.X or one below it
    assert kept.at[("first→second", "F.A", "G.X"), "baseline"] == pytest.approx(4 / 7)
    broken = change.expectations[change.expectations["verdict"] == "不符"]
    assert list(broken["text"]) == ["派单并扫码。"]
    assert list(broken["found"]) == ["G.Y"]


def test_shares_and_ranks_by_hand(tmp_path: Path, read: pd.DataFrame) -> None:
    walk = crosswalk(tmp_path, "F.A,G.X,narrower", "F.B,G.Y,same", "F.C,,none", **CUES)
    change = compare_frameworks(read, walk)
    share = change.shares.set_index(["unit", "framework", "code_id"])["share"]
    assert share["d", "first", "F.A"] == pytest.approx(3 / 6)
    assert share["d", "second", "G.X"] == share["d", "second", "G.X1"] == pytest.approx(2 / 6)
    assert share["e", "second", "G.X"] == pytest.approx(2 / 3)
    assert share["e", "first", "F.C"] == 0
    ranks = change.ranks.set_index(["from_code", "unit"])
    assert list(ranks.loc[("F.A", "d"), ["rank_first", "rank_second", "change"]]) == [2, 2, 0]
    assert list(ranks.loc[("F.B", "d"), ["rank_first", "rank_second"]]) == [1.5, 1.5]
    by_region = compare_frameworks(read, walk, by="region_code")
    assert set(by_region.shares["unit"]) == {"甲区"}


def test_rows_that_lead_from_retired_codes_are_passed_over(
    tmp_path: Path, read: pd.DataFrame
) -> None:
    rows = ("F.A,G.X,narrower", "F.B,G.Y,same", "F.C,,none")
    plain = crosswalk(tmp_path, *rows, **CUES)
    retired = plain.first.retired.copy()
    retired.loc[0] = ["F.OLD", "1", "F.A", "并入", "试"]
    first = dataclasses.replace(plain.first, retired=retired)
    walk = read_crosswalk(write(tmp_path, *rows, "F.OLD,G.Y,same"), first, plain.second)
    change, expected = compare_frameworks(read, walk), compare_frameworks(read, plain)
    pd.testing.assert_frame_equal(change.kept, expected.kept)
    pd.testing.assert_frame_equal(change.ranks, expected.ranks)


def test_codings_that_are_given_take_the_place_of_rules(tmp_path: Path, read: pd.DataFrame) -> None:
    walk = crosswalk(tmp_path, "F.A,G.X,narrower", "F.B,G.Y,same", "F.C,,none", **CUES)
    first, second = pbgov.code_by_rules(read, walk.first), pbgov.code_by_rules(read, walk.second)
    by_rules = compare_frameworks(read, walk)
    given = compare_frameworks(read, walk, first_codings=first, second_codings=second)
    pd.testing.assert_frame_equal(given.expectations, by_rules.expectations)
    pd.testing.assert_frame_equal(given.counts, by_rules.counts)
    without = compare_frameworks(read, walk, second_codings=second.iloc[:0])
    assert set(without.expectations["verdict"]) == {"另一框架未判出"}
    old = pd.concat([first, first.iloc[:1].assign(code_id="F.OLD")])
    with pytest.raises(InputError, match=r"F\.OLD, no codes of F; .* translate"):
        compare_frameworks(read, walk, first_codings=old)


def test_a_code_against_itself_changes_nothing(
    shipped: pbgov.Codebook, paragraphs: pd.DataFrame, tmp_path: Path
) -> None:
    framework = shipped.framework("MODE")
    rows = [f"{code},{code},same" for code in framework.codes["code_id"]]
    walk = read_crosswalk(write(tmp_path, *rows), framework, framework)
    change = compare_frameworks(paragraphs, walk)
    assert set(change.expectations["verdict"]) == {"相符"}
    assert change.ranks["change"].eq(0).all()
    assert (change.counts["first_code"].fillna("") == change.counts["second_code"].fillna("")).all()
    readable = paragraphs["kind"].isin(["paragraph", "sentence", "table_row"])
    assert change.counts["n"].sum() == change.n_segments == readable.sum()
    codings = pbgov.code_by_rules(paragraphs, framework)
    assert told(translate(codings, walk).codings) == told(codings)


def test_shares_equal_those_that_score_counts(
    shipped: pbgov.Codebook, paragraphs: pd.DataFrame
) -> None:
    rival = pbgov.read_codebook(DATA / "rival")
    walk = read_crosswalk(DATA / "rival" / "crosswalk.csv", shipped, rival)
    change = compare_frameworks(paragraphs, walk)
    codings = pbgov.code_by_rules(paragraphs, shipped.framework("INNOV"))
    scores = pbgov.score(codings, paragraphs, codes=shipped.framework("INNOV").codes["code_id"])
    first = change.shares[change.shares["framework"] == "first"]
    expected = scores.set_index(["unit", "code_id"])["share"]
    for unit, code, share in first[["unit", "code_id", "share"]].itertuples(index=False):
        assert share == pytest.approx(expected[unit, code])


def test_what_cannot_be_compared_is_named(tmp_path: Path, read: pd.DataFrame) -> None:
    walk = crosswalk(tmp_path, "F.A,G.X,same", **CUES)
    codings = pbgov.code_by_rules(read, walk.first)
    with pytest.raises(InputError, match="no column 'text'"):
        compare_frameworks(read.drop(columns="text"), walk)
    with pytest.raises(InputError, match="no column 'district'"):
        compare_frameworks(read, walk, by="district")
    with pytest.raises(InputError, match="twice"):
        compare_frameworks(pd.concat([read, read]), walk)
    with pytest.raises(InputError, match="nothing that was read"):
        compare_frameworks(read.assign(kind="heading"), walk)
    two = pd.concat([codings, codings.assign(coder="乙")])
    with pytest.raises(InputError, match="several coders"):
        compare_frameworks(read, walk, first_codings=two)
    with pytest.raises(InputError, match="not among the segments"):
        compare_frameworks(read.iloc[3:], walk, first_codings=codings)


def test_simulated_segments_hand_on_their_mark(tmp_path: Path, read: pd.DataFrame) -> None:
    walk = crosswalk(tmp_path, "F.A,G.X,same", **CUES)
    change = compare_frameworks(pbgov.mark_simulated(read), walk)
    assert pbgov.is_simulated(change.shares)
    assert pbgov.is_simulated(change.expectations)
    assert pbgov.is_simulated(change.counts)
    assert not pbgov.is_simulated(compare_frameworks(read, walk).shares)


def test_digests_of_judged_texts_stay_with_what_is_carried(
    tmp_path: Path, read: pd.DataFrame
) -> None:
    walk = crosswalk(tmp_path, "F.A,G.Y,same", **CUES)
    made = translate(pbgov.code_by_rules(read, walk.first), walk).codings
    texts = read.set_index(["doc_id", "start"])["text"]
    for doc_id, start, digest in made[["doc_id", "start", "text_digest"]].itertuples(index=False):
        assert digest == digest_text(texts[doc_id, start])
