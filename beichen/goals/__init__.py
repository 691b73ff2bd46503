"""Goals of four kinds with key results, how they hang together, and their progress.

Nouns: Goal, KeyResult, Milestone, Alignment, Update, GoalStat. It does not judge people: that is reviews."""
