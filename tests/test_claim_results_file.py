"""results.json: what is written is read back as it was, and what is no such file is refused."""

from __future__ import annotations

import json
import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pbgov.errors import DataFileError
from pbgov.reporting.claims.results_file import account_from_json, ledger_from_json, ledger_to_json
from pbgov.reporting.ledger import Judgement, Ledger, Quotation, Record, Result

QUOTATION = Quotation(
    "d:0-4", "d", '</script><!-- {{result:x}} ]]> \u202e𠮷 "', "a.txt", 1, 0, 4, 2, 6, "党建引领",
    "110101", "东城区", "已实施", (Judgement("M1", "联建", "规则", "r1", 1),),
)  # fmt: skip
RECORD = Record(
    "密度/110101/2020", "东城区", "密度", "2020", "1.5", "人", "实际", "七普", "https://x"
)


def same(first: Ledger, second: Ledger) -> bool:
    def told(ledger):
        return repr((list(ledger.values()), ledger.quotations, ledger.records))

    return told(first) == told(second)


values = st.one_of(st.floats(), st.integers(-(2**70), 2**70), st.text(st.characters(codec="utf-8")))


@given(st.lists(values, max_size=6), st.booleans())
@settings(max_examples=200, deadline=None)
def test_the_round_trip_is_exact(drawn, simulated):
    ledger = Ledger(
        tuple(
            Result(f"r.{n}", value, f"印 {n}", "<意义>&", "count", "o", simulated, ("d:0-4",))
            for n, value in enumerate(drawn)
        ),
        (QUOTATION,),
        (RECORD,),
    )
    written = ledger_to_json(ledger)
    again = ledger_from_json(written)
    assert same(ledger, again)
    assert [type(one.value) for one in ledger.values()] == [
        type(one.value) for one in again.values()
    ]
    assert ledger_to_json(again) == written
    assert not set("<>&\u2028\u2029") & set(written), "it may stand in a page"


def test_numbers_that_are_none_are_kept_and_the_file_is_plain_json():
    kept = ledger_from_json(
        ledger_to_json(
            Ledger(
                tuple(
                    Result(f"r.{n}", value, "—", "m", "count")
                    for n, value in enumerate((math.nan, math.inf, -math.inf, 0.1 + 0.2))
                )
            )
        )
    )
    nan, plus, minus, sum_ = (one.value for one in kept.values())
    assert math.isnan(nan)
    assert (plus, minus, sum_) == (math.inf, -math.inf, 0.1 + 0.2)


def test_what_is_given_and_simulated_stands_beside():
    account = account_from_json(ledger_to_json(Ledger(), given=("1000",), simulated=("图3",)))
    assert (account.given, account.simulated) == (("1000",), ("图3",))


GOOD = json.loads(ledger_to_json(Ledger((Result("a.n", 1, "1", "m", "count"),))))


def changed(**fields):
    return json.dumps({**GOOD, "results": [{**GOOD["results"][0], **fields}]})


@pytest.mark.parametrize(
    "content",
    [
        "", "{}", "[]", "null", "x", json.dumps({**GOOD, "form": "other"}),
        changed(more=1), changed(result_id="坏 编号"), changed(value=None), changed(value=True),
        changed(value={"number": "x"}), changed(simulated="no"), changed(rests_on="abc"),
        changed(rests_on=["lost"]), changed(printed=7),
        json.dumps({**GOOD, "results": [GOOD["results"][0]] * 2}),
        json.dumps({**GOOD, "given": "abc"}), "[" * 100_000,
    ],
)  # fmt: skip
def test_what_is_no_account_is_refused_with_its_code(content):
    with pytest.raises(DataFileError) as refused:
        ledger_from_json(content, "results.json")
    assert [one.code for one in refused.value.findings] == ["E713"]
    assert refused.value.findings[0].path == "results.json"
