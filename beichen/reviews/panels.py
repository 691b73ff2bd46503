"""What reviews show on other pages."""
