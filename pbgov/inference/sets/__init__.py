"""Set-theoretic analysis (QCA) as plain functions of arrays: calibration, truth rows, minimisation, fit."""
