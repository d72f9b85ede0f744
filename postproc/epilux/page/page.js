/* Starts the page from the data that stand in it. */
"use strict";

(() => {
  const data = JSON.parse(document.getElementById("data").textContent);
  document.documentElement.classList.add("live");
  figures.start(data);
  table.start(data.points);
})();
