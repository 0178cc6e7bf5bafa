"""Every number a report may state, with what it rests on."""
