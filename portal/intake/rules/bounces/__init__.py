"""Mail that did not arrive: whose, for good or not yet, and why, whatever way the server says it."""
