// Comfort only: everything works without it.
(function () {
  "use strict";
  // Enter that confirms a candidate of an input method must not send the form.
  document.addEventListener("keydown", function (event) {
    if (event.key === "Enter" && (event.isComposing || event.keyCode === 229)) event.preventDefault();
  });
  var seek = document.querySelector("form.seek");
  if (seek && window.fetch && window.AbortController) suggestions(seek);
  // A box ticked with the mouse on a wide screen applies at once; keyboard and phone users choose several, then 应用.
  var form = document.getElementById("filters");
  if (!form) return;
  var pointed = false;
  form.addEventListener("pointerdown", function (event) { pointed = event.pointerType === "mouse"; });
  form.addEventListener("keydown", function () { pointed = false; });
  form.addEventListener("change", function () {
    if (pointed && window.matchMedia("(min-width: 60rem)").matches) form.requestSubmit();
  });
})();

// Suggestions under the search box: a combobox with a listbox (ARIA 1.2). The box keeps the focus; arrows mark an option,
// Enter takes it, Esc closes. Nothing is asked while an input method composes.
function suggestions(form) {
  "use strict";
  var WAIT = 120; // ms without a key before the server is asked
  var box = form.elements.q, said = document.createElement("p"), list = document.createElement("ul");
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
      if (one.what) span(row, "what", one.what);
      if (one.count) span(row, "row-count", one.count.toLocaleString("zh-CN"));
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
