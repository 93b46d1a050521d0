"""The commands of delivery: documents, exit codes, refusals."""

import json
import os
import shutil
from pathlib import Path

import pyogrio
import pytest
from tests.deliver.made import ANSWERS
from tests.support.town import town

from blockplan.check import check
from blockplan.cli import main
from blockplan.deliver.handover import deliver
from blockplan.deliver.profile import load_delivery_profile
from blockplan.exchange.office.importing import import_office
from blockplan.plan import read, write


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    folder = tmp_path_factory.mktemp("written")
    write(town(title={"zh": "示例镇"}, packs=["gb50137"]), folder / "plan")
    lines = [f'{key}: "{value}"\n' for key, value in ANSWERS.items()]
    (folder / "form.yaml").write_text("".join(lines), "utf-8")
    return folder


@pytest.fixture
def place(written, tmp_path):
    shutil.copytree(written, tmp_path, dirs_exist_ok=True)
    return tmp_path


def called(capsys, *call):
    with pytest.raises(SystemExit) as left:
        main([str(one) for one in call])
    said = capsys.readouterr()
    return left.value.code, said.out, said.err


@pytest.mark.long
def test_a_package_is_written_and_accepted_and_faults_leave_with_1(place, capsys):
    call = (
        "--profile",
        "deqing",
        "--out",
        place / "package",
        "--form",
        place / "form.yaml",
        "--no-sheets",
        "--json",
    )
    code, out, _ = called(capsys, "deliver", place / "plan", *call)
    told = json.loads(out)
    # The town's plan names no authority, so the form has an empty field that must be filled.
    assert code == 1
    assert {"qc-form"} <= {one["rule"] for one in told["checks"]}
    assert set(told["checks"][0]) == {
        "rule",
        "grade",
        "layer",
        "id",
        "x",
        "y",
        "measured",
        "message",
        "remedy",
        "ids",
    }
    assert set(told["losses"][0]) == {"layer", "field", "id", "value", "becomes"}
    assert "qc-town-limit" in told["not_judged"]
    code, out, _ = called(
        capsys, "accept", place / "package", "--profile", "deqing", "--out", place / "again", "--json"
    )
    assert code == 1
    assert [one["rule"] for one in json.loads(out)["checks"]] == [one["rule"] for one in told["checks"]]
    assert list(read(place / "again").layer("parcels").index) == list("ABCDEFGHI")


@pytest.mark.long
def test_with_an_authority_the_package_is_in_order_and_leaves_with_0(place, capsys):
    plan = town(title={"zh": "示例镇"}, packs=["gb50137"], authority="示例市自然资源和规划局")
    spread = plan.layer("parcels").copy()
    spread["parcel_id"] = [f"K-{number:02d}" for number in range(1, 10)]
    facilities = plan.layer("facilities").assign(parcel_id=["K-02", "K-03", "K-08", None])
    buildings = plan.layer("buildings").assign(parcel_id=["K-01", "K-04"])
    write(plan.replace(parcels=spread, facilities=facilities, buildings=buildings), place / "whole")
    call = (
        "--profile",
        "deqing",
        "--out",
        place / "package",
        "--form",
        place / "form.yaml",
        "--no-sheets",
        "--lang",
        "en",
    )
    code, out, _ = called(capsys, "deliver", place / "whole", *call)
    assert code == 0, out
    assert "0 blocking" in out


@pytest.fixture(scope="module")
def office_town(repo, tmp_path_factory):
    plan = tmp_path_factory.mktemp("office") / "town"
    import_office([repo / "examples" / "office-town" / "shapefiles"], plan)
    return plan


@pytest.mark.long
@pytest.mark.parametrize(
    ("profile", "answers", "faults"),
    [
        ("hangzhou-xg", "filing.yaml", []),
        ("deqing", "filing.yaml", []),
        ("wenzhou", "filing.yaml", []),
        # Parking that the town's table states of none of these parcels.
        ("zhongshan", "filing-zhongshan.yaml", [("qc-mandatory", 6)]),
    ],
)
def test_the_office_town_is_handed_in_with_the_answers_that_come_along(
    repo, office_town, tmp_path, capsys, profile, answers, faults
):
    form = repo / "examples" / "office-town" / answers
    call = ("--profile", profile, "--form", form, "--out", tmp_path / "package", "--no-sheets", "--json")
    code, out, _ = called(capsys, "deliver", office_town, *call)
    checks = json.loads(out)["checks"]
    assert [(one["rule"], len(one["ids"])) for one in checks if one["grade"] == "blocking"] == faults
    assert code == (1 if faults else 0)
    assert code == called(capsys, "accept", tmp_path / "package", "--profile", profile)[0]


@pytest.mark.long
def test_open_fields_of_the_filing_form_name_the_flag_that_fills_them(place, capsys):
    call = ("--profile", "deqing", "--out", place / "filed", "--no-sheets", "--lang", "zh")
    _, _, err = called(capsys, "deliver", place / "plan", *call)
    assert "--form FORM.yaml" in err
    assert "`" not in err


@pytest.mark.long
def test_an_answer_that_a_field_may_not_hold_leaves_no_field_of_the_form_open(place, capsys):
    with (place / "form.yaml").open("a", encoding="utf-8") as form:
        form.write('zzbzzt: 示例局\nsfwtsp: "不是"\n')
    call = ("--profile", "deqing", "--out", place / "filed", "--no-sheets", "--form", place / "form.yaml")
    code, _, err = called(capsys, "deliver", place / "plan", *call, "--lang", "zh")
    assert code == 1
    assert "未填" not in err


@pytest.mark.long
@pytest.mark.parametrize(
    ("call", "said"),
    [
        (("deliver", "{}/plan", "--profile", "shanghai", "--out", "{}/new"), "no delivery profile shanghai"),
        (("deliver", "{}/plan", "--profile", "deqing", "--out", "{}/plan"), "is there and is not empty"),
        (
            ("deliver", "{}/plan", "--profile", "deqing", "--out", "{}/new", "--kind", "9"),
            "no kind of filing 9",
        ),
        (("deliver", "{}/plan", "--profile", "deqing", "--out", "{}/new", "--kind", "3"), "--base"),
        (
            ("deliver", "{}/plan", "--profile", "deqing", "--out", "{}/new", "--form", "{}/plan"),
            "cannot be read",
        ),
        (("accept", "{}/none", "--profile", "deqing"), "no folder"),
        (("accept", "{}/none", "--profile", "deqing", "--out", "{}/plan"), "is there and is not empty"),
        (
            ("deliver", "{}/plan", "--profile", "deqing", "--out", "{}/new", "--text", "{}/备案表.docx"),
            "is called like a file of the package",
        ),
        (("accept", "{}/plan", "--profile", "deqing"), "holds no File Geodatabase"),
        (
            ("deliver", "{}/plan", "--profile", "deqing", "--out", "{}/new", "--upper", "{}/none"),
            "master plan",
        ),
    ],
)
def test_what_cannot_be_done_is_refused_with_2_and_nothing_is_written(place, capsys, call, said):
    code, _, err = called(
        capsys, *(one.format(place) for one in call), *(["--no-sheets"] if call[0] == "deliver" else [])
    )
    assert code == 2
    assert said in err
    assert not (place / "new").exists()


def test_a_form_with_a_field_that_the_profile_has_not_is_refused(place, capsys):
    (place / "form.yaml").write_text("colour: red\n", "utf-8")
    call = ("--profile", "deqing", "--out", place / "new", "--form", place / "form.yaml")
    code, _, err = called(capsys, "deliver", place / "plan", *call)
    assert code == 2
    assert "no field colour" in err


@pytest.fixture(scope="module")
def handed_in(tmp_path_factory):
    """A package of the town, to be damaged in copies."""
    folder = tmp_path_factory.mktemp("handed-in") / "package"
    plan = town(title={"zh": "示例镇"})
    deliver(plan, check(plan, packs=["gb50137"]), load_delivery_profile("deqing"), folder)
    return folder


def cut(package, layer, share):
    """Leave a share of a layer's table, as a copy that broke off does."""
    tables = sorted(package.glob("*.gdb/*.gdbtable"))
    names = [name for name, _ in pyogrio.list_layers(next(package.glob("*.gdb")))]
    table = tables[len(tables) - len(names) + names.index(layer)]
    os.truncate(table, int(table.stat().st_size * share))


@pytest.mark.parametrize(
    ("broken", "profile", "said"),
    [
        (lambda at: shutil.make_archive(at, "zip", at) and at.with_suffix(".zip"), "deqing", "Unpack"),
        (lambda at: next(at.glob("*.gdb")), "deqing", "the folder that the .gdb lies in"),
        (lambda at: cut(at, "AC_RK_控规地块", 0.0), "deqing", "AC_RK_控规地块 is damaged"),
        (lambda at: cut(at, "AC_RK_控规地块", 0.6), "deqing", "AC_RK_控规地块 is damaged"),
        (lambda at: cut(at, "AC_RK_地块后退线", 0.6), "deqing", "AC_RK_地块后退线 is damaged"),
        (
            lambda at: [os.truncate(one, 9) for one in at.glob("*.gdb/a00000001.*")],
            "deqing",
            "can be read.\n",
        ),
        (lambda at: None, "wenzhou", "such layers: deqing"),
    ],
)
def test_what_is_no_package_of_the_profile_is_refused_with_2(
    handed_in, tmp_path, capsys, broken, profile, said
):
    folder = shutil.copytree(handed_in, tmp_path / "package")
    place = broken(folder)
    place = place if isinstance(place, Path) else folder
    code, _, err = called(capsys, "accept", place, "--profile", profile, "--out", tmp_path / "plan")
    assert (code, said in err, "/src/" in err) == (2, True, False), err
    assert not (tmp_path / "plan").exists()


def test_a_filing_form_that_cannot_be_read_is_a_fault(handed_in, tmp_path, capsys):
    folder = shutil.copytree(handed_in, tmp_path / "package")
    (folder / "备案表.xlsx").write_bytes(b"no workbook")
    code, out, _ = called(capsys, "accept", folder, "--profile", "deqing", "--lang", "en")
    assert code == 1
    assert 'The filing form "备案表.xlsx" cannot be read' in out


def test_losses_are_summed_up_by_layer_and_field_in_the_readers_words():
    from blockplan.cli.deliver import _lost
    from blockplan.deliver.losses import MANIFEST, WHOLE_ROW, Loss
    from blockplan.deliver.profile import load_delivery_profile
    from blockplan.report.words import Words

    lost = [
        Loss(MANIFEST, "authority", "", "示例局"),
        Loss(MANIFEST, "title.en", "", "Town"),
        Loss(MANIFEST, "imported.source", "", "town.shp"),
        Loss(MANIFEST, "imported.roads.zh", "", "补绘"),
        Loss("stops", WHOLE_ROW, "ST-1", None),
        Loss("parcels", "residents", "A-1", 40.0),
        Loss("parcels", "residents", "A-2", 50.0),
        Loss("parcels", "dwellings", "A-1", 15.0),
        Loss("XG_GHFW", "RK", "A-1", 90.0),
    ]
    assert dict(_lost(lost, load_delivery_profile("hangzhou-xg"), Words("zh"))) == {
        "plan.toml": "组织编制机关 1、规划名称 1、导入说明 2",
        "站点": "整个要素 1",
        "地块": "居住人口 2、住宅套数 1",
        "XG_GHFW": "人口（RK） 1",
    }
