"""What one person sees first: what I owe, my goals, my people."""
