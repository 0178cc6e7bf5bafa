"""The learned coder held to scikit-learn, to hand-made text, to planted truths and to known leaks."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import pbgov
from pbgov.coding.codings import read_codings, read_states
from pbgov.coding.journal import Journal, Stretch
from pbgov.coding.learned import LearnedCoder, NotTrained, train_coder
from pbgov.coding.learning.active import next_batch
from pbgov.coding.learning.calibration import brier_score, check_calibration
from pbgov.coding.learning.curve import learning_curve
from pbgov.coding.learning.features import count_features, learn_weighting, words_of
from pbgov.coding.learning.figures import macro_f1_of_draws
from pbgov.coding.learning.folds import find_overlaps, find_repeats, make_folds
from pbgov.coding.learning.linear import find_strength, fit_linear, log_probabilities
from pbgov.coding.measures.reliability import cluster_draws, cohen_kappa, macro_f1
from pbgov.corpus.document import digest_text
from pbgov.errors import InputError
from pbgov.exhibits.learned import (
    figure_calibration,
    figure_learning_curve,
    table_learned_coder,
)
from pbgov.mining.tokens import Tokenizer

if TYPE_CHECKING:
    from pathlib import Path

    from pbgov.coding.codebook import Codebook

FILLER = "街道社区工作日常安排会议通知材料汇总人员名单时间地点情况说明后续跟进落实完成记录存档"
CUES = {"MODE.M1": "成立联合支部", "MODE.M2": "居民协商议事", "MODE.M3": "疫情防控值守"}


@pytest.fixture(scope="module")
def codebook(root: Path) -> Codebook:
    return pbgov.read_codebook(root / "data" / "codebook")


@pytest.fixture(scope="module")
def tokenizer() -> Tokenizer:
    return Tokenizer([])


def made(rows: list[tuple[str, str, str]], coder: str = "甲") -> tuple[pd.DataFrame, pd.DataFrame]:
    """Segments and codings from (group, text, codes); codes joined by +, a ? marks a secondary one."""
    table = pd.DataFrame(rows, columns=["paragraph_id", "text", "codes"])
    table["doc_id"] = "d"
    table["end"] = table["text"].str.len().cumsum()
    table["start"] = table["end"] - table["text"].str.len()
    table["segment_id"] = [f"s{number:03d}" for number in range(len(table))]
    table["heading"] = "标题"
    codings = [
        {
            "doc_id": row.doc_id,
            "start": row.start,
            "end": row.end,
            "code_id": code.rstrip("?!"),
            "coder": coder,
            "value": int(not code.endswith("!")),
            "status": "judged",
            "memo": "次要" if code.endswith("?") else None,
            "text_digest": digest_text(row.text),
            "segment_id": row.segment_id,
        }
        for row in table.itertuples()
        for code in row.codes.split("+")
        if code
    ]
    codings = pd.DataFrame(codings)
    return table.drop(columns="codes"), codings.astype({"memo": "str"}) if len(codings) else codings


def planted(
    n_groups: int = 24, per_group: int = 3, signal: float = 1.0, seed: int = 0
) -> list[tuple[str, str, str]]:
    """Paragraphs of one code each, whose words speak for it in a share of the sentences."""
    generator = np.random.default_rng(seed)
    rows = []
    for group in range(n_groups):
        code = list(CUES)[group % len(CUES)]
        for _ in range(per_group):
            filler = "".join(generator.choice(list(FILLER), 14))
            cue = CUES[code] if generator.random() < signal else ""
            rows.append((f"g{group:02d}", f"{filler[:7]}{cue}{filler[7:]}。", code))
    return rows


def teach(rows: list[tuple[str, str, str]], codebook: Codebook, **asked: Any) -> Any:
    segments, codings = made(rows)
    asked = {"family": "MODE", "coder": "甲", "seed": 1, "n_boot": 300} | asked
    return train_coder(codings, segments, codebook, **asked)


@pytest.fixture(scope="module")
def good(codebook: Codebook) -> LearnedCoder:
    coder = teach(planted(), codebook)
    assert isinstance(coder, LearnedCoder)
    return coder


def over_all(coder: LearnedCoder) -> pd.DataFrame:
    figures = coder.figures
    return figures[figures["code_id"] == "*"].set_index("method")


# ---- features and folds ---------------------------------------------------------------------------


def test_features_of_a_fold_are_those_of_a_pipeline_that_saw_only_that_fold(
    tokenizer: Tokenizer,
) -> None:
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.pipeline import FeatureUnion

    texts = [text for _, text, _ in planted(5)] + ["Ａ区 abc Abc，“两新”组织 2  3！", "新词\n新词"]
    rows, others = np.array([0, 2, 5, 7, 11, 15]), np.array([1, 3, 14, 16])
    cut = [words_of(tokenizer.cut_many([text]))[0] for text in texts]

    def pipeline(texts_of: list[int]) -> FeatureUnion:
        runs = TfidfVectorizer(analyzer="char", ngram_range=(1, 3), sublinear_tf=True)
        words = TfidfVectorizer(analyzer=lambda text: cut[texts.index(text)], sublinear_tf=True)
        union = FeatureUnion([("runs", runs), ("words", words)])
        union.fit([texts[place] for place in texts_of])
        return union

    expected = pipeline(rows.tolist()).transform([texts[place] for place in others]).toarray()
    counts = count_features(texts, tokenizer)
    ours = learn_weighting(counts, rows).apply(counts, others).toarray()
    seen = learn_weighting(counts, rows)
    kept = np.concatenate([seen.weights["runs"], seen.weights["words"]]) > 0
    np.testing.assert_allclose(ours[:, kept], expected, atol=1e-12)
    assert (ours[:, ~kept] == 0).all()


def test_new_texts_are_counted_in_the_columns_of_those_that_taught(tokenizer: Tokenizer) -> None:
    taught = count_features(["成立联合支部", "开展志愿服务"], tokenizer)
    new = count_features(["联合支部与从未见过的鳄鱼", "   "], tokenizer, taught)
    for block in ("runs", "words"):
        assert new.rows[block].shape[1] == taught.rows[block].shape[1]
        assert new.rows[block][1].nnz == 0
    assert "鳄" not in new.names["runs"]


@given(
    st.lists(st.tuples(st.integers(0, 2), st.integers(0, 30)), min_size=12, max_size=80),
    st.integers(0, 5),
)
@settings(max_examples=40, deadline=None)
def test_no_fold_tears_a_group(pairs: list[tuple[int, int]], seed: int) -> None:
    labels, groups = (np.array(each) for each in zip(*pairs, strict=True))
    folds = make_folds(labels, groups, seed)
    home = {group: set(folds.of[groups == group]) for group in groups}
    assert all(len(numbers) == 1 for numbers in home.values())
    n_groups = len(set(groups.tolist()))
    assert folds.one_by_one == (n_groups <= 20)
    if folds.one_by_one:
        assert len(folds.numbers) == n_groups
    np.testing.assert_array_equal(folds.of, make_folds(labels, groups, seed).of)


def test_repeats_are_found_between_groups_and_not_within() -> None:
    texts = [
        "党员到社区报到，认领岗位。",
        "党员到社区报到、认领岗位",
        "企业安全生产检查",
        "短",
        "短。",
    ]
    found = find_repeats(texts, np.array([0, 1, 2, 3, 3]))
    assert found[["first", "second"]].to_numpy().tolist() == [[0, 1]]
    assert find_repeats(texts, np.array([0, 0, 2, 3, 4]))[
        ["first", "second"]
    ].to_numpy().tolist() == [[3, 4]]


def test_overlaps_are_those_of_a_look_at_every_pair() -> None:
    generator = np.random.default_rng(5)
    starts = generator.integers(0, 60, 40)
    table = pd.DataFrame({"doc_id": generator.choice(["a", "b"], 40), "start": starts})
    table["end"] = starts + generator.integers(1, 15, 40)
    table = table.sort_values(["doc_id", "start", "end"], ignore_index=True)
    groups = generator.integers(0, 3, 40)
    spans = [(row.doc_id, {*range(row.start, row.end)}) for row in table.itertuples()]
    expected = {
        (first, second): len(spans[first][1] & spans[second][1])
        / min(len(spans[first][1]), len(spans[second][1]))
        for second in range(40)
        for first in range(second)
        if spans[first][0] == spans[second][0]
        and spans[first][1] & spans[second][1]
        and groups[first] != groups[second]
    }
    found = find_overlaps(table, groups)
    pairs = zip(found["first"], found["second"], strict=True)
    assert dict(zip(pairs, found["likeness"], strict=True)) == pytest.approx(expected)
    assert expected


def test_the_records_of_an_organisation_are_held_out_together(codebook: Codebook) -> None:
    rows = planted(n_groups=12)
    segments, codings = made(rows)
    segments["organisation"] = [f"单位{int(group[1:]) % 8}" for group, *_ in rows]
    coder = train_coder(
        codings,
        segments,
        codebook,
        family="MODE",
        coder="甲",
        seed=1,
        group="organisation",
        n_boot=50,
    )
    homes = coder.predictions.merge(segments, on="segment_id").groupby("organisation")["fold"]
    assert (homes.nunique() == 1).all()
    assert coder.n_groups == 8
    assert "组织" in coder.folds[0]


# ---- the model and its probabilities ----------------------------------------------------------------


@pytest.mark.parametrize("n_classes", [2, 4])
def test_the_model_is_scikit_learns_whatever_coordinates_it_is_fitted_in(n_classes: int) -> None:
    from scipy.sparse import csr_matrix
    from sklearn.linear_model import LogisticRegression

    generator = np.random.default_rng(n_classes)
    dense = generator.random((30, 90)) * (generator.random((30, 90)) < 0.3)
    dense[7] = dense[3]  # linearly dependent texts
    features = csr_matrix(dense)
    classes = generator.integers(0, n_classes, 30)
    fitted = fit_linear(features, classes, n_classes + 1)
    reference = LogisticRegression(class_weight="balanced", tol=1e-9, max_iter=9999)
    reference.fit(features.toarray(), classes)
    ours = np.exp(
        log_probabilities(fitted.scores(features)[:, :n_classes], np.zeros(n_classes), 1.0)
    )
    np.testing.assert_allclose(ours, reference.predict_proba(features.toarray()), atol=2e-4)
    assert fitted.log_prior[n_classes] == -np.inf
    np.testing.assert_allclose(np.exp(fitted.log_prior[:n_classes]), np.bincount(classes) / 30)


def test_strength_is_found_where_the_scores_were_scaled_by_a_known_factor() -> None:
    generator = np.random.default_rng(4)
    evidence = generator.normal(size=(20_000, 3))
    log_prior = np.log([0.6, 0.3, 0.1])
    probabilities = np.exp(log_probabilities(evidence, log_prior, 2.5))
    classes = (generator.random((20_000, 1)) > probabilities.cumsum(axis=1)).sum(axis=1)
    found = find_strength(evidence, np.broadcast_to(log_prior, evidence.shape), classes)
    assert found == pytest.approx(2.5, rel=0.04)
    shuffled = generator.permutation(classes)
    noise = find_strength(evidence, np.broadcast_to(log_prior, evidence.shape), shuffled)
    assert noise == pytest.approx(0, abs=0.05)


def test_few_texts_told_without_error_do_not_make_for_certainty() -> None:
    scores = np.array([[1.0, -1.0], [-1.0, 1.0]] * 4)
    log_prior = np.log(np.full((8, 2), 0.5))
    strength = find_strength(scores, log_prior, np.array([0, 1] * 4))
    assert np.exp(log_probabilities(scores, log_prior, strength)).max() < 0.97


def test_brier_score_is_that_of_scikit_learn() -> None:
    from sklearn.metrics import brier_score_loss

    generator = np.random.default_rng(2)
    truth = generator.integers(0, 2, 50)
    present = generator.random(50)
    both = np.column_stack([1 - present, present])
    expected = 2 * brier_score_loss(truth, present)  # ours sums over both classes
    assert brier_score(both, np.eye(2)[truth]) == pytest.approx(expected)


def test_calibration_by_hand() -> None:
    told = np.repeat([0.1, 0.3, 0.5, 0.7, 0.9], 10)
    right = np.concatenate([np.arange(10) < n for n in (1, 3, 5, 7, 5)])
    classes = np.column_stack([told, 1 - told])
    truth = np.column_stack([right, ~right]).astype(float)
    checked = check_calibration(classes, classes, truth, told, right, np.arange(50), n_texts=50)
    assert checked.table["n"].tolist() == [10] * 5
    np.testing.assert_allclose(checked.table["observed"], [0.1, 0.3, 0.5, 0.7, 0.5])
    assert checked.expected_error == pytest.approx(0.4 / 5)
    few = check_calibration(classes, classes, truth, told, right, np.arange(50), n_texts=49)
    assert few.reason is not None
    assert "49" in few.reason[0]
    assert np.isnan(few.brier)
    assert few.table.empty


def test_macro_f1_of_draws_is_that_of_the_drawn_segments() -> None:
    generator = np.random.default_rng(6)
    a, b = generator.random((2, 30, 3)) < 0.4
    draws = cluster_draws(np.arange(30) // 3, 20, seed=3)
    expected = [
        macro_f1(np.repeat(a, times, axis=0), np.repeat(b, times, axis=0))
        for times in draws.astype(int)
    ]
    np.testing.assert_allclose(macro_f1_of_draws(a, b, draws), expected)


# ---- what is found, and what is not -------------------------------------------------------------------


def test_a_planted_truth_is_found_and_trusted(good: LearnedCoder, codebook: Codebook) -> None:
    learned = over_all(good).loc["learned"]
    assert learned["accuracy"] > 0.95
    assert good.trusted
    assert good.conditions["passed"].all()
    new = made([("n", f"{FILLER[5:12]}{cue}{FILLER[20:26]}。", "") for cue in CUES.values()])[0]
    new["doc_id"] = "new"
    codings = good.as_coder()(new)
    assert codings["code_id"].tolist() == list(CUES)
    for row, cue in zip(codings.itertuples(), CUES.values(), strict=True):
        text = new.loc[new["segment_id"] == row.segment_id, "text"].iloc[0]
        start = new.loc[new["segment_id"] == row.segment_id, "start"].iloc[0]
        words = text[row.evidence_start - start : row.evidence_end - start]
        assert set(words) & set(cue)
        assert len(words) <= len(text) / 2
        assert row.rule.startswith(f"learned:{good.digest} p")
        assert any(word in cue for word in row.rule.split(" ")[2].split("+"))
    assert (codings["status"] == "suggested").all()
    assert (codings["coder"] == "learned").all()
    assert codings["memo"].isna().all()
    assert (codings["codebook_version"] == codebook.version).all()


def test_figures_are_those_of_the_predictions_told(good: LearnedCoder) -> None:
    from sklearn.metrics import f1_score

    told = good.predictions
    learned = over_all(good).loc["learned"]
    assert learned["accuracy"] == pytest.approx((told["observed"] == told["told"]).mean())
    assert learned["kappa"] == pytest.approx(
        cohen_kappa(told["observed"].to_numpy(str), told["told"].to_numpy(str))
    )
    expected = f1_score(told["observed"], told["told"], average="macro")
    assert learned["macro_f1"] == pytest.approx(expected)
    assert learned["coverage"] == pytest.approx((told["probability"] >= 0.7).mean())
    np.testing.assert_allclose(told[[f"p {code}" for code in CUES]].sum(axis=1), 1)
    assert over_all(good).loc["majority of all", "accuracy"] == pytest.approx(1 / 3)


def test_labels_that_say_nothing_are_not_trusted(codebook: Codebook) -> None:
    trusted = []
    for seed in range(6):
        rows = planted(signal=1.0, seed=seed)
        codes = np.random.default_rng(seed).permutation([code for *_, code in rows])
        mixed = [(group, text, code) for (group, text, _), code in zip(rows, codes, strict=True)]
        coder = teach(mixed, codebook, seed=seed)
        trusted.append(coder.trusted)
        assert coder.code(made(mixed)[0])["memo"].eq("仅供参考").all()
    assert not any(trusted)


def test_who_is_not_trusted_is_no_coder_and_says_why(codebook: Codebook) -> None:
    coder = teach(planted(n_groups=6), codebook)
    assert not coder.trusted  # right on everything, yet six groups
    assert over_all(coder).loc["learned", "accuracy"] > 0.9
    with pytest.raises(InputError, match="6 groups, to be 10 or more"):
        coder.as_coder()
    assert "仅供参考" in coder.verdict[0]
    assert "6 组" in coder.verdict[0]


def test_a_text_that_stands_in_two_groups_is_seen_and_does_not_teach(codebook: Codebook) -> None:
    generator = np.random.default_rng(3)
    rows = []
    for pair in range(15):  # each text twice, in two groups, with the same random code
        text = "".join(generator.choice(list(FILLER), 20, replace=False)) + "。"
        code = list(CUES)[generator.integers(3)]
        rows += [(f"a{pair}", text, code), (f"b{pair}", text.replace("。", "；"), code)]
    coder = teach(rows, codebook)
    assert len(coder.repeats) == 15
    assert (coder.repeats["group_a"] != coder.repeats["group_b"]).all()
    assert any("相同" in remark for remark in coder.remarks)
    figures = over_all(coder)
    assert figures.loc["learned", "accuracy"] < 0.6
    assert figures.loc["learned, groups torn", "accuracy"] > 0.8  # the leak, in full view
    assert not coder.trusted


def test_words_that_only_name_the_group_show_up_as_torn_groups(codebook: Codebook) -> None:
    generator = np.random.default_rng(9)
    rows = []
    for group in range(18):
        code = list(CUES)[generator.integers(3)]
        name = "".join(chr(0x4E00 + 40 * group + place) for place in range(3))
        for _ in range(5):
            filler = "".join(generator.choice(list(FILLER), 10))
            rows.append((f"g{group}", f"{filler}{name}{filler[:3]}。", code))
    figures = over_all(teach(rows, codebook))
    gap = figures.loc["learned, groups torn", "accuracy"] - figures.loc["learned", "accuracy"]
    assert gap > 0.4
    assert figures.loc["learned, groups torn", "gain"] == pytest.approx(-gap)


def test_a_class_of_one_group_is_never_told_where_it_is_held_out(codebook: Codebook) -> None:
    rows = [*planted(n_groups=9), *[("alone", "专门的一段文字都在这里。", "MODE.M4")] * 2]
    rows[-1] = ("alone", "另一段专门的文字也在这里。", "MODE.M4")
    coder = teach(rows, codebook)
    classes = coder.classes.set_index("code_id")
    assert not classes.loc["MODE.M4", "can_be_held_out"]
    assert classes.loc["MODE.M4", "recall"] == 0
    assert classes.drop("MODE.M4")["can_be_held_out"].all()
    assert any("MODE.M4" in remark for remark in coder.remarks)


def test_nothing_is_given_below_the_confidence(codebook: Codebook) -> None:
    rows = planted(n_groups=12, signal=0.6, seed=4)
    segments = made(rows)[0]
    low, high = (teach(rows, codebook, confidence=share) for share in (0.5, 0.9))
    assert over_all(high).loc["learned", "coverage"] < over_all(low).loc["learned", "coverage"]
    for coder in (low, high):
        covered = coder.predictions[coder.predictions["covered"]]
        assert over_all(coder).loc["learned, covered", "n"] == len(covered)
        expected = (covered["observed"] == covered["told"]).mean()
        assert over_all(coder).loc["learned, covered", "accuracy"] == pytest.approx(expected)
        codings = coder.code(segments)  # its own teachers: told by models that did not see them
        assert codings["segment_id"].tolist() == covered["segment_id"].tolist()
        assert codings["code_id"].tolist() == covered["told"].tolist()


def test_read_without_a_code_is_learned_as_no_code(codebook: Codebook) -> None:
    rows = planted(n_groups=15)
    empty = [(f"e{n}", f"{FILLER[n : n + 9]}无关内容说明。", "") for n in range(20)]
    segments, codings = made([*rows, *empty])
    bounds = segments.loc[segments["paragraph_id"].str.startswith("e"), ["doc_id", "start", "end"]]
    states = bounds.assign(coder="甲", state="read", segment_id=float("nan"))
    states.iloc[:2, states.columns.get_loc("state")] = "doubtful"
    coder = train_coder(
        codings, segments, codebook, family="MODE", coder="甲", seed=1, n_boot=100, states=states
    )
    assert isinstance(coder, LearnedCoder)
    assert coder.n == len(rows) + 18
    classes = coder.classes.set_index("code_id")
    assert classes.loc["none", "n"] == 18
    assert classes.loc["none", "recall"] > 0.8
    new = made([("x", f"{FILLER[3:10]}无关内容说明。", "")])[0].assign(doc_id="new")
    assert coder.code(new).empty
    without = train_coder(
        codings, segments, codebook, family="MODE", coder="甲", seed=1, n_boot=100
    )
    assert without.n == len(rows)
    of_another = states.assign(coder="乙", families="MODE")
    for silent in (states.assign(coder="乙"), of_another, states.assign(families="INNOV;DIM")):
        other = train_coder(
            codings, segments, codebook, family="MODE", coder="甲", seed=1, n_boot=50, states=silent
        )
        assert other.n == len(rows)  # read by somebody else, or for other families


def test_a_journal_teaches_codes_and_silence(tmp_path: Path, codebook: Codebook) -> None:
    rows = planted(n_groups=12)
    segments = made([*rows, *[("e", f"{FILLER[n : n + 9]}无关内容。", "") for n in range(6)]])[0]
    with Journal(tmp_path, "甲", codebook.version, clock=lambda: "2026-01-01T00:00:00Z") as journal:
        for row, code in zip(
            segments.itertuples(), [*(code for *_, code in rows), *[""] * 6], strict=True
        ):
            stretch = Stretch(row.doc_id, row.start, row.end, row.text)
            if code:
                journal.judge(stretch, code, 1)
            journal.state(stretch, "read")
    segments = segments.assign(kind="paragraph")
    coder = train_coder(
        read_codings(tmp_path, segments, codebook),
        segments,
        codebook,
        family="MODE",
        coder="甲",
        seed=1,
        n_boot=50,
        states=read_states(tmp_path, segments),
    )
    assert coder.n == 42
    counts = coder.classes.set_index("code_id")["n"]
    assert counts.to_dict() == {**dict.fromkeys(CUES, 12), "none": 6}


def test_several_codes_have_a_model_each(codebook: Codebook) -> None:
    generator = np.random.default_rng(1)
    cues = {"DIM.FINE": "网格精细管理", "DIM.LAW": "法律顾问调解"}
    rows = []
    for group in range(45):
        codes = [code for code in cues if generator.random() < 0.5]
        filler = "".join(generator.choice(list(FILLER), 10))
        text = filler[:5] + "".join(cues[code] for code in codes) + filler[5:] + "。"
        rows.append((f"g{group:02d}", text, "+".join(codes) or "DIM.FINE!"))
    coder = teach(rows, codebook, family="DIM")
    assert set(coder.figures["code_id"]) == {"*", *cues}
    assert over_all(coder).loc["learned", "accuracy"] > 0.8
    assert coder.calibration.reason is not None  # 45 texts, though 90 answers
    both = made([("n", f"{FILLER[:4]}网格精细管理{FILLER[8:12]}法律顾问调解。", "")])[0]
    given_codes = coder.probabilities(both.assign(doc_id="new"))[list(cues)].iloc[0]
    neither = made([("n", FILLER[:12] + "。", "")])[0]
    given_none = coder.probabilities(neither.assign(doc_id="new"))[list(cues)].iloc[0]
    assert (given_codes > given_none).all()


def test_secondary_codes_and_headings_do_not_teach(codebook: Codebook) -> None:
    rows = [
        (
            group,
            text,
            code.replace("MODE.M1", "INNOV.ORG")
            .replace("MODE.M2", "INNOV.MGT")
            .replace("MODE.M3", "INNOV.ACT"),
        )
        for group, text, code in planted(n_groups=12)
    ]
    plain = teach(rows, codebook, family="INNOV")
    more = [(group, text, f"{code}+INNOV.NONE?") for group, text, code in rows]
    segments, codings = made(more)
    segments["heading"] = codings.drop_duplicates("segment_id")["code_id"].to_numpy()  # a give-away
    other = train_coder(codings, segments, codebook, family="INNOV", coder="甲", seed=1, n_boot=300)
    assert other.digest == plain.digest
    pd.testing.assert_frame_equal(other.predictions, plain.predictions)


def test_rules_stand_beside_in_the_same_folds(codebook: Codebook) -> None:
    rows = planted(n_groups=12)
    codings = made(rows)[1]
    rules = codings.iloc[:30].assign(coder="rules")
    rules.loc[rules.index[:6], "code_id"] = "MODE.M4"  # a code the person never gave
    coder = teach(rows, codebook, rules=rules)
    figures = over_all(coder)
    assert figures.loc["rules", "accuracy"] == pytest.approx(24 / 36)
    assert figures.loc["rules", "coverage"] == pytest.approx(30 / 36)
    with pytest.raises(InputError, match="2 coders"):
        teach(rows, codebook, rules=pd.concat([rules, codings]))


# ---- the same again -------------------------------------------------------------------------------------


def test_order_of_rows_makes_no_difference(good: LearnedCoder, codebook: Codebook) -> None:
    segments, codings = made(planted())
    again = train_coder(
        codings.sample(frac=1, random_state=3),
        segments.sample(frac=1, random_state=4),
        codebook,
        family="MODE",
        coder="甲",
        seed=1,
        n_boot=300,
    )
    assert again.digest == good.digest
    pd.testing.assert_frame_equal(again.predictions, good.predictions, check_exact=True)
    pd.testing.assert_frame_equal(again.figures, good.figures, check_exact=True)
    other = teach(planted(), codebook, confidence=0.8)
    assert other.digest != good.digest


_AGAIN = """
import hashlib, sys
from threadpoolctl import threadpool_limits
sys.path.insert(0, sys.argv[1])
import test_learned as tested
import pbgov
with threadpool_limits(int(sys.argv[2])):
    book = pbgov.read_codebook(sys.argv[3])
    coder = tested.teach(tested.planted(n_groups=12, signal=0.7), book)
    batch = pbgov.coding.learning.active.next_batch(
        coder, tested.made(tested.planted(20, seed=8))[0].assign(doc_id="n"), 10, 1
    )
content = coder.predictions.to_csv() + coder.figures.to_csv() + batch.to_csv()
print(hashlib.sha256(content.encode()).hexdigest())
"""


def test_two_threads_give_the_bytes_of_one(root: Path) -> None:
    digests = {
        subprocess.run(
            [
                sys.executable,
                "-c",
                _AGAIN,
                str(root / "tests"),
                threads,
                str(root / "data/codebook"),
            ],
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for threads in ("1", "2")
    }
    assert len(digests) == 1


# ---- learning curve and next batch ----------------------------------------------------------------------


def test_the_curve_ends_where_the_coder_stands(codebook: Codebook) -> None:
    coder = teach(planted(n_groups=15, signal=0.7), codebook)
    curve = learning_curve(coder, seed=2, sizes=[2, 6, 14], repeats=3, n_boot=200)
    assert curve["n_groups"].tolist() == [2, 6, 14]
    last = curve.iloc[-1]
    assert last["accuracy"] == pytest.approx(over_all(coder).loc["learned", "accuracy"])
    assert last["n_texts"] == 14 * 3
    assert curve["accuracy"].is_monotonic_increasing
    assert (curve["low"] <= curve["accuracy"]).all()
    assert (curve["accuracy"] <= curve["high"]).all()
    assert curve["n_draws"].tolist() == [3, 3, 1]
    for sizes in ([0], [15], []):
        with pytest.raises(InputError, match="from 1 to 14"):
            learning_curve(coder, seed=2, sizes=sizes)


def test_the_next_batch_leaves_out_what_was_judged_and_what_repeats(good: LearnedCoder) -> None:
    segments = made(planted())[0]
    new = made([(f"n{n}", f"{FILLER[n : n + 8]}全新内容。", "") for n in range(12)])[0]
    new["doc_id"] = "new"
    repeated = new.assign(start=new["start"] + 1000, end=new["end"] + 1000)
    blank = new.iloc[:1].assign(start=5000, end=5003, text="  \n")
    pool = pd.concat([segments, new, repeated, blank])
    batch = next_batch(good, pool, 50, seed=1)
    assert set(batch["doc_id"]) == {"new"}
    assert len(batch) == 12
    assert batch["start"].lt(1000).all()
    assert batch["order"].tolist() == list(range(1, 13))
    assert batch["gain"].is_monotonic_decreasing
    shuffled = next_batch(good, pool.sample(frac=1, random_state=1), 50, seed=1)
    pd.testing.assert_frame_equal(batch, shuffled, check_exact=True)
    with pytest.raises(InputError, match="judged already"):
        next_batch(good, segments, 3, seed=1)
    with pytest.raises(InputError, match="give 1 or more"):
        next_batch(good, pool, 0, seed=1)


def test_the_next_batch_does_not_ask_the_same_thing_twice(good: LearnedCoder) -> None:
    themes = ["河道清淤水质监测", "停车泊位错时共享", "老旧小区加装电梯"]
    rows = [
        (f"n{theme}{n}", f"{words}{FILLER[3 * n : 3 * n + 3]}。", "")
        for theme, words in enumerate(themes)
        for n in range(8)
    ]
    pool = made(rows)[0].assign(doc_id="new")
    batch = next_batch(good, pool, 3, seed=1).merge(pool, on="segment_id")
    assert {text[:8] for text in batch["text"]} == set(themes)


# ---- bad input --------------------------------------------------------------------------------------------


def test_nothing_to_learn_is_a_reason(codebook: Codebook) -> None:
    one_class = [(f"g{n}", f"{FILLER[n : n + 9]}。", "MODE.M1") for n in range(6)]
    one_group = [("g", text, code) for _, text, code in planted(n_groups=6)]
    apart = [(code, text, code) for _, text, code in planted(n_groups=6)]
    for rows, said in (
        (one_class, "只有一类"),
        (one_group, "一个段落"),
        (apart, "各只出现在一个段落"),
    ):
        result = teach(rows, codebook)
        assert isinstance(result, NotTrained)
        assert said in result.reason
        assert result.trusted is False
        assert result.reason in result.verdict[0]
        body = table_learned_coder(result, source="自造").notes()[0]
        assert result.reason in body
    assert teach(one_group, codebook).n_groups == 1


def test_what_cannot_be_meant_is_refused(codebook: Codebook) -> None:
    rows = planted(n_groups=6)
    segments, codings = made(rows)

    def refused(match: str, **changed: Any) -> None:
        asked: dict[str, Any] = {"codings": codings, "segments": segments, "codebook": codebook}
        asked |= {"family": "MODE", "coder": "甲", "seed": 1} | changed
        with pytest.raises(InputError, match=match):
            train_coder(**asked)

    refused("no family", family="X")
    refused("No coding by", coder="乙")
    refused("name of one person", coder="learned")
    refused("judged nothing in family", family="INNOV")
    refused("no column 'organisation'", group="organisation")
    refused("confidence is 0.4", confidence=0.4)
    refused("confidence is nan", confidence=float("nan"))
    refused("seed is -1", seed=-1)
    refused("n_boot is 0", n_boot=0)
    refused("typed in two ways", codings=pd.concat([codings, codings.assign(coder="甲 ")]))
    refused("are suggestions", codings=codings.assign(status="suggested"))
    refused("twice", codings=pd.concat([codings, codings.iloc[:1]]))
    second = codings.iloc[:1].assign(code_id="MODE.M4")
    refused("primary codes MODE.M1, MODE.M4", codings=pd.concat([codings, second]))
    refused("no code of the codebook", codings=codings.assign(code_id="MODE.M9"))
    refused(
        "has no text", segments=segments.assign(text=segments["text"].mask(segments.index == 2))
    )
    empty = segments["text"].where(segments.index != 2, "  ")
    refused("has no text", segments=segments.assign(text=empty))
    other = segments["text"].where(segments.index != 2, "改过的文字")
    refused("has changed since it was judged", segments=segments.assign(text=other))
    nameless = segments["paragraph_id"].mask(segments.index == 1)
    refused("cannot be held out", segments=segments.assign(paragraph_id=nameless))
    refused("more than once", segments=pd.concat([segments, segments.iloc[:1]]))
    refused("no column text", segments=segments.drop(columns="text"))
    refused("has the bounds of", segments=segments.assign(start=segments["start"] + 1))


def test_settings_and_values_of_another_type_are_taken_or_refused(codebook: Codebook) -> None:
    segments, codings = made(planted(12, 2))
    asked: dict[str, Any] = {"family": "MODE", "coder": "甲", "n_boot": 20}
    plain = train_coder(codings, segments, codebook, **asked, seed=1)
    numpy = train_coder(codings, segments, codebook, **asked, seed=np.int64(1))
    assert plain.digest == numpy.digest
    for wrong in ({"confidence": "0.7"}, {"n_boot": 1.5}, {"seed": 1.5}, {"seed": 2**32}):
        with pytest.raises(InputError, match=f"{next(iter(wrong))} is"):
            train_coder(codings, segments, codebook, **{"seed": 1} | asked | wrong)
    with pytest.raises(InputError, match=r"the value '1' for MODE\.M1"):
        train_coder(codings.assign(value="1"), segments, codebook, **asked, seed=1)


def test_the_verdict_on_a_coder_that_never_errs_has_an_interval_of_some_width(
    good: LearnedCoder,
) -> None:
    from statsmodels.stats.proportion import proportion_confint

    right = int((good.predictions["told"] == good.predictions["observed"]).sum())
    assert right == good.n
    low, high = proportion_confint(right, good.n, method="wilson")
    assert f"Wilson 95% 区间 {low:.3f}–{high:.3f}" in good.verdict[0]
    assert f"Wilson 95% interval {low:.3f} to {high:.3f}" in good.verdict[1]


def test_codings_without_a_segment_are_counted(codebook: Codebook) -> None:
    segments, codings = made(planted(n_groups=9))
    coder = train_coder(
        codings, segments.iloc[:-2], codebook, family="MODE", coder="甲", seed=1, n_boot=50
    )
    assert any("2 条编码没有对上" in remark for remark in coder.remarks)
    assert coder.n == len(segments) - 2


# ---- exhibits ------------------------------------------------------------------------------------------------


def test_exhibits_carry_baselines_counts_and_the_verdict(good: LearnedCoder) -> None:
    table = table_learned_coder(good, source="自造")
    assert "猜全体的多数类" in set(table.body["做法"])
    note = table.notes()[0]
    assert note.startswith("注：N = 72 条，24 组")
    assert good.verdict[0] in note
    assert "24 个段落分成 10 折" in note
    figure = figure_calibration(good, source="自造")
    assert "期望校准误差" in figure.notes()[0]
    assert figure.image("png") == figure_calibration(good, source="自造").image("png")
    curve = learning_curve(good, seed=1, sizes=[3, 21], repeats=2, n_boot=50)
    assert figure_learning_curve(curve, source="自造").image("svg")


def test_few_texts_have_no_figure_of_calibration(codebook: Codebook) -> None:
    coder = teach(planted(n_groups=10), codebook)
    with pytest.raises(InputError, match="50 in 5 are needed"):
        figure_calibration(coder, source="自造")


def test_what_was_learned_from_simulated_text_says_so(codebook: Codebook) -> None:
    segments, codings = made(planted(n_groups=10))
    coder = train_coder(
        pbgov.mark_simulated(codings.drop(columns="status")).assign(status="judged"),
        segments,
        codebook,
        family="MODE",
        coder="甲",
        seed=1,
        n_boot=50,
    )
    assert coder.simulated
    assert pbgov.is_simulated(coder.code(segments))
    assert table_learned_coder(coder, source="自造").simulated


# ---- real codings -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("family", "n"), [("MODE", 25), ("INNOV", 14)])
def test_the_shipped_codings_do_not_make_a_coder(
    root: Path, codebook: Codebook, family: str, n: int
) -> None:
    segments = pbgov.segment(pbgov.read_corpus(root / "data" / "cases"), "paragraph")
    codings = pbgov.read_codings(root / "data" / "codings", segments, codebook)
    lexicon = pbgov.read_lexicon(root / "data" / "lexicon")
    coder = train_coder(
        codings, segments, codebook, family=family, coder="author", seed=1, lexicon=lexicon
    )
    assert coder.n == n
    assert not coder.trusted
    assert "不能当编码者用" in coder.verdict[0]
    with pytest.raises(InputError):
        coder.as_coder()
    of_documents = train_coder(
        codings, segments, codebook, family=family, coder="author", seed=1, group="document"
    )
    assert isinstance(of_documents, NotTrained)


@pytest.mark.parametrize(
    ("key", "family", "published", "total"),
    [("mode", "MODE", 44, 70), ("innov", "INNOV", 5, 36)],
)
def test_gold_sentences_lead_to_the_published_conclusion(
    shared: Path, codebook: Codebook, key: str, family: str, published: int, total: int
) -> None:
    """CODING_EVALUATION: TF-IDF and logistic regression, each paragraph held out."""
    codes = {"ORG": "INNOV.ORG", "MGT": "INNOV.MGT", "ACT": "INNOV.ACT"}
    article = next((shared / "articles").glob("000*.txt")).read_text(encoding="utf-8")
    lines = (shared / "gold" / "gold_sentences_000.jsonl").read_text(encoding="utf-8").splitlines()
    gold = [row for row in map(json.loads, lines) if row[key]]
    rows = [
        (row["para"], article[row["start"] : row["end"]], codes.get(row[key], f"MODE.{row[key]}"))
        for row in gold
    ]
    coder = teach(rows, codebook, family=family)
    right = int((coder.predictions["observed"] == coder.predictions["told"]).sum())
    assert coder.n == total
    assert abs(right - published) <= 5
    assert not coder.trusted
    majority = over_all(coder).loc["majority of all", "accuracy"]
    lowest = over_all(coder).loc["learned", "boot_low"]
    assert (lowest > majority) == (key == "mode")
