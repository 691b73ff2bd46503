"""Metrics: what is counted and how a value becomes a score.

Nouns: Metric (an entry of the library with unit, direction and owner), BandTable (points that turn a value into a
score, interpolated or stepped). It does not collect values, and it does not know goals: those point down to it.
"""
