"""The desk's pages about contracts and calendars, a file for each subject."""
