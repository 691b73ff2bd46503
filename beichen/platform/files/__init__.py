"""Files that a person asked for: written by a job with that person's rights, kept for a day, handed to nobody else.

Nouns: ExportFile and its pieces. What can be asked for is registered by the areas (`platform.registry.exports`).
"""
