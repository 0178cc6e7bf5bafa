"""The arithmetic of agreement: plain functions of arrays."""
