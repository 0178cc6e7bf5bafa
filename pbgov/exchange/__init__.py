"""Exchange with other programs: QDA tools, spreadsheets."""
