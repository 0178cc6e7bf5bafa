"""How rules are read and held against texts: words, conditions, denials, the status of the evidence."""
