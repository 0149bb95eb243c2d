"""Organisations, sites, contacts, users and their sign-in; who may see whom."""
