"""Change over years: years by rule, rates by hand, intervals of statsmodels, and what is confounded said."""

from __future__ import annotations

import itertools

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from scipy.stats import binom, poisson
from scipy.stats import t as student

import pbgov
from pbgov.errors import InputError
from pbgov.exhibits.lines import PAGE_HEIGHT
from pbgov.exhibits.style import PALETTE
from pbgov.exhibits.timeline import figure_change, figure_timeline
from pbgov.inference.words.word_rates import poisson_interval, ratio_interval
from pbgov.mining.change import change_over_years, year_of


@pytest.fixture(scope="module")
def lexicon(root):
    return pbgov.read_lexicon(root / "data" / "lexicon")


def corpus(texts: dict[str, tuple[str, str]]) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Segments and documents from {doc_id: (published, text)}."""
    segments = pd.DataFrame(
        [
            (doc, f"{doc}/p1", f"{doc}/p1", "paragraph", 0, len(text), "", text)
            for doc, (_, text) in texts.items()
        ],
        columns=["doc_id", "segment_id", "paragraph_id", "kind", "start", "end", "heading", "text"],
    )
    documents = pd.DataFrame(
        [(doc, published or float("nan")) for doc, (published, _) in texts.items()],
        columns=["doc_id", "published"],
    )
    return segments, documents.astype("str")


@pytest.mark.parametrize(
    ("published", "year"),
    [
        ("2020年第5期", 2020),
        ("2017-01-25", 2017),
        ("20240112", 2024),
        ("202401", 2024),
        ("《前线》2020（4）", 2020),
        ("二〇二〇年五月", 2020),
        ("一九九八年", 1998),
        ("2020年1月，2020年2月重印", 2020),
        ("2019—2020", None),
        ("第5期", None),
        ("12345", None),
        ("20201399", None),
        ("总第1987654期", None),
        ("", None),
        (float("nan"), None),
    ],
)
def test_the_year_is_read_by_the_stated_rule(published, year):
    found, reason = year_of(published)
    assert found == year
    assert bool(reason) == (year is None)


def test_rates_by_hand(lexicon):
    segments, documents = corpus(
        {
            "a": ("2019", "养老，护理，养老，医院"),
            "b": ("2021年第1期", "养老，企业，投资"),
            "c": ("2021-05-06", "企业，企业，企业，企业，养老"),
        }
    )
    found = change_over_years(segments, documents, lexicon, ["养老", "企业"])
    rates = found.rates.set_index(["term", "year"])
    assert rates.loc[("养老", 2019), ["count", "n_words", "n_documents"]].tolist() == [2, 4, 1]
    assert rates.loc[("养老", 2019), "per_thousand"] == 500
    row = rates.loc[("企业", 2021)]
    assert row[["count", "n_words", "n_documents", "n_documents_with"]].tolist() == [5, 8, 2, 2]
    assert rates.loc[("企业", 2019), "count"] == 0
    assert rates.loc[("企业", 2019), "poisson_low"] == 0
    assert np.isnan(rates.loc[("养老", 2019), "documents_low"])
    assert not found.confounded
    assert "2019 年只有一篇文档" in str(found)


def test_the_exact_interval_is_the_one_that_inverts_the_test():
    for count in (0, 1, 7, 40):
        low, high = poisson_interval(count, 250.0)
        assert poisson.cdf(count, 250 * high) == pytest.approx(0.025)
        if count:
            assert poisson.sf(count - 1, 250 * low) == pytest.approx(0.025)
        else:
            assert low == 0


def test_the_interval_over_documents_is_that_of_a_clustered_poisson_regression():
    counts, sizes = np.array([3, 0, 8, 2, 5]), np.array([900, 400, 1500, 700, 1200])
    fit = sm.GLM(counts, np.ones(5), family=sm.families.Poisson(), offset=np.log(sizes)).fit(
        cov_type="HC0"
    )
    std_error = fit.bse[0] * np.sqrt(5 / 4)
    reach = student.isf(0.025, 4) * std_error
    low, high = ratio_interval(counts, sizes)
    assert low == pytest.approx(np.exp(fit.params[0] - reach))
    assert high == pytest.approx(np.exp(fit.params[0] + reach))
    assert np.isnan(ratio_interval(counts[:1], sizes[:1])).all()
    assert np.isnan(ratio_interval(np.zeros(3), sizes[:3])).all()


def test_intervals_over_documents_hold_where_words_come_in_clusters_and_poisson_ones_do_not():
    """Documents with rates of their own: 95 % of one kind of interval holds the true rate."""
    random = np.random.default_rng(4)
    n, true = 400, 0.01
    held = {"documents": 0, "poisson": 0}
    for _ in range(n):
        sizes = random.integers(800, 3000, 12)
        counts = random.poisson(sizes * random.gamma(2, true / 2, 12))
        low, high = ratio_interval(counts, sizes)
        held["documents"] += low <= true <= high
        low, high = poisson_interval(int(counts.sum()), float(sizes.sum()))
        held["poisson"] += low <= true <= high
    assert held["documents"] >= binom.ppf(0.001, n, 0.90)
    assert held["documents"] <= binom.ppf(0.999, n, 0.97)
    assert held["poisson"] < 0.6 * n


def test_documents_without_year_or_text_are_listed_and_a_shared_year_is_told(lexicon):
    segments, documents = corpus(
        {
            "a": ("2019", "养老，护理"),
            "b": ("第3期", "养老"),
            "c": ("", "养老"),
            "d": ("2020", "养老，医院"),
        }
    )
    documents.loc[len(documents)] = ["e", "2021"]
    found = change_over_years(segments, documents, lexicon, ["养老"])
    reasons = found.documents.set_index("doc_id")["reason"]
    assert reasons.isna().tolist() == [True, False, False, True, False]
    assert "没有发表时间" in reasons["c"]
    assert "没有读到正文" in reasons["e"]
    assert found.rates["count"].sum() == 2
    assert found.confounded
    assert "完全重合" in str(found)
    assert "b、c、e" in str(found)


def test_a_term_that_is_cut_otherwise_is_not_silently_zero(lexicon):
    segments, documents = corpus({"a": ("2019", "养老护理，老护"), "b": ("2019", "护理")})
    terms = change_over_years(segments, documents, lexicon, ["老护", "护理"]).terms
    assert terms["count"].tolist() == [0, 2]
    assert terms["n_in_text"].tolist() == [2, 2]
    assert terms["reason"].isna().tolist() == [False, True]


def test_rates_agree_with_count_terms_on_the_shipped_corpus(root, lexicon):
    read = pbgov.read_corpus(root / "data" / "cases")
    segments = pd.concat(
        [corpus({document.doc_id: ("", document.text)})[0] for document in read],
        ignore_index=True,
    )
    found = change_over_years(segments, read.documents, lexicon, ["治理", "党建"])
    counts = pbgov.count_terms(segments, lexicon)
    for term in ("治理", "党建"):
        total = counts.loc[counts["term"].eq(term), "count"].sum()
        assert found.rates.loc[found.rates["term"].eq(term), "count"].sum() == total
    assert found.n_documents.to_dict() == {2017: 1, 2020: 2, 2022: 1, 2024: 1}


def test_misuse_is_refused(lexicon):
    segments, documents = corpus({"a": ("2019", "养老"), "b": ("", "养老")})
    for terms in ("养老", []):
        with pytest.raises(InputError, match="list of terms"):
            change_over_years(segments, documents, lexicon, terms)
    with pytest.raises(InputError, match="no column 'published'"):
        change_over_years(segments, documents[["doc_id"]], lexicon, ["养老"])
    with pytest.raises(InputError, match="no row for 'b'"):
        change_over_years(segments, documents.iloc[:1], lexicon, ["养老"])
    with pytest.raises(InputError, match="has a year"):
        change_over_years(segments[1:], documents, lexicon, ["养老"])
    with pytest.raises(InputError, match="above 0"):
        poisson_interval(1, 0)
    with pytest.raises(InputError, match="no words"):
        ratio_interval(np.array([1, 2]), np.array([0, 2]))


def test_simulated_segments_give_simulated_rates(lexicon):
    segments, documents = corpus({"a": ("2019", "养老"), "b": ("2020", "养老")})
    found = change_over_years(pbgov.mark_simulated(segments), documents, lexicon, ["养老"])
    assert pbgov.is_simulated([found.rates])
    assert pbgov.is_simulated([found.documents])


# ---- in print ---------------------------------------------------------------------------------


def timeline(*rows: tuple[str, str, str, str]) -> pd.DataFrame:
    table = pd.DataFrame(rows, columns=["date", "event", "level", "source_tier"])
    return table.assign(place="某市", role="文件", source_url="无")


def test_events_stand_where_their_dates_are(lexicon):
    segments, documents = corpus({"a": ("2019", "养老，护理"), "b": ("2021", "养老")})
    change = change_over_years(segments, documents, lexicon, ["养老", "护理"])
    events = timeline(
        ("2020-03-01", "乙", "市", "A"), ("2019", "甲", "区", "B"), ("2020-03", "丙", "市", "B")
    )
    exhibit = figure_timeline(events, source="人造数据", change=change)
    lanes, rates, listed = exhibit.draw().axes
    spans = sorted(
        tuple(line.get_xdata())
        for line in lanes.lines
        if len(set(line.get_ydata())) == 1 and line.get_color() == PALETTE[2]
    )
    march_first, april_first = 2020 + 60 / 366, 2020 + 91 / 366  # 2020 is a leap year
    assert spans == [
        pytest.approx((2019, 2020), abs=1e-9),
        pytest.approx((march_first, march_first + 1 / 366), abs=1e-9),
        pytest.approx((march_first, april_first), abs=1e-9),
    ]
    assert [text.get_text() for text in listed.texts] == [
        "1  2019  甲",
        "2  2020-03  丙",
        "3  2020-03-01  乙",
    ]
    assert lanes.get_xlim() == rates.get_xlim()
    points = [line for line in rates.lines if line.get_label() == "养老"]
    assert list(points[0].get_ydata()) == [500, 1000]
    assert points[0].get_linestyle() == "None", "one document a year is no line"
    note = exhibit.notes()[0]
    assert "A，1 个" in note
    assert "完全重合" in note


def test_numbers_of_crowded_events_do_not_cover_one_another():
    events = timeline(*((f"2019-0{n % 3 + 1}", f"第 {n} 件", "市", "A") for n in range(12)))
    figure = figure_timeline(events, source="人造数据").draw()
    figure.draw_without_rendering()
    plates = [text.get_bbox_patch().get_window_extent() for text in figure.axes[0].texts]
    assert len(plates) == 12
    assert not any(one.overlaps(other) for one, other in itertools.combinations(plates, 2))


def test_the_shipped_timeline_fits_a_page_without_a_missing_glyph(root):
    events = pd.read_csv(root / "data" / "timeline" / "policy_timeline.csv", dtype="str")
    exhibit = figure_timeline(events, source="data/timeline")
    figure = exhibit.draw()
    assert figure.get_size_inches()[1] * 2.54 < PAGE_HEIGHT + 1
    figure.draw_without_rendering()
    listed = [text.get_window_extent() for text in figure.axes[-1].texts]
    assert all(figure.bbox.x0 <= box.x0 and box.x1 <= figure.bbox.x1 for box in listed)
    assert not any(one.overlaps(other) for one, other in itertools.pairwise(listed))
    assert "〓" not in exhibit.notes()[0]


def test_the_figure_of_rates_joins_points_only_where_every_year_has_two_documents(lexicon):
    texts = {
        f"{n}": (str(2019 + n % 2), "养老，护理，医院" if n % 3 else "养老") for n in range(12)
    }
    found = change_over_years(*corpus(texts), lexicon, ["养老"])
    axes = figure_change(found, source="人造数据").draw().axes[0]
    assert axes.lines[0].get_linestyle() == "-"
    bars = [segment for bar in axes.collections for segment in bar.get_segments()]
    ends = [sorted(point[1] for point in bar) for bar in bars]
    for (low, high), row in zip(ends, found.rates.to_dict("records"), strict=True):
        assert low == pytest.approx(row["documents_low"])
        assert high == pytest.approx(row["documents_high"])


@pytest.mark.parametrize("date", ["2019-13", "2019-02-30", "2019年", "19-01"])
def test_a_date_that_is_none_is_refused(date):
    with pytest.raises(InputError, match="is none"):
        figure_timeline(timeline((date, "甲", "市", "A")), source="人造数据")


def test_more_than_a_page_holds_is_refused(lexicon):
    events = timeline(*(("2019", f"第 {n} 件", "市", "A") for n in range(33)))
    with pytest.raises(InputError, match="33 events"):
        figure_timeline(events, source="人造数据")
    with pytest.raises(InputError, match="no event"):
        figure_timeline(events[:0], source="人造数据")
    segments, documents = corpus({"a": ("2019", "养老")})
    many = change_over_years(segments, documents, lexicon, list("甲乙丙丁戊己"))
    with pytest.raises(InputError, match="6 terms"):
        figure_change(many, source="人造数据")
