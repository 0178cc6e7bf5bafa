"""抽取: practices, organisations, places and modality, each with its offsets."""
