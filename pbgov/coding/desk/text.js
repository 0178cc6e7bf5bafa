// Text on the screen: places in it, and how it is shown so that nothing in it is ever more than text.
// The browser counts UTF-16 units, Python counts code points; the desk sends code points.

// Characters that turn the direction of what follows, or cannot be seen at all: shown by their number.
const UNSEEN = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u00ad\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff\u{e0001}]/u;

/** Code points before a UTF-16 offset; an offset inside a pair counts as being before it. */
export function toPoints(text, unit) {
  const inPair = unit > 0 && isHigh(text, unit - 1) && isLow(text, unit);
  return [...text.slice(0, inPair ? unit - 1 : unit)].length;
}

/** The UTF-16 offset before which there are so many code points. */
export function toUnits(text, point) {
  return [...text].slice(0, point).join("").length;
}

/** The UTF-16 offsets at which a caret may stand: never inside what a reader takes for one character. */
export function stops(text) {
  return boundaries(text, "grapheme");
}

/** The same for words or sentences. */
export function boundaries(text, granularity) {
  if (typeof Intl.Segmenter !== "function") {
    return [...text].reduce((found, char) => [...found, found.at(-1) + char.length], [0]);
  }
  const pieces = new Intl.Segmenter("zh", { granularity }).segment(text);
  return [...[...pieces].map((piece) => piece.index), text.length];
}

/** Where a place of the page lies in the text of an element, in UTF-16 units; nested elements do not count. */
export function offsetIn(element, node, offset) {
  const range = document.createRange();
  range.selectNodeContents(element);
  try {
    range.setEnd(node, offset);
  } catch {
    return 0;
  }
  return range.toString().length;
}

/** What is selected inside an element, as UTF-16 offsets; null where nothing of it is. */
export function selectedIn(element) {
  const selection = document.getSelection();
  if (!selection || selection.rangeCount === 0 || selection.isCollapsed) return null;
  const range = selection.getRangeAt(0);
  if (!range.intersectsNode(element)) return null;
  const own = document.createRange();
  own.selectNodeContents(element);
  const before = range.compareBoundaryPoints(Range.START_TO_START, own) < 0;
  const after = range.compareBoundaryPoints(Range.END_TO_END, own) > 0;
  const start = before ? 0 : offsetIn(element, range.startContainer, range.startOffset);
  const end = after ? element.textContent.length : offsetIn(element, range.endContainer, range.endOffset);
  return start < end ? { start, end } : null;
}

/** An element with a class, and a text or children; a text is only ever text. */
export function make(tag, name, content) {
  const element = document.createElement(tag);
  if (name) element.className = name;
  if (typeof content === "string") write(element, content);
  else if (content) element.append(...content);
  return element;
}

/**
 * Replace what an element holds by other children. Where the keyboard was on one of the old ones it is then on
 * the one in its place, and where there is none, `back` takes it: it must never fall to the page around the desk.
 */
export function refill(element, children, back) {
  const old = document.activeElement;
  const held = old !== element && element.contains(old);
  element.replaceChildren(...children);
  if (!held) return;
  const same = (one) => one.tabIndex === 0 && nameOf(one) === nameOf(old);
  const place = [...element.querySelectorAll("button, summary")].find(same);
  if (place) place.focus({ preventScroll: true });
  else back();
}

function nameOf(element) {
  return [element.tagName, element.classList[0], ...Object.values(element.dataset)].join(" ");
}

/** Replace what an element holds by a text, with unseen and turning characters shut in. */
export function write(element, text) {
  element.replaceChildren(...pieces(text));
  return element;
}

function pieces(text) {
  const found = [];
  let plain = "";
  for (const char of text) {
    if (!UNSEEN.test(char)) {
      plain += char;
      continue;
    }
    if (plain) found.push(document.createTextNode(plain));
    const shut = document.createElement("span");
    shut.className = "pbd-unseen";
    shut.dataset.point = "U+" + char.codePointAt(0).toString(16).toUpperCase().padStart(4, "0");
    shut.textContent = char;
    found.push(shut);
    plain = "";
  }
  if (plain) found.push(document.createTextNode(plain));
  return found;
}

/**
 * Show a text with the marks that lie on it, what is selected, and the caret.
 * marks: {start, end, colour, tag, other} in UTF-16 units; selection: {start, end}; caret: an offset.
 */
export function paint(element, text, marks, selection, caret) {
  const cuts = new Set([0, text.length]);
  for (const span of [...marks, ...(selection ? [selection] : [])]) {
    cuts.add(span.start);
    cuts.add(span.end);
  }
  if (caret !== null) cuts.add(caret);
  const places = [...cuts].filter((cut) => cut <= text.length).sort((a, b) => a - b);
  const shown = [];
  places.forEach((start, at) => {
    if (caret === start) shown.push(make("span", "pbd-caret"));
    if (at === places.length - 1) return;
    const end = places[at + 1];
    const piece = make("span", "", text.slice(start, end));
    const over = marks.filter((mark) => mark.start <= start && end <= mark.end);
    if (over.length) underline(piece, over, start);
    if (selection && selection.start <= start && end <= selection.end) piece.classList.add("pbd-selected");
    shown.push(piece);
  });
  element.replaceChildren(...shown);
}

function underline(piece, marks, start) {
  const own = marks.filter((mark) => !mark.other);
  piece.classList.add(own.length ? "pbd-mark" : "pbd-mark-other");
  if (!own.length) return;
  piece.style.setProperty("--c", own[0].colour);
  piece.style.boxShadow = own.map((mark, at) => `inset 0 ${-2 * (at + 1)}px ${mark.colour}`).join(",");
  piece.style.paddingBottom = `${2 * own.length}px`;
  const begins = own.filter((mark) => mark.start === start);
  if (!begins.length) return;
  piece.dataset.tag = begins.map((mark) => mark.tag).join("·");
  piece.style.setProperty("--t", begins[0].colour);
}

function isHigh(text, at) {
  const unit = text.charCodeAt(at);
  return unit >= 0xd800 && unit < 0xdc00;
}

function isLow(text, at) {
  const unit = text.charCodeAt(at);
  return unit >= 0xdc00 && unit < 0xe000;
}
