"""The one page: the year's priorities and what we will not do."""
