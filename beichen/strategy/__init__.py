"""Strategy: one page that says where we go, the year's priorities, and what we will not do.

Nouns: StrategyMap (the page of a horizon), StrategyVersion (one state of it), Priority, Exclusion. It does not know
goals: how far a priority has come is shown by the area goals, in the slot `strategy.coverage`.
"""
