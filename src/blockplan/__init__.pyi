# What `import blockplan as bp` gives; the rooms named here are modules that are called like functions.
from blockplan.check.judge import check as check
from blockplan.compare.side_by_side import compare as compare
from blockplan.live import live as live
from blockplan.measure import measure as measure
from blockplan.plan.files.package import read as read
from blockplan.plan.files.package import write as write
from blockplan.plan.model.codes import landuse as landuse
from blockplan.plan.model.plan import Plan as Plan
from blockplan.plan.validity.validate import validate as validate
from blockplan.report.files import report as report

__version__: str

def callable_room(name: str) -> None: ...
