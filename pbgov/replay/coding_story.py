"""Which judgements changed, told by the cue words that came and went."""

from __future__ import annotations

from typing import Any

import pandas as pd

from pbgov.exhibits.agreement_rows import coder_name
from pbgov.exhibits.numerals import format_count
from pbgov.replay.comparing import cues_of
from pbgov.replay.speaking import Speaker

_GROUP = (
    "coder", "code_id", "change", "stretch", "rule_before", "rule_after", "value_before", "value_after",
)  # fmt: skip


class CodingTeller(Speaker):
    """The sentences on codings."""

    def codings(self) -> list[str]:
        """First the cues that judgements no longer, or newly, rest on; then what no cue explains."""
        every = self.changes.codings
        told = pd.Series(False, index=every.index)
        said = []
        for cue in self.changes.cues.to_dict("records"):
            gone = cue["change"] == "gone"
            rule = every["rule_before" if gone else "rule_after"]
            by_it = (
                every["coder"].eq(cue["coder"])
                & every["code_id"].eq(cue["code_id"])
                & every["stretch"].eq("both")
                & rule.map(lambda one, word=cue["cue"]: word in cues_of(str(one))).astype(bool)
            )
            if by_it.any():
                said.append((self._on_cue_gone if gone else self._on_new_cue)(cue, every[by_it]))
                told |= by_it
        rest = every[~told]
        columns = list(_GROUP)
        for key, rows in rest.groupby(columns, sort=True, dropna=False):
            said.append(self._judged(dict(zip(columns, tuple(key), strict=True)), rows))
        return said

    def _on_cue_gone(self, cue: dict[Any, Any], rows: pd.DataFrame) -> str:
        code = self.name(str(cue["code_id"]))
        gone, kept = rows[rows["change"] == "gone"], rows[rows["change"] != "gone"]
        parts = []
        if len(gone):
            parts.append(
                self.say(
                    f"{format_count(len(gone))} 段不再判为 {code}（{self._places(gone)}）"
                    f"{self._instead(gone)}",
                    f"{self.counted(len(gone), 'segment')} no longer judged {code}"
                    f" ({self._places(gone)}){self._instead(gone)}",
                )
            )
        if len(kept):
            parts.append(
                self.say(
                    f"{format_count(len(kept))} 段仍有判定，只是依据少了它（{self._places(kept)}）",
                    f"{self.counted(len(kept), 'segment')} still judged, without it"
                    f" ({self._places(kept)})",
                )
            )
        n = int(cue["n_before"])
        return self.say(
            f"{coder_name(cue['coder'])}里，线索词“{cue['cue']}”不再用于 {code}"
            f"（原先有 {format_count(n)} 处判定用到）：{'；'.join(parts)}。",
            f"{cue['coder']}: the cue “{cue['cue']}” no longer serves {code} (formerly"
            f" {self.counted(n, 'judgement')}): {'; '.join(parts)}.",
        )

    def _on_new_cue(self, cue: dict[Any, Any], rows: pd.DataFrame) -> str:
        code = self.name(str(cue["code_id"]))
        new, kept = rows[rows["change"] == "new"], rows[rows["change"] != "new"]
        parts = []
        if len(new):
            parts.append(
                self.say(
                    f"{format_count(len(new))} 段新判为 {code}（{self._places(new)}）",
                    f"{self.counted(len(new), 'segment')} newly judged {code} ({self._places(new)})",
                )
            )
        if len(kept):
            parts.append(
                self.say(
                    f"{format_count(len(kept))} 段原已判定，依据多了它（{self._places(kept)}）",
                    f"{self.counted(len(kept), 'segment')} judged before, now by it too"
                    f" ({self._places(kept)})",
                )
            )
        n = int(cue["n_after"])
        return self.say(
            f"{coder_name(cue['coder'])}里，线索词“{cue['cue']}”新用于 {code}"
            f"（现在有 {format_count(n)} 处判定用到）：{'；'.join(parts)}。",
            f"{cue['coder']}: the cue “{cue['cue']}” newly serves {code} (now"
            f" {self.counted(n, 'judgement')}): {'; '.join(parts)}.",
        )

    def _places(self, rows: pd.DataFrame) -> str:
        return self.listed(rows["segment_id"].astype(str))

    def _instead(self, gone: pd.DataFrame) -> str:
        """Into which codes of the same family the segments went, by the same coder."""
        every = self.changes.codings
        new = every[every["change"].eq("new") & every["value_after"].eq(1).fillna(False)]
        family = str(gone["code_id"].iloc[0]).split(".")[0]
        moved = new[
            new["coder"].isin(gone["coder"])
            & new["segment_id"].isin(gone["segment_id"])
            & new["code_id"].str.split(".").str[0].eq(family)
        ]
        counts = moved["code_id"].value_counts().sort_index()
        if counts.empty:
            return ""
        told = self.listed(
            self.say(
                f"{format_count(n)} 段改判为 {self.name(str(code)).strip()}", f"{n} now {code}"
            )
            for code, n in counts.items()
        )
        return self.say(f"，其中 {told}", f", of them {told}")

    def _judged(self, group: dict[str, Any], rows: pd.DataFrame) -> str:
        code, n = self.name(str(group["code_id"])), format_count(len(rows))
        n_en = self.counted(len(rows), "segment")
        are = "is" if len(rows) == 1 else "are"
        where = self.listed(rows["segment_id"].astype(str))
        who = self.say(f"{coder_name(group['coder'])}：", f"{group['coder']}: ")
        old, new = (self._by(str(group[f"rule_{when}"])) for when in ("before", "after"))
        before, after = (_judged_as(group[f"value_{when}"]) for when in ("before", "after"))
        denied = {
            when: self.say("文中否定了 ", " (denied by the text)") if value == 0 else ""
            for when, value in (("before", before), ("after", after))
        }
        why = {
            "both": "",
            "gone": self.say("，因为片段不再有", ", because they are gone"),
            "new": self.say("，片段是新的", ", which are new"),
        }[str(group["stretch"])]
        if group["change"] == "gone":
            said = self.say(
                f"原先{old}判为{denied['before'] or ' '}{code}的 {n} 段不再判为 {code}{why}",
                f"{n_en} formerly judged {code}{denied['before']}{old} {are} no longer{why}",
            )
        elif group["change"] == "new":
            said = self.say(
                f"新{new}判为{denied['after'] or ' '}{code}的有 {n} 段{why}",
                f"{n_en} {are} newly judged {code}{denied['after']}{new}{why}",
            )
        elif group["change"] == "value":
            now = self.say("判为有", "given") if after == 1 else self.say(
                "判为文中否定", "denied by the text"
            )  # fmt: skip
            said = self.say(
                f"{n} 段的 {code}改为{now}{new and f'（{new}）'}",
                f"{code} of {n_en} is now {now}{new}",
            )
        else:
            said = self.say(
                f"{n} 段仍判为 {code}，依据变了（原先{old or '没有写明'}，现在{new or '没有写明'}）",
                f"{n_en} {are} still judged {code} on another basis (formerly{old or ' not stated'},"
                f" now{new or ' not stated'})",
            )
        return self.say(f"{who}{said}：{where}。", f"{who}{said}: {where}.")

    def _by(self, rule: str) -> str:
        """By which rule: a cue by its word."""
        if not rule:
            return ""
        if cues := cues_of(rule):
            cue = "+".join(cues)
            return self.say(f"凭线索词“{cue}”", f" by the cue “{cue}”")
        return self.say(f"凭规则“{rule}”", f" by the rule “{rule}”")


def _judged_as(value: Any) -> int | None:
    return None if pd.isna(value) else int(value)
