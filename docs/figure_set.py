"""Every kind of figure, once: from the root study's data, else from data a program made (模拟)."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

import pbgov
from pbgov.corpus.document import digest_text
from pbgov.exhibits.missing import figure_missing
from pbgov.exhibits.mosaic import figure_mosaic
from pbgov.marks import mark_simulated

if TYPE_CHECKING:
    from collections.abc import Callable

    from pbgov.exhibits.exhibit import Exhibit

ROOT = Path(__file__).parent.parent
CASES = "data/cases；规则编码"
SEED = 20261122
MADE_BY_PROGRAM = f"程序生成，种子 {SEED}"


class Study:
    """What the root study's files give, read once."""

    def __init__(self) -> None:
        study = pbgov.read_study(ROOT)
        self.study = study
        self.corpus = pbgov.read_corpus(study.cases)
        self.paragraphs = pbgov.segment(self.corpus, unit="paragraph")
        self.sentences = pbgov.segment(self.corpus)
        self.lexicon = pbgov.read_lexicon(study.lexicon)
        self.regions = pbgov.read_regions(study.regions)
        self.indicators = pbgov.read_indicators(study.indicators, self.regions)
        self.codebook = pbgov.read_codebook(study.codebook)
        self.codings = pbgov.code_by_rules(self.paragraphs, self.codebook)
        self.people = pbgov.read_codings(study.codings, self.paragraphs, self.codebook)
        self.practices = pbgov.find_practices(self.corpus, self.regions)
        titles = self.corpus.documents.set_index("doc_id")["title"]
        self.titles = titles.str.split("：").str[0].to_dict()
        self.names = self.regions.set_index("region_code")["name"].to_dict()
        families = dict(self.codebook.families[["family", "zh"]].itertuples(index=False))
        self.labels = self.codebook.codes.set_index("code_id")["zh"].to_dict() | families
        of_beijing = self.regions["parent_code"] == "110000"
        self.districts = list(self.regions.loc[of_beijing, "region_code"])
        wide = self.indicators[self.indicators["indicator"] == "人口密度"]
        self.density = wide.set_index("region_code")["value"][self.districts]
        self.places = pbgov.find_names(self.paragraphs, self.regions)


@cache
def study() -> Study:
    """The root study."""
    return Study()


def codes_by_document() -> Exhibit:
    """Shares of innovation codes by document."""
    of = study()
    read = of.paragraphs[of.paragraphs["segment_id"].isin(of.practices["segment_id"])]
    judged = of.codings[of.codings["segment_id"].isin(read["segment_id"])]
    codes = [code for code in of.codebook.codes_of("INNOV") if code != "INNOV.NONE"]
    scores = pbgov.score(judged, read, by="doc_id", codes=codes)
    return pbgov.figure_codes_by_document(scores, source=CASES, labels=of.labels, names=of.titles)


def code_region() -> Exhibit:
    """Shares of modes by district, unread ones hatched."""
    of = study()
    done = of.practices.query("status == '已实施'")[["segment_id", "region_code"]]
    placed = of.paragraphs.merge(done, on="segment_id").drop_duplicates(
        ["segment_id", "region_code"]
    )
    scores = pbgov.score(
        pbgov.code_by_rules(placed, of.codebook),
        placed,
        by="region_code",
        units=of.districts,
        codes=of.codebook.codes_of("MODE"),
    )
    return pbgov.figure_code_region_heatmap(scores, source=CASES, labels=of.labels, names=of.names)


def mosaic() -> Exhibit:
    """Mode by innovation among the practices."""
    of = study()
    read = of.practices.assign(segment_id=of.practices["practice_id"], kind="paragraph", heading="")
    codings = pbgov.code_by_rules(read, of.codebook)
    reuse = pbgov.find_reuse(of.corpus)
    told = pbgov.distinct_practices(of.practices, reuse)
    return figure_mosaic(codings, source=CASES, practices=told, labels=of.labels, seed=SEED)


def mosaic_planted() -> Exhibit:
    """A mosaic of invented practices, in which each mode has its kind of innovation."""
    of = study()
    random = np.random.default_rng(SEED)
    modes, kinds = of.codebook.codes_of("MODE"), of.codebook.codes_of("INNOV")[:3]
    rows = []
    for place in range(160):
        mode = int(random.choice(4, p=(0.4, 0.3, 0.2, 0.1)))
        kind = mode % 3 if random.random() < 0.6 else int(random.integers(3))
        rows += [(f"模拟{place}", modes[mode]), (f"模拟{place}", kinds[kind])]
    codings = pd.DataFrame(rows, columns=["segment_id", "code_id"]).assign(value=1)
    return figure_mosaic(codings, source=MADE_BY_PROGRAM, labels=of.labels, seed=SEED)


def districts() -> Exhibit:
    """The map of population density."""
    of = study()
    return pbgov.figure_districts(
        of.density,
        pbgov.read_boundaries(of.study.regions),
        title="各区人口密度",
        unit="人/平方公里",
        note="普查常住人口除以区界多边形面积。",
        source="data/indicators/population.csv",
    )


def missing() -> Exhibit:
    """Which indicators the districts have."""
    of = study()
    wanted = (
        "人口密度",
        "常住人口_普查",
        "PM2.5浓度",
        "接诉即办满意率",
        "12345诉求量",
        "地区生产总值",
    )
    mine = of.indicators[
        of.indicators["indicator"].isin(wanted) & of.indicators["region_code"].isin(of.districts)
    ]
    return figure_missing(mine, source="data/indicators", units=of.districts, names=of.names)


def timeline() -> Exhibit:
    """Events of the city beside the use of three terms."""
    of = study()
    terms = ["党建引领", "网格", "协商"]
    change = pbgov.change_over_years(of.paragraphs, of.corpus.documents, of.lexicon, terms)
    events = pbgov.read_timeline(ROOT / "data" / "timeline")
    events = events.query("date >= '2017' and level == '市'")
    return pbgov.figure_timeline(events, source="data/timeline；data/cases", change=change)


def change() -> Exhibit:
    """Rates of three terms by year."""
    of = study()
    terms = ["党建引领", "网格", "协商"]
    found = pbgov.change_over_years(of.paragraphs, of.corpus.documents, of.lexicon, terms)
    return pbgov.figure_change(found, source="data/cases")


def network() -> Exhibit:
    """Words that meet more often than by chance."""
    of = study()
    found = pbgov.cooccurrence(of.paragraphs, of.lexicon, names=of.places)
    return pbgov.figure_network(found, source="data/cases", unadjusted=True)


def similarity() -> Exhibit:
    """How alike the documents are."""
    of = study()
    alike = pbgov.similarity(of.paragraphs, of.lexicon, seed=1, names=of.places)
    return pbgov.figure_similarity(alike, source="data/cases", names=of.titles)


def keyness() -> Exhibit:
    """Words that one document uses more than the others."""
    of = study()
    contrast = pbgov.contrast(of.paragraphs, of.lexicon, cluster="segment_id", draws=999)
    return pbgov.figure_keyness(
        contrast, source="data/cases", group="two-new-beijing-2022", names=of.titles
    )


def dispersion() -> Exhibit:
    """Where three words stand."""
    of = study()
    hits = pbgov.concordance(
        of.sentences, ["党建", "社区", "网格"], lexicon=of.lexicon, documents=of.corpus
    )
    return pbgov.figure_dispersion(hits, of.paragraphs, source="data/cases", names=of.titles)


def topic_choice() -> Exhibit:
    """How many topics the words bear."""
    of = study()
    choice = pbgov.compare_topics(
        of.paragraphs, of.lexicon, seed=1, ks=range(2, 6), n_seeds=2, names=of.places
    )
    return pbgov.figure_topic_choice(choice, source="data/cases")


def quantities() -> Exhibit:
    """Changes from one percentage to another."""
    of = study()
    return pbgov.figure_quantities(
        pbgov.find_quantities(of.corpus), source="data/cases", titles=of.titles
    )


def formula_status() -> Exhibit:
    """Which slogans are filled."""
    of = study()
    return pbgov.figure_formula_status(
        pbgov.find_formulas(of.corpus), source="data/cases", titles=of.titles
    )


@cache
def _agreement() -> pd.DataFrame:
    of = study()
    codings = of.people.merge(of.codings, how="outer")
    return pbgov.agreement(
        codings, ("author", "rules"), of.paragraphs, family="MODE", seed=SEED, frame="reference"
    )


def agreement() -> Exhibit:
    """How far rules agree with the author."""
    return pbgov.figure_agreement(
        _agreement(), source="data/codings", labels=study().labels, coders=("规则编码", "原作者")
    )


def agreement_coefficients() -> Exhibit:
    """The same in several coefficients."""
    return pbgov.figure_agreement_coefficients(
        _agreement(), source="data/codings", labels=study().labels, coders=("规则编码", "原作者")
    )


def framework_heatmap() -> Exhibit:
    """Two frameworks on the same paragraphs."""
    of = study()
    rival = pbgov.read_codebook(ROOT / "data" / "rival")
    crosswalk = pbgov.read_crosswalk(ROOT / "data" / "rival" / "crosswalk.csv", of.codebook, rival)
    found = pbgov.compare_frameworks(of.paragraphs, crosswalk)
    return pbgov.figure_framework_heatmap(found, source=CASES)


@cache
def _taught() -> Any:
    """A learned coder of invented paragraphs, three modes of which the words speak."""
    of = study()
    random = np.random.default_rng(SEED)
    cues = {"MODE.M1": "成立联合支部", "MODE.M2": "居民协商议事", "MODE.M3": "疫情防控值守"}
    filler = list(
        "街道社区工作日常安排会议通知材料汇总人员名单时间地点情况说明后续跟进落实完成记录存档"
    )
    texts, codes = [], []
    for place in range(90):
        code = list(cues)[place % 3]
        words = "".join(random.choice(filler, 14))
        cue = cues[code] if random.random() < 0.8 else ""
        texts.append(f"{words[:7]}{cue}{words[7:]}。")
        codes.append(code)
    segments = pd.DataFrame({"text": texts, "paragraph_id": [f"g{n // 3:02d}" for n in range(90)]})
    segments["end"] = segments["text"].str.len().cumsum()
    segments["start"] = segments["end"] - segments["text"].str.len()
    segments = segments.assign(
        doc_id="模拟", heading="", segment_id=[f"模拟{n}" for n in range(90)]
    )
    codings = segments[["doc_id", "start", "end", "segment_id"]].assign(
        code_id=codes,
        coder="甲",
        value=1,
        status="judged",
        memo=pd.Series([None] * 90, dtype="str"),
        text_digest=[digest_text(text) for text in texts],
    )
    return pbgov.train_coder(
        codings, segments, of.codebook, family="MODE", coder="甲", seed=1, n_boot=300
    )


def learning_curve() -> Exhibit:
    """Whether more coding would help."""
    curve = pbgov.learning_curve(_taught(), seed=1, repeats=3, n_boot=200)
    return pbgov.figure_learning_curve(mark_simulated(curve), source=MADE_BY_PROGRAM)


def calibration() -> Exhibit:
    """Whether probabilities come true."""
    return pbgov.figure_calibration(_taught(), source=MADE_BY_PROGRAM)


@cache
def _assessment() -> pd.DataFrame:
    of = study()
    table = pbgov.read_assessment(of.study.inputs["assessment"], of.regions)
    return table.join(np.log(of.density).rename("人口密度对数"), on="region_code")


def assessment() -> Exhibit:
    """Bounded assessment scores."""
    of = study()
    return pbgov.figure_assessment(
        _assessment(), of.density.to_dict(), source="data/assessment", names=of.names
    )


def coefficients() -> Exhibit:
    """Coefficients of two models."""
    of = study()
    growth = of.indicators[of.indicators["indicator"] == "常住人口十年增长率"]
    data = _assessment().join(
        growth.set_index("region_code")["value"].rename("人口十年增长率"), on="region_code"
    )
    way = {"cluster": "region_code", "unit_name": "区", "seed": SEED, "permutations": 99}
    bounds = (data, "score_low", "score_high")
    estimates = {
        "只有密度": pbgov.regress_bounded(*bounds, "人口密度对数 + C(period)", **way),
        "加人口增长": pbgov.regress_bounded(
            *bounds, "人口密度对数 + 人口十年增长率 + C(period)", **way
        ),
    }
    return pbgov.figure_coefficients(
        estimates, title="考核得分的系数", source="data/assessment", unit="分"
    )


def naive_corrected() -> Exhibit:
    """Naive and corrected, where the truth is zero."""
    correction = pbgov.correct_coding_error(
        pbgov.simulate_coded_streets(seed=SEED),
        "模拟满意率 ~ 模拟机器编码",
        "模拟机器编码",
        "模拟人工编码",
        "inclusion_probability",
        cluster="region_code",
        unit_name="区",
        seed=SEED,
    )
    return pbgov.figure_naive_corrected(
        correction,
        title="真实关联为零时，朴素的与校正的",
        source=MADE_BY_PROGRAM,
        unit="满意率",
        truth={"模拟机器编码": 0},
    )


def leave_one_out() -> Exhibit:
    """What each district does to a coefficient."""
    of = study()
    air = of.indicators.query("indicator == 'PM2.5浓度' and period == '2023-01..05'")
    air = air.assign(
        密度对数=air["region_code"].map(np.log(of.density)),
        浓度=air["value"],
        区名=air["region_code"].map(of.names),
    )
    formula = "浓度 ~ 密度对数"
    estimate = pbgov.regress(air, formula, labels="区名", unit_name="区", seed=SEED)
    left_out = pbgov.leave_one_out(air, formula, labels="区名", unit_name="区")
    return pbgov.figure_leave_one_out(
        left_out,
        "密度对数",
        estimate=estimate,
        title="每次去掉一个区",
        source="data/indicators/environment.csv",
    )


@cache
def _simulated() -> Any:
    """A simulated panel of the sixteen districts, and the shares the rules find in its texts."""
    of = study()
    planned = of.study.simulation
    known = of.people.query("coder == 'author'").set_index("segment_id")["code_id"]
    known = known[known.isin(list(planned.effects))]
    pool = of.paragraphs.query("kind == 'paragraph'").join(known.rename("mode"), on="segment_id")
    used = pool["segment_id"].isin(of.practices["segment_id"])
    used |= pool["segment_id"].isin(of.people["segment_id"])
    city = of.indicators[
        of.indicators["region_code"].eq("110000")
        & of.indicators["indicator"].eq(planned.city_path)
        & ~of.indicators["period"].str.contains("..", regex=False)
    ]
    simulation = pbgov.simulate_panel(
        of.density.rename("人口密度").reset_index(),
        pool[pool["mode"].notna() | ~used],
        city.sort_values("period"),
        planned.effects,
        seed=SEED,
        paragraphs=planned.segments_per_district,
    )
    return simulation, pbgov.code_by_rules(simulation.segments, of.codebook)


def simulated_path() -> Exhibit:
    """The simulated path of satisfaction."""
    return pbgov.figure_simulated_path(
        _simulated()[0].panel, source=MADE_BY_PROGRAM, names=study().names
    )


def recovery() -> Exhibit:
    """Planted and estimated effects."""
    simulation, coded = _simulated()
    shares = pbgov.score(coded, simulation.segments, by="region_code", codes=list(simulation.truth))
    table = pbgov.recovery_table(simulation, {"规则": shares})
    return pbgov.figure_recovery(
        table[table["level"] == "区均值"],
        source=MADE_BY_PROGRAM,
        labels=study().labels,
        label_names={"规则": "规则编码（朴素）"},
    )


def specification_curve() -> Exhibit:
    """All choices of coding and specification."""
    simulation, coded = _simulated()
    latest = simulation.panel[simulation.panel["period"] == simulation.panel["period"].max()]
    tables = pbgov.coding_tables(
        coded, simulation.segments, latest, code="MODE.M2", cut_offs=(0.1, 0.15)
    )
    curve = pbgov.multiverse(
        tables,
        outcomes={"百分比": "模拟满意率", "logit": "模拟满意率_logit"},
        focal=["编码量"],
        controls=["对数人口密度"],
        unit_name="区",
        seed=SEED,
    )
    return pbgov.figure_specification_curve(
        curve, source=MADE_BY_PROGRAM, title="融合共建型与满意率：全部设定"
    )


def event_study() -> Exhibit:
    """Before and after adoption."""
    random = np.random.default_rng(1)
    rows = [
        (
            f"区{unit:02d}",
            t,
            date,
            unit + t + random.normal() + 3 * (date is not None and t >= date),
        )
        for unit, date in enumerate((6,) * 5 + (8,) * 5 + (None,) * 6)
        for t in range(1, 13)
    ]
    panel = mark_simulated(pd.DataFrame(rows, columns=["unit", "t", "since", "y"]))
    adopted = pbgov.staggered_adoption(
        panel, "y", "unit", "t", "since", permutations=99, unit_name="区"
    )
    return pbgov.figure_event_study(
        adopted, title="采用前后", source=MADE_BY_PROGRAM, unit="百分点"
    )


def interrupted_series() -> Exhibit:
    """A series before and after a date."""
    random = np.random.default_rng(2)
    time = np.arange(40)
    data = pd.DataFrame(
        {
            "t": time + 1,
            "y": 50 + 0.2 * time + 5 * (time >= 20) + random.normal(size=40),
            "other": 40 + 0.2 * time + random.normal(size=40),
        }
    )
    data = mark_simulated(data)
    estimate = pbgov.interrupted_series(data, "y", "t", 21, "other")
    return pbgov.figure_interrupted_series(
        estimate,
        data,
        "t",
        21,
        "other",
        title="某月之后，满意率的水平与走势",
        source=MADE_BY_PROGRAM,
        unit="%",
        outcome="满意率",
    )


def xy() -> Exhibit:
    """Cases by memberships in a solution and in the outcome."""
    of = study()
    random = np.random.default_rng(SEED)
    sets = pd.DataFrame(
        random.beta(0.7, 0.7, (16, 3)), columns=["统筹强", "协商多", "资源足"]
    ).assign(区=[of.names[code] for code in of.districts])
    sets["满意"] = (np.minimum(sets["统筹强"], sets["协商多"]) + random.uniform(0, 0.3, 16)).clip(
        0, 1
    )
    truth = pbgov.truth_table(
        mark_simulated(sets), "满意", ["统筹强", "协商多", "资源足"], cases="区"
    )
    return pbgov.figure_xy(
        pbgov.minimize_sets(truth, seed=SEED, draws=99),
        title="解与结果",
        source=MADE_BY_PROGRAM,
        calibrations={},
    )


FIGURES: dict[str, Callable[[], Exhibit]] = {
    made.__name__: made
    for made in (
        codes_by_document,
        code_region,
        mosaic,
        mosaic_planted,
        framework_heatmap,
        districts,
        missing,
        assessment,
        timeline,
        change,
        keyness,
        dispersion,
        network,
        similarity,
        topic_choice,
        quantities,
        formula_status,
        agreement,
        agreement_coefficients,
        learning_curve,
        calibration,
        coefficients,
        naive_corrected,
        leave_one_out,
        specification_curve,
        event_study,
        interrupted_series,
        xy,
        simulated_path,
        recovery,
    )
}
