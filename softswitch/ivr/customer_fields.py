"""Fields of customers that a tree names: those that every customer has, and the operator's own.

Which are the operator's own stands in the configuration, so that a tree read without one may name any.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, Final

from pydantic import AfterValidator, ValidationInfo

from softswitch.ivr.desks.book import BRANCHING_FIELDS, LOOKUP_FIELDS
from softswitch.ivr.expressions import nearest
from softswitch.ivr.references import OWN_FIELD, Kind, around, checked_text

SOURCE: Final = "source_number"
DESTINATION: Final = "destination_number"
NUMBER_FIELDS: Final = (SOURCE, DESTINATION)
"""Fields that every call has, of callers who are not known, too."""

_KIND: Final = Kind("field of customers", "pole klienta")


def _among(fixed: Iterable[str]) -> AfterValidator:
    """Return the check of names of fields: one of ``fixed``, or one of the operator's own."""
    names = tuple(fixed)

    def checked(name: str, info: ValidationInfo) -> str:
        own = around(info).configured.get(OWN_FIELD)
        if own is not None and name not in names and name not in own:
            known = sorted({*names, *own})
            hint = nearest(name, known) or f": there are {', '.join(known)}"
            raise ValueError(f"there is no field '{name}' here{hint}")
        return checked_text(name)

    return AfterValidator(checked)


LookupField = Annotated[str, _among(LOOKUP_FIELDS), _KIND]
"""By what customers are found who type digits."""
BranchingField = Annotated[str, _among(BRANCHING_FIELDS), _KIND]
"""By what a tree may branch."""
QueueField = Annotated[str, _among((*BRANCHING_FIELDS, *NUMBER_FIELDS)), _KIND]
"""By what a caller may get into a queue."""
