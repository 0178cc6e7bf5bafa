"""Results on the documents: what was read and repaired, which practices, what the documents state."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pbgov.reporting.results.naming import count, name_of, stretches

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pbgov.reporting.composition import Findings
    from pbgov.reporting.ledger import Result

PRACTICES = "evidence/practices.csv"


def on_documents(found: Findings) -> Iterator[Result]:
    """What was read, what was not, and what had to be repaired."""
    sentences = found.need("read", "sentences")
    repairs = found.need("read", "repairs")
    metadata, listed = "evidence/metadata.csv", "evidence/repairs.csv"
    yield count(
        "documents.n", len(found.need("read", "documents")), "读入的文档篇数", origin=metadata
    )
    yield count(
        "documents.n_sentences",
        sentences["kind"].eq("sentence").sum(),
        "全部文档切成的句子数",
        origin="data/cases",
    )
    for name, meaning in (("problems", "没有读入的文件数"), ("remarks", "读入时的提醒条数")):
        yield count(
            f"documents.n_{name}",
            len(found.need("read", name)),
            meaning,
            origin=f"evidence/{name}.csv",
        )
    yield count("repairs.n", len(repairs), "列出的损坏处数", origin=listed)
    for certainty, meaning in (
        ("inferred", "据上下文推断补入的处数"),
        ("unrepaired", "没有把握、原样保留的处数"),
    ):
        yield count(
            f"repairs.{certainty}",
            repairs["certainty"].eq(certainty).sum(),
            meaning,
            origin=listed,
        )


def on_practices(found: Findings) -> Iterator[Result]:
    """How many practices, in which state, in how many districts."""
    practices = found.need("practices", "practices")
    regions = found.need("practices", "regions")
    yield count(
        "practices.n",
        len(practices),
        "查出的做法条数",
        origin=PRACTICES,
        rests_on=stretches(practices),
    )
    yield count(
        "practices.n_distinct",
        practices["practice"].nunique(),
        "去掉重复讲述后的做法个数",
        origin=PRACTICES,
        rests_on=stretches(practices),
    )
    for status, rows in practices.groupby("status", sort=True):
        yield count(
            name_of("practices.status", str(status)),
            len(rows),
            f"状态为“{status}”的做法条数",
            origin=PRACTICES,
            rests_on=stretches(rows),
        )
    districts = regions.loc[regions["level"] == "district", "region_code"]
    placed = practices[practices["region_code"].isin(districts)]
    evidence = stretches(placed)
    yield count(
        "practices.placed",
        len(placed),
        "能确定所在区的做法条数",
        origin=PRACTICES,
        rests_on=evidence,
    )
    read = placed["region_code"].nunique()
    yield count("practices.districts", read, "读到做法的区数", origin=PRACTICES, rests_on=evidence)
    yield count(
        "practices.districts_unread",
        len(districts) - read,
        "地区表里没有读到任何做法的区数",
        origin=PRACTICES,
    )
    for region, rows in placed.groupby("region_code", sort=True):
        yield count(
            name_of("practices.region", str(region)),
            len(rows),
            f"{found.region_names.get(str(region), region)}读到的做法条数",
            origin=PRACTICES,
            rests_on=stretches(rows),
        )


def on_statements(found: Findings) -> Iterator[Result]:
    """Claims of effect, changes with both ends stated, slogans that promise a number of items."""
    claims = found.need("extract", "claims")
    bare = claims[claims["level"].eq(0)]
    quantities = found.need("extract", "quantities")
    changes = quantities[quantities["from_value"].notna() & quantities["unit"].eq("%")]
    formulas = found.need("extract", "formulas")
    promising = formulas[formulas["promised"].notna() & formulas["form"].ne("count")]
    short = promising[promising["status"].ne("full")]
    for result_id, rows, meaning, file in (
        ("claims.n", claims, "文档里说到成效的处数", "claims"),
        ("claims.n_bare", bare, "说到成效而没有给出数字的处数", "claims"),
        ("quantities.n_changes", changes, "写明从多少到多少的比例项数", "quantities"),
        ("formulas.n", promising, "带数字的口号和公式个数", "formulas"),
        ("formulas.n_short", short, "没有列满所说项数的口号和公式个数", "formulas"),
    ):
        yield count(
            result_id,
            len(rows),
            meaning,
            origin=f"evidence/{file}.csv",
            rests_on=stretches(rows),
            nature="description",
        )
