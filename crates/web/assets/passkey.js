// Asks the browser for a passkey and puts the answer into a form, which is then sent like any other. It writes no markup, and without it
// everything else works.
"use strict";

(() => {
  if (!window.PublicKeyCredential || !navigator.credentials) {
    for (const note of document.querySelectorAll("[data-absent]")) note.hidden = false;
    return;
  }

  const bytes = (text) =>
    Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (letter) => letter.charCodeAt(0));
  const text = (buffer) =>
    buffer === null || buffer === undefined
      ? undefined
      : btoa(String.fromCharCode(...new Uint8Array(buffer))).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
  const keys = (list) => (list ?? []).map((key) => ({ ...key, id: bytes(key.id) }));

  // The names are WebAuthn's; binary values are base64url on the way, as in its JSON form.
  const create = async (publicKey) => {
    const made = await navigator.credentials.create({
      publicKey: {
        ...publicKey,
        challenge: bytes(publicKey.challenge),
        user: { ...publicKey.user, id: bytes(publicKey.user.id) },
        excludeCredentials: keys(publicKey.excludeCredentials),
      },
    });
    return {
      id: made.id,
      rawId: text(made.rawId),
      type: made.type,
      response: {
        attestationObject: text(made.response.attestationObject),
        clientDataJSON: text(made.response.clientDataJSON),
        transports: made.response.getTransports?.() ?? [],
      },
      extensions: made.getClientExtensionResults(),
    };
  };
  const use = async (publicKey, more = {}) => {
    const used = await navigator.credentials.get({
      ...more,
      publicKey: { ...publicKey, challenge: bytes(publicKey.challenge), allowCredentials: keys(publicKey.allowCredentials) },
    });
    return {
      id: used.id,
      rawId: text(used.rawId),
      type: used.type,
      response: {
        authenticatorData: text(used.response.authenticatorData),
        clientDataJSON: text(used.response.clientDataJSON),
        signature: text(used.response.signature),
        userHandle: text(used.response.userHandle),
      },
      extensions: used.getClientExtensionResults(),
    };
  };

  // A passkey that the browser offers by itself where the address is typed. Only once it is chosen is anything sent.
  const offer = async (form) => {
    if (!(await PublicKeyCredential.isConditionalMediationAvailable?.())) return;
    const asked = await fetch(form.dataset.asks, { method: "POST", body: new URLSearchParams(new FormData(form)) });
    if (!asked.ok) return;
    const { ticket, request, seconds } = await asked.json();
    // The offer ends a little before its ticket does, and another begins: a page may stand open for an hour.
    const control = new AbortController();
    setTimeout(() => control.abort("over"), (seconds - 30) * 1000);
    try {
      const answer = await use(request, { mediation: "conditional", signal: control.signal });
      form.elements.ticket.value = ticket;
      form.elements.passkey.value = JSON.stringify(answer);
      form.submit();
    } catch (error) {
      if (error !== "over") return;
      // Who is not looking needs no offer.
      if (document.visibilityState === "visible") offer(form);
      else document.addEventListener("visibilitychange", () => offer(form), { once: true });
    }
  };
  for (const form of document.querySelectorAll("form[data-passkey=offer]")) offer(form).catch(() => {});

  for (const form of document.querySelectorAll("form[data-passkey=create], form[data-passkey=use]")) {
    const failed = form.querySelector("[data-failed]");
    const ask = async () => {
      failed.hidden = true;
      try {
        const request = JSON.parse(form.dataset.request);
        const answer = await (form.dataset.passkey === "create" ? create(request) : use(request));
        form.elements.passkey.value = JSON.stringify(answer);
        form.submit();
      } catch {
        failed.hidden = false;
      }
    };
    form.hidden = false;
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      ask();
    });
    ask();
  }
})();
