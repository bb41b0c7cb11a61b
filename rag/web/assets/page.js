// The page's own behaviour: language, theme, citations, copying. Runs before Gradio's script; talks to no server.
"use strict";
(() => {
  const root = document.documentElement;
  const cookie = (name) => document.cookie.match(new RegExp(`(?:^|; )${name}=([^;]*)`))?.[1];

  // --- language: the reader's choice, else the server's, else the browser's -------------------------------------
  const preset = document.currentScript.dataset.lang;
  const lang = cookie("rag_lang") || preset || (navigator.language.toLowerCase().startsWith("ja") ? "ja" : "en");
  const keepLanguage = (value) => {
    document.cookie = `rag_lang=${value}; path=/; max-age=31536000; samesite=strict`;
  };
  // Gradio asks the browser for the language of its labels.
  Object.defineProperty(navigator, "language", { get: () => lang });
  Object.defineProperty(navigator, "languages", { get: () => [lang] });
  root.classList.add(`rag-in-${lang}`);
  const keepRootLanguage = () => { if (root.lang !== lang) root.lang = lang; };
  keepRootLanguage();
  new MutationObserver(keepRootLanguage).observe(root, { attributeFilter: ["lang"] });

  // --- theme: the reader's choice, else the system's -------------------------------------------------------------
  const chosenTheme = () => localStorage.getItem("rag_theme");
  const applyTheme = () => {
    const theme = chosenTheme();
    if (theme && document.body) document.body.classList.toggle("dark", theme === "dark");
  };

  // --- citations --------------------------------------------------------------------------------------------------
  let cameFrom = null;
  const calm = () => matchMedia("(prefers-reduced-motion: reduce)").matches;
  const openSource = (link) => {
    const mark = document.getElementById(link.hash.slice(1));
    if (!mark) return;
    for (let box = mark.closest("details"); box; box = box.parentElement.closest("details")) box.open = true;
    document.querySelectorAll(".rag-lit").forEach((lit) => lit.classList.remove("rag-lit"));
    mark.classList.add("rag-lit");
    cameFrom = link;
    mark.focus({ preventScroll: true });
    mark.scrollIntoView({ behavior: calm() ? "auto" : "smooth", block: "center" });
  };

  // --- copying ------------------------------------------------------------------------------------------------------
  const copyFallback = (text) => { // no clipboard over plain HTTP from another machine
    const area = Object.assign(document.createElement("textarea"), { value: text });
    document.body.append(area);
    area.select();
    document.execCommand("copy");
    area.remove();
  };
  const copyAnswer = async (button) => {
    const text = button.closest(".rag-main").querySelector(".rag-plain").textContent;
    if (navigator.clipboard) await navigator.clipboard.writeText(text).catch(() => copyFallback(text));
    else copyFallback(text);
    const label = button.textContent;
    button.textContent = button.title;
    setTimeout(() => { button.textContent = label; }, 1600);
  };

  // --- the composer -------------------------------------------------------------------------------------------------
  const box = () => document.querySelector("#rag-box textarea");
  const editQuestion = (row) => {
    const area = box();
    area.value = row.querySelector(".rag-question").textContent;
    area.dispatchEvent(new Event("input", { bubbles: true }));
    area.focus();
  };

  // --- what the buttons inside an answer send to the server -------------------------------------------------------
  let sent = 0;
  const send = (channel, value) => {
    const area = document.querySelector(`#rag-send-${channel} textarea, #rag-send-${channel} input`);
    if (!area) return;
    area.value = `${value}\t${++sent}`; // the number lets the same be sent twice
    area.dispatchEvent(new Event("input", { bubbles: true }));
  };

  // --- reading a post: beside the tabs on a desk, over them on a phone ----------------------------------------------
  let readFrom = null, shown = null, shownFor = "";
  const reading = () => document.getElementById("rag-reading");
  const setReading = (open) => {
    root.classList.toggle("rag-is-reading", open);
    document.getElementById("rag-tabs").inert = open && matchMedia("(max-width: 64rem)").matches;
  };
  const reveal = () => {
    setReading(true);
    reading().scrollTop = 0;
    const mark = shown.querySelector("mark");
    if (mark) mark.scrollIntoView({ block: "center" });
    (mark ?? shown.querySelector("h2")).focus({ preventScroll: true });
  };
  const openPost = (button) => {
    readFrom = button;
    if (shownFor === button.value && shown?.isConnected) reveal(); // the same HTML is not drawn anew
    shownFor = button.value;
    send("read", button.value);
  };
  const closePost = () => {
    setReading(false);
    if (readFrom?.isConnected) readFrom.focus();
  };
  const postArrived = () => {
    const post = reading()?.querySelector(".rag-post");
    if (!post || post === shown) return;
    shown = post;
    reveal();
  };

  // --- asking without typing, and conversations that outlive a reload ------------------------------------------------
  const conversationName = () => {
    let name = sessionStorage.getItem("rag_conversation");
    if (!name) {
      name = [...crypto.getRandomValues(new Uint8Array(16))].map((n) => n.toString(16).padStart(2, "0")).join("");
      sessionStorage.setItem("rag_conversation", name);
    }
    return name;
  };
  let resumed = false;
  const resume = () => {
    if (resumed || !document.querySelector("#rag-send-resume textarea, #rag-send-resume input")) return;
    resumed = true;
    send("resume", conversationName());
  };
  const narrow = (button) => { // a chip takes a limit away; elsewhere it is set, and the question comes next
    send("filter", button.value);
    if (button.value.startsWith("drop ")) return;
    document.querySelector("#rag-tabs [role=tab][data-tab-id=chat]")?.click();
    setTimeout(() => box()?.focus(), 300);
  };
  const vote = (button) => {
    button.classList.add("rag-voted");
    button.setAttribute("aria-pressed", "true");
    send("vote", button.value);
  };

  const actions = [
    [".rag-cite", openSource],
    [".rag-copy", copyAnswer],
    [".rag-edit", (button) => editQuestion(button.closest(".rag-asked"))],
    [".rag-retry", () => document.querySelector("#rag-chat .message-buttons-left button")?.click()],
    [".rag-lang", () => { keepLanguage(lang === "ja" ? "en" : "ja"); location.reload(); }],
    [".rag-theme", () => {
      localStorage.setItem("rag_theme", document.body.classList.contains("dark") ? "light" : "dark");
      applyTheme();
    }],
    [".rag-next", (button) => send("next", button.textContent)],
    [".rag-alone", (button) => send("alone", button.value)],
    [".rag-vote", vote],
    [".rag-filter", narrow],
    [".rag-dot", (dot) => openPost({ value: `0 #${dot.id.replace("dot-", "")}` })],
    [".rag-read", openPost],
    [".rag-close", closePost],
    [".rag-skip", () => box()?.focus()],
  ];
  // What an act of the owner tells stands above the controls, which may be far below it.
  const tellInView = () => document.getElementById("rag-facts").scrollIntoView({ block: "nearest" });
  document.addEventListener("click", (event) => {
    if (event.target.closest?.("#rag-owner button.sm")) tellInView();
    if (event.target.closest?.("#rag-box .submit-button, #rag-chat .example, .rag-next")) waitForServer();
    for (const [selector, act] of actions) {
      const target = event.target.closest?.(selector);
      if (target) {
        event.preventDefault();
        act(target);
        return;
      }
    }
  });
  document.addEventListener("keydown", (event) => {
    const sends = event.key === "Enter" && !event.shiftKey && !event.isComposing;
    if (sends && event.target === box() && event.target.value.trim()) waitForServer();
    if (event.key === "Escape" && root.classList.contains("rag-is-reading")) {
      closePost();
    } else if (event.key === "Escape" && cameFrom?.isConnected) {
      cameFrom.focus();
      cameFrom = null;
    } else if (event.key === "/" && !event.target.closest?.("input, textarea, [contenteditable]")) {
      event.preventDefault();
      box()?.focus();
    }
  });

  // --- what Gradio draws ------------------------------------------------------------------------------------------
  // It reads a message's source aloud as its label, leaves two buttons without a name, and scrolls to the end of an
  // answer instead of its beginning.
  let asked = 0;
  const words = (name) => document.querySelector(`#rag-${name} .rag-${lang}`)?.textContent ?? "";
  const translateErrors = () => {
    document.querySelectorAll(".toast-message-text.error:not([data-rag])").forEach((error) => {
      const kind = /busy|queue/i.test(error.textContent) ? "full" : /connection/i.test(error.textContent) ? "lost" : "failed";
      error.dataset.rag = kind;
      error.textContent = words(kind);
    });
  };
  // Until the server takes a question up, which under load takes a while, Gradio shows nothing.
  const waits = Object.assign(document.createElement("p"), { className: "rag-waits", role: "status" });
  const waitForServer = () => {
    const before = asked;
    setTimeout(() => {
      if (asked !== before || document.querySelector(".toast-body")) return;
      waits.textContent = words("waiting");
      document.body.append(waits);
    }, 500);
  };
  let facts = "";
  const offerAnew = () => { // the months and tags of an index that was built while this page was open
    const now = document.querySelector("#rag-header .rag-facts")?.textContent ?? "";
    if (!now || now === facts) return; // it is gone for a moment while it is drawn anew
    if (facts) send("filter", "offer");
    facts = now;
  };
  const tidy = () => {
    // Gradio calls the cards a list, of which none is an item.
    document.querySelectorAll("#rag-chat .examples[role=list]").forEach((cards) => cards.setAttribute("role", "group"));
    document.querySelectorAll("#rag-chat [data-testid][aria-label*='<']").forEach((message) => {
      message.removeAttribute("aria-label");
    });
    for (const name of ["ask", "stop"]) {
      const button = document.querySelector(`#rag-box .${name === "ask" ? "submit" : name}-button:not([aria-label])`);
      if (button && words(name)) button.setAttribute("aria-label", words(name));
    }
    const questions = document.querySelectorAll("#rag-chat .rag-question");
    if (questions.length > asked) {
      questions[questions.length - 1].scrollIntoView({ behavior: calm() ? "auto" : "smooth", block: "start" });
    }
    if (questions.length > asked || document.querySelector(".toast-body")) waits.remove();
    asked = questions.length;
    document.querySelectorAll("#rag-filters input[role=combobox]:not([placeholder])").forEach((input) => {
      input.placeholder = words("any");
    });
    translateErrors();
    offerAnew();
    postArrived();
    resume();
  };
  document.addEventListener("DOMContentLoaded", () => {
    applyTheme();
    new MutationObserver(applyTheme).observe(document.body, { attributeFilter: ["class"] });
    new MutationObserver(tidy).observe(document.body, { childList: true, subtree: true });
  });
})();
