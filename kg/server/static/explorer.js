// Comfort for pages that work without it: suggestions, a picture that unfolds in place, sentences that
// light up. Texts of documents enter the page as textContent or as HTML that the server has escaped.
"use strict";

(() => {
  const WAIT_MS = 120; // between keys, before a suggestion is asked for

  // ------------------------------------------------------------------ search as you type

  const input = document.getElementById("q");
  const list = document.getElementById("hits");
  let asked = 0;
  let timer = 0;
  let composing = false; // pinyin on its way to a character is no name yet

  const options = () => [...list.querySelectorAll("[role=option]")];
  const selected = () => list.querySelector('[aria-selected="true"]');

  function close() {
    list.hidden = true;
    input.setAttribute("aria-expanded", "false");
    input.removeAttribute("aria-activedescendant");
  }

  function span(className, text) {
    const element = document.createElement("span");
    element.className = className;
    element.textContent = text;
    return element;
  }

  function option(hit, index) {
    const item = document.createElement("li");
    item.id = `hit-${index}`;
    item.role = "option";
    item.dataset.page = hit.page;
    item.setAttribute("aria-selected", "false");
    const words = hit.alias ? `${hit.type} · ${hit.alias}` : hit.type;
    item.append(span(`dot ${hit.class}`, ""), hit.label, " ", span("soft", words));
    // Before the click takes the focus from the field and the list is closed.
    item.addEventListener("mousedown", (event) => {
      event.preventDefault();
      window.location.assign(hit.page);
    });
    return item;
  }

  async function suggest() {
    const text = input.value.trim();
    const ticket = ++asked;
    if (!text) return close();
    const reply = await fetch(`/suggest?q=${encodeURIComponent(text)}`);
    if (!reply.ok || ticket !== asked) return; // an answer to what was typed before
    const { hits } = await reply.json();
    list.replaceChildren(...hits.map(option));
    list.hidden = hits.length === 0;
    input.setAttribute("aria-expanded", String(hits.length > 0));
    input.removeAttribute("aria-activedescendant");
  }

  function move(step) {
    const all = options();
    if (list.hidden || !all.length) return;
    const index = all.indexOf(selected());
    const next = all[(index + step + all.length + (index < 0 && step < 0 ? 1 : 0)) % all.length];
    all.forEach((each) => each.setAttribute("aria-selected", String(each === next)));
    input.setAttribute("aria-activedescendant", next.id);
  }

  function later() {
    clearTimeout(timer);
    timer = setTimeout(suggest, WAIT_MS);
  }

  input.addEventListener("compositionstart", () => { composing = true; });
  input.addEventListener("compositionend", () => { composing = false; later(); });
  input.addEventListener("input", () => { if (!composing) later(); });
  input.addEventListener("blur", close);
  input.addEventListener("keydown", (event) => {
    if (event.isComposing) return;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      move(event.key === "ArrowDown" ? 1 : -1);
    } else if (event.key === "Escape") {
      close();
    } else if (event.key === "Enter" && !list.hidden && selected()) {
      event.preventDefault();
      window.location.assign(selected().dataset.page);
    }
  });

  // ------------------------------------------------------------------ a picture that unfolds

  async function unfold(link) {
    const picture = document.getElementById("picture");
    const address = new URL(link.href.baseVal ?? link.href, window.location.href);
    const part = new URL(address);
    part.searchParams.set("part", "picture");
    picture.classList.add("busy");
    const reply = await fetch(part);
    if (!reply.ok) return window.location.assign(address);
    const template = document.createElement("template");
    template.innerHTML = await reply.text(); // rendered and escaped by the server, run by nobody
    const fresh = template.content.getElementById("picture");
    picture.replaceWith(fresh);
    window.history.replaceState(null, "", address);
    fresh.tabIndex = -1;
    fresh.focus({ preventScroll: true });
  }

  document.addEventListener("click", (event) => {
    const link = event.target.closest(".picture .unfold");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    unfold(link);
  });

  // ------------------------------------------------------------------ claims and their words

  const article = document.querySelector("[data-article]");
  const claims = [...document.querySelectorAll("[data-claims] .claim")];
  const keys = (element) => element.dataset.sentences.split(" ");
  const overlap = (a, b) => a.some((key) => b.includes(key));

  function light(sentences) {
    for (const each of article.querySelectorAll(".sentence")) {
      each.classList.toggle("lit", overlap(keys(each), sentences));
    }
  }

  function choose(chosen) {
    claims.forEach((claim) => claim.classList.toggle("chosen", chosen.includes(claim)));
  }

  function showWords(claim, link) {
    const sentences = keys(claim);
    light(sentences);
    choose([claim]);
    document.getElementById(`s${sentences[0]}`)?.scrollIntoView({ block: "center" });
    window.history.replaceState(null, "", link.href);
  }

  function showClaims(sentence) {
    const wanted = keys(sentence);
    const found = claims.filter((claim) => overlap(keys(claim), wanted));
    light(wanted);
    choose(found);
    found[0]?.scrollIntoView({ block: "nearest" });
  }

  if (article) {
    for (const claim of claims) {
      const link = claim.querySelector(".mark-words");
      claim.addEventListener("click", (event) => {
        const other = event.target.closest("a, summary");
        if (other && other !== link) return;
        event.preventDefault();
        showWords(claim, link);
      });
    }
    article.addEventListener("click", (event) => {
      if (event.target.closest("a")) return;
      const sentence = event.target.closest(".sentence");
      if (sentence) showClaims(sentence);
    });
  }
})();
