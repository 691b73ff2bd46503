"""Writing the story: each chapter through the doors of the area that owns the tables."""

from beichen.demo.rules.company import load_demo

__all__ = ["load_demo"]
