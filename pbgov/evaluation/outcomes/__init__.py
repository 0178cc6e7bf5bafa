"""Outcomes that are no plain numbers: rates, ordered answers, rows in groups of their own."""
