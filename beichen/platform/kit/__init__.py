"""Plain values and arithmetic: actor, clock, money, rounding, sharing, periods. No Django."""
