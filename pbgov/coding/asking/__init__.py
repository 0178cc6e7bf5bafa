"""询问: what is put to a language model, over which connection, and what of its answer is accepted."""
