"""What one row is of scores, and of the files of indicators, regions and events."""

from __future__ import annotations

import pandera.pandas as pa

from pbgov.schemas.columns import number, text, whole
from pbgov.schemas.texts import PRACTICE_STATUS

INDICATOR_STATUS = ("实际", "预计", "推算", "模拟")

SOURCE_TIERS = ("A", "B", "E", "模拟")

INDICATOR_KINDS = ("rate", "score", "count", "amount", "ratio", "concentration", "rank", "duration")

SCORES = pa.DataFrameSchema(
    {
        "unit": text(),
        "code_id": text(),
        "n_segments": whole(0),
        "n_coded": number(0, nullable=True),
        "share": number(0, 1, nullable=True),
    },
    unique=["unit", "code_id"],
    name="scores",
)
"""One row is unit x code; a unit nobody read has ``n_segments`` 0 and NaN beside it."""

INDICATORS = pa.DataFrameSchema(
    {
        "region_code": text(),
        "period": text(),
        "indicator": text(),
        "value": number(),
        "unit": text(),
        "status": text(among=INDICATOR_STATUS),
        "source_tier": text(among=SOURCE_TIERS),
        "source_url": text(),
        "note": text(nullable=True),
    },
    unique=["region_code", "period", "indicator"],
    name="indicators",
)
"""One row is one figure: region x period x indicator."""

REGISTER = pa.DataFrameSchema(
    {
        "indicator": text(unique=True),
        "definition": text(),
        "kind": text(among=INDICATOR_KINDS),
        "unit": text(),
        "low": number(nullable=True),
        "high": number(nullable=True),
        "denominator": text(nullable=True),
        "limits": text(nullable=True),
    },
    name="register",
)
"""One row is the definition of one indicator; ``low``/``high`` bound its possible values."""

ASSESSMENT = pa.DataFrameSchema(
    {
        "region_code": text(),
        "period": text(),
        "peer_group": text(),
        "score_low": number(0, 1000),
        "score_high": number(0, 1000),
        "status": text(among=INDICATOR_STATUS),
        "source_url": text(),
    },
    unique=["region_code", "period"],
    name="assessment",
)
"""One row is one district-month of the urban-environment assessment: the score lies between the
bounds; where they are equal it was published exactly."""

REGIONS = pa.DataFrameSchema(
    {
        "region_code": text(unique=True),
        "name": text(),
        "level": text(among=("province", "city", "district", "street")),
        "kind": text(),
        "parent_code": text(nullable=True),
        "zone": text(nullable=True),
        "area_km2": number(0, nullable=True),
        "source": text(),
    },
    name="regions",
)
"""One row is one region, keyed by its GB/T 2260 code (streets: nine digits)."""

ADJACENCY = pa.DataFrameSchema(
    {
        "region_code_a": text(),
        "region_code_b": text(),
        "shared_border_km": number(0),
    },
    unique=["region_code_a", "region_code_b"],
    name="adjacency",
)
"""One row is one pair of districts that touch."""

TIMELINE = pa.DataFrameSchema(
    {
        "date": text(),
        "event": text(),
        "level": text(among=("市", "区", "街乡镇")),
        "place": text(),
        "role": text(among=("起源", "决定", "提出", "文件", "法规", "分批", "铺开")),
        "source_tier": text(among=("A", "B")),
        "source_url": text(),
        "note": text(nullable=True),
    },
    unique=["date", "event"],
    name="timeline",
)
"""One row is one dated event of policy; ``date`` is a year, a month or a day, as published."""

CONFLICTS = pa.DataFrameSchema(
    {
        "place": text(),
        "period": text(nullable=True),
        "indicator": text(),
        "value_a": text(),
        "value_b": text(nullable=True),
        "judgement": text(),
    },
    name="conflicts",
)
"""One row is one figure on which two sources disagree or only seem to, and what was decided."""

PRACTICE_RECORDS = pa.DataFrameSchema(
    {
        "practice_id": text(unique=True),
        "doc_id": text(),
        "start": whole(0),
        "end": whole(0),
        "organisation": text(),
        "organisation_key": text(),
        "named": text(among=("是", "否")),
        "status": text(among=PRACTICE_STATUS),
        "place": text(nullable=True),
        "period": text(nullable=True),
        "region_code": text(nullable=True),
        "region_basis": text(nullable=True, among=("stated", "inferred")),
        "confidence": text(nullable=True, among=("high", "medium", "low")),
        "reason": text(nullable=True),
        "text_digest": text(),
    },
    name="practice records",
)
"""One row is one practice (做法) as one human reader recorded it; the stretch is one paragraph.

``region_code`` is the district where it is known, else the city; ``region_basis`` says whether the
text states it or the reader inferred it, and ``confidence`` and ``reason`` belong to the inference.
"""

QUANTITY_RECORDS = pa.DataFrameSchema(
    {
        "quantity_id": text(unique=True),
        "doc_id": text(),
        "start": whole(0),
        "end": whole(0),
        "practice_id": text(nullable=True),
        "indicator": text(),
        "comparator": text(among=("=", ">", ">=", "≈", "≈<")),
        "value": text(),
        "from_value": text(nullable=True),
        "unit": text(nullable=True),
        "place": text(nullable=True),
        "period": text(nullable=True),
        "kind": text(among=("结构", "事件", "指标", "标准", "举例")),
        "note": text(nullable=True),
        "text_digest": text(),
    },
    name="quantity records",
)
"""One row is one quantity that a document states, as one human reader recorded it.

``value`` is text: a number, a date, or a formula such as 1+1+N.
"""
