"""Step results come back exactly, and only for the very state they were made in."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from pbgov.cache import Cache, digest_bytes, digest_files, load_table, save_table
from pbgov.marks import is_simulated, mark_simulated


@pytest.fixture
def table() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "text": pd.Series(["", "\\N 不是缺失", float("nan"), "多行\n“引号”,逗号"], dtype="str"),
            "code": pd.Series(["001", "110101", "NA", "null"], dtype="str"),
            "whole": pd.array([1, None, 3, 2**53], dtype="Int64"),
            "real": [0.1 + 0.2, float("nan"), -1e-300, 1 / 3],
            "flag": pd.array([True, None, False, True], dtype="boolean"),
        }
    )


def test_a_table_comes_back_with_its_values_types_gaps_and_attributes(table, tmp_path):
    table.attrs["by"] = "doc_id"
    save_table(table, tmp_path / "table.csv")
    restored = load_table(tmp_path / "table.csv")
    pd.testing.assert_frame_equal(restored, table, check_exact=True)
    assert restored.attrs == {"by": "doc_id"}


@pytest.mark.parametrize(
    "words",
    [
        "a\rb",
        "a\r\nb",
        "\n",
        "\t",
        "\x00",
        "\x1a",
        "\ud800 坏字",
        "\u2028",
        "=1",
        " x ",
        '"',
        "\\",
        "",
    ],
)
def test_any_words_of_a_document_come_back(words, tmp_path):
    table = pd.DataFrame({"before": pd.Series([words], dtype="str")})
    save_table(table, tmp_path / "table.csv")
    pd.testing.assert_frame_equal(load_table(tmp_path / "table.csv"), table)


def test_an_empty_table_keeps_its_columns(table, tmp_path):
    save_table(table.iloc[:0], tmp_path / "table.csv")
    pd.testing.assert_frame_equal(load_table(tmp_path / "table.csv"), table.iloc[:0])


def test_a_simulated_table_is_still_simulated_when_it_comes_back(table, tmp_path):
    save_table(mark_simulated(table).drop(columns="status"), tmp_path / "table.csv")
    assert is_simulated(load_table(tmp_path / "table.csv"))


def test_a_step_is_made_once_per_state(table, tmp_path):
    cache = Cache(tmp_path, base="code 1")
    calls = []

    def make() -> dict:
        calls.append(1)
        return {"table": table, "note": '{"n": 1}'}

    key = cache.key("step", {"seed": 1})
    first, made = cache.fetch("step", key, make)
    again, made_again = cache.fetch("step", key, make)
    assert (made, made_again, len(calls)) == (True, False, 1)
    assert again["note"] == first["note"] == '{"n": 1}'
    pd.testing.assert_frame_equal(again["table"], table)


def test_the_key_changes_with_inputs_step_and_code(tmp_path):
    keys = {
        Cache(tmp_path, base).key(step, inputs)
        for base in ("code 1", "code 2")
        for step in ("read", "score")
        for inputs in ({"seed": 1}, {"seed": 2})
    }
    assert len(keys) == 8


def test_a_step_that_was_cut_short_is_made_again(table, tmp_path):
    cache = Cache(tmp_path, base="")
    cache.fetch("step", "key", lambda: {"table": table})
    (tmp_path / "step" / "key" / "complete").unlink()
    _, made = cache.fetch("step", "key", lambda: {"table": table})
    assert made


def test_digests_depend_on_every_byte_and_on_where_parts_end(tmp_path):
    assert digest_bytes(b"ab", b"c") != digest_bytes(b"a", b"bc")
    (tmp_path / "a.txt").write_bytes(b"x")
    before = digest_files([tmp_path], tmp_path)
    (tmp_path / "a.txt").write_bytes(b"y")
    after = digest_files([tmp_path], tmp_path)
    assert before.keys() == after.keys() == {"a.txt"}
    assert before != after


def test_numbers_survive_to_the_last_bit(tmp_path):
    draws = np.random.default_rng(0)
    table = pd.DataFrame(
        {"x": 10 ** draws.uniform(-300, 300, 2_000) * draws.standard_normal(2_000)}
    )
    save_table(table, tmp_path / "x.csv")
    assert (load_table(tmp_path / "x.csv")["x"] == table["x"]).all()
