"""Which tests were declared, which estimates were made by which method, and with what software."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from pbgov.evaluation.estimate import Estimate, NotEstimated, read_estimate
from pbgov.exhibits.estimates import INTERCEPT
from pbgov.reporting.methods.book import plural
from pbgov.reporting.prose import given

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from pbgov.reporting.composition import Findings
    from pbgov.reporting.methods.book import Book

DIGEST = 12
STUDY = "study.toml"
METHOD = "pbgov"


def estimates_of(found: Findings) -> Iterator[tuple[str, str, Estimate | NotEstimated]]:
    """Every estimate of a run with its step and name."""
    for step, results in found.results.items():
        for name, value in results.items():
            if isinstance(value, str) and "formula" in _fields(value):
                yield step, name, read_estimate(value)


def _fields(text: str) -> dict[str, object]:
    loaded = json.loads(text)
    return loaded if isinstance(loaded, dict) else {}


def on_declared(found: Findings, book: Book) -> str:
    """The declared tests with the digest of their list."""
    tests = found.study.tests
    if not tests:
        if not any(estimates_of(found)):
            return ""
        return book.say(
            "没有事先声明检验，全部检验都是探索性的。",
            "No test was declared beforehand: all are exploratory.",
        )
    n = book.count("declared", value=len(tests), meaning="事先声明的检验项数", origin=STUDY)
    digest = book.word(
        "digest", value=found.study.tests_digest[:DIGEST], meaning="声明清单的摘要", origin=STUDY
    )
    names = book.listed(f"“{given(test.name, STUDY)}”" for test in tests)
    return book.say(
        f"事先声明了 {n} 项检验（{names}），清单摘要 {digest}；其余检验都是探索性的。",
        f"{n} {plural(len(tests), 'test was', 'tests were')} declared beforehand ({names}; digest of"
        f" the list {digest}); all others are exploratory.",
    )


def on_estimates(found: Findings, book: Book) -> str:
    """Methods with their standard errors, permutations and seeds; what was not estimated and why."""
    every = list(estimates_of(found))
    fitted = [(f"{step}.{name}", one) for step, name, one in every if isinstance(one, Estimate)]
    refused = [one for _, _, one in every if isinstance(one, NotEstimated)]
    said = []
    alike: dict[tuple[str, str], list[tuple[str, Estimate]]] = {}
    for name, one in fitted:
        alike.setdefault(
            (
                book.say(one.method, one.method_en or one.method),
                book.say(one.covariance, one.covariance_en or one.covariance),
            ),
            [],
        ).append((name, one))
    for place, ((method, covariance), group) in enumerate(alike.items(), 1):
        said.append(_on_method(str(place), method, covariance, group, book))
    if refused:
        said.append(_on_refused(refused, book))
    return book.say("", " ").join(said)


def _on_method(
    place: str, method: str, covariance: str, group: list[tuple[str, Estimate]], book: Book
) -> str:
    key = ("estimates", place)
    n = book.count(
        *key, value=len(group), meaning=f"用“{method}”的估计个数", origin="tables",
        mark=all(one.simulated for _, one in group),
    )  # fmt: skip
    sizes = {(one.n, one.n_units): one for _, one in group}
    counted = book.listed(
        book.word(
            *key, str(index), value=one.size if book.lang == "zh" else one.size_en,
            meaning=f"“{method}”的样本量", origin="tables",
        )
        for index, one in enumerate(sizes.values(), 1)
    )  # fmt: skip
    said = book.say(
        f"{n} 个估计用{given(method, METHOD)}，标准误：{given(covariance, METHOD)}（N = {counted}）",
        f"{n} {plural(len(group), 'estimate')} by {given(method, METHOD)}; standard errors:"
        f" {given(covariance, METHOD)} (N = {counted})",
    )
    draws = {
        (int(number), one.seed)
        for _, one in group
        for term, number in zip(one.terms["term"], one.terms["n_permutations"], strict=True)
        if number > 0 and term not in INTERCEPT
    }
    for index, (number, seed) in enumerate(sorted(draws), 1):
        times = book.count(
            *key, "permutations", str(index), value=number, meaning="置换次数", origin="tables"
        )
        start = book.word(
            *key, "seed", str(index), value=str(seed), meaning="置换的随机种子", origin=STUDY
        )
        said += book.say(
            f"；置换检验 {times} 次，种子 {start}", f"; {times} permutations, seed {start}"
        )
    return said + book.say("。", ".")


def _on_refused(refused: list[NotEstimated], book: Book) -> str:
    n = book.count(
        "not_estimated",
        value=len(refused),
        meaning="不予估计的个数",
        origin="tables/tab-not-estimated.csv",
    )
    reasons = dict.fromkeys(
        (one.reason if book.lang == "zh" else one.reason_en).rstrip("。.") for one in refused
    )
    shown = book.say("；", "; ").join(given(one, "tables/tab-not-estimated.csv") for one in reasons)
    return book.say(
        f"{n} 个回归没有估计：{shown}。",
        f"{n} {plural(len(refused), 'regression was', 'regressions were')} not estimated: {shown}.",
    )


def on_simulation(found: Findings, book: Book) -> str:
    """What was planted and corrected in the simulated demonstration, always with its mark."""
    recovery, plan = found.table("simulate", "recovery"), found.study.simulation
    if recovery is None or plan is None:
        return ""
    origin = "tables/模拟_tab-recovery.csv"
    planted, audited, per_unit = (
        book.count("simulation", name, value=value, meaning=meaning, origin=origin, mark=True)
        for name, value, meaning in (
            ("effects", len(plan.effects), "模拟中设定效应的编码个数"),
            ("audited", plan.audited, "模拟中核对的段数"),
            ("per_district", plan.segments_per_district, "模拟中每区的段数"),
        )
    )
    seed = book.word("seed", value=str(found.study.seed), meaning="随机种子", origin=STUDY)
    return book.say(
        f"【模拟】另用程序生成的数据检验方法：为 {planted} 个编码设定效应，每区 {per_unit} 段，按已知概率抽 "
        f"{audited} 段核对，据此校正规则编码的误差；种子 {seed}。",
        f"[SIMULATED 模拟] The method was also tried on data made by a program: effects were planted for"
        f" {planted} codes, {per_unit} paragraphs in each district, {audited} drawn with known"
        f" probability and checked, by which the error of the rule codes was corrected; seed {seed}.",
    )


def on_rival(found: Findings, book: Book) -> str:
    """That a second framework coded the same paragraphs."""
    told = found.results.get("rival", {}).get("n_segments")
    if not isinstance(told, str):
        return ""
    value = json.loads(told)
    n = book.count(
        "rival", value=value, meaning="另一框架编码的段数", origin="tables/tab-framework-change.csv"
    )
    return book.say(
        f"同样的 {n} 段另用第二本编码手册由规则编码一遍，以看结果随框架变多少。",
        f"The same {n} paragraphs were coded by rules with a second codebook, to see what changes"
        " with the framework.",
    )


def on_software(versions: Mapping[str, str], book: Book) -> str:
    """Python, pbgov and the libraries that numbers depend on, with their versions."""
    told = [
        f"{given(name, 'provenance.json')} "
        + book.word("version", name, value=one, meaning=f"{name} 的版本", origin="provenance.json")
        for name, one in versions.items()
    ]
    return book.say(f"软件：{book.listed(told)}。", f"Software: {book.listed(told)}.")
