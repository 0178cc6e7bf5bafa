"""Numerals, dates and quantities: against another library's numerals, and sentences read by hand."""

from __future__ import annotations

import math
import random
from typing import TYPE_CHECKING

import pandas as pd
import pytest

import pbgov
from pbgov.corpus.document import Document
from pbgov.extraction.cues import PACKAGED
from pbgov.extraction.dates import dates
from pbgov.extraction.numerals import numerals, read_numeral
from pbgov.extraction.quantities import find_quantities
from pbgov.schemas import QUANTITIES

if TYPE_CHECKING:
    from pathlib import Path

HAN = "零一二三四五六七八九"


def written(number: int) -> str:
    """The numeral of a number by its definition: groups of four digits under 亿 and 万."""
    if number < 10:
        return HAN[number]
    for scale, sign in ((10**8, "亿"), (10**4, "万"), (1000, "千"), (100, "百"), (10, "十")):
        if number >= scale:
            above, below = divmod(number, scale)
            if not below:
                return written(above) + sign
            gap = "零" if below < scale // 10 else ""
            return written(above) + sign + gap + written(below)
    raise AssertionError


def test_every_number_is_read_back_from_its_definition():
    draw = random.Random(11)
    many = [
        *range(20_001),
        *(draw.randrange(10**size) for size in range(5, 16) for _ in range(200)),
    ]
    for number in many:
        assert read_numeral(written(number)) == number, written(number)


def test_numerals_that_another_library_wrote(root: Path):
    """cn2an 0.5.24 wrote them (tests/vectors/README.md)."""
    table = pd.read_csv(
        root / "tests" / "vectors" / "chinese_numerals.csv", dtype={"numeral": "str"}
    )
    assert len(table) > 1000
    wrong = [
        row.numeral for row in table.itertuples() if read_numeral(row.numeral) != int(row.number)
    ]
    assert not wrong


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("两千三", 2300),
        ("一百二", 120),
        ("三万五", 35_000),
        ("一百零五", 105),
        ("２０００ 万", 20_000_000),
        ("1万5千", 15_000),
        ("2亿3000万", 230_000_000),
        ("1,234,567", 1_234_567),
        ("三点五", 3.5),
        ("百分之十三点五", 13.5),
        ("千分之三", 0.3),
        ("三成五", 35),
        ("九成半", 95),
        ("1.2亿", 120_000_000),
        ("壹佰贰拾", 120),
        ("一半", 50),
    ],
)
def test_numerals_of_prose(text, number):
    assert read_numeral(text) == number


def test_fractions_are_not_rounded():
    assert read_numeral("三分之二") == pytest.approx(200 / 3, abs=1e-12)
    assert read_numeral("2/3") == pytest.approx(200 / 3, abs=1e-12)


@pytest.mark.parametrize(
    ("text", "low", "high"),
    [
        ("三四十", 30, 40),
        ("十七八", 17, 18),
        ("三五", 3, 5),
        ("十几", 11, 19),
        ("二十几万", 21e4, 29e4),
        ("数百", 100, 1000),
        ("几十", 10, 100),
    ],
)
def test_orders_are_spans(text, low, high):
    (found,) = numerals(text)
    assert (found.reading.low, found.reading.high) == (low, high)
    assert read_numeral(text) is None


@pytest.mark.parametrize("text", ["百十", "二〇二一", "一二三四", "零", "万千万", ""])
def test_what_is_no_number_is_none_or_zero(text):
    assert read_numeral(text) in (None, 0)


@pytest.mark.parametrize(
    ("text", "iso"),
    [
        ("2014年2月26日", ["2014-02-26"]),
        ("二〇二一年十二月三十一日", ["2021-12-31"]),
        ("5月1日", ["XXXX-05-01"]),
        ("2023年1—9月", ["2023-01/2023-09"]),
        ("三至五月", ["XXXX-03/XXXX-05"]),
        ("为期3至5个月", []),
        ("2018—2020年", ["2018/2020"]),
        ("2018年至2020年", ["2018/2020"]),
        ("20世纪90年代", ["199X"]),
        ("2022-04-16", ["2022-04-16"]),
        ("26日，记者获悉", ["XXXX-XX-26"]),
        ("30日内", []),
        ("六个月", []),
        ("三年行动", []),
        ("第0529-1445(2020)号", []),
        ("2022年13月", ["2022"]),
    ],
)
def test_dates(text, iso):
    assert [stamp.iso for stamp in dates(text)] == iso


# One tuple a quantity: its words, kind, comparator, value (None for a span), unit. The answers were
# written down before the sentences were run; registers: notice, briefing, paper, news, statute.
NAN = None
SENTENCES: list[tuple[str, list[tuple[str, str, str, float | None, str | None]]]] = [
    # notices 通知
    ("各社区服务站面积不低于350平方米。", [("不低于350平方米", "标准", ">=", 350, "平方米")]),
    ("请于2023年6月30日前报送材料。", [("2023年6月30日", "日期", "=", NAN, None)]),
    ("每个社区至少配备两名专职人员。", [("两名", "数量", ">=", 2, "名")]),
    ("补贴标准为每人每月500元。", [("500元", "数量", "=", 500, "元")]),
    ("办理时限不得超过5个工作日。", [("不得超过5个工作日", "标准", "<=", 5, "个工作日")]),
    ("参会人数控制在30人以内。", [("30人以内", "数量", "<=", 30, "人")]),
    ("现场核查每季度不少于一次。", [("不少于一次", "标准", ">=", 1, "次")]),
    ("申报单位须成立满三年。", [("三年", "时长", "=", 3, "年")]),
    ("各街道推荐3—5个典型案例。", [("3—5个", "数量", "~", NAN, "个")]),
    ("活动经费按每名党员每年300元核定。", [("300元", "数量", "=", 300, "元")]),
    ("用房达到350平方米的标准。", [("350平方米", "标准", ">=", 350, "平方米")]),
    # briefings 简报
    ("全街道物业覆盖率由62%提高到95%。", [("由62%提高到95%", "变化", "=", 95, "%")]),
    ("投诉量同比下降三成。", [("三成", "变化", "=", 30, "%")]),
    ("累计走访居民两千余户。", [("两千余户", "数量", ">", 2000, "户")]),
    ("近千名志愿者参加夜间巡查。", [("近千名", "数量", "≈<", 1000, "名")]),
    ("上百家商户签订承诺书。", [("上百家", "数量", ">=", 100, "家")]),
    (
        "办结率达98.6%，比上月提高1.2个百分点。",
        [("98.6%", "占比", "=", 98.6, "%"), ("1.2个百分点", "变化", "=", 1.2, "个百分点")],
    ),
    ("整治乱停车1.3万余辆次。", [("1.3万余辆次", "数量", ">", 13000, "辆次")]),
    ("平均响应时间从45分钟缩短到20分钟。", [("从45分钟缩短到20分钟", "变化", "=", 20, "分钟")]),
    (
        "全年收到建议一百二十条，采纳超过半数。",
        [("一百二十条", "数量", "=", 120, "条"), ("超过半数", "占比", ">", 50, "%")],
    ),
    ("志愿者队伍翻了一番。", [("翻了一番", "倍数", "=", 2, "倍")]),
    ("办件量翻两番。", [("翻两番", "倍数", "=", 4, "倍")]),
    ("小区基本实现物业管理全覆盖。", [("全覆盖", "占比", "=", 100, "%")]),
    (
        "今年新建口袋公园 12 个、步道 3.5 公里。",
        [("12 个", "数量", "=", 12, "个"), ("3.5 公里", "数量", "=", 3.5, "公里")],
    ),
    ("约七成居民表示满意。", [("约七成", "占比", "≈", 70, "%")]),
    ("参与率不足四成。", [("不足四成", "占比", "<", 40, "%")]),
    ("已有50%左右的楼宇建立党组织。", [("50%左右", "占比", "≈", 50, "%")]),
    # papers 论文
    ("样本包含３１６个社区。", [("３１６个", "数量", "=", 316, "个")]),
    (
        "三分之二以上的受访者年龄在40岁以上。",
        [("三分之二以上", "占比", ">=", 200 / 3, "%"), ("40岁以上", "数量", ">=", 40, "岁")],
    ),
    (
        "组织数量五年增长了三倍多。",
        [("五年", "时长", "=", 5, "年"), ("三倍多", "倍数", ">", 3, "倍")],
    ),
    ("其规模是十年前的两倍。", [("十年", "时长", "=", 10, "年"), ("两倍", "倍数", "=", 2, "倍")]),
    ("流动人口占比百分之四十二点一。", [("百分之四十二点一", "占比", "=", 42.1, "%")]),
    (
        "两次普查之间人口增长16.7%。",
        [("两次", "数量", "=", 2, "次"), ("16.7%", "变化", "=", 16.7, "%")],
    ),
    ("该市形成四级网格体系。", [("四级", "结构", "=", 4, "级")]),
    ("治理结构包括三个层面。", [("三个层面", "结构", "=", 3, "个层面")]),
    ("访谈持续30—45分钟。", [("30—45分钟", "时长", "~", NAN, "分钟")]),
    ("问卷回收率为30%~40%。", [("30%~40%", "占比", "~", NAN, "%")]),
    ("调查于2018—2020年进行。", [("2018—2020年", "日期", "=", NAN, None)]),
    ("20世纪90年代以来，单位制逐步解体。", [("20世纪90年代", "日期", "=", NAN, None)]),
    # news 新闻
    ("全区常住人口230多万。", [("230多万", "数量", ">", 2_300_000, None)]),
    ("总投资约1.2亿元。", [("约1.2亿元", "数量", "≈", 120_000_000, "元")]),
    ("全市13万群众报名参加。", [("13万", "数量", "=", 130_000, None)]),
    ("三四十位老人每天来食堂用餐。", [("三四十位", "数量", "~", NAN, "位")]),
    ("十几个小区完成改造。", [("十几个", "数量", "~", NAN, "个")]),
    ("数百名党员下沉一线。", [("数百名", "数量", "~", NAN, "名")]),
    (
        "食堂开业两年半，服务老人一万五千人次。",
        [("两年半", "时长", "=", 2.5, "年"), ("一万五千人次", "数量", "=", 15_000, "人次")],
    ),
    ("26日，第三届邻里节开幕。", [("26日", "日期", "=", NAN, None)]),
    (
        "半年来召开议事会十二次。",
        [("半年", "时长", "=", 0.5, "年"), ("十二次", "数量", "=", 12, "次")],
    ),
    (
        "一社区一律师的做法已在二十多个社区落地。",
        [("一社区一律师", "结构", "=", 1, "律师/社区"), ("二十多个", "数量", ">", 20, "个")],
    ),
    ("议事会每月一次。", [("一次", "频次", "=", 1, "次")]),
    # statutes 法规
    ("处一千元以上五千元以下罚款。", [("一千元以上五千元以下", "标准", "~", NAN, "元")]),
    ("应当自收到申请之日起三十日内作出答复。", [("三十日内", "标准", "<=", 30, "日")]),
    ("经百分之五十以上业主同意。", [("百分之五十以上", "占比", ">=", 50, "%")]),
    ("由七至十五人单数组成。", [("七至十五人", "数量", "~", NAN, "人")]),
    ("最长不超过六个月。", [("不超过六个月", "标准", "<=", 6, "个月")]),
    ("不满十八周岁的不得参加。", [("不满十八周岁", "标准", "<", 18, "周岁")]),
    # sentences of reports, bulletins and news that were once misread
    ("注册用户突破十万人。", [("突破十万人", "数量", ">", 100_000, "人")]),
    ("累计投入一亿两千万元。", [("一亿两千万元", "数量", "=", 120_000_000, "元")]),
    ("累计编发简报128期。", [("128期", "数量", "=", 128, "期")]),
    ("最多时一天接待四十人。", [("一天", "时长", "=", 1, "天"), ("四十人", "数量", "=", 40, "人")]),
    ("亩均税收提高三成有余。", [("三成有余", "变化", ">", 30, "%")]),
    ("约15%—20%的家庭有需求。", [("约15%—20%", "占比", "~", NAN, "%")]),
    ("百分之三十至四十的社区未设专岗。", [("百分之三十至四十", "占比", "~", NAN, "%")]),
    ("户均收入增幅为12.4%。", [("12.4%", "变化", "=", 12.4, "%")]),
    ("平均任职年限4.5年。", [("4.5年", "时长", "=", 4.5, "年")]),
    (
        "2023年1—9月，受理投诉31万件。",
        [("2023年1—9月", "日期", "=", NAN, None), ("31万件", "数量", "=", 310_000, "件")],
    ),
    ("五里坨街道、十里河社区、八里庄街道完成整治。", []),
    # what counts nothing
    ("第一，要压实责任；第二，要统一标准。", []),
    ("一是完善机制，二是建强队伍。", []),
    ("党的十九大以来，落实十九届四中全会精神。", []),
    ("推进城乡一体化，统一项目管理，服务三农。", []),
    ("依据第十条第二款和〔2021〕15号文件。", []),
    ("有学者指出[3]，一些地方一味求快。", []),
    ("打通服务群众的最后一公里。", []),
    ("拨打12345热线反映问题。", []),
    ("建立一个平台，形成一种合力。", []),
    ("“十四五”期间加强“两新”组织党建。", []),
    ("推行“七站合一”和1+4+X模式。", []),
    ("一件接着一件办，一年接着一年干。", []),
    ("万一发生险情，一律上报。", []),
    ("把服务延伸到每一个角落。", []),
    ("1.1 研究背景", []),
    ("会议14:30开始。", []),
]


@pytest.mark.parametrize(("text", "wanted"), SENTENCES, ids=[each[0][:14] for each in SENTENCES])
def test_sentences_read_by_hand(text, wanted):
    found = find_quantities(text)
    assert [text[row.start : row.end] for row in found.itertuples()] == found.text.tolist()
    assert found.text.tolist() == [words for words, *_ in wanted]
    for row, (_, kind, comparator, value, unit) in zip(found.itertuples(), wanted, strict=True):
        assert (row.kind, row.comparator) == (kind, comparator)
        assert math.isnan(row.value) if value is None else row.value == pytest.approx(value)
        assert pd.isna(row.unit) if unit is None else row.unit == unit


def one(text: str) -> pd.Series:
    found = find_quantities(text)
    assert len(found) == 1, found
    return found.iloc[0]


def test_changes_and_spans_have_both_ends():
    change = one("社区达标率从百分之十八上升到百分之八十一。")
    assert (change.from_value, change.value, change.indicator) == (18, 81, "社区达标率")
    span = one("处五百元以上五千元以下罚款。")
    assert (span.low, span.high) == (500, 5000)
    assert (one("网格覆盖率70%以上。").low, one("控制在30人以内。").high) == (70, 30)
    span = one("试点周期为3—5年。")
    assert (span.low, span.high, span.unit) == (3, 5, "年")


@pytest.mark.parametrize(
    ("text", "first", "last", "unit"),
    [
        ("浓度由2015年的80.6微克下降到2020年的38微克。", 80.6, 38, "微克"),
        ("队伍从最初的5个人发展到如今的120多人。", 5, 120, "人"),
        ("队伍由230余人壮大到1100余人。", 230, 1100, "人"),
        ("党员自86名增加到134名。", 86, 134, "名"),
        ("成员单位从最初的6家，发展到现在的58家。", 6, 58, "家"),
        ("由12名专职社区工作者增加到48名。", 12, 48, "名"),
        ("解决率94.1%提升至97.6%。", 94.1, 97.6, "%"),
        ("岗位由12个下调为8个。", 12, 8, "个"),
        # the start is told in the unit of the end: 1 km is 1000 m, 1 h is 60 min, 1 ha is 10,000 m²
        ("服务半径由1公里缩小到500米。", 1000, 500, "米"),
        ("平均办理时长由2.5小时缩短到40分钟。", 150, 40, "分钟"),
        ("绿地由500平方米扩大到1.2公顷。", 0.05, 1.2, "公顷"),
    ],
)
def test_a_change_is_told_in_the_unit_it_ends_in(text, first, last, unit):
    found = find_quantities(text)
    change = found[found.kind == "变化"].iloc[0]
    assert (change.from_value, change.value, change.unit) == (
        pytest.approx(first),
        pytest.approx(last),
        unit,
    )
    assert len(found[found.kind != "日期"]) == 1


def test_months_do_not_compare_with_working_days():
    assert find_quantities("审批时限从3个月压减到20个工作日。").from_value.isna().all()
    assert find_quantities("来自5个社区的30名代表到会。").from_value.isna().all()


def test_ambiguous_quantities_say_their_readings():
    row = find_quantities("志愿者五年增长了五倍多。").iloc[1]
    assert row.ambiguous
    assert "6倍" in row.reason
    assert "500%" in row.reason
    assert "400%" in row.reason
    assert one("实现全覆盖。").ambiguous
    assert one("数百名党员下沉。").ambiguous
    assert not one("规模翻了一番。").ambiguous
    assert not one("是原来的三倍。").ambiguous


@pytest.mark.parametrize(
    ("text", "indicator"),
    [
        ("平均年龄41岁。", "平均年龄"),
        ("实名注册志愿者224万人。", "志愿者"),
        ("引进企业33家。", "企业"),
        ("共有33家企业入驻。", "企业"),
        ("覆盖率70%以上。", "覆盖率"),
        ("达到标准的社区，从18%升到81%。", "社区"),
        ("绿化覆盖率由31.5%的低位提高到48%。", "绿化覆盖率"),
    ],
)
def test_a_quantity_is_said_of_the_noun_beside_it(text, indicator):
    row = one(text)
    assert indicator in row.indicator
    assert text[row.indicator_start : row.indicator_end] == row.indicator


@pytest.mark.parametrize(
    ("text", "period"),
    [
        ("近几年，达标社区由18%上升到81%。", "近几年"),
        ("“十三五”期间，新建公园20个。", "“十三五”期间"),
        ("新建公园20个。", None),
    ],
)
def test_periods_are_the_words_of_time_of_the_sentence(text, period):
    row = one(text)
    if period is None:
        assert pd.isna(row.period)
    else:
        assert row.period == period == text[row.period_start : row.period_end]


def test_rates_say_what_they_are_counted_per():
    assert one("按每名党员每年不低于200元核定。").per == "每名党员每年"
    assert one("按照党员年人均不低于200元核定。").per == "党员年人均"
    assert one("标准为200元/人。").per == "人"


def test_offsets_are_those_of_the_document():
    text = "# 题目\n\n甲区设站 33 个。\n\n| 社区 | 12个 |\n"
    document = Document("d", "d.md", text, text, "utf-8", "0")
    found = find_quantities(document)
    assert found.text.tolist() == ["33 个", "12个"]
    assert [text[row.start : row.end] for row in found.itertuples()] == found.text.tolist()
    for unit in pbgov.corpus.segments.UNITS:
        again = find_quantities(pbgov.segment(document, unit))
        assert again.text.tolist() == found.text.tolist()
        assert again.start.tolist() == found.start.tolist()
    assert found.quantity_id.tolist() == ["d/q0001", "d/q0002"]


def test_any_text_can_be_read():
    pieces = [
        *"一二两十百万亿几数多余半成，。“”（）第由从到至%.+ 3０5",
        "年",
        "以上",
        "百分之",
        "倍",
        "增长",
        "个",
        "全覆盖",
    ]
    draw = random.Random(5)
    for _ in range(120):
        text = "".join(draw.choices(pieces, k=draw.randrange(30)))
        found = find_quantities(text)
        assert [text[row.start : row.end] for row in found.itertuples()] == found.text.tolist()
        assert (found.start.diff().dropna() > 0).all()


def test_nothing_found_is_an_empty_table_of_the_same_columns():
    assert list(find_quantities("没有数字。").columns) == list(QUANTITIES.columns)


def test_every_cue_has_a_source():
    for name in ("measures.csv", "figures.csv", "formulas.csv"):
        table = pd.read_csv(PACKAGED / name, dtype="str", keep_default_na=False)
        assert (table.source != "").all(), name
