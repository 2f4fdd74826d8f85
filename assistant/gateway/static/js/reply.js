// Builds what one reply looks like: words, parts, numbers to call, choices, sources, judgement.
import { sendFeedback } from "./api.js";
import { element, richText } from "./rich_text.js";
import { canRead, readButton } from "./speech.js";

function button(text, className, onClick) {
  const node = element("button", `button ${className}`, text);
  node.type = "button";
  node.addEventListener("click", onClick);
  return node;
}

function fold(title, className, ...children) {
  const details = element("details", className);
  details.append(element("summary", "", title), ...children);
  return details;
}

function facts(rows) {
  const list = element("dl", "facts");
  for (const [name, value] of rows) {
    if (!value) continue;
    const row = list.appendChild(element("div"));
    row.append(element("dt", "", name), element("dd", "", value));
  }
  return list;
}

function sourceCard(reply) {
  const card = fold("依据和出处", "source");
  for (const source of reply.sources) {
    card.append(facts([
      ["文件", source.title], ["文号", source.document_no], ["条款", source.clause],
      ["施行日期", source.valid_from], ["发布日期", source.published_on],
    ]));
  }
  card.append(facts([["部门", reply.department], ["最后核对", reply.last_checked_on]]));
  if (reply.entry_id) {
    const link = element("a", "entry-link", "查看完整内容");
    link.href = `/kb/${reply.entry_id.split("/").map(encodeURIComponent).join("/")}`;
    card.append(link);
  }
  return card;
}

function judgement(reply, useful) {
  const box = element("div", "judge");
  box.setAttribute("role", "group");
  box.setAttribute("aria-label", "这条答复有用吗");
  const said = element("span", "small", "");
  said.setAttribute("role", "status");
  const choices = [[true, "有用"], [false, "没用"]].map(([value, text]) => {
    const node = button(text, "small-button", () => give(value, ""));
    node.setAttribute("aria-pressed", String(useful === value));
    return [value, node];
  });
  async function give(value, comment) {
    const result = await sendFeedback({ reply_id: reply.id, useful: value, comment }).catch(() => null);
    if (!result || !result.ok) { said.textContent = "没有保存，请稍后再试。"; return false; }
    for (const [own, node] of choices) node.setAttribute("aria-pressed", String(own === value));
    said.textContent = value ? "谢谢您的评价。" : comment ? "谢谢，我们会改进。" : "";
    box.parentElement.querySelector("form")?.remove();
    if (!value && !comment) box.parentElement.append(commentForm(give));
    return true;
  }
  box.append(...choices.map(([, node]) => node), said);
  return box;
}

function commentForm(give) {
  const form = element("form", "comment");
  const label = element("label", "small", "哪里不对？（可以不填）");
  const input = element("input");
  input.maxLength = 500;
  label.append(input);
  const submit = element("button", "button small-button primary", "提交");
  form.append(label, submit, button("不填了", "small-button", () => form.remove()));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (input.value.trim()) give(false, input.value);
    else form.remove();
  });
  return form;
}

export function replyNode(reply, useful, send) {
  const node = element("article", `message service ${reply.kind}${reply.from === "system" ? " system" : ""}`);
  node.dataset.reply = reply.id;
  node.append(element("span", "who", reply.from === "agent" ? "人工坐席" : reply.from === "system" ? "系统提示" : "问办"));
  const words = node.appendChild(element("div", "words"));
  words.append(richText(reply.text));
  for (const section of reply.sections || []) {
    const body = element("div");
    body.append(richText(section.text));
    node.append(fold(section.heading, "section", body));
  }
  const numbers = [reply.hotline_number, reply.also_number].filter(Boolean);
  if (numbers.length) {
    const calls = node.appendChild(element("div", "call-row"));
    for (const number of numbers) {
      const call = element("a", "button call", `拨打${number}`);
      call.href = `tel:${number}`;
      calls.append(call);
    }
  }
  if (reply.buttons.length) {
    const choices = node.appendChild(element("div", "choices"));
    choices.setAttribute("role", "group");
    choices.setAttribute("aria-label", "可以选择");
    for (const choice of reply.buttons) choices.append(button(choice.title, "chip", () => send(choice.payload)));
  }
  if (reply.sources.length || reply.entry_id) node.append(sourceCard(reply));
  const tools = node.appendChild(element("div", "tools"));
  if (canRead) tools.append(readButton(() => words.innerText));
  if (reply.from !== "system") tools.append(judgement(reply, useful));
  return node;
}
