"""What divides a text: lines, numbering, headings, notes and sentences."""
