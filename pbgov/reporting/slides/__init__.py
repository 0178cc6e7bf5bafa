"""The report as a PowerPoint file: one message a slide."""
