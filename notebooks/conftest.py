"""nbval 0.11 passes a cell whose magic does not exist (its issue 147); here it fails."""

from __future__ import annotations

import pytest


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item):
    result = yield
    outputs = getattr(item, "test_outputs", None) or []
    for output in outputs:
        text = "".join(output.get("text", ""))
        if output.get("name") == "stderr" and "UsageError" in text:
            pytest.fail(f"a magic failed: {text[:200]}", pytrace=False)
    return result
