"""The steps before a visit: who calls and what is known of them, calls that were promised, checklists, remote sessions."""
