"""
Make ``examples/demonstration-record``: a whole public notice of a small made-up plan, finished and exported.

Run it from the checkout: ``.venv/bin/python examples/source/make_demonstration_record.py [FOLDER]``.
Plan, opinions, answers and times are made up; the clock is set by hand. Beside the record stands what others
would hold of it (``demonstration-record-held``): two receipts, a checkpoint from the middle, the public
key. The private key is thrown away, so every run gives another record.
"""

from __future__ import annotations

import datetime as dt
import json
import shutil
import sys
import tempfile
import tomllib
from pathlib import Path
from typing import Any

import geopandas as gpd
import shapely

from blockplan.notice import Attachment, SqliteStore
from blockplan.notice.office import Law, close, extend, open_notice
from blockplan.notice.package import FrozenPlan
from blockplan.notice.proof.notary import Notary, TipFile, new_key
from blockplan.notice.receipts import receipt
from blockplan.notice.record import export
from blockplan.notice.submissions import Submission, amend, erase, submit, withdraw
from blockplan.plan import Plan, write
from blockplan.plan.model.manifest import manifest_from
from blockplan.respond import Answer, Desk, PlanChange, reconcile, require_complete
from blockplan.respond.coverage import received

HERE = Path(__file__).resolve().parent
BEIJING = dt.timezone(dt.timedelta(hours=8))
CLERK, PLANNER, HEAD = "clerk's desk", "planning section", "head of the office"
#: Parcel -> land use (cn2023), height in metres; 100 m squares, four in a row.
PARCELS = {
    "P-01": ("0701", 36), "P-02": ("0701", 60), "P-03": ("0701", 36), "P-04": ("0901", 24),
    "P-05": ("0901", 24), "P-06": ("1401", 0), "P-07": ("080403", 18), "P-08": ("0701", 36),
    "P-09": ("0701", 36), "P-10": ("100101", 24), "P-11": ("1309", 9), "P-12": ("0801", 24),
}  # fmt: skip


class Clock:
    """Says the time it was set to."""

    def __init__(self) -> None:
        self.now = dt.datetime(2026, 3, 1, 10, tzinfo=BEIJING)

    def __call__(self) -> dt.datetime:
        """The time."""
        return self.now

    def set(self, local: str) -> None:
        """To a time in Beijing."""
        self.now = dt.datetime.fromisoformat(local).replace(tzinfo=BEIJING)


def small_plan(heights: dict[str, int] | None = None) -> Plan:
    """Twelve made-up parcels."""
    corner = (500_000.0, 4_400_000.0)
    shapes, rows = [], []
    for number, (name, (use, height)) in enumerate(PARCELS.items()):
        x, y = corner[0] + number % 4 * 100, corner[1] + number // 4 * 100
        shapes.append(shapely.box(x, y, x + 100, y + 100))
        rows.append(
            {"parcel_id": name, "land_use": use, "height_m": float((heights or {}).get(name, height))}
        )
    parcels = gpd.GeoDataFrame(rows, geometry=shapes, crs="EPSG:4548")
    boundary = gpd.GeoDataFrame({"name": ["all"]}, geometry=[parcels.geometry.union_all()], crs="EPSG:4548")
    manifest = {
        "id": "demonstration-block", "drawn_on": dt.date(2026, 2, 20), "crs": "EPSG:4548", "synthetic": True,
        "title": {"zh": "演示街坊（虚构）", "en": "Demonstration block (made up)", "ja": "デモ街区（架空）"},
    }  # fmt: skip
    return Plan(manifest_from(manifest, "plan.toml"), {"boundary": boundary, "parcels": parcels})


class Maker:
    """The notice while it is made: the store, its clock, and which opinion got which number."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.clock = Clock()
        signer = new_key(folder / "key", "blockplan/demonstration-record")
        self.notary = Notary(signer, TipFile(folder / "tip"))
        self.store = SqliteStore(
            folder / "notice", notice="demonstration-record", notary=self.notary, clock=self.clock
        )
        self.numbers: dict[str, str] = {}
        self.secrets: dict[str, str] = {}
        self.held: dict[str, Any] = {}

    def enter(self, at: str, kind: str, **payload: Any) -> None:
        """One entry at a time."""
        self.clock.set(at)
        self.store.append(kind, payload)

    def take_in(self, said: dict[str, Any]) -> None:
        """One opinion, at its time."""
        self.clock.set(said["at"])
        file = said.get("file")
        words = f"[Demonstration file: {file}] 演示附件 / デモ用添付\n".encode()
        more = {key: said[key] for key in ("received_at", "language", "targets") if key in said}
        opinion = Submission(
            text=said["text"], channel=said["channel"], sender=said.get("from", "public"), more=more,
            files=[Attachment(file, "text/plain", words)] if file else [],
        )  # fmt: skip
        event, secret = submit(self.store, opinion)
        self.numbers[said["key"]], self.secrets[said["key"]] = event.opinion or "", secret
        self.held[said["key"]] = receipt(
            event, self.store, self.store.checkpoint() or "", self.notary.verifier
        )


def main(folder: Path) -> None:
    """Write the record into `folder`, and what others hold of it beside."""
    held = folder.with_name(folder.name + "-held")
    with tempfile.TemporaryDirectory() as place:
        maker = Maker(Path(place))
        with maker.store:
            put_on_notice(maker, Path(place))
            run_period(maker)
            middle = maker.store.checkpoint() or ""
            answer(maker)
            publish(maker, Path(place))
            for old in (folder, held):
                shutil.rmtree(old, ignore_errors=True)
            export(maker.store, folder, maker.notary)
        held.mkdir()
        (held / "key.txt").write_text(f"{maker.notary.verifier}\n", encoding="utf-8")
        (held / "checkpoint.txt").write_text(middle, encoding="utf-8")
        for key in ("trees-zh", "too-late"):
            text = json.dumps(maker.held[key], ensure_ascii=False, indent=1)
            (held / f"receipt-{maker.numbers[key]}.json").write_text(text + "\n", encoding="utf-8")


def said_in(key: str) -> Any:
    """A part of the made-up texts."""
    return tomllib.loads((HERE / "record_texts.toml").read_text(encoding="utf-8"))[key]


def put_on_notice(maker: Maker, place: Path) -> None:
    """The plan is frozen and the period begins."""
    write(small_plan(), place / "plan")
    more = {
        "publication": "after_close_full",
        "authority": "演示规划局（虚构）/ Demonstration planning office (made up)",
        "places": ["演示展厅，每日 9:00-17:00（虚构）"],
        "channels": ["web", "counter", "post", "email"],
        "demonstration": "Plan, opinions, answers and times of this record are made up; nobody sent them.",
    }
    law = Law(country="CN", first=dt.date(2026, 3, 2))
    steps = [("expert_review", "2026-02-25")]
    open_notice(maker.store, FrozenPlan.read(place / "plan"), law, by=CLERK, more=more, steps=steps)
    maker.enter("2026-03-02T09:05", "displayed", what="notice board (made up)", where="演示展厅", by=CLERK)


def run_period(maker: Maker) -> None:
    """Opinions come in; some are amended, withdrawn, kept from publication, erased; some come late."""
    opinions = said_in("opinion")
    for said in opinions[:-3]:
        maker.take_in(said)
    n = maker.numbers
    maker.enter("2026-03-26T09:00", "corrected", what="places",
                text="展厅周六亦开放。/ The hall is open on Saturdays too.", by=CLERK)  # fmt: skip
    maker.clock.set("2026-03-26T10:00")
    amend(maker.store, n["second-thoughts"], "【演示文本】我只反对 P-02 的高度，其余同意。",
          secret=maker.secrets["second-thoughts"])  # fmt: skip
    withdraw(maker.store, n["take-back"], secret=maker.secrets["take-back"])
    maker.enter("2026-03-26T11:00", "transcribed", opinion=n["letter-scan"], by=CLERK,
                text="【演示文本】（来信誊录）希望在 P-08 设置社区食堂。")  # fmt: skip
    maker.enter("2026-03-26T11:30", "redacted", opinion=n["telephone"], ground="telephone number",
                by=CLERK, second=HEAD,
                text="【演示文本】垃圾站的气味很大，可打电话〔略〕联系我。请把它移到 P-11。")  # fmt: skip
    maker.enter(
        "2026-03-26T11:40", "withheld", opinion=n["neighbour"], ground="third persons", by=CLERK, second=HEAD
    )
    maker.clock.set("2026-03-27T09:00")
    extend(maker.store, dt.date(2026, 4, 10), reason="清明假期 / a public holiday", by=HEAD)
    for said in opinions[-3:-1]:
        maker.take_in(said)
    maker.clock.set("2026-04-13T09:00")
    close(maker.store, by=CLERK)
    maker.take_in(opinions[-1])
    maker.clock.set("2026-04-14T09:00")
    erase(maker.store, n["erase-me"], ground="asked for by the submitter", by=CLERK)


def answer(maker: Maker) -> None:
    """Every segment gets its answer; one answer changes the plan."""
    maker.clock.set("2026-04-20T10:00")
    desk = Desk(maker.store)
    desk.cut(by=PLANNER)
    n = maker.numbers
    desk.fold([n["park-1"], n["park-2"], n["park-3"]], by=PLANNER)
    first = {key: next(s.id for s in desk.segments[n[key]]) for key in n if n[key] in desk.segments}
    titles = said_in("theme")
    green, height, other = (desk.name_theme(titles[key], by=PLANNER) for key in ("green", "height", "other"))
    places = {segment.id: other for segment in desk.open_segments()}
    places |= {first[key]: green for key in ("trees-zh", "bench-ja", "park-1", "park-2", "park-3")}
    places |= {first[key]: height for key in ("height-en", "second-thoughts")}
    desk.assign_all(places, by=PLANNER)
    changed = small_plan({"P-02": 45})
    change = PlanChange("parcels", "P-02", "height_m", 60.0, 45.0, changed.content_hash)
    reasons = said_in("answer")
    answers = {
        green: Answer("adopted", reasons["green"], ({"layer": "parcels", "id": "P-06"},)),
        height: Answer("adopted_in_part", reasons["height"], (), (change,)),
        other: Answer("noted", reasons["other"]),
    }
    for theme, said in answers.items():
        desk.answer_theme(theme, said, by=PLANNER)
    desk.answer_segment(first["bus-en"], Answer("outside_the_plan", reasons["bus"]), by=PLANNER)


def publish(maker: Maker, place: Path) -> None:
    """Complete, approved, published, in force."""
    require_complete(Desk(maker.store))
    maker.enter("2026-04-24T10:00", "answers_complete", by=PLANNER)
    maker.enter("2026-04-27T10:00", "stepped", step="submission", on="2026-04-27", by=PLANNER)
    maker.enter("2026-05-06T10:00", "approved", by=PLANNER, second=HEAD)
    desk = Desk(maker.store)
    counts = reconcile(desk.opinions.by_id.values(), received=received(desk)).to_dict()
    maker.clock.set("2026-05-12T10:00")
    maker.store.append("published", {"report": {}, "reconciliation": counts, "by": PLANNER, "second": HEAD})
    maker.enter("2026-05-20T10:00", "stepped", step="filing", on="2026-05-20", by=PLANNER)
    maker.enter("2026-06-01T09:00", "in_force", on="2026-06-01", by=HEAD)


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else HERE.parent / "demonstration-record")
