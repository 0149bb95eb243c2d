"""What was promised. The engine of clocks, coverage and entitlements stands here; tickets ask it, never the reverse."""
