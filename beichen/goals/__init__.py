"""Goals: what somebody set out to reach, how far it is, and what it serves.

Nouns: Goal (of a person or a unit, in a cycle), KeyResult (its measured parts), Milestone, Update (append-only
reports), Alignment (goal → parent goal, one of them the roll-up), GoalStat (rolled-up numbers, written by the drain).
It computes attainment; it gives nobody a grade, and it does not say how often people should talk.
"""
