"""Reviews: what a cycle says about each person, who said it, and who decided.

Nouns: a plan (who, with which sections and weights), a review (one person in one plan), its parts (self, peers,
managers by days in charge), nominations of peers, the rating a human decides, grade moves of the calibration, the
explanation that unfolds the result, the acknowledgement. Heads show that something exists and how far it is; words
and grades lie in tables of their own. It pays nothing and moves nobody: reward and growth read what is locked here.
"""
