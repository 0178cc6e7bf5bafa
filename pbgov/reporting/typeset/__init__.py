"""The report as a PDF, set by typst with the shipped font and nothing of the system."""
