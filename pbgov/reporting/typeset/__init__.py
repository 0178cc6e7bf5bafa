"""The report as a PDF, set by typst."""
