"""Tickets in words and for eyes, a file for each subject. Decides nothing."""
