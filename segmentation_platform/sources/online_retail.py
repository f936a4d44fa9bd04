"""The UCI data set Online Retail, from its archive.

Chen, D. (2015). Online Retail. UCI Machine Learning Repository. https://doi.org/10.24432/C5BW33 (CC BY 4.0).
"""

from typing import Final

ADDRESS: Final = "https://archive.ics.uci.edu/static/public/352/online+retail.zip"
SHA256: Final = "f5385cbb54bbebf7196389109c6b0621faab0c304e3702548165e71c84aede8b"
CREDIT: Final = (
    "Chen, D. (2015). Online Retail. UCI Machine Learning Repository. https://doi.org/10.24432/C5BW33 (CC BY 4.0)"
)
