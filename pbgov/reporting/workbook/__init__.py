"""The report as an Excel file: one sheet an exhibit."""
