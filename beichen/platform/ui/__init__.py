"""The page door: shell, parts, slots, languages, themes and static files.

Import from the rooms: `doors` (door, Anyone, SignedIn, PageRequest), `answers` (page, see, tell).
Settings read `digest` before Django is ready, so nothing is imported here.
"""
