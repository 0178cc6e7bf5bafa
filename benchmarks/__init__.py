"""Figures that the documentation quotes, made anew by `python -m nox -s bench`."""
