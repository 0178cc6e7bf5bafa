"""Estimates on machine codes, beside what a hand-coded sample makes of them."""
