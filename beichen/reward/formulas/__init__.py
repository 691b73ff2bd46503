"""The arithmetic of bonuses: bases, pools, coefficients, shares, adjustments, formula mode. Plain values in and out."""
