"""What is asked of a run; light to import, for those who ask."""

from dataclasses import dataclass


@dataclass(frozen=True)
class RunRequest:
    """What is asked of a run.

    Attributes:
        sales: path of the ledger: a file, a folder or a pattern; empty for the usual one
        ledger: name of the ledger; empty for that of the settings, or of the one that is served
        as_of: reporting date, as 2011-12-10; empty for the day after the last sale
        profile: how the ledger is understood, as JSON, if it was inspected already; empty: it is inspected
        doubts: what is doubtful of it, as JSON, if it was inspected already
        relation: what the files are to what was read of the ledger before: part, newer, whole; empty: to be told
        accepts_doubts: whether the run goes on where the ledger can be read in more than one way
        choose_model: whether the segment model's transform and number of segments are chosen again

    """

    sales: str = ""
    as_of: str = ""
    choose_model: bool = False
    profile: str = ""
    doubts: str = ""
    accepts_doubts: bool = False
    ledger: str = ""
    relation: str = ""
