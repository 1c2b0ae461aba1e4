"""Bylines, credits and jump lines against body text."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.model import Span
from kg.segmentation.byline import (
    dateline_date,
    find_jump,
    inline_reporters,
    is_credit,
    is_jump_line,
    parse_byline,
    split_names,
)


@pytest.mark.parametrize(
    ("line", "names"),
    [
        ("■ 本报记者 赵一帆", "赵一帆"),
        ("◎ 本报记者 钱晓棠 实习生 孙鸣", "钱晓棠 孙鸣"),
        ("□ 本报记者李思周文远吴桐", "李思 周文远 吴桐"),
        ("本报记者　高　田　李　梦", "高田 李梦"),
        ("文/本报记者 郑容", "郑容"),
        ("撰文/王如风 图/冯佩仪", "王如风 冯佩仪"),
        ("◆ 记者 陈汉月／文 汉阳／图", "陈汉月 汉阳"),  # the last is a pen name
        ("●记者 褚畅、卫晚", "褚畅 卫晚"),
        ("■ 蒋振 沈士新 韩马灵", "蒋振 沈士新 韩马灵"),
        ("□杨小渔 赣一", "杨小渔 赣一"),
        ("□ 洱舟", "洱舟"),
        ("本报记者 朱饶 秦可 平顶山报道", "朱饶 秦可"),
        ("本报记者尤军报道", "尤军"),
        ("许波 供图", "许波"),
        ("（记者 库尔班 摄影报道）", "库尔班"),
        ("记者 何思 通讯员 库尔班·艾合买提", "何思 库尔班·艾合买提"),
        ("通讯员 阿不都热依木", "阿不都热依木"),
        ("本报驻冀记者 施山", "施山"),
        ("记者 张悦 通讯员 市住建局 田野", "张悦 田野"),
        ("（孔柘）", "孔柘"),
        ("鲁北新报记者 施山", "施山"),
        ("鲁北新报记者施山", "施山"),
        ("每时财经记者 施山 东阿报道", "施山"),
        ("李梦高田记者", "李梦 高田"),
        ("鲁北新报 记者 施山", "施山"),
        ("漳卫河观察网记者 何思 通讯员 田野", "何思 田野"),
        ("2023-04-12　鲁北新报　记者 施山", "施山"),
        ("鲁北新报 2023年4月12日 记者 施山", "施山"),
    ],
)
def test_byline_gives_its_names(line: str, names: str) -> None:
    assert parse_byline(line) == tuple(names.split())


@pytest.mark.parametrize(
    "line",
    [
        "记者从市农业局获悉",
        "告诉记者，该 中 心 通 过 对",
        "记者，再过半个月，洞口就能完工",
        "本报天津9月7日讯 记者 柳青",  # opens a body
        "■ 要闻",
        "□ 时评",
        "● 优化营商环境",
        "记者手记",
        "健全农村快递网络",
        "（以下简称中心）",
        "（完）",
        "（金融时报）",
        "（江苏）",
        "2023-04-12　鲁北新报",
        "鲁北新报记者了解到",
        "招商引资到位资金超420亿元",
        "责任编辑：严生 校对：路遥",
        "",
    ],
)
def test_other_lines_are_no_byline(line: str) -> None:
    assert parse_byline(line) is None


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("（文章来源：大众日报）", True),
        ("来源：聊城日报", True),
        ("资料图片", True),
        ("图片来源：视觉中国", True),
        ("新华社记者 摄", True),
        ("责任编辑：严生 校对：路遥", True),
        ("编辑部设在济南", False),
        ("图为企业车间", False),
        ("供图单位很多", False),
        ("摄影展开幕", False),
    ],
)
def test_credits_are_told_from_text(line: str, expected: bool) -> None:
    assert is_credit(line) is expected


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("（下转2版）", True),
        ("（未完，转第五版）", True),
        ("▶▶下转A07版", True),
        ("（下转 04 版·产经）", True),
        ("（紧接第一版）", True),
        ("→ 6版", True),
        ("A03版 →", True),
        ("第三版 产业观察", False),
        ("改版转型", False),
        ("04 区域要闻", False),
    ],
)
def test_jump_lines_are_told_from_text(line: str, expected: bool) -> None:
    assert is_jump_line(line) is expected


def test_a_jump_behind_the_last_sentence_is_found() -> None:
    assert find_jump("写好新篇。（下转2版）") == Span(5, 11)
    assert find_jump("（下转2版）写好新篇。") is None


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("本报讯（记者 王军 通讯员 贾明）12月20日", "王军 贾明"),
        ("【本报讯】（记者 钱陵子）全省", "钱陵子"),
        ("晨报讯（记者 邵鸿／文）2011年", "邵鸿"),
        ("本报讯（丛丽 记者 邵兵）早上五点半", "丛丽 邵兵"),
        ("本报讯（YMG全媒体记者 曲琳 通讯员 于淼 摄影报道）养殖工船", "曲琳 于淼"),
        ("本报讯 首席记者 陶冶 通讯员 严波 绍兴县重大科技项目招标", "陶冶 严波"),
        ("本报天津9月7日讯 记者 柳青 天津持续推动科技创新", "柳青"),
        ("本报讯 松花 日前从吉林省科技厅获悉", "松花"),
        ("本报讯 见习记者 高山 报道：日前", "高山"),
        ("本报讯 日前，市政府印发意见", ""),
        ("记者从市农业局获悉，今年", ""),
        ("央视网消息（新闻联播）：今年", ""),
        ("全市启动。（本报记者 灞桥 摄）", "灞桥"),
        ("下降1.4%。（沈建国）", "沈建国"),
        ("《管理办法》（试行）", ""),
    ],
)
def test_reporters_in_the_opening_and_closing_words(text: str, names: str) -> None:
    assert inline_reporters(text) == tuple(names.split())


@pytest.mark.parametrize(
    ("run", "names"),
    [
        ("李梦高田", "李梦 高田"),
        ("欧阳娜娜王军", "欧阳娜娜 王军"),
        ("张国强李文明王伟", "张国强 李文明 王伟"),
    ],
)
def test_names_run_together_are_parted_at_surnames(run: str, names: str) -> None:
    assert split_names(run) == tuple(names.split())


def test_dateline_day_takes_its_year_from_the_day_of_publication() -> None:
    assert dateline_date("本报聊城1月17日讯", date(2022, 1, 18)) == date(2022, 1, 17)
    assert dateline_date("本报聊城12月31日讯", date(2022, 1, 1)) == date(2021, 12, 31)
    assert dateline_date("1月17日，全市项目开工", date(2022, 1, 18)) is None


@given(
    st.text(
        st.sampled_from("本报记者通讯员李梦孙亚飞（）／ 、摄转版下12·■□。讯来源："), max_size=60
    )
)
def test_no_line_is_too_odd(line: str) -> None:
    parse_byline(line)
    is_credit(line)
    is_jump_line(line)
    inline_reporters(line)


@pytest.mark.parametrize(
    "run", ["kuaixun" * 30, "报" * 200, "驻聊" * 100, "摄影" * 100, "本报" * 100]
)
def test_a_run_of_words_before_no_role_is_given_up_at_once(run: str) -> None:
    """Taken apart in every possible way it would hang the suite for ever."""
    assert inline_reporters(f"{run}。") == ()
    assert inline_reporters(f"本报讯（{run[:50]}）。") == ()
