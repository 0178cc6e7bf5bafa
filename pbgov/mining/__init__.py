"""挖掘: lexicon, tokens, terms and contrasts."""
