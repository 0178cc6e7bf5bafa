"""What was read, what had to be repaired, and how it was cut."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pbgov.corpus.document import CERTAINTIES, REPAIR_KINDS
from pbgov.exhibits.repairs import CERTAINTY_NAMES, KINDS
from pbgov.reporting.methods.book import plural
from pbgov.reporting.prose import given
from pbgov.reporting.results.naming import stretches

if TYPE_CHECKING:
    import pandas as pd

    from pbgov.reporting.composition import Findings
    from pbgov.reporting.methods.book import Book

CASES = "data/cases"
METADATA = "evidence/metadata.csv"
MOST_SOURCES = 12
"""Sources that are listed by name; of more, their number is given."""


def on_material(found: Findings, book: Book) -> str:
    """Documents, formats, characters, sources; what was not read; segments."""
    documents = found.need("read", "documents")
    n = len(documents)
    count = book.count("documents", value=n, meaning="读入的文档篇数", origin=METADATA)
    formats = []
    for kind, many in documents["format"].astype(str).value_counts().sort_index().items():
        told = book.count(
            "format", str(kind), value=many, meaning=f"{kind} 文档篇数", origin=METADATA
        )
        formats.append(f"{given(str(kind), METADATA)} {told}{book.say(' 篇', '')}")
    n_chars, n_han = (
        book.count(name, value=documents[name].sum(), meaning=meaning, origin=CASES)
        for name, meaning in (("n_chars", "全部文档的字符数"), ("n_han", "全部文档的汉字数"))
    )
    said = book.say(
        f"研究材料是 {count} 篇文档（{book.listed(formats)}），共 {n_chars} 个字符，其中汉字 {n_han} 个。",
        f"The material is {count} {plural(n, 'document')} ({book.listed(formats)}) of"
        f" {n_chars} characters in all, {n_han} of them Han characters. ",
    )
    return (
        said + _sources(documents, book) + _unread(found, book) + _segments(found, book)
    ).strip()


def _sources(documents: pd.DataFrame, book: Book) -> str:
    if "venue" not in documents:
        return ""
    venues = documents["venue"].dropna().astype(str)
    named_venues = sorted(set(venues[venues.str.strip().ne("")]))
    unknown = len(documents) - int(venues.str.strip().ne("").sum())
    said = ""
    if 0 < len(named_venues) <= MOST_SOURCES:
        shown = book.listed(given(venue, METADATA) for venue in named_venues)
        said = book.say(f"出处：{shown}。", f"Sources: {shown}. ")
    elif named_venues:
        n = book.count("venues", value=len(named_venues), meaning="不同出处的个数", origin=METADATA)
        said = book.say(f"它们出自 {n} 个不同的出处。", f"They come from {n} different sources. ")
    if unknown:
        n = book.count("no_venue", value=unknown, meaning="没有写明出处的文档篇数", origin=METADATA)
        said += book.say(
            f"{n} 篇没有写明出处。",
            f"{n} {plural(unknown, 'document states', 'documents state')} no source. ",
        )
    return said


def _unread(found: Findings, book: Book) -> str:
    said = ""
    for name, meaning, zh, en in (
        ("problems", "没有读入的文件数", "{} 个文件没有读入。", "{} {} could not be read. "),
        ("remarks", "读入时的提醒条数", "读入时有 {} 条提醒。", "Reading gave {} {}. "),
    ):
        table = found.need("read", name)
        if len(table):
            n = book.count(name, value=len(table), meaning=meaning, origin=f"evidence/{name}.csv")
            noun = plural(len(table), "file" if name == "problems" else "remark")
            said += book.say(zh.format(n), en.format(n, noun))
    return said


def _segments(found: Findings, book: Book) -> str:
    paragraphs = int(found.need("read", "paragraphs")["kind"].eq("paragraph").sum())
    sentences = int(found.need("read", "sentences")["kind"].eq("sentence").sum())
    cut, parted = (
        book.count(name, value=value, meaning=meaning, origin=CASES)
        for name, value, meaning in (
            ("paragraphs", paragraphs, "切成的段落数"),
            ("sentences", sentences, "切成的句子数"),
        )
    )
    return book.say(
        f"文档切成 {cut} 个段落、{parted} 个句子，标题和空行不计。",
        f"They were cut into {cut} {plural(paragraphs, 'paragraph')} and {parted}"
        f" {plural(sentences, 'sentence')}, headings and blank lines not counted. ",
    )


def on_repairs(found: Findings, book: Book) -> str:
    """Kinds of damage and counts, certainty, and what stayed as it was."""
    repairs = found.need("read", "repairs")
    listed = "evidence/repairs.csv"
    if repairs.empty:
        return book.say("没有查出需要修复的文字损坏。", "No damaged text was found.")
    kinds = [kind for kind in REPAIR_KINDS if repairs["kind"].eq(kind).any()]
    by_kind = [
        f"{book.say(KINDS[kind], kind)} "
        + book.count(
            "repairs", kind, value=repairs["kind"].eq(kind).sum(),
            meaning=f"{KINDS[kind]}的处数", origin=listed,
        )
        for kind in kinds
    ]  # fmt: skip
    by_certainty = [
        f"{book.say(CERTAINTY_NAMES[one], one)} "
        + book.count(
            "certainty", one, value=repairs["certainty"].eq(one).sum(),
            meaning=f"“{CERTAINTY_NAMES[one]}”的处数", origin=listed,
        )
        for one in CERTAINTIES
    ]  # fmt: skip
    n = book.count("repairs", value=len(repairs), meaning="列出的损坏处数", origin=listed)
    said = book.say(
        f"文字损坏列出 {n} 处：{book.listed(by_kind)}。按把握分：{book.listed(by_certainty)}。",
        f"{n} damaged {plural(len(repairs), 'place')} {plural(len(repairs), 'is', 'are')} listed:"
        f" {book.listed(by_kind)}; by certainty: {book.listed(by_certainty)}. ",
    )
    if repairs["certainty"].eq("unrepaired").any():
        said += book.say(
            "未修复的原样保留，没有猜补。",
            "What was not repaired stands as it was; nothing was guessed. ",
        )
    return (said + book.say(
        "每一处都列有位置、原文和处理。", "Each is listed with its place, what stood there and what was done."
    )).strip()  # fmt: skip


def on_practices(found: Findings, book: Book) -> str:
    """The practices that rules found, and what documents share."""
    practices = found.table("practices", "practices")
    if practices is None or practices.empty:
        return book.say("没有查出做法。", "No practice was found.")
    done = practices[practices["status"].eq("已实施")]
    placed = practices[practices["region_code"].notna()]
    n, once, carried, where = (
        book.count(
            name, value=value, meaning=meaning, origin="evidence/practices.csv",
            rests_on=stretches(rows),
        )
        for name, value, meaning, rows in (
            ("practices", len(practices), "查出的做法条数", practices),
            ("distinct", practices["practice"].nunique(), "互不相同的做法项数", practices),
            ("done", len(done), "按已实施计的做法条数", done),
            ("placed", len(placed), "能定位到地区（市或区）的做法条数", placed),
        )
    )  # fmt: skip
    return book.say(
        f"规则从文中查出做法 {n} 条，同一做法在不同文档里的转述合并后为 {once} 项；"
        f"没有写成建议或计划、按已实施计的 {carried} 条，能定位到地区（市或区）的 {where} 条。",
        f"Rules found {n} {plural(len(practices), 'practice')}, {once} once retellings across"
        f" documents are taken together; {carried} are worded neither as advice nor as a"
        f" plan and count as carried out, {where} could be placed in a region (a city or a district).",
    )
