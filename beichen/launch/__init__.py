"""Everything between a bare checkout and a running Beichen: installing, the database, the processes.

Modules that run before the virtual environment stands need the standard library only; those that need psycopg,
polib or Django say so in their first line and are imported late.
"""
