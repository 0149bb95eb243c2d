"""The client's door to visits, a file for each subject."""
