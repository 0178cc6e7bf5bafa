"""Shared passages: against a brute-force definition, planted truths, and what is no reuse."""

from __future__ import annotations

import random
from difflib import SequenceMatcher

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import pbgov
from pbgov.corpus.document import Document
from pbgov.corpus.fingerprints import fingerprints, gram_hashes, normal
from pbgov.corpus.reuse import find_reuse
from pbgov.extraction.distinct import distinct_practices
from pbgov.schemas import PRACTICES, REUSE

HAN = [chr(code) for code in range(0x4E00, 0x4E00 + 800)]


def noise(seed, length):
    return "".join(random.Random(seed).choices(HAN, k=length))


def document(doc_id, text):
    return Document(doc_id, f"{doc_id}.txt", text, text, "utf-8", "0")


def shared(*texts, **asked):
    return find_reuse([document(f"d{at}", text) for at, text in enumerate(texts)], **asked)


def plain(text):
    return "".join(char for char in text if char.isalnum())


def test_a_planted_passage_is_found_with_its_edges():
    passage = noise(1, 60)
    one = f"{noise(2, 300)}。\n{noise(3, 90)}，{passage}。{noise(4, 200)}。"
    two = f"{noise(5, 150)}。\n{passage}{noise(6, 400)}。"
    (row,) = shared(one, two).itertuples()
    assert one[row.start_1 : row.end_1] == two[row.start_2 : row.end_2] == row.text == passage
    assert (row.n_chars, row.similarity, row.kind) == (60, 1.0, "shared")
    assert not row.quoted_1
    assert not row.quoted_2


def test_punctuation_space_width_and_case_make_no_difference():
    passage = noise(1, 40) + "CBD" + noise(2, 20) + "2019"
    other = "，\n".join(passage[at : at + 7] for at in range(0, len(passage), 7))
    other = other.replace("CBD", "ＣＢＤ").replace("2019", "２０１９")
    one, two = noise(3, 200) + passage + "。", noise(4, 200) + other + "。"
    (row,) = shared(one, two).itertuples()
    assert row.n_chars == len(passage)
    assert plain(two[row.start_2 : row.end_2]).lower() == plain(other).lower()


def test_small_changes_do_not_end_a_passage():
    left, middle, right = noise(1, 30), noise(2, 25), noise(3, 30)
    one = noise(4, 99) + left + "甲乙" + middle + right
    two = noise(5, 99) + left + "丙" + middle + "丁戊己" + right
    (row,) = shared(one, two).itertuples()
    assert row.n_chars == 85
    assert row.similarity == pytest.approx(85 / 89)
    assert one[row.start_1 : row.end_1] == one[99:]
    assert two[row.start_2 : row.end_2] == two[99:]


@pytest.mark.parametrize(("length", "found"), [(29, 0), (30, 1), (40, 1)])
def test_the_least_length(length, found):
    passage = noise(1, length)
    assert len(shared(noise(2, 200) + passage, passage + noise(3, 200))) == found


def test_set_phrases_alone_are_no_reuse():
    phrase = "以习近平新时代中国特色社会主义思想为指导"
    texts = [phrase.join(noise(10 * doc + part, 80) for part in range(5)) for doc in range(30)]
    assert shared(*texts).empty


@given(st.integers(0, 10**6))
@settings(max_examples=30, deadline=None)
def test_against_every_common_stretch_of_small_texts(seed):
    draw = random.Random(seed)
    pieces = ["".join(draw.choices("甲乙丙丁戊己庚辛", k=draw.randrange(8, 40))) for _ in range(6)]
    one = "".join(draw.choice(pieces) for _ in range(6))
    two = "".join(draw.choice(pieces) for _ in range(6))
    least = 21
    rows = shared(one, two, min_length=least)
    for row in rows.itertuples():  # nothing is claimed that is not there
        a, b = one[row.start_1 : row.end_1], two[row.start_2 : row.end_2]
        assert least <= row.n_chars <= min(len(a), len(b))
        assert row.similarity == pytest.approx(row.n_chars / max(len(a), len(b)))
        longest = max(len(common) for common in stretches(a, b, 7))
        assert a[:7] == b[:7]
        assert a[-7:] == b[-7:]
        assert longest >= 7
    repeated = any(
        one.count(gram) > 1 or two.count(gram) > 1 for gram in grams(one, 7) & grams(two, 7)
    )
    if not repeated:  # and what is there is found: the longest common stretch lies in a passage
        for common in stretches(one, two, least):
            at = one.index(common)
            assert any(
                row.start_1 <= at and at + len(common) <= row.end_1 for row in rows.itertuples()
            )


def grams(text, size):
    return {text[at : at + size] for at in range(len(text) - size + 1)}


def stretches(one, two, least):
    """Every longest common stretch, by definition."""
    found = set()
    for at in range(len(one)):
        for other in range(len(two)):
            if at and other and one[at - 1] == two[other - 1]:
                continue
            size = 0
            while (
                at + size < len(one)
                and other + size < len(two)
                and one[at + size] == two[other + size]
            ):
                size += 1
            if size >= least:
                found.add(one[at : at + size])
    return found


def test_the_longest_match_of_difflib_is_found():
    draw = random.Random(5)
    for _ in range(20):
        passage = "".join(draw.choices(HAN, k=draw.randrange(40, 120)))
        one = "".join(draw.choices(HAN, k=150)) + passage + "".join(draw.choices(HAN, k=80))
        two = "".join(draw.choices(HAN, k=60)) + passage + "".join(draw.choices(HAN, k=150))
        match = SequenceMatcher(None, one, two, autojunk=False).find_longest_match()
        (row,) = shared(one, two).itertuples()
        assert (row.start_1, row.start_2, row.n_chars) == tuple(match)


def test_winnowing_keeps_a_gram_of_every_stretch():
    words = noise(3, 500)
    hashes = gram_hashes(words, 6)
    assert len(hashes) == 495
    assert hashes[0] == gram_hashes(words[:6], 6)[0]
    kept = {place for _, place in fingerprints(words, 6, 5)}
    assert all(kept & set(range(at, at + 5)) for at in range(495 - 4))
    assert len(kept) < 495 / 2  # its density is 2 / (window + 1)
    assert list(fingerprints("甲乙", 6, 5)) == []
    assert len(list(fingerprints("甲乙丙丁戊己庚", 6, 5))) == 1


def test_characters_keep_their_places():
    words, places = normal("（ＣＢＤ）， 甲㎡ß。", [(0, 4), (5, 11)])
    assert words == "cbd甲m2ß"
    assert places.tolist() == [1, 2, 3, 7, 8, 8, 9]


def test_copies_quotations_and_shared_passages_are_told_apart():
    body = "。".join(noise(at, 50) for at in range(8)) + "。"
    edited = body.replace(body[60:64], "甲乙") + noise(99, 40) + "。"
    policy = noise(50, 50)
    quoting = f"{noise(60, 200)}。会上提出：“{policy}。”{noise(61, 300)}。"
    source = f"{noise(62, 300)}。{policy}。{noise(63, 200)}。"
    named = f"{noise(64, 300)}。《云州市治理规划》明确要求，{policy}。{noise(65, 200)}。"
    rows = shared(body, edited, quoting, source, named)
    kinds = {(r.doc_id_1, r.doc_id_2): (r.kind, r.quoted_1, r.quoted_2) for r in rows.itertuples()}
    assert kinds == {
        ("d0", "d1"): ("near_duplicate", False, False),
        ("d2", "d3"): ("quotation", True, False),
        ("d2", "d4"): ("quotation", True, True),
        ("d3", "d4"): ("quotation", False, True),
    }


def test_a_statute_is_quoted_even_without_quotation_marks():
    article = noise(1, 45)
    statute = "".join(f"第{n}条 {noise(at, 60)}。\n" for at, n in enumerate("一二三四五", 10))
    statute += f"第六条 {article}。\n"
    rows = shared(statute, f"{noise(2, 400)}，{article}。")
    assert rows.kind.tolist() == ["quotation"]


def test_headings_notes_and_front_matter_are_not_compared():
    entry = f"[1]陈立军. {noise(1, 60)}[M]. 云州:云州出版社,2017."
    title = noise(2, 38)
    one = f"+++\nid = 'a'\nrights = '{noise(3, 50)}'\n+++\n## {title}\n{noise(4, 200)}。\n参考文献\n{entry}\n"
    two = one.replace(noise(4, 200), noise(5, 200)).replace("'a'", "'b'")
    assert shared(one, two).empty


def test_the_result_does_not_depend_on_the_rest_of_the_corpus():
    passage = noise(1, 80)
    one, two = noise(2, 200) + passage, passage + noise(3, 200)
    alone = shared(one, two)
    crowd = [noise(100 + at, 300) + passage for at in range(90)]
    among = shared(one, two, *crowd)
    assert len(among) == 92 * 91 / 2
    mine = among[among.doc_id_1.eq("d0") & among.doc_id_2.eq("d1")]
    pd.testing.assert_frame_equal(mine.reset_index(drop=True), alone)


@given(st.text(max_size=300), st.integers(30, 90), st.text(max_size=90))
@settings(max_examples=40, deadline=None)
def test_edges_hold_in_whatever_text(start, length, end):
    passage = noise(length, length)
    rows = shared(f"{start}\n{passage}\n{end}", f"{end}\n{passage}\ud800{start}")
    for row in rows.itertuples():
        assert 0 <= row.start_1 < row.end_1
        assert 0 <= row.start_2 < row.end_2
        assert row.n_chars >= 30
    assert any(
        plain(row.text) in passage or passage in plain(row.text) for row in rows.itertuples()
    )


def test_nothing_shared_and_wrong_questions():
    assert list(shared().columns) == list(REUSE.columns)
    assert shared("甲" * 5000, "乙" * 5000).empty
    assert len(shared("甲" * 3000, "甲" * 3000)) >= 1
    with pytest.raises(pbgov.InputError, match="min_length is 5"):
        shared("甲", "乙", min_length=5)
    with pytest.raises(pbgov.InputError, match="same id"):
        find_reuse([document("a", "甲"), document("a", "乙")])


# ---- one pilot, told in several documents

PILOT = "朝霞社区党委建立楼门长例会制度，每月听取居民意见，当月答复，把矛盾化解在楼门里，居民满意度明显提高。"
OTHER = "晚晴街道党工委设立议事厅，请驻区单位和居民代表坐到一起，商量停车和绿化的办法，定下的事情张榜公布。"


def practice(doc_id, number, start, text, organisation):
    at = start + text.index(organisation)
    row = dict.fromkeys(PRACTICES.columns)
    row |= {
        "practice_id": f"{doc_id}/p{number:04d}#1",
        "doc_id": doc_id,
        "segment_id": f"{doc_id}/p{number:04d}",
        "start": start,
        "end": start + len(text),
        "organisation": organisation,
        "organisation_start": at,
        "organisation_end": at + len(organisation),
        "organisation_basis": "stated",
        "status": "已实施",
        "text": text,
    }
    return row


def told(*documents):
    """Documents of (paragraph, organisation) each, their practices and their reuse."""
    rows, corpus = [], []
    for at, paragraphs in enumerate(documents):
        start, text = 0, ""
        for number, (words, organisation) in enumerate(paragraphs, 1):
            start = len(text)
            text += words + "\n"
            if organisation:
                rows.append(practice(f"d{at}", number, start, words, organisation))
        corpus.append(document(f"d{at}", text))
    practices = PRACTICES.validate(pd.DataFrame(rows, columns=list(PRACTICES.columns)))
    return practices, find_reuse(corpus)


def test_one_pilot_praised_in_five_articles_is_one():
    longer = PILOT.replace("朝霞社区党委", "云州市朝霞社区党委").replace("明显提高", "有所提高")
    documents = [
        [
            (noise(at, 90) + "。", ""),
            (longer if at % 2 else PILOT, "朝霞社区党委"),
            (noise(50 + at, 60) + "。", ""),
        ]
        for at in range(5)
    ]
    documents[2].append((OTHER, "晚晴街道党工委"))
    practices, reuse = told(*documents)
    groups = distinct_practices(practices, reuse)
    assert groups.index.tolist() == practices.practice_id.tolist()
    assert groups.nunique() == 2
    assert groups[
        practices.practice_id[practices.organisation.eq("朝霞社区党委")]
    ].unique().tolist() == ["d0/p0002#1"]
    segments = practices.assign(distinct=groups.to_numpy(), region_code="110101")
    pilot = segments[segments.organisation.eq("朝霞社区党委")]
    codings = pilot[["doc_id", "start", "end"]].assign(code_id="M", coder="a", value=1)
    plain = pbgov.score(codings, segments, by="region_code")
    assert plain.share[0] == 5 / 6
    counted = pbgov.score(codings, segments, by="region_code", distinct_practices="distinct")
    assert (counted.n_segments[0], counted.n_coded[0]) == (6, 5)
    assert (counted.n_practices[0], counted.n_distinct[0], counted.share[0]) == (2, 1, 0.5)


def test_two_streets_that_report_in_the_same_words_stay_two():
    mine = PILOT.replace("朝霞社区党委", "东风社区党委")
    practices, reuse = told([(PILOT, "朝霞社区党委")], [(mine, "东风社区党委")])
    assert len(reuse) == 1
    assert distinct_practices(practices, reuse).nunique() == 2


def test_without_reuse_every_practice_is_its_own():
    practices, reuse = told([(PILOT, "朝霞社区党委")], [(OTHER, "晚晴街道党工委")])
    assert reuse.empty
    assert distinct_practices(practices, reuse).tolist() == practices.practice_id.tolist()


def test_a_quotation_is_no_practice_of_those_who_quote_it():
    rule = "各级党组织应当建立楼门长例会制度，每月听取居民意见，当月答复，把矛盾化解在楼门里，居民评议结果向社会公开"
    source = f"{noise(7, 300)}。{rule}。"
    quoting = f"晚晴街道党工委学习通知：“{rule}。”"
    practices, reuse = told([(source, "")], [(quoting, "晚晴街道党工委")])
    assert reuse.quoted_2.tolist() == [True]
    assert distinct_practices(practices, reuse).isna().all()


def test_scores_need_the_column_they_are_told_of():
    practices, _ = told([(PILOT, "朝霞社区党委")])
    codings = practices[["doc_id", "start", "end"]].assign(code_id="M", coder="a", value=1)
    with pytest.raises(pbgov.InputError, match="distinct"):
        pbgov.score(codings, practices, distinct_practices="distinct")
