"""What to keep in mind where there is little data."""

from segmentation_platform.segments.rules import SegmentationRules


def data_note(customers: int, days: int, rules: SegmentationRules) -> str:
    """A warning for every face of the platform; empty where there is enough data.

    Args:
        customers: in the segments
        days: from the first to the last sale
        rules: what is enough

    """
    if customers >= rules.enough_customers and days >= rules.enough_days:
        return ""
    return (
        f"Little data: segments say little below {rules.enough_customers:,} customers and {rules.enough_days:,} "
        f"days, and there are {customers:,} and {days:,}."
    )
