"""Designs that rest on the timing of a policy: staggered adoption and interrupted series."""
