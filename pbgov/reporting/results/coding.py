"""Results on codes: how far the coders agree, what was settled, shares, what a rival framework changes."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from pbgov.coding.rules import CODER
from pbgov.exhibits.numerals import format_percent, is_missing
from pbgov.reporting.ledger import Nature, Result
from pbgov.reporting.results.naming import count, name_of, stretches

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pandas as pd

    from pbgov.reporting.composition import Findings

JUDGEMENTS = "evidence/judgements.csv"
SHARES = "evidence/shares_by_region.csv"


def overall(agreement: pd.DataFrame) -> pd.DataFrame:
    """The row of each family as a whole."""
    return agreement[agreement["code_id"] == "*"]


def percent(
    result_id: str, share: Any, meaning: str, nature: Nature, rests_on: tuple[str, ...], origin: str
) -> Result:
    """A share from 0 to 1 as a result, printed as a percentage; undefined, its value is the print."""
    printed = format_percent(share)
    return Result(
        result_id,
        printed if is_missing(share) else float(share),
        printed,
        meaning,
        nature,
        origin=origin,
        rests_on=rests_on,
    )


def on_agreement(found: Findings) -> Iterator[Result]:
    """Of each family and reference coder: n, agreement with the rules, its interval, the majority."""
    agreement = found.table("agree", "agreement")
    if agreement is None:
        return
    codings = found.need("code", "codings")
    for _, row in overall(agreement).iterrows():
        family, coder = str(row["family"]), str(row["coder_a"])
        name = f"“{found.family_names.get(family, family)}”"
        people = found.coder_name(coder)
        judged = codings[
            codings["coder"].isin([coder, CODER])
            & codings["code_id"].str.startswith(f"{family}.")
            & codings["segment_id"].notna()
        ]
        evidence = stretches(judged[judged["coder"] == coder])
        origin = "tables/tab-agreement.csv"
        at = ("agreement", family, coder)
        interval = f"{format_percent(row['wilson_low'])}–{format_percent(row['wilson_high'])}"
        yield count(
            name_of(*at, "n"),
            row["n"],
            f"{name}规则编码与{people}比较的段落数",
            origin=origin,
            rests_on=evidence,
            nature="agreement",
        )
        yield percent(
            name_of(*at, "accuracy"), row["accuracy"], f"{name}规则编码与{people}的一致率",
            "agreement", evidence, origin,
        )  # fmt: skip
        yield Result(
            name_of(*at, "interval"),
            interval
            if is_missing(row["wilson_low"])
            else f"{row['wilson_low']}–{row['wilson_high']}",
            interval,
            f"{name}规则编码与{people}的一致率的 95% 区间（Wilson）",
            "agreement",
            origin=origin,
            rests_on=evidence,
        )
        yield percent(
            name_of(*at, "majority"), row["majority_accuracy"], f"{name}与{people}比较时，一律猜最多一类的一致率",
            "agreement", evidence, origin,
        )  # fmt: skip


def on_settlement(found: Findings) -> Iterator[Result]:
    """How many stretches were settled by unanimity, by decision, or not at all."""
    share = found.table("gold", "share")
    if share is None or not share["n"].sum():
        return
    total = share.iloc[-1]
    origin = "tables/tab-adjudication.csv"
    left = int(total["n_disputed"] + total["n_unjudged"])
    against = int(found.need("gold", "outcomes")["against_unanimity"].sum())
    for name, value, meaning in (
        ("n", total["n"], "要由两个人判的项数（片段×编码族），含还没有人判的"),
        ("n_unanimous", total["n_unanimous"], "各人一致的项数"),
        ("n_adjudicated", total["n_adjudicated"], "经裁定的项数"),
        ("n_open", left, "没有定论的项数"),
        ("n_against", against, "裁定与各人后来一致的判断不同的项数"),
    ):
        yield count(f"gold.{name}", value, meaning, origin=origin, nature="agreement")
    yield percent("gold.share", total["adjudicated_share"], "经裁定的比例", "agreement", (), origin)


def on_shares(found: Findings) -> Iterator[Result]:
    """The share of each code among the carried-out practices of each district that was read."""
    regions = found.need("score", "regions")
    practices = found.need("practices", "practices")
    done = practices[practices["status"] == "已实施"]
    read = regions[regions["n_segments"] > 0]
    for region, rows in read.groupby("unit", sort=True):
        evidence = stretches(done[done["region_code"] == region])
        for row in rows.to_dict("records"):
            code = found.code_names.get(row["code_id"], row["code_id"])
            yield percent(
                name_of("share", str(region), row["code_id"]),
                row["share"],
                f"{found.region_names.get(str(region), region)}已实施的做法中判为“{code}”的占比",
                "description",
                evidence,
                SHARES,
            )


def on_rival(found: Findings) -> Iterator[Result]:
    """How many ranks of documents change under another framework."""
    ranks = found.table("rival", "ranks")
    if ranks is None:
        return
    origin = "tables/tab-framework-change.csv"
    yield count(
        "rival.n_segments",
        json.loads(str(found.results["rival"]["n_segments"])),
        "两个框架都编码的段数",
        origin=origin,
    )
    yield count("rival.n_ranks", len(ranks), "各文档在对应编码上的名次个数", origin=origin)
    yield count(
        "rival.n_moved",
        ranks["change"].fillna(0).ne(0).sum(),
        "换框架后变了的名次个数",
        origin=origin,
    )
