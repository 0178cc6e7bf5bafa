"""编码: codebook, rule coder, journal of judgements, agreement."""
