"""Visits in words and as they are drawn, a file for each subject."""
