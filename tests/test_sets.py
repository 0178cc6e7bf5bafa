"""Set-theoretic numbers: against R's QCA, published scores, and definitions by enumeration."""

from __future__ import annotations

import json
from functools import cache
from itertools import combinations, product
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pbgov.errors import InputError
from pbgov.inference.sets.calibration import (
    INCLUSION_DEGREE,
    calibrate_bell,
    calibrate_crisp,
    calibrate_direct,
    calibrate_ecdf,
    calibrate_indirect,
    calibrate_linear,
    calibrate_multivalue,
    calibrate_tfr,
)
from pbgov.inference.sets.covers import smallest_covers
from pbgov.inference.sets.fit import model_fit, term_memberships
from pbgov.inference.sets.minimisation import (
    FREE,
    assumed_rows,
    counterfactuals,
    minimise,
    prime_implicants,
)
from pbgov.inference.sets.necessity import necessity_fit
from pbgov.inference.sets.rows import row_memberships, set_fit, truth_rows

CORPUS = Path(__file__).parent / "vectors" / "v23a_qca_random_corpus_dev.json"
TERM = tuple[int, ...]


@cache
def corpus() -> list[dict[str, Any]]:
    return json.loads(CORPUS.read_text(encoding="utf-8"))["expected"]


def vector(shared: Path, name: str) -> dict[str, Any]:
    return json.loads((shared / "vectors" / f"{name}.json").read_text(encoding="utf-8"))


def table(shared: Path, name: str) -> pd.DataFrame:
    return pd.read_csv(shared / "vectors" / "data" / f"{name}.csv", index_col="case")


def letters(term: Any, conditions: list[str]) -> str:
    return "*".join(
        ("" if value else "~") + name
        for name, value in zip(conditions, term, strict=True)
        if value != FREE
    )


def in_letters(models: Any, conditions: list[str]) -> set[frozenset[str]]:
    return {frozenset(letters(term, conditions) for term in model) for model in models}


# --- the definitions, by enumeration ---------------------------------------------------------


def rows_of(term: TERM, levels: TERM) -> set[int]:
    every = list(product(*map(range, levels)))
    return {
        entry
        for entry, row in enumerate(every)
        if all(wanted in (FREE, value) for wanted, value in zip(term, row, strict=True))
    }


def primes_by_definition(positive: set[int], negative: set[int], levels: TERM) -> set[TERM]:
    def implicant(term: TERM) -> bool:
        return not rows_of(term, levels) & negative

    found = set()
    for term in product(*[(FREE, *range(level)) for level in levels]):
        shorter = [
            (*term[:place], FREE, *term[place + 1 :])
            for place, value in enumerate(term)
            if value != FREE
        ]
        if (
            implicant(term)
            and rows_of(term, levels) & positive
            and not any(map(implicant, shorter))
        ):
            found.add(term)
    return found


def models_by_definition(
    positive: set[int], negative: set[int], levels: TERM
) -> set[frozenset[TERM]]:
    primes = sorted(primes_by_definition(positive, negative, levels))
    reach = {prime: rows_of(prime, levels) for prime in primes}
    for size in range(1, len(primes) + 1):
        found = {
            frozenset(chosen)
            for chosen in combinations(primes, size)
            if positive <= set().union(*(reach[prime] for prime in chosen))
        }
        if found:
            return found
    return set()


def intermediate_by_definition(
    positive: set[int], negative: set[int], expected: list[int], k: int
) -> set[frozenset[TERM]]:
    """METHODS, section 6: two values a condition, an expectation for each."""
    levels = (2,) * k
    every = set(range(2**k))
    models = set()
    for long in models_by_definition(positive, every - positive, levels):
        for short in models_by_definition(positive, negative, levels):
            used = set().union(*(rows_of(term, levels) for term in short)) - positive
            easy = set()
            for c, p in product(long, short):
                if rows_of(c, levels) <= rows_of(p, levels):
                    kept = tuple(
                        value if p[place] != FREE or value == expected[place] else FREE
                        for place, value in enumerate(c)
                    )
                    easy |= used & rows_of(kept, levels)
            models |= models_by_definition(positive, every - positive - easy, levels)
    return models


def as_sets(minimum: Any) -> set[frozenset[TERM]]:
    return {
        frozenset(tuple(int(value) for value in term) for term in minimum.terms(model))
        for model in minimum.models
    }


@st.composite
def output_columns(draw: Any, most_rows: int = 16) -> tuple[TERM, set[int], set[int]]:
    """Levels of conditions, with positive and negative rows."""
    levels = draw(
        st.sampled_from([(2, 2), (2, 2, 2), (3, 2), (2, 3, 2), (3, 3), (2, 2, 2, 2)]).filter(
            lambda some: int(np.prod(some)) <= most_rows
        )
    )
    n_rows = int(np.prod(levels))
    outputs = draw(st.lists(st.sampled_from([1, 0, -1]), min_size=n_rows, max_size=n_rows))
    positive = {entry for entry, out in enumerate(outputs) if out == 1}
    negative = {entry for entry, out in enumerate(outputs) if out == 0}
    return levels, positive, negative


def entries(rows: set[int]) -> np.ndarray:
    return np.array(sorted(rows), dtype=int)


@given(output_columns())
@settings(max_examples=60, deadline=None)
def test_minimisation_is_its_definition(column: tuple[TERM, set[int], set[int]]) -> None:
    levels, positive, negative = column
    every = set(range(int(np.prod(levels))))
    found = prime_implicants(entries(positive), entries(negative), levels)
    assert {tuple(term) for term in found.tolist()} == primes_by_definition(
        positive, negative, levels
    )
    parsimonious = minimise(entries(positive), entries(negative), levels)
    conservative = minimise(entries(positive), None, levels)
    assert as_sets(parsimonious) == models_by_definition(positive, negative, levels)
    assert as_sets(conservative) == models_by_definition(positive, every - positive, levels)
    for model, assumed in zip(parsimonious.models, assumed_rows(parsimonious), strict=True):
        used = set().union(*(rows_of(tuple(t), levels) for t in parsimonious.terms(model).tolist()))
        assert set(assumed.tolist()) == used - positive
        assert not used & negative


@given(output_columns(most_rows=8), st.data())
@settings(max_examples=60, deadline=None)
def test_the_intermediate_solution_is_its_definition(
    column: tuple[TERM, set[int], set[int]], data: st.DataObject
) -> None:
    levels, positive, negative = column
    if max(levels) > 2 or not positive:
        return
    expected = data.draw(st.lists(st.integers(0, 1), min_size=len(levels), max_size=len(levels)))
    pairs = counterfactuals(
        minimise(entries(positive), None, levels),
        minimise(entries(positive), entries(negative), levels),
        [{value} for value in expected],
    )
    found = set().union(*(as_sets(pair.minimum) for pair in pairs))
    assert found == intermediate_by_definition(positive, negative, expected, len(levels))


def test_without_expectations_the_intermediate_solution_is_the_conservative() -> None:
    """Nothing expected, nothing easy: where no literal is dropped no remainder is used."""
    conservative = minimise(np.array([7, 6]), None, (2, 2, 2))
    parsimonious = minimise(np.array([7, 6]), np.array([0]), (2, 2, 2))
    (first, *_) = counterfactuals(conservative, parsimonious, [(), (), ()])
    assert first.easy.size == 0
    assert as_sets(first.minimum) == as_sets(conservative)


def test_a_condition_of_three_values_grows_towards_the_values_expected() -> None:
    """Seen: X=1 with Z has the outcome, X=0 without Z has not. Expected: X=2 as well."""
    levels = (3, 2)
    conservative = minimise(np.array([3]), None, levels)
    parsimonious = minimise(np.array([3]), np.array([0]), levels)
    by_pair = counterfactuals(conservative, parsimonious, [{1, 2}, {1}])
    of_z = next(
        pair
        for pair in by_pair
        if parsimonious.terms(parsimonious.models[pair.parsimonious]).tolist() == [[FREE, 1]]
    )
    assert of_z.easy.tolist() == [5]
    assert of_z.difficult.tolist() == [1]


@given(
    st.integers(1, 7).flatmap(
        lambda rows: st.lists(
            st.lists(st.booleans(), min_size=rows, max_size=rows), min_size=1, max_size=8
        )
    )
)
@settings(max_examples=150, deadline=None)
def test_covers_are_all_the_smallest(cells: list[list[bool]]) -> None:
    chart = np.array([*cells, [True] * len(cells[0])])
    sizes = range(1, len(chart) + 1)
    smallest = next(
        found
        for size in sizes
        if (
            found := [
                c for c in combinations(range(len(chart)), size) if chart[list(c)].any(0).all()
            ]
        )
    )
    covers = smallest_covers(chart)
    assert covers.complete
    assert list(covers.covers) == smallest


def test_too_many_covers_are_not_listed_in_part() -> None:
    """Ten rows, each with its own four columns: 4**10 covers."""
    chart = np.kron(np.eye(10, dtype=bool), np.ones((4, 1), dtype=bool))
    found = smallest_covers(chart)
    assert not found.complete
    assert found.covers == ()


def test_a_row_that_is_both_positive_and_negative_is_refused() -> None:
    with pytest.raises(InputError, match="both positive and negative"):
        minimise(np.array([1]), np.array([1, 2]), (2, 2))


def test_multivalue_minimisation_of_published_data_is_its_definition(shared: Path) -> None:
    """Lipset's data with three levels of development (Cronqvist and Berg-Schlosser 2009)."""
    data = table(shared, "lipset_multivalue")
    conditions = ["DEV", "LIT", "IND", "STB"]
    levels = (3, 2, 2, 2)
    values = data[conditions].to_numpy(dtype=float)
    truth = truth_rows(
        values, data.SURV.to_numpy(float), incl_cut=1, pri_cut=0, n_cut=1, levels=levels
    )
    rows = data.groupby(conditions).SURV.agg(["mean", "size"]).reset_index()
    places = np.ravel_multi_index(tuple(rows[conditions].to_numpy().T), levels)
    assert set(np.flatnonzero(truth.n)) == set(places)
    assert (truth.n[places] == rows["size"]).all()
    assert np.allclose(truth.inclusion[places], rows["mean"])
    positive, negative = set(truth.positive.tolist()), set(truth.negative.tolist())
    assert positive
    assert negative
    every = set(range(24))
    assert as_sets(minimise(truth.positive, None, levels)) == models_by_definition(
        positive, every - positive, levels
    )
    assert as_sets(minimise(truth.positive, truth.negative, levels)) == models_by_definition(
        positive, negative, levels
    )


# --- R's QCA on forty random data sets -------------------------------------------------------


def analysed(entry: dict[str, Any]) -> tuple[np.ndarray, np.ndarray, Any]:
    data = np.array(entry["data"], dtype=float)
    truth = truth_rows(data[:, :-1], data[:, -1], incl_cut=entry["incl_cut"], pri_cut=0, n_cut=1)
    return data[:, :-1], data[:, -1], truth


@pytest.mark.parametrize("place", range(40))
def test_random_data_sets_as_in_r(place: int) -> None:
    entry = corpus()[place]
    conditions = entry["conditions"]
    memberships, outcome, truth = analysed(entry)
    rows = np.array([row["row"] - 1 for row in entry["truth_table"]])
    assert (np.flatnonzero(truth.output != -1) == rows).all()
    assert truth.output[rows].tolist() == [int(row["OUT"]) for row in entry["truth_table"]]
    assert truth.n[rows].tolist() == [row["n"] for row in entry["truth_table"]]
    for ours, name in ((truth.inclusion, "incl"), (truth.pri, "PRI")):
        assert ours[rows] == pytest.approx([row[name] for row in entry["truth_table"]], abs=1e-9)

    conservative = minimise(truth.positive, None, truth.levels)
    parsimonious = minimise(truth.positive, truth.negative, truth.levels)
    pairs = counterfactuals(conservative, parsimonious, [{way} for way in entry["dir_exp"]])
    for minimum, name in ((conservative, "conservative"), (parsimonious, "parsimonious")):
        found = in_letters((minimum.terms(model) for model in minimum.models), conditions)
        assert found == set(map(frozenset, entry[name]))
    between = in_letters(
        (pair.minimum.terms(model) for pair in pairs for model in pair.minimum.models), conditions
    )
    assert between == set(map(frozenset, entry["intermediate"]))

    for minimum, kind, name in (
        (conservative, "conservative", "cons_fit_first"),
        (parsimonious, "parsimonious", "pars_fit_first"),
    ):
        wanted = frozenset(entry[kind][0])
        (terms,) = (
            minimum.terms(model)
            for model in minimum.models
            if in_letters([minimum.terms(model)], conditions) == {wanted}
        )
        fit = model_fit(term_memberships(memberships, terms, truth.levels), outcome).whole
        for ours, key in ((fit.inclusion, "inclS"), (fit.pri, "PRI"), (fit.coverage, "covS")):
            assert float(ours) == pytest.approx(entry[name][key], abs=1e-9)


def test_pri_takes_the_least_of_three() -> None:
    """pyqca 0.2.0 takes Σmin(x, 1 − y) for Σmin(x, y, 1 − y), and clips: not what R prints."""
    wrong = rows = 0
    for entry in corpus():
        memberships, outcome, truth = analysed(entry)
        belongs = row_memberships(memberships)
        against = np.minimum(belongs, (1 - outcome)[:, None]).sum(axis=0)
        both = np.minimum(belongs, outcome[:, None]).sum(axis=0)
        with np.errstate(invalid="ignore", divide="ignore"):
            faulty = np.clip((both - against) / (belongs.sum(axis=0) - against), 0, 1)
        for row in entry["truth_table"]:
            rows += 1
            wrong += abs(faulty[row["row"] - 1] - row["PRI"]) > 1e-6
            assert truth.pri[row["row"] - 1] == pytest.approx(row["PRI"], abs=1e-9)
    assert wrong > 0.8 * rows


# --- R's QCA on Lipset's data ----------------------------------------------------------------

FUZZY = ("incl0.8", 0.8, 0.0, 1, False), ("incl0.7", 0.7, 0.0, 1, False)
FUZZY += ("negated_outcome_incl0.8", 0.8, 0.0, 1, True), ("incl0.8_pricut0.8", 0.8, 0.8, 1, False)
FUZZY += (("ncut2_incl0.8", 0.8, 0.0, 2, False),)
CRISP = ("positive", False, 5, 1), ("negative", True, 5, 1), ("four_conditions", False, 4, 1)
CRISP += (("four_conditions_negative", True, 4, 0),)  # only absence gives its intermediate rows


def check_published(
    memberships: np.ndarray,
    outcome: np.ndarray,
    truth: Any,
    wanted: dict[str, Any],
    names: list[str],
    expected: int = 1,
) -> None:
    listed = wanted["truth_table"]
    rows = np.array([row["row"] - 1 for row in listed])
    assert (np.flatnonzero(truth.output != -1) == rows).all()
    assert truth.output[rows].tolist() == [int(row["OUT"]) for row in listed]
    assert truth.n[rows].tolist() == [row["n"] for row in listed]
    assert truth.inclusion[rows] == pytest.approx([row["incl"] for row in listed], abs=1e-9)
    assert truth.pri[rows] == pytest.approx([row["PRI"] for row in listed], abs=1e-9)

    conservative = minimise(truth.positive, None, truth.levels)
    parsimonious = minimise(truth.positive, truth.negative, truth.levels)
    expectations = [{expected}] * len(names)
    pairs = counterfactuals(conservative, parsimonious, expectations)
    for minimum, kind in ((conservative, "conservative"), (parsimonious, "parsimonious")):
        check_models(minimum, wanted[kind]["models"], memberships, outcome, names)
        primes = {letters(prime, names) for prime in minimum.primes}
        assert primes == set(wanted[kind]["prime_implicants"])
    order = [
        frozenset(letters(term, names) for term in parsimonious.terms(model))
        for model in parsimonious.models
    ]
    for place, model in enumerate(wanted["parsimonious"]["models"]):
        ours = order.index(frozenset(model["terms"]))
        assumed = wanted["parsimonious"]["simplifying_assumption_rows"][f"M{place + 1}"]
        assert (assumed_rows(parsimonious)[ours] + 1).tolist() == assumed
        for pair in pairs:
            if pair.parsimonious != ours:
                continue
            between = wanted["intermediate"][f"C{pair.conservative + 1}P{place + 1}"]
            check_models(pair.minimum, between["models"], memberships, outcome, names)
            assert (pair.easy + 1).tolist() == between["easy_counterfactual_rows"]
            assert (pair.difficult + 1).tolist() == between["difficult_counterfactual_rows"]


def check_models(
    minimum: Any, wanted: list[Any], memberships: np.ndarray, outcome: np.ndarray, names: list[str]
) -> None:
    by_terms = {frozenset(model["terms"]): model for model in wanted}
    assert len(by_terms) == len(minimum.models)
    for model in minimum.models:
        terms = minimum.terms(model)
        written = [letters(term, names) for term in terms]
        expected = by_terms[frozenset(written)]
        fit = model_fit(term_memberships(memberships, terms, minimum.levels), outcome)
        for ours, key in ((fit.whole.inclusion, "inclS"), (fit.whole.pri, "PRI")):
            assert float(ours) == pytest.approx(expected["solution"][key], abs=1e-9)
        assert float(fit.whole.coverage) == pytest.approx(expected["solution"]["covS"], abs=1e-9)
        for numbers in expected["term_fit"]:
            place = written.index(numbers["term"])
            ours_here = {
                "inclS": fit.terms.inclusion[place],
                "PRI": fit.terms.pri[place],
                "covS": fit.terms.coverage[place],
                "covU": fit.unique_coverage[place],
            }
            for key, value in ours_here.items():
                if numbers[key] is None:
                    assert np.isnan(value)
                else:
                    assert value == pytest.approx(numbers[key], abs=1e-9)


@pytest.mark.parametrize(("part", "incl_cut", "pri_cut", "n_cut", "negate"), FUZZY)
def test_fuzzy_lipset(
    shared: Path, part: str, incl_cut: float, pri_cut: float, n_cut: int, negate: bool
) -> None:
    data = table(shared, "lipset_fuzzy")
    names = ["DEV", "URB", "LIT", "IND", "STB"]
    memberships, outcome = data[names].to_numpy(float), data.SURV.to_numpy(float)
    outcome = 1 - outcome if negate else outcome
    truth = truth_rows(memberships, outcome, incl_cut=incl_cut, pri_cut=pri_cut, n_cut=n_cut)
    wanted = vector(shared, "v17_fsqca_lipset")["expected"][part]
    check_published(memberships, outcome, truth, wanted, names)


@pytest.mark.parametrize(("part", "negate", "k", "expected"), CRISP)
def test_crisp_lipset(shared: Path, part: str, negate: bool, k: int, expected: int) -> None:
    data = table(shared, "lipset_crisp")
    names = ["DEV", "URB", "LIT", "IND", "STB"][:k]
    memberships, outcome = data[names].to_numpy(float), data.SURV.to_numpy(float)
    outcome = 1 - outcome if negate else outcome
    truth = truth_rows(memberships, outcome, incl_cut=1, pri_cut=0, n_cut=1)
    wanted = vector(shared, "v18_csqca_lipset")["expected"][part]
    check_published(memberships, outcome, truth, wanted, names, expected)


@pytest.mark.parametrize("negate", [False, True])
def test_necessity_of_lipset(shared: Path, negate: bool) -> None:
    data = table(shared, "lipset_fuzzy")
    part = "necessity_negated_outcome" if negate else "necessity"
    outcome = data.SURV.to_numpy(float)
    wanted = vector(shared, "v17_fsqca_lipset")[part]
    assert len(wanted) == 10
    for row in wanted:
        values = data[row["term"].removeprefix("~")].to_numpy(float)
        fit = necessity_fit(
            1 - values if row["term"].startswith("~") else values,
            1 - outcome if negate else outcome,
        )
        assert [float(number) for number in fit] == pytest.approx(
            [row["inclN"], row["RoN"], row["covN"]], abs=1e-9
        )


# --- calibration -----------------------------------------------------------------------------


def test_calibration_as_in_r(shared: Path) -> None:
    raw = table(shared, "lipset_raw").astype(float)
    wanted = vector(shared, "v20_calibration_lipset")["expected"]
    dev, lit, stb = (raw[name].to_numpy() for name in ("DEV", "LIT", "STB"))
    for name, part in wanted["direct_logistic"].items():
        anchors = [part["thresholds"][anchor] for anchor in "eci"]
        ours = calibrate_direct(raw[name].to_numpy(), anchors, idm=0.95)
        assert ours == pytest.approx(part["values"], abs=1e-9)
    falling = wanted["direct_decreasing_STB"]
    anchors = [falling["thresholds"][anchor] for anchor in "eci"]
    assert calibrate_direct(stb, anchors, idm=0.95) == pytest.approx(falling["values"], abs=1e-9)
    three = (400, 550, 900)
    assert calibrate_linear(dev, three) == pytest.approx(wanted["linear_DEV"], abs=1e-9)
    bent = calibrate_linear(dev, three, below=2, above=0.5)
    assert bent == pytest.approx(wanted["linear_DEV_below2_above0.5"], abs=1e-9)
    bell = calibrate_bell(lit, (40, 60, 75, 90, 95, 99))
    assert bell == pytest.approx(wanted["bell_LIT"]["values"], abs=1e-9)
    assert calibrate_crisp(dev, 550).tolist() == wanted["crisp_DEV_550"]
    assert calibrate_multivalue(dev, [550, 850]).tolist() == wanted["multivalue_DEV_550_850"]
    indirect = calibrate_indirect(dev, wanted["indirect_DEV"]["thresholds"])
    assert indirect == pytest.approx(wanted["indirect_DEV"]["values"], abs=1e-9)
    near = calibrate_direct(dev, three, idm=0.953)
    assert near == pytest.approx(wanted["idm_0.953_DEV"], abs=1e-9)


def test_r_ignores_ecdf_beside_the_logistic_curve(shared: Path) -> None:
    """What V20 calls ecdf is its logistic column; calibration by rank is another thing."""
    dev = table(shared, "lipset_raw").DEV.to_numpy(float)
    wanted = vector(shared, "v20_calibration_lipset")["expected"]
    assert wanted["ecdf_DEV"] == wanted["direct_logistic"]["DEV"]["values"]
    ours = calibrate_direct(dev, (400, 550, 900), idm=0.95)
    assert ours == pytest.approx(wanted["ecdf_DEV"], abs=1e-9)
    assert np.abs(calibrate_ecdf(dev, (400, 550, 900)) - wanted["ecdf_DEV"]).max() > 0.05


def test_published_fuzzy_scores_of_lipset(shared: Path) -> None:
    raw, printed = table(shared, "lipset_raw"), table(shared, "lipset_fuzzy")
    wanted = vector(shared, "v21_calibration_published_lipset")
    assert pytest.approx(wanted["idm"], abs=1e-12) == INCLUSION_DEGREE
    for name, written in wanted["thresholds"].items():
        anchor = dict(part.split("=") for part in written.split(","))
        ours = calibrate_direct(raw[name].to_numpy(float), [float(anchor[at]) for at in "eci"])
        assert ours == pytest.approx(wanted["expected"]["values"][name], abs=1e-9)
        assert (ours.round(2) == printed[name].to_numpy()).all()


def test_log_odds_at_the_anchors_are_three() -> None:
    ends = calibrate_direct(np.array([10.0, 20.0, 40.0, 100.0]), (10, 20, 40))
    assert np.log(ends / (1 - ends)) == pytest.approx([-3, 0, 3, 12])


@given(
    st.lists(st.integers(-1000, 1000), min_size=1, max_size=20),
    st.lists(st.integers(-900, 900), min_size=3, max_size=3, unique=True),
)
def test_reversed_anchors_calibrate_the_negation(values: list[int], anchors: list[int]) -> None:
    raw, rising = np.array(values, dtype=float), sorted(anchors)
    for method in (calibrate_direct, calibrate_linear):
        up, down = method(raw, rising), method(raw, rising[::-1])
        assert up == pytest.approx(1 - down, abs=1e-12)
        order = np.argsort(raw, kind="stable")
        assert (np.diff(up[order]) >= 0).all()
        assert (up[raw == rising[1]] == 0.5).all()


def test_calibration_by_rank_by_hand() -> None:
    """Between the anchors 1 and 9: 2, 3, 5, 8; two of four up to the crossover 4."""
    values = np.array([0, 2, 3, 5, 8, 12, np.nan])
    ours = calibrate_ecdf(values, (1, 4, 9))
    assert ours[:-1].tolist() == [0, 0.25, 0.5, 0.75, 1, 1]
    assert np.isnan(ours[-1])
    assert calibrate_ecdf(-values, (-1, -4, -9))[:-1].tolist() == ours[:-1].tolist()


def test_grades_by_their_distribution_by_hand() -> None:
    """Five answers 1, 1, 2, 3, 3: F is .4, .6, 1, so (F − .4) / .6."""
    grades = np.array([1, 1, 2, 3, 3, np.nan])
    ours = calibrate_tfr(grades)
    assert ours[:-1] == pytest.approx([0, 0, 1 / 3, 1, 1])
    assert np.isnan(ours[-1])
    assert calibrate_tfr(grades, lowest=0)[:-1] == pytest.approx([0.4, 0.4, 0.6, 1, 1])


def test_hollow_bell_is_the_negation_of_the_bell() -> None:
    values = np.linspace(0, 100, 41)
    bell = calibrate_bell(values, (10, 20, 30, 60, 70, 90))
    hollow = calibrate_bell(values, (30, 20, 10, 90, 70, 60))
    assert hollow == pytest.approx(1 - bell)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (lambda x: calibrate_direct(x, (1, 3, 2)), "neither rise nor fall"),
        (lambda x: calibrate_direct(x, (1, 1, 2)), "neither rise nor fall"),
        (lambda x: calibrate_direct(x, (1, 2)), "three are needed"),
        (lambda x: calibrate_direct(x, (1, 2, 3), idm=0.4), "between .5 and 1"),
        (lambda x: calibrate_linear(x, (1, 2, 3), below=0), "must be above 0"),
        (lambda x: calibrate_bell(x, (1, 2, 3, 9, 8, 7)), "no order"),
        (lambda x: calibrate_bell(x, (1, 2, 3)), "needs six"),
        (lambda x: calibrate_multivalue(x, [3, 2]), "do not rise"),
        (lambda x: calibrate_indirect(x - 5, [2, 3]), "logarithms"),
        (lambda x: calibrate_indirect(np.array([1.0, 2, 3]), [2]), "different values"),
        (lambda x: calibrate_indirect(x, [500]), "cannot be fitted"),
        (lambda x: calibrate_ecdf(x, (1, 99, 100)), "both sides"),
        (lambda x: calibrate_tfr(np.array([2.0, 2.0])), "lowest grade"),
        (lambda x: calibrate_tfr(np.array([np.nan])), "missing"),
    ],
)
def test_anchors_that_make_no_sense(wrong: Any, said: str) -> None:
    with pytest.raises(InputError, match=said):
        wrong(np.arange(1.0, 11.0))


# --- rows and fit ----------------------------------------------------------------------------

MEMBERSHIPS = st.integers(0, 100).map(lambda percent: percent / 100)


@st.composite
def fuzzy_cases(draw: Any) -> np.ndarray:
    k, n = draw(st.integers(1, 4)), draw(st.integers(2, 12))
    rows = st.lists(MEMBERSHIPS, min_size=k + 1, max_size=k + 1)
    return np.array(draw(st.lists(rows, min_size=n, max_size=n)))


@given(fuzzy_cases())
@settings(deadline=None)
def test_rows_do_not_depend_on_the_order_of_cases_or_on_the_name_of_absence(
    cases: np.ndarray,
) -> None:
    memberships, outcome = cases[:, :-1], cases[:, -1]
    cuts = {"incl_cut": 0.8, "pri_cut": 0.0, "n_cut": 1}
    truth = truth_rows(memberships, outcome, **cuts)
    assert (row_memberships(memberships) > 0.5).sum(axis=1).max() <= 1
    turned = truth_rows(memberships[::-1], outcome[::-1], **cuts)
    assert (turned.output == truth.output).all()
    assert (turned.n == truth.n).all()
    assert (turned.row_of_case[::-1] == truth.row_of_case).all()
    swapped = memberships.copy()
    swapped[:, 0] = 1 - swapped[:, 0]
    half = len(truth.n) // 2
    other = truth_rows(swapped, outcome, **cuts)
    order = np.r_[half : len(truth.n), 0:half]
    assert (other.n[order] == truth.n).all()
    assert other.inclusion[order] == pytest.approx(truth.inclusion, abs=1e-9, nan_ok=True)


def test_a_membership_of_one_half_belongs_to_no_row() -> None:
    truth = truth_rows(
        np.array([[0.5, 0.9], [0.6, 0.9]]), np.array([1.0, 1.0]), incl_cut=0.8, pri_cut=0, n_cut=1
    )
    assert truth.row_of_case.tolist() == [-1, 3]
    assert truth.n.tolist() == [0, 0, 0, 1]


def test_a_row_sufficient_for_the_outcome_and_its_negation_is_flagged() -> None:
    """x = .6 with y = .5: inclusion 5/6 in Y and in ~Y; PRI is 0 in both."""
    memberships, outcome = np.array([[0.6], [0.0]]), np.array([0.5, 0.5])
    truth = truth_rows(memberships, outcome, incl_cut=0.8, pri_cut=0, n_cut=1)
    assert truth.output[1] == 1
    assert truth.both[1]
    assert float(truth.pri[1]) == 0
    cut = truth_rows(memberships, outcome, incl_cut=0.8, pri_cut=0.5, n_cut=1)
    assert not cut.both.any()


def test_fit_of_an_empty_set_is_not_a_number() -> None:
    nothing = set_fit(np.zeros(3), np.zeros(3))
    assert np.isnan([float(number) for number in nothing]).all()


def test_a_term_that_is_free_everywhere_holds_every_case() -> None:
    every = term_memberships(np.array([[0.2], [0.7]]), np.array([[FREE]]), (2,))
    assert every.tolist() == [[1], [1]]
    free = minimise(np.array([0, 1]), np.array([], dtype=int), (2,))
    assert free.terms(free.models[0]).tolist() == [[FREE]]


def test_twenty_one_conditions_are_refused() -> None:
    with pytest.raises(InputError, match="truth rows"):
        row_memberships(np.full((2, 21), 0.3))
    with pytest.raises(InputError, match="possible terms"):
        prime_implicants(np.array([0]), np.array([1]), (2,) * 17)
