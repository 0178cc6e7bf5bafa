// The page works without this script: every number is a link into the evidence at the end.
// With it, numbers open a panel, evidence can be searched, and the theme can be chosen.
// Texts are only ever read from the page and put back as text; no markup is made from them.

const ENTRIES_AT_ONCE = 100;
const GROUNDS_AT_ONCE = 40;
const THEME_KEY = "pbgov-theme";

const byId = (id) => document.getElementById(id);

function element(name, words = "", kind = "") {
  const made = document.createElement(name);
  made.textContent = words;
  if (kind) made.className = kind;
  return made;
}

function button(words, act) {
  const made = element("button", words);
  made.type = "button";
  made.addEventListener("click", act);
  return made;
}

// ---- theme ---------------------------------------------------------------------------------

function startTheme() {
  const root = document.documentElement;
  const system = matchMedia("(prefers-color-scheme: dark)");
  const toggle = byId("theme_");
  const isDark = () => (root.dataset.theme ? root.dataset.theme === "dark" : system.matches);
  const label = () => { toggle.textContent = isDark() ? "换成浅色" : "换成深色"; };
  const kept = stored();
  if (kept === "dark" || kept === "light") root.dataset.theme = kept;
  toggle.addEventListener("click", () => {
    root.dataset.theme = isDark() ? "light" : "dark";
    store(root.dataset.theme);
    label();
  });
  system.addEventListener("change", label);
  label();
  toggle.hidden = false;
}

function stored() {
  try {
    return localStorage.getItem(THEME_KEY);
  } catch {
    return null; // a page opened from a disk may have no storage; the choice then lasts as long as it
  }
}

function store(theme) {
  try {
    localStorage.setItem(THEME_KEY, theme);
  } catch {
    // as above
  }
}

// ---- panel ---------------------------------------------------------------------------------

const TITLES = { result: "这个数字的依据", quotation: "引文", record: "记录" };
const trail = []; // anchors shown in the panel since it was opened
let opener = null;

function startPanel() {
  const panel = byId("panel_");
  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[href^='#']");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
    const target = byId(link.hash.slice(1));
    if (target?.dataset.kind) {
      event.preventDefault();
      openPanel(target.id, link);
    } else if (target && panel.contains(link)) {
      opener = target;
      panel.close();
    }
  });
  byId("close_").addEventListener("click", () => panel.close());
  byId("back_").addEventListener("click", () => { trail.pop(); showLast(); });
  panel.addEventListener("click", (event) => { if (event.target === panel) panel.close(); });
  panel.addEventListener("close", () => {
    byId("panel_body_").replaceChildren();
    trail.length = 0;
    opener?.focus();
  });
  for (const number of document.querySelectorAll("a.number")) {
    number.setAttribute("aria-haspopup", "dialog");
  }
  const asked = byId(location.hash.slice(1));
  if (asked?.dataset.kind) openPanel(asked.id, asked.querySelector("a"));
}

function openPanel(anchor, from) {
  const panel = byId("panel_");
  if (!panel.open) {
    opener = from;
    panel.showModal();
  }
  trail.push(anchor);
  showLast();
}

function showLast() {
  const entry = byId(trail.at(-1));
  const kind = entry.dataset.kind;
  byId("panel_title_").textContent = TITLES[kind];
  byId("back_").hidden = trail.length < 2;
  const view = kind === "result" ? resultView(entry) : evidenceView(entry);
  const body = byId("panel_body_");
  body.replaceChildren(view);
  body.scrollTop = 0;
  byId("panel_title_").focus();
}

function copyOf(entry) {
  const copy = element("div", "", "entry");
  copy.append(...entry.cloneNode(true).childNodes);
  for (const mark of copy.querySelectorAll("mark")) mark.replaceWith(mark.textContent);
  return copy;
}

function resultView(entry) {
  const view = copyOf(entry);
  const grounds = view.querySelector(".grounds");
  if (!grounds) return view;
  const waiting = [];
  for (const ground of grounds.children) {
    const head = ground.querySelector(".ground-head").textContent;
    const links = [...ground.querySelectorAll(":scope > a")];
    for (const link of links) waiting.push([`${head}（${links.length}）`, link.hash.slice(1)]);
  }
  const list = element("div", "", "panel-grounds");
  grounds.replaceWith(element("p", `共 ${waiting.length} 条依据：`, "place"), list);
  let group = "";
  const more = button("", () => show());
  function show() {
    for (const [head, anchor] of waiting.splice(0, GROUNDS_AT_ONCE)) {
      if (head !== group) list.append(element("h3", head));
      group = head;
      list.append(evidenceView(byId(anchor)));
    }
    more.remove();
    if (waiting.length) {
      more.textContent = `还有 ${waiting.length} 条，再显示一些`;
      list.append(more);
    }
  }
  show();
  return view;
}

function evidenceView(entry) {
  const view = copyOf(entry);
  const rests = view.querySelector(".rests");
  const links = [...rests.querySelectorAll("a")];
  if (!links.length) return view;
  const told = element("details", "", "place");
  told.append(element("summary", `用到它的结果（${links.length}）`));
  const list = element("ul");
  for (const link of links) {
    const result = byId(link.hash.slice(1));
    const line = element("li");
    const meaning = element("bdi", result.querySelector(".meaning").textContent);
    const printed = element("bdi", result.querySelector(".printed").textContent);
    const mark = result.querySelector(".mark") ? "【模拟】" : "";
    line.append(link, " ", meaning, "：", printed, mark);
    list.append(line);
  }
  told.append(list);
  told.open = links.length <= 6;
  rests.replaceWith(told);
  return view;
}

// ---- search --------------------------------------------------------------------------------

const COUNTED = { result: "个结果", quotation: "条引文", record: "条记录" };
const groups = []; // one for each list of entries
let marked = [];

function startSearch() {
  for (const list of document.querySelectorAll(".entries")) {
    const entries = [...list.querySelectorAll(":scope > .entry")].map((entry) => ({ entry, words: null }));
    const group = { entries, shown: ENTRIES_AT_ONCE, more: null };
    group.more = button("", () => { group.shown += ENTRIES_AT_ONCE; filter(); });
    group.more.classList.add("more");
    list.after(group.more);
    groups.push(group);
  }
  const query = byId("query_");
  let asked = 0;
  const later = () => { cancelAnimationFrame(asked); asked = requestAnimationFrame(anew); };
  function anew() {
    for (const group of groups) group.shown = ENTRIES_AT_ONCE;
    filter();
  }
  query.addEventListener("input", (event) => { if (!event.isComposing) later(); });
  query.addEventListener("compositionend", later);
  byId("search_").addEventListener("submit", (event) => event.preventDefault());
  document.addEventListener("keydown", (event) => {
    const typing = event.target.closest("input, textarea, dialog");
    if (event.key === "/" && !typing && !event.ctrlKey && !event.metaKey && !event.altKey) {
      event.preventDefault();
      query.focus();
    }
  });
  byId("search_").hidden = false;
  filter();
}

// Compatibility forms, case and spaces make no difference: each character of the result knows which
// stretch of the text it came from.
function folded(text) {
  let words = "";
  const from = [];
  const to = [];
  for (const found of text.matchAll(/[\s\S]\p{M}*/gu)) {
    const plain = found[0].normalize("NFKC").toLowerCase().replace(/\s/gu, "");
    for (let unit = 0; unit < plain.length; unit += 1) {
      from.push(found.index);
      to.push(found.index + found[0].length);
    }
    words += plain;
  }
  return { words, from, to };
}

function wordsOf(one) {
  if (one.words === null) {
    const fields = [...one.entry.querySelectorAll("bdi")].map((field) => folded(field.textContent).words);
    const names = [...one.entry.querySelectorAll(".entry-mark, .rests a")].map((link) => link.textContent.toLowerCase());
    one.words = fields.join("\n");
    one.names = new Set(names);
  }
  return one;
}

function filter() {
  const asked = byId("query_").value;
  const terms = asked.split(/\s+/u).map((term) => folded(term).words).filter(Boolean);
  const wanted = (one) => terms.every((term) => wordsOf(one).words.includes(term) || one.names.has(term));
  unmark();
  const counts = [];
  for (const group of groups) {
    const hits = terms.length ? group.entries.filter(wanted) : group.entries;
    const shown = new Set(hits.slice(0, group.shown));
    for (const one of group.entries) {
      const away = !shown.has(one);
      if (one.entry.hidden !== away) one.entry.hidden = away;
    }
    if (terms.length) for (const one of shown) mark(one.entry, terms);
    group.more.hidden = hits.length <= group.shown;
    group.more.textContent = `还有 ${hits.length - shown.size} 条，再显示一些`;
    if (hits.length) counts.push(`${hits.length} ${COUNTED[hits[0].entry.dataset.kind]}`);
    group.entries[0].entry.closest("section").classList.toggle("empty", !hits.length);
  }
  byId("count_").textContent = told(terms.length > 0, counts, asked.trim());
}

function told(searching, counts, asked) {
  if (!searching) return `共 ${counts.join("、")}。`;
  if (counts.length) return `找到 ${counts.join("、")}。`;
  return `没有找到“${asked}”。换一个词，或者清空搜索框。`;
}

function mark(entry, terms) {
  for (const field of entry.querySelectorAll("bdi")) {
    if (field.firstChild?.nodeType !== Node.TEXT_NODE) continue;
    const stretches = found(field.textContent, terms);
    for (const [start, end] of stretches.reverse()) {
      const words = field.firstChild.splitText(start);
      words.splitText(end - start);
      const sign = element("mark", words.data);
      words.replaceWith(sign);
      marked.push(sign);
    }
  }
}

// Stretches of a text that hold a term, from left to right, none touching another.
function found(text, terms) {
  const { words, from, to } = folded(text);
  const stretches = [];
  for (const term of terms) {
    for (let at = words.indexOf(term); at >= 0; at = words.indexOf(term, at + term.length)) {
      stretches.push([from[at], to[at + term.length - 1]]);
    }
  }
  stretches.sort((one, other) => one[0] - other[0]);
  const joined = [];
  for (const [start, end] of stretches) {
    const last = joined.at(-1);
    if (last && start <= last[1]) last[1] = Math.max(last[1], end);
    else joined.push([start, end]);
  }
  return joined;
}

function unmark() {
  const fields = new Set(marked.map((sign) => sign.parentNode));
  for (const sign of marked) sign.replaceWith(sign.textContent);
  for (const field of fields) field.normalize();
  marked = [];
}

startTheme();
if (byId("evidence_")) {
  startSearch();
  startPanel();
}
