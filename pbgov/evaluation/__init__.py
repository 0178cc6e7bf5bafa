"""评估: tables in, an Estimate (or the reason there is none) out."""
