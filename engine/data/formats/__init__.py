"""Readers of files and folders: one per format."""
