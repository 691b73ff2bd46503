"""Talks between a person and the manager: check-ins by rhythm, the manager's answer, and whether answers come in time.

Nouns: CheckIn (head: who, to whom, when, how far), its two kinds of answers (progress and plan; load, obstacle and
wish), the writer's draft, and the Reply. One-to-ones, retros and requests for support are not here yet. Nothing in
this area is ever an input to a score.
"""
