"""Outcomes that are no plain numbers: rates, answers, bounds."""
