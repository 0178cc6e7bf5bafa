// The right side of the desk: families, codes with their counts and definitions, memo, what to judge anew.

const KINDS = { single: "只取一个", primary_plus_secondary: "一主可有次", multi: "可以并存" };
const FOUND = 12;

/** A panel in `root`; `desk` tells it what is in focus and does what is asked. */
export function makePanel({ root, text, desk }) {
  const families = text.make("div", "pbd-families");
  families.setAttribute("role", "tablist");
  families.setAttribute("aria-label", "编码族");
  const about = text.make("div", "pbd-about");
  const codes = text.make("div", "pbd-codes");
  const search = makeSearch();
  const definition = text.make("div", "pbd-definition");
  const memoLabel = text.make("label", "pbd-memo-label");
  const memo = text.make("textarea", "pbd-memo");
  memo.rows = 2;
  memo.id = newId();
  memoLabel.htmlFor = memo.id;
  memo.placeholder = "按 M 写备忘；Ctrl+Enter 存，Esc 放弃";
  const rejudge = text.make("details", "pbd-rejudge");
  root.replaceChildren(families, about, search.box, codes, memoLabel, memo, rejudge, definition);

  let editing = null; // whose memo is in the box: {document, segment, code_id}

  memo.addEventListener("focus", () => (editing = desk.memoTarget()));
  memo.addEventListener("blur", () => save());
  memo.addEventListener("keydown", (event) => {
    if (event.isComposing || event.keyCode === 229) return;
    if ((event.key === "Enter" || event.code === "KeyS") && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      save();
      desk.back();
    } else if (event.key === "Escape") {
      event.preventDefault();
      memo.value = desk.memoOf(editing);
      desk.back();
    }
  });

  function save() {
    if (!editing) return;
    const target = editing;
    editing = null;
    if (memo.value.trim() !== desk.memoOf(target)) desk.saveMemo(target, memo.value);
  }

  function refresh() {
    showFamilies();
    showCodes();
    showDefinition();
    showMemo();
  }

  function showFamilies() {
    text.refill(
      families,
      desk.families().map((family, place) => {
        const tab = text.make("button", "pbd-family", family.zh);
        const chosen = place === desk.family();
        const given = desk.givenIn(family);
        if (given) tab.append(text.make("span", "pbd-small", ` ${given}`));
        tab.type = "button";
        tab.setAttribute("role", "tab");
        tab.setAttribute("aria-selected", String(chosen));
        tab.tabIndex = chosen ? 0 : -1;
        tab.addEventListener("click", () => desk.chooseFamily(place));
        return tab;
      }),
      desk.back,
    );
    const family = desk.families()[desk.family()];
    text.write(about, `${KINDS[family.exclusive] || family.exclusive}${family.tie_rule ? "　" + family.tie_rule : ""}`);
    about.title = about.textContent;
  }

  function showCodes() {
    const family = desk.families()[desk.family()];
    const now = desk.segment(desk.at());
    const rows = family.codes.map((code) => codeRow(code, now.codes.find((one) => one.code_id === code.code_id)));
    text.refill(codes, rows, desk.back);
  }

  function codeRow(code, given) {
    const look = desk.look(code.code_id);
    const present = Boolean(given && given.value);
    const parts = [text.make("kbd", "pbd-key", look.tag), text.make("span", "pbd-code-name", code.zh || code.code_id)];
    if (present && given.secondary) parts.push(text.make("span", "pbd-small", "次要"));
    const count = text.make("span", "pbd-count", String(desk.count(code.code_id)));
    count.title = "已给这个编码的片段数";
    parts.push(count);
    const one = text.make("button", "pbd-code", parts);
    one.type = "button";
    one.dataset.code = code.code_id;
    one.style.setProperty("--c", look.colour);
    one.setAttribute("aria-pressed", String(present));
    one.classList.toggle("pbd-in-focus", code.code_id === desk.focusCode());
    one.title = `${code.code_id}　${code.en}`;
    one.addEventListener("click", (event) => desk.code(code.code_id, event.shiftKey));
    one.addEventListener("mouseenter", () => showDefinition(code.code_id));
    one.addEventListener("mouseleave", () => showDefinition());
    return one;
  }

  function showDefinition(code_id = desk.focusCode()) {
    const code = desk.codeOf(code_id);
    if (!code) return definition.replaceChildren();
    const lines = [["定义", code.definition], ["算", code.include], ["不算", code.exclude]];
    definition.replaceChildren(
      text.make("div", "pbd-definition-name", [text.make("strong", "", code.zh || code.code_id), text.make("span", "pbd-small", ` ${code.code_id} · ${code.en}`)]),
      ...lines.filter(([, words]) => words).map(([label, words]) => text.make("div", "pbd-line", [text.make("b", "", label), text.make("span", "", words)])),
    );
    return undefined;
  }

  function showMemo() {
    if (editing) return;
    const target = desk.memoTarget();
    text.write(memoLabel, `备忘 · ${target.code_id ? desk.name(target.code_id) : "整段"}`);
    memo.value = desk.memoOf(target);
  }

  function showRejudge(listed) {
    rejudge.hidden = listed.length === 0;
    if (!listed.length) return text.refill(rejudge, [], desk.back);
    const left = listed[0].left;
    const rows = listed.map((one) => {
      const told = text.make("span", "", `第 ${one.row} 行 ${one.code_id ? desk.name(one.code_id) : "整段状态"}：${one.reason}`);
      const parts = [told];
      if (one.position) parts.push(small("去看", one.row, () => desk.goAcross(...one.position)));
      parts.push(small("撤回旧判断", one.row, () => desk.retract(one.row)));
      return text.make("li", "", parts);
    });
    const more = left > listed.length ? [text.make("li", "", `另有 ${left - listed.length} 条，处理完这些再列。`)] : [];
    text.refill(rejudge, [text.make("summary", "", `重新判断 ${left}`), text.make("ul", "", [...rows, ...more])], desk.back);
  }

  function small(label, row, act) {
    const one = text.make("button", "pbd-small-button", label);
    one.type = "button";
    one.dataset.name = `${label} ${row}`;
    one.addEventListener("click", act);
    return one;
  }

  function makeSearch() {
    const input = text.make("input", "pbd-search");
    const list = text.make("div", "pbd-found");
    let found = [];
    let chosen = 0;
    input.type = "search";
    input.placeholder = "/ 搜编码：编号、中文、英文、定义";
    input.setAttribute("aria-label", "搜索编码");
    input.setAttribute("role", "combobox");
    input.setAttribute("aria-autocomplete", "list");
    list.setAttribute("role", "listbox");
    list.setAttribute("aria-label", "找到的编码");
    list.id = newId();
    input.setAttribute("aria-controls", list.id);
    show(false);
    input.addEventListener("blur", () => show(false));
    input.addEventListener("focus", () => input.value.trim() && look());
    input.addEventListener("input", look);
    input.addEventListener("keydown", (event) => {
      if (event.isComposing || event.keyCode === 229) return;
      const moves = { ArrowDown: 1, ArrowUp: -1 };
      if (event.key in moves && found.length) {
        event.preventDefault();
        chosen = (chosen + moves[event.key] + found.length) % found.length;
        list_();
      } else if (event.key === "Enter") {
        event.preventDefault();
        if (found[chosen]) take(found[chosen].code_id, event.shiftKey);
      } else if (event.key === "Escape") {
        event.preventDefault();
        shut();
      }
    });

    function look() {
      const wanted = input.value.trim().toLowerCase();
      const said = (code) => [code.code_id, code.zh, code.en, code.definition];
      const place = (code) => said(code).findIndex((words) => words.toLowerCase().includes(wanted));
      const all = desk.families().flatMap((family) => family.codes);
      found = wanted ? all.filter((code) => place(code) >= 0).sort((a, b) => place(a) - place(b)).slice(0, FOUND) : [];
      chosen = 0;
      list_();
    }

    function list_() {
      show(Boolean(input.value.trim()));
      const rows = found.map((code, place) => {
        const row = text.make("div", "pbd-hit", [text.make("span", "", code.zh || code.code_id), text.make("span", "pbd-small", ` ${code.code_id} · ${code.en}`)]);
        row.id = `${list.id}-${place}`;
        row.setAttribute("role", "option");
        row.setAttribute("aria-selected", String(place === chosen));
        row.addEventListener("pointerdown", (event) => {
          event.preventDefault();
          take(code.code_id, event.shiftKey);
        });
        return row;
      });
      list.replaceChildren(...(rows.length ? rows : [text.make("div", "pbd-hit", "没有找到")]));
      if (!found[chosen]) return input.removeAttribute("aria-activedescendant");
      input.setAttribute("aria-activedescendant", `${list.id}-${chosen}`);
      rows[chosen].scrollIntoView({ block: "nearest" });
      return showDefinition(found[chosen].code_id);
    }

    function show(open) {
      list.hidden = !open;
      input.setAttribute("aria-expanded", String(open));
    }

    function take(code_id, shift) {
      shut();
      desk.code(code_id, shift);
    }

    function shut() {
      input.value = "";
      found = [];
      show(false);
      showDefinition();
      desk.back();
    }

    return { box: text.make("div", "pbd-searching", [input, list]), input };
  }

  /** Put back the words of a memo that could not be saved. */
  function giveBack(words) {
    memo.focus();
    memo.value = words;
  }

  function newId() {
    return `pbd-${Math.random().toString(36).slice(2)}`;
  }

  return { refresh, showRejudge, giveBack, search: () => search.input.focus(), write: () => memo.focus() };
}
