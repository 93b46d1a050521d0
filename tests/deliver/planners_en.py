"""An explanatory report of the demonstration zone in English: about thirty pages of statements, invented."""

from __future__ import annotations

from typing import Any

from tests.deliver.planners_text import Planner

from blockplan.plan.model.codes import landuse


def zone_report(plan: Any, seed: int = 1, one_in: float = 8) -> Planner:
    """The text and its figures."""
    w = Planner(seed, one_in)
    n, d, p = w.n, w.d, w.p
    frame = plan.layer("parcels")
    frame = frame.assign(m2=frame.geometry.area)
    land = frame["m2"].groupby(frame["land_use"]).sum().to_dict()
    whole, people, homes = frame["m2"].sum(), frame["residents"].sum(), frame["dwellings"].sum()
    floor, jobs, cars = frame["floor_area_m2"].sum(), frame["jobs"].sum(), frame["parking_spaces"].sum()
    national = landuse("cn2023")

    def name(code: str) -> str:
        return national.label(code, "en").removeprefix(f"{code} ")

    w.head("1 Why this report")
    p(
        "This report explains the draft plan. It is to be read with sheets 1 to 14 at a scale of 1:5000 and with the by-laws of 2016 (article 27). ",
        "Questions may be put to the planning desk on +86 10 5555 0142 until 22 November 2021.",
    )
    p(
        "The zone lies 23 km south of the old city and 9 km from the airport, which handled 41.2 million passengers in 2019."
    )
    p(
        "The planned land extends over ",
        n(whole / 1e4, 1),
        " hectares (",
        n(whole / 1e6, 2),
        " square kilometres); its outer limit is some 25 km long.",
    )
    p(
        "The master plan of 2017 had set aside 880 hectares for the zone and expected 42,000 residents; a study of 2019 spoke of 61,000."
    )
    w.head("2 What is there today")
    p(
        "Today about 11,300 people live in nine villages, at a density of 12 persons per hectare; 34% of them are older than 60."
    )
    p("Farmland takes up 402 ha, villages 131 ha and workshops 88.5 ha. Only 3.1% of the area is wooded.")
    p("There are at present two primary schools with 640 pupils, one clinic with 20 beds and no hospital.")
    p("Riverside Road is now a farm track of 6 m, and flooding closed it on 11 days in 2020.")
    w.table(
        ["Existing use", "Area (ha)", "Share (%)"],
        [["Farmland", "402.0", "42.3"], ["Villages", "131.0", "13.8"], ["Industry", "88.5", "9.3"]],
    )
    w.head("3 How much the plan provides")
    p(
        "By 2035 the zone is to house ",
        n(people, 0, ","),
        " residents in ",
        n(homes, 0, ","),
        " dwellings, and to offer ",
        n(jobs, 0, ","),
        " jobs.",
    )
    p(
        "That is ",
        d(people / whole * 1e4, 1),
        " residents per hectare, against 96 in the neighbouring town of Huangcun and 140 in the inner districts.",
    )
    p(
        "Total floor area comes to ",
        n(floor / 1e6, 2),
        " million m², of which ",
        n(1799986 / 1e6, 2),
        " million m² are homes.",
    )
    p(
        "Parking is provided for ",
        n(cars, 0, ","),
        " cars, about ",
        d(cars / homes, 1),
        " for each dwelling if all uses are counted.",
    )
    p("An average household of 2.3 persons is assumed; a dwelling of 82 m² then gives each resident 36 m².")
    w.head("4 Land uses")
    p(
        "The largest single use is urban roads, with ",
        n(land["1207"] / 1e4, 1),
        " ha or ",
        n(100 * land["1207"] / whole, 1),
        "% of the planned land. A typical new town has between 18% and 25%.",
    )
    for at, (code, area) in enumerate(land.items()):
        if code == "1207":
            continue
        said, ha, share = name(code), n(area / 1e4, 2), n(100 * area / whole, 2)
        p(
            *[
                (f"{said} is given {ha} ha ({share}% of the zone).",),
                (
                    f"The plan reserves {ha} hectares for {said.lower()}; in 2016 the figure was lower by 14%.",
                ),
                (f"{said}: {n(area)} square metres.",),
                (
                    f"At {ha} ha, {said.lower()} makes up {share} percent of the planned land, while 30 ha of it lie within 500 m of a station.",
                ),
            ][at % 4]
        )
    w.table(
        ["No.", "Land use", "Code", "Area (ha)", "Share of planned land (%)"],
        [
            [str(at), name(code), code, n(area / 1e4, 2), n(100 * area / whole, 2)]
            for at, (code, area) in enumerate(land.items(), 1)
        ],
    )
    green = sum(land[code] for code in ("1401", "1402", "1403"))
    p(
        "Parks, protective green and squares together come to ",
        n(green / 1e4, 1),
        " ha, that is ",
        d(green / people, 1),
        " m² a head; the national minimum for new towns is 12 m².",
    )
    w.head("5 The blocks")
    blocks = plan.layer("blocks")
    for id_, row in blocks.iterrows():
        rows = frame[frame["block_id"] == id_]
        p(
            f"Block {id_} ({row['name_en']}) covers ",
            n(row.geometry.area / 1e6, 2),
            " km² and is planned for ",
            n(rows["residents"].sum(), 0, ","),
            " residents; its floor area totals ",
            n(rows["floor_area_m2"].sum(), 0, ","),
            " m². Of the villages in it, two with 214 households will move.",
        )
    w.head("6 The parcels")
    p(
        "Floor area ratios are upper limits. As a rule, buildings above 24 m need a second stair (code GB 50016-2014, clause 5.5.10), and 1.5 bicycle stands are to be provided for each flat."
    )
    rows = frame[
        frame["far"].notna()
        & frame["height_m"].notna()
        & frame["coverage_ratio"].notna()
        & frame["green_ratio"].notna()
    ]
    rows = rows.sample(110, random_state=seed)
    for at, (id_, row) in enumerate(rows.iterrows()):
        far, high = n(row["far"], 2), n(row["height_m"])
        cover, green_, ha = n(100 * row["coverage_ratio"]), n(100 * row["green_ratio"]), n(row["m2"] / 1e4, 2)
        gross, use = row["floor_area_m2"], name(row["land_use"]).lower()
        extra = (
            f" It will hold {n(row['dwellings'])} dwellings." if row["dwellings"] == row["dwellings"] else ""
        )
        p(
            *[
                (
                    f"Parcel {id_} is {ha} ha of land for {use}, with a floor area ratio of {far} and buildings of up to {high} m.{extra}",
                ),
                (
                    f"On parcel {id_} the present sheds (coverage 55%, two storeys, some 7 m high) will go. The floor area ratio will be {far}, site coverage {cover}% and the green ratio {green_}%.",
                ),
                (
                    f"The draft of March 2021 allowed a floor area ratio of 3.2 on {id_}. It has been set at {far}, which yields {n(gross, 0, ',')} m² of floor area on {n(row['m2'], 0, ',')} m² of land.{extra}",
                ),
                (
                    f"{id_}: {use}; site area {ha} ha; maximum height {high} metres; minimum green ratio {green_} per cent; buildings to stand at least 5 m back from the street.",
                ),
                (
                    f"With {far} times its area in floor space and a height limit of {high} m, parcel {id_} matches the density of its neighbours, whose floor area ratio averages 2.1.",
                ),
                (
                    f"In {id_}, {cover}% of the site may be built over and at least {green_}% must be planted; a courtyard of 600 m² and a passage 4.5 m wide are recommended.",
                ),
                (
                    f"Next to a stop 250 m away, parcel {id_} may be built to a height of {high} m and a floor area ratio of {far}. Ground floors are at least 4.5 m high.",
                ),
            ][at % 7]
        )
        if w.random.random() < 0.25:
            p(
                [
                    "In Yokohama's Minato Mirai, comparable plots reach a floor area ratio of 8.0 and heights of 180 m.",
                    "The water table stands 3.2 m below ground; piles of 18 m to 24 m are common here.",
                    "Between 2011 and 2019 land prices rose from 4,200 to 9,800 yuan per m².",
                    "A sunlight study for 21 December gave 2.4 hours on the lowest storey.",
                    "Under scenario B, which was not adopted, this plot would have had 310 dwellings and a height of 60 m.",
                    "If the metro comes later than 2030, up to 15% of the floor area may be used for other purposes.",
                ][int(w.random.integers(6))]
            )
    later = (
        frame[frame["far"].notna() & frame["height_m"].notna()].drop(rows.index).sample(60, random_state=seed)
    )
    w.table(
        ["Parcel", "Land use", "Site area (m²)", "FAR", "Max. height (m)", "Floor area (m²)"],
        [
            [
                str(id_),
                name(row["land_use"]),
                n(row["m2"], 0, ","),
                n(row["far"], 2),
                n(row["height_m"]),
                n(row["floor_area_m2"], 0, ","),
            ]
            for id_, row in later.iterrows()
        ],
    )
    w.head("7 Public facilities")
    frame_f = plan.layer("facilities")
    count = frame_f["service"].value_counts()
    p(
        "The plan provides ",
        n(count["kindergarten"]),
        " kindergartens, ",
        n(count["primary_school"]),
        " primary schools and ",
        n(count["nursing_home"]),
        " nursing homes. Each class has 45 pupils, and a kindergarten group 30 children.",
    )
    for at, (_, row) in enumerate(frame_f[frame_f["site_area_m2"].notna()].iterrows()):
        site, gross = n(row["site_area_m2"], 0, ","), n(row["floor_area_m2"], 0, ",")
        size = (
            f", for {n(row['places'])} pupils"
            if row["places"] == row["places"]
            else f", with {n(row['beds'])} beds"
            if row["beds"] == row["beds"]
            else ""
        )
        p(
            *[
                (
                    f"{row['name_en']} on parcel {row['parcel_id']} has a site of {site} m²{size}. Opening is expected within 5 years at a cost of 62 million yuan.",
                ),
                (
                    f"{row['name_en']}{size} will have {gross} m² of floor area. Its catchment has a radius of 800 m.",
                ),
                (f"A site of {site} m² and a floor area of {gross} m² are set aside for {row['name_en']}.",),
            ][at % 3]
        )
    w.head("8 Streets and transit")
    streets = plan.layer("streets")
    for at, (said, ones) in enumerate(streets.groupby("name_en")["red_line_width_m"]):
        if not said or len(set(ones)) > 1 or ones.isna().any():
            continue
        width = n(ones.iloc[0])
        p(
            *[
                (
                    f"{said} is {width} m wide between red lines, with two lanes of 3.25 m and footways of at least 2.5 m.",
                ),
                (
                    f"The red-line width of {said} is {width} metres. Its speed limit is 30 km/h, and 40 trees per 100 m are planted.",
                ),
                (f"{said} ({width} m) takes a bus every 6 minutes.",),
            ][at % 3]
        )
    p(
        "Three metro stations and ",
        d(int((plan.layer("stops")["modes"] == "bus").sum())),
        " bus stops are planned; 71% of residents will live within 300 m of a stop. Peak trains carry 1,460 passengers.",
    )
    w.head("9 Phases and costs")
    for phase, rows in frame.groupby("phase"):
        p(
            f"Phase {phase} brings ",
            d(rows["dwellings"].sum(), 0, ","),
            " dwellings and ",
            d(rows["residents"].sum(), 0, ","),
            " residents on ",
            d(rows["m2"].sum() / 1e4, 1),
            " ha.",
        )
    p(
        "Public works are put at 7.4 billion yuan, 38% of it before 2026. Some 1,900 households will be compensated at 1.2 m² for each m² lost."
    )
    p(
        "In short: ",
        n(people, 0, ","),
        " people, ",
        n(homes, 0, ","),
        " dwellings, ",
        n(whole / 1e4),
        " hectares.",
    )
    return w
