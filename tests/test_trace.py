"""From a coefficient back to exactly the planted sentences and figures; what is lost is said."""

from __future__ import annotations

import copy
import json
import pickle
import random

import numpy as np
import pandas as pd
import pytest

from pbgov.errors import InputError
from pbgov.evaluation.coding_error.correction import Correction
from pbgov.evaluation.coding_error.scores import correct_scores
from pbgov.evaluation.declared import label_declared
from pbgov.evaluation.estimate import Estimate, NotEstimated, read_estimate
from pbgov.evaluation.outcomes.beta import beta_regression
from pbgov.evaluation.outcomes.bounded import regress_bounded
from pbgov.evaluation.outcomes.mixed import mixed_model
from pbgov.evaluation.outcomes.rates import fractional_logit
from pbgov.evaluation.regression import regress
from pbgov.indicators.lineage import LINEAGE, Lineage, lineage_of
from pbgov.indicators.panel import Panel, join_panel
from pbgov.indicators.scores import score
from pbgov.marks import is_simulated
from pbgov.reporting.tracing.evidence_rows import columns_in
from pbgov.reporting.tracing.trace import Trace, trace

DISTRICTS = [f"1101{number:02d}" for number in range(1, 17)]
CODES = ("MODE.M1", "DIM.LAW")


def planted(seed: int) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Segments, codings and rates of sixteen districts; one segment speaks of two districts."""
    drawn = random.Random(seed)
    rows, judged = [], []
    at = 0
    for number, district in enumerate(DISTRICTS):
        for _ in range(drawn.randint(2, 6)):
            text = f"{district}的第{at}句话<b>&“治理”。"
            doc_id = f"doc{number % 3}"
            own = {"doc_id": doc_id, "start": at, "end": at + len(text), "text": text}
            practice = drawn.choice(["a", "b", "c", None])
            told = f"{district}{practice}" if practice else float("nan")
            rows.append(own | {"region_code": district, "segment_id": f"s{at}", "told": told})
            for code in CODES:
                if drawn.random() < 0.5:
                    place = {name: own[name] for name in ("doc_id", "start", "end")}
                    value = int(drawn.random() < 0.8)
                    begin = at + drawn.randrange(3)
                    judged.append(
                        place
                        | {
                            "code_id": code,
                            "coder": "author",
                            "value": value,
                            "rule": f"cue:{code}",
                            "evidence_start": begin,
                            "evidence_end": begin + 4,
                        }
                    )
            at += len(text) + 1
    rows.append(rows[0] | {"region_code": DISTRICTS[1]})  # speaks of two districts
    rates = [
        {
            "region_code": district,
            "period": "2024",
            "indicator": name,
            "value": round(drawn.uniform(1, 99), 1),
            "unit": "%",
            "status": "实际",
            "source_tier": "A",
            "source_url": f"https://example.org/{district}",
            "note": "=1+1",
        }
        for district in DISTRICTS
        for name in ("满意率", "人口密度")
    ]
    return pd.DataFrame(rows), pd.DataFrame(judged), pd.DataFrame(rates)


def panel_of(seed: int, *, once: bool = False) -> Panel:
    segments, codings, rates = planted(seed)
    told = "told" if once else None
    scores = score(codings, segments, by="region_code", distinct_practices=told)
    return join_panel(scores, rates)


def fitted(data: pd.DataFrame | Panel, formula: str, **options: object) -> Estimate:
    made = regress(data, formula, **options)  # type: ignore[arg-type]
    assert isinstance(made, Estimate), made
    return made


def stretches(table: pd.DataFrame) -> set[tuple[str, str, int, int]]:
    return {
        (str(row.unit), str(row.doc_id), int(row.start), int(row.end)) for row in table.itertuples()
    }


@pytest.mark.parametrize("once", [False, True])
@pytest.mark.parametrize("seed", range(12))
def test_every_share_is_made_of_the_traced_sentences(seed: int, once: bool) -> None:
    panel = panel_of(seed, once=once)
    estimate = fitted(panel, "满意率 ~ Q('share_MODE.M1')")
    found = trace(estimate, "share_MODE.M1")
    segments, codings, _ = planted(seed)
    assert found.units["agrees"].all()
    for unit in found.units.itertuples():
        own = found.practices[found.practices["unit"] == unit.unit]
        held = found.units.set_index("unit")["share_MODE.M1"][unit.unit]
        if once:
            told = own.dropna(subset=["practice"])
            made = told.groupby("practice")["carries"].max().astype(float).mean()
        else:
            made = own["carries"].astype(float).mean()
        assert made == pytest.approx(held, abs=1e-12)
    used = set(found.units["unit"])  # a unit whose segments tell no practice has no share
    read = {
        (row.region_code, row.doc_id, row.start, row.end)
        for row in segments.itertuples()
        if row.region_code in used
    }
    assert stretches(found.practices) == read
    given = codings[(codings["code_id"] == "MODE.M1") & (codings["value"] == 1)]
    carrying = {(row.doc_id, row.start, row.end) for row in given.itertuples()}
    assert stretches(found.sentences) == {one for one in read if one[1:] in carrying}
    assert set(found.sentences["code_id"]) == {"MODE.M1"}
    for row in found.sentences.itertuples():
        first = row.evidence_start - row.start
        assert row.evidence == row.text[first : first + 4]


def test_every_figure_is_the_row_it_was_taken_from() -> None:
    panel = panel_of(1)
    found = trace(fitted(panel, "满意率 ~ 人口密度"), "人口密度")
    rates = planted(1)[2].set_index(["region_code", "indicator"])
    assert len(found.records) == 32
    for row in found.records.itertuples():
        given = rates.loc[(row.unit, row.indicator)]
        assert (row.period, row.status, row.url) == ("2024", "实际", given["source_url"])
        assert float(row.value.replace(",", "")) == given["value"]
    assert len(found.practices) == 0
    assert found.units["agrees"].all()


def test_what_leaving_a_unit_out_does_is_what_a_fit_without_it_gives() -> None:
    panel = panel_of(2)
    formula = "满意率 ~ Q('share_MODE.M1')"
    found = trace(fitted(panel, formula), "share_MODE.M1").units
    design = panel.data
    x, y = design["share_MODE.M1"].to_numpy(), design["满意率"].to_numpy()
    slope, level = np.polyfit(x, y, 1)
    for row in found.itertuples():
        kept = (design["region_code"] != row.unit).to_numpy()
        assert row.without_it == pytest.approx(np.polyfit(x[kept], y[kept], 1)[0])
        at = int(np.flatnonzero(~kept)[0])
        assert row.residual == pytest.approx(y[at] - level - slope * x[at])
        assert row.change == pytest.approx(row.without_it - slope)
    assert found["change"].abs().is_monotonic_decreasing


def test_streets_in_districts_are_left_out_one_by_one() -> None:
    """The errors vary with the district; the units stay streets, one without a figure."""
    segments, codings, rates = planted(11)
    segments = segments.drop(index=segments.index[-1])
    segments["street"] = segments["region_code"] + [f"{n % 2:03d}" for n in range(len(segments))]
    streets = sorted(set(segments["street"]))
    figures = rates.iloc[: len(streets)].assign(
        street=streets, indicator="满意率", value=np.arange(len(streets)) ** 1.5
    )
    figures.iloc[3, figures.columns.get_loc("value")] = np.nan
    panel = join_panel(score(codings, segments, by="street"), figures, on="street")
    data = panel.data.assign(district=panel.data["street"].str[:6])
    formula, term = "满意率 ~ Q('share_MODE.M1')", "share_MODE.M1"
    found = trace(fitted(data, formula, cluster="district", permutations=99), term)
    whole = data.dropna()
    assert set(found.units["unit"]) == set(whole["street"])
    assert streets[3] not in set(found.practices["unit"])
    assert found.units["agrees"].all()
    for row in found.units.itertuples():
        kept = whole[whole["street"] != row.unit]
        assert row.without_it == pytest.approx(np.polyfit(kept[term], kept["满意率"], 1)[0])


def test_a_correction_is_traced_by_its_estimates() -> None:
    segments, codings, rates = planted(12)
    segments = segments.iloc[:-1]
    panel = join_panel(score(codings, segments, by="region_code"), rates)
    given = codings[(codings["code_id"] == "DIM.LAW") & (codings["value"] == 1)]["start"]
    machine = segments["start"].isin(given).astype(int)
    audit = segments.assign(machine=machine, gold=machine, inclusion_probability=1.0)
    formula, term = "满意率 ~ Q('share_DIM.LAW')", "share_DIM.LAW"
    both = correct_scores(panel, formula, term, audit, permutations=99)
    assert isinstance(both, Correction), both
    assert set(trace(both.naive, term).sentences["start"]) == set(given)
    assert isinstance(both.corrected, NotEstimated)  # two documents a district are too few
    assert trace(both.corrected).printed == "未估计"
    with pytest.raises(InputError, match="naive or its corrected"):
        trace(both, term)  # type: ignore[arg-type]


def test_nothing_else_is_changed_by_lineage() -> None:
    panel = panel_of(3)
    bare = panel.data.copy()
    bare.attrs.clear()
    formula = "满意率 ~ Q('share_MODE.M1') + 人口密度"
    plain = Panel(bare, periods=panel.periods)
    options = {"allow_regressors": 2}
    with_it, without = fitted(panel, formula, **options), fitted(plain, formula, **options)
    assert with_it.to_json() == without.to_json()
    assert LINEAGE not in json.loads(with_it.to_json())
    assert with_it.inputs_digest == without.inputs_digest
    assert with_it.lineage is not None
    assert with_it.lineage.lineage is panel.lineage
    assert read_estimate(with_it.to_json()).lineage is None  # type: ignore[union-attr]
    assert "lineage" not in repr(with_it)
    assert "lineage" not in repr(panel)


def test_a_lineage_rides_along_and_is_never_copied() -> None:
    segments, codings, rates = planted(4)
    scores = score(codings, segments, by="region_code")
    lineage = lineage_of(scores)
    assert lineage is not None
    assert copy.deepcopy(lineage) is lineage
    assert copy.copy(lineage) is lineage
    assert lineage_of(scores[scores["share"] > 0.1].assign(more=1)) is lineage
    other = score(codings, segments.iloc[:-1], by="doc_id")
    assert lineage_of(pd.concat([scores, other])) is None  # whose would it be?
    json.dumps(scores.attrs)  # what stores attrs can store it
    again = pickle.loads(pickle.dumps(lineage))
    assert again.read.equals(lineage.read)
    assert again.unit == "region_code"
    with pytest.raises(AttributeError, match="does not change"):
        lineage.unit = "doc_id"
    before = lineage.shares("MODE.M1").to_dict()
    segments["region_code"] = "elsewhere"
    codings["value"] = 0
    assert lineage.shares("MODE.M1").to_dict() == before
    panel = join_panel(scores, rates)
    assert panel.lineage is not None
    assert panel.lineage.read.equals(lineage.read)


ESTIMATES = {
    "weights": lambda panel: regress(panel, "满意率 ~ Q('share_MODE.M1')", weights="人口密度"),
    "rates": lambda panel: fractional_logit(panel, "率 ~ Q('share_MODE.M1')"),
    "beta": lambda panel: beta_regression(panel, "率 ~ Q('share_MODE.M1')"),
    "groups": lambda panel: mixed_model(panel, "满意率 ~ Q('share_MODE.M1')", "片区"),
    "bounded": lambda panel: regress_bounded(
        panel, "满意率", "上界", "Q('share_MODE.M1')", "region_code"
    ),
}


@pytest.mark.parametrize("name", ESTIMATES)
def test_every_kind_of_estimate_keeps_it(name: str) -> None:
    data = panel_of(5).data
    data = data.assign(
        率=data["满意率"] / 100,
        上界=data["满意率"] + np.arange(len(data)) % 2,
        片区=[f"片{number % 8}" for number in range(len(data))],
    )
    made = ESTIMATES[name](data)
    assert isinstance(made, Estimate), made
    found = trace(made, "share_MODE.M1")
    assert found.units["agrees"].all()
    assert len(found.sentences)
    assert "residual" not in found.units  # not the least squares these columns would be of
    labelled = label_declared({"x": made}, ())["x"]
    assert isinstance(labelled, Estimate)
    assert labelled.lineage is made.lineage


def test_a_table_merged_by_hand_says_so() -> None:
    panel = panel_of(6)
    merged = panel.data.merge(planted(6)[2].query("indicator == '满意率'")[["region_code", "note"]])
    found = trace(fitted(merged, "满意率 ~ Q('share_MODE.M1')"), "share_MODE.M1")
    assert len(found.practices) == len(found.sentences) == 0
    assert found.units["agrees"].isna().all()
    assert len(found.units) == 16
    assert any("手工合并" in said.zh and "join_panel" in said.zh for said in found.remarks)


def test_a_share_changed_after_scoring_is_not_passed_off() -> None:
    panel = panel_of(7)
    data = panel.data.copy()
    data.loc[3, "share_MODE.M1"] = 0.123
    found = trace(fitted(data, "满意率 ~ Q('share_MODE.M1')"), "share_MODE.M1")
    wrong = found.units[~found.units["agrees"]]
    assert list(wrong["unit"]) == [data["region_code"][3]]
    assert any("1 行" in said.zh for said in found.remarks)
    assert "与追溯到的不符" in found.chain(str(data["region_code"][3]))


def test_a_renamed_column_is_known_by_its_values() -> None:
    data = panel_of(8).data.rename(columns={"share_MODE.M1": "mode_share"})
    found = trace(fitted(data, "满意率 ~ mode_share"), "mode_share")
    assert set(found.sentences["code_id"]) == {"MODE.M1"}
    assert any("share_MODE.M1" in said.zh for said in found.remarks)
    data = data.assign(other=data["mode_share"] ** 2)
    lost = trace(fitted(data, "满意率 ~ other"), "other")
    assert len(lost.sentences) == 0
    assert any("np.log" in said.zh for said in lost.remarks)


def test_interactions_transformations_groups_and_the_intercept() -> None:
    panel = panel_of(9)
    data = panel.data.assign(片区=[f"片{number % 2}" for number in range(16)])
    formula = "满意率 ~ Q('share_MODE.M1') * np.log(人口密度) + C(片区)"
    estimate = fitted(data, formula, allow_regressors=4)
    both = trace(estimate, "share_MODE.M1:np.log(人口密度)")
    assert {"share_MODE.M1", "人口密度", "满意率"} <= set(both.units.columns)
    assert set(both.sentences["column"]) == {"share_MODE.M1"}
    assert set(both.records["indicator"]) == {"人口密度", "满意率"}
    logged = trace(estimate, "np.log(人口密度)")
    assert set(logged.records["indicator"]) == {"人口密度", "满意率"}
    assert not len(logged.sentences)
    group = trace(estimate, "C(片区)[T.片1]")
    assert "片区" in group.units
    assert any("分组" in said.zh for said in group.remarks)
    level = trace(estimate, "Intercept")
    assert set(level.records["indicator"]) == {"满意率"}
    assert any("截距" in said.zh for said in level.remarks)


def test_a_share_as_the_outcome() -> None:
    found = trace(fitted(panel_of(10), "Q('share_DIM.LAW') ~ 人口密度"), "人口密度")
    assert set(found.sentences["code_id"]) == {"DIM.LAW"}
    assert set(found.records["indicator"]) == {"人口密度"}


def test_what_cannot_be_traced_is_refused_by_name() -> None:
    estimate = fitted(panel_of(1), "满意率 ~ Q('share_MODE.M1')")
    with pytest.raises(InputError, match=r"share_MODE\.M1"):
        trace(estimate, "share_MODE.M9")
    with pytest.raises(InputError, match="Intercept"):
        trace(estimate)
    with pytest.raises(InputError, match="study"):
        trace("practices.n")
    with pytest.raises(InputError, match="DataFrame"):
        trace(pd.DataFrame(), "x")  # type: ignore[arg-type]


def test_an_estimate_read_back_says_where_to_look() -> None:
    stored = read_estimate(fitted(panel_of(1), "满意率 ~ Q('share_MODE.M1')").to_json())
    found = trace(stored, "share_MODE.M1")
    assert len(found.units) == 0
    assert "study=" in found.told()
    assert "study=" in found.told("en")


def test_what_was_not_estimated_says_what_there_was() -> None:
    data = panel_of(1).data.head(5)
    refusal = regress(data, "满意率 ~ Q('share_MODE.M1')")
    assert isinstance(refusal, NotEstimated)
    found = trace(refusal)
    assert "5 行" in found.told()
    assert refusal.reason in found.told()


@pytest.mark.parametrize(
    ("formula", "named"),
    [
        (
            "满意率 ~ Q('share_MODE.M1') + Q('share_DIM.LAW'):np.log(人口密度)",
            "M D 人口密度 满意率",
        ),
        ("满意率 ~ share_MODE.M1", "M 满意率"),  # of a ceiling
        ('[下界, 上界] ~ Q("share_DIM.LAW")*人口密度', "D 人口密度"),
        ("满意率 ~ Q('share_MODE.M10') + 人口密度对数", "满意率"),
    ],
)
def test_a_formula_of_any_verb_names_its_columns(formula: str, named: str) -> None:
    lineage = panel_of(1).lineage
    assert lineage is not None
    full = {"M": "share_MODE.M1", "D": "share_DIM.LAW"}
    assert set(columns_in(formula, lineage)) == {full.get(one, one) for one in named.split()}


def test_simulated_stays_simulated() -> None:
    segments, codings, rates = planted(1)
    panel = join_panel(
        score(codings, segments, by="region_code"), rates.assign(status="模拟", source_tier="模拟")
    )
    found = trace(fitted(panel, "满意率 ~ Q('share_MODE.M1')"), "share_MODE.M1")
    assert found.simulated
    assert "【模拟】" in found.told()
    assert "【模拟】" in found._repr_html_()
    assert is_simulated(found.units)
    assert is_simulated(found.sentences)


def test_units_without_a_name_column() -> None:
    data = panel_of(1).data
    found = trace(
        fitted(data.drop(columns="region_code"), "满意率 ~ Q('share_MODE.M1')"), "share_MODE.M1"
    )
    assert len(found.sentences) == 0
    assert any("region_code" in said.zh for said in found.remarks)
    indexed = trace(
        fitted(data.set_index("region_code"), "满意率 ~ Q('share_MODE.M1')"), "share_MODE.M1"
    )
    assert indexed.units["agrees"].all()
    assert len(indexed.sentences)
    named = data.assign(name=[f"区{number}" for number in range(16)])
    other = trace(fitted(named, "满意率 ~ Q('share_MODE.M1')", labels="name"), "share_MODE.M1")
    assert other.units["agrees"].all()
    assert set(other.units["unit"]) <= set(DISTRICTS)


HOSTILE = '<script>alert(1)</script>\u202e=HYPERLINK("x") {{result:x}} ]]> 𠮷 \x07\n'


def test_hostile_words_stay_words() -> None:
    segments, codings, rates = planted(1)
    segments["text"] = HOSTILE + segments["text"]
    segments["end"] += len(HOSTILE)
    codings["end"] += len(HOSTILE)
    codings["rule"] = "<img src=x onerror=alert(1)>"
    rates["source_url"] = "javascript:alert(1)"
    # the longer stretches overlap, which changes nothing here
    panel = join_panel(score(codings, segments, by="region_code"), rates)
    found = trace(fitted(panel, "满意率 ~ Q('share_MODE.M1')"), "share_MODE.M1")
    page = found._repr_html_()
    assert "<script>alert" not in page
    assert "<img" not in page
    assert "href" not in page
    assert "&lt;script&gt;" in page
    for told in (found.told(), found.told("en"), page, found.chain(DISTRICTS[0])):
        assert "\u202e" not in told
        assert "\x07" not in told
    assert (found.records["url"] == "").all()


def test_the_chain_of_one_unit() -> None:
    found = trace(fitted(panel_of(1), "满意率 ~ Q('share_MODE.M1')"), "share_MODE.M1")
    assert isinstance(found, Trace)
    told = found.chain("110101")
    for row in found.sentences[found.sentences["unit"] == "110101"].itertuples():
        assert row.text in told
        assert f"{row.doc_id}:{row.start}-{row.end}" in told
    assert "110105" not in told
    with pytest.raises(InputError, match="110101"):
        found.chain("999999")
    with pytest.raises(InputError, match="zh"):
        found.told("fr")  # type: ignore[arg-type]


def test_a_panel_of_figures_alone() -> None:
    """Scores read from a file carry no lineage; the figures are known all the same."""
    segments, codings, rates = planted(1)
    scores = score(codings, segments, by="region_code")
    scores.attrs[LINEAGE] = str(scores.attrs[LINEAGE])  # as a stored table gives it back
    panel = join_panel(scores, rates)
    assert isinstance(panel.lineage, Lineage)
    found = trace(fitted(panel, "满意率 ~ Q('share_MODE.M1')"), "share_MODE.M1")
    assert set(found.records["indicator"]) == {"满意率"}
    assert len(found.sentences) == 0
    assert any("share_MODE.M1" in said.zh for said in found.remarks)


class Run:
    """A run of one estimate."""

    def __init__(self, estimate: Estimate) -> None:
        self.estimate = estimate

    def estimates(self) -> list[tuple[str, str, Estimate]]:
        return [("step", "name", self.estimate)]

    def rows_of(self, estimate: Estimate) -> object:
        return estimate.lineage


@pytest.mark.parametrize("seed", [33, 51])
def test_what_would_change_does_change(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """A place that turns a coefficient alone turns it when it is recoded and all is counted anew."""
    from pbgov.reporting.tracing import changes
    from pbgov.reporting.tracing.place import Place

    term, formula = "share_MODE.M1", "满意率 ~ Q('share_MODE.M1')"
    segments, codings, rates = planted(seed)
    segments = segments.iloc[:-1]  # each segment of one district
    panel = join_panel(score(codings, segments, by="region_code"), rates)
    estimate = fitted(panel, formula)
    value = float(estimate.terms.set_index("term")["estimate"][term])
    made: list[object] = []

    def once(*arguments: object, **options: object) -> object:  # the same for every place
        if not made:
            made.append(changes_made(*arguments, **options))
        return made[0]

    changes_made = changes.fragility
    monkeypatch.setattr(changes, "fragility", once)
    alone = 0
    for row in segments.itertuples():
        place = Place(row.doc_id, row.start, row.end)
        key = {"step": "step", "name": "name", "term": term, "estimated": True}
        rows, remarks = changes.changes_of(
            place,
            [key | {"unit": row.region_code}],
            Run(estimate),  # type: ignore[arg-type]
        )
        assert remarks == ()
        for change in rows:
            if change["by"] == "leave_one_out":
                kept = panel.data[panel.data["region_code"] != change["unit"]]
                again = fitted(kept, formula)
            elif change["alone"] and change["question"] == "sign":
                again = _recoded(codings, segments, rates, place, formula)
                alone += 1
            else:
                continue
            other = float(again.terms.set_index("term")["estimate"][term])
            assert np.sign(other) != np.sign(value)
    assert alone


def _recoded(
    codings: pd.DataFrame,
    segments: pd.DataFrame,
    rates: pd.DataFrame,
    place: tuple[str, int, int],
    formula: str,
) -> Estimate:
    """The estimate after the judgement of MODE.M1 on one segment was turned over."""
    here = (codings["code_id"] == "MODE.M1") & (codings["start"] == place[1])
    if here.any():
        other = codings.copy()
        other.loc[here, "value"] = 1 - other.loc[here, "value"]
    else:
        row = dict(zip(("doc_id", "start", "end"), place, strict=True))
        row |= {"code_id": "MODE.M1", "coder": "author", "value": 1}
        other = pd.concat([codings, pd.DataFrame([row])], ignore_index=True)
    return fitted(join_panel(score(other, segments, by="region_code"), rates), formula)


def test_a_share_of_practices_is_not_asked_about_segments() -> None:
    from pbgov.reporting.tracing.changes import changes_of
    from pbgov.reporting.tracing.place import Place

    estimate = fitted(panel_of(3, once=True), "满意率 ~ Q('share_MODE.M1')")
    row = planted(3)[0].iloc[4]
    key = {"step": "step", "name": "name", "term": "share_MODE.M1", "estimated": True}
    rows, remarks = changes_of(
        Place(row["doc_id"], int(row["start"]), int(row["end"])),
        [key | {"unit": row["region_code"]}],
        Run(estimate),  # type: ignore[arg-type]
    )
    assert all(change["by"] == "leave_one_out" for change in rows)
    assert any("只计一次" in said.zh for said in remarks)
