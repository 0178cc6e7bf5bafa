"""Designs that rest on the timing of a policy, from a table to an estimate with its limits."""
