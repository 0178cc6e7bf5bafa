"""From a number to the sentences it rests on, and back."""
