"""推断: plain functions of arrays; imports no other room."""
