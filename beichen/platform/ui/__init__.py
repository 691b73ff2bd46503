"""The page door: shell, parts, slots, languages, themes and static files."""

from beichen.platform.ui.answers import page, see, tell
from beichen.platform.ui.doors import Anyone, PageRequest, SignedIn, door

__all__ = ["Anyone", "PageRequest", "SignedIn", "door", "page", "see", "tell"]
