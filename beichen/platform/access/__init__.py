"""Who may see and do what, from one table (policy.csv): row filters, permissions, row security, two-person acts.

Import from the rooms: `current` (acting, rule, query), `permissions` (Permission, require, may, seats_of),
`relations` (sees, knows, writes, handles, ActorId …), `locks` (Lock, JobGrant, StateGuard), `two_person`, `policy`.
Models are not importable from here, since apps load this module first.
"""
