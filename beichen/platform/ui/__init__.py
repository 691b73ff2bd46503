"""The page door: shell, parts, slots, languages, themes and static files."""
