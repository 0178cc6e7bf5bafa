"""Panels: units observed over periods, members of groups, neighbours in space."""
