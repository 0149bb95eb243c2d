"""`make bench`: how long the main ways take, on both databases, at several sizes, beside a bare Flask view."""
