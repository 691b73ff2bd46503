"""Where areas register what is shown merged: to-do entries, slots, navigation."""
