"""From a design to a network that runs: lowering, layout of memory, plans, and their verifier."""
