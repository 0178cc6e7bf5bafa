"""Putting elements into the XML of a project."""

from __future__ import annotations

from typing import Any

from pbgov.exchange.refi.characters import spell
from pbgov.exchange.refi.grammar import PROJECT


def add(parent: Any, tag: str, namespace: str = PROJECT, **attributes: str | None) -> Any:
    """A new element below `parent`; attributes without a value are left out, names are spelled."""
    from lxml import etree

    element = etree.SubElement(parent, f"{{{namespace}}}{tag}")
    for name, value in attributes.items():
        if value is not None:
            element.set(name, spell(value) if name == "name" else value)
    return element
