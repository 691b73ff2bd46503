"""Shapes of strategy in the API."""
