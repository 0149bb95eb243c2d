"""Words that every capability shares: clock, refs, actor, errors, working time. Standard library only."""
