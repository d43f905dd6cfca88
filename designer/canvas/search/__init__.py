"""The search palette that opens on the canvas."""
