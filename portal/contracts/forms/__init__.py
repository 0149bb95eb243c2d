"""What is asked of people about contracts, a file for each subject."""
