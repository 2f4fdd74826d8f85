#!/usr/bin/env bash
# Tools that only the tests need: Chromium with Chinese fonts. Without root or
# apt the browser tests are skipped, and pytest's summary says so.
set -uo pipefail
command -v chromium >/dev/null 2>&1 && fc-list 2>/dev/null | grep -qi 'noto.*cjk' && exit 0
if ! command -v apt-get >/dev/null 2>&1; then
  echo "浏览器测试需要 Chromium 和中文字体，请自行安装；现在将跳过这些测试。"
elif [ "$(id -u)" != 0 ]; then
  echo "浏览器测试需要 Chromium。请运行：sudo apt-get install chromium fonts-noto-cjk；现在将跳过这些测试。"
else
  echo "安装 Chromium 和中文字体（约 1 分钟）…"
  apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends \
    chromium fonts-noto-cjk fontconfig >/dev/null || echo "安装失败，将跳过浏览器测试。"
fi
exit 0
