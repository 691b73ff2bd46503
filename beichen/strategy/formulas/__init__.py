"""Arithmetic of strategy: sizes of a printed page, what a statement holds, what may be told of few people."""
