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
    is_labelled,
    labelled,
    names_in,
    readable,
)
from pbgov.corpus.stated.dates import ARTICLE_NUMBER, dates_told, editions, issues
from pbgov.corpus.stated.places import place_in
from pbgov.corpus.stated.reasons import ABSENT, LEFT_EMPTY, MASKED, PROPERTY

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from pbgov.corpus.document import Mark

STATED_IN_TEXT = ("title", "authors", "venue", "published", "city", "district")
MASK = re.compile(
    r"[Xx×✕＊*某]+(?=[省市区县街镇乡年月日])|[×✕＊]{2,}|(?<![A-Za-z])[XxＸ]{2,}(?![A-Za-z])|\*{2,}|佚名|某某|匿名"
)
MASKED_PLACE = {"city": "市(?!场)", "district": "[区县](?![域分别])"}
BREADCRUMB = re.compile(r"\S\s*[>›»＞]\s*\S|\A(?:当前位置|您的位置|首页)")
UNTITLED = re.compile(r"[。；;！!？?｡：:，,、]\Z|\A[（(\[［【<|+]|\A\d{4}[-年/.]")
ENCODABLE = re.compile("[^\ud800-\udfff]+")  # all but lone surrogates
SENTENCE_END = re.compile("[。！？｡]")
JOINT = "\u2060"  # word joiner: no line end, no character of any value
LONGEST_TITLE = 60
FIRST_LINES = 8  # of a document, among which its authors stand
ANONYMOUS = ("佚名", "匿名")
# GB/T 9704-2012, 7.2.4 and 7.2.5: the name of the organ with 文件, and the number of the document
LETTERHEAD = re.compile(r"\S+文件\Z")
DOC_NUMBER = re.compile(r"[^\s\d，。]{1,12}[〔\[（(［]\d{4}[〕\]）)］]\s*第?\d{1,4}\s*号")
LEAST_TRADITIONAL = 0.15  # of the Han characters: traditional texts have a third, names far less
OPEN_FIELDS = ("title", "original_title", "abstract", "keywords")  # words, which may speak of 某市
NOTE_SIGN = re.compile(r"[*＊①†]+\Z")


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
    for name, key in (("title", "title"), ("authors", "creator")):
        value = properties.get(key)
        if isinstance(value, str) and value.strip():
            told: object = [value.strip()] if name == "authors" else value.strip()
            yield MetadataField(name, told, "container", None, None, *PROPERTY)


def _from_text(raw: str, marks: Sequence[Mark]) -> Iterator[MetadataField]:
    head, foot = edges(raw, front_matter_end(raw))
    furniture = [mark for mark in marks if mark.kind == "furniture"]
    own = [line for line in head if not _covered(line, furniture)]
    named = list(labelled([*head, *foot]))
    title = _title(raw, own, named, marks)
    found = [
        title,
        _authors(raw, own, foot),
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


def _at(name: str, raw: str, start: int, end: int, value: object = None) -> MetadataField:
    told = readable(raw[start:end]) if value is None else value
    if name not in OPEN_FIELDS and MASK.search(raw[start:end]):
        seen = readable(raw[start:end])[:20]
        reasons = [reason.format(seen=seen) for reason in MASKED]
        return MetadataField(name, None, "masked", start, end, *reasons)
    return MetadataField(name, told, "text", start, end)


def _missing(name: str) -> MetadataField:
    return MetadataField(name, None, "missing", None, None, *ABSENT[name])


def _title(
    raw: str, head: Sequence[Line], named: Sequence[Labelled], marks: Sequence[Mark]
) -> MetadataField:
    for each in named:
        if each.field == "title":
            return _at("title", raw, each.start, each.end)
    headings = [mark for mark in marks if mark.kind == "heading"]
    first = headings[0] if headings and headings[0].level == 1 else None
    if first and sum(mark.level == 1 for mark in headings) == 1:
        return _at("title", raw, first.start, first.end)
    for line in head:
        if BREADCRUMB.search(line.text) or DOC_NUMBER.fullmatch(line.text):
            continue
        if LETTERHEAD.match(line.text) and any(DOC_NUMBER.fullmatch(each.text) for each in head):
            continue
        words = re.sub(r"\A#[ \t]+", "", line.text)
        start = line.end - len(words)
        sign = NOTE_SIGN.search(words)
        end = line.end - (len(sign.group()) if sign else 0)
        if (
            not count_han(words)
            or len(words) > LONGEST_TITLE
            or UNTITLED.search(words)
            or is_labelled(words)
            or not _heads_prose(raw, line)
        ):
            break
        return _at("title", raw, start, end)
    return _missing("title")


def _heads_prose(raw: str, line: Line) -> bool:
    """A title stands over sentences, and no numbered heading is one."""
    numbered = re.match(
        r"(?:第?[一二三四五六七八九十\d]{1,3}[、.．章节条编\s]|[（(][一二三四五六七八九十\d]+[)）])",
        line.text,
    )
    return not numbered and SENTENCE_END.search(raw, line.end) is not None


def _authors(raw: str, head: Sequence[Line], foot: Sequence[Line]) -> MetadataField:
    """The names behind a label at the head, else the line of names there, else those at the foot."""
    glued = ""
    for lines in (head, foot):
        told: list[tuple[str, int, int]] = []
        for each in labelled(lines):
            if each.field != "authors":
                continue
            words = raw[each.start : each.end]
            names = list(_leading_names(raw, each))
            told += [one for one in names if one[0] not in [name for name, _, _ in told]]
            if MASK.search(words) or (not names and not _glued(words)):
                return _at("authors", raw, each.start, each.end, [readable(words)])
            glued = glued or ("" if names else words)
        if told:
            return _at("authors", raw, told[0][1], told[-1][2], [name for name, _, _ in told])
        for line in lines[:FIRST_LINES] if lines is head else ():
            names = names_in(line.text)
            if names and (len(names) > 1 or line.start > head[0].start):
                start, end = line.start + names[0][1], line.start + names[-1][2]
                return _at("authors", raw, start, end, [name for name, _, _ in names])
            if line.text in ANONYMOUS:
                return _at("authors", raw, line.start, line.end)
    if glued:
        zh, en = (
            f"姓名连写（{glued}），分不开",
            f"names run together ({glued}) and cannot be parted",
        )
        return MetadataField("authors", None, "missing", None, None, zh, en)
    return _missing("authors")


def _leading_names(raw: str, value: Labelled) -> Iterator[tuple[str, int, int]]:
    """The names that a value, and each of its parts after a ；, begins with: before a post or a year of birth."""
    for part in re.finditer("[^；;]+", raw[value.start : value.end]):
        words = part.group()
        stops = [match.start() for match in re.finditer(r"[，,（(\s]", words)]
        for stop in (len(words), *reversed(stops)):
            names = names_in(words[:stop])
            if names:
                first = value.start + part.start()
                yield from ((name, first + start, first + end) for name, start, end in names)
                break


def _glued(words: str) -> bool:
    """True where two or three names seem to run together."""
    return any(names_in(f"{words[:cut]} {words[cut:]}") for cut in (2, 3) if 4 <= len(words) <= 6)


def _venue(
    raw: str, head: Sequence[Line], foot: Sequence[Line], named: Sequence[Labelled]
) -> MetadataField:
    for each in named:
        if each.field == "venue":
            value = raw[each.start : each.end]
            issue = next(issues([Line(each.start, each.end, value)]), None)
            if issue and issue.venue:
                return _at("venue", raw, *issue.venue)
            return _at("venue", raw, each.start, each.end)
    for issue in issues([*head, *foot]):
        if issue.venue:
            return _at("venue", raw, *issue.venue)
    return _missing("venue")


def _published(
    raw: str, head: Sequence[Line], foot: Sequence[Line], named: Sequence[Labelled]
) -> MetadataField:
    """The date or issue that is stated, the plainest first; what else is stated goes into the reasons."""
    told = [*dates_told(raw, head, foot, named)]
    for each in named:
        if each.field == "published" and MASK.search(raw[each.start : each.end]):
            return _at("published", raw, each.start, each.end)
    if not told:
        return _missing("published")
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
        yield _at("city", raw, *place.city, place.name)
    else:
        yield _masked_place("city", raw, told)
    if place and place.district:
        yield _at("district", raw, *place.district)
    else:
        yield _masked_place("district", raw, told)


def _masked_place(name: str, raw: str, told: int) -> MetadataField:
    """XX市 masks a place anywhere; 某市, which may be any city, only in what stands before the prose."""
    crossed = re.compile(rf"(?<![A-Za-z*])[XxＸ×✕＊*]{{1,3}}{MASKED_PLACE[name]}").search(raw)
    masked = crossed or re.compile(f"某{MASKED_PLACE[name]}").search(raw, 0, told)
    return _at(name, raw, *masked.span()) if masked else _missing(name)


def _others(raw: str, head: Sequence[Line], named: Sequence[Labelled]) -> Iterator[MetadataField]:
    known = ("title", "authors", "venue", "published", "stamp")
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
            yield _at(each.field, raw, each.start, each.end, value)
    for line in head:
        if re.fullmatch(
            r"[（(][^（()）]*(?:大学|学院|学校|党校|委|局|部|院|所|中心|研究)[^（()）]*[)）]",
            line.text,
        ):
            yield _at("affiliation", raw, line.start + 1, line.end - 1)
        if DOC_NUMBER.fullmatch(line.text):
            yield _at("doc_number", raw, line.start, line.end)
    dated = list(editions(head))
    passed = [each for each in dated[:1] if each.what_zh not in ("修订日期", "修正日期")]
    later = [each for each in dated if each not in passed]
    if passed:
        yield _at("adopted", raw, passed[0].start, passed[0].end, passed[0].value)
    if later:
        dates = [each.value for each in later]
        yield _at("amended", raw, later[0].start, later[-1].end, dates)
    if dated and dated[0].issuer:
        yield _at("issuer", raw, *dated[0].issuer)


def _numbered(raw: str, value: Labelled) -> Iterator[MetadataField]:
    """What an article number says: the number of the journal and the pages."""
    number = ARTICLE_NUMBER.search(raw[value.start : value.end])
    if number:
        yield _at("issn", raw, value.start + number.start("issn"), value.start + number.end("issn"))
        first = int(number["page"])
        last = first + int(number["pages"]) - 1
        start, end = value.start + number.start("page"), value.start + number.end("pages")
        yield _at("pages", raw, start, end, f"{first}–{last}" if last > first else str(first))


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
