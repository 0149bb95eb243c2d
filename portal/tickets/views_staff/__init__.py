"""The desk: the queue, a ticket with all that staff do to it, and requests that staff enter."""
