// The place to write: Enter sends, Shift+Enter breaks, composition of Chinese is left alone.
const MAX = 2000;
const NEAR = 1800;

export function setUpComposer(form, send) {
  const area = form.querySelector("textarea");
  const submit = form.querySelector("[type=submit]");
  const count = document.getElementById("count");
  let composing = false;

  function refresh() {
    submit.disabled = !area.value.trim();
    count.textContent = area.value.length >= NEAR ? `${area.value.length}/${MAX}字` : "";
    area.style.height = "auto";
    area.style.height = `${Math.min(area.scrollHeight + 2, window.innerHeight * 0.3)}px`;
  }

  area.addEventListener("compositionstart", () => { composing = true; });
  area.addEventListener("compositionend", () => { composing = false; refresh(); });
  area.addEventListener("input", refresh);
  area.addEventListener("keydown", (event) => {
    // 229 is what some browsers report for the Enter that ends a composition.
    if (event.key !== "Enter" || event.shiftKey || composing || event.isComposing || event.keyCode === 229) return;
    event.preventDefault();
    form.requestSubmit();
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const text = area.value.trim();
    if (!text) return;
    area.value = "";
    refresh();
    area.focus();
    send(text);
  });
  refresh();
  return { add(text) { area.value = (area.value + text).slice(0, MAX); refresh(); area.focus(); } };
}
