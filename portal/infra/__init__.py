"""The outside world behind small functions: database, transaction, outbox, jobs, files, search."""
