// What stands around the document: the top, the bottom, and the table of keys.

/** The top of the desk: who codes, how far, and which document is read. */
export function makeHead({ text, desk }) {
  const who = text.make("span", "pbd-who");
  const bar = text.make("span", "pbd-bar-fill");
  const progress = text.make("span", "pbd-bar", [bar]);
  const told = text.make("span", "pbd-small");
  const title = text.make("span", "pbd-title");
  const facts = text.make("div", "pbd-facts");
  const button = (label, hint, act) => makeButton(text, label, hint, act);
  const headings = button("标题 H", "显示或隐藏标题", () => desk.toggleHeadings());
  progress.setAttribute("role", "progressbar");
  progress.setAttribute("aria-label", "进度");
  const tools = [
    button("‹ 上一篇", "PageUp", () => desk.turnDocument(-1)),
    button("下一篇 ›", "PageDown", () => desk.turnDocument(1)),
    button("下一未编 N", "下一个没看过也没编码的片段", () => desk.seek()),
    headings,
    button("撤销 U", "撤销上一个判断", () => desk.undo()),
    button("键位 ?", "键位表", () => desk.help()),
  ];
  return {
    root: text.make("header", "pbd-head", [
      text.make("div", "pbd-row", [who, progress, told, text.make("span", "pbd-tools", tools)]),
      text.make("div", "pbd-row", [title, facts]),
    ]),
    tell({ coder, version, blind, progress: { total, done, read, doubtful } }) {
      text.write(who, `编码者 ${coder}`);
      who.append(text.make("span", "pbd-small", ` 手册 ${version}`));
      if (blind) who.append(text.make("span", "pbd-blind", "盲编"));
      bar.style.width = `${(100 * done) / total}%`;
      progress.setAttribute("aria-valuemin", "0");
      progress.setAttribute("aria-valuemax", String(total));
      progress.setAttribute("aria-valuenow", String(done));
      text.write(told, `${done} / ${total} 段　看完 ${read}${doubtful ? `　存疑 ${doubtful}` : ""}`);
    },
    tellDocument({ document, documents, attributes, headings: shown }) {
      const stated = new Map(attributes);
      text.write(title, `第 ${document + 1} / ${documents} 篇${stated.has("标题") ? `　${stated.get("标题")}` : ""}`);
      title.title = stated.get("文档编号") || "";
      const others = attributes.filter(([label]) => label !== "标题" && label !== "文档编号");
      facts.replaceChildren(...others.map(([label, value]) => text.make("span", "pbd-fact", [text.make("i", "", label), text.make("bdi", "", value)])));
      headings.setAttribute("aria-pressed", String(shown));
    },
  };
}

/** The bottom of the desk: what came of the last act, and how far one is with the segment. */
export function makeFoot({ text, desk }) {
  const status = text.make("span", "pbd-status");
  status.setAttribute("role", "status");
  status.setAttribute("aria-live", "polite");
  const button = (label, act) => makeButton(text, label, label, act);
  const states = [
    button("看完 Enter", () => desk.finish()),
    button("存疑 D", () => desk.toggleState("doubtful")),
    button("重新打开", () => desk.setState("open")),
  ];
  const put = (words, wrong) => {
    text.write(status, words);
    status.classList.toggle("pbd-wrong", wrong);
  };
  return {
    root: text.make("footer", "pbd-foot", [status, text.make("span", "pbd-tools", states)]),
    say: (words) => put(words, false),
    complain: (words) => put(words, true),
  };
}

/** The table of keys, hidden at first. */
export function makeHelp({ text, rows }) {
  const lines = rows.map(([keys, says]) => text.make("tr", "", [text.make("th", "", keys), text.make("td", "", says)]));
  const help = text.make("div", "pbd-help", [
    text.make("strong", "", "键位（不用鼠标也能做完全部工作）"),
    text.make("table", "", lines),
    text.make("p", "pbd-small", "备忘和搜索框里打字时，这些键不起作用；Esc 回到正文。"),
  ]);
  help.hidden = true;
  help.tabIndex = -1;
  help.setAttribute("role", "dialog");
  help.setAttribute("aria-label", "键位表");
  return help;
}

function makeButton(text, label, hint, act) {
  const one = text.make("button", "pbd-button", label);
  one.type = "button";
  one.title = hint;
  one.addEventListener("click", act);
  return one;
}
