"""Checking again: bundles, what changed and why, notebooks compared by meaning 复核."""
