"""The word lists that extraction rests on, open to a researcher's eye.

Four files, packaged with pbgov so that any study has them; a study with cues of its own copies the
folder ``pbgov/extraction/cues`` and passes its path as ``lexicon``:

``organisations.csv``
    What the name of an organisation ends in: term, kind, alone (是: also acts without a name before
    it, as 街道 does; 否: needs one, as 公司 does), source.
``modality.csv``
    Words that say whether something was done, is advised or planned, or is only an opinion:
    term, status, form (how the word governs; see `pbgov.extraction.modality`), source.
``actions.csv``
    Verbs of doing: term, in_names (是: also part of names, as in 开发集团), source.
``grammar.csv``
    Function words, by what they tell about the words beside them: term, role, source.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd
import pandera.pandas as pa

from pbgov.datafiles import read_table
from pbgov.errors import InputError
from pbgov.mining.dictionary import packaged_tags
from pbgov.mining.lexicon import Lexicon
from pbgov.schemas import text

if TYPE_CHECKING:
    from collections.abc import Iterable

PACKAGED = Path(__file__).parent / "cues"
WEIGHT = 1000  # a common word in jieba's dictionary of 60 million tokens
STATUS_OF_CUES = ("建议", "计划", "见解", "泛指", "不计")
ROLES = (
    "引出宾语",
    "引出谓语",
    "施事",
    "状态",
    "限定",
    "方式",
    "并列",
    "人",
    "否定",
    "未然",
    "往昔",
    "整词",
    "起句",
    "使成名词",
    "克服",
    "序次",
    "层面",
    "回指",
    "境况",
    "同伴",
    "类名",
    "例举",
    "通名",
)
FORMS = ("言说", "说话人", "情态", "弱情态", "时间", "限定", "标题", "标题末")

ORGANISATIONS = pa.DataFrameSchema(
    {
        "term": text(unique=True),
        "kind": text(),
        "alone": text(among=("是", "否")),
        "source": text(),
    },
    name="organisation cues",
)
MODALITY = pa.DataFrameSchema(
    {
        "term": text(),
        "status": text(among=STATUS_OF_CUES),
        "form": text(among=FORMS),
        "source": text(),
    },
    unique=["term", "status", "form"],
    name="modality cues",
)
ACTIONS = pa.DataFrameSchema(
    {"term": text(unique=True), "in_names": text(among=("是", "否")), "source": text()},
    name="action cues",
)
GRAMMAR = pa.DataFrameSchema(
    {"term": text(), "role": text(among=ROLES), "source": text()},
    unique=["term", "role"],
    name="function words",
)


@dataclass(frozen=True, eq=False)
class Cues:
    """The four lists, and a private tokenizer that knows their words.

    Attributes
    ----------
    organisations : dict of str to bool
        Ending of a name to whether it also stands alone.
    modality : dict
        (status, form) to its terms.
    actions : dict of str to bool
        Verb of doing to whether it is also part of names.
    grammar : dict of str to frozenset
        Role to its function words.
    words : Lexicon
    """

    organisations: dict[str, bool]
    modality: dict[tuple[str, str], frozenset[str]]
    actions: dict[str, bool]
    grammar: dict[str, frozenset[str]]
    words: Lexicon

    def plays(self, word: str, *roles: str) -> bool:
        """True where a word plays one of some roles."""
        return any(word in self.grammar.get(role, ()) for role in roles)

    def ending(self, text: str) -> str | None:
        """The longest organisation term that a word ends in; a word that only contains it is none.

        One character ends a name only after two others: 民政局, not 格局.
        """
        for length in range(len(text), 0, -1):
            whole = length == len(text)
            if text[-length:] in self.organisations and (length > 1 or whole or len(text) > 2):
                return text[-length:]
        return None

    def terms(self, status: str, *forms: str) -> frozenset[str]:
        """The terms of one status in any of some forms."""
        return frozenset().union(*(self.modality.get((status, form), ()) for form in forms))


def read_cues(folder: str | Path | None = None, regions: Iterable[str] = ()) -> Cues:
    """The cues of a folder, or the packaged ones.

    Parameters
    ----------
    folder : path, optional
        Holds ``organisations.csv``, ``modality.csv``, ``actions.csv`` and ``grammar.csv``.
    regions : iterable of str
        Names of regions, which the tokenizer keeps whole.

    Raises
    ------
    InputError
        Where `folder` is no folder.
    DataFileError
        Where a file is missing or breaks its columns.
    """
    folder = PACKAGED if folder is None else Path(folder)
    if not folder.is_dir():
        raise InputError(
            f"{folder}: no such folder; copy the packaged {PACKAGED} and change the copy."
        )
    return _read(folder, tuple(sorted(regions)))


def _read(folder: Path, regions: tuple[str, ...]) -> Cues:
    organisations = read_table(folder / "organisations.csv", ORGANISATIONS)
    modality = read_table(folder / "modality.csv", MODALITY)
    actions = read_table(folder / "actions.csv", ACTIONS)
    grammar = read_table(folder / "grammar.csv", GRAMMAR)
    headings = modality.form.isin(["标题", "标题末"])
    tagged = dict.fromkeys(actions.term, "v") | dict.fromkeys(modality.term[~headings], "v")
    tagged |= dict.fromkeys(grammar.term[grammar.role == "方式"], "d")
    tagged |= dict.fromkeys(grammar.term[grammar.role == "整词"], "b")
    tagged |= dict.fromkeys(organisations.term, "nt") | dict.fromkeys(regions, "ns")
    return Cues(
        dict(zip(organisations.term, organisations.alone == "是", strict=True)),
        {key: frozenset(group.term) for key, group in modality.groupby(["status", "form"])},  # type: ignore[misc]
        dict(zip(actions.term, actions.in_names == "是", strict=True)),
        {str(role): frozenset(group.term) for role, group in grammar.groupby("role")},
        _lexicon(tuple(tagged.items())),
    )


@lru_cache(maxsize=2)  # a tokenizer is some tens of megabytes, and never changes once made
def _lexicon(tagged: tuple[tuple[str, str], ...]) -> Lexicon:
    known = packaged_tags()
    new = {
        term: pos for term, pos in tagged if term not in known and len(term) > 1 and "“" not in term
    }
    terms = pd.DataFrame({"term": list(new), "freq": WEIGHT, "pos": list(new.values())})
    digest = sha256("\n".join(new).encode()).hexdigest()[:16]
    return Lexicon(terms, frozenset(), digest)
