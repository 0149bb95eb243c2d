"""What is typed about promised calls, checklists, consents and tools."""
