// Reviewed text with simple Markdown becomes DOM nodes; never innerHTML.
const ITEM = /^\s*(?:([-*•])|(\d{1,3})[.、．])\s+(.*)$/;

export function element(name, className, text) {
  const node = document.createElement(name);
  if (className) node.className = className;
  if (text !== undefined) node.textContent = text;
  return node;
}

function appendLine(parent, line) {
  line.split(/\*\*(.+?)\*\*/).forEach((part, index) => {
    if (part) parent.append(index % 2 ? element("strong", "", part) : part);
  });
}

export function richText(text) {
  const fragment = document.createDocumentFragment();
  let open = null;
  for (const line of text.split("\n")) {
    if (!line.trim()) { open = null; continue; }
    const item = ITEM.exec(line);
    const kind = item ? (item[1] ? "UL" : "OL") : "P";
    if (!open || open.nodeName !== kind) {
      open = fragment.appendChild(element(kind));
      if (kind === "OL") open.start = Number(item[2]);
    } else if (kind === "P") {
      open.append(element("br"));
    }
    appendLine(item ? open.appendChild(element("li")) : open, item ? item[3] : line.trim());
  }
  return fragment;
}
