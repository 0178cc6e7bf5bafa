// The left side of the desk: the document, its segments, the caret and what is selected.

const STATES = { read: ["✓", "看完"], doubtful: ["?", "存疑"] };

/** A reader that shows a document in `pane`; `desk` tells it what stands and what is in focus. */
export function makeReader({ pane, text, desk }) {
  let rows = [];
  let at = null; // {anchor, focus} in UTF-16 units of the segment in focus

  function show(shown) {
    at = null;
    rows = [];
    const blocks = shown.blocks.map((block) => {
      if (block.kind === "heading") {
        const heading = text.make("div", "pbd-heading", block.text);
        heading.setAttribute("role", "heading");
        heading.setAttribute("aria-level", String(Math.min(6, block.level + 2)));
        return heading;
      }
      if (block.kind === "context") return text.make("p", "pbd-context", block.text);
      return row(block);
    });
    text.refill(pane, blocks, desk.back);
    rows.forEach((_, number) => refresh(number));
  }

  function row(block) {
    const gutter = text.make("div", "pbd-gutter");
    const words = text.make("p", "pbd-text");
    const chips = text.make("div", "pbd-chips");
    const offers = text.make("div", "pbd-offers");
    const frame = text.make("div", "pbd-segment", [gutter, text.make("div", "pbd-body", [words, chips, offers])]);
    const number = block.number;
    frame.dataset.number = String(number);
    frame.setAttribute("role", "group");
    rows[number] = { frame, gutter, words, chips, offers, text: block.text };
    return frame;
  }

  function refresh(number) {
    const one = rows[number];
    if (!one) return;
    const now = desk.segment(number);
    const focus = number === desk.at();
    one.frame.classList.toggle("pbd-focus", focus);
    one.frame.setAttribute("aria-current", focus ? "true" : "false");
    const [sign, said] = STATES[now.state] || ["", "未看"];
    one.gutter.replaceChildren(
      text.make("span", "pbd-number", String(number + 1)),
      text.make("span", `pbd-state pbd-state-${now.state || "open"}`, sign),
    );
    one.frame.setAttribute("aria-label", `片段 ${number + 1}，${said}，${now.codes.filter((c) => c.value).length} 个编码`);
    text.paint(one.words, one.text, marks(one.text, now), focus ? selection() : null, focus && at ? at.focus : null);
    text.refill(one.chips, chips(number, now), desk.back);
    text.refill(one.offers, focus ? offers(number, now) : [], desk.back);
    one.frame.classList.toggle("pbd-offered", !focus && desk.open(now).length > 0);
  }

  function marks(words, now) {
    return now.codes
      .filter((code) => code.value && code.evidence)
      .map((code) => ({
        start: text.toUnits(words, code.evidence[0]),
        end: text.toUnits(words, code.evidence[1]),
        ...desk.look(code.code_id),
      }));
  }

  function chips(number, now) {
    const shown = now.codes.filter((code) => code.value).map((code) => chip(number, code, words(code, number)));
    const refused = now.codes.filter((code) => !code.value).map((code) => {
      const one = chip(number, code, [text.make("span", "", desk.name(code.code_id)), text.make("span", "pbd-small", "已拒绝")]);
      one.classList.add("pbd-refused");
      return one;
    });
    const waiting = desk.waiting(number).map((what) => text.make("span", "pbd-chip pbd-pending", `${what} · 待存…`));
    const memo = now.memo ? [text.make("span", "pbd-note", `备忘：${now.memo}`)] : [];
    return [...shown, ...refused, ...waiting, ...memo];
  }

  function words(code, number) {
    const tag = desk.look(code.code_id).tag;
    const parts = [text.make("span", "pbd-tag", tag), text.make("span", "", desk.name(code.code_id))];
    if (code.secondary) parts.push(text.make("span", "pbd-small", "次要"));
    if (code.evidence) {
      const [start, end] = code.evidence.map((point) => text.toUnits(rows[number].text, point));
      const quoted = [...rows[number].text.slice(start, end)];
      parts.push(text.make("span", "pbd-small", `“${quoted.slice(0, 12).join("")}${quoted.length > 12 ? "…" : ""}”`));
    }
    if (code.memo) parts.push(text.make("span", "pbd-note", code.memo));
    return parts;
  }

  function chip(number, code, parts) {
    const one = text.make("button", "pbd-chip", parts);
    const look = desk.look(code.code_id);
    one.type = "button";
    one.style.setProperty("--c", look.colour);
    one.classList.toggle("pbd-other", look.other);
    one.title = `${code.code_id}　点一下看定义和备忘`;
    one.dataset.code = code.code_id;
    one.addEventListener("click", () => desk.focusOn(number, code.code_id));
    return one;
  }

  function offers(number, now) {
    return desk.open(now).map((offer, place) => {
      const name = [text.make("span", "pbd-small", `${desk.machine(offer.coder)}建议`), text.make("strong", "", desk.name(offer.code_id))];
      if (offer.secondary) name.push(text.make("span", "pbd-small", "次要"));
      name.push(text.make("span", "pbd-rule", offer.rule));
      const line = text.make("div", "pbd-offer", [
        ...name,
        button(place ? "接受" : "接受 A", "pbd-accept", () => desk.answer(number, offer, true)),
        button(place ? "拒绝" : "拒绝 X", "pbd-reject", () => desk.answer(number, offer, false)),
      ]);
      line.style.setProperty("--c", desk.look(offer.code_id).colour);
      line.dataset.code = offer.code_id;
      return line;
    });
  }

  function button(label, name, act) {
    const one = text.make("button", name, label);
    one.type = "button";
    one.addEventListener("click", act);
    return one;
  }

  function selection() {
    if (!at || at.anchor === at.focus) return null;
    return { start: Math.min(at.anchor, at.focus), end: Math.max(at.anchor, at.focus) };
  }

  /** What is selected in the segment in focus, in code points; null for the whole segment. */
  function evidence() {
    const span = selection();
    const words = rows[desk.at()]?.text;
    return span && words !== undefined ? [text.toPoints(words, span.start), text.toPoints(words, span.end)] : null;
  }

  function selectedText() {
    const span = selection();
    return span ? rows[desk.at()].text.slice(span.start, span.end) : "";
  }

  /** Move the caret by a character, word or sentence, or to an end; `extend` keeps the anchor. */
  function move(direction, granularity, extend) {
    const words = rows[desk.at()]?.text;
    if (words === undefined) return;
    const from = at ? at.focus : direction > 0 ? 0 : words.length;
    const steps = granularity === "end" ? [0, words.length] : text.boundaries(words, granularity);
    const onward = direction > 0 ? steps.filter((step) => step > from) : steps.filter((step) => step < from).reverse();
    const focus = granularity === "end" ? (direction > 0 ? words.length : 0) : onward.length ? onward[0] : from;
    at = { anchor: extend ? (at ? at.anchor : from) : focus, focus };
    refresh(desk.at());
    revealCaret();
  }

  /** Go to the segment that the mouse was pressed in, and take over what it selected there. */
  function takeMouse(number) {
    const one = rows[number];
    if (!one) return;
    const found = document.getSelection();
    const span = text.selectedIn(one.words);
    const inside = found?.focusNode && one.words.contains(found.focusNode);
    const place = inside ? text.offsetIn(one.words, found.focusNode, found.focusOffset) : null;
    found?.removeAllRanges();
    desk.goTo(number);
    at = span ? { anchor: span.start, focus: span.end } : place === null ? null : { anchor: place, focus: place };
    refresh(number);
  }

  /** After a selection was used: nothing is selected, and the caret stays where it was. */
  function rest() {
    at = at && { anchor: at.focus, focus: at.focus };
    refresh(desk.at());
  }

  function clear() {
    at = null;
    refresh(desk.at());
  }

  /** Bring a segment into the middle third of the pane, without moving the notebook. */
  function reveal(number) {
    const frame = rows[number]?.frame;
    if (!frame) return;
    const top = frame.offsetTop - pane.offsetTop;
    const bottom = top + frame.offsetHeight;
    if (top < pane.scrollTop + 8 || bottom > pane.scrollTop + pane.clientHeight - 8) {
      pane.scrollTop = Math.max(0, top - Math.min(pane.clientHeight / 4, 120));
    }
  }

  /** Keep the caret on the screen: a paragraph may be higher than the pane. */
  function revealCaret() {
    const caret = pane.querySelector(".pbd-caret").getBoundingClientRect();
    const shown = pane.getBoundingClientRect();
    const above = caret.top - shown.top - 24;
    const below = caret.bottom - shown.bottom + 24;
    if (above < 0) pane.scrollTop += above;
    else if (below > 0) pane.scrollTop += below;
  }

  return { show, refresh, evidence, selectedText, move, takeMouse, rest, clear, reveal };
}
