"""What several rooms' tests start from: a small corpus on disk, and one build of it."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import settings

from kg.pipeline import BuildReport, build
from kg.settings import Settings
from tests.readme import Shell

# Time is measured in benchmarks/: a loaded machine must not fail a property. The same examples each time.
settings.register_profile("kg", deadline=None, derandomize=True)
settings.load_profile("kg")

DOCUMENTS = {
    "finance.txt": """\
聊城智慧金融服务平台助企融资

2022年12月19日　聊城日报

本报讯（记者 尹腾淑）“放款速度真快！”山东聊城富锋汽车部件有限公司负责人张延飞说。邮储银行为山东聊城富锋汽车部件有限公司授信放款200万元。
聊城智慧金融服务平台于2021年4月正式上线运营，注册用户突破17万户。平台与山东征信公司签约合作。
""",
    "2022-12-23-luxi.md": """\
---
layout: post
title: "高新区 驱动创新链 壮大产业链"
date: 2022-12-23 08:00:00 +0800
categories: liaochengribao
---
<p>本报讯（记者 林晨）2021年9月，鲁西集团启动年产120万吨双酚A项目，项目总投资64亿元，位于聊城高新区。</p>
<p>聊城市工业和信息化局局长王伟表示，全市将继续支持鲁西集团。</p>
""",
    "solar.html": """\
<!DOCTYPE html>
<html lang="zh"><head><meta charset="utf-8"><title>漂浮电站 绿色低碳_聊城新闻网</title></head>
<body><nav><a href="/">首页</a> <a href="/news">新闻</a></nav>
<article><h1>漂浮电站 绿色低碳</h1><p class="meta">2022-12-22 来源：聊城新闻网</p>
<p>12月21日，位于东昌府区的漂浮光伏电站项目正加紧建设。该项目由中节能太阳能科技有限公司投资建设，总投资5.6亿元，计划今年底投产。</p>
<p>项目投产后年发电量2.2亿千瓦时，每年可节约煤炭8万吨，对聊城市绿色低碳转型具有重要意义。</p>
</article><footer>版权所有 聊城新闻网</footer></body></html>
""",
}


def write_corpus(folder: Path) -> Path:
    """Write the small corpus to *folder*."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in DOCUMENTS.items():
        (folder / name).write_text(text, "utf-8")
    return folder


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    """Return a folder with three documents in three formats."""
    return write_corpus(tmp_path / "corpus")


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> BuildReport:
    """Return the report of a build of the small corpus; nobody may write to its folder."""
    folder = tmp_path_factory.mktemp("built")
    return build(
        [write_corpus(folder / "corpus")], folder / "out", settings=Settings(home="聊城市")
    )


@pytest.fixture(scope="session")
def shell(tmp_path_factory: pytest.TempPathFactory) -> Shell:
    """Return the folder in which the console blocks of READMEs and pages are run, each once."""
    return Shell(tmp_path_factory.mktemp("readme"))
