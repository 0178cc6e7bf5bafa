"""An estimate with all that must be said beside it, or the reason why there is none."""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import pandas as pd

from pbgov.evaluation.remarks import Lang, Remark, in_order, sentences
from pbgov.evaluation.storage import number_in, number_out, table_from_lists, table_to_lists
from pbgov.marks import SIMULATED, as_simulated, is_simulated

if TYPE_CHECKING:
    from pbgov.evaluation.design import Design

TERM_COLUMNS = (
    "term",
    "estimate",
    "std_error",
    "df",
    "statistic",
    "p_value",
    "conf_low",
    "conf_high",
    "p_permutation",
    "n_permutations",
    "minimum_detectable",
)
BESIDE_COLUMNS = ("term", "std_error", "df", "p_value", "conf_low", "conf_high")
EFFECT_COLUMNS = (
    "term",
    "effect",
    "std_error",
    "df",
    "p_value",
    "conf_low",
    "conf_high",
    "ols",
    "ols_low",
    "ols_high",
)
INFLUENCE_COLUMNS = (
    "term",
    "low",
    "unit_low",
    "high",
    "unit_high",
    "most_influential",
    "without_it",
    "sign_changes",
    "gvif",
)
UNITS_EN = {
    "区": "district",
    "街道": "street",
    "城市": "city",
    "省": "province",
    "案例": "case",
    "时期": "period",
    "月": "month",
    "单位": "unit",
    "人": "person",
    "行": "row",
    "组": "cluster",
}
_TABLES = ("terms", "beside", "effects", "influence")
_NOT_STORED = "lineage"


def counted(n: int, unit_name: str) -> str:
    """A number of units in Chinese: 16 个区, but 16 行."""
    return f"{n:,} 行" if unit_name == "行" else f"{n:,} 个{unit_name}"


def counted_en(n: int, unit_name: str) -> str:
    """A number of units in English: 16 districts."""
    name = UNITS_EN.get(unit_name, "unit")
    plural = {"city": "cities", "person": "people"}.get(name, f"{name}s")
    return f"{n:,} {name if n == 1 else plural}"


def _none() -> pd.DataFrame:
    return pd.DataFrame()


@dataclass(frozen=True, eq=False)
class Estimate:
    """A fitted regression: numbers, second opinion, and limits.

    Attributes
    ----------
    formula : str
        As the caller wrote it.
    outcome : str
        Name of the outcome.
    terms : DataFrame
        One row is one coefficient (`TERM_COLUMNS`): term, estimate (units of the outcome
        per unit of the term), std_error, df, statistic, p_value, conf_low, conf_high (95 %),
        p_permutation, n_permutations, and minimum_detectable, the smallest coefficient found
        with 80 % power at 5 %, in the same units as the estimate. p_value, interval and
        minimum_detectable are NaN where the sandwich was refused; p_permutation is NaN and
        n_permutations 0 where no permutation applies. `remarks` has the reasons.
    n : int
        Rows used.
    n_units : int
        Units at the level of the regressor: the clusters, or the rows.
    unit_name : str
        What a unit is, such as 区.
    method, covariance : str
        In Chinese, as a table's note prints them; `method_en`, `covariance_en` in English.
    beside : DataFrame
        The second opinion, one row per coefficient (`BESIDE_COLUMNS`); what it is stands in
        ``beside.attrs["covariance"]`` (and ``["covariance_en"]``) and in `remarks`.
    fit : dict of str to float
        r2, sigma, df_residual; or sigma, log_likelihood, n_exact.
    remarks : tuple of Remark
        What belongs under every exhibit of this estimate, in the order of the rules.
    simulated : bool
        True where any input was simulated; the tables then carry the mark too.
    inputs_digest : str
        SHA-256 of the rows and columns used, whatever their order.
    seed : int
        Of the permutation draws.
    effects : DataFrame
        Average marginal effects in percentage points beside least squares on the rate
        (`EFFECT_COLUMNS`), where the coefficients are logits; else empty.
    influence : DataFrame
        One row is one coefficient (`INFLUENCE_COLUMNS`): the lowest and the highest estimate
        when one unit is left out and which unit that is, the unit that moves it most and the
        estimate without it, whether any unit changes its sign, and the GVIF of its term
        raised to 1 / (2 df). Empty where it was not made.
    declared : bool or None
        Whether this test was declared beforehand (`pbgov.label_declared`); None where
        nobody has said.
    lineage : Design or None
        The rows it was fitted on and what their values came from, for `pbgov.trace`. Never
        stored: None after `from_json`.
    """

    formula: str
    outcome: str
    terms: pd.DataFrame
    n: int
    n_units: int
    unit_name: str
    method: str
    covariance: str
    beside: pd.DataFrame
    fit: dict[str, float]
    remarks: tuple[Remark, ...]
    simulated: bool
    inputs_digest: str
    seed: int
    method_en: str = ""
    covariance_en: str = ""
    effects: pd.DataFrame = field(default_factory=_none)
    influence: pd.DataFrame = field(default_factory=_none)
    declared: bool | None = None
    lineage: Design | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "remarks", in_order(self.remarks))
        tables = tuple(getattr(self, name) for name in _TABLES)
        if self.simulated or is_simulated(tables):
            object.__setattr__(self, "simulated", True)
            for name, table in zip(_TABLES, tables, strict=True):
                if len(table):
                    object.__setattr__(self, name, as_simulated(table))

    @property
    def size(self) -> str:
        """N in Chinese: 16 个区, or 64 行（16 个区） where rows come in units."""
        units = counted(self.n_units, self.unit_name)
        return units if self.n == self.n_units else f"{self.n:,} 行（{units}）"

    @property
    def size_en(self) -> str:
        """N in English: 16 districts, or 64 rows in 16 districts."""
        units = counted_en(self.n_units, self.unit_name)
        return units if self.n == self.n_units else f"{self.n:,} rows in {units}"

    @property
    def limits(self) -> tuple[str, ...]:
        """The remarks as Chinese sentences."""
        return sentences(self.remarks, "zh")

    @property
    def limits_en(self) -> tuple[str, ...]:
        """The remarks as English sentences."""
        return sentences(self.remarks, "en")

    def with_remarks(self, *remarks: Remark) -> Estimate:
        """The same estimate with more said beside it."""
        return replace(self, remarks=(*self.remarks, *remarks))

    def render(self, lang: Lang = "zh") -> str:
        """The estimate as text: first what could have been found, then what was, then the limits.

        Parameters
        ----------
        lang : {"zh", "en"}

        Returns
        -------
        str
            Remarks of the rules that come before the numbers (simulated, size, detectable),
            the table of terms, marginal effects where there are any, then all other remarks.
        """
        from pbgov.evaluation.rendering import rendered

        return rendered(self, lang)

    def __str__(self) -> str:
        return self.render("zh")

    def to_json(self) -> str:
        """The estimate as JSON; every digit is kept, NaN is written as null."""
        fields = {name: getattr(self, name) for name in self.__dataclass_fields__}
        del fields[_NOT_STORED]
        for name in _TABLES:
            fields[name] = table_to_lists(fields[name])
        fields["seed"] = int(self.seed)
        fields["fit"] = {name: number_out(value) for name, value in self.fit.items()}
        fields["remarks"] = [[one.rule, one.zh, one.en] for one in self.remarks]
        return json.dumps(fields, ensure_ascii=False, allow_nan=False, indent=1)

    @staticmethod
    def from_json(text: str) -> Estimate:
        """The estimate that `to_json` wrote, exactly."""
        fields = json.loads(text)
        for name in _TABLES:
            fields[name] = table_from_lists(fields[name])
        fields["fit"] = {name: number_in(value) for name, value in fields["fit"].items()}
        fields["remarks"] = tuple(Remark(*one) for one in fields["remarks"])
        return Estimate(**fields)

    # ---- the plug-in attributes by which the package maketables tabulates foreign results ------

    @property
    def __maketables_coef_table__(self) -> pd.DataFrame:
        terms = self.terms.rename(
            columns={
                "estimate": "b",
                "std_error": "se",
                "statistic": "t",
                "p_value": "p",
                "conf_low": "ci95l",
                "conf_high": "ci95u",
            }
        )
        return pd.DataFrame(terms).set_index("term").rename_axis("Coefficient")

    @property
    def __maketables_depvar__(self) -> str:
        return f"{SIMULATED} {self.outcome}" if self.simulated else self.outcome

    def __maketables_stat__(self, key: str) -> Any:
        stats = {
            "N": self.n,
            "units": self.n_units,
            "se_type": self.covariance_en or self.covariance,
            "limits": " ".join(self.limits_en),
            **self.fit,
        }
        return stats.get(key)

    @property
    def __maketables_stat_labels__(self) -> dict[str, str]:
        return {"units": f"N ({counted_en(2, self.unit_name)[2:]})", "limits": "Limits"}

    @property
    def __maketables_default_stat_keys__(self) -> list[str]:
        return ["N", "units", *(["r2"] if "r2" in self.fit else []), "se_type"]

    @property
    def __maketables_vcov_info__(self) -> dict[str, Any]:
        clustered = self.n != self.n_units
        return {
            "vcov_type": self.covariance_en or self.covariance,
            "clustervar": self.unit_name if clustered else None,
        }


@dataclass(frozen=True)
class NotEstimated:
    """A regression that the data cannot carry, and why.

    Attributes
    ----------
    formula : str
    n : int
        Complete rows that were there.
    reason, reason_en : str
        One sentence, in Chinese and in English.
    simulated : bool
    """

    formula: str
    n: int
    reason: str
    reason_en: str
    simulated: bool

    def to_json(self) -> str:
        """The refusal as JSON; `read_estimate` gives it back."""
        fields = {name: getattr(self, name) for name in self.__dataclass_fields__}
        return json.dumps(fields, ensure_ascii=False, indent=1)

    def render(self, lang: Lang = "zh") -> str:
        """The refusal as text of one language."""
        if lang == "en":
            head = "[simulated] " if self.simulated else ""
            return f"{head}{self.formula}\nNot estimated ({self.n} rows): {self.reason_en}"
        head = f"【{SIMULATED}】" if self.simulated else ""
        return f"{head}{self.formula}\n未估计（{self.n} 行）：{self.reason}"

    def __str__(self) -> str:
        return f"{self.render('zh')}\n{self.reason_en}"


def read_estimate(text: str) -> Estimate | NotEstimated:
    """What ``to_json`` of either kind wrote, exactly."""
    fields = json.loads(text)
    return NotEstimated(**fields) if "reason" in fields else Estimate.from_json(text)
