"""What people and jobs do with contracts, a file for each subject."""
