"""Statistics of words and passages: rates, coherence, overlap, likeness."""
