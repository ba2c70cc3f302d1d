// What the server cannot do for the page: the stream, the keyboard, dialogs and completions.
"use strict";

const one = (selector, within = document) => within.querySelector(selector);
const all = (selector, within = document) => [...within.querySelectorAll(selector)];

// The stream of changes. The browser comes back by itself and says how far it had come.

function listen() {
  const source = new EventSource(document.body.dataset.events);
  // htmx comes after this script: it must not see the page before the stream is where it belongs.
  let turn = new Promise((ready) => addEventListener("DOMContentLoaded", ready));
  const take = async (text) => {
    const stream = one("#stream"), answering = one("dialog.modal") !== null;
    const low = !stream || stream.scrollHeight - stream.scrollTop - stream.clientHeight < 80;
    await htmx.swap({ text, swap: "none", target: document.body, sourceElement: document.body });
    arrange();
    if (answering && !one("dialog.modal")) one("#say")?.focus({ preventScroll: true });
    if (stream && low) stream.scrollTop = stream.scrollHeight;
  };
  // One after the other: what came later must not be overtaken.
  source.onmessage = (event) => { turn = turn.then(() => take(event.data)); };
  addEventListener("pagehide", () => source.close());
  // A page that the browser had put aside has heard nothing meanwhile.
  addEventListener("pageshow", (event) => event.persisted && location.reload());
}

// What is wrong in a form may stand below what is seen of it: it comes into sight once.
let complained = "";

function arrange() {
  const modal = one("dialog.modal");
  if (modal && !modal.open) {
    modal.showModal();
    const first = one("[autofocus], .inside input:not([type=hidden]), .inside textarea, .inside select", modal);
    (first || one("footer .btn-primary", modal) || modal).focus();
  }
  const alert = modal && one("[role=alert]", modal), wrong = alert?.textContent || "";
  if (wrong && wrong !== complained) {
    const block = alert.closest(".field") || alert;
    one("[aria-invalid=true]", block)?.focus();
    block.scrollIntoView({ block: "nearest" });
  }
  complained = wrong;
  for (const toast of all(".toast:not([data-seen])")) {
    toast.dataset.seen = "";
    setTimeout(() => toast.remove(), 7000);
  }
  const lines = all("#timeline > li");
  lines.slice(60).forEach((line) => line.remove());
}

// Earlier messages come in above what is being read, which stays where it is.

document.addEventListener("htmx:before:swap", (event) => {
  if (!event.target.closest?.(".older")) return;
  const below = stream.scrollHeight - stream.scrollTop;
  const coming = new MutationObserver(() => {
    coming.disconnect();
    stream.scrollTop = stream.scrollHeight - below;
  });
  coming.observe(one("#messages"), { childList: true });
});

// A modal is closed by Esc as by its button, but only the app's side takes it away.

document.addEventListener("cancel", (event) => {
  const url = event.target.dataset?.close;
  if (!url) return;
  event.preventDefault();
  fetch(url, { method: "POST" });
}, true);

// "Are you sure?", as the app words it.

document.addEventListener("htmx:confirm", (event) => {
  const asked = event.target.closest("[data-confirm]")?.dataset.confirm;
  if (!asked) return;
  event.preventDefault();
  const words = JSON.parse(asked), ask = one("#ask");
  const said = (part) => (typeof part === "string" ? part : part?.text || "");
  one("#ask-title").textContent = said(words.title);
  one("#ask-text").textContent = said(words.text);
  one("#ask-yes").textContent = said(words.confirm) || "Yes";
  one("#ask-no").textContent = said(words.deny) || "Cancel";
  one("#ask-yes").className = `btn ${words.style === "danger" ? "btn-danger" : "btn-primary"}`;
  ask.returnValue = "no";
  ask.onclose = () => (ask.returnValue === "yes" ? event.detail.issueRequest() : event.detail.dropRequest());
  ask.showModal();
});

// A list that is chosen from by keyboard, under a text field.

function list(field, box, { ask, take }) {
  let at = -1, turn = 0;
  const options = () => all("[role=option]:not([aria-disabled=true])", box);
  const close = () => { box.hidden = true; at = -1; field.setAttribute("aria-expanded", "false"); field.removeAttribute("aria-activedescendant"); };
  const mark = (next) => {
    const found = options();
    at = found.length ? (next + found.length) % found.length : -1;
    found.forEach((option, n) => option.setAttribute("aria-selected", String(n === at)));
    if (at >= 0) { field.setAttribute("aria-activedescendant", found[at].id); found[at].scrollIntoView({ block: "nearest" }); }
  };
  // A form scrolls, and would cut off what hangs below its field.
  const place = () => {
    if (box.hidden || !box.closest("dialog")) return;
    const at = field.getBoundingClientRect(), below = innerHeight - at.bottom, up = below < 160 && at.top > below;
    const [top, bottom] = up ? ["auto", `${innerHeight - at.top + 2}px`] : [`${at.bottom + 2}px`, "auto"];
    const maxHeight = `${Math.min(256, (up ? at.top : below) - 8)}px`;
    Object.assign(box.style, { position: "fixed", inset: "auto", left: `${at.left}px`, width: `${at.width}px`, top, bottom, maxHeight });
  };
  const show = async () => {
    const mine = ++turn, html = await ask();
    if (mine !== turn) return;
    if (html === null) return close();
    if (typeof html === "string") box.innerHTML = html;
    box.hidden = false;
    field.setAttribute("aria-expanded", "true");
    place();
    mark(0);
  };
  const choose = (option) => { turn++; close(); take(option); };
  field.addEventListener("keydown", (event) => {
    if (box.hidden) {
      if (event.key === "ArrowDown") { event.preventDefault(); show(); }
      return;
    }
    if (event.key === "ArrowDown" || event.key === "ArrowUp") { event.preventDefault(); mark(at + (event.key === "ArrowDown" ? 1 : -1)); }
    else if ((event.key === "Enter" || event.key === "Tab") && at >= 0) { if (event.key === "Enter") event.preventDefault(); event.stopImmediatePropagation(); choose(options()[at]); }
    else if (event.key === "Escape") { event.preventDefault(); event.stopPropagation(); turn++; close(); }
  });
  box.addEventListener("mousedown", (event) => { event.preventDefault(); const option = event.target.closest("[role=option]:not([aria-disabled=true])"); if (option) choose(option); });
  field.addEventListener("blur", () => { turn++; close(); });
  field.closest(".inside")?.addEventListener("scroll", place);
  return { show, close };
}

// The composer completes what Slack completes: commands, people, channels.

function composer(field) {
  const known = JSON.parse(one("#known").textContent), box = one("#completions"), hint = one("#hint");
  const word = () => field.value.slice(0, field.selectionStart).match(/(?:^|\s)([/@#][\w.-]*)$/)?.[1];
  const found = (typed) => {
    if (typed[0] === "/" && field.value.trimStart() !== typed) return [];
    const from = { "/": known.commands, "@": known.people, "#": known.rooms }[typed[0]];
    return from.filter((one) => one.name.startsWith(typed.toLowerCase()) && one.name !== typed).slice(0, 12);
  };
  const { show, close } = list(field, box, {
    ask: () => {
      const typed = word(), some = typed ? found(typed) : [];
      if (!some.length) return null;
      box.replaceChildren(...some.map((one, n) => {
        const option = document.createElement("li"), about = document.createElement("small");
        option.id = `completion-${n}`;
        option.setAttribute("role", "option");
        option.dataset.value = one.name;
        about.textContent = one.hint ? `${one.hint} · ${one.about}` : one.about;
        option.append(one.name, " ", about);
        return option;
      }));
      return true;
    },
    take: (option) => {
      const end = field.selectionStart, typed = word() || "";
      field.setRangeText(`${option.dataset.value} `, end - typed.length, end, "end");
      told();
    },
  });
  const told = () => {
    const command = known.commands.find((one) => field.value.startsWith(`${one.name} `) || field.value === one.name);
    hint.textContent = command ? `${command.name} ${command.hint}` : "";
  };
  field.addEventListener("input", () => { told(); word() ? show() : close(); });
  field.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing) { event.preventDefault(); field.form.requestSubmit(); }
  });
  field.form.addEventListener("htmx:before:request", () => { field.value = ""; close(); told(); });
  told();
  field.setSelectionRange(field.value.length, field.value.length);
}

// What was chosen arrives before what is pressed or submitted after it.

let sending = Promise.resolve();
document.addEventListener("htmx:before:request", ({ detail: { ctx } }) => {
  const before = sending;
  ctx.fetch = async (...asked) => { await before; return fetch(...asked); };
});

// A type-ahead field asks the app, through the page, at each pause in typing.

document.addEventListener("focusin", (event) => {
  const box = event.target.closest?.(".combobox"), field = event.target;
  if (!box || box.dataset.ready || field.getAttribute("role") !== "combobox") return;
  box.dataset.ready = "";
  const { suggest, block, action, min, prefix } = box.dataset;
  const send = (value) => {
    const body = new URLSearchParams({ block, action });
    [].concat(value).forEach((each) => body.append("value", each));
    return (sending = fetch(suggest.replace(/suggest$/, "choose"), { method: "POST", body }).catch(() => {}));
  };
  let timer = 0, chosen = field.value;
  const { show, close } = list(field, one("[role=listbox]", box), {
    ask: async () => {
      const typed = field.value === chosen ? "" : field.value;
      if (typed.length < Number(min)) return null;
      const query = new URLSearchParams({ block, action, typed, prefix: prefix || field.id });
      return (await fetch(`${suggest}?${query}`)).text();
    },
    take: async (option) => {
      const text = option.firstChild.textContent.trim();
      if ("multi" in box.dataset) {
        await send([...all("[data-remove]", box).map((chip) => chip.dataset.remove), option.dataset.value]);
        field.value = chosen = "";
      } else {
        field.value = chosen = text;
        await send(option.dataset.value);
      }
    },
  });
  field.addEventListener("input", () => {
    clearTimeout(timer);
    if (!field.value && chosen && !("multi" in box.dataset)) { chosen = ""; send([]); }
    timer = setTimeout(() => (field.value.length < Number(min) ? close() : show()), 120);
  });
  box.addEventListener("click", (event) => {
    const gone = event.target.closest("[data-remove]");
    if (gone) send(all("[data-remove]", box).filter((chip) => chip !== gone).map((chip) => chip.dataset.remove));
  });
  field.addEventListener("focus", () => { if (Number(min) === 0) show(); });
  if (Number(min) === 0) show();
});

// On a phone, one pane at a time.

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-show]");
  if (!button) return;
  document.body.dataset.pane = button.dataset.show;
  all("[data-show]").forEach((each) => each.setAttribute("aria-pressed", String(each === button)));
});

const say = one("#say");
if (say) composer(say);
const stream = one("#stream");
if (stream) stream.scrollTop = stream.scrollHeight;
one(".people [aria-current]")?.scrollIntoView({ block: "nearest", inline: "center" });
arrange();
listen();
