// The keys of the desk, in one table: what the reader presses, what it says in the help, what it does.

/** The table of keys, in the order of the help; `desk` does what they ask. */
export function keyTable(desk) {
  const digits = [1, 2, 3, 4, 5, 6, 7, 8, 9];
  return [
    { keys: digits.map((n) => `Digit${n}`), shown: "1–9", says: "给当前编码族的第几个编码；再按一次撤回", act: (e) => desk.codeByPlace(digitOf(e), false) },
    { keys: digits.map((n) => `Shift+Digit${n}`), shown: "Shift+1–9", says: "记为次要；已是次要的改为主要", act: (e) => desk.codeByPlace(digitOf(e), true) },
    { keys: ["BracketRight", "Tab"], shown: "Tab 或 ]", says: "下一个编码族", act: () => desk.turnFamily(1) },
    { keys: ["BracketLeft", "Shift+Tab"], shown: "Shift+Tab 或 [", says: "上一个编码族", act: () => desk.turnFamily(-1) },
    { keys: ["Slash"], shown: "/", says: "搜索其余编码", act: () => desk.search() },
    { keys: ["ArrowDown", "KeyJ"], shown: "↓", says: "下一段", act: () => desk.step(1) },
    { keys: ["ArrowUp", "KeyK"], shown: "↑", says: "上一段", act: () => desk.step(-1) },
    { keys: ["KeyN"], shown: "N", says: "下一个没看过也没编码的片段", act: () => desk.seek() },
    { keys: ["Space"], shown: "空格", says: "往下滚一屏（长段落），Shift+空格往回", act: () => desk.scroll(1) },
    { keys: ["Shift+Space"], act: () => desk.scroll(-1) },
    { keys: ["PageDown"], shown: "PageDown", says: "下一篇", act: () => desk.turnDocument(1) },
    { keys: ["PageUp"], shown: "PageUp", says: "上一篇", act: () => desk.turnDocument(-1) },
    { keys: ["ArrowRight"], shown: "→ ←", says: "在片段里移动光标", act: () => desk.move(1, "grapheme", false) },
    { keys: ["ArrowLeft"], act: () => desk.move(-1, "grapheme", false) },
    { keys: ["Shift+ArrowRight"], shown: "Shift+→ ←", says: "选字", act: () => desk.move(1, "grapheme", true) },
    { keys: ["Shift+ArrowLeft"], act: () => desk.move(-1, "grapheme", true) },
    { keys: ["Ctrl+Shift+ArrowRight"], shown: "Ctrl+Shift+→ ←", says: "选词", act: () => desk.move(1, "word", true) },
    { keys: ["Ctrl+Shift+ArrowLeft"], act: () => desk.move(-1, "word", true) },
    { keys: ["Ctrl+ArrowRight"], act: () => desk.move(1, "word", false) },
    { keys: ["Ctrl+ArrowLeft"], act: () => desk.move(-1, "word", false) },
    { keys: ["Shift+ArrowDown"], shown: "Shift+↓ ↑", says: "选到句末、句首", act: () => desk.move(1, "sentence", true) },
    { keys: ["Shift+ArrowUp"], act: () => desk.move(-1, "sentence", true) },
    { keys: ["Home"], shown: "Home End", says: "光标到段首、段末（加 Shift 则选上）", act: () => desk.move(-1, "end", false) },
    { keys: ["End"], act: () => desk.move(1, "end", false) },
    { keys: ["Shift+Home"], act: () => desk.move(-1, "end", true) },
    { keys: ["Shift+End"], act: () => desk.move(1, "end", true) },
    { keys: ["Escape"], shown: "Esc", says: "取消所选", act: () => desk.clear() },
    { keys: ["Enter"], shown: "Enter", says: "看完了（没给的就是没有），到下一个未看的片段", act: () => desk.finish() },
    { keys: ["KeyR"], shown: "R", says: "看完／重新打开，不离开这一段", act: () => desk.toggleState("read") },
    { keys: ["KeyD"], shown: "D", says: "存疑／取消存疑", act: () => desk.toggleState("doubtful") },
    { keys: ["KeyA"], shown: "A", says: "接受第一条机器建议", act: () => desk.answerFirst(true) },
    { keys: ["KeyX"], shown: "X", says: "拒绝第一条机器建议（记为“没有”）", act: () => desk.answerFirst(false) },
    { keys: ["KeyM"], shown: "M", says: "写备忘：给了焦点编码就记在编码上，否则记在整段", act: () => desk.writeMemo(false) },
    { keys: ["Shift+KeyM"], shown: "Shift+M", says: "写整段的备忘", act: () => desk.writeMemo(true) },
    { keys: ["KeyU", "Ctrl+KeyZ"], shown: "U 或 Ctrl+Z", says: "撤销上一个判断", act: () => desk.undo() },
    { keys: ["KeyH"], shown: "H", says: "显示／隐藏标题", act: () => desk.toggleHeadings() },
    { keys: ["F6"], shown: "F6", says: "在正文和右栏之间来回", act: () => desk.otherSide() },
    { keys: ["Ctrl+KeyS"], act: () => desk.saveAll() },
    { keys: ["Shift+Slash"], shown: "?", says: "键位表", act: () => desk.help() },
  ];
}

/**
 * Listen to the keys of `table` on `root`; boxes for typing keep theirs, and so does a Chinese input method.
 * While the table of keys lies open, all others scroll it.
 */
export function listen(root, table, isHelping) {
  const acts = new Map(table.flatMap((row) => row.keys.map((key) => [key, row.act])));
  root.addEventListener("keydown", (event) => {
    event.stopPropagation();
    if (event.isComposing || event.keyCode === 229 || event.altKey) return;
    const on = event.target;
    const name = nameOf(event);
    if (event.defaultPrevented || (on.closest("input, textarea") && name !== "Ctrl+KeyS")) return;
    if (isHelping() && name !== "Escape" && name !== "Shift+Slash") return;
    const pressing = on.closest("button, summary") && (event.code === "Enter" || event.code === "Space");
    const leaving = event.code === "Tab" && !on.matches(".pbd-pane");
    if (pressing || leaving) return;
    const act = acts.get(name);
    if (!act) return;
    event.preventDefault();
    act(event);
  });
}

/** The help: every key that has words of its own. */
export function helpRows(table) {
  return table.filter((row) => row.shown).map((row) => [row.shown, row.says]);
}

function nameOf(event) {
  const held = event.ctrlKey || event.metaKey ? "Ctrl+" : "";
  if (event.key === "?") return "Shift+Slash";
  const typed = { "/": "Slash", "[": "BracketLeft", "]": "BracketRight" }[event.key];
  const pad = event.code.startsWith("Numpad");
  const code = pad && /\d$/.test(event.code) ? `Digit${event.code.at(-1)}` : event.code.replace("Numpad", "");
  return `${held}${event.shiftKey ? "Shift+" : ""}${typed || code}`;
}

function digitOf(event) {
  return Number(event.code.at(-1));
}
