// Says how strong a password is while somebody types it. The service judges, by the very rules that it will go by once the form is sent;
// this asks it after a pause in typing and shows what it says. It writes no markup. Without it the form says the same once it is sent.
"use strict";

(() => {
  // So long a pause in typing, in milliseconds: a judgement for each word rather than for each letter.
  const PAUSE = 400;

  for (const place of document.querySelectorAll("[data-strength]")) {
    const field = place.parentElement.querySelector("input");
    const words = place.querySelector("span");
    let timer;
    let asked;

    const ask = async () => {
      asked = new AbortController();
      const typed = field.value;
      try {
        const answer = await fetch(place.dataset.strength, {
          method: "POST",
          body: new URLSearchParams(new FormData(field.form)),
          signal: asked.signal,
        });
        if (!answer.ok || field.value !== typed) return;
        const { score, good, says } = await answer.json();
        place.dataset.score = score;
        place.classList.toggle("good", good);
        if (words.textContent !== says) words.textContent = says;
        place.hidden = false;
      } catch {
        // Nothing is shown rather than something wrong; the form says it once it is sent.
      }
    };

    field.addEventListener("input", () => {
      clearTimeout(timer);
      asked?.abort();
      if (field.value === "") {
        place.hidden = true;
        words.textContent = "";
        return;
      }
      timer = setTimeout(ask, PAUSE);
    });
  }
})();
