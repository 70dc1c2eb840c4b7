// Comfort only: everything works without it.
(function () {
  "use strict";
  // Enter that confirms a candidate of an input method must not send the form.
  document.addEventListener("keydown", function (event) {
    if (event.key === "Enter" && (event.isComposing || event.keyCode === 229)) event.preventDefault();
  });
  var seek = document.querySelector("form.seek");
  if (seek && window.fetch && window.AbortController) suggestions(seek);
  if (window.fetch) savedSearches();
  var print = document.querySelector("[data-print]");
  if (print) {
    print.hidden = false;
    print.addEventListener("click", function () { window.print(); });
  }
  if (document.getElementById("results") && window.fetch && window.DOMParser) inPlace();
})();

// Filters, chips, order and pages without leaving the page: the same address is asked for, its <main> takes the place of ours,
// the count is announced, the focus stays where it was. Anything unforeseen simply leads to that address.
function inPlace() {
  "use strict";
  var said = document.createElement("p"), asking = null, pointed = false, typed = false, shown = bare(location.href);
  said.className = "unseen";
  said.setAttribute("role", "status");
  document.body.append(said);

  function bare(url) { return url.split("#")[0]; }
  function wide() { return window.matchMedia("(min-width: 60rem)").matches; }
  function main() { return document.getElementById("main"); }

  document.addEventListener("click", function (event) {
    var link = event.target.closest("#results a[href]");
    if (!link || event.defaultPrevented || event.button || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    if (link.origin !== location.origin || link.pathname !== location.pathname || link.hash || link.target) return;
    event.preventDefault();
    go(link.href, place(link));
  });
  document.addEventListener("submit", function (event) {
    var form = event.target;
    if (form.id !== "filters") return;
    event.preventDefault();
    var asked = new URLSearchParams(new FormData(form)).toString();
    go(form.action.split("?")[0] + (asked ? "?" + asked : ""), place(wide() ? document.activeElement : null));
  });
  // A box ticked with the mouse on a wide screen applies at once; keyboard and phone users choose several, then 应用.
  document.addEventListener("pointerdown", function (event) { pointed = event.pointerType === "mouse"; });
  document.addEventListener("keydown", function () { pointed = false; });
  document.addEventListener("input", function (event) { typed = typed || event.target.name === "q"; });
  document.addEventListener("change", function (event) {
    var form = event.target.form;
    if (form && form.id === "filters" && pointed && wide()) form.requestSubmit();
  });
  window.addEventListener("popstate", function (event) {
    if (bare(location.href) === shown) { // only the part after # changed, or back to what is shown before anything else was
      if (asking) asking.abort();
      asking = null;
      main().removeAttribute("aria-busy");
      return;
    }
    go(location.href, null, event.state || {});
  });

  // Where an element is, in words that also hold in the next page: a box by name and value, a link by its number in its list.
  function place(element) {
    if (element && element.name && element.type === "checkbox") return { box: [element.name, element.value] };
    var lists = [".sorts", ".tabs", ".chips", ".apply"];
    for (var i = 0; element && i < lists.length; i++) {
      var list = element.closest(lists[i]);
      if (list) return { list: lists[i], number: [].indexOf.call(list.querySelectorAll("a, button"), element) };
    }
    return { top: true };
  }

  function focus(where) {
    var found = null;
    if (where.box) {
      found = [].find.call(document.querySelectorAll("#filters input"), function (e) { return e.name === where.box[0] && e.value === where.box[1]; });
    } else if (where.list) {
      var all = document.querySelectorAll(where.list + " a, " + where.list + " button");
      found = all[Math.min(where.number, all.length - 1)];
    }
    if (found && found.checkVisibility && !found.checkVisibility()) found = null;
    if (found) return found.focus({ preventScroll: true });
    found = document.getElementById("results");
    found.tabIndex = -1;
    found.focus({ preventScroll: true });
    if (where.top) found.scrollIntoView();
  }

  // where: what had the focus; past: the state of an entry of the history that is being gone back to.
  function go(url, where, past) {
    if (asking) asking.abort();
    typed = false;
    var ours = asking = new AbortController();
    main().setAttribute("aria-busy", "true");
    fetch(url, { signal: ours.signal, headers: { Accept: "text/html" } })
      .then(function (answer) { return answer.ok && !answer.redirected ? answer.text() : Promise.reject(answer.status); })
      .then(function (text) {
        var page = new DOMParser().parseFromString(text, "text/html");
        if (!page.getElementById("results")) throw new Error("no results");
        if (!past) {
          history.replaceState({ y: window.scrollY }, "");
          history.pushState({}, "", url);
        }
        shown = bare(location.href);
        show(page);
        if (past) window.scrollTo(0, past.y || 0);
        else focus(where);
        asking = null;
      })
      .catch(function (error) {
        if (error.name === "AbortError") return;
        if (past) location.reload();
        else location.assign(url);
      });
  }

  function show(page) {
    var opened = [].map.call(document.querySelectorAll("details[open][data-key]"), function (e) { return e.dataset.key; });
    page.querySelectorAll("details[data-key]").forEach(function (e) { e.open = e.open || opened.includes(e.dataset.key); });
    document.title = page.title;
    // what else depends on the search: the language's link, the service that is marked, the feed, what the search box carries along
    [".services", ".languages"].forEach(function (name) {
      var old = document.querySelector(name), next = page.querySelector(name);
      if (old && next) old.replaceWith(next);
    });
    document.querySelectorAll("head link[rel=alternate]").forEach(function (e) { e.remove(); });
    document.head.append(...page.querySelectorAll("head link[rel=alternate]"));
    var box = document.querySelector("form.seek"), next = page.querySelector("form.seek");
    box.querySelectorAll("input[type=hidden]").forEach(function (e) { e.remove(); });
    box.append(...next.querySelectorAll("input[type=hidden]"));
    if (!typed) box.elements.q.value = next.elements.q.value; // who has begun to type meanwhile goes on
    main().replaceWith(page.getElementById("main"));
    said.textContent = "";
    setTimeout(function () { said.textContent = document.getElementById("results").dataset.said; }, 100);
    document.dispatchEvent(new Event("shown")); // for what else on this page looks after parts of <main>
  }
}

// Suggestions under the search box: a combobox with a listbox (ARIA 1.2). The box keeps the focus; arrows mark an option,
// Enter takes it, Esc closes. Nothing is asked while an input method composes.
function suggestions(form) {
  "use strict";
  var WAIT = 120; // ms without a key before the server is asked
  var box = form.elements.q, said = document.createElement("p"), list = document.createElement("ul");
  var words = JSON.parse(form.dataset.words || "{}"); // the API speaks Chinese: what its words are in the page's language
  var options = [], active = -1, timer = 0, asking = null, composing = false;
  list.id = "suggestions";
  list.className = "suggestions";
  list.hidden = true;
  said.className = "unseen";
  set(list, { role: "listbox", "aria-label": form.dataset.list });
  set(said, { role: "status", "aria-live": "polite" });
  set(box, { role: "combobox", "aria-autocomplete": "list", "aria-haspopup": "listbox", "aria-expanded": "false", "aria-controls": list.id });
  form.append(list, said);

  function set(element, attributes) {
    for (var name in attributes) element.setAttribute(name, attributes[name]);
  }

  function span(parent, name, text) {
    var made = document.createElement("span");
    made.className = name;
    made.textContent = text;
    parent.append(made, " ");
  }

  function ask() {
    stop();
    var asked = new URLSearchParams(new FormData(form)); // the filters that the form carries narrow the suggestions too
    asking = new AbortController();
    fetch(new URL("api/v1/suggest?" + asked, form.action), { signal: asking.signal })
      .then(function (answer) { return answer.ok ? answer.json() : { suggestions: [] }; })
      .then(function (answer) { show(answer.suggestions); })
      .catch(function (error) { if (error.name !== "AbortError") close(); }); // offline: the box works without
  }

  function stop() {
    clearTimeout(timer);
    if (asking) asking.abort();
    asking = null;
  }

  function show(found) {
    if (document.activeElement !== box) return;
    list.replaceChildren();
    options = found.map(function (one, i) {
      var row = document.createElement("li");
      set(row, { role: "option", id: "suggestion-" + i, "aria-selected": "false" });
      span(row, "suggested", one.text);
      if (one.what) span(row, "what", words[one.what] || one.what);
      if (one.count) span(row, "row-count", one.count.toLocaleString(document.documentElement.lang));
      row.addEventListener("click", function () { take(one.text); });
      list.append(row);
      return { row: row, text: one.text };
    });
    active = -1;
    box.removeAttribute("aria-activedescendant");
    open(options.length > 0);
    said.textContent = options.length ? form.dataset.some.replace("{n}", options.length) : form.dataset.none;
  }

  function open(yes) {
    list.hidden = !yes;
    box.setAttribute("aria-expanded", String(yes));
  }

  function close() {
    stop();
    open(false);
    mark(-1);
    said.textContent = "";
  }

  function mark(next) {
    if (options[active]) options[active].row.setAttribute("aria-selected", "false");
    active = next;
    if (!options[active]) return box.removeAttribute("aria-activedescendant");
    options[active].row.setAttribute("aria-selected", "true");
    options[active].row.scrollIntoView({ block: "nearest" });
    box.setAttribute("aria-activedescendant", options[active].row.id);
  }

  function take(text) {
    close();
    box.value = text;
    form.requestSubmit();
  }

  function later() {
    stop();
    if (!box.value.trim()) return close();
    timer = setTimeout(ask, WAIT);
  }

  box.addEventListener("compositionstart", function () { composing = true; stop(); });
  box.addEventListener("compositionend", function () { composing = false; later(); });
  box.addEventListener("input", function (event) { if (!composing && !event.isComposing) later(); });
  box.addEventListener("blur", close);
  list.addEventListener("mousedown", function (event) { event.preventDefault(); }); // the box keeps the focus
  form.addEventListener("submit", close);
  window.addEventListener("pagehide", close);
  box.addEventListener("keydown", function (event) {
    if (composing || event.isComposing || event.keyCode === 229) return;
    var shown = !list.hidden, count = options.length;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      if (!shown) return ask();
      // past either end lies the box itself: no option is marked there
      mark(event.key === "ArrowDown" ? (active + 2) % (count + 1) - 1 : (active + count + 1) % (count + 1) - 1);
    } else if (event.key === "Enter" && shown && options[active]) {
      event.preventDefault();
      take(options[active].text);
    } else if (event.key === "Escape" && shown) {
      event.preventDefault(); // the first Esc closes the list, the next one empties the box
      close();
    }
  });
}

// Searches that this browser keeps: {q: the parameters, words, at: when it was kept, seen: ids of the newest when last looked at}.
// What is among the newest and was not seen is new. Nothing of it leaves the browser but the searches themselves.
function savedSearches() {
  "use strict";
  var KEY = "haoke.saved", MOST = 50, NEWEST = 50, page = document.getElementById("saved");

  // null where the browser keeps nothing
  function kept() {
    try {
      var list = JSON.parse(localStorage.getItem(KEY) || "[]");
      return Array.isArray(list) ? list.filter(function (one) { return one && typeof one.q === "string" && typeof one.words === "string"; }) : [];
    } catch (error) {
      return error instanceof SyntaxError ? [] : null;
    }
  }

  function keep(list) {
    try {
      localStorage.setItem(KEY, JSON.stringify(list));
      return true;
    } catch (error) {
      return false; // full, or forbidden
    }
  }

  function change(q, how) {
    keep((kept() || []).map(function (one) { return one.q === q ? Object.assign(one, how) : one; }));
  }

  // ids of the newest; of a search that had to be relaxed none: those are not what was asked for
  function newest(api, q) {
    return fetch(api + "?" + (q ? q + "&" : "") + "sort=newest&facets=none&size=" + NEWEST, { headers: { Accept: "application/json" } })
      .then(function (answer) { return answer.ok ? answer.json() : Promise.reject(answer.status); })
      .then(function (found) { return found.interpretation.relaxed.length ? [] : found.hits.map(function (hit) { return hit.id; }); });
  }

  function asked(button) { return button.dataset.save.split("?")[1] || ""; }
  function holds(list, q) { return list.some(function (one) { return one.q === q; }); }

  function mark() {
    var list = kept();
    if (list) document.querySelectorAll("[data-save]").forEach(function (button) {
      var on = holds(list, asked(button));
      button.hidden = false;
      button.setAttribute("aria-pressed", String(on));
      button.querySelector("span").textContent = on ? button.dataset.on : button.dataset.off;
    });
  }

  document.addEventListener("click", function (event) {
    var button = event.target.closest("[data-save]"), list = kept();
    if (!button || !list) return;
    var q = asked(button);
    if (holds(list, q)) keep(list.filter(function (one) { return one.q !== q; }));
    else if (list.length >= MOST) return void (button.querySelector("span").textContent = button.dataset.full.replace("{n}", MOST));
    else if (keep([{ q: q, words: button.dataset.words, at: new Date().toISOString(), seen: null }].concat(list))) {
      newest(button.dataset.save.split("?")[0].replace("feed.atom", "api/v1/search"), q).then(function (ids) { change(q, { seen: ids }); }, function () {});
    }
    mark();
  });
  document.addEventListener("shown", mark);
  mark();
  if (page && kept()) list();

  function list() {
    var data = page.dataset, rows = page.querySelector(".saved-list"), said = page.querySelector("[role=status]"), made = page.querySelector("template");
    var asking = Promise.resolve(); // one after the other: a long list is no storm
    kept().forEach(function (one) {
      var row = made.content.firstElementChild.cloneNode(true), part = {}, at = new Date(one.at), query = one.q ? "?" + one.q : "", ids = null;
      row.querySelectorAll("[data-part]").forEach(function (e) { part[e.dataset.part] = e; });
      part.link.textContent = one.words;
      part.link.href = data.search + (query ? query + "&" : "?") + "sort=newest";
      part.feed.href = data.feed + query;
      if (!isNaN(at)) part.since.textContent = data.since.replace("{day}", at.toLocaleDateString(document.documentElement.lang, { dateStyle: "long" }));
      function look() { if (ids) change(one.q, { seen: ids }); }
      part.link.addEventListener("click", look);
      part.link.addEventListener("auxclick", look);
      part.delete.addEventListener("click", function () {
        var next = row.nextElementSibling || row.previousElementSibling;
        keep((kept() || []).filter(function (other) { return other.q !== one.q; }));
        row.remove();
        said.textContent = data.gone.replace("{title}", one.words);
        empty();
        (next ? next.querySelector("button") : document.getElementById("main")).focus();
      });
      rows.append(row);
      asking = asking.then(function () { return newest(data.api, one.q); }).then(function (found) {
        ids = found;
        if (!Array.isArray(one.seen)) return change(one.q, { seen: found });
        var fresh = found.filter(function (id) { return !one.seen.includes(id); }).length;
        // among more than the newest there may be more
        var words = !fresh ? data.none : fresh === NEWEST ? data.many : data.new;
        part.new.textContent = words.replace("{n}", fresh);
        part.new.classList.toggle("some", fresh > 0);
      }).catch(function () {}); // without an answer the list stands as it is
    });
    page.querySelector("[data-without]").hidden = true;
    empty();
    function empty() { page.querySelector("[data-empty]").hidden = rows.children.length > 0; }
  }
}
