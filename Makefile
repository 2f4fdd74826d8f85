# The commands of README.md. `make` alone prints this list.
.DEFAULT_GOAL := help
SHELL := /bin/bash
PY := .venv/bin/python
WENBAN := .venv/bin/wenban
export RASA_TELEMETRY_ENABLED = false
export TF_CPP_MIN_LOG_LEVEL = 3
export SQLALCHEMY_SILENCE_UBER_WARNING = 1
export PYTHONUTF8 = 1

.PHONY: help run setup train test soak lint bench eval clean
help:    ## 列出所有命令
	@grep -E '^[a-z]+: .*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## /  make \1\t/' | expand -t 18
run: setup ## 准备好（如需要）并启动服务，http://127.0.0.1:8012
	@exec $(WENBAN) serve
setup:   ## 安装软件包、向量模型、知识版本、Rasa 模型
	@scripts/setup.sh
train: setup ## 重新训练 Rasa 模型
	@$(WENBAN) train
test: setup ## 运行全部测试
	@scripts/test_tools.sh
	@$(PY) -m pytest -q
soak: setup ## 长时间故障测试（docs/reliability.md），约 20 分钟
	@$(PY) -m tests.live.soak
lint: setup ## 代码检查：ruff、mypy
	@$(PY) -m ruff check .
	@$(PY) -m ruff format --check .
	@$(PY) -m mypy
bench: setup ## 速度与内存的测量（docs/evaluation.md）
	@$(WENBAN) bench
eval: setup ## 全部评测（docs/evaluation.md）
	@$(WENBAN) eval
clean:   ## 删除虚拟环境、模型、数据和缓存
	@printf '将删除 .venv、var、models、.rasa、knowledge/editions（包括市民数据）。输入 yes 继续：' && read -r answer && [ "$$answer" = yes ]
	rm -rf .venv var models .rasa knowledge/editions .pytest_cache .mypy_cache .ruff_cache
