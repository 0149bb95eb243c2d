"""What is known of contracts and calendars, a file for each subject."""
