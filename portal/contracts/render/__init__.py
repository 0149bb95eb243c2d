"""Contracts in a person's words: their answers and promises, the contract itself, amounts and units."""
