// The coding desk: what the screen knows, what it asks of Python, what it shows of the answers.
// A judgement is shown as saved only when Python has said in which row of the file it stands.

const COLOURS = ["#0072b2", "#d55e00", "#00875f", "#b0578d", "#a87400", "#3d8fc4", "#7a5195", "#5f6b73", "#8c4a2f"];
const PATIENCE = 6000; // milliseconds without an answer before the screen says so
const MACHINES = { rules: "规则", learned: "学习" };

async function load(sources) {
  const parts = {};
  for (const [name, source] of Object.entries(sources)) {
    const address = URL.createObjectURL(new Blob([source], { type: "text/javascript" }));
    parts[name] = await import(address);
    URL.revokeObjectURL(address);
  }
  return parts;
}

async function render({ model, el }) {
  const { text, frame, reader: readers, panel: panels, actions } = await load(model.get("modules"));
  const view = { desk: null, doc: null, at: 0, family: 0, code: null, whole: false, loading: false };
  const pending = new Map();
  let lastNumber = Math.floor(Math.random() * 2 ** 40);
  let pressed = null;

  const root = text.make("section", "pbd");
  root.lang = "zh-CN";
  root.setAttribute("aria-label", "编码台");
  root.setAttribute("data-lm-suppress-shortcuts", "true"); // else JupyterLab takes single keys for its own
  const pane = text.make("div", "pbd-pane");
  pane.tabIndex = 0;
  pane.setAttribute("role", "application");
  pane.setAttribute("aria-label", "正文。上下键换段，Shift 加方向键选字，数字键编码，问号看键位，F6 到右栏");
  const side = text.make("aside", "pbd-side");
  side.setAttribute("aria-label", "编码与备忘");

  const desk = {
    at: () => view.at,
    family: () => view.family,
    families: () => view.desk.families,
    focusCode: () => view.code,
    segment: (number) => view.doc.segments[number],
    codeOf: (code_id) => codes.get(code_id)?.code,
    name: (code_id) => codes.get(code_id)?.code.zh || code_id,
    count: (code_id) => view.desk.counts[code_id] || 0,
    machine: (coder) => MACHINES[coder] || coder,
    look,
    open,
    givenIn: (family) => family.codes.filter((code) => now().codes.some((one) => one.value && one.code_id === code.code_id)).length,
    waiting: (number) => here(number).map((one) => one.what),
    goTo,
    goAcross: (document, segment) => move("go", document, segment),
    focusOn(number, code_id) {
      goTo(number);
      view.code = code_id;
      view.family = codes.get(code_id).family;
      view.whole = false;
      refresh();
    },
    chooseFamily(place) {
      view.family = place;
      view.code = view.desk.families[place].codes[0].code_id;
      refresh();
    },
    turnFamily(by) {
      const n = view.desk.families.length;
      desk.chooseFamily((view.family + by + n) % n);
    },
    code(code_id, secondary) {
      if (!codes.has(code_id)) return;
      view.code = code_id;
      view.family = codes.get(code_id).family;
      view.whole = false;
      if (secondary) judge("rank", { code_id }, desk.name(code_id));
      else judge("code", { code_id, evidence: reader.evidence() }, desk.name(code_id));
      reader.rest();
      panel.refresh();
    },
    codeByPlace(place, secondary) {
      const code = view.desk.families[view.family].codes[place - 1];
      if (code) desk.code(code.code_id, secondary);
      else foot.say(`这个编码族没有第 ${place} 个编码。`);
    },
    answer(number, offer, accept) {
      goTo(number);
      view.code = offer.code_id;
      const suggestion = now().suggestions.indexOf(offer);
      judge("answer", { suggestion, accept }, `${accept ? "接受" : "拒绝"} ${desk.name(offer.code_id)}`);
    },
    answerFirst(accept) {
      const [offer] = open(now());
      if (offer) desk.answer(view.at, offer, accept);
      else foot.say("这个片段没有待答的机器建议。");
    },
    toggleState: (state) => desk.setState(now().state === state ? "open" : state),
    setState: (state) => judge("state", { state }, { read: "看完", doubtful: "存疑", open: "重新打开" }[state]),
    finish() {
      if (view.loading) return wait();
      if (now().state !== "read") judge("state", { state: "read" }, "看完");
      const next = view.doc.segments.findIndex((one, number) => number > view.at && !one.state && !one.codes.some((code) => code.value));
      if (next < 0) return desk.seek();
      goTo(next);
      return reader.reveal(next);
    },
    step(by) {
      const next = view.at + by;
      if (next < 0 || next >= view.doc.segments.length) return desk.turnDocument(by);
      goTo(next);
      return reader.reveal(next);
    },
    seek: () => move("seek", view.doc.document, view.at),
    turnDocument(by) {
      const next = view.doc.document + by;
      if (next < 0 || next >= view.doc.documents) return foot.say(by > 0 ? "已是最后一篇。" : "已是第一篇。");
      return move("go", next, 0);
    },
    move: (direction, granularity, extend) => reader.move(direction, granularity, extend),
    scroll: (by) => pane.scrollBy({ top: by * 0.85 * pane.clientHeight }),
    clear() {
      if (!help.hidden) return desk.help();
      return reader.clear();
    },
    undo: () => send("undo", {}),
    toggleHeadings: () => send("headings", { show: !view.doc.headings }),
    retract: (row) => send("retract", { row }),
    search: () => panel.search(),
    writeMemo(whole) {
      view.whole = whole;
      panel.refresh();
      panel.write();
    },
    memoTarget() {
      const own = (one) => one.code_id === view.code; // given, or just now being given
      const given = !view.whole && (now().codes.some(own) || here(view.at).some(own));
      return { document: view.doc.document, segment: view.at, code_id: given ? view.code : null };
    },
    memoOf(target) {
      if (!target || target.document !== view.doc.document) return "";
      const segment = view.doc.segments[target.segment];
      return (target.code_id ? segment.codes.find((one) => one.code_id === target.code_id)?.memo : segment.memo) || "";
    },
    saveMemo: (target, memo) => send("memo", { ...target, memo }, { document: target.document, segment: target.segment, what: "备忘", memo }),
    back: () => pane.focus({ preventScroll: true }),
    help() {
      help.hidden = !help.hidden;
      if (help.hidden) desk.back();
      else help.focus();
    },
    saveAll() {
      const left = [...pending.values()].filter((one) => one.what).length;
      foot.say(left ? `还有 ${left} 条待存，存下了会说。` : "不用另存：判断一条存一条，显示过“已存”的都在磁盘上。");
    },
    otherSide() {
      if (pane.contains(root.ownerDocument.activeElement)) side.querySelector("[role=tab][tabindex='0']")?.focus();
      else desk.back();
    },
  };

  const codes = new Map();
  const reader = readers.makeReader({ pane, text, desk });
  const panel = panels.makePanel({ root: side, text, desk });
  const head = frame.makeHead({ text, desk });
  const foot = frame.makeFoot({ text, desk });
  const table = actions.keyTable(desk);
  const help = frame.makeHelp({ text, rows: actions.helpRows(table) });
  root.append(head.root, text.make("div", "pbd-main", [pane, side]), foot.root, help);
  el.replaceChildren(root);
  actions.listen(root, table, () => !help.hidden);

  function now() {
    return view.doc.segments[view.at];
  }

  function here(number) {
    return [...pending.values()].filter((one) => one.document === view.doc.document && one.segment === number);
  }

  function look(code_id) {
    const known = codes.get(code_id);
    if (!known) return { colour: "#777777", tag: "·", other: true };
    const colour = COLOURS[known.place % COLOURS.length];
    return { colour, tag: known.place < 9 ? String(known.place + 1) : "·", other: known.family !== view.family };
  }

  function open(segment) {
    const left = segment.suggestions.filter((offer) => !segment.codes.some((code) => code.code_id === offer.code_id));
    const own = (offer) => (codes.get(offer.code_id)?.family === view.family ? 0 : 1);
    return left.sort((a, b) => own(a) - own(b));
  }

  function goTo(number) {
    if (number === view.at || !view.doc.segments[number]) return;
    const before = view.at;
    reader.clear();
    view.at = number;
    view.whole = false;
    reader.refresh(before);
    reader.refresh(number);
    panel.refresh();
  }

  function refresh() {
    // what of a segment depends on the family lies on its codes
    view.doc.segments.forEach((one, number) => (one.codes.length || number === view.at) && reader.refresh(number));
    panel.refresh();
  }

  function judge(kind, fields, what) {
    if (view.loading) return wait();
    const place = { document: view.doc.document, segment: view.at };
    return send(kind, { ...place, ...fields }, { ...place, what, code_id: fields.code_id });
  }

  function move(kind, document, segment) {
    if (view.loading) return wait();
    view.loading = true;
    return send(kind, { document, segment });
  }

  function wait() {
    foot.say("正在换文档，请稍候。");
  }

  function send(kind, fields, waiting = null) {
    const number = ++lastNumber;
    const timer = setTimeout(() => {
      view.loading = false;
      foot.complain("还没有得到确认：内核正忙或已停止。带“待存”的判断不算存下；内核若已重启，请重新运行打开编码台的单元格。");
    }, PATIENCE);
    pending.set(number, { timer, ...(waiting || { document: null, segment: null, what: "" }) });
    if (waiting) reader.refresh(waiting.segment);
    try {
      model.send({ kind, id: number, ...fields });
    } catch (error) {
      foot.complain(`没有送到内核：${error}。判断没有存下。`);
    }
  }

  const answers = {
    desk(answer) {
      view.desk = answer;
      codes.clear();
      answer.families.forEach((family, at) => family.codes.forEach((code, place) => codes.set(code.code_id, { code, family: at, place })));
      if (!codes.has(view.code)) view.code = answer.families[0].codes[0].code_id;
      head.tell(answer);
      answers.document(answer.shown);
      if (answer.remarks.length) foot.complain(answer.remarks.join(" "));
    },
    document(answer) {
      view.doc = answer;
      view.at = answer.segment;
      view.loading = false;
      head.tellDocument(answer);
      reader.show(answer);
      panel.refresh();
      pane.scrollTop = 0;
      reader.reveal(view.at);
    },
    place(answer) {
      view.loading = false;
      goTo(answer.segment);
      reader.reveal(answer.segment);
    },
    saved(answer) {
      stand(answer);
      if (answer.undone && answer.document === view.doc.document) {
        goTo(answer.segment);
        reader.reveal(answer.segment);
      }
      foot.say(`${answer.undone ? "已撤销，" : "已存，"}第 ${answer.row} 行`);
    },
    refused(answer, asked) {
      view.loading = false;
      stand(answer);
      const where = asked && asked.segment !== null ? `片段 ${asked.segment + 1}，${asked.what}：` : "";
      foot.complain(where + answer.reason);
      if (asked?.memo) panel.giveBack(asked.memo);
    },
    notice(answer) {
      view.loading = false;
      foot.say(answer.text);
    },
  };

  function stand(answer) {
    for (const name of ["progress", "counts", "rejudge"]) if (name in answer) view.desk[name] = answer[name];
    if (answer.now && answer.document === view.doc.document) {
      view.doc.segments[answer.segment] = answer.now;
      reader.refresh(answer.segment);
      if (answer.segment === view.at) reader.reveal(view.at); // its codes may have made it taller
    }
    head.tell(view.desk);
    panel.refresh();
    panel.showRejudge(view.desk.rejudge);
  }

  function onAnswer(answer) {
    const act = answer && Object.hasOwn(answers, answer.kind) && answers[answer.kind];
    if (!act || (!view.desk && answer.kind !== "desk")) return;
    const asked = pending.get(answer.re);
    if (asked) {
      clearTimeout(asked.timer);
      pending.delete(answer.re);
    }
    act(answer, asked);
    if (answer.kind === "desk") panel.showRejudge(answer.rejudge);
    if (asked && asked.document === view.doc.document && asked.segment !== null) reader.refresh(asked.segment);
  }

  function onPress(event) {
    const frame = event.target.closest?.(".pbd-text") && event.target.closest(".pbd-segment");
    pressed = frame ? Number(frame.dataset.number) : null;
  }

  function onRelease() {
    if (pressed === null || !view.doc) return;
    reader.takeMouse(pressed);
    pressed = null;
    desk.back();
  }

  function onClick(event) {
    const frame = event.target.closest(".pbd-segment");
    if (frame && !event.target.closest("button, .pbd-text")) goTo(Number(frame.dataset.number));
    if (event.detail > 0 && event.target.closest("button") && help.hidden) desk.back();
  }

  function onCopy(event) {
    const chosen = pane.contains(event.target) && view.doc ? reader.selectedText() : "";
    if (!chosen) return;
    event.preventDefault();
    event.clipboardData.setData("text/plain", chosen);
  }

  pane.addEventListener("pointerdown", onPress);
  window.addEventListener("pointerup", onRelease);
  root.addEventListener("click", onClick);
  root.addEventListener("copy", onCopy);
  model.on("msg:custom", onAnswer);
  send("hello", {});

  return () => {
    window.removeEventListener("pointerup", onRelease);
    model.off("msg:custom", onAnswer);
    pending.forEach((one) => clearTimeout(one.timer));
  };
}

export default { render };
