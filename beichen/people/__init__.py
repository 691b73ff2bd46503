"""Who works here and where: units, persons, dated assignments, seats, periods and cycles.

The nouns every other area shares. It knows nothing of goals or reviews."""
