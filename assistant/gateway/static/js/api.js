// Talks to the gateway. A message keeps its id through every retry, so it counts once.
const TIMEOUT_MS = 15000;
const BACKOFF_MS = [1000, 2000, 4000, 8000];
const TRY_LATER = new Set([502, 504]);

const pause = (ms) => new Promise((done) => setTimeout(done, ms));

export function newId() {
  if (window.crypto && crypto.randomUUID) return crypto.randomUUID();
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

async function call(path, body) {
  const abort = new AbortController();
  const timer = setTimeout(() => abort.abort(), TIMEOUT_MS);
  const options = { signal: abort.signal, headers: { Accept: "application/json" } };
  if (body !== undefined) {
    options.method = "POST";
    options.headers["Content-Type"] = "application/json";
    options.body = JSON.stringify(body);
  }
  try {
    const response = await fetch(path, options);
    const data = await response.json().catch(() => ({}));
    const words = data.error ? data.error.message : "服务暂时没有回应，请稍后再试，或拨打12345。";
    const wait = Number(response.headers.get("Retry-After")) || 0;
    return { ok: response.ok, status: response.status, data, words, wait };
  } finally {
    clearTimeout(timer);
  }
}

// The cookie itself is out of a script's reach; this only spares a first visit one refusal.
const VISITED = "wenban-visited";
function wasHere(mark) {
  try {
    if (mark) localStorage.setItem(VISITED, "1");
    return localStorage.getItem(VISITED) === "1";
  } catch (err) {
    return true;
  }
}

let opening = null;
export function openSession() {
  opening = opening || call("/api/chat/session", {}).finally(() => { opening = null; });
  return opening.then((result) => { if (result.ok) wasHere(true); return result; });
}

async function inSession(path, body) {
  // Who asks while the first visit's session is being opened need not be refused first.
  if (opening) await opening.catch(() => null);
  const result = await call(path, body);
  if (result.status !== 401) return result;
  const session = await openSession();
  if (session.ok) return call(path, body);
  // A danger card comes with every refusal; it must not be lost with the session.
  return { ...session, data: { ...session.data, replies: result.data.replies } };
}

export async function readHistory() {
  const session = wasHere() ? null : await openSession();
  return session && !session.ok ? session : inSession("/api/chat/history");
}
export const sendFeedback = (body) => inSession("/api/chat/feedback", body);

// Returns a result once the gateway has spoken; null when the network stayed away.
export async function sendMessage(body, tellState) {
  for (let tried = 0; ; tried += 1) {
    try {
      const result = await inSession("/api/chat/messages", body);
      if (result.status === 429 && tried < BACKOFF_MS.length) {
        tellState(`发送太快了，${result.wait || 2}秒后自动重发`);
        await pause((result.wait || 2) * 1000);
        continue;
      }
      if (!TRY_LATER.has(result.status)) return result;
    } catch (err) {
      if (!(err instanceof TypeError || err.name === "AbortError")) throw err;
    }
    if (tried >= BACKOFF_MS.length) return null;
    tellState("网络不通，正在重试…");
    await pause(BACKOFF_MS[tried]);
  }
}
