"""The caller's card, the list of promised calls, checklists with their answers, and what solved the like before."""
