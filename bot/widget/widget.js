// One tag on any page is enough: <script src="https://chat.example/widget.js" defer></script>
// A classic script (plain ASCII, whatever the portal's encoding) that loads the modules lying next to it
// and adds one <mot-cua-chat>, unless the page has placed one itself.
(function () {
  "use strict";
  var source = document.currentScript && document.currentScript.src;
  if (!source || window.motCuaChatLoading) return;
  window.motCuaChatLoading = true;
  // Served as /widget.js, the other files are under /widget/; served as …/widget/widget.js, they are its neighbours.
  var neighbours = /\/widget\/[^/]*$/.test(new URL(source).pathname);
  var element = new URL(neighbours ? "element.js" : "widget/element.js", source);

  function load(attempt) {
    if (attempt) element.searchParams.set("attempt", attempt);
    import(element.href).then(place, function (error) {
      if (attempt < 3) setTimeout(load, 2000 * (attempt + 1), attempt + 1);
      else console.error("mot-cua-chat could not be loaded", error);
    });
  }

  // Somebody who presses "ask" before the modules are here is served when they are.
  var asked = null;
  function early(event) {
    asked = (event.target.closest && event.target.closest("[data-mot-cua-ask]")) || asked;
  }
  document.addEventListener("click", early);

  function place() {
    document.removeEventListener("click", early);
    if (!document.querySelector("mot-cua-chat")) document.body.append(document.createElement("mot-cua-chat"));
    if (asked) asked.click();
  }

  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", function () { load(0); });
  else load(0);
})();
