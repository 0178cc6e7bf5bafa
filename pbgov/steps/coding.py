"""The steps on codes: who coded what, how far they agree, what another framework makes of it, shares."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from pbgov.cache import table_of
from pbgov.coding.attributes import with_attributes
from pbgov.coding.rules import CODER
from pbgov.errors import DataFileError
from pbgov.findings import Finding

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

    from pbgov.cache import Results
    from pbgov.study import Study


def code(study: Study, results: Mapping[str, Results]) -> Results:
    """The codings of the rules and of people, on paragraphs."""
    import pandas as pd

    from pbgov.coding.codebook import read_codebook
    from pbgov.coding.codings import read_codings, read_states
    from pbgov.coding.rules import code_by_rules

    paragraphs = table_of(results, "read", "paragraphs")
    codebook = read_codebook(study.codebook)
    documents = table_of(results, "read", "documents")
    by_rules = code_by_rules(with_attributes(paragraphs, documents), codebook)
    made: Results = {"codes": codebook.codes, "families": codebook.families}
    if study.codings is not None and any(study.codings.glob("*.csv")):
        by_people = read_codings(study.codings, paragraphs, codebook)
        made["codings"] = pd.concat([by_rules, by_people], ignore_index=True)
        made["states"] = read_states(study.codings, paragraphs)
    else:
        made["codings"] = by_rules
    return made


def agree(study: Study, results: Mapping[str, Results]) -> Results:
    """How far the rules agree with each reference coder in each compared family."""
    import pandas as pd

    from pbgov.coding.agreement import agreement

    families = list(table_of(results, "code", "families")["family"])
    unknown = [name for name in study.families if name not in families]
    if unknown:
        wanted = " / ".join(families)
        raise DataFileError(
            [Finding("E508", "study.toml", seen=name, wanted=wanted) for name in unknown]
        )
    codings = table_of(results, "code", "codings")
    paragraphs = table_of(results, "read", "paragraphs")
    if CODER not in set(codings["coder"]):
        return {}
    judged = codings[codings["coder"].isin(study.references) & codings["segment_id"].notna()]
    pairs = set(zip(judged["coder"], judged["code_id"].str.split(".").str[0], strict=True))
    compared = [
        agreement(
            codings,
            coders=(coder, CODER),
            segments=paragraphs,
            family=family,
            seed=study.seed,
            states=_states(results),
            frame="reference",
        )
        for coder in study.references
        for family in study.families
        if (coder, family) in pairs
    ]
    return {"agreement": pd.concat(compared, ignore_index=True)} if compared else {}


def _states(results: Mapping[str, Results]) -> pd.DataFrame | None:
    """What people marked as read, None where there are no codings of people."""
    states = results["code"].get("states")
    return None if states is None else table_of(results, "code", "states")


def gold(study: Study, results: Mapping[str, Results]) -> Results:
    """How the gold codings of the compared families came about, where two people coded."""
    from pbgov.coding.adjudication import read_adjudications
    from pbgov.coding.codebook import read_codebook
    from pbgov.coding.gold import adjudicated_share, gold_codings

    codings = table_of(results, "code", "codings")
    people = [coder for coder in study.references if coder in set(codings["coder"])]
    if study.codings is None or len(people) < 2:
        return {}
    paragraphs = table_of(results, "read", "paragraphs")
    codebook = read_codebook(study.codebook)
    gold = gold_codings(
        codings,
        people,
        read_adjudications(study.codings, paragraphs, codebook),
        paragraphs,
        codebook,
        families=study.families,
        states=_states(results),
    )
    return {"share": adjudicated_share(gold), "codings": gold.codings, "outcomes": gold.outcomes}


def rival(study: Study, results: Mapping[str, Results]) -> Results:
    """What a rival framework makes of the same paragraphs, where the study declares one."""
    from pbgov.coding.codebook import read_codebook
    from pbgov.coding.codebooks.crosswalk import CROSSWALK_FILE, read_crosswalk
    from pbgov.coding.frameworks import compare_frameworks

    if "rival" not in study.inputs:
        return {}
    folder = study.inputs["rival"]
    crosswalk = read_crosswalk(
        folder / CROSSWALK_FILE, read_codebook(study.codebook), read_codebook(folder)
    )
    documents = table_of(results, "read", "documents")
    paragraphs = with_attributes(table_of(results, "read", "paragraphs"), documents)
    change = compare_frameworks(paragraphs, crosswalk)
    return {
        "counts": change.counts,
        "expectations": change.expectations,
        "kept": change.kept,
        "shares": change.shares,
        "ranks": change.ranks,
        "n_segments": json.dumps(change.n_segments),
    }


def score(study: Study, results: Mapping[str, Results]) -> Results:
    """Codings of practices, shares by document of all, by region of those carried out, each once."""
    from pbgov.coding.codebook import read_codebook
    from pbgov.coding.rules import code_by_rules
    from pbgov.indicators.scores import score

    practices = table_of(results, "practices", "practices")
    regions = table_of(results, "practices", "regions")
    codebook = read_codebook(study.codebook)
    codes = list(codebook.codes["code_id"])
    headings = table_of(results, "read", "paragraphs").set_index("segment_id")["heading"]
    frame = practices.assign(
        heading=practices["segment_id"].map(headings),
        segment_id=practices["practice_id"],
        kind="paragraph",
    )
    frame = with_attributes(frame, table_of(results, "read", "documents"))
    codings = code_by_rules(frame, codebook)
    done = frame[frame["status"] == "已实施"]
    districts = regions.loc[regions["level"] == "district", "region_code"]
    return {
        "codings": codings,
        "documents": score(codings, frame, by="doc_id", codes=codes),
        "regions": score(
            code_by_rules(done, codebook),
            done,
            by="region_code",
            units=districts,
            codes=codes,
            distinct_practices="practice",
        ),
    }
