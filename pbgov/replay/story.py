"""The changes between two runs, told in sentences."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from pbgov.exhibits.numerals import (
    MISSING,
    decimals_for,
    format_count,
    format_number,
    format_p,
    format_percent,
)
from pbgov.replay.coding_story import CodingTeller
from pbgov.replay.runs import CODE, SEED
from pbgov.replay.speaking import LISTED, Speaker
from pbgov.reporting.tracing.telling import on_one_line

if TYPE_CHECKING:
    from pbgov.evaluation.remarks import Lang
    from pbgov.replay.changes import Changes

_SHOWN = 24


def story_of(changes: Changes, lang: Lang) -> tuple[str, ...]:
    """See `pbgov.replay.changes.Changes.story`."""
    teller = Teller(changes, lang)
    links = [
        *teller.inputs(),
        *teller.conditions(),
        *teller.segments(),
        *CodingTeller(changes, lang).codings(),
        *teller.terms(),
        *teller.figures(),
        *teller.scores(),
        *teller.estimates(),
        *teller.tables(),
        *teller.printed(),
    ]
    return (*links, *teller.nothing())


class Teller(Speaker):
    """The sentences on everything but codings."""

    def fit(self, row: dict[Any, Any]) -> str:
        """Which estimate: the step by its title, and the name it has there."""
        return self._of_step(str(row["step"]), str(row["name"]))

    def _of_step(self, step: str, name: str) -> str:
        from pbgov.steps import STEPS

        titles = {one.name: one.title for one in STEPS}
        return self.say(f"{titles.get(step, step)}（{name}）", f"{step}/{name}")

    def inputs(self) -> list[str]:
        """Which files."""
        files = self.changes.inputs
        if files is None:
            return []
        if files.empty:
            return [self.say("输入文件没有变。", "No input file changed.")]
        words = {
            "added": self.say("新增", "added"),
            "removed": self.say("删去", "removed"),
            "edited": self.say("内容变了", "edited"),
        }
        shown = self.listed(
            self.say(f"{path}（{words[change]}）", f"{path} ({words[change]})")
            for path, change in zip(files["path"], files["change"], strict=True)
        )
        return [self.say(f"改动的输入：{shown}。", f"Inputs changed: {shown}.")]

    def conditions(self) -> list[str]:
        """Whether the seed or the software is another one."""
        table = self.changes.conditions
        if table is None or table.empty:
            return []
        names = {SEED: self.say("随机种子", "seed"), CODE: self.say("pbgov 的程序", "pbgov's code")}
        shown = self.say("、", ", ").join(
            f"{names.get(row['what'], row['what'])}{self._from_to(row)}"
            for row in table.to_dict("records")
        )
        return [self.say(f"运行的条件变了：{shown}。", f"The run was made with another {shown}.")]

    def _from_to(self, row: dict[Any, Any]) -> str:
        before, after = (row[when] or MISSING for when in ("before", "after"))
        return self.say(f"由 {before} 到 {after}", f" (from {before} to {after})")

    def segments(self) -> list[str]:
        """Which stretches of the documents."""
        table = self.changes.segments
        said = []
        for change, zh, en in (("gone", "不再有", "gone"), ("new", "是新的", "new")):
            rows = table[table["change"] == change]
            if len(rows):
                where = self.listed(
                    f"{row['segment_id']}“{_begun(str(row['text']))}”"
                    for row in rows.to_dict("records")
                )
                n = format_count(len(rows))
                said.append(
                    self.say(
                        f"{n} 个片段{zh}：{where}。",
                        f"{self.counted(len(rows), 'segment')} {en}: {where}.",
                    )
                )
        return said

    def terms(self) -> list[str]:
        """Which words were counted otherwise."""
        table = self.changes.terms
        if table.empty:
            return []
        shown = self.listed(
            self.say(
                f"“{row['term']}”{_moved(row, '由 ', ' 到 ')}",
                f"“{row['term']}” {_moved(row, 'from ', ' to ')}",
            )
            for row in table.to_dict("records")
        )
        n = format_count(len(table))
        return [
            self.say(
                f"{n} 个词的次数变了：{shown}。",
                f"The counts of {self.counted(len(table), 'word')} changed: {shown}.",
            )
        ]

    def figures(self) -> list[str]:
        """Which figures of indicators."""
        table = self.changes.figures
        if table.empty:
            return []
        shown = self.listed(
            f"{row['indicator']} {self.name(str(row['region_code']))} {row['period']} "
            f"{self._from_to(row).strip()}"
            for row in table.to_dict("records")
        )
        n = format_count(len(table))
        return [
            self.say(
                f"{n} 个指标数值变了：{shown}。",
                f"{self.counted(len(table), 'figure')} of indicators changed: {shown}.",
            )
        ]

    def scores(self) -> list[str]:
        """Which shares, of which units."""
        said = []
        for by, zh, en in (("documents", "篇文档", "document"), ("regions", "个区", "district")):
            rows = self.changes.scores[self.changes.scores["by"] == by]
            if rows.empty:
                continue
            n = format_count(rows["unit"].nunique())
            shown = self.listed(self._score(row) for row in rows.to_dict("records"))
            said.append(
                self.say(
                    f"{n} {zh}的得分变了：{shown}。",
                    f"Scores of {self.counted(rows['unit'].nunique(), en)} changed: {shown}.",
                )
            )
        return said

    def _score(self, row: dict[Any, Any]) -> str:
        share = [format_percent(row[f"share_{when}"]) for when in ("before", "after")]
        coded = [
            MISSING
            if math.isnan(row[f"n_segments_{when}"])
            else f"{_whole(row[f'n_coded_{when}'])}/{_whole(row[f'n_segments_{when}'])}"
            for when in ("before", "after")
        ]
        unit, code = self.name(str(row["unit"])), row["code_id"]
        return self.say(
            f"{unit}的 {code} 由 {share[0]}（{coded[0]}）到 {share[1]}（{coded[1]}）",
            f"{code} of {unit} from {share[0]} ({coded[0]}) to {share[1]} ({coded[1]})",
        )

    def estimates(self) -> list[str]:
        """Which coefficients, what now reads otherwise first."""
        rows = self.changes.estimates.to_dict("records")
        rows.sort(key=lambda row: row["crossed"] == "")
        told = [self._estimate(row) for row in rows[:LISTED]]
        if len(rows) > LISTED:
            n = format_count(len(rows) - LISTED)
            told.append(
                self.say(
                    f"另有 {n} 个系数变了，读法不变或见表。",
                    f"{self.counted(len(rows) - LISTED, 'more coefficient')} changed; see the table.",
                )
            )
        return told

    def _estimate(self, row: dict[Any, Any]) -> str:
        mark = self.say("【模拟】", "[SIMULATED] ") if row["simulated"] else ""
        what = mark + self.fit(row)
        if row["crossed"] == "refused":
            then, now = (self._reason(row, when) for when in ("before", "after"))
            whose = f" {row['term']}" if row["term"] else ""
            return self.say(
                f"{what}{whose}：原先{then}，现在{now}。",
                f"{what}{whose}: formerly {then}, now {now}.",
            )
        low, high = row["conf_low_after"], row["conf_high_after"]
        places = decimals_for((high - low) / 4 if not math.isnan(high - low) else math.nan)
        old, new = (format_number(row[f"estimate_{when}"], places) for when in ("before", "after"))
        said = self.say(
            f"{what}中“{row['term']}”的系数由 {old} 到 {new}",
            f"{what}: the coefficient of “{row['term']}” moved from {old} to {new}",
        )
        ps = [
            self.say(f"{zh}由 {pair[0]} 到 {pair[1]}", f"{en} from {pair[0]} to {pair[1]}")
            for column, zh, en in (
                ("p_value", "p ", "p"),
                ("p_permutation", "置换 p ", "permutation p"),
            )
            if len(set(pair := [format_p(row[f"{column}_{when}"]) for when in ("before", "after")]))
            > 1
        ]
        said += "".join(self.say(f"，{one}", f", {one}") for one in ps)
        return said + self._reading(row) + self.say("。", ".")

    def _reason(self, row: dict[Any, Any], when: str) -> str:
        reason = row[f"reason_{when}" if self.zh else f"reason_en_{when}"]
        if reason:
            return self.say(
                f"没有估计（{reason.rstrip('。')}）", f"not estimated ({reason.rstrip('.')})"
            )
        if math.isnan(row[f"estimate_{when}"]) and row["term"]:
            return self.say("没有这一项", "absent")
        if row["term"]:
            return self.say("系数为 ", "") + format_number(row[f"estimate_{when}"], 3)
        return self.say("有估计", "estimated")

    def _reading(self, row: dict[Any, Any]) -> str:
        """What a reader would say otherwise now."""
        crossed = row["crossed"].split()
        holds = row["conf_low_after"] <= 0 <= row["conf_high_after"]
        words = {
            "sign": self.say("符号变了", "the sign changed"),
            "zero": self.say(
                "区间原来不含 0，现在含 0", "the interval now holds 0, which it did not"
            )
            if holds
            else self.say("区间原来含 0，现在不含 0", "the interval no longer holds 0"),
            "level": self.say("p 落到了 0.05 的另一侧", "p fell on the other side of 0.05"),
        }
        if not crossed:
            return self.say("；读法不变", "; it reads the same")
        return self.say("；", "; ") + self.say("，", ", ").join(words[one] for one in crossed)

    def tables(self) -> list[str]:
        """How many rows of everything else."""
        table = self.changes.tables
        if table.empty:
            return []
        shown = self.listed(
            self._of_step(str(row["step"]), str(row["table"]))
            + self.say(
                f" {row['n_gone']} 行不再有而 {row['n_new']} 行是新的",
                f" ({row['n_gone']} rows gone, {row['n_new']} new)",
            )
            for row in table.to_dict("records")
        )
        return [self.say(f"别的表也变了：{shown}。", f"Other tables changed: {shown}.")]

    def printed(self) -> list[str]:
        """Which numbers of the report."""
        table = self.changes.printed
        if table is None:
            return []
        if table.empty:
            return [
                self.say("报告里印出的数字没有变。", "No number printed in the report changed.")
            ]
        shown = self.listed(
            (self.say("【模拟】", "[SIMULATED] ") if row["simulated"] else "")
            + (row["meaning"] if self.zh else row["result_id"])
            + self.say(
                f"由 {row['before'] or MISSING} 到 {row['after'] or MISSING}",
                f" from {row['before'] or MISSING} to {row['after'] or MISSING}",
            )
            for row in table.to_dict("records")
        )
        n = format_count(len(table))
        return [
            self.say(
                f"报告里 {n} 个数字变了：{shown}。",
                f"{self.counted(len(table), 'number')} of the report changed: {shown}.",
            )
        ]

    def nothing(self) -> list[str]:
        """Why no result changed, where none did."""
        if self.changes.any_result:
            return []
        files = self.changes.inputs
        if files is None or files.empty:
            return [self.say("没有一个结果变了。", "No result changed.")]
        return [
            self.say(
                "输入变了，但没有一个结果变：改动没有触及任何片段、编码、词的次数、得分或估计"
                "（例如只改了说明、出处或空格，改到的词在材料里没有出现，或者改到的指标没有检验用到）。",
                "Inputs changed but no result did: the edit touched no segment, coding, count of words,"
                " score or estimate (as where only a note, a source or blanks were edited, words"
                " that the material does not hold, or figures that no test uses).",
            )
        ]


def _begun(text: str) -> str:
    """The first words of a stretch, without characters that act on a screen."""
    plain = on_one_line(text).strip()
    return plain if len(plain) <= _SHOWN else f"{plain[: _SHOWN - 1]}…"


def _moved(row: dict[Any, Any], start: str, between: str) -> str:
    return f"{start}{format_count(row['before'])}{between}{format_count(row['after'])}"


def _whole(value: float) -> str:
    return MISSING if math.isnan(value) else format_count(value)
