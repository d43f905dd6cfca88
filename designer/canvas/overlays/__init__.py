"""What lies over the canvas and does not scroll with it: the overview and the legend."""
