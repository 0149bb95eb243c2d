"""Scenario files: contracts, days off and dated events, played against the real services in a database of their own."""
