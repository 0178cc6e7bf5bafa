"""What prose may say: numbers bound to results, wording held to the design, graded confidence."""
