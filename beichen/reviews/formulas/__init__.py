"""The arithmetic of reviews: manager parts, peers, sections, totals, grades and distribution. Plain values in and out."""
