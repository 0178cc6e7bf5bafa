"""Set-theoretic analysis of a table of cases: calibrate, truth table, solutions, necessity."""
