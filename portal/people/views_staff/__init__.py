"""The desk's pages about organisations, their people, the team and the provider: one door, a file for each subject."""
