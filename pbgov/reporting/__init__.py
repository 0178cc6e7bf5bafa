"""报告: the Word and HTML report."""
