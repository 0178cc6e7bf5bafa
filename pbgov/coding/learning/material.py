"""What a coder judged, as the learned coder is taught it: texts, codes, and groups kept together.

A stretch that the coder judged in the family, or marked as read to the end, is in; where he gave it
no code it teaches that there is none. A stretch he never opened teaches nothing.
"""

from __future__ import annotations

import hashlib
import json
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from pbgov.coding.codings import is_secondary, states_in_family
from pbgov.coding.journal import MACHINES
from pbgov.corpus.document import digest_text
from pbgov.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pbgov.coding.codebook import Codebook

SPAN = ["doc_id", "start", "end"]
NO_CODE = "none"
GROUPS = {"paragraph": "paragraph_id", "document": "doc_id", "organisation": "organisation"}
GROUP_NAMES = {"paragraph": "段落", "document": "文档", "organisation": "组织"}
NOT_TAUGHT = ("heading", "blank", "front_matter")


@dataclass(frozen=True, eq=False)
class Material:
    """Judged stretches in the order of their documents.

    Attributes
    ----------
    stretches : DataFrame
        ``doc_id``, ``start``, ``end``, ``segment_id``, ``text``, ``group``.
    codes : tuple of str
        Those of the family that the coder gave at least once, in the order of the codebook.
    given : ndarray of bool, shape (n, n_codes)
        The primary codes of each stretch.
    several : bool
        Whether a stretch can have several codes (a ``multi`` family).
    remarks : tuple of str
        In Chinese: what was left out.
    """

    stretches: pd.DataFrame
    codes: tuple[str, ...]
    given: np.ndarray
    several: bool
    remarks: tuple[str, ...]

    @property
    def groups(self) -> np.ndarray:
        """The number of each stretch's group, shape (n,)."""
        return np.unique(self.stretches["group"].to_numpy(dtype=str), return_inverse=True)[1]

    @property
    def labels(self) -> np.ndarray:
        """All codes of each stretch as one label, ``none`` where it has none, shape (n,)."""
        return labels_of(self.given, self.codes)

    def digest(self, settings: Mapping[str, Any]) -> str:
        """16 hex digits that name what is taught: texts, codes, groups, and the settings."""
        content = hashlib.sha256(json.dumps(settings, sort_keys=True).encode())
        columns = (self.stretches[name] for name in (*SPAN, "text", "group"))
        for doc_id, start, end, text, group, label in zip(*columns, self.labels, strict=True):
            row = [doc_id, int(start), int(end), digest_text(text), group, str(label)]
            content.update(json.dumps(row, ensure_ascii=False).encode())
        return content.hexdigest()[:16]

    @property
    def questions(self) -> list[tuple[np.ndarray, int]]:
        """The classes to tell apart, and how many: one question, or one a code where several can be.

        In a single question the classes are the codes, and behind them that there is none, where
        the coder read stretches without a code; in the question for a code 1 is that it is present.
        """
        if self.several:
            return [(self.given[:, place].astype(int), 2) for place in range(len(self.codes))]
        without = ~self.given.any(axis=1)
        classes = np.where(without, len(self.codes), self.given.argmax(axis=1))
        return [(classes, len(self.codes) + int(without.any()))]


def labels_of(given: np.ndarray, codes: Sequence[str]) -> np.ndarray:
    """Each row's codes joined by +, ``none`` where there is none."""
    joined = [
        "+".join(code for code, is_given in zip(codes, row, strict=True) if is_given)
        for row in given
    ]
    return np.array([label or NO_CODE for label in joined], dtype=str)


def gather_material(
    codings: pd.DataFrame,
    segments: pd.DataFrame,
    codebook: Codebook,
    *,
    family: str,
    coder: str,
    group: str,
    states: pd.DataFrame | None,
) -> Material:
    """The stretches that one coder judged in one family, with their primary codes.

    Raises
    ------
    InputError
        See `pbgov.train_coder`.
    """
    known = codebook.codes_of(family)
    several = codebook.exclusive(family) == "multi"
    own = _own(codings, coder)
    of_family, remarks = _of_family(own, family, known, codebook)
    read = _read_stretches(states, coder, family)
    if of_family.empty and read.empty:
        raise InputError(
            f"{coder!r} judged nothing in family {family!r}; give another family or coder."
        )
    column = GROUPS.get(group, group)
    frame = _frame(segments, column)
    judged = pd.concat([of_family[SPAN], read]).drop_duplicates()
    stretches = frame.merge(judged, on=SPAN, validate="1:1").sort_values(SPAN, ignore_index=True)
    lost = of_family.merge(frame[SPAN], on=SPAN, how="left", indicator=True)["_merge"] != "both"
    if lost.any():
        remarks.append(f"另有 {int(lost.sum())} 条编码没有对上可读的片段，未学")
    if stretches.empty:
        raise InputError(
            f"None of the {len(of_family)} codings of {coder!r} in family {family!r} has the bounds"
            " of a paragraph, sentence or practice of this table; give the segments that were coded."
        )
    _refuse_texts(stretches, of_family)
    _refuse_groups(stretches, column)
    primary = of_family[of_family["value"].eq(1)]
    primary = primary[~is_secondary(primary)]
    placed = primary.merge(stretches[SPAN].reset_index(names="place"), on=SPAN)
    if not several:
        _refuse_two_codes(placed, coder, family)
    used = tuple(code for code in known if code in set(placed["code_id"]))
    given = np.zeros((len(stretches), len(used)), dtype=bool)
    given[placed["place"], pd.Index(used).get_indexer(pd.Index(placed["code_id"]))] = True
    return Material(stretches, used, given, several, tuple(remarks))


def codes_given(
    codings: pd.DataFrame, stretches: pd.DataFrame, codes: Sequence[str], known: Sequence[str]
) -> tuple[np.ndarray, np.ndarray]:
    """The primary codes another coder gave the same stretches.

    Parameters
    ----------
    codings : DataFrame
        Of one coder.
    stretches : DataFrame
        See `Material`.
    codes, known : sequence of str
        The codes of the columns, and all codes of the family.

    Returns
    -------
    given : ndarray of bool, shape (n, n_codes)
    covered : ndarray of bool, shape (n,)
        Whether he gave any code of the family.
    """
    coders = sorted(set(codings["coder"]))
    if len(coders) > 1:
        raise InputError(
            f"The codings to compare with are of {len(coders)} coders ({', '.join(coders)});"
            " keep one of them: rules[rules.coder == …]."
        )
    found = codings[codings["value"].eq(1) & codings["code_id"].isin(list(known))]
    found = found[~is_secondary(found)]
    placed = found.merge(stretches[SPAN].reset_index(names="place"), on=SPAN)
    given = np.zeros((len(stretches), len(codes)), dtype=bool)
    covered = np.zeros(len(stretches), dtype=bool)
    covered[placed["place"]] = True
    placed = placed[placed["code_id"].isin(list(codes))]
    given[placed["place"], pd.Index(list(codes)).get_indexer(pd.Index(placed["code_id"]))] = True
    return given, covered


def readable(segments: pd.DataFrame) -> pd.DataFrame:
    """The rows of a segments table that can be judged: no headings, no white space."""
    absent = [name for name in (*SPAN, "segment_id", "text") if name not in segments.columns]
    if absent:
        raise InputError(
            f"segments has no column {', '.join(absent)}; give a table such as pbgov.segment makes."
        )
    if "kind" in segments.columns:
        segments = segments[~segments["kind"].isin(NOT_TAUGHT)]
    twice = segments.duplicated(SPAN)
    if twice.any():
        row = segments[twice].iloc[0]
        raise InputError(
            f"segments holds {row['doc_id']}[{row['start']}:{row['end']}] more than once"
            f" ({int(twice.sum())} such rows); drop the repeats."
        )
    return segments


def _own(codings: pd.DataFrame, coder: str) -> pd.DataFrame:
    absent = [
        name
        for name in (*SPAN, "code_id", "coder", "value", "status", "memo")
        if name not in codings.columns
    ]
    if absent:
        raise InputError(
            f"codings has no column {', '.join(absent)}; give codings as pbgov.read_codings does."
        )
    if not isinstance(coder, str) or coder.casefold().split(":")[0] in MACHINES:
        raise InputError(f"coder is {coder!r}; give the name of one person, or 'gold'.")
    names = sorted(set(codings["coder"].dropna()))
    if coder not in names:
        raise InputError(f"No coding by {coder!r}; coders here: {', '.join(names)}.")
    alike = [name for name in names if name != coder and _folded(name) == _folded(coder)]
    if alike:
        raise InputError(
            f"codings holds {coder!r} and {alike[0]!r}: one coder typed in two ways, or two whose"
            " judgements must not be mixed. Give each coder one name."
        )
    own = codings[codings["coder"] == coder]
    judged = own[own["status"] == "judged"]
    if judged.empty:
        raise InputError(
            f"All {len(own)} codings of {coder!r} are suggestions; only what a person judged can"
            " teach. Have them confirmed first."
        )
    odd = judged[~judged["value"].isin([0, 1])]
    if len(odd):
        row = odd.iloc[0]
        raise InputError(
            f"codings holds the value {odd['value'].tolist()[0]!r} for {row['code_id']} of"
            f" {row['doc_id']}[{row['start']}:{row['end']}]; a judgement is the number 1 or 0."
        )
    twice = judged.duplicated([*SPAN, "code_id"])
    if twice.any():
        row = judged[twice].iloc[0]
        raise InputError(
            f"{coder!r} judged {row['code_id']} of {row['doc_id']}[{row['start']}:{row['end']}] twice;"
            " keep one judgement."
        )
    return judged


def _folded(name: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", name).casefold().split())


def _of_family(
    own: pd.DataFrame, family: str, known: Sequence[str], codebook: Codebook
) -> tuple[pd.DataFrame, list[str]]:
    of_family = own[own["code_id"].str.startswith(f"{family}.") | own["code_id"].isin(list(known))]
    strange = of_family[~of_family["code_id"].isin(list(known))]
    left = strange[strange["code_id"].isin(list(codebook.retired["code_id"]))]
    if len(strange) > len(left):
        code = sorted(set(strange["code_id"]) - set(left["code_id"]))[0]
        raise InputError(
            f"{code!r} is no code of the codebook, version {codebook.version}; add it to codes.csv,"
            " or to retired.csv where it has left."
        )
    remarks = [f"{len(left)} 条编码用的是已停用的码，未学"] if len(left) else []
    return of_family[of_family["code_id"].isin(list(known))], remarks


def _read_stretches(states: pd.DataFrame | None, coder: str, family: str) -> pd.DataFrame:
    if states is None or not states["coder"].eq(coder).any():
        return pd.DataFrame(columns=SPAN)
    mine = states_in_family(states, coder, family)
    return mine.loc[mine["state"].eq("read"), list(SPAN)].drop_duplicates()


def _frame(segments: pd.DataFrame, column: str) -> pd.DataFrame:
    kept = readable(segments)
    if column not in kept.columns:
        raise InputError(
            f"segments has no column {column!r} to keep together; it has"
            f" {', '.join(map(str, kept.columns))}."
        )
    return pd.DataFrame(
        {
            **{name: kept[name] for name in (*SPAN, "segment_id", "text")},
            "group": kept[column].astype("str"),
        }
    )


def _refuse_texts(stretches: pd.DataFrame, codings: pd.DataFrame) -> None:
    texts = stretches["text"]
    empty = texts.isna() | texts.fillna("").str.strip().eq("")
    if empty.any():
        row = stretches[empty].iloc[0]
        raise InputError(
            f"{row['doc_id']}[{row['start']}:{row['end']}] was judged and has no text"
            f" ({int(empty.sum())} such segments); give the segments with their text."
        )
    if "text_digest" not in codings.columns:
        return
    placed = codings.merge(stretches[[*SPAN, "text"]], on=SPAN)
    changed = placed["text"].map(digest_text) != placed["text_digest"]
    if changed.any():
        row = placed[changed].iloc[0]
        raise InputError(
            f"{row['doc_id']}[{row['start']}:{row['end']}] has changed since it was judged"
            f" ({int(changed.sum())} such codings); judge it anew, or give the text that was judged."
        )


def _refuse_groups(stretches: pd.DataFrame, column: str) -> None:
    nameless = stretches["group"].isna()
    if nameless.any():
        row = stretches[nameless].iloc[0]
        raise InputError(
            f"{row['doc_id']}[{row['start']}:{row['end']}] has no {column}"
            f" ({int(nameless.sum())} such segments), so that it cannot be held out with its own;"
            " fill the column, or keep something else together."
        )


def _refuse_two_codes(placed: pd.DataFrame, coder: str, family: str) -> None:
    twice = placed.duplicated("place", keep=False)
    if twice.any():
        row = placed[twice].iloc[0]
        codes = placed.loc[placed["place"] == row["place"], "code_id"]
        raise InputError(
            f"{coder!r} gave {row['doc_id']}[{row['start']}:{row['end']}] the primary codes"
            f" {', '.join(sorted(codes))}, but {family} allows one; mark the others as secondary"
            " (memo 次要) or take them back."
        )
