"""Exhibits made by hand, hostile texts and a check of the package, for slides and workbook."""

from __future__ import annotations

import io
import posixpath
import zipfile

import pandas as pd
from lxml import etree

from pbgov.exhibits.charts import ChartData, Series
from pbgov.exhibits.exhibit import Exhibit
from pbgov.exhibits.style import new_figure

REL = "{http://schemas.openxmlformats.org/package/2006/relationships}"
HOSTILE = (
    "<script>alert(1)</script>", "</script><!--", '=HYPERLINK("http://x.invalid","x")', "@SUM(A1)",
    "\\input{/etc/passwd}", '#eval("1")', "{{result:x}}", "{tab-x}", "]]>", "\u202e倒序", "𠮷野家",
    "a & b \"c\" 'd' _x0001_",
)  # fmt: skip


def table_exhibit(
    rows=3, columns=2, *, exhibit_id="tab-plain", simulated=False, cell="值", **given
):
    body = pd.DataFrame(
        {f"列{at}": [f"{cell}{row}" for row in range(rows)] for at in range(columns)}
    )
    data = pd.DataFrame({"x": range(rows)})
    return Exhibit(
        exhibit_id, given.pop("title", "一张表"), body, given.pop("note", "N = 3。"), "试例", data,
        simulated=simulated, **given,
    )  # fmt: skip


def chart_exhibit(*, exhibit_id="fig-bars", simulated=False, title="各区占比"):
    chart = ChartData("bar", (Series("占比", (0.4, 0.25)),), ("东城区", "西城区"), "占比", "区")

    def draw():
        figure = new_figure(6)
        figure.add_subplot().barh([0, 1], [0.4, 0.25])
        return figure

    data = pd.DataFrame({"占比": [0.4, 0.25]})
    return Exhibit(
        exhibit_id, title, draw, "N = 2。", "试例", data, simulated=simulated, chart=chart
    )


def picture_exhibit(exhibit_id="fig-picture"):
    def draw():
        figure = new_figure(6)
        figure.add_subplot().imshow([[1, 2], [3, 4]])
        return figure

    return Exhibit(exhibit_id, "热图", draw, "N = 4。", "试例", pd.DataFrame({"x": [1]}))


def sound(content: bytes) -> None:
    """Parts, types and relationships belong together; ids are unique; nothing points outside."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        names = archive.namelist()
        assert len(set(names)) == len(names)
        parts = {name: archive.read(name) for name in names}
    types = etree.fromstring(parts["[Content_Types].xml"])
    defaults = {one.get("Extension") for one in types if one.get("Extension")}
    overrides = {one.get("PartName").lstrip("/") for one in types if one.get("PartName")}
    assert overrides <= set(parts)
    for name in parts:
        if name != "[Content_Types].xml":
            assert name in overrides or name.rsplit(".", 1)[-1] in defaults, name
    reached = set()
    for name, blob in parts.items():
        if not name.endswith(".rels"):
            continue
        folder = posixpath.dirname(posixpath.dirname(name))
        ids = []
        for relation in etree.fromstring(blob).iter(f"{REL}Relationship"):
            assert relation.get("TargetMode") != "External"
            target = relation.get("Target")
            path = target.lstrip("/") if target.startswith("/") else posixpath.join(folder, target)
            path = posixpath.normpath(path)
            assert path in parts, (name, target)
            reached.add(path)
            ids.append(relation.get("Id"))
        assert len(set(ids)) == len(ids)
    assert {n for n in parts if not n.endswith(".rels") and n != "[Content_Types].xml"} == reached
    for name, blob in parts.items():
        if name.endswith(".xml"):
            root = etree.fromstring(blob)
            if name.startswith("ppt/slides/"):
                shapes = [one.get("id") for one in root.iter("{*}cNvPr")]
                assert len(set(shapes)) == len(shapes), name
