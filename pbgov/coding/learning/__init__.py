"""What the learned coder is made of: its material, its features, its folds, its figures."""
