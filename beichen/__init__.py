"""Beichen 北辰: an open, self-hosted performance management system."""

__version__ = "0.1.0"
