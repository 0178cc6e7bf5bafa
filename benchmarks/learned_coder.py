"""What the learned coder finds in simulated text: nothing where there is nothing, and what was planted.

Every segment is words drawn at random: common ones, some that only its paragraph uses (its topic),
and, where a signal is planted, words that speak for its code. Real text is harder in every way; these
figures say that the arithmetic is right, not how well a coder does on documents.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd

import pbgov
from pbgov.coding.learned import LearnedCoder, train_coder
from pbgov.coding.learning.active import next_batch
from pbgov.corpus.document import digest_text

ROOT = Path(__file__).resolve().parents[1]
CODEBOOK = pbgov.read_codebook(ROOT / "data" / "codebook")
CODES = np.array(CODEBOOK.codes_of("MODE"))
NULL_RUNS, PLANTED_RUNS, RACES = 100, 8, 8
CHARACTERS = np.array([chr(code) for code in range(0x4E00, 0x4E00 + 400)])


@dataclass(frozen=True)
class Plan:
    """How text is made: ``signal`` is the share of segments that hold words of their code."""

    n_groups: int = 15
    per_group: int = 3
    signal: float = 0.0
    shares: tuple[float, ...] = (0.4, 0.3, 0.2, 0.1)
    grouped: bool = True
    n_cues: int = 8


def words(generator: np.random.Generator, n: int) -> np.ndarray:
    pairs = generator.choice(CHARACTERS, (n, 2))
    return np.array(["".join(pair) for pair in pairs])


def simulated(plan: Plan, seed: int) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Segments and their codings by one coder; with ``grouped`` a paragraph has one code."""
    generator = np.random.default_rng(seed)
    common, cues = words(generator, 150), words(generator, plan.n_cues * len(CODES))
    cues = cues.reshape(len(CODES), plan.n_cues)
    weights = 1 / np.arange(1, len(common) + 1)
    rows = []
    for group in range(plan.n_groups):
        topic = words(generator, 4)
        of_group = generator.choice(len(CODES), p=plan.shares)
        for _ in range(plan.per_group):
            code = of_group if plan.grouped else generator.choice(len(CODES), p=plan.shares)
            said = [*generator.choice(common, 10, p=weights / weights.sum())]
            said += [*generator.choice(topic, 2)]
            if generator.random() < plan.signal:
                said += [*generator.choice(cues[code], 2)]
            generator.shuffle(said)
            rows.append((f"g{group:03d}", "".join(said) + "。", CODES[code]))
    table = pd.DataFrame(rows, columns=["paragraph_id", "text", "code_id"])
    table.insert(0, "doc_id", "模拟文档")
    table["end"] = table["text"].str.len().cumsum()
    table["start"] = table["end"] - table["text"].str.len()
    table["segment_id"] = [f"模拟/{number:04d}" for number in range(len(table))]
    segments = table.drop(columns="code_id")
    return segments, codings_of(table)


def codings_of(table: pd.DataFrame) -> pd.DataFrame:
    codings = table[["doc_id", "start", "end", "code_id", "segment_id"]].copy()
    codings["coder"], codings["value"], codings["status"] = "甲", 1, "judged"
    codings["memo"] = pd.Series(float("nan"), codings.index, dtype="str")
    codings["text_digest"] = table["text"].map(digest_text)
    return codings


def taught(segments: pd.DataFrame, codings: pd.DataFrame, seed: int) -> LearnedCoder:
    return train_coder(
        codings, segments, CODEBOOK, family="MODE", coder="甲", seed=seed, n_boot=500
    )


def share_trusted(plan: Plan, runs: int) -> dict[str, float]:
    """How often a coder is trusted, and how often it would be on weaker grounds."""
    rows = []
    for seed in range(runs):
        coder = taught(*simulated(plan, seed), seed)
        passed = coder.conditions.set_index("condition")["passed"]
        figures = coder.figures.set_index("method")
        rows.append(
            {
                "trusted": coder.trusted,
                "interval beats majority": passed["accuracy_low"],
                "and paired gain, kappa > 0": passed[
                    ["accuracy_low", "gain_low", "kappa_low"]
                ].all(),
                "accuracy": figures.loc["learned", "accuracy"],
                "majority": figures.loc["majority of all", "accuracy"],
                "kappa": figures.loc["learned", "kappa"],
            }
        )
    return pd.DataFrame(rows).astype(float).mean().to_dict()


def race(seed: int, plan: Plan, first: int = 16, batch: int = 10, rounds: int = 3) -> pd.DataFrame:
    """Accuracy on texts of other paragraphs, by judged segments: chosen batches against random ones."""
    segments, codings = simulated(plan, seed)
    generator = np.random.default_rng(seed)
    late = segments["paragraph_id"] >= f"g{plan.n_groups // 2:03d}"
    pool, tested = segments[~late], segments[late]
    truth = codings.loc[late, "code_id"].to_numpy()
    start = generator.permutation(len(pool))
    while codings.iloc[start[:first]]["code_id"].nunique() < 2:
        start = generator.permutation(len(pool))
    rows = []
    for way in ("chosen", "random"):
        judged = pool["segment_id"].iloc[start[:first]].tolist()
        for step in range(rounds + 1):
            coder = taught(pool, codings[codings["segment_id"].isin(judged)], seed)
            right = coder.probabilities(tested)["told"].to_numpy(dtype=str) == truth
            rows.append((way, step, len(judged), right.mean()))
            if way == "chosen":
                judged += next_batch(coder, pool, batch, seed)["segment_id"].tolist()
            else:
                judged = pool["segment_id"].iloc[start[: first + batch * (step + 1)]].tolist()
    return pd.DataFrame(rows, columns=["way", "step", "n", "accuracy"])


def main() -> None:
    began = time.perf_counter()
    print("Learned coder on simulated text (4 codes; paragraphs held out)\n")
    null, few = Plan(), NULL_RUNS // 4
    settings = {
        f"nothing planted, a code a paragraph, {NULL_RUNS} runs": (null, NULL_RUNS),
        f"nothing planted, codes mixed, {few} runs": (replace(null, grouped=False), few),
        f"planted in 60 %, {PLANTED_RUNS} runs": (replace(null, signal=0.6), PLANTED_RUNS),
        f"planted in all, {PLANTED_RUNS} runs": (replace(null, signal=1.0), PLANTED_RUNS),
        f"planted in all, 40 paragraphs, {PLANTED_RUNS} runs": (
            replace(null, signal=1.0, n_groups=40),
            PLANTED_RUNS,
        ),
    }
    table = pd.DataFrame({name: share_trusted(*given) for name, given in settings.items()})
    print(table.T.round(3).to_string())
    print(f"\n{time.perf_counter() - began:.0f} s\n\nNext batch chosen against drawn at random:\n")
    plan = Plan(n_groups=200, per_group=2, signal=1.0, grouped=False, n_cues=12)
    races = pd.concat([race(seed, plan).assign(seed=seed) for seed in range(RACES)])
    wide = races.pivot(index=["seed", "n"], columns="way", values="accuracy").reset_index()
    wide["gain"] = wide["chosen"] - wide["random"]
    means = wide.groupby("n")[["chosen", "random", "gain"]].mean()
    means["gain, standard error"] = wide.groupby("n")["gain"].std() / np.sqrt(RACES)
    means["ratio of errors"] = (1 - means["chosen"]) / (1 - means["random"])
    print(means.round(3).to_string())
    print(f"\n{time.perf_counter() - began:.0f} s")


if __name__ == "__main__":
    main()
