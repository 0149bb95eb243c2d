"""Visits: planned against the contract, carried out with a sheet for each device, signed by both sides."""
