"""
How well opinions are grouped, beside TF-IDF + NMF, on any folder of labelled opinions.

    python benchmarks/grouping.py DATA            a table
    python benchmarks/grouping.py DATA --json     one object a line
    python benchmarks/grouping.py --synthetic     generated opinions only

DATA holds folders with ``labelled.csv`` (columns text, label or class, and title where there is one) and, for
campaigns, ``campaign_paraphrases.csv`` (text, group). Without DATA the folder of the reference data is taken
where it is present. Methods: ``ours`` (extra [grouping]), ``words`` (our own, without the extra),
``tfidf-nmf`` (scikit-learn's TF-IDF of characters and NMF). Tasks:

groups      k given: NMI, AMI, ARI against the labels, mean and spread over seeds; the k that is proposed
examples    a few marked examples a label (3, 5, 10), the rest assigned: macro-F1, mean and spread over
            draws; labels with fewer than three rows more than that are left out
campaigns   pairs of the same campaign among all pairs: precision and recall, by the default thresholds
copies      the same for made campaigns: rows copied with 12 % of the characters edited, and a piece more
speed       10,000 generated opinions of 100 characters: groups (k proposed) and campaigns; CPU seconds
            (user + system) and peak memory of a fresh process, loading the model included
"""

from __future__ import annotations

import argparse
import itertools
import json
import os
import random
import resource
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from blockplan.respond import vectors
from blockplan.respond.campaigns import find_campaigns
from blockplan.respond.grouping import propose_groups
from blockplan.respond.seeding import assign_by_examples
from blockplan.respond.vectors import SentenceVectors, WordVectors, has_model

if TYPE_CHECKING:
    from collections.abc import Iterator

    from blockplan.respond.vectors import Embedder

DATA = Path(__file__).parents[2] / "shared" / "data" / "opinions"
#: One thread each: on a busy machine the libraries below spin, and CPU seconds would say nothing.
ONE_THREAD = dict.fromkeys(("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "NUMBA_NUM_THREADS"), "1")
SEEDS, DRAWS = 5, 10
EXAMPLES = (3, 5, 10)
CAMPAIGNS, COPIES, CHANGED = 10, 10, 0.12
SPEED_ROWS, SPEED_CHARACTERS = 10_000, 100


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("data", nargs="?", type=Path)
    parser.add_argument("--json", action="store_true", help="one object a line")
    parser.add_argument("--synthetic", action="store_true", help="generated opinions only")
    parser.add_argument("--seeds", type=int, default=SEEDS)
    parser.add_argument("--no-speed", action="store_true", help="leave the 10,000 opinions out")
    parser.add_argument("--speed-of", choices=["ours", "words"], help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.speed_of:
        print(json.dumps(speed(asked.speed_of)))
        return
    for row in rows(asked):
        print(json.dumps(row, ensure_ascii=False) if asked.json else _line(row), flush=True)


def rows(asked: argparse.Namespace) -> Iterator[dict[str, Any]]:
    """Every result, as soon as it is there."""
    folder = None if asked.synthetic else (asked.data or (DATA if DATA.is_dir() else None))
    embedders: dict[str, Embedder] = {"words": WordVectors()}
    if has_model():
        embedders = {"ours": SentenceVectors(), **embedders}
    else:
        print("the extra [grouping] is not installed: 'ours' is left out", file=sys.stderr)
    sets = dict(labelled(folder)) if folder else {"synthetic": synthetic(300, 7)}
    for name, frame in sets.items():
        yield from groups(name, frame, embedders, asked.seeds)
        yield from examples(name, frame, embedders)
    for name, frame in campaigns(folder, sets):
        for method, embedder in embedders.items():
            yield {"task": name[0], "data": name[1], "method": method, **pairs(frame, embedder)}
    if not asked.no_speed:
        for method in embedders:
            yield {"task": "speed", "data": "synthetic", "method": method, **_measured(method)}


def labelled(folder: Path) -> Iterator[tuple[str, pd.DataFrame]]:
    """The labelled lists below a folder: columns title, text, label."""
    for path in sorted(folder.glob("**/labelled.csv")):
        frame = pd.read_csv(path, dtype=str, keep_default_na=False)
        label = "label" if "label" in frame else "class"
        title = frame["title"] if "title" in frame else pd.Series("", frame.index)
        yield (
            path.parent.name,
            pd.DataFrame({"title": title, "text": frame["text"], "label": frame[label]}),
        )


def campaigns(
    folder: Path | None, sets: dict[str, pd.DataFrame]
) -> Iterator[tuple[tuple[str, str], pd.DataFrame]]:
    """Campaigns among other opinions: columns text, group (-1: of none)."""
    for path in sorted(folder.glob("**/campaign_paraphrases.csv")) if folder else []:
        frame = pd.read_csv(path, dtype=str, keep_default_na=False)[["text", "group"]]
        beside = sets.get(path.parent.name, pd.DataFrame({"text": []}))
        others = beside.loc[~beside["text"].isin(frame["text"]), ["text"]].assign(group="-1")
        yield ("campaigns", path.parent.name), pd.concat([frame, others], ignore_index=True)
    for name, frame in sets.items():
        yield ("copies", name), edited_copies(frame["text"].drop_duplicates().tolist())


def edited_copies(texts: list[str], seed: int = 0) -> pd.DataFrame:
    """Some texts copied with characters changed and a sentence of their own, the rest as they are."""
    chance = random.Random(seed)
    long = [text for text in texts if len(text) >= 40]
    chosen = chance.sample(long, min(CAMPAIGNS, len(long)))
    made = [(text, "-1") for text in texts if text not in chosen]
    for group, text in enumerate(chosen):
        for _ in range(COPIES):
            own = chance.choice(texts)[:30]
            made.append((f"{_edited(text, chance)}\n{own}", str(group)))
    return pd.DataFrame(made, columns=["text", "group"])


def _edited(text: str, chance: random.Random) -> str:
    """About 12 % of the characters left out, doubled or changed places with the next one."""
    said = list(text)
    for at in range(len(said) - 1):
        if chance.random() < CHANGED:
            act = chance.randrange(3)
            if act == 0:
                said[at] = ""
            elif act == 1:
                said[at] *= 2
            else:
                said[at], said[at + 1] = said[at + 1], said[at]
    return "".join(said)


# ---- the tasks ----


def groups(
    name: str, frame: pd.DataFrame, embedders: dict[str, Embedder], seeds: int
) -> Iterator[dict[str, Any]]:
    texts, titles, truth = frame["text"].tolist(), frame["title"].tolist(), frame["label"].to_numpy()
    k = len(set(truth))
    base = {"task": "groups", "data": name, "rows": len(frame), "k": k, "seeds": seeds}
    for method, embedder in embedders.items():
        found, proposed = [], []
        for seed in range(seeds):
            proposal = propose_groups(texts, titles, k=k, seed=seed, embedder=embedder)
            found.append(_scores(truth, proposal.labels()))
            if seed == 0:
                proposed.append(propose_groups(texts, titles, seed=seed, embedder=embedder).run["k"])
        yield {**base, "method": method, **_spread(found), "proposed_k": proposed}
    yield {**base, "method": "tfidf-nmf", **_spread([_nmf(frame, truth, k, seed) for seed in range(seeds)])}


def _nmf(frame: pd.DataFrame, truth: Any, k: int, seed: int) -> dict[str, float]:
    from sklearn.decomposition import NMF
    from sklearn.feature_extraction.text import TfidfVectorizer

    texts = [
        vectors.plain(f"{title} {text}") for title, text in zip(frame["title"], frame["text"], strict=True)
    ]
    counted = TfidfVectorizer(analyzer="char", ngram_range=(2, 3), sublinear_tf=True, min_df=2, max_df=0.3)
    parts = NMF(k, init="nndsvdar", random_state=seed, max_iter=600, tol=1e-3)
    return _scores(truth, parts.fit_transform(counted.fit_transform(texts)).argmax(axis=1))


def _scores(truth: Any, found: Any) -> dict[str, float]:
    from sklearn import metrics

    return {
        "nmi": metrics.normalized_mutual_info_score(truth, found),
        "ami": metrics.adjusted_mutual_info_score(truth, found),
        "ari": metrics.adjusted_rand_score(truth, found),
    }


def examples(name: str, frame: pd.DataFrame, embedders: dict[str, Embedder]) -> Iterator[dict[str, Any]]:
    from sklearn.metrics import f1_score

    for count in EXAMPLES:
        sizes = frame["label"].value_counts()
        kept = frame[frame["label"].isin(sizes.index[sizes >= count + 3])].reset_index(drop=True)
        if kept["label"].nunique() < 2:
            continue
        for method, embedder in embedders.items():
            found = []
            for draw in range(DRAWS):
                marked = kept.groupby("label")["label"].sample(count, random_state=draw)
                told, _ = assign_by_examples(
                    kept["text"].tolist(), dict(marked.items()), kept["title"].tolist(), embedder=embedder
                )
                rest = kept.index.difference(marked.index)
                said = [told[at].theme for at in rest]
                found.append({"macro_f1": f1_score(kept.loc[rest, "label"], said, average="macro")})
            yield {
                "task": "examples", "data": name, "method": method, "rows": len(kept),
                "labels": kept["label"].nunique(), "examples": count, "draws": DRAWS, **_spread(found),
            }  # fmt: skip


def pairs(frame: pd.DataFrame, embedder: Embedder) -> dict[str, Any]:
    """Precision and recall of the pairs that are folded together."""
    group = frame["group"].tolist()
    true = {
        pair for pair in itertools.combinations(range(len(frame)), 2)
        if group[pair[0]] == group[pair[1]] != "-1"
    }  # fmt: skip
    told = find_campaigns(frame["text"].tolist(), embedder=embedder)
    said = {pair for campaign in told for pair in itertools.combinations(campaign.members, 2)}
    right = len(true & said)
    return {
        "rows": len(frame),
        "pairs": len(true),
        "precision": round(right / len(said), 3) if said else None,
        "recall": round(right / len(true), 3) if true else None,
    }


def speed(method: str) -> dict[str, Any]:
    """CPU seconds and peak memory of this process for many opinions."""
    frame = synthetic(SPEED_ROWS, 12, characters=SPEED_CHARACTERS)
    texts = frame["text"].tolist()
    embedder: Embedder = SentenceVectors() if method == "ours" else WordVectors()
    before = time.process_time()
    proposal = propose_groups(texts, embedder=embedder)
    grouped = time.process_time()
    folds = find_campaigns(texts, embedder=embedder)
    used = resource.getrusage(resource.RUSAGE_SELF)
    return {
        "rows": len(texts),
        "groups_cpu_s": round(grouped - before, 1),
        "campaigns_cpu_s": round(time.process_time() - grouped, 1),
        "cpu_s": round(used.ru_utime + used.ru_stime, 1),
        "peak_mb": round(used.ru_maxrss / 1024),
        "k": proposal.run["k"],
        "folds": len(folds),
    }


def _measured(method: str) -> dict[str, Any]:
    done = subprocess.run(
        [sys.executable, __file__, "--speed-of", method],
        check=True,
        capture_output=True,
        text=True,
        env=os.environ | ONE_THREAD,
    )
    return dict(json.loads(done.stdout))


# ---- generated opinions ----

SUBJECTS = {
    "green": ["公园", "绿地", "树木", "草坪", "花园"],
    "parking": ["停车位", "停车场", "充电桩", "车库", "路边停车"],
    "school": ["小学", "幼儿园", "学位", "老师", "校车"],
    "bus": ["公交车", "地铁站", "班次", "换乘", "站台"],
    "height": ["楼高", "容积率", "日照", "遮挡", "高楼"],
    "noise": ["噪声", "工地", "夜间施工", "扬尘", "大货车"],
    "care": ["养老院", "医院", "社区门诊", "床位", "护理"],
    "shops": ["菜市场", "商店", "超市", "餐馆", "快递柜"],
    "water": ["河道", "水质", "排水", "内涝", "水管"],
    "roads": ["道路", "红绿灯", "人行道", "斑马线", "路面"],
    "culture": ["图书馆", "博物馆", "剧场", "古树", "老街"],
    "sport": ["球场", "健身", "游泳馆", "跑道", "乒乓球台"],
}
ASKS = (
    "希望增加{}。",
    "附近的{}太少了，",
    "请尽快改善{}的状况，",
    "我们对{}很不满意。",
    "方案里的{}应当保留，",
    "{}离家太远，老人不方便。",
)


def synthetic(count: int, subjects: int, characters: int = 60, seed: int = 0) -> pd.DataFrame:
    """Generated opinions on a few subjects, each of about so many characters."""
    chance = random.Random(seed)
    names = list(SUBJECTS)[:subjects]
    made = []
    for number in range(count):
        label = names[number % len(names)]
        said = ""
        while len(said) < characters:
            said += chance.choice(ASKS).format(chance.choice(SUBJECTS[label]))
            said += (
                f"{chance.randint(1, 99)}号楼{chance.choice('东西南北')}侧，" if chance.random() < 0.3 else ""
            )
        made.append((said[:characters], label))
    return pd.DataFrame(made, columns=["text", "label"]).assign(title="")


def _spread(found: list[dict[str, float]]) -> dict[str, float]:
    """Mean of each figure, and its standard deviation as ``..._sd``."""
    told: dict[str, float] = {}
    for key in found[0]:
        values = np.array([one[key] for one in found])
        told |= {key: round(float(values.mean()), 3), f"{key}_sd": round(float(values.std()), 3)}
    return told


def _line(row: dict[str, Any]) -> str:
    head = f"{row['task']:<10} {row['data']:<14} {row['method']:<10}"
    rest = {key: value for key, value in row.items() if key not in {"task", "data", "method"}}
    shown = [
        f"{key} {value} ±{rest[f'{key}_sd']}" if f"{key}_sd" in rest else f"{key} {value}"
        for key, value in rest.items()
        if not key.endswith("_sd")
    ]
    return f"{head} {', '.join(shown)}"


if __name__ == "__main__":
    main()
