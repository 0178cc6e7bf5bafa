"""Sources: their entries, their formats, and how GB/T 7714 prints them."""
