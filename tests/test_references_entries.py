"""Entries of references against the examples of the two editions of GB/T 7714.

The expected strings of 2025 are examples of the standard itself (clauses 5 to 9 and annex B; § in the
ids), in the punctuation that its clause 6 lays down: the point and square brackets half-width, every
other mark full-width. Those of 2015 are examples of that standard as its style authors print them
(half-width marks with a space behind). Only the facts were retyped.
"""

from __future__ import annotations

from typing import Any

import pytest

from pbgov.errors import InputError
from pbgov.reporting.references import Date, Name, Source, format_reference
from pbgov.reporting.references.entry import edition_named, mark_of
from pbgov.reporting.references.names import initials
from pbgov.reporting.references.pinyin import is_pinyin


def people(*names: str) -> tuple[Name, ...]:
    """Names written as ``Family, Given, Suffix`` or, without a comma, whole."""
    made = []
    for name in names:
        family, _, rest = name.partition(", ")
        given, _, suffix = rest.partition(", ")
        made.append(Name(family, given, suffix=suffix) if rest else Name(literal=name))
    return tuple(made)


def source(kind: str, title: str, **known: Any) -> Source:
    for field in ("issued", "accessed"):
        if isinstance(known.get(field), str):
            known[field] = Date(literal=known[field])
        elif isinstance(known.get(field), int):
            known[field] = Date((known[field],))
        elif isinstance(known.get(field), tuple):
            known[field] = Date(known[field])
    for field in ("author", "editor", "translator", "container_author"):
        if isinstance(known.get(field), str):
            known[field] = people(*known[field].split("; "))
    return Source("k", kind, title, **known)


STANDARD_2025 = {
    "§5.1:1 translated": (
        source(
            "book",
            "银行业的未来与人工智能",
            author="博伯尔",
            translator="徐超",
            place="北京",
            publisher="清华大学出版社",
            issued=2023,
            page="35",
        ),
        "博伯尔. 银行业的未来与人工智能[M]. 徐超，译. 北京：清华大学出版社，2023：35.",
    ),
    "§5.1:3 foreign": (
        source(
            "book",
            "AI and the future of banking",
            author="Boobier, Tony",
            place="Chichester",
            publisher="John Wiley & Sons",
            issued=2020,
            page="35",
        ),
        "Boobier T. AI and the future of banking[M]. Chichester：John Wiley & Sons，2020：35.",
    ),
    "§5.1:4 Russian": (
        source(
            "article-journal",
            "Молибден-медно-золото-порфировое месторождение Рябиновое",
            author="Кочетков, А. Я.",
            container_title="Отечественная Геология",
            issued=1993,
            issue="7",
            page="50-58",
        ),
        "Кочетков А Я. Молибден-медно-золото-порфировое месторождение Рябиновое[J]. "
        "Отечественная Геология，1993（7）：50-58.",
    ),
    "§7.1.3 no author": (
        source(
            "article-journal",
            "人物龙凤帛画",
            container_title="中国书法",
            issued=2023,
            issue="3",
            page="5",
        ),
        "人物龙凤帛画[J]. 中国书法，2023（3）：5.",
    ),
    "§7.5.2.3 no place": (
        source("book", "某书", publisher="三户图书刊行社", issued=1990),
        "某书[M]. [出版地不详]：三户图书刊行社，1990.",
    ),
    "§7.5.2.3 no place, foreign": (
        source("book", "A book", publisher="Macmillan", issued=1975),
        "A book[M]. [S.l.]：Macmillan，1975.",
    ),
    "§7.5.3.3 no publisher": (
        source("book", "某书", place="哈尔滨", issued=2013),
        "某书[M]. 哈尔滨：[出版者不详]，2013.",
    ),
    "§7.5.3.3 no publisher, foreign": (
        source("book", "A book", place="Salt Lake City", issued=1964),
        "A book[M]. Salt Lake City：[s.n.]，1964.",
    ),
    "§7.7:2 pages in a preface": (
        source(
            "book",
            "创建系统学",
            author="钱学森",
            place="太原",
            publisher="山西科学技术出版社",
            issued=2001,
            page="序2-3",
        ),
        "钱学森. 创建系统学[M]. 太原：山西科学技术出版社，2001：序2-3.",
    ),
    "§7.7:4 in a book": (
        source(
            "chapter",
            "题词",
            author="李约瑟",
            editor="苏克福; 管成学; 邓明鲁",
            container_title="苏颂与《本草图经》研究",
            place="长春",
            publisher="长春出版社",
            issued=1991,
            page="扉页",
        ),
        "李约瑟. 题词[M]//苏克福，管成学，邓明鲁. 苏颂与《本草图经》研究. "
        "长春：长春出版社，1991：扉页.",
    ),
    "§7.7:6 article number, DOI in the address": (
        source(
            "article-journal",
            "ARA: a flexible pipeline for automated exploration of NCBI SRA datasets",
            author="Maurya, Anand; Szymanski, Maciej; Karlowski, Wojciech M",
            container_title="GigaScience",
            issued=2023,
            volume="12",
            number="giad067",
            accessed=(2025, 12, 2),
            url="https://doi.org/10.1093/gigascience/giad067",
            doi="10.1093/gigascience/giad067",
        ),
        "Maurya A，Szymanski M，Karlowski W M. ARA：a flexible pipeline for automated exploration of "
        "NCBI SRA datasets[J/OL]. GigaScience，2023，12：giad067. "
        "https://doi.org/10.1093/gigascience/giad067.",
    ),
    "§7.8:1 address and DOI": (
        source(
            "article-journal",
            "恶性肿瘤个体化治疗靶向药物的临床表现",
            author="储大同",
            container_title="中华肿瘤杂志",
            issued=2010,
            volume="32",
            issue="10",
            page="721--724",
            accessed=(2014, 6, 25),
            url="https://rs.yiigle.com/cmaid/37528",
            doi="10.3760/cma.j.issn.0253-3766.2010.10.001",
        ),
        "储大同. 恶性肿瘤个体化治疗靶向药物的临床表现[J/OL]. 中华肿瘤杂志，2010，32（10）：721-724. "
        "https://rs.yiigle.com/cmaid/37528. DOI:10.3760/cma.j.issn.0253-3766.2010.10.001.",
    ),
    "§7.8:2 more than three, editors": (
        source(
            "book",
            "Connecting the library to the curriculum",
            editor="Torres, Lynette; Salisbury, Fiona; Yazbeck, Barbara; Karasmanis, Sharon",
            place="Singapore",
            publisher="Springer Nature",
            issued=2021,
            page="97",
            url="https://link.springer.com/book/10.1007/978-981-16-3868-8",
            doi="10.1007/978-981-16-3868-8",
        ),
        "Torres L，Salisbury F，Yazbeck B，et al. Connecting the library to the curriculum[M/OL]. "
        "Singapore：Springer Nature，2021：97. "
        "https://link.springer.com/book/10.1007/978-981-16-3868-8.",
    ),
    "§8.2.2:2 another calendar": (
        source(
            "book",
            "宋论",
            author="王夫之",
            edition="刻本",
            place="金陵",
            publisher="湘乡曾国荃",
            issued="1865（清同治四年）",
        ),
        "王夫之. 宋论[M]. 刻本. 金陵：湘乡曾国荃，1865（清同治四年）.",
    ),
    "§8.2.2:3 several works": (
        source(
            "book",
            "昌平山水记；京东考古录",
            author="顾炎武",
            place="北京",
            publisher="北京古籍出版社",
            issued=1980,
        ),
        "顾炎武. 昌平山水记；京东考古录[M]. 北京：北京古籍出版社，1980.",
    ),
    "§8.2.2:5 many translators, second edition": (
        source(
            "book",
            "递归宏观经济理论",
            author="扬奎斯特; 萨金特",
            translator="杨斌; 王忠玉; 陈彦斌; 某某",
            edition="2",
            place="北京",
            publisher="中国人民大学出版社",
            issued=2010,
            page="798",
        ),
        "扬奎斯特，萨金特. 递归宏观经济理论[M]. 杨斌，王忠玉，陈彦斌，等，译. 2版. "
        "北京：中国人民大学出版社，2010：798.",
    ),
    "§8.2.2:6 suffix, fourth edition": (
        source(
            "book",
            "Probability and random signal principles",
            author="Peebles, P. Z., Jr.",
            edition="4",
            place="New York",
            publisher="McGraw-Hill",
            issued=2001,
        ),
        "Peebles P Z Jr. Probability and random signal principles[M]. 4th ed. "
        "New York：McGraw-Hill，2001.",
    ),
    "§8.3.2:1 translator of a part": (
        source(
            "chapter",
            "谈谈记忆: 与诺贝尔奖获得者埃里克·坎德尔的问答",
            author="阿扬",
            translator="姜海伦",
            editor="《环球科学》杂志社",
            container_title="认识记忆力: 关于学习、思考与遗忘的脑科学",
            place="北京",
            publisher="机械工业出版社",
            issued=2023,
            page="15-18",
        ),
        "阿扬. 谈谈记忆：与诺贝尔奖获得者埃里克·坎德尔的问答[M]. 姜海伦，译//《环球科学》杂志社. "
        "认识记忆力：关于学习、思考与遗忘的脑科学. 北京：机械工业出版社，2023：15-18.",
    ),
    "§8.3.2:3 volume of collected works": (
        source(
            "chapter",
            "政治经济学批判",
            author="马克思",
            container_author="马克思; 恩格斯",
            container_title="马克思恩格斯全集",
            volume="35",
            edition="2",
            place="北京",
            publisher="人民出版社",
            issued=2013,
            page="302",
        ),
        "马克思. 政治经济学批判[M]//马克思，恩格斯. 马克思恩格斯全集：第35卷. 2版. "
        "北京：人民出版社，2013：302.",
    ),
    "§8.4.2:1 a periodical that goes on": (
        source(
            "periodical",
            "临床内科杂志",
            author="中华医学会湖北分会",
            numbering="1984，1（1）—",
            place="武汉",
            publisher="中华医学会湖北分会",
            issued=Date((1984,), ()),
        ),
        "中华医学会湖北分会. 临床内科杂志[J]. 1984，1（1）—. 武汉：中华医学会湖北分会，1984—.",
    ),
    "§8.4.2:2 a periodical that ended": (
        source(
            "periodical",
            "图书馆学通讯",
            author="中国图书馆学会",
            numbering="1957（1）—1990（4）",
            place="北京",
            publisher="北京图书馆",
            issued=Date((1957,), (1990,)),
        ),
        "中国图书馆学会. 图书馆学通讯[J]. 1957（1）—1990（4）. 北京：北京图书馆，1957—1990.",
    ),
    "§8.5.3:1 newspaper": (
        source(
            "article-newspaper",
            "数字革命与竞争国际化",
            author="丁文详",
            container_title="中国青年报",
            issued=(2000, 11, 20),
            page="15",
        ),
        "丁文详. 数字革命与竞争国际化[N]. 中国青年报，2000-11-20（15）.",
    ),
    "§8.5.3:2 translated article": (
        source(
            "article-journal",
            "花枝蝶鸟方镜的镜范：以平安后期的铜镜制作工艺为中心",
            author="久保智康",
            translator="顾幼静",
            container_title="东方博物",
            issued=2009,
            issue="1",
            page="85-92",
        ),
        "久保智康. 花枝蝶鸟方镜的镜范：以平安后期的铜镜制作工艺为中心[J]. 顾幼静，译. "
        "东方博物，2009（1）：85-92.",
    ),
    "§8.5.3:3 four authors": (
        source(
            "article-journal",
            "互联网药品可信交易环境中主体资质审核备案模式",
            author="于潇; 刘义; 柴跃廷; 孙宏波",
            container_title="清华大学学报（自然科学版）",
            issued=2012,
            volume="52",
            issue="11",
            page="1518–1523",
        ),
        "于潇，刘义，柴跃廷，等. 互联网药品可信交易环境中主体资质审核备案模式[J]. "
        "清华大学学报（自然科学版），2012，52（11）：1518-1523.",
    ),
    "§8.5.3:4 online first": (
        source(
            "article-journal",
            "惯性增强动力吸振器-浮置板轨道低频减振性能研究",
            author="张群; 程志宝; 石志飞",
            container_title="铁道学报",
            issued=(2024, 5, 9),
            url="https://kns.cnki.net/kcms/detail/11.2104.u.20240507.1737.002.html",
        ),
        "张群，程志宝，石志飞. 惯性增强动力吸振器-浮置板轨道低频减振性能研究[J/OL]. "
        "铁道学报，2024-05-09. https://kns.cnki.net/kcms/detail/11.2104.u.20240507.1737.002.html.",
    ),
    "§8.6.1:2 published proceedings": (
        source(
            "paper-conference",
            "中国农业转基因生物研发进展与安全管理",
            author="汪学军",
            editor="国家环境保护总局生物安全管理办公室",
            container_title="中国国家生物安全框架实施国际合作项目研讨会论文集",
            place="北京",
            publisher="中国环境科学出版社",
            issued=2005,
            page="22-25",
        ),
        "汪学军. 中国农业转基因生物研发进展与安全管理[C]//国家环境保护总局生物安全管理办公室. "
        "中国国家生物安全框架实施国际合作项目研讨会论文集. 北京：中国环境科学出版社，2005：22-25.",
    ),
    "§8.6.1:1 proceedings, names of two scripts": (
        source(
            "proceedings",
            "综合湿地管理: 综合湿地管理国际研讨会论文集",
            author="牛志明; Swingland, I. R.; 雷光春",
            place="北京",
            publisher="海洋出版社",
            issued=2012,
        ),
        "牛志明，Swingland I R，雷光春. 综合湿地管理：综合湿地管理国际研讨会论文集[C]. "
        "北京：海洋出版社，2012.",
    ),
    "§8.6.3:3 unpublished, names in Pinyin": (
        source(
            "paper-conference",
            "Unmixing before fusion",
            author="Yu, Yang; Pan, Erting; Wang, Xinya; Mei, Xiaoguang",
            event="CVPR",
            issued=2024,
            page="4",
            url="https://openaccess.thecvf.com/x.html",
        ),
        "Yu Yang，Pan Erting，Wang Xinya，et al. Unmixing before fusion[C/OL]//CVPR，2024：4. "
        "https://openaccess.thecvf.com/x.html.",
    ),
    "§8.7.2:3 thesis with CSTR": (
        source(
            "thesis",
            "支持状态可编程的SDN交换机关键技术研究",
            author="井丽南",
            place="北京",
            publisher="中国科学院大学",
            issued=2022,
            page="43",
            url="http://dpaper.las.ac.cn/Dpaper/detail/detailNew?paperID=20209289",
            identifier="CSTR:35001.37.01.33142.20220037",
        ),
        "井丽南. 支持状态可编程的SDN交换机关键技术研究[D/OL]. 北京：中国科学院大学，2022：43. "
        "http://dpaper.las.ac.cn/Dpaper/detail/detailNew?paperID=20209289. "
        "CSTR:35001.37.01.33142.20220037.",
    ),
    "§8.8.3:1 report online": (
        source(
            "report",
            "人体安全重要技术标准研制最终报告",
            author="汤万金; 杨跃翔; 刘文; 郑建国",
            number="7178999X-2006BAK04A10/10.2013",
            issued=(2013, 9, 30),
            accessed=(2014, 6, 24),
            url="http://www.nstrs.cn/xiangxiBG.aspx?id=41707",
        ),
        "汤万金，杨跃翔，刘文，等. 人体安全重要技术标准研制最终报告：7178999X-2006BAK04A10/10.2013"
        "[R/OL]. 2013-09-30. http://www.nstrs.cn/xiangxiBG.aspx?id=41707.",
    ),
    "§8.8.3:4 report in print": (
        source(
            "report",
            "Guidelines for handling excavated acid-producing materials",
            author="U.S. Department of Transportation Federal Highway Administration",
            number="PB 91-194001",
            place="Springfield",
            publisher="U.S. Department of Commerce National Information Service",
            issued=1990,
            page="25",
        ),
        "U.S. Department of Transportation Federal Highway Administration. Guidelines for handling "
        "excavated acid-producing materials：PB 91-194001[R]. Springfield：U.S. Department of "
        "Commerce National Information Service，1990：25.",
    ),
    "§8.9.2:1 standard": (
        source(
            "standard",
            "信息与文献 资源描述",
            number="GB/T 3792—2021",
            author="全国信息与文献标准化技术委员会",
            place="北京",
            publisher="中国标准出版社",
            issued=2021,
        ),
        "GB/T 3792—2021 信息与文献 资源描述[S].",
    ),
    "§8.9.2:4 standard, foreign": (
        source("standard", "Audit data collection", number="ISO 21378:2019"),
        "ISO 21378:2019 Audit data collection[S].",
    ),
    "§8.10.2:1 patent": (
        source(
            "patent",
            "全智能节电器",
            author="邓一刚",
            number="CN200610171314.3",
            issued=(2008, 1, 16),
            page="8-9",
        ),
        "邓一刚. 全智能节电器：CN200610171314.3[P]. 2008-01-16：8-9.",
    ),
    "§8.11.2.2:1 website": (
        source("webpage", "中国国家博物馆", accessed=(2025, 5, 6), url="https://www.chnmuseum.cn/"),
        "中国国家博物馆[EB/OL]. [2025-05-06]. https://www.chnmuseum.cn/.",
    ),
    "§8.11.3.2:2 a title of our own": (
        source(
            "webpage",
            "[《昨日之歌》图书封面]",
            issued=(2015, 9, 18),
            accessed=(2023, 3, 6),
            url="http://www.luxunmuseum.com.cn/x.jpg",
        ),
        "[《昨日之歌》图书封面][EB/OL]. （2015-09-18）[2023-03-06]. "
        "http://www.luxunmuseum.com.cn/x.jpg.",
    ),
    "§8.11.3.2:5 program": (
        source(
            "software",
            "[Zotero download]",
            author="Zotero",
            accessed=(2024, 4, 8),
            url="https://www.zotero.org/download/",
        ),
        "Zotero. [Zotero download][CP/OL]. [2024-04-08]. https://www.zotero.org/download/.",
    ),
    "§8.12.3:1 file": (
        source(
            "manuscript",
            "奏请上海道库洋务外销要款无款可筹仍拨药厘接济事",
            author="李鸿章",
            number="04-01-35-0399-039",
            place="北京",
            publisher="中国第一历史档案馆",
            issued="1887（光绪十三年三月十三日）",
        ),
        "李鸿章. 奏请上海道库洋务外销要款无款可筹仍拨药厘接济事：04-01-35-0399-039[A]. "
        "北京：中国第一历史档案馆，1887（光绪十三年三月十三日）.",
    ),
    "§8.12.3:4 file online": (
        source(
            "manuscript",
            "[Letter to Bess of Hardwick]",
            author="Fitzwilliam, Hugh",
            issued=(1570, 7, 28),
            url="https://www.bessofhardwick.org/letter.jsp?letter=25",
        ),
        "Fitzwilliam H. [Letter to Bess of Hardwick][A/OL]. 1570-07-28. "
        "https://www.bessofhardwick.org/letter.jsp?letter=25.",
    ),
    "§8.13.3:1 map": (
        source(
            "map",
            "东南极拉斯曼丘陵地区地质图",
            author="胡健民",
            scale="1∶25 000",
            place="北京",
            publisher="科学出版社",
            issued=2021,
            dimensions="128cm×84cm",
        ),
        "胡健民. 东南极拉斯曼丘陵地区地质图. 1∶25 000[CM]. 北京：科学出版社，2021. 128cm×84cm.",
    ),
    "§8.14.3:1 data": (
        source(
            "dataset",
            "天宫二号遥感图像自然景物分类科学数据",
            author="周壮; 李盛阳; 吴薇; 某某",
            version="1.0",
            publisher="国家基础学科公共科学数据中心",
            issued=(2023, 9, 10),
            accessed=(2025, 7, 15),
            url="https://www.nbsdc.cn/general/dataLinks/CSTR:16666.11.nbsdc.tfpbwtqf",
            identifier="CSTR:16666.11.nbsdc.tfpbwtqf",
        ),
        "周壮，李盛阳，吴薇，等. 天宫二号遥感图像自然景物分类科学数据[DS/OL]. V1.0. "
        "国家基础学科公共科学数据中心（2023-09-10）[2025-07-15]. "
        "https://www.nbsdc.cn/general/dataLinks/CSTR:16666.11.nbsdc.tfpbwtqf.",
    ),
    "§8.15.2:2 preprint": (
        source(
            "article",
            "元宇宙在图书馆的应用:理论研究与实践进展".replace(":", "："),
            author="方向明; 曹迎杰",
            publisher="ChinaXiv",
            issued=(2023, 3, 3),
            accessed=(2024, 9, 30),
            url="http://www.chinaxiv.org/abs/202303.00020",
            identifier="CSTR:32003.36.ChinaXiv.202303.00020.V1",
        ),
        "方向明，曹迎杰. 元宇宙在图书馆的应用：理论研究与实践进展[PP/OL]. "
        "ChinaXiv（2023-03-03）[2024-09-30]. http://www.chinaxiv.org/abs/202303.00020. "
        "CSTR:32003.36.ChinaXiv.202303.00020.V1.",
    ),
    "§B.14:4 preprint, version": (
        source(
            "article",
            "Controlled manipulation of light",
            author="Jenkins, S. D.; Ruostekoski, J.",
            version="2",
            publisher="arXiv",
            issued=(2012, 3, 18),
            accessed=(2020, 6, 24),
            url="https://doi.org/10.48550/arXiv.1112.6136",
            doi="10.48550/arXiv.1112.6136",
        ),
        "Jenkins S D，Ruostekoski J. Controlled manipulation of light[PP/OL]. V2. "
        "arXiv（2012-03-18）[2020-06-24]. https://doi.org/10.48550/arXiv.1112.6136.",
    ),
    "§B.4:15 hyphen between initials": (
        source(
            "article-journal",
            "Metadata quality control in digital repositories",
            author="Park, Jung-Ran; Tosaka, Yuji",
            container_title="Cataloging & Classification Quarterly",
            issued=2010,
            volume="48",
            issue="8",
            page="696-715",
        ),
        "Park J-R，Tosaka Y. Metadata quality control in digital repositories[J]. "
        "Cataloging & Classification Quarterly，2010，48（8）：696-715.",
    ),
}

STANDARD_2015 = {
    "2 translated": (
        source(
            "book",
            "经济数学与金融数学",
            author="哈里森; 沃尔德伦",
            translator="谢远涛",
            place="北京",
            publisher="中国人民大学出版社",
            issued=2012,
            page="235-236",
        ),
        "哈里森, 沃尔德伦. 经济数学与金融数学[M]. 谢远涛, 译. "
        "北京: 中国人民大学出版社, 2012: 235-236.",
    ),
    "55 many translators": (
        source(
            "book",
            "西方文明史：问题与源头",
            author="罗杰斯",
            translator="潘惠霞; 魏婧; 杨艳; 某某",
            place="大连",
            publisher="东北财经大学出版社",
            issued=2011,
            page="15-16",
        ),
        "罗杰斯. 西方文明史: 问题与源头[M]. 潘惠霞, 魏婧, 杨艳, 等译. "
        "大连: 东北财经大学出版社, 2011: 15-16.",
    ),
    "4 standard": (
        source(
            "standard",
            "信息与文献 都柏林核心元数据元素集",
            author="全国信息与文献标准化技术委员会",
            number="GB/T 25100—2010",
            place="北京",
            publisher="中国标准出版社",
            issued=2010,
            page="2-3",
        ),
        "全国信息与文献标准化技术委员会. 信息与文献 都柏林核心元数据元素集: GB/T 25100—2010[S]. "
        "北京: 中国标准出版社, 2010: 2-3.",
    ),
    "11 book online": (
        source(
            "book",
            "当代美国外交",
            author="赵学功",
            place="北京",
            publisher="社会科学文献出版社",
            issued=2001,
            accessed=(2014, 6, 11),
            url="http://www.cadal.zju.edu.cn/book/trySinglePage/33023884/1",
        ),
        "赵学功. 当代美国外交[M/OL]. 北京: 社会科学文献出版社, 2001[2014-06-11]. "
        "http://www.cadal.zju.edu.cn/book/trySinglePage/33023884/1.",
    ),
    "14 suffix": (
        source(
            "book",
            "Probability, random variables, and random signal principles",
            author="Peebles, P. Z., Jr.",
            edition="4th ed.",
            place="New York",
            publisher="McGraw-Hill",
            issued=2001,
        ),
        "PEEBLES P Z, Jr. Probability, random variables, and random signal principles[M]. 4th ed. "
        "New York: McGraw-Hill, 2001.",
    ),
    "19 in a book": (
        source(
            "chapter",
            "1998 年长江洪水的成因与减灾对策",
            author="程根伟",
            editor="许厚泽; 赵其国",
            container_title="长江流域洪涝灾害与科技对策",
            place="北京",
            publisher="科学出版社",
            issued=1999,
            page="32-36",
        ),
        "程根伟. 1998 年长江洪水的成因与减灾对策[M]//许厚泽, 赵其国. 长江流域洪涝灾害与科技对策. "
        "北京: 科学出版社, 1999: 32-36.",
    ),
    "27 a periodical that goes on": (
        source(
            "periodical",
            "Science",
            author="American Association for the Advancement of Science",
            numbering="1883, 1(1)-",
            place="Washington, D.C.",
            publisher="American Association for the Advancement of Science",
            issued=Date((1883,), ()),
        ),
        "American Association for the Advancement of Science. Science[J]. 1883, 1(1)-. "
        "Washington, D.C.: American Association for the Advancement of Science, 1883-.",
    ),
    "28 four authors": (
        source(
            "article-journal",
            "蓝田生物群：一个认识多细胞生物起源和早期演化的新窗口",
            author="袁训来; 陈哲; 肖书海; 万斌",
            container_title="科学通报",
            issued=2012,
            volume="57",
            issue="34",
            page="3219",
        ),
        "袁训来, 陈哲, 肖书海, 等. 蓝田生物群: 一个认识多细胞生物起源和早期演化的新窗口[J]. "
        "科学通报, 2012, 57(34): 3219.",
    ),
    "36 et al., DOI": (
        source(
            "article-journal",
            "The genome of eucalyptus grandis",
            author="Myburg, A. A.; Grattapaglia, D.; Tuskan, G. A.; Hellsten, U.",
            container_title="Nature",
            issued=2014,
            volume="510",
            page="356-362",
            accessed=(2014, 6, 25),
            url="http://www.nature.com/nature/journal/v510/n7505/pdf/nature13308.pdf",
            doi="10.1038/nature13308",
        ),
        "MYBURG A A, GRATTAPAGLIA D, TUSKAN G A, et al. The genome of eucalyptus grandis[J/OL]. "
        "Nature, 2014, 510: 356-362[2014-06-25]. "
        "http://www.nature.com/nature/journal/v510/n7505/pdf/nature13308.pdf. "
        "DOI:10.1038/nature13308.",
    ),
    "29 newspaper online": (
        source(
            "article-newspaper",
            "我们的科技一直在追赶：访中国工程院院长周济",
            author="余建斌",
            container_title="人民日报",
            issued=(2013, 1, 12),
            page="2",
            accessed=(2013, 3, 20),
            url="http://paper.people.com.cn/x.htm",
        ),
        "余建斌. 我们的科技一直在追赶: 访中国工程院院长周济[N/OL]. "
        "人民日报, 2013-01-12(2)[2013-03-20]. http://paper.people.com.cn/x.htm.",
    ),
    "38 patent online": (
        source(
            "patent",
            "光折变自适应光外差探测方法",
            author="西安电子科技大学",
            number="01128777.2",
            issued=(2002, 3, 6),
            accessed=(2002, 5, 28),
            url="http://211.152.9.47/x",
        ),
        "西安电子科技大学. 光折变自适应光外差探测方法: 01128777.2[P/OL]. "
        "2002-03-06[2002-05-28]. http://211.152.9.47/x.",
    ),
    "40 report online": (
        source(
            "report",
            "第 29 次中国互联网络发展现状统计报告",
            author="中国互联网络信息中心",
            issued=(2012, 1, 16),
            accessed=(2013, 3, 26),
            url="http://www.cnnic.net.cn/x",
        ),
        "中国互联网络信息中心. 第 29 次中国互联网络发展现状统计报告[R/OL]. "
        "(2012-01-16)[2013-03-26]. http://www.cnnic.net.cn/x.",
    ),
    "41 government document": (
        source(
            "regulation",
            "关于转发北京市企业投资项目核准暂行实施办法的通知",
            author="北京市人民政府办公厅",
            number="京政办发[2005]37号",
            issued=(2005, 7, 12),
            accessed=(2011, 7, 12),
            url="http://china.findlaw.cn/fagui/p_1/39934.html",
        ),
        "北京市人民政府办公厅. 关于转发北京市企业投资项目核准暂行实施办法的通知: "
        "京政办发[2005]37号[EB/OL]. (2005-07-12)[2011-07-12]. "
        "http://china.findlaw.cn/fagui/p_1/39934.html.",
    ),
    "43 page without a date": (
        source(
            "webpage",
            "About OCLC: History of cooperation",
            author=(Name(literal="Online Computer Library Center, Inc."),),
            accessed=(2012, 3, 27),
            url="http://www.oclc.org/about/cooperation.en.html",
        ),
        "Online Computer Library Center, Inc. About OCLC: History of cooperation[EB/OL]. "
        "[2012-03-27]. http://www.oclc.org/about/cooperation.en.html.",
    ),
    "85 thesis": (
        source(
            "thesis",
            "Infrared spectroscopic studies on solid oxygen",
            author="Calms, R. B.",
            place="Berkeley",
            publisher="Univ. of California",
            issued=1965,
        ),
        "CALMS R B. Infrared spectroscopic studies on solid oxygen[D]. "
        "Berkeley: Univ. of California, 1965.",
    ),
    "105 family name of two words": (
        source(
            "article-journal",
            "Carbon isotope evidence",
            author="Des Marais, D. J.; Strauss, H.; Summons, R. E.; Hayes, J. M.",
            container_title="Nature",
            issued=1992,
            volume="359",
            page="605-609",
        ),
        "DES MARAIS D J, STRAUSS H, SUMMONS R E, et al. Carbon isotope evidence[J]. "
        "Nature, 1992, 359: 605-609.",
    ),
    "109 hyphen dropped": (
        source(
            "article-journal",
            "Metadata quality control",
            author="Park, Jung-Ran; Tosaka, Y.",
            container_title="Cataloging & classification quarterly",
            issued=2010,
            volume="48",
            issue="8",
            page="696-715",
        ),
        "PARK J R, TOSAKA Y. Metadata quality control[J]. "
        "Cataloging & classification quarterly, 2010, 48(8): 696-715.",
    ),
    "17 given name in Pinyin": (
        source(
            "book",
            "Food irradiation research and technology",
            author="Fan, Xuetong; Sommers, Christopher H.",
            edition="2",
            place="Ames, Iowa",
            publisher="Blackwell Publishing",
            issued=2013,
            page="25-26",
            accessed=(2014, 6, 26),
            url="http://onlinelibrary.wiley.com/x",
        ),
        "FAN X, SOMMERS C H. Food irradiation research and technology[M/OL]. 2nd ed. "
        "Ames, Iowa: Blackwell Publishing, 2013: 25-26[2014-06-26]. "
        "http://onlinelibrary.wiley.com/x.",
    ),
    "73 collection": (
        source(
            "compilation",
            "职工教育研究论文集",
            author="中国职工教育研究会",
            place="北京",
            publisher="人民教育出版社",
            issued=1985,
        ),
        "中国职工教育研究会. 职工教育研究论文集[G]. 北京: 人民教育出版社, 1985.",
    ),
}

AUTHOR_YEAR = {
    "2025 §7.1.3:1": (
        "2025-author-year",
        STANDARD_2025["§7.1.3 no author"][0],
        "佚名，2023. 人物龙凤帛画[J]. 中国书法（3）：5.",
    ),
    "2025 §7.1.3:2": (
        "2025-author-year",
        source(
            "article-journal",
            "Coffee drinking and cancer of the pancreas",
            container_title="Br Med J",
            issued=1981,
            volume="283",
            issue="6292",
            page="628",
        ),
        "Anon，1981. Coffee drinking and cancer of the pancreas[J]. Br Med J，283（6292）：628.",
    ),
    "2025 §8.1:5": (
        "2025-author-year",
        source(
            "thesis",
            "Improving knowledge graph understanding with contextual views",
            author="Christou, Antrea",
            place="Ohio",
            publisher="Wright State University",
            issued=2024,
            page="18",
            url="http://rave.ohiolink.edu/x",
        ),
        "Christou A，2024. Improving knowledge graph understanding with contextual views[D/OL]. "
        "Ohio：Wright State University：18. http://rave.ohiolink.edu/x.",
    ),
    "2025 §9.3.1.4:1": (
        "2025-author-year",
        source(
            "paper-conference",
            "在中国科协学术期刊编辑工作经验交流会上的讲话",
            author="裴丽生",
            editor="中国科学技术协会",
            container_title="中国科协学术期刊编辑工作经验交流会资料选",
            place="北京",
            publisher="中国科学技术协会学会工作部",
            issued=1981,
            page="2-10",
        ),
        "裴丽生，1981. 在中国科协学术期刊编辑工作经验交流会上的讲话[C]//中国科学技术协会. "
        "中国科协学术期刊编辑工作经验交流会资料选. 北京：中国科学技术协会学会工作部：2-10.",
    ),
    "2015 汪冰": (
        "2015-author-year",
        source(
            "book",
            "电子图书馆理论与实践研究",
            author="汪冰",
            place="北京",
            publisher="北京图书馆出版社",
            issued=1997,
            page="16",
        ),
        "汪冰, 1997. 电子图书馆理论与实践研究[M]. 北京: 北京图书馆出版社: 16.",
    ),
    "2015 Anon": (
        "2015-author-year",
        source(
            "article-journal",
            "Coffee drinking and cancer of the pancreas",
            container_title="Br Med J",
            issued=1981,
            volume="283",
            issue="6292",
            page="628",
        ),
        "Anon, 1981. Coffee drinking and cancer of the pancreas[J]. Br Med J, 283(6292): 628.",
    ),
    "2015 no volume": (
        "2015-author-year",
        source(
            "article-journal",
            "中国的青年刊物：个性特色为本仁",
            author="刘彻东",
            container_title="中国出版",
            issued=1998,
            issue="5",
            page="38-39",
        ),
        "刘彻东, 1998. 中国的青年刊物: 个性特色为本仁[J]. 中国出版(5): 38-39.",
    ),
    "2015 fourth author, DOI": (
        "2015-author-year",
        STANDARD_2015["36 et al., DOI"][0],
        "MYBURG A A, GRATTAPAGLIA D, TUSKAN G A, et al., 2014. The genome of eucalyptus grandis"
        "[J/OL]. Nature, 510: 356-362[2014-06-25]. "
        "http://www.nature.com/nature/journal/v510/n7505/pdf/nature13308.pdf. "
        "DOI:10.1038/nature13308.",
    ),
}


@pytest.mark.parametrize("name", STANDARD_2025)
def test_entries_of_the_2025_standard(name: str) -> None:
    given, expected = STANDARD_2025[name]
    assert format_reference(given, "2025-numeric") == expected


@pytest.mark.parametrize("name", STANDARD_2015)
def test_entries_of_the_2015_standard(name: str) -> None:
    given, expected = STANDARD_2015[name]
    assert format_reference(given, "2015-numeric") == expected


@pytest.mark.parametrize("name", AUTHOR_YEAR)
def test_entries_by_author_and_year(name: str) -> None:
    style, given, expected = AUTHOR_YEAR[name]
    assert format_reference(given, style) == expected


def test_every_mark_of_annex_a_is_covered() -> None:
    tested = {mark_of(given) for given, _ in [*STANDARD_2025.values(), *STANDARD_2015.values()]}
    annex = {"M", "J", "N", "C", "D", "R", "S", "P", "EB", "A", "CM", "DS", "PP", "G", "CP"}
    assert annex <= tested
    assert mark_of(source("database", "某库")) == "DB"
    assert mark_of(source("song", "某歌")) == "Z"


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        ("李时珍", "李时珍"),
        ("昂温, G.; 昂温, P. S.", "昂温 G，昂温 P S"),
        ("丸山敏秋", "丸山敏秋"),
        ("Einstein, Albert", "Einstein A"),
        ("Williams-Ellis, Amabel", "Williams-Ellis A"),
        ("De Morgan, Augustus", "De Morgan A"),
        ("Li, Jiangning", "Li Jiangning"),
        ("Godard, Jean-Luc", "Godard J-L"),
        ("钱学森; 刘再复", "钱学森，刘再复"),
        ("李四光; 华罗庚; 茅以升", "李四光，华罗庚，茅以升"),
        ("印森林; 吴胜和; 李俊飞; 冯文杰", "印森林，吴胜和，李俊飞，等"),
        (
            "Fordham, Ernest W.; Ali, Amiad; Turner, David A.; Charters, John R.",
            "Fordham E W，Ali A，Turner D A，et al.",
        ),
        ("American Chemical Society", "American Chemical Society"),
        ("印森林; others", "印森林，等"),
    ],
)
def test_names_of_clause_7_1(names: str, expected: str) -> None:
    chinese = any("\u4e00" <= char <= "\u9fff" for char in names)
    given = source("webpage", "某页" if chinese else "A page", author=names, url="http://a.b")
    entry = format_reference(given)
    assert entry.startswith(expected + (" " if expected.endswith(".") else ". "))


def test_language_of_the_entry_decides_not_the_reader() -> None:
    authors = "Smith, John; Brown, Ann; Green, Al; White, Bo"
    english = source("article-journal", "On a thing", author=authors, container_title="J", issued=1)
    assert "et al. On" in format_reference(english)
    chinese = source(
        "book",
        "论某事",
        author=authors,
        translator="王五",
        place="北京",
        publisher="某社",
        issued=2020,
    )
    assert "，等. 论某事[M]. 王五，译." in format_reference(chinese)
    told = source("webpage", "GDP 2023", author=authors, language="zh-CN", url="http://a.b")
    assert "，等. GDP 2023" in format_reference(told)


def test_what_is_not_known_is_left_out_where_the_standard_asks_for_nothing() -> None:
    assert (
        format_reference(source("article-journal", "题", container_title="前线")) == "题[J]. 前线."
    )
    assert format_reference(source("thesis", "题", author="甲")) == "甲. 题[D]."
    assert format_reference(source("webpage", "题", url="http://a.b")) == "题[EB/OL]. http://a.b."
    undated = format_reference(
        source("webpage", "题", author="甲", url="http://a.b"), "2025-author-year"
    )
    assert undated == "甲，无日期. 题[EB/OL]. http://a.b."


@pytest.mark.parametrize(
    ("edition", "chinese", "english"),
    [
        ("1", "", ""),
        ("First edition", "", ""),
        ("第二版", "2版", "2nd ed."),
        ("第十二版", "12版", "12th ed."),
        ("3rd", "3版", "3rd ed."),
        ("Fifth", "5版", "5th ed."),
        ("11", "11版", "11th ed."),
        ("22", "22版", "22nd ed."),
        ("修订版", "修订版", "修订版"),
        ("新1版", "新1版", "新1版"),
        ("2020版", "2020版", "2020版"),
        ("Rev. ed.", "Rev. ed.", "Rev. ed."),
    ],
)
def test_editions(edition: str, chinese: str, english: str) -> None:
    assert edition_named(edition, "zh") == chinese
    assert edition_named(edition, "en") == english


@pytest.mark.parametrize(
    ("given", "with_hyphen", "without"),
    [
        ("Jean-Luc", "J-L", "J L"),
        ("P. Z.", "P Z", "P Z"),
        ("P.Z.", "P Z", "P Z"),
        ("PZ", "P Z", "P Z"),
        ("Élodie", "É", "É"),
        ("Peter H. van der", "P H v d", "P H v d"),
    ],
)
def test_initials(given: str, with_hyphen: str, without: str) -> None:
    assert initials(given, hyphen=True) == with_hyphen
    assert initials(given, hyphen=False) == without


@pytest.mark.parametrize(
    ("family", "given", "expected"),
    [
        ("Wang", "Shanshan", True),
        ("Zhong", "Xiaoya", True),
        ("Lü", "Xi'an", True),
        ("Ouyang", "Xiu", True),
        ("Li", "J.", False),
        ("Boobier", "Tony", False),
        ("Long", "John", False),
        ("He", "Catherine", False),
    ],
)
def test_pinyin_names(family: str, given: str, expected: bool) -> None:
    assert is_pinyin(family, given) is expected


def test_faulty_calls_say_what_to_do() -> None:
    with pytest.raises(InputError, match="2025-numeric"):
        format_reference(source("book", "题"), "apa")
    with pytest.raises(InputError, match="mark"):
        source("book", "题", mark="QQ")
    with pytest.raises(InputError, match="key"):
        Source("", "book", "题")
    with pytest.raises(InputError, match="no date"):
        Date((2020, 13))
