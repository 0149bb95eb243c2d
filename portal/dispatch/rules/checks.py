"""What is looked at during upkeep, by the kind of device (HW-21: RF test, inside cleaning, body maintenance)."""

_SCANNERS = ("rf_test", "inside_cleaned", "body_maintained")
_COMPUTERS = ("inside_cleaned", "updates_installed", "virus_protection", "disk_health", "backup_checked")
_BY_KIND = {
    "terminal": _SCANNERS,
    "receiver": _SCANNERS,
    "desktop": _COMPUTERS,
    "laptop": _COMPUTERS,
    "server": (*_COMPUTERS, "logs_read", "power_backup"),
    "printer": ("inside_cleaned", "test_print", "body_maintained"),
    "network": ("firmware", "cables", "body_maintained"),
    "software": ("updates_installed", "backup_checked"),
    "website": ("updates_installed", "certificate", "backup_checked"),
}


def checklist_for(kind: str | None) -> tuple[str, ...]:
    """The items for a kind of device, in the order in which they are done; a plain pair for one that has no list of its own."""
    return _BY_KIND.get(kind or "", ("inside_cleaned", "body_maintained"))
