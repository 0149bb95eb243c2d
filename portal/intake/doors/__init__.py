"""The doors that mail comes in by: IMAP mailboxes, LMTP, and the pipe; behind all of them the same order (taking.py)."""
