"""How far colours lie apart: for all eyes, in greyscale, and for colour-blind readers."""

from __future__ import annotations

import numpy as np
from matplotlib.colors import to_rgb

SEEN = {
    "普通视觉": np.eye(3),
    "红色盲（protanopia）": np.array(
        [
            [0.152286, 1.052583, -0.204868],
            [0.114503, 0.786281, 0.099216],
            [-0.003882, -0.048116, 1.051998],
        ]
    ),
    "绿色盲（deuteranopia）": np.array(
        [
            [0.367322, 0.860646, -0.227968],
            [0.280085, 0.672501, 0.047413],
            [-0.011820, 0.042940, 0.968881],
        ]
    ),
}
"""Machado, Oliveira & Fernandes (2009), IEEE TVCG 15(6), severity 1.0, on linear RGB."""

_TO_XYZ = np.array(
    [
        [0.4124564, 0.3575761, 0.1804375],
        [0.2126729, 0.7151522, 0.0721750],
        [0.0193339, 0.1191920, 0.9503041],
    ]
)
_WHITE = _TO_XYZ.sum(axis=1)


def linear(colour: str) -> np.ndarray:
    """Linear RGB of an sRGB colour."""
    rgb = np.array(to_rgb(colour))
    return np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)


def lab(colour: str, seen: np.ndarray = SEEN["普通视觉"]) -> np.ndarray:
    """CIELAB (D65) of a colour as it is seen."""
    ratio = _TO_XYZ @ np.clip(seen @ linear(colour), 0, 1) / _WHITE
    root = np.where(ratio > 216 / 24389, np.cbrt(ratio), (24389 / 27 * ratio + 16) / 116)
    return np.array([116 * root[1] - 16, 500 * (root[0] - root[1]), 200 * (root[1] - root[2])])


def contrast(colour: str) -> float:
    """Contrast against white as WCAG 2 defines it, 1 to 21."""
    return float(1.05 / (_TO_XYZ[1] @ linear(colour) + 0.05))


def nearest(colours: tuple[str, ...], seen: np.ndarray) -> float:
    """The smallest CIELAB distance (ΔE 1976) between any two of the colours."""
    points = np.array([lab(colour, seen) for colour in colours])
    apart = np.linalg.norm(points[:, None] - points[None, :], axis=2)
    return float(apart[np.triu_indices(len(points), 1)].min())
