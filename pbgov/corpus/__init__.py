"""语料: documents as they were read, and their segments."""
