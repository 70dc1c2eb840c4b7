// Comfort only: everything works without it.
(function () {
  "use strict";
  // Enter that confirms a candidate of an input method must not send the form.
  document.addEventListener("keydown", function (event) {
    if (event.key === "Enter" && (event.isComposing || event.keyCode === 229)) event.preventDefault();
  });
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
