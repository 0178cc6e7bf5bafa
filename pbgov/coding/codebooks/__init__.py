"""What a codebook is made of beside its tables: checks, trees, versions, and crosswalks to others."""
