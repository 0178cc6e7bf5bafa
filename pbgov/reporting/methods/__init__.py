"""The methods section of a report, written from the study's own record."""
