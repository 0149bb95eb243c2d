"""A provider, three clients and their tickets, for a first look: invented people in the situations of real contracts."""
