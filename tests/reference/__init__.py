"""Numbers that somebody else's program computed, recorded so that the tests need not install it."""
