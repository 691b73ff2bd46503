"""The home page: what I owe, my goals, my next talk, my people, the unit or company I answer for.

It owns no tables: everything comes from the registry and from the public reads of lower areas, so it shows nobody
more than those do. Dashboards, alerts and diagnosis are not here yet.
"""
