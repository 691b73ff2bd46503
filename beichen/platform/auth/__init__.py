"""Accounts, sign-in, sessions and personal tokens. An account is not a person: it points to one."""
