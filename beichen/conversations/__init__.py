"""Check-ins and the manager's answer. It never feeds a score."""
