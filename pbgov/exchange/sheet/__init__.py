"""How a coding sheet is laid out, and how its rows are read."""
