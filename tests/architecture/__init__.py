"""What holds for the project as a whole: directions, sizes, patterns, packaging."""
