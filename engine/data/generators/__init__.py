"""Data sets made by a formula: one registered class each, found by walking this package."""
