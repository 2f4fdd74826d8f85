// The list of messages: keeps each once, says what became of those the citizen sent.
import { element } from "./rich_text.js";
import { replyNode } from "./reply.js";

const SLOW_MS = 4000;
const GIVE_UP_MS = 60000;

export function createLog(list, waitingLine, send) {
  const seen = new Set();
  const waiting = new Map();
  const notices = new Map();
  let slowTimer = null;

  // A long answer starts at the top of the window, below the question it belongs to.
  function show(node) {
    list.append(node);
    if (node.offsetHeight <= window.innerHeight * 0.5) return node.scrollIntoView({ block: "end" });
    const before = node.previousElementSibling;
    const isShort = before?.matches(".citizen") && before.offsetHeight < window.innerHeight * 0.2;
    (isShort ? before : node).scrollIntoView({ block: "start" });
  }

  function tellWaiting() {
    if (waiting.size && slowTimer) return;
    clearTimeout(slowTimer);
    slowTimer = null;
    waitingLine.textContent = waiting.size ? "正在查找…" : "";
    if (waiting.size) slowTimer = setTimeout(() => { waitingLine.textContent = "还在处理，请稍候…"; }, SLOW_MS);
  }

  const stopWaiting = (key) => {
    clearTimeout(waiting.get(key));
    if (waiting.delete(key)) tellWaiting();
  };

  return {
    isKnown: (messageId) => seen.has(messageId),
    remember: (messageId) => seen.add(messageId),
    isWaiting: () => waiting.size > 0,
    wait(key) {
      waiting.set(key, setTimeout(() => stopWaiting(key), GIVE_UP_MS));
      tellWaiting();
    },
    stopWaiting,
    clear() {
      list.replaceChildren();
      seen.clear();
      notices.clear();
      for (const key of [...waiting.keys()]) stopWaiting(key);
    },
    addReply(reply, useful = null) {
      if (seen.has(reply.id)) return;
      seen.add(reply.id);
      const node = replyNode(reply, useful, send);
      if (reply.id.startsWith("notice-")) notices.set(reply.id, node);
      show(node);
    },
    // "We are still at it" is no longer true once the answer is there.
    endNotice(messageId) {
      notices.get(`notice-${messageId}`)?.remove();
      notices.delete(`notice-${messageId}`);
    },
    addCitizen(text) {
      const node = element("article", "message citizen");
      const state = element("p", "state small");
      state.setAttribute("role", "status");
      node.append(element("span", "hidden", "您说："), element("p", "words", text), state);
      show(node);
      return {
        tell(words, onRetry) {
          state.textContent = words;
          if (!onRetry) return;
          const retry = element("button", "button small-button", "重试");
          retry.type = "button";
          retry.addEventListener("click", onRetry);
          state.append(" ", retry);
          state.scrollIntoView({ block: "end" });
        },
      };
    },
  };
}
