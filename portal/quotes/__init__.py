"""Chargeable work: priced proposals, the confirmations of both sides, what is handed over under them, and its acceptance."""
