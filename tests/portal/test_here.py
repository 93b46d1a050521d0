"""My place: found by words, numbers, coordinates and a tap; the page without a map says what the map does."""

from __future__ import annotations

import gzip
import json
import re
from html import unescape
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import pytest
import shapely
from django.test import Client
from tests.support.my_place import PARCEL, PLACE, X, Y, ask, page
from tests.support.submitting import send
from tests.support.town import edited, town, without

from blockplan.check import check
from blockplan.notice.intake.coordinates import locate
from blockplan.notice.intake.geometry_in import NoticeArea
from blockplan.plan.model.layers import VALUES
from blockplan.portal.pages import compression, mapdata, my_place, notices, opinions_by_place, place_summary
from blockplan.portal.pages.mapdata import DRAWN
from blockplan.portal.plans.models import PlanObject, PlanVersion
from blockplan.portal.record import register
from blockplan.portal.record.models import Notice
from blockplan.portal.words import say
from blockplan.report.public.place import PlanPlaces
from blockplan.report.public.surroundings import tells_goals
from blockplan.report.words import Words
from blockplan.texts import LANGUAGES

if TYPE_CHECKING:
    from blockplan.plan import Plan
    from blockplan.portal.record.store import DatabaseStore


#: A large park, with more parcels next door than are shown at once.
PARK = "LS-01-02-002"
#: What a parcel of 24 m and 1.2 allows at most.
LIMITS = "at most 24 m high (about 8 storeys of 3 m), floor area ratio at most 1.2"


def test_who_searches_too_often_is_told_when_to_come_back(
    shown: DatabaseStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("blockplan.portal.submissions.rate_limits.wait", lambda *_: 2.4)
    for said in ({"q": "school"}, {"q": "school", "as": "json"}):
        answer = Client().get(f"{PLACE}?{urlencode(said)}")
        assert (answer.status_code, answer["Retry-After"]) == (429, "3")
        assert "Too many requests in a short time" in answer.content.decode()
        assert "no-store" in answer["Cache-Control"]


def test_objects_that_cannot_be_named_leave_the_list_of_places_to_those_that_can(
    shown: DatabaseStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    row, version = Notice.objects.get(pk="town"), PlanVersion.objects.get(notice_id="town")
    gone = [(f"parcels:of-an-earlier-round-{number}", 9) for number in range(opinions_by_place.LISTED)]
    about = [*gone, (f"parcels:{PARCEL}", 2)]
    monkeypatch.setattr(register, "most_about", lambda _row, _layers, most=None: about[:most])
    (found,) = opinions_by_place.listed(row, version, "en")
    assert (found["about"], found["n"]) == (f"parcels:{PARCEL}", 2)


@pytest.mark.long
def test_a_tap_a_number_and_coordinates_of_any_datum_lead_to_one_place(shown: DatabaseStore) -> None:
    tap = ask(at=f"{X},{Y}")["here"]
    assert tap["sub"] == f"parcel {PARCEL}\u00a0· Life-services area"
    assert tap["title"] == "Heming Road × Fenglin Street"
    assert tap["sentence"].startswith(
        "Planned here: Urban housing, at most 27 m high (about 9 storeys of 3 m)"
    )
    typed = ask(q=PARCEL)["here"]
    assert (typed["about"], typed["beside"]) == (tap["about"], tap["beside"])
    said = ask(q=f"{X}, {Y}", datum="plan")
    assert said["here"]["about"] == tap["about"]
    crs = str(PlanVersion.objects.order_by("-id")[0].document["crs"])
    gps = locate(f"{X}, {Y}", NoticeArea(crs, shapely.box(X - 1, Y - 1, X + 1, Y + 1).wkb), "plan")
    assert gps is not None
    found = ask(q=f"{gps.lat:.6f},{gps.lon:.6f}", datum="wgs84")["here"]
    assert found["about"] == tap["about"]
    assert "GPS (WGS 84)" in found["notes"][0]


def test_a_place_says_what_comes_next_door_and_within_500_m_with_side_height_and_distance(
    shown: DatabaseStore,
) -> None:
    here = ask(about=f"parcels:{PARCEL}")["here"]
    north = next(one for one in here["beside"] if one["code"] == "0803")
    assert (north["side"], north["way"]) == ("north", "across Fenglin Street")
    assert "at most 18 m high" in north["said"]
    rows = {row["name"]: row["metres"] for row in here["within"]["rows"]}
    assert rows["Fenglin Primary School"] == "244 m"
    assert all(0 <= row["share"] <= 100 for row in here["within"]["rows"])
    assert "60 m" in here["within"]["tallest"]
    assert here["reached"]["rows"]
    assert here["near"][0]["metres"] == "49 m"


def test_what_a_place_stands_on_lies_to_no_side_of_it(shown: DatabaseStore) -> None:
    near = ask(q="Fenglin Primary School")["here"]["near"]
    assert [(one["metres"], one["side"]) for one in near[:2]] == [("here", ""), ("39 m", "south-west")]


@pytest.mark.long
def test_names_are_offered_while_somebody_types_in_the_language_of_the_page(shown: DatabaseStore) -> None:
    for lang, names in {"en": ("Fenglin Street", "Fenglin Primary School"), "ja": ("楓林小学校",)}.items():
        html = Client().get(f"/{lang}/notices/town/").content.decode()
        listed = html.partition('<datalist id="offered">')[2].partition("</datalist>")[0]
        assert all(f'<option value="{name}">' in listed for name in names)
        assert listed.count("Fenglin Street") == (lang == "en")
        assert 'list="offered"' in html


def test_a_parcel_at_no_street_that_has_a_name_is_called_by_its_number_once(
    shown: DatabaseStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(place_summary, "_title", lambda around, lang: f"parcel {around.parcel.id}")
    here = ask(about=f"parcels:{PARCEL}")["here"]
    assert (here["title"], here["sub"]) == (f"parcel {PARCEL}", "Life-services area")


@pytest.mark.long
def test_the_page_without_a_map_holds_every_word_that_the_map_is_told(shown: DatabaseStore) -> None:
    here, plain = ask(about=f"parcels:{PARCEL}")["here"], page(about=f"parcels:{PARCEL}")
    for one in (here["title"], here["sentence"], here["within"]["tallest"]):
        assert one in plain
    for row in (*here["beside"], *here["within"]["rows"], *here["near"]):
        assert row["href"].replace("&", "&amp;") in plain


def test_what_is_not_the_answer_is_folded_up_and_a_row_keeps_its_heading(shown: DatabaseStore) -> None:
    parcel = {"about": "parcels:RD-01-01-012"}
    here, plain = ask(**parcel)["here"], page(**parcel)
    assert "may be one of 8 other uses, such as" in here["beside"][0]["said"]
    seen = re.sub(r"<details(?! class).*?</details>", "", plain, flags=re.DOTALL)
    goals = here["within"]["rows"]
    assert len(goals) > seen.count('class="mark"') == 6
    assert not any(f"<b>{one['metres']}</b>" in seen for one in here["near"])
    cells = re.findall("<td[^>]*>", plain.partition('<table class="broad">')[2])
    assert cells
    assert all("data-head=" in one for one in cells)
    assert f"</a>\u00a0· {here['beside'][0]['said']}" in unescape(plain)
    assert "<h3>Parcels here</h3>" in page(q="Fenglin Street")


def test_a_place_says_until_when_one_may_speak_and_offers_to_speak_last(shown: DatabaseStore) -> None:
    found = page(about=f"parcels:{PARCEL}")
    until, there, write = (
        found.index(one) for one in ('class="deadline"', 'class="spot"', 'class="actions"')
    )
    assert until < found.index('data-island="') < there < found.index('<ul class="beside"') < write
    assert found.index("<summary>Another place") < found.index('id="find"')


def test_places_to_choose_from_stand_before_the_map_and_one_heading_says_what_to_do(
    shown: DatabaseStore,
) -> None:
    for said in ({}, {"q": "school"}):
        found = page(**said)
        assert re.findall("<h1>.*?</h1>", found) == ['<h1><label for="find">Find my place</label></h1>']
    assert found.index('class="hits"') < found.index('data-island="')


def test_parcels_near_a_place_are_plots_and_no_pieces_of_street(shown: DatabaseStore, drawn: Plan) -> None:
    uses = drawn.layers["parcels"].set_index("parcel_id")["land_use"]
    here = ask(about=f"parcels:{PARCEL}")["here"]
    along = ask(q="Fenglin Street")["here"]
    for near in (here["near"], along["near"]):
        assert near
        assert [one["id"] for one in near if uses[one["id"]] == "1207"] == []


def test_a_street_and_a_stop_lead_to_the_parcels_at_them(shown: DatabaseStore) -> None:
    hits = ask(q="Fenglin")["hits"]
    assert [(hit["name"], hit["kind"]) for hit in hits].count(("Fenglin Street", "street")) == 1
    street = ask(about=next(hit["about"] for hit in hits if hit["kind"] == "street"))["here"]
    assert PARCEL in {one["id"] for one in street["near"]}
    stop = ask(q="Yinghai")["hits"]
    assert stop
    station = ask(about=next(hit["about"] for hit in stop if hit["about"].startswith("stops:")))["here"]
    assert station["near"][0]["href"].startswith(PLACE)


@pytest.mark.parametrize("sought", ["地铁站", "车站", "metro station", "地下鉄駅"])
def test_stations_are_found_by_what_they_are(shown: DatabaseStore, sought: str) -> None:
    found = [hit["about"] for hit in ask(q=sought)["hits"]]
    assert {"stops:ST-1", "stops:ST-2", "stops:ST-3"} <= set(found)


def test_a_street_by_another_word_for_street_leads_to_it(shown: DatabaseStore) -> None:
    found = ask(q="中轴路")
    assert found["here"] or found["hits"]
    assert found["said"] == []


@pytest.mark.long
@pytest.mark.parametrize(("lang", "home"), [("zh", "我家"), ("en", "my home"), ("ja", "自宅")])
def test_my_home_is_told_how_to_be_found_with_streets_and_stops_to_choose_from(
    shown: DatabaseStore, lang: str, home: str
) -> None:
    found = Client().get(f"/{lang}/notices/town/place/?{urlencode({'q': home})}").content.decode()
    assert 'id="streets"' in found
    assert 'id="stops"' in found
    assert "about=stops%3A" in found


def test_streets_and_stops_beyond_those_listed_are_counted(
    shown: DatabaseStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(my_place, "MOST_LISTED", 10_000)
    whole = Client().get(PLACE).content.decode()
    assert "Not listed here" not in whole
    links = len(re.findall(r"about=stops%3A", whole))
    assert links > 1
    monkeypatch.setattr(my_place, "MOST_LISTED", 1)
    assert f"Not listed here: {links - 1}." in Client().get(PLACE).content.decode()


@pytest.mark.no_database
@pytest.mark.parametrize("lang", LANGUAGES)
def test_no_mark_stands_for_two_kinds_of_thing(lang: str) -> None:
    services = {Words(lang)(f"mark.{service}") for service in VALUES["facilities", "service"]}
    assert not services & {say(f"here.mark.{one}", lang) for one in ("green", "station", "bus")}


def test_what_is_nowhere_says_so_and_what_is_asked_badly_is_no_error(shown: DatabaseStore) -> None:
    assert "Nothing in the plan" in ask(q="Atlantis")["said"][0]
    assert ask(at="nonsense") == ask()
    assert ask(q="10, 10", datum="wgs84")["said"]
    assert Client().get(f"{PLACE}?about=parcels:none").status_code == 404
    outside = ask(at=f"{X + 40_000},{Y}")["here"]
    assert outside["sentence"].startswith("This place is on no parcel")


def test_the_map_is_told_the_public_package_and_no_more(shown: DatabaseStore) -> None:
    data = Client().get("/files/town/map/plan.json", headers={"Accept-Encoding": "gzip"})
    plan = json.loads(gzip.decompress(data.content))
    assert set(plan["layers"]) <= set(DRAWN)
    allowed = {"id", "name"} | {column for columns in DRAWN.values() for column in columns}
    for layer in plan["layers"].values():
        for feature in layer["features"]:
            assert set(feature["properties"]) <= allowed


def test_a_plan_without_parcels_is_drawn_as_wide_as_what_it_has(shown: DatabaseStore) -> None:
    (version,) = PlanVersion.objects.all()
    drawn = PlanObject.objects.filter(version=version)
    drawn.filter(layer="parcels").delete()
    mapdata.bounds.cache_clear()
    west, south, east, north = mapdata.bounds(version.pk) or [0.0] * 4
    assert west < X < east
    assert south < Y < north
    drawn.delete()
    mapdata.bounds.cache_clear()
    assert mapdata.bounds(version.pk) is None
    mapdata.bounds.cache_clear()


@pytest.mark.long
def test_the_first_load_of_the_map_is_at_most_400_kb(shown: DatabaseStore) -> None:
    client = Client(headers={"Accept-Encoding": "gzip"})
    front = client.get("/en/notices/town/").content.decode()
    files = set(re.findall(r'"(/map/[0-9a-f]{16}/[a-z0-9.]+)"', front.replace("&quot;", '"')))
    assert {name.rpartition("/")[2] for name in files} == {"map.js", "map.css", "worker.js"}
    made = f"/map/{compression.digest()}/"
    shared = next(name for name in compression.names() if name.startswith("shared"))
    sizes = {name: len(client.get(name).content) for name in (*files, made + shared)}
    sizes["plan"] = len(client.get("/files/town/map/plan.json?lang=en").content)
    # 400 kB are promised; what no flat map asks of the map library is left out, so that there is room.
    assert sum(sizes.values()) <= 360_000, sizes


@pytest.mark.long
def test_what_the_map_needs_first_is_asked_for_with_the_page(shown: DatabaseStore) -> None:
    page = Client().get("/en/notices/town/").content.decode()
    script = re.search(r'src="(/map/[^"]*/map\.js)"', page)
    assert script is not None
    told = Client().get(script[1], headers={"Accept-Encoding": "identity"}).content.decode()
    needed = set(re.findall(r'from"\./([^"]+)"', told[:5000]))
    assert needed
    assert set(re.findall(r'modulepreload" href="[^"]*/([^"/]+)"', page)) == needed
    data = json.loads(unescape(re.search(r'data-island="([^"]*)"', page)[1]))  # type: ignore[index]
    assert f'as="fetch" crossorigin href="{data["plan"]}"' in page


@pytest.mark.no_database
def test_the_style_sheet_that_words_wait_for_is_sent_compressed() -> None:
    path = "/static/portal/page.css"
    plain, small = (Client().get(path, headers={"Accept-Encoding": said}) for said in ("identity", "gzip"))
    style = b"".join(plain.streaming_content)  # type: ignore[attr-defined]
    assert gzip.decompress(small.content) == style
    assert len(small.content) < len(style) / 3
    assert {name: said for name, said in plain.items() if name not in {"Content-Length", "Vary"}} == {
        name: said
        for name, said in small.items()
        if name not in {"Content-Length", "Content-Encoding", "Vary"}
    }


def test_no_other_name_is_served_from_the_built_files(client: Client) -> None:
    for name in ("../page.css", "%2e%2e%2fshield.py", "none.js"):
        assert client.get(f"/map/{compression.digest()}/{name}").status_code == 404
    assert client.get("/map/0000000000000000/map.js").status_code == 404


def test_what_the_form_finds_has_its_use_streets_and_part_of_the_plan_beside_its_number(
    shown: DatabaseStore,
) -> None:
    sought = {"do": "find", "find": f"{X}, {Y}", "datum": "plan", "text": ""}
    found = Client().post("/en/notices/town/opinion/", sought).content.decode()
    hit = next(line for line in found.splitlines() if f"<b>{PARCEL}</b>" in line)
    assert "Urban housing" in hit
    assert "Yinxing Street\u00a0· Heming Road\u00a0· Life-services area" in hit


def test_a_place_drawn_on_our_map_comes_to_the_form_confirmed_and_one_from_elsewhere_does_not(
    shown: DatabaseStore,
) -> None:
    area = {"type": "Polygon", "coordinates": [[[X, Y], [X + 50, Y], [X + 50, Y + 50], [X, Y]]]}
    sent = {"do": "find", "drawn": json.dumps(area), "datum": "plan"}
    ours = Client().post("/en/notices/town/opinion/", sent | {"drawn_ok": "yes"}).content.decode()
    other = Client().post("/en/notices/town/opinion/", sent).content.decode()
    assert 'type="hidden" name="place_ok" value="yes"' in ours
    assert 'type="checkbox" name="place_ok" value="yes">' in other


@pytest.mark.no_database
def test_a_bar_is_half_full_at_the_limit_less_where_it_falls_short_and_none_where_nothing_is_known() -> None:
    def full(value: float | None, op: str, limit: Any) -> float | None:
        verdict: Any = SimpleNamespace(measured=value, required=SimpleNamespace(op=op, value=limit))
        return notices.share(verdict)

    assert full(20.0, ">=", 20.0) == 50.0 == full(3.0, "<=", 3.0)
    assert full(10.0, ">=", 20.0) == 25.0 == full(6.0, "<=", 3.0)
    assert full(90.0, ">=", 20.0) == 100.0 == full(0.0, "<=", 3.0)
    assert full(None, ">=", 20.0) is full(1.0, ">=", 0.0) is full(1.0, "between", (0, 2)) is None


def test_a_whole_name_leads_to_its_place_and_not_to_others_of_its_kind(shown: DatabaseStore) -> None:
    for school in ("Fenglin Primary School", "枫林小学", "楓林小学校"):
        found = ask(q=school)
        assert found["hits"] == []
        assert found["here"]["about"] == "facilities:PS-2"
    assert len(ask(q="primary school")["hits"]) > 1


def test_of_several_places_of_one_name_one_may_choose(shown: DatabaseStore) -> None:
    two = PlanObject.objects.filter(layer="stops").order_by("object")[:2]
    for one in two:
        one.title, one.words = {"en": "Ferry pier"}, "ferry pier"
        one.save()
    found = ask(q="Ferry pier")
    assert found["here"] is None
    assert [hit["about"] for hit in found["hits"]] == [f"stops:{one.object}" for one in two]
    # The list without a map leads to the same choice.
    assert "?q=Ferry+pier" in Client().get(PLACE).content.decode()


def test_a_street_leads_to_the_parcels_along_all_of_its_pieces(shown: DatabaseStore, drawn: Plan) -> None:
    streets, parcels = drawn.layer("streets"), drawn.layer("parcels")
    pieces = streets[streets["name_en"] == "Fenglin Street"]
    assert len(pieces) > 1
    near = [{one["id"] for one in ask(about=f"streets:{id_}")["here"]["near"]} for id_ in pieces.index]
    assert all(one == near[0] for one in near)
    plots = parcels[parcels["land_use"] != "1207"]
    for shape in pieces.geometry:
        assert set(plots.index[plots.geometry.distance(shape) <= 60.0]) <= near[0]


def test_the_register_tells_a_parcel_by_its_use_and_streets_beside_its_number(shown: DatabaseStore) -> None:
    number, _ = send(shown, "More trees.", targets=[{"layer": "parcels", "id": PARCEL}])
    for path in ("opinions/", f"opinions/?about=parcels:{PARCEL}", f"opinions/{number}/"):
        said = Client().get(f"/en/notices/town/{path}").content.decode()
        assert re.search(rf"Urban housing\u00a0· [^<]*Street[^<]*\u00a0· parcel {PARCEL}<", said), path


@pytest.mark.long
@pytest.mark.parametrize(
    ("kinds", "said"),
    [
        (("upper", "upper", "lower"), f"{LIMITS}, at least 20% of it green"),
        ((None, None, None), f"{LIMITS}, at least 20% of it green"),
        (("range", "range", "range"), f"{LIMITS}, at least 20% of it green"),
        (
            ("lower", "lower", "upper"),
            "at least 24 m high, floor area ratio at least 1.2, at most 20% of it green",
        ),
        (
            ("guide", "guide", "guide"),
            "about 24 m high (guidance), floor area ratio about 1.2 (guidance), "
            "about 20% of it green (guidance)",
        ),
    ],
)
def test_my_place_tells_a_limit_from_what_has_to_be_built_at_least(
    kinds: tuple[str | None, str | None, str | None], said: str
) -> None:
    more = dict(zip(("height_kind", "far_kind", "green_kind"), kinds, strict=True))
    plan = edited(town(), "parcels", "E", far=1.2, height_m=24.0, green_ratio=0.2, **more)
    parcel = PlanPlaces(plan, check(plan, ["zone"])).parcel("E")
    assert f", {said}." in place_summary._sentence(parcel, "en")


def test_of_many_parcels_next_door_those_along_the_longest_edges_stand_open(shown: DatabaseStore) -> None:
    here = ask(about=f"parcels:{PARK}")["here"]
    assert len(here["beside"]) > 8
    plain = page(about=f"parcels:{PARK}")
    assert plain.count(f"<summary>All {len(here['beside'])}</summary>") >= 1
    next_door = re.findall(r'<ul class="beside">(.*?)</ul>', plain, re.DOTALL)[:2]
    assert [one.count("<li>") for one in next_door] == [8, len(here["beside"]) - 8]
    led = [re.findall(r'href="([^"]+)"', unescape(one)) for one in next_door]
    assert [*led[0], *led[1]] == [one["href"] for one in here["beside"]]


@pytest.mark.no_database
def test_where_a_plan_draws_no_goals_nobody_says_that_none_is_near() -> None:
    def tells(plan: Plan) -> bool:
        return tells_goals(PlanPlaces(plan, check(plan)))

    bare = town(packs=["zone"])
    for layer in ("facilities", "stops", "greens"):
        bare = without(bare, layer, *bare.layers[layer].index) if layer in bare.layers else bare
    homes = edited(bare, "parcels", land_use="0701")
    assert tells(town(packs=["zone"]))
    assert tells(bare), "a park is a parcel too"
    assert not tells(homes)
