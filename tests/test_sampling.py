"""The gold sample: the stated chances are those of the draw, and estimates from it are unbiased."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import chi2

from pbgov.coding.sample_strata import allocate
from pbgov.coding.sampling import draw_gold, read_gold_sample, select
from pbgov.errors import DataFileError, InputError
from pbgov.marks import is_simulated

if TYPE_CHECKING:
    from pathlib import Path

N = 40
DRAWS = 3000


def frame_of(n: int = N, documents: int = 4) -> pd.DataFrame:
    """Paragraphs of ten characters in several documents, in districts of unequal size."""
    rows = []
    for number in range(n):
        doc_id = f"d{number % documents}"
        start = 12 * (number // documents)
        text = f"第{number:03d}段的内容啊。"[:10]
        district = "110101" if number % 8 else "110102"
        segment_id = f"{doc_id}/p{number:04d}"
        rows.append((segment_id, doc_id, start, start + len(text), "paragraph", text, district))
    columns = ["segment_id", "doc_id", "start", "end", "kind", "text", "region_code"]
    return pd.DataFrame(rows, columns=columns).astype({"start": "Int64", "end": "Int64"})


SEGMENTS = frame_of()
SCORES = pd.Series(
    np.random.default_rng(1).beta(0.6, 2.0, N), index=SEGMENTS["segment_id"], name="p"
)


def machine_codings() -> pd.DataFrame:
    """A machine coder that gave a code to five of the forty, a secondary one to a sixth."""
    table = pd.DataFrame({"segment_id": SEGMENTS["segment_id"].iloc[:6]})
    memo = [None] * 5 + ["次要"]
    return table.assign(code_id="INNOV.ORG", coder="rules", value=1, memo=pd.array(memo, "str"))


# ---- what is drawn ----------------------------------------------------------------------------


def test_the_table_says_what_each_stretch_stands_for() -> None:
    sample = draw_gold(SEGMENTS, 12, seed=1, codings=machine_codings())
    assert len(sample.table) == 12
    assert list(sample.table["drawn_order"]) == list(range(1, 13))
    counted = sample.table["stratum"].value_counts()
    stated = sample.strata.set_index("stratum")
    assert dict(stated["n_frame"]) == {"INNOV.ORG": 5, "未判": 35}
    for stratum, n_drawn in counted.items():
        assert n_drawn == stated.at[stratum, "n_drawn"]
        chance = n_drawn / stated.at[stratum, "n_frame"]
        rows = sample.table[sample.table["stratum"] == stratum]
        assert rows["inclusion_probability"].to_numpy() == pytest.approx(chance, abs=0)
    # the code is rare, and drawn more often than its share of 5 in 40
    assert counted["INNOV.ORG"] / 12 > 5 / 40
    assert sample.table["weight"].sum() == pytest.approx(N)
    known = SEGMENTS.set_index("segment_id")
    for row in sample.table.to_dict("records"):
        assert row["doc_id"] == known.at[row["segment_id"], "doc_id"]
        assert row["start"] == known.at[row["segment_id"], "start"]
    assert "40 段里抽 12 段" in sample.design


def test_a_code_that_was_denied_is_not_one_that_nobody_judged() -> None:
    denied = machine_codings().assign(value=[1, 1, 1, 0, 0, 1])
    sample = draw_gold(SEGMENTS, 12, seed=1, codings=denied)
    sizes = sample.strata.set_index("stratum")["n_frame"]
    assert dict(sizes) == {"INNOV.ORG": 3, "无": 2, "未判": 35}


def test_codings_of_other_segments_are_refused() -> None:
    other = machine_codings().assign(segment_id=[*SEGMENTS["segment_id"].iloc[:5], "elsewhere"])
    with pytest.raises(
        InputError, match=r"1 codings belong to no segment of the frame \(elsewhere"
    ):
        draw_gold(SEGMENTS, 12, seed=1, codings=other)
    unplaced = machine_codings().assign(segment_id=pd.array([None] * 6, "str"))
    with pytest.raises(InputError, match=r"6 codings .* have no segment_id"):
        draw_gold(SEGMENTS, 12, seed=1, codings=unplaced)


def test_a_missing_score_is_missing_however_it_is_written() -> None:
    for missing in (None, np.nan, pd.NA):
        scores = {
            name: missing if place < 3 else place / N for place, name in enumerate(SCORES.index)
        }
        sizes = draw_gold(SEGMENTS, 12, seed=1, score=scores).strata.set_index("stratum")["n_frame"]
        assert sizes["没有分数"] == 3


def test_a_draw_needs_whole_numbers() -> None:
    for asked in ({"n": 2.5}, {"n": True}, {"seed": -1}, {"seed": None}, {"seed": "1"}):
        with pytest.raises(InputError, match="give a whole number"):
            draw_gold(SEGMENTS, **{"n": 12, "seed": 1} | asked)


def test_ids_may_be_numbers() -> None:
    numbered = SEGMENTS.assign(segment_id=range(len(SEGMENTS)))
    strata = draw_gold(numbered, 12, seed=1, strata=["doc_id"]).strata["stratum"]
    assert set(strata) == set(SEGMENTS["doc_id"])


def test_every_stretch_can_be_drawn_whatever_its_score() -> None:
    sample = draw_gold(SEGMENTS, 14, seed=2, score=SCORES, strata=["region_code"])
    assert (sample.frame["inclusion_probability"] > 0).all()
    assert len(sample.frame) == N
    # the expected size of a sample is the sum of its probabilities
    assert sample.frame["inclusion_probability"].sum() == pytest.approx(14)


def test_neither_the_order_nor_the_index_of_the_rows_matters() -> None:
    shuffled = SEGMENTS.sample(frac=1, random_state=9)
    first = draw_gold(SEGMENTS, 10, seed=3, score=SCORES)
    second = draw_gold(shuffled, 10, seed=3, score=SCORES.sample(frac=1, random_state=4))
    pd.testing.assert_frame_equal(first.table, second.table)
    other = draw_gold(SEGMENTS, 10, seed=4, score=SCORES)
    assert set(other.table["segment_id"]) != set(first.table["segment_id"])


def test_a_larger_sample_with_the_same_seed_keeps_the_smaller_one() -> None:
    drawn = [
        set(draw_gold(SEGMENTS, n, seed=5, codings=machine_codings()).table["segment_id"])
        for n in (6, 12, 25, 40)
    ]
    assert all(smaller < larger for smaller, larger in pairwise(drawn))


def test_stretches_that_coders_do_not_judge_are_not_in_the_frame() -> None:
    kinds = ["heading", "blank", "front_matter"] + ["paragraph"] * (N - 3)
    sample = draw_gold(SEGMENTS.assign(kind=kinds), 37, seed=1)
    assert set(sample.table["segment_id"]) == set(SEGMENTS["segment_id"].iloc[3:])


def test_equal_scores_share_a_stratum_and_missing_ones_have_their_own() -> None:
    scores = pd.Series(0.0, index=SEGMENTS["segment_id"])
    scores.iloc[:4] = 0.9
    scores.iloc[-6:] = np.nan
    sample = draw_gold(SEGMENTS, 10, seed=1, score=scores)
    assert sorted(sample.strata["n_frame"]) == [4, 6, 30]
    only = draw_gold(SEGMENTS, 4, seed=1, score=scores * 0 + 0.5)
    assert sorted(only.strata["n_frame"]) == [6, 34]


def test_the_classes_of_a_score_are_of_equal_size_and_in_its_order() -> None:
    sample = draw_gold(SEGMENTS, 8, seed=1, score=SCORES)
    assert list(sample.strata["n_frame"]) == [10, 10, 10, 10]
    score = sample.frame["segment_id"].map(SCORES)
    order = score.groupby(sample.frame["stratum"]).agg(["min", "max"]).sort_values("min")
    assert (order["max"].to_numpy()[:-1] < order["min"].to_numpy()[1:]).all()


# ---- small cases ------------------------------------------------------------------------------


@pytest.mark.parametrize("n", [0, -1, N + 1])
def test_no_more_can_be_drawn_than_there_is(n: int) -> None:
    with pytest.raises(InputError, match=f"draw from 1 to {N}"):
        draw_gold(SEGMENTS, n, seed=1)


def test_the_whole_frame_is_drawn_with_certainty() -> None:
    sample = draw_gold(SEGMENTS, N, seed=1, score=SCORES)
    assert set(sample.table["inclusion_probability"]) == {1.0}


def test_more_strata_than_draws_is_refused_and_as_many_is_remarked_upon() -> None:
    with pytest.raises(InputError, match="There are 4 strata for n = 3"):
        draw_gold(SEGMENTS, 3, seed=1, strata=["doc_id"])
    sample = draw_gold(SEGMENTS, 4, seed=1, strata=["doc_id"])
    assert list(sample.strata["n_drawn"]) == [1, 1, 1, 1]
    assert "方差" in sample.remarks[0]
    assert "方差" in str(sample)


def test_a_stratum_of_one_is_drawn_with_certainty() -> None:
    lone = SEGMENTS.assign(region_code=["110119"] + ["110101"] * (N - 1))
    sample = draw_gold(lone, 5, seed=8, strata=["region_code"])
    assert sample.strata.set_index("stratum").at["110119", "inclusion_probability"] == 1
    assert SEGMENTS["segment_id"][0] in set(sample.table["segment_id"])
    assert sample.remarks == ()


def test_what_cannot_be_meant_is_refused() -> None:
    with pytest.raises(InputError, match="no column 'region'"):
        draw_gold(SEGMENTS, 5, seed=1, strata=["region"])
    with pytest.raises(InputError, match="belong to no segment"):
        draw_gold(SEGMENTS, 5, seed=1, score={"nowhere": 0.5})
    with pytest.raises(InputError, match="infinite"):
        draw_gold(SEGMENTS, 5, seed=1, score=SCORES.replace(SCORES.iloc[0], np.inf))
    with pytest.raises(InputError, match="not numbers"):
        draw_gold(SEGMENTS, 5, seed=1, score={SEGMENTS["segment_id"][0]: "高"})  # type: ignore[dict-item]
    with pytest.raises(InputError, match="stands twice"):
        draw_gold(pd.concat([SEGMENTS, SEGMENTS.iloc[:1]]), 5, seed=1)
    two = pd.concat([machine_codings(), machine_codings().assign(coder="learned")])
    with pytest.raises(InputError, match="learned, rules"):
        draw_gold(SEGMENTS, 5, seed=1, codings=two)


def test_the_mark_of_simulated_data_goes_along() -> None:
    assert not is_simulated(draw_gold(SEGMENTS, 5, seed=1).table)
    simulated = SEGMENTS.assign(doc_id="模拟文档", start=range(0, 12 * N, 12))
    sample = draw_gold(simulated, 5, seed=1)
    assert is_simulated(sample.table)
    assert is_simulated(sample.frame)


@settings(max_examples=200, deadline=None)
@given(st.lists(st.integers(1, 300), min_size=1, max_size=30), st.data())
def test_the_allocation_is_whole_positive_and_adds_up(
    sizes: list[int], data: st.DataObject
) -> None:
    n = data.draw(st.integers(len(sizes), sum(sizes)))
    allotted = allocate(np.array(sizes), n)
    assert allotted.sum() == n
    assert (allotted >= 1).all()
    assert (allotted <= sizes).all()
    if n >= sum(min(2, size) for size in sizes):
        assert (allotted >= np.minimum(sizes, 2)).all()
    larger = np.array(sizes)[:, None] > np.array(sizes)[None, :]
    assert not (larger & (allotted[:, None] < allotted[None, :])).any()  # none for being smaller


# ---- the chances are what they are said to be ---------------------------------------------------


@pytest.fixture(scope="module")
def draws() -> tuple[pd.DataFrame, np.ndarray]:
    """The frame, and which of its stretches each of many seeds draws (draws x stretches)."""
    sample = draw_gold(SEGMENTS, 12, seed=0, score=SCORES, codings=machine_codings())
    frame, strata = sample.frame, list(sample.frame["stratum"])
    columns = ["doc_id", "start", "end", "text_digest"]
    places = list(frame[columns].itertuples(index=False, name=None))
    allotted = dict(zip(sample.strata["stratum"], sample.strata["n_drawn"], strict=True))
    drawn = np.array([select(places, strata, allotted, seed) for seed in range(DRAWS)])
    for seed in range(10):
        by_name = draw_gold(SEGMENTS, 12, seed=seed, score=SCORES, codings=machine_codings())
        assert (by_name.frame["drawn_order"].notna() == drawn[seed]).all()
    return frame, drawn


def test_stretches_are_drawn_as_often_as_their_probability_says(
    draws: tuple[pd.DataFrame, np.ndarray],
) -> None:
    frame, drawn = draws
    chance = frame["inclusion_probability"].to_numpy()
    assert len(set(chance)) > 2  # unequal, or the test says little
    certain = chance == 1
    assert drawn[:, certain].all()
    seen, stated = drawn[:, ~certain].mean(axis=0), chance[~certain]
    z = (seen - stated) / np.sqrt(stated * (1 - stated) / DRAWS)
    # Within a stratum of N_h the counts are exchangeable with correlation -1/(N_h - 1), so that
    # sum(z^2) (N_h - 1)/N_h is chi-square with N_h - 1 degrees of freedom.
    total, freedom = 0.0, 0
    for _, rows in pd.Series(z).groupby(frame.loc[~certain, "stratum"].to_numpy()):
        total += float((rows**2).sum()) * (len(rows) - 1) / len(rows)
        freedom += len(rows) - 1
    assert chi2.ppf(0.0005, freedom) < total < chi2.ppf(0.9995, freedom)


def test_pairs_of_a_stratum_are_drawn_as_simple_random_sampling_draws_them(
    draws: tuple[pd.DataFrame, np.ndarray],
) -> None:
    frame, drawn = draws
    for stratum, rows in frame.groupby("stratum"):
        size = len(rows)
        n_drawn = round(size * rows["inclusion_probability"].iloc[0])
        if n_drawn < 2 or n_drawn == size:
            continue
        together = drawn[:, rows.index[0]] & drawn[:, rows.index[1]]
        stated = n_drawn * (n_drawn - 1) / (size * (size - 1))
        error = np.sqrt(stated * (1 - stated) / DRAWS)
        assert abs(together.mean() - stated) < 4 * error, stratum


def test_horvitz_thompson_and_hajek_recover_a_planted_total(
    draws: tuple[pd.DataFrame, np.ndarray],
) -> None:
    frame, drawn = draws
    scores = frame["segment_id"].map(SCORES).to_numpy(dtype=float)
    given = frame["segment_id"].isin(machine_codings()["segment_id"]).to_numpy(dtype=float)
    planted = 2 * given + scores + np.arange(N) / N  # related to the strata
    weights = drawn / frame["inclusion_probability"].to_numpy()
    totals = weights @ planted
    error = totals.std(ddof=1) / np.sqrt(DRAWS)
    assert abs(totals.mean() - planted.sum()) < 4 * error
    means = totals / weights.sum(axis=1)
    error = means.std(ddof=1) / np.sqrt(DRAWS)
    # strata are of fixed size, so that the weights add up to N and Hajek's ratio has no bias
    assert weights.sum(axis=1) == pytest.approx(N)
    assert abs(means.mean() - planted.mean()) < 4 * error
    unweighted = drawn @ planted / drawn.sum(axis=1)  # what ignoring the design would give
    assert abs(unweighted.mean() - planted.mean()) > 10 * error


# ---- stored and read back ---------------------------------------------------------------------


def stored(folder: Path) -> Path:
    draw_gold(SEGMENTS, 12, seed=6, score=SCORES, strata=["region_code"]).save(folder)
    return folder


def faults(folder: Path, segments: pd.DataFrame | None = None) -> list[str]:
    with pytest.raises(DataFileError) as caught:
        read_gold_sample(folder, segments)
    return [finding.code for finding in caught.value.findings]


def test_a_stored_sample_comes_back_and_is_drawn_again(tmp_path: Path) -> None:
    drawn = draw_gold(SEGMENTS, 12, seed=6, score=SCORES, strata=["region_code"])
    read = read_gold_sample(stored(tmp_path), SEGMENTS)
    pd.testing.assert_frame_equal(read.table, drawn.table)
    pd.testing.assert_frame_equal(read.frame, drawn.frame)
    pd.testing.assert_frame_equal(read.strata, drawn.strata)
    assert (read.seed, read.design, read.frame_digest) == (6, drawn.design, drawn.frame_digest)


@pytest.mark.filterwarnings("ignore:.*W151")
def test_a_sample_that_a_spreadsheet_saved_again_comes_back_whole(tmp_path: Path) -> None:
    sample = draw_gold(SEGMENTS, 11, seed=5, strata=["doc_id"])
    sample.save(tmp_path)
    for path in tmp_path.glob("*.csv"):
        content = re.sub(
            r"\b0\.\d+", lambda found: f"{float(found[0]):.9g}", path.read_text("utf-8")
        )
        path.write_bytes(content.replace("\n", "\r\n").encode("utf-8-sig"))
    pd.testing.assert_frame_equal(read_gold_sample(tmp_path, SEGMENTS).table, sample.table)


def test_saving_twice_changes_nothing_and_another_sample_is_refused(tmp_path: Path) -> None:
    before = [path.read_bytes() for path in sorted(stored(tmp_path).iterdir())]
    assert [path.read_bytes() for path in sorted(stored(tmp_path).iterdir())] == before
    with pytest.raises(InputError, match="another gold sample"):
        draw_gold(SEGMENTS, 12, seed=7).save(tmp_path)
    assert [path.read_bytes() for path in sorted(tmp_path.iterdir())] == before


def test_a_changed_corpus_is_named(tmp_path: Path) -> None:
    folder = stored(tmp_path)
    edited = SEGMENTS.assign(text=SEGMENTS["text"].str.replace("第007段", "第七段"))
    assert faults(folder, edited) == ["E238"]
    assert faults(folder, SEGMENTS.iloc[1:]) == ["E238"]
    assert faults(folder, frame_of(N + 1)) == ["E238"]
    read_gold_sample(folder, SEGMENTS.sample(frac=1, random_state=1))


@pytest.mark.parametrize(
    ("file", "before", "after"),
    [
        ("gold_sample.csv", "seed,6", "seed,7"),
        ("gold_sample.csv", "seed,6", "seed,six"),
        ("gold_sample.csv", "n,12", "n,13"),
        ("gold_sample.csv", "n,12", "n,1000"),
        ("gold_sample.csv", "frame_digest,", "frame_digest,0"),
        ("gold_sample.csv", "design,", "desing,"),
        ("gold_frame.csv", "110102 · ", "110103 · "),
        ("gold_frame.csv", ",1\n", ",2\n"),
    ],
)
def test_an_edited_file_is_named(tmp_path: Path, file: str, before: str, after: str) -> None:
    path = stored(tmp_path) / file
    text = path.read_text(encoding="utf-8")
    assert before in text
    path.write_text(text.replace(before, after, 1), encoding="utf-8")
    assert set(faults(tmp_path, SEGMENTS)) == {"E239"}


def test_a_folder_without_a_sample_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no such file"):
        read_gold_sample(tmp_path)
