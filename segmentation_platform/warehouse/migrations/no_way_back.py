"""What every migration says when it is asked to undo itself."""

from segmentation_platform.warehouse.database import DatabaseError


def downgrade() -> None:
    """Refuse: what a migration has dropped can't be made up."""
    raise DatabaseError(
        "A database is never taken back to an older revision.\n"
        "Restore the backup from before the upgrade into an empty database: segmentation-platform db restore FILE"
    )
