"""Who coded what, how far coders agree, and what the shares rest on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from pbgov.exhibits.agreement_rows import OVERALL
from pbgov.reporting.methods.book import plural
from pbgov.reporting.prose import given

if TYPE_CHECKING:
    from pbgov.reporting.composition import Findings
    from pbgov.reporting.methods.book import Book

CODINGS = "evidence/judgements.csv"
RULES = "rules"
_MEASURES = (("accuracy", "一致率", "agreement"), ("kappa", "κ", "κ"), ("alpha", "α", "α"))
_LIMITS = {"accuracy": ("wilson_low", "wilson_high")}


def on_coders(found: Findings, book: Book) -> str:
    """Each coder with number of codings, segments, codebook versions; what nobody coded."""
    codings = found.need("code", "codings")
    paragraphs = found.need("read", "paragraphs").query("kind == 'paragraph'")
    coders = sorted(set(codings["coder"].astype(str)), key=lambda name: (name != RULES, name))
    said = [_on_coder(codings[codings["coder"] == coder], coder, book) for coder in coders]
    if not set(coders) - {RULES}:
        said.append(book.say("没有人工编码。", "There are no codings by people."))
    uncoded = int((~paragraphs["segment_id"].isin(codings["segment_id"])).sum())
    n = book.count("uncoded", value=uncoded, meaning="没有任何编码的段落数", origin=CODINGS)
    said.append(
        book.say(
            f"{n} 个段落没有得到任何编码。",
            f"{n} {plural(uncoded, 'paragraph')} got no code from anybody.",
        )
    )
    return book.say("", " ").join(said)


def _on_coder(codings: pd.DataFrame, coder: str, book: Book) -> str:
    n, segments = len(codings), codings["segment_id"].nunique()
    denied = int(codings["value"].eq(0).sum())
    suggested = int(codings["status"].eq("suggested").sum())
    made, on = (
        book.count(
            "coder", coder, name, value=value, meaning=f"{coder} 的{meaning}", origin=CODINGS
        )
        for name, value, meaning in (
            ("codings", n, "编码条数"),
            ("segments", segments, "编码段落数"),
        )
    )
    versions = sorted({str(one) for one in codings["codebook_version"].dropna()})
    by = book.listed(
        book.word(
            "codebook", coder, one, value=one, meaning=f"{coder} 所据编码手册的版本", origin=CODINGS
        )
        for one in versions
    )
    who = book.say("规则编码者", "The rule coder") if coder == RULES else book.say(
        f"编码者“{given(coder, CODINGS)}”", f"Coder “{given(coder, CODINGS)}”"
    )  # fmt: skip
    said = book.say(
        f"{who}{f'依编码手册 {by} 版' if versions else ''}给出 {made} 条编码，涉及 {on} 个段落",
        f"{who} gave {made} {plural(n, 'coding')} on {on} {plural(segments, 'paragraph')}"
        + (f", by codebook version {by}" if versions else ""),
    )
    if denied:
        no = book.count(
            "coder",
            coder,
            "denied",
            value=denied,
            meaning=f"{coder} 判为否定的条数",
            origin=CODINGS,
        )
        said += book.say(
            f"，其中 {no} 条是文中否定了的", f"; {no} record that the text denies the code"
        )
    if suggested and coder != RULES:
        open_ones = book.count(
            "coder",
            coder,
            "suggested",
            value=suggested,
            meaning=f"{coder} 的建议条数",
            origin=CODINGS,
        )
        said += book.say(
            f"，{open_ones} 条是建议，还没有人裁定",
            f"; {open_ones} are suggestions that nobody has judged",
        )
    return said + book.say("。", ".")


def on_agreement(found: Findings, book: Book) -> str:
    """Coefficients with n and interval for each compared family; how gold codings came about."""
    table = found.table("agree", "agreement")
    said = []
    if table is not None:
        families = table[table["code_id"] == OVERALL]
        said = [_on_family(row, found, book) for _, row in families.iterrows()]
        if said and found.study.seen_text:
            said.append(
                book.say(
                    "线索词是读过这批材料之后拟定的，一致率只能当作上限。",
                    "The cue words were drafted after these texts had been read: agreement is an upper bound.",
                )
            )
    return book.say("", " ").join([*said, *_on_gold(found, book)])


def _on_family(row: pd.Series[Any], found: Findings, book: Book) -> str:
    family = str(row["family"])
    pair = [str(row["coder_a"]), *str(row["coder_b"]).split("|")]
    key = ("agreement", family, *pair)
    about = f"{'与'.join(pair)}在 {family} 上的"
    origin = "tables/tab-agreement.csv"
    n = book.count(*key, "n", value=row["n"], meaning=f"{about}共同片段数", origin=origin)
    told = [f"n = {n}"]
    for measure, zh, en in _MEASURES:
        if measure not in row or (measure == "accuracy" and pd.isna(row[measure])):
            continue
        name = book.say(zh, en)
        if pd.isna(row[measure]):
            told.append(book.say(f"{name} 无定义", f"{name} undefined"))
            continue
        low, high = _LIMITS.get(measure, (f"{measure}_low", f"{measure}_high"))
        value, least, most = (
            book.number(*key, at, value=row[at], meaning=f"{about}{zh}{end}", origin=origin)
            if pd.notna(row[at])
            else "—"
            for at, end in ((measure, ""), (low, "的区间下限"), (high, "的区间上限"))
        )
        told.append(f"{name} {value} [{least}, {most}]")
    coders = book.say("与", " and ").join(
        book.say("规则", "the rules") if one == RULES else f"“{given(one, CODINGS)}”"
        for one in pair
    )
    titles = found.need("code", "families").set_index("family")[book.say("zh", "en")]
    title = given(str(titles.get(family, family)), "data/codebook")
    return book.say(
        f"{coders}在“{title}”上：{'，'.join(told)}（方括号内为 95% 区间）。",
        f"{coders} on “{title}”: {', '.join(told)} (95% intervals in brackets).",
    )


def _on_gold(found: Findings, book: Book) -> list[str]:
    share = found.table("gold", "share")
    if share is None or not share["n"].sum():
        return []
    total = share.iloc[-1]
    origin = "tables/tab-adjudication.csv"
    n, agreed, decided = (
        book.count("gold", name, value=total[column], meaning=f"金标准：{meaning}", origin=origin)
        for name, column, meaning in (
            ("n", "n", "片段×编码族的项数"),
            ("unanimous", "n_unanimous", "各人一致的项数"),
            ("adjudicated", "n_adjudicated", "经裁定的项数"),
        )
    )
    return [
        book.say(
            f"金标准：{n} 项（片段×编码族）里各人一致的 {agreed} 项，经裁定的 {decided} 项，其余没有定论。",
            f"Gold codings: of {n} items (stretch by family) {agreed} were unanimous, {decided}"
            " adjudicated, the rest are open.",
        )
    ]


def on_scores(found: Findings, book: Book) -> str:
    """What shares are taken of, and which units were not read."""
    regions, documents = found.table("score", "regions"), found.table("score", "documents")
    said = []
    if documents is not None and len(documents):
        units = documents["unit"].nunique()
        n = book.count(
            "scored_documents",
            value=units,
            meaning="计了占比的文档篇数",
            origin="evidence/shares_by_document.csv",
        )
        said.append(
            book.say(
                f"占比是判为某一编码的做法占全部做法的比例，按文档算的有 {n} 篇。",
                f"Shares are practices given a code over all practices, by document for {n}"
                f" {plural(units, 'document')}.",
            )
        )
    if regions is not None and len(regions):
        one_each = regions.drop_duplicates("unit")
        read = int(one_each["n_segments"].gt(0).sum())
        origin = "evidence/shares_by_region.csv"
        n, there = (
            book.count(name, value=value, meaning=meaning, origin=origin)
            for name, value, meaning in (
                ("districts", len(one_each), "计占比的区数"),
                ("districts_read", read, "有已实施做法的区数"),
            )
        )
        said.append(
            book.say(
                f"按区只算已实施的做法：{n} 个区里 {there} 个有，其余没有读到，占比缺失，不是零。",
                f"By district only practices carried out count: {there} of {n} districts have one;"
                " of the others nothing was read, and their shares are missing, not zero.",
            )
        )
    return book.say("", " ").join(said)
