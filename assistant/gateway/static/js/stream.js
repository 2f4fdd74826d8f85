// The stream of replies; it comes back by itself and goes on where it stopped.
import { openSession } from "./api.js";

const RETRY_MS = [1000, 2000, 5000, 10000];

export function followReplies(after, onReply, onLine) {
  let last = after;
  let failures = 0;
  let source = null;
  let timer = null;

  function connect() {
    source = new EventSource(`/api/chat/events?after=${last}`);
    source.addEventListener("open", () => { failures = 0; onLine(true); });
    source.addEventListener("reply", (event) => {
      last = Math.max(last, Number(event.lastEventId) || 0);
      onReply(JSON.parse(event.data));
    });
    source.addEventListener("error", () => {
      onLine(false);
      source.close();
      timer = setTimeout(reconnect, RETRY_MS[Math.min(failures, RETRY_MS.length - 1)]);
      failures += 1;
    });
  }

  async function reconnect() {
    try {
      const probe = await fetch("/api/chat/history", { headers: { Accept: "application/json" } });
      if (probe.status === 401) await openSession();
    } catch (err) {
      // still offline: the connection below fails and comes here again
    }
    connect();
  }

  connect();
  return () => { clearTimeout(timer); source.close(); };
}
