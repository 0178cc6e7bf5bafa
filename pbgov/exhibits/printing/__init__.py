"""Tables as text for other writing programs: LaTeX and Markdown."""
