"""A provider, three client organisations and their requests, for a first look."""
