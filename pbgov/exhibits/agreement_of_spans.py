"""How far coders agree on the very words they mark: the table of alpha for unitizing."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from pbgov.exhibits.agreement_rows import coder_name, listed, remarks_sentence, row_names
from pbgov.exhibits.exhibit import Exhibit
from pbgov.exhibits.numerals import format_count, format_interval, format_number, format_percent
from pbgov.exhibits.tables import require_columns

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

ALL_DOCUMENTS = "*"
_COLUMNS = (
    "code_id",
    "family",
    "coders",
    "doc_id",
    "n_documents",
    "n_characters",
    "n_units",
    "share_marked",
    "alpha_u",
    "alpha_u_low",
    "alpha_u_high",
    "remark",
)
_NO_NAMES: Mapping[str, str] = {}


def table_agreement_of_spans(
    spans: pd.DataFrame,
    *,
    source: str,
    labels: Mapping[str, str] = _NO_NAMES,
    coders: Sequence[str] | None = None,
) -> Exhibit:
    """Alpha for unitizing of each code over all documents, with its interval.

    Parameters
    ----------
    spans : DataFrame
        As `pbgov.agreement_of_spans` makes it; the rows of single documents are not printed but
        stand in the data beside the table.
    source : str
    labels : mapping, optional
        Printed name of each code, and of each family where there are several.
    coders : sequence of str, optional
        Names for the title; those of the table where not given.

    Returns
    -------
    Exhibit
        ``tab-agreement-spans``
    """
    require_columns("spans", spans, *_COLUMNS)
    shown = spans[spans["doc_id"] == ALL_DOCUMENTS].reset_index(drop=True)
    body = pd.DataFrame(
        {
            "编码": name,
            "标出段数": format_count(row["n_units"]),
            "标出字数占比": format_percent(row["share_marked"]),
            "α": format_number(row["alpha_u"], 2),
            "95% 区间": format_interval(row["alpha_u_low"], row["alpha_u_high"], 2),
        }
        for name, row in zip(row_names(shown, labels), shown.to_dict("records"), strict=True)
    )
    sizes = [
        "–".join(format_count(n) for n in dict.fromkeys((shown[name].min(), shown[name].max())))
        for name in ("n_documents", "n_characters")
    ]
    named = list(coders or map(coder_name, str(shown["coders"].iloc[0]).split("|")))
    return Exhibit(
        exhibit_id="tab-agreement-spans",
        title=f"{listed(named)}标出的文字有多一致",
        body=body,
        note=f"N = {sizes[1]} 字，{sizes[0]} 篇文档：每位编码者都读过的文字，没有人标出的也计入。"
        "α 为 Krippendorff 等（2016）的划界 α：1 为位置与编码完全一致，0 为与随机相当；"
        "“标出字数占比”是各人的平均。区间由整篇文档重抽而来。"
        f"{remarks_sentence(shown, labels)}",
        source=source,
        data=spans,
    )
