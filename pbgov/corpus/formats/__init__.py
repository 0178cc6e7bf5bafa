"""One reader for each kind of file: bytes in, every character out."""
