"""Devices, software and websites: what is looked after."""
