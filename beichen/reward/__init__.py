"""Bonus plans: pools, shares to the cent, approval and letters. It reads locked results, never writes them."""
