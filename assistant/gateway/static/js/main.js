// Puts the page together: history, stream, composer, buttons.
import { newId, openSession, readHistory, sendMessage } from "./api.js";
import { setUpComposer } from "./composer.js";
import { createLog } from "./log.js";
import { setUpDictation } from "./speech.js";
import { followReplies } from "./stream.js";

const line = document.getElementById("line");
const log = createLog(document.getElementById("log"), document.getElementById("waiting"), send);
const unsent = new Set();
let inFlight = 0;
let stopStream = null;

async function send(text) {
  await deliver({ client_message_id: newId(), text }, log.addCitizen(text));
}

async function deliver(body, bubble) {
  const key = body.client_message_id;
  log.remember(key);
  log.wait(key);
  bubble.tell("");
  unsent.delete(key);
  inFlight += 1;
  const result = await sendMessage(body, (words) => bubble.tell(words));
  inFlight -= 1;
  const retry = () => deliver(body, bubble);
  if (!result || !result.ok) unsent.add(key);
  if (!result) bubble.tell("网络不通，没有发出去。", retry);
  else if (!result.ok) bubble.tell(result.words, [400, 409, 413].includes(result.status) ? null : retry);
  else settle(result.data, bubble);
  if (result && !result.ok) (result.data.replies || []).forEach((reply) => log.addReply(reply));
  log.stopWaiting(key);
  if (!stopStream) await load();
}

function settle(data, bubble) {
  bubble.tell("");
  log.remember(data.message_id);
  data.replies.forEach((reply) => log.addReply(reply));
  if (!data.pending || log.isKnown(`done-${data.message_id}`)) return;
  if (data.notice) log.addReply(data.notice);
  // Somebody works on it: show that too, until the answer takes its place.
  if (!data.notice || data.notice.status === "error_slow") log.wait(data.message_id);
}

function receive(reply) {
  const id = reply.message_id;
  if (id && !inFlight && !unsent.size && !log.isKnown(id)) { load(); return; }
  if (id) log.stopWaiting(id);
  if (id && !reply.id.startsWith("notice-")) { log.remember(`done-${id}`); log.endNotice(id); }
  log.addReply(reply);
}

function tellLine(isOpen) {
  line.textContent = isOpen ? "" : "连接断开，正在重新连接…";
}

function showHistory(data) {
  log.clear();
  for (const item of data.items) {
    if (item.role === "service") { log.addReply(item.reply, item.useful); continue; }
    log.remember(item.message_id);
    log.addCitizen(item.text);
    if (item.pending) log.wait(item.message_id);
  }
}

async function load() {
  if (stopStream) stopStream();
  stopStream = null;
  try {
    const result = await readHistory();
    if (!result.ok) { line.textContent = result.words; return; }
    if (!inFlight && !unsent.size) showHistory(result.data);
    line.textContent = "";
    stopStream = followReplies(result.data.last_event_id, receive, tellLine);
  } catch (err) {
    line.textContent = "网络不通，暂时连不上服务。您可以稍后再试，紧急情况请拨打110、119、120或122。";
    setTimeout(() => { if (!stopStream) load(); }, 5000);
  }
}

async function startAfresh() {
  if (!window.confirm("开始新对话？这台设备上将不再显示当前的对话。")) return;
  const result = await openSession().catch(() => null);
  unsent.clear();
  if (result && result.ok) await load();
  else line.textContent = "暂时不能开始新对话，请稍后再试。";
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-send]");
  if (button) send(button.dataset.send);
});
document.getElementById("fresh").addEventListener("click", startAfresh);
const composer = setUpComposer(document.getElementById("composer"), send);
setUpDictation(document.getElementById("dictate"), composer.add, (words) => { line.textContent = words; });
load();
