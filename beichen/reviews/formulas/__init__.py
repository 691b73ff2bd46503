"""The arithmetic of reviews: manager parts, peers, sections, totals, grades, distribution. Plain values in and out."""
