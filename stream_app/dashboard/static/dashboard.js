// What the pages do beyond htmx: say whether they are live, and draw charts. Without it every page works.
(() => {
  "use strict";
  const connection = document.getElementById("connection");
  const live = document.getElementById("live");
  let heard = 0;

  function say(words, off) {
    if (!connection || connection.textContent === words) return;
    connection.textContent = words;
    connection.classList.toggle("off", off);
  }
  if (live && live.hasAttribute("hx-sse:connect")) {
    say("connecting …", false);
    document.addEventListener("htmx:sse:after:connection", () => { heard = Date.now(); say("live", false); });
    document.addEventListener("htmx:sse:after:message", () => { heard = Date.now(); say("live", false); draw(); });
    for (const event of ["htmx:sse:error", "htmx:sse:close"])
      document.addEventListener(event, () => {
        const since = heard ? new Date(heard).toLocaleTimeString() : "the page was loaded";
        say(`not live since ${since}`, true);
      });
  }
  function draw() {}
})();
