"""One kind of damage in each module: text in, edits with their certainty out."""
