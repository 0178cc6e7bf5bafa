"""Whether an invented sentence of official prose reports, plans, advises or denies a practice.

The expected readings are those of a reader of Chinese, written down before the rules were changed.
"""

from __future__ import annotations

import pytest

import pbgov
from pbgov.corpus.document import Document


def read(text: str) -> tuple[str, str] | None:
    found = pbgov.find_practices(Document("d", "d.md", text, text, "utf-8", "0"))
    return None if found.empty else (found.organisation[0], found.status[0])


@pytest.mark.parametrize(
    "text",
    [
        "白榆街道将成立物业行业党委。",
        "白榆街道将在年底前成立物业行业党委。",
        "白榆街道将于2025年建成党群服务中心。",
        "白榆街道将进一步健全责任清单。",
        "白榆街道将对老旧小区实施改造。",
        "白榆街道将组织党员开展志愿服务。",
        "今年，白榆街道还将新建两个服务站。",
        "白榆街道力争年内建成10个社区会客厅。",
        "白榆街道计划到2026年实现全覆盖，组建50支队伍。",
        "白榆街道明年新建两个服务站。",
        "明年，白榆街道新建两个服务站。",
        "白榆街道下一步重点推广这一做法。",
        "白榆街道准备建立责任清单。",
    ],
)
def test_what_is_yet_to_come_is_planned(text):
    assert read(text) == ("白榆街道", "计划")


@pytest.mark.parametrize(
    "text",
    [
        "白榆街道将居民诉求逐项派到科室，并建立台账。",
        "白榆街道将新建小区纳入网格管理。",
        "白榆街道将收集到的意见建议报送区政府，并开展回访。",
        "白榆街道将服务下沉到楼栋。",
        "白榆街道将组织关系转到社区，建立台账。",
        "白榆街道将原有的三个站点整合为一个中心，统筹服务。",
        "白榆街道将不文明行为纳入积分管理，推行红黑榜。",
        "白榆街道将其作为头号工程，制定方案。",
        "白榆街道将军队离退休干部纳入服务范围，建立联络员制度。",
    ],
)
def test_jiang_that_means_ba_plans_nothing(text):
    assert read(text) == ("白榆街道", "已实施")


@pytest.mark.parametrize(
    "text",
    [
        "白榆街道应对汛情，组建党员突击队。",
        "白榆街道应用大数据平台，建立责任清单。",
        "白榆街道应居民要求，设立了老年食堂。",
        "白榆街道收集居民建议120条，建立台账逐项办理。",
        "白榆街道根据居民建议，增设了晾衣架和充电桩。",
        "白榆街道准备工作扎实，组建了五支队伍。",
        "白榆街道按照计划推进改造。",
        "白榆街道需求调查发现，居民盼望食堂，随后建成食堂。",
        "白榆街道原计划建10个站点，实际建成15个。",
        "白榆街道每月组织一次志愿服务活动。",
        "白榆街道建立健全网格制度。",
        "白榆街道深入开展走访。",
        "白榆街道不断完善网格体系。",
        "白榆街道对未成立业委会的小区组建物管会。",
        "白榆街道针对无物业管理的小区开展排查，引入专业公司。",
        "没有围墙的小区由白榆街道组建巡逻队。",
        "白榆街道不仅建立了清单，还组织了培训。",
    ],
)
def test_words_that_only_look_like_modals_change_nothing(text):
    assert read(text) == ("白榆街道", "已实施")


@pytest.mark.parametrize(
    ("text", "organisation"),
    [
        ("白榆街道计划生育协会开展走访慰问活动。", "白榆街道计划生育协会"),
        ("白榆街道应急管理办公室建立值守制度。", "白榆街道应急管理办公室"),
        ("白榆街道可持续发展协会开展垃圾分类宣传。", "白榆街道可持续发展协会"),
        ("青石区民政局会同财政局印发通知，明确补贴标准。", "青石区民政局"),
        ("市委办公厅、市政府办公厅印发意见。", "市委办公厅、市政府办公厅"),
        ("国家卫生健康委印发通知，部署基层防控。", "国家卫生健康委"),
        ("云州市住房和城乡建设委员会出台服务标准。", "云州市住房和城乡建设委员会"),
        ("柳荫街道组建巡逻队。", "柳荫街道"),
        ("清水湾镇坚持问题导向，建成便民服务点21处。", "清水湾镇"),
        ("近年来，南桥区深化街道管理体制改革，下放职权431项。", "南桥区"),
        ("区住建局牵头制定三年方案，目前已完成摸底。", "区住建局"),
        ("街道城管执法队会同派出所开展夜查。", "街道城管执法队"),
        ("充分发挥基层党组织作用，白榆街道组建巡逻队。", "白榆街道"),
    ],
)
def test_names_that_hold_such_words_are_found_whole(text, organisation):
    assert read(text) == (organisation, "已实施")


@pytest.mark.parametrize(
    ("text", "organisation"),
    [
        ("白榆街道应进一步加强统筹，建立考核机制。", "白榆街道"),
        ("白榆街道应把物业管理纳入考核。", "白榆街道"),
        ("白榆街道应当协调有关部门解决问题。", "白榆街道"),
        ("各街道要结合实际，建立责任清单。", "各街道"),
        ("居民建议街道增设充电桩。", "街道"),
        ("建议白榆街道增设充电桩。", "白榆街道"),
        ("白榆街道可根据实际设立分站点。", "白榆街道"),
    ],
)
def test_advice_is_advice(text, organisation):
    assert read(text) == (organisation, "建议")


@pytest.mark.parametrize(
    "text",
    [
        "白榆街道没有建立责任清单。",
        "白榆街道未建立责任清单。",
        "白榆街道尚未建立统一的责任清单。",
        "白榆街道还没有成立物业行业党委。",
        "白榆街道从未组织过此类培训。",
        "白榆街道未能及时解决居民诉求。",
        "白榆街道不设专职网格员。",
        "白榆街道曾计划设立议事厅。",
        "白榆街道原计划建立责任清单，后因经费不足搁置。",
        "白榆街道的做法值得推广。",
        "云州市人大代表建议督办机制不健全。",
        "成立物业行业党委，吸纳企业党组织12个。",
    ],
)
def test_what_was_not_done_or_names_nobody_is_no_practice(text):
    assert read(text) is None
