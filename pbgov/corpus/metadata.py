"""What a document states about itself: title, authors, venue, date and place, each with where it stands.

Nothing is inferred. What the container states (front matter, columns, the head of a page) comes
first; then what the text says at its head and foot; the properties that office programs write into
a file come last, because a template or the last editor may have left them. A field that is masked
(XX市, 佚名) or not there stays empty, with the reason.
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, Any

from pbgov.corpus.document import METADATA_COLUMNS, MetadataField, count_han, front_matter_end
from pbgov.corpus.labels import (
    SOUNDED,
    Labelled,
    Line,
    edges,
    labelled,
    names_in,
    readable,
)
from pbgov.corpus.stated.authors import authors_in
from pbgov.corpus.stated.dates import ARTICLE_NUMBER, DATE, dates_told, editions, issues
from pbgov.corpus.stated.fields import MASK, at, missing
from pbgov.corpus.stated.places import place_in
from pbgov.corpus.stated.reasons import LEFT_EMPTY, NO_NAME, PROPERTY
from pbgov.corpus.stated.titles import DOC_NUMBER, masthead, title_in

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from pbgov.corpus.document import Mark

STATED_IN_TEXT = ("title", "authors", "venue", "published", "city", "district")
MASKED_PLACE = {"city": "市(?!场)", "district": "[区县](?![域分别])"}
ENCODABLE = re.compile("[^\ud800-\udfff]+")  # all but lone surrogates
DATED = re.compile(rf"[\s（(]+(?:{DATE.pattern})")
REPORTER = re.compile(
    r"\s+(?:本报|本刊|本台|特约|见习|实习)*(?:记者|通讯员|作者|编辑)(?:[:：]|\s|\Z).*", re.DOTALL
)
JOINT = "\u2060"  # word joiner: no line end, no character of any value
LEAST_TRADITIONAL = 0.15  # of the Han characters: traditional texts have a third, names far less


def read_metadata(
    raw: str, stated: Mapping[str, object], marks: Sequence[Mark] = ()
) -> tuple[dict[str, object], tuple[MetadataField, ...]]:
    """The metadata of a document, and for each field where it stands or why it is empty.

    Parameters
    ----------
    raw : str
        Every character the reader took from the file.
    stated : mapping
        What the container states; ``properties`` holds the properties of an office or PDF file
        (``title``, ``creator``, ``created``), which are used where nothing better stands. When a
        file was created says nothing about when its text was published.
    marks : sequence of Mark
        What the structure of the file says; a heading of the first level may be the title.

    Returns
    -------
    metadata : dict
        All that the container states but its properties, and what the text adds under the names
        of `pbgov.corpus.document.METADATA_COLUMNS`; a field without a value is not in it.
    fields : tuple of MetadataField
        One for each of title, authors, venue, published, city and district, and one for anything
        else that is stated: affiliation, keywords, editor, issn …. A value from the text stands at
        ``raw[raw_start:raw_end]``, where it may be written otherwise: dates are given as
        2017-01-25 and issues as 2020年第4期.
    """
    stated = dict(stated)
    properties = stated.pop("properties", None)
    found: dict[str, MetadataField] = {}
    for each in _from_text(_on_one_line(raw, marks), marks):
        found.setdefault(each.name, each._replace(value=_without_joints(each.value)))
    for name, value in stated.items():
        if name != "id":
            found[name] = _contained(name, value)
    if isinstance(properties, dict):
        for each in _from_properties(properties):
            if found[each.name].basis == "missing" and each.name not in stated:
                found[each.name] = each
    metadata = dict(stated)
    for name in METADATA_COLUMNS:
        if name in found and found[name].value is not None:
            metadata[name] = found[name].value
    return metadata, tuple(found.values())


def _on_one_line(raw: str, marks: Sequence[Mark]) -> str:
    """The text with a joint where a line of a PDF ends inside a paragraph; offsets stay the same."""
    chars = list(raw)
    for mark in marks:
        if mark.kind == "wrap":
            chars[mark.start : mark.end] = JOINT * (mark.end - mark.start)
    return "".join(chars)


def _without_joints(value: object) -> object:
    if isinstance(value, list):
        return [_without_joints(each) for each in value]
    return value.replace(JOINT, "") if isinstance(value, str) else value


def _contained(name: str, value: object) -> MetadataField:
    if value in ("", None) or value == []:
        reasons = LEFT_EMPTY if name in METADATA_COLUMNS else ("", "")
        return MetadataField(name, None, "missing", None, None, *reasons)
    return MetadataField(name, value, "container")


def _from_properties(properties: Mapping[str, object]) -> Iterator[MetadataField]:
    """Title and author; programs put the name of an account or of themselves where an author stands."""
    title, creator = (str(properties.get(key) or "").strip() for key in ("title", "creator"))
    if title:
        yield MetadataField("title", title, "container", None, None, *PROPERTY)
    names = [name for name, _, _ in names_in(creator)]
    if names:
        yield MetadataField("authors", names, "container", None, None, *PROPERTY)
    elif creator:
        reasons = [reason.format(seen=creator[:40]) for reason in NO_NAME]
        yield MetadataField("authors", None, "missing", None, None, *reasons)


def _from_text(raw: str, marks: Sequence[Mark]) -> Iterator[MetadataField]:
    head, foot = edges(raw, front_matter_end(raw))
    furniture = [mark for mark in marks if mark.kind == "furniture"]
    own = [line for line in head if not _covered(line, furniture)]
    named = list(labelled([*head, *foot]))
    title = title_in(raw, own, named, marks)
    found = [
        title,
        authors_in(raw, own, foot, [line for line in head if line not in own]),
        _venue(raw, head, foot, named),
        _published(raw, head, foot, named),
        *_places(raw, head, title, named),
        *_others(raw, own, named),
    ]
    if _is_traditional("".join(line.text for line in (*head, *foot))):
        found = [_simplified(raw, each) for each in found]
    return iter(found)


def _covered(line: Line, marks: Sequence[Mark]) -> bool:
    return any(mark.start <= line.start and line.end <= mark.end for mark in marks)


def _venue(
    raw: str, head: Sequence[Line], foot: Sequence[Line], named: Sequence[Labelled]
) -> MetadataField:
    for each in named:
        if each.field == "venue":
            value = raw[each.start : each.end]
            issue = next(issues([Line(each.start, each.end, value)]), None)
            if issue and issue.venue:
                return at("venue", raw, *issue.venue)
            after = [
                match.start() for match in (REPORTER.search(value), DATED.search(value)) if match
            ]
            end = each.start + min(after, default=len(value))
            return at("venue", raw, each.start, end)
    for issue in issues([*head, *foot]):
        if issue.venue:
            return at("venue", raw, *issue.venue)
    mast = masthead(head)
    if mast:
        return at("venue", raw, mast.start, mast.end)
    return missing("venue")


def _published(
    raw: str, head: Sequence[Line], foot: Sequence[Line], named: Sequence[Labelled]
) -> MetadataField:
    """The date or issue that is stated, the plainest first; what else is stated goes into the reasons."""
    told = [*dates_told(raw, head, foot, named)]
    for each in named:
        if each.field == "published" and MASK.search(raw[each.start : each.end]):
            return at("published", raw, each.start, each.end)
    if not told:
        return missing("published")
    first = next((one for one in told if one.counts), None)
    others = [one for one in told if one is not first and (not first or one.value != first.value)]
    also_zh = "；".join(dict.fromkeys(f"{one.what_zh}作 {one.value}" for one in others))
    also_en = "; ".join(dict.fromkeys(f"{one.what_en} says {one.value}" for one in others))
    if first is None:
        zh = f"只有{also_zh}，没有写明发表日期"
        return MetadataField("published", None, "missing", None, None, zh, f"only the {also_en}")
    zh = "；".join(filter(None, [first.note_zh, also_zh and f"另有{also_zh}"]))
    en = "; ".join(filter(None, [first.note_en, also_en and f"also, the {also_en}"]))
    return MetadataField("published", first.value, "text", first.start, first.end, zh, en)


def _places(
    raw: str, head: Sequence[Line], title: MetadataField, named: Sequence[Labelled]
) -> Iterator[MetadataField]:
    stretches = []
    if title.raw_start is not None and title.raw_end is not None:
        stretches = [(title.raw_start, title.raw_end)]
    for field in ("keywords", "abstract"):
        stretches += [(each.start, each.end) for each in named if each.field == field]
    place = next(filter(None, (place_in(raw, *each) for each in stretches)), None)
    told = head[-1].end if head else 0
    if place:
        yield at("city", raw, *place.city, place.name)
    else:
        yield _masked_place("city", raw, told)
    if place and place.district:
        yield at("district", raw, *place.district)
    else:
        yield _masked_place("district", raw, told)


def _masked_place(name: str, raw: str, told: int) -> MetadataField:
    """XX市 masks a place anywhere; 某市, which may be any city, only in what stands before the prose."""
    crossed = re.compile(rf"(?<![A-Za-z*])[XxＸ×✕＊*]{{1,3}}{MASKED_PLACE[name]}").search(raw)
    masked = crossed or re.compile(f"某{MASKED_PLACE[name]}").search(raw, 0, told)
    return at(name, raw, *masked.span()) if masked else missing(name)


def _others(raw: str, head: Sequence[Line], named: Sequence[Labelled]) -> Iterator[MetadataField]:
    known = ("title", "authors", "venue", "published", "stamp", "counter")
    for each in named:
        if each.field == "article_number":
            yield from _numbered(raw, each)
        if each.field not in known:
            value: object = readable(raw[each.start : each.end])
            if each.field == "keywords":
                value = [
                    part.strip()
                    for part in re.split(r"[;；，,、]|(?<=\S) (?=\S)", str(value))
                    if part.strip()
                ]
            yield at(each.field, raw, each.start, each.end, value)
    for line in head:
        if re.fullmatch(
            r"[（(][^（()）]*(?:大学|学院|学校|党校|委|局|部|院|所|中心|研究)[^（()）]*[)）]",
            line.text,
        ):
            yield at("affiliation", raw, line.start + 1, line.end - 1)
        if DOC_NUMBER.fullmatch(line.text):
            yield at("doc_number", raw, line.start, line.end)
    dated = list(editions(head))
    passed = [each for each in dated[:1] if each.what_zh not in ("修订日期", "修正日期")]
    later = [each for each in dated if each not in passed]
    if passed:
        yield at("adopted", raw, passed[0].start, passed[0].end, passed[0].value)
    if later:
        dates = [each.value for each in later]
        yield at("amended", raw, later[0].start, later[-1].end, dates)
    if dated and dated[0].issuer:
        yield at("issuer", raw, *dated[0].issuer)


def _numbered(raw: str, value: Labelled) -> Iterator[MetadataField]:
    """What an article number says: the number of the journal and the pages."""
    number = ARTICLE_NUMBER.search(raw[value.start : value.end])
    if number:
        yield at("issn", raw, value.start + number.start("issn"), value.start + number.end("issn"))
        first = int(number["page"])
        last = first + int(number["pages"]) - 1
        start, end = value.start + number.start("page"), value.start + number.end("pages")
        yield at("pages", raw, start, end, f"{first}–{last}" if last > first else str(first))


def _is_traditional(words: str) -> bool:
    """True where words, without inserted pronunciations, are written in traditional characters."""
    plain = SOUNDED.sub("", words)
    changed = sum(a != b for a, b in zip(plain, _to_simplified(plain), strict=False))
    return changed > LEAST_TRADITIONAL * count_han(plain)


def _simplified(raw: str, field: MetadataField) -> MetadataField:
    """The field with its value in simplified characters, as the text is repaired to be."""
    told = field.value
    turned: object = None
    if isinstance(told, list):
        turned = [_to_simplified(str(item)) for item in told]
    elif told is not None:
        turned = _to_simplified(str(told))
    if turned == told or field.raw_start is None:
        return field
    seen = readable(raw[field.raw_start : field.raw_end])[:20]
    zh, en = f"由繁体转写，原作“{seen}”", f"turned into simplified characters from {seen!r}"
    return field._replace(value=turned, reason_zh=zh, reason_en=en)


def _to_simplified(words: str) -> str:
    return ENCODABLE.sub(lambda part: str(_converter().convert(part.group())), words)


@cache
def _converter() -> Any:
    from opencc import OpenCC

    return OpenCC("tw2s")
