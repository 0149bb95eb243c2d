"""The client's pages, a file for each subject. pages.py is the door."""
