"""What the canvas draws: cards, wires, comments, and the marks of a gesture under way."""
