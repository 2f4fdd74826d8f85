// Reading aloud and dictation, where the browser has them.
export const canRead = "speechSynthesis" in window && "SpeechSynthesisUtterance" in window;
const Recognition = window.SpeechRecognition || window.webkitSpeechRecognition;

export function readButton(textOf) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "button small-button read";
  const rest = () => { button.textContent = "朗读"; button.setAttribute("aria-pressed", "false"); };
  rest();
  button.addEventListener("click", () => {
    const wasReading = button.getAttribute("aria-pressed") === "true";
    speechSynthesis.cancel();
    if (wasReading) { rest(); return; }
    const speech = new SpeechSynthesisUtterance(textOf());
    speech.lang = "zh-CN";
    speech.rate = 0.9;
    speech.onend = rest;
    speech.onerror = rest;
    button.textContent = "停止朗读";
    button.setAttribute("aria-pressed", "true");
    speechSynthesis.speak(speech);
  });
  return button;
}

export function setUpDictation(button, onText, onTrouble) {
  if (!Recognition) return;
  let current = null;
  button.hidden = false;
  const rest = () => { current = null; button.textContent = "语音输入"; button.setAttribute("aria-pressed", "false"); };
  button.addEventListener("click", () => {
    if (current) { current.stop(); return; }
    current = new Recognition();
    current.lang = "zh-CN";
    current.interimResults = false;
    current.onresult = (event) => onText(Array.from(event.results, (result) => result[0].transcript).join(""));
    current.onerror = (event) => { if (event.error !== "aborted") onTrouble("没有听清，请再试一次，或者打字输入。"); };
    current.onend = rest;
    button.textContent = "说完了";
    button.setAttribute("aria-pressed", "true");
    current.start();
  });
}
