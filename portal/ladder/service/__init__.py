"""Promised calls, checklists and their answers, and the tools of remote sessions."""
