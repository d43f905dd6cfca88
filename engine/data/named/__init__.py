"""Collected data sets known by name: one registered class each, found by walking this package."""
