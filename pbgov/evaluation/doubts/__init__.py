"""Doubts to put to an estimate: other tests, single units, what could be seen at all, other choices."""
