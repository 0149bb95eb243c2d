"""Where a quote stands, what may be done with it, and what it comes to; pure."""
