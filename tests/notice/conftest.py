"""What tests of the notice share."""

from tests.support.repaired_records import repaired
from tests.support.verifiers import ask, built

__all__ = ["ask", "built", "repaired"]
