"""What a document says about itself: its dates, its places, and why a field is empty."""
