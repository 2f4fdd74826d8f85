// Runs before the first paint: large print and its size, as chosen by link or remembered.
(function () {
  "use strict";
  var root = document.documentElement;
  var memory = {
    get: function (key) { try { return localStorage.getItem(key); } catch (err) { return null; } },
    set: function (key, value) { try { localStorage.setItem(key, value); } catch (err) { /* private mode */ } },
  };
  root.classList.add("js");
  var choice = root.dataset.elderChoice;
  if (choice) memory.set("wenban-elder", choice);
  root.classList.toggle("elder", (choice || memory.get("wenban-elder")) === "1");

  function applySize(size) {
    var safe = Math.min(30, Math.max(18, size));
    root.style.setProperty("--elder-size", safe + "px");
    return safe;
  }
  var size = applySize(Number(memory.get("wenban-size")) || 20);
  document.addEventListener("click", function (event) {
    var button = event.target.closest("[data-size]");
    if (!button) return;
    size = applySize(size + Number(button.dataset.size));
    memory.set("wenban-size", String(size));
  });
})();
