"""Relabelings, permutation tests and the wild bootstrap."""
