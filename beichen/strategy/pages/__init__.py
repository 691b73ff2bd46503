"""The doors of strategy: the one page, and the statements beside it."""
