"""The tests: architecture, engine, designer, and the program as a whole."""
