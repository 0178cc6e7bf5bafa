"""REFI-QDA 1.5: what its files hold, how they are written, read and distrusted."""
