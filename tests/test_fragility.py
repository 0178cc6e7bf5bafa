"""The fewest recodings that turn a coefficient, against trying every set; the sentences to read."""

from __future__ import annotations

from itertools import combinations, product

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from hypothesis import example, given, settings
from hypothesis import strategies as st

from pbgov.errors import InputError
from pbgov.evaluation.doubts.fragility import Fragility, fragility
from pbgov.evaluation.estimate import NotEstimated
from pbgov.evaluation.regression import regress
from pbgov.indicators.scores import score
from pbgov.inference.recodings import (
    enough_for_p,
    fewest_for_sign,
    fewest_removals,
    focal_tests,
)
from pbgov.marks import is_simulated, mark_simulated

CODE = "INNOV.ORG"
FORMULA = '满意率 ~ Q("share_INNOV.ORG")'


def small(seed, n=8, most=2, controls=1):
    """Units with one to `most` judgements each, an outcome, and what one recoding moves."""
    random = np.random.default_rng(seed)
    read = random.integers(1, most + 1, n)
    coded = random.integers(0, read + 1)
    held = random.normal(size=(n, controls))
    outcome = random.normal(size=n) + 2 * random.normal() * coded / read + held.sum(axis=1)
    effects = np.vstack([np.diag(1 / read), -np.diag(1 / read)])
    return outcome, held, coded / read, effects, np.concatenate([read - coded, coded]), coded, read


def every_recoding(coded, read):
    """All shares that could be, and how many judgements each needs."""
    others = np.array(list(product(*(range(number + 1) for number in read))))
    return others / read, np.abs(others - coded).sum(axis=1)


def slope(outcome, held, share):
    design = np.column_stack([np.ones(len(share)), held, share])
    if np.linalg.matrix_rank(design, tol=1e-9) < design.shape[1]:
        return np.nan
    return np.linalg.lstsq(design, outcome, rcond=None)[0][-1]


# ---- the numbers ------------------------------------------------------------------------------


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 100_000))
@example(14559)  # two recodings leave the share constant, which turns nothing
def test_fewest_for_the_sign_are_those_of_trying_every_set(seed):
    outcome, held, share, effects, available, coded, read = small(seed, n=7)
    now = slope(outcome, held, share)
    found = fewest_for_sign(outcome, held, share, effects, available)
    shares, needed = every_recoding(coded, read)
    if np.isnan(now) or abs(now) < 1e-9:
        return
    turned = [
        number
        for each, number in zip(shares, needed, strict=True)
        if slope(outcome, held, each) * now < 0
    ]
    if found is None:
        assert not turned
    else:
        assert found.exact
        assert found.n == min(turned)
        assert (found.flips <= available).all()
        assert slope(outcome, held, share + found.flips @ effects) * now < 0


def test_enough_for_p_is_never_fewer_and_mostly_as_few_as_trying_every_set():
    as_few = []
    for seed in range(40):
        outcome, held, share, effects, available, coded, read = small(seed, n=9, controls=0)
        shares, needed = every_recoding(coded, read)
        p_now = focal_tests(outcome, held, share[:, None])[1][0]
        p = focal_tests(outcome, held, shares.T)[1]
        if np.isnan(p_now):
            assert enough_for_p(outcome, held, share, effects, available) is None
            continue
        turned = np.isfinite(p) & ((p < 0.05) != (p_now < 0.05))
        found = enough_for_p(outcome, held, share, effects, available)
        if not turned.any():
            assert found is None
            continue
        fewest = needed[turned].min()
        as_few.append(found is not None and found.n == fewest)
        if found is not None:
            assert found.n >= fewest
            assert (found.p_value < 0.05) != (p_now < 0.05)
            assert found.exact == (found.n == 1)
    assert len(as_few) > 15
    assert np.mean(as_few) >= 0.9


def test_p_after_recoding_is_that_of_statsmodels():
    outcome, held, share, effects, available, *_ = small(3, n=16, most=9)
    found = enough_for_p(outcome, held, share, effects, available)
    after = share + found.flips @ effects
    design = np.column_stack([np.ones(16), held, after])
    theirs = sm.OLS(outcome, design).fit(cov_type="HC2", use_t=True)
    assert found.estimate == pytest.approx(theirs.params[-1])
    ours = regress(
        pd.DataFrame({"y": outcome, "x": after, "z": held[:, 0]}), "y ~ z + x", permutations=9
    ).terms.set_index("term")
    assert found.p_value == pytest.approx(ours.loc["x", "p_value"], rel=1e-8)
    assert ours.loc["x", "std_error"] == pytest.approx(theirs.bse[-1])


def test_a_judgement_that_counts_for_two_units_moves_both():
    outcome = np.array([0.0, 1, 2, 9, 4, 5, 6, 7])
    share = np.array([0.1, 0.2, 0.3, 0.1, 0.5, 0.6, 0.7, 0.8])
    alone, both = np.zeros((2, 8)), np.zeros((1, 8))
    alone[0, 7] = alone[1, 6] = -0.2
    both[0, [6, 7]] = -0.2
    effects, available = np.vstack([alone, both]), np.array([3, 3, 3])
    found = fewest_for_sign(outcome, np.empty((8, 0)), share, effects, available)
    best = min(
        sum(flips)
        for flips in product(range(4), repeat=3)
        if slope(outcome, np.empty((8, 0)), share + np.array(flips) @ effects) < 0
    )
    assert found.n == best
    assert found.flips[2] > 0


@pytest.mark.parametrize("question", ["sign", "p"])
def test_fewest_removals_are_those_of_refitting_without_every_set(question):
    for seed in range(6):
        outcome, held, share, *_ = small(seed + 50, n=12, most=9)
        found = fewest_removals(outcome, held, share, most=2)[question]
        now, p_now = (each[0] for each in focal_tests(outcome, held, share[:, None]))
        expected: list[tuple[int, ...]] = []
        for size in (1, 2):
            for rows in combinations(range(12), size):
                kept = [row for row in range(12) if row not in rows]
                after = slope(outcome[kept], held[kept], share[kept])
                p = focal_tests(outcome[kept], held[kept], share[kept][:, None])[1][0]
                turned = (
                    after * now < 0
                    if question == "sign"
                    else np.isfinite([p, p_now]).all() and (p < 0.05) != (p_now < 0.05)
                )
                expected += [rows] if turned else []
            if expected:
                break
        assert sorted(removal.rows for removal in found) == expected


def test_nothing_to_turn_is_none():
    y, nothing = np.arange(12.0), np.empty((12, 0))
    effects, available = np.eye(12), np.zeros(12, dtype=int)
    share = np.tile([0.0, 1.0, 1.0, 0.0], 3)  # slope 0
    assert fewest_for_sign(y, nothing, share, effects, available) is None
    assert fewest_for_sign(y, nothing, y / 12, effects, available) is None  # nothing available
    assert enough_for_p(y, nothing, np.ones(12), effects, available) is None
    assert fewest_removals(y, nothing, np.ones(12), most=2) == {"sign": [], "p": []}


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"effects": np.zeros((2, 3))}, "want"),
        ({"available": np.array([0.5])}, "number of judgements"),
        ({"available": np.array([-1])}, "number of judgements"),
        ({"outcome": np.array([1, 2, np.inf, 3])}, "not finite"),
    ],
)
def test_misuse_is_refused(change, said):
    usual = {
        "outcome": np.arange(4.0) ** 2,
        "controls": np.empty((4, 0)),
        "regressor": np.arange(4.0),
        "effects": np.eye(4)[:1],
        "available": np.array([1]),
    }
    with pytest.raises(InputError, match=said):
        fewest_for_sign(**(usual | change))


# ---- sentences --------------------------------------------------------------------------------


def study(seed=3, n=14, effect=8.0, coders=("rules", "甲")):
    random = np.random.default_rng(seed)
    units = [f"1101{i:02d}" for i in range(n)]
    places = [(unit, i) for unit in units for i in range(int(random.integers(15, 40)))]
    segments = pd.DataFrame(
        {
            "doc_id": [unit for unit, _ in places],
            "segment_id": [f"{unit}-{i}" for unit, i in places],
            "start": [10 * i for _, i in places],
            "end": [10 * i + 10 for _, i in places],
            "kind": "sentence",
            "heading": "",
            "text": [f"{unit} 的第 {i} 句。" for unit, i in places],
            "region_code": [unit for unit, _ in places],
        }
    )
    share = dict(zip(units, random.uniform(0.1, 0.6, n), strict=True))
    parts = []
    for coder in coders:
        hit = random.uniform(size=len(segments)) < segments["region_code"].map(share)
        parts.append(
            segments.loc[hit, ["doc_id", "start", "end", "segment_id"]].assign(
                code_id=CODE, coder=coder, value=1, memo=np.nan, rule=np.nan
            )
        )
    codings = pd.concat(parts, ignore_index=True)
    data = pd.DataFrame(
        {
            "region_code": units,
            "满意率": [80 + effect * share[unit] + random.normal() for unit in units],
            "密度": random.normal(size=n),
        }
    )
    return codings, segments, data


def recoded(codings, segments, made, question):
    """The codings after exactly the recodings that the sentences ask for, first ones first."""
    mine = made.sentences[made.sentences["question"].eq(question)]
    mine = mine[mine["order"].le(mine["n_change"])]
    own = codings[codings["coder"].eq("rules")]
    key = ["doc_id", "start", "end"]
    gone = pd.MultiIndex.from_frame(mine.loc[mine["judged"].eq(1), key])
    own = own[~pd.MultiIndex.from_frame(own[key]).isin(gone)]
    new = mine.loc[mine["judged"].eq(0), key].assign(code_id=CODE, coder="rules", value=1)
    return pd.concat([own, new], ignore_index=True), len(mine)


def test_recoding_the_listed_sentences_turns_the_finding():
    codings, segments, data = study()
    made = fragility(codings, segments, data, FORMULA, code=CODE, coder="rules")
    assert isinstance(made, Fragility), str(made)
    table = made.table.set_index(["question", "by"])
    for question in ("sign", "p"):
        changed, n_changed = recoded(codings, segments, made, question)
        assert n_changed == table.loc[(question, "recoding"), "fewest"]
        shares = score(changed, segments, "region_code").set_index("unit")["share"]
        after = regress(
            data.assign(x=data["region_code"].map(shares).astype(float)),
            "满意率 ~ x",
            permutations=9,
        ).terms.set_index("term")
        assert after.loc["x", "estimate"] == pytest.approx(
            table.loc[(question, "recoding"), "estimate"]
        )
        if question == "sign":
            assert after.loc["x", "estimate"] * made.estimate < 0
        else:
            assert (after.loc["x", "p_value"] < 0.05) != (made.p_value < 0.05)
    shares = score(codings, segments, "region_code", coder="rules").set_index("unit")["share"]
    before = regress(
        data.assign(x=data["region_code"].map(shares).astype(float)), "满意率 ~ x", permutations=9
    ).terms.set_index("term")
    assert made.p_value == pytest.approx(before.loc["x", "p_value"])
    assert made.n_segments == len(segments)


def test_units_without_which_the_finding_is_another():
    codings, segments, data = study(n=16)
    made = fragility(codings, segments, data, FORMULA, code=CODE, coder="rules")
    row = made.table.set_index(["question", "by"]).loc[("p", "removal")]
    shares = score(codings, segments, "region_code", coder="rules").set_index("unit")["share"]
    one = made.removals[made.removals["question"].eq("p")].iloc[0]
    left = data[~data["region_code"].isin(one["units"].split("、"))]
    assert len(data) - len(left) == row["fewest"]
    after = regress(
        left.assign(x=left["region_code"].map(shares).astype(float)), "满意率 ~ x", permutations=9
    ).terms.set_index("term")
    assert after.loc["x", "p_value"] == pytest.approx(one["p_value"])
    assert (one["p_value"] < 0.05) != (made.p_value < 0.05)


def test_the_most_doubtful_sentences_stand_first():
    codings, segments, data = study()
    rules = codings["coder"].eq("rules")
    codings["rule"] = np.where(rules, "cue:组建+联席会", None)
    single = codings.index[rules][::3]
    codings.loc[single, "rule"] = "cue:组建"
    random = np.random.default_rng(0)
    probabilities = segments[["segment_id"]].assign(**{CODE: random.uniform(size=len(segments))})
    made = fragility(
        codings.astype({"rule": "str"}),
        segments,
        data,
        FORMULA,
        code=CODE,
        coder="rules",
        probabilities=probabilities,
    )
    others = set(codings.loc[~rules, "segment_id"])
    for _, part in made.sentences.groupby(["question", "unit"]):
        differ = (part["segment_id"].isin(others)) != part["judged"].eq(1)
        assert part["disagree"].eq("甲").tolist() == differ.tolist()
        assert differ.tolist() == sorted(differ, reverse=True)
        known = probabilities.set_index("segment_id")[CODE][part["segment_id"]].to_numpy()
        np.testing.assert_allclose(part["probability"], known)
        for same in (True, False):
            away = (part.loc[differ.eq(same), "probability"] - 0.5).abs()
            assert away.is_monotonic_increasing
        assert part["order"].tolist() == list(range(1, len(part) + 1))
    told = made.sentences["rule"].eq("cue:组建")
    assert told.any()
    assert made.sentences["doubt"].str.contains("只凭一个词：组建").eq(told).all()
    texts = segments.set_index("segment_id")["text"]
    assert (made.sentences["text"] == texts[made.sentences["segment_id"]].to_numpy()).all()


def test_single_terms_then_the_order_of_the_text_where_nothing_else_is_known():
    codings, segments, data = study(coders=("rules",))
    codings["rule"] = "cue:组建+联席会; rule:R1"
    codings.loc[codings.index[::4], "rule"] = "cue:组建"
    made = fragility(codings, segments, data, FORMULA, code=CODE)
    place = segments.reset_index().set_index("segment_id")["index"]
    assert made.sentences["disagree"].eq("").all()
    for _, part in made.sentences.groupby(["question", "unit"]):
        one_term = part["rule"].eq("cue:组建")
        assert one_term.tolist() == sorted(one_term, reverse=True)
        for same in (True, False):
            assert place[part.loc[one_term.eq(same), "segment_id"]].is_monotonic_increasing


def test_what_is_told_is_at_least_and_at_most_in_both_languages():
    codings, segments, data = study()
    made = fragility(codings, segments, data, FORMULA, code=CODE, coder="rules")
    table = made.table.set_index(["question", "by"])["fewest"]
    zh, en = "".join(made.limits("zh")), " ".join(made.limits("en"))
    assert f"至少要改判 {len(segments)} 条片段中的 {table['sign', 'recoding']} 条" in zh
    assert f"至多只需改判 {len(segments)} 条片段中的 {table['p', 'recoding']} 条" in zh
    assert "at least" in en
    assert "an upper bound" in en
    assert not any(word in zh + en for word in ("导致", "提升", "有效的", "effect"))
    heard = []
    fragility(
        codings,
        segments,
        data,
        FORMULA,
        code=CODE,
        coder="rules",
        progress=lambda done, total: heard.append((done, total)),
    )
    assert heard == sorted(heard)
    assert {(100, 300), (200, 300), (300, 300)} <= set(heard)


def test_order_of_rows_makes_no_difference_and_the_mark_is_handed_on():
    codings, segments, data = study()
    made = fragility(codings, segments, data, FORMULA, code=CODE, coder="rules")
    other = fragility(
        codings.sample(frac=1, random_state=1),
        segments,
        data.sample(frac=1, random_state=2),
        FORMULA,
        code=CODE,
        coder="rules",
    )
    pd.testing.assert_frame_equal(made.table, other.table)
    pd.testing.assert_frame_equal(made.units, other.units)
    assert not made.simulated
    marked = fragility(codings, segments, mark_simulated(data), FORMULA, code=CODE, coder="rules")
    assert is_simulated((marked.table, marked.sentences))
    assert str(marked).startswith("【模拟】")


def test_a_segment_of_two_units_is_one_judgement():
    codings, segments, data = study(coders=("rules",))
    shared = segments[segments["region_code"].eq("110100")].assign(region_code="110101")
    both = pd.concat([segments, shared], ignore_index=True)
    made = fragility(codings, both, data, FORMULA, code=CODE)
    assert made.n_segments == len(segments)
    changed, _ = recoded(codings, both, made, "sign")
    shares = score(changed, both, "region_code").set_index("unit")["share"]
    after = regress(
        data.assign(x=data["region_code"].map(shares).astype(float)), "满意率 ~ x", permutations=9
    ).terms.set_index("term")
    assert after.loc["x", "estimate"] * made.estimate < 0


def test_unread_units_are_left_out_and_named():
    codings, segments, data = study()
    segments = segments[segments["region_code"].ne("110103")]
    codings = codings[codings["doc_id"].ne("110103")]
    made = fragility(codings, segments, data, FORMULA, code=CODE, coder="rules")
    assert made.n == 13
    assert any(remark.rule == "gaps" and "110103" in remark.zh for remark in made.remarks)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"formula": "满意率 ~ 密度"}, "must stand alone"),
        ({"formula": '满意率 ~ np.log1p(Q("share_INNOV.ORG"))'}, "must stand alone"),
        ({"formula": '满意率 ~ Q("share_INNOV.ORG")*密度'}, "must stand alone"),
        ({"formula": '~ Q("share_INNOV.ORG")'}, "no outcome"),
        ({"coder": None}, "2 coders"),
        ({"coder": "乙"}, "乙"),
        ({"by": "街道"}, "街道"),
        ({"probabilities": pd.DataFrame({"segment_id": ["a"]})}, "INNOV.ORG"),
    ],
)
def test_what_cannot_be_meant_is_refused(change, said):
    codings, segments, data = study()
    usual = {
        "codings": codings,
        "segments": segments,
        "data": data,
        "formula": FORMULA,
        "code": CODE,
        "coder": "rules",
    }
    with pytest.raises(InputError, match=said):
        fragility(**(usual | change))


def test_a_share_of_other_codings_is_refused():
    codings, segments, data = study()
    shares = score(codings, segments, "region_code", coder="甲").set_index("unit")["share"]
    data = data.assign(**{"share_INNOV.ORG": data["region_code"].map(shares).astype(float)})
    fragility(codings, segments, data, FORMULA, code=CODE, coder="甲")
    with pytest.raises(InputError, match="name the coder"):
        fragility(codings, segments, data, FORMULA, code=CODE, coder="rules")
    with pytest.raises(InputError, match="compare their names"):
        fragility(
            codings,
            segments,
            data.assign(region_code=[f"区{i}" for i in range(14)]),
            FORMULA,
            code=CODE,
            coder="甲",
        )


def test_what_regress_refuses_is_refused():
    codings, segments, data = study()
    usual = {"code": CODE, "coder": "rules"}
    crowded = fragility(
        codings, segments, data.assign(三=range(14)), FORMULA + " + 密度 + 三", **usual
    )
    assert isinstance(crowded, NotEstimated)
    constant = fragility(codings, segments, data.assign(满意率=80.0), FORMULA, **usual)
    assert isinstance(constant, NotEstimated)
    assert "没有变化" in constant.reason
    twice = fragility(codings, segments, pd.concat([data, data]), FORMULA, **usual)
    assert isinstance(twice, NotEstimated)
    assert "有多行" in twice.reason
    assert "cluster" not in twice.reason
    empty = fragility(codings, segments, data.assign(满意率=np.nan), FORMULA, **usual)
    assert isinstance(empty, NotEstimated)
    assert "满意率" in empty.reason
    with pytest.raises(InputError, match="holds text"):
        fragility(codings, segments, data.assign(**{f"share_{CODE}": "多"}), FORMULA, **usual)
    least = fragility(codings, segments, data.head(12), FORMULA, **usual)
    removal = least.table[least.table["by"].eq("removal")]
    assert removal["reason"].str.startswith("没有试").all()
    assert removal["reason_en"].str.startswith("not tried").all()
    few = fragility(codings, segments, data.head(8), FORMULA, **usual)
    assert isinstance(few, NotEstimated)
