"""Environment, database supervisor and processes: standard library only until the venv stands."""
