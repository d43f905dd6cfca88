"""Measurements of the engine and the screen against their peers and limits; `python -m benchmarks` runs all."""
