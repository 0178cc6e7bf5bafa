"""Topics in print: their words with what speaks for them, and how many topics to ask for."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from pbgov.exhibits.chart_contents import choice_chart
from pbgov.exhibits.exhibit import Exhibit, short_source
from pbgov.exhibits.numerals import format_count, format_number, format_percent
from pbgov.exhibits.tables import require_columns, require_kind

if TYPE_CHECKING:
    from collections.abc import Mapping

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from pbgov.mining.topics import TopicModel

_NO_NAMES: Mapping[str, str] = {}
MEASURES = {"npmi": "一致性（NPMI）", "seeds": "稳定性：换种子", "sampled": "稳定性：换样本"}
_COMPARED = (
    "k",
    "npmi",
    "npmi_shuffled",
    "seeds",
    "seeds_shuffled",
    "sampled",
    "sampled_shuffled",
    "n_converged",
    "n_runs",
    "n_units",
    "n_documents",
    "n_terms",
)


def table_topics(
    model: TopicModel, *, source: str, names: Mapping[str, str] = _NO_NAMES, top: int = 8
) -> Exhibit:
    """The heaviest terms of each topic, its coherence and stability, and where it comes from.

    Parameters
    ----------
    model : TopicModel
        As `pbgov.topics` gives it.
    source : str
    names : mapping, optional
        Printed name of each document.
    top : int
        Terms printed for each topic; the raw data hold ten.

    Returns
    -------
    Exhibit
        ``tab-topics``; a topic that is not stable is marked.
    """
    require_kind("model", model, "TopicModel", "topics")
    terms = model.topics[model.topics["rank"] <= top].groupby("topic")["term"].agg("、".join)
    beside = model.coherence.merge(model.stability, on="topic")
    rows = []
    for topic in beside.to_dict("records"):
        number = int(topic["topic"])
        rows.append(
            {
                "主题": f"{number}（不稳定）" if number in model.unstable else str(number),
                "占比": format_percent(topic["share"]),
                "权重最大的词": terms[number],
                "一致性": format_number(topic["npmi"], 2),
                "换种子": format_number(topic["seeds_mean"], 2),
                "换样本": format_number(topic["sampled_mean"], 2),
                "最集中的文档": _main_document(model, number, names),
            }
        )
    method = {"nmf": "非负矩阵分解（TF-IDF）", "lda": "隐含狄利克雷分配（词频）"}[model.method]
    raw = model.topics.merge(model.coherence, on="topic").merge(model.stability, on="topic")
    return Exhibit(
        exhibit_id="tab-topics",
        title=f"{model.k} 个主题的词、一致性与稳定性",
        body=pd.DataFrame(rows),
        note=f"N = {format_count(model.n_units)} 个单位，{model.n_documents} 篇文档，"
        f"{format_count(model.n_terms)} 个词。{method}，{len(model.runs)} 个种子（{model.seed} 起）。"
        "一致性为前十词的平均 NPMI，无关的词约为 0；换种子、换样本为前十词的平均重合（Jaccard，0 到 1），"
        "换样本每次只用一半单位。括号内为该文档占这个主题的比例，和它占全部单位的比例。"
        + "".join(model.remarks),
        source=source,
        data=raw,
        evidence=[model.weights, model.documents],
    )


def _main_document(model: TopicModel, topic: int, names: Mapping[str, str]) -> str:
    shares = model.documents[model.documents["topic"].eq(topic)]
    if shares.empty:
        return "—"
    first = shares.sort_values(["of_topic", "doc_id"], ascending=[False, True]).iloc[0]
    name = names.get(first["doc_id"], first["doc_id"])
    parts = (format_percent(first[column], 0) for column in ("of_topic", "of_units"))
    return f"{name}（{'，'.join(parts)}）"


def figure_topic_choice(comparison: pd.DataFrame, *, source: str) -> Exhibit:
    """Coherence and stability for each number of topics, beside those of shuffled words.

    Parameters
    ----------
    comparison : DataFrame
        As `pbgov.compare_topics` gives it.
    source : str

    Returns
    -------
    Exhibit
        ``fig-topic-choice``
    """
    require_columns("comparison", comparison, *_COMPARED)
    table = comparison.sort_values("k")
    first = table.iloc[0]

    def draw() -> Figure:
        from pbgov.exhibits.style import new_figure

        figure = new_figure(7.0)
        panels = figure.subplots(1, 3, sharex=True)
        for axes, (name, title) in zip(panels, MEASURES.items(), strict=True):
            _draw_choice(axes, table, name)
            axes.set_title(title)
            axes.set_xlabel("主题数")
            if name != "npmi":
                axes.set_ylim(0, 1.05)
        handles, labels = panels[0].get_legend_handles_labels()
        figure.legend(handles, labels, loc="outside upper left", ncols=2)
        return figure

    converged = int(table["n_converged"].sum())
    fitted = int(table["n_runs"].sum())
    counted = f"N = {format_count(first['n_units'])} 个单位，{int(first['n_documents'])} 篇文档"
    return Exhibit(
        exhibit_id="fig-topic-choice",
        title="主题数与一致性、稳定性：实际文字与打乱的文字",
        body=draw,
        note=f"{counted}，{format_count(first['n_terms'])} 个词；每个主题数拟合 {int(first['n_runs'])}"
        f" 次，共 {fitted} 次，其中 {converged} 次收敛。打乱指把词在片段之间随机重新分配，片段长度和词的"
        "总次数不变：高不过打乱的，就没有依据。换种子的稳定性在打乱的文字上也常常很高，单看它不能说明"
        f"主题可信。{comparison.attrs.get('caution', '')}",
        source=source,
        data=comparison,
        chart=choice_chart(table, MEASURES),
        footer=f"{counted} · 来源：{short_source(source)}",
    )


def _draw_choice(axes: Axes, table: pd.DataFrame, name: str) -> None:
    from matplotlib.ticker import MaxNLocator

    from pbgov.exhibits.style import MUTED, PALETTE

    axes.plot(table["k"], table[name], color=PALETTE[0], lw=1.4, marker="o", ms=4, label="实际文字")
    axes.plot(
        table["k"],
        table[f"{name}_shuffled"],
        color=MUTED,
        lw=1.0,
        ls="--",
        marker="s",
        ms=3.5,
        mfc="white",
        label="打乱的文字",
    )
    axes.xaxis.set_major_locator(MaxNLocator(integer=True, min_n_ticks=1))
    axes.grid(axis="y")
