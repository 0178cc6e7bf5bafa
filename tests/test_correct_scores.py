"""Shares of a code: Rogan-Gladen, errors in variables, the audit table, what is refused."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import pbgov
from pbgov.errors import InputError
from pbgov.evaluation.coding_error.audit import machine_beside_gold
from pbgov.evaluation.coding_error.correction import NO_GOLD, Correction
from pbgov.evaluation.coding_error.regression import correct_coding_error
from pbgov.evaluation.coding_error.scores import correct_scores
from pbgov.evaluation.estimate import Estimate, NotEstimated
from pbgov.inference.coding_error.shares import (
    audited_by_unit,
    regress_on_shares,
    rogan_gladen_shares,
)
from pbgov.marks import as_simulated

CODE, SCORE = "MODE.M1", "share_MODE.M1"
FORMULA = f'满意率 ~ Q("{SCORE}")'


def corpus(seed=1, documents=60, spread=0.0):
    """Stretches of 16 districts, one a document; `spread` makes the machine err by district."""
    random = np.random.default_rng(seed)
    shares = random.beta(2.7, 6.3, 16)
    names = np.array([f"1101{i:02d}" for i in range(16)])
    owner = np.repeat(np.arange(16), documents)
    true = random.random(len(owner)) < shares[owner]
    lean = np.where(true, 1, -1) * np.log(0.85 / 0.15) + (spread * random.normal(size=16))[owner]
    machine = random.random(len(owner)) < 1 / (1 + np.exp(-lean))
    ids = [f"s{i:05d}" for i in range(len(owner))]
    segments = pd.DataFrame(
        {
            "segment_id": ids,
            "doc_id": [f"d{i:05d}" for i in range(len(owner))],
            "start": 0,
            "end": 9,
            "text": ids,
            "kind": "paragraph",
            "region_code": names[owner],
        }
    )
    codings = segments[machine].assign(code_id=CODE, coder="rules", value=1, memo="")
    gold = segments.assign(code_id=CODE, coder="gold", value=true.astype(int))
    districts = pd.DataFrame(
        {
            "region_code": names,
            "满意率": 80 + 20 * shares + 3.5 * random.normal(size=16),
            "财力": random.normal(size=16),
        }
    )
    return segments, codings, gold, districts


def audit_of(segments, codings, gold, n=480):
    sample = pbgov.draw_gold(segments, n, seed=3, codings=codings)
    drawn = gold[gold["segment_id"].isin(sample.table["segment_id"])]
    return machine_beside_gold(segments, codings, CODE, sample, drawn)


@pytest.fixture(scope="module")
def material():
    segments, codings, gold, districts = corpus()
    return audit_of(segments, codings, gold), districts


def made(districts, audit, formula=FORMULA, **options):
    options = {"permutations": 99, "document": None} | options
    return correct_scores(districts, formula, SCORE, audit, **options)


# ---- numbers ----------------------------------------------------------------------------------------


def test_rogan_gladen_by_hand():
    """Ten stretches in two districts; sensitivity 3/4, specificity 4/5 by the audit."""
    machine = np.array([1, 1, 1, 0, 0, 1, 0, 0, 0, 0.0])
    units = np.array([0] * 5 + [1] * 5)
    rows = np.arange(9)
    hand = np.array([1, 1, 1, 1, 0, 0, 0, 0, 0.0])
    found = rogan_gladen_shares(machine, units, rows, hand, np.ones(9))
    assert (found.sensitivity, found.specificity) == (0.75, 0.8)
    np.testing.assert_allclose(found.counted, [0.6, 0.2])
    np.testing.assert_allclose(found.shares, [(0.6 - 0.2) / 0.55, 0.0], atol=1e-12)
    np.testing.assert_allclose(found.sampling_variance, np.array([0.24, 0.16]) / 4 / 0.55**2)


def test_weights_of_the_draw_enter_sensitivity():
    machine = np.array([1, 0, 1, 0, 0, 1.0])
    hand = np.array([1, 1, 1, 0, 0, 0.0])
    chance = np.array([1.0, 0.25, 1.0, 1.0, 0.5, 0.5])
    units = np.array([0, 0, 0, 1, 1, 1])
    found = rogan_gladen_shares(machine, units, np.arange(6), hand, chance)
    assert found.sensitivity == pytest.approx(2 / 6)
    assert found.specificity == pytest.approx(3 / 5)


def test_stretches_of_one_document_vary_together():
    """Two copies of each stretch, from the same document, say no more than one of each."""
    machine = np.array([1, 0, 0, 1, 1, 0, 1, 1.0])
    units = np.array([0, 0, 0, 0, 1, 1, 1, 1])
    rows, hand = np.arange(8), np.array([1, 0, 0, 1, 1, 0, 0, 1.0])
    once = rogan_gladen_shares(machine, units, rows, hand, np.ones(8))
    twice = rogan_gladen_shares(
        np.repeat(machine, 2),
        np.repeat(units, 2),
        np.arange(16),
        np.repeat(hand, 2),
        np.ones(16),
        documents=np.repeat(np.arange(8), 2),
    )
    np.testing.assert_allclose(twice.sampling_variance, once.sampling_variance)


def test_a_perfect_audit_of_everything_by_unit_gives_the_true_shares():
    random = np.random.default_rng(2)
    units = np.repeat(np.arange(4), 20)
    true = (random.random(80) < 0.4).astype(float)
    machine = np.where(random.random(80) < 0.7, true, 1 - true)
    found = audited_by_unit(machine, units, np.arange(80), true, np.ones(80))
    wanted = [true[units == unit].mean() for unit in range(4)]
    np.testing.assert_allclose(found.shares, wanted)
    sampling = [true[units == unit].var(ddof=1) / 20 for unit in range(4)]
    np.testing.assert_allclose(found.sampling_variance, sampling)


def test_errors_in_variables_are_the_moment_equations_and_their_jackknife():
    """(X'X - sum of sampling variances) b = X'y, solved anew without each unit."""
    random = np.random.default_rng(3)
    units = np.repeat(np.arange(12), 80)
    shares = random.random(12)
    true = (random.random(len(units)) < shares[units]).astype(float)
    audited = audited_by_unit(true, units, np.arange(len(units)), true, np.ones(len(units)))
    covariate = random.normal(size=12)
    outcome = 1 + 2 * shares + covariate + random.normal(size=12) * 0.1
    others = np.column_stack([np.ones(12), covariate])
    fit = regress_on_shares(others, audited, outcome)

    def solved(keep):
        x = np.column_stack([others, audited.shares])[keep]
        square = x.T @ x
        square[2, 2] -= _given(others[keep], audited.sampling_variance[keep])
        return np.linalg.solve(square, x.T @ outcome[keep])

    def _given(others, variance):
        hat = others @ np.linalg.pinv(others)
        return float(variance @ (1 - np.diag(hat)))

    everyone = np.ones(12, dtype=bool)
    np.testing.assert_allclose(fit.coefficients, solved(everyone), rtol=1e-9)
    moves = [solved(np.arange(12) != unit) - fit.coefficients for unit in range(12)]
    np.testing.assert_allclose(
        fit.covariance, 11 / 12 * sum(np.outer(move, move) for move in moves), rtol=1e-7
    )
    assert fit.df == 9
    assert 0 < fit.reliability < 1


def test_without_sampling_error_it_is_least_squares(material):
    random = np.random.default_rng(4)
    outcome = random.normal(size=6)
    shares = random.random(6)
    exact = rogan_gladen_shares(
        np.repeat([0.0, 1.0] * 6, 2),
        np.repeat(np.arange(6), 4),
        np.arange(24),
        np.repeat([0.0, 1.0] * 6, 2),
        np.ones(24),
    )
    known = type(exact)(
        shares, shares, np.zeros(6), 1.0, 1.0, (np.tile(shares, (6, 1)), np.zeros((6, 6)))
    )
    fit = regress_on_shares(np.ones((6, 1)), known, outcome)
    wanted = np.linalg.lstsq(np.column_stack([np.ones(6), shares]), outcome, rcond=None)[0]
    np.testing.assert_allclose(fit.coefficients, wanted)
    assert fit.reliability == 1


# ---- the verb ---------------------------------------------------------------------------------------


def test_naive_corrected_and_per_unit_stand_side_by_side(material):
    audit, districts = material
    found = made(districts, audit)
    assert isinstance(found, Correction)
    table = found.side_by_side.set_index("term")
    for way in ("corrected", "per_unit"):
        assert table.loc[SCORE, f"{way}_low"] < 20 < table.loc[SCORE, f"{way}_high"]
    assert found.gold_only is None
    assert found.corrected.terms["df"].eq(14).all()
    assert found.shares["n_gold"].sum() == 480
    sums = found.shares.set_index("unit")["counted"]
    assert sums["110100"] == audit.groupby("region_code")["machine"].mean()["110100"]
    said = " ".join(found.corrected.limits_en)
    assert "480 of 960 rows" in said
    assert "Reliability of the shares" in said
    assert "err alike in every unit" in said


def test_covariates_may_stand_before_or_after_the_score(material):
    audit, districts = material
    before = made(districts, audit, f'满意率 ~ 财力 + Q("{SCORE}")').corrected.terms
    after = made(districts, audit, f'满意率 ~ Q("{SCORE}") + 财力').corrected.terms
    left, right = before.set_index("term"), after.set_index("term")
    np.testing.assert_allclose(left.loc[SCORE, "estimate"], right.loc[SCORE, "estimate"])
    np.testing.assert_allclose(left.loc["财力", "std_error"], right.loc["财力", "std_error"])


def test_the_score_of_pbgov_and_a_panel_are_read(material):
    segments, codings, gold, districts = corpus()
    audit = audit_of(segments, codings, gold)
    scores = pbgov.score(codings, segments, by="region_code")
    figures = districts.melt(id_vars="region_code", var_name="indicator").assign(period="2023")
    panel = pbgov.join_panel(scores, figures)
    ours, theirs = made(districts, audit), made(panel, audit)
    assert ours.corrected.terms["estimate"].tolist() == theirs.corrected.terms["estimate"].tolist()


def test_order_of_rows_changes_nothing(material):
    audit, districts = material
    first = made(districts, audit)
    again = made(districts.sample(frac=1, random_state=1), audit.sample(frac=1, random_state=2))
    np.testing.assert_allclose(
        first.side_by_side.drop(columns=["term", "note", "note_en"]),
        again.side_by_side.drop(columns=["term", "note", "note_en"]),
        rtol=1e-9,
    )
    assert first.differential.p_value == again.differential.p_value


def test_error_that_differs_between_districts_is_warned_of():
    segments, codings, gold, districts = corpus(seed=5, documents=100, spread=1.5)
    found = made(districts, audit_of(segments, codings, gold, n=800))
    assert found.differential.passed is False
    assert any("警告" in sentence for sentence in found.corrected.limits)
    assert any(sentence.startswith("Warning") for sentence in found.corrected.limits_en)
    assert isinstance(found.per_unit, Estimate)
    assert not any("警告" in sentence for sentence in found.per_unit.limits)


def test_stretches_of_an_audit_can_be_regressed_upon_one_by_one(material):
    """The same audit, joined to the districts, is what the correction of single codes takes."""
    audit, districts = material
    table = audit.merge(districts, on="region_code")
    found = correct_coding_error(
        table,
        "满意率 ~ machine",
        "machine",
        "gold",
        "inclusion_probability",
        cluster="region_code",
        unit_name="区",
        permutations=99,
    )
    assert isinstance(found.corrected, Estimate)
    assert found.corrected.n_units == 16
    assert any("960 行里的 480 行" in sentence for sentence in found.corrected.limits)
    assert found.differential.n == 16


def test_simulated_audits_mark_the_result(material):
    audit, districts = material
    found = made(districts, as_simulated(audit))
    assert found.simulated
    assert found.naive.limits[0].startswith("模拟数据")
    assert found.corrected.simulated


# ---- refusals ---------------------------------------------------------------------------------------


def refused():
    segments, codings, gold, districts = corpus()
    audit = audit_of(segments, codings, gold)
    useless = audit.copy()
    useless["machine"] = np.random.default_rng(1).integers(0, 2, len(audit)).astype(float)
    few = corpus(documents=6)
    small = audit_of(*few[:3], n=60)
    alone = audit.assign(doc_id=audit["region_code"].where(audit["region_code"] == "110100", "x"))
    alone["doc_id"] = np.where(
        audit["region_code"] == "110100", "d", audit["segment_id"].to_numpy()
    )
    return {
        "no gold": (districts, audit.assign(gold=np.nan), {}, NO_GOLD[:8]),
        "unknown": (districts, audit.assign(inclusion_probability=np.nan), {}, "入样概率未知"),
        "no positives": (districts, audit.assign(gold=audit["gold"] * 0), {}, "没有变化"),
        "useless codes": (districts, useless, {}, "几乎不含信息"),
        "few documents": (few[3], small, {"document": "doc_id"}, "至少需要 10 篇"),
        "few stretches": (few[3], small, {}, "至少需要 10 段"),
        "one document": (districts, alone, {"document": "doc_id"}, "只有一篇文档"),
    }


@pytest.mark.parametrize("case", list(refused()))
def test_what_an_audit_cannot_carry_is_refused_beside_the_naive_estimate(case):
    districts, audit, options, reason = refused()[case]
    found = made(districts, audit, **options)
    assert isinstance(found.naive, Estimate)
    assert isinstance(found.corrected, NotEstimated)
    assert reason in found.corrected.reason
    assert set(found.side_by_side["note"]) == {found.corrected.reason}


def test_too_little_variance_between_districts_is_refused():
    segments, codings, gold, districts = corpus(documents=20)
    random = np.random.default_rng(7)
    alike = gold.assign(value=(random.random(len(gold)) < 0.5).astype(int))
    wrong = random.random(len(gold)) < 0.35
    machine = np.where(wrong, 1 - alike["value"], alike["value"]) == 1
    codings = segments[machine].assign(code_id=CODE, coder="rules", value=1, memo="")
    found = made(districts, audit_of(segments, codings, alike, n=200))
    assert isinstance(found.corrected, NotEstimated)
    assert "信度只有" in found.corrected.reason


def test_naive_refusals_are_handed_on(material):
    audit, districts = material
    found = made(districts.assign(满意率=1.0), audit)
    assert isinstance(found, NotEstimated)
    assert "does not vary" in found.reason_en
    crowd = made(districts.assign(甲=range(16), 乙=districts["财力"] ** 2), audit,
                 f'满意率 ~ Q("{SCORE}") + 财力 + 甲 + 乙')  # fmt: skip
    assert isinstance(crowd, NotEstimated)


def test_districts_without_texts_or_figures_are_named(material):
    audit, districts = material
    found = made(districts.iloc[:-1], audit)
    assert any("110115" in sentence for sentence in found.corrected.limits)
    gap = districts.copy()
    gap.loc[2, "满意率"] = np.nan
    assert any("110102" in sentence for sentence in made(gap, audit).corrected.limits_en)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda d, a: (pd.concat([d, d.iloc[:1]]), a), "more than once"),
        (lambda d, a: (d.assign(**{SCORE: 0.5}), a), "but the audit counts"),
        (lambda d, a: (d.assign(region_code="x" + d["region_code"]), a), "is in the audit"),
        (lambda d, a: (d, a.assign(machine=0.5)), "codes are 0 and 1"),
        (lambda d, a: (d, a.assign(machine="1")), "holds text"),
        (lambda d, a: (d, a.assign(inclusion_probability=0.0)), "above 0 and at most 1"),
        (lambda d, a: (d, a.assign(inclusion_probability=1.5)), "above 0 and at most 1"),
        (lambda d, a: (d, pd.concat([a, a.iloc[:1]])), "twice"),
        (lambda d, a: (d, a.drop(columns="gold")), "no column gold"),
        (lambda d, a: (d.assign(满意率=d["满意率"].astype(str)), a), "numbers written as text"),
        (
            lambda d, a: (
                d,
                a.assign(inclusion_probability=a["inclusion_probability"].mask(a.index < 40)),
            ),
            "has no inclusion_probability",
        ),
    ],
)
def test_bad_input_is_an_error(material, change, message):
    audit, districts = material
    table, other = change(districts, audit)
    with pytest.raises(InputError, match=message):
        made(table, other)


@pytest.mark.parametrize(
    "formula",
    [f'满意率 ~ log(Q("{SCORE}"))', f'满意率 ~ Q("{SCORE}") * 财力', "满意率 ~ 财力"],
)
def test_a_score_that_does_not_stand_by_itself_is_refused(material, formula):
    audit, districts = material
    with pytest.raises(InputError, match="by itself"):
        made(districts, audit, formula)


# ---- machine beside gold -----------------------------------------------------------------------------


def test_machine_beside_gold_keeps_every_stretch_and_its_chance():
    segments, codings, gold, _ = corpus(documents=20)
    sample = pbgov.draw_gold(segments, 60, seed=1, codings=codings)
    drawn = gold[gold["segment_id"].isin(sample.table["segment_id"])]
    heading = segments.iloc[:1].assign(segment_id="h", doc_id="h", kind="heading")
    found = machine_beside_gold(
        pd.concat([segments, heading]), codings, CODE, sample, drawn
    ).set_index("segment_id")
    assert len(found) == 320
    assert found["gold"].notna().sum() == 60
    assert found["machine"].sum() == len(codings)
    table = sample.table.set_index("segment_id")
    np.testing.assert_array_equal(
        found.loc[table.index, "inclusion_probability"], table["inclusion_probability"]
    )
    assert 1 / found["inclusion_probability"][found["gold"].notna()] @ np.ones(60) == (
        pytest.approx(320)
    )
    assert "不放回" in found.attrs["gold_design"]


def test_gold_codes_outside_the_draw_are_counted_and_not_used():
    segments, codings, gold, _ = corpus(documents=20)
    sample = pbgov.draw_gold(segments, 60, seed=1)
    found = machine_beside_gold(segments, codings, CODE, sample, gold)
    assert found.attrs["not_drawn"] == 260
    assert found["gold"].notna().sum() == 60
    by_hand = machine_beside_gold(segments, codings, CODE, None, gold)
    assert by_hand["gold"].notna().all()
    assert by_hand["inclusion_probability"].isna().all()


def audit_faults():
    segments, codings, gold, _ = corpus(documents=20)
    sample = pbgov.draw_gold(segments, 60, seed=1)
    drawn = gold[gold["segment_id"].isin(sample.table["segment_id"])]
    return {
        "coded in part": ((segments, codings, CODE, sample, drawn.iloc[1:]), "coded in part"),
        "two coders": (
            (segments, pd.concat([codings, codings.assign(coder="二")]), CODE),
            "name the machine",
        ),
        "segment twice": ((pd.concat([segments, segments.iloc[:1]]), codings, CODE), "twice"),
        "coding outside": ((segments.iloc[100:], codings, CODE), "not among the segments"),
        "gold outside": (
            (segments, codings, CODE, None, gold.assign(segment_id="z" + gold["segment_id"])),
            "not among the segments",
        ),
        "gold twice": (
            (segments, codings, CODE, sample, pd.concat([drawn, drawn.iloc[:1]])),
            "more than once",
        ),
        "gold by a person": (
            (segments, codings, CODE, sample, drawn.assign(coder="王")),
            "pass what gold_codings gives",
        ),
        "another code": ((segments, codings, "MODE.M2", sample, drawn), "no judgement"),
        "no unit": ((segments.drop(columns="region_code"), codings, CODE), "no column region_code"),
    }


@pytest.mark.parametrize("case", list(audit_faults()))
def test_faults_of_an_audit_are_named(case):
    arguments, message = audit_faults()[case]
    with pytest.raises(InputError, match=message):
        machine_beside_gold(*arguments)


# ---- everything was read ------------------------------------------------------------------------


def all_there_is(random, slope=0.2, stretches=60, audited=30):
    """Sixteen districts whose outcome goes with the share of the stretches themselves."""
    owner = np.repeat(np.arange(16), stretches)
    true = (random.random(len(owner)) < random.beta(2.7, 6.3, 16)[owner]).astype(float)
    machine = np.where(random.random(len(owner)) < 0.85, true, 1 - true)
    drawn = np.concatenate(
        [random.choice(np.flatnonzero(owner == unit), audited, replace=False) for unit in range(16)]
    )
    share = np.bincount(owner, true) / stretches
    outcome = 0.9 + slope * share + 0.01 * random.normal(size=16)
    chance = np.full(len(drawn), audited / stretches)
    return machine, owner, drawn, true[drawn], chance, outcome


@pytest.mark.parametrize("correct", [rogan_gladen_shares, audited_by_unit])
def test_with_everything_read_only_the_errors_of_codes_are_taken_out(correct):
    """The planted slope comes back; taking out a sampling that did not happen overshoots."""
    random = np.random.default_rng(20260101)
    ours, overshot, naive, covered = [], [], [], []
    for _ in range(200):
        *audit, outcome = all_there_is(random)
        ones = np.ones((16, 1))
        fit = regress_on_shares(ones, correct(*audit, all_read=True), outcome)
        sampled = correct(*audit)
        ours.append(fit.coefficients[1])
        overshot.append(regress_on_shares(ones, sampled, outcome).coefficients[1])
        naive.append(np.polyfit(sampled.counted, outcome, 1)[0])
        covered.append(abs(fit.coefficients[1] - 0.2) <= 2.1448 * fit.covariance[1, 1] ** 0.5)
    assert np.median(ours) == pytest.approx(0.2, abs=0.012)
    assert np.nanmedian(overshot) > 0.23
    assert abs(np.median(naive) - 0.2) > 0.02
    assert np.mean(covered) >= 0.92


def test_variance_of_the_errors_is_what_repeated_errors_give():
    random = np.random.default_rng(7)
    owner = np.repeat(np.arange(2), 40)
    true = np.r_[np.ones(10), np.zeros(30), np.ones(24), np.zeros(16)]
    hand_rows = np.arange(80)
    shares, variances = [], []
    for _ in range(3000):
        machine = np.where(random.random(80) < np.where(true == 1, 0.8, 0.9), true, 1 - true)
        found = rogan_gladen_shares(machine, owner, hand_rows, true, np.ones(80), all_read=True)
        shares.append((found.counted + 0.9 - 1) / 0.7)  # with the known error rates
        variances.append(found.sampling_variance)
    np.testing.assert_allclose(np.mean(variances, axis=0), np.var(shares, axis=0), rtol=0.12)


def test_an_audit_of_everything_leaves_no_error():
    random = np.random.default_rng(3)
    machine, owner, drawn, hand, _, _ = all_there_is(random, audited=60)
    found = audited_by_unit(machine, owner, drawn, hand, np.ones(len(drawn)), all_read=True)
    np.testing.assert_allclose(found.sampling_variance, 0, atol=1e-15)
    order = np.argsort(drawn)
    true = np.bincount(owner, hand[order]) / 60
    np.testing.assert_allclose(found.shares, true, atol=1e-12)


def test_what_is_taken_for_all_there_is_is_said(material):
    audit, districts = material
    sampled = made(districts, audit)
    everything = made(districts, audit, all_read=True)
    said = "占比指读到的这些段落的占比"
    assert any(said in sentence for sentence in everything.corrected.limits)
    assert not any(said in sentence for sentence in sampled.corrected.limits)
    assert any("not a sample" in sentence for sentence in everything.corrected.limits_en)


def test_with_everything_read_one_report_a_district_is_enough(material):
    """Errors of codes are those of stretches; that they stand in one document does not matter."""
    audit, districts = material
    one = audit.assign(doc_id=audit["region_code"])
    found = made(districts, one, document="doc_id", all_read=True)
    alone = made(districts, audit, all_read=True)
    pd.testing.assert_frame_equal(found.corrected.terms, alone.corrected.terms)
    assert any("每个区 60 段文本" in sentence for sentence in found.corrected.limits)
    assert any("60 stretches a unit" in sentence for sentence in found.corrected.limits_en)
    assert any("rest is sampling of the audit" in each for each in found.per_unit.limits_en)
    sampled = made(districts, one, document="doc_id")
    assert "all_read=True" in sampled.corrected.reason


def test_few_documents_are_a_reservation_only_where_they_are_a_sample():
    segments, codings, gold, districts = corpus(documents=40)
    audit = audit_of(segments, codings, gold, n=320)
    sampled = made(districts, audit, document="doc_id")
    assert any("16 个区不足 60 篇文档" in sentence for sentence in sampled.corrected.limits)
    assert any("fewer than 60 documents" in sentence for sentence in sampled.corrected.limits_en)
    stretches = made(districts, audit)
    assert any("16 个区不足 60 段文本" in sentence for sentence in stretches.corrected.limits)
    everything = made(districts, audit, all_read=True)
    assert not any("不足 60" in sentence for sentence in everything.corrected.limits)


def test_odd_calls_and_empty_outcomes_are_answered(material):
    audit, districts = material
    with pytest.raises(InputError, match="True or False"):
        made(districts, audit, all_read="no")
    with pytest.raises(InputError, match="seed"):
        made(districts, audit, seed=-1)
    nowhere = audit.assign(doc_id=audit["doc_id"].mask(audit.index == 3))
    with pytest.raises(InputError, match="has no doc_id"):
        made(districts, nowhere, document="doc_id")
    assert isinstance(made(districts, nowhere, document="doc_id", all_read=True), Correction)
    nothing = made(districts.assign(满意率=np.nan), audit)
    assert isinstance(nothing, NotEstimated)
    assert "满意率" in nothing.reason


def test_what_errors_do_to_the_coefficient_of_a_share_is_said_and_so():
    """Equal error divides the spread of shares by 1 / informedness: slopes grow, other than of codes."""
    random = np.random.default_rng(11)
    slopes = []
    for _ in range(60):
        owner = np.repeat(np.arange(16), 200)
        shares = random.beta(2.7, 6.3, 16)
        true = random.random(len(owner)) < shares[owner]
        machine = np.where(random.random(len(owner)) < 0.85, true, ~true)
        outcome = 0.8 + 0.2 * shares + 0.01 * random.normal(size=16)
        slopes.append(np.polyfit(np.bincount(owner, machine) / 200, outcome, 1)[0])
    assert np.median(slopes) > 0.24
    segments, codings, gold, districts = corpus()
    found = made(districts, audit_of(segments, codings, gold))
    assert any("使系数偏大" in sentence for sentence in found.naive.limits)
    assert any("too large" in sentence for sentence in found.naive.limits_en)
