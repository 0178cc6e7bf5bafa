"""Estimates that carry the error of machine codes: from a hand-coded sample of known design."""
