"""Other implementations as judges: their recorded cases, run through our layers."""
