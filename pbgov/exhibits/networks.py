"""A network of terms and codes, drawn so that its labels can be read."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from pbgov.exhibits.exhibit import Exhibit, short_source
from pbgov.exhibits.lines import PAGE_HEIGHT, text_width
from pbgov.exhibits.tables import require_kind

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from pbgov.mining.networks import Network

MOST_NODES = 45
LEVEL = 0.05
CM_PER_HALF_WIDTH = 0.145  # of a label, at the size it is drawn in
LABEL_CM = 0.42
GAP = 0.12
MARGIN = 0.25
ROUNDS = 400
RISE = 0.12  # cm that a sign stands above the middle of its box, and a label below
DASHED = 0.5  # width of a dashed line beside a solid one of the same association
_NO_NAMES: Mapping[str, str] = {}


def figure_network(
    network: Network,
    *,
    source: str,
    labels: Mapping[str, str] = _NO_NAMES,
    unadjusted: bool = False,
    seed: int = 0,
) -> Exhibit:
    """The edges above chance, as wide as the association is close.

    Parameters
    ----------
    network : Network
        As `pbgov.cooccurrence` gives it.
    source : str
    labels : mapping, optional
        Printed name of each code.
    unadjusted : bool
        True draws pairs with p of 0.05 or less too, dashed; the note says how many of them chance
        alone would give.
    seed : int
        Of the layout; it moves the nodes and changes nothing else.

    Returns
    -------
    Exhibit
        ``fig-network``; signs and shades tell communities, bold labels are codes. Of more nodes
        than a page holds, those with most edges are drawn, and the note says how many are not.
    """
    require_kind("network", network, "Network", "cooccurrence")
    edges = network.edges
    drawn = edges["above_chance"] | (unadjusted & edges["p_above"].le(LEVEL))
    shown, left = _that_fit(edges[drawn], network.nodes)
    pairs = edges[drawn & edges["source"].isin(shown) & edges["target"].isin(shown)]
    nodes = network.nodes.set_index("node").loc[shown]

    def draw() -> Figure:
        from pbgov.exhibits.style import CM, MUTED, new_figure

        height = float(min(PAGE_HEIGHT - 3, 6 + 0.26 * len(nodes))) if len(nodes) else 1.5
        figure = new_figure(height + 1.6)
        width, height = (float(side) / CM for side in figure.get_size_inches())
        width, height = width - 0.4, height - 1.6
        axes = figure.add_subplot()
        if nodes.empty:
            axes.text(0.5, 0.5, "没有一对高于随机", ha="center", va="center", color=MUTED)
            axes.set_axis_off()
            return figure
        places = _places(pairs, nodes, labels, (width, height), seed)
        _draw_edges(axes, pairs, places)
        _draw_nodes(axes, nodes, places, labels)
        _explain(figure, nodes, pairs, height)
        axes.set_xlim(0, width)
        axes.set_ylim(0, height)
        axes.set_axis_off()
        return figure

    above, single = int(pairs["above_chance"].sum()), int((~pairs["above_chance"]).sum())
    counted = (
        f"N = {network.n_units} 个单位，{network.n_documents} 篇文档，"
        f"{len(network.nodes)} 个节点，{len(edges)} 对"
    )
    dashed = (
        f"虚线 {single} 对只是未校正的 p ≤ 0.05，纯属偶然时 {len(edges)} 对里至多"
        f"也会有 {LEVEL * len(edges):.0f} 对左右。"
        if unadjusted
        else ""
    )
    by_rule = int(edges["by_rule"].sum())
    circular = (
        f"规则编码靠同一批线索词判出的 {by_rule} 次相遇不计入检验（NPMI 按全部相遇计）。"
        if by_rule
        else ""
    )
    alone = len(network.nodes) - len(shown) - left
    return Exhibit(
        exhibit_id="fig-network",
        title="哪些词和编码比随机更常一起出现",
        body=draw,
        note=f"{counted}。实线 {above} 对高于随机（q ≤ {LEVEL}，BH 校正）；{dashed}"
        f"线越粗，NPMI 越大{'（虚线减半）' if unadjusted else ''}；点越大，出现的单位越多。{alone} 个节点没有边，不画。"
        f"{f'另有 {left} 个节点画不下，见数据表。' if left else ''}"
        f"位置由程序排布，远近没有含义。{circular}{network.caution}",
        source=source,
        data=edges,
        footer=f"{counted} · 来源：{short_source(source)}",
        evidence=network.nodes,
    )


def _that_fit(pairs: pd.DataFrame, nodes: pd.DataFrame) -> tuple[list[str], int]:
    """Nodes with an edge, those with most edges where there are too many; and how many are left."""
    degree = pairs["source"].value_counts().add(pairs["target"].value_counts(), fill_value=0)
    linked = nodes[nodes["node"].isin(degree.index)]
    order = linked.assign(drawn=linked["node"].map(degree)).sort_values(
        ["drawn", "n_units", "node"], ascending=[False, False, True]
    )
    kept = set(order["node"].head(MOST_NODES))
    held = pairs[pairs["source"].isin(kept) & pairs["target"].isin(kept)]
    shown = sorted({*held["source"], *held["target"]})
    return shown, len(linked) - len(shown)


def _places(
    pairs: pd.DataFrame,
    nodes: pd.DataFrame,
    labels: Mapping[str, str],
    size: tuple[float, float],
    seed: int,
) -> dict[str, np.ndarray]:
    """Where each node stands, in cm; labels pushed apart until none covers another."""
    import networkx as nx

    graph: nx.Graph[str] = nx.Graph()
    graph.add_nodes_from(nodes.index)
    graph.add_edges_from(zip(pairs["source"], pairs["target"], strict=True))
    spread = nx.spring_layout(graph, seed=seed, k=2.2 / np.sqrt(len(graph)), iterations=200)
    names = list(graph)
    at = np.array([spread[name] for name in names])
    halves = np.array(
        [
            (CM_PER_HALF_WIDTH * max(4, text_width(labels.get(name, name))) / 2, LABEL_CM)
            for name in names
        ]
    )
    room = np.array(size) - 2 * (halves.max(axis=0) + MARGIN)
    at = _evened(at) * room + halves.max(axis=0) + MARGIN
    for _ in range(ROUNDS):
        if not _push(at, halves, np.array(size)):
            break
    return dict(zip(names, at, strict=True))


def _evened(at: np.ndarray) -> np.ndarray:
    """Places between 0 and 1, most of the way to an even spread, so that no corner stays empty."""
    span = np.ptp(at, axis=0)
    scaled = (at - at.min(axis=0)) / np.where(span > 0, span, 1)
    ranks = at.argsort(axis=0, kind="stable").argsort(axis=0) / max(1, len(at) - 1)
    return np.asarray(0.25 * scaled + 0.75 * ranks)


def _push(at: np.ndarray, halves: np.ndarray, size: np.ndarray) -> bool:
    """Move boxes that overlap apart, along the line where it takes least; True where any did."""
    moved = False
    near = np.abs(at[:, None] - at[None, :]) < halves[:, None] + halves[None, :] + GAP
    for one, other in np.argwhere(np.triu(near.all(axis=2), 1)):
        apart = at[other] - at[one]
        over = halves[one] + halves[other] + GAP - np.abs(apart)
        if (over <= 0).any():
            continue  # another pair's step has freed them
        moved = True
        along = int(over[1] <= over[0])
        step = over[along] / 2 * (1 if apart[along] >= 0 else -1)
        at[one, along] -= step
        at[other, along] += step
    np.clip(at, halves + MARGIN, size - halves - MARGIN, out=at)
    return moved


def _draw_edges(axes: Axes, pairs: pd.DataFrame, places: Mapping[str, np.ndarray]) -> None:
    from pbgov.exhibits.style import MUTED

    for pair in pairs.to_dict("records"):
        (x0, y0), (x1, y1) = places[pair["source"]], places[pair["target"]]
        axes.plot(
            (x0, x1),
            (y0 + RISE, y1 + RISE),
            color=MUTED,
            lw=_width(pair["npmi"]) * (1 if pair["above_chance"] else DASHED),
            ls="-" if pair["above_chance"] else (0, (3, 2)),
            alpha=0.75 if pair["above_chance"] else 0.55,
            zorder=1,
            solid_capstyle="round",
        )


def _width(npmi: float) -> float:
    return 0.5 if np.isnan(npmi) else 0.5 + 3.5 * max(0.0, float(npmi))


def _draw_nodes(
    axes: Axes,
    nodes: pd.DataFrame,
    places: Mapping[str, np.ndarray],
    labels: Mapping[str, str],
) -> None:
    from pbgov.exhibits.style import INK, SMALL_SIZE

    most = float(nodes["n_units"].max())
    for node in nodes.reset_index().to_dict("records"):
        name = str(node["node"])
        x, y = places[name]
        colour, sign = _sign(node["community"])
        area = 18 + 70 * float(node["n_units"]) / most
        axes.scatter(x, y + RISE, s=area, c=colour, marker=sign, ec="white", lw=0.6, zorder=2)
        axes.text(
            x,
            y - RISE,
            labels.get(name, name),
            ha="center",
            va="top",
            fontsize=SMALL_SIZE,
            fontweight="bold" if node["kind"] == "code" else "normal",
            color=INK,
            zorder=3,
            bbox={"boxstyle": "round,pad=0.05", "fc": "white", "ec": "none", "alpha": 0.75},
        )


def _sign(community: object) -> tuple[str, str]:
    """Shade and sign of a community; the sixth and later ones, and none, share the last."""
    from pbgov.exhibits.style import MARKERS, MUTED, PALETTE

    if isinstance(community, int | np.integer) and 1 <= community < len(MARKERS):
        return PALETTE[int(community) - 1], MARKERS[int(community) - 1]
    return MUTED, "v"


def _explain(figure: Figure, nodes: pd.DataFrame, pairs: pd.DataFrame, height: float) -> None:
    from matplotlib.lines import Line2D

    from pbgov.exhibits.style import MUTED

    signs: dict[tuple[str, str], str] = {}
    for community in sorted(nodes["community"].dropna().unique()):
        sign = _sign(community)
        signs[sign] = "其余社群" if sign in signs or sign[1] == "v" else f"社群 {community}"
    if nodes["community"].isna().any():
        signs[_sign(None)] = "其余社群或不属社群" if _sign(None) in signs else "不属社群"
    handles = [
        Line2D([], [], ls="", marker=sign, color=colour, ms=6, label=name)
        for (colour, sign), name in signs.items()
    ]
    strong = float(pairs["npmi"].max())
    for value in sorted({round(strong / 2, 1), round(strong, 1)} - {0.0}):
        handles.append(Line2D([], [], color=MUTED, lw=_width(value), label=f"NPMI {value:.1f}"))
    if not pairs["above_chance"].all():
        dashed = Line2D([], [], color=MUTED, lw=0.8, ls=(0, (3, 2)), label="未校正 p ≤ 0.05")
        handles.append(dashed)
    figure.legend(handles=handles, loc="outside upper left", ncols=5, handletextpad=0.4)
