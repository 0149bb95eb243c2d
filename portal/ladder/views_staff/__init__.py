"""The staff's pages of the steps before a visit."""
