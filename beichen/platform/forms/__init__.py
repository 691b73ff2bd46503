"""The question engine: frozen form versions and their answers, for check-ins and reviews."""
